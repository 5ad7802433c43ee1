"""Verbs of what decides people's days beside the roster: shifts, leave, freeze windows, the company's own days."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import or_, select

from lms.accounts import queries
from lms.accounts.events import FreezeChanged, RosterChanged
from lms.accounts.models import (
    CohortMember,
    CompanyDay,
    FreezeWindow,
    Leave,
    Person,
    RosterPattern,
    Shift,
    Team,
)
from lms.accounts.rules.leave import KINDS
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text

MOST_DAYS = 400
"""Days of the longest leave or freeze window; longer is a slip of the pen."""


def set_shift(actor: Actor, code: str, *, name: str, starts: int, ends: int) -> Shift:
    """Say what a letter of the roster means. starts, ends: minutes from midnight."""
    if not code or len(code) > 20 or any(letter.isspace() for letter in code):
        reason = text("班次代码写 1 到 20 个字，中间不留空格。")
        raise Invalid(reason, fields={"code": reason})
    shift = session().get(Shift, code)
    if shift is None:
        shift = Shift(code=code, name=name or code, starts=starts, ends=ends)
        session().add(shift)
    shift.name, shift.starts, shift.ends = name or code, starts, ends
    session().flush()
    audit(actor.id, "shift.set", "shift", code, after={"starts": starts, "ends": ends})
    return shift


def remove_shift(actor: Actor, code: str) -> None:
    """Take a shift away; days that name it keep the word."""
    shift = session().get(Shift, code)
    if shift is None:
        raise NotFound()
    session().delete(shift)
    session().flush()
    audit(actor.id, "shift.removed", "shift", code)


def shift_words() -> dict[str, str]:
    """Return the code of each shift by its code and by its name."""
    found: dict[str, str] = {}
    for row in session().execute(select(Shift.code, Shift.name).order_by(Shift.code)):
        found.setdefault(row.name, row.code)
        found.setdefault(f"{row.code}班", row.code)
    return found | {row.code: row.code for row in session().execute(select(Shift.code))}


def note_leave(
    actor: Actor, person_id: int, *, from_on: date, until_on: date, kind: str = "other", tell: bool = True
) -> Leave:
    """Note that somebody is away from the first to the last day. What touches a leave of the same kind is one with it.

    Raises Invalid where it ends before it begins, is longer than 400 days, or overlaps a leave of another kind.
    tell: False where the caller tells of many at once.
    """
    if kind not in KINDS:
        raise Invalid(text("没有这种请假。"), fields={"kind": text("没有这种请假。")})
    check_span(from_on, until_on)
    if session().get(Person, person_id) is None:
        raise NotFound()
    beside = session().scalars(
        select(Leave)
        .where(
            Leave.person_id == person_id,
            Leave.from_on <= until_on + timedelta(days=1),
            Leave.until_on >= from_on - timedelta(days=1),
        )
        .order_by(Leave.from_on)
    )
    same: list[Leave] = []
    for each in beside:
        if each.kind == kind:
            same.append(each)
        elif each.from_on <= until_on and each.until_on >= from_on:
            reason = text("和 %(a)s 至 %(b)s 的请假重叠。", a=each.from_on, b=each.until_on)
            raise Invalid(reason, fields={"from_on": reason})
    if same:
        leave = same[0]
        leave.from_on = min(from_on, *(each.from_on for each in same))
        leave.until_on = max(until_on, *(each.until_on for each in same))
        for other in same[1:]:
            session().delete(other)
    else:
        leave = Leave(person_id=person_id, from_on=from_on, until_on=until_on, kind=kind, noted_at=clock.now())
        session().add(leave)
    leave.noted_by, leave.noted_at = actor.id, clock.now()
    session().flush()
    _audit_leave(actor, leave, "leave.noted")
    if tell:
        emit(RosterChanged(person_ids=(person_id,)))
    return leave


def end_leave(actor: Actor, leave_id: int, last_day: date) -> None:
    """Let a leave end early, on its new last day; before its first day it is taken away."""
    leave = session().get(Leave, leave_id)
    if leave is None:
        raise NotFound()
    if last_day > leave.until_on:
        reason = text("提前结束要早于原来的最后一天。")
        raise Invalid(reason, fields={"last_day": reason})
    if last_day < leave.from_on:
        session().delete(leave)
    else:
        leave.until_on = last_day
    session().flush()
    _audit_leave(actor, leave, "leave.ended")
    emit(RosterChanged(person_ids=(leave.person_id,)))


def _audit_leave(actor: Actor, leave: Leave, verb: str) -> None:
    audit(
        actor.id,
        verb,
        "leave",
        leave.id,
        person_id=leave.person_id,
        after={"from": leave.from_on.isoformat(), "until": leave.until_on.isoformat()},
    )


def check_span(from_on: date, until_on: date) -> None:
    """Raise Invalid for a span that ends before it begins or lasts longer than 400 days."""
    if until_on < from_on:
        reason = text("最后一天不能早于第一天。")
        raise Invalid(reason, fields={"until_on": reason})
    if (until_on - from_on).days >= MOST_DAYS:
        reason = text("最长 %(n)s 天，请检查年份。", n=MOST_DAYS)
        raise Invalid(reason, fields={"until_on": reason})


def set_freeze(actor: Actor, team_id: int, *, name: str, from_on: date, until_on: date) -> FreezeWindow:
    """Let nothing fall due to a team and all below it from the first to the last day; reminders are silent.

    The same name at the same team again moves the window. Raises Invalid for a span that can't be.
    """
    check_span(from_on, until_on)
    if not name.strip():
        reason = text("写上叫什么，例如“双十一”。")
        raise Invalid(reason, fields={"name": reason})
    if session().get(Team, team_id) is None:
        raise NotFound()
    found = session().scalars(
        select(FreezeWindow).where(
            FreezeWindow.team_id == team_id, FreezeWindow.name == name.strip(), FreezeWindow.until_on >= today()
        )
    )
    window = found.first()
    if window is None:
        window = FreezeWindow(
            name=name.strip()[:80], team_id=team_id, from_on=from_on, until_on=until_on, made_at=clock.now()
        )
        session().add(window)
    window.from_on, window.until_on, window.made_by = from_on, until_on, actor.id
    session().flush()
    _tell_freeze(actor, window, "freeze.set")
    return window


def remove_freeze(actor: Actor, freeze_id: int) -> None:
    """Take a freeze window away: due days move back to where they were. One that is over stays, as a record."""
    window = session().get(FreezeWindow, freeze_id)
    if window is None:
        raise NotFound()
    day = today()
    if window.until_on < day:
        raise Conflict(text("已经过去的静默期不能再改。"))
    if window.from_on < day:
        window.until_on = day - timedelta(days=1)
    else:
        session().delete(window)
    session().flush()
    _tell_freeze(actor, window, "freeze.removed")


def _tell_freeze(actor: Actor, window: FreezeWindow, verb: str) -> None:
    days = {"team": window.team_id, "from": window.from_on.isoformat(), "until": window.until_on.isoformat()}
    audit(actor.id, verb, "freeze_window", window.id, after=days)
    people = people_below([window.team_id])
    if people:
        emit(FreezeChanged(person_ids=tuple(people)))


def people_below(team_ids: Collection[int]) -> list[int]:
    """Return who works in these teams or one below them."""
    teams = queries.teams_below(list(team_ids))
    return list(
        session().scalars(select(Person.id).where(Person.team_id.in_(teams), Person.active).order_by(Person.id))
    )


def set_company_days(actor: Actor, days: dict[date, tuple[bool, str] | None]) -> int:
    """Say how the company has days that the public calendar has otherwise or does not know; None takes it back.

    days: working, name. Return how many are others now.
    """
    held = {row.day: row for row in session().scalars(select(CompanyDay).where(CompanyDay.day.in_(list(days))))}
    changed = 0
    for day, said in sorted(days.items()):
        row = held.get(day)
        if said is None:
            if row is None:
                continue
            session().delete(row)
        elif row is None:
            session().add(CompanyDay(day=day, working=said[0], name=said[1][:40]))
        elif (row.working, row.name) != (said[0], said[1][:40]):
            row.working, row.name = said[0], said[1][:40]
        else:
            continue
        changed += 1
    if changed:
        session().flush()
        audit(actor.id, "company_day.set", "company_day", min(days).isoformat(), after={"days": changed})
        if people := _office_people():
            emit(RosterChanged(person_ids=tuple(people)))
    return changed


def _office_people() -> list[int]:
    """Return who may be rostered by a pattern that follows the public calendar."""
    patterns = (
        session()
        .execute(
            select(RosterPattern.team_id, RosterPattern.cohort_id, RosterPattern.person_id).where(
                RosterPattern.follows_holidays,
                or_(RosterPattern.until_on.is_(None), RosterPattern.until_on >= today()),
            )
        )
        .all()
    )
    teams = queries.teams_below([row.team_id for row in patterns if row.team_id is not None])
    members = select(CohortMember.person_id).where(
        CohortMember.cohort_id.in_([row.cohort_id for row in patterns if row.cohort_id is not None]),
        CohortMember.left_on.is_(None),
    )
    own = [row.person_id for row in patterns if row.person_id is not None]
    return list(
        session().scalars(
            select(Person.id)
            .where(Person.active, or_(Person.team_id.in_(teams), Person.id.in_(members), Person.id.in_(own)))
            .order_by(Person.id)
        )
    )
