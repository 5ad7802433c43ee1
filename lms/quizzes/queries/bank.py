"""The list of every question of quizzes and banks: found, filtered, with where it is used and how it went."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, exists, func, or_, select

from lms.content.audience import HoldsAny
from lms.content.models import Document, Edge, Part, PartVersion, ReviewMark, Revision, Slug
from lms.content.parts import PartKind
from lms.content.queries import BANK
from lms.content.queries.reading import PUBLISHED
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.quizzes.models import Attempt, AttemptItem, BankQuestion
from lms.quizzes.rules.attempts import CLOSED

SORTS = ("file", "level", "kind", "asked", "share")
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; "" = any. words: in what is asked. level: "1" to "5", "0" = without one. file: a slug.

    state: doubt | bank | quiz | unused (in a bank that no quiz draws from). sort: one of SORTS, "-" in front = falling.
    """

    words: str = ""
    kind: str = ""
    tag: str = ""
    level: str = ""
    competency: str = ""
    shop: str = ""
    file: str = ""
    state: str = ""
    sort: str = "file"
    offset: int = 0
    size: int = PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """How a version of a question went in papers that are closed. share: of the points that it could earn, 0..1."""

    asked: int = 0
    share: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A quiz or bank. is_bank: nobody sits it."""

    document_id: int
    slug: str
    title: str
    is_bank: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question as the list shows it. drawn_by: the quizzes that draw from its bank. versions: that were asked."""

    part_id: int
    key: str
    title: str
    kind: str
    level: int | None
    tags: tuple[str, ...]
    competencies: tuple[str, ...]
    shops: tuple[str, ...]
    file: File
    in_doubt: bool
    drawn_by: tuple[File, ...]
    went: Went
    versions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the list can be filtered by."""

    tags: tuple[str, ...]
    competencies: tuple[str, ...]
    shops: tuple[str, ...]
    files: tuple[File, ...]


_IN_DOUBT = exists().where(ReviewMark.part_id == Part.id, ReviewMark.cleared_at.is_(None))
_EDGE_DRAWS = and_(Edge.to_document_id == Document.id, Edge.from_document_id != Document.id)
_QUESTIONS = (
    select(
        Part.id,
        Part.key,
        Part.title,
        BankQuestion.sha,
        BankQuestion.kind,
        BankQuestion.level,
        BankQuestion.tags,
        BankQuestion.competencies,
        Document.id.label("document_id"),
        Document.title.label("file"),
        Document.use,
        Document.shops,
        Slug.slug,
        _IN_DOUBT.label("in_doubt"),
    )
    .join(BankQuestion, BankQuestion.part_id == Part.id)
    .join(Document, Document.id == BankQuestion.document_id)
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
)
_WENT = (
    select(
        AttemptItem.part_id,
        AttemptItem.part_version_sha,
        func.count().label("asked"),
        func.sum(AttemptItem.earned).label("earned"),
        func.sum(AttemptItem.points).label("points"),
    )
    .join(Attempt, Attempt.id == AttemptItem.attempt_id)
    .where(Attempt.state.in_(CLOSED), AttemptItem.earned.is_not(None), ~AttemptItem.dropped, ~AttemptItem.waiting)
    .group_by(AttemptItem.part_id, AttemptItem.part_version_sha)
)
_WENT_OF = _WENT.where(AttemptItem.part_id.in_(bindparam("ids", expanding=True)))


def questions(wanted: Wanted) -> tuple[list[Row], int]:
    """Return one page of questions and how many there are in all: four statements."""
    statement = _QUESTIONS.where(*_conditions(wanted))
    total = session().scalar(select(func.count()).select_from(statement.subquery())) or 0
    statement, order = _ordered(statement, wanted.sort)
    found = session().execute(statement.order_by(*order).limit(wanted.size).offset(wanted.offset)).all()
    went = went_of([row.id for row in found])
    drawers = drawn_by({row.document_id for row in found if row.use == BANK})
    return [_row(row, went.get(row.id, {}), drawers) for row in found], total


def went_of(part_ids: Collection[int]) -> dict[int, dict[bytes, Went]]:
    """Return by part and version how questions went; a version that nobody was asked is left out."""
    found: dict[int, dict[bytes, Went]] = defaultdict(dict)
    if part_ids:
        for row in rows(_WENT_OF, {"ids": list(part_ids)}):
            share = Fraction(int(row.earned), int(row.points)) if row.points else None
            found[row.part_id][row.part_version_sha] = Went(asked=row.asked, share=share)
    return found


def drawn_by(document_ids: Collection[int]) -> dict[int, tuple[File, ...]]:
    """Return by bank the published quizzes that draw from it, by title."""
    if not document_ids:
        return {}
    found: dict[int, list[File]] = defaultdict(list)
    statement = (
        select(Edge.to_document_id, Document.id, Document.title, Document.use, Slug.slug)
        .join(Document, Document.id == Edge.from_document_id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(
            Edge.to_document_id.in_(document_ids),
            Document.state == PUBLISHED,
            Document.kind == "quiz",
            Document.use != BANK,
        )
        .distinct()
        .order_by(Document.title, Document.id)
    )
    for row in session().execute(statement):
        found[row.to_document_id].append(_file(row.id, row))
    return {document_id: tuple(files) for document_id, files in found.items()}


def choices() -> Choices:
    """Return what the list can be filtered by: two statements."""
    words = session().execute(select(cast(BankQuestion.tags, String), BankQuestion.tags).distinct()).all()
    files = (
        session()
        .execute(
            select(Document.id, Document.title, Document.use, Document.shops, Slug.slug)
            .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
            .where(Document.state == PUBLISHED, Document.kind == "quiz")
            .order_by(Document.use != BANK, Document.title)
        )
        .all()
    )
    able = session().execute(select(cast(BankQuestion.competencies, String), BankQuestion.competencies).distinct())
    return Choices(
        tags=tuple(sorted({tag for row in words for tag in row.tags})),
        competencies=tuple(sorted({each for row in able for each in row.competencies})),
        shops=tuple(sorted({shop for row in files for shop in row.shops})),
        files=tuple(_file(row.id, row) for row in files),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A question as it was asked from a revision on. spec: as stored, without its later explanation."""

    sha: bytes
    spec: Mapping[str, Any]
    number: int
    at: Any
    went: Went
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """One question with everything about it. compiled_sha: of its file as published. versions: the newest first."""

    row: Row
    folder: str
    compiled_sha: bytes
    versions: tuple[Version, ...]


