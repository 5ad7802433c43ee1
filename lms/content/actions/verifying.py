"""Periodic review (复审): somebody looked at a document again and it still holds."""

from datetime import date, timedelta

from sqlalchemy import select

from lms.content import store
from lms.content.actions.documents import editable, verify
from lms.content.kinds import kind_of
from lms.content.models import Document, Revision
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict
from lms.core.here import today
from lms.core.texts import text


def confirm(actor: Actor, document_id: int, revision_id: int) -> tuple[Document, date]:
    """Count the review period of a published document anew from today; return it and until when it holds.

    revision_id: the version that was looked at. Raises NotFound, Conflict where another one is published by now, where
    nothing is, or where the document has no period.
    """
    document = editable(document_id)
    if document.published_id is None or document.published_id != revision_id:
        raise Conflict(
            text("《%(title)s》在您打开之后发布了新的一版，请看过再确认。", title=document.title), code="stale"
        )
    compiled = session().get_one(Revision, revision_id).compiled_sha
    assert compiled is not None
    before = document.verified_until
    verify(document, kind_of(document.kind).meta(store.spec_of(compiled)))
    if document.verified_until is None:
        raise Conflict(text("《%(title)s》没有写复审周期，不用复审。", title=document.title), code="no_period")
    session().flush()
    audit(
        actor.id,
        "document.verified",
        "document",
        document.id,
        before={"until": before.isoformat() if before else None},
        after={"until": document.verified_until.isoformat(), "revision": revision_id},
    )
    return document, document.verified_until


def would_hold(document_id: int) -> date | None:
    """Return until when a published document would hold if it were confirmed today; None without a review period."""
    row = (
        session()
        .execute(
            select(Document.kind, Revision.compiled_sha)
            .join(Revision, Revision.id == Document.published_id)
            .where(Document.id == document_id)
        )
        .one_or_none()
    )
    days = kind_of(row.kind).meta(store.spec_of(row.compiled_sha)).review_days if row else None
    return None if days is None else today() + timedelta(days=days)
