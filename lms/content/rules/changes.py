"""Which sections of a document changed from one version to another. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lms.content.grammar.document import SectionSpec
from lms.content.rules.parts import match_sections, section_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionChange:
    """A section before and after; before None = new, after None = gone. At least one is there."""

    before: SectionSpec | None
    after: SectionSpec | None

    @property
    def title(self) -> str:
        section = self.after or self.before
        assert section is not None
        return section.title

    @property
    def anchor(self) -> str:
        """Where to look now; "" for a section that is gone."""
        return self.after.anchor if self.after else ""


def section_changes(old: Sequence[SectionSpec], new: Sequence[SectionSpec]) -> tuple[SectionChange, ...]:
    """Return the sections that read otherwise, in the order of the new version; what is gone comes last.

    A section is known by its id, its text, its heading, its likeness, as the store knows it. Only sections with a
    heading count: what stands above the first one is given with the document's title as its heading.
    """
    before = [section for section in old if section.title]
    after = [section for section in new if section.title]
    marks = [str(place) for place in range(len(before))]
    known = [replace(part, key=mark) for part, mark in zip(section_parts(before), marks, strict=True)]
    ids = {section.id: mark for section, mark in zip(before, marks, strict=True) if section.id}
    wanted = [
        replace(part, key=ids.get(section.id) if section.id else None)
        for part, section in zip(section_parts(after), after, strict=True)
    ]
    keys = match_sections(known, wanted)
    changes = []
    for section, part, key in zip(after, wanted, keys, strict=True):
        was = before[int(key)] if key is not None else None
        if was is None or known[int(key or 0)].sha != part.sha:
            changes.append(SectionChange(before=was, after=section))
    gone = [section for section, mark in zip(before, marks, strict=True) if mark not in keys]
    return (*changes, *(SectionChange(before=section, after=None) for section in gone))
