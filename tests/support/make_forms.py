"""What a browser sends of a card that stands open in a form: every line end as CRLF."""

from dataclasses import fields
from typing import Any

from lms.content.form import Fields
from lms.content.form_acts import Open
from lms.content.form_text import TextCard
from lms.content.wordlists.form import WordsCard
from lms.learning.form.task import TaskCard
from lms.questions.form.card import Card
from lms.quizzes.form import SectionCard

_FLAGS = ("half", "none", "case", "neighbours", "manual")


def sent(open: Open, **more: str) -> Fields:
    """Return the fields of the open card. more: what else is in the page."""
    values: dict[str, list[str]] = {"card-ref": [open.ref], "card-type": [open.type], **_values(open.card)}
    return fields_of({**values, **{name: [value] for name, value in more.items()}})


def fields_of(values: dict[str, list[str]]) -> Fields:
    return Fields({name: [each.replace("\n", "\r\n") for each in given] for name, given in values.items()})


def _values(card: Any) -> dict[str, list[str]]:
    match card:
        case Card():
            return _question(card)
        case TextCard():
            own = {f"card-{name}": [value] for name, value in card.extra.items()}
            return {"card-title": [card.title], "card-body": [card.body], **own}
        case TaskCard():
            rows = {f"row-{row.number}-text": [row.text] for row in card.rows}
            numbers = [str(row.number) for row in card.rows]
            return {
                "card-title": [card.title],
                "card-body": [card.body],
                "card-behind": [card.behind],
                "row": numbers,
                **rows,
            }
        case WordsCard():
            return {f"card-{name}": [getattr(card, name)] for name in ("title", "body", "behind")} | _words(card)
        case SectionCard():
            drawn = {"card-drawn": ["draw" if card.draw else "all"]}
            own = {f"card-{each.name}": [getattr(card, each.name)] for each in fields(card) if each.name != "rows"}
            return drawn | own | _draws(card)
    raise TypeError(card)


def _draws(card: SectionCard) -> dict[str, list[str]]:
    values = {"row": [str(row.number) for row in card.rows]}
    for row in card.rows:
        values[f"row-{row.number}-bank"] = [f"{row.bank} {row.title}".strip()]
        values |= {f"row-{row.number}-{name}": [getattr(row, name)] for name in ("tags", "low", "high", "count")}
    return values


def _words(card: WordsCard) -> dict[str, list[str]]:
    values = {"row": [str(row.number) for row in card.rows]}
    for row in card.rows:
        parts = (
            ("text", row.word),
            ("other", row.others),
            ("instead", row.instead),
            ("basis", row.basis),
            ("ground", row.ground),
        )
        values |= {f"row-{row.number}-{name}": [value] for name, value in parts}
    return values


def _question(card: Card) -> dict[str, list[str]]:
    plain = {each.name for each in fields(card)} - {"kind", "rows", "key", *_FLAGS}
    values = {f"card-{name}": [getattr(card, name)] for name in plain}
    values |= {f"card-{name}": ["yes"] for name in _FLAGS if getattr(card, name)}
    values["card-kind"], values["card-key"] = [card.kind.value], [card.key or ""]
    values["row"] = [str(row.number) for row in card.rows]
    values["right"] = [str(row.number) for row in card.rows if row.right]
    for row in card.rows:
        values |= {f"row-{row.number}-{name}": [getattr(row, name)] for name in ("text", "note", "other", "word")}
        if row.lure:
            values[f"row-{row.number}-lure"] = ["yes"]
    return values
