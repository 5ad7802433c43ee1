"""Self-checks in a form: a heading 自测 with its questions. Pure."""

from dataclasses import dataclass

from lms.content.form_blocks import Outline
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Language
from lms.questions.form.lines import Line, line_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """A heading 自测 with its questions."""

    ref: str
    index: int
    title: str
    lines: tuple[Line, ...]


def checks_of(found: Outline, index: int, before: int, path: str, language: Language) -> Checks:
    """Return the self-checks under the heading at `index`. before: how many questions stand above it."""
    lines = tuple(
        line_of(found, place, number, path, language)
        for number, place in enumerate(found.owned(index)[1:], start=before + 1)
    )
    title = plain_text(found.pieces[index].title)
    return Checks(ref=found.ref(index), index=index, title=title, lines=lines)
