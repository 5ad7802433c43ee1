"""The room's blueprint, on which its pages hang."""

from flask import Blueprint

bp = Blueprint("learning", __name__)
