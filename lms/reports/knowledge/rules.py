"""The sections of the knowledge report: their columns, their figures, their chart; the same rows everywhere. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from lms.core.texts import Text, text

DAYS = (7, 28, 90)
"""Spans that are offered; the raw log of searches is kept no longer."""
USUAL_DAYS = 28
FIRST = "review"
"""The section that is shown where none is named."""
FEW_VOTES = 5
"""Votes below which a share says nothing and is not shown."""


class Kind(StrEnum):
    """How a cell is shown. title: of an article, leads to it. state, reason: a key of STATES or REASONS."""

    TITLE = "title"
    WORDS = "words"
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    PERCENT = "percent"
    STATE = "state"
    REASON = "reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """key: also the name in the API."""

    key: str
    title: Text
    kind: Kind = Kind.TEXT

    @property
    def is_number(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.PERCENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table. bar: the column drawn as a bar. sort: the column sorted by at first, with a minus where descending.

    filters: of category, shop, team, those that mean something here. spans: whether the days do.
    """

    key: str
    title: Text
    about: Text
    columns: Sequence[Column]
    sort: str
    bar: str = ""
    filters: frozenset[str] = frozenset()
    spans: bool = True
    empty: Text = field(default_factory=lambda: text("这段时间还没有数据"))

    def column(self, key: str) -> Column:
        return next(each for each in self.columns if each.key == key)


