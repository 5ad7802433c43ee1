"""What a roster file would do, row by row. Pure: the preview and the import run the same plan."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.accounts.rules.sign_in import login_name
from lms.accounts.rules.staff import RefusedRow
from lms.core.sheets import Column, Row, day
from lms.core.texts import Text, text

COLUMNS = (
    Column(
        key="employee_no",
        name="工号",
        synonyms=("员工编号", "员工号", "人员编号", "Employee No", "Employee ID"),
        required=True,
    ),
    Column(key="name", name="姓名", synonyms=("名字", "Name"), folded=False),
    Column(key="day", name="日期", synonyms=("排班日期", "Day", "Date"), required=True),
    Column(key="working", name="上班", synonyms=("是否上班", "班次", "排班", "Working", "Shift"), required=True),
)

AHEAD = timedelta(days=400)

WORKING = frozenset({"上班", "班", "上", "是", "1", "y", "yes", "true", "√", "✓", "work", "on"})
OFF = frozenset({"休", "休息", "不上班", "否", "0", "n", "no", "false", "×", "x", "off", "假", "请假", "年假", "病假"})
AS_PATTERN = frozenset({"按周", "默认", "pattern", "default"})
SHIFTS = ("早", "中", "晚", "夜", "白")
"""A named shift (早班, 夜班, 中班A …) is a working day whatever its hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChange:
    """One single day of one person: working, off, or None = as the pattern says."""

    line: int
    person_id: int
    employee_no: str
    day: date
    working: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPlan:
    changed: tuple[DayChange, ...] = ()
    unchanged: int = 0
    refused: tuple[RefusedRow, ...] = ()
    unknown_columns: tuple[str, ...] = ()

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


def read_working(written: str) -> bool | None:
    """Return whether the word means a working day; None = as the pattern says. Raises ValueError for any other word."""
    word = written.casefold()
    if word in AS_PATTERN:
        return None
    if word in OFF:
        return False
    if word in WORKING or (written.startswith(SHIFTS) and "班" in written):
        return True
    raise ValueError(written)


def plan(
    rows: Sequence[Row],
    people: Mapping[str, int],
    held: Mapping[tuple[int, date], bool],
    today: date,
    unknown_columns: Sequence[str] = (),
) -> RosterPlan:
    """Return what the rows would do.

    people: login name -> id of those whose roster the actor may edit. held: the single days that are set already.
    """
    lines: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        lines[login_name(row["employee_no"]), _same_day(row["day"])].append(row.line)
    changed, refused, unchanged = [], [], 0
    for row in rows:
        reasons: list[Text] = []
        login = login_name(row["employee_no"])
        person_id = people.get(login)
        if not row["employee_no"]:
            reasons.append(text("没有工号。"))
        elif person_id is None:
            reasons.append(text("没有工号 %(no)s，或不归您排班。", no=row["employee_no"]))
        on = _day(row["day"], today, reasons)
        working = _working(row["working"], reasons)
        doubles = lines[login, _same_day(row["day"])]
        if len(doubles) > 1:
            reasons.append(text("同一人同一天在第 %(lines)s 行重复。", lines="、".join(str(line) for line in doubles)))
        if reasons or on is None or person_id is None:
            refused.append(
                RefusedRow(line=row.line, employee_no=row["employee_no"], name=row["name"], reasons=tuple(reasons))
            )
        elif held.get((person_id, on)) == working:
            unchanged += 1
        else:
            changed.append(
                DayChange(line=row.line, person_id=person_id, employee_no=row["employee_no"], day=on, working=working)
            )
    return RosterPlan(
        changed=tuple(changed), unchanged=unchanged, refused=tuple(refused), unknown_columns=tuple(unknown_columns)
    )


def _same_day(written: str) -> str:
    try:
        return day(written).isoformat()
    except ValueError:
        return written


def _day(written: str, today: date, reasons: list[Text]) -> date | None:
    if not written:
        reasons.append(text("没有日期。"))
        return None
    try:
        found = day(written)
    except ValueError:
        reasons.append(
            text("%(what)s“%(day)s”看不懂，请写成 2026-11-22 或 2026/11/22。", what=text("日期"), day=written)
        )
        return None
    if abs(found - today) > AHEAD:
        reasons.append(text("%(day)s 离今天超过 400 天，请检查年份。", day=found.isoformat()))
    return found


def _working(written: str, reasons: list[Text]) -> bool | None:
    try:
        return read_working(written)
    except ValueError:
        reasons.append(
            text("“%(word)s”看不出上不上班，请写“上班”或“休”。", word=written)
            if written
            else text("没写上不上班，请写“上班”或“休”。")
        )
        return None
