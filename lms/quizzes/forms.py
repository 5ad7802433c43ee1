"""The paper as a form: which field holds what, and what a posted page changed.

Every question has its fields under its key: `q3`, or `q3.1` (a gap), `q3.s2` (a step's place), `q3.l1` (a left
side's match), and `q3.was`, the digest of what the page showed. A question whose fields still say that is left
alone, so that an old page in another tab writes over nothing.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from werkzeug.datastructures import MultiDict

from lms.core.i18n import gettext
from lms.core.points import points_text
from lms.questions.rules.answers import Answer
from lms.questions.rules.order import shown_ids
from lms.questions.rules.view import Json
from lms.questions.spec import BLANK, FillIn, Kind, Matching, Ordering
from lms.quizzes.queries import Drawn, Review
from lms.quizzes.rules.attempts import Reveal
from lms.quizzes.rules.values import is_empty

WORDS = {
    Kind.SINGLE: "单选",
    Kind.MULTIPLE: "多选",
    Kind.TRUE_FALSE: "判断",
    Kind.FILL_IN: "填空",
    Kind.NUMERIC: "数值",
    Kind.ORDERING: "排序",
    Kind.MATCHING: "匹配",
    Kind.OPEN: "问答",
}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One question as a page shows it. head: the stem's first paragraph without its tags; rest: what follows it.

    value: the answer in the learner's ids. was: its digest. seconds: how long it was in front so far. checked: its key
    is shown and the answer is final.
    """

    number: int
    key: str
    kind: str
    word: str
    points: str
    head: str
    rest: str
    view: Json
    value: Answer
    was: str
    seq: int
    seconds: int
    answered: bool
    flagged: bool
    checked: bool
    earned: str

    @property
    def pieces(self) -> list[str]:
        """The stem's head, cut at its gaps."""
        return self.head.split(BLANK)

    @property
    def rest_pieces(self) -> list[str]:
        return self.rest.split(BLANK)

    def place(self, step: str) -> int | None:
        """Return the place (from 1) on which the learner has put a step."""
        return self.value.index(step) + 1 if isinstance(self.value, list) and step in self.value else None

    def gap(self, index: int) -> str:
        """Return what was typed into a gap, counted from 0."""
        return self.value[index] if isinstance(self.value, list) and index < len(self.value) else ""


def card_of(item: Drawn, review: Review) -> Card:
    head, rest = split_stem(item.question.stem.html)
    return Card(
        number=item.position,
        key=item.key,
        kind=item.question.kind.value,
        word=gettext(WORDS[item.question.kind]),
        points=points_text(item.points),
        head=head,
        rest=rest,
        view=review.view,
        value=item.shown,
        was=digest(item, item.shown),
        seq=item.seq,
        seconds=item.seconds or 0,
        answered=item.answered,
        flagged=item.flagged,
        checked=review.reveal is Reveal.KEY,
        earned=points_text(item.earned or 0),
    )


def html_in(value: object) -> Iterator[str]:
    """Return every piece of text of a question's view, to look up at once what its links lead to."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from html_in(inner)
        case list():
            for inner in value:
                yield from html_in(inner)


def split_stem(html: str) -> tuple[str, str]:
    """Return the words of the first paragraph, for a heading, and the rest as it is."""
    if html.startswith("<p>") and "</p>" in html:
        head, _, rest = html[3:].partition("</p>")
        return head, rest.strip()
    return html, ""


def digest(item: Drawn, value: object) -> str:
    """Return a short name of an answer; every empty one has the same, and the order of ticks does not count."""
    plain = None if is_empty(value) else value
    if item.question.kind is Kind.MULTIPLE and isinstance(plain, list):
        plain = sorted(plain)
    return sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def changed_answers(form: MultiDict[str, str], items: Iterable[Drawn]) -> dict[str, object]:
    """Return the answers that the person has changed since the page was shown, by question."""
    changed: dict[str, object] = {}
    for item in items:
        was = form.get(f"{item.key}.was")
        if was is None or item.earned is not None:
            continue
        value = _posted(form, item)
        if digest(item, value) != was:
            changed[item.key] = None if is_empty(value) else value
    return changed


def _posted(form: MultiDict[str, str], item: Drawn) -> object:
    key, shown = item.key, shown_ids(item.order)
    match item.question.shape:
        case FillIn() as shape:
            return [_line(form.get(f"{key}.{number}", "")) for number in range(1, len(shape.blanks) + 1)]
        case Ordering():
            return _placed({shown[id]: form.get(f"{key}.{shown[id]}", "") for id in item.order})
        case Matching() as shape:
            pairs = {shown[left.id]: form.get(f"{key}.{shown[left.id]}", "") for left in shape.left}
            return {left: right for left, right in pairs.items() if right}
        case _:
            pass
    if item.question.kind is Kind.MULTIPLE:
        return form.getlist(key)
    if item.question.kind is Kind.TRUE_FALSE:
        return {"true": True, "false": False}.get(form.get(key, ""))
    return _line(form.get(key, ""))


def _line(text: str) -> str:
    """Return the text with the line ends that a page has; forms send them as CRLF."""
    return text.replace("\r\n", "\n")


def _placed(places: dict[str, str]) -> list[str]:
    """Return the steps on their places, "" where a place is open. Of two steps on one place the first keeps it."""
    found = [""] * len(places)
    for step, place in places.items():
        index = int(place) - 1 if place.isdecimal() and len(place) < 4 else -1
        if 0 <= index < len(found) and not found[index]:
            found[index] = step
    while found and not found[-1]:
        found.pop()
    return found


def doubled_places(form: MultiDict[str, str], items: Iterable[Drawn]) -> list[int]:
    """Return the numbers of the questions in which two steps were put on one place."""
    found = []
    for item in items:
        if isinstance(item.question.shape, Ordering):
            shown = shown_ids(item.order)
            chosen = [place for id in item.order if (place := form.get(f"{item.key}.{shown[id]}", ""))]
            if len(set(chosen)) < len(chosen):
                found.append(item.position)
    return found
