"""An answer on its way between the learner's page and the store.

Adds one thing to questions/rules/answers.py: steps put on some places while others are still open. Such an
ordering is a list with "" on the open places; what is on the screen can be saved and shown again as it was.
"""

from collections.abc import Sequence

from lms.questions.rules.answers import Answer, is_answered, read_answer, shown_answer
from lms.questions.spec import Ordering, Question


def read_value(question: Question, order: Sequence[str], value: object) -> Answer:
    """Return a learner's value in the author's ids, None for an empty one. Raises Invalid at the field `value`."""
    if is_empty(value):
        return None
    if isinstance(question.shape, Ordering) and isinstance(value, list) and "" in value:
        if len(value) > len(order):
            return read_answer(question, order, "")  # longer than any order: refused, with the form to use
        placed = read_answer(question, order, [step for step in value if step != ""])
        steps = iter(placed if isinstance(placed, list) else [])
        return ["" if step == "" else next(steps) for step in value]
    return read_answer(question, order, value)


def shown_value(question: Question, order: Sequence[str], answer: Answer) -> Answer:
    """Return a stored answer in the learner's ids, open places included."""
    if isinstance(question.shape, Ordering) and isinstance(answer, list) and "" in answer:
        placed = shown_answer(order, [step for step in answer if step])
        steps = iter(placed if isinstance(placed, list) else [])
        return ["" if step == "" else next(steps) for step in answer]
    return None if answer is None else shown_answer(order, answer)


def is_complete(question: Question, answer: Answer) -> bool:
    """Say whether nothing is left to fill in, place or join."""
    if isinstance(question.shape, Ordering) and isinstance(answer, list) and "" in answer:
        return False
    return is_answered(question, answer)


def is_empty(value: object) -> bool:
    """Say whether a value says nothing: it takes an answer back."""
    if isinstance(value, list):
        return all(part == "" for part in value)
    return value is None or value == "" or value == {}
