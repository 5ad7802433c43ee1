"""Charts of a profile: what is drawn, with its words, for the templates. Numbers come in, nothing is read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice

from lms.core.i18n import _, say
from lms.performance.queries.profile import Dimension, Happened, Trend
from lms.performance.queries.scores import Part, Scored
from lms.performance.rules.metrics import Metric, Unit
from lms.performance.rules.periods import Grain, Period
from lms.performance.rules.trends import middle, share
from lms.web.charts import Step, Track, track, waterfall
from lms.web.shell import show_day, show_month, show_quarter

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 256, 8, 248, 26, 92


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A training on a chart: its number in the list below, and where it lies."""

    number: int
    x: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A line over time. now, was: the last and the first value in words; was: "" with one point alone; was_at: where.

    rows: (when, value, on how many cases) for the table behind it. red: where the red line lies, None = not shown.
    """

    title: str
    now: str
    was: str
    is_red: bool
    track: Track
    red: float | None
    red_words: str
    was_at: tuple[float, float]
    marks: tuple[Mark, ...]
    first: str
    last: str
    words: str
    rows: tuple[tuple[str, str, int | None], ...]


FEW_CASES = 30
"""Below so many cases a page says that there are only few."""


def figure_words(metric: Metric, value: float) -> str:
    """Return a value as people say it: 82%, 38 秒, 1.5 小时, 1,240."""
    number = f"{value:,.1f}".removesuffix(".0")
    if metric.unit is Unit.PERCENT:
        return f"{number}%"
    if metric.unit is Unit.SECONDS:
        return _("%(n)s 秒", n=number)
    if metric.unit is Unit.HOURS:
        return _("%(n)s 小时", n=number)
    return number


def period_words(one: Period) -> str:
    """Return how a period is called: 2026年11月, 2026年四季度, 11月2日 那一周."""
    if one.grain is Grain.QUARTER:
        return show_quarter(str(one))
    if one.grain is Grain.WEEK:
        return _("%(day)s 那一周", day=show_day(one.start))
    return show_month(one.start) if one.grain is Grain.MONTH else show_day(one.start)


def charts_of(trends: Iterable[Trend], months: Sequence[Period], trainings: Sequence[Happened]) -> list[Chart]:
    """Return the chart of each metric over some months, with the trainings in them."""
    first, until = months[0].start, months[-1].until
    marks, ends = _marks(trainings, first, until), (show_month(first), show_month(months[-1].start))

    @cache  # all charts of a page show the same few periods
    def placed(one: Period) -> tuple[float, str]:
        return middle(one, first, until), period_words(one)

    return [_chart_of(each, placed, marks, ends) for each in trends]


def _chart_of(
    one: Trend, placed: Callable[[Period], tuple[float, str]], marks: tuple[Mark, ...], ends: tuple[str, str]
) -> Chart:
    """placed: where a period lies, 0 to 1, and what it is called. ends: the words below both ends of the axis."""
    metric = one.metric
    values = [point.value for point in one.points]
    near = metric.red_line is not None and _is_near(metric.red_line, values)
    levels = [metric.red_line] if near and metric.red_line is not None else []
    drawn = track(
        [(placed(point.period)[0], point.value) for point in one.points],
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=BOTTOM,
        levels=levels,
    )
    rows = tuple((placed(point.period)[1], figure_words(metric, point.value), point.count) for point in one.points)
    return Chart(
        title=say(metric.name),
        now=rows[-1][1],
        was=rows[0][1] if len(rows) > 1 else "",
        is_red=metric.is_red(values[-1]),
        track=drawn,
        red=drawn.levels[0] if levels else None,
        red_words=figure_words(metric, metric.red_line) if metric.red_line is not None else "",
        was_at=_beside(drawn),
        marks=marks,
        first=ends[0],
        last=ends[1],
        words="; ".join(f"{when} {value}" for when, value, _count in rows),
        rows=rows,
    )


def score_chart(title: str, scores: Sequence[tuple[date, float, str]], first: date, until: date) -> Chart:
    """Return the chart of scores of 0 to 100 between two days (the second excluded). scores: oldest first."""
    drawn = track(
        [(share(day, first, until), value) for day, value, _what in scores],
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=BOTTOM,
        low=0 if any(value < 40 for _day, value, _what in scores) else 40,
        high=100,
    )
    rows = tuple((f"{show_day(day)} {what}", score_words(value), None) for day, value, what in scores)
    return Chart(
        title=title,
        now=rows[-1][1],
        was=rows[0][1] if len(rows) > 1 else "",
        is_red=False,
        track=drawn,
        red=None,
        red_words="",
        was_at=_beside(drawn),
        marks=(),
        first=show_month(first),
        last=show_month(until - timedelta(days=1)),
        words="; ".join(f"{when} {value}" for when, value, _count in rows),
        rows=rows,
    )


def dimension_charts(found: Sequence[Dimension], first: date, until: date, most: int = 3) -> list[Chart]:
    """Return the charts of the dimensions that came up most often between two days, at most `most`."""
    seen = ((one.name, [each for each in one.scores if first <= each[0] < until]) for one in found)
    drawn = (score_chart(name, scores, first, until) for name, scores in seen if scores)
    return list(islice(drawn, most))


def paper_scores(log: Sequence[Happened], first: date, until: date) -> list[tuple[date, float, str]]:
    """Return the results of quizzes in a log between two days, oldest first."""
    return [
        (each.day, each.percent, each.title)
        for each in reversed(log)
        if each.source != "drill" and each.kind == "quiz" and each.percent is not None and first <= each.day < until
    ]


def score_words(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _is_near(line: float, values: Sequence[float]) -> bool:
    """Return whether a red line may stand in the picture without pressing the values flat."""
    low, high = min(values), max(values)
    room = max(high - low, abs(high) * 0.1)
    return low - 2 * room <= line <= high + 2 * room


def _beside(drawn: Track) -> tuple[float, float]:
    """Return where the first value is written: on that side of its point where the line does not go."""
    x, y = drawn.dots[0]
    rises = len(drawn.dots) > 1 and drawn.dots[1][1] < y
    below = y + 15 if y + 15 < BOTTOM + 4 else y - 7
    return x, below if rises and below > y else y - 7 if y - 7 > TOP - 6 else y + 15


def _marks(trainings: Sequence[Happened], first: date, until: date) -> tuple[Mark, ...]:
    span = RIGHT - LEFT
    places = [round(LEFT + span * share(each.day, first, until), 2) for each in trainings]
    return tuple(Mark(number=number, x=x) for number, x in enumerate(places, 1))


def how_words(part: Part) -> str:
    """Return how the points of a part came about: 84.9 × 30%，实测 77.8，仅 9 条."""
    if part.normalised is None:
        return _("没有数据，权重分给了其他项")
    sum_ = f"{score_words(part.normalised)} × {score_words(part.weight)}%"
    if part.mean is None or part.raw is None:
        return sum_
    if (part.n or 0) < FEW_CASES:
        return _("%(sum)s，实测 %(raw)s，仅 %(n)s 条", sum=sum_, raw=score_words(part.raw), n=part.n or 0)
    return _("%(sum)s，实测 %(raw)s，%(n)s 条", sum=sum_, raw=score_words(part.raw), n=part.n)


def steps_of(scored: Scored) -> tuple[Step, ...]:
    """Return the steps of the waterfall of a composite."""
    return waterfall([(part.contribution or 0.0, part.weight) for part in scored.parts])
