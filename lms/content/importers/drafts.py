"""A document that an import would make: what it is called, where it goes, what it says. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from lms.content.grammar.front import Entry, write_front
from lms.content.grammar.keywords import Language, Word
from lms.content.importers.markdown import written
from lms.content.importers.pieces import Heading, Piece, words_of
from lms.content.lint import RESERVED
from lms.core.texts import Text

LONGEST_TITLE = 120
_LONGEST_NAME = 40
_PER_MINUTE = 300  # characters that somebody reads who has to remember them
KINDS: Mapping[str, Word] = {"article": Word.ARTICLE, "lesson": Word.LESSON}
"""What a file can become, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """line: of the sheet, or the number of the document in the file, from 1. slug: where it would go.

    pictures: places among the pictures of the file. chips: settings of the section that holds the whole text, () for
    none. script: the text may be sent to customers. problems: why it can't be made.
    """

    line: int
    kind: str
    title: str
    slug: str
    pieces: tuple[Piece, ...] = ()
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    chips: tuple[str, ...] = ()
    pictures: tuple[int, ...] = ()
    script: bool = False
    problems: tuple[Text, ...] = ()
    section: str = ""

    @property
    def sections(self) -> int:
        return sum(isinstance(piece, Heading) for piece in self.pieces)

    @property
    def minutes(self) -> int:
        """Minutes to read it, in steps of five."""
        length = len(self.body())
        return max(5, -(-length // (5 * _PER_MINUTE)) * 5)

    def body(self, pictures: Mapping[int, str] | None = None) -> str:
        """Return the text below the title. pictures: the Markdown of each, by its place."""
        text = written(self.pieces, pictures)
        if self.script:
            text = as_script(text)
        if self.chips:
            chips = " ".join(f"`{chip}`" for chip in self.chips)
            text = f"## {self.section}\n{chips}\n\n{text}"
        return text

    def source(self, owner: str, pictures: Mapping[int, str] | None = None) -> str:
        """Return the whole file, its keywords in Chinese. owner: employee number, "" for nobody."""
        entries = [_entry(Word.TYPE, KINDS[self.kind].zh)]
        if self.kind == "lesson":
            entries.append(_entry(Word.DURATION, f"{self.minutes}分钟"))
        if owner:
            entries.append(_entry(Word.OWNER, owner))
        for word, items in ((Word.TAGS, self.tags), (Word.ALIASES, self.aliases), (Word.APPLIES_TO, self.shops)):
            if items:
                entries.append(Entry(key=word.written(Language.ZH), line=0, items=items))
        return f"{write_front(entries)}\n# {plain_title(self.title)}\n\n{self.body(pictures)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file holds. unknown: columns that nobody asked for. needs_day_kind: dates without their kind of day."""

    drafts: tuple[Drafted, ...] = ()
    unknown: tuple[str, ...] = ()
    needs_day_kind: bool = False


def _entry(word: Word, value: str) -> Entry:
    return Entry(key=word.written(Language.ZH), line=0, value=value)


def as_script(markdown: str) -> str:
    """Return a text as one that may be copied to a customer."""
    first, *more = markdown.rstrip("\n").split("\n")
    return "\n".join([f"> 话术：{first}", *(f"> {line}".rstrip() for line in more)]) + "\n"


def plain_title(title: str) -> str:
    """Return a title that Markdown shows as it is."""
    return re.sub(r"[`*_\[\]<>|\\]", " ", title).strip().strip("#").strip() or "…"


def name_of(title: str) -> str:
    """Return a title as the last part of an address: Chinese stays, signs become one hyphen."""
    plain = re.sub(r"[^\w]+|_+", "-", normalize("NFKC", title).lower()).strip("-")[:_LONGEST_NAME].strip("-")
    return f"{plain}-1" if plain in RESERVED else plain or "1"


def slugs_of(folder: str, titles: Sequence[Sequence[str]]) -> list[str]:
    """Return an address for each draft, no two alike. titles: of its folders below `folder`, and its own."""
    taken: set[str] = set()
    found = []
    for parts in titles:
        base = "/".join(part for part in (folder.strip("/"), *map(name_of, parts)) if part)
        slug, number = base, 1
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        taken.add(slug)
        found.append(slug)
    return found


def pictures_in(pieces: Sequence[Piece]) -> tuple[int, ...]:
    """Return the places of the pictures that these pieces show."""
    found = []
    for piece in pieces:
        runs = getattr(piece, "runs", ())
        cells = [run for row in getattr(piece, "rows", ()) for cell in row for run in cell]
        more = [run for several in getattr(piece, "more", ()) for run in several]
        found += [run.picture for run in (*runs, *cells, *more) if run.picture is not None]
    return tuple(dict.fromkeys(found))


def title_of(piece: Piece) -> str:
    return words_of(piece.runs)[:LONGEST_TITLE] if isinstance(piece, Heading) else ""
