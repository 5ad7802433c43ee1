"""Marking a whole paper when it is closed: what the server can decide counts, the rest waits for a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update

from lms.core.db import rows, session
from lms.core.points import share_of
from lms.questions.rules.answers import Answer, is_written
from lms.questions.rules.grade import Graded, grade
from lms.questions.rules.rubric import suggested
from lms.questions.spec import Open, Question
from lms.quizzes.models import AttemptItem, GradeChange
from lms.quizzes.queries import question_as
from lms.quizzes.queries.lists import Lists, lists
from lms.quizzes.rules.attempts import Mark, mark

_item: Table = AttemptItem.__table__  # type: ignore[assignment]
_ANSWERS = (
    select(
        _item.c.position,
        _item.c.points,
        _item.c.value,
        _item.c.dropped,
        _item.c.part_version_sha,
        _item.c.graded_as,
    )
    .where(_item.c.attempt_id == bindparam("attempt_id"))
    .order_by(_item.c.position)
)
_MARK = (
    update(_item)
    .where(_item.c.attempt_id == bindparam("of_attempt"), _item.c.position == bindparam("at_position"))
    .values(earned=bindparam("points_earned"), waiting=bindparam("is_waiting"))
)


@dataclass(frozen=True, slots=True)
class _Marked:
    row: Any
    question: Question
    answer: Answer
    graded: Graded
    mark: Mark


def mark_all(attempt_id: int, at: datetime) -> list[Mark]:
    """Mark every answer of an attempt that is being closed; return the marks that count, without dropped questions.

    A written answer leaves a line in the history of its marks: what the rubric gave, or suggests where it waits.
    """
    every = [_marked(row) for row in rows(_ANSWERS, {"attempt_id": attempt_id}).all()]
    if any(is_written(each.question, each.answer) for each in every):
        help = lists()
        every = [_looked_at(each, help) for each in every]
    session().execute(
        _MARK,
        [
            {
                "of_attempt": attempt_id,
                "at_position": each.row.position,
                "points_earned": each.mark.earned,
                "is_waiting": each.mark.waiting and not each.row.dropped,
            }
            for each in every
        ],
    )
    changes = [_change(attempt_id, each, at) for each in every if is_written(each.question, each.answer)]
    if changes:
        session().execute(insert(GradeChange), changes)
    return [each.mark for each in every if not each.row.dropped]


def _marked(row: Any) -> _Marked:
    question = question_as(row.part_version_sha, row.graded_as)
    answer = row.value["v"] if row.value else None
    graded = grade(question, answer)
    return _Marked(row, question, answer, graded, mark(row.points, graded))


def _looked_at(each: _Marked, help: Lists) -> _Marked:
    """Let a person look where the word lists give a hint. The points that the rubric gives stay what they are."""
    shape = each.question.shape
    if each.mark.waiting or not isinstance(shape, Open) or not isinstance(each.answer, str):
        return each
    if not help.hints(shape, each.answer, each.graded.lines):
        return each
    return _Marked(
        each.row, each.question, each.answer, each.graded, Mark(earned=0, possible=each.row.points, waiting=True)
    )


def _change(attempt_id: int, each: _Marked, at: datetime) -> dict[str, Any]:
    shape, possible = each.question.shape, each.row.points
    assert isinstance(shape, Open)
    graded = each.graded
    return {
        "attempt_id": attempt_id,
        "position": each.row.position,
        "kind": "auto",
        "earned_before": None,
        "earned_after": share_of(possible, graded.share),
        "version": 0,
        "criteria": [
            {"line": line, "points": points, "words": words_of(graded, line)}
            for line, points in suggested(shape, graded.lines, possible).items()
        ],
        "made_at": at,
    }


def words_of(graded: Graded, line: int) -> list[str]:
    """Return the phrases of the rubric (not the person's own words) that a line was given points for."""
    found = graded.lines[line].found if 0 <= line < len(graded.lines) and graded.lines[line].points else ()
    return list(dict.fromkeys(hit.phrase for hit in found))
