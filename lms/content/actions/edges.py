"""Which document rests on which: rebuilt from the links of each version that is published."""

from collections.abc import Sequence

from sqlalchemy import delete, or_, select

from lms.content.attachments.rules import SUFFIXES, suffix_of
from lms.content.grammar.document import Reference
from lms.content.models import Document, Edge, Part, Slug
from lms.content.parts import PartSpec
from lms.content.queries.reading import by_path
from lms.content.rules.parts import part_at
from lms.content.rules.paths import path_of
from lms.core.db import session
from lms.core.markup_tree import heading_id


def rebuild(
    document: Document, path: str, links: Sequence[Reference], parts: Sequence[PartSpec], ids: dict[str, int]
) -> None:
    """Write the edges that start here, and let those that were waiting for this document find it.

    parts: of the published version, with lines and keys; ids: of their rows by key. A link to a document that is not
    there yet is kept by its path.
    """
    current = session()
    _keep_attachments(document, {link.target for link in links if suffix_of(link.target) in SUFFIXES})
    current.execute(delete(Edge).where(Edge.from_document_id == document.id, Edge.to_path.endswith(".md")))
    outward = [link for link in links if link.target != path and link.target.endswith(".md") and not link.is_image]
    targets = by_path({link.target for link in outward}, archived=True)
    anchors = _anchors({card.document_id for card in targets.values()})
    seen: set[tuple[int | None, str, str]] = set()
    for link in outward:
        place = part_at(parts, link.line)
        from_part = None if place is None else ids[parts[place].key or ""]
        anchor = heading_id(link.anchor)[:200]
        if (from_part, link.target, anchor) in seen:
            continue
        seen.add((from_part, link.target, anchor))
        card = targets.get(link.target)
        current.add(
            Edge(
                from_document_id=document.id,
                from_part_id=from_part,
                to_document_id=card.document_id if card else None,
                to_part_id=anchors.get((card.document_id, anchor)) if card else None,
                to_path=link.target[:300],
                to_anchor=anchor,
            )
        )
    current.flush()
    _find_me(document)


def _keep_attachments(document: Document, paths: set[str]) -> None:
    """Note which files a version shows. What earlier ones showed stays: their attempts are still looked at."""
    current = session()
    there = current.scalars(select(Edge.to_path).where(Edge.from_document_id == document.id))
    current.add_all(
        Edge(from_document_id=document.id, to_path=path) for path in sorted(paths - set(there)) if len(path) <= 300
    )


def _anchors(document_ids: set[int]) -> dict[tuple[int, str], int]:
    """Return the part that each heading of these documents stands for, by its present and its former anchors."""
    if not document_ids:
        return {}
    rows = session().execute(
        select(Part.id, Part.document_id, Part.anchor, Part.old_anchors)
        .where(Part.document_id.in_(document_ids), Part.retired_at.is_(None), Part.anchor != "")
        .order_by(Part.position.desc())
    )
    found: dict[tuple[int, str], int] = {}
    now: dict[tuple[int, str], int] = {}
    for row in rows:
        for old in row.old_anchors:
            found[row.document_id, old] = row.id
        now[row.document_id, row.anchor] = row.id
    return found | now


def _find_me(document: Document) -> None:
    """Point the edges that mean this document by one of its paths at it and at its present parts."""
    current = session()
    slugs = current.scalars(select(Slug.slug).where(Slug.document_id == document.id)).all()
    paths = [path_of(document.folder, slug) for slug in slugs]
    anchors = _anchors({document.id})
    mine = or_(Edge.to_document_id == document.id, Edge.to_path.in_(paths))
    for edge in current.scalars(select(Edge).where(mine, Edge.from_document_id != document.id)):
        edge.to_document_id = document.id
        edge.to_part_id = anchors.get((document.id, edge.to_anchor)) if edge.to_anchor else None
