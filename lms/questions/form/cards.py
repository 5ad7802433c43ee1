"""Questions as cards of a form: how one is read, drawn, changed into another kind, and written. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lms.content.form import Values
from lms.content.form_rows import arranged, next_number
from lms.content.grammar.keywords import Language
from lms.content.learner import Asked
from lms.core.texts import Text
from lms.questions.form.canonical import check
from lms.questions.form.card import Card, card_of, converted, empty_card, numbered
from lms.questions.form.layout import read
from lms.questions.form.writing import new_text, rewritten
from lms.questions.learner import asked
from lms.questions.spec import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """path: of the file, for relative links. language: of its keywords. counted: whether points are given."""

    path: str
    language: Language
    counted: bool = True
    name: str = "question"
    level: int = 3
    first: str = "card-stem"

    def read(self, written: str) -> Card | None:
        card = read(written, self.path, self.language).card
        return None if card is None else numbered(card)

    def typed(self, values: Values) -> Card:
        return card_of(values)

    def retyped(self, card: Card, verb: str, arg: str, values: Values) -> Card:
        if verb == "type":
            wanted = values.get("card-to")
            return converted(card, next((kind for kind in Kind if kind.value == wanted), card.kind))
        if verb in ("row-add", "row-lure"):
            added = card.empty_row if verb == "row-add" else card.lure_row
            return replace(card, rows=(*card.rows, replace(added, number=next_number(card.rows))))
        return replace(card, rows=arranged(card.rows, verb, arg))

    def blank(self, what: str) -> Card:
        return empty_card(next((kind for kind in Kind if kind.value == what), Kind.SINGLE))

    def is_blank(self, card: Card) -> bool:
        said = (card.stem, card.hint, card.explanation, card.model, card.value, card.low, card.high)
        return not any(said) and all(row.is_empty for row in card.rows)

    def written(self, written: str, card: Card) -> str:
        return rewritten(written, card, self.path, self.language)

    def new(self, card: Card) -> str:
        return new_text(replace(card, key=None), self.path, self.language)

    def look(self, card: Card, number: int) -> tuple[Asked | None, Mapping[str, Text]]:
        card = replace(card, rows=tuple(row for row in card.rows if not row.is_empty))
        checked = check(card, self.path, self.language)
        if checked.question is None:
            return None, checked.errors
        return asked(checked.question, number, self._points(checked.question.points)), checked.errors

    def _points(self, points: int | None) -> int | None:
        return points if self.counted else None
