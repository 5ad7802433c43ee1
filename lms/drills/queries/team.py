"""Reading team drills: which one somebody is in now, which ones somebody sees, who of the teams would take part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import holds, rosters_of, teams_below, visible
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission, Role, Scope, scopes
from lms.core.db import rows
from lms.core.errors import Forbidden, NotFound
from lms.core.here import local, today
from lms.core.texts import text
from lms.drills.models import Run, TeamDrill, TeamDrillPerson, TeamDrillTeam
from lms.drills.rules.team import Member, State, state_of, window_days

_IS_LIVE = and_(TeamDrill.cancelled_at.is_(None), TeamDrill.closed_at.is_(None))
_HAS_ENDED_A_RUN = exists().where(
    Run.team_drill_id == TeamDrillPerson.team_drill_id,
    Run.person_id == TeamDrillPerson.person_id,
    Run.state == "ended",
)
_NOW = (
    select(TeamDrill.id)
    .join(TeamDrillPerson, TeamDrillPerson.team_drill_id == TeamDrill.id)
    .where(
        TeamDrill.document_id == bindparam("document_id"),
        TeamDrillPerson.person_id == bindparam("person_id"),
        TeamDrillPerson.excused == "",
        _IS_LIVE,
        TeamDrill.opens_at <= bindparam("now"),
        TeamDrill.closes_at > bindparam("now"),
        ~_HAS_ENDED_A_RUN,
    )
    .order_by(TeamDrill.closes_at, TeamDrill.id)
    .limit(1)
)


def team_drill_now(person_id: int, document_id: int, now: datetime) -> int | None:
    """Return the team drill to which a run of this drill belongs if the person begins it now.

    It is open, the person takes part and has not ended a run in it; one that was given up may be begun again.
    """
    found: int | None = rows(_NOW, {"person_id": person_id, "document_id": document_id, "now": now}).scalar()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A team drill in which somebody still has to take part."""

    title: str
    drill_title: str
    slug: str
    minutes: int
    opens_at: datetime
    closes_at: datetime


