"""大促复盘: figures of some days against the weeks before, and the paragraph to forward. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.core.texts import Text, text
from lms.performance.rules.metrics import Direction, Metric
from lms.performance.rules.periods import Grain
from lms.reviews.rules.targets import Row, added, shown

WATCHED = ("sessions", "first_response", "csat")
"""What a review looks at: how many came, how fast they were answered, how content they were."""
USUAL_DAYS = 28
"""So many days before the peak say what is usual."""
LOOK_BACK = 14
"""So many days before a measure is looked at say how it is by then."""
LONGEST_PEAK = timedelta(days=120)
LONGEST_NAME, LONGEST_TITLE, LONGEST_TEXT = 80, 80, 2_000
MOST_FINDINGS = 40
PREFIX = "peak:"


def about_of(review_id: int) -> str:
    """Return how the measures of a review name it."""
    return f"{PREFIX}{review_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """A figure over some days: of a number the mean day, of a mean the mean. grain: of what it was made."""

    value: float
    grain: Grain


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A figure in some days and before; None = not known."""

    metric: Metric
    then: Then | None
    usual: Then | None

    @property
    def change(self) -> float | None:
        """Return how much more it was, as a share of what is usual: 0.5 = half as much again."""
        if self.then is None or self.usual is None or not self.usual.value:
            return None
        return self.then.value / self.usual.value - 1

    @property
    def is_worse(self) -> bool:
        """Whether it was worse than usual by a tenth and more; more customers are no fault."""
        change = self.change
        if change is None or self.metric.code == "sessions":
            return False
        return change <= -0.1 if self.metric.direction is Direction.UP else change >= 0.1


_DAYS = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 30}


def over(rows: Sequence[Row], first: date, last: date, *, is_mean: bool) -> Then | None:
    """Return a figure from `first` to `last`, both included.

    Of its days where there are any; else of the weeks, else of the months that touch them. None for nothing.
    """
    for grain in (Grain.DAY, Grain.WEEK, Grain.MONTH):
        reach = timedelta(days=_DAYS[grain] - 1)
        held = [row for row in rows if row.grain is grain and first - reach <= row.start <= last]
        if held:
            found = added(held, is_mean=is_mean)
            value = found.value if is_mean else found.value / (len({row.start for row in held}) * _DAYS[grain])
            return Then(value=value, grain=grain)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How the measures of a review stand."""

    every: int
    done: int
    worked: int
    not_worked: int


def paragraph(
    name: str,
    days: tuple[date, date],
    figures: Sequence[Compared],
    findings: Sequence[tuple[str, date, date]],
    measures: Counted,
) -> list[Text]:
    """Return the review in a few sentences, to be joined and forwarded. It names nobody.

    findings: (title, first day, last day).
    """
    found = [text("%(name)s（%(first)s 到 %(last)s）复盘。", name=name, first=days[0], last=days[1])]
    for each in figures:
        if each.then is None:
            continue
        values: dict[str, object] = {"metric": each.metric.name, "then": shown(each.then.value, each.metric)}
        if each.usual is None:
            found.append(text("%(metric)s %(then)s。", **values))
        elif each.metric.code == "sessions":
            times = f"{each.then.value / each.usual.value:.1f}" if each.usual.value else "–"
            found.append(text("日均%(metric)s %(then)s，是平时的 %(times)s 倍。", times=times, **values))
        else:
            found.append(
                text("%(metric)s %(then)s，平时 %(usual)s。", usual=shown(each.usual.value, each.metric), **values)
            )
    if not findings:
        found.append(text("没有记下问题。"))
    for number, (title, first, last) in enumerate(findings, start=1):
        if first == last:
            found.append(text("问题 %(n)s：%(title)s（%(first)s）。", n=number, title=title, first=first))
        else:
            found.append(
                text("问题 %(n)s：%(title)s（%(first)s 到 %(last)s）。", n=number, title=title, first=first, last=last)
            )
    if measures.every:
        found.append(text("定了 %(n)s 条措施，完成 %(done)s 条。", n=measures.every, done=measures.done))
    if measures.worked or measures.not_worked:
        found.append(
            text(
                "复查过的：%(worked)s 条起作用，%(not_worked)s 条没起作用。",
                worked=measures.worked,
                not_worked=measures.not_worked,
            )
        )
    return found
