"""JSON of staff before a peak: who is needed, certified and missing, by day."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Date, Integer, List, Nested, String

from lms.core.access import Permission
from lms.readiness.api.room import bp
from lms.readiness.queries import staffing as reading
from lms.readiness.queries.staffing import Row, Skill
from lms.readiness.rules.outlook import DayLook, outlook
from lms.web.api import page
from lms.web.auth import current_actor, requires


class StaffSkillItem(Schema):
    name = String(required=True, metadata={"description": "the certificate or the queue", "example": "售后接待资格证"})
    share = Integer(required=True, metadata={"description": "percent of the need"})
    need = Integer(required=True)
    certified = Integer(required=True)
    gap = Integer(required=True)
    on_duty = Integer(required=True, metadata={"description": "certified and working on this day"})


class StaffDayItem(Schema):
    day = Date(required=True)
    orders = Integer(required=True)
    contacts = Integer(required=True, allow_none=True)
    complaints = Integer(required=True, allow_none=True)
    need = Integer(required=True, metadata={"description": "people in all, with those whose day off it is"})
    certified = Integer(required=True)
    gap = Integer(required=True)
    need_on_duty = Integer(required=True)
    on_duty = Integer(required=True)
    skills = List(Nested(StaffSkillItem), required=True)


class StaffPlanItem(Schema):
    id = String(required=True)
    name = String(required=True, metadata={"example": "年货节"})
    team = String(required=True)
    from_on = Date(required=True)
    until_on = Date(required=True)
    base_orders = Integer(required=True)
    present = Integer(required=True)
    peak = Date(required=True, allow_none=True, metadata={"description": "the day on which most people are needed"})
    need = Integer(required=True, allow_none=True, metadata={"description": "on that day"})
    certified = Integer(required=True, allow_none=True)
    gap = Integer(required=True, allow_none=True)
    days = List(Nested(StaffDayItem), required=True, metadata={"description": "the days that have a forecast"})


class StaffPlans(Schema):
    items = List(Nested(StaffPlanItem), required=True)
    next = Integer(required=True, allow_none=True)


@bp.get("/staffing")
@bp.output(StaffPlans)
@requires(Permission.STAFFING_READ)
def staffing() -> dict[str, Any]:
    """Plans of staff before a peak that are not over, the next one first, with need and gap by day."""
    return page([_plan(row) for row in reading.plans(current_actor(), coming=True)], None)


def _plan(row: Row) -> dict[str, Any]:
    supply = reading.supply_of(row)
    look = outlook(row.wanted, supply) if supply is not None else None
    peak = look.peak if look is not None else None
    return {
        "id": row.public_id,
        "name": row.name,
        "team": row.team,
        "from_on": row.from_on,
        "until_on": row.until_on,
        "base_orders": row.base_orders,
        "present": row.present,
        "peak": peak.day if peak else None,
        "need": peak.need.people if peak else None,
        "certified": peak.certified if peak else None,
        "gap": peak.gap if peak else None,
        "days": [_day(each, row.skills) for each in look.days] if look is not None else [],
    }


def _day(each: DayLook, skills: tuple[Skill, ...]) -> dict[str, Any]:
    return {
        "day": each.day,
        "orders": each.volume.orders,
        "contacts": each.volume.contacts,
        "complaints": each.volume.complaints,
        "need": each.need.people,
        "certified": each.certified,
        "gap": each.gap,
        "need_on_duty": each.need.on_duty,
        "on_duty": each.on_duty,
        "skills": [
            {
                "name": skill.name,
                "share": skill.share,
                "need": each.needs[place],
                "certified": each.certified_by[place],
                "gap": each.gaps[place],
                "on_duty": each.on_duty_by[place],
            }
            for place, skill in enumerate(skills)
        ],
    }
