"""The blueprint that the pages of signing on share."""

from flask import Blueprint

bp = Blueprint("signon", __name__)
