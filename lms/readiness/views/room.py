"""The room's blueprint, on which its pages hang."""

from flask import Blueprint

bp = Blueprint("readiness", __name__)
