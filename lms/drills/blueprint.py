"""The blueprint of the drills; each module with pages adds its own."""

from flask import Blueprint

bp = Blueprint("drills", __name__)
