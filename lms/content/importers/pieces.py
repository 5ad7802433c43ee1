"""What a foreign document is read into: a flat list of blocks, each with its runs of text. Pure.

Flat, because our Markdown is: a list item knows its level, a quoted paragraph its quote. What other formats nest
deeper (a table in a list item) simply comes behind.
"""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of text with one look. href: "" = no link. picture: its place in `Read.pictures`, None for text.

    is_break: a line break, text is then "".
    """

    text: str = ""
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    href: str = ""
    picture: int | None = None
    is_break: bool = False


Runs: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """level: 1 to 6 as written."""

    level: int
    runs: Runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """quote: number of the quote in which it stands, 0 = none; two quotes in a row differ."""

    runs: Runs
    quote: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a list. level: from 1. number: as it was counted, None for a bullet. letter: counted A, B, C.

    checked: None = no box. more: paragraphs below the first one.
    """

    level: int
    runs: Runs
    number: int | None = None
    letter: bool = False
    checked: bool | None = None
    more: tuple[Runs, ...] = ()
    quote: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """rows: the first one is the head; all have as many cells."""

    rows: tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    lines: str
    language: str = ""


Piece: TypeAlias = Heading | Paragraph | Entry | Table | Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that came along. words: what it shows, "" where nobody said."""

    data: bytes
    suffix: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What did not come along. pictures: only an address, or no picture for a page. objects: videos, cards, maps."""

    pictures: int = 0
    objects: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    pieces: tuple[Piece, ...] = ()
    pictures: tuple[Picture, ...] = ()
    left_out: LeftOut = field(default_factory=LeftOut)


def words_of(runs: Runs) -> str:
    """Return the text alone."""
    return "".join(" " if run.is_break else run.text for run in runs).strip()
