"""What the planning board shows: each stage with its days, each day with its minutes against the promise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.content.form import Target, TargetsOf
from lms.content.grammar.findings import Finding
from lms.learning.form.days import UNDATED, Cell, Shift, rows_of, shifted_by
from lms.learning.form.fields import MOST_DAYS
from lms.learning.form.outline import Outline, Part, drawn_from, read_outline
from lms.learning.form.showing import Problem, RowView, Sum, gap, row_view, shown, standing, total
from lms.learning.form.stages import stages_of
from lms.learning.lint import ItemsOf, empty_days, lint_stages
from lms.learning.spec import curriculum
from lms.learning.spec.items import PathItem

MOST_CELLS = 62
"""Days of one stage that are shown while nothing lies on them; a longer span shows those with something due."""

EMPTY = "empty"
_EMPTY_DAYS = "L412"  # shown at each of the days


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """One day of one stage. outside: the stage has no such day; empty: nothing is due on it, as the linter sees it.

    gap: minutes over the promise of a day, below 0 what is missing. shift: what a day before it would move.
    """

    key: str
    day: int
    rows: tuple[RowView, ...]
    sum: Sum
    standing: str
    gap: int
    outside: bool
    empty: bool
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
    problems: tuple[Problem, ...]

    @property
    def next_day(self) -> int:
        return (self.last_day or 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """One day of all stages. fill: 0–100, how full its bar is. anchor: the cell to go to, "" where no stage has it."""

    number: int
    sum: Sum
    standing: str
    gap: int
    fill: int
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Days of the overview under one stage, for its bracket."""

    name: str
    key: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """drawn: names the text. promise: minutes of the front matter, a_day: promise ÷ days, None = none."""

    drawn: str
    promise: int | None
    a_day: int | None
    sum: Sum
    standing: str
    days: tuple[DayView, ...]
    bands: tuple[Band, ...]
    stages: tuple[StageView, ...]
    problems: tuple[Problem, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(stage.name for stage in self.stages)


def board(source: str, path: str, targets: TargetsOf) -> Board:
    outline = read_outline(source, path)
    stages = stages_of(outline)
    items = [item for part in stages for item in part.items]
    found = targets({item.target for item in items})
    findings = [*curriculum.parse(source, path).findings, *_linted(outline, found)]
    problems = [shown(finding) for finding in findings if finding.code != _EMPTY_DAYS]
    idle = empty_days([part.spec() for part in stages], _items_of(found))
    last = _last_day(stages)
    a_day = round(Fraction(outline.minutes, last)) if outline.minutes and last else None
    seen = _Seen(outline=outline, targets=found, problems=problems, a_day=a_day)
    views = tuple(_stage(seen, part, place, idle[place]) for place, part in enumerate(stages))
    rows = [row for stage in views for cell in (*stage.cells, stage.tray) for row in cell.rows]
    days = tuple(_day(number, views, a_day) for number in range(1, last + 1))
    summed = total(rows)
    covered = {line for part in stages for line in range(part.first, part.last + 1)}
    return Board(
        drawn=drawn_from(source),
        promise=outline.minutes,
        a_day=a_day,
        sum=summed,
        standing=standing(summed.minutes, outline.minutes),
        days=days,
        bands=_bands(views, last),
        stages=views,
        problems=tuple(shown(each) for each in findings if each.line not in covered and each.code.startswith("L")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    outline: Outline
    targets: Mapping[str, Target]
    problems: Sequence[Problem]
    a_day: int | None


def _linted(outline: Outline, targets: Mapping[str, Target]) -> list[Finding]:
    def minutes_of(path: str) -> int | None:
        return (targets[path].minutes or None) if path in targets else None

    specs = [part.spec() for part in stages_of(outline)]
    return lint_stages(specs, outline.minutes, minutes_of, _items_of(targets))


def _items_of(targets: Mapping[str, Target]) -> ItemsOf:
    """Return what asks for the items of a course; only their days are known."""

    def items_of(path: str) -> Sequence[PathItem]:
        days = targets[path].days if path in targets else ()
        return [PathItem(target=path, link="", title="", day=day) for day in days]

    return items_of


def _last_day(stages: Sequence[Part]) -> int:
    """Return the last day that is shown: of the stages, or of an item that lies behind them."""
    spans = [part.last_day for part in stages if part.last_day and _is_short(part)]
    dated = [row.day for part in stages for row in part.rows if row.day]
    return min(max([*spans, *dated], default=0), MOST_DAYS)


def _is_short(part: Part) -> bool:
    return part.first_day is not None and part.last_day is not None and part.last_day - part.first_day < MOST_CELLS


def _stage(seen: _Seen, part: Part, place: int, idle: Sequence[int]) -> StageView:
    spanned = set(range(part.first_day or 1, (part.last_day or 0) + 1)) if _is_short(part) else set()
    days = sorted(spanned | {row.day for row in part.rows if row.day})
    cells = tuple(_cell(seen, part, day, day in idle) for day in days)
    tray = _cell(seen, part, UNDATED, False)
    rows = [row for cell in (*cells, tray) for row in cell.rows]
    row_lines = {line for row in part.rows for line in range(row.first, row.last + 1)}
    others = [each.title for each in stages_of(seen.outline)]
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
            each for each in seen.problems if part.first <= each.line <= part.last and each.line not in row_lines
        ),
    )


def _cell(seen: _Seen, part: Part, day: int, empty: bool) -> CellView:
    rows = tuple(row_view(row, seen.targets, seen.problems) for row in rows_of(part, day))
    cell = Cell(part=part.key, day=day)
    within = part.first_day is None or part.last_day is None or part.first_day <= day <= part.last_day
    promise = seen.a_day if day != UNDATED else None
    summed = total(rows)
    return CellView(
        key=cell.key,
        day=day,
        rows=rows,
        sum=summed,
        standing=EMPTY if empty else standing(summed.minutes, promise),
        gap=gap(summed.minutes, promise),
        outside=day != UNDATED and not within,
        empty=empty,
        shift=shifted_by(seen.outline, cell),
        removable=not rows and within and part.first_day != part.last_day,
    )


def _day(number: int, stages: Sequence[StageView], a_day: int | None) -> DayView:
    cells = [cell for stage in stages for cell in stage.cells if cell.day == number]
    summed = total(row for cell in cells for row in cell.rows)
    empty = all(cell.empty for cell in cells)
    return DayView(
        number=number,
        sum=summed,
        standing=EMPTY if empty else standing(summed.minutes, a_day),
        gap=gap(summed.minutes, a_day),
        fill=min(100, round(Fraction(100 * summed.minutes, a_day))) if a_day else 0,
        anchor=f"day-{cells[0].key}" if cells else "",
    )


def _bands(stages: Sequence[StageView], last: int) -> tuple[Band, ...]:
    """Return the brackets under the overview; none where stages do not follow each other day by day."""
    found: list[Band] = []
    free = 1
    for stage in stages:
        if stage.first_day is None or stage.last_day is None:
            continue
        if stage.first_day != free or stage.last_day > last:
            return ()
        found.append(
            Band(
                name=stage.name,
                key=stage.key,
                days=stage.last_day - stage.first_day + 1,
            )
        )
        free = stage.last_day + 1
    return tuple(found)
