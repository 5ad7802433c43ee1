"""Where the parts of one question stand in its lines: heading, settings, text, answers, quotes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lms.content.grammar.blocks import Block, BlockKind, Item
from lms.content.grammar.chips import ORDERING, find_chips, read_chip
from lms.content.grammar.findings import Finding, Severity
from lms.content.grammar.inline import read_label, split_arrow
from lms.content.grammar.keywords import Language, Word, find_word
from lms.content.grammar.reading import Reading, Section
from lms.content.rules.properties import joined
from lms.core.points import exact_decimal, to_fraction
from lms.questions.form.card import Card, Row, criterion_row, numeric_fields
from lms.questions.parse.question import is_answer, parse_question, parts_of_quote, written_block
from lms.questions.parse.values import blank_in
from lms.questions.spec import (
    FillIn,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Single,
    TrueFalse,
)
from lms.questions.write import alternatives

_NOT_OF_ONE = {"C101", "C141"}  # about the whole file: its properties, its other headings


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some lines, 1-based within the question, and what they hold."""

    first: int
    last: int
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """heading: its line. chips: lines of settings. below: blocks of the text under the heading.

    rows: the lines of each answer, in the order of the card's rows. notes: of the remark below it, None = none.
    """

    heading: int
    chips: tuple[int, ...] = ()
    below: tuple[Part, ...] = ()
    answer: Part | None = None
    rows: tuple[Part, ...] = ()
    notes: tuple[Part | None, ...] = ()
    quotes: dict[Word, Part] = field(default_factory=dict)
    comments: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One question as it was read. question, card, layout: None where it has errors. findings: by line within it."""

    question: Question | None
    card: Card | None
    layout: Layout | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


@lru_cache(maxsize=1024)
def read(written: str, path: str, language: Language) -> Read:
    """Read one question from its heading on (a comment may stand above it). path: of its file, for relative links."""
    reading = Reading(written, path)
    sections = [section for section in reading.sections() if section.heading is not None]
    question = parse_question(reading, sections[0]) if sections else None
    findings = tuple(finding for finding in reading.findings if finding.code not in _NOT_OF_ONE)
    broken = any(finding.severity is Severity.ERROR for finding in findings)
    if question is None or broken or len(sections) != 1 or sections[0].level != 3:
        return Read(question=None, card=None, layout=None, findings=findings)
    layout = _layout(reading, sections[0])
    card, rows = _card(question, layout, sections[0], language)
    return Read(question=question, card=card, layout=rows, findings=findings)


def _layout(reading: Reading, section: Section) -> Layout:
    assert section.heading
    ordering = any(
        read_chip(chip.text, (ORDERING,)) is not None for _, line in section.chips for chip in find_chips(line)
    )
    below: list[Part] = []
    quotes: dict[Word, Part] = {}
    comments: list[Part] = []
    answer: Part | None = None
    for block in section.blocks:
        if block.kind is BlockKind.COMMENT:
            comments.append(Part(first=block.first, last=block.last))
        elif block.kind is BlockKind.QUOTE:
            shown, labelled = parts_of_quote(block)
            ends = [line - 1 for _, line, _ in labelled[1:]] + [block.last]
            for (word, line, words), last in zip(labelled, ends, strict=False):
                quotes[word] = Part(first=line, last=last, text=words.strip())
            if shown:
                last = labelled[0][1] - 1 if labelled else block.last
                below.append(Part(first=block.first, last=last, text=shown))
        elif block.is_list and is_answer(block, ordering=ordering):
            answer = Part(first=block.first, last=block.last)
        else:
            below.append(Part(first=block.first, last=block.last, text=written_block(reading, block)))
    return Layout(
        heading=section.heading.first,
        chips=tuple(line for line, _ in section.chips),
        below=tuple(below),
        answer=answer,
        quotes=quotes,
        comments=tuple(comments),
    )


def _card(question: Question, layout: Layout, section: Section, language: Language) -> tuple[Card, Layout]:
    block = next((each for each in section.blocks if layout.answer and each.first == layout.answer.first), None)
    items = block.items if block else ()
    rows, places = _rows(question, items)
    parts = tuple(Part(first=items[place].first, last=items[place].last) for place in places)
    notes = tuple(_note(items[place]) for place in places)
    shape = question.shape
    values: dict[str, str] = numeric_fields(shape) if isinstance(shape, Numeric) else {}
    if isinstance(shape, TrueFalse):
        values["truth"] = "true" if shape.right else "false"
    if isinstance(shape, Open) and shape.shortest is not None and shape.longest is not None:
        values |= {"shortest": str(shape.shortest), "longest": str(shape.longest)}
    card = Card(
        kind=question.kind,
        key=question.key,
        stem=question.stem.source,
        rows=rows,
        points="" if question.points is None else exact_decimal(to_fraction(question.points)),
        tags=joined(question.tags, language),
        level="" if question.level is None else str(question.level),
        hint=question.hint.source if question.hint else "",
        explanation=question.explanation.source if question.explanation else "",
        model=question.model.source if question.model else "",
        half=isinstance(shape, Multiple) and shape.half_if_incomplete,
        none=isinstance(shape, Multiple) and shape.none_if_wrong,
        case=isinstance(shape, FillIn) and shape.case_sensitive,
        neighbours=isinstance(shape, Ordering) and shape.by_neighbours,
        manual=isinstance(shape, Open) and shape.manual,
        **values,
    )
    placed = Layout(
        heading=layout.heading,
        chips=layout.chips,
        below=layout.below,
        answer=layout.answer,
        rows=parts,
        notes=notes,
        quotes=layout.quotes,
        comments=layout.comments,
    )
    return card, placed


def _rows(question: Question, items: Sequence[Item]) -> tuple[tuple[Row, ...], tuple[int, ...]]:
    """Return the rows of a question, and for each of them its place among the items of the list."""
    shape = question.shape
    rows: list[Row] = []
    places = tuple(range(len(items)))
    match shape:
        case Single() | Multiple():
            right = {shape.right} if isinstance(shape, Single) else set(shape.right)
            rows = [
                Row(text=each.body.source, note=each.note.source if each.note else "", right=each.id in right)
                for each in shape.options
            ]
        case Ordering():
            rows = [Row(text=each.body.source, note=each.note.source if each.note else "") for each in shape.steps]
        case Open():
            rows = [criterion_row(each) for each in shape.rubric]
        case Matching():
            rows = _pairs(shape, items)
        case FillIn():
            numbers = [(blank_in(item) or (0, ""))[0] or place + 1 for place, item in enumerate(items)]
            places = tuple(sorted(places, key=lambda place: numbers[place]))
            rows = [Row(text=alternatives(accepted)) for accepted in shape.blanks]
        case _:
            rows, places = [], ()
    return tuple(rows), places


def _pairs(shape: Matching, items: Sequence[Item]) -> list[Row]:
    rows: list[Row] = []
    left = iter(shape.left)
    right = {item.id: item.body.source for item in shape.right}
    key = iter(shape.key)
    for item in items:
        sides = split_arrow(item.text) or ("", "")
        if find_word(sides[0].strip("（()） "), (Word.DISTRACTOR,)):
            rows.append(Row(other=sides[1], lure=True))
        else:
            each = next(left)
            note = each.note.source if each.note else ""
            rows.append(Row(text=each.body.source, other=right[next(key)], note=note))
    return rows


def _note(item: Item) -> Part | None:
    """Return the lines of the remark below an item."""
    for kid in item.kids:
        if _is_note(kid):
            return Part(first=kid.first, last=kid.last)
    return None


def _is_note(kid: Block) -> bool:
    return (
        kid.kind is BlockKind.BULLET
        and len(kid.items) == 1
        and not kid.items[0].kids
        and read_label(kid.items[0].text, (Word.EXPLAIN,)) is not None
    )
