"""Reading people for the pages about them: the list, one person, slips, tokens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, literal, or_, select

from lms.accounts.models import (
    ApiToken,
    Cohort,
    CohortMember,
    Membership,
    Mentor,
    Person,
    PersonShop,
    PersonTag,
    RoleGrant,
    Shop,
    SignInSlip,
    Team,
)
from lms.accounts.queries.actors import is_live, teams_below, visible, visible_keys, visible_within
from lms.core import clock
from lms.core.access import Actor, Permission, Role, Scope, scopes
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.here import today

STATES = ("active", "new", "leaving", "closed", "all")
"""active = may sign in; new = has never chosen a password; leaving = has a planned last day; closed."""

SORTS = {
    "no": Person.employee_no,
    "name": Person.name,
    "team": Team.code,
    "position": Person.position,
    "hired": Person.hired_on,
}


def _roles(day: date) -> Any:
    return (
        select(func.coalesce(func.aggregate_strings(RoleGrant.role, ","), ""))
        .where(RoleGrant.person_id == Person.id, is_live(RoleGrant, day))
        .correlate(Person)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One line of the list of people. roles: without doubles; empty = agent."""

    id: int
    employee_no: str
    name: str
    team_name: str
    position: str
    employment: str
    hired_on: date | None
    leaving_on: date | None
    active: bool
    has_password: bool
    roles: tuple[Role, ...]


def _filtered(statement: Any, actor: Actor, permission: Permission, *, q: str, team_id: int | None, state: str) -> Any:
    statement = statement.where(visible(actor, permission), Person.employee_no.is_not(None))
    if q:
        statement = statement.where(
            or_(
                Person.name.icontains(q, autoescape=True),
                Person.employee_no.icontains(q, autoescape=True),
                Person.phone.contains(q, autoescape=True),
            )
        )
    if team_id is not None:
        statement = statement.where(Person.team_id.in_(teams_below([team_id])))
    match state:
        case "closed":
            return statement.where(~Person.active)
        case "all":
            return statement
        case "new":
            return statement.where(Person.active, Person.password_hash.is_(None))
        case "leaving":
            return statement.where(Person.active, Person.leaving_on.is_not(None))
        case _:
            return statement.where(Person.active)


def people(
    actor: Actor,
    *,
    q: str = "",
    team_id: int | None = None,
    state: str = "active",
    sort: str = "no",
    descending: bool = False,
    offset: int = 0,
    limit: int | None = 50,
) -> list[PersonRow]:
    """Return the people whom the actor may see, filtered and sorted. limit: None = all (for the export)."""
    day = today()
    column = SORTS[sort]
    statement = _filtered(
        select(
            Person.id,
            Person.employee_no,
            Person.name,
            func.coalesce(Team.name, literal("")).label("team_name"),
            Person.position,
            Person.employment,
            Person.hired_on,
            Person.leaving_on,
            Person.active,
            Person.password_hash.is_not(None).label("has_password"),
            _roles(day).label("roles"),
        ).outerjoin(Team, Team.id == Person.team_id),
        actor,
        Permission.PERSON_READ,
        q=q,
        team_id=team_id,
        state=state,
    ).order_by(column.desc() if descending else column.asc(), Person.employee_no)
    if limit is not None:
        statement = statement.limit(limit).offset(offset)
    return [
        PersonRow(
            id=row.id,
            employee_no=row.employee_no,
            name=row.name or "",
            team_name=row.team_name,
            position=row.position,
            employment=row.employment,
            hired_on=row.hired_on,
            leaving_on=row.leaving_on,
            active=row.active,
            has_password=row.has_password,
            roles=tuple(sorted({Role(role) for role in row.roles.split(",") if role}, key=list(Role).index)),
        )
        for row in session().execute(statement)
    ]


