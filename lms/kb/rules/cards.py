"""What has changed in an article for somebody who knew an earlier version, and what they are asked about it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lms.content.grammar.document import SectionSpec
from lms.content.grammar.inline import read_label
from lms.content.grammar.keywords import Word
from lms.content.rules.changes import SectionChange, section_changes
from lms.content.rules.compare import Change, Row, compare
from lms.core.texts import Text
from lms.kb.spec import ArticleSection, ArticleSpec, validity_chips
from lms.questions.rules.answers import Answer
from lms.questions.rules.grade import grade
from lms.questions.rules.identity import asked_sha
from lms.questions.rules.order import shown_order
from lms.questions.rules.view import learner_view, review_view
from lms.questions.spec import Open, Question

WITHIN = 3
"""Rostered days in which an article is to be read where it does not say so itself."""

HIRED_WITHIN = 10
"""Rostered days, at least, for whoever has just come: all must-reads meet them at once."""

MOST_ASKED = 3
"""Questions of one card: it takes a minute."""


def text_changes(before: ArticleSpec, after: ArticleSpec) -> tuple[SectionChange, ...]:
    """Return the sections that say something else, with what stands above them and the days on which each holds."""
    return section_changes(_readable(before), _readable(after))


def _readable(spec: ArticleSpec) -> list[SectionSpec]:
    above = [replace(spec.intro, title=spec.title)] if spec.intro.source.strip() else []
    return [*above, *(_with_days(section) for section in spec.sections)]


def _with_days(section: ArticleSection) -> ArticleSection:
    """Return the section with its days as its first line: moving them changes the rule."""
    chips = " ".join(validity_chips(section.validity))
    if not chips:
        return section
    return replace(section, source=f"{chips}\n{section.source}", text=f"{chips}\n{section.text}")


def within_of(spec: ArticleSpec) -> int:
    return spec.must_read_within or WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a section. state: was | now (what it was rewritten to) | added | gone | same | gap.

    internal: never to be sent to a customer.
    """

    state: str
    row: Row
    internal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One section as the card shows it. state: new | changed | gone. lines: of its words, unless it is new."""

    title: str
    anchor: str
    state: str
    html: str
    lines: tuple[Line, ...]


def changed_sections(changes: Sequence[SectionChange], title: str) -> list[Changed]:
    """Return the changes for a page. title: the article's, under which what stands above its sections is shown."""
    found = []
    for change in changes:
        before, after = change.before, change.after
        state = "new" if before is None else "gone" if after is None else "changed"
        rows: tuple[Row, ...] = ()
        if before is not None and after is not None:
            renamed = before.title != after.title and title not in (before.title, after.title)
            old = f"{before.title}\n{before.text}" if renamed else before.text
            new = f"{after.title}\n{after.text}" if renamed else after.text
            rows = compare(old, new, context=1).rows
            if all(row.change in (Change.SAME, Change.GAP) for row in rows):
                rows = compare(before.source, after.source, context=1).rows
        elif before is not None:
            rows = compare(before.text, "", context=1).rows
        html = after.html if after is not None and before is None else ""
        found.append(Changed(title=change.title, anchor=change.anchor, state=state, html=html, lines=_lines(rows)))
    return found


def _lines(rows: Sequence[Row]) -> tuple[Line, ...]:
    found: list[Line] = []
    for place, row in enumerate(rows):
        following = rows[place + 1].change if place + 1 < len(rows) else None
        state = row.change.value
        if row.change is Change.REMOVED:
            state = "was" if following is Change.ADDED else "gone"
        elif row.change is Change.ADDED and found and found[-1].state == "was":
            state = "now"
        words = "".join(piece.text for piece in row.pieces)
        label = read_label(words, (Word.INTERNAL,))
        found.append(Line(state=state, row=row, internal=label is not None))
    return tuple(found)


def own_questions(spec: ArticleSpec, changes: Sequence[SectionChange] | None, path: str) -> list[Question]:
    """Return the author's questions that are asked. changes: None = all is new to the reader.

    A question that refers to sections of its own article is asked only where one of those has changed.
    """
    if changes is None:
        return list(spec.self_checks)
    anchors = {change.anchor for change in changes if change.anchor}
    return [question for question in spec.self_checks if not (named := _named(question, path)) or named & anchors]


def _named(question: Question, path: str) -> set[str]:
    found = set()
    for reference in question.references:
        target, _, anchor = reference.target.partition("#")
        if anchor and target in ("", path):
            found.add(anchor)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question of a card. name: of its fields in the form. explains: whether its key may be talked about."""

    name: str
    question: Question
    order: tuple[str, ...]
    explains: bool


def asks(own: Iterable[Question], others: Iterable[Question], seed: str) -> list[Ask]:
    """Return what is asked, the author's own questions first. others: of quizzes, whose keys stay there.

    Fields are named by place: a digest of what is asked could be tried against each possible key.
    """
    found: dict[str, tuple[Question, bool]] = {}
    for question, explains in [*((each, True) for each in own), *((each, False) for each in others)]:
        if explains or not isinstance(question.shape, Open):
            found.setdefault(asked_sha(question).hex(), (question, explains))
    return [
        Ask(
            name=f"q{number}",
            question=question,
            order=shown_order(question, seed, label, shuffle_options=False),
            explains=explains,
        )
        for number, (label, (question, explains)) in enumerate(list(found.items())[:MOST_ASKED], start=1)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with how it stands. state: open | right | wrong | missing; notes, explanation: HTML, once answered."""

    name: str
    view: Mapping[str, object]
    state: str
    notes: tuple[str, ...] = ()
    explanation: str = ""
    error: Text | None = None


def unanswered(ask: Ask, error: Text | None = None) -> Asked:
    view = learner_view(ask.question, ask.order)
    return Asked(name=ask.name, view=view, state="missing" if error else "open", error=error)


def answered(ask: Ask, answer: Answer) -> Asked:
    """Return how an answer stands. Nothing of the key is in the view; what explains it comes only after a try."""
    question = ask.question
    view = learner_view(question, ask.order)
    graded = grade(question, answer)
    right = graded.share == 1 or isinstance(question.shape, Open)
    notes: tuple[str, ...] = ()
    if ask.explains and not right:
        reviewed = review_view(question, ask.order, answer, graded).get("options")
        notes = tuple(
            str(option["note_html"])
            for option in (reviewed if isinstance(reviewed, list) else [])
            if option.get("chosen") and not option.get("right") and option.get("note_html")
        )
    explanation = question.explanation.html if ask.explains and question.explanation else ""
    return Asked(
        name=ask.name,
        view=view,
        state="right" if right else "wrong",
        notes=notes,
        explanation="" if right else explanation,
    )
