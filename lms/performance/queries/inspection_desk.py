"""Who answers an appeal, and what an inspector has to do first."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.accounts.queries import holds, lead_of, visible
from lms.core.access import Actor, Permission, Role, allows
from lms.core.db import rows, session
from lms.core.here import settings, today
from lms.performance.models import Inspection, InspectionItem, InspectionLoop
from lms.performance.queries.inspection_items import ItemLine, item_lines
from lms.performance.rules.inspections import State, last_days

SHOWN = 5


def may_answer(actor: Actor, inspection: Inspection) -> bool:
    """Return whether the actor may answer an appeal: another inspector, the inspector's own lead, or a director.

    Never the inspector, nor the person.
    """
    if inspection.second or actor.id in (inspection.inspector_id, inspection.person_id):
        return False
    if allows(actor, Permission.INSPECTION_EDIT) or Role.DIRECTOR in actor.roles:
        return True
    team_id = session().scalar(select(Person.team_id).where(Person.id == inspection.inspector_id))
    return Role.LEAD in actor.roles and team_id in actor.teams_below


def answerers(inspection: Inspection) -> list[int]:
    """Return who is asked to answer: the other inspectors; else the inspector's lead, else the directors."""
    out = (inspection.inspector_id, inspection.person_id)
    for role in (Role.QUALITY, Role.DIRECTOR):
        found = session().scalars(
            select(Person.id).where(Person.active, Person.id.not_in(out), holds(role, today())).order_by(Person.id)
        )
        if people := list(found):
            return people
        lead = lead_of(inspection.inspector_id) if role is Role.QUALITY else None
        if lead is not None and lead not in out:
            return [lead]
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed item of which nothing is to be learned yet, because the item names no lesson."""

    inspection_id: str
    name: str
    employee_no: str
    item: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """Somebody whose conversations are to be looked at again. item_id: public. on: from which day."""

    name: str
    employee_no: str
    item: str
    item_id: str
    on: date
    passes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an inspector begins with. Lists hold the first five; the numbers count all.

    failed: people of whom something that failed took effect today. failures: without a lesson. rechecks: due today
    or before. appeals: waiting for an answer. items: those failed most often in the last 30 days.
    """

    failed: int
    unassigned: int
    failures: tuple[Failure, ...]
    due: int
    rechecks: tuple[Recheck, ...]
    appeals: int
    items: tuple[ItemLine, ...]


def desk(actor: Actor) -> Desk:
    """Return what the actor, who inspects, has to do first; of others only what they may see."""
    here = today()
    may_see = visible(actor, Permission.INSPECTION_READ)
    without = (
        select(
            Inspection.public_id,
            Person.name,
            Person.employee_no,
            InspectionItem.name.label("item"),
            Inspection.day,
        )
        .select_from(InspectionLoop)
        .join(Person, Person.id == InspectionLoop.person_id)
        .join(Inspection, Inspection.id == InspectionLoop.inspection_id)
        .join(InspectionItem, InspectionItem.id == InspectionLoop.item_id)
        .where(
            may_see,
            Person.active,
            InspectionLoop.ended_on.is_(None),
            InspectionLoop.assignment_id.is_(None),
            InspectionLoop.passes == 0,
        )
    )
    due = (
        select(
            Person.name,
            Person.employee_no,
            InspectionItem.name.label("item"),
            InspectionItem.public_id,
            InspectionLoop.recheck_on,
            InspectionLoop.passes,
        )
        .select_from(InspectionLoop)
        .join(Person, Person.id == InspectionLoop.person_id)
        .join(InspectionItem, InspectionItem.id == InspectionLoop.item_id)
        .where(may_see, Person.active, InspectionLoop.ended_on.is_(None), InspectionLoop.recheck_on <= here)
    )
    failed = (
        select(func.count(func.distinct(InspectionLoop.person_id)))
        .join(Person, Person.id == InspectionLoop.person_id)
        .where(
            may_see,
            InspectionLoop.opened_at >= datetime.combine(here, time(), settings().timezone),
        )
    )
    waiting = (
        select(func.count())
        .select_from(Inspection)
        .join(Person, Person.id == Inspection.person_id)
        .where(may_see, Inspection.state == State.APPEALED, Inspection.inspector_id != actor.id)
    )
    lines = item_lines(actor, last_days(here))
    return Desk(
        failed=session().scalar(failed) or 0,
        unassigned=session().scalar(select(func.count()).select_from(without.subquery())) or 0,
        failures=tuple(
            Failure(
                inspection_id=row.public_id,
                name=row.name or "",
                employee_no=row.employee_no or "",
                item=row.item,
                day=row.day,
            )
            for row in rows(without.order_by(Inspection.day.desc(), InspectionLoop.id).limit(SHOWN))
        ),
        due=session().scalar(select(func.count()).select_from(due.subquery())) or 0,
        rechecks=tuple(
            Recheck(
                name=row.name or "",
                employee_no=row.employee_no or "",
                item=row.item,
                item_id=row.public_id,
                on=row.recheck_on,
                passes=row.passes,
            )
            for row in rows(due.order_by(InspectionLoop.recheck_on, InspectionLoop.id).limit(SHOWN))
        ),
        appeals=session().scalar(waiting) or 0,
        items=tuple(lines[:SHOWN]),
    )
