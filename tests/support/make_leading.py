"""Builders for the pages of who leads: late duties, rosters of today, leave."""

from datetime import date, timedelta

from lms.accounts.models import Leave, Person, RosterDay
from lms.core import clock
from lms.core.db import transaction
from lms.core.here import today


def works_today(*people: Person, working: bool = True) -> None:
    with transaction() as s:
        for person in people:
            s.add(RosterDay(person_id=person.id, day=today(), working=working))


def is_away(person: Person, *, first: date | None = None, days: int = 3) -> None:
    first = first or today()
    with transaction() as s:
        s.add(
            Leave(person_id=person.id, from_on=first, until_on=first + timedelta(days=days - 1), noted_at=clock.now())
        )
