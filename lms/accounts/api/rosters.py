"""Patterns of working days for programs, and accounts that end by themselves."""

from datetime import timedelta
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, Range

from lms.accounts import actions, queries
from lms.accounts.actions import endings as ending
from lms.accounts.actions.calendar import shift_words
from lms.accounts.api.people import FIRST, LAST
from lms.accounts.api.room import bp
from lms.accounts.queries.endings import ending as those_ending
from lms.accounts.rules.endings import SOON
from lms.accounts.rules.shifts import read_cycle
from lms.core.access import Permission
from lms.core.calendar import MONDAY_TO_FRIDAY
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text
from lms.web.api import MOST, page, refusals
from lms.web.auth import current_actor, requires

MOST_PEOPLE = 500
MOST_DAYS = 400
_DAY = Range(min=FIRST, max=LAST)


class PatternLine(Schema):
    id = Integer(required=True)
    kind = String(required=True, metadata={"enum": ["team", "cohort", "person"]})
    owner = String(required=True, metadata={"description": "name of the team, intake or person"})
    weekdays = List(Integer(), required=True, metadata={"description": "1 = Monday … 7 = Sunday"})
    cycle = String(required=True, metadata={"description": "instead of a week; empty = a week"})
    follows_holidays = Boolean(required=True)
    from_on = Date(required=True)
    until_on = Date(required=True, allow_none=True, metadata={"description": "the first day on which it holds no more"})


class PatternList(Schema):
    items = List(Nested(PatternLine), required=True)
    next = Integer(required=True, allow_none=True)


class PatternWish(Schema):
    team = String(load_default="", validate=Length(max=40), metadata={"description": "code; one of the three"})
    cohort = Integer(load_default=None, allow_none=True, validate=Range(min=1, max=MOST))
    employee_no = String(load_default="", validate=Length(max=40))
    weekdays = List(
        Integer(validate=Range(min=1, max=7)),
        load_default=[],
        validate=Length(max=7),
        metadata={"description": "1 = Monday … 7 = Sunday; this or cycle"},
    )
    cycle = String(
        load_default="", validate=Length(max=200), metadata={"description": "做四休二, or shifts: 早早晚晚休休"}
    )
    follows_holidays = Boolean(load_default=False, metadata={"description": "of a week: days off as offices have them"})
    from_on = Date(required=True, validate=_DAY)
    until_on = Date(load_default=None, allow_none=True, validate=_DAY)


class PatternMade(Schema):
    id = Integer(required=True)


class EndingsQuery(Schema):
    days = Integer(load_default=SOON, strict=False, validate=Range(min=0, max=MOST_DAYS))


