"""Which section is which from one version to the next, and how new parts get their key."""

import re
from collections.abc import Callable, Sequence
from hashlib import sha256

from rapidfuzz import fuzz

from lms.content.grammar.document import SectionSpec
from lms.content.parts import PartKind, PartSpec

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""No 0, o, 1, l, i: a key is read aloud and typed."""

LENGTH = 6
ALIKE = 0.6  # share of likeness from which two sections are one
_BLANKS = re.compile(r"\s+")
_BESIDE_CHINESE = re.compile(
    r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) | (?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])"
)


def new_key(choose: Callable[[str], str]) -> str:
    """Return six characters of the alphabet. choose: picks one character at random."""
    return "".join(choose(ALPHABET) for _ in range(LENGTH))


def section_parts(sections: Sequence[SectionSpec]) -> tuple[PartSpec, ...]:
    """Return the parts that the headings of a document make; what stands above the first one is none."""
    return tuple(
        PartSpec(
            kind=PartKind.SECTION,
            key=section.id,
            title=section.title,
            anchor=section.anchor,
            sha=sha256(_written(section).encode()).digest(),
            words=f"{section.title}\n{section.text or section.source}"[:4_000],
            first=section.first,
            last=section.last,
            gist=sha256(_BESIDE_CHINESE.sub("", _BLANKS.sub(" ", _written(section))).strip().encode()).digest(),
        )
        for section in sections
        if section.title
    )


def _written(section: SectionSpec) -> str:
    terms = f"\n{section.terms}" if section.terms else ""
    return f"{section.title}\n{section.source}{terms}"


def match_sections(old: Sequence[PartSpec], new: Sequence[PartSpec]) -> tuple[str | None, ...]:
    """Return for each new section the key of the old one that it is: by id, same content, heading, likeness.

    old: sections with their keys. A heading that was rewritten keeps its key as long as its text is alike.
    """
    keys: dict[int, str | None] = {index: part.key for index, part in enumerate(new) if part.key}
    left = {part.key: part for part in old if part.key not in keys.values()}

    def take(same: Callable[[PartSpec, PartSpec], bool]) -> None:
        for index, part in enumerate(new):
            if index in keys:
                continue
            for key, known in left.items():
                if same(known, part):
                    keys[index] = key
                    del left[key]
                    break

    take(lambda known, part: known.sha == part.sha)
    take(lambda known, part: bool(part.anchor) and known.anchor == part.anchor)
    for _, key, index in sorted(
        (-alike, key or "", index)
        for index, part in enumerate(new)
        if index not in keys
        for key, known in left.items()
        if (alike := fuzz.ratio(known.words, part.words) / 100) >= ALIKE
    ):
        if key in left and index not in keys:
            keys[index] = key
            del left[key]
    return tuple(keys.get(index) for index in range(len(new)))


def part_at(parts: Sequence[PartSpec], line: int) -> int | None:
    """Return which part (by its place) a line of the source stands in; the innermost, which begins last."""
    inside = [index for index, part in enumerate(parts) if part.first <= line <= part.last]
    return max(inside, key=lambda index: parts[index].first, default=None)
