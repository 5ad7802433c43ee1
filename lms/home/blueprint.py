"""The blueprint of the first screens; each module with pages adds its own."""

from flask import Blueprint

bp = Blueprint("home", __name__)
