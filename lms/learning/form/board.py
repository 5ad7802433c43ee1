"""What the planning board shows: each stage with its days, each day with its minutes against the promise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.content.form import Target, TargetsOf
from lms.content.grammar.findings import Finding
from lms.learning.form.days import UNDATED, Cell, Shift, rows_of, shifted_by
from lms.learning.form.outline import Outline, Part, read_outline
from lms.learning.form.showing import RowView, Sum, row_view, standing, total
from lms.learning.form.stages import stages_of
from lms.learning.lint import lint_stages
from lms.learning.spec import curriculum
from lms.learning.spec.items import PathItem

MOST_CELLS = 62
"""Days of one stage that are shown while nothing lies on them; a longer span shows those with something due."""

EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """One day of one stage. outside: the stage has no such day. shift: what a day before it would move."""

    key: str
    day: int
    rows: tuple[RowView, ...]
    sum: Sum
    standing: str
    outside: bool
    shift: Shift
    removable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """problems: about the stage itself and its days; those of a row are in the row. tray: what has no day."""

    key: str
    name: str
    line: int
    first_day: int | None
    last_day: int | None
    any_order: bool
    sign_off: bool
    after: tuple[str, ...]
    text: str
    cells: tuple[CellView, ...]
    tray: CellView
    sum: Sum
    count: int
    heir: str
    problems: tuple[Finding, ...]

    @property
    def next_day(self) -> int:
        return (self.last_day or 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """One day of all stages. fill: 0–100, how full its bar is. anchor: the cell to go to, "" where no stage has it."""

    number: int
    sum: Sum
    standing: str
    fill: int
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Days of the overview under one stage, for its bracket."""

    name: str
    key: str
    days: int
    gap: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """promise: minutes of the front matter, a_day: promise ÷ days, None = none. unplaced: lines of no stage."""

    promise: int | None
    a_day: int | None
    sum: Sum
    standing: str
    days: tuple[DayView, ...]
    bands: tuple[Band, ...]
    stages: tuple[StageView, ...]
    problems: tuple[Finding, ...]
    empty_days: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(stage.name for stage in self.stages)


def board(source: str, path: str, targets: TargetsOf) -> Board:
    outline = read_outline(source, path)
    stages = stages_of(outline)
    items = [item for part in stages for item in part.items]
    found = targets({item.target for item in items})
    problems = [*curriculum.parse(source, path).findings, *_linted(outline, found)]
    last = _last_day(stages)
    a_day = round(Fraction(outline.minutes, last)) if outline.minutes and last else None
    views = tuple(_stage(outline, part, place, found, problems, a_day) for place, part in enumerate(stages))
    shown = [row for stage in views for cell in (*stage.cells, stage.tray) for row in cell.rows]
    days = tuple(_day(number, views, a_day, _inner_days(items, found)) for number in range(1, last + 1))
    summed = total(shown)
    placed = {id(each) for stage in views for each in stage.problems} | {id(p) for row in shown for p in row.problems}
    return Board(
        promise=outline.minutes,
        a_day=a_day,
        sum=summed,
        standing=standing(summed.minutes, outline.minutes),
        days=days,
        bands=_bands(views, last),
        stages=views,
        problems=tuple(each for each in problems if id(each) not in placed and each.code.startswith("L")),
        empty_days=tuple(day.number for day in days if day.standing == EMPTY),
    )


def _linted(outline: Outline, targets: Mapping[str, Target]) -> list[Finding]:
    def minutes_of(path: str) -> int | None:
        return (targets[path].minutes or None) if path in targets else None

    def items_of(path: str) -> Sequence[PathItem]:
        days = targets[path].days if path in targets else ()
        return [PathItem(target=path, link="", title="", day=day) for day in days]

    return lint_stages([part.spec() for part in stages_of(outline)], outline.minutes, minutes_of, items_of)


