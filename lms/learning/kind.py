"""What the store, the editor and the duties need to know of lessons, tasks, courses and curricula."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from lms.content.grammar.document import About, Parsed
from lms.content.grammar.findings import Finding
from lms.content.grammar.keywords import Word
from lms.content.kinds import Kind, MinutesOf
from lms.content.parts import Meta, PartSpec
from lms.content.rules.parts import section_parts
from lms.content.steps import Step
from lms.learning.form import course as course_form
from lms.learning.form import curriculum as curriculum_form
from lms.learning.form import lesson as lesson_form
from lms.learning.form import task as task_form
from lms.learning.learner import course_pieces, curriculum_pieces, lesson_pieces, task_pieces
from lms.learning.lint import lint_paths
from lms.learning.spec import course, curriculum, lesson, task
from lms.learning.spec.course import CourseSpec
from lms.learning.spec.curriculum import CurriculumSpec, StageSpec
from lms.learning.spec.items import PathItem
from lms.learning.spec.lesson import LessonSpec
from lms.learning.spec.task import TaskSpec
from lms.questions.keyed import keyed as keyed_view
from lms.questions.lint import lint_questions
from lms.questions.parts import keyed, match_questions, question_parts


def _meta(title: str, about: About, minutes: int) -> Meta:
    return Meta(
        title=title,
        summary=about.summary,
        minutes=minutes,
        tags=about.tags,
        audience=about.audience,
        owner=about.owner,
        review_days=about.review_days,
    )


# lessons and tasks


def _lesson_meta(spec: LessonSpec) -> Meta:
    return _meta(spec.title, spec.about, spec.minutes)


def _lesson_parts(spec: LessonSpec) -> tuple[PartSpec, ...]:
    return (*section_parts(spec.sections), *question_parts(spec.self_checks))


def _lesson_with_keys(spec: LessonSpec, keys: Mapping[int, str]) -> LessonSpec:
    return replace(spec, self_checks=keyed(spec.self_checks, keys))


def _lesson_lint(spec: LessonSpec) -> tuple[Finding, ...]:
    return tuple(lint_questions(spec.self_checks))


def _task_meta(spec: TaskSpec) -> Meta:
    return _meta(spec.title, spec.about, spec.minutes)


# courses and curricula


def _minutes(items: Iterable[PathItem]) -> int:
    return sum(item.minutes or 0 for item in items if item.required)


def _course_meta(spec: CourseSpec) -> Meta:
    return _meta(spec.title, spec.about, spec.minutes or _minutes(spec.items))


def _course_parts(spec: CourseSpec) -> tuple[PartSpec, ...]:
    return section_parts(spec.sections)


def _course_steps(spec: CourseSpec) -> tuple[Step, ...]:
    return tuple(_step(item) for item in spec.items)


def _curriculum_meta(spec: CurriculumSpec) -> Meta:
    return _meta(
        spec.title, spec.about, spec.minutes or _minutes(item for stage in spec.stages for item in stage.items)
    )


def _curriculum_steps(spec: CurriculumSpec) -> tuple[Step, ...]:
    places = {stage.name: place for place, stage in enumerate(spec.stages)}
    found: list[Step] = []
    for place, stage in enumerate(spec.stages):
        common = _stage_step(stage, place, places)
        found.extend(_step(item, common) for item in stage.items)
        if stage.sign_off:
            found.append(replace(common, title=stage.name, sign_off=True))
    return tuple(found)


def _stage_step(stage: StageSpec, place: int, places: Mapping[str, int]) -> Step:
    """Return what every step of a stage has in common."""
    return Step(
        stage=place,
        stage_name=stage.name,
        after=max((places[name] for name in stage.after if name in places), default=None),
        in_order=not stage.any_order,
        last_day=stage.last_day,
    )


def _step(item: PathItem, common: Step | None = None) -> Step:
    return replace(
        common or Step(),
        target=item.target,
        title=item.title,
        required=item.required,
        must_read=item.must_read,
        day=item.day,
        minutes=item.minutes,
    )


def _curriculum_positions(spec: CurriculumSpec) -> tuple[str, ...]:
    return spec.positions


def _lint(parsed: Mapping[str, Parsed[Any]], minutes_of: MinutesOf) -> Iterable[tuple[str, Finding]]:
    return lint_paths(parsed, minutes_of)


LESSON = Kind(
    name="lesson",
    word=Word.LESSON,
    folder="courses",
    spec=LessonSpec,
    parse=lesson.parse,
    meta=_lesson_meta,
    parts=_lesson_parts,
    with_keys=_lesson_with_keys,
    match=match_questions,
    lint=_lesson_lint,
    safe_view=lesson_pieces,
    keyed=keyed_view,
    form=lesson_form.FORM,
    open_endpoint="learning.lesson",
)
TASK = Kind(
    name="task",
    word=Word.TASK,
    folder="courses",
    spec=TaskSpec,
    parse=task.parse,
    meta=_task_meta,
    safe_view=task_pieces,
    form=task_form.FORM,
    open_endpoint="learning.task",
)
COURSE = Kind(
    name="course",
    word=Word.COURSE,
    folder="courses",
    spec=CourseSpec,
    parse=course.parse,
    meta=_course_meta,
    parts=_course_parts,
    whole=_lint,
    expand=_course_steps,
    rank=1,
    safe_view=course_pieces,
    form=course_form.FORM,
    open_endpoint="learning.course",
)
CURRICULUM = Kind(
    name="curriculum",
    word=Word.CURRICULUM,
    folder="courses",
    spec=CurriculumSpec,
    parse=curriculum.parse,
    meta=_curriculum_meta,
    expand=_curriculum_steps,
    positions=_curriculum_positions,
    rank=2,
    safe_view=curriculum_pieces,
    form=curriculum_form.FORM,
    open_endpoint="learning.curriculum",
)
KINDS = (LESSON, TASK, COURSE, CURRICULUM)
