"""A file of days: what each brings or brought, cell by cell. Pure: the preview and the import run the same plan."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.core.sheets import Column, Row, day
from lms.core.texts import Text, text
from lms.readiness.rules.need import MOST_ORDERS, Volume

COLUMNS = (
    Column(key="day", name="日期", synonyms=("Day", "Date", "统计日期", "日"), required=True),
    Column(key="orders", name="订单量", synonyms=("单量", "订单数", "预测单量", "订单", "Orders"), required=True),
    Column(key="contacts", name="咨询量", synonyms=("咨询数", "会话量", "接待量", "进线量", "Contacts")),
    Column(key="complaints", name="投诉量", synonyms=("投诉数", "投诉", "Complaints")),
)

SPAN = timedelta(days=1_100)
"""How far from today a day can lie: three years of history, or a plan for next year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedDay:
    """A row that can't be taken, with every reason. written: its day as it stands in the file."""

    line: int
    written: str
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChange:
    """One day of the file. before: what was kept of it; None = new."""

    line: int
    day: date
    after: Volume
    before: Volume | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """What the file would do. outside: rows of days that do not belong to the plan; they are left out."""

    changed: tuple[DayChange, ...] = ()
    unchanged: int = 0
    outside: int = 0
    refused: tuple[RefusedDay, ...] = ()
    unknown_columns: tuple[str, ...] = ()

    @property
    def can_apply(self) -> bool:
        return bool(self.changed)


def plan(
    rows: Sequence[Row],
    held: Mapping[date, Volume],
    today: date,
    *,
    span: tuple[date, date] | None = None,
    unknown_columns: Sequence[str] = (),
) -> FilePlan:
    """Return what the rows would do. held: what is kept. span: first and last day that belong; None = every day."""
    read = [(row, _day(row["day"])) for row in rows]
    lines: dict[date, list[int]] = defaultdict(list)
    for row, on in read:
        if on is not None:
            lines[on].append(row.line)
    changed, refused, unchanged, outside = [], [], 0, 0
    for row, on in read:
        reasons: list[Text] = []
        if on is None:
            reasons.append(
                text(
                    "%(what)s“%(day)s”看不懂，请写成 2026-11-22 或 2026/11/22。", what=text("日期"), day=row["day"][:40]
                )
                if row["day"]
                else text("没有日期。")
            )
        elif abs(on - today) > SPAN:
            reasons.append(text("%(day)s 离今天超过三年，请检查年份。", day=on.isoformat()))
        elif len(lines[on]) > 1:
            reasons.append(text("同一天在第 %(lines)s 行重复。", lines="、".join(map(str, lines[on][:10]))))
        numbers = {key: _number(row[key], words, reasons) for key, words in WORDS.items()}
        if not row["orders"]:
            reasons.append(text("没有订单量。"))
        if reasons or on is None or numbers["orders"] is None:
            refused.append(RefusedDay(line=row.line, written=row["day"][:40], reasons=tuple(reasons)))
            continue
        after = Volume(orders=numbers["orders"], contacts=numbers["contacts"], complaints=numbers["complaints"])
        if span is not None and not span[0] <= on <= span[1]:
            outside += 1
        elif held.get(on) == after:
            unchanged += 1
        else:
            changed.append(DayChange(line=row.line, day=on, after=after, before=held.get(on)))
    return FilePlan(
        changed=tuple(changed),
        unchanged=unchanged,
        outside=outside,
        refused=tuple(refused),
        unknown_columns=tuple(unknown_columns),
    )


WORDS = {"orders": text("订单量"), "contacts": text("咨询量"), "complaints": text("投诉量")}


def _day(written: str) -> date | None:
    try:
        return day(written)
    except ValueError:
        return None


def _number(written: str, name: Text, reasons: list[Text]) -> int | None:
    """Return a whole number, with or without thousands' commas or a zero after the point; None for an empty cell."""
    bare = written.replace(",", "").replace(" ", "")
    if bare.endswith(".0"):
        bare = bare[:-2]
    if not bare:
        return None
    if bare.isascii() and bare.isdigit() and len(bare) <= 8 and int(bare) <= MOST_ORDERS:
        return int(bare)
    reasons.append(
        text("%(what)s“%(value)s”不对，请填 0–%(most)s 的整数。", what=name, value=written[:40], most=MOST_ORDERS)
    )
    return None
