"""Kefu Academy (客服学院): training, knowledge checks and a knowledge base for customer-service teams."""

from lms.app import create_app
from lms.mount import mount, mount_wsgi

__all__ = ["create_app", "mount", "mount_wsgi"]
