"""The canonical form of what forms write: front matter, a heading with its chips, an item with its chips.

A form writes only the blocks that it touched; `content.edit` puts them in place of the old lines.
"""

from collections.abc import Iterable, Sequence

from lms.content.grammar.chips import ID, write_chips
from lms.content.grammar.document import About, SectionSpec
from lms.content.grammar.front import Entry, write_front
from lms.content.grammar.keywords import Language, Word


class FrontWriter:
    """Collects entries in the order in which they are written; what is empty is left out."""

    def __init__(self, kind: Word, language: Language) -> None:
        self.language = language
        self._entries: list[Entry] = []
        self.one(Word.TYPE, kind.written(language))

    def one(self, word: Word, value: str | None) -> None:
        if value:
            self._entries.append(Entry(key=word.written(self.language), line=0, value=value))

    def many(self, word: Word, values: Sequence[str]) -> None:
        if values:
            self._entries.append(Entry(key=word.written(self.language), line=0, items=tuple(values)))

    def pairs(self, word: Word, values: Sequence[tuple[str, str]]) -> None:
        if values:
            self._entries.append(Entry(key=word.written(self.language), line=0, pairs=tuple(values)))

    def word(self, word: Word, value: Word | None) -> None:
        self.one(word, None if value is None else value.written(self.language))

    def words(self, word: Word, values: Sequence[Word]) -> None:
        written = [value.written(self.language) for value in values]
        if len(written) == 1:
            self.one(word, written[0])
        else:
            self.many(word, written)

    def days(self, word: Word, days: int | None) -> None:
        if days is not None:
            chinese = self.language is Language.ZH
            self.one(word, f"{days}天" if chinese else f"{days}d")

    def minutes(self, word: Word, minutes: int | None) -> None:
        if minutes is not None:
            self.one(word, written_minutes(minutes, self.language))

    def about(self, about: About) -> None:
        self.one(Word.SUMMARY, about.summary)
        self.one(Word.OWNER, about.owner)
        self.many(Word.TAGS, about.tags)
        self.many(Word.AUDIENCE, about.audience)
        self.days(Word.REVIEW_EVERY, about.review_days)

    def written(self) -> str:
        return write_front(self._entries)


def written_minutes(minutes: int, language: Language) -> str:
    """Return “120分钟”, from three whole hours on “3小时”; never days: a working day is no 24 hours."""
    chinese = language is Language.ZH
    if minutes >= 180 and minutes % 60 == 0:
        return f"{minutes // 60}{'小时' if chinese else 'h'}"
    return f"{minutes}{'分钟' if chinese else 'min'}"


def write_heading(title: str, level: int, chips: Sequence[str] = ()) -> str:
    """Return a heading and the line of its chips, if it has any."""
    heading = f"{'#' * level} {title}"
    return f"{heading}\n{write_chips(chips)}" if chips else heading


def write_section(section: SectionSpec, language: Language, chips: Sequence[str] = ()) -> str:
    """Return a section in canonical form: heading, chips, what stands under it."""
    own = [ID.written(language, id=section.id)] if section.id else []
    head = write_heading(section.title, section.level, [*chips, *own])
    if not section.source:
        return head
    gap = "\n\n" if chips or own or section.level == 1 else "\n"
    return head + gap + section.source


def write_document(front: str, parts: Iterable[str]) -> str:
    """Return a whole file: front matter, then its parts with one empty line between them."""
    return f"{front}\n" + "\n\n".join(part for part in parts if part) + "\n"
