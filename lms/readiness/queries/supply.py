"""Who there is for a peak: certified for which kind of work on which day, on duty when, ready soon. About 20 statements
however many people and days."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, func, or_, select

from lms.accounts.models import Cohort, CohortMember, Person, RoleGrant, Shift
from lms.accounts.queries import rosters_of, teams_below
from lms.accounts.rules.roster import Roster
from lms.assignments.models import Assignment
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session
from lms.learning.models import CertificatePlan
from lms.learning.queries.certificates import holding, rows_by_person
from lms.learning.queries.queues import computed_days
from lms.learning.rules.certificates import latest
from lms.readiness.rules.gap import Coming
from lms.readiness.rules.outlook import Again, Supply

NOT_COUNTED = (Role.LEAD, Role.QUALITY, Role.DIRECTOR, Role.HR, Role.ADMIN)
"""Who holds one of these has other work at a peak. A trainer counts where certified, and is asked for no training."""

USUAL_START = 9 * 60
"""Minutes from midnight at which somebody begins whose roster says no shift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """By what somebody may do a kind of work: a certificate plan, else a queue."""

    certificate_plan_id: int | None
    queue_id: int | None


def staff(team_ids: Collection[int], today: date) -> dict[int, date | None]:
    """Return who works in these teams or below them for customers, each with the last day where one is planned."""
    rows = session().execute(
        select(Person.id, Person.leaving_on)
        .where(
            Person.active,
            Person.team_id.in_(teams_below(list(team_ids))),
            ~exists().where(
                RoleGrant.person_id == Person.id,
                RoleGrant.role.in_(NOT_COUNTED),
                or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > today),
            ),
        )
        .order_by(Person.id)
    )
    return {row.id: row.leaving_on for row in rows}


def _trainers(ids: Sequence[int], today: date) -> set[int]:
    return set(
        session().scalars(
            select(RoleGrant.person_id).where(
                RoleGrant.person_id.in_(ids),
                RoleGrant.role == Role.TRAINER,
                or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > today),
            )
        )
    )


def supply(
    team_ids: Collection[int], proofs: Sequence[Proof], days: Sequence[date], *, peak: date | None, today: date
) -> Supply:
    """Return who there is on these days, at least one. peak: of which day it is asked who lacks one thing."""
    people = staff(team_ids, today)
    ids = list(people)
    able: dict[date, dict[int, set[int]]] = {day: {} for day in days}
    if not proofs:
        for day in days:
            able[day] = {person_id: {0} for person_id in ids}
    certificates = [proof.certificate_plan_id for proof in proofs if proof.certificate_plan_id is not None]
    queues = [proof.queue_id for proof in proofs if proof.queue_id is not None]
    held = holding(ids, certificates, days) if certificates else {}
    rights = computed_days(ids, days, queues) if queues else {}
    for place, proof in enumerate(proofs):
        for day in days:
            for person_id in ids:
                if proof.certificate_plan_id is not None:
                    may = proof.certificate_plan_id in held[day].get(person_id, ())
                else:
                    may = rights[day][person_id, proof.queue_id or 0].allowed
                if may:
                    able[day].setdefault(person_id, set()).add(place)
    for day in days:  # who has left by then
        for person_id, last in people.items():
            if last is not None and last < day:
                able[day].pop(person_id, None)
    rosters = rosters_of(ids, since=min([today, *days]))
    coming, trainees = _coming(ids, today, rosters)
    again: list[Again] = []
    if peak in able and proofs:
        out = trainees | _trainers(ids, today)
        others = [each for each in ids if each not in out and (people[each] or date.max) >= peak]
        lacks = {} if not queues else {key: right.lacks for key, right in rights[peak].items() if not right.allowed}
        again = _again(others, proofs, able[peak], lacks)
    return Supply(
        people=len(ids),
        able=able,
        shifts=_shifts(rosters, days),
        again=again,
        coming=[each for each in coming if each.people],
    )


