"""Reading intakes and patterns."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Cohort, CohortMember, Mentor, Person, RosterPattern, Team
from lms.accounts.queries.actors import visible
from lms.accounts.rules.shifts import show_cycle
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import today


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRow:
    """One line of the list of intakes. members: how many of its people the actor may see."""

    id: int
    name: str
    starts_on: date
    room: str
    trainer: str
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """One member of an intake as seen today."""

    id: int
    employee_no: str
    name: str
    team_name: str
    active: bool
    has_password: bool
    mentor_no: str
    mentor_name: str


def cohorts(actor: Actor) -> list[CohortRow]:
    """Return the intakes of which the actor may see somebody (all of them for whoever sees everybody), latest first."""
    trainer = aliased(Person)
    members = (
        select(CohortMember.cohort_id, func.count(Person.id).label("members"))
        .join(Person, Person.id == CohortMember.person_id)
        .where(CohortMember.left_on.is_(None), visible(actor, Permission.PERSON_READ))
        .group_by(CohortMember.cohort_id)
        .subquery()
    )
    statement = (
        select(
            Cohort.id,
            Cohort.name,
            Cohort.starts_on,
            Cohort.room,
            trainer.name.label("trainer"),
            func.coalesce(members.c.members, 0).label("members"),
        )
        .outerjoin(trainer, trainer.id == Cohort.trainer_id)
        .outerjoin(members, members.c.cohort_id == Cohort.id)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )
    if Scope.ALL not in scopes(actor, Permission.PERSON_READ):
        statement = statement.where(or_(members.c.members > 0, Cohort.trainer_id == actor.id))
    return [
        CohortRow(
            id=row.id,
            name=row.name,
            starts_on=row.starts_on,
            room=row.room,
            trainer=row.trainer or "",
            members=row.members,
        )
        for row in session().execute(statement)
    ]


def cohort(actor: Actor, cohort_id: int) -> Cohort:
    """Return an intake. Raises NotFound where the actor may see nobody of it."""
    found = session().get(Cohort, cohort_id)
    if found is None:
        raise NotFound()
    if Scope.ALL in scopes(actor, Permission.PERSON_READ) or found.trainer_id == actor.id:
        return found
    if not cohort_members(actor, cohort_id):
        raise NotFound()
    return found


def cohort_members(actor: Actor, cohort_id: int, permission: Permission = Permission.PERSON_READ) -> list[MemberRow]:
    """Return the members over whom the actor holds the permission, with today's mentor, by number."""
    mentor, day = aliased(Person), today()
    pair = (
        select(Mentor.person_id, func.max(Mentor.mentor_id).label("mentor_id"))
        .where(Mentor.from_on <= day, or_(Mentor.until_on.is_(None), Mentor.until_on > day))
        .group_by(Mentor.person_id)
        .subquery()
    )
    rows = session().execute(
        select(
            Person.id,
            Person.employee_no,
            Person.name,
            Person.active,
            Person.password_hash.is_not(None).label("has_password"),
            Team.name.label("team_name"),
            mentor.employee_no.label("mentor_no"),
            mentor.name.label("mentor_name"),
        )
        .join(CohortMember, and_(CohortMember.person_id == Person.id, CohortMember.left_on.is_(None)))
        .outerjoin(Team, Team.id == Person.team_id)
        .outerjoin(pair, pair.c.person_id == Person.id)
        .outerjoin(mentor, mentor.id == pair.c.mentor_id)
        .where(CohortMember.cohort_id == cohort_id, visible(actor, permission))
        .order_by(Person.employee_no)
    )
    return [
        MemberRow(
            id=row.id,
            employee_no=row.employee_no or "",
            name=row.name or "",
            team_name=row.team_name or "",
            active=row.active,
            has_password=row.has_password,
            mentor_no=row.mentor_no or "",
            mentor_name=row.mentor_name or "",
        )
        for row in rows
    ]


def newest_cohorts(limit: int = 100) -> list[tuple[int, str]]:
    """Return id and name of the intakes that began last, for a list to choose from."""
    found = session().execute(
        select(Cohort.id, Cohort.name).order_by(Cohort.starts_on.desc(), Cohort.name).limit(limit)
    )
    return [(row.id, row.name) for row in found]


def latest_intakes(person_ids: Collection[int]) -> dict[int, date]:
    """Return on which day the latest intake of each of these people begins, of those who are in one."""
    found = session().execute(
        select(CohortMember.person_id, func.max(Cohort.starts_on))
        .join(Cohort, Cohort.id == CohortMember.cohort_id)
        .where(CohortMember.person_id.in_(person_ids), CohortMember.left_on.is_(None))
        .group_by(CohortMember.person_id)
    )
    return {person_id: starts_on for person_id, starts_on in found if starts_on is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRow:
    """A pattern that holds or will hold. kind: team, cohort or person; number: of an employee; cycle: "" = week."""

    id: int
    kind: str
    owner_id: int
    owner: str
    number: str
    weekdays: int
    cycle: str
    follows_holidays: bool
    from_on: date
    until_on: date | None


def patterns(actor: Actor) -> list[PatternRow]:
    """Return the patterns that the actor may edit: teams, then intakes, then people."""
    day = today()
    held = scopes(actor, Permission.ROSTER_EDIT)
    statement = (
        select(
            RosterPattern,
            Team.name.label("team_name"),
            Cohort.name.label("cohort_name"),
            Person.name.label("person_name"),
            Person.employee_no,
        )
        .outerjoin(Team, Team.id == RosterPattern.team_id)
        .outerjoin(Cohort, Cohort.id == RosterPattern.cohort_id)
        .outerjoin(Person, Person.id == RosterPattern.person_id)
        .where(or_(RosterPattern.until_on.is_(None), RosterPattern.until_on > day))
        .order_by(Team.code, Cohort.starts_on, Person.employee_no, RosterPattern.from_on)
    )
    if Scope.ALL not in held:
        statement = statement.where(
            or_(
                RosterPattern.team_id.in_(actor.teams_below),
                and_(RosterPattern.person_id.is_not(None), visible(actor, Permission.ROSTER_EDIT)),
            )
        )
    found = []
    for row in session().execute(statement):
        pattern: RosterPattern = row.RosterPattern
        kind = "team" if pattern.team_id else "cohort" if pattern.cohort_id else "person"
        found.append(
            PatternRow(
                id=pattern.id,
                kind=kind,
                owner_id=pattern.team_id or pattern.cohort_id or pattern.person_id or 0,
                owner=row.team_name or row.cohort_name or row.person_name or "",
                number=row.employee_no or "",
                weekdays=pattern.weekdays,
                cycle=show_cycle(pattern.cycle) if pattern.cycle else "",
                follows_holidays=pattern.follows_holidays,
                from_on=pattern.from_on,
                until_on=pattern.until_on,
            )
        )
    return sorted(found, key=lambda one: ("team", "cohort", "person").index(one.kind))
