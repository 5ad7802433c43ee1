"""Writing: a new document, a draft on top of what the author saw, an old version brought back."""

from dataclasses import dataclass

from lms.content import store
from lms.content.actions import autosave
from lms.content.actions.documents import editable, head_of, mirror, new_document, path_now, stale
from lms.content.actions.merging import Joined, joined
from lms.content.kinds import kind_of, read
from lms.content.models import Document, Revision
from lms.content.rules.line_ends import as_in
from lms.content.rules.paths import path_of
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import text

NOTE = 400  # characters of a note


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    document_id: int
    revision_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a save did. changed: false where the text was that of the base already.

    joined: somebody else had changed the document elsewhere; the draft, revision_id, holds both changes, and kept_id is
    the text as it was sent. conflict: somebody else had changed the same place; the text is kept as revision_id, but is
    not the draft. The view raises it after its transaction: raised inside, the text would be lost with the rollback.
    """

    revision_id: int
    number: int
    changed: bool
    joined: Joined | None = None
    kept_id: int | None = None
    conflict: Conflict | None = None


def create(
    actor: Actor,
    kind: str,
    slug: str,
    source: str,
    note: str = "",
    *,
    folder: str | None = None,
    author_id: int | None = None,
) -> Created:
    """Begin a document as a draft. folder: of its file, None = the kind's usual one. author_id: who wrote it, if
    somebody else than the actor.

    Raises Invalid for a slug that can't be used, Conflict for one that is taken.
    """
    data = store.encode(source)
    path = path_of(folder or kind_of(kind).folder, slug)
    document = new_document(kind, path, title=slug.rsplit("/", 1)[-1])
    revision = store.add_revision(
        document,
        blob_sha=store.put(data),
        kind="draft",
        author_id=author_id or actor.id,
        parent_id=None,
        note=_note(note),
    )
    document.draft_id = revision.id
    _mirror_draft(document, source)
    audit(actor.id, "document.created", "document", document.id, after={"kind": kind, "slug": slug})
    return Created(document_id=document.id, revision_id=revision.id)


def save_draft(
    actor: Actor,
    document_id: int,
    base_revision_id: int | None,
    source: str,
    note: str = "",
    *,
    merge_parent_id: int | None = None,
    join: bool = True,
) -> Saved:
    """Keep a text as the document's draft. base_revision_id: the version that the author had opened.

    If somebody saved since, both changes are put together where that can be done; join: False = never.
    merge_parent_id: another version whose changes the text holds too. Line ends of a browser's form become those of the
    base. Raises Invalid, TooLarge, NotFound, Conflict if archived.
    """
    document = editable(document_id)
    base = session().get(Revision, base_revision_id) if base_revision_id is not None else None
    if base_revision_id is not None and (base is None or base.document_id != document.id):
        raise NotFound()
    if base is not None:
        source = as_in(source, store.source_of(base.blob_sha))
    sha = store.put(store.encode(source))
    autosave.drop(actor, document.id)
    if base_revision_id != head_of(document):
        return _save_late(actor, document, base, base_revision_id, source, sha, _note(note), join)
    if base is not None and base.blob_sha == sha:
        return Saved(revision_id=base.id, number=base.number, changed=False)
    revision = store.add_revision(
        document,
        blob_sha=sha,
        kind="draft",
        author_id=actor.id,
        parent_id=base_revision_id,
        merge_parent_id=merge_parent_id,
        note=_note(note),
    )
    _make_draft(document, revision, source)
    return Saved(revision_id=revision.id, number=revision.number, changed=True)


def _save_late(
    actor: Actor,
    document: Document,
    base: Revision | None,
    base_id: int | None,
    source: str,
    sha: bytes,
    note: str,
    join: bool,
) -> Saved:
    """Keep a text whose base is no longer what the document says: with the change of the other one, else beside it."""
    head_id = head_of(document)
    head = session().get(Revision, head_id) if head_id is not None else None
    both = joined(document, base, source, head) if join and base is not None and head is not None else None
    if both is not None and head is not None and both.source == store.source_of(head.blob_sha):
        # What the author changed, if anything, is there already.
        return Saved(revision_id=head.id, number=head.number, changed=False, joined=both)
    if both is not None and both.source == source:
        kept = base  # it holds the other change already
    else:
        kept = store.add_revision(
            document, blob_sha=sha, kind="draft", author_id=actor.id, parent_id=base_id, note=note
        )
    assert kept is not None
    if both is None or head is None:
        conflict = stale(document, base_id, kept=kept)
        return Saved(revision_id=kept.id, number=kept.number, changed=True, conflict=conflict)
    merged = store.add_revision(
        document,
        blob_sha=store.put(store.encode(both.source)),
        kind="merge",
        author_id=actor.id,
        parent_id=head.id,
        merge_parent_id=kept.id,
        note=note,
    )
    _make_draft(document, merged, both.source)
    return Saved(revision_id=merged.id, number=merged.number, changed=True, joined=both, kept_id=kept.id)


def _make_draft(document: Document, revision: Revision, source: str) -> None:
    document.draft_id = revision.id
    if document.published_id is None:
        _mirror_draft(document, source)


def restore(actor: Actor, document_id: int, revision_id: int, base_revision_id: int | None, note: str = "") -> Saved:
    """Bring an old version back as the draft; nothing between is lost. Raises NotFound, Conflict if the base is old."""
    document = editable(document_id)
    old = revision_of(document.id, revision_id)
    if base_revision_id != head_of(document):
        raise stale(document, base_revision_id)
    revision = store.add_revision(
        document,
        blob_sha=old.blob_sha,
        kind="restore",
        author_id=actor.id,
        parent_id=head_of(document),
        merge_parent_id=old.id,
        note=_note(note),
    )
    _make_draft(document, revision, store.source_of(old.blob_sha))
    return Saved(revision_id=revision.id, number=revision.number, changed=True)


def discard(actor: Actor, document_id: int, base_revision_id: int) -> None:
    """Drop the draft of a published document; it stays in the history. Raises NotFound, Conflict."""
    document = editable(document_id)
    if document.draft_id is None or document.published_id is None:
        raise Conflict(text("没有可以放弃的草稿。"))
    if base_revision_id != document.draft_id:
        raise stale(document, base_revision_id)
    document.draft_id = None
    audit(actor.id, "document.draft_dropped", "document", document.id, before={"revision": base_revision_id})


def _note(note: str) -> str:
    if len(note) > NOTE:
        raise Invalid(text("说明最多 %(most)s 个字。", most=NOTE), fields={"note": text("说明太长。")})
    return note.strip()


def _mirror_draft(document: Document, source: str) -> None:
    """While nothing is published, lists show what the draft says, as far as it can be read."""
    kind = kind_of(document.kind)
    parsed = read(kind, source, path_now(document))
    if parsed.spec is not None:
        mirror(document, kind.meta(parsed.spec))


def revision_of(document_id: int, revision_id: int) -> Revision:
    """Return a version of this document. Raises NotFound."""
    found = session().get(Revision, revision_id)
    if found is None or found.document_id != document_id:
        raise NotFound()
    return found
