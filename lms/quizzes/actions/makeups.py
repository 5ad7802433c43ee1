"""补考: a person may sit a quiz again, counted apart; given with a reason, withdrawn with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.accounts.events import Settled, Told
from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import Text, text
from lms.quizzes.models import Attempt, Makeup
from lms.quizzes.queries import as_past, history, occasions
from lms.quizzes.queries.exams import Exam
from lms.quizzes.queries.occasions import left_in, past_on
from lms.quizzes.rules.attempts import CLOSED, State
from lms.quizzes.rules.makeups import MAKEUP, why_no_makeup
from lms.quizzes.rules.windows import is_closed
from lms.records.actions import lock_people

MOST_ATTEMPTS = 9
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is given: attempts 1 to MOST_ATTEMPTS; opens_at, closes_at of beginning, None = at once, at any time."""

    attempts: int = 1
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """given: public names of the makeups, by person. refused: people who may not have one, each with the reason."""

    given: dict[int, str]
    refused: dict[int, Text]


def give_makeups(actor: Actor, exam: Exam, person_ids: Sequence[int], terms: Terms) -> Given:
    """Give each of these people a makeup who may have one, and tell them.

    Raises Invalid, and NotFound where one of them is not the actor's to manage. At most 100 people in one transaction.
    """
    now = clock.now()
    problems = _problems(terms, now)
    if problems:
        raise Invalid(text("请看标出的地方。"), fields=problems)
    mine = set(
        session().scalars(
            select(Person.id).where(Person.id.in_(person_ids), Person.active, visible(actor, Permission.QUIZ_MANAGE))
        )
    )
    if not mine or mine != set(person_ids):
        raise NotFound()
    lock_people(mine)
    given: dict[int, str] = {}
    refused: dict[int, Text] = {}
    for person_id in sorted(mine):
        why = why_not(exam, person_id, now)
        if why is not None:
            refused[person_id] = why
        else:
            given[person_id] = _give(actor, exam, person_id, terms, now)
    return Given(given=given, refused=refused)


def why_not(exam: Exam, person_id: int, now: datetime) -> Text | None:
    """Return why the person may not be given a makeup now, None where he may."""
    past = history(person_id, exam.document_id, now)
    every = occasions(person_id, exam.document_id, exam.rules)
    names = {each.name for each in every}
    results = [each.passed for each in past if each.state in CLOSED and each.occasion in names]
    has_one = any(left_in(each, past) != 0 and not is_closed(each.plan, now) for each in every[1:])
    sitting = [each for each in past if each.state is State.OPEN and each.occasion != every[0].name]
    tries = as_past([*past_on(every[0].name, past), *sitting])
    return why_no_makeup(every[0].plan, tries, results, now, has_one=has_one)


def _problems(terms: Terms, now: datetime) -> dict[str, Text]:
    found: dict[str, Text] = {}
    if not terms.reason.strip():
        found["reason"] = text("原因不能为空。")
    if len(terms.reason) > LONGEST_REASON:
        found["reason"] = text("原因最多 %(most)s 字。", most=LONGEST_REASON)
    if not 1 <= terms.attempts <= MOST_ATTEMPTS:
        found["attempts"] = text("次数 1 到 %(most)s。", most=MOST_ATTEMPTS)
    if terms.closes_at and terms.closes_at <= max(now, terms.opens_at or now):
        found["closes_at"] = text("结束要晚于开始，也要晚于现在。")
    return found


def _give(actor: Actor, exam: Exam, person_id: int, terms: Terms, now: datetime) -> str:
    last = session().scalar(
        select(func.max(Makeup.number)).where(Makeup.document_id == exam.document_id, Makeup.person_id == person_id)
    )
    made = Makeup(
        document_id=exam.document_id,
        person_id=person_id,
        number=(last or 0) + 1,
        attempts=terms.attempts,
        opens_at=terms.opens_at,
        closes_at=terms.closes_at,
        reason=terms.reason.strip(),
        given_by=actor.id,
        given_at=now,
    )
    session().add(made)
    session().flush()
    audit(
        actor.id,
        "makeup.given",
        "makeup",
        made.public_id,
        person_id=person_id,
        after={
            "document": exam.document_id,
            "attempts": terms.attempts,
            "opens_at": terms.opens_at.isoformat() if terms.opens_at else None,
            "closes_at": terms.closes_at.isoformat() if terms.closes_at else None,
        },
    )
    emit(
        Told(
            person_ids=(person_id,),
            topic="duty",
            sentence=text("《%(title)s》给您安排了补考。", title=exam.title),
            link=("quizzes.intro", {"slug": exam.slug}),
            key=_key(made.public_id),
        )
    )
    return made.public_id


def withdraw_makeup(actor: Actor, public_id: str, reason: str) -> None:
    """Take a makeup back. Attempts that were made in it stay. Raises NotFound, Invalid, and Conflict while it is sat.

    A makeup that was withdrawn already stays as it is.
    """
    if not reason.strip():
        raise Invalid(text("请写明撤回的原因。"), fields={"reason": text("原因不能为空。")})
    found = (
        session()
        .scalars(
            select(Makeup)
            .join(Person, Person.id == Makeup.person_id)
            .where(Makeup.public_id == public_id, visible(actor, Permission.QUIZ_MANAGE))
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound()
    lock_people([found.person_id])
    session().refresh(found)
    if found.withdrawn_at is not None:
        return
    sat = session().scalar(
        select(Attempt.id).where(
            Attempt.document_id == found.document_id,
            Attempt.person_id == found.person_id,
            Attempt.occasion == f"{MAKEUP}{found.number}",
            Attempt.state == State.OPEN.value,
        )
    )
    if sat is not None:
        raise Conflict(text("正在补考，不能撤回。可以先在现场页收卷。"), code="sitting")
    found.withdrawn_at = clock.now()
    audit(
        actor.id,
        "makeup.withdrawn",
        "makeup",
        public_id,
        person_id=found.person_id,
        after={"reason": reason.strip()[:LONGEST_REASON]},
    )
    emit(Settled(person_ids=(found.person_id,), key=_key(public_id)))


def _key(public_id: str) -> str:
    return f"makeup:{public_id}"
