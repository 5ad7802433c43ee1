"""Drills, so far: stored, versioned and shown as source; only what every kind has is read."""

from dataclasses import dataclass

from lms.content.grammar.document import About, Parsed, SectionSpec
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Word
from lms.content.grammar.reading import Reading
from lms.core.markup_tree import HeadingIds

_DRILL_WORDS = (
    Word.TIME, Word.CUSTOMER, Word.MOOD, Word.RUBRIC, Word.PASS, Word.CHANNEL, Word.INTERRUPTIBLE, Word.CONCURRENT,
    Word.WORD_LIST, Word.COMPETENCIES, Word.DURATION,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """sections: headings and where they stand; their Markdown as written, nothing compiled."""

    title: str
    about: About
    sections: tuple[SectionSpec, ...] = ()


def parse_drill(source: str, path: str) -> Parsed[SourceSpec]:
    """Read the properties, the title and the scenes' names of a drill."""
    reading = Reading(source, path, scenes=True)
    reading.allow(_DRILL_WORDS)
    ids = HeadingIds()
    sections = []
    for section in reading.sections():
        title = plain_text(section.title)
        sections.append(
            SectionSpec(
                title=title,
                anchor=ids.id_of(title),
                level=section.level or 1,
                source=reading.body(section.blocks),
                first=section.first,
                last=section.last,
            )
        )
    return reading.finish(SourceSpec(title=reading.title(), about=reading.about(), sections=tuple(sections)))
