"""Builders of live sessions, offers and surveys, through the actions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lms.accounts.models import Person
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session, transaction
from lms.learning.actions import offers, seats, sessions, surveys
from lms.learning.models import LiveSession, Seat, Survey
from lms.learning.rules.sessions import Wanted
from lms.records.actions import append, lock_people
from lms.records.events import Verb
from tests.support.make import as_actor

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
"""A Tuesday, noon in Shanghai; tests hold the clock before it."""
BEFORE = NOON - timedelta(days=3)


def wanted(**more: Any) -> Wanted:
    values: dict[str, Any] = {
        "title": "售后案例分享",
        "kind": "class",
        "starts_at": clock.now() + timedelta(days=2),
        "ends_at": clock.now() + timedelta(days=2, hours=2),
        "place": "3 楼培训室",
        **more,
    }
    return Wanted(**values)


def a_session(actor: Actor, **more: Any) -> LiveSession:
    with transaction():
        return sessions.plan(actor, wanted(**more))


def enrolled(row: LiveSession, *people: Person) -> list[str]:
    """Enrol people in this order; return what each got."""
    states = []
    for person in people:
        with transaction():
            states.append(seats.enrol(as_actor(person), row.public_id).state)
    return states


def seat_of(row: LiveSession, person: Person) -> Seat:
    session().expire_all()
    return session().get_one(Seat, (row.id, person.id))


def an_offer(actor: Actor, document: Document, **more: Any) -> None:
    with transaction():
        offers.offer(actor, document.id, **{"category": "in-service", **more})


def completed(person: Person, document: Document) -> None:
    """Write that somebody has done a document, as a class would."""
    with transaction():
        lock_people([person.id])
        append(
            None,
            person.id,
            Verb.COMPLETED,
            document_id=document.id,
            revision_id=document.published_id,
            source="test",
        )


def surveyed(person: Person, document: Document, **given: str) -> None:
    """Let somebody complete a course and answer what is asked after it."""
    completed(person, document)
    answered(person, document, **given)


def answered(person: Person, document: Document, **given: str) -> None:
    survey = session().query(Survey).filter_by(kind="course", stopped_at=None).one()
    values = {"useful": "4", "clear": "5", "length": "1", **given}
    with transaction():
        surveys.answer(as_actor(person), survey.public_id, document.id, values)
