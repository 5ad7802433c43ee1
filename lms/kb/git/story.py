"""What happened to the documents of a folder, in order: what an export makes one commit each of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.content.models import Attachment, Document, Revision, Slug
from lms.content.rules.paths import path_of
from lms.core.db import session
from lms.core.models import AuditEntry
from lms.kb.git.message import Told
from lms.kb.models import GitChange

_VERBS = {
    "document.renamed": "renamed",
    "document.archived": "removed",
    "document.unarchived": "restored",
    "document.draft_dropped": "dropped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One commit to be. before: where the file lay, "" nowhere; after: where it lies, "" = it goes.

    blob_sha: of the text in the store; file_sha: of a picture among the files. title: for the first line.
    """

    told: Told
    author_id: int | None
    title: str
    before: str
    after: str
    blob_sha: bytes | None = None
    file_sha: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """path: after a change of name. came_from: before it, where that is known."""

    at: datetime
    verb: str
    author_id: int | None
    path: str = ""
    came_from: str = ""
    revision: Revision | None = None


def steps(folder: str) -> list[Step]:
    """Return everything that happened below a folder, in the order of its moments; the same data give the same."""
    found: list[tuple[datetime, str, int, Step]] = []
    rows = session().execute(
        select(Document, Slug.slug)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .where(Document.folder == folder)
    )
    for document, slug in rows.all():
        place = path_of(folder, slug)
        for number, (moment, step) in enumerate(_of_document(document, place), start=1):
            found.append((moment, place, number, step))
    for row in session().scalars(select(Attachment).where(Attachment.path.startswith(f"{folder}/", autoescape=True))):
        told = Told(verb="added", path=row.path, at=row.at)
        step = Step(told=told, author_id=row.added_by, title=row.path, before="", after=row.path, file_sha=row.sha)
        found.append((row.at, row.path, 0, step))
    found.sort(key=lambda each: each[:3])
    return [step for *_, step in found]


def _of_document(document: Document, place: str) -> Iterator[tuple[datetime, Step]]:
    """Yield the steps of one document, each with a moment that never goes back."""
    events = _events(document)
    renames = [event for event in events if event.path]
    path = next((event.came_from for event in renames if event.came_from), "") or place
    first = next((event for event in events if event.verb == "written"), None)
    if first is not None and first.path:
        path = first.path
    numbers: dict[int, int] = {}
    there, sha = False, None
    moment = None
    for event in events:
        moment = event.at if moment is None else max(moment, event.at)
        before = path if there else ""
        if event.revision is not None:
            numbers[event.revision.id] = event.revision.number
            sha, there = event.revision.blob_sha, True
        elif event.verb == "renamed":
            path = event.path
        elif event.verb != "dropped":
            there = event.verb == "restored"
        step = Step(
            told=_told(event, path, numbers),
            author_id=event.author_id,
            title=document.title,
            before=before,
            after=path if there else "",
            blob_sha=sha if there else None,
        )
        yield moment, step


def _events(document: Document) -> list[_Event]:
    """Return versions, names and ends of a document in order; of the same moment, the version comes first."""
    imported = session().scalars(select(GitChange).where(GitChange.document_id == document.id)).all()
    paths = {change.revision_id: change.path for change in imported if change.revision_id is not None}
    revisions = session().scalars(select(Revision).where(Revision.document_id == document.id).order_by(Revision.number))
    entries = session().scalars(
        select(AuditEntry)
        .where(
            AuditEntry.object_kind == "document",
            AuditEntry.object_id == str(document.id),
            AuditEntry.verb.in_(_VERBS),
        )
        .order_by(AuditEntry.id)
    )
    versions = _never_back(
        [
            _Event(at=each.at, verb="written", author_id=each.author_id, path=paths.get(each.id, ""), revision=each)
            for each in revisions
        ]
    )
    changes = [
        _Event(
            at=entry.at,
            verb=_VERBS[entry.verb],
            author_id=entry.actor_id,
            path=str((entry.after or {}).get("path", "")),
            came_from=str((entry.before or {}).get("path", "")),
        )
        for entry in entries
    ]
    changes += [
        _Event(at=each.at, verb=each.verb, author_id=each.person_id, path=each.path)
        for each in imported
        if each.verb != "written"
    ]
    return sorted([*versions, *changes], key=lambda event: (event.at, event.revision is None, event.verb, event.path))


def _never_back(versions: Sequence[_Event]) -> list[_Event]:
    """Return versions in order with moments that never go back: a clock may have been set."""
    found: list[_Event] = []
    for event in versions:
        at = max(event.at, found[-1].at) if found else event.at
        found.append(
            _Event(at=at, verb=event.verb, author_id=event.author_id, path=event.path, revision=event.revision)
        )
    return found


def _told(event: _Event, path: str, numbers: Mapping[int, int]) -> Told:
    revision = event.revision
    if revision is None:
        return Told(verb=event.verb, path=path, at=event.at)
    return Told(
        verb="written",
        path=path,
        at=revision.at,
        note=revision.note,
        number=revision.number,
        parent=numbers.get(revision.parent_id or 0, 0),
        merge_parent=numbers.get(revision.merge_parent_id or 0, 0),
        kind=revision.kind,
        minor=revision.minor,
        published=revision.compiled_sha is not None,
    )
