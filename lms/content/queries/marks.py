"""Reading what is 待复核: by what changed, with the change and what rests on it side by side."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.content.keyed import Keyed
from lms.content.kinds import kind_of
from lms.content.models import Document, Edge, Part, ReviewMark, Revision, Slug
from lms.content.parts import PartKind
from lms.content.queries.reading import PUBLISHED, Card, cards
from lms.content.rules.changes import SectionChange
from lms.content.rules.compare import Comparison, compare
from lms.content.rules.resting import changes_under, sections_of
from lms.content.store import spec_of
from lms.core.db import rows, session

PAGE = 20
"""Parts on one page: each is shown with its change beside it."""

_LINES = 60  # rows of one change


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """cause_id: only what this document's change put in doubt. owner_id: only what this person's documents hold.

    part_kind: section | question | scene; "" = every. document_id: only this document's own parts.
    """

    cause_id: int | None = None
    owner_id: int | None = None
    part_kind: str = ""
    document_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A section of the cause before and now. gone: it is no more. diff: by line and word."""

    title: str
    anchor: str
    gone: bool
    diff: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One part that is 待复核 because of one document. mark_ids: its open marks from there, of one version or several.

    question: the question or scene with its key; html: the section as its reader sees it; "" and None where the part is
    gone.
    """

    mark_ids: tuple[int, ...]
    part_id: int
    part_kind: str
    key: str
    title: str
    anchor: str
    card: Card
    owner: str
    set_at: datetime
    changes: tuple[Change, ...]
    question: Keyed | None
    html: str

    @property
    def is_question(self) -> bool:
        return self.part_kind == PartKind.QUESTION

    @property
    def is_scene(self) -> bool:
        return self.part_kind == PartKind.SCENE


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A document whose change put others in doubt. author, note, at: of the last version that did."""

    card: Card
    author: str
    note: str
    at: datetime
    doubts: tuple[Doubt, ...]

    @property
    def mark_ids(self) -> tuple[int, ...]:
        return tuple(mark for doubt in self.doubts for mark in doubt.mark_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many parts are 待复核, each once."""

    questions: int = 0
    sections: int = 0
    scenes: int = 0

    @property
    def parts(self) -> int:
        return self.questions + self.sections + self.scenes


_OPEN = and_(ReviewMark.cleared_at.is_(None), Part.retired_at.is_(None), Document.state == PUBLISHED)
_HELD = (
    select(Part.key, Part.text_sha)
    .join(ReviewMark, ReviewMark.part_id == Part.id)
    .join(Slug, Slug.document_id == ReviewMark.document_id)
    .where(
        Slug.kind == bindparam("kind"),
        Slug.slug == bindparam("slug"),
        ReviewMark.cleared_at.is_(None),
        Part.kind == PartKind.QUESTION.value,
        Part.retired_at.is_(None),
    )
)


def held(kind: str, slug: str) -> frozenset[str]:
    """Return the questions of a document whose key is in doubt: their keys, and the hex of what they ask.

    Read it before the document itself: what is cleared by a new version must not be asked in the old one.
    """
    found = rows(_HELD, {"kind": kind, "slug": slug}).all()
    return frozenset(word for row in found for word in (row.key, row.text_sha.hex()))


def totals(wanted: Wanted | None = None) -> Totals:
    """Return how many parts are 待复核."""
    statement = (
        select(Part.kind, func.count(Part.id.distinct()).label("parts"))
        .join(ReviewMark, ReviewMark.part_id == Part.id)
        .join(Document, Document.id == ReviewMark.document_id)
        .where(_OPEN, *_conditions(wanted or Wanted()))
        .group_by(Part.kind)
    )
    found = {row.kind: row.parts for row in session().execute(statement)}
    return Totals(
        questions=found.get(PartKind.QUESTION.value, 0),
        sections=found.get(PartKind.SECTION.value, 0),
        scenes=found.get(PartKind.SCENE.value, 0),
    )


def counts(document_ids: Collection[int]) -> dict[int, int]:
    """Return how many parts of each of these documents are 待复核; none = left out."""
    if not document_ids:
        return {}
    statement = (
        select(ReviewMark.document_id, func.count(Part.id.distinct()).label("parts"))
        .join(Part, Part.id == ReviewMark.part_id)
        .join(Document, Document.id == ReviewMark.document_id)
        .where(_OPEN, ReviewMark.document_id.in_(document_ids))
        .group_by(ReviewMark.document_id)
    )
    return {row.document_id: row.parts for row in session().execute(statement)}


def doubted(document_id: int) -> frozenset[str]:
    """Return the titles of the parts of a document that are 待复核."""
    statement = (
        select(Part.title)
        .join(ReviewMark, ReviewMark.part_id == Part.id)
        .where(ReviewMark.document_id == document_id, ReviewMark.cleared_at.is_(None), Part.retired_at.is_(None))
    )
    return frozenset(session().scalars(statement))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One open mark as the API gives it."""

    id: int
    part_id: int
    part_kind: str
    key: str
    title: str
    document_id: int
    cause_id: int
    set_at: datetime


def open_marks(wanted: Wanted, *, after: int = 0, limit: int = 100) -> list[Mark]:
    """Return open marks by id. after: only those with a higher one."""
    statement = _marks(wanted).where(ReviewMark.id > after).order_by(ReviewMark.id).limit(limit)
    return [
        Mark(
            id=row.id,
            part_id=row.part_id,
            part_kind=row.kind,
            key=row.key,
            title=row.title,
            document_id=row.document_id,
            cause_id=row.cause_id,
            set_at=row.set_at,
        )
        for row in session().execute(statement)
    ]


def causes(wanted: Wanted, *, page: int = 1, size: int = PAGE) -> tuple[list[Cause], int]:
    """Return one page of what is 待复核 by what changed, the latest change first, and how many parts there are in all.

    A part that two documents put in doubt stands under each of them.
    """
    found = session().execute(_marks(wanted).order_by(ReviewMark.id)).all()
    grouped: dict[tuple[int, int], list[Any]] = {}
    for row in found:
        grouped.setdefault((row.cause_id, row.part_id), []).append(row)
    latest: dict[int, int] = {}
    for row in found:
        latest[row.cause_id] = max(latest.get(row.cause_id, 0), row.cause_revision_id)
    order = sorted(
        grouped,
        key=lambda pair: (-latest[pair[0]], pair[0], *_place(grouped[pair][0])),
    )
    shown = order[(page - 1) * size : page * size]
    return _with_changes([(pair, grouped[pair]) for pair in shown], latest), len(order)


def _place(mark: Any) -> tuple[bool, int, int]:
    """Return where a part stands among others: questions first, as they are out of the draw meanwhile."""
    return mark.kind != PartKind.QUESTION, mark.document_id, mark.position


def _conditions(wanted: Wanted) -> Iterable[Any]:
    if wanted.owner_id is not None:
        yield Document.owner_id == wanted.owner_id
    if wanted.part_kind:
        yield Part.kind == wanted.part_kind
    if wanted.document_id is not None:
        yield ReviewMark.document_id == wanted.document_id
    if wanted.cause_id is not None:
        of = select(Revision.id).where(Revision.document_id == wanted.cause_id)
        yield ReviewMark.cause_revision_id.in_(of)


def _marks(wanted: Wanted) -> Any:
    owner = aliased(Person)
    return (
        select(
            ReviewMark.id,
            ReviewMark.part_id,
            ReviewMark.document_id,
            ReviewMark.cause_part_id,
            ReviewMark.cause_revision_id,
            ReviewMark.before_revision_id,
            ReviewMark.set_at,
            Revision.document_id.label("cause_id"),
            Part.kind,
            Part.key,
            Part.title,
            Part.anchor,
            Part.position,
            owner.name.label("owner"),
        )
        .join(Revision, Revision.id == ReviewMark.cause_revision_id)
        .join(Part, Part.id == ReviewMark.part_id)
        .join(Document, Document.id == ReviewMark.document_id)
        .outerjoin(owner, owner.id == Document.owner_id)
        .where(_OPEN, *_conditions(wanted))
    )


def _with_changes(shown: Sequence[tuple[tuple[int, int], list[Any]]], latest: dict[int, int]) -> list[Cause]:
    cause_ids = list(dict.fromkeys(pair[0] for pair, _ in shown))
    known = cards({*cause_ids, *(marks[0].document_id for _, marks in shown)})
    about = _about([latest[cause] for cause in cause_ids])
    anchors = _anchors(shown)
    specs = _specs({card.published_id for card in known.values()} | {_before(marks) for _, marks in shown})
    found = []
    for cause_id in cause_ids:
        doubts = tuple(
            _doubt(marks, known[cause_id], known[marks[0].document_id], anchors.get(pair, frozenset()), specs)
            for pair, marks in shown
            if pair[0] == cause_id
        )
        author, note, at = about[latest[cause_id]]
        found.append(Cause(card=known[cause_id], author=author, note=note, at=at, doubts=doubts))
    return found


def _before(marks: Sequence[Any]) -> int:
    """Return the version for which a part was written: the one before the first change that put it in doubt."""
    return min(int(mark.before_revision_id) for mark in marks)


def _specs(revision_ids: Collection[int | None]) -> dict[int, Any]:
    """Return what these versions hold, in one statement for all; the texts themselves are kept in memory."""
    wanted = [each for each in revision_ids if each is not None]
    found = session().execute(
        select(Revision.id, Revision.compiled_sha).where(Revision.id.in_(wanted), Revision.compiled_sha.is_not(None))
    )
    return {row.id: spec_of(row.compiled_sha) for row in found}


def _about(revision_ids: Sequence[int]) -> dict[int, tuple[str, str, datetime]]:
    statement = (
        select(Revision.id, Revision.note, Revision.at, Person.name)
        .outerjoin(Person, Person.id == Revision.author_id)
        .where(Revision.id.in_(revision_ids))
    )
    return {row.id: (row.name or "", row.note, row.at) for row in session().execute(statement)}


def _anchors(shown: Sequence[tuple[tuple[int, int], list[Any]]]) -> dict[tuple[int, int], frozenset[str]]:
    """Return the headings of the cause on which each part rests, by their present and former anchors."""
    part_ids = {pair[1] for pair, _ in shown}
    targets: dict[tuple[int, int], set[int]] = {}
    for pair, marks in shown:
        targets[pair] = {mark.cause_part_id for mark in marks if mark.cause_part_id is not None}
    edges = session().execute(
        select(Edge.from_part_id, Edge.to_document_id, Edge.to_part_id).where(
            Edge.from_part_id.in_(part_ids), Edge.to_part_id.is_not(None)
        )
    )
    for edge in edges:
        if targets.get((edge.to_document_id, edge.from_part_id)):
            targets[edge.to_document_id, edge.from_part_id].add(edge.to_part_id)
    every = {target for found in targets.values() for target in found}
    names = session().execute(select(Part.id, Part.anchor, Part.old_anchors).where(Part.id.in_(every)))
    by_id = {row.id: {row.anchor, *row.old_anchors} for row in names}
    return {
        pair: frozenset(anchor for target in found for anchor in by_id.get(target, ()))
        for pair, found in targets.items()
    }


def _doubt(marks: Sequence[Any], cause: Card, card: Card, anchors: frozenset[str], specs: Mapping[int, Any]) -> Doubt:
    first = marks[0]
    old, now = specs.get(_before(marks)), specs.get(cause.published_id or 0)
    changes = changes_under(old, now, anchors) if old is not None and now is not None else ()
    question, html = _shown(card, first, specs.get(card.published_id or 0))
    return Doubt(
        mark_ids=tuple(mark.id for mark in marks),
        part_id=first.part_id,
        part_kind=first.kind,
        key=first.key,
        title=first.title,
        anchor=first.anchor,
        card=card,
        owner=first.owner or "",
        set_at=first.set_at,
        changes=tuple(_change(each) for each in changes),
        question=question,
        html=html,
    )


def _change(change: SectionChange) -> Change:
    before = _source(change.before) if change.before else ""
    after = _source(change.after) if change.after else ""
    return Change(
        title=change.title,
        anchor=change.anchor,
        gone=change.after is None,
        diff=compare(before, after, context=2, most=_LINES),
    )


def _source(section: Any) -> str:
    """Return what stands in a section with what its chips say, the heading first where it matters."""
    return "\n".join(line for line in (section.title, section.terms, section.source) if line)


def _shown(card: Card, mark: Any, spec: Any) -> tuple[Keyed | None, str]:
    if spec is None:
        return None, ""
    kind = kind_of(card.kind)
    if PartKind(mark.kind).is_answered:
        part = next((part for part in kind.parts(spec) if part.key == mark.key and part.spec is not None), None)
        return (kind.keyed(part.spec) if part is not None else None), ""
    section = next((each for each in sections_of(spec) if each.anchor[:200] == mark.anchor), None)
    return None, section.html if section is not None else ""
