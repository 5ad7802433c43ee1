"""The figures of every version of every question, from answers counted by group."""

from collections import Counter, defaultdict
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
    """One version of a question. number: its place in the quiz from 1. current: what is asked today.

    document_id: where it is written, which is a bank where it was drawn from one.
    """

    sha: bytes
    part_id: int
    document_id: int = 0
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


Times = Mapping[int, Mapping[int, int]]
"""By slice of time: how many needed so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What happened in one part of the time. share: mean share of the points. seconds: how many needed so many."""

    n: int
    share: float
    seconds: Mapping[int, int] = field(default_factory=dict)


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
    """What one version's cells add up to. earned: by points of the question; whole: sums by points and paper."""

    n: int = 0
    omitted: int = 0
    earned: dict[Points, int] = field(default_factory=lambda: defaultdict(int))
    groups: Chosen = field(default_factory=Chosen)
    whole: dict[tuple[Points, Points], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 6))
    edges: tuple[list[float], list[float]] = field(default_factory=lambda: ([0.0, 0], [0.0, 0]))
    options: dict[str, Chosen] = field(default_factory=lambda: defaultdict(Chosen))
    answers: dict[str, tuple[Answer, float, Chosen]] = field(default_factory=dict)
    slices: dict[int, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0]))


def items_of(cells: Iterable[Cell], asked: Mapping[bytes, Asked], seconds: Mapping[bytes, Times]) -> list[Item]:
    """Return the figures of every version that was answered or left out, in the order of the quiz.

    seconds: for each version and slice of time, how many needed so many seconds.
    """
    tallies: dict[bytes, _Tally] = defaultdict(_Tally)
    for cell in cells:
        if cell.sha in asked:
            _add(tallies[cell.sha], cell, asked[cell.sha].question)
    found = [_item(asked[sha], tally, seconds.get(sha, {})) for sha, tally in tallies.items()]
    return sorted(found, key=lambda item: (item.asked.number, not item.asked.current, -item.n))


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
    n, e = cell.count, cell.earned
    share = e / cell.points if cell.points else 0.0
    tally.n += n
    tally.earned[cell.points] += n * e
    tally.groups.add(cell.band, n)
    sums = tally.whole[cell.points, cell.possible]
    for place, more in enumerate(_sums(cell)):
        sums[place] += more
    if cell.band in (LOWEST, HIGHEST):
        edge = tally.edges[cell.band == HIGHEST]
        edge[0] += share * n
        edge[1] += n
    at = tally.slices[cell.slice]
    at[0] += share * n
    at[1] += n
    if cell.answer is None:
        tally.omitted += n
        return
    for id in _options_in(question, cell.answer):
        tally.options[id].add(cell.band, n)
    if not isinstance(question.shape, Single | Multiple | TrueFalse | Open):
        tally.answers.setdefault(repr(cell.answer), (cell.answer, share, Chosen()))[2].add(cell.band, n)


def _sums(cell: Cell) -> tuple[int, int, int, int, int, int]:
    """Return n and the sums of a cell: x = points of the question, y = points of the rest of the paper."""
    n, e, total = cell.count, cell.earned, cell.total
    rest = total - n * e
    return n, n * e, rest, n * e * e, cell.squares - 2 * e * total + n * e * e, e * rest


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


def _item(asked: Asked, tally: _Tally, seconds: Times) -> Item:
    whole = in_shares(
        {points: Sums(n=n, x=x, y=y, xx=xx, yy=yy, xy=xy) for points, (n, x, y, xx, yy, xy) in tally.whole.items()}
    )
    rest = stats.correlation(whole)
    shares = float(sum(Fraction(earned, points) for points, earned in tally.earned.items() if points))
    (low, of_low), (high, of_high) = tally.edges
    edges = high, int(of_high), low, int(of_low)
    answers = sorted(tally.answers.values(), key=lambda each: (-each[2].total, str(each[0])))
    return Item(
        asked=asked,
        n=tally.n,
        share=shares / tally.n,
        share_range=stats.wilson(shares, tally.n),
        omitted=tally.omitted,
        omitted_range=stats.wilson(tally.omitted, tally.n),
        rest=rest,
        rest_range=None if rest is None else stats.correlation_interval(rest, tally.n),
        upper_lower=stats.upper_lower(*edges),
        upper_lower_range=stats.difference(*edges) if of_low and of_high else None,
        groups=tally.groups,
        options=_options(asked.question, tally.options),
        answers=tuple(
            AnswerFigures(answer=answer, share=share, chosen=chosen) for answer, share, chosen in answers[:COMMON]
        ),
        more_answers=max(0, len(answers) - COMMON),
        seconds=_quarters(together(seconds.values())),
        slices=tuple(_slice(seconds.get(at, {}), *tally.slices[at]) for at in range(max(tally.slices, default=-1) + 1)),
    )


def _quarters(seconds: Mapping[int, int]) -> tuple[float, float, float] | None:
    first, middle, third = (stats.percentile(seconds, part) for part in (0.25, 0.5, 0.75))
    return None if first is None or middle is None or third is None else (first, middle, third)


def together(parts: Iterable[Mapping[int, int]]) -> Mapping[int, int]:
    """Return how many needed so many seconds in all these parts."""
    found: Counter[int] = Counter()
    for each in parts:
        found.update(each)
    return found


def _slice(seconds: Mapping[int, int], total: float, count: float) -> Slice:
    return Slice(n=int(count), share=total / count if count else 0.0, seconds=seconds)


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
