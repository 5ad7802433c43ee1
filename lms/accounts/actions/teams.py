"""Verbs of the company's shape: teams and shops."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select

from lms.accounts import queries
from lms.accounts.events import TeamMoved
from lms.accounts.models import Person, Shop, Team, TeamPlace
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text


def found_company(name: str, on: date | None = None) -> Team:
    """Make the root team of an empty installation; return it if there is one already."""
    root = queries.root_id()
    current = session()
    if root is not None:
        return current.get_one(Team, root)
    team = Team(code="all", name=name)
    current.add(team)
    current.flush()
    current.add(TeamPlace(team_id=team.id, parent_id=None, from_on=on or today()))
    current.flush()
    return team


def add_team(actor: Actor, *, code: str, name: str, parent_id: int, on: date | None = None) -> Team:
    """Add a team below another. Raises Invalid where the code is taken."""
    current = session()
    _check_code(Team, code)
    if current.get(Team, parent_id) is None:
        raise NotFound()
    team = Team(code=code.strip(), name=name.strip())
    current.add(team)
    current.flush()
    current.add(TeamPlace(team_id=team.id, parent_id=parent_id, from_on=on or today()))
    current.flush()
    audit(actor.id, "team.added", "team", team.id, after={"parent": parent_id})
    return team


def change_team(actor: Actor, team_id: int, *, name: str, parent_id: int | None) -> None:
    """Rename a team, put it below another from today on. Raises Conflict for a place below itself."""
    current = session()
    team = current.get(Team, team_id)
    if team is None:
        raise NotFound()
    team.name = name.strip()
    day = today()
    place = current.scalars(
        select(TeamPlace).where(
            TeamPlace.team_id == team_id,
            TeamPlace.from_on <= day,
            or_(TeamPlace.until_on.is_(None), TeamPlace.until_on > day),
        )
    ).one_or_none()
    if place is not None and place.parent_id is not None and parent_id is not None and place.parent_id != parent_id:
        if parent_id in queries.teams_below([team_id]):
            raise Conflict(text("不能把团队放到自己或自己的下级里。"))
        if place.from_on == day:
            place.parent_id = parent_id
        else:
            place.until_on = day
            current.flush()
            current.add(TeamPlace(team_id=team_id, parent_id=parent_id, from_on=day))
        current.flush()
        emit(TeamMoved(team_id=team_id, person_ids=_belonging(queries.teams_below([team_id]))))
    audit(actor.id, "team.changed", "team", team_id, after={"parent": parent_id})


def _belonging(team_ids: Collection[int]) -> tuple[int, ...]:
    found = session().scalars(
        select(Person.id).where(Person.team_id.in_(team_ids), Person.erased_at.is_(None)).order_by(Person.id)
    )
    return tuple(found)


def close_team(actor: Actor, team_id: int) -> None:
    """Close an empty team from today on. Raises Conflict while people or teams are in it."""
    current = session()
    team = current.get(Team, team_id)
    if team is None or team_id == queries.root_id():
        raise NotFound()
    below = queries.teams_below([team_id])
    people = current.scalars(select(Person.id).where(Person.team_id == team_id, Person.active)).all()
    if people or len(below) > 1:
        raise Conflict(
            text("团队里还有 %(n)s 人、%(teams)s 个下级团队，先把他们移走。", n=len(people), teams=len(below) - 1)
        )
    team.closed_on = today()
    audit(actor.id, "team.closed", "team", team_id)


def add_shop(actor: Actor, *, code: str, name: str, platform: str) -> Shop:
    """Add a shop. Raises Invalid where the code is taken."""
    _check_code(Shop, code)
    shop = Shop(code=code.strip(), name=name.strip(), platform=platform.strip())
    current = session()
    current.add(shop)
    current.flush()
    audit(actor.id, "shop.added", "shop", shop.id)
    return shop


def _check_code(table: type[Team] | type[Shop], code: str) -> None:
    if session().scalar(select(table.id).where(table.code == code.strip())) is not None:
        reason = text("代码 %(code)s 已经有了。", code=code.strip())
        raise Invalid(reason, fields={"code": reason})
