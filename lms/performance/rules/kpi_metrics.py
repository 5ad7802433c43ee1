"""What a metric can be: a draft of one, checked beside those that there are. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lms.core.errors import Invalid
from lms.core.texts import Text, text
from lms.performance.rules.kpi_sheet import COLUMNS, metric_names, title_key
from lms.performance.rules.metrics import BUILT_IN, Direction, Metric, Unit

UNITS: dict[Unit, Text] = {
    Unit.PERCENT: text("百分数（0 到 100）"),
    Unit.SECONDS: text("秒"),
    Unit.HOURS: text("小时"),
    Unit.COUNT: text("个数（各期相加）"),
    Unit.SCORE: text("分数（0 到 100）"),
}
DIRECTIONS: dict[Direction, Text] = {Direction.UP: text("越高越好"), Direction.DOWN: text("越低越好")}
LONGEST_NAME = 80
LONGEST_SYNONYM = 40
MOST_SYNONYMS = 30
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
BY_CODE = {metric.code: metric for metric in BUILT_IN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody says a metric is. low, high, red_line: None = open, none. synonyms: titles of columns.

    team_red_lines: (id of a team, its own red line).
    """

    name: str
    name_en: str = ""
    unit: Unit = Unit.PERCENT
    direction: Direction = Direction.UP
    low: float | None = None
    high: float | None = None
    red_line: float | None = None
    team_red_lines: tuple[tuple[int, float], ...] = ()
    synonyms: tuple[str, ...] = ()


def checked(code: str, draft: Draft, others: Mapping[str, Metric]) -> Draft:
    """Return the draft with its words tidied. others: the metrics beside it. Raises Invalid with every reason."""
    wrong: dict[str, Text] = {}
    name, name_en = " ".join(draft.name.split()), " ".join(draft.name_en.split())
    synonyms = tuple(dict.fromkeys(" ".join(word.split()) for word in draft.synonyms if word.strip()))
    if not name or len(name) > LONGEST_NAME:
        wrong["name"] = text("名称请写 1 到 %(n)s 个字。", n=LONGEST_NAME)
    if len(name_en) > LONGEST_NAME:
        wrong["name_en"] = text("最多 %(n)s 个字。", n=LONGEST_NAME)
    if not CODE.fullmatch(code):
        wrong["code"] = text("代码请用小写字母开头，只用小写字母、数字和下划线，最多 40 个。")
    if len(synonyms) > MOST_SYNONYMS or any(len(word) > LONGEST_SYNONYM for word in synonyms):
        wrong["synonyms"] = text("最多 %(n)s 个叫法，每个最多 %(most)s 个字。", n=MOST_SYNONYMS, most=LONGEST_SYNONYM)
    if draft.low is not None and draft.high is not None and draft.low >= draft.high:
        wrong["high"] = text("最大值要大于最小值。")
    if draft.unit in (Unit.PERCENT, Unit.SCORE) and (
        (draft.low is not None and draft.low < 0) or (draft.high is not None and draft.high > 100)
    ):
        wrong["high"] = text("百分数和分数只能在 0 到 100 之间。")
    if draft.red_line is not None and not _within(draft.red_line, draft.low, draft.high):
        wrong["red_line"] = text("红线要在最小值和最大值之间。")
    for team, line in draft.team_red_lines:
        if not _within(line, draft.low, draft.high):
            wrong[f"red-{team}"] = text("红线要在最小值和最大值之间。")
    taken = _taken(others)
    for key, words in (("name", (name,)), ("name_en", (name_en,)), ("synonyms", synonyms)):
        twice = [word for word in words if word and title_key(word) in taken]
        if twice and key not in wrong:
            wrong[key] = text("“%(name)s”已经是别的指标或列的名称。", name=twice[0])
    if wrong:
        raise Invalid(text("指标没有保存，请看标出的地方。"), fields=wrong)
    low, high = draft.low, draft.high
    if draft.unit in (Unit.PERCENT, Unit.SCORE):
        low, high = 0.0 if low is None else low, 100.0 if high is None else high
    return Draft(
        name=name,
        name_en=name_en,
        unit=draft.unit,
        direction=draft.direction,
        low=low,
        high=high,
        red_line=draft.red_line,
        team_red_lines=draft.team_red_lines,
        synonyms=synonyms,
    )


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _taken(others: Mapping[str, Metric]) -> set[str]:
    columns = {title_key(name) for column in COLUMNS for name in (column.name, column.key, *column.synonyms)}
    return set(metric_names(others)) | columns
