"""The blueprint that the pages of other systems share."""

from flask import Blueprint

bp = Blueprint("integrations", __name__)
