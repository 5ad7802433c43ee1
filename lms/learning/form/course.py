"""The form of a course: its contents in order, with what each takes and whether it has to be done."""

from dataclasses import dataclass

from lms.content.form import Applied, FormEditor, TargetsOf, Values
from lms.core.errors import Invalid
from lms.core.texts import text
from lms.learning.form.adding import asked_link
from lms.learning.form.fields import asked_promise, write_promise, write_row
from lms.learning.form.lines import Lines
from lms.learning.form.moving import added, moved, removed
from lms.learning.form.outline import Outline, Part, drawn_from, is_contents, is_fresh, neighbour, read_outline, rekeyed
from lms.learning.form.showing import Problem, RowView, Sum, row_view, shown, standing, total
from lms.learning.lint import lint_promise
from lms.learning.spec import course


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """One list of contents; a course has one."""

    key: str
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseView:
    """drawn: names the text. promise: minutes of the front matter, None = none. problems: of the whole."""

    drawn: str
    promise: int | None
    sum: Sum
    standing: str
    lists: tuple[Contents, ...]
    problems: tuple[Problem, ...]

    @property
    def count(self) -> int:
        return sum(len(each.rows) for each in self.lists)


def view(source: str, path: str, targets: TargetsOf) -> CourseView:
    outline = read_outline(source, path)
    parts = _parts(outline)
    items = [item for part in parts for item in part.items]
    found = targets({item.target for item in items})
    findings = course.parse(source, path).findings
    problems = [shown(finding) for finding in findings]
    lists = tuple(
        Contents(key=part.key, rows=tuple(row_view(row, found, problems) for row in part.rows)) for part in parts
    )
    summed = total(row for each in lists for row in each.rows)
    lines = {line for part in parts for row in part.rows for line in range(row.first, row.last + 1)}
    off = lint_promise(
        outline.minutes, items, lambda target: found[target].minutes or None if target in found else None
    )
    return CourseView(
        drawn=drawn_from(source),
        promise=outline.minutes,
        sum=summed,
        standing=standing(summed.minutes, outline.minutes),
        lists=lists,
        problems=tuple(
            shown(each) for each in (*findings, *off) if each.line not in lines and each.code.startswith("L")
        ),
    )


def apply(source: str, path: str, do: str, values: Values) -> Applied:
    """Do one act: "fields" | "move" | "remove:KEY" | "add" | "sum:MINUTES"; what the fields say is written first.

    Raises Invalid.
    """
    if not do or not is_fresh(source, values):
        return Applied(source=source)
    before = read_outline(source, path)
    source = _with_fields(source, before, values)
    outline = read_outline(source, path)
    act, _, written = do.partition(":")
    match act:
        case "move":
            item, to = (rekeyed(before, outline, values.get(name, "")) for name in ("item", "list"))
            return _moved(source, path, outline, item, to, values.get("position", ""))
        case "remove":
            key = rekeyed(before, outline, written)
            return Applied(source=removed(source, path, key), focus=neighbour(outline, key))
        case "add":
            return _added(source, path, values)
        case "sum" if written.isascii() and written.isdigit() and 0 < int(written[:7]) < 1_000_000:
            return Applied(source=write_promise(source, int(written), outline.language), focus="promise")
        case _:
            return Applied(source=source)


def _parts(outline: Outline) -> list[Part]:
    return [part for part in outline.parts if is_contents(part)]


def _with_fields(source: str, outline: Outline, values: Values) -> str:
    lines = Lines(source)
    for part in reversed(_parts(outline)):
        for row in reversed(part.rows):
            write_row(lines, outline, row, values)
    source = lines.source()
    promise = asked_promise(outline, values)
    if promise is None:
        return source
    return write_promise(source, promise, outline.language)


def _moved(source: str, path: str, outline: Outline, key: str, to: str, place: str) -> Applied:
    found, goal = outline.row(key), outline.part(to)
    if found is None or goal is None or not (place.isascii() and place.isdigit()):
        return Applied(source=source)
    at = min(int(place[:6]), len(goal.rows) - (found[0].key == goal.key))
    source = moved(source, path, key, goal.key, at)
    after = read_outline(source, path).parts[outline.parts.index(goal)]
    return Applied(source=source, focus=f"handle-{after.rows[at].key}")


def _added(source: str, path: str, values: Values) -> Applied:
    outline = read_outline(source, path)
    parts = _parts(outline)
    if not parts:
        raise Invalid(text("缺少“## 内容”这一节，请先在源码里写上。"))
    part = parts[-1]
    taken = {item.target: item.title for each in parts for item in each.items}
    link = asked_link(path, values, taken)
    source = added(source, path, part.key, len(part.rows), link)
    return Applied(source=source, focus="add-search")


FORM = FormEditor(template="lms/learning/_course_form.html", view=view, apply=apply, script="js/plan.js")
