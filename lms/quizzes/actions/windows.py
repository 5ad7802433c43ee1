"""When a quiz is open for whom: a window is set or taken away, and the clocks of those who sit move with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.content.models import Revision
from lms.content.store import spec_of
from lms.core import clock
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.audit import audit
from lms.core.db import rows, session
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.plain import from_plain, to_plain
from lms.core.texts import Text, text
from lms.quizzes.models import Attempt, Makeup, QuizWindow
from lms.quizzes.queries import ONCE, Frozen
from lms.quizzes.queries.occasions import hold_windows, limits_of
from lms.quizzes.rules.attempts import State
from lms.quizzes.rules.makeups import MAKEUP
from lms.quizzes.rules.windows import Move, Plan, Window, deadline, move_of, plan_of

LONGEST_SECONDS = 24 * 60 * 60
MOST_ATTEMPTS = 99


class Unconfirmed(Conflict):
    """The change would end attempts at once; `details["ends_now"]` says how many. To be sent again, naming them."""

    default_code = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Of:
    """Whose window: a team's and below, one person's, or everybody's with neither."""

    team_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a changed window does to the attempts that are open now."""

    moves: tuple[Move, ...] = ()

    @property
    def ends_now(self) -> int:
        return sum(move.ends_now for move in self.moves)

    @property
    def earlier(self) -> int:
        return sum(not move.ends_now and _is_earlier(move) for move in self.moves)

    @property
    def later(self) -> int:
        return sum(not move.ends_now and not _is_earlier(move) for move in self.moves)


def _is_earlier(move: Move) -> bool:
    return move.after is not None and (move.before is None or move.after < move.before)


def change_window(actor: Actor, document_id: int, of: Of, window: Window, *, confirmed: int = 0) -> Change:
    """Set somebody's window, or take it away with an empty one; return what became of the open attempts.

    A deadline moves both ways with it. One that would lie in the past ends its attempt, with what was saved; that
    needs `confirmed`, which names how many (at least as many as there are); `Unconfirmed` is the preview.
    Raises NotFound, Forbidden, Invalid, Unconfirmed.
    """
    require_manages(actor, of)
    problems = _problems(window)
    if problems:
        raise Invalid(text("请看标出的地方。"), fields=problems)
    hold_windows(document_id, to_change=True)
    before = windows_of(document_id)
    after = [row for row in before if (row.team_id, row.person_id) != (of.team_id, of.person_id)]
    if not window.is_empty:
        after.append(_row(of, window))
    planned = _planned(document_id, before, after)
    change = Change(moves=tuple(each.move for each in planned if each.move is not None))
    if change.ends_now > confirmed:
        raise Unconfirmed(
            text("%(n)s 人正在作答，按新的时间他们会立刻交卷。确认后再改。", n=change.ends_now),
            details={"ends_now": change.ends_now, "earlier": change.earlier, "later": change.later},
        )
    for each in planned:
        each.attempt.limits = {**each.attempt.limits, "rules": to_plain(each.plan.rules)}
        if each.move is not None:
            each.attempt.deadline_at = each.move.after
    _store(actor, document_id, of, window, before, change)
    return change


def require_manages(actor: Actor, of: Of) -> None:
    """Accept whose window it is. Raises Forbidden for everybody's, NotFound for a team or person that is another's."""
    held = scopes(actor, Permission.QUIZ_MANAGE)
    if of.person_id is not None:
        mine = select(Person.id).where(Person.id == of.person_id, visible(actor, Permission.QUIZ_MANAGE))
        if session().scalar(mine) is None:
            raise NotFound()
    elif Scope.ALL not in held:
        if of.team_id is None:
            raise Forbidden(text("所有人的开放时间由培训师设置。您可以给自己的团队或组员设置。"))
        if of.team_id not in actor.teams_below:
            raise NotFound()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One window as it stands: whose, and what it says."""

    team_id: int | None
    person_id: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    seconds: int | None
    attempts: int | None


def windows_of(document_id: int) -> list[Any]:
    """Return every window of a quiz."""
    wanted = select(
        QuizWindow.team_id,
        QuizWindow.person_id,
        QuizWindow.opens_at,
        QuizWindow.closes_at,
        QuizWindow.seconds,
        QuizWindow.attempts,
    ).where(QuizWindow.document_id == document_id)
    return list(rows(wanted).all())


def _row(of: Of, window: Window) -> Said:
    return Said(
        team_id=of.team_id,
        person_id=of.person_id,
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        seconds=window.seconds,
        attempts=window.attempts,
    )


