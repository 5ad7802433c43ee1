"""A document's name and its end: renamed with a redirect, archived and brought back, never deleted."""

from lms.content.actions.documents import editable, locked, name_it, path_now
from lms.content.events import Archived, ArchivePreview, Impact, Renamed, Unarchived
from lms.content.models import Document
from lms.content.queries.reading import ARCHIVED, DRAFT, PUBLISHED
from lms.content.queries.studio import backlinks
from lms.content.rules.paths import path_of, split_path, why_no_path
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import ask, emit
from lms.core.errors import Conflict, Invalid
from lms.core.texts import text


def rename(actor: Actor, document_id: int, slug: str) -> None:
    """Give a document another address in its folder; the old one leads here, and no link of others is rewritten.

    Raises NotFound, Invalid for a slug that can't be used, Conflict for one that is taken.
    """
    document = editable(document_id)
    before = path_now(document)
    after = path_of(document.folder, slug)
    problem = why_no_path(after)
    if problem is not None:
        raise Invalid(problem, fields={"slug": problem})
    if after == before:
        return
    name_it(document, slug)
    audit(actor.id, "document.renamed", "document", document.id, before={"path": before}, after={"path": after})
    emit(Renamed(document_id=document.id, kind=document.kind))


def move(document: Document, path: str) -> None:
    """Follow a file that its author moved; an address that another document left behind leads here from now on."""
    parts = split_path(path)
    problem = why_no_path(path)
    if problem is not None or parts is None:
        raise Invalid(problem or text("文件路径不对。"))
    before = path_now(document)
    document.folder, slug = parts
    name_it(document, slug, replace_redirects=True)
    audit(None, "document.renamed", "document", document.id, before={"path": before}, after={"path": path})
    emit(Renamed(document_id=document.id, kind=document.kind))


def archive_preview(document_id: int) -> list[Impact]:
    """Return who still refers to a document and who still needs it; nothing is changed. Raises NotFound."""
    document = locked(document_id)
    impacts = []
    links = {backlink.card.document_id for backlink in backlinks(document.id)}
    if links:
        impacts.append(Impact(count=len(links), text=text("%(count)s 份内容链接到这里", count=len(links))))
    question = ArchivePreview(document_id=document.id, kind=document.kind)
    return impacts + [impact for answer in ask(question) for impact in answer]


def archive(actor: Actor, document_id: int) -> None:
    """Take a document out of what is offered. What was done with it stays; links to it become plain text.

    Raises NotFound, Conflict where it is archived already.
    """
    document = locked(document_id)
    if document.state == ARCHIVED:
        raise Conflict(text("《%(title)s》已经归档。", title=document.title))
    before = document.state
    document.state, document.archived_at = ARCHIVED, clock.now()
    audit(actor.id, "document.archived", "document", document.id, before={"state": before})
    emit(Archived(document_id=document.id, kind=document.kind, actor_id=actor.id))


def unarchive(actor: Actor, document_id: int) -> None:
    """Offer an archived document again, as it was. Raises NotFound, Conflict where it is not archived."""
    document = locked(document_id)
    if document.state != ARCHIVED:
        raise Conflict(text("《%(title)s》没有归档。", title=document.title))
    document.state = PUBLISHED if document.published_id is not None else DRAFT
    document.archived_at = None
    audit(actor.id, "document.unarchived", "document", document.id, after={"state": document.state})
    emit(Unarchived(document_id=document.id, kind=document.kind))
