"""Lessons, tasks, courses and curricula in the editor's preview, as a learner sees them. Pure."""

from collections.abc import Iterator, Sequence

from lms.content.grammar.document import SectionSpec
from lms.content.learner import Facts, Listed, Piece, Ticked, Words
from lms.content.sections import top_level
from lms.core.texts import Text, text
from lms.learning.spec.course import CourseSpec
from lms.learning.spec.curriculum import CurriculumSpec, StageSpec
from lms.learning.spec.items import PathItem
from lms.learning.spec.lesson import LessonSpec
from lms.learning.spec.task import ConfirmedBy, Evidence, TaskSpec
from lms.questions.learner import asked

_CONFIRMED = {
    ConfirmedBy.MENTOR: text("由带教人确认"),
    ConfirmedBy.TRAINER: text("由本期培训师确认"),
    ConfirmedBy.SELF: text("由自己确认"),
}
_EVIDENCE = {Evidence.WRITING: text("要交文字"), Evidence.PHOTO: text("要交照片")}


def lesson_pieces(spec: LessonSpec) -> tuple[Piece, ...]:
    checks = [asked(question, number) for number, question in enumerate(spec.self_checks, start=1)]
    heading = [Words(title="", level=2, note=text("自测，不计分"))] if checks else []
    return (_length(spec.minutes), Words(html=spec.intro.html), *_sections(spec.sections), *heading, *checks)


def task_pieces(spec: TaskSpec) -> tuple[Piece, ...]:
    facts = (_minutes(spec.minutes), _CONFIRMED[spec.confirmed_by], *(_EVIDENCE[each] for each in spec.evidence))
    return (Facts(texts=facts), Words(html=spec.html), *(Ticked(html=item.html) for item in spec.checklist))


def course_pieces(spec: CourseSpec) -> tuple[Piece, ...]:
    facts = [_minutes(spec.minutes)] if spec.minutes else []
    facts.append(text("%(count)s 项", count=len(spec.items)))
    return (
        Facts(texts=tuple(facts)),
        Words(html=spec.intro.html),
        *(_item(item) for item in spec.items),
        *_sections(spec.sections),
    )


def curriculum_pieces(spec: CurriculumSpec) -> tuple[Piece, ...]:
    facts = [_minutes(spec.minutes)] if spec.minutes else []
    facts.append(text("%(count)s 个阶段", count=len(spec.stages)))
    pieces: list[Piece] = [Facts(texts=tuple(facts)), Words(html=spec.intro.html)]
    for stage in spec.stages:
        pieces.append(Words(title=stage.name, level=2, html=stage.html, note=_days(stage)))
        pieces += [_item(item) for item in stage.items]
    return tuple(pieces)


def _length(minutes: int) -> Facts:
    return Facts(texts=(_minutes(minutes),))


def _minutes(minutes: int) -> Text:
    if minutes >= 120 and minutes % 60 == 0:
        return text("约 %(hours)s 小时", hours=minutes // 60)
    return text("约 %(minutes)s 分钟", minutes=minutes)


def _sections(sections: Sequence[SectionSpec]) -> Iterator[Words]:
    top = top_level(sections)
    for section in sections:
        yield Words(title=section.title, level=min(6, max(2, section.level - top + 2)), html=section.html)


def _item(item: PathItem) -> Listed:
    return Listed(
        target=item.target,
        title=item.title,
        required=item.required,
        must_read=item.must_read,
        minutes=item.minutes,
        day=item.day,
    )


def _days(stage: StageSpec) -> Text | None:
    if stage.first_day is None:
        return None
    if stage.last_day is None or stage.last_day == stage.first_day:
        return text("第 %(day)s 天", day=stage.first_day)
    return text("第 %(first)s–%(last)s 天", first=stage.first_day, last=stage.last_day)
