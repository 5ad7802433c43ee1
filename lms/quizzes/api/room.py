"""The blueprint of the quizzes' JSON; each module with calls adds its own."""

from apiflask import APIBlueprint

bp = APIBlueprint("quizzes_api", __name__, url_prefix="/api/v1", tag="Quizzes")

TAB = r"^[0-9a-z]{8,32}$"
"""The name that a page gives itself: random, a new one at each loading."""
