"""One written answer as its marker sees it: the words that bear on the rubric, what may be given, what was given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.core.access import Actor, Permission
from lms.core.db import rows, session
from lms.core.errors import Forbidden, NotFound
from lms.core.here import settings
from lms.core.points import Points
from lms.core.texts import text
from lms.questions.rules.grade import Graded, grade
from lms.questions.rules.hints import Hint
from lms.questions.rules.rubric import WHOLE, Worth, suggested, worths
from lms.questions.rules.written import LineState, Piece, pieces, state_of
from lms.questions.spec import Criterion, Open, Question
from lms.quizzes.models import Attempt, AttemptItem, GradeChange, SecondMark
from lms.quizzes.queries.lists import lists
from lms.quizzes.queries.marking import Quiz, plans_of, quizzes_of, ref_of
from lms.quizzes.queries.sittings import question_as
from lms.quizzes.rules.aliases import number_of
from lms.quizzes.rules.attempts import CLOSED
from lms.quizzes.rules.marking import NotMarkable, Standing, Turn, counting, turn_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the marker's sheet. criterion: None for the answer as a whole. number: from 1, as highlighted.

    auto: what the rubric gives by itself; given: what stands in the form at first. said: phrases found.
    """

    worth: Worth
    criterion: Criterion | None
    state: LineState
    auto: Points
    given: Points | None
    said: tuple[str, ...]

    @property
    def number(self) -> int:
        return self.worth.line + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One line of the history of an answer's marks. by: "" for the server. kind: as of GradeChange."""

    kind: str
    before: Points | None
    after: Points
    version: int
    given: Mapping[int, Points]
    note: str
    by: str
    by_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """A second mark that was given. by: who gave it."""

    earned: Points
    given: Mapping[int, Points]
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """name: whose it is, "" in a blind quiz. version: to be sent back with a mark. history, second: what this marker
    may see of them: nothing of the first marks before a second one is given.
    """

    attempt_id: int
    public_id: str
    ref: str
    position: int
    quiz: Quiz
    name: str
    at: datetime | None
    question: Question
    answer: str
    possible: Points
    earned: Points
    waiting: bool
    version: int
    turn: Turn
    lines: tuple[Line, ...]
    pieces: tuple[Piece, ...]
    hints: tuple[Hint, ...]
    history: tuple[Past, ...]
    second: Second | None

    @property
    def first(self) -> Past | None:
        """The mark that counts now."""
        return mark_in(self.history)


_COLUMNS = (
    Attempt.id,
    Attempt.public_id,
    Attempt.person_id,
    Attempt.document_id,
    Attempt.state,
    Attempt.submitted_at,
    Person.name,
    AttemptItem.position,
    AttemptItem.part_version_sha,
    AttemptItem.graded_as,
    AttemptItem.dropped,
    AttemptItem.points,
    AttemptItem.value,
    AttemptItem.earned,
    AttemptItem.waiting,
    AttemptItem.marked_by,
    AttemptItem.mark_version,
    SecondMark.attempt_id.label("second_of"),
    SecondMark.marked_by.label("second_by"),
    SecondMark.marked_at.label("second_at"),
    SecondMark.earned.label("second_earned"),
    SecondMark.criteria.label("second_criteria"),
    SecondMark.note.label("second_note"),
    SecondMark.settled_at,
)
_HISTORY = (
    select(GradeChange, Person.name)
    .outerjoin(Person, Person.id == GradeChange.made_by)
    .where(GradeChange.attempt_id == bindparam("attempt_id"), GradeChange.position == bindparam("position"))
    .order_by(GradeChange.id)
)


def row_of(actor: Actor, ref: str, position: int) -> Row[Any]:
    """Return the raw row of an answer that the actor may mark. ref: public name, or alias in a blind quiz.

    Raises NotFound, also for the public name of an attempt at a blind quiz while it is to be marked; Forbidden for
    one's own answer, and NotMarkable for what no person marks.
    """
    number = number_of(settings().secret_key, ref)
    named = Attempt.id == number if number is not None else Attempt.public_id == ref
    row = rows(
        select(*_COLUMNS)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(
            SecondMark,
            (SecondMark.attempt_id == AttemptItem.attempt_id) & (SecondMark.position == AttemptItem.position),
        )
        .where(named, AttemptItem.position == position, visible(actor, Permission.QUIZ_MARK))
    ).one_or_none()
    if row is None:
        raise NotFound()
    # Who looks into a marked answer because its person asks knows whose it is; nobody else needs its name.
    is_asked_for = ref == row.public_id and turn_of(standing_in(row), actor.id) is Turn.CHANGE
    if not is_asked_for and ref != ref_of(row.id, row.public_id, plans_of({row.document_id})[row.document_id]):
        raise NotFound()
    if row.person_id == actor.id:
        raise Forbidden(text("自己的答案不能自己批改，请交给别的培训师。"))
    if row.state not in CLOSED:
        raise NotMarkable(text("这份答卷还没交，或已作废，现在不能批改。"))
    question = question_as(row.part_version_sha, row.graded_as)
    if row.dropped or not isinstance(question.shape, Open) or not isinstance(answer_in(row), str):
        raise NotMarkable(text("只有作答了的问答题由人批改，这一题由系统判分或已作废。"))
    return row


