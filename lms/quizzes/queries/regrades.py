"""Reading regrades that were made: a quiz's history, one of them with old beside new, what a result was before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.content import queries as content
from lms.content.models import Part
from lms.content.queries import Card
from lms.core.access import Actor, Permission
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.questions.spec import Question
from lms.quizzes.models import Attempt, AttemptItem, Regrade, RegradeLine
from lms.quizzes.queries.sittings import asked_question, question_as
from lms.quizzes.rules.attempts import State
from lms.quizzes.rules.regrade import Outcome
from lms.records.models import Standing

SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One regrade. now: the question with the key that it gave, None where it was dropped. counts: as of Totals.

    first: nothing had been changed before it. last: it is the one that counts now. back_to: version whose key
    counted before, None where the question was dropped.
    """

    public_id: str
    document_id: int
    key: str
    asked: Question
    now: Question | None
    asked_sha: bytes
    now_sha: bytes | None
    back_to: bytes | None
    last: bool
    remark: bool
    reason: str
    counts: Mapping[str, Any]
    by: str
    at: datetime
    done_at: datetime | None

    @property
    def is_back(self) -> bool:
        """Whether it gave the question the key back with which it was asked."""
        return self.now_sha == self.asked_sha


_earlier = aliased(Regrade)
_MADE = select(
    Regrade.id,
    Regrade.public_id,
    Regrade.document_id,
    Regrade.from_sha,
    Regrade.to_sha,
    Regrade.remark,
    Regrade.reason,
    Regrade.counts,
    Regrade.made_at,
    Regrade.done_at,
    Part.key,
    Person.name,
    select(func.max(_earlier.id))
    .where(_earlier.from_sha == Regrade.from_sha, _earlier.id < Regrade.id)
    .scalar_subquery()
    .label("before_id"),
    select(func.max(_earlier.id)).where(_earlier.from_sha == Regrade.from_sha).scalar_subquery().label("last_id"),
)
_FROM: Select[*tuple[Any, ...]] = _MADE.join(Part, Part.id == Regrade.part_id).outerjoin(
    Person, Person.id == Regrade.made_by
)


def history(document_id: int) -> list[Made]:
    """Return every regrade that touched attempts at a quiz or was made from it, the latest first."""
    touched = (
        exists()
        .where(RegradeLine.regrade_id == Regrade.id, RegradeLine.attempt_id == Attempt.id)
        .where(Attempt.document_id == document_id)
    )
    found = session().execute(
        _FROM.where(or_(Regrade.document_id == document_id, touched)).order_by(Regrade.id.desc()).limit(SHOWN)
    )
    return _made(found.all())


def made(public_id: str) -> Made:
    """Return one regrade. Raises NotFound."""
    found = session().execute(_FROM.where(Regrade.public_id == public_id)).all()
    if not found:
        raise NotFound()
    return _made(found)[0]


