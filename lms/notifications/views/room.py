"""The blueprint that the pages of the inbox share."""

from flask import Blueprint

bp = Blueprint("notifications", __name__)
