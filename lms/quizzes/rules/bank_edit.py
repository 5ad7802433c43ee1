"""Changing chosen questions of a file in one go, and taking them into another one. Pure: Markdown in and out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from lms.content.form_blocks import drop_id, outline
from lms.content.grammar.chips import ALL
from lms.content.grammar.front import file_language
from lms.content.grammar.writing import write_heading
from lms.content.rules.links import rebased
from lms.content.rules.links import written as link_to
from lms.content.rules.properties import joined
from lms.content.rules.tagging import listed
from lms.core.errors import Invalid
from lms.core.lines import split_lines
from lms.core.texts import text
from lms.questions.form.cards import Questions
from lms.quizzes.blueprint import Draw, write_draw

LEVELS = (1, 2, 3)
SECTION, QUESTION = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """add, remove: tags. level: "1" to "5", "0" = none, "" = as it is."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    level: str = ""

    @property
    def changes_nothing(self) -> bool:
        return not (self.add or self.remove or self.level)

    def tags(self, before: Sequence[str]) -> tuple[str, ...]:
        gone = {tag.casefold() for tag in self.remove}
        kept = [tag for tag in before if tag.casefold() not in gone]
        known = {tag.casefold() for tag in kept}
        return (*kept, *(tag for tag in self.add if tag.casefold() not in known))


def changed(source: str, path: str, lines: Collection[int], change: Change) -> str:
    """Return the source with the questions whose headings stand on these lines tagged and rated; all else as it is.

    Raises Invalid where one of them has an error that has to be mended in the source first.
    """
    language = file_language(source)
    cards = Questions(path=path, language=language)
    board = outline(source, LEVELS)
    for index, piece in enumerate(board.pieces):
        if piece.level != QUESTION or piece.heading not in lines:
            continue
        card = cards.read(piece.text)
        if card is None:
            raise Invalid(text("“%(title)s”有错，先到源码里改好。", title=piece.title))
        level = {"": card.level, "0": ""}.get(change.level, change.level)
        after = replace(card, tags=joined(change.tags(listed(card.tags)), language), level=level)
        board = board.replaced(index, board.ended(cards.written(piece.text, after)))
    return board.source


def texts_of(source: str, path: str, lines: Collection[int], to: str) -> list[str]:
    """Return the questions on these lines as they stand in the file `to`: without their ids, their links led on."""
    found = []
    for piece in outline(source, LEVELS).pieces:
        if piece.level == QUESTION and piece.heading in lines:
            found.append("\n".join(split_lines(rebased(drop_id(piece.text), path, to))))
    return found


def with_questions(source: str, texts: Sequence[str], title: str) -> str:
    """Return the source with these questions at the end of its section `title`, else in a new one at its end.

    What stands in it already, word for word, is not added once more.
    """
    board = outline(source, LEVELS)
    there = {_bare(piece.text) for piece in board.pieces if piece.level == QUESTION}
    texts = [each for each in texts if _bare(each) not in there]
    if not texts:
        return source
    at = next((n for n, each in enumerate(board.pieces) if each.level == SECTION and each.title.strip() == title), None)
    if at is not None:
        return board.inserted(board.owned(at).stop, texts, QUESTION).source
    head = write_heading(title, SECTION, [ALL.written(file_language(source))])
    return board.inserted(len(board.pieces), [head, *texts], SECTION).source


def with_lines(source: str, path: str, lines: Sequence[Draw], title: str) -> str:
    """Return the source with a section at its end that draws these lines, but for those that it has already.

    path: of the file, for its links.
    """
    language = file_language(source)
    there = set(split_lines(source))
    every = [write_draw(replace(line, link=link_to(path, line.target)), language) for line in lines]
    written = [each for each in every if each not in there]
    if not written:
        return source
    board = outline(source, LEVELS)
    section = write_heading(title, SECTION) + "\n\n" + "\n".join(written)
    return board.inserted(len(board.pieces), [section], SECTION).source


def _bare(question: str) -> str:
    return "\n".join(split_lines(drop_id(question))).strip()