class EndingLine(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    employment = String(required=True)
    leaving_on = Date(required=True, metadata={"description": "the last day"})


class EndingList(Schema):
    items = List(Nested(EndingLine), required=True)
    next = Integer(required=True, allow_none=True)


class ExtendBody(Schema):
    people = List(
        String(validate=Length(max=40)),
        required=True,
        validate=Length(min=1, max=MOST_PEOPLE),
        metadata={"description": "numbers"},
    )
    to = Date(required=True, validate=_DAY, metadata={"description": "the new last day"})


class Extended(Schema):
    changed = Integer(required=True)


@bp.get("/roster/patterns")
@requires(Permission.ROSTER_EDIT)
@bp.output(PatternList)
@bp.doc(summary="Patterns of working days that the caller may change: of teams, intakes, people")
def patterns() -> dict[str, Any]:
    return page(
        [
            {
                "id": row.id,
                "kind": row.kind,
                "owner": row.owner,
                "weekdays": [] if row.cycle else [day + 1 for day in range(7) if row.weekdays >> day & 1],
                "cycle": row.cycle,
                "follows_holidays": row.follows_holidays,
                "from_on": row.from_on,
                "until_on": row.until_on,
            }
            for row in queries.patterns(current_actor())
        ],
        None,
    )


@bp.post("/roster/patterns")
@requires(Permission.ROSTER_EDIT)
@bp.input(PatternWish, arg_name="body")
@bp.output(PatternMade, status_code=201)
@bp.doc(
    summary="Give a team, an intake or a person a pattern from a day on; of several the one that began last holds",
    responses=refusals(422),
)
def set_pattern(body: dict[str, Any]) -> dict[str, Any]:
    owner = _owner(body)
    cycle = read_cycle(body["cycle"], shift_words()) if body["cycle"] else ()
    weekdays = sum(1 << (day - 1) for day in set(body["weekdays"]))
    with transaction():
        made = actions.set_pattern(
            current_actor(),
            owner,
            weekdays=MONDAY_TO_FRIDAY if cycle else weekdays,
            cycle=cycle,
            follows_holidays=body["follows_holidays"],
            from_on=body["from_on"],
            until_on=body["until_on"],
        )
        return {"id": made.id}


def _owner(body: dict[str, Any]) -> actions.Owner:
    """Return whose pattern it is to be. Raises Invalid for none, several, or one whose roster the caller doesn't make.

    What somebody may not see is refused in the words for what isn't there.
    """
    actor = current_actor()
    everybody = queries.sees_everybody(actor, Permission.ROSTER_EDIT)
    if sum(bool(body[name]) for name in ("team", "cohort", "employee_no")) != 1:
        reason = text("请选团队、批次或个人。")
        raise Invalid(reason, fields={"team": reason})
    if body["team"]:
        for team in queries.team_tree():
            if team.code == body["team"] and (everybody or team.id in actor.teams_below):
                return actions.Owner(team_id=team.id)
        reason = text("没有代码为 %(code)s 的团队。", code=body["team"])
        raise Invalid(reason, fields={"team": reason})
    if body["cohort"]:
        if everybody and body["cohort"] in {row.id for row in queries.cohorts(actor)}:
            return actions.Owner(cohort_id=body["cohort"])
        reason = text("没有这个批次。")
        raise Invalid(reason, fields={"cohort": reason})
    found = queries.active_by_no(body["employee_no"])
    if found is None or not queries.seen(actor, Permission.ROSTER_EDIT, [found.id]):
        reason = text("没有找到这个工号。")
        raise Invalid(reason, fields={"employee_no": reason})
    return actions.Owner(person_id=found.id)


@bp.post("/roster/patterns/<int:pattern_id>/stop")
@requires(Permission.ROSTER_EDIT)
@bp.output({}, status_code=204)
@bp.doc(summary="End a pattern today; one that has not begun is taken away", responses=refusals(404))
def stop_pattern(pattern_id: int) -> str:
    actor = current_actor()
    if pattern_id not in {pattern.id for pattern in queries.patterns(actor)}:
        raise NotFound()
    with transaction():
        actions.stop_pattern(actor, pattern_id)
    return ""


@bp.get("/endings")
@requires(Permission.PERSON_READ)
@bp.input(EndingsQuery, location="query", arg_name="query")
@bp.output(EndingList)
@bp.doc(summary="Whose account ends by itself within so many days", responses=refusals(422))
def endings(query: dict[str, Any]) -> dict[str, Any]:
    people = those_ending(current_actor(), today() + timedelta(days=query["days"]))
    return page(
        [
            {
                "employee_no": each.employee_no,
                "name": each.name,
                "team": each.team,
                "employment": each.employment,
                "leaving_on": each.leaving_on,
            }
            for each in people
        ],
        None,
    )


@bp.post("/endings")
@requires(Permission.PERSON_EDIT)
@bp.input(ExtendBody, arg_name="body")
@bp.output(Extended)
@bp.doc(summary="Put the last day of these people off, of all of them or of nobody", responses=refusals(404, 409, 422))
def extend(body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        shown = ending.plan_extension(actor, body["people"], body["to"]).digest
        return {"changed": ending.extend(actor, body["people"], body["to"], shown)}