_OWN = (
    select(
        TeamDrill.title,
        Document.title.label("drill_title"),
        Slug.slug,
        Document.minutes,
        TeamDrill.opens_at,
        TeamDrill.closes_at,
    )
    .join(TeamDrillPerson, TeamDrillPerson.team_drill_id == TeamDrill.id)
    .join(Document, Document.id == TeamDrill.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .where(
        TeamDrillPerson.person_id == bindparam("person_id"),
        TeamDrillPerson.excused == "",
        _IS_LIVE,
        TeamDrill.closes_at > bindparam("now"),
        TeamDrill.opens_at < bindparam("until"),
        ~_HAS_ENDED_A_RUN,
    )
    .order_by(TeamDrill.opens_at, TeamDrill.id)
)


def own_team_drills(person_id: int, now: datetime, until: datetime) -> list[Own]:
    """Return the team drills that somebody has still to take part in: those open now and those that open before."""
    return [Own(**row) for row in rows(_OWN, {"person_id": person_id, "now": now, "until": until}).mappings()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A team drill. people: who takes part, without those excused; begun, ended: how many have an open or ended run.

    previous: id of the one to compare with.
    """

    id: int
    public_id: str
    title: str
    incident: str
    document_id: int
    drill_title: str
    slug: str
    opens_at: datetime
    closes_at: datetime
    repeats: str
    on_shift: bool
    previous: int | None
    made_by: int
    maker: str
    state: State
    people: int
    begun: int
    ended: int


_maker = aliased(Person)
_TAKES = and_(TeamDrillPerson.team_drill_id == TeamDrill.id, TeamDrillPerson.excused == "")
_of_run = and_(Run.team_drill_id == TeamDrillPerson.team_drill_id, Run.person_id == TeamDrillPerson.person_id)


def _count(*more: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(TeamDrillPerson).where(_TAKES, *more).correlate(TeamDrill).scalar_subquery()


_ROWS = (
    select(
        TeamDrill.id,
        TeamDrill.public_id,
        TeamDrill.title,
        TeamDrill.incident,
        TeamDrill.document_id,
        Document.title.label("drill_title"),
        Slug.slug,
        TeamDrill.opens_at,
        TeamDrill.closes_at,
        TeamDrill.repeats,
        TeamDrill.on_shift,
        TeamDrill.previous_id.label("previous"),
        TeamDrill.made_by,
        _maker.name.label("maker"),
        TeamDrill.cancelled_at,
        TeamDrill.closed_at,
        _count().label("people"),
        _count(exists().where(_of_run, Run.state == "open")).label("begun"),
        _count(exists().where(_of_run, Run.state == "ended")).label("ended"),
    )
    .join(Document, Document.id == TeamDrill.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .join(_maker, _maker.id == TeamDrill.made_by)
)


def sees(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor made a team drill, or sees the results of somebody who takes part in it."""
    if Scope.ALL in scopes(actor, Permission.DRILL_RESULTS):
        return true()
    somebody = exists().where(
        TeamDrillPerson.team_drill_id == TeamDrill.id,
        Person.id == TeamDrillPerson.person_id,
        visible(actor, Permission.DRILL_RESULTS),
    )
    return or_(TeamDrill.made_by == actor.id, somebody)


def team_drills(actor: Actor, now: datetime, limit: int = 200) -> list[Row]:
    """Return the team drills that the actor sees: the latest first."""
    statement = _ROWS.where(sees(actor)).order_by(TeamDrill.opens_at.desc(), TeamDrill.id.desc()).limit(limit)
    return [_row(row, now) for row in rows(statement).mappings()]


def running_team_drills(actor: Actor, now: datetime) -> list[Row]:
    """Return those that are open now, the one that closes first at the top."""
    statement = _ROWS.where(sees(actor), _IS_LIVE, TeamDrill.opens_at <= now, TeamDrill.closes_at > now)
    return [_row(row, now) for row in rows(statement.order_by(TeamDrill.closes_at, TeamDrill.id)).mappings()]


def team_drill(actor: Actor, public_id: str, now: datetime) -> Row:
    """Return one that the actor sees. Raises NotFound."""
    found = rows(_ROWS.where(TeamDrill.public_id == public_id, sees(actor))).mappings().one_or_none()
    if found is None:
        raise NotFound()
    return _row(found, now)


def managed_team_drill(actor: Actor, public_id: str, now: datetime) -> Row:
    """Return one that the actor may change. Raises NotFound, Forbidden where it holds teams of others too."""
    row = team_drill(actor, public_id, now)
    if not manages(actor, teams_of(row.id)):
        raise Forbidden(text("这次演练还有别的团队参加，由安排的人改。"))
    return row


def _row(row: Any, now: datetime) -> Row:
    values = dict(row)
    cancelled_at, closed_at = values.pop("cancelled_at"), values.pop("closed_at")
    state = state_of(row["opens_at"], row["closes_at"], now, cancelled_at=cancelled_at, closed_at=closed_at)
    return Row(**{**values, "maker": values["maker"] or ""}, state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A team drill that another one may be compared with."""

    id: int
    public_id: str
    title: str
    opens_at: datetime


def earlier(document_id: int, before: datetime, team_ids: Iterable[int], *, but: int | None = None) -> list[Earlier]:
    """Return the team drills of the same drill that opened before and share a team, the latest first."""
    shares = exists().where(
        TeamDrillTeam.team_drill_id == TeamDrill.id, TeamDrillTeam.team_id.in_(list(teams_below(team_ids)))
    )
    statement = (
        select(TeamDrill.id, TeamDrill.public_id, TeamDrill.title, TeamDrill.opens_at)
        .where(
            TeamDrill.document_id == document_id,
            TeamDrill.cancelled_at.is_(None),
            TeamDrill.opens_at < before,
            TeamDrill.id != (but or 0),
            shares,
        )
        .order_by(TeamDrill.opens_at.desc(), TeamDrill.id.desc())
        .limit(24)
    )
    return [Earlier(**row) for row in rows(statement).mappings()]


def earlier_by_id(team_drill_id: int) -> Earlier | None:
    """Return one by its id, whoever asks: its name and day stand beside the one that is compared with it."""
    statement = select(TeamDrill.id, TeamDrill.public_id, TeamDrill.title, TeamDrill.opens_at)
    found = rows(statement.where(TeamDrill.id == team_drill_id)).mappings().one_or_none()
    return Earlier(**found) if found else None


def teams_of(team_drill_id: int) -> dict[int, str]:
    """Return the teams for which it was made, by id."""
    statement = (
        select(Team.id, Team.name)
        .join(TeamDrillTeam, TeamDrillTeam.team_id == Team.id)
        .where(TeamDrillTeam.team_drill_id == team_drill_id)
        .order_by(Team.code)
    )
    return {row.id: row.name for row in rows(statement)}


def manages(actor: Actor, team_ids: Iterable[int]) -> bool:
    """Say whether the actor plans team drills for all of these teams."""
    held = scopes(actor, Permission.DRILL_SCHEDULE)
    return Scope.ALL in held or (Scope.TEAM in held and set(team_ids) <= actor.teams_below)


_MEMBERS = (
    select(Person.id, Person.name, Person.employee_no, Person.team_id, Team.name.label("team"), Person.leaving_on)
    .join(Team, Team.id == Person.team_id)
    .order_by(Team.code, Person.employee_no, Person.id)
)


def members(
    team_ids: Iterable[int], opens_at: datetime, closes_at: datetime, excused: Mapping[int, str] | None = None
) -> list[Member]:
    """Return everybody who serves customers in these teams and those below them, with whether they work then.

    Leads and whoever else holds another role are not meant. excused: reasons by person.
    """
    below = list(teams_below(team_ids))
    found = rows(_MEMBERS.where(Person.active, Person.team_id.in_(below), holds(Role.AGENT, today()))).all()
    days = window_days(local(opens_at).replace(tzinfo=None), local(closes_at).replace(tzinfo=None))
    rosters = rosters_of([row.id for row in found], since=days[0])
    excuses = excused or {}
    return [
        Member(
            person_id=row.id,
            name=row.name or "",
            employee_no=row.employee_no or "",
            team_id=row.team_id,
            team=row.team,
            works=any(rosters[row.id](day) for day in days),
            absent=any(rosters[row.id].source(day) == "day" and not rosters[row.id](day) for day in days),
            leaves_before=row.leaving_on is not None and row.leaving_on < days[0],
            excused=excuses.get(row.id, ""),
        )
        for row in found
    ]


_PRESENT = select(
    TeamDrillPerson.person_id,
    TeamDrillPerson.excused,
    exists()
    .where(Run.team_drill_id == TeamDrillPerson.team_drill_id, Run.person_id == TeamDrillPerson.person_id)
    .label("begun"),
).where(TeamDrillPerson.team_drill_id == bindparam("id"))


def present(team_drill_id: int) -> Sequence[Any]:
    """Return person_id, excused and whether a run was begun, of everybody who is in it."""
    return rows(_PRESENT, {"id": team_drill_id}).all()
