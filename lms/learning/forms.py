"""What a learner's form says, in the shapes that the rules take."""

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from lms.core.errors import Invalid
from lms.core.texts import text
from lms.questions.rules.order import shown_ids
from lms.questions.spec import FillIn, Matching, Multiple, Ordering, Question, TrueFalse


def value_of(question: Question, order: Sequence[str], form: MultiDict[str, str]) -> object:
    """Return the value of a self-check's form, in the shape of the API. Raises Invalid where nothing was given."""
    shown = shown_ids(order)
    shape = question.shape
    value: object
    match shape:
        case Multiple():
            value = form.getlist("answer")
        case TrueFalse():
            value = {"true": True, "false": False}.get(form.get("answer", ""))
        case FillIn():
            words = [form.get(f"blank{number}", "") for number in range(1, len(shape.blanks) + 1)]
            value = words if any(word.strip() for word in words) else None
        case Ordering():
            value = _order(list(shown.values()), form)
        case Matching():
            left = [shown[item.id] for item in shape.left]
            pairs = {id: chosen for id in left if (chosen := form.get(f"pair-{id}", ""))}
            value = pairs if len(pairs) == len(left) else None
        case _:
            value = form.get("answer", "").strip() or None
    if value is None or value == []:
        raise Invalid(text("请先作答，再看答案。"), code="unanswered")
    return value


def _order(steps: Sequence[str], form: MultiDict[str, str]) -> list[str] | None:
    """Return the steps by the places that were chosen. Raises Invalid where two share a place."""
    places = {step: form.get(f"place-{step}", "") for step in steps}
    if not all(place.isdecimal() for place in places.values()):
        return None
    if len(set(places.values())) < len(steps):
        raise Invalid(text("有两步选了同一个位置，每步选一个不同的位置。"), code="same_place")
    return sorted(steps, key=lambda step: int(places[step]))


def ticks(form: MultiDict[str, str]) -> list[int]:
    """Return the ticked lines of a checklist."""
    return [int(value) for value in form.getlist("tick") if value.isdecimal() and len(value) < 4]


def number(form: MultiDict[str, str], name: str) -> int:
    """Return a whole number of a hidden field. Raises Invalid where it is none."""
    value = form.get(name, "")
    if not (value.isascii() and value.isdecimal()) or len(value) > 9:
        raise Invalid(text("页面停留太久或被改动，请刷新页面再试。"), fields={name: text("这里应该是一个数。")})
    return int(value)
