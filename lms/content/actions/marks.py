"""待复核: what rests on a section that changed is marked until somebody has looked at it or has rewritten it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update

from lms.accounts.events import Settled, Told
from lms.accounts.queries.answering import trainers
from lms.content.events import Marked, Unmarked
from lms.content.kinds import kind_of
from lms.content.models import Document, Edge, Part, ReviewMark, Revision
from lms.content.parts import PartKind
from lms.content.queries.reading import PUBLISHED
from lms.content.rules.resting import above, sections_of
from lms.content.store import spec_of
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import insert_new, session
from lms.core.errors import NotFound
from lms.core.texts import text

STILL_RIGHT, CHANGED = "still_right", "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """A part of another document that rests on what changed. cause_part_id: None = on the whole document."""

    part_id: int
    kind: str
    document_id: int
    document_kind: str
    cause_part_id: int | None


def resting(document: Document, touched: Collection[int]) -> list[Resting]:
    """Return what rests on these parts of a document as it is published now, each part once.

    A link to a heading rests on all that stands under it. A question or scene that names the document without a heading
    rests on all of it; of lessons and articles such a link is only a hint where to read on. A link above the first
    heading belongs to the first section, of a drill to the first scene. A course only lists.
    """
    if not touched:
        return []
    causes = _causes(document, touched)
    rows = (
        session()
        .execute(
            select(
                Edge.from_part_id,
                Edge.to_part_id,
                Edge.from_document_id,
                Part.kind,
                Document.kind.label("document_kind"),
            )
            .join(Document, Document.id == Edge.from_document_id)
            .outerjoin(Part, Part.id == Edge.from_part_id)
            .where(
                Edge.to_document_id == document.id,
                Edge.from_document_id != document.id,
                Document.state == PUBLISHED,
                or_(Edge.from_part_id.is_(None), Part.retired_at.is_(None)),
            )
            .order_by(Edge.id)
        )
        .all()
    )
    first = _first_sections({row.from_document_id for row in rows if row.from_part_id is None})
    found: dict[int, Resting] = {}
    for row in rows:
        above_all = row.from_part_id is None
        part_id, kind = first.get(row.from_document_id, (None, "")) if above_all else (row.from_part_id, row.kind)
        named = row.to_part_id in causes
        whole = row.to_part_id is None and not above_all and PartKind(kind).is_answered
        if part_id is None or part_id in found or not (named or whole) or kind_of(row.document_kind).has_steps:
            continue
        found[part_id] = Resting(
            part_id=part_id,
            kind=kind,
            document_id=row.from_document_id,
            document_kind=row.document_kind,
            cause_part_id=causes[row.to_part_id] if named else None,
        )
    return list(found.values())


def put(document: Document, revision: Revision, before_id: int, resting_on_it: Sequence[Resting]) -> None:
    """Mark these parts because of a version just published, and tell those who look after them."""
    if not resting_on_it:
        return
    now = clock.now()
    insert_new(
        ReviewMark,
        ("part_id", "cause_revision_id"),
        [
            {
                "document_id": each.document_id,
                "part_id": each.part_id,
                "cause_part_id": each.cause_part_id,
                "cause_revision_id": revision.id,
                "before_revision_id": before_id,
                "set_at": now,
            }
            for each in resting_on_it
        ],
    )
    for document_id in sorted({each.document_id for each in resting_on_it}):
        emit(Marked(document_id=document_id, cause_document_id=document.id, cause_revision_id=revision.id))
    people = [
        person for person in keepers({each.document_id for each in resting_on_it}) if person != revision.author_id
    ]
    emit(
        Told(
            person_ids=tuple(people),
            topic="review",
            sentence=text(
                "《%(title)s》改了，%(n)s 处引用它的题目和内容待复核。", title=document.title, n=len(resting_on_it)
            ),
            link=("content.marks", {"cause": document.id}),
            key=_key(revision.id),
        )
    )


def rewritten(document: Document, part_ids: Collection[int], gone: Collection[int], author_id: int | None) -> None:
    """Clear the marks of parts of a document that were published anew. gone: parts that it no longer has."""
    which = {*part_ids, *gone}
    if which:
        _clear(
            and_(ReviewMark.document_id == document.id, ReviewMark.part_id.in_(which)),
            CHANGED,
            author_id,
        )


def confirm(actor: Actor, mark_ids: Collection[int]) -> int:
    """Say of these marks that what they doubt is still right; return how many were open.

    A mark that was set after the page was made is not among them and stays. Raises NotFound where none of them exists.
    """
    current = session()
    known = current.scalars(select(ReviewMark.id).where(ReviewMark.id.in_(mark_ids))).all()
    if not known:
        raise NotFound()
    cleared = _clear(ReviewMark.id.in_(known), STILL_RIGHT, actor.id)
    if cleared:
        audit(actor.id, "marks.confirmed", "review_mark", min(known), after={"marks": sorted(known)})
    return cleared


def keepers(document_ids: Collection[int]) -> list[int]:
    """Return who is to look at these documents: their owners as far as these are trainers, else every trainer."""
    every = trainers()
    owners = session().scalars(select(Document.owner_id).where(Document.id.in_(document_ids)))
    found: set[int] = set()
    for owner in owners:
        found.update([owner] if owner in every and owner is not None else every)
    return sorted(found)


def _causes(document: Document, touched: Collection[int]) -> dict[int | None, int]:
    """Return by part the touched part because of which a link to it is in doubt: itself, or one under its heading."""
    rows = session().execute(
        select(Part.id, Part.anchor).where(
            Part.document_id == document.id, Part.retired_at.is_(None), Part.kind != PartKind.QUESTION
        )
    )
    ids = {row.anchor: row.id for row in rows}
    anchors = {part_id: anchor for anchor, part_id in ids.items()}
    compiled = session().scalar(select(Revision.compiled_sha).where(Revision.id == document.published_id))
    around = above(sections_of(spec_of(compiled))) if compiled is not None else {}
    found: dict[int | None, int] = {}
    for part_id in touched:
        found[part_id] = part_id
    for part_id in touched:
        for anchor in around.get(anchors.get(part_id, ""), ()):
            if anchor in ids:
                found.setdefault(ids[anchor], part_id)
    return found


def _first_sections(document_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Return id and kind of the first section or scene of each of these documents."""
    if not document_ids:
        return {}
    rows = session().execute(
        select(Part.document_id, Part.id, Part.kind)
        .where(Part.document_id.in_(document_ids), Part.retired_at.is_(None), Part.kind != PartKind.QUESTION)
        .order_by(Part.position.desc())
    )
    return {row.document_id: (row.id, row.kind) for row in rows}


def _clear(which: ColumnElement[bool], verdict: str, person_id: int | None) -> int:
    """Clear what is open of these marks; who was told of a cause that is settled now need not look any more."""
    current = session()
    open_ones = and_(which, ReviewMark.cleared_at.is_(None))
    causes = current.scalars(select(ReviewMark.cause_revision_id).where(open_ones).distinct()).all()
    if not causes:
        return 0
    done = current.execute(
        update(ReviewMark)
        .where(open_ones)
        .values(cleared_at=clock.now(), cleared_by=person_id, verdict=verdict)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    left = current.scalars(
        select(ReviewMark.cause_revision_id)
        .where(ReviewMark.cause_revision_id.in_(causes), ReviewMark.cleared_at.is_(None))
        .distinct()
    ).all()
    everybody = tuple(trainers())
    for revision_id in sorted(set(causes) - set(left)):
        emit(Settled(person_ids=everybody, key=_key(revision_id)))
        held_by = select(ReviewMark.document_id).where(ReviewMark.cause_revision_id == revision_id).distinct()
        emit(Unmarked(document_ids=tuple(current.scalars(held_by)), cause_revision_id=revision_id))
    return done.rowcount


def _key(revision_id: int) -> str:
    return f"marks:{revision_id}"
