"""Keeping the rows of the question list in step with what is published."""

from sqlalchemy import delete, insert, select

from lms.content.models import Part
from lms.content.parts import PartKind
from lms.content.queries import compiled
from lms.core.db import session
from lms.questions.rules.identity import asked_sha
from lms.questions.spec import FillIn, Question, items_of
from lms.quizzes.models import BankQuestion
from lms.quizzes.rules.draw import tags_of
from lms.quizzes.spec import QuizSpec


def list_questions(document_id: int, revision_id: int) -> None:
    """Write the rows of a quiz or bank anew from a revision just published."""
    quiz: QuizSpec = compiled(revision_id)
    current = session()
    current.execute(delete(BankQuestion).where(BankQuestion.document_id == document_id))
    parts = current.execute(
        select(Part.key, Part.id).where(
            Part.document_id == document_id, Part.kind == PartKind.QUESTION.value, Part.retired_at.is_(None)
        )
    )
    ids = {row.key: row.id for row in parts}
    rows = [
        {
            "part_id": ids[question.key],
            "document_id": document_id,
            "sha": asked_sha(question),
            "use": quiz.rules.use.value,
            "kind": question.kind.value,
            "level": question.level,
            "words": words_of(question),
            "tags": list(tags_of(section, question)),
            "competencies": list(quiz.competencies),
        }
        for section in quiz.sections
        for question in section.questions
        if question.key in ids
    ]
    if rows:
        current.execute(insert(BankQuestion), rows)


def words_of(question: Question) -> str:
    """Return everything that is asked, for search."""
    said = [question.stem.text, *(item.body.text for item in items_of(question.shape))]
    if isinstance(question.shape, FillIn):
        said += [word for blank in question.shape.blanks for word in blank]
    return "\n".join(said)
