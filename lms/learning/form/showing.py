"""What the templates of both forms show of one row, and of minutes against a promise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.content.form import Target
from lms.content.grammar.findings import Finding, Severity
from lms.core.texts import Text, text
from lms.learning.form.fields import need_of
from lms.learning.form.outline import Row
from lms.learning.lint import TOLERANCE

FITS, OVER, UNDER, NOTHING = "fits", "over", "under", "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A finding, shown where it belongs: without the words that say its line."""

    line: int
    is_error: bool
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row. state: draft | published | archived | missing | unreadable. minutes: that count, None = not said.

    own_minutes, day: as written in the row, "" = nothing. kind, slug: of its document, "" where there is none.
    advice: what to do about a target that a learner could not open. inner_day: the last day that its course names.
    """

    key: str
    line: int
    path: str
    title: str
    source: str
    kind: str
    slug: str
    state: str
    need: str
    minutes: int | None
    own_minutes: str
    day: str
    advice: Text | None
    problems: tuple[Problem, ...]
    inner_day: int = 0

    @property
    def is_readable(self) -> bool:
        return self.state != "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Minutes of what is required, apart from what is optional; unknown: how many required ones say none."""

    minutes: int = 0
    optional: int = 0
    unknown: int = 0


def shown(finding: Finding) -> Problem:
    inner = finding.message.values.get("problem")
    message = inner if isinstance(inner, Text) else finding.message
    return Problem(line=finding.line, is_error=finding.severity is Severity.ERROR, message=message)


def row_view(row: Row, targets: Mapping[str, Target], problems: Iterable[Problem]) -> RowView:
    item = row.item
    own = tuple(each for each in problems if row.first <= each.line <= row.last)
    if item is None:
        return RowView(
            key=row.key, line=row.first, path="", title="", source=row.source, kind="", slug="",
            state="unreadable", need="", minutes=None, own_minutes="", day="", advice=None, problems=own,
        )  # fmt: skip
    target = targets.get(item.target)
    known = (target.minutes or None) if target else None
    state = target.state if target else "missing"
    days = target.days if target else ()
    return RowView(
        key=row.key,
        line=row.first,
        path=item.target,
        title=item.title,
        source=row.source,
        kind=target.kind if target else "",
        slug=target.slug if target else "",
        state=state,
        need=need_of(item),
        minutes=item.minutes if item.minutes is not None else known,
        own_minutes="" if item.minutes is None else str(item.minutes),
        day="" if item.day is None else str(item.day),
        advice=_advice(state, item.target),
        problems=own,
        inner_day=max(days, default=0),
    )


def total(rows: Iterable[RowView]) -> Sum:
    """Return what rows add up to; one that can't be read counts as one that says nothing."""
    minutes = optional = unknown = 0
    for row in rows:
        if row.need == "optional":
            optional += row.minutes or 0
        else:
            minutes += row.minutes or 0
            unknown += row.minutes is None
    return Sum(minutes=minutes, optional=optional, unknown=unknown)


def gap(minutes: int, promise: int | None) -> int:
    """Return by how many minutes a promise is missed; 0 where it is kept or none was made."""
    return 0 if standing(minutes, promise) in (FITS, NOTHING) else minutes - (promise or 0)


def standing(minutes: int, promise: int | None) -> str:
    """Return whether minutes keep a promise, with the linter's tolerance; NOTHING where no promise was made."""
    if not promise:
        return NOTHING
    if abs(minutes - promise) <= promise * TOLERANCE:
        return FITS
    return OVER if minutes > promise else UNDER


def _advice(state: str, path: str) -> Text | None:
    match state:
        case "missing":
            return text("找不到“%(path)s”。请移除，或换成现有的内容。", path=path)
        case "archived":
            return text("已归档，学员打不开。请恢复它，或从这里移除。")
        case "draft":
            return text("还是草稿，学员打不开。请先发布它。")
        case _:
            return None
