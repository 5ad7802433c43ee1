"""Reading how far an installation is, and what its first intake can be made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from lms.accounts.models import (
    Cohort,
    CohortMember,
    Mentor,
    Person,
    RoleGrant,
    Shop,
    SignInSlip,
    Team,
    TeamPlace,
)
from lms.assignments import layout
from lms.assignments.actions import HIRED_LATELY
from lms.assignments.models import Assignment
from lms.content.kinds import kind_of
from lms.content.models import Document, Slug
from lms.content.queries import compiled
from lms.core.access import Role
from lms.core.db import session
from lms.core.here import settings, today
from lms.core.installation import written
from lms.home.setup.rules import Facts

SHOWN = 200
"""People that a page proposes at most."""


def _live(table: Any, day: date) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = (table.from_on <= day) & or_(table.until_on.is_(None), table.until_on > day)
    return condition


def _holds(role: Role, day: date) -> ColumnElement[bool]:
    return exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == role, _live(RoleGrant, day))


def _count(column: Any, *conditions: ColumnElement[bool]) -> Any:
    return select(func.count(column)).where(*conditions).scalar_subquery()


def facts() -> Facts:
    """Return what is there, in one statement beside the names of the installation."""
    day = today()
    in_use = and_(Person.active, Person.employee_no.is_not(None))
    curriculum = and_(Document.kind == "curriculum", Document.state == "published")
    below = exists().where(TeamPlace.team_id == Team.id, TeamPlace.parent_id.is_not(None))
    learns = and_(
        in_use,
        exists().where(CohortMember.person_id == Person.id, CohortMember.left_on.is_(None)),
        exists().where(
            Assignment.person_id == Person.id,
            Assignment.state.in_(("open", "done")),
            Assignment.document_id == Document.id,
            Document.kind == "curriculum",
        ),
    )
    way_in = or_(Person.password_hash.is_not(None), exists().where(SignInSlip.person_id == Person.id))
    row = (
        session()
        .execute(
            select(
                _count(Team.id, Team.closed_on.is_(None), below).label("teams"),
                _count(Shop.id).label("shops"),
                _count(Person.id, in_use, ~_holds(Role.ADMIN, day)).label("people"),
                _count(Person.id, in_use, _holds(Role.TRAINER, day)).label("trainers"),
                _count(Document.id, curriculum).label("curricula"),
                _count(Document.id, curriculum, Document.owner_id.is_(None)).label("strays"),
                _count(Cohort.id).label("cohorts"),
                select(func.max(Cohort.id)).scalar_subquery().label("cohort_id"),
                _count(Person.id, learns).label("learning"),
                _count(Person.id, learns, ~way_in).label("unprinted"),
            )
        )
        .one()
    )
    return Facts(named=bool(settings().company or written().company), **row._mapping)


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """One person to choose. mentor_no: today's mentor, "" without one."""

    id: int
    employee_no: str
    name: str
    team_name: str
    position: str
    hired_on: date | None
    mentor_no: str = ""


def newcomers() -> list[Somebody]:
    """Return who was hired lately, holds no role and is in no intake: whom a first intake is likely to be made of."""
    roles = exists().where(RoleGrant.person_id == Person.id, _live(RoleGrant, today()))
    placed = exists().where(CohortMember.person_id == Person.id, CohortMember.left_on.is_(None))
    return _people(Person.hired_on >= _lately(), ~roles, ~placed)


def trainers() -> list[Somebody]:
    return _people(_holds(Role.TRAINER, today()))


def likely_mentors() -> list[Somebody]:
    """Return who has been here for longer and is no administrator."""
    longer = or_(Person.hired_on.is_(None), Person.hired_on < _lately())
    return _people(longer, ~_holds(Role.ADMIN, today()))


def _lately() -> date:
    return today() - timedelta(days=HIRED_LATELY)


def _people(*conditions: ColumnElement[bool]) -> list[Somebody]:
    rows = (
        session()
        .execute(
            select(
                Person.id,
                Person.employee_no,
                Person.name,
                Person.position,
                Person.hired_on,
                func.coalesce(Team.name, "").label("team_name"),
            )
            .outerjoin(Team, Team.id == Person.team_id)
            .where(Person.active, Person.employee_no.is_not(None), *conditions)
            .order_by(Person.employee_no)
            .limit(SHOWN)
        )
        .all()
    )
    mentors = _mentor_numbers([row.id for row in rows])
    return [Somebody(mentor_no=mentors.get(row.id, ""), **row._mapping) for row in rows]


def _mentor_numbers(person_ids: Sequence[int]) -> dict[int, str]:
    rows = session().execute(
        select(Mentor.person_id, Person.employee_no)
        .join(Person, Person.id == Mentor.mentor_id)
        .where(Mentor.person_id.in_(person_ids), _live(Mentor, today()))
        .order_by(Mentor.from_on, Mentor.id)
    )
    return {row.person_id: row.employee_no or "" for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOf:
    """One day of a plan. minutes: of all that is asked for; things: how many there are to complete."""

    number: int
    stage: str
    things: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOf:
    """A published curriculum as somebody looks it over who is about to give it. owner: "" without one."""

    document_id: int
    slug: str
    title: str
    summary: str
    positions: Sequence[str]
    owner: str
    days: Sequence[DayOf]

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)


def plans() -> list[PlanOf]:
    """Return every published curriculum, by title."""
    rows = (
        session()
        .execute(
            select(
                Document.id,
                Document.kind,
                Document.title,
                Document.summary,
                Document.published_id,
                Slug.slug,
                func.coalesce(Person.name, "").label("owner"),
            )
            .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
            .outerjoin(Person, Person.id == Document.owner_id)
            .where(Document.kind == "curriculum", Document.state == "published")
            .order_by(Document.title)
        )
        .all()
    )
    return [
        PlanOf(
            document_id=row.id,
            slug=row.slug,
            title=row.title,
            summary=row.summary,
            positions=kind_of(row.kind).positions(compiled(row.published_id)),
            owner=row.owner,
            days=_days(row.id),
        )
        for row in rows
    ]


def _days(document_id: int) -> list[DayOf]:
    found: dict[int, list[Any]] = {}
    for item in layout.lay_out(document_id):
        if item.day is not None and item.required:
            found.setdefault(item.day, []).append(item)
    return [
        DayOf(
            number=number,
            stage=items[0].stage_name,
            things=sum(item.purpose == "complete" for item in items),
            minutes=sum(item.minutes for item in items),
        )
        for number, items in sorted(found.items())
    ]
