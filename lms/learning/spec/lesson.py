"""A lesson: text to read with self-checks that are not graded."""

from dataclasses import dataclass, fields

from lms.content.grammar.amounts import read_minutes
from lms.content.grammar.chips import ID, WATCHED
from lms.content.grammar.document import About, Parsed, SectionSpec
from lms.content.grammar.keywords import Language, Word, find_word
from lms.content.grammar.reading import Reading, Section, section_id
from lms.content.grammar.writing import FrontWriter, write_document, write_heading, write_section
from lms.core.markup_tree import HeadingIds
from lms.core.texts import text
from lms.questions.parse.question import parse_question
from lms.questions.spec import Question

_FORMS = (ID, WATCHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSection(SectionSpec):
    """watched: percent, 1–100, of the video that has to be seen; None: nothing is asked."""

    watched: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSpec:
    """minutes: how long it takes, at least 1. self_checks: questions whose answers are shown and not counted.

    check_source: their Markdown as written.
    """

    title: str
    about: About
    minutes: int
    competencies: tuple[str, ...] = ()
    intro: LessonSection
    sections: tuple[LessonSection, ...] = ()
    self_checks: tuple[Question, ...] = ()
    check_source: str = ""


def parse(source: str, path: str) -> Parsed[LessonSpec]:
    """Read a lesson. path: in the repository, for its relative links."""
    reading = Reading(source, path)
    reading.allow((Word.DURATION, Word.COMPETENCIES, Word.APPLIES_TO))
    reading.required(Word.DURATION)
    ids = HeadingIds()
    shown: list[LessonSection] = []
    questions: list[Question] = []
    checks: list[str] = []
    in_check = False
    for section in reading.sections():
        if section.level == 2:
            in_check = find_word(section.title, (Word.SELF_CHECK,)) is not None
        if not in_check:
            shown.append(_section(reading, section, ids))
        elif section.level == 2:
            reading.chips(section.chips, (ID,))
            _only_questions(reading, section)
        elif section.level == 3:
            checks.append("\n".join(reading.lines[section.first - 1 : section.last]))
            question = parse_question(reading, section)
            if question is not None:
                questions.append(question)
        else:
            reading.error("L407", section.first, text("自测里的题用三级标题（###）。"))
    spec = LessonSpec(
        title=reading.title(),
        about=reading.about(),
        minutes=reading.amount(Word.DURATION, read_minutes, "15分钟") or 0,
        competencies=reading.many(Word.COMPETENCIES),
        intro=shown[0],
        sections=tuple(shown[1:]),
        self_checks=tuple(questions),
        check_source="\n\n".join(checks),
    )
    return reading.finish(spec)


def write(spec: LessonSpec, language: Language = Language.ZH) -> str:
    """Return the lesson in canonical form."""
    front = FrontWriter(Word.LESSON, language)
    front.about(spec.about)
    front.minutes(Word.DURATION, spec.minutes)
    front.many(Word.COMPETENCIES, spec.competencies)
    parts = [write_section(each, language, _chips(each, language)) for each in (spec.intro, *spec.sections)]
    if spec.check_source:
        parts.append(write_heading(Word.SELF_CHECK.written(language), 2))
        parts.append(spec.check_source)
    return write_document(front.written(), parts)


def _section(reading: Reading, section: Section, ids: HeadingIds) -> LessonSection:
    chips = reading.chips(section.chips, _FORMS)
    reading.note_id(section_id(chips))
    plain = reading.compiled(section, ids, chips)
    watched = next(((line, value.number()) for line, value in chips if value.form is WATCHED), None)
    if watched and not 1 <= watched[1] <= 100:
        reading.error("L408", watched[0], text("“看完”后面写 1%% 到 100%%。"))
    values = {field.name: getattr(plain, field.name) for field in fields(plain)}
    return LessonSection(**values, watched=watched[1] if watched else None)


def _chips(section: LessonSection, language: Language) -> list[str]:
    return [] if section.watched is None else [WATCHED.written(language, n=section.watched)]


def _only_questions(reading: Reading, section: Section) -> None:
    if section.blocks:
        reading.warn("L409", section.blocks[0].first, text("“自测”下面直接写的文字不会显示，请写到题里。"))
