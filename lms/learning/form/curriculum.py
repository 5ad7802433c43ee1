"""The form of a curriculum: its stages, and in each the working days with what falls due on them."""

from collections.abc import Callable

from lms.content.form import Applied, FormEditor, Values
from lms.core.errors import Invalid
from lms.core.texts import text
from lms.learning.form.adding import asked_link
from lms.learning.form.board import board
from lms.learning.form.days import Cell, day_put_in, day_taken_out, placed, read_cell, rows_of
from lms.learning.form.fields import MOST_DAYS, asked_promise, set_day, write_promise, write_row
from lms.learning.form.lines import Lines
from lms.learning.form.moving import added, removed
from lms.learning.form.outline import Outline, is_fresh, neighbour, read_outline, rekeyed
from lms.learning.form.stages import added_stage, removed_stage, stages_of, swapped, write_stages


def apply(source: str, path: str, do: str, values: Values) -> Applied:
    """Do one act; what the fields say is written first. Raises Invalid.

    Acts: "fields" | "move" (item, list, position) | "place:KEY" (place-KEY) | "remove:KEY" | "add" (add-to and what
    `adding` reads) | "insert-day:CELL" | "remove-day:CELL" | "add-stage" (new-stage) | "remove-stage:KEY" |
    "up:KEY" | "down:KEY" | "sum:MINUTES".
    """
    if not do or not is_fresh(source, values):
        return Applied(source=source)
    before = read_outline(source, path)
    source = _with_fields(source, path, before, values)
    outline = read_outline(source, path)
    act, _, written = do.partition(":")
    done = _ACTS.get(act)
    return done(source, path, before, outline, written, values) if done else Applied(source=source)


def _with_fields(source: str, path: str, outline: Outline, values: Values) -> str:
    lines = Lines(source)
    write_stages(lines, outline, values)
    after = read_outline(lines.source(), path)
    for part, now in zip(reversed(outline.parts), reversed(after.parts), strict=True):
        for row, same in zip(reversed(part.rows), reversed(now.rows), strict=True):
            write_row(lines, outline, same, _Renamed(values, row.key, same.key))
    promise = asked_promise(outline, values)
    source = lines.source()
    return source if promise is None else write_promise(source, promise, outline.language)


class _Renamed:
    """The fields of one row, whose lines have moved since the form was drawn."""

    def __init__(self, values: Values, old: str, new: str) -> None:
        self._values, self._old, self._new = values, old, new

    def get(self, key: str, default: str = "") -> str:
        # The day of an item is chosen by its place among the stages' days, never by a bare number.
        if key.startswith("day-"):
            return default
        return self._values.get(key.removesuffix(self._new) + self._old, default)

    def getlist(self, key: str) -> list[str]:
        return self._values.getlist(key.removesuffix(self._new) + self._old)


def _cell(before: Outline, outline: Outline, written: str) -> Cell | None:
    cell = read_cell(written)
    if cell is None or before.part(cell.part) is None:
        return None
    return Cell(part=rekeyed(before, outline, cell.part), day=cell.day)


def _moved(source: str, path: str, before: Outline, outline: Outline, _: str, values: Values) -> Applied:
    cell = _cell(before, outline, values.get("list", ""))
    position = values.get("position", "")
    key = rekeyed(before, outline, values.get("item", ""))
    if cell is None or outline.row(key) is None or not (position.isascii() and position.isdigit()):
        return Applied(source=source)
    source, key = placed(source, path, key, cell, int(position[:6]))
    return Applied(source=source, focus=f"handle-{key}")


def _put(source: str, path: str, before: Outline, outline: Outline, written: str, values: Values) -> Applied:
    cell = _cell(before, outline, values.get(f"place-{written}", ""))
    key = rekeyed(before, outline, written)
    found = outline.row(key)
    part = outline.part(cell.part) if cell else None
    if cell is None or part is None or found is None:
        return Applied(source=source)
    if found[0].key == part.key and (found[0].rows[found[1]].day or 0) == cell.day:
        return Applied(source=source, focus=f"open-{key}", open=key)
    source, key = placed(source, path, key, cell, len(rows_of(part, cell.day)))
    return Applied(source=source, focus=f"open-{key}", open=key)


