"""What is wrong with a course or a curriculum as a whole: stages, days, minutes. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.content.grammar.document import Parsed
from lms.content.grammar.findings import Finding, Severity
from lms.core.texts import Text, text
from lms.learning.spec.course import CourseSpec
from lms.learning.spec.curriculum import CurriculumSpec, StageSpec
from lms.learning.spec.items import PathItem
from lms.learning.spec.lesson import LessonSpec
from lms.learning.spec.task import TaskSpec

# A promise of 80 hours is kept by 76 to 84: items are planned in quarters of an hour.
TOLERANCE = Fraction(5, 100)

MinutesOf = Callable[[str], int | None]
ItemsOf = Callable[[str], Sequence[PathItem]]


def lint_paths(
    parsed: Mapping[str, Parsed[Any]], other: MinutesOf = lambda path: None
) -> Iterator[tuple[str, Finding]]:
    """Yield findings of every course and curriculum by path. other: minutes of documents of other kinds."""
    specs = {path: each.spec for path, each in parsed.items() if each.spec is not None}

    def minutes_of(path: str) -> int | None:
        spec = specs.get(path)
        match spec:
            case LessonSpec() | TaskSpec():
                return spec.minutes
            case CourseSpec():
                # A course inside itself would never end: its items count by what they say of themselves.
                return spec.minutes or planned_minutes(spec.items, lambda inner: _own_minutes(specs.get(inner)))[0]
            case _:
                return other(path)

    def items_of(path: str) -> Sequence[PathItem]:
        spec = specs.get(path)
        return spec.items if isinstance(spec, CourseSpec) else ()

    for path, spec in specs.items():
        if isinstance(spec, CurriculumSpec):
            yield from ((path, finding) for finding in lint_curriculum(spec, minutes_of, items_of))
        elif isinstance(spec, CourseSpec):
            yield from ((path, finding) for finding in lint_course(spec, minutes_of))


def lint_course(spec: CourseSpec, minutes_of: MinutesOf) -> list[Finding]:
    """Return whether the items fill the promised time."""
    return lint_promise(spec.minutes, spec.items, minutes_of)


def lint_curriculum(spec: CurriculumSpec, minutes_of: MinutesOf, items_of: ItemsOf) -> list[Finding]:
    """Return stages that wait for themselves, items due too early, empty days, a promise that is not kept.

    minutes_of, items_of: minutes of a document, items of a course, by path.
    """
    return lint_stages(spec.stages, spec.minutes, minutes_of, items_of)


def lint_stages(
    stages: Sequence[StageSpec], promised: int | None, minutes_of: MinutesOf, items_of: ItemsOf
) -> list[Finding]:
    """Return the same of stages alone, for a form that shows a curriculum with errors. promised: in minutes."""
    found = [*_circles(stages), *_due_days(stages), *_empty_days(stages, items_of)]
    items = [item for stage in stages for item in stage.items]
    return [*found, *lint_promise(promised, items, minutes_of)]


def planned_minutes(items: Sequence[PathItem], minutes_of: MinutesOf) -> tuple[int, int]:
    """Return the minutes of all items that are not optional, and how many of them say nothing of their length."""
    total = unknown = 0
    for item in items:
        if item.required:
            minutes = item.minutes if item.minutes is not None else minutes_of(item.target)
            total += minutes or 0
            unknown += minutes is None
    return total, unknown


def _own_minutes(spec: object) -> int | None:
    return spec.minutes if isinstance(spec, LessonSpec | TaskSpec | CourseSpec) else None


def _circles(stages: Sequence[StageSpec]) -> Iterator[Finding]:
    after = {stage.name: stage.after for stage in stages}
    for stage in stages:
        seen: set[str] = set()
        waiting = list(stage.after)
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(after.get(name, ()))
        if stage.name in seen:
            problem = text("“%(stage)s”要等它自己完成，请改“需完成”。", stage=stage.name)
            yield _finding("L410", stage.first, problem, Severity.ERROR)


def _due_days(stages: Sequence[StageSpec]) -> Iterator[Finding]:
    last_due = {
        stage.name: max((_due(stage, item) or 0 for item in stage.items if item.required), default=0)
        for stage in stages
    }
    for stage in stages:
        opens = max([stage.first_day or 1, *(last_due.get(name, 0) for name in stage.after)])
        for item in stage.items:
            if item.day is None:
                continue
            if item.day < opens:
                problem = text(
                    "“%(item)s”要求第 %(day)s 天完成，但这个阶段第 %(opens)s 天才开始。",
                    item=item.title,
                    day=item.day,
                    opens=opens,
                )
                yield _finding("L411", item.first, problem, Severity.ERROR)
            elif stage.last_day is not None and item.day > stage.last_day:
                problem = text(
                    "“%(item)s”要求第 %(day)s 天完成，但这个阶段第 %(last)s 天就结束了。",
                    item=item.title,
                    day=item.day,
                    last=stage.last_day,
                )
                yield _finding("L414", item.first, problem, Severity.ERROR)


def empty_days(stages: Sequence[StageSpec], items_of: ItemsOf) -> list[list[int]]:
    """Return the days of each stage on which nothing is due: on them nobody notices a colleague who has stopped."""
    due: set[int] = set()
    for stage in stages:
        for item in stage.items:
            day = _due(stage, item)
            due.update(each for each in (day, *(inner.day for inner in items_of(item.target))) if each)
    return [[day for day in _days(stage) if day not in due] for stage in stages]


def _days(stage: StageSpec) -> range:
    if stage.first_day is None or stage.last_day is None:
        return range(0)
    return range(stage.first_day, min(stage.last_day, stage.first_day + 400) + 1)


def _empty_days(stages: Sequence[StageSpec], items_of: ItemsOf) -> Iterator[Finding]:
    for stage, empty in zip(stages, empty_days(stages, items_of), strict=True):
        if empty:
            days = "、".join(str(day) for day in empty[:10])
            problem = text("第 %(days)s 天没有要完成的内容，请安排到这一天或调整天数。", days=days)
            yield _finding("L412", stage.first, problem, Severity.WARNING)


def lint_promise(promised: int | None, items: Sequence[PathItem], minutes_of: MinutesOf) -> list[Finding]:
    """Return whether the items that are not optional fill the promised minutes; None = nothing was promised."""
    if promised is None:
        return []
    total, unknown = planned_minutes(items, minutes_of)
    if abs(total - promised) <= promised * TOLERANCE:
        return []
    if not unknown:
        problem = text(
            "时长写的是 %(promised)s 分钟，必修内容加起来是 %(total)s 分钟，请改成一致。",
            promised=promised,
            total=total,
        )
        return [_finding("L413", 1, problem, Severity.WARNING)]
    problem = text(
        "时长写的是 %(promised)s 分钟，必修内容加起来是 %(total)s 分钟，有 %(unknown)s 项没写时长，请改时长或补上。",
        promised=promised,
        total=total,
        unknown=unknown,
    )
    return [_finding("L413", 1, problem, Severity.WARNING)]


def _due(stage: StageSpec, item: PathItem) -> int | None:
    return item.day if item.day is not None else stage.last_day


def _finding(code: str, line: int, problem: Text, severity: Severity) -> Finding:
    message = text("第 %(line)s 行：%(problem)s", line=line, problem=problem)
    return Finding(code=code, line=line, message=message, severity=severity)
