"""When a quiz is open for one person, how long an attempt lasts, and what a changed window does to open attempts.

A window says something or nothing about each of four things. Of a person's windows the nearest one that says
something counts, field by field: the person's own, the nearest team's up the tree, everybody's, the quiz's own rules.

Two instants end the time: the limit (start + limit × the person's time factor) and the bell, the earlier one of both.
The bell is the closing time as given where it was given to the person. A closing time that is common to many is
later for whoever has more time, by the minutes that this person has more than the others: extra time is never taken
away by the bell. Beginning is another thing: nobody begins after the closing time. What a trainer adds to an attempt,
and the length of its pauses, move both.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from lms.core.errors import Conflict
from lms.core.texts import text
from lms.quizzes.rules.attempts import deadline as limit_of
from lms.quizzes.spec import QuizRules


class NotOpenYet(Conflict):
    """The quiz may be begun only at `details["opens_at"]`, RFC 3339 in UTC."""

    default_code = "not_open_yet"


class Closed(Conflict):
    """The time in which the quiz could be begun is over."""

    default_code = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What one window says; None = nothing. personal: it was made for one person. seconds: the limit, at least 1.

    attempts: at least 1.
    """

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    seconds: int | None = None
    attempts: int | None = None
    personal: bool = False

    @property
    def is_empty(self) -> bool:
        return (self.opens_at, self.closes_at, self.seconds, self.attempts) == (None, None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What counts for one person. rules: the quiz's, with this person's limit and attempts.

    opens_at: nobody begins before; closes_at: nor from then on. own_bell: the closing time was given to the person.
    """

    rules: QuizRules
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    own_bell: bool = False


def plan_of(rules: QuizRules, windows: Iterable[Window]) -> Plan:
    """Return what counts. windows: those of the person, the nearest one first."""
    plan = Plan(rules=rules)
    seconds: int | None = None
    attempts: int | None = None
    for window in windows:
        seconds = seconds or window.seconds
        attempts = attempts or window.attempts
        if plan.opens_at is None and window.opens_at is not None:
            plan = replace(plan, opens_at=window.opens_at)
        if plan.closes_at is None and window.closes_at is not None:
            plan = replace(plan, closes_at=window.closes_at, own_bell=window.personal)
    return replace(plan, rules=replace(rules, seconds=seconds or rules.seconds, attempts=attempts or rules.attempts))


def require_window(plan: Plan, now: datetime) -> None:
    """Accept that an attempt begins now. Raises NotOpenYet or Closed."""
    if plan.opens_at is not None and now < plan.opens_at:
        raise NotOpenYet(
            text("这份测验还没有开放。"),
            details={"opens_at": plan.opens_at.astimezone(UTC).isoformat().replace("+00:00", "Z")},
        )
    if is_closed(plan, now):
        raise Closed(text("这份测验的开放时间已经过了。需要补考，请联系培训师。"))


def is_closed(plan: Plan, now: datetime) -> bool:
    """Say whether nobody with this plan may begin any more."""
    return plan.closes_at is not None and now >= plan.closes_at


def bell(plan: Plan, percent: int) -> datetime | None:
    """Return when the writing ends whatever the limit says. percent: the person's share of the common time, from 100.

    Without a limit there is no time to have more of: the closing time holds for everybody.
    """
    if plan.closes_at is None or plan.own_bell or plan.rules.seconds is None:
        return plan.closes_at
    return plan.closes_at + timedelta(seconds=_extra(plan.rules.seconds, percent))


def deadline(
    plan: Plan, started_at: datetime, *, percent: int = 100, added: int = 0, paused: int = 0
) -> datetime | None:
    """Return when an attempt ends by itself; None = never.

    added: seconds that a trainer gave. paused: seconds for which it was stopped.
    """
    ends = [limit_of(plan.rules, started_at, Fraction(percent, 100)), bell(plan, percent)]
    known = [end for end in ends if end is not None]
    return min(known) + timedelta(seconds=added + paused) if known else None


def _extra(seconds: int, percent: int) -> int:
    """Return the seconds that a person has more than the others, a part of one counted as a whole one."""
    return -(-seconds * max(percent - 100, 0) // 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How the deadline of an open attempt changes: `before` to `after`, None = none.

    ends_now: it would lie in the past, so the attempt is handed in at once; `after` is then the present instant.
    """

    attempt_id: int
    before: datetime | None
    after: datetime | None
    ends_now: bool = False


def move_of(
    attempt_id: int, before: datetime | None, after: datetime | None, now: datetime, paused_at: datetime | None = None
) -> Move | None:
    """Return how the deadline moves, None where it stays. A paused attempt's clock stands at `paused_at`."""
    if before == after:
        return None
    here = paused_at or now
    if after is not None and after < here and (before is None or before > here):
        return Move(attempt_id=attempt_id, before=before, after=here, ends_now=True)
    if after is not None and after < here:
        return None  # its time was up already: what ends it is on its way
    return Move(attempt_id=attempt_id, before=before, after=after)
