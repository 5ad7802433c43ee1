"""A question in the editor's preview: what a learner sees of it, in an order that gives nothing away. Pure."""

from lms.content.learner import Asked
from lms.core.points import points_text
from lms.questions.rules.order import shown_order
from lms.questions.rules.view import learner_view
from lms.questions.spec import Question


def asked(question: Question, number: int, points: int | None = None) -> Asked:
    """Return the question as a piece of a preview. number: from 1; points: as stored, None = not counted."""
    order = shown_order(question, "preview", f"q{number}", shuffle_options=False)
    shown = "" if points is None else points_text(points)
    return Asked(number=number, view=learner_view(question, order), points=shown)
