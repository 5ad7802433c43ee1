"""A question as its author wrote it, frozen: attempts and statistics rest on it, not on next year's parser.

Ids inside a shape (o1, s1, l1, r1) number the author's own order, so they give away the key of an ordering
or a matching question. A learner never sees them: see rules/order.py.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from lms.core.plain import register_union
from lms.core.points import Points

BLANK = "____"  # one gap of a fill-in question, in its text and in its HTML


class Kind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    FILL_IN = "fill_in"
    NUMERIC = "numeric"
    ORDERING = "ordering"
    MATCHING = "matching"
    OPEN = "open"


class CriterionKind(StrEnum):
    MUST = "must"  # 必说
    SHOULD = "should"  # 应说
    NEVER = "never"  # 禁说
    JUDGED = "judged"  # 评分: only a person marks it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rich:
    """A piece of text: the author's Markdown, its safe HTML, and its words alone."""

    source: str
    html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An option, a step or one side of a pair. `note` is the author's remark, shown with the explanation."""

    id: str
    body: Rich
    note: Rich | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """`also_right`: options that earn all as well. Only a correction of the key after the fact names such."""

    options: tuple[Item, ...]
    right: str
    also_right: tuple[str, ...] = ()

    @property
    def every_right(self) -> tuple[str, ...]:
        return (self.right, *self.also_right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple:
    """`right`: ids of the right options, at least one, in the order of the options.

    half_if_incomplete: some right options and no wrong one earn half. A wrong option earns nothing in any
    case; none_if_wrong only says so to the learner.
    """

    options: tuple[Item, ...]
    right: tuple[str, ...]
    half_if_incomplete: bool = False
    none_if_wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFalse:
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FillIn:
    """`blanks`: for each gap the accepted words, the first one being shown as the answer.

    case_sensitive: the words must match as written; else width, case and traditional writing do not count.
    """

    blanks: tuple[tuple[str, ...], ...]
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric:
    """Right from `low` to `high`, both included, finite decimals. target: what to show; None for a range."""

    low: Fraction
    high: Fraction
    target: Fraction | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """`steps` in the right order. by_neighbours: each pair of right neighbours earns its part."""

    steps: tuple[Item, ...]
    by_neighbours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """`key[i]` is the id of the right side of `left[i]`; a right side without a left one is a distractor."""

    left: tuple[Item, ...]
    right: tuple[Item, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One line of a rubric. points: below 0 for what must not be said. words: `A | (B & C)` or a sentence."""

    kind: CriterionKind
    points: Points
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """`shortest` and `longest`: characters, both included; None = no limit."""

    rubric: tuple[Criterion, ...]
    manual: bool = False
    shortest: int | None = None
    longest: int | None = None


Shape: TypeAlias = Single | Multiple | TrueFalse | FillIn | Numeric | Ordering | Matching | Open

KINDS: dict[type, Kind] = {
    Single: Kind.SINGLE,
    Multiple: Kind.MULTIPLE,
    TrueFalse: Kind.TRUE_FALSE,
    FillIn: Kind.FILL_IN,
    Numeric: Kind.NUMERIC,
    Ordering: Kind.ORDERING,
    Matching: Kind.MATCHING,
    Open: Kind.OPEN,
}
register_union(Shape, {shape: kind.value for shape, kind in KINDS.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A link of the explanation: the section to read. target: as written, relative to the file."""

    label: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Lines of the source, 1-based, both included; (0, 0) where there is no source."""

    first: int
    last: int


NOWHERE = Span(first=0, last=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. key: the id for life, six characters, None until it has one.

    points: None = the section's. level: 1 (easy) to 5. Where it stands in the file is no part of what it is.
    given_to_all: everybody who was asked it earns all of it, whatever they answered; a correction after the fact.
    """

    key: str | None = None
    stem: Rich
    shape: Shape
    points: Points | None = None
    tags: tuple[str, ...] = ()
    level: int | None = None
    hint: Rich | None = None
    explanation: Rich | None = None
    model: Rich | None = None
    references: tuple[Reference, ...] = ()
    given_to_all: bool = False
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def kind(self) -> Kind:
        return KINDS[type(self.shape)]


def items_of(shape: Shape) -> tuple[Item, ...]:
    """Return everything of the shape that has an id, in the author's order."""
    match shape:
        case Single() | Multiple():
            return shape.options
        case Ordering():
            return shape.steps
        case Matching():
            return shape.left + shape.right
        case _:
            return ()
