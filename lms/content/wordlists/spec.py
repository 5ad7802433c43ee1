"""A word list as its owner wrote it: reading it from Markdown, writing it back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import StrEnum

from lms.content.grammar.blocks import Block, BlockKind, Item
from lms.content.grammar.chips import ID
from lms.content.grammar.document import About, Parsed, SectionSpec
from lms.content.grammar.inline import read_label, split_alternatives, split_arrow
from lms.content.grammar.keywords import Language, Word, find_word
from lms.content.grammar.reading import Reading, Section, section_id
from lms.content.grammar.writing import FrontWriter, write_document, write_heading
from lms.core.markup_tree import HeadingIds
from lms.core.texts import text

BASES = (Word.LAW, Word.PLATFORM_RULE, Word.COMPANY_RULE)
_COMMAS = re.compile(r"[|｜、，,;；]")
_SPACES = re.compile(r"\s+")
_GROUND = re.compile(r"\s*[，,：:]\s*|\s+|(?=[《（(“「])")  # what parts the kind of a basis from the rule's own name


class ListKind(StrEnum):
    BANNED = "banned"  # 禁用语: what may not be promised, and what is said instead
    SYNONYMS = "synonyms"  # 同义词: each group means the same
    DICTIONARY = "dictionary"  # 词典: terms that are never cut in two


_WORD_OF = {
    ListKind.BANNED: Word.BANNED,
    ListKind.SYNONYMS: Word.SYNONYMS,
    ListKind.DICTIONARY: Word.DICTIONARY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WordEntry:
    """One line of a list. words: the first one and its other spellings. instead: what is said in their place.

    basis: a keyword of BASES in English, "" where none is given. ground: the rule that says so: 《广告法》第九条.
    line: 1-based.
    """

    words: tuple[str, ...]
    instead: str = ""
    basis: str = ""
    ground: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordSection(SectionSpec):
    """A heading with its entries. source, html: what is explained beside them."""

    entries: tuple[WordEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WordListSpec:
    """intro: what stands between the title and the first heading below it."""

    title: str
    about: About
    list: ListKind
    intro: WordSection
    sections: tuple[WordSection, ...] = ()

    @property
    def entries(self) -> Iterator[WordEntry]:
        for section in (self.intro, *self.sections):
            yield from section.entries


def parse(source: str, path: str) -> Parsed[WordListSpec]:
    """Read a word list. path: in the repository, for its relative links."""
    reading = Reading(source, path)
    reading.allow((Word.WORDS,))
    named = reading.choice(Word.WORDS, tuple(_WORD_OF.values())) if reading.required(Word.WORDS) else None
    kind = next((kind for kind, word in _WORD_OF.items() if word is named), ListKind.BANNED)
    ids = HeadingIds()
    sections = [_section(reading, section, ids, kind) for section in reading.sections()]
    spec = WordListSpec(
        title=reading.title(),
        about=reading.about(),
        list=kind,
        intro=sections[0],
        sections=tuple(sections[1:]),
    )
    return reading.finish(spec)


def write(spec: WordListSpec, language: Language = Language.ZH) -> str:
    """Return the list in canonical form."""
    front = FrontWriter(Word.WORDS, language)
    front.word(Word.WORDS, _WORD_OF[spec.list])
    front.about(spec.about)
    return write_document(front.written(), [_written(each, language) for each in (spec.intro, *spec.sections)])


def words_in(written: str, kind: ListKind) -> tuple[str, ...]:
    """Return the words of a line, each once. In a banned phrase a comma is a comma; elsewhere it parts two words."""
    parts = split_alternatives(written) if kind is ListKind.BANNED else _COMMAS.split(written)
    words = (_SPACES.sub(" ", part).strip() for part in parts)
    return tuple(word for word in words if word)


def entry_of(written: str, kind: ListKind) -> WordEntry:
    """Return the entry that a line says, without what is nested under it. No words where it says nothing."""
    arrow = split_arrow(written) if kind is ListKind.BANNED else None
    left, right = arrow or (written, "")
    return WordEntry(words=words_in(left, kind), instead=_SPACES.sub(" ", right).strip())


def entry_lines(entry: WordEntry, language: Language) -> list[str]:
    """Return the lines of an entry in canonical form."""
    words = " | ".join(word.replace("|", "\\|") for word in entry.words)
    lines = [f"- {words} => {entry.instead}" if entry.instead else f"- {words}"]
    basis = next((word for word in BASES if word.en == entry.basis), None)
    if basis is not None:
        colon = "：" if language is Language.ZH else ": "
        ground = f" {entry.ground}" if entry.ground else ""
        lines.append(f"    - {Word.BASIS.written(language)}{colon}{basis.written(language)}{ground}")
    return lines


def basis_of(item: Item) -> tuple[str, str] | None:
    """Return the basis nested under an entry and its ground, "" without one; None where something else stands there."""
    if not item.kids:
        return "", ""
    inner = [each for block in item.kids for each in block.items]
    label = read_label(inner[0].text, (Word.BASIS,)) if len(item.kids) == len(inner) == 1 else None
    if label is None or inner[0].kids:
        return None
    words, _, ground = _GROUND.sub(" ", label[2], count=1).partition(" ")
    basis = find_word(words, BASES)
    return None if basis is None else (basis.en, _SPACES.sub(" ", ground).strip())


def _section(reading: Reading, section: Section, ids: HeadingIds, kind: ListKind) -> WordSection:
    chips = reading.chips(section.chips, (ID,))
    reading.note_id(section_id(chips))
    prose = [block for block in section.blocks if not block.is_list]
    plain = reading.compiled(section, ids, chips, prose)
    values = {each.name: getattr(plain, each.name) for each in fields(plain)}
    entries = [entry for block in section.blocks if block.is_list for entry in _entries(reading, block, kind)]
    return WordSection(**values, entries=tuple(entries))


def _entries(reading: Reading, block: Block, kind: ListKind) -> Iterator[WordEntry]:
    if block.kind is not BlockKind.BULLET:
        reading.error("C182", block.first, text("词条每行用 - 开头，例如“- 退款 | 退钱”。"))
        return
    for item in block.items:
        if item.checked is not None:
            reading.error("C182", item.first, text("词条前面不要方框，写成“- 退款 | 退钱”。"))
            continue
        entry = entry_of(item.text, kind)
        if not entry.words:
            reading.error("C183", item.first, text("这一行没有词，请写上或删去。"))
            continue
        if kind is not ListKind.BANNED and split_arrow(item.text):
            reading.error("C184", item.first, text("同义词和词典里不写“=>”，几个说法用 | 分开。"))
            continue
        basis = basis_of(item) if kind is ListKind.BANNED else None if item.kids else ("", "")
        if basis is None:
            _refuse_nested(reading, item, kind)
            continue
        yield WordEntry(words=entry.words, instead=entry.instead, basis=basis[0], ground=basis[1], line=item.first)


def _refuse_nested(reading: Reading, item: Item, kind: ListKind) -> None:
    line = item.kids[0].first
    if kind is ListKind.BANNED:
        every = "、".join(word.written(reading.language) for word in BASES)
        problem = text("词条下面只写一行“依据：…”，可用：%(every)s，后面可以写规则的名称。", every=every)
        reading.error("C185", line, problem)
    else:
        reading.error("C185", line, text("同义词和词典的词条下面不再写别的。"))


def _written(section: WordSection, language: Language) -> str:
    chips = [ID.written(language, id=section.id)] if section.id else []
    lines = "\n".join(line for entry in section.entries for line in entry_lines(entry, language))
    head = write_heading(section.title, section.level, chips)
    return "\n\n".join(part for part in (head, section.source, lines) if part)
