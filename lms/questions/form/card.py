"""What the form of one question holds: texts as they stand in its fields. Pure."""

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from lms.content.form import Values
from lms.content.form_rows import row_names
from lms.content.form_text import plain
from lms.core.points import exact_decimal
from lms.questions.spec import Criterion, CriterionKind, Kind, Numeric

_DECIMAL = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,9})?")
LISTS = (Kind.SINGLE, Kind.MULTIPLE, Kind.ORDERING)  # of options or steps
WITH_ROWS = (*LISTS, Kind.FILL_IN, Kind.MATCHING, Kind.OPEN)
EXACT, TOLERANCE, RANGE = "exact", "tolerance", "range"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One option, step, gap, pair or criterion.

    text: the option, the words of a gap with `|` between, the left side, the words of a criterion. other: the right
    side of a pair, the points of a criterion. word: kind of the criterion. lure: a right side without a left one.
    number: names its fields in the form, and nothing else.
    """

    text: str = ""
    note: str = ""
    right: bool = False
    other: str = ""
    word: str = ""
    lure: bool = False
    number: int = field(default=0, compare=False)

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.other.strip() or self.note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The fields of one question. key: its id for life, kept and never typed. tags: with commas between.

    truth: "true", "false" or "". mode: how a number is given, exactly, with a tolerance or as a range.
    """

    kind: Kind
    stem: str = ""
    rows: tuple[Row, ...] = ()
    points: str = ""
    tags: str = ""
    level: str = ""
    hint: str = ""
    explanation: str = ""
    model: str = ""
    truth: str = ""
    mode: str = EXACT
    value: str = ""
    tolerance: str = ""
    low: str = ""
    high: str = ""
    unit: str = ""
    half: bool = False
    none: bool = False
    case: bool = False
    neighbours: bool = False
    manual: bool = False
    shortest: str = ""
    longest: str = ""
    key: str | None = None

    @property
    def number(self) -> str:
        """The answer of a numeric question as it is written: “64 ± 0.01 元”."""
        if self.mode == RANGE:
            written = f"{self.low}..{self.high}"
        elif self.mode == TOLERANCE and self.tolerance:
            written = f"{self.value} ± {self.tolerance}"
        else:
            written = self.value
        return f"{written} {self.unit}".strip()

    @property
    def empty_row(self) -> Row:
        """A new row as the form draws it."""
        return Row(word=CriterionKind.MUST.value if self.kind is Kind.OPEN else "")

    @property
    def lure_row(self) -> Row:
        return Row(lure=True)

    @property
    def drawn(self) -> tuple[Row, ...]:
        """The rows as the form draws them: never less than the kind needs."""
        least = 2 if self.kind in (*LISTS, Kind.MATCHING) else 1
        most = max((row.number for row in self.rows), default=0)
        more = range(most + 1, most + 1 + least - len(self.rows))
        return (*self.rows, *(replace(self.empty_row, number=number) for number in more))

    @property
    def settings(self) -> tuple[object, ...]:
        """Return all that stands in the line of chips."""
        extra: tuple[object, ...] = ()
        match self.kind:
            case Kind.MULTIPLE:
                extra = (self.half, self.none)
            case Kind.FILL_IN:
                extra = (self.case,)
            case Kind.ORDERING:
                extra = (True, self.neighbours)
            case Kind.OPEN:
                extra = (self.manual, self.shortest, self.longest)
            case _:
                pass
        return (self.points, self.tags, self.level, *extra)

    @property
    def answer(self) -> tuple[object, ...]:
        """Return all that stands in the list of answers."""
        if self.kind is Kind.TRUE_FALSE:
            return (self.truth,)
        return (self.number,) if self.kind is Kind.NUMERIC else self.rows


def card_of(values: Values) -> Card:
    """Return what was typed. Rows without a word are left out."""
    kind = next((kind for kind in Kind if kind.value == values.get("card-kind")), Kind.SINGLE)
    right = set(values.getlist("right"))
    rows = [_row(values, name, name in right) for name in row_names(values)]
    mode = values.get("card-mode")
    return Card(
        kind=kind,
        stem=_text(values, "card-stem"),
        rows=tuple(row for row in rows if not row.is_empty),
        points=_line(values, "card-points"),
        tags=_line(values, "card-tags"),
        level=_line(values, "card-level"),
        hint=_text(values, "card-hint"),
        explanation=_text(values, "card-explanation"),
        model=_text(values, "card-model"),
        truth=_line(values, "card-truth"),
        mode=mode if mode in (EXACT, TOLERANCE, RANGE) else EXACT,
        value=_line(values, "card-value"),
        tolerance=_line(values, "card-tolerance"),
        low=_line(values, "card-low"),
        high=_line(values, "card-high"),
        unit=_line(values, "card-unit"),
        half=bool(values.get("card-half")),
        none=bool(values.get("card-none")),
        case=bool(values.get("card-case")),
        neighbours=bool(values.get("card-neighbours")),
        manual=bool(values.get("card-manual")),
        shortest=_line(values, "card-shortest"),
        longest=_line(values, "card-longest"),
        key=_line(values, "card-key") or None,
    )


