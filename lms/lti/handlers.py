"""What other learning systems hear of the people who came from them; rooms.py subscribes it."""

from lms.content.queries import cards
from lms.drills.events import DrillScored
from lms.lti.actions import scores
from lms.lti.queries.platforms import SCORED
from lms.quizzes.events import QuizGraded, QuizRegraded
from lms.records.events import DocumentCompleted


def on_quiz(fact: QuizGraded | QuizRegraded) -> None:
    """An attempt has a result, or another one."""
    scores.put(fact.person_id, fact.document_id, fact.at, decided=fact.passed is not None)


def on_drill(fact: DrillScored) -> None:
    """A run was scored, or scored anew."""
    scores.put(fact.person_id, fact.document_id, fact.at)


def on_completed(fact: DocumentCompleted) -> None:
    """A document without a mark of its own was completed."""
    card = cards([fact.document_id]).get(fact.document_id)
    if card is not None and card.kind not in SCORED:
        scores.put(fact.person_id, fact.document_id, fact.at, completed=True)
