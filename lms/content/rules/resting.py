"""Which sections lie within which, and which of them changed: what a link to a heading rests on. Pure."""

from collections.abc import Collection, Sequence
from typing import Any

from lms.content.grammar.document import SectionSpec
from lms.content.rules.changes import SectionChange, section_changes


def sections_of(spec: Any) -> tuple[SectionSpec, ...]:
    """Return the sections of a document of any kind that have a heading; () for a kind without."""
    found = getattr(spec, "sections", ())
    return tuple(each for each in found if isinstance(each, SectionSpec) and each.title)


def above(sections: Sequence[SectionSpec]) -> dict[str, tuple[str, ...]]:
    """Return for the anchor of each section its own and those of the sections around it, the innermost first.

    A link to a heading means everything under it, its smaller headings too.
    """
    found: dict[str, tuple[str, ...]] = {}
    open_ones: list[SectionSpec] = []
    for section in sections:
        while open_ones and open_ones[-1].level >= section.level:
            open_ones.pop()
        open_ones.append(section)
        found[section.anchor] = tuple(each.anchor for each in reversed(open_ones))
    return found


def changes_under(old: Any, new: Any, anchors: Collection[str]) -> tuple[SectionChange, ...]:
    """Return what changed between two versions of a document in or under these headings; none given = everywhere.

    A heading is found by its anchor in either version.
    """
    before, after = sections_of(old), sections_of(new)
    changes = section_changes(before, after)
    if not anchors:
        return changes
    old_above, new_above = above(before), above(after)

    def within(change: SectionChange) -> bool:
        around: set[str] = set()
        if change.before is not None:
            around.update(old_above.get(change.before.anchor, ()))
        if change.after is not None:
            around.update(new_above.get(change.after.anchor, ()))
        return not around.isdisjoint(anchors)

    return tuple(change for change in changes if within(change))
