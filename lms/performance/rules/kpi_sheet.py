"""Sheets of figures: what each column is, and what the rows say. Pure.

Wide: 工号, 周期, a column for each metric, beside it perhaps one with its number of cases (满意度样本数).
Long: 工号, 周期, 指标, 数值, 样本数.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from unicodedata import normalize

from lms.core.errors import Invalid, Unreadable
from lms.core.sheets import Column, heading
from lms.core.texts import Text, text
from lms.performance.rules import kpi_values as cells
from lms.performance.rules.metrics import Metric, Unit
from lms.performance.rules.periods import Grain, Period

COLUMNS = (
    Column(
        key="employee_no",
        name="工号",
        synonyms=(
            "客服工号",
            "员工编号",
            "员工号",
            "员工工号",
            "人员编号",
            "坐席工号",
            "Employee No",
            "Employee No.",
            "Employee ID",
        ),
        required=True,
    ),
    Column(
        key="period",
        name="周期",
        synonyms=(
            "日期",
            "时间",
            "统计周期",
            "统计日期",
            "统计时间",
            "统计月份",
            "统计周",
            "统计季度",
            "月份",
            "月",
            "周",
            "季度",
            "Period",
            "Date",
            "Month",
            "Week",
            "Quarter",
        ),
        required=True,
    ),
)
_NAMES = frozenset(
    map(heading, ("姓名", "名字", "员工姓名", "客服姓名", "花名", "昵称", "团队", "组别", "Name", "Team"))
)
_METRIC = frozenset(map(heading, ("指标", "指标名称", "考核指标", "Metric", "KPI")))
_VALUE = frozenset(map(heading, ("数值", "指标值", "值", "结果", "Value")))
_COUNT = frozenset(map(heading, ("样本数", "样本量", "样本", "样本个数", "Count", "Samples", "N")))
_COUNT_ENDS = ("样本数", "样本量", "样本", "count", "samples", "n")
_BRACKET = re.compile(r"[(\[【]([^)\]】]*)[)\]】]")
_SAID_EMPTY = ("", "*", "必填", "选填")
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a sheet is compared with. people: ids by login name, of those whose figures the actor may write.

    mapping: what titles that nobody knew were said to mean, by `title_key`; "" = no figure.
    """

    metrics: Mapping[str, Metric]
    people: Mapping[str, int]
    today: date
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is said about a file. grain: what its days mean. fractions, percents: metrics whose 0.98 is 98 %, 0.98 %."""

    grain: Grain | None = None
    fractions: frozenset[str] = frozenset()
    percents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureColumn:
    """A column of values. place: from 0. count: where its numbers of cases stand. seconds, is_percent: by its title."""

    place: int
    title: str
    metric: str
    count: int | None = None
    seconds: float | None = None
    is_percent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What stands where. columns: of the wide form. metric, value, count: of the long form. unknown: titles."""

    number: int
    period: int
    columns: tuple[FigureColumn, ...] = ()
    metric: int | None = None
    value: int | None = None
    count: int | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A figure as a row gives it. line: from 1, of the file or of the list."""

    line: int
    person_id: int
    metric: str
    period: Period
    value: float
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What can't be taken in. line 0: a whole column. what: the metric or the title of the column."""

    line: int
    employee_no: str
    what: Text | str
    reason: Text


@dataclass(slots=True)
class Seen:
    """What was noticed while rows were read. doubtful: metrics of percent whose values have all been at most 1."""

    rows: int = 0
    empty: int = 0
    doubtful: set[str] = field(default_factory=set)
    clear: set[str] = field(default_factory=set)


def title_key(title: str) -> str:
    """Return the form in which a title is remembered: narrow, lower case, without spaces."""
    return "".join(normalize("NFKC", title).split()).casefold()[:LONGEST_TITLE]


