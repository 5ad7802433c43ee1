"""How questions were answered over all people: what many get wrong."""

from typing import Any

from sqlalchemy import Select, bindparam, case, func, select

from lms.content.events import MissedQuestion, QuestionsMissed
from lms.content.models import Part
from lms.core.db import rows
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.queries.sittings import MISTAKES
from lms.quizzes.rules.attempts import CLOSED

_MISSED: Select[*tuple[Any, ...]] = (
    select(
        Part.key,
        Part.title,
        func.count().label("answered"),
        func.sum(case((AttemptItem.earned * 2 < AttemptItem.points, 1), else_=0)).label("wrong"),
    )
    .join(AttemptItem, AttemptItem.part_id == Part.id)
    .join(Attempt, Attempt.id == AttemptItem.attempt_id)
    .where(
        Attempt.state.in_(CLOSED),
        Attempt.submitted_at >= bindparam("start"),
        Attempt.submitted_at < bindparam("end"),
        Attempt.occasion != MISTAKES,
        AttemptItem.earned.is_not(None),
        AttemptItem.answered,
        ~AttemptItem.dropped,
        Part.retired_at.is_(None),
    )
    .group_by(Part.key, Part.title)
    .order_by(Part.key)
)


def missed(asked: QuestionsMissed) -> list[MissedQuestion]:
    """Return every question answered in this time with its wrong answers.

    Voided attempts and practices of mistakes don't count.
    """
    return [
        MissedQuestion(key=key, title=title, answered=answered, wrong=wrong)
        for key, title, answered, wrong in rows(_MISSED, {"start": asked.start, "end": asked.end})
    ]
