"""Unsaved text of an author, and who else has the document open."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.accounts.models import Person
from lms.content.models import Autosave
from lms.core.db import session

PRESENT = timedelta(seconds=75)
"""A page says every 25 seconds that it is open; who was not heard of for three of them has gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaved:
    """Text that was kept and not saved. base_revision_id: the version from which it was made."""

    text: str
    base_revision_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Somebody else at the same document. typed_at: when they last changed something; None = they only look."""

    name: str
    typed_at: datetime | None


def unsaved(person_id: int, document_id: int) -> Unsaved | None:
    """Return what this person typed and did not save."""
    row = session().get(Autosave, (document_id, person_id), populate_existing=True)
    if row is None or row.text is None or row.saved_at is None:
        return None
    return Unsaved(text=row.text, base_revision_id=row.base_revision_id, at=row.saved_at)


def others(person_id: int, document_id: int, now: datetime) -> list[Other]:
    """Return who else has the document open now, by name."""
    rows = session().execute(
        select(Person.name, Autosave.saved_at)
        .join(Person, Person.id == Autosave.person_id)
        .where(Autosave.document_id == document_id, Autosave.person_id != person_id, Autosave.seen_at > now - PRESENT)
        .order_by(Person.name)
    )
    return [Other(name=row.name or "", typed_at=row.saved_at) for row in rows]
