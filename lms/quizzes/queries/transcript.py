"""成绩单: one attempt on one page, for paper and for a spreadsheet."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from lms.accounts.models import Person
from lms.content.models import Revision
from lms.core.db import rows
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.queries.results import Line, Result, result_of
from lms.quizzes.queries.sittings import Sitting

_WHO = (
    select(Person.employee_no, Revision.number)
    .select_from(Attempt)
    .join(Person, Person.id == Attempt.person_id)
    .join(Revision, Revision.id == Attempt.revision_id)
    .where(Attempt.id == bindparam("attempt_id"))
)
_MARKERS = (
    select(AttemptItem.position, AttemptItem.seconds, Person.name)
    .outerjoin(Person, Person.id == AttemptItem.marked_by)
    .where(AttemptItem.attempt_id == bindparam("attempt_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question. marker: who marked it, "" for the server. seconds: how long it was in front, None = not told."""

    line: Line
    marker: str
    seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """revision: the version's number, as people know it."""

    result: Result
    employee_no: str
    revision: int
    rows: tuple[Row, ...]


def transcript(sitting: Sitting) -> Transcript:
    """Return the closed attempt as the result page shows it, without any key."""
    who = rows(_WHO, {"attempt_id": sitting.id}).one()
    more = {row.position: row for row in rows(_MARKERS, {"attempt_id": sitting.id})}
    result = result_of(sitting)
    return Transcript(
        result=result,
        employee_no=who.employee_no or "",
        revision=who.number,
        rows=tuple(
            Row(
                line=line,
                marker=more[line.review.number].name or "",
                seconds=more[line.review.number].seconds,
            )
            for line in result.lines
        ),
    )
