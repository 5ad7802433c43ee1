"""Reading what stands in a person's calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import select

from lms.accounts.models import CalendarFeed, Person, Shift
from lms.accounts.queries import roster_of
from lms.assignments.queries import duties
from lms.assignments.rules import State
from lms.core.db import rows, session
from lms.learning.models import LiveSession, Seat
from lms.learning.rules.feed import Owed

BACK = timedelta(days=30)
AHEAD = timedelta(days=180)
SHIFTS_AHEAD = timedelta(days=60)
"""Rosters are rarely known further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOwner:
    """Whose address it is, and what is to stand in the file."""

    person_id: int
    locale: str
    made_at: datetime
    with_titles: bool
    with_shifts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    public_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    link: str
    waiting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A day that the person works; code: of the shift, "" = none said; starts, ends: minutes, None = not known."""

    day: date
    code: str
    name: str
    starts: int | None = None
    ends: int | None = None


def feed_owner(token: str) -> FeedOwner | None:
    """Return whose secret address this is; None for nobody's and for who has left."""
    row = (
        session()
        .execute(
            select(
                CalendarFeed.person_id,
                CalendarFeed.made_at,
                CalendarFeed.with_titles,
                CalendarFeed.with_shifts,
                Person.locale,
            )
            .join(Person, Person.id == CalendarFeed.person_id)
            .where(CalendarFeed.digest == sha256(token.encode()).digest(), Person.active)
        )
        .one_or_none()
    )
    return None if row is None else FeedOwner(**row._mapping)


def feed_of(person_id: int) -> CalendarFeed | None:
    return session().get(CalendarFeed, person_id)


def owed(person_id: int, today: date) -> list[Owed]:
    """Return the open required items that have a due day."""
    return [
        Owed(goal=duty.item.assignment_id, goal_title=duty.goal_title, title=duty.title, due_on=duty.item.due_on)
        for duty in duties(person_id, today)
        if duty.goal_open
        and duty.item.required
        and duty.item.due_on is not None
        and duty.state not in (State.DONE, State.EXEMPT)
        and today - BACK <= duty.item.due_on <= today + AHEAD
    ]


def meetings(person_id: int, since: datetime) -> list[Meeting]:
    """Return the live sessions in which the person has a seat or waits for one."""
    found = rows(
        select(
            LiveSession.public_id,
            LiveSession.title,
            LiveSession.starts_at,
            LiveSession.ends_at,
            LiveSession.place,
            LiveSession.link,
            (Seat.state == "waiting").label("waiting"),
        )
        .join(Seat, Seat.session_id == LiveSession.id)
        .where(
            Seat.person_id == person_id,
            Seat.state.in_(("enrolled", "waiting", "attended")),
            LiveSession.state != "cancelled",
            LiveSession.ends_at >= since,
        )
        .order_by(LiveSession.starts_at, LiveSession.id)
    )
    return [Meeting(**row) for row in found.mappings()]


def worked(person_id: int, today: date) -> Sequence[Worked]:
    """Return the days that the person works, from a week ago on."""
    roster = roster_of(person_id)
    shifts = {shift.code: shift for shift in session().scalars(select(Shift))}
    found = []
    for offset in range(-7, SHIFTS_AHEAD.days):
        day = today + timedelta(days=offset)
        if not roster(day):
            continue
        code = roster.shift(day)
        shift = shifts.get(code)
        found.append(
            Worked(day=day, code=code, name=shift.name, starts=shift.starts, ends=shift.ends)
            if shift
            else Worked(day=day, code=code, name=code)
        )
    return found
