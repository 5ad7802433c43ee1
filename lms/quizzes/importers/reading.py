"""What every reader returns and every writer takes. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from lms.core.texts import Text, text
from lms.questions.spec import Question

MOST_QUESTIONS = 1_000
"""Of one file; a larger one is refused as a whole, with TooLarge."""
LONGEST_EXCERPT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where a question stands in its file: line (text, XML), row (sheet) or item (the how-manieth), each from 1.

    label: what else names it: the sheet, the file in an archive, the question's own name; "" for nothing.
    """

    line: int | None = None
    row: int | None = None
    item: int | None = None
    label: str = ""

    @property
    def number(self) -> int:
        return self.line or self.row or self.item or 0

    @property
    def words(self) -> Text:
        if self.row is not None:
            place = text("第 %(n)s 行", n=self.row)
        elif self.line is not None:
            place = text("第 %(n)s 行", n=self.line)
        else:
            place = text("第 %(n)s 题", n=self.item or 1)
        return text("%(label)s %(place)s", label=self.label, place=place) if self.label else place


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a question. words: what it shows, "" where nobody said. suffix: ".png"."""

    data: bytes
    suffix: str
    words: str = ""

    @property
    def target(self) -> str:
        """What the Markdown of a question that was read writes for it, until it lies beside the document."""
        return f"files/import-{sha256(self.data).hexdigest()[:16]}{self.suffix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A question that can be taken as it is. section: title of its section or category, "" for none.

    notes: what of it was read otherwise than it was written, or left out.
    """

    question: Question
    where: Where
    section: str = ""
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A question that can't be taken. reason: what is wrong and how to mend it. excerpt: how it begins.

    cells: what could be read of it, by the keys of the columns of `sheet`, so that it can be mended in Excel.
    """

    where: Where
    reason: Text
    excerpt: str = ""
    section: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a file holds. notes: about the file as a whole. pictures: by the target in the Markdown of the questions."""

    questions: tuple[Imported, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[Text, ...] = ()
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    @property
    def sections(self) -> tuple[str, ...]:
        """Titles of the sections, in the order of the file."""
        return tuple(dict.fromkeys(each.section for each in self.questions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some questions under one title, to be written: each with all its tags and with what it counts, if not 1 point."""

    title: str = ""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """What is to be written. pictures: by the target in the Markdown of the questions."""

    title: str = ""
    groups: tuple[Group, ...] = ()
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for group in self.groups for question in group.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file. notes: what it does not say, a question each (“第 3 题：…”); none is lost without a note."""

    data: bytes
    notes: tuple[Text, ...] = ()


Reader = Callable[[bytes], Taken]
"""Raises Unreadable or TooLarge for a file that can't be read as a whole; nothing else."""
Writer = Callable[[Bank], Written]
"""Raises nothing."""
Sniff = Callable[[str, bytes], bool]
"""Says by name and bytes whether a file is of this format; looks at no more than it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of file. name: in addresses and commands. words: for people. extensions: with dots, the usual first.

    reader, writer: None where it can't be read, can't be written.
    """

    name: str
    words: Text
    extensions: tuple[str, ...]
    media_type: str
    is_meant: Sniff
    reader: Reader | None = None
    writer: Writer | None = None


def excerpt_of(words: str | Sequence[str]) -> str:
    """Return how a question begins, on one line."""
    plain = " ".join((words if isinstance(words, str) else " ".join(words)).split())
    return plain if len(plain) <= LONGEST_EXCERPT else f"{plain[: LONGEST_EXCERPT - 1]}…"
