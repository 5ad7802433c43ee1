"""Saving answers, one by one or a page of them, in the order in which the learner gave them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, case, func, select, update

from lms.core import clock
from lms.core.access import Actor
from lms.core.db import rows, session, type_pk
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.points import Points
from lms.core.texts import Text, text
from lms.questions.rules.answers import Answer
from lms.questions.rules.grade import grade
from lms.questions.spec import Question
from lms.quizzes.models import Attempt, AttemptItem, Presence, type_answer
from lms.quizzes.queries import asked_question, question_as, seconds_between
from lms.quizzes.queries.corrections import standing
from lms.quizzes.rules.attempts import State, mark, require_open
from lms.quizzes.rules.presence import holds
from lms.quizzes.rules.values import is_complete, read_value, shown_value
from lms.quizzes.spec import Use

_item: Table = AttemptItem.__table__  # type: ignore[assignment]

_FOR_SAVING = (
    select(
        Attempt.id,
        Attempt.state,
        Attempt.mode,
        Attempt.deadline_at,
        Attempt.paused_at,
        Attempt.started_at,
        Attempt.total,
        Presence.tab,
        _item.c.position,
        _item.c.part_version_sha,
        _item.c.option_order,
        _item.c.points,
        _item.c.earned,
        _item.c.value,
        _item.c.seq,
        _item.c.saved_at,
    )
    .join(_item, _item.c.attempt_id == Attempt.id)
    .outerjoin(Presence, Presence.attempt_id == Attempt.id)
    .where(
        Attempt.public_id == bindparam("public_id"),
        Attempt.person_id == bindparam("person_id"),
        _item.c.key == bindparam("key"),
    )
    # Submit takes FOR UPDATE: no acknowledged answer slips in behind the marking.
    .with_for_update(read=True, of=Attempt)
)
_new_seq = bindparam("new_seq", type_=type_pk)
_new_seconds = bindparam("new_seconds", type_=type_pk)
_this = (_item.c.attempt_id == bindparam("of_attempt"), _item.c.position == bindparam("at_position"))
_new: dict[str, Any] = {
    "value": bindparam("new_value", type_=type_answer),
    "answered": bindparam("new_answered"),
    "saved_at": bindparam("new_saved_at"),
}
_IF_NEWER = (
    update(_item)
    .where(*_this, _item.c.seq < _new_seq, _item.c.earned.is_(None))
    .values(
        seq=_new_seq,
        seconds=case((func.coalesce(_item.c.seconds, -1) < _new_seconds, _new_seconds), else_=_item.c.seconds),
        **_new,
    )
    .returning(_item.c.seq)
)
_LATEST = (
    update(_item).where(*_this, _item.c.earned.is_(None)).values(seq=_item.c.seq + 1, **_new).returning(_item.c.seq)
)
_SAVED = select(_item.c.value, _item.c.seq, _item.c.saved_at).where(*_this)
_COUNT = select(func.count()).where(_item.c.attempt_id == bindparam("of_attempt"), _item.c.answered)


class OtherTab(Conflict):
    """Another page holds the paper: what an older one sends is not taken before it takes the paper over."""

    default_code = "other_tab"


class AnswerFinal(Conflict):
    """In a practice the right answer was shown already: this answer stays."""

    default_code = "answer_final"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What the store holds now. changed: false where a higher number was saved before. value: in the learner's ids.

    answered: complete answers on the paper. seconds_left: to the deadline; None without one.
    """

    changed: bool
    seq: int
    saved_at: datetime | None
    value: Answer
    answered: int
    total: int
    seconds_left: int | None


