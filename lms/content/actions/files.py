"""Taking files into the store and settling what both sides changed. The plan is made before, in rules/sync.py."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import aliased

from lms.content import store
from lms.content.actions.documents import editable, locked, new_document, path_now, stale
from lms.content.actions.examine import Examined, examine
from lms.content.actions.lifecycle import move
from lms.content.actions.publish import Unpublishable, put_out, with_part_ids
from lms.content.grammar.document import Parsed
from lms.content.kinds import kind_of
from lms.content.models import Document, Edge, FileState, Part, Revision, Slug
from lms.content.queries.reading import ARCHIVED
from lms.content.rules.paths import path_of
from lms.content.rules.sync import Move, State
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict, DomainError, NotFound
from lms.core.texts import Text, text

NO_SHA = bytes(32)
"""Stands for the file of a document that was never synced: no file has it."""

_OWNERS = select(Part.key, Part.document_id).where(Part.key.in_(bindparam("ids", expanding=True)))


def states() -> list[State]:
    """Return what the database knows of every document, in two statements."""
    published, conflicting = aliased(Revision), aliased(Revision)
    names: dict[int, set[str]] = defaultdict(set)
    for row in session().execute(select(Slug.document_id, Slug.slug).where(~Slug.is_current)):
        names[row.document_id].add(row.slug)
    rows = session().execute(
        select(
            Document.id,
            Document.kind,
            Document.folder,
            Document.title,
            Document.state,
            Document.published_id,
            Document.draft_id,
            Slug.slug,
            FileState.path,
            FileState.file_sha,
            FileState.synced_revision_id,
            published.blob_sha.label("published_sha"),
            conflicting.blob_sha.label("conflict_sha"),
        )
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .outerjoin(FileState, FileState.document_id == Document.id)
        .outerjoin(published, published.id == Document.published_id)
        .outerjoin(conflicting, conflicting.id == FileState.conflict_revision_id)
    )
    return [
        State(
            document_id=row.id,
            kind=row.kind,
            path=path_of(row.folder, row.slug),
            title=row.title,
            archived=row.state == ARCHIVED,
            file_path=row.path,
            file_sha=row.file_sha,
            synced_id=row.synced_revision_id,
            published_id=row.published_id,
            draft_id=row.draft_id,
            published_sha=row.published_sha,
            conflict_sha=row.conflict_sha,
            old_paths=frozenset(path_of(row.folder, slug) for slug in names.get(row.id, ())),
        )
        for row in rows
    ]


def exported(document_ids: Iterable[int]) -> dict[int, bytes]:
    """Return the published text of each document with the ids of its parts, as the export writes it."""
    found = {}
    rows = session().execute(
        select(Document, Revision.blob_sha)
        .join(Revision, Revision.id == Document.published_id)
        .where(Document.id.in_(list(document_ids)))
        .order_by(Document.id)
    )
    for document, sha in rows.all():
        found[document.id] = store.encode(with_part_ids(document, store.source_of(sha)))
    return found


def add_blank(kind: str, path: str) -> int:
    """Write the row of a document whose file is to be published next; links to it work from now on.

    Raises Conflict where the name is another document's, Invalid for a path that can't be.
    """
    with session().begin_nested():
        return new_document(kind, path, path, replace_redirects=True).id


def drop_blank(document_id: int) -> None:
    """Take back the row of a document whose file could not be published: nothing was ever written in it."""
    document = locked(document_id)
    if document.published_id is not None or document.draft_id is not None:
        return
    current = session()
    current.execute(update(Edge).where(Edge.to_document_id == document_id).values(to_document_id=None))
    current.execute(delete(Slug).where(Slug.document_id == document_id))
    current.delete(document)
    current.flush()


def id_owners(parsed: Mapping[str, Parsed[object]]) -> dict[str, int]:
    """Return the document of each id that stands in these files; ids that the store does not know are left out."""
    ids = {id for each in parsed.values() for id, _ in each.ids}
    if not ids:
        return {}
    return {row.key: row.document_id for row in session().execute(_OWNERS, {"ids": list(ids)})}


def take(
    document_id: int, path: str, parsed: Parsed[object], source: str, seen: State | None, *, minor: bool = False
) -> int:
    """Publish a file's text; return its revision.

    seen: the state on which the plan rests, None for a document that was just added.
    Raises Conflict if somebody changed the document since, Unpublishable; nothing is written then.
    """
    document = editable(document_id)
    if document.published_id != (seen.published_id if seen else None) or document.draft_id is not None:
        raise stale(document, seen.published_id if seen else None)
    examined = Examined(source=source, path=path, parsed=parsed, findings=parsed.findings)
    with session().begin_nested():
        revision = put_out(
            document,
            kind_of(document.kind),
            examined,
            author_id=None,
            parent_id=document.published_id,
            revision_kind="sync",
            minor=minor,
        )
        note_file(document.id, path, sha256(store.encode(source)).digest(), revision.id)
    return revision.id


def note_file(document_id: int, path: str, sha: bytes, revision_id: int) -> None:
    """Remember that file and database agree: this is the base of the next comparison."""
    row = session().get(FileState, document_id)
    if row is None:
        row = FileState(document_id=document_id)
        session().add(row)
    row.path, row.file_sha, row.synced_revision_id, row.conflict_revision_id = path, sha, revision_id, None
    session().flush()


def agree(seen: State, path: str, sha: bytes) -> int:
    """Note that a file holds what is published; return that revision."""
    document = locked(seen.document_id)
    if document.published_id != seen.published_id or document.published_id is None:
        raise stale(document, seen.published_id)
    note_file(document.id, path, sha, document.published_id)
    return document.published_id


def settle(seen: State) -> None:
    """Forget a conflict: its file is again what was synced before."""
    locked(seen.document_id)
    row = session().get_one(FileState, seen.document_id)
    row.conflict_revision_id = None


def keep_both(seen: State, path: str, source: str) -> int:
    """Keep the file's text as a version beside what the database holds; return its revision. Nothing is overwritten."""
    document = locked(seen.document_id)
    revision = store.add_revision(
        document,
        blob_sha=store.put(store.encode(source)),
        kind="sync",
        author_id=None,
        parent_id=seen.synced_id,
        note=str(text("文件与数据库都改过")),
    )
    row = session().get(FileState, document.id)
    if row is None:
        # There is no common base: what the file says is the first that was ever seen of it.
        row = FileState(document_id=document.id, path=path, file_sha=NO_SHA, synced_revision_id=revision.id)
        session().add(row)
    row.conflict_revision_id = revision.id
    session().flush()
    return revision.id


