"""A curriculum: stages of days, each with courses, tasks, quizzes and drills to complete."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lms.content.grammar.amounts import read_minutes
from lms.content.grammar.chips import AFTER, ANY_ORDER, DAYS, ID, SIGN_OFF, ChipValue
from lms.content.grammar.document import About, Parsed, SectionSpec
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Language, Word, nearest
from lms.content.grammar.reading import Reading, Section, section_id
from lms.content.grammar.traps import one_line
from lms.content.grammar.writing import FrontWriter, write_document, write_heading, write_section
from lms.core.markup_tree import HeadingIds
from lms.core.texts import text
from lms.learning.spec.items import PathItem, not_items, read_path_items, write_item

_STAGE_FORMS = (DAYS, ANY_ORDER, AFTER, SIGN_OFF, ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSpec:
    """Working days first_day..last_day of the person, from 1, both included; None where no days are given.

    after: names of the stages that have to be complete before this one opens. source, html: text above the items.
    """

    id: str | None = None
    name: str
    first_day: int | None = None
    last_day: int | None = None
    any_order: bool = False
    after: tuple[str, ...] = ()
    sign_off: bool = False
    source: str = ""
    html: str = ""
    items: tuple[PathItem, ...] = ()
    first: int = field(default=0, compare=False)
    last: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurriculumSpec:
    """positions: for whom, as written. minutes: the promised length; None = none was promised."""

    title: str
    about: About
    positions: tuple[str, ...] = ()
    quarter: str = ""
    minutes: int | None = None
    competencies: tuple[str, ...] = ()
    intro: SectionSpec
    stages: tuple[StageSpec, ...] = ()


def parse(source: str, path: str) -> Parsed[CurriculumSpec]:
    """Read a curriculum. path: in the repository, for its relative links."""
    reading = Reading(source, path)
    reading.allow((Word.POSITIONS, Word.DURATION, Word.QUARTER, Word.COMPETENCIES))
    opening, *rest = reading.sections()
    reading.chips(opening.chips, (ID,))
    stages = []
    for section in rest:
        if section.level != 2:
            reading.error("L416", section.first, text("阶段用二级标题（##），下面直接写列表。"))
        else:
            stages.append(_stage(reading, section))
    _check_names(reading, stages, rest)
    if not rest:
        reading.error("L404", 1, text("还没有阶段，请写“## 阶段名”，在下面列出课程、任务和测验的链接。"))
    spec = CurriculumSpec(
        title=reading.title(),
        about=reading.about(),
        positions=reading.many(Word.POSITIONS),
        quarter=reading.one(Word.QUARTER),
        minutes=reading.amount(Word.DURATION, read_minutes, "80小时"),
        competencies=reading.many(Word.COMPETENCIES),
        intro=reading.compiled(opening, HeadingIds()),
        stages=tuple(stages),
    )
    return reading.finish(spec)


def write(spec: CurriculumSpec, language: Language = Language.ZH) -> str:
    """Return the curriculum in canonical form."""
    front = FrontWriter(Word.CURRICULUM, language)
    front.about(spec.about)
    front.many(Word.POSITIONS, spec.positions)
    front.one(Word.QUARTER, spec.quarter)
    front.minutes(Word.DURATION, spec.minutes)
    front.many(Word.COMPETENCIES, spec.competencies)
    parts = [write_section(spec.intro, language)]
    parts += [write_stage(stage, language) for stage in spec.stages]
    return write_document(front.written(), parts)


def write_stage(stage: StageSpec, language: Language = Language.ZH) -> str:
    """Return one stage in canonical form, without an empty line at its end."""
    chips = []
    if stage.first_day is not None:
        span = {"a": stage.first_day}
        if stage.last_day != stage.first_day and stage.last_day is not None:
            span["b"] = stage.last_day
        chips.append(DAYS.written(language, **span))
    if stage.any_order:
        chips.append(ANY_ORDER.word.written(language))
    chips.extend(AFTER.written(language, text=name) for name in stage.after)
    if stage.sign_off:
        chips.append(SIGN_OFF.word.written(language))
    if stage.id:
        chips.append(ID.written(language, id=stage.id))
    items = "\n".join(write_item(item, "-", language) for item in stage.items)
    return "\n\n".join(part for part in (write_heading(stage.name, 2, chips), stage.source, items) if part)


def _stage(reading: Reading, section: Section) -> StageSpec:
    chips = reading.chips(section.chips, _STAGE_FORMS)
    own = section_id(chips)
    reading.note_id(own)
    first_day, last_day = _days(reading, chips)
    items = read_path_items(reading, section.blocks)
    if not any(block.is_list for block in section.blocks):
        reading.error("L404", section.first, text("“%(stage)s”下面还没有课程、任务或测验的链接。", stage=section.title))
    body = reading.body(not_items(section.blocks))
    forms = [value.form for _, value in chips]
    return StageSpec(
        id=own[0] if own else None,
        name=plain_text(section.title),
        first_day=first_day,
        last_day=last_day,
        any_order=ANY_ORDER in forms,
        after=tuple(value.values["text"].strip() for _, value in chips if value.form is AFTER),
        sign_off=SIGN_OFF in forms,
        source=body,
        html=reading.html(body),
        items=items,
        first=section.first,
        last=section.last,
    )


def _days(reading: Reading, chips: Sequence[tuple[int, ChipValue]]) -> tuple[int | None, int | None]:
    spans = [(line, value) for line, value in chips if value.form is DAYS]
    if not spans:
        return None, None
    line, value = spans[0]
    first = value.number("a")
    last = value.number("b") if value.values.get("b") else first
    if len(spans) > 1:
        reading.error("L417", spans[1][0], text("一个阶段只写一次天数。"))
    if not 1 <= first <= last:
        reading.error("L417", line, text("“%(chip)s”看不懂，天数从 1 开始，先小后大，如“第1-3天”。", chip=value.chip))
    return first, last


def _check_names(reading: Reading, stages: Sequence[StageSpec], sections: Sequence[Section]) -> None:
    names = [stage.name for stage in stages]
    lines = {plain_text(section.title): section.chips for section in sections}
    for index, stage in enumerate(stages):
        if stage.name in names[:index]:
            reading.error("L418", stage.first, text("有两个阶段都叫“%(stage)s”，请改名。", stage=stage.name))
        for name in stage.after:
            if name not in names:
                line = next((line for line, chip in lines.get(stage.name, ()) if name in chip), stage.first)
                _unknown_stage(reading, line, name, [other for other in names if other != stage.name])


def _unknown_stage(reading: Reading, line: int, name: str, names: Sequence[str]) -> None:
    guess = nearest(name, names)
    if guess is None:
        reading.error("L419", line, text("没有“%(stage)s”这个阶段。", stage=name))
        return
    new = reading.lines[line - 1].replace(name, guess, 1)
    reading.error(
        "L419",
        line,
        text("没有“%(stage)s”这个阶段，是否“%(guess)s”？", stage=name, guess=guess),
        one_line(line, new, text("改为“%(guess)s”", guess=guess)),
    )
