"""The versions of an article that were once published, for its readers: drafts and what was never theirs left out."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from lms.accounts.models import Person
from lms.content.audience import is_meant
from lms.content.models import Revision
from lms.core.access import Actor
from lms.core.db import rows
from lms.core.errors import NotFound

_VERSIONS = (
    select(
        Revision.id,
        Revision.number,
        Revision.at,
        Revision.note,
        Revision.minor,
        Revision.compiled_sha,
        Revision.audience,
        Person.name,
    )
    .outerjoin(Person, Person.id == Revision.author_id)
    .where(Revision.document_id == bindparam("document_id"), Revision.compiled_sha.is_not(None))
    .order_by(Revision.number.desc())
)
_BELOW = _VERSIONS.where(Revision.number < bindparam("before")).limit(bindparam("limit"))
_SOME = _VERSIONS.where(Revision.number.in_(bindparam("numbers", expanding=True)))
_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One published version. author: "" where a file was synced. minor: nobody had to read it again."""

    id: int
    number: int
    at: datetime
    note: str
    minor: bool
    author: str
    compiled_sha: bytes


def versions(actor: Actor, document_id: int, *, before: int | None, limit: int) -> tuple[list[Version], int | None]:
    """Return published versions, the newest first, and before which number there are more.

    before: only those with a lower number. A version that was meant for others when it was published is left out,
    whomever the article is for now.
    """
    keys = {"document_id": document_id, "before": min(before or _MOST, _MOST), "limit": limit + 1}
    found = rows(_BELOW, keys).all()
    older = found[limit - 1].number if len(found) > limit else None
    return [_version(row) for row in found[:limit] if is_meant(row.audience, actor)], older


def some(actor: Actor, document_id: int, numbers: tuple[int, ...]) -> dict[int, Version]:
    """Return these published versions by number; those that are not the actor's to read are left out."""
    wanted = [number for number in numbers if 0 < number < _MOST]
    found = rows(_SOME, {"document_id": document_id, "numbers": wanted})
    return {row.number: _version(row) for row in found if is_meant(row.audience, actor)}


def version_read(actor: Actor, document_id: int, number: int | None) -> int:
    """Return the revision that somebody says they have read. Raises NotFound, also for one that was never theirs."""
    found = some(actor, document_id, (number or 0,))
    if number not in found:
        raise NotFound()
    return found[number].id


def _version(row: object) -> Version:
    found = {name: getattr(row, name) for name in ("id", "number", "at", "note", "minor", "compiled_sha")}
    return Version(**found, author=getattr(row, "name", None) or "")
