"""Closing an attempt: by its person, by its deadline, or by somebody who voids it. Marked once, recorded once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.plain import from_plain
from lms.core.texts import text
from lms.quizzes.actions.automatic import mark_all
from lms.quizzes.actions.corrections import take_corrections
from lms.quizzes.events import QuizGraded
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.queries import Frozen
from lms.quizzes.queries.sittings import MISTAKES
from lms.quizzes.rules.attempts import GRACE, AttemptClosed, State, is_over, paused, score
from lms.quizzes.spec import Use
from lms.records import actions as records
from lms.records.events import Verb
from lms.records.models import Record

LEFT_LYING = 2 * 60 * 60
"""Seconds from which an attempt without a limit was left lying, not worked on: nothing is counted as observed."""

_OWN = (
    select(Attempt)
    .options(undefer(Attempt.limits))
    .where(Attempt.public_id == bindparam("public_id"), Attempt.person_id == bindparam("person_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_TO_CLOSE = (
    select(Attempt)
    .options(undefer(Attempt.limits))
    .where(
        Attempt.person_id == bindparam("person_id"),
        Attempt.document_id == bindparam("document_id"),
        Attempt.state == State.OPEN.value,
        Attempt.paused_at.is_(None),
        or_(Attempt.deadline_at < bindparam("before"), Attempt.occasion == MISTAKES),
    )
    .with_for_update()
)


def submit(actor: Actor, public_id: str) -> bool:
    """Close and mark one's own attempt; say whether this call did it. Sent again, it changes nothing.

    An attempt whose time is up is closed as ended by its deadline. Raises NotFound, Paused, and AttemptClosed for a
    voided one.
    """
    records.lock_people([actor.id])
    attempt = session().scalars(_OWN, {"public_id": public_id, "person_id": actor.id}).one_or_none()
    if attempt is None:
        raise NotFound()
    if attempt.state == State.VOIDED:
        raise AttemptClosed(text("这份答卷已作废，不再接收答案。原因请看通知。"), code="attempt_voided")
    if attempt.state != State.OPEN:
        return False
    if attempt.paused_at is not None:
        raise paused()
    now = clock.now()
    if is_over(attempt.deadline_at, now):
        _close(None, attempt, State.EXPIRED, attempt.deadline_at or now)
    else:
        _close(actor, attempt, State.SUBMITTED, now)
    return True


def close_over(person_id: int, document_id: int) -> None:
    """Close the person's open attempt at a quiz if its time is up, or if it only practises mistakes.

    The caller holds the person's lock and begins another one.
    """
    now = clock.now()
    keys = {"person_id": person_id, "document_id": document_id, "before": now - GRACE}
    for attempt in session().scalars(_TO_CLOSE, keys):
        if attempt.occasion == MISTAKES:
            _close(None, attempt, State.SUBMITTED, now)
        else:
            _close(None, attempt, State.EXPIRED, attempt.deadline_at or now)


def over(now: datetime, after: int, limit: int) -> list[tuple[int, int]]:
    """Return attempt and person of open attempts whose time is up: up to `limit` with a key above `after`."""
    rows = session().execute(
        select(Attempt.id, Attempt.person_id)
        .where(
            Attempt.state == State.OPEN.value,
            Attempt.paused_at.is_(None),
            Attempt.deadline_at < now - GRACE,
            Attempt.id > after,
        )
        .order_by(Attempt.id)
        .limit(limit)
    )
    return [(row.id, row.person_id) for row in rows]


def close_all(attempt_ids: Sequence[int], person_ids: Sequence[int]) -> int:
    """Close these attempts at their deadlines with what was saved; return how many still had to be.

    At most 100 people in one transaction.
    """
    records.lock_people(person_ids)
    now = clock.now()
    closed = 0
    for attempt in session().scalars(
        select(Attempt)
        .options(undefer(Attempt.limits))
        .where(Attempt.id.in_(attempt_ids), Attempt.state == State.OPEN.value)
        .order_by(Attempt.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ):
        if is_over(attempt.deadline_at, now, attempt.paused_at):
            _close(None, attempt, State.EXPIRED, attempt.deadline_at or now)
            closed += 1
    return closed


def collect(actor: Actor, person_ids: Sequence[int], wanted: Select[Any]) -> int:
    """Hand in for these people what they have saved, as one who runs the quiz may; return how many were still open.

    wanted: ids of the attempts. A paused one is handed in too. At most 100 people in one transaction.
    """
    records.lock_people(person_ids)
    now = clock.now()
    closed = 0
    for attempt in session().scalars(
        select(Attempt)
        .options(undefer(Attempt.limits))
        .where(Attempt.id.in_(wanted), Attempt.state == State.OPEN.value)
        .order_by(Attempt.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ):
        if attempt.paused_at is not None:
            paused_for = int((now - attempt.paused_at).total_seconds()) + attempt.limits.get("paused_seconds", 0)
            attempt.limits = {**attempt.limits, "paused_seconds": paused_for}
            attempt.paused_at = None
        _close(actor, attempt, State.SUBMITTED, now, ended_by="trainer")
        audit(actor.id, "attempt.collected", "attempt", attempt.public_id, person_id=attempt.person_id)
        closed += 1
    return closed


def void(actor: Actor, public_id: str, reason: str) -> None:
    """Declare that an attempt counts for nothing. Nothing is deleted; the log says who and why.

    Raises NotFound, Invalid without a reason, Conflict where it is voided already.
    """
    if not reason.strip():
        raise Invalid(text("请写明作废的原因。"), fields={"reason": text("原因不能为空。")})
    person_id = session().scalar(
        select(Attempt.person_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.public_id == public_id, visible(actor, Permission.RECORD_VOID))
    )
    if person_id is None:
        raise NotFound()
    records.lock_people([person_id])
    attempt = locked(Attempt, public_id)
    if attempt.state == State.VOIDED:
        raise Conflict(text("这份答卷已经作废，没有再次改动。"))
    before = attempt.state
    line = session().scalar(
        select(Record.seq).where(
            Record.person_id == person_id,
            Record.document_id == attempt.document_id,
            Record.verb == Verb.GRADED.value,
            Record.ref == public_id,
        )
    )
    if line is not None:
        records.void(actor, line, reason)
    attempt.state = State.VOIDED.value
    attempt.submitted_at = attempt.submitted_at or clock.now()
    audit(
        actor.id,
        "attempt.voided",
        "attempt",
        public_id,
        person_id=person_id,
        before={"state": before},
        after={"state": State.VOIDED.value},
    )


def _close(actor: Actor | None, attempt: Attempt, state: State, at: datetime, *, ended_by: str = "person") -> None:
    """Mark every answer, close the attempt, write its one line into the log; a practice of mistakes has none."""
    frozen: Frozen = from_plain(Frozen, attempt.limits)
    take_corrections(attempt.id)
    marks = mark_all(attempt.id, clock.now())
    total = score(marks)
    passed = total.verdict(frozen.rules.pass_mark)
    if frozen.rules.use is Use.RECURRING:
        passed = _is_all_answered(attempt.id)
    attempt.state = state.value
    attempt.submitted_at = at
    attempt.ended_by = "deadline" if state is State.EXPIRED else ended_by
    attempt.earned = total.earned
    attempt.possible = total.possible
    attempt.passed = passed
    if attempt.occasion == MISTAKES:
        return
    records.append(
        actor,
        attempt.person_id,
        Verb.GRADED,
        document_id=attempt.document_id,
        revision_id=attempt.revision_id,
        source="quiz",
        earned=total.earned,
        possible=total.possible,
        passed=passed,
        credited_minutes=frozen.minutes,
        observed_seconds=_observed(attempt, frozen, at),
        ref=attempt.public_id,
    )
    emit(
        QuizGraded(
            person_id=attempt.person_id,
            document_id=attempt.document_id,
            attempt_id=attempt.public_id,
            earned=total.earned,
            possible=total.possible,
            passed=passed,
            at=at,
        )
    )


def _is_all_answered(attempt_id: int) -> bool:
    """Say whether nothing was left out: a check that decides nothing is done when each question was tried."""
    return not session().scalar(
        select(exists().where(AttemptItem.attempt_id == attempt_id, ~AttemptItem.answered, ~AttemptItem.dropped))
    )


def _observed(attempt: Attempt, frozen: Frozen, at: datetime) -> int | None:
    seconds = max(int((at - attempt.started_at).total_seconds()) - frozen.paused_seconds, 0)
    if attempt.deadline_at is None and seconds > LEFT_LYING:
        return None
    return seconds
