"""Kefu Academy (客服学院): training, knowledge checks and a knowledge base for customer-service teams."""

from lms.app import create_app

__all__ = ["create_app"]
