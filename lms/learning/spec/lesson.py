"""A lesson: text to read with self-checks that are not graded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lms.content.grammar.amounts import read_minutes
from lms.content.grammar.chips import ID, WATCHED, find_chips, read_chip
from lms.content.grammar.document import About, Parsed, SectionSpec
from lms.content.grammar.files import shown_file, stray_watched
from lms.content.grammar.keywords import Language, Word, language_of
from lms.content.grammar.reading import Reading, Section, section_id
from lms.content.grammar.writing import FrontWriter, write_document, write_heading, write_section
from lms.core.markup_tree import HeadingIds
from lms.core.texts import text
from lms.questions.parse.self_checks import take_self_checks
from lms.questions.spec import Question

_HEADING_FORMS = (ID, WATCHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A video or sound that has to be seen. target: its path in the repository. percent: 1–100, of its length."""

    target: str
    percent: int
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSpec:
    """minutes: how long it takes, at least 1. self_checks: questions whose answers are shown and not counted.

    check_source: their Markdown as written. watches: what has to be watched before the lesson counts as read.
    """

    title: str
    about: About
    minutes: int
    competencies: tuple[str, ...] = ()
    intro: SectionSpec
    sections: tuple[SectionSpec, ...] = ()
    watches: tuple[Watch, ...] = ()
    self_checks: tuple[Question, ...] = ()
    check_source: str = ""


def parse(source: str, path: str) -> Parsed[LessonSpec]:
    """Read a lesson. path: in the repository, for its relative links."""
    reading = Reading(source, path)
    reading.allow((Word.DURATION, Word.COMPETENCIES, Word.APPLIES_TO))
    reading.required(Word.DURATION)
    ids = HeadingIds()
    checks = take_self_checks(reading)
    shown = [_section(reading, section, ids) for section in checks.sections]
    watches = [watch for section in checks.sections for watch in _watches(reading, section)]
    _once(reading, watches)
    spec = LessonSpec(
        title=reading.title(),
        about=reading.about(),
        minutes=reading.amount(Word.DURATION, read_minutes, "15分钟") or 0,
        competencies=reading.many(Word.COMPETENCIES),
        intro=shown[0],
        sections=tuple(shown[1:]),
        watches=tuple(watches),
        self_checks=checks.questions,
        check_source=checks.source,
    )
    return reading.finish(spec)


def write(spec: LessonSpec, language: Language = Language.ZH) -> str:
    """Return the lesson in canonical form."""
    front = FrontWriter(Word.LESSON, language)
    front.about(spec.about)
    front.minutes(Word.DURATION, spec.minutes)
    front.many(Word.COMPETENCIES, spec.competencies)
    parts = [write_section(_in_language(each, language), language) for each in (spec.intro, *spec.sections)]
    if spec.check_source:
        parts.append(write_heading(Word.SELF_CHECK.written(language), 2))
        parts.append(spec.check_source)
    return write_document(front.written(), parts)


def _section(reading: Reading, section: Section, ids: HeadingIds) -> SectionSpec:
    chips = reading.chips(section.chips, _HEADING_FORMS)
    reading.note_id(section_id(chips))
    for line in [line for line, value in chips if value.form is WATCHED] + list(stray_watched(reading, section.blocks)):
        reading.error("L420", line, text("“看完”写在视频链接的后面：链接单独成段，后面空一格。"))
    return reading.compiled(section, ids, chips)


def _in_language(section: SectionSpec, language: Language) -> SectionSpec:
    """Return a section whose chips behind videos are in the language of the rest."""
    lines = section.source.split("\n")
    for index, line in enumerate(lines):
        for chip in reversed(find_chips(line)):
            value = read_chip(chip.text, (WATCHED,))
            if value and language_of(chip.text) is not language:
                written = WATCHED.written(language, n=value.number())
                lines[index] = f"{lines[index][: chip.start]}`{written}`{lines[index][chip.end :]}"
    return replace(section, source="\n".join(lines))


def _watches(reading: Reading, section: Section) -> Iterator[Watch]:
    for block in section.blocks:
        file = shown_file(block, reading.path)
        if file is None or not file.chips:
            continue
        values = [(line, reading.chip(line, chip.text, (WATCHED,))) for line, chip in file.chips]
        for position, (line, value) in enumerate(value for value in values if value[1]):
            percent = value.number() if value else 0
            if not file.is_played:
                reading.error("L421", line, text("“看完”只能要求视频或音频，这个链接不是。"))
            elif not 1 <= percent <= 100:
                reading.error("L408", line, text("“看完”后面写 1%% 到 100%%。"))
            elif position:
                reading.error("L422", line, text("一个视频只写一次“看完”。"))
            else:
                yield Watch(target=file.target, percent=percent, line=line)


def _once(reading: Reading, watches: Sequence[Watch]) -> None:
    seen: set[str] = set()
    for watch in watches:
        if watch.target in seen:
            reading.error("L422", watch.line, text("一个视频只写一次“看完”。"))
        seen.add(watch.target)