def _text(values: Values, name: str) -> str:
    return plain(values.get(name)).rstrip().lstrip(" \t")


def _line(values: Values, name: str) -> str:
    return " ".join(values.get(name).split())


def _row(values: Values, name: str, right: bool) -> Row:
    return Row(
        number=int(name),
        text=_text(values, f"row-{name}-text"),
        note=_text(values, f"row-{name}-note"),
        right=right,
        other=_text(values, f"row-{name}-other"),
        word=_line(values, f"row-{name}-word"),
        lure=bool(values.get(f"row-{name}-lure")),
    )


def numeric_fields(shape: Numeric) -> dict[str, str]:
    """Return the fields of a number: mode, value, tolerance, low, high, unit."""
    if shape.target is None:
        low, high = exact_decimal(shape.low), exact_decimal(shape.high)
        return {"mode": RANGE, "low": low, "high": high, "unit": shape.unit}
    value = exact_decimal(shape.target)
    if shape.low == shape.high:
        return {"mode": EXACT, "value": value, "unit": shape.unit}
    return {
        "mode": TOLERANCE,
        "value": value,
        "tolerance": exact_decimal(shape.high - shape.target),
        "unit": shape.unit,
    }


def criterion_row(criterion: Criterion) -> Row:
    points = exact_decimal(Fraction(abs(criterion.points), 27_720))
    return Row(text=criterion.words, other=points, word=criterion.kind.value)


def empty_card(kind: Kind) -> Card:
    """Return the form of a new question: as many empty rows as its kind usually has."""
    counts = {Kind.SINGLE: 4, Kind.MULTIPLE: 4, Kind.ORDERING: 3, Kind.MATCHING: 3, Kind.FILL_IN: 1, Kind.OPEN: 1}
    word = CriterionKind.MUST.value if kind is Kind.OPEN else ""
    rows = tuple(Row(number=number, word=word) for number in range(1, counts.get(kind, 0) + 1))
    return Card(kind=kind, rows=rows)


def numbered(card: Card) -> Card:
    """Return the card with its rows numbered from 1, as a form is drawn."""
    return replace(card, rows=tuple(replace(row, number=number) for number, row in enumerate(card.rows, start=1)))


def converted(card: Card, kind: Kind) -> Card:
    """Return the card as another kind of question, with all that can be kept: text, words, remarks, settings."""
    if kind is card.kind:
        return card
    rows = [row for row in card.rows if not row.is_empty]
    words = [row.text or row.other for row in rows]
    right = [row.text for row in rows if row.right]
    common = replace(
        card, kind=kind, half=False, none=False, case=False, neighbours=False, manual=False, shortest="", longest=""
    )
    if kind in LISTS and card.kind in LISTS:
        marks = [row.right and kind is not Kind.ORDERING for row in rows]
        if kind is Kind.SINGLE and True in marks:
            first = marks.index(True)
            marks = [place == first for place in range(len(marks))]
        return replace(common, rows=tuple(replace(row, right=mark) for row, mark in zip(rows, marks, strict=True)))
    answer = (right or words or [card.number])[0]
    match kind:
        case Kind.SINGLE | Kind.MULTIPLE | Kind.ORDERING:
            kept = tuple(Row(text=text, note=row.note) for row, text in zip(rows, words, strict=True))
        case Kind.MATCHING:
            kept = tuple(Row(text=row.text, other=row.other if card.kind is Kind.MATCHING else "") for row in rows)
        case Kind.FILL_IN:
            kept = (Row(text=answer),) if answer else ()
        case Kind.OPEN:
            kept = tuple(Row(text=text, word=CriterionKind.MUST.value) for text in right or words)
        case Kind.NUMERIC:
            value = answer if _DECIMAL.fullmatch(answer) else card.value
            return numbered(replace(common, rows=(), value=value))
        case _:
            kept = ()
    return _filled(replace(common, rows=kept))


def _filled(card: Card) -> Card:
    wanted = empty_card(card.kind).rows
    return numbered(replace(card, rows=(*card.rows, *wanted[len(card.rows) :])))
