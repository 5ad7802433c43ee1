"""Looking at documents again: what is wrong with their latest text now, kept for the page of what wants attention."""

from collections.abc import Sequence
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
from lms.content.store import source_of
from lms.core import clock
from lms.core.db import session
from lms.core.texts import as_plain

GOOD_FOR = timedelta(hours=20)
"""Review days pass without anybody publishing anything, so every document is looked at once a day."""
KEPT = 200  # findings of one document; who has more begins with these


def inspect_some(most: int) -> int:
    """Look again at up to `most` documents whose check is out of date, and return at how many."""
    waiting = _waiting(clock.now())
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
    for row in rows:
        examined = examine(kind_of(row.kind), cards[row.id].path, source_of(row.blob_sha))
        _keep(row.id, row.head, examined.findings)
    return len(rows)


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
    """Never looked at, changed since, looked at too long ago, or something that it leads to has changed since."""
    target = aliased(Document)
    moved = exists().where(
        Edge.from_document_id == Document.id,
        Edge.to_document_id == target.id,
        or_(target.published_at > DocumentCheck.at, target.archived_at > DocumentCheck.at),
    )
    return or_(
        DocumentCheck.document_id.is_(None),
        DocumentCheck.revision_id != func.coalesce(Document.draft_id, Document.published_id),
        DocumentCheck.at < now - GOOD_FOR,
        moved,
    )


def _keep(document_id: int, revision_id: int, findings: Sequence[Finding]) -> None:
    current = session()
    check = current.get(DocumentCheck, document_id)
    if check is None:
        check = DocumentCheck(document_id=document_id, revision_id=revision_id, at=clock.now())
        current.add(check)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    check.revision_id, check.at = revision_id, clock.now()
    check.errors, check.warnings = errors, len(findings) - errors
    worst = sorted(findings, key=lambda finding: (finding.severity is not Severity.ERROR, finding.line))
    check.findings = [_plain(finding) for finding in worst[:KEPT]]


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "line": finding.line,
        "error": finding.severity is Severity.ERROR,
        **as_plain(finding.message),
    }