def _shifts(rosters: Mapping[int, Roster], days: Sequence[date]) -> dict[date, dict[int, tuple[int, int]]]:
    """Return who works when. Without a shift: eight hours from nine on."""
    hours = {
        row.code: (row.starts, row.ends) for row in session().execute(select(Shift.code, Shift.starts, Shift.ends))
    }
    found: dict[date, dict[int, tuple[int, int]]] = {day: {} for day in days}
    for person_id, roster in rosters.items():
        for day in days:
            if roster(day):
                starts, ends = hours.get(roster.shift(day), (USUAL_START, USUAL_START + 9 * 60))
                found[day][person_id] = (starts, ends if ends > starts else ends + 24 * 60)
    return found


def _coming(ids: Sequence[int], today: date, rosters: Mapping[int, Roster]) -> tuple[list[Coming], set[int]]:
    """Return the intakes with a curriculum before them, by when it ends, and all of their people."""
    rows = session().execute(
        select(Cohort.id, Cohort.name, Assignment.person_id, func.max(Assignment.due_on).label("ready_on"))
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .join(Assignment, Assignment.person_id == CohortMember.person_id)
        .join(Document, Document.id == Assignment.document_id)
        .where(
            CohortMember.left_on.is_(None),
            Assignment.person_id.in_(ids),
            Assignment.state == "open",
            Assignment.due_on >= today,
            Document.kind == "curriculum",
        )
        .group_by(Cohort.id, Cohort.name, Assignment.person_id)
        .order_by(Cohort.id, Assignment.person_id)
    )
    groups: dict[tuple[int, str, date], list[int]] = {}
    for row in rows:
        groups.setdefault((row.id, row.name, row.ready_on), []).append(row.person_id)
    found = [
        Coming(
            cohort_id=cohort_id,
            name=name,
            people=len(members),
            ready_on=ready_on,
            workdays=_workdays(rosters[members[0]], today, ready_on),
        )
        for (cohort_id, name, ready_on), members in groups.items()
    ]
    return found, {person_id for members in groups.values() for person_id in members}


def _workdays(roster: Roster, today: date, until: date) -> int:
    """Return on how many days after today, the last included, somebody works."""
    return sum(roster(today + timedelta(days=ahead)) for ahead in range(1, (until - today).days + 1))


def _again(
    ids: Sequence[int],
    proofs: Sequence[Proof],
    able: Mapping[int, Collection[int]],
    lacks: Mapping[tuple[int, int], tuple[int, ...]],
) -> list[Again]:
    """Return who held a certificate of a kind of work before, or lacks one document of its queue."""
    plan_ids = {proof.certificate_plan_id for proof in proofs if proof.certificate_plan_id is not None}
    lacked = {document_id for documents in lacks.values() for document_id in documents}
    renewed_by, plan_of = _renewed_by(plan_ids, lacked)
    before = rows_by_person(plan_ids, ids) if plan_ids else {}
    found = []
    for person_id in ids:
        missing: dict[int, tuple[int, ...]] = {}
        for place, proof in enumerate(proofs):
            if place in able.get(person_id, ()):
                continue
            if proof.certificate_plan_id is not None:
                if latest(before.get(proof.certificate_plan_id, {}).get(person_id, ())) is not None:
                    missing[place] = (renewed_by[proof.certificate_plan_id],)
            else:
                documents = lacks.get((person_id, proof.queue_id or 0), ())
                if len(documents) == 1:
                    plan_id = plan_of.get(documents[0])
                    missing[place] = (renewed_by[plan_id],) if plan_id is not None else documents
        if missing:
            found.append(Again(person_id=person_id, document_ids=missing))
    return found


def _renewed_by(plan_ids: Collection[int], document_ids: Collection[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Return by which document each certificate is renewed, and the certificate that stands on each document."""
    rows = (
        session()
        .execute(
            select(
                CertificatePlan.id, CertificatePlan.document_id, CertificatePlan.refresher_id, CertificatePlan.active
            ).where(or_(CertificatePlan.id.in_(list(plan_ids)), CertificatePlan.document_id.in_(list(document_ids))))
        )
        .all()
    )
    return (
        {row.id: row.refresher_id or row.document_id for row in rows},
        {row.document_id: row.id for row in rows if row.active},
    )
