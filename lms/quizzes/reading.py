"""Where the sections that a result recommends are to be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from flask import url_for

from lms.content import queries as content
from lms.content.kinds import kinds
from lms.core.markup_tree import heading_id
from lms.questions.spec import Reference
from lms.quizzes.queries import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section to read. title: of its document; heading: "" for the whole document."""

    title: str
    heading: str
    href: str


def sections_of(found: Result) -> dict[str, Section]:
    """Return what can be read now, by the reference's target; what is archived or was never written is left out."""
    references = [reference for line in found.lines for reference in line.references]
    return _sections(references)


def _sections(references: Iterable[Reference]) -> dict[str, Section]:
    targets = {reference.target: reference.target.partition("#") for reference in references}
    cards = content.by_path({path for path, _, _ in targets.values()})
    known = kinds()
    sections: dict[str, Section] = {}
    for target, (path, _, anchor) in targets.items():
        card = cards.get(path)
        endpoint = known[card.kind].open_endpoint if card and card.published_id else None
        if card is None or endpoint is None:
            continue
        heading = unquote(anchor)
        fragment = f"#{quote(heading_id(heading))}" if heading else ""
        sections[target] = Section(
            title=card.title, heading=heading, href=url_for(endpoint, slug=card.slug) + fragment
        )
    return sections
