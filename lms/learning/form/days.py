"""The days of a curriculum: an item goes to another day, a day is put in or taken out."""

from dataclasses import dataclass

from lms.core.errors import Invalid
from lms.core.texts import text
from lms.learning.form.fields import set_day
from lms.learning.form.lines import Lines
from lms.learning.form.moving import moved
from lms.learning.form.outline import Outline, Part, Row, read_outline
from lms.learning.form.stages import span, stages_of

UNDATED = 0
"""The day of what has none: the tray of its stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One day of one stage. day: 0 = its tray."""

    part: str
    day: int

    @property
    def key(self) -> str:
        return f"{self.part}.{self.day}"


def read_cell(written: str) -> Cell | None:
    part, _, day = written.partition(".")
    return Cell(part=part, day=int(day)) if day.isascii() and day.isdigit() and len(day) < 5 else None


def rows_of(part: Part, day: int) -> list[Row]:
    """Return the rows that lie on this day, in the order of the source."""
    return [row for row in part.rows if (row.day or UNDATED) == day]


def placed(source: str, path: str, key: str, cell: Cell, position: int) -> tuple[str, str]:
    """Return the source with a row on this day, `position` from 0 among the others of the day; and its new key."""
    outline = read_outline(source, path)
    found = outline.row(key)
    part = outline.part(cell.part)
    if found is None or part is None:
        return source, key
    own, at = found
    row = own.rows[at]
    others = [each for each in part.rows if each.key != key]
    here = at if own.key == part.key else None
    place = _place(part, others, cell.day, position, here)
    source = moved(source, path, key, part.key, place)
    after = read_outline(source, path)
    row = after.parts[outline.parts.index(part)].rows[place]
    if row.item is not None and row.item.day != (cell.day or None):
        lines = Lines(source)
        line = lines.text(row.first, row.text_last)
        lines.rewrite(row.first, row.text_last, set_day(line, cell.day or None, outline.language))
        source = lines.source()
    return source, row.key


def _place(part: Part, others: list[Row], day: int, position: int, here: int | None) -> int:
    """Return where among the other rows of the stage: between its neighbours of the day, in the order of days.

    Where several places are as good, the one that is nearest to where it lies, so that nothing moves needlessly.
    """
    mates = [index for index, row in enumerate(others) if (row.day or UNDATED) == day]
    position = max(0, min(position, len(mates)))
    low = mates[position - 1] + 1 if position else 0
    high = mates[position] if position < len(mates) else len(others)
    mine = _due(part, day)
    dues = [_due(part, row.day or UNDATED) for row in others]
    wrong = sum(due < mine for due in dues[low:])
    best, least = low, wrong
    for place in range(low + 1, high + 1):
        wrong += (dues[place - 1] > mine) - (dues[place - 1] < mine)
        if wrong < least or (wrong == least and _is_nearer(place, best, here, position, len(mates))):
            best, least = place, wrong
    return best


def _is_nearer(place: int, best: int, here: int | None, position: int, mates: int) -> bool:
    if here is not None:
        return abs(place - here) < abs(best - here)
    return position == mates and mates == 0


def _due(part: Part, day: int) -> int:
    """Return by when something is due: without a day of its own, at the end of the stage."""
    return day or part.last_day or 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a day that is put in would move."""

    items: int
    stages: int


def shifted_by(outline: Outline, cell: Cell) -> Shift:
    """Return how many items would be due a day later, and how many stages begin later."""
    stages = stages_of(outline)
    items = sum(1 for part in stages for row in part.rows if row.day is not None and row.day >= cell.day)
    begin = sum(
        1 for part in stages if part.key != cell.part and part.first_day is not None and part.first_day >= cell.day
    )
    return Shift(items=items, stages=begin)


def day_put_in(source: str, path: str, cell: Cell) -> str:
    """Return the source with an empty day before `cell.day`, in the stage of the cell; all later days move on."""
    outline = read_outline(source, path)
    lines = Lines(source)
    for part in reversed(stages_of(outline)):
        _shift_rows(lines, outline, part, cell.day, 1)
        if part.first_day is None or part.last_day is None:
            continue
        first, last = part.first_day, part.last_day
        if part.key == cell.part:
            span(lines, part, first, last + (last >= cell.day - 1), outline.language)
        else:
            span(lines, part, first + (first >= cell.day), last + (last >= cell.day), outline.language)
    return lines.source()


def day_taken_out(source: str, path: str, cell: Cell) -> str:
    """Return the source without this day; all later days move up. Raises Invalid while anything lies on it."""
    outline = read_outline(source, path)
    stages = stages_of(outline)
    if any(row.day == cell.day for part in stages for row in part.rows):
        raise Invalid(text("第 %(day)s 天还有内容，请先移到别的天。", day=cell.day))
    alone = next((part for part in stages if part.first_day == part.last_day == cell.day), None)
    if alone is not None:
        raise Invalid(text("“%(stage)s”只有这一天，请改它的天数或删除阶段。", stage=alone.title))
    lines = Lines(source)
    for part in reversed(stages):
        _shift_rows(lines, outline, part, cell.day, -1)
        if part.first_day is None or part.last_day is None:
            continue
        first, last = part.first_day, part.last_day
        span(lines, part, first - (first > cell.day), last - (last >= cell.day), outline.language)
    return lines.source()


def _shift_rows(lines: Lines, outline: Outline, part: Part, day: int, by: int) -> None:
    for row in reversed(part.rows):
        if row.day is not None and row.day >= day:
            line = lines.text(row.first, row.text_last)
            lines.rewrite(row.first, row.text_last, set_day(line, row.day + by, outline.language))
