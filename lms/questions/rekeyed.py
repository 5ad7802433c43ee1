"""A question with another key, as a form gives it: the right options, words, range or order. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from lms.core.errors import Invalid
from lms.core.points import exact_decimal
from lms.core.texts import Text, text
from lms.questions.rules.answers import LONGEST_BLANK
from lms.questions.rules.numbers import number_in
from lms.questions.spec import (
    FillIn,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Shape,
    Single,
    TrueFalse,
)

_BETWEEN = re.compile(r"[|｜\n]")


def rekeyed(question: Question, form: MultiDict[str, str]) -> Question:
    """Return the question with the key that the fields give, everything else as it was.

    Fields: `right` (ids of options, or true / false), `blank1`… (accepted words with | between), `low` and `high`,
    `place-s1`… (from 1), `pair-l1`… (id of the right side). Ids are the author's. Raises Invalid at the field.
    """
    return replace(question, shape=_shape(question.shape, form), given_to_all=False)


def _shape(shape: Shape, form: MultiDict[str, str]) -> Shape:
    match shape:
        case Single():
            chosen = _chosen([each.id for each in shape.options], form)
            first = shape.right if shape.right in chosen else chosen[0]
            return replace(shape, right=first, also_right=tuple(each for each in chosen if each != first))
        case Multiple():
            return replace(shape, right=_chosen([each.id for each in shape.options], form))
        case TrueFalse():
            if form.get("right") not in ("true", "false"):
                raise _wrong("right", text("请选这句话是对的还是错的。"))
            return TrueFalse(right=form.get("right") == "true")
        case FillIn():
            return replace(shape, blanks=tuple(_words(form, number) for number in range(1, len(shape.blanks) + 1)))
        case Numeric():
            return _range(shape, form)
        case Ordering():
            steps = {each.id: each for each in shape.steps}
            return replace(shape, steps=tuple(steps[id] for id in _order(list(steps), form)))
        case Matching():
            return replace(shape, key=_pairs(shape, form))
        case Open():
            raise Invalid(
                text("问答题的评分标准请在编辑器里改，发布后回到这里选“现在发布的答案”。"), code="edit_the_rubric"
            )


def fields_of(question: Question) -> Mapping[str, object]:
    """Return what the form holds at first: the question's own key."""
    shape = question.shape
    match shape:
        case Single():
            return {"right": shape.every_right}
        case Multiple():
            return {"right": shape.right}
        case TrueFalse():
            return {"right": ("true" if shape.right else "false",)}
        case FillIn():
            return {f"blank{number}": " | ".join(words) for number, words in enumerate(shape.blanks, start=1)}
        case Numeric():
            return {"low": exact_decimal(shape.low), "high": exact_decimal(shape.high)}
        case Ordering():
            return {f"place-{each.id}": str(number) for number, each in enumerate(shape.steps, start=1)}
        case Matching():
            return {f"pair-{each.id}": right for each, right in zip(shape.left, shape.key, strict=True)}
        case Open():
            return {}


def _wrong(field: str, why: Text) -> Invalid:
    return Invalid(why, code="key", fields={field: why})


def _chosen(ids: Sequence[str], form: MultiDict[str, str]) -> tuple[str, ...]:
    wanted = set(form.getlist("right"))
    chosen = tuple(id for id in ids if id in wanted)
    if not chosen:
        raise _wrong("right", text("请至少选一个正确的选项。"))
    return chosen


def _words(form: MultiDict[str, str], number: int) -> tuple[str, ...]:
    written = _BETWEEN.split(form.get(f"blank{number}", "").replace("\r", ""))
    words = tuple(dict.fromkeys(word.strip() for word in written if word.strip()))
    if not words:
        raise _wrong(f"blank{number}", text("空 %(n)s 至少要有一个可以接受的答案。", n=number))
    return words


def _range(shape: Numeric, form: MultiDict[str, str]) -> Numeric:
    low, high = (number_in(form.get(name, "")[:LONGEST_BLANK], shape.unit) for name in ("low", "high"))
    if low is None:
        raise _wrong("low", text("请写一个数，例如 63.5。"))
    if high is None:
        raise _wrong("high", text("请写一个数，例如 63.5。"))
    if low > high:
        raise _wrong("high", text("上限不能小于下限。"))
    kept = shape.target is not None and low <= shape.target <= high
    return replace(shape, low=low, high=high, target=shape.target if kept else None)


def _order(ids: Sequence[str], form: MultiDict[str, str]) -> list[str]:
    places = {id: form.get(f"place-{id}", "") for id in ids}
    if sorted(places.values()) != sorted(str(number) for number in range(1, len(ids) + 1)):
        why = text("每一步选一个不同的位置，从 1 到 %(n)s。", n=len(ids))
        raise Invalid(why, code="key", fields={f"place-{id}": why for id in ids[:1]})
    return sorted(ids, key=lambda id: int(places[id]))


def _pairs(shape: Matching, form: MultiDict[str, str]) -> tuple[str, ...]:
    right = {each.id for each in shape.right}
    chosen = []
    for each in shape.left:
        one = form.get(f"pair-{each.id}", "")
        if one not in right:
            raise _wrong(f"pair-{each.id}", text("请给每个左项选一个右项。"))
        chosen.append(one)
    return tuple(chosen)
