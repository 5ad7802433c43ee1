"""What the readers of text and XML share: a question is made, settled and listed, or refused with its reason. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from lms.core.errors import TooLarge, Unreadable
from lms.core.sheets.read import decode
from lms.core.texts import Text, text
from lms.questions.spec import Question
from lms.quizzes.importers import build
from lms.quizzes.importers.reading import (
    MOST_QUESTIONS,
    Imported,
    Picture,
    Refused,
    Taken,
    Where,
    excerpt_of,
)

MOST_BYTES = 5_000_000
"""Of a text file: ten times the largest bank that was met."""
TOO_LONG = text("这道题太长（超过 %(most)s 个字），请写短些。", most=build.LONGEST_TEXT)


class Unfit(Exception):
    """A question that can't be taken, and how to mend it."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Made:
    """A question as its reader understood it. notes: what of it was read otherwise, or left out."""

    question: Question
    notes: tuple[Text, ...] = ()


@dataclass(slots=True)
class Collector:
    """What a reader has found so far."""

    questions: list[Imported] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)

    def take(self, where: Where, words: str, section: str, make: Callable[[], Made]) -> None:
        """List the question that `make` returns, or why there is none. Raises TooLarge for too many of them."""
        if len(self.questions) + len(self.refused) >= MOST_QUESTIONS:
            raise TooLarge(text("文件里超过 %(most)s 道题，请分成几个文件再传。", most=MOST_QUESTIONS), code="too_many")
        try:
            made = make()
            settled = build.settled(made.question)
            if not isinstance(settled, Text):  # a list behind text is parted from it only once it was read
                settled = build.settled(settled)
        except Unfit as unfit:
            settled = unfit.reason
        except (Unreadable, TooLarge) as error:  # Markdown or HTML that is made to be slow
            settled = error.message
        if isinstance(settled, Text):
            self.refuse(where, settled, words, section)
        else:
            self.questions.append(Imported(question=settled, where=where, section=section, notes=made.notes))

    def refuse(self, where: Where, reason: Text, words: str, section: str = "") -> None:
        self.refused.append(Refused(where=where, reason=reason, excerpt=excerpt_of(words[:400]), section=section))

    def note(self, note: Text) -> None:
        """Say something about the file as a whole, once."""
        if note not in self.notes:
            self.notes.append(note)

    def taken(self) -> Taken:
        return Taken(
            questions=tuple(self.questions),
            refused=tuple(self.refused),
            notes=tuple(self.notes),
            pictures=self.pictures,
        )


def text_of(data: bytes) -> str:
    """Return what a text file says, its line ends as `\\n`: by its mark, else UTF-8, else GB18030.

    Raises TooLarge; Unreadable for what is empty or no text.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge(text("文件超过 %(most)s MB，请分成几个文件再传。", most=MOST_BYTES // 1_000_000))
    try:
        found = decode(data)
    except Unreadable as error:
        if error.code == "old_format":
            raise
        raise Unreadable(text("这不是文本文件，或文字编码读不了。请另存为 UTF-8 的 .txt 再传。")) from error
    found = found.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if not found.strip():
        raise Unreadable(text("文件是空的。请确认选的是填好的那一份。"))
    return found


def distinct(notes: Iterable[Text | None]) -> tuple[Text, ...]:
    return tuple(dict.fromkeys(note for note in notes if note is not None))


def with_gap(stem: str) -> str:
    """Return the text of a fill-in question that has a gap: one behind its first line where there was none."""
    heading, _, below = stem.partition("\n")
    return f"{heading}____\n{below}" if below else f"{heading}____"


def joined(sources: Sequence[str]) -> str:
    """Return pieces of Markdown as paragraphs of one text."""
    return "\n\n".join(source.strip() for source in sources if source.strip())
