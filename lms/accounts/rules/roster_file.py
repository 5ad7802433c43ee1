"""What a roster file would do, cell by cell. Pure: the preview and the import run the same plan.

Two forms are read: a row for each day (工号, 日期, 班次), and a row for each person with a column for each day, as most
floors keep theirs.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.accounts.rules.shifts import LETTERS, Hours, read_hours
from lms.accounts.rules.sign_in import login_name
from lms.accounts.rules.staff_known import RefusedRow
from lms.core.sheets import Column, Row, day
from lms.core.texts import Text, text

NUMBER = Column(
    key="employee_no",
    name="工号",
    synonyms=("员工编号", "员工号", "人员编号", "Employee No", "Employee ID"),
    required=True,
)
NAME = Column(key="name", name="姓名", synonyms=("名字", "Name"), folded=False)
COLUMNS = (
    NUMBER,
    NAME,
    Column(key="day", name="日期", synonyms=("排班日期", "Day", "Date"), required=True),
    Column(key="working", name="上班", synonyms=("是否上班", "班次", "排班", "Working", "Shift"), required=True),
)

AHEAD = timedelta(days=400)
DAY_KEY = "on:"
"""What the key of a column that is a day begins with: `on:2026-11-01`."""

WORKING = frozenset({"上班", "班", "上", "是", "1", "y", "yes", "true", "√", "✓", "work", "on"})
OFF = frozenset({"休", "休息", "不上班", "否", "0", "n", "no", "false", "×", "x", "off", "假", "请假", "年假", "病假"})
AS_PATTERN = frozenset({"按周", "默认", "pattern", "default"})
WEEKDAYS = frozenset("一二三四五六日天") | {f"{word}{day}" for word in ("周", "星期") for day in "一二三四五六日天"}
"""What stands under the head of many a roster; such a row is no person."""

_HEAD = re.compile(r"(?:(?:(\d{4})[-/.年])?(\d{1,2})[-/.月])?(\d{1,2})[日号]?(?:(?:周|星期)?[一二三四五六日天])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One person's day as the file says it. day: None where it can't be read (said in `written`)."""

    line: int
    employee_no: str
    name: str
    day: date | None
    written: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a cell means. working: None = as the pattern says. shift: "" = none; hours: of a shift without name."""

    working: bool | None
    shift: str = ""
    hours: Hours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChange:
    """One single day of one person: working, off, or None = as the pattern says; and in which shift."""

    line: int
    person_id: int
    employee_no: str
    day: date
    working: bool | None
    shift: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPlan:
    """hours: shifts that the file names only by their hours and that nobody knows yet, by code."""

    changed: tuple[DayChange, ...] = ()
    unchanged: int = 0
    refused: tuple[RefusedRow, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    hours: tuple[tuple[str, Hours], ...] = ()

    @property
    def can_apply(self) -> bool:
        return not self.refused and bool(self.changed)

    @property
    def people(self) -> int:
        return len({change.person_id for change in self.changed})

    def days(self) -> dict[int, dict[date, bool | None]]:
        """Return the changes as the action takes them."""
        found: dict[int, dict[date, bool | None]] = defaultdict(dict)
        for change in self.changed:
            found[change.person_id][change.day] = change.working
        return found

    def shifts(self) -> dict[tuple[int, date], str]:
        return {(change.person_id, change.day): change.shift for change in self.changed}


def read_word(written: str, codes: Mapping[str, str] = {}) -> Said:
    """Return what a word of a roster means. codes: code by the words for it (code and name of each shift).

    Raises ValueError for a word that says neither.
    """
    word = written.casefold()
    if not written.isprintable():
        raise ValueError(written)
    if written in codes:
        return Said(working=True, shift=codes[written])
    if word in AS_PATTERN:
        return Said(working=None)
    if word in OFF:
        return Said(working=False)
    if word in WORKING:
        return Said(working=True)
    if (hours := read_hours(written)) is not None:
        return Said(working=True, shift=hours.words, hours=hours)
    if written[:1] in tuple(LETTERS) and (len(written) == 1 or "班" in written):
        return Said(working=True, shift=written[0] if len(written.removesuffix("班")) == 1 else written[:20])
    raise ValueError(written)


def day_columns(headers: Sequence[str], today: date, month: date | None = None) -> list[Column]:
    """Return the columns of a roster that are days: 2026-11-01, 11/1, 11月1日, 1日, 1.

    month: first day of the month that bare numbers mean; None = the present one. A day without a year is the one
    nearest to today.
    """
    found: dict[date, Column] = {}
    for header in headers:
        on = _head_day(header, today, month or today)
        if on is not None and on not in found:
            found[on] = Column(key=f"{DAY_KEY}{on.isoformat()}", name=header)
    return list(found.values())


def _head_day(header: str, today: date, month: date) -> date | None:
    try:
        return day(header)
    except ValueError:
        pass
    found = _HEAD.fullmatch(re.sub(r"[\s()（）]", "", header))
    if found is None:
        return None
    try:
        if found[2] is None:
            return month.replace(day=int(found[3]))
        if found[1] is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
        near = [date(year, int(found[2]), int(found[3])) for year in (today.year - 1, today.year, today.year + 1)]
        return min(near, key=lambda each: abs(each - today))
    except ValueError:
        return None


def wide_cells(rows: Sequence[Row], columns: Sequence[Column]) -> list[Cell]:
    """Return the filled cells of a roster with a column for each day."""
    days = [(column.key, date.fromisoformat(column.key.removeprefix(DAY_KEY)), column.name) for column in columns]
    cells = []
    for row in rows:
        said = [row[key] for key, _, _ in days if row[key]]
        if not row["employee_no"] and not row["name"] and all(word in WEEKDAYS for word in said):
            continue
        cells += [
            Cell(line=row.line, employee_no=row["employee_no"], name=row["name"], day=on, written=head, word=row[key])
            for key, on, head in days
            if row[key]
        ]
    return cells


def long_cells(rows: Sequence[Row]) -> list[Cell]:
    return [
        Cell(
            line=row.line,
            employee_no=row["employee_no"],
            name=row["name"],
            day=_read_day(row["day"]),
            written=row["day"],
            word=row["working"],
        )
        for row in rows
    ]


def plan(
    cells: Sequence[Cell],
    people: Mapping[str, int],
    held: Mapping[tuple[int, date], tuple[bool, str]],
    today: date,
    codes: Mapping[str, str] = {},
    unknown_columns: Sequence[str] = (),
) -> RosterPlan:
    """Return what the cells would do.

    people: login name -> id of those whose roster the actor may edit. held: the single days that are set already, with
    their shift. codes: code by the words for it.
    """
    doubles: dict[tuple[str, date | str], list[int]] = defaultdict(list)
    for cell in cells:
        doubles[login_name(cell.employee_no), cell.day or cell.written].append(cell.line)
    changed: list[DayChange] = []
    hours: dict[str, Hours] = {}
    refused: dict[int, tuple[Cell, list[Text]]] = {}
    unchanged = 0
    for cell in cells:
        reasons: list[Text] = []
        person_id = people.get(login_name(cell.employee_no))
        if not cell.employee_no:
            reasons.append(text("没有工号。"))
        elif person_id is None:
            reasons.append(text("没有工号 %(no)s，或不归您排班。", no=cell.employee_no))
        _check_day(cell, today, reasons)
        said = _said(cell, codes, reasons)
        lines = doubles[login_name(cell.employee_no), cell.day or cell.written]
        if len(lines) > 1:
            reasons.append(text("同一人同一天在第 %(lines)s 行重复。", lines="、".join(str(line) for line in lines)))
        if reasons or cell.day is None or person_id is None or said is None:
            known = refused.setdefault(cell.line, (cell, []))[1]
            known += [reason for reason in reasons if reason not in known]
        elif held.get((person_id, cell.day), (None, "")) == (said.working, said.shift):
            unchanged += 1
        else:
            if said.hours is not None and said.shift not in codes.values():
                hours[said.shift] = said.hours
            changed.append(
                DayChange(
                    line=cell.line,
                    person_id=person_id,
                    employee_no=cell.employee_no,
                    day=cell.day,
                    working=said.working,
                    shift=said.shift,
                )
            )
    return RosterPlan(
        changed=tuple(changed),
        unchanged=unchanged,
        refused=tuple(
            RefusedRow(line=line, employee_no=cell.employee_no, name=cell.name, reasons=tuple(reasons))
            for line, (cell, reasons) in sorted(refused.items())
        ),
        unknown_columns=tuple(unknown_columns),
        hours=tuple(sorted(hours.items())),
    )


def _read_day(written: str) -> date | None:
    try:
        return day(written)
    except ValueError:
        return None


def _check_day(cell: Cell, today: date, reasons: list[Text]) -> None:
    if cell.day is None:
        reasons.append(
            text("%(what)s“%(day)s”看不懂，请写成 2026-11-22 或 2026/11/22。", what=text("日期"), day=cell.written)
            if cell.written
            else text("没有日期。")
        )
    elif abs(cell.day - today) > AHEAD:
        reasons.append(text("%(day)s 离今天超过 400 天，请检查年份。", day=cell.day.isoformat()))


def _said(cell: Cell, codes: Mapping[str, str], reasons: list[Text]) -> Said | None:
    try:
        return read_word(cell.word, codes)
    except ValueError:
        reasons.append(
            text(
                "%(day)s 的“%(word)s”看不出上不上班，请写“上班”、“休”、班次或 8:00-16:00。",
                word=cell.word,
                day=cell.written,
            )
            if cell.word
            else text("没写上不上班，请写“上班”或“休”。")
        )
        return None
