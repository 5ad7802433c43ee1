"""A course: documents in the order in which they are learned."""

from dataclasses import dataclass

from lms.content.grammar.amounts import read_minutes
from lms.content.grammar.chips import ID
from lms.content.grammar.document import About, Parsed, SectionSpec
from lms.content.grammar.keywords import Language, Word, find_word
from lms.content.grammar.reading import Reading, Section
from lms.content.grammar.writing import FrontWriter, write_document, write_heading, write_section
from lms.core.markup_tree import HeadingIds
from lms.core.texts import text
from lms.learning.spec.items import PathItem, not_items, read_path_items, write_item


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSpec:
    """minutes: the whole course, None = the sum of its items. sections: texts beside the list of contents."""

    title: str
    about: About
    minutes: int | None = None
    competencies: tuple[str, ...] = ()
    intro: SectionSpec
    sections: tuple[SectionSpec, ...] = ()
    items: tuple[PathItem, ...] = ()


def parse(source: str, path: str) -> Parsed[CourseSpec]:
    """Read a course. path: in the repository, for its relative links."""
    reading = Reading(source, path)
    reading.allow((Word.DURATION, Word.COMPETENCIES, Word.POSITIONS, Word.QUARTER))
    ids = HeadingIds()
    texts: list[SectionSpec] = []
    items: tuple[PathItem, ...] = ()
    contents = [each for each in reading.sections() if find_word(each.title, (Word.CONTENTS,)) and each.level == 2]
    for section in reading.sections():
        chips = reading.chips(section.chips, (ID,))
        if section in contents:
            items = (*items, *_contents(reading, section))
        else:
            texts.append(reading.compiled(section, ids, chips))
    if not contents:
        reading.error("L404", 1, text("缺少“## 内容”，请在下面用有序列表写出课时、任务、测验的链接。"))
    spec = CourseSpec(
        title=reading.title(),
        about=reading.about(),
        minutes=reading.amount(Word.DURATION, read_minutes, "3小时"),
        competencies=reading.many(Word.COMPETENCIES),
        intro=texts[0],
        sections=tuple(texts[1:]),
        items=items,
    )
    return reading.finish(spec)


def write(spec: CourseSpec, language: Language = Language.ZH) -> str:
    """Return the course in canonical form."""
    front = FrontWriter(Word.COURSE, language)
    front.about(spec.about)
    front.minutes(Word.DURATION, spec.minutes)
    front.many(Word.COMPETENCIES, spec.competencies)
    contents = [write_heading(Word.CONTENTS.written(language), 2)]
    contents += [write_item(item, f"{number}.", language) for number, item in enumerate(spec.items, start=1)]
    parts = [write_section(spec.intro, language), "\n".join(contents)]
    parts += [write_section(section, language) for section in spec.sections]
    return write_document(front.written(), parts)


def _contents(reading: Reading, section: Section) -> tuple[PathItem, ...]:
    items = read_path_items(reading, section.blocks)
    extra = not_items(section.blocks)
    if extra:
        reading.warn("L406", extra[0].first, text("“内容”下面只写列表，这里的文字不会显示。"))
    if not any(block.is_list for block in section.blocks):
        reading.error("L404", section.first, text("“内容”下面还没有课时、任务或测验的链接。"))
    return items
