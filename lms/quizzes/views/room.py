"""The blueprint of the quizzes; each module with pages adds its own."""

from flask import Blueprint

bp = Blueprint("quizzes", __name__)
