"""Self-checks inside a lesson: ungraded, answered one at a time, the key known only after an answer. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.core.texts import Text
from lms.questions.rules.answers import Answer
from lms.questions.rules.grade import grade
from lms.questions.rules.identity import asked_sha
from lms.questions.rules.order import shown_order
from lms.questions.rules.view import learner_view, review_view
from lms.questions.spec import Open, Question

Kept = Mapping[str, Any]
"""Answers by `check_name`, each `{"v": answer in the author's ids}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One self-check as its card shows it. state: open | right | wrong | half | done; states: of all of them.

    notes: the author's remarks at the wrong options that were chosen. next: its number, None at the end.
    """

    number: int
    count: int
    revision: int
    anchor: str
    view: Mapping[str, Any]
    answered: bool
    state: str
    states: tuple[str, ...]
    notes: tuple[str, ...]
    next: int | None
    open: bool
    error: Text | None


def check_name(question: Question) -> str:
    """Return the name under which an answer is kept: by what is asked, so that an edited question is asked anew."""
    return asked_sha(question).hex()[:16]


def order_of(question: Question, seed: str) -> tuple[str, ...]:
    """Return the order in which one person sees a question; options stay as written, steps and sides never do."""
    return shown_order(question, seed, check_name(question), shuffle_options=False)


def states_of(questions: Sequence[Question], kept: Kept) -> list[str]:
    if not kept:  # the name of a question is a digest; nothing is looked up for who has answered nothing
        return ["open"] * len(questions)
    return [state_of(question, kept.get(check_name(question))) for question in questions]


def state_of(question: Question, entry: Mapping[str, Any] | None) -> str:
    """Return how an answer stands: open | right | wrong | half; done for one that only a person could mark."""
    if entry is None:
        return "open"
    if isinstance(question.shape, Open):
        return "done"
    share = grade(question, entry["v"]).share
    return "right" if share == 1 else "half" if share else "wrong"


def check_of(
    questions: Sequence[Question],
    number: int,
    kept: Kept,
    *,
    seed: str,
    revision: int,
    anchor: str,
    error: Text | None = None,
) -> Check:
    """Return the card of one question, from 1. Nothing of its key is in it before there is an answer."""
    question = questions[number - 1]
    entry = kept.get(check_name(question))
    order = order_of(question, seed)
    states = tuple(states_of(questions, kept))
    view: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    if entry is None:
        view = learner_view(question, order)
    else:
        answer: Answer = entry["v"]
        view = review_view(question, order, answer, grade(question, answer))
        notes = tuple(
            str(option["note_html"])
            for option in _dicts(view["options"])
            if option.get("chosen") and not option.get("right") and option.get("note_html")
        )
    return Check(
        number=number,
        count=len(questions),
        revision=revision,
        anchor=anchor,
        view=view,
        answered=entry is not None,
        state=states[number - 1],
        states=states,
        notes=notes,
        next=number + 1 if number < len(questions) else None,
        open="open" in states,
        error=error,
    )


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def html_of(value: object) -> Iterator[str]:
    """Yield every piece of HTML of a view, so that all its references can be looked up at once."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(inner, str) and name.endswith("html"):
                yield inner
            else:
                yield from html_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from html_of(inner)
