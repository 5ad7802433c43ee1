"""Where the sections that a result recommends are to be read."""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from flask import url_for
from sqlalchemy import select

from lms.content import queries as content
from lms.content.kinds import kinds
from lms.content.models import Document
from lms.core.access import Actor
from lms.core.db import session
from lms.core.markup_tree import heading_id
from lms.quizzes.queries import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section to read. title: of its document; heading: "" for the whole document."""

    title: str
    heading: str
    href: str


def sections_of(actor: Actor, found: Result) -> dict[str, Section]:
    """Return what the actor can read now, by the reference's target; what is archived or not there is left out."""
    references = [reference for line in found.lines for reference in line.references]
    targets = {reference.target: reference.target.partition("#") for reference in references}
    if not targets:
        return {}
    cards = content.by_path({path for path, _, _ in targets.values()})
    ids = [card.document_id for card in cards.values()]
    open_to = set(session().scalars(select(Document.id).where(Document.id.in_(ids), content.readable(actor))))
    known = kinds()
    sections: dict[str, Section] = {}
    for target, (path, _, anchor) in targets.items():
        card = cards.get(path)
        endpoint = known[card.kind].open_endpoint if card else None
        if card is None or endpoint is None or card.document_id not in open_to:
            continue
        heading = unquote(anchor)
        fragment = f"#{quote(heading_id(heading))}" if heading else ""
        sections[target] = Section(title=card.title, heading=heading, href=url_for(endpoint, slug=card.slug) + fragment)
    return sections