def save_answer(
    actor: Actor,
    public_id: str,
    key: str,
    value: object,
    seq: int,
    *,
    tab: str | None = None,
    seconds: int | None = None,
) -> Saved:
    """Save one answer if `seq` is higher than that of the saved one; else say what is saved.

    tab: the page that sends it; None = none, as from any other program. seconds: how long the question was in front.
    value: None takes the answer back. Raises NotFound, Paused, AttemptClosed, OtherTab, AnswerFinal, and Invalid for a
    value of the wrong form.
    """
    now = clock.now()
    row = _open_item(actor, public_id, key, now)
    if not holds(tab, row.tab):
        raise OtherTab(text("这份答卷已在另一个页面打开，这里的答案留在本机。要在这里答，请按“在这里继续”。"))
    question, order = asked_question(row.part_version_sha), row.option_order["ids"]
    answer = read_value(question, order, value)
    if row.earned is not None:
        raise _final()
    saved_seq, saved_at, changed = seq, now, True
    new = {**_new_values(row, question, answer, now), "new_seq": seq, "new_seconds": _bounded(row, seconds, now)}
    if rows(_IF_NEWER, new).first() is None:
        kept = rows(_SAVED, {"of_attempt": row.id, "at_position": row.position}).one()
        saved_seq, saved_at, changed = kept.seq, kept.saved_at, False
        answer = kept.value["v"] if kept.value else None
    answered = rows(_COUNT, {"of_attempt": row.id}).scalar() or 0
    return Saved(
        changed=changed,
        seq=saved_seq,
        saved_at=saved_at,
        value=shown_value(question, order, answer),
        answered=answered,
        total=row.total,
        seconds_left=seconds_between(now, row.deadline_at),
    )


def save_page(actor: Actor, public_id: str, values: Mapping[str, object]) -> dict[str, Text]:
    """Save what a posted page changed, by question: it is newer than anything that was saved before.

    Returns the questions that were refused, each with its reason; the others are saved. Raises NotFound, Paused,
    AttemptClosed.
    """
    now = clock.now()
    refused: dict[str, Text] = {}
    for key, value in values.items():
        row = _open_item(actor, public_id, key, now)
        question = asked_question(row.part_version_sha)
        try:
            if row.earned is not None:
                raise _final()
            answer = read_value(question, row.option_order["ids"], value)
        except (Invalid, AnswerFinal) as error:
            refused[key] = error.message
            continue
        session().execute(_LATEST, _new_values(row, question, answer, now))
    return refused


def flag(actor: Actor, public_id: str, key: str, on: bool) -> None:
    """Mark a question to come back to, or take the mark away. Raises NotFound, Paused, AttemptClosed."""
    row = _open_item(actor, public_id, key, clock.now())
    session().execute(
        update(_item).where(_item.c.attempt_id == row.id, _item.c.position == row.position).values(flagged=on)
    )


def check_answer(actor: Actor, public_id: str, key: str) -> None:
    """In a practice: make one answer final and mark it, so that its key may be shown. Twice changes nothing.

    Raises NotFound, Paused, AttemptClosed, and Conflict outside a practice or while the answer is not complete.
    """
    row = _open_item(actor, public_id, key, clock.now())
    if not Use(row.mode).answers_at_once:
        raise Conflict(text("只有练习可以边做边看答案。"), code="not_a_practice")
    correction = standing([row.part_version_sha]).get(row.part_version_sha)
    question = question_as(row.part_version_sha, correction.graded_as if correction else None)
    answer = row.value["v"] if row.value else None
    if not is_complete(question, answer):
        raise Conflict(text("先把这道题答完，再看答案。"), code="not_answered")
    earned: Points = mark(row.points, grade(question, answer)).earned
    session().execute(
        update(_item)
        .where(_item.c.attempt_id == row.id, _item.c.position == row.position, _item.c.earned.is_(None))
        .values(
            earned=earned,
            graded_as=correction.graded_as if correction else None,
            dropped=correction.dropped if correction else False,
        )
    )


def _open_item(actor: Actor, public_id: str, key: str, now: datetime) -> Any:
    row = rows(_FOR_SAVING, {"public_id": public_id, "person_id": actor.id, "key": key}).one_or_none()
    if row is None:
        raise NotFound()
    require_open(State(row.state), row.deadline_at, now, row.paused_at)
    return row


def _new_values(row: Any, question: Question, answer: Answer, now: datetime) -> dict[str, Any]:
    return {
        "of_attempt": row.id,
        "at_position": row.position,
        "new_value": None if answer is None else {"v": answer},
        "new_answered": is_complete(question, answer),
        "new_saved_at": now,
    }


def _bounded(row: Any, seconds: int | None, now: datetime) -> int | None:
    """Return how long a question was in front: never longer than the attempt lasts."""
    return None if seconds is None else min(seconds, max(int((now - row.started_at).total_seconds()), 0))


def _final() -> AnswerFinal:
    return AnswerFinal(text("这道题已经看过答案，不能再改。"))
