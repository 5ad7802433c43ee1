"""The figures of every version of every question, from answers counted by group."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lms.core import stats
from lms.core.points import Points
from lms.core.stats import Interval, Sums
from lms.questions.rules.answers import Answer
from lms.questions.spec import Multiple, Open, Question, Single, TrueFalse
from lms.quizzes.rules.analysis.rows import HIGH, HIGHEST, LOW, LOWEST, Cell

ENOUGH = 20
"""Attempts from which figures are shown: below, a share of a half may be anything from 30 % to 70 %."""
COMMON = 6
"""Answers that were typed, ordered or joined: how many of the most frequent are shown."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TRUE, FALSE = "true", "false"  # ids of what a true-or-false question offers


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One version of a question. number: its place in the quiz from 1. current: what is asked today."""

    sha: bytes
    part_id: int
    key: str
    number: int
    question: Question
    current: bool = True


@dataclass(slots=True, kw_only=True)
class Chosen:
    """How many chose something: of the lower third, the middle, the upper third."""

    lower: int = 0
    middle: int = 0
    upper: int = 0

    @property
    def total(self) -> int:
        return self.lower + self.middle + self.upper

    def add(self, band: int, count: int) -> None:
        if band in (LOWEST, LOW):
            self.lower += count
        elif band in (HIGH, HIGHEST):
            self.upper += count
        else:
            self.middle += count


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFigures:
    """One option. letter: by the author's order, also where people saw another one. right: it is (part of) the key."""

    id: str
    letter: str
    right: bool
    chosen: Chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFigures:
    """One whole answer that several people gave. share: 0..1 of the points."""

    answer: Answer
    share: float
    chosen: Chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What happened in one part of the time. share: mean share of the points."""

    n: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """The figures of one version. Shares lie in 0..1, times are seconds; None = there is nothing to count from.

    share: of the points that could be earned (difficulty; high = easy). rest: correlation with the score of the other
    questions. upper_lower: the index of the upper and lower 27 %. groups: people in the lower third, middle and upper.
    """

    asked: Asked
    n: int
    share: float
    share_range: Interval
    omitted: int
    omitted_range: Interval
    rest: float | None
    rest_range: Interval | None
    upper_lower: float | None
    upper_lower_range: Interval | None
    groups: Chosen
    options: tuple[OptionFigures, ...]
    answers: tuple[AnswerFigures, ...]
    more_answers: int
    seconds: tuple[float, float, float] | None
    slices: tuple[Slice, ...]

    @property
    def enough(self) -> bool:
        return self.n >= ENOUGH


@dataclass(slots=True)
class _Tally:
    n: int = 0
    shares: Fraction = Fraction(0)
    omitted: int = 0
    groups: Chosen = field(default_factory=Chosen)
    whole: dict[tuple[Points, Points], Sums] = field(default_factory=lambda: defaultdict(Sums))
    edges: dict[int, list[Fraction]] = field(default_factory=lambda: {0: [Fraction(0)] * 2, 1: [Fraction(0)] * 2})
    options: dict[str, Chosen] = field(default_factory=lambda: defaultdict(Chosen))
    answers: dict[str, tuple[Answer, Fraction, Chosen]] = field(default_factory=dict)
    slices: dict[int, list[Fraction]] = field(default_factory=lambda: defaultdict(lambda: [Fraction(0)] * 2))


def items_of(
    cells: Iterable[Cell], asked: Mapping[bytes, Asked], seconds: Mapping[bytes, Mapping[int, int]]
) -> list[Item]:
    """Return the figures of every version that was answered or left out, in the order of the quiz.

    seconds: for each version, how many needed so many seconds.
    """
    tallies: dict[bytes, _Tally] = defaultdict(_Tally)
    for cell in cells:
        if cell.sha in asked:
            _add(tallies[cell.sha], cell, asked[cell.sha].question)
    found = [_item(asked[sha], tally, seconds.get(sha, {})) for sha, tally in tallies.items()]
    return sorted(found, key=lambda item: (item.asked.number, not item.asked.current, -item.n))


def sums_of_cell(cell: Cell) -> Sums:
    """Return the sums of a cell: x = points of the question, y = points of the rest of the paper."""
    n, e = cell.count, cell.earned
    return Sums(
        n=n,
        x=n * e,
        y=cell.total - n * e,
        xx=n * e * e,
        yy=cell.squares - 2 * e * cell.total + n * e * e,
        xy=e * (cell.total - n * e),
    )


def in_shares(whole: Mapping[tuple[Points, Points], Sums]) -> Sums:
    """Return the sums as shares of what could be earned: by question and by the rest of the paper.

    whole: by points of the question and of its paper. Left as they are where all are the same: r is the same then.
    """
    if len(whole) == 1:
        return next(iter(whole.values()))
    found = Sums()
    for (points, possible), sums in whole.items():
        if possible > points > 0:
            x, y = Fraction(1, points), Fraction(1, possible - points)
            found += Sums(
                n=sums.n, x=sums.x * x, y=sums.y * y, xx=sums.xx * x * x, yy=sums.yy * y * y, xy=sums.xy * x * y
            )
    return found


def _add(tally: _Tally, cell: Cell, question: Question) -> None:
    share = Fraction(cell.earned, cell.points) if cell.points else Fraction(0)
    tally.n += cell.count
    tally.shares += share * cell.count
    tally.groups.add(cell.band, cell.count)
    tally.whole[cell.points, cell.possible] += sums_of_cell(cell)
    if cell.band in (LOWEST, HIGHEST):
        edge = tally.edges[int(cell.band == HIGHEST)]
        edge[0] += share * cell.count
        edge[1] += cell.count
    at = tally.slices[cell.slice]
    at[0] += share * cell.count
    at[1] += cell.count
    if cell.answer is None:
        tally.omitted += cell.count
        return
    for id in _options_in(question, cell.answer):
        tally.options[id].add(cell.band, cell.count)
    if not isinstance(question.shape, Single | Multiple | TrueFalse | Open):
        tally.answers.setdefault(repr(cell.answer), (cell.answer, share, Chosen()))[2].add(cell.band, cell.count)


def _options_in(question: Question, answer: Answer) -> Sequence[str]:
    match question.shape, answer:
        case Single(), str():
            return [answer]
        case Multiple(), list():
            return answer
        case TrueFalse(), bool():
            return [TRUE if answer else FALSE]
        case _:
            return ()


def _item(asked: Asked, tally: _Tally, seconds: Mapping[int, int]) -> Item:
    whole = in_shares(tally.whole)
    rest = stats.correlation(whole)
    (low, of_low), (high, of_high) = tally.edges[0], tally.edges[1]
    has_edges = of_low > 0 and of_high > 0
    answers = sorted(tally.answers.values(), key=lambda each: (-each[2].total, str(each[0])))
    quarters = tuple(stats.percentile(seconds, part) for part in (0.25, 0.5, 0.75)) if seconds else ()
    return Item(
        asked=asked,
        n=tally.n,
        share=float(tally.shares / tally.n),
        share_range=stats.wilson(float(tally.shares), tally.n),
        omitted=tally.omitted,
        omitted_range=stats.wilson(tally.omitted, tally.n),
        rest=rest,
        rest_range=None if rest is None else stats.correlation_interval(rest, tally.n),
        upper_lower=stats.upper_lower(float(high), int(of_high), float(low), int(of_low)),
        upper_lower_range=stats.difference(float(high), int(of_high), float(low), int(of_low)) if has_edges else None,
        groups=tally.groups,
        options=_options(asked.question, tally.options),
        answers=tuple(
            AnswerFigures(answer=answer, share=float(share), chosen=chosen)
            for answer, share, chosen in answers[:COMMON]
        ),
        more_answers=max(0, len(answers) - COMMON),
        seconds=tuple(each or 0.0 for each in quarters) if quarters else None,  # type: ignore[arg-type]
        slices=tuple(
            Slice(n=int(count), share=float(total / count)) if count else Slice(n=0, share=0.0)
            for total, count in (tally.slices[number] for number in range(max(tally.slices, default=-1) + 1))
        ),
    )


def _options(question: Question, chosen: Mapping[str, Chosen]) -> tuple[OptionFigures, ...]:
    match question.shape:
        case Single() as shape:
            ids, right = [option.id for option in shape.options], {shape.right}
        case Multiple() as shape:
            ids, right = [option.id for option in shape.options], set(shape.right)
        case TrueFalse() as shape:
            ids, right = [TRUE, FALSE], {TRUE if shape.right else FALSE}
        case _:
            return ()
    return tuple(
        OptionFigures(
            id=id,
            letter="" if id in (TRUE, FALSE) else LETTERS[place % len(LETTERS)],
            right=id in right,
            chosen=chosen[id] if id in chosen else Chosen(),
        )
        for place, id in enumerate(ids)
    )
