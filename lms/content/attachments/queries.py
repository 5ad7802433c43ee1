"""Reading attachments: by path, by folder, for whoever may see them, and where they are used."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from posixpath import basename
from typing import Any

from sqlalchemy import bindparam, select

from lms.content import store
from lms.content.attachments.rules import AUDIO, CAPTIONS, VIDEO, bare_path
from lms.content.audience import is_meant
from lms.content.models import Attachment, AttachmentPage, Autosave, Document, Edge, Revision
from lms.content.queries.reading import PUBLISHED, Card, cards
from lms.core.access import Actor, Permission, allows
from lms.core.db import rows, session
from lms.core.errors import NotFound

COLUMNS = (
    Attachment.id,
    Attachment.path,
    Attachment.sha,
    Attachment.media_type,
    Attachment.kind,
    Attachment.size,
    Attachment.facts,
    Attachment.state,
    Attachment.made,
)
_BY_PATH = select(*COLUMNS).where(Attachment.path.in_(bindparam("paths", expanding=True)))


def by_path(paths: Collection[str]) -> dict[str, Any]:
    """Return the rows of these attachments by path, in one statement; what is not there is left out."""
    if not paths:
        return {}
    return {row.path: row for row in rows(_BY_PATH, {"paths": sorted(set(paths))})}


def one(path: str) -> Any:
    """Return the row of an attachment. Raises NotFound."""
    row = by_path([path]).get(path)
    if row is None:
        raise NotFound()
    return row


def pages(attachment_ids: Collection[int]) -> dict[int, list[AttachmentPage]]:
    """Return the pages of each of these attachments in order, in one statement."""
    found: dict[int, list[AttachmentPage]] = defaultdict(list)
    if attachment_ids:
        statement = (
            select(AttachmentPage)
            .where(AttachmentPage.attachment_id.in_(list(attachment_ids)))
            .order_by(AttachmentPage.attachment_id, AttachmentPage.number)
        )
        for page in session().scalars(statement):
            found[page.attachment_id].append(page)
    return found


def page(attachment_id: int, number: int) -> AttachmentPage | None:
    """Return one page of an attachment, or None."""
    return session().get(AttachmentPage, (attachment_id, number))


def words(paths: Collection[str]) -> dict[str, str]:
    """Return by path what is written in these files, in one statement."""
    found = session().execute(select(Attachment.path, Attachment.words).where(Attachment.path.in_(sorted(paths))))
    return {row.path: row.words for row in found}


def seen_by(actor: Actor, path: str) -> Any:
    """Return the row of an attachment for whoever may see it: an author, or a reader of a document that shows it.

    A document counts that showed it in any published version, so that an attempt of an earlier one keeps its
    pictures. Raises NotFound, also for what is not meant for the actor.
    """
    row = one(path)
    if allows(actor, Permission.CONTENT_EDIT):
        return row
    shown_in = session().execute(
        select(Document.audience)
        .join(Edge, Edge.from_document_id == Document.id)
        .where(Edge.to_path.in_(_shown_as(row)), Document.state == PUBLISHED)
        .distinct()
    )
    if any(is_meant(each.audience, actor) for each in shown_in):
        return row
    raise NotFound()


def _shown_as(row: Any) -> list[str]:
    """Return the paths under which documents show a file: its own; of captions the films of the same name."""
    if row.kind != CAPTIONS:
        return [row.path]
    bare = bare_path(row.path)
    films = session().scalars(
        select(Attachment.path).where(
            Attachment.kind.in_((VIDEO, AUDIO)), Attachment.path.startswith(bare, autoescape=True)
        )
    )
    return [path for path in films if bare_path(path) == bare]


def in_folder(folder: str) -> list[Any]:
    """Return the rows of the attachments that lie in this folder itself, the newest first."""
    found = session().execute(
        select(*COLUMNS, Attachment.at)
        .where(Attachment.path.startswith(f"{folder}/", autoescape=True))
        .order_by(Attachment.id.desc())
    )
    return [row for row in found if row.path.rpartition("/")[0] == folder]


def paths_near(paths: Iterable[str]) -> set[str]:
    """Return the paths of these attachments and of all beside them: what a link may have meant."""
    folders = {path.rpartition("/")[0] for path in paths}
    return {row.path for folder in sorted(folders)[:20] for row in in_folder(folder)}


@dataclass(slots=True)
class Uses:
    """Where a file is used. now: documents whose published text, draft or unsaved text shows it; before: that did."""

    now: list[Card] = field(default_factory=list)
    before: list[Card] = field(default_factory=list)


def uses(paths: Collection[str]) -> dict[str, Uses]:
    """Return where each of these attachments is used: its name is looked for in the texts that may hold it."""
    found = {path: Uses() for path in paths}
    if not found:
        return found
    edges = session().execute(select(Edge.to_path, Edge.from_document_id).where(Edge.to_path.in_(list(found)))).all()
    shown = {document_id for _, document_id in edges}
    texts = _texts(shown)
    known = cards([*texts, *shown])
    for path, mine in found.items():
        name = basename(path)
        now = {document_id for document_id, sources in texts.items() if any(name in source for source in sources)}
        before = {document_id for to_path, document_id in edges if to_path == path} - now
        mine.now = sorted((known[each] for each in now if each in known), key=lambda card: card.title)
        mine.before = sorted((known[each] for each in before if each in known), key=lambda card: card.title)
    return found


def _texts(published: Collection[int]) -> dict[int, list[str]]:
    """Return every text in which a file may be used now: published ones of these documents, all drafts, all unsaved."""
    found: dict[int, list[str]] = defaultdict(list)
    heads = (
        session()
        .execute(
            select(Document.id, Revision.blob_sha)
            .join(Revision, Revision.id == Document.published_id)
            .where(Document.id.in_(list(published)))
            .union_all(select(Document.id, Revision.blob_sha).join(Revision, Revision.id == Document.draft_id))
        )
        .all()
    )
    sources = store.bytes_of({row.blob_sha for row in heads})
    for row in heads:
        found[row.id].append(sources[row.blob_sha].decode("utf-8"))
    for saved in session().execute(select(Autosave.document_id, Autosave.text).where(Autosave.text.is_not(None))):
        found[saved.document_id].append(saved.text)
    return found