def count_people(actor: Actor, *, q: str = "", team_id: int | None = None, state: str = "active") -> int:
    statement = _filtered(
        select(func.count(Person.id)), actor, Permission.PERSON_READ, q=q, team_id=team_id, state=state
    )
    return session().scalar(statement) or 0


def person_by_no(actor: Actor, employee_no: str, permission: Permission = Permission.PERSON_READ) -> Person:
    """Return the person with this number. Raises NotFound, also for somebody whom the actor may not see."""
    found = (
        session()
        .scalars(select(Person).where(Person.employee_no == employee_no, visible(actor, permission)))
        .one_or_none()
    )
    if found is None:
        raise NotFound()
    return found


def ids_by_no(actor: Actor, numbers: Iterable[str], permission: Permission) -> list[int]:
    """Return the ids of those with these numbers over whom the actor holds the permission."""
    found = select(Person.id).where(Person.employee_no.in_(list(numbers)), visible(actor, permission))
    return list(session().scalars(found.order_by(Person.id)))


def person_by_id(person_id: int) -> Person:
    """Return a person whose id came from the actor's own rights. Raises NotFound."""
    found = session().get(Person, person_id)
    if found is None:
        raise NotFound()
    return found


def sees_everybody(actor: Actor, permission: Permission) -> bool:
    return Scope.ALL in scopes(actor, permission)


def team_name(team_id: int | None) -> str:
    return session().scalar(select(Team.name).where(Team.id == team_id)) or ""


def seen(actor: Actor, permission: Permission, person_ids: Iterable[int]) -> frozenset[int]:
    """Return those of the people over whom the actor holds the permission."""
    keys = {"ids": list(person_ids), **visible_keys(actor)}
    return frozenset(rows(_seen_within(scopes(actor, permission)), keys).scalars())


@cache
def _seen_within(held: frozenset[Scope]) -> Select[int]:
    """Pages ask this several times over: the statement of each set of scopes is made once."""
    return select(Person.id).where(Person.id.in_(bindparam("ids", expanding=True)), visible_within(held))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A time in a team (until exclusive)."""

    team_name: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    id: int
    role: Role
    team_id: int
    team_name: str
    from_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A mentor or a mentee, from when until when (exclusive)."""

    id: int
    employee_no: str
    name: str
    from_on: date
    until_on: date | None


def stays(person_id: int) -> list[Stay]:
    """Return every team that the person was or will be in, newest first."""
    rows = session().execute(
        select(Team.name, Membership.from_on, Membership.until_on)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.person_id == person_id)
        .order_by(Membership.from_on.desc())
    )
    return [Stay(team_name=row.name, from_on=row.from_on, until_on=row.until_on) for row in rows]


def grants(person_id: int) -> list[GrantRow]:
    """Return the roles that stand today or are to come."""
    day = today()
    rows = session().execute(
        select(RoleGrant.id, RoleGrant.role, RoleGrant.team_id, Team.name, RoleGrant.from_on)
        .join(Team, Team.id == RoleGrant.team_id)
        .where(RoleGrant.person_id == person_id, or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > day))
        .order_by(RoleGrant.role, Team.code)
    )
    return [
        GrantRow(id=row.id, role=Role(row.role), team_id=row.team_id, team_name=row.name, from_on=row.from_on)
        for row in rows
    ]


def _pairs(statement: Select[*tuple[Any, ...]]) -> list[Pair]:
    return [
        Pair(
            id=row.id,
            employee_no=row.employee_no or "",
            name=row.name or "",
            from_on=row.from_on,
            until_on=row.until_on,
        )
        for row in session().execute(statement)
    ]


def mentors_of(person_id: int) -> list[Pair]:
    """Return everybody who was, is or will be the person's mentor, newest first."""
    return _pairs(
        select(Person.id, Person.employee_no, Person.name, Mentor.from_on, Mentor.until_on)
        .join(Mentor, Mentor.mentor_id == Person.id)
        .where(Mentor.person_id == person_id)
        .order_by(Mentor.from_on.desc(), Mentor.id.desc())
    )