def follow(moves: Sequence[Move]) -> dict[str, Text]:
    """Give documents the names of their moved files; return by new path those that could not follow, and why."""
    failed: dict[str, Text] = {}
    for each in moves:
        try:
            with session().begin_nested():
                document = locked(each.state.document_id)
                move(document, each.path)
                session().get_one(FileState, document.id).path = each.path
        except DomainError as error:
            failed[each.path] = error.message
    return failed


def take_file(actor: Actor, document_id: int) -> Revision:
    """Settle a conflict for the file: its text is published. What the database held stays in the history.

    Raises NotFound, Conflict where there is none, Unpublishable.
    """
    document, row, kept = _conflict(document_id)
    source = store.source_of(kept.blob_sha)
    examined = examine(kind_of(document.kind), path_now(document), source)
    if examined.errors:
        raise Unpublishable(examined.findings)
    revision = put_out(
        document,
        kind_of(document.kind),
        examined,
        author_id=actor.id,
        parent_id=kept.id,
        merge_parent_id=document.draft_id or document.published_id,
        revision_kind="sync",
    )
    note_file(document.id, row.path, kept.blob_sha, revision.id)
    audit(actor.id, "document.took_file", "document", document.id, after={"revision": revision.id})
    return revision


def take_database(actor: Actor, document_id: int) -> None:
    """Settle a conflict for the database: the file's text stays in the history, the next export writes the file.

    Raises NotFound, Conflict where there is none.
    """
    document, row, kept = _conflict(document_id)
    # The file's version is the base of the next comparison: the database is ahead of it.
    note_file(document.id, row.path, kept.blob_sha, kept.id)
    audit(actor.id, "document.took_database", "document", document.id, before={"revision": kept.id})


def _conflict(document_id: int) -> tuple[Document, FileState, Revision]:
    document = editable(document_id)
    row = session().get(FileState, document.id)
    if row is None or row.conflict_revision_id is None:
        raise Conflict(text("《%(title)s》没有待处理的冲突。", title=document.title))
    kept = session().get(Revision, row.conflict_revision_id)
    if kept is None:
        raise NotFound()
    return document, row, kept


def known_blobs(shas: Collection[bytes]) -> set[bytes]:
    """Return which of these texts the store holds: overwriting such a file loses nothing."""
    return set(store.bytes_of(shas))


def note_exported(pieces: Mapping[int, tuple[str, bytes]]) -> None:
    """Remember what was written into the authors' own folder: path and bytes by document."""
    shas = dict(zip(pieces, store.put_all([data for _, data in pieces.values()]), strict=True))
    for document_id, (path, _) in pieces.items():
        document = locked(document_id)
        row = session().get(FileState, document_id)
        if document.published_id is None or (row is not None and row.conflict_revision_id is not None):
            continue
        note_file(document_id, path, shas[document_id], document.published_id)