def answer_in(row: Any) -> Any:
    return row.value["v"] if row.value else None


def standing_in(row: Any) -> Standing:
    return Standing(
        waiting=row.waiting,
        first=row.marked_by,
        second_asked=row.second_of is not None,
        second=row.second_by,
        settled=row.settled_at is not None,
    )


def answer_of(actor: Actor, ref: str, position: int) -> Answer:
    """Return an answer for its marker. Raises as row_of."""
    row = row_of(actor, ref, position)
    quiz = quizzes_of({row.document_id})[row.document_id]
    question, written = question_as(row.part_version_sha, row.graded_as), str(answer_in(row))
    shape = question.shape
    assert isinstance(shape, Open)
    graded = grade(question, written)
    turn = turn_of(standing_in(row), actor.id)
    history = history_of(row.id, row.position) if turn is not Turn.SECOND else ()
    second = _second(row) if turn in (Turn.SETTLE, Turn.CHANGE) and row.second_by is not None else None
    counts = mark_in(history)
    if quiz.plan.blind:  # when the server marked it is when it was handed in
        history = tuple(each for each in history if each.kind != "auto")
    return Answer(
        attempt_id=row.id,
        public_id=row.public_id,
        ref=ref,
        position=row.position,
        quiz=quiz,
        name="" if quiz.plan.blind else row.name or "",
        at=None if quiz.plan.blind else row.submitted_at,
        question=question,
        answer=written,
        possible=row.points,
        earned=0 if turn is Turn.SECOND else row.earned or 0,
        waiting=row.waiting,
        version=row.mark_version,
        turn=turn,
        lines=lines_of(shape, graded, row.points, counts.given if counts and not row.waiting else None),
        pieces=pieces(written, graded),
        hints=lists().hints(shape, written, graded.lines),
        history=history,
        second=second,
    )


def lines_of(shape: Open, graded: Graded, possible: Points, given: Mapping[int, Points] | None) -> tuple[Line, ...]:
    """Return the marker's sheet. given: marks that stand already; without them what the rubric suggests.

    What only a person can say starts empty.
    """
    auto = suggested(shape, graded.lines, possible)
    found = []
    for worth in worths(shape, possible):
        criterion = None if worth.line == WHOLE else shape.rubric[worth.line]
        mark = graded.lines[worth.line] if 0 <= worth.line < len(graded.lines) else None
        state = LineState.JUDGED if mark is None else state_of(mark)
        start: Points | None = None if state is LineState.JUDGED else auto[worth.line]
        found.append(
            Line(
                worth=worth,
                criterion=criterion,
                state=state,
                auto=auto[worth.line],
                given=given.get(worth.line, start) if given is not None else start,
                said=tuple(dict.fromkeys(hit.phrase for hit in mark.found)) if mark else (),
            )
        )
    return tuple(found)


def history_of(attempt_id: int, position: int) -> tuple[Past, ...]:
    """Return every change of an answer's mark, the first one first."""
    found = session().execute(_HISTORY, {"attempt_id": attempt_id, "position": position})
    return tuple(
        Past(
            kind=change.kind,
            before=change.earned_before,
            after=change.earned_after,
            version=change.version,
            given=given_in(change.criteria),
            note=change.note,
            by=name or "",
            by_id=change.made_by,
            at=change.made_at,
        )
        for change, name in found
    )


def mark_in(history: Sequence[Past]) -> Past | None:
    """Return the mark of a person that counts; None where the answer waits or its rubric marked it."""
    place = counting([each.kind for each in history])
    return history[place] if place is not None and history[place].kind in ("mark", "settle") else None


def given_in(criteria: Sequence[Any]) -> dict[int, Points]:
    return {each["line"]: each["points"] for each in criteria}


def _second(row: Any) -> Second:
    name = session().scalar(select(Person.name).where(Person.id == row.second_by))
    return Second(
        earned=row.second_earned or 0,
        given=given_in(row.second_criteria or []),
        note=row.second_note or "",
        by=name or "",
        at=row.second_at,
    )
