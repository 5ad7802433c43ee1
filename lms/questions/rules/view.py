"""What may be shown of a question: before the key may be known, and after.

The learner's view is built up from what is harmless, never cut down from the whole: a field that is added to
a shape is not shown until somebody writes it here.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from lms.core.points import exact_decimal, number
from lms.questions.rules.answers import Answer
from lms.questions.rules.grade import Graded
from lms.questions.rules.order import shown_ids
from lms.questions.rules.written import pieces, state_of
from lms.questions.spec import (
    FillIn,
    Item,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Rich,
    Single,
    TrueFalse,
)

Json: TypeAlias = dict[str, object]


def learner_view(question: Question, order: Sequence[str]) -> Json:
    """Return what a learner may see before the key may be known, as JSON values.

    order: the author's ids in the frozen order; the ids in the view number that order and tell nothing.
    options: what is chosen, put in order or joined to one of `left`; [] for the kinds without.
    """
    view: Json = {
        "type": question.kind.value,
        "text_html": question.stem.html,
        "hint_html": question.hint.html if question.hint else None,
        "options": [],
    }
    shape = question.shape
    match shape:
        case Single():
            view["options"] = _items(shape.options, order)
        case Multiple():
            view["options"] = _items(shape.options, order)
            view["half_if_incomplete"] = shape.half_if_incomplete
            view["none_if_wrong"] = shape.none_if_wrong
        case FillIn():
            view["blanks"] = len(shape.blanks)
            view["case_sensitive"] = shape.case_sensitive
        case Numeric():
            view["unit"] = shape.unit
        case Ordering():
            view["options"] = _items(shape.steps, order)
            view["by_neighbours"] = shape.by_neighbours
        case Matching():
            view["left"] = _items(shape.left, order)
            view["options"] = _items(shape.right, order)
        case Open():
            view["shortest"] = shape.shortest
            view["longest"] = shape.longest
        case TrueFalse():
            pass
    return view


def review_view(question: Question, order: Sequence[str], answer: Answer, graded: Graded) -> Json:
    """Return own answer, right answer, why, and the section to read: only for those who may know the key.

    answer: in the author's ids. share: 0..1 of the points.
    """
    view = learner_view(question, order)
    view["share"] = number(graded.share)
    view["needs_person"] = graded.needs_person
    view["explanation_html"] = _html(question.explanation)
    view["model_html"] = _html(question.model)
    view["references"] = [{"label": each.label, "target": each.target} for each in question.references]
    if question.given_to_all:
        view["given_to_all"] = True
    shape = question.shape
    match shape:
        case Single():
            chosen = [answer] if isinstance(answer, str) else []
            view["options"] = _choices(shape.options, shape.every_right, chosen, order)
        case Multiple():
            chosen = answer if isinstance(answer, list) else []
            view["options"] = _choices(shape.options, shape.right, chosen, order)
        case TrueFalse():
            view["given"] = answer
            view["right"] = shape.right
        case FillIn():
            view["given"] = answer if isinstance(answer, list) else [""] * len(shape.blanks)
            view["right"] = [list(accepted) for accepted in shape.blanks]
            view["parts"] = list(graded.parts) or [False] * len(shape.blanks)
        case Numeric():
            view["given"] = answer
            view["right"] = right_number(shape)
        case Ordering():
            given = answer if isinstance(answer, list) else []
            view["right"] = _places(shape, given, order)
        case Matching():
            pairs = answer if isinstance(answer, dict) else {}
            view["right"] = _pairs(shape, pairs, order)
        case Open():
            view["given"] = answer
            view["pieces"] = _pieces(answer, graded)
            view["rubric"] = _rubric(shape, graded)
    return view


def right_number(shape: Numeric) -> str:
    """Return the right answer for people: "64 元", "60..70"."""
    if shape.target is not None:
        shown = exact_decimal(shape.target)
    elif shape.low == shape.high:
        shown = exact_decimal(shape.low)
    else:
        shown = f"{exact_decimal(shape.low)}..{exact_decimal(shape.high)}"
    return f"{shown} {shape.unit}".rstrip()


def _pieces(answer: Answer, graded: Graded) -> list[Json]:
    """Return a written answer cut where words bear on the rubric; whole where nothing was found in it."""
    if not isinstance(answer, str):
        return []
    return [{"text": each.text, "tone": each.tone.value, "lines": list(each.lines)} for each in pieces(answer, graded)]


def _rubric(shape: Open, graded: Graded) -> list[Json]:
    """Return the rubric with what each line gave; nothing before the answer has been marked."""
    return [
        {
            "kind": line.kind.value,
            "words": line.words,
            "state": state_of(mark).value,
            "said": list(dict.fromkeys(hit.phrase for hit in mark.found)),
        }
        for line, mark in zip(shape.rubric, graded.lines, strict=False)
    ]


def _html(rich: Rich | None) -> str | None:
    return rich.html if rich else None


def _items(items: Sequence[Item], order: Sequence[str]) -> list[Json]:
    by_id = {item.id: item for item in items}
    shown = shown_ids(order)
    return [{"id": shown[id], "html": by_id[id].body.html} for id in order if id in by_id]


def _choices(options: Sequence[Item], right: Sequence[str], chosen: Sequence[str], order: Sequence[str]) -> list[Json]:
    by_id = {option.id: option for option in options}
    shown = shown_ids(order)
    return [
        {
            "id": shown[id],
            "html": by_id[id].body.html,
            "right": id in right,
            "chosen": id in chosen,
            "note_html": _html(by_id[id].note),
        }
        for id in order
    ]


def _places(shape: Ordering, given: Sequence[str], order: Sequence[str]) -> list[Json]:
    """Return the steps in the right order, each with the place (from 1) at which the learner put it."""
    shown = shown_ids(order)
    place = {id: index for index, id in enumerate(given, start=1)}
    return [
        {
            "id": shown[step.id],
            "html": step.body.html,
            "given_place": place.get(step.id),
            "note_html": _html(step.note),
        }
        for step in shape.steps
    ]


def _pairs(shape: Matching, given: Mapping[str, str], order: Sequence[str]) -> list[Json]:
    shown = shown_ids(order)
    right = {item.id: item for item in shape.right}
    key = {item.id: right_id for item, right_id in zip(shape.left, shape.key, strict=True)}
    left = {item.id: item for item in shape.left}
    rows: list[Json] = []
    for id in order:
        if id not in left:
            continue
        chosen = right.get(given.get(id, ""))
        rows.append(
            {
                "id": shown[id],
                "html": left[id].body.html,
                "given_html": chosen.body.html if chosen else None,
                "right_html": right[key[id]].body.html,
                "right": given.get(id) == key[id],
                "note_html": _html(left[id].note),
            }
        )
    return rows
