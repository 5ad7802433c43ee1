"""What somebody is typing and has not saved: kept on the server beside the drafts, and told to who works there too."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_

from lms.content import store
from lms.content.models import Autosave, Document, Revision
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session, upsert
from lms.core.errors import NotFound
from lms.core.retention import kept


def keep(actor: Actor, document_id: int, base_revision_id: int | None, source: str) -> datetime:
    """Keep unsaved text beside the draft, in place of what was kept before; return when.

    Raises Invalid and TooLarge for what is no text, NotFound for a base of another document.
    """
    store.encode(source)
    _must_belong(document_id, base_revision_id)
    now = clock.now()
    values = {"base_revision_id": base_revision_id, "text": source, "saved_at": now, "seen_at": now}
    upsert(Autosave, {"document_id": document_id, "person_id": actor.id}, values, values)
    return now


def be_seen(actor: Actor, document_id: int, base_revision_id: int | None) -> None:
    """Note that the actor has the document open; unsaved text stays as it is. Raises NotFound."""
    _must_belong(document_id, base_revision_id)
    seen = {"seen_at": clock.now()}
    fresh = {"base_revision_id": base_revision_id, "text": None, "saved_at": None, **seen}
    upsert(Autosave, {"document_id": document_id, "person_id": actor.id}, fresh, seen)


def drop(actor: Actor, document_id: int) -> None:
    """Forget the actor's unsaved text: it was saved, or is not wanted."""
    session().execute(delete(Autosave).where(Autosave.document_id == document_id, Autosave.person_id == actor.id))


def forget(now: datetime) -> int:
    """Delete what nobody came back for in LMS_KEEP_AUTOSAVES_DAYS, and who only looked a day ago; return how many."""
    looked = and_(Autosave.text.is_(None), Autosave.seen_at < now - timedelta(days=1))
    gone = session().execute(delete(Autosave).where(or_(Autosave.seen_at < now - kept("autosaves"), looked)))
    return int(getattr(gone, "rowcount", 0))


def _must_belong(document_id: int, base_revision_id: int | None) -> None:
    current = session()
    if current.get(Document, document_id) is None:
        raise NotFound()
    base = None if base_revision_id is None else current.get(Revision, base_revision_id)
    if base_revision_id is not None and (base is None or base.document_id != document_id):
        raise NotFound()
