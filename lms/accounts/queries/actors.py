"""Reading people: who acts, whom one may see, who leads whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from lms.accounts.models import (
    ApiToken,
    Cohort,
    CohortMember,
    Mentor,
    Person,
    PersonShop,
    RoleGrant,
    Shop,
    Team,
    TeamPlace,
)
from lms.core import clock
from lms.core.access import Actor, Permission, Role, Scope, scopes
from lms.core.db import UTCDateTime, rows, session
from lms.core.here import today
from lms.core.installation import joined, remember

_TODAY: Any = bindparam("today")


def is_live(table: Any, day: Any = _TODAY) -> ColumnElement[bool]:
    """Return the condition that a dated row holds on a day; by itself on the day :today."""
    return and_(table.from_on <= day, or_(table.until_on.is_(None), table.until_on > day))


def _joined(statement: Any, text: ColumnElement[str]) -> Any:
    return statement.with_only_columns(func.coalesce(func.aggregate_strings(text, ","), "")).scalar_subquery()


_ROOT = (
    select(TeamPlace.team_id)
    .where(TeamPlace.parent_id.is_(None), TeamPlace.until_on.is_(None))
    .order_by(TeamPlace.id)
    .limit(1)
)
_own = Person.id
_ACTOR = select(
    Person.id,
    Person.public_id,
    Person.employee_no,
    Person.name,
    Person.locale,
    Person.theme,
    Person.team_id,
    Person.position,
    Person.session_version,
    Team.name.label("team_name"),
    _joined(
        select(RoleGrant).where(RoleGrant.person_id == _own, is_live(RoleGrant)).correlate(Person),
        RoleGrant.role + literal(":") + cast(RoleGrant.team_id, String),
    ).label("grants"),
    _joined(
        select(Mentor).where(Mentor.mentor_id == _own, is_live(Mentor)).correlate(Person),
        cast(Mentor.person_id, String),
    ).label("mentees"),
    _joined(select(Cohort).where(Cohort.trainer_id == _own).correlate(Person), cast(Cohort.id, String)).label(
        "cohorts"
    ),
    _joined(
        select(PersonShop).where(PersonShop.person_id == _own).correlate(Person),
        cast(PersonShop.shop_id, String),
    ).label("shops"),
    joined().label("names"),
    _ROOT.scalar_subquery().label("root"),
).outerjoin(Team, Team.id == Person.team_id)

_ACTOR_BY_PUBLIC_ID = _ACTOR.where(
    Person.public_id == bindparam("public_id"),
    Person.session_version == bindparam("session_version"),
    Person.active,
)
_ACTOR_BY_ID = _ACTOR.where(Person.id == bindparam("id"), Person.active)
_ACTOR_BY_NUMBER = _ACTOR.where(Person.employee_no == bindparam("employee_no"), Person.active)
_ACTOR_BY_TOKEN = (
    _ACTOR.add_columns(
        ApiToken.scope.label("token_scope"),
        ApiToken.id.label("token_id"),
        ApiToken.last_used_on.label("token_used_on"),
    )
    .join(ApiToken, ApiToken.person_id == Person.id)
    .where(
        ApiToken.digest == bindparam("digest"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > bindparam("now", type_=UTCDateTime),
        Person.active,
    )
)


_MORE: dict[str, ColumnElement[Any]] = {}
_WHOLE: dict[Any, Any] = {}


def also_read(**columns: ColumnElement[Any]) -> None:
    """Let rooms above read something more with whoever asks: each page asks for the actor anyway. See `more_of`.

    columns: scalar subqueries correlated to Person; `:now` is the present instant.
    """
    _MORE.update(columns)
    _WHOLE.clear()


def more_of(actor: Actor) -> Mapping[str, Any]:
    """Return what was read with an actor of this request; {} for one that was not read in it."""
    found: dict[int, Mapping[str, Any]] = g.get("more_of_actors", {})
    return found.get(actor.id, {})


def _whole(statement: Select[*tuple[Any, ...]]) -> Any:
    if statement not in _WHOLE:
        _WHOLE[statement] = statement.add_columns(*(column.label(name) for name, column in _MORE.items()))
    return _WHOLE[statement]


def _ids(joined: str) -> frozenset[int]:
    return frozenset(int(part) for part in joined.split(",") if part)


def _actor(statement: Select[*tuple[Any, ...]], **keys: object) -> Actor | None:
    row = rows(_whole(statement), {**keys, "today": today(), "now": clock.now()}).one_or_none()
    if row is None:
        return None
    remember(row.names)
    g.setdefault("more_of_actors", {})[row.id] = {name: getattr(row, name) for name in _MORE}
    if "token_id" in row._mapping and row.token_used_on != today():
        g.token_to_note = row.token_id
    grants = [grant.split(":") for grant in row.grants.split(",") if grant]
    roles = frozenset(Role(role) for role, _ in grants) or frozenset({Role.AGENT})
    led = {int(team) for role, team in grants if role == Role.LEAD}
    below = teams_below(led) if led else frozenset()
    return Actor(
        id=row.id,
        public_id=row.public_id,
        employee_no=row.employee_no or "",
        name=row.name or "",
        locale=row.locale,
        theme=row.theme,
        team_id=row.team_id,
        team_name=row.team_name or "",
        position=row.position,
        roles=roles,
        teams_below=below,
        leads_root=row.root in led,
        mentees=_ids(row.mentees),
        trains_cohorts=_ids(row.cohorts),
        shops=_ids(row.shops),
        token_scope=frozenset(getattr(row, "token_scope", "").split()),
    )


def actor_by_session(public_id: str, session_version: int) -> Actor | None:
    """Return who is signed in; None once the account is closed or its sessions were ended."""
    return _actor(_ACTOR_BY_PUBLIC_ID, public_id=public_id, session_version=session_version)


def actor_by_id(person_id: int) -> Actor | None:
    return _actor(_ACTOR_BY_ID, id=person_id)


def actor_by_employee_no(employee_no: str) -> Actor | None:
    return _actor(_ACTOR_BY_NUMBER, employee_no=employee_no)


def actor_by_token_digest(digest: bytes) -> Actor | None:
    return _actor(_ACTOR_BY_TOKEN, digest=digest)


def console() -> Actor:
    """Return who acts on the command line: whoever can start a command there may do everything. Has no row, id 0."""
    return Actor(
        id=0,
        public_id="",
        employee_no="",
        name="",
        locale="",
        theme="auto",
        team_id=None,
        team_name="",
        position="",
        roles=frozenset({Role.ADMIN}),
    )


def root_id() -> int | None:
    """Return the team that stands for the whole company, None before there is one."""
    found: int | None = rows(_ROOT).scalar()
    return found


def _below() -> Select[*tuple[Any, ...]]:
    base = select(Team.id).where(Team.id.in_(bindparam("ids", expanding=True))).cte("below", recursive=True)
    place = aliased(TeamPlace)
    tree = base.union(select(place.team_id).where(place.parent_id == base.c.id, is_live(place)))
    return select(tree.c.id)


_BELOW = _below()


def teams_below(team_ids: Iterable[int], on: date | None = None) -> frozenset[int]:
    """Return the ids of these teams and of all below them, in the tree as it stands on the day (default today)."""
    return frozenset(rows(_BELOW, {"ids": list(team_ids), "today": on or today()}).scalars())


def visible(
    actor: Actor, permission: Permission, person_id: Any = Person.id, team_id: Any = Person.team_id
) -> ColumnElement[bool]:
    """Return the SQL condition under which the actor holds the permission over a person.

    person_id, team_id: the columns of the statement that hold the person and his team today.
    """
    held = scopes(actor, permission)
    if Scope.ALL in held:
        return true()
    conditions: list[ColumnElement[bool]] = []
    if Scope.TEAM in held:
        conditions.append(team_id.in_(actor.teams_below))
    if Scope.MENTEES in held:
        conditions.append(person_id.in_(actor.mentees))
    if Scope.OWN in held:
        conditions.append(person_id == actor.id)
    return or_(*conditions) if conditions else false()


def is_seen(actor: Actor, permission: Permission, person_id: int, team_id: int | None) -> bool:
    """Whether `visible` holds for one person whose team of today is known; asks the database nothing."""
    held = scopes(actor, permission)
    return (
        Scope.ALL in held
        or (Scope.TEAM in held and team_id in actor.teams_below)
        or (Scope.MENTEES in held and person_id in actor.mentees)
        or (Scope.OWN in held and person_id == actor.id)
    )


def visible_within(held: frozenset[Scope]) -> ColumnElement[bool]:
    """Return what `visible` returns over Person, for a statement that is kept; its values are `visible_keys`.

    held: `scopes` of the actor for the permission.
    """
    if Scope.ALL in held:
        return true()
    conditions: list[ColumnElement[bool]] = []
    if Scope.TEAM in held:
        conditions.append(Person.team_id.in_(bindparam("visible_teams", expanding=True)))
    if Scope.MENTEES in held:
        conditions.append(Person.id.in_(bindparam("visible_mentees", expanding=True)))
    if Scope.OWN in held:
        conditions.append(Person.id == bindparam("visible_self"))
    return or_(*conditions) if conditions else false()


def visible_keys(actor: Actor) -> dict[str, Any]:
    """Return the values for a statement made with `visible_within`."""
    return {
        "visible_teams": list(actor.teams_below),
        "visible_mentees": list(actor.mentees),
        "visible_self": actor.id,
    }


_TREE = (
    select(Team.id, Team.code, Team.name, TeamPlace.parent_id)
    .join(TeamPlace, TeamPlace.team_id == Team.id)
    .where(is_live(TeamPlace), Team.closed_on.is_(None))
    .order_by(Team.code)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """One team in the tree. depth: 0 for the root."""

    id: int
    code: str
    name: str
    depth: int
    parent_id: int | None


def team_tree() -> list[TeamRow]:
    """Return every open team in the order of the tree, children under their parent, by code."""
    children: dict[int | None, list[Any]] = {}
    for row in rows(_TREE, {"today": today()}):
        children.setdefault(row.parent_id, []).append(row)
    found: list[TeamRow] = []

    def walk(parent: int | None, depth: int) -> None:
        for row in children.get(parent, []):
            found.append(TeamRow(id=row.id, code=row.code, name=row.name, depth=depth, parent_id=row.parent_id))
            walk(row.id, depth + 1)

    walk(None, 0)
    return found


def teams_within(actor: Actor, permission: Permission) -> list[TeamRow]:
    """Return the open teams over which the actor holds a permission, in the order of the tree."""
    everywhere = Scope.ALL in scopes(actor, permission)
    return [team for team in team_tree() if everywhere or team.id in actor.teams_below]


def shops() -> list[Shop]:
    return list(session().scalars(select(Shop).order_by(Shop.id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorCard:
    id: int
    name: str
    employee_no: str
    team_name: str


_MENTOR = (
    select(Person.id, Person.name, Person.employee_no, Team.name.label("team_name"))
    .join(Mentor, Mentor.mentor_id == Person.id)
    .outerjoin(Team, Team.id == Person.team_id)
    .where(Mentor.person_id == bindparam("person_id"), is_live(Mentor))
    .order_by(Mentor.from_on.desc(), Mentor.id.desc())
    .limit(1)
)


def mentor_of(person_id: int) -> MentorCard | None:
    """Return today's mentor of a person, the one named last where there are several."""
    row = rows(_MENTOR, {"person_id": person_id, "today": today()}).one_or_none()
    return (
        MentorCard(id=row.id, name=row.name or "", employee_no=row.employee_no or "", team_name=row.team_name or "")
        if row
        else None
    )


def cohort_of(person_id: int) -> Cohort | None:
    """Return the latest intake that a person belongs to."""
    return (
        session()
        .scalars(
            select(Cohort)
            .join(CohortMember, CohortMember.cohort_id == Cohort.id)
            .where(CohortMember.person_id == person_id, CohortMember.left_on.is_(None))
            .order_by(Cohort.starts_on.desc())
            .limit(1)
        )
        .one_or_none()
    )
