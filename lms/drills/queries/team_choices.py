"""What the forms of team drills offer: drills that are published, people who may own a measure."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, case, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.content.models import Document
from lms.core.access import Actor, Permission
from lms.core.db import rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosable:
    """A published drill. minutes: 0 = not said."""

    document_id: int
    title: str
    minutes: int


_DRILLS = (
    select(Document.id.label("document_id"), Document.title, Document.minutes)
    .where(Document.kind == "drill", Document.state == "published", Document.published_id.is_not(None))
    .order_by(Document.title, Document.id)
)


def choosable_drills() -> list[Choosable]:
    """Return every published drill, by title."""
    return [Choosable(**row) for row in rows(_DRILLS).mappings()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Somebody to whom a measure can be given."""

    id: int
    name: str
    employee_no: str
    team: str


_me: BindParameter[int] = bindparam("me")
_OWNERS = (
    select(Person.id, Person.name, Person.employee_no, Team.name.label("team"))
    .outerjoin(Team, Team.id == Person.team_id)
    .where(Person.active)
    .order_by(case((Person.id == _me, 0), else_=1), Team.code, Person.employee_no)
)


def owners(actor: Actor) -> list[Owner]:
    """Return the actor, then everybody for whom the actor plans team drills, by team and number."""
    wanted = _OWNERS.where((Person.id == _me) | visible(actor, Permission.DRILL_SCHEDULE))
    return [
        Owner(id=row.id, name=row.name or "", employee_no=row.employee_no or "", team=row.team or "")
        for row in rows(wanted, {"me": actor.id})
    ]
