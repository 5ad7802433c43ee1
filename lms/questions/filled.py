"""What a form says in answer to a question, in the shape of the API. Pure."""

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from lms.core.errors import Invalid
from lms.core.texts import text
from lms.questions.rules.order import shown_ids
from lms.questions.spec import FillIn, Matching, Multiple, Ordering, Question, TrueFalse


def value_of(question: Question, order: Sequence[str], form: MultiDict[str, str], prefix: str = "") -> object:
    """Return the value of a question's fields. prefix: what stands before each name, where a form asks several.

    Raises Invalid where nothing was given.
    """
    shown = shown_ids(order)
    shape = question.shape
    value: object
    match shape:
        case Multiple():
            value = form.getlist(f"{prefix}answer")
        case TrueFalse():
            value = {"true": True, "false": False}.get(form.get(f"{prefix}answer", ""))
        case FillIn():
            words = [form.get(f"{prefix}blank{number}", "") for number in range(1, len(shape.blanks) + 1)]
            value = words if any(word.strip() for word in words) else None
        case Ordering():
            value = _order(list(shown.values()), form, prefix)
        case Matching():
            left = [shown[item.id] for item in shape.left]
            pairs = {id: chosen for id in left if (chosen := form.get(f"{prefix}pair-{id}", ""))}
            value = pairs if len(pairs) == len(left) else None
        case _:
            value = form.get(f"{prefix}answer", "").strip() or None
    if value is None or value == []:
        raise Invalid(text("请先作答，再看答案。"), code="unanswered")
    return value


def _order(steps: Sequence[str], form: MultiDict[str, str], prefix: str) -> list[str] | None:
    """Return the steps by the places that were chosen. Raises Invalid where two share a place."""
    places = {step: form.get(f"{prefix}place-{step}", "") for step in steps}
    if not all(place.isdecimal() for place in places.values()):
        return None
    if len(set(places.values())) < len(steps):
        raise Invalid(text("有两步选了同一个位置，每步选一个不同的位置。"), code="same_place")
    return sorted(steps, key=lambda step: int(places[step]))
