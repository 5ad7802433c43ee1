"""Kinds of leave, and what files of leave and of company days would do. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lms.accounts.rules.calendar import Freeze as Span
from lms.accounts.rules.roster_file import NAME, NUMBER, OFF, WORKING
from lms.accounts.rules.sign_in import login_name
from lms.accounts.rules.staff_known import RefusedRow
from lms.core.sheets import Column, Row, day
from lms.core.texts import Text, text

KINDS: dict[str, Text] = {
    "annual": text("年假"),
    "sick": text("病假"),
    "maternity": text("产假"),
    "personal": text("事假"),
    "other": text("其他假"),
}
KIND_WORDS = {
    "年假": "annual", "年休假": "annual", "annual": "annual",
    "病假": "sick", "sick": "sick",
    "产假": "maternity", "陪产假": "maternity", "maternity": "maternity",
    "事假": "personal", "personal": "personal",
    "": "other", "其他": "other", "其他假": "other", "请假": "other", "other": "other",
}  # fmt: skip

LEAVE_COLUMNS = (
    NUMBER,
    NAME,
    Column(key="from_on", name="开始", synonyms=("开始日", "开始日期", "第一天", "From", "Start"), required=True),
    Column(key="until_on", name="结束", synonyms=("结束日", "结束日期", "最后一天", "Until", "End"), required=True),
    Column(key="kind", name="类别", synonyms=("假别", "请假类型", "类型", "Kind", "Type")),
)
DAY_COLUMNS = (
    Column(key="day", name="日期", synonyms=("Day", "Date"), required=True),
    Column(key="working", name="上班", synonyms=("是否上班", "Working"), required=True),
    Column(key="name", name="名称", synonyms=("说明", "节日", "Name"), folded=False),
)
LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRow:
    line: int
    person_id: int
    employee_no: str
    from_on: date
    until_on: date
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePlan:
    """unchanged: rows that are noted already."""

    changed: tuple[LeaveRow, ...] = ()
    unchanged: int = 0
    refused: tuple[RefusedRow, ...] = ()

    @property
    def can_apply(self) -> bool:
        return not self.refused and bool(self.changed)

    @property
    def people(self) -> int:
        return len({row.person_id for row in self.changed})


def plan_leave(
    rows: Sequence[Row], people: Mapping[str, int], held: Mapping[int, Sequence[tuple[Span, str]]]
) -> LeavePlan:
    """Return what a file of leave would do. held: the leave that each person has, with its kind.

    Rows that overlap one another or another kind are refused; of the same kind they become one leave.
    """
    changed: list[LeaveRow] = []
    refused: list[RefusedRow] = []
    known: dict[int, list[tuple[Span, str]]] = {person_id: list(spans) for person_id, spans in held.items()}
    unchanged = 0
    for row in rows:
        reasons: list[Text] = []
        number = row["employee_no"]
        person_id = people.get(login_name(number))
        if person_id is None:
            reasons.append(text("没有工号 %(no)s，或不归您排班。", no=number) if number else text("没有工号。"))
        first, last = read_day(row["from_on"], text("开始"), reasons), read_day(row["until_on"], text("结束"), reasons)
        kind = KIND_WORDS.get(row["kind"].casefold(), "")
        if not kind:
            reasons.append(text("不认识的类别“%(word)s”，请写年假、病假、产假、事假或其他。", word=row["kind"]))
        if first and last and last < first:
            reasons.append(text("最后一天不能早于第一天。"))
        elif first and last and (last - first).days >= LONGEST:
            reasons.append(text("最长 %(n)s 天，请检查年份。", n=LONGEST))
        if reasons or person_id is None or first is None or last is None:
            refused.append(RefusedRow(line=row.line, employee_no=number, name=row["name"], reasons=tuple(reasons)))
            continue
        mine = known.setdefault(person_id, [])
        if any(span.from_on <= first and span.until_on >= last and word == kind for span, word in mine):
            unchanged += 1
            continue
        other = [span for span, word in mine if word != kind and span.from_on <= last and span.until_on >= first]
        if other:
            clash = text("和 %(a)s 至 %(b)s 的请假重叠。", a=str(other[0].from_on), b=str(other[0].until_on))
            refused.append(RefusedRow(line=row.line, employee_no=number, name=row["name"], reasons=(clash,)))
            continue
        mine.append((Span(from_on=first, until_on=last, away=True), kind))
        changed.append(
            LeaveRow(line=row.line, person_id=person_id, employee_no=number, from_on=first, until_on=last, kind=kind)
        )
    return LeavePlan(changed=tuple(changed), unchanged=unchanged, refused=tuple(refused))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """working: None = as the public calendar says."""

    line: int
    day: date
    working: bool | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysPlan:
    changed: tuple[DayRow, ...] = ()
    unchanged: int = 0
    refused: tuple[RefusedRow, ...] = ()

    @property
    def can_apply(self) -> bool:
        return not self.refused and bool(self.changed)


def plan_days(rows: Sequence[Row], held: Mapping[date, tuple[bool, str]]) -> DaysPlan:
    """Return what a file of company days would do. 上班 is left empty where the public calendar is to count again."""
    changed: list[DayRow] = []
    refused: list[RefusedRow] = []
    seen: dict[date, int] = {}
    unchanged = 0
    for row in rows:
        reasons: list[Text] = []
        on = read_day(row["day"], text("日期"), reasons)
        word = row["working"].casefold()
        if word and word not in WORKING and word not in OFF:
            reasons.append(text("“%(word)s”看不懂，请写“是”或“否”。", word=row["working"]))
        if on is not None and on in seen:
            reasons.append(text("和第 %(line)s 行是同一天。", line=seen[on]))
        if reasons or on is None:
            refused.append(RefusedRow(line=row.line, employee_no=row["day"], name=row["name"], reasons=tuple(reasons)))
            continue
        seen[on] = row.line
        said = (word in WORKING, row["name"][:40]) if word else None
        if held.get(on) == said:
            unchanged += 1
        else:
            changed.append(DayRow(line=row.line, day=on, working=said[0] if said else None, name=row["name"][:40]))
    return DaysPlan(changed=tuple(changed), unchanged=unchanged, refused=tuple(refused))


def read_day(written: str, what: Text, reasons: list[Text]) -> date | None:
    """Return a day, or None and one more reason."""
    try:
        return day(written)
    except ValueError:
        reasons.append(text("%(what)s“%(day)s”看不懂，请写成 2026-11-22 或 2026/11/22。", what=what, day=written))
        return None


__all__ = [
    "DAY_COLUMNS",
    "KINDS",
    "LEAVE_COLUMNS",
    "DayRow",
    "DaysPlan",
    "LeavePlan",
    "LeaveRow",
    "plan_days",
    "plan_leave",
]
