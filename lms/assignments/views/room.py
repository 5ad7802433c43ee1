"""The blueprint that the pages of duties share."""

from flask import Blueprint

bp = Blueprint("assignments", __name__)
