"""A lesson as a form: its sections as cards of Markdown, its self-checks as questions. Pure."""

from dataclasses import dataclass
from functools import partial

from lms.content import form_acts
from lms.content.form import Applied, FormEditor, TargetsOf, Values
from lms.content.form_acts import SECTIONS, Board, CardType, Open
from lms.content.form_blocks import Outline, outline
from lms.content.form_text import TextLine, Texts, text_line, tools_of
from lms.content.grammar.front import file_language
from lms.content.grammar.keywords import Word, find_word
from lms.core.texts import Text
from lms.learning.form.sections import Sections
from lms.questions.form.cards import Questions
from lms.questions.form.checks import Checks, checks_of

LEVELS = (1, 2, 3)
HEAD = Texts(name="head", level=1, below=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonForm:
    """parts: the sections in order, among them the self-checks. tools: what can be put into a body."""

    parts: tuple[TextLine | Checks, ...]
    tools: tuple[tuple[Text, str], ...]

    @property
    def has_checks(self) -> bool:
        return any(isinstance(part, Checks) for part in self.parts)

    @property
    def lists(self) -> tuple[tuple[str, str], ...]:
        return tuple((part.ref, part.title) for part in self.parts if isinstance(part, Checks))


def is_check(title: str) -> bool:
    return find_word(title, (Word.SELF_CHECK,)) is not None


def view(source: str, path: str, targets: TargetsOf) -> LessonForm:
    """Return the lesson as the form shows it, as far as it can be read."""
    language = file_language(source)
    found = outline(source, LEVELS, is_check)
    parts: list[TextLine | Checks] = []
    number = 0
    for index, piece in enumerate(found.pieces):
        if piece.level == 3:
            continue
        if piece.level == 1 or not is_check(piece.title):
            parts.append(text_line(found, index, HEAD if piece.level == 1 else Sections(path=path, language=language)))
            continue
        checks = checks_of(found, index, number, path, language)
        number += len(checks.lines)
        parts.append(checks)
    return LessonForm(parts=tuple(parts), tools=tools_of(Word.LESSON, source))


def apply(source: str, path: str, do: str, values: Values) -> Applied:
    """Do one act of the form; `check` adds the heading for self-checks."""
    make = partial(_board, path)
    if do == "check":
        found = make(source).outline
        written = f"## {Word.SELF_CHECK.written(file_language(source))}"
        source = found.inserted(len(found.pieces), [written], 2).source
        return Applied(source=source, focus="add-question", open=form_acts.refused(make, source, values))
    return form_acts.apply(make, source, do, values)


def typed(source: str, path: str, values: Values) -> Open | None:
    return form_acts.refused(partial(_board, path), source, values)


def _board(path: str, source: str) -> Board:
    language = file_language(source)
    question = Questions(path=path, language=language, counted=False)
    section = Sections(path=path, language=language)

    def type_at(found: Outline, index: int) -> CardType | None:
        piece = found.pieces[index]
        if piece.level == 1:
            return HEAD
        if piece.level == 3:
            return question
        return None if is_check(piece.title) else section

    types: dict[str, CardType] = {"head": HEAD, "section": section, "question": question}
    return Board(outline=outline(source, LEVELS, is_check), types=types, type_at=type_at, place_of=_place_of)


def _place_of(found: Outline, type: CardType, where: str) -> int:
    if where != SECTIONS:
        return found.owned(found.find(where)).stop
    checks = [index for index, piece in enumerate(found.pieces) if piece.level == 2 and is_check(piece.title)]
    return checks[-1] if checks else len(found.pieces)  # what is to be checked stands before its check


FORM = FormEditor(template="lms/learning/_lesson_form.html", view=view, apply=apply, typed=typed)