def _made(found: Any) -> list[Made]:
    before = [row.before_id for row in found if row.before_id]
    earlier = session().execute(select(Regrade.id, Regrade.to_sha).where(Regrade.id.in_(before)))
    targets = {row.id: row.to_sha for row in earlier}
    return [
        Made(
            public_id=row.public_id,
            document_id=row.document_id,
            key=row.key,
            asked=asked_question(row.from_sha),
            now=None if row.to_sha is None else question_as(row.from_sha, row.to_sha),
            asked_sha=row.from_sha,
            now_sha=row.to_sha,
            back_to=targets[row.before_id] if row.before_id else row.from_sha,
            last=row.last_id == row.id,
            remark=row.remark,
            reason=row.reason,
            counts=row.counts,
            by=row.name or "",
            at=row.made_at,
            done_at=row.done_at,
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An attempt that a regrade touched, old result beside new. quiz: of another one, where it is not of the first."""

    attempt: str
    number: int
    name: str
    employee_no: str
    quiz: Card
    was: Outcome
    result: Outcome


def lines(actor: Actor, public_id: str, *, offset: int = 0, limit: int = 50) -> tuple[list[Line], int, int]:
    """Return lines of those whom the actor may see, changed verdicts first; how many there are; how many of others."""
    seen = visible(actor, Permission.QUIZ_RESULTS)
    base = (
        select(
            RegradeLine,
            Attempt.public_id,
            Attempt.number,
            Attempt.document_id,
            Person.name,
            Person.employee_no,
        )
        .join(Regrade, Regrade.id == RegradeLine.regrade_id)
        .join(Attempt, Attempt.id == RegradeLine.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(Regrade.public_id == public_id)
    )
    total = session().scalar(select(func.count()).select_from(base.subquery())) or 0
    shown = session().scalar(select(func.count()).select_from(base.where(seen).subquery())) or 0
    kept = RegradeLine.old_passed.is_not_distinct_from(RegradeLine.new_passed)
    same = and_(RegradeLine.old_earned == RegradeLine.new_earned, RegradeLine.old_possible == RegradeLine.new_possible)
    found = session().execute(
        base.where(seen)
        .order_by(case((kept, 1), else_=0), case((same, 1), else_=0), Person.employee_no, Attempt.number)
        .offset(offset)
        .limit(limit)
    )
    page = found.all()
    cards = content.cards({row.document_id for row in page})
    return (
        [
            Line(
                attempt=row.public_id,
                number=row.number,
                name=row.name or "",
                employee_no=row.employee_no or "",
                quiz=cards[row.document_id],
                was=_old(row.RegradeLine),
                result=_new(row.RegradeLine),
            )
            for row in page
        ],
        shown,
        total - shown,
    )


def _old(line: RegradeLine) -> Outcome:
    return Outcome(earned=line.old_earned, possible=line.old_possible, passed=line.old_passed)


def _new(line: RegradeLine) -> Outcome:
    return Outcome(earned=line.new_earned, possible=line.new_possible, passed=line.new_passed)


def still_complete(actor: Actor, public_id: str) -> list[Line]:
    """Return who fell below the pass mark by a regrade, has no other attempt that passes, and counts as done still."""
    other = aliased(Attempt)
    found = session().execute(
        select(RegradeLine, Attempt.public_id, Attempt.number, Attempt.document_id, Person.name, Person.employee_no)
        .join(Regrade, Regrade.id == RegradeLine.regrade_id)
        .join(Attempt, Attempt.id == RegradeLine.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .join(
            Standing,
            and_(
                Standing.person_id == Attempt.person_id,
                Standing.document_id == Attempt.document_id,
                Standing.state == "done",
            ),
        )
        .where(
            Regrade.public_id == public_id,
            RegradeLine.old_passed.is_(True),
            RegradeLine.new_passed.is_(False),
            Attempt.passed.is_(False),
            Attempt.state != State.VOIDED.value,
            ~exists().where(
                other.person_id == Attempt.person_id,
                other.document_id == Attempt.document_id,
                other.passed.is_(True),
                other.state != State.VOIDED.value,
            ),
            visible(actor, Permission.QUIZ_RESULTS),
        )
        .order_by(Person.employee_no)
        .limit(SHOWN)
    )
    page = found.all()
    cards = content.cards({row.document_id for row in page})
    return [
        Line(
            attempt=row.public_id,
            number=row.number,
            name=row.name or "",
            employee_no=row.employee_no or "",
            quiz=cards[row.document_id],
            was=_old(row.RegradeLine),
            result=_new(row.RegradeLine),
        )
        for row in page
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A regrade as the person whose attempt it changed sees it. position: of the question on that paper."""

    position: int
    dropped: bool
    given_to_all: bool
    is_back: bool
    reason: str
    at: datetime
    was: Outcome
    result: Outcome


_OF_ATTEMPT = (
    select(
        AttemptItem.position,
        Regrade.from_sha,
        Regrade.to_sha,
        Regrade.reason,
        Regrade.made_at,
        RegradeLine.old_earned,
        RegradeLine.old_possible,
        RegradeLine.old_passed,
        RegradeLine.new_earned,
        RegradeLine.new_possible,
        RegradeLine.new_passed,
    )
    .join(Regrade, Regrade.id == RegradeLine.regrade_id)
    .join(
        AttemptItem,
        and_(
            AttemptItem.attempt_id == RegradeLine.attempt_id,
            AttemptItem.part_version_sha == Regrade.from_sha,
        ),
    )
    .where(RegradeLine.attempt_id == bindparam("attempt_id"))
    .order_by(Regrade.id)
)


def corrections_of(attempt_id: int) -> list[Corrected]:
    """Return how an attempt came to its result, the first correction first."""
    return [
        Corrected(
            position=row.position,
            dropped=row.to_sha is None,
            given_to_all=row.to_sha is not None and asked_question(row.to_sha).given_to_all,
            is_back=row.to_sha == row.from_sha,
            reason=row.reason,
            at=row.made_at,
            was=Outcome(earned=row.old_earned, possible=row.old_possible, passed=row.old_passed),
            result=Outcome(earned=row.new_earned, possible=row.new_possible, passed=row.new_passed),
        )
        for row in rows(_OF_ATTEMPT, {"attempt_id": attempt_id})
    ]
