"""What a comparison says, in words first. Pure: sentences for whoever shows them."""

from lms.core.stats import Interval
from lms.core.texts import Text, text
from lms.performance.rules.impact import FEWEST, Impact, Left, Verdict
from lms.performance.rules.metrics import Metric, Unit
from lms.performance.rules.validity import Link

MINUS = "−"
UNITS: dict[Unit, Text] = {
    Unit.PERCENT: text("%(value)s 个百分点"),
    Unit.SECONDS: text("%(value)s 秒"),
    Unit.HOURS: text("%(value)s 小时"),
    Unit.COUNT: text("%(value)s 个"),
    Unit.SCORE: text("%(value)s 分"),
}
LEFT: dict[Left, Text] = {
    Left.BEFORE: text("培训前没有数据"),
    Left.AFTER: text("培训后没有数据"),
    Left.GONE: text("培训后已离职"),
    Left.ALONE: text("同一批没有足够的人可比"),
}
LINKS: dict[Link, Text] = {
    Link.TELLS: text("答对的人后来做得更好"),
    Link.REVERSED: text("答对的人后来反而更差，请看看题目"),
    Link.NONE: text("看不出关系"),
    Link.TOO_FEW: text("样本太少"),
}


def number(value: float, *, signed: bool = False) -> str:
    """Return a number with one decimal, two where it is small: "85.2", "+2.3", "−0.04"."""
    places = 1 if abs(value) >= 0.95 or round(value, 2) == 0 else 2
    written = f"{abs(value):.{places}f}"
    is_zero = float(written) == 0
    sign = "" if is_zero else MINUS if value < 0 else "+" if signed else ""
    return f"{sign}{written}"


def amount(value: float, metric: Metric, *, signed: bool = True) -> Text:
    """Return a difference with its unit, "+2.3 个百分点"."""
    return Text(UNITS[metric.unit].id, {"value": number(value, signed=signed)})


def span(interval: Interval) -> Text:
    return text("%(low)s 到 %(high)s", low=number(interval.low, signed=True), high=number(interval.high, signed=True))


def sentence(found: Impact, metric: Metric) -> Text:
    """Return the one sentence that stands first."""
    if found.effect is None:
        return text(
            "样本太少：学过的和还没学的至少要各有 %(n)s 人有前后数据，现在是 %(trained)s 人和 %(others)s 人。",
            n=FEWEST,
            trained=found.trained,
            others=found.others,
        )
    values = {
        "metric": metric.name,
        "change": number(found.effect.value, signed=True),
        "span": span(found.effect.interval),
    }
    if found.verdict is Verdict.BETTER:
        return text("%(metric)s %(change)s（%(span)s），看得出差别：学过的人更好。", **values)
    if found.verdict is Verdict.WORSE:
        return text("%(metric)s %(change)s（%(span)s），看得出差别：学过的人反而更差。", **values)
    return text("看不出差别：%(metric)s %(change)s（%(span)s），零也在这个范围里。", **values)
