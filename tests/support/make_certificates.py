"""Builders of certificates and queues: a plan, somebody who completes its document on a day, a queue of the floor."""

import itertools
from datetime import UTC, date, datetime

from lms.accounts.models import Person
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.db import session, transaction
from lms.learning.actions import certificates, queues
from lms.learning.actions.certificates import Draft
from lms.learning.models import Certificate, CertificatePlan, ServiceQueue
from lms.learning.rules.certificates import Terms
from lms.records.actions import append, lock_people
from lms.records.events import Verb
from tests.support.make import an_actor
from tests.support.make_duties import a_document

_numbers = itertools.count(1)


def noon(day: date) -> datetime:
    """Return an instant that is on this day in every zone of the tests."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def a_plan(
    document: Document | None = None,
    *,
    valid_days: int | None = 365,
    renew_days: int = 30,
    grace_days: int = 0,
    refresher: Document | None = None,
    name: str = "",
    actor: Actor | None = None,
) -> CertificatePlan:
    document_id = (document or a_document("quiz")).id
    actor = actor or an_actor(Role.TRAINER)
    draft = Draft(
        document_id=document_id,
        name=name or f"认证{next(_numbers)}",
        terms=Terms(valid_days=valid_days, renew_days=renew_days, grace_days=grace_days),
        refresher_id=refresher.id if refresher is not None else None,
    )
    with transaction():
        return certificates.make_plan(actor, draft)


def completes(person: Person, document_id: int, day: date | None = None) -> None:
    """Let a person complete a document, on a day or now."""
    published = session().get_one(Document, document_id).published_id
    with clock.frozen(noon(day) if day else clock.now()), transaction():
        lock_people([person.id])
        append(None, person.id, Verb.COMPLETED, document_id=document_id, revision_id=published, source="web")


def held_by(person: Person) -> list[Certificate]:
    return list(session().query(Certificate).where(Certificate.person_id == person.id).order_by(Certificate.id))


def a_queue(*needs: int, code: str = "", name: str = "") -> ServiceQueue:
    """Return a queue that asks for these documents, with everybody's rights made."""
    number = next(_numbers)
    with transaction():
        return queues.make_queue(
            an_actor_for_queues(), code=code or f"Q{number}", name=name or f"队列{number}", needs=needs
        )


def an_actor_for_queues() -> Actor:
    """Return the machine: whoever makes a queue in a test matters to nobody."""
    return Actor(
        id=0,
        public_id="",
        employee_no="",
        name="",
        locale="",
        theme="auto",
        team_id=None,
        team_name="",
        position="",
        roles=frozenset({Role.ADMIN}),
    )
