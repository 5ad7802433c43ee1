"""What somebody who runs a quiz does while people sit it: stop the clock, let it go on, give more time, collect.

Each act touches only those whom the actor may manage, and is written into the audit for each of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.accounts.queries import teams_below, visible
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.models import AuditEntry
from lms.core.texts import text
from lms.quizzes.actions import finish
from lms.quizzes.models import Attempt
from lms.quizzes.queries.sittings import MISTAKES
from lms.quizzes.rules.attempts import State, is_over

LONGEST_MINUTES = 240
"""The most that one press adds to an attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Whose attempts at a quiz: these (public names), those of a team and below, or everybody's with neither."""

    document_id: int
    attempts: tuple[str, ...] = ()
    team_id: int | None = None


def pause(actor: Actor, whom: Whom) -> int:
    """Stop the clock of those who sit now; return of how many. Who begins later is not stopped.

    While it stands no answer is taken and the server closes nothing. Raises NotFound, and Conflict where nobody sits.
    """
    now = clock.now()
    found = [each for each in _sitting(actor, whom) if each.paused_at is None]
    stopped = [each for each in found if not is_over(each.deadline_at, now)]
    for attempt in stopped:
        attempt.paused_at = now
        _note(actor, attempt, "attempt.paused", {}, {"paused_at": now})
    return len(stopped)


def go_on(actor: Actor, whom: Whom) -> int:
    """Let the clock go on; each deadline is later by the length of the pause, a part of a second counted as one."""
    now = clock.now()
    stopped = [each for each in _sitting(actor, whom) if each.paused_at is not None]
    for attempt in stopped:
        seconds = max(ceil((now - attempt.paused_at).total_seconds()), 0) if attempt.paused_at else 0
        before = attempt.deadline_at
        attempt.paused_at = None
        _later(attempt, seconds, "paused_seconds")
        _note(actor, attempt, "attempt.resumed", {"deadline_at": before}, {"deadline_at": attempt.deadline_at})
    return len(stopped)


def extend(actor: Actor, whom: Whom, minutes: int, *, seen_at: datetime | None = None) -> int:
    """Give more time; return to how many. An attempt without a deadline needs none.

    minutes: 1 to LONGEST_MINUTES. seen_at: when the page was shown on which it was pressed; who has been given time
    since gets no more, so that a press that comes twice counts once. Raises Invalid, NotFound, and Conflict where
    nobody sits or all have been given it already.
    """
    if not 1 <= minutes <= LONGEST_MINUTES:
        message = text("延长 1 到 %(most)s 分钟。", most=LONGEST_MINUTES)
        raise Invalid(message, fields={"minutes": message})
    limited = [each for each in _sitting(actor, whom) if each.deadline_at is not None]
    had = _extended_since(limited, seen_at) if seen_at else set()
    given = [each for each in limited if each.public_id not in had]
    if had and not given:
        why = text("打开这一页之后已经延长过，没有再加。要再加，请看过现在的剩余时间再按。")
        raise Conflict(why, code="given_already")
    for attempt in given:
        before = attempt.deadline_at
        _later(attempt, minutes * 60, "added_seconds")
        _note(actor, attempt, "attempt.extended", {"deadline_at": before}, {"deadline_at": attempt.deadline_at})
    return len(given)


def _extended_since(attempts: Sequence[Attempt], at: datetime) -> set[str]:
    """Return the public names of those that were given time since. The attempts are locked."""
    return set(
        session().scalars(
            select(AuditEntry.object_id).where(
                AuditEntry.object_kind == "attempt",
                AuditEntry.object_id.in_([each.public_id for each in attempts]),
                AuditEntry.verb == "attempt.extended",
                AuditEntry.at > at,
            )
        )
    )


def to_collect(actor: Actor, whom: Whom, *, confirmed: int | None = None) -> list[tuple[str, int]]:
    """Return the public names and people of the attempts that `collect` would hand in.

    confirmed: how many were named; None: it is only asked. Raises NotFound, and Conflict where nobody sits, or more
    than were named (`details["count"]`).
    """
    found = [(row.public_id, row.person_id) for row in _found(session().execute(_of(actor, whom)).all(), whom)]
    if confirmed is not None and len(found) > confirmed:
        raise Conflict(
            text("要收 %(n)s 份卷，和确认的份数不一样，没有收。", n=len(found)),
            code="confirm",
            details={"count": len(found)},
        )
    return found


def collect(actor: Actor, document_id: int, attempts: Sequence[tuple[str, int]]) -> int:
    """Hand in what these people have saved; return how many were still open. At most 100 in one transaction.

    attempts: of `to_collect`; one that is not the actor's to manage any more is left alone.
    """
    allowed = Whom(document_id=document_id, attempts=tuple(name for name, _ in attempts))
    wanted = _of(actor, allowed).with_only_columns(Attempt.id).order_by(None)
    return finish.collect(actor, [person for _, person in attempts], wanted)


def _of(actor: Actor, whom: Whom) -> Select[*tuple[Any, ...]]:
    found = (
        select(Attempt.id, Attempt.public_id, Attempt.person_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(
            Attempt.document_id == whom.document_id,
            Attempt.state == State.OPEN.value,
            Attempt.occasion != MISTAKES,
            visible(actor, Permission.QUIZ_MANAGE),
        )
        .order_by(Attempt.id)
    )
    if whom.attempts:
        found = found.where(Attempt.public_id.in_(whom.attempts))
    if whom.team_id is not None:
        found = found.where(Person.team_id.in_(teams_below([whom.team_id])))
    return found


def _sitting(actor: Actor, whom: Whom) -> Sequence[Attempt]:
    """Lock and return the open attempts."""
    wanted = (
        select(Attempt)
        .options(undefer(Attempt.limits))
        .where(Attempt.id.in_(_of(actor, whom).with_only_columns(Attempt.id).order_by(None)))
        .where(Attempt.state == State.OPEN.value)
        .order_by(Attempt.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _found(session().scalars(wanted).all(), whom)


def _found(attempts: Sequence[Any], whom: Whom) -> Sequence[Any]:
    if not attempts and whom.attempts:
        raise NotFound()
    if not attempts:
        raise Conflict(text("现在没有人在作答，没有改动。"), code="nobody_sits")
    return attempts


def _later(attempt: Attempt, seconds: int, counted_as: str) -> None:
    """Move the deadline and keep by how much, so that a window changed later counts it in."""
    if attempt.deadline_at is not None:
        attempt.deadline_at += timedelta(seconds=seconds)
    attempt.limits = {**attempt.limits, counted_as: attempt.limits.get(counted_as, 0) + seconds}


def _note(
    actor: Actor, attempt: Attempt, verb: str, before: dict[str, datetime | None], after: dict[str, datetime | None]
) -> None:
    audit(
        actor.id,
        verb,
        "attempt",
        attempt.public_id,
        person_id=attempt.person_id,
        before={key: at.isoformat() if at else None for key, at in before.items()},
        after={key: at.isoformat() if at else None for key, at in after.items()},
    )
