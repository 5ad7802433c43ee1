"""Reading attempts: as the learner's paper, as a result, as a history. What is asked comes from the store's
immutable versions and is kept in memory by its digest; nothing here shows a key, rules/attempts.py decides that.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.content import queries as content
from lms.content.models import Document, PartVersion, Revision, Slug
from lms.content.store import spec_of
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.plain import from_plain
from lms.core.points import Points
from lms.questions.rules.answers import Answer
from lms.questions.rules.correction import corrected
from lms.questions.rules.identity import asked_sha
from lms.questions.spec import Question
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.rules.attempts import Past, State, is_over
from lms.quizzes.rules.makeups import makeup_number
from lms.quizzes.rules.values import shown_value
from lms.quizzes.spec import QuizRules, QuizSpec

ONCE = "once"
"""The occasion of an attempt that nobody asked for again."""
MISTAKES = "mistakes"
"""The occasion of a practice of one's own mistakes: it counts for nothing and stands in no list of attempts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What an attempt took over from its quiz at the start, and what its own clock was given since.

    rules: with this person's limit and attempts. minutes: credited for passing. time_percent: the person's share of
    the common time, 100 = the same. seed: never leaves the server. added_seconds: given by a trainer.
    paused_seconds: length of all pauses that have ended. banks: digests in hex of the banks that it was drawn from.
    """

    rules: QuizRules
    minutes: int
    time_percent: int
    seed: str
    added_seconds: int = 0
    paused_seconds: int = 0
    banks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One attempt with its frozen rules. id: for the database alone; public_id: its name everywhere else.

    earned, possible: 1/27,720 point; earned and passed are None while it is open. person_name: whose it is.
    """

    id: int
    public_id: str
    person_id: int
    person_name: str
    document_id: int
    revision_id: int
    compiled_sha: bytes | None
    title: str
    slug: str
    occasion: str
    number: int
    state: State
    started_at: datetime
    deadline_at: datetime | None
    paused_at: datetime | None
    submitted_at: datetime | None
    ended_by: str | None
    total: int
    earned: Points | None
    possible: Points
    passed: bool | None
    frozen: Frozen

    @property
    def rules(self) -> QuizRules:
        return self.frozen.rules

    def is_over(self, now: datetime) -> bool:
        """Say whether the attempt is still open in the database although its time is up."""
        return self.state is State.OPEN and is_over(self.deadline_at, now, self.paused_at)

    def seconds_left(self, now: datetime) -> int | None:
        """Return the seconds to the deadline, a part of one counted as a whole one; None without a deadline.

        While the attempt is paused they stay as they are.
        """
        return seconds_between(self.paused_at or now, self.deadline_at)

    @property
    def seconds_taken(self) -> int:
        """Return how long it was worked on, without its pauses."""
        end = self.submitted_at or self.started_at
        return max(int((end - self.started_at).total_seconds()) - self.frozen.paused_seconds, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One question of a paper with its answer. answer: in the author's ids. earned: set once the answer is final.

    order: the author's ids as they are shown. marked: a person has marked the answer; waiting: one has still to.
    seconds: how long it was in front; None = not told.
    question: as it was asked; corrected: with the key by which it was marked again. dropped: it counts for nobody.
    regraded: it was marked again, perhaps to what it was at first.
    """

    position: int
    key: str
    question: Question
    order: tuple[str, ...]
    points: Points
    answer: Answer
    answered: bool
    seq: int
    saved_at: datetime | None
    flagged: bool
    earned: Points | None
    marked: bool
    waiting: bool
    seconds: int | None
    corrected: bool = False
    dropped: bool = False
    regraded: bool = False

    @property
    def shown(self) -> Answer:
        """The answer in the learner's ids."""
        return shown_value(self.question, self.order, self.answer)


_ATTEMPT = (
    select(
        Attempt,
        Person.name,
        Document.title,
        Slug.slug,
        Revision.compiled_sha,
    )
    .options(undefer(Attempt.limits))
    .join(Person, Person.id == Attempt.person_id)
    .join(Document, Document.id == Attempt.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .join(Revision, Revision.id == Attempt.revision_id)
    .where(Attempt.public_id == bindparam("public_id"))
    .execution_options(populate_existing=True)
)
_OWN_ATTEMPT = _ATTEMPT.where(Attempt.person_id == bindparam("person_id"))
_ITEMS = (
    select(AttemptItem.__table__)
    .where(AttemptItem.attempt_id == bindparam("attempt_id"))
    .order_by(AttemptItem.position)
)
_PAST = (
    select(
        Attempt.public_id,
        Attempt.occasion,
        Attempt.number,
        Attempt.state,
        Attempt.mode,
        Attempt.started_at,
        Attempt.submitted_at,
        Attempt.deadline_at,
        Attempt.paused_at,
        Attempt.earned,
        Attempt.possible,
        Attempt.passed,
        Attempt.total,
        Attempt.ended_by,
    )
    .where(
        Attempt.person_id == bindparam("person_id"),
        Attempt.document_id == bindparam("document_id"),
    )
    .order_by(Attempt.started_at, Attempt.id)
)
_SEEN = (
    select(AttemptItem.part_version_sha)
    .join(Attempt, Attempt.id == AttemptItem.attempt_id)
    .where(Attempt.person_id == bindparam("person_id"), Attempt.document_id == bindparam("document_id"))
    .distinct()
)
_SPEC = select(PartVersion.spec).where(PartVersion.sha == bindparam("sha"))


def own_sitting(actor: Actor, public_id: str) -> Sitting:
    """Return one's own attempt. Raises NotFound, also for somebody else's."""
    row = session().execute(_OWN_ATTEMPT, {"public_id": public_id, "person_id": actor.id}).one_or_none()
    if row is None:
        raise NotFound()
    return sitting_of(row)


def visible_sitting(actor: Actor, public_id: str) -> Sitting:
    """Return an attempt whose result the actor may see: one's own, or by QUIZ_RESULTS. Raises NotFound."""
    condition = visible(actor, Permission.QUIZ_RESULTS) | (Person.id == actor.id)
    row = session().execute(_ATTEMPT.where(condition), {"public_id": public_id}).one_or_none()
    if row is None:
        raise NotFound()
    return sitting_of(row)


def sitting_of(row: Any) -> Sitting:
    attempt: Attempt = row.Attempt
    return Sitting(
        id=attempt.id,
        public_id=attempt.public_id,
        person_id=attempt.person_id,
        person_name=row.name or "",
        document_id=attempt.document_id,
        revision_id=attempt.revision_id,
        compiled_sha=row.compiled_sha,
        title=row.title,
        slug=row.slug,
        occasion=attempt.occasion,
        number=attempt.number,
        state=State(attempt.state),
        started_at=attempt.started_at,
        deadline_at=attempt.deadline_at,
        paused_at=attempt.paused_at,
        submitted_at=attempt.submitted_at,
        ended_by=attempt.ended_by,
        total=attempt.total,
        earned=attempt.earned,
        possible=attempt.possible,
        passed=attempt.passed,
        frozen=from_plain(Frozen, attempt.limits),
    )


def items_of(sitting: Sitting) -> list[Drawn]:
    """Return the paper in order, each question as it stood in the revision that the learner saw."""
    asked: dict[bytes, Question] = {}
    for bank in sitting.frozen.banks:
        asked |= _asked_in_bank(bank)
    asked |= _asked_in(sitting.compiled_sha, sitting.revision_id)
    rows = session().execute(_ITEMS, {"attempt_id": sitting.id})
    return [drawn_of(row, asked.get(row.part_version_sha) or asked_question(row.part_version_sha)) for row in rows]


def drawn_of(row: Any, question: Question) -> Drawn:
    is_corrected = row.graded_as is not None and row.graded_as != row.part_version_sha
    if is_corrected:
        question = corrected(question, asked_question(row.graded_as))
    return Drawn(
        position=row.position,
        key=row.key,
        question=question,
        order=tuple(row.option_order["ids"]),
        points=row.points,
        answer=row.value["v"] if row.value else None,
        answered=row.answered,
        seq=row.seq,
        saved_at=row.saved_at,
        flagged=row.flagged,
        earned=row.earned,
        marked=row.mark_version > 0,
        waiting=row.waiting,
        seconds=row.seconds,
        corrected=is_corrected,
        dropped=row.dropped,
        regraded=row.graded_as is not None or row.dropped,
    )


@lru_cache(maxsize=4096)
def asked_question(sha: bytes) -> Question:
    """Return what is asked and keyed under a digest. Its explanation may be that of another revision."""
    return from_plain(Question, session().scalar(_SPEC, {"sha": sha}))


@lru_cache(maxsize=4096)
def question_as(asked: bytes, graded_as: bytes | None) -> Question:
    """Return what was asked, with the key by which it is marked: that of `graded_as`, its own for None."""
    question = asked_question(asked)
    return question if graded_as in (None, asked) else corrected(question, asked_question(graded_as))


@lru_cache(maxsize=128)
def _asked_in(compiled_sha: bytes | None, revision_id: int) -> dict[bytes, Question]:
    """Return the questions of a revision by their digest; kept by the digest of the whole, which never changes."""
    if compiled_sha is None:
        return {}
    spec: QuizSpec = content.compiled(revision_id)
    return {asked_sha(question): question for question in spec.questions}


@lru_cache(maxsize=128)
def _asked_in_bank(compiled: str) -> dict[bytes, Question]:
    """Return the questions of a bank as it was when somebody drew from it. compiled: its digest in hex."""
    spec: QuizSpec = spec_of(bytes.fromhex(compiled))
    return {asked_sha(question): question for question in spec.questions}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAttempt:
    """One line of somebody's history with a quiz. expired: open in the database, but its time is up."""

    public_id: str
    occasion: str
    number: int
    state: State
    started_at: datetime
    submitted_at: datetime | None
    deadline_at: datetime | None
    ended_by: str | None
    earned: Points | None
    possible: Points
    passed: bool | None
    expired: bool

    @property
    def makeup(self) -> int | None:
        """The number of the makeup that it belongs to, None for another occasion."""
        return makeup_number(self.occasion)


def history(person_id: int, document_id: int, now: datetime) -> list[PastAttempt]:
    """Return every attempt of a person at a quiz on whatever occasion, the first one first."""
    rows = session().execute(_PAST, {"person_id": person_id, "document_id": document_id})
    return [
        PastAttempt(
            public_id=row.public_id,
            occasion=row.occasion,
            number=row.number,
            state=State(row.state),
            started_at=row.started_at,
            submitted_at=row.submitted_at,
            deadline_at=row.deadline_at,
            ended_by=row.ended_by,
            earned=row.earned,
            possible=row.possible,
            passed=row.passed,
            expired=row.state == State.OPEN and is_over(row.deadline_at, now, row.paused_at),
        )
        for row in rows
    ]


def base_rules(sitting: Sitting) -> QuizRules:
    """Return the rules of the quiz as published when the attempt began, before any window of its person."""
    if sitting.compiled_sha is None:
        return sitting.rules
    quiz: QuizSpec = spec_of(sitting.compiled_sha)
    return quiz.rules


def as_past(attempts: Sequence[PastAttempt]) -> list[Past]:
    """Return what the rules want to know; an attempt whose time is up counts as ended at its deadline."""
    return [
        Past(
            number=each.number,
            state=State.EXPIRED if each.expired else each.state,
            ended_at=each.deadline_at if each.expired else each.submitted_at,
        )
        for each in attempts
    ]


def seen_by(person_id: int, document_id: int) -> set[str]:
    """Return hex of what the person was asked in earlier attempts at the quiz."""
    rows = session().scalars(_SEEN, {"person_id": person_id, "document_id": document_id})
    return {sha.hex() for sha in rows}


def seconds_between(now: datetime, deadline_at: datetime | None) -> int | None:
    """Return the seconds left, rounded up so that no page hands in before its time; at least 0."""
    return None if deadline_at is None else max(math.ceil((deadline_at - now).total_seconds()), 0)


def open_count(document_id: int) -> int:
    """Return how many people are sitting at the quiz now."""
    return (
        session().scalar(select(func.count()).where(Attempt.document_id == document_id, Attempt.state == State.OPEN))
        or 0
    )