def _problems(window: Window) -> dict[str, Text]:
    found: dict[str, Text] = {}
    if window.opens_at and window.closes_at and window.closes_at <= window.opens_at:
        found["closes_at"] = text("结束要晚于开始。")
    if window.seconds is not None and not 60 <= window.seconds <= LONGEST_SECONDS:
        found["seconds"] = text("限时 1 分钟到 24 小时。")
    if window.attempts is not None and not 1 <= window.attempts <= MOST_ATTEMPTS:
        found["attempts"] = text("次数 1 到 %(most)s。", most=MOST_ATTEMPTS)
    return found


_OPEN = (
    select(Attempt, Revision.compiled_sha)
    .join(Revision, Revision.id == Attempt.revision_id)
    .options(undefer(Attempt.limits))
    .order_by(Attempt.id)
    .with_for_update(of=Attempt)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    attempt: Attempt
    plan: Plan
    move: Move | None


def _planned(document_id: int, before: Sequence[Any], after: Sequence[Any]) -> list[_Planned]:
    """Lock the open attempts; return those for which something else counts now, and how their deadlines move."""
    now = clock.now()
    sitting = (
        session().execute(_OPEN.where(Attempt.document_id == document_id, Attempt.state == State.OPEN.value)).all()
    )
    frozen: dict[int, Frozen] = {row.Attempt.id: from_plain(Frozen, row.Attempt.limits) for row in sitting}
    rules = {
        row.Attempt.person_id: spec_of(row.compiled_sha).rules if row.compiled_sha else frozen[row.Attempt.id].rules
        for row in sitting
    }
    old, new = limits_of(rules, before), limits_of(rules, after)
    given = _makeups(document_id, list(rules))
    found = []
    for attempt in (row.Attempt for row in sitting):
        was, plan = (_on(attempt, each[attempt.person_id], given) for each in (old, new))
        if plan is None or plan == was:
            continue
        kept = frozen[attempt.id]
        ends = deadline(
            plan,
            attempt.started_at,
            percent=kept.time_percent,
            added=kept.added_seconds,
            paused=kept.paused_seconds,
        )
        move = move_of(attempt.id, attempt.deadline_at, ends, now, attempt.paused_at)
        found.append(_Planned(attempt=attempt, plan=plan, move=move))
    return found


def _makeups(document_id: int, person_ids: Sequence[int]) -> dict[tuple[int, str], Window]:
    """Return the windows of these people's makeups, by person and occasion."""
    wanted = select(Makeup).where(Makeup.document_id == document_id, Makeup.person_id.in_(person_ids))
    return {
        (each.person_id, f"{MAKEUP}{each.number}"): Window(
            opens_at=each.opens_at, closes_at=each.closes_at, attempts=each.attempts, personal=True
        )
        for each in session().scalars(wanted)
    }


def _on(attempt: Attempt, common: Plan, given: dict[tuple[int, str], Window]) -> Plan | None:
    """Return what counts for an attempt; None on an occasion that knows no windows."""
    if attempt.occasion == ONCE:
        return common
    window = given.get((attempt.person_id, attempt.occasion))
    return plan_of(common.rules, [window]) if window else None


def _store(actor: Actor, document_id: int, of: Of, window: Window, before: Sequence[Any], change: Change) -> None:
    was = next((row for row in before if (row.team_id, row.person_id) == (of.team_id, of.person_id)), None)
    whose = (
        QuizWindow.team_id.is_not_distinct_from(of.team_id),
        QuizWindow.person_id.is_not_distinct_from(of.person_id),
    )
    row = session().scalars(select(QuizWindow).where(QuizWindow.document_id == document_id, *whose)).one_or_none()
    if window.is_empty:
        if row is not None:
            session().delete(row)
    else:
        if row is None:
            row = QuizWindow(document_id=document_id, team_id=of.team_id, person_id=of.person_id)
            session().add(row)
        row.opens_at, row.closes_at = window.opens_at, window.closes_at
        row.seconds, row.attempts = window.seconds, window.attempts
        row.set_by, row.set_at = actor.id, clock.now()
    session().flush()
    audit(
        actor.id,
        "quiz.window",
        "document",
        document_id,
        person_id=of.person_id,
        before=_told(was),
        after={**_told(window), "team": of.team_id, "ended": change.ends_now, "moved": change.earlier + change.later},
    )


def _told(window: Any) -> dict[str, Any]:
    """Return what a window says as plain values; {} for none."""
    if window is None:
        return {}
    return {
        "opens_at": window.opens_at.isoformat() if window.opens_at else None,
        "closes_at": window.closes_at.isoformat() if window.closes_at else None,
        "seconds": window.seconds,
        "attempts": window.attempts,
    }