def _last_day(stages: Sequence[Part]) -> int:
    """Return the last day that is shown: of the stages, or of an item that lies behind them."""
    spans = [part.last_day for part in stages if part.last_day and _is_short(part)]
    dated = [row.day for part in stages for row in part.rows if row.day]
    return min(max([*spans, *dated], default=0), 400)


def _is_short(part: Part) -> bool:
    return part.first_day is not None and part.last_day is not None and part.last_day - part.first_day < MOST_CELLS


def _stage(
    outline: Outline,
    part: Part,
    place: int,
    targets: Mapping[str, Target],
    problems: Sequence[Finding],
    a_day: int | None,
) -> StageView:
    spanned = set(range(part.first_day or 1, (part.last_day or 0) + 1)) if _is_short(part) else set()
    days = sorted(spanned | {row.day for row in part.rows if row.day})
    cells = tuple(_cell(outline, part, day, targets, problems, a_day) for day in days)
    tray = _cell(outline, part, UNDATED, targets, problems, None)
    rows = [row for cell in (*cells, tray) for row in cell.rows]
    row_lines = {line for row in part.rows for line in range(row.first, row.last + 1)}
    others = [each.title for each in stages_of(outline)]
    heir = others[place - 1] if place else others[1] if len(others) > 1 else ""
    return StageView(
        key=part.key,
        name=part.title,
        line=part.first,
        first_day=part.first_day,
        last_day=part.last_day,
        any_order=part.any_order,
        sign_off=part.sign_off,
        after=part.after,
        text=part.text,
        cells=cells,
        tray=tray,
        sum=total(rows),
        count=len(part.rows),
        heir=heir,
        problems=tuple(
            each for each in problems if part.first <= each.line <= part.last and each.line not in row_lines
        ),
    )


def _cell(
    outline: Outline,
    part: Part,
    day: int,
    targets: Mapping[str, Target],
    problems: Sequence[Finding],
    a_day: int | None,
) -> CellView:
    rows = tuple(row_view(row, targets, problems) for row in rows_of(part, day))
    cell = Cell(part=part.key, day=day)
    within = part.first_day is None or part.last_day is None or part.first_day <= day <= part.last_day
    summed = total(rows)
    return CellView(
        key=cell.key,
        day=day,
        rows=rows,
        sum=summed,
        standing=standing(summed.minutes, a_day),
        outside=day != UNDATED and not within,
        shift=shifted_by(outline, cell),
        removable=not rows and within and part.first_day != part.last_day,
    )


def _inner_days(items: Sequence[PathItem], targets: Mapping[str, Target]) -> frozenset[int]:
    return frozenset(day for item in items if item.target in targets for day in targets[item.target].days)


def _day(number: int, stages: Sequence[StageView], a_day: int | None, inner: frozenset[int]) -> DayView:
    cells = [(stage, cell) for stage in stages for cell in stage.cells if cell.day == number]
    rows = [row for _, cell in cells for row in cell.rows]
    summed = total(rows)
    ends = any(stage.last_day == number and stage.tray.rows for stage in stages)
    state = standing(summed.minutes, a_day)
    if not rows and number not in inner and not ends:
        state = EMPTY
    return DayView(
        number=number,
        sum=summed,
        standing=state,
        fill=min(100, round(Fraction(100 * summed.minutes, a_day))) if a_day else 0,
        anchor=f"day-{cells[0][1].key}" if cells else "",
    )


def _bands(stages: Sequence[StageView], last: int) -> tuple[Band, ...]:
    """Return the brackets under the overview; none where stages share a day, which no row of brackets can show."""
    found: list[Band] = []
    free = 1
    for stage in stages:
        if stage.first_day is None or stage.last_day is None:
            continue
        if stage.first_day < free or stage.last_day > last:
            return ()
        found.append(
            Band(
                name=stage.name,
                key=stage.key,
                days=stage.last_day - stage.first_day + 1,
                gap=stage.first_day - free,
            )
        )
        free = stage.last_day + 1
    return tuple(found)
