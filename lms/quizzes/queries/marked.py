"""What was given for the written answers of one attempt, as its learner may see it afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, select

from lms.core.db import rows
from lms.core.points import Points, number, to_fraction
from lms.questions.rules.grade import Graded, grade
from lms.questions.rules.rubric import WHOLE, suggested, worths
from lms.questions.rules.view import Json, review_view
from lms.questions.rules.written import decided
from lms.questions.spec import Open
from lms.quizzes.models import GradeChange
from lms.quizzes.queries.sittings import Drawn
from lms.quizzes.rules.marking import counting

_CHANGES = (
    select(GradeChange.position, GradeChange.kind, GradeChange.criteria, GradeChange.note)
    .where(GradeChange.attempt_id == bindparam("attempt_id"))
    .order_by(GradeChange.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The marks that count for one answer, by line of the rubric, and what the marker wrote beside them."""

    points: Mapping[int, Points]
    comment: str
    by_person: bool


def marks_of(attempt_id: int) -> dict[int, Given]:
    """Return the marks of every written answer of an attempt, by position."""
    changes: dict[int, list[Any]] = {}
    for row in rows(_CHANGES, {"attempt_id": attempt_id}):
        changes.setdefault(row.position, []).append(row)
    found: dict[int, Given] = {}
    for position, every in changes.items():
        place = counting([each.kind for each in every])
        if place is None:
            continue
        counts = every[place]
        by_person = counts.kind in ("mark", "settle")
        if not by_person and every[-1].kind == "regrade":
            continue  # by another rubric than then: what it gives now is counted anew
        found[position] = Given(
            points={each["line"]: each["points"] for each in counts.criteria},
            comment=counts.note if by_person else "",
            by_person=by_person,
        )
    return found


def written_view(item: Drawn, given: Given | None) -> Json:
    """Return a written answer with its key: what earned, what was missing, what the marker said of it.

    Nothing of the rubric while the answer waits: what it suggests is no mark.
    """
    shape = item.question.shape
    assert isinstance(shape, Open)
    graded: Graded = grade(item.question, item.answer)
    points = given.points if given else suggested(shape, graded.lines, item.points)
    if item.waiting or (given is None and graded.needs_person):
        graded = replace(graded, lines=())
    elif given is not None and given.by_person:
        graded = decided(graded, points)
    view = review_view(item.question, item.order, item.answer, graded)
    worth = {each.line: each for each in worths(shape, item.points)}
    lines = view["rubric"]
    assert isinstance(lines, list)
    for line, row in enumerate(lines):
        row["points"] = number(to_fraction(points.get(line, 0)))
        row["possible"] = number(to_fraction(worth[line].most))
    view["whole"] = number(to_fraction(points[WHOLE])) if WHOLE in points and given and given.by_person else None
    view["comment"] = given.comment if given and not item.waiting else ""
    return view
