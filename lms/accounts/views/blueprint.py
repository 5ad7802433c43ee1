"""The blueprint of people; each module of this package adds its pages."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
