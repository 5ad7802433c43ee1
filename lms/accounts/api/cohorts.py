"""Intakes for programs: the list, one with its members, opening, changing, who is in it, and putting many into some."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts import actions, queries
from lms.accounts.actions import batches as splitting
from lms.accounts.api.people import EMPLOYMENTS, FIRST, LAST
from lms.accounts.api.room import bp
from lms.accounts.models import Cohort
from lms.accounts.queries import batches as reading
from lms.accounts.rules import batches as rules
from lms.accounts.rules.people import tidy
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.texts import Text, text
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires

MOST = 500
"""People named in one call."""


class CohortLine(Schema):
    id = Integer(required=True)
    name = String(required=True)
    starts_on = Date(required=True)
    room = String(required=True)
    trainer = String(required=True, metadata={"description": "name, empty where there is none"})
    members = Integer(required=True, metadata={"description": "how many of its people the caller sees"})


class CohortList(Schema):
    items = List(Nested(CohortLine), required=True)
    next = Integer(required=True, allow_none=True)


class MemberLine(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    active = Boolean(required=True)
    mentor = String(required=True, metadata={"description": "number, empty where there is none"})


class CohortBody(Schema):
    id = Integer(required=True)
    name = String(required=True)
    starts_on = Date(required=True)
    room = String(required=True)
    trainer = String(required=True, metadata={"description": "number, empty where there is none"})
    members = List(Nested(MemberLine), required=True, metadata={"description": "those whom the caller sees"})


class CohortWish(Schema):
    name = String(required=True, validate=Length(min=1, max=80))
    starts_on = Date(required=True, validate=Range(min=FIRST, max=LAST))
    trainer = String(load_default="", validate=Length(max=40), metadata={"description": "number"})
    room = String(load_default="", validate=Length(max=80))


class Members(Schema):
    people = List(
        String(validate=Length(max=40)),
        required=True,
        validate=Length(min=1, max=MOST),
        metadata={"description": "numbers"},
    )


class MembersAdded(Schema):
    added = Integer(required=True, metadata={"description": "who were not in it before"})


class MentorOf(Schema):
    employee_no = String(required=True, validate=Length(max=40))
    mentor = String(
        required=True, allow_none=True, validate=Length(max=40), metadata={"description": "number; null = nobody"}
    )


class MentorsBody(Schema):
    items = List(Nested(MentorOf), required=True, validate=Length(min=1, max=MOST))


class SplitBody(Schema):
    hired_from = Date(required=True, validate=Range(min=FIRST, max=LAST))
    hired_until = Date(required=True, validate=Range(min=FIRST, max=LAST))
    employment = String(load_default="", validate=OneOf(["", *EMPLOYMENTS]))
    team = String(load_default="", validate=Length(max=40), metadata={"description": "code, with all below"})
    most = Integer(load_default=rules.USUAL, validate=Range(min=rules.LEAST, max=rules.MOST))
    by_team = Boolean(load_default=False, metadata={"description": "no two teams in one"})
    digest = String(
        load_default="", validate=Length(max=64), metadata={"description": "of the plan; without it nothing is done"}
    )


class BatchLine(Schema):
    name = String(required=True)
    starts_on = Date(required=True)
    cohort = Integer(required=True, allow_none=True, metadata={"description": "null = a new one"})
    held = Integer(required=True, metadata={"description": "who are in it already"})
    joining = Integer(required=True)


class SplitPlan(Schema):
    items = List(Nested(BatchLine), required=True)
    digest = String(required=True, metadata={"description": "send it to have this done"})
    done = Boolean(required=True)


def _body(found: Cohort) -> dict[str, Any]:
    trainer = queries.person_by_id(found.trainer_id) if found.trainer_id else None
    return {
        "id": found.id,
        "name": found.name,
        "starts_on": found.starts_on,
        "room": found.room,
        "trainer": trainer.employee_no or "" if trainer else "",
        "members": [
            {
                "employee_no": row.employee_no,
                "name": row.name,
                "team": row.team_name,
                "active": row.active,
                "mentor": row.mentor_no,
            }
            for row in queries.cohort_members(current_actor(), found.id)
        ],
    }


def _wish(body: dict[str, Any]) -> dict[str, Any]:
    """Return what the actions take. Raises Invalid with every reason."""
    wrong: dict[str, Text] = {}
    name, number = tidy(body["name"]), tidy(body["trainer"])
    trainer = queries.active_by_no(number) if number else None
    if not name:
        wrong["name"] = text("不能为空。")
    if number and trainer is None:
        wrong["trainer"] = text("没有找到在职员工 %(no)s。", no=number)
    if wrong:
        raise Invalid(text("请看标出的地方。"), fields=wrong)
    return {
        "name": name,
        "starts_on": body["starts_on"],
        "trainer_id": trainer.id if trainer else None,
        "room": tidy(body["room"]),
    }


@bp.get("/cohorts")
@requires(Permission.PERSON_READ)
@bp.output(CohortList)
@bp.doc(summary="Intakes of which the caller sees somebody, the latest first")
def cohorts() -> dict[str, Any]:
    rows = queries.cohorts(current_actor())
    return page(
        [
            {
                "id": row.id,
                "name": row.name,
                "starts_on": row.starts_on,
                "room": row.room,
                "trainer": row.trainer,
                "members": row.members,
            }
            for row in rows
        ],
        None,
    )


@bp.get("/cohorts/<int:cohort_id>")
@requires(Permission.PERSON_READ)
@bp.output(CohortBody)
@bp.doc(summary="One intake with its members", responses=refusals(404))
def cohort(cohort_id: int) -> dict[str, Any]:
    return _body(queries.cohort(current_actor(), cohort_id))


@bp.post("/cohorts")
@requires(Permission.COHORT_EDIT)
@bp.input(CohortWish, arg_name="body")
@bp.output(CohortBody, status_code=201)
@bp.doc(summary="Open an intake", responses=refusals(422))
def open_cohort(body: dict[str, Any]) -> dict[str, Any]:
    wish = _wish(body)
    with transaction():
        return _body(actions.open_cohort(current_actor(), **wish))


@bp.put("/cohorts/<int:cohort_id>")
@requires(Permission.COHORT_EDIT)
@bp.input(CohortWish, arg_name="body")
@bp.output(CohortBody)
@bp.doc(
    summary="Change name, start day, trainer and room; another start day moves due days", responses=refusals(404, 422)
)
def change_cohort(cohort_id: int, body: dict[str, Any]) -> dict[str, Any]:
    found = queries.cohort(current_actor(), cohort_id)
    wish = _wish(body)
    with transaction():
        actions.change_cohort(current_actor(), cohort_id, **wish)
        return _body(found)


@bp.post("/cohorts/<int:cohort_id>/members")
@requires(Permission.COHORT_EDIT)
@bp.input(Members, arg_name="body")
@bp.output(MembersAdded)
@bp.doc(summary="Put people into an intake, all or nobody", responses=refusals(404, 422))
def add_members(cohort_id: int, body: dict[str, Any]) -> dict[str, Any]:
    queries.cohort(current_actor(), cohort_id)
    people = {number: queries.active_by_no(number) for number in dict.fromkeys(body["people"])}
    if unknown := [number for number, person in people.items() if person is None]:
        reason = text("没有找到：%(numbers)s。一个也没有加。", numbers="、".join(unknown[:20]))
        raise Invalid(reason, fields={"people": reason})
    with transaction():
        return {"added": actions.add_members(current_actor(), cohort_id, [each.id for each in people.values() if each])}


@bp.post("/cohorts/<int:cohort_id>/members/<employee_no>/remove")
@requires(Permission.COHORT_EDIT)
@bp.output({}, status_code=204)
@bp.doc(summary="Take somebody out of an intake from today on; what was learned stays", responses=refusals(404))
def remove_member(cohort_id: int, employee_no: str) -> str:
    actor = current_actor()
    queries.cohort(actor, cohort_id)
    members = {row.employee_no: row.id for row in queries.cohort_members(actor, cohort_id)}
    if employee_no not in members:
        raise NotFound()
    with transaction():
        actions.remove_member(actor, cohort_id, members[employee_no])
    return ""


@bp.put("/cohorts/<int:cohort_id>/mentors")
@requires(Permission.COHORT_EDIT)
@bp.input(MentorsBody, arg_name="body")
@bp.output(CohortBody)
@bp.doc(summary="Say who looks after which member from today on, all or nobody", responses=refusals(404, 422))
def set_mentors(cohort_id: int, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    found = queries.cohort(actor, cohort_id)
    members = {row.employee_no: row for row in queries.cohort_members(actor, cohort_id)}
    wrong: dict[str, Text] = {}
    wanted: dict[int, int | None] = {}
    for place, each in enumerate(body["items"]):
        row, mentor = members.get(each["employee_no"]), queries.active_by_no(each["mentor"]) if each["mentor"] else None
        if row is None:
            wrong[f"items.{place}.employee_no"] = text("没有找到这个工号。")
        elif each["mentor"] and (mentor is None or mentor.id == row.id):
            wrong[f"items.{place}.mentor"] = text("没有找到这个工号。")
        elif (each["mentor"] or "").casefold() != row.mentor_no.casefold():
            wanted[row.id] = mentor.id if mentor else None
    if wrong:
        raise Invalid(text("请看标出的地方。"), fields=wrong)
    with transaction():
        for person_id, mentor_id in wanted.items():
            actions.set_mentor(actor, person_id, mentor_id)
        return _body(found)


@bp.post("/cohorts/split")
@requires(Permission.COHORT_EDIT)
@bp.input(SplitBody, arg_name="body")
@bp.output(SplitPlan)
@bp.doc(
    summary="Say which intakes those who are in none would make; with the digest of that answer it is done",
    responses=refusals(409, 422),
)
def split_cohorts(body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    chosen = reading.Chosen(
        hired_from=body["hired_from"],
        hired_until=body["hired_until"],
        employment=body["employment"],
        team_id=_own_team(body["team"]) if body["team"] else None,
    )
    how = rules.Split(most=body["most"], by_team=body["by_team"])
    plan = reading.plan(actor, chosen, how)
    if body["digest"]:
        with transaction():
            splitting.split(actor, chosen, how, body["digest"])
    items = [
        {
            "name": each.name,
            "starts_on": each.starts_on,
            "cohort": each.cohort_id,
            "held": each.held,
            "joining": len(each.keys),
        }
        for each in plan.batches
    ]
    return {"items": items, "digest": plan.digest, "done": bool(body["digest"])}


def _own_team(code: str) -> int:
    """Return the id of a team whose people the caller may put into intakes. Raises Invalid."""
    team_id = queries.team_id_of(code)
    if team_id not in {team.id for team in queries.teams_within(current_actor(), Permission.COHORT_EDIT)}:
        reason = text("没有代码为 %(code)s 的团队。", code=code)
        raise Invalid(reason, fields={"team": reason})
    return team_id