def question(key: str) -> One:
    """Return a question that stands in a published quiz or bank. Raises NotFound."""
    found = (
        session()
        .execute(
            _QUESTIONS.add_columns(Document.folder, Revision.compiled_sha)
            .join(Revision, Revision.id == Document.published_id)
            .where(Part.key == key, Document.state == PUBLISHED)
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound()
    went = went_of([found.id]).get(found.id, {})
    return One(
        row=_row(found, went, drawn_by({found.document_id} if found.use == BANK else ())),
        folder=found.folder,
        compiled_sha=found.compiled_sha,
        versions=_versions(found.id, found.sha, went),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedIn:
    """A quiz whose papers held the question. times: closed papers."""

    file: File
    times: int


def asked_in(part_id: int) -> list[AskedIn]:
    """Return in which quizzes a question was asked, the most often first."""
    found = session().execute(
        select(Document.id, Document.title, Document.use, Slug.slug, func.count().label("times"))
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .join(Attempt, Attempt.document_id == Document.id)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(AttemptItem.part_id == part_id, Attempt.state.in_(CLOSED))
        .group_by(Document.id, Document.title, Document.use, Slug.slug)
        .order_by(func.count().desc(), Document.title)
    )
    return [AskedIn(file=_file(row.id, row), times=row.times) for row in found]


def _versions(part_id: int, current: bytes, went: Mapping[bytes, Went]) -> tuple[Version, ...]:
    known = or_(PartVersion.part_id == part_id, PartVersion.sha.in_([*went, current]))
    found = session().execute(
        select(PartVersion.sha, PartVersion.spec, Revision.number, Revision.at)
        .join(Revision, Revision.id == PartVersion.first_revision_id)
        .where(known)
        .order_by(Revision.at.desc(), Revision.id.desc())
    )
    return tuple(
        Version(
            sha=row.sha,
            spec=row.spec,
            number=row.number,
            at=row.at,
            went=went.get(row.sha, Went()),
            is_current=row.sha == current,
        )
        for row in found
    )


def _row(row: Any, went: Mapping[bytes, Went], drawers: Mapping[int, tuple[File, ...]]) -> Row:
    return Row(
        part_id=row.id,
        key=row.key,
        title=row.title,
        kind=row.kind,
        level=row.level,
        tags=tuple(row.tags),
        competencies=tuple(row.competencies),
        shops=tuple(row.shops),
        file=File(document_id=row.document_id, slug=row.slug, title=row.file, is_bank=row.use == BANK),
        in_doubt=bool(row.in_doubt),
        drawn_by=drawers.get(row.document_id, ()),
        went=went.get(row.sha, Went()),
        versions=len(went),
    )


def _file(document_id: int, row: Any) -> File:
    return File(document_id=document_id, slug=row.slug, title=row.title, is_bank=row.use == BANK)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Document.state == PUBLISHED,
        Part.kind == PartKind.QUESTION.value,
        Part.retired_at.is_(None),
    ]
    for word in wanted.words.split()[:6]:
        found.append(BankQuestion.words.icontains(word, autoescape=True))
    if wanted.kind:
        found.append(BankQuestion.kind == wanted.kind)
    if wanted.level:
        found.append(BankQuestion.level.is_(None) if wanted.level == "0" else BankQuestion.level == int(wanted.level))
    for column, word in (
        (BankQuestion.tags, wanted.tag),
        (BankQuestion.competencies, wanted.competency),
        (Document.shops, wanted.shop),
    ):
        if word:
            found.append(HoldsAny(column, bindparam(None, [word], expanding=True)))
    if wanted.file:
        found.append(Slug.slug == wanted.file)
    match wanted.state:
        case "doubt":
            found.append(_IN_DOUBT)
        case "bank":
            found.append(Document.use == BANK)
        case "quiz":
            found.append(Document.use != BANK)
        case "unused":
            found += [Document.use == BANK, ~exists().where(_EDGE_DRAWS)]
    return found


def _ordered(statement: Any, sort: str) -> tuple[Any, list[Any]]:
    falling = sort.startswith("-")
    name = sort.removeprefix("-")
    last = [Document.title, Document.id, Part.position]
    if name in ("asked", "share"):
        went = _WENT.subquery()
        here = and_(went.c.part_id == Part.id, went.c.part_version_sha == BankQuestion.sha)
        share = went.c.earned * 1.0 / func.nullif(went.c.points, 0)
        column = func.coalesce(went.c.asked, 0) if name == "asked" else share
        statement = statement.outerjoin(went, here)
        return statement, [column.desc().nulls_last() if falling else column.asc().nulls_last(), *last]
    columns = {"level": BankQuestion.level, "kind": BankQuestion.kind, "file": Document.title}
    first: Any = columns.get(name, Document.title)
    return statement, [first.desc().nulls_last() if falling else first.asc().nulls_last(), *last]
