"""Who is asking, and working days and leave from the host's own roster, for programs."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from apiflask import Schema
from apiflask.fields import Date, Integer, List, Nested, String
from apiflask.validators import Length
from flask import Response, g
from sqlalchemy.exc import OperationalError

from lms.accounts.actions import day_files, staff
from lms.accounts.actions.own import token_used
from lms.accounts.api.room import bp
from lms.accounts.rules.roster_file import Cell
from lms.accounts.rules.staff_known import RefusedRow
from lms.core.access import Permission
from lms.core.db import session, transaction
from lms.core.errors import Invalid
from lms.core.here import settings
from lms.core.sheets import Row
from lms.core.texts import Text, text
from lms.web.api import refusals
from lms.web.auth import current_actor, requires

MOST_ITEMS = 5_000


@bp.after_app_request
def note_token(response: Response) -> Response:
    """Note once a day that a token is in use; whoever is busy with the database goes first."""
    token_id = g.pop("token_to_note", None)
    if token_id is not None and response.status_code < 500 and not response.is_streamed:
        session().rollback()  # whatever a refused call has left is nobody's
        with suppress(OperationalError), transaction():
            token_used(token_id)
    return response


class Me(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    roles = List(String(), required=True)
    team = String(required=True, metadata={"description": "name of the present team, empty where there is none"})
    position = String(required=True)
    locale = String(required=True, metadata={"description": "zh_CN or en"})


@bp.get("/me")
@bp.output(Me)
@requires(Permission.LEARN)
def me() -> dict[str, Any]:
    """Return who is asking."""
    actor = current_actor()
    return {
        "employee_no": actor.employee_no,
        "name": actor.name,
        "roles": sorted(role.value for role in actor.roles),
        "team": actor.team_name,
        "position": actor.position,
        "locale": actor.locale or settings().locale,
    }


class RosterItem(Schema):
    employee_no = String(required=True, validate=Length(max=40))
    day = Date(required=True)
    shift = String(
        required=True,
        validate=Length(min=1, max=40),
        metadata={"description": "code of a shift, hours 8:00-16:00, work, off, or pattern = as the pattern says"},
    )


class RosterBody(Schema):
    items = List(Nested(RosterItem), required=True, validate=Length(min=1, max=MOST_ITEMS))


class LeaveItem(Schema):
    employee_no = String(required=True, validate=Length(max=40))
    from_on = Date(required=True)
    until_on = Date(required=True, metadata={"description": "the last day of it"})
    kind = String(load_default="other", metadata={"enum": ["annual", "sick", "maternity", "personal", "other"]})


class LeaveBody(Schema):
    items = List(Nested(LeaveItem), required=True, validate=Length(min=1, max=MOST_ITEMS))


class Taken(Schema):
    changed = Integer(required=True)
    unchanged = Integer(required=True)


@bp.post("/roster")
@requires(Permission.ROSTER_EDIT)
@bp.input(RosterBody, arg_name="body")
@bp.output(Taken)
@bp.doc(summary="Set single working days with their shifts; all or nothing", responses=refusals(422))
def set_roster(body: dict[str, Any]) -> dict[str, int]:
    actor = current_actor()
    cells = [
        Cell(
            line=place,
            employee_no=item["employee_no"],
            name="",
            day=item["day"],
            written=item["day"].isoformat(),
            word=item["shift"],
        )
        for place, item in enumerate(body["items"])
    ]
    with transaction():
        plan = staff.plan_cells(actor, cells)
        _refuse(plan.refused)
        staff.set_roster(actor, plan)
    return {"changed": len(plan.changed), "unchanged": plan.unchanged}


@bp.post("/leave")
@requires(Permission.ROSTER_EDIT)
@bp.input(LeaveBody, arg_name="body")
@bp.output(Taken)
@bp.doc(summary="Note leave; all or nothing", responses=refusals(422))
def note_leave(body: dict[str, Any]) -> dict[str, int]:
    actor = current_actor()
    rows = [
        Row(line=place, values={name: str(value) for name, value in item.items()})
        for place, item in enumerate(body["items"])
    ]
    with transaction():
        plan = day_files.plan_leave_rows(actor, rows)
        _refuse(plan.refused)
        day_files.note_all(actor, plan)
    return {"changed": len(plan.changed), "unchanged": plan.unchanged}


def _refuse(refused: Sequence[RefusedRow]) -> None:
    """Say every row that can't be taken with its reasons, by its place in the list; nothing is changed."""
    if refused:
        fields: dict[str, Text] = {f"items.{row.line}": row.reasons[0] for row in refused}
        raise Invalid(text("有 %(n)s 行不能导入，什么也没有改。请改好文件再传。", n=len(refused)), fields=fields)
