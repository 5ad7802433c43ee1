"""The blueprint of the reports; each module with pages adds its own."""

from flask import Blueprint

bp = Blueprint("reports", __name__)
