"""Questions under a heading 自测: not counted, and no part of the text that is read."""

from collections.abc import Iterator
from dataclasses import dataclass

from lms.content.grammar.blocks import BlockKind, scan
from lms.content.grammar.chips import ID
from lms.content.grammar.keywords import Word, find_word
from lms.content.grammar.reading import Reading, Section
from lms.core.lines import split_keeping_ends
from lms.core.texts import text
from lms.questions.parse.question import parse_question
from lms.questions.spec import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfChecks:
    """sections: all that is read, in order. source: the Markdown of the questions as written."""

    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    source: str


def is_self_check(title: str) -> bool:
    return find_word(title, (Word.SELF_CHECK,)) is not None


def take_self_checks(reading: Reading) -> SelfChecks:
    """Return the sections of a document with its self-checks taken out of them."""
    sections: list[Section] = []
    questions: list[Question] = []
    written: list[str] = []
    inside = False
    for section in reading.sections():
        if section.level == 2:
            inside = is_self_check(section.title)
        if not inside:
            sections.append(section)
        elif section.level == 2:
            reading.chips(section.chips, (ID,))
            _only_questions(reading, section)
        elif section.level == 3:
            written.append("\n".join(reading.lines[section.first - 1 : section.last]))
            question = parse_question(reading, section)
            if question is not None:
                questions.append(question)
        else:
            reading.error("L407", section.first, text("自测里的题用三级标题（###）。"))
    return SelfChecks(sections=tuple(sections), questions=tuple(questions), source="\n\n".join(written))


def _only_questions(reading: Reading, section: Section) -> None:
    if section.blocks:
        reading.warn("L409", section.blocks[0].first, text("“自测”下面直接写的文字不会显示，请写到题里。"))


def without_self_checks(source: str) -> str:
    """Return a source as it may be given to who reads it: without the questions and their keys."""
    return "".join(line for line, inside in _lines(source) if not inside)


def only_self_checks(source: str) -> str:
    """Return what `without_self_checks` leaves out."""
    return "".join(line for line, inside in _lines(source) if inside)


def _lines(source: str) -> Iterator[tuple[str, bool]]:
    heads = {block.first: block for block in scan(source) if block.kind is BlockKind.HEADING}
    inside = False
    for number, line in enumerate(split_keeping_ends(source), start=1):
        block = heads.get(number)
        if block is not None and block.level <= 2:
            inside = block.level == 2 and is_self_check(block.text)
        yield line, inside
