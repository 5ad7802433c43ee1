"""The properties in the front matter, by keyword: what a kind of document allows, asks for and means."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from lms.content.grammar.amounts import read_days
from lms.content.grammar.document import About
from lms.content.grammar.front import Entry, Front, read_front
from lms.content.grammar.keywords import Word, find_word, nearest
from lms.content.grammar.notes import Notes
from lms.content.grammar.traps import one_line
from lms.core.lines import split_lines
from lms.core.texts import text

S = TypeVar("S")

COMMON_WORDS = (
    Word.TYPE,
    Word.TITLE,
    Word.SUMMARY,
    Word.OWNER,
    Word.TAGS,
    Word.AUDIENCE,
    Word.REVIEW_EVERY,
)


class Properties(Notes):
    """The front matter of one file; a property that is missing, unknown or unreadable is noted."""

    def __init__(self, source: str) -> None:
        front, found = read_front(source)
        super().__init__(split_lines(source), front.language)
        self.front: Front = front
        self.findings.extend(found)
        self._entries: dict[Word, Entry] = {}

    def allow(self, words: Sequence[Word]) -> None:
        """Take in the front matter; a key that is none of the words is an error."""
        allowed = (*COMMON_WORDS, *words)
        for entry in self.front.entries:
            word = find_word(entry.key, allowed)
            if word is None:
                self._unknown_key(entry, allowed)
            elif word in self._entries:
                before = self._entries[word]
                self.error(
                    "C104",
                    entry.line,
                    text("“%(key)s”和第 %(before)s 行是同一个属性，请删去一处。", key=entry.key, before=before.line),
                )
            else:
                self._entries[word] = entry
                self.note_word(entry.key, entry.line)

    def _unknown_key(self, entry: Entry, allowed: Sequence[Word]) -> None:
        names = [word.written(self.language) for word in allowed]
        guess = nearest(entry.key, names)
        every = "、".join(names)
        if guess is None:
            self.error("C105", entry.line, text("没有“%(key)s”这个属性。可用：%(every)s。", key=entry.key, every=every))
            return
        new = self.lines[entry.line - 1].replace(entry.key, guess, 1)
        self.error(
            "C105",
            entry.line,
            text("没有“%(key)s”这个属性，是否“%(guess)s”？可用：%(every)s。", key=entry.key, guess=guess, every=every),
            one_line(entry.line, new, text("改为“%(guess)s”", guess=guess)),
        )

    def about(self) -> About:
        """Return what every kind may say of itself."""
        return About(
            summary=self.one(Word.SUMMARY),
            owner=self.one(Word.OWNER),
            tags=self.many(Word.TAGS),
            audience=self.many(Word.AUDIENCE),
            review_days=self.amount(Word.REVIEW_EVERY, read_days, "90天"),
        )

    def entry(self, word: Word) -> Entry | None:
        """Return the entry unless it is missing or empty."""
        entry = self._entries.get(word)
        return None if entry is None or entry.is_empty else entry

    def required(self, word: Word) -> Entry | None:
        entry = self.entry(word)
        if entry is None:
            self.error("C108", 1, text("缺少属性“%(key)s”。", key=word.written(self.language)))
        return entry

    def one(self, word: Word) -> str:
        """Return a plain value, "" if there is none."""
        entry = self.entry(word)
        if entry is None:
            return ""
        if (entry.items is not None and len(entry.items) > 1) or entry.pairs is not None:
            self.error("C107", entry.line, text("“%(key)s”只写一个。", key=entry.key))
        return entry.texts[0]

    def many(self, word: Word) -> tuple[str, ...]:
        """Return a list; “售后，退货” without brackets is one too, with a word about it."""
        entry = self.entry(word)
        if entry is None:
            return ()
        if entry.items is None and re.search("[,，、]", entry.value):
            parts = tuple(part.strip() for part in re.split("[,，、]", entry.value) if part.strip())
            new = f"{entry.key}: [{', '.join(parts)}]"
            self.warn(
                "C103",
                entry.line,
                text("属性用英文冒号加空格，列表用英文逗号。"),
                one_line(entry.line, new, text("改写这一行")),
            )
            return parts
        return tuple(dict.fromkeys(entry.texts))

    def amount(self, word: Word, read: Callable[[str], S | None], sample: str) -> S | None:
        """Return a value that `read` understands; sample: how it should be written."""
        entry = self.entry(word)
        if entry is None:
            return None
        value = read(self.one(word))
        if value is None:
            self.error(
                "C107",
                entry.line,
                text("“%(key)s”看不懂，请写成“%(key)s: %(sample)s”。", key=entry.key, sample=sample),
            )
        return value

    def choices(self, word: Word, among: Sequence[Word]) -> tuple[Word, ...]:
        """Return the keywords that a value or list names; another word is an error."""
        entry = self.entry(word)
        found: list[Word] = []
        for written in self.many(word):
            choice = find_word(written, among)
            assert entry is not None
            if choice is None:
                names = [each.written(self.language) for each in among]
                guess = nearest(written, names)
                every = "、".join(names)
                fix = None
                if guess:
                    new = self.lines[entry.line - 1].replace(written, guess, 1)
                    fix = one_line(entry.line, new, text("改为“%(guess)s”", guess=guess))
                self.error(
                    "C107",
                    entry.line,
                    text(
                        "“%(key)s”不能写“%(written)s”。可用：%(every)s。", key=entry.key, written=written, every=every
                    ),
                    fix,
                )
            elif choice not in found:
                found.append(choice)
                self.note_word(written, entry.line)
        return tuple(found)

    def choice(self, word: Word, among: Sequence[Word]) -> Word | None:
        self.one(word)
        found = self.choices(word, among)
        return found[0] if found else None
