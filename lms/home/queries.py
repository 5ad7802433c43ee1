"""Reading what the first screen shows."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import bindparam, select

from lms.accounts.queries import MentorCard, mentor_of
from lms.assignments import queries as assignments
from lms.assignments.rules import Duty
from lms.core.access import Actor
from lms.core.db import rows
from lms.core.here import settings, today
from lms.home import rules
from lms.learning.models import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPlace:
    """Sections read, from the top, of how many."""

    section: int
    sections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A learner's first screen. sign-offs and tasks are in lists.on_floor."""

    journey: rules.Journey | None
    lists: rules.Today
    mentor: MentorCard | None
    reading: ReadingPlace | None


def screen(actor: Actor) -> Screen:
    here = today()
    duties = assignments.duties(actor.id, here)
    start = datetime.combine(here, time(), tzinfo=settings().timezone)
    finished = rules.finished_on(duties, start, start + timedelta(days=1))
    journey = rules.journey(duties, here)
    lists = rules.today_of(duties, here, finished)
    return Screen(
        journey=journey,
        lists=lists,
        mentor=mentor_of(actor.id) if journey else None,
        reading=_reading(actor.id, lists.next) if lists.next and lists.next.item.opened_at else None,
    )


_READING = select(Reading.section, Reading.sections).where(
    Reading.person_id == bindparam("person_id"), Reading.document_id == bindparam("document_id"), Reading.section > 0
)


def _reading(person_id: int, duty: Duty) -> ReadingPlace | None:
    """Return where the person stopped in what comes next; None where it was not begun."""
    row = rows(_READING, {"person_id": person_id, "document_id": duty.item.document_id}).one_or_none()
    return ReadingPlace(section=row.section, sections=row.sections) if row and row.sections else None
