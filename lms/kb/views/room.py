"""The blueprint of the knowledge base; each module with pages adds its own."""

from flask import Blueprint

bp = Blueprint("kb", __name__)
