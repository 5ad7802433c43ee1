"""Days for programs: the company's own days, shifts, silent times, leave that ends early."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, Range

from lms.accounts import actions, queries
from lms.accounts.api.people import FIRST, LAST
from lms.accounts.api.room import bp
from lms.accounts.models import Shift
from lms.accounts.queries import days
from lms.accounts.rules.people import tidy
from lms.accounts.rules.shifts import clock, read_hours
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.texts import text
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires

MOST_DAYS = 400
_DAY = Range(min=FIRST, max=LAST)


class FreezeLine(Schema):
    id = Integer(required=True)
    name = String(required=True)
    team = String(required=True, metadata={"description": "name; all below count too"})
    from_on = Date(required=True)
    until_on = Date(required=True, metadata={"description": "the last day of it"})


class FreezeList(Schema):
    items = List(Nested(FreezeLine), required=True)
    next = Integer(required=True, allow_none=True)


class FreezeWish(Schema):
    name = String(required=True, validate=Length(min=1, max=80))
    team = String(required=True, validate=Length(max=40), metadata={"description": "code; all below count too"})
    from_on = Date(required=True, validate=_DAY)
    until_on = Date(required=True, validate=_DAY, metadata={"description": "the last day of it"})


class FreezeMade(Schema):
    id = Integer(required=True)


class CompanyDayItem(Schema):
    day = Date(required=True, validate=_DAY)
    working = Boolean(required=True, allow_none=True, metadata={"description": "null = as the public calendar has it"})
    name = String(load_default="", validate=Length(max=40))


class CompanyDaysBody(Schema):
    items = List(Nested(CompanyDayItem), required=True, validate=Length(min=1, max=MOST_DAYS))


class DaysChanged(Schema):
    changed = Integer(required=True)


class ShiftLine(Schema):
    code = String(required=True)
    name = String(required=True)
    hours = String(required=True, metadata={"example": "8:00-16:00"})


class ShiftAnswer(ShiftLine):
    """One shift by itself."""


class ShiftList(Schema):
    items = List(Nested(ShiftLine), required=True)
    next = Integer(required=True, allow_none=True)


class ShiftWish(Schema):
    code = String(required=True, validate=Length(min=1, max=20))
    name = String(load_default="", validate=Length(max=40))
    hours = String(
        required=True, validate=Length(max=30), metadata={"description": "8:00-16:00; over night 22:00-6:00"}
    )


class ShiftGone(Schema):
    code = String(required=True, validate=Length(min=1, max=20))


class LeaveLine(Schema):
    id = Integer(required=True)
    employee_no = String(required=True)
    from_on = Date(required=True)
    until_on = Date(required=True, metadata={"description": "the last day of it"})
    kind = String(required=True, metadata={"description": "empty for who may not know it"})


class LeaveList(Schema):
    items = List(Nested(LeaveLine), required=True)
    next = Integer(required=True, allow_none=True)


class LeaveEnd(Schema):
    last_day = Date(required=True, validate=_DAY, metadata={"description": "before its first day: it is taken away"})


@bp.get("/freezes")
@requires(Permission.CALENDAR_EDIT)
@bp.output(FreezeList)
@bp.doc(summary="Silent times that are not over: nothing falls due, nobody is reminded")
def freezes() -> dict[str, Any]:
    return page(
        [
            {
                "id": row.id,
                "name": row.name,
                "team": row.team_name,
                "from_on": row.from_on,
                "until_on": row.until_on,
            }
            for row in days.freezes()
        ],
        None,
    )


@bp.post("/freezes")
@requires(Permission.CALENDAR_EDIT)
@bp.input(FreezeWish, arg_name="body")
@bp.output(FreezeMade, status_code=201)
@bp.doc(
    summary="Set a silent time of a team and all below it; the same name there again moves it", responses=refusals(422)
)
def set_freeze(body: dict[str, Any]) -> dict[str, Any]:
    team_id = queries.team_id_of(body["team"])
    with transaction():
        window = actions.set_freeze(
            current_actor(), team_id, name=tidy(body["name"]), from_on=body["from_on"], until_on=body["until_on"]
        )
        return {"id": window.id}


@bp.post("/freezes/<int:freeze_id>/remove")
@requires(Permission.CALENDAR_EDIT)
@bp.output({}, status_code=204)
@bp.doc(summary="Take a silent time away; due days move back to where they were", responses=refusals(404, 409))
def remove_freeze(freeze_id: int) -> str:
    with transaction():
        actions.remove_freeze(current_actor(), freeze_id)
    return ""


@bp.put("/company-days")
@requires(Permission.CALENDAR_EDIT)
@bp.input(CompanyDaysBody, arg_name="body")
@bp.output(DaysChanged)
@bp.doc(summary="Say which days the company has otherwise than the public calendar", responses=refusals(422))
def set_company_days(body: dict[str, Any]) -> dict[str, Any]:
    said = {
        each["day"]: None if each["working"] is None else (each["working"], tidy(each["name"]))
        for each in body["items"]
    }
    with transaction():
        return {"changed": actions.set_company_days(current_actor(), said)}


@bp.get("/shifts")
@requires(Permission.CALENDAR_EDIT)
@bp.output(ShiftList)
@bp.doc(summary="The company's shifts, by when they begin")
def shifts() -> dict[str, Any]:
    return page([_line(shift) for shift in days.shifts()], None)


@bp.put("/shifts")
@requires(Permission.CALENDAR_EDIT)
@bp.input(ShiftWish, arg_name="body")
@bp.output(ShiftAnswer)
@bp.doc(summary="Set a shift: a new code adds one, one that is there changes it", responses=refusals(422))
def set_shift(body: dict[str, Any]) -> dict[str, Any]:
    hours = read_hours(body["hours"])
    if hours is None:
        reason = text("时间写成 8:00-16:00；过夜写 22:00-6:00。")
        raise Invalid(reason, fields={"hours": reason})
    with transaction():
        return _line(
            actions.set_shift(
                current_actor(), tidy(body["code"]), name=tidy(body["name"]), starts=hours.starts, ends=hours.ends
            )
        )


@bp.post("/shifts/remove")
@requires(Permission.CALENDAR_EDIT)
@bp.input(ShiftGone, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Take a shift away; days that name it keep the word", responses=refusals(404, 422))
def remove_shift(body: dict[str, Any]) -> str:
    with transaction():
        actions.remove_shift(current_actor(), body["code"])
    return ""


def _line(shift: Shift) -> dict[str, Any]:
    return {"code": shift.code, "name": shift.name, "hours": f"{clock(shift.starts)}-{clock(shift.ends)}"}


@bp.get("/leave")
@requires(Permission.ROSTER_EDIT)
@bp.output(LeaveList)
@bp.doc(summary="Leave that runs, comes, or ended in the last 30 days, of those whose roster the caller makes")
def leave() -> dict[str, Any]:
    return page(
        [
            {
                "id": row.id,
                "employee_no": row.employee_no,
                "from_on": row.from_on,
                "until_on": row.until_on,
                "kind": row.kind,
            }
            for row in days.leaves(current_actor())
        ],
        None,
    )


@bp.post("/leave/<int:leave_id>/end")
@requires(Permission.ROSTER_EDIT)
@bp.input(LeaveEnd, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Let a leave end earlier", responses=refusals(404, 422))
def end_leave(leave_id: int, body: dict[str, Any]) -> str:
    actor = current_actor()
    if leave_id not in {row.id for row in days.leaves(actor)}:
        raise NotFound()
    with transaction():
        actions.end_leave(actor, leave_id, body["last_day"])
    return ""
