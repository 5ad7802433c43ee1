"""逾期与催学 over the API: who is late or has not begun, asking them, saying it in the team's group."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts.queries import Named
from lms.core.access import Permission
from lms.core.errors import Conflict
from lms.core.texts import text
from lms.reports.leading import late as queries
from lms.reports.leading.late import WHO, LateFilter
from lms.reports.leading.who import teams
from lms.reports.views.late import chased, said_in_group
from lms.web.api import MOST, page, refusals
from lms.web.auth import current_actor, requires

bp = APIBlueprint("late_api", __name__, url_prefix="/api/v1/late", tag="Late duties")

MOST_DUTIES = 5_000


class LateAsked(Schema):
    who = String(
        load_default="late",
        validate=OneOf(WHO),
        metadata={"description": "late, due soon, idle (not begun), left (everything not finished)"},
    )
    goal = String(
        load_default="", validate=Length(max=300), metadata={"description": "cycle:<id>, or kind:slug; empty: any"}
    )
    team = String(load_default="", validate=Length(max=40), metadata={"description": "code; teams below count too"})
    q = String(load_default="", validate=Length(max=100), metadata={"description": "in name or number"})
    unasked = Boolean(load_default=False, metadata={"description": "only who has not been asked today"})


class LateQuery(LateAsked):
    after = Integer(load_default=0, strict=False, validate=Range(min=0, max=1_000_000))
    limit = Integer(load_default=100, strict=False, validate=Range(min=1, max=500))


class LateIn(LateAsked):
    duties = List(
        Integer(strict=True, validate=Range(min=1, max=MOST)),
        load_default=None,
        allow_none=True,
        validate=Length(max=MOST_DUTIES),
        metadata={"description": "only these of them; null: all"},
    )


class GroupIn(LateAsked):
    names = Boolean(load_default=False, metadata={"description": "true: with names"})


class LateItem(Schema):
    duty = Integer(required=True, metadata={"description": "`/duties/<duty_id>` says why"})
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    title = String(required=True)
    done = Integer(required=True)
    total = Integer(required=True)
    due_on = Date(required=True, allow_none=True)
    days = Integer(required=True, metadata={"description": "since it was due; 0 or less: not late"})
    asked_today = Boolean(required=True)
    silent = Boolean(required=True, metadata={"description": "on leave or left in peace"})
    may_ask = Boolean(required=True)


class LateList(Schema):
    items = List(Nested(LateItem), required=True)
    next = Integer(required=True, allow_none=True)


class LateDone(Schema):
    told = Integer(required=True)
    before = Integer(required=True, metadata={"description": "they had been asked today"})
    silent = Integer(required=True, metadata={"description": "left in peace: on leave, or a freeze"})


class GroupDone(Schema):
    team = String(required=True, metadata={"description": "name of the team whose group is told"})


@bp.get("")
@requires(Permission.REPORT_READ)
@bp.input(LateQuery, location="query", arg_name="asked")
@bp.output(LateList)
@bp.doc(summary="Who is late with what, the longest first", responses=refusals(422))
def late(asked: dict[str, Any]) -> dict[str, Any]:
    after, limit = asked["after"], asked["limit"]
    found = queries.lines(current_actor(), _wanted(asked), limit=limit + 1, offset=after)
    items = [
        {
            "duty": line.assignment_id,
            "employee_no": line.employee_no,
            "name": line.name,
            "team": line.team,
            "title": line.title,
            "done": line.done,
            "total": line.total,
            "due_on": line.due_on,
            "days": line.days,
            "asked_today": line.chased_today,
            "silent": line.silent,
            "may_ask": line.may_chase,
        }
        for line in found[:limit]
    ]
    return page(items, after + limit if len(found) > limit else None)


@bp.post("/ask")
@requires(Permission.MESSAGE_SEND)
@bp.input(LateIn, arg_name="body")
@bp.output(LateDone)
@bp.doc(summary="Ask people to get on, each duty once a day", responses=refusals(422))
def ask_late(body: dict[str, Any]) -> dict[str, int]:
    actor = current_actor()
    done = chased(actor, queries.ids(actor, _wanted(body), body["duties"]))
    return {"told": done.told, "before": done.before, "silent": done.silent}


@bp.post("/group")
@requires(Permission.MESSAGE_SEND)
@bp.input(GroupIn, arg_name="body")
@bp.output(GroupDone)
@bp.doc(summary="Say in the team's group how things stand; without a word, no names", responses=refusals(409, 422))
def tell_group(body: dict[str, Any]) -> dict[str, str]:
    name = said_in_group(current_actor(), body["team"], _wanted(body), named=body["names"])
    if name is None:
        raise Conflict(text("这个团队还没有群机器人。"), code="no_robot")
    return {"team": name}


def _wanted(asked: dict[str, Any]) -> LateFilter:
    """Return which duties are meant. Raises Invalid for a team that the caller does not see."""
    named, team_id = Named(), None
    if asked["team"]:
        team_id = named.team(asked["team"], among=teams(current_actor()))
    named.check()
    return LateFilter(who=asked["who"], goal=asked["goal"], team_id=team_id, q=asked["q"], unasked=asked["unasked"])