def _removed(source: str, path: str, before: Outline, outline: Outline, written: str, _: Values) -> Applied:
    key = rekeyed(before, outline, written)
    return Applied(source=removed(source, path, key), focus=neighbour(outline, key))


def _added(source: str, path: str, before: Outline, outline: Outline, _: str, values: Values) -> Applied:
    cell = _cell(before, outline, values.get("add-to", ""))
    part = outline.part(cell.part) if cell else None
    if cell is None or part is None:
        problem = text("请选放在哪一天。")
        raise Invalid(problem, fields={"add-to": problem})
    link = asked_link(path, values, {item.target: item.title for item in part.items})
    line = set_day(link, cell.day, outline.language) if cell.day else link
    source = added(source, path, part.key, len(part.rows), line)
    row = read_outline(source, path).parts[outline.parts.index(part)].rows[-1]
    # It was written at the end of the stage; on its day it comes last.
    source, _key = placed(source, path, row.key, Cell(part=part.key, day=cell.day), len(rows_of(part, cell.day)))
    return Applied(source=source, focus=f"add-{part.key}.{cell.day}")


def _day_put_in(source: str, path: str, before: Outline, outline: Outline, written: str, _: Values) -> Applied:
    cell = _cell(before, outline, written)
    if cell is None or not 1 <= cell.day <= MOST_DAYS:
        return Applied(source=source)
    return Applied(source=day_put_in(source, path, cell), focus=f"day-{cell.key}")


def _day_taken_out(source: str, path: str, before: Outline, outline: Outline, written: str, _: Values) -> Applied:
    cell = _cell(before, outline, written)
    return Applied(source=source if cell is None else day_taken_out(source, path, cell))


def _stage_added(source: str, path: str, _: Outline, outline: Outline, __: str, values: Values) -> Applied:
    source = added_stage(source, path, values.get("new-stage", ""), "new-stage")
    return Applied(source=source, focus=f"stage-{stages_of(read_outline(source, path))[-1].key}")


def _stage_removed(source: str, path: str, before: Outline, outline: Outline, written: str, _: Values) -> Applied:
    return Applied(source=removed_stage(source, path, rekeyed(before, outline, written)))


def _stage_moved(step: int) -> Callable[[str, str, Outline, Outline, str, Values], Applied]:
    def move(source: str, path: str, before: Outline, outline: Outline, written: str, _: Values) -> Applied:
        key = rekeyed(before, outline, written)
        place = next((index for index, part in enumerate(stages_of(outline)) if part.key == key), None)
        source = swapped(source, path, key, step)
        stages = stages_of(read_outline(source, path))
        at = -1 if place is None else place + step
        return Applied(source=source, focus=f"stage-{stages[at].key}" if 0 <= at < len(stages) else "")

    return move


def _summed(source: str, path: str, _: Outline, outline: Outline, written: str, __: Values) -> Applied:
    if not (written.isascii() and written.isdigit() and 0 < int(written[:7]) < 1_000_000):
        return Applied(source=source)
    return Applied(source=write_promise(source, int(written), outline.language), focus="promise")


_ACTS: dict[str, Callable[[str, str, Outline, Outline, str, Values], Applied]] = {
    "move": _moved,
    "place": _put,
    "remove": _removed,
    "add": _added,
    "insert-day": _day_put_in,
    "remove-day": _day_taken_out,
    "add-stage": _stage_added,
    "remove-stage": _stage_removed,
    "up": _stage_moved(-1),
    "down": _stage_moved(1),
    "sum": _summed,
}

FORM = FormEditor(template="lms/learning/_curriculum_form.html", view=board, apply=apply, script="js/plan.js")
