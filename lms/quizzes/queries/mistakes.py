"""Which questions of a quiz somebody got wrong the last time they came up."""

from sqlalchemy import bindparam, func, select

from lms.content.models import Part, PartVersion, ReviewMark
from lms.core.db import rows
from lms.core.plain import from_plain
from lms.questions.spec import Question
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.rules.attempts import CLOSED
from lms.quizzes.rules.mistakes import Mistake, to_practise
from lms.quizzes.spec import Use

_LAST = (
    select(AttemptItem.part_id, func.max(AttemptItem.attempt_id).label("attempt_id"))
    .join(Attempt, Attempt.id == AttemptItem.attempt_id)
    .where(
        Attempt.person_id == bindparam("person_id"),
        Attempt.document_id == bindparam("document_id"),
        Attempt.state.in_(CLOSED),
        Attempt.mode != Use.EXAM.value,
        AttemptItem.earned.is_not(None),
    )
    .group_by(AttemptItem.part_id)
    .subquery("last")
)
_IN_DOUBT = select(ReviewMark.id).where(ReviewMark.part_id == Part.id, ReviewMark.cleared_at.is_(None)).exists()
_WRONG = (
    select(PartVersion.spec, AttemptItem.points)
    .select_from(_LAST)
    .join(AttemptItem, (AttemptItem.attempt_id == _LAST.c.attempt_id) & (AttemptItem.part_id == _LAST.c.part_id))
    .join(Part, Part.id == AttemptItem.part_id)
    .join(PartVersion, PartVersion.sha == Part.text_sha)
    .where(
        AttemptItem.earned < AttemptItem.points,
        AttemptItem.waiting.is_(False),
        AttemptItem.dropped.is_(False),
        Part.retired_at.is_(None),
        ~_IN_DOUBT,
    )
    .order_by(AttemptItem.attempt_id.desc(), AttemptItem.position)
)


def mistakes(person_id: int, document_id: int) -> list[Mistake]:
    """Return what can be practised again, as it is asked today: one statement.

    Left out are questions that are gone, whose key is in doubt, that were dropped or wait to be marked, and all of
    exams.
    """
    found = rows(_WRONG, {"person_id": person_id, "document_id": document_id})
    return to_practise([Mistake(question=from_plain(Question, row.spec), points=row.points) for row in found])
