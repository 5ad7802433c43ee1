"""A course or curriculum as its form sees it: headings with their settings, and every line of every list.

Read straight from the blocks, so that a text with errors is seen as well; a line that is no link to a document is
kept as it is written. The parsers of `spec` say what is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from lms.content.form import Values
from lms.content.grammar.amounts import read_minutes
from lms.content.grammar.blocks import Block, BlockKind, Item, scan
from lms.content.grammar.chips import (
    AFTER,
    ANY_ORDER,
    DAYS,
    SIGN_OFF,
    read_chip,
    split_chips,
)
from lms.content.grammar.front import read_front
from lms.content.grammar.inline import find_links, plain_text, resolve
from lms.content.grammar.keywords import Language, Word, find_word
from lms.content.grammar.reading import Section, sections_of
from lms.core.lines import split_lines
from lms.learning.spec.curriculum import StageSpec
from lms.learning.spec.items import ITEM_FORMS, PathItem, path_item

STAGE_FORMS = (DAYS, ANY_ORDER, AFTER, SIGN_OFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a list. item: None where it is no link to a document. list: which list of its section, from 0."""

    first: int
    last: int
    text_last: int
    marker: str
    list: int
    source: str
    item: PathItem | None

    @property
    def key(self) -> str:
        """What names it in the form: good for the text that was read, and for no other."""
        return f"i{self.first}"

    @property
    def is_numbered(self) -> bool:
        return self.marker.endswith(".")

    @property
    def day(self) -> int | None:
        return self.item.day if self.item else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading of the second level with what stands under it. first_day, last_day: None where no days are given.

    chip_first, chip_last: lines of its settings, chip_last < chip_first where it has none. text_first, text_last:
    lines of the text between the settings and the first list, likewise.
    """

    first: int
    last: int
    title: str
    level: int
    chip_first: int
    chip_last: int
    text_first: int
    text_last: int
    text: str
    rows: tuple[Row, ...]
    first_day: int | None = None
    last_day: int | None = None
    any_order: bool = False
    sign_off: bool = False
    after: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"s{self.first}"

    @property
    def items(self) -> tuple[PathItem, ...]:
        return tuple(row.item for row in self.rows if row.item is not None)

    def spec(self) -> StageSpec:
        """Return what the linter needs of it."""
        return StageSpec(
            name=self.title,
            first_day=self.first_day,
            last_day=self.last_day,
            any_order=self.any_order,
            after=self.after,
            sign_off=self.sign_off,
            items=self.items,
            first=self.first,
            last=self.last,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """minutes: the promise in the front matter, None = none, or none that can be read."""

    language: Language
    minutes: int | None
    parts: tuple[Part, ...]

    def row(self, key: str) -> tuple[Part, int] | None:
        """Return the part of a row and its place there, from 0."""
        for part in self.parts:
            for place, row in enumerate(part.rows):
                if row.key == key:
                    return part, place
        return None

    def part(self, key: str) -> Part | None:
        return next((part for part in self.parts if part.key == key), None)


def neighbour(outline: Outline, key: str) -> str:
    """Return the id of the handle that stands there once a row was taken away, "" where none is left."""
    found = outline.row(key)
    if found is None:
        return ""
    part, at = found
    if at + 1 < len(part.rows):
        return f"handle-{key}"
    return f"handle-{part.rows[at - 1].key}" if at else ""


def rekeyed(before: Outline, after: Outline, key: str) -> str:
    """Return what a row or part is called after lines were written that changed neither rows nor parts."""
    found = before.row(key)
    if found is not None:
        return after.parts[before.parts.index(found[0])].rows[found[1]].key
    part = before.part(key)
    return key if part is None else after.parts[before.parts.index(part)].key


def read_outline(source: str, path: str) -> Outline:
    """Return what the form shows. path: in the repository, for relative links."""
    front, _ = read_front(source)
    minutes = None
    for entry in front.entries:
        if find_word(entry.key, (Word.DURATION,)) and entry.value:
            minutes = read_minutes(entry.value)
    lines = split_lines(source)
    sections = sections_of(scan(source))[1:]
    return Outline(
        language=front.language,
        minutes=minutes,
        parts=tuple(
            _part(section, lines, path, _end(sections, place, lines)) for place, section in enumerate(sections)
        ),
    )


def drawn_from(source: str) -> str:
    """Return what names a text in the form that was drawn from it, whatever its line ends."""
    return sha256("\n".join(split_lines(source)).encode()).hexdigest()[:16]


def is_fresh(source: str, values: Values) -> bool:
    """Whether the form was drawn from this very text: else its keys mean other lines, and its fields say old things.

    A caller that sends no `drawn` vouches for it.
    """
    drawn = values.get("drawn", "")
    return not drawn or drawn == drawn_from(source)


def is_contents(part: Part) -> bool:
    """Whether it is the list of contents of a course."""
    return part.level == 2 and find_word(part.title, (Word.CONTENTS,)) is not None


def _end(sections: Sequence[Section], place: int, lines: Sequence[str]) -> int:
    """Return the last line before the next heading."""
    return sections[place + 1].first - 1 if place + 1 < len(sections) else len(lines)


def _part(section: Section, lines: Sequence[str], path: str, end: int) -> Part:
    rows: list[Row] = []
    number = 0
    for block in section.blocks:
        if block.is_list:
            rows.extend(_row(item, number, lines, path) for item in block.items)
            number += 1
    chip_first = section.chips[0][0] if section.chips else section.first + 1
    chip_last = section.chips[-1][0] if section.chips else section.first
    text_first, text_last = _text_span(section.blocks, chip_last + 1)
    values = [
        value
        for _, line in section.chips
        for chip in split_chips(line)[1]
        if (value := read_chip(chip.text, STAGE_FORMS)) is not None
    ]
    spans = [value for value in values if value.form is DAYS]
    first_day = spans[0].number("a") if spans else None
    last_day = spans[0].number("b") if spans and spans[0].values.get("b", "") else first_day
    is_span = first_day is not None and last_day is not None and 1 <= first_day <= last_day
    return Part(
        first=section.first,
        last=end,
        title=plain_text(section.title),
        level=section.level,
        chip_first=chip_first,
        chip_last=chip_last,
        text_first=text_first,
        text_last=text_last,
        text="\n".join(lines[text_first - 1 : text_last]),
        rows=tuple(rows),
        first_day=first_day if is_span else None,
        last_day=last_day if is_span else None,
        any_order=any(value.form is ANY_ORDER for value in values),
        sign_off=any(value.form is SIGN_OFF for value in values),
        after=tuple(value.values["text"].strip() for value in values if value.form is AFTER),
    )


def _text_span(blocks: Sequence[Block], start: int) -> tuple[int, int]:
    """Return the lines of the blocks before the first list; where there are none, the gap in which they would stand."""
    before: list[Block] = []
    for block in blocks:
        if block.is_list:
            break
        before.append(block)
    while before and before[-1].kind is BlockKind.COMMENT:
        before.pop()
    while before and before[0].kind is BlockKind.COMMENT:
        before.pop(0)
    return (before[0].first, before[-1].last) if before else (start, start - 1)


def _row(item: Item, number: int, lines: Sequence[str], path: str) -> Row:
    return Row(
        first=item.first,
        last=item.last,
        text_last=item.text_last,
        marker=item.marker,
        list=number,
        source="\n".join(lines[item.first - 1 : item.last]),
        item=_item(item, path),
    )


def _item(item: Item, path: str) -> PathItem | None:
    written, chips = split_chips(item.text.replace("\n", " "))
    links = [link for link in find_links(written) if not link.is_image]
    if len(links) != 1 or links[0].is_external or not links[0].target:
        return None
    link = links[0]
    target = resolve(path, link.target)
    if target is None:
        return None
    values = [value for chip in chips if (value := read_chip(chip.text, ITEM_FORMS)) is not None]
    return path_item(item, link, target, values)
