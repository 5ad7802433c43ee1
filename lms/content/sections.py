"""A document's sections as a reading page shows them: their headings, their outline, their HTML. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lms.content.grammar.document import SectionSpec

_APART = "\x00"  # can't occur in what the renderer makes


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One section ready for a page. level: 2 to 6; number: of its top section, from 1, 0 for what stands above all."""

    anchor: str
    title: str
    level: int
    number: int
    html: Markup
    section: SectionSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlined:
    anchor: str
    title: str
    number: int


def top_level(sections: Sequence[SectionSpec]) -> int:
    """Return the level of the outermost headings below the title."""
    return min((section.level for section in sections if section.level > 1), default=2)


def outline(sections: Sequence[SectionSpec]) -> list[Outlined]:
    """Return the outermost headings, numbered from 1: what the side shows and what reading is counted in."""
    top = top_level(sections)
    found = [section for section in sections if section.level == top]
    return [
        Outlined(anchor=section.anchor, title=section.title, number=number)
        for number, section in enumerate(found, start=1)
    ]


def shown_sections(
    intro: SectionSpec, sections: Sequence[SectionSpec], show: Callable[[str], Markup]
) -> tuple[Markup, list[Shown]]:
    """Return the introduction and the sections with their HTML as the reader sees it, by one call of `show`.

    The outermost headings become level 2 whatever the author began with.
    """
    pieces = show(_APART.join([intro.html, *(section.html for section in sections)])).split(_APART)
    top = top_level(sections)
    number = 0
    found = []
    for section, html in zip(sections, pieces[1:], strict=True):
        number += section.level == top
        found.append(
            Shown(
                anchor=section.anchor,
                title=section.title,
                level=min(6, max(2, section.level - top + 2)),
                number=number,
                html=html,
                section=section,
            )
        )
    return pieces[0], found