def metric_names(metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Return the code by each name under which a metric's column is written; an earlier metric wins."""
    found: dict[str, str] = {}
    for code, metric in metrics.items():
        for name in (code, metric.name.id, str(metric.name), *metric.synonyms):
            found.setdefault(heading(name), code)
            found.setdefault(title_key(name), code)
    found.pop("", None)
    return found


def layout(head: Sequence[str], known: Known) -> Layout:
    """Return what each column of the header is. Raises Unreadable where two are the same, or none holds figures."""
    words = [heading(title) for title in head]
    number, period = (_place(words, column) for column in COLUMNS)
    rest = [place for place in range(len(head)) if place not in (number, period) and head[place].strip()]
    names = metric_names(known.metrics)
    metric, value = (next((place for place in rest if words[place] in given), None) for given in (_METRIC, _VALUE))
    if metric is not None and value is not None:
        count = next((place for place in rest if words[place] in _COUNT), None)
        return Layout(number=number, period=period, metric=metric, value=value, count=count)
    return _wide(head, known, names, rest, number, period)


def _place(words: Sequence[str], column: Column) -> int:
    given = [heading(name) for name in (column.name, column.key, *column.synonyms)]
    return next(place for place, word in enumerate(words) if word in given)


def _wide(
    head: Sequence[str], known: Known, names: Mapping[str, str], rest: Sequence[int], number: int, period: int
) -> Layout:
    found: dict[str, FigureColumn] = {}
    counts: dict[str, int] = {}
    unknown: list[str] = []
    for place in rest:
        title, key = head[place], title_key(head[place])
        if heading(title) in _NAMES:
            continue
        meant = known.mapping.get(key)
        code, seconds, is_percent = (meant, *_unit(title)[:2]) if meant is not None else _meaning(title, known, names)
        if code == "":
            continue
        if code is None or code not in known.metrics:
            counted = next((names.get(word) for word in _without_count(key)), None)
            if counted is not None:
                counts.setdefault(counted, place)
            else:
                unknown.append(title)
            continue
        if code in found:
            raise Unreadable(
                text(
                    "“%(one)s”和“%(other)s”两列是同一个指标，请去掉一列。", one=found[code].title[:80], other=title[:80]
                )
            )
        found[code] = FigureColumn(place=place, title=title, metric=code, seconds=seconds, is_percent=is_percent)
    if not found and not unknown:
        raise Unreadable(text("表里没有指标的列。写成一列一个指标，或者“指标”“数值”两列。"))
    columns = tuple(
        FigureColumn(
            place=each.place,
            title=each.title,
            metric=code,
            count=counts.get(code),
            seconds=each.seconds,
            is_percent=each.is_percent,
        )
        for code, each in found.items()
    )
    return Layout(number=number, period=period, columns=columns, unknown=tuple(dict.fromkeys(unknown)))


def _unit(title: str) -> tuple[float | None, bool, bool]:
    """Return what the brackets of a title say: seconds of one, whether percent, whether they say anything else."""
    seconds, is_percent, other = None, False, False
    for inner in _BRACKET.findall(normalize("NFKC", title)):
        word = "".join(inner.split()).casefold().removeprefix("单位:")
        if word in cells.SECONDS:
            seconds = cells.SECONDS[word]
        elif word in ("%", "百分比"):
            is_percent = True
        elif word not in _SAID_EMPTY and word not in ("个", "条", "次", "分数", "人"):
            other = True
    return seconds, is_percent, other


def _meaning(title: str, known: Known, names: Mapping[str, str]) -> tuple[str | None, float | None, bool]:
    """Return metric, seconds of one and whether percent; brackets that name no unit belong to the title's name."""
    seconds, is_percent, other = _unit(title)
    exact = names.get(title_key(title))
    code = exact if exact is not None or other else names.get(heading(title))
    timed = code is not None and known.metrics[code].unit in (Unit.SECONDS, Unit.HOURS)
    return code, seconds if timed else None, is_percent


def _without_count(key: str) -> Iterator[str]:
    for end in _COUNT_ENDS:
        if key.endswith(end) and len(key) > len(end):
            yield heading(key[: -len(end)].strip("()[]【】·:_-"))


def read(
    rows: Iterable[tuple[int, list[str]]], plan: Layout, known: Known, options: Options, seen: Seen
) -> Iterator[Entry | Refused]:
    """Return what each row gives, or why it can't be taken, one after the other; `seen` notes what was noticed.

    An empty cell of the wide form gives nothing. In the long form each row has to give a value.
    """
    reader = _Reader(known=known, options=options, seen=seen, names=metric_names(known.metrics))
    for line, row in rows:
        seen.rows += 1
        yield from reader.row(line, row, plan)


@dataclass(slots=True, kw_only=True)
class _Reader:
    known: Known
    options: Options
    seen: Seen
    names: Mapping[str, str]

    def row(self, line: int, row: list[str], plan: Layout) -> Iterator[Entry | Refused]:
        number = _cell(row, plan.number)
        login = cells.login_of(number)
        wrong: list[Refused] = []
        person_id = self.known.people.get(login)
        if not login:
            wrong.append(Refused(line=line, employee_no="", what=text("工号"), reason=text("没有写工号。")))
        elif person_id is None:
            wrong.append(
                Refused(
                    line=line,
                    employee_no=number[:40],
                    what=text("工号"),
                    reason=text("没有这个工号的人，或者不在您的团队里。"),
                )
            )
        period = None
        try:
            period = cells.when(_cell(row, plan.period), self.known.today, self.options.grain)
        except Invalid as error:
            wrong.append(Refused(line=line, employee_no=number[:40], what=text("周期"), reason=error.message))
        gave = False
        for column, written, counted in self._values(line, number, row, plan, wrong):
            gave = True
            try:
                value, count = self._value(column, written), cells.count(counted)
            except Invalid as error:
                name = self.known.metrics[column.metric].name
                wrong.append(Refused(line=line, employee_no=number[:40], what=name, reason=error.message))
                continue
            if not wrong and person_id is not None and period is not None:
                yield Entry(
                    line=line, person_id=person_id, metric=column.metric, period=period, value=value, count=count
                )
        if gave or plan.metric is not None:
            yield from wrong
        else:
            self.seen.empty += 1

    def _values(
        self, line: int, number: str, row: list[str], plan: Layout, wrong: list[Refused]
    ) -> Iterator[tuple[FigureColumn, str, str]]:
        for column in plan.columns:
            written = _cell(row, column.place)
            if not cells.is_nothing(written):
                yield column, written, _cell(row, column.count)
        if plan.metric is None or plan.value is None:
            return
        named, written = _cell(row, plan.metric), _cell(row, plan.value)
        code = self.known.mapping.get(title_key(named))
        seconds: float | None = None
        is_percent = False
        if code is None:
            code, seconds, is_percent = _meaning(named, self.known, self.names)
        if code == "":
            return
        if code is None or code not in self.known.metrics:
            wrong.append(
                Refused(
                    line=line,
                    employee_no=number[:40],
                    what=named[:80],
                    reason=text("没有这个指标，请先在指标页加上，或改成认得的名称。"),
                )
            )
        elif cells.is_nothing(written):
            name = self.known.metrics[code].name
            wrong.append(Refused(line=line, employee_no=number[:40], what=name, reason=text("没有写数值。")))
        else:
            column = FigureColumn(place=plan.value, title=named, metric=code, seconds=seconds, is_percent=is_percent)
            yield column, written, _cell(row, plan.count)

    def _value(self, column: FigureColumn, written: str) -> float:
        """Return the value of a cell; 0.98 of a percentage is noted as doubtful where nobody said what it means."""
        metric, code = self.known.metrics[column.metric], column.metric
        value = cells.value(written, metric, seconds=column.seconds)
        if metric.unit is not Unit.PERCENT or column.is_percent or code in self.options.percents:
            return value
        if cells.half_width(written).endswith("%"):
            self.seen.clear.add(code)
        elif code in self.options.fractions:
            return cells.checked(round(value * 100, 9), metric)
        elif value > 1:
            self.seen.clear.add(code)
        elif value > 0:
            self.seen.doubtful.add(code)
        return value


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def doubts(seen: Seen, metrics: Mapping[str, Metric]) -> list[Refused]:
    """Return the columns of percentages of which nobody knows whether 0.98 means 98 or 0.98."""
    return [
        Refused(
            line=0,
            employee_no="",
            what=metrics[code].name,
            reason=text("这一列的数都不超过 1，看不出 0.98 是 98%% 还是 0.98%%，请先说明。"),
        )
        for code in metrics
        if code in seen.doubtful - seen.clear
    ]