Value = str | int | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line. slug: of the article that a title leads to."""

    values: Mapping[str, Value]
    slug: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One large number above the table. bad: it asks for something to be done."""

    value: str
    unit: Text
    label: Text
    bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A section as it stands. days: what a chart of time shows, oldest first, with its first day; () without one."""

    section: Section
    rows: Sequence[Row]
    figures: Sequence[Figure]
    days: Sequence[int] = ()


STATES: Mapping[str, Text] = {
    "late": text("已过复审期"),
    "soon": text("快到复审期"),
    "open": text("待处理"),
    "closed": text("已有答案"),
    "dismissed": text("不算缺口"),
    "few": text("还不够多"),
}
"""What a state cell says."""

_TITLE = Column(key="title", title=text("知识"), kind=Kind.TITLE)
_CATEGORY = Column(key="category", title=text("分类"))
_WORDS = Column(key="words", title=text("说法"), kind=Kind.WORDS)
_ALL = frozenset({"category", "shop", "team"})


def _number(key: str, title: Text) -> Column:
    return Column(key=key, title=title, kind=Kind.NUMBER)


SECTIONS: Mapping[str, Section] = {
    each.key: each
    for each in (
        Section(
            key="review",
            title=text("复审"),
            about=text("过了复审期，或在这段时间里要复审的知识，最急的在前。"),
            columns=(
                _TITLE,
                _CATEGORY,
                Column(key="owner", title=text("负责人")),
                Column(key="until", title=text("有效到"), kind=Kind.DAY),
                _number("days", text("还剩天数")),
                Column(key="state", title=text("状态"), kind=Kind.STATE),
            ),
            sort="until",
            filters=frozenset({"category", "shop"}),
            empty=text("这段时间里没有要复审的知识"),
        ),
        Section(
            key="reads",
            title=text("阅读"),
            about=text("这段时间里读过的人最多的知识。"),
            columns=(
                _TITLE,
                _CATEGORY,
                _number("people", text("读过的人")),
                _number("times", text("累计打开")),
                Column(key="last", title=text("最近一次"), kind=Kind.DAY),
            ),
            sort="-people",
            bar="people",
            filters=_ALL,
        ),
        Section(
            key="searches",
            title=text("搜索"),
            about=text("搜得最多的说法，以及搜完点开了没有。"),
            columns=(
                _WORDS,
                _number("searches", text("次数")),
                _number("people", text("人数")),
                _number("zero", text("无结果")),
                _number("unclicked", text("没点开")),
            ),
            sort="-searches",
            bar="searches",
            filters=frozenset({"shop", "team"}),
        ),
        Section(
            key="zero",
            title=text("零结果"),
            about=text("什么也没搜到的说法，以及有没有人在补。"),
            columns=(
                _WORDS,
                _number("searches", text("次数")),
                _number("people", text("人数")),
                Column(key="last", title=text("最近一次"), kind=Kind.DAY),
                Column(key="state", title=text("缺口"), kind=Kind.STATE),
            ),
            sort="-searches",
            bar="searches",
            filters=frozenset({"shop", "team"}),
            empty=text("这段时间里每次搜索都有结果"),
        ),
        Section(
            key="votes",
            title=text("评价"),
            about=text("读者点了“解决了”还是“没解决”；每人每条只算最后一次。"),
            columns=(
                _TITLE,
                _CATEGORY,
                _number("votes", text("评价人数")),
                _number("solved", text("已解决")),
                _number("unsolved", text("未解决")),
                Column(key="share", title=text("解决率 %%"), kind=Kind.PERCENT),
                Column(key="reason", title=text("没解决的主要原因"), kind=Kind.REASON),
            ),
            sort="-unsolved",
            bar="share",
            filters=_ALL,
        ),
        Section(
            key="must-read",
            title=text("必读"),
            about=text("必读的知识有多少人确认了，谁还没有在每条的名单里看。"),
            columns=(
                _TITLE,
                _CATEGORY,
                _number("people", text("应读")),
                _number("done", text("已确认")),
                _number("open", text("没确认")),
                _number("late", text("逾期")),
                Column(key="share", title=text("覆盖率 %%"), kind=Kind.PERCENT),
            ),
            sort="-late",
            bar="share",
            filters=_ALL,
            spans=False,
            empty=text("现在没有必读的知识"),
        ),
        Section(
            key="people",
            title=text("贡献"),
            about=text("谁写了、改了、建议了、确认了知识。"),
            columns=(
                Column(key="name", title=text("姓名")),
                Column(key="employee_no", title=text("工号")),
                Column(key="team", title=text("团队")),
                _number("published", text("发布")),
                _number("minor", text("小改")),
                _number("accepted", text("采纳的建议")),
                _number("suggested", text("提出的建议")),
                _number("verified", text("确认有效")),
            ),
            sort="-published",
            bar="published",
            filters=frozenset({"team"}),
        ),
        Section(
            key="gaps",
            title=text("知识缺口"),
            about=text("每周新开了多少缺口、补上了多少、用了几天。"),
            columns=(
                Column(key="week", title=text("周一"), kind=Kind.DAY),
                _number("opened", text("新开")),
                _number("closed", text("补上")),
                _number("days", text("补上用的天数（中位数）")),
            ),
            sort="-week",
            bar="opened",
        ),
    )
}
"""The sections in the order of their tabs."""

REASONS: Mapping[str, Text] = {
    "outdated": text("过期了"),
    "missing": text("没写到"),
    "unclear": text("看不懂"),
    "hard_to_find": text("找不到"),
}


def share(part: int, whole: int, *, least: int = 1) -> int | None:
    """Return whole percent, rounded down so that 100 means all; None where there are too few to say."""
    return 100 * part // whole if whole >= max(1, least) else None


def ordered(rows: Sequence[Row], key: str, *, descending: bool) -> list[Row]:
    """Return the rows by one column; what has no value comes last either way, equal ones keep their order."""
    there = [row for row in rows if row.values.get(key) is not None]
    rest = [row for row in rows if row.values.get(key) is None]
    return [*sorted(there, key=lambda row: _comparable(row.values[key]), reverse=descending), *rest]


def _comparable(value: Value) -> tuple[int, str]:
    if isinstance(value, date):
        return value.toordinal(), ""
    return (value, "") if isinstance(value, int) else (0, str(value))


def review_state(until: date, today: date) -> str:
    return "late" if until < today else "soon"
