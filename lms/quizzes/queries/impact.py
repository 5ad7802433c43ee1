"""影响范围: what marking a version again would do, before anybody does it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.core.access import Actor, Permission
from lms.core.bus import ask
from lms.core.db import session
from lms.core.fingerprint import fingerprint
from lms.questions.spec import Question
from lms.quizzes.models import Attempt
from lms.quizzes.queries.regrading import alone_on_paper, answers_to
from lms.quizzes.rules.regrade import Change, Correction, Drop, Outcome, Plan, plan, refuse_nothing_left
from lms.records.events import Consequence, CorrectionImpact, Flip

SHOWN = 200  # names on one page; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """plan: what would be written. seen: short name of what it does to people, to notice that it is another by now.

    consequences: what other rooms answer. sitting: people whose open paper has the question.
    """

    plan: Plan
    seen: str
    consequences: tuple[Consequence, ...]


def impact(asked: Question, sha: bytes, correction: Correction) -> Impact:
    """Return what the correction would do to every closed attempt. Raises Misfit, NothingLeft."""
    if isinstance(correction, Drop):
        refuse_nothing_left(alone_on_paper(sha))
    found = plan(asked, correction, answers_to(sha))
    return Impact(plan=found, seen=name_of(found), consequences=consequences_of(found))


def name_of(found: Plan) -> str:
    """Return the mark of who gains and who loses by a plan."""
    changed = sorted(
        (each.attempt_id, each.result.earned, each.result.possible) for each in found.changes if each.is_other
    )
    return fingerprint(changed)


def consequences_of(found: Plan) -> tuple[Consequence, ...]:
    """Return what else would change, as every other room answers, for each quiz that is touched."""
    flips = [each for each in found.changes if each.flips]
    if not flips:
        return ()
    ids = [each.attempt_id for each in flips]
    rows = session().execute(select(Attempt.id, Attempt.document_id).where(Attempt.id.in_(ids)))
    of = {row.id: row.document_id for row in rows}
    told: list[Consequence] = []
    for document_id in sorted(set(of.values())):
        question = CorrectionImpact(
            document_id=document_id,
            flips=_by_person(each for each in flips if of[each.attempt_id] == document_id),
        )
        told.extend(each for answer in ask(question) for each in answer)
    return tuple(told)


def _by_person(changes: Iterable[Change]) -> tuple[Flip, ...]:
    """One flip a person: the better of several attempts counts."""
    rank = {None: 0, False: 1, True: 2}
    best: dict[int, Flip] = {}
    for each in changes:
        person = each.answered.person_id
        flip = Flip(person_id=person, before=each.was.passed, after=each.result.passed)
        known = best.get(person)
        if known is None or rank[flip.after] > rank[known.after]:
            best[person] = flip
    return tuple(best[person] for person in sorted(best))


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One attempt of somebody whom the reader may see, before and after."""

    attempt: str
    number: int
    name: str
    employee_no: str
    was: Outcome
    result: Outcome


def named(actor: Actor, changes: Sequence[Change], *, limit: int = SHOWN) -> list[Named]:
    """Return whose attempts these are, by name, as far as the actor may see them."""
    by_id = {each.attempt_id: each for each in changes}
    if not by_id:
        return []
    rows = session().execute(
        select(Attempt.id, Attempt.public_id, Attempt.number, Person.name, Person.employee_no)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.id.in_(by_id), visible(actor, Permission.QUIZ_RESULTS))
        .order_by(Person.employee_no, Attempt.number)
        .limit(limit)
    )
    return [
        Named(
            attempt=row.public_id,
            number=row.number,
            name=row.name or "",
            employee_no=row.employee_no or "",
            was=by_id[row.id].was,
            result=by_id[row.id].result,
        )
        for row in rows
    ]
