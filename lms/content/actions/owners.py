"""Owners whom nobody here is: the shipped content names people of a company of its own."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from lms.accounts.models import Person
from lms.content import store
from lms.content.actions.documents import locked, named_owner, owner_of
from lms.content.kinds import kind_of
from lms.content.models import Document, Revision
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.installation import installation
from lms.core.models import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Strangers:
    """Published documents whose owner nobody here is. named: how many by the owner that they name.

    steward_id: who answers for them by now. waiting: ids of those that nobody answers for, of all `document_ids`.
    """

    named: Counter[str]
    document_ids: tuple[int, ...]
    waiting: tuple[int, ...]
    steward_id: int | None


def strangers() -> Strangers:
    """Return what names an owner whom nobody here is; documents that name none are left out."""
    steward_id = session().scalar(select(Installation.steward_id))
    found = [(row.id, row.owner_id, name) for row, name in _named(steward_id)]
    known = {name: named_owner(name) for _, _, name in found}
    # Somebody of that number may have come after the document: it waits to be given to him.
    mine = [each for each in found if each[1] is None or known[each[2]] is None]
    return Strangers(
        named=Counter(name for _, _, name in mine),
        document_ids=tuple(id for id, _, _ in mine),
        waiting=tuple(id for id, owner_id, _ in mine if owner_id is None),
        steward_id=steward_id,
    )


def take_over(actor: Actor, person_id: int) -> int:
    """Let a person answer for every document whose owner nobody here is, those to come included; return how many.

    Raises NotFound for somebody who is not here (any more).
    """
    person = session().get(Person, person_id)
    if person is None or not person.active:
        raise NotFound()
    before = session().scalar(select(Installation.steward_id))
    kept = installation()
    kept.steward_id = person_id
    session().flush()
    changed = 0
    for row, name in _named(before):
        owner_id = owner_of(name)
        if row.owner_id != owner_id:
            locked(row.id).owner_id = owner_id
            changed += 1
    session().flush()
    audit(
        actor.id,
        "installation.steward",
        "installation",
        kept.id,
        person_id=person_id,
        before={"steward": before},
        after={"steward": person_id, "documents": changed},
    )
    return changed


def _named(steward_id: int | None) -> list[tuple[Any, str]]:
    """Return the documents that nobody or the steward answers for and that name an owner, with that name."""
    rows = session().execute(
        select(Document.id, Document.owner_id, Document.kind, Revision.compiled_sha)
        .join(Revision, Revision.id == Document.published_id)
        .where(
            Document.state == "published",
            or_(Document.owner_id.is_(None), Document.owner_id == steward_id),
        )
        .order_by(Document.id)
    )
    named = [(row, kind_of(row.kind).meta(store.spec_of(row.compiled_sha)).owner) for row in rows.all()]
    return [(row, name) for row, name in named if name]
