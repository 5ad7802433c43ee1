"""Reading documents as authors work on them: drafts, history, who refers to what, the list of the studio."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.content.models import Blob, Document, Edge, FileState, Part, ReviewRequest, Revision, Slug
from lms.content.queries.reading import ARCHIVED, BANK, CARD, CARD_MORE, CARDS, PUBLISHED, Card, asked, card_of
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import today

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A document as the studio opens it. head_id: the draft, else the published revision: base of the next save.

    conflict_id: the file's version that waits for a decision. path: where sync saw its file, "" where it never did.
    """

    card: Card
    owner_id: int | None
    draft_id: int | None
    draft_author: str
    draft_at: datetime | None
    head_id: int | None
    conflict_id: int | None
    path: str
    aliases: tuple[str, ...]
    audience: tuple[str, ...]


def open_work(kind: str, slug: str) -> Work:
    """Return a document of any state for an author. Raises NotFound. Who may call this is the gate's affair."""
    draft, author = aliased(Revision), aliased(Person)
    row = (
        session()
        .execute(
            select(
                *CARD,
                *CARD_MORE,
                Document.owner_id,
                Document.draft_id,
                Document.aliases,
                Document.audience,
                author.name.label("draft_author"),
                draft.at.label("draft_at"),
                FileState.conflict_revision_id,
                FileState.path.label("file_path"),
            )
            .join(asked, asked.document_id == Document.id)
            .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
            .outerjoin(draft, draft.id == Document.draft_id)
            .outerjoin(author, author.id == draft.author_id)
            .outerjoin(FileState, FileState.document_id == Document.id)
            .where(asked.kind == kind, asked.slug == slug)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound()
    return Work(
        card=card_of(row),
        owner_id=row.owner_id,
        draft_id=row.draft_id,
        draft_author=row.draft_author or "",
        draft_at=row.draft_at,
        head_id=row.draft_id or row.published_id,
        conflict_id=row.conflict_revision_id,
        path=row.file_path or "",
        aliases=tuple(row.aliases),
        audience=tuple(row.audience),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One line of a history. kind: draft | publish | sync | restore | fix | merge. author: "" for a sync.

    size: bytes. grown: bytes more than the version that it was made from, None for the first. merge_parent_id: the
    other version of a merge, or the one that was brought back.
    """

    id: int
    number: int
    kind: str
    author: str
    note: str
    minor: bool
    at: datetime
    size: int
    grown: int | None
    parent_id: int | None
    merge_parent_id: int | None
    was_published: bool
    is_published: bool
    is_draft: bool


def history(document_id: int, *, before: int | None = None, limit: int = PAGE) -> list[Version]:
    """Return versions, the newest first. before: only those with a lower number."""
    conditions = [] if before is None else [Revision.number < before]
    return _versions(document_id, *conditions, limit=limit)


def version(document_id: int, *, number: int | None = None, id: int | None = None) -> Version:
    """Return one version of a document by its number or its id. Raises NotFound, also for one of another document."""
    condition = Revision.number == number if id is None else Revision.id == id
    found = _versions(document_id, condition, limit=1)
    if not found:
        raise NotFound()
    return found[0]


def published_versions(document_id: int, *, before: int | None = None, limit: int = PAGE) -> list[Version]:
    """Return the versions that people could once read, the newest first. before: only those with a lower number."""
    conditions = [] if before is None else [Revision.number < before]
    return _versions(document_id, Revision.compiled_sha.is_not(None), *conditions, limit=limit)


def numbers(revision_ids: Iterable[int | None]) -> dict[int, int]:
    """Return the number of each of these versions."""
    wanted = {id for id in revision_ids if id is not None}
    rows = session().execute(select(Revision.id, Revision.number).where(Revision.id.in_(wanted))) if wanted else ()
    return {row.id: row.number for row in rows}


def _versions(document_id: int, *conditions: ColumnElement[bool], limit: int) -> list[Version]:
    """Return versions without their texts: of the table of bytes only the size is read."""
    before, was = aliased(Revision), aliased(Blob)
    statement = (
        select(
            Revision.id,
            Revision.number,
            Revision.kind,
            Person.name.label("author"),
            Revision.note,
            Revision.minor,
            Revision.at,
            Revision.parent_id,
            Revision.merge_parent_id,
            Revision.compiled_sha,
            Blob.size,
            was.size.label("was"),
            Document.published_id,
            Document.draft_id,
        )
        .join(Document, Document.id == Revision.document_id)
        .join(Blob, Blob.sha == Revision.blob_sha)
        .outerjoin(Person, Person.id == Revision.author_id)
        .outerjoin(before, before.id == Revision.parent_id)
        .outerjoin(was, was.sha == before.blob_sha)
        .where(Revision.document_id == document_id, *conditions)
        .order_by(Revision.number.desc())
        .limit(limit)
    )
    return [
        Version(
            id=row.id,
            number=row.number,
            kind=row.kind,
            author=row.author or "",
            note=row.note,
            minor=row.minor,
            at=row.at,
            size=row.size,
            grown=None if row.was is None else row.size - row.was,
            parent_id=row.parent_id,
            merge_parent_id=row.merge_parent_id,
            was_published=row.compiled_sha is not None,
            is_published=row.id == row.published_id,
            is_draft=row.id == row.draft_id,
        )
        for row in session().execute(statement)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlink:
    """A published document that refers to this one. part: the section or question in which it does so."""

    card: Card
    part: str
    anchor: str


def backlinks(document_id: int) -> list[Backlink]:
    """Return who refers to a document, by title; archived ones are left out."""
    rows = session().execute(
        select(*CARD, *CARD_MORE, Part.title.label("part"), Edge.to_anchor)
        .join(Edge, Edge.from_document_id == Document.id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .outerjoin(Part, Part.id == Edge.from_part_id)
        .where(Edge.to_document_id == document_id, Document.state != ARCHIVED)
        .order_by(Document.title, Edge.id)
    )
    return [Backlink(card=card_of(row), part=row.part or "", anchor=row.to_anchor) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the studio looks for. words: in title or slug. kind: of document, or `bank`.

    state: also conflict (a file and the database both changed), changed (a draft waits), review (it was handed in),
    expired (past its review day). page: from 1. sort: one of SORTS, "-" in front = falling. mine: whose drafts come
    first, before the order that was asked for; None = nobody's.
    """

    words: str = ""
    kind: str = ""
    state: str = ""
    owner_id: int | None = None
    page: int = 1
    sort: str = "-changed"
    mine: int | None = None


_HANDED_IN = exists().where(ReviewRequest.document_id == Document.id, ReviewRequest.state == "open")
SORTS = ("title", "kind", "owner", "changed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of the studio. changed_at, changed_by: of the latest version. has_draft: what is published is not the
    latest. is_mine: the draft was last saved by the person of `Filter.mine`. in_review: it was handed in.
    """

    card: Card
    owner: str
    changed_at: datetime | None
    changed_by: str
    has_draft: bool
    has_conflict: bool
    is_mine: bool
    in_review: bool = False


def find(wanted: Filter, *, size: int = PAGE, offset: int | None = None) -> tuple[list[Listed], int]:
    """Return one page of documents for authors, and how many there are in all. offset: rows to skip, for a page."""
    head, author = aliased(Revision), aliased(Person)
    is_mine = and_(Document.draft_id.is_not(None), head.author_id == wanted.mine)
    order: dict[str, ColumnElement[Any]] = {
        "title": Document.title.expression,
        "kind": Document.kind.expression,
        "owner": Person.name.expression,
        "changed": head.at.expression,
    }
    column = order.get(wanted.sort.removeprefix("-"), head.at.expression)
    mine = case((is_mine, 1), else_=0).label("is_mine")
    conditions = _conditions(wanted)
    statement = (
        select(
            *CARD,
            *CARD_MORE,
            Person.name.label("owner"),
            head.at,
            author.name.label("author"),
            Document.draft_id,
            FileState.conflict_revision_id,
            mine,
            _HANDED_IN.label("in_review"),
        )
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .outerjoin(head, head.id == func.coalesce(Document.draft_id, Document.published_id))
        .outerjoin(author, author.id == head.author_id)
        .outerjoin(Person, Person.id == Document.owner_id)
        .outerjoin(FileState, FileState.document_id == Document.id)
        .where(*conditions)
    )
    total = session().scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = session().execute(
        statement.order_by(
            *([mine.desc()] if wanted.mine is not None else []),
            column.desc().nulls_last() if wanted.sort.startswith("-") else column.asc().nulls_last(),
            Document.id,
        )
        .limit(size)
        .offset((wanted.page - 1) * size if offset is None else offset)
    )
    found = [
        Listed(
            card=card_of(row),
            owner=row.owner or "",
            changed_at=row.at,
            changed_by=row.author or "",
            has_draft=row.draft_id is not None,
            has_conflict=row.conflict_revision_id is not None,
            is_mine=bool(row.is_mine),
            in_review=bool(row.in_review),
        )
        for row in rows
    ]
    return found, total


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.words.strip():
        words = wanted.words.strip()
        named = Document.title.icontains(words, autoescape=True)
        found.append(or_(named, Slug.slug.icontains(words, autoescape=True)))
    if wanted.kind == BANK:
        found.append(Document.use == BANK)
    elif wanted.kind:
        found += [Document.kind == wanted.kind, Document.use != BANK]
    if wanted.owner_id is not None:
        found.append(Document.owner_id == wanted.owner_id)
    match wanted.state:
        case "conflict":
            found.append(FileState.conflict_revision_id.is_not(None))
        case "changed":
            found += [Document.draft_id.is_not(None), Document.state != ARCHIVED]
        case "review":
            found += [_HANDED_IN, Document.state != ARCHIVED]
        case "expired":
            found += [Document.verified_until < today(), Document.state == PUBLISHED]
        case "draft" | "published" | "archived":
            found.append(Document.state == wanted.state)
        case _:
            found.append(Document.state != ARCHIVED)
    return found


def conflicts() -> list[Card]:
    """Return the documents whose file and database both changed and wait for a decision, by title."""
    waiting = exists().where(FileState.document_id == Document.id, FileState.conflict_revision_id.is_not(None))
    return [card_of(row) for row in session().execute(CARDS.where(waiting).order_by(Document.title))]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """A section or question of the published version. key: its id for life."""

    id: int
    key: str
    kind: str
    title: str
    anchor: str
    text_sha: bytes


def parts(document_id: int) -> list[PartRow]:
    """Return the live parts of a document in order."""
    rows = session().execute(
        select(Part.id, Part.key, Part.kind, Part.title, Part.anchor, Part.text_sha)
        .where(Part.document_id == document_id, Part.retired_at.is_(None))
        .order_by(Part.position)
    )
    return [PartRow(**row._mapping) for row in rows]


def folders() -> list[str]:
    """Return the folders in which documents lie, as a slug begins: `after-sales/`."""
    slugs = session().scalars(select(Slug.slug).where(Slug.is_current))
    return sorted({slug.rpartition("/")[0] + "/" for slug in slugs if "/" in slug})


def owner_name(person_id: int | None) -> str:
    """Return the name of a document's owner, "" where it has none."""
    if person_id is None:
        return ""
    return session().scalar(select(Person.name).where(Person.id == person_id)) or ""
