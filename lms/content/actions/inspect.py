"""Looking at documents again: what is wrong with their latest text now, kept for the page of what wants attention."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.content import queries
from lms.content.actions.examine import examine
from lms.content.grammar.findings import Finding, Severity
from lms.content.kinds import kind_of
from lms.content.models import Document, DocumentCheck, Edge, Revision
from lms.content.queries.reading import ARCHIVED
from lms.content.store import bytes_of
from lms.core import clock
from lms.core.db import session, upsert
from lms.core.texts import as_plain

GOOD_FOR = timedelta(hours=20)
"""Review days pass without anybody publishing anything, so every document is looked at once a day."""
KEPT = 200  # findings of one document; who has more begins with these


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found in one version of a document. at: when it was read."""

    document_id: int
    revision_id: int
    findings: tuple[Finding, ...]
    at: datetime


def look_at_some(most: int) -> list[Looked]:
    """Read up to `most` documents whose check is out of date. Takes its time and needs no transaction."""
    now = clock.now()
    waiting = _waiting(now)
    found = session().execute(
        select(Document.id, Document.kind, Revision.id.label("head"), Revision.blob_sha)
        .join(Revision, Revision.id == func.coalesce(Document.draft_id, Document.published_id))
        .outerjoin(DocumentCheck, DocumentCheck.document_id == Document.id)
        .where(Document.state != ARCHIVED, waiting)
        .order_by(DocumentCheck.at.asc().nulls_first(), Document.id)
        .limit(most)
    )
    rows = found.all()
    cards = queries.cards([row.id for row in rows])
    sources = bytes_of({row.blob_sha for row in rows})
    return [
        Looked(
            document_id=row.id,
            revision_id=row.head,
            findings=tuple(
                examine(kind_of(row.kind), cards[row.id].path, sources[row.blob_sha].decode("utf-8")).findings
            ),
            at=now,
        )
        for row in rows
    ]


def keep_looked(looked: Iterable[Looked]) -> None:
    """Keep what was found. Two that looked at the same document at once keep the same; one order of locks."""
    for each in sorted(looked, key=lambda one: one.document_id):
        values = _values(each)
        upsert(DocumentCheck, {"document_id": each.document_id}, values, values)


def left_to_inspect() -> int:
    """Return how many documents wait for a look."""
    return (
        session().scalar(
            select(func.count(Document.id))
            .outerjoin(DocumentCheck, DocumentCheck.document_id == Document.id)
            .where(
                Document.state != ARCHIVED,
                func.coalesce(Document.draft_id, Document.published_id).is_not(None),
                _waiting(clock.now()),
            )
        )
        or 0
    )


def _waiting(now: datetime) -> ColumnElement[bool]:
    """Never looked at, changed since, looked at too long ago, or what it leads to or is held against changed since."""
    target = aliased(Document)
    moved = exists().where(
        Edge.from_document_id == Document.id,
        Edge.to_document_id == target.id,
        or_(target.published_at > DocumentCheck.at, target.archived_at > DocumentCheck.at),
    )
    words = aliased(Document)
    listed = exists().where(words.kind == "words", words.published_at > DocumentCheck.at)
    return or_(
        DocumentCheck.document_id.is_(None),
        DocumentCheck.revision_id != func.coalesce(Document.draft_id, Document.published_id),
        DocumentCheck.at < now - GOOD_FOR,
        moved,
        listed,
    )


def _values(looked: Looked) -> dict[str, Any]:
    errors = sum(finding.severity is Severity.ERROR for finding in looked.findings)
    worst = sorted(looked.findings, key=lambda finding: (finding.severity is not Severity.ERROR, finding.line))
    return {
        "revision_id": looked.revision_id,
        "at": looked.at,
        "errors": errors,
        "warnings": len(looked.findings) - errors,
        "findings": [_plain(finding) for finding in worst[:KEPT]],
    }


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "line": finding.line,
        "error": finding.severity is Severity.ERROR,
        **as_plain(finding.message),
    }
