"""Reading certificates: plans, who holds what, what ends soon, and what stands behind a code."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.content import queries as content
from lms.content.queries import Card, Choice
from lms.core.access import Actor, Permission
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.here import day_of, today
from lms.learning.models import Certificate, CertificatePlan, QueueNeed
from lms.learning.rules.certificates import (
    VALID,
    Meaning,
    Row,
    State,
    Terms,
    accepted_until,
    code_read,
    latest,
    meaning,
    next_span,
    state_of,
    valid_on,
)
from lms.records.models import Standing

_CONCERNED = select(
    exists()
    .where(
        CertificatePlan.active,
        or_(
            CertificatePlan.document_id == bindparam("document_id"),
            CertificatePlan.refresher_id == bindparam("document_id"),
        ),
    )
    .label("plan"),
    exists().where(QueueNeed.document_id == bindparam("document_id")).label("queue"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A rule of certificates as pages show it."""

    id: int
    public_id: str
    name: str
    terms: Terms
    document: Card
    refresher: Card | None
    active: bool
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCounts:
    """How many people stand how with a plan today. completed: have done its document and were never certified."""

    valid: int = 0
    ending: int = 0
    in_grace: int = 0
    lapsed: int = 0
    completed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A certificate as pages show it. accepted_until: the end with its grace; None = for ever.

    based: whether what it rests on still counts; False where it was voided since. next_until: the end of the one that
    takes its place, where it was renewed early.
    """

    id: int
    public_id: str
    code: str
    plan: Plan
    person_id: int
    person: str
    employee_no: str
    team: str
    team_id: int | None
    active: bool
    issued_at: datetime
    issued_on: date
    valid_from: date
    valid_until: date | None
    accepted_until: date | None
    state: State
    revoked_at: datetime | None
    revoked_why: str
    revoked_by: int | None
    based: bool
    next_until: date | None = None

    @property
    def is_valid(self) -> bool:
        return self.state in VALID


def concerned(document_id: int) -> tuple[bool, bool]:
    """Return whether certificates, and whether queues rest on a document: one statement beside each completion."""
    row = rows(_CONCERNED, {"document_id": document_id}).one()
    return bool(row.plan), bool(row.queue)


def terms_of(plan: CertificatePlan) -> Terms:
    return Terms(valid_days=plan.valid_days, renew_days=plan.renew_days, grace_days=plan.grace_days)


def row_of(certificate: Any) -> Row:
    return Row(
        id=certificate.id,
        from_on=certificate.valid_from,
        until_on=certificate.valid_until,
        revoked=certificate.revoked_at is not None,
    )


KINDS = ("curriculum", "course", "lesson", "task", "quiz", "drill", "scorm", "article")
"""What somebody can complete, in the order of the lists."""


def offered(actor: Actor, kept: Collection[int] = ()) -> list[Choice]:
    """Return what can be completed and the actor may read, by kind and title. kept: chosen before."""
    return content.choices(actor, KINDS, kept)


def queues_asking(document_id: int) -> list[int]:
    """Return the queues that ask for a document."""
    return list(session().scalars(select(QueueNeed.queue_id).where(QueueNeed.document_id == document_id).distinct()))


def plans(*, active: bool = False) -> list[Plan]:
    """Return every plan, or only those by which certificates are given, by name."""
    found = session().scalars(select(CertificatePlan).order_by(CertificatePlan.name, CertificatePlan.id)).all()
    return _plans([plan for plan in found if plan.active or not active])


def _plans(found: Iterable[CertificatePlan]) -> list[Plan]:
    every = list(found)
    cards = content.cards({id for plan in every for id in (plan.document_id, plan.refresher_id) if id is not None})
    return [
        Plan(
            id=plan.id,
            public_id=plan.public_id,
            name=plan.name,
            terms=terms_of(plan),
            document=cards[plan.document_id],
            refresher=cards.get(plan.refresher_id) if plan.refresher_id is not None else None,
            active=plan.active,
            made_at=plan.made_at,
        )
        for plan in every
    ]


def plan_named(public_id: str) -> Plan:
    """Return one plan. Raises NotFound."""
    found = session().scalars(select(CertificatePlan).where(CertificatePlan.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound()
    return _plans([found])[0]


def rows_by_person(
    plan_ids: Collection[int], person_ids: Collection[int] | None = None
) -> dict[int, dict[int, list[Row]]]:
    """Return the certificates of people by plan and person. person_ids: None = of everybody who works here."""
    statement = select(
        Certificate.id,
        Certificate.plan_id,
        Certificate.person_id,
        Certificate.valid_from,
        Certificate.valid_until,
        Certificate.revoked_at,
    ).where(Certificate.plan_id.in_(list(plan_ids)))
    if person_ids is None:
        statement = statement.join(Person, Person.id == Certificate.person_id).where(Person.active)
    else:
        statement = statement.where(Certificate.person_id.in_(list(person_ids)))
    found: dict[int, dict[int, list[Row]]] = {}
    for row in session().execute(statement.order_by(Certificate.id)):
        found.setdefault(row.plan_id, {}).setdefault(row.person_id, []).append(row_of(row))
    return found


def counts(shown: Sequence[Plan], day: date) -> dict[int, PlanCounts]:
    """Return how many people stand how with each plan, in two statements."""
    held = rows_by_person([plan.id for plan in shown])
    done: dict[int, int] = {
        row.document_id: row.people
        for row in session().execute(
            select(Standing.document_id, func.count().label("people"))
            .join(Person, Person.id == Standing.person_id)
            .join(CertificatePlan, CertificatePlan.document_id == Standing.document_id)
            .where(
                CertificatePlan.id.in_([plan.id for plan in shown]),
                Standing.state == "done",
                Person.active,
                ~exists().where(Certificate.plan_id == CertificatePlan.id, Certificate.person_id == Standing.person_id),
            )
            .group_by(Standing.document_id)
        )
    }
    found = {}
    for plan in shown:
        states = [_now(one, plan.terms, day) for one in held.get(plan.id, {}).values()]
        found[plan.id] = PlanCounts(
            valid=sum(state in VALID for state in states),
            ending=sum(state is State.ENDS_SOON for state in states),
            in_grace=sum(state is State.IN_GRACE for state in states),
            lapsed=sum(state is State.LAPSED for state in states),
            completed=done.get(plan.document.document_id, 0),
        )
    return found


def _now(own: Sequence[Row], terms: Terms, day: date) -> State | None:
    """Return how somebody stands with a plan: by the certificate that counts, else the last one."""
    row = valid_on(own, terms, day) or latest(own)
    return state_of(row, own, terms, day) if row is not None else None


def would_mean(plan: Plan, after: Terms, day: date) -> Meaning:
    """Return what other terms mean for those who hold a certificate of a plan."""
    return meaning(rows_by_person([plan.id]).get(plan.id, {}).values(), plan.terms, after, day)


def uncertified(plan: Plan) -> list[tuple[int, datetime]]:
    """Return who has completed the document of a plan and was never given its certificate, with when; by person."""
    statement = (
        select(Standing.person_id, Standing.last_done_at)
        .join(Person, Person.id == Standing.person_id)
        .where(
            Standing.document_id == plan.document.document_id,
            Standing.state == "done",
            Standing.last_done_at.is_not(None),
            Person.active,
            ~exists().where(Certificate.plan_id == plan.id, Certificate.person_id == Standing.person_id),
        )
        .order_by(Standing.person_id)
    )
    return [(person_id, at) for person_id, at in session().execute(statement) if at is not None]


_basis = aliased(Standing)
_again = aliased(Standing)
_SHOWN: Any = (
    select(
        Certificate.id,
        Certificate.public_id,
        Certificate.code,
        Certificate.plan_id,
        Certificate.person_id,
        Certificate.issued_at,
        Certificate.valid_from,
        Certificate.valid_until,
        Certificate.revoked_at,
        Certificate.revoked_why,
        Certificate.revoked_by,
        Person.name,
        Person.employee_no,
        Person.active,
        Person.team_id,
        Team.name.label("team"),
        or_(_basis.state == "done", _again.state == "done").label("based"),
    )
    .join(CertificatePlan, CertificatePlan.id == Certificate.plan_id)
    .join(Person, Person.id == Certificate.person_id)
    .outerjoin(Team, Team.id == Person.team_id)
    .outerjoin(
        _basis, and_(_basis.person_id == Certificate.person_id, _basis.document_id == CertificatePlan.document_id)
    )
    .outerjoin(
        _again, and_(_again.person_id == Certificate.person_id, _again.document_id == CertificatePlan.refresher_id)
    )
)


def _shown(found: Sequence[Any], day: date, *, every: Mapping[int, Plan] | None = None) -> list[Shown]:
    """Return rows as pages show them. found: all certificates of each person and plan among them."""
    known = every if every is not None else {plan.id: plan for plan in plans()}
    groups: dict[tuple[int, int], list[Row]] = {}
    for row in found:
        groups.setdefault((row.plan_id, row.person_id), []).append(row_of(row))
    shown = []
    for row in found:
        plan, own = known[row.plan_id], groups[row.plan_id, row.person_id]
        one = row_of(row)
        later = [other for other in own if not other.revoked and other.from_on > one.from_on]
        shown.append(
            Shown(
                id=row.id,
                public_id=row.public_id,
                code=row.code,
                plan=plan,
                person_id=row.person_id,
                person=row.name or "",
                employee_no=row.employee_no or "",
                team=row.team or "",
                team_id=row.team_id,
                active=row.active,
                issued_at=row.issued_at,
                issued_on=day_of(row.issued_at),
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                accepted_until=accepted_until(row.valid_until, plan.terms.grace_days),
                state=state_of(one, own, plan.terms, day),
                revoked_at=row.revoked_at,
                revoked_why=row.revoked_why,
                revoked_by=row.revoked_by,
                based=bool(row.based),
                next_until=later[-1].until_on if later else None,
            )
        )
    return shown


_OF_PERSON = _SHOWN.where(Certificate.person_id == bindparam("person_id")).order_by(Certificate.id)


def of_person(person_id: int, day: date) -> list[Shown]:
    """Return every certificate of a person: those that hold, the first end first, then the others, the newest first."""
    found = rows(_OF_PERSON, {"person_id": person_id}).all()
    if not found:
        return []
    shown = _shown(found, day)
    holding = sorted((one for one in shown if one.is_valid), key=lambda one: (one.valid_until or date.max, one.id))
    over = sorted((one for one in shown if not one.is_valid), key=lambda one: one.id, reverse=True)
    return [*holding, *over]


def certificate(actor: Actor, public_id: str) -> Shown:
    """Return one certificate of oneself or of somebody whose page one may see. Raises NotFound for any other."""
    key = (
        session()
        .execute(
            select(Certificate.plan_id, Certificate.person_id)
            .join(Person, Person.id == Certificate.person_id)
            .where(
                Certificate.public_id == public_id,
                or_(Certificate.person_id == actor.id, visible(actor, Permission.PERSON_READ)),
            )
        )
        .one_or_none()
    )
    if key is None:
        raise NotFound()
    found = (
        session()
        .execute(
            _SHOWN.where(Certificate.plan_id == key.plan_id, Certificate.person_id == key.person_id).order_by(
                Certificate.id
            )
        )
        .all()
    )
    return next(one for one in _shown(found, today()) if one.public_id == public_id)


def verified(typed: str) -> Shown | None:
    """Return what stands behind a code, whoever asks; None for a code that nobody was given."""
    code = code_read(typed)
    known = (
        session().execute(select(Certificate.plan_id, Certificate.person_id).where(Certificate.code == code)).first()
    )
    plan_id, person_id = known or (0, 0)
    # An unknown code asks as much as a known one: the answer takes the same time.
    found = (
        session()
        .execute(
            _SHOWN.where(Certificate.plan_id == plan_id, Certificate.person_id == person_id).order_by(Certificate.id)
        )
        .all()
    )
    return next((one for one in _shown(found, today()) if one.code == code), None)


def of_team(actor: Actor, day: date, states: Collection[State], *, plan_id: int | None = None) -> list[Shown]:
    """Return by whom of those whom the actor sees a certificate is held, or was, in one of these states.

    One line for each person and plan: the certificate that counts, else the last one. The earliest end first.
    """
    every = {plan.id: plan for plan in plans()}
    conditions = [Person.active, visible(actor, Permission.PERSON_READ), CertificatePlan.active]
    if plan_id is not None:
        conditions.append(Certificate.plan_id == plan_id)
    found = session().execute(_SHOWN.where(*conditions).order_by(Certificate.id)).all()
    newest: dict[tuple[int, int], Shown] = {}
    for one in _shown(found, day, every=every):
        if one.state not in {State.REVOKED, State.RENEWED, State.NOT_YET}:
            newest[one.plan.id, one.person_id] = one
    chosen = [one for one in newest.values() if one.state in states]
    return sorted(chosen, key=lambda one: (one.valid_until or date.max, one.person_id))


def holding(
    person_ids: Collection[int], plan_ids: Collection[int], days: Collection[date]
) -> dict[date, dict[int, frozenset[int]]]:
    """Return by day and person the plans of which a certificate holds or is in its grace; two statements in all."""
    terms = {
        plan.id: terms_of(plan)
        for plan in session().scalars(select(CertificatePlan).where(CertificatePlan.id.in_(list(plan_ids))))
    }
    found: dict[date, dict[int, set[int]]] = {day: {} for day in days}
    for plan_id, people in rows_by_person(list(terms), person_ids).items():
        for person_id, own in people.items():
            for day, held in found.items():
                if valid_on(own, terms[plan_id], day) is not None:
                    held.setdefault(person_id, set()).add(plan_id)
    return {day: {person_id: frozenset(held) for person_id, held in people.items()} for day, people in found.items()}


def impact(document_id: int, passing: Sequence[int], failing: Sequence[int], day: date) -> tuple[int, int]:
    """Return how many of those who come to pass are given a certificate, and how many of those who fail hold one."""
    concerned_plans = (
        session()
        .scalars(
            select(CertificatePlan).where(
                CertificatePlan.active,
                or_(CertificatePlan.document_id == document_id, CertificatePlan.refresher_id == document_id),
            )
        )
        .all()
    )
    would: set[int] = set()
    keep: set[int] = set()
    for plan in concerned_plans:
        held = rows_by_person([plan.id], [*passing, *failing]).get(plan.id, {})
        terms = terms_of(plan)
        would |= {
            person_id
            for person_id in passing
            if (plan.document_id == document_id or held.get(person_id))
            and next_span(held.get(person_id, ()), terms, day) is not None
        }
        keep |= {person_id for person_id in failing if valid_on(held.get(person_id, ()), terms, day) is not None}
    return len(would), len(keep)
