"""The collapsed questions of a form: one line each, with type, points and state. Pure."""

from dataclasses import dataclass

from lms.content.form_blocks import Outline
from lms.content.grammar.findings import Finding
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Language
from lms.core.lines import split_lines
from lms.core.texts import Text
from lms.questions.form.layout import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """line: in the whole source, from 1."""

    line: int
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question. kind: "" where it is unreadable. points: "" = as its section. source: only if it has errors."""

    ref: str
    index: int
    number: int
    title: str
    line: int
    kind: str = ""
    points: str = ""
    level: str = ""
    tags: str = ""
    problems: tuple[Problem, ...] = ()
    source: tuple[str, ...] = ()


def line_of(outline: Outline, index: int, number: int, path: str, language: Language) -> Line:
    """Return the line of the question at a place. number: among all questions, from 1."""
    piece = outline.pieces[index]
    found = read(piece.text, path, language)
    title = plain_text(piece.title)
    ref = outline.ref(index)
    if found.card is None:
        errors = found.errors or found.findings
        return Line(
            ref=ref,
            index=index,
            number=number,
            title=title,
            line=piece.heading,
            problems=tuple(_problem(each, piece.first) for each in errors),
            source=tuple(split_lines(piece.text)),
        )
    card = found.card
    return Line(
        ref=ref,
        index=index,
        number=number,
        title=found.question.stem.text if found.question else title,
        line=piece.heading,
        kind=card.kind.value,
        points=card.points,
        level=card.level,
        tags=card.tags,
    )


def _problem(finding: Finding, first: int) -> Problem:
    problem = finding.message.values.get("problem")
    return Problem(line=first + finding.line - 1, message=problem if isinstance(problem, Text) else finding.message)