def mentees_of(person_id: int) -> list[Pair]:
    """Return whom the person looks after today."""
    return _pairs(
        select(Person.id, Person.employee_no, Person.name, Mentor.from_on, Mentor.until_on)
        .join(Mentor, Mentor.person_id == Person.id)
        .where(Mentor.mentor_id == person_id, is_live(Mentor, today()), Person.active)
        .order_by(Person.employee_no)
    )


def tags_of(person_id: int) -> list[str]:
    """Return the words by which rules may go for a person."""
    return list(
        session().scalars(select(PersonTag.tag).where(PersonTag.person_id == person_id).order_by(PersonTag.tag))
    )


def shops_of(person_id: int) -> list[Shop]:
    return list(
        session().scalars(
            select(Shop)
            .join(PersonShop, PersonShop.shop_id == Shop.id)
            .where(PersonShop.person_id == person_id)
            .order_by(Shop.id)
        )
    )


def cohorts_of(person_id: int) -> list[Cohort]:
    """Return the intakes that the person belongs to, latest first."""
    return list(
        session().scalars(
            select(Cohort)
            .join(CohortMember, CohortMember.cohort_id == Cohort.id)
            .where(CohortMember.person_id == person_id, CohortMember.left_on.is_(None))
            .order_by(Cohort.starts_on.desc())
        )
    )


def open_slips(person_id: int, at: datetime) -> int:
    """Return how many slips of the person still let somebody in."""
    return (
        session().scalar(
            select(func.count(SignInSlip.id)).where(
                SignInSlip.person_id == person_id,
                SignInSlip.used_at.is_(None),
                SignInSlip.voided_at.is_(None),
                SignInSlip.expires_at > at,
            )
        )
        or 0
    )


def last_slip(person_id: int) -> SignInSlip | None:
    return (
        session()
        .scalars(select(SignInSlip).where(SignInSlip.person_id == person_id).order_by(SignInSlip.id.desc()).limit(1))
        .one_or_none()
    )


def tokens_of(person_id: int) -> list[ApiToken]:
    """Return the tokens of a person that still work, newest first."""
    return list(
        session().scalars(
            select(ApiToken)
            .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now())
            .order_by(ApiToken.id.desc())
        )
    )


def tokens_ending(before: datetime) -> list[ApiToken]:
    """Return the tokens that still work and end before an instant, of people whose account is open."""
    statement = (
        select(ApiToken)
        .join(Person, Person.id == ApiToken.person_id)
        .where(
            ApiToken.expires_at > clock.now(),
            ApiToken.expires_at < before,
            ApiToken.revoked_at.is_(None),
            Person.active,
        )
    )
    return list(session().scalars(statement.order_by(ApiToken.id)))


def active_by_no(employee_no: str) -> Person | None:
    """Return whoever has this number and an open account, seen or not: for naming a mentor or trainer."""
    return (
        session()
        .scalars(select(Person).where(Person.login_name == employee_no.strip().casefold(), Person.active))
        .one_or_none()
    )


def team_heads() -> dict[int, tuple[int, str]]:
    """Return for each team how many people are in it and the names of its leads."""
    day = today()
    found: dict[int, tuple[int, str]] = {}
    sizes = select(Person.team_id, func.count(Person.id).label("size")).where(Person.active).group_by(Person.team_id)
    counted = {row.team_id: row.size for row in session().execute(sizes)}
    leads: dict[int, list[str]] = {}
    for team_id, name in session().execute(
        select(RoleGrant.team_id, Person.name)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == Role.LEAD, is_live(RoleGrant, day), Person.active)
        .order_by(Person.employee_no)
    ):
        leads.setdefault(team_id, []).append(name or "")
    for team in {*counted, *leads} - {None}:
        found[team or 0] = (counted.get(team, 0), "、".join(leads.get(team or 0, [])))
    return found
