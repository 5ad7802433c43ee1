"""Deciding about duties for programs: of one of them, and of many people at once."""

from datetime import date
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts.queries import cohorts, teams_within
from lms.assignments import actions, choosing
from lms.assignments.actions import bulk as acts
from lms.assignments.actions.relief import LONGEST
from lms.assignments.api.room import bp
from lms.assignments.bulk_forms import LONGEST_MESSAGE, LONGEST_REASON, What
from lms.assignments.queries.bulk import Concerned, Wanted
from lms.assignments.queries.why import CATEGORIES, may_decide
from lms.assignments.rules.bulk import CREDIT, EXEMPT, EXTEND, MESSAGE
from lms.assignments.views.bulk import check, do_all
from lms.core.access import Permission
from lms.core.db import new_public_id, transaction
from lms.core.errors import Conflict, Invalid
from lms.core.i18n import say
from lms.core.texts import Text, text
from lms.web.api import MOST, refusals
from lms.web.auth import current_actor, requires

ACTS = ("exempt", "unexempt", "credit", "uncredit", "extend", "unextend")
MANY = (MESSAGE, EXTEND, EXEMPT, CREDIT)
_DAY = Range(min=date(2000, 1, 1), max=date(2200, 1, 1))


class DecisionBody(Schema):
    act = String(required=True, validate=OneOf(ACTS), metadata={"description": "un… takes one back"})
    reason = String(
        load_default="",
        validate=Length(max=LONGEST),
        metadata={"description": "of exempt, credit, extend, uncredit; the person reads it"},
    )
    category = String(load_default="", validate=OneOf(["", *CATEGORIES]), metadata={"description": "of exempt"})
    until_on = Date(
        load_default=None, allow_none=True, validate=_DAY, metadata={"description": "of exempt; null = for good"}
    )
    to = Date(load_default=None, allow_none=True, validate=_DAY, metadata={"description": "of extend"})


class DutyDecided(Schema):
    changed = Boolean(required=True, metadata={"description": "false: the duty is not one to which this can be done"})


class BulkBody(Schema):
    act = String(required=True, validate=OneOf(MANY))
    team = String(load_default="", validate=Length(max=40), metadata={"description": "code, with all below"})
    cohort = Integer(load_default=None, allow_none=True, validate=Range(min=1, max=MOST))
    document = String(load_default="", validate=Length(max=300), metadata={"description": "kind:slug"})
    unfinished = Boolean(load_default=True, metadata={"description": "only who still owes it"})
    without = List(
        String(validate=Length(max=40)),
        load_default=[],
        validate=Length(max=500),
        metadata={"description": "numbers of who is left out"},
    )
    message = String(load_default="", validate=Length(max=LONGEST_MESSAGE))
    to = Date(load_default=None, allow_none=True, validate=_DAY, metadata={"description": "of extend"})
    category = String(load_default="", validate=OneOf(["", *CATEGORIES]), metadata={"description": "of exempt"})
    until_on = Date(load_default=None, allow_none=True, validate=_DAY, metadata={"description": "of exempt"})
    reason = String(load_default="", validate=Length(max=LONGEST_REASON))
    digest = String(
        load_default="",
        validate=Length(max=64),
        metadata={"description": "of what was seen; without it nothing is done"},
    )


class ConcernedLine(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    reasons = List(String(), required=True, metadata={"description": "why it can't be done to them"})


class BulkSeen(Schema):
    people = List(Nested(ConcernedLine), required=True, metadata={"description": "to whom it is done"})
    refused = List(
        Nested(ConcernedLine), required=True, metadata={"description": "while there are any, nothing is done"}
    )
    alone = Integer(required=True, metadata={"description": "whom it would leave as they are"})
    digest = String(required=True, metadata={"description": "send it to have this done"})
    done = Boolean(required=True)


@bp.post("/duties/<int:duty_id>")
@requires(Permission.DUTY_EXEMPT)
@bp.input(DecisionBody, arg_name="body")
@bp.output(DutyDecided)
@bp.doc(
    summary="Exempt somebody from a duty, recognise it, grant more time, or take that back",
    responses=refusals(404, 409, 422),
)
def decide(duty_id: int, body: dict[str, Any]) -> dict[str, Any]:
    actor, act, one = current_actor(), body["act"], [duty_id]
    may_decide(actor, duty_id)
    with transaction():
        if act == "exempt":
            done = actions.exempt(
                actor, one, category=body["category"], reason=body["reason"], until_on=body["until_on"]
            )
        elif act == "credit":
            done = actions.credit(actor, one, body["reason"])
        elif act == "extend":
            if body["to"] is None:
                reason = text("请选今天或以后的日子。")
                raise Invalid(reason, fields={"to": reason})
            done = actions.extend(actor, one, body["to"], body["reason"])
        elif act == "uncredit":
            done = actions.take_back_credit(actor, one, body["reason"])
        else:
            done = actions.end_exemption(actor, one) if act == "unexempt" else actions.end_extension(actor, one)
    return {"changed": bool(done)}


@bp.post("/duties/decisions")
@requires(Permission.MESSAGE_SEND)
@bp.input(BulkBody, arg_name="body")
@bp.output(BulkSeen)
@bp.doc(
    summary="Say to whom an act would be done, by name; with the digest of that answer it is done to all of them",
    responses=refusals(409, 422),
)
def decide_many(body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    what = _what(body)
    check(actor, what)
    seen = acts.look(actor, what.act, what.wanted, what.to)
    if body["digest"]:
        if seen.refused:
            raise Conflict(text("有 %(n)s 人改不了，所以一个也没有改。", n=len(seen.refused)), code="refused")
        if body["digest"] != seen.digest:
            raise Conflict(text("名单刚刚变了，请再看一遍。"), code="changed")
        do_all(actor, what, seen.done_to, new_public_id())
    return {
        "people": [_line(each) for each in seen.done_to],
        "refused": [_line(each, reasons) for each, reasons in seen.refused],
        "alone": len(seen.alone),
        "digest": seen.digest,
        "done": bool(body["digest"]),
    }


def _line(each: Concerned, reasons: tuple[Text, ...] = ()) -> dict[str, Any]:
    return {
        "employee_no": each.employee_no,
        "name": each.name,
        "team": each.team,
        "reasons": [say(reason) for reason in reasons],
    }


def _what(body: dict[str, Any]) -> What:
    """Return what the body asks for. Raises Invalid for a team, intake or document that the caller can't choose."""
    actor, wrong = current_actor(), {}
    team_id = None
    if body["team"]:
        within = {team.code: team.id for team in teams_within(actor, Permission.MESSAGE_SEND)}
        team_id = within.get(body["team"])
        if team_id is None:
            wrong["team"] = text("没有代码为 %(code)s 的团队。", code=body["team"])
    if body["cohort"] is not None and body["cohort"] not in {row.id for row in cohorts(actor)}:
        wrong["cohort"] = text("没有这个批次。")
    if body["document"] and body["document"] not in {each.name for each in choosing.choices(actor)}:
        wrong["document"] = text("没有这份可以派的内容。")
    if wrong:
        raise Invalid(text("还差一点，改好再继续。"), fields=wrong)
    return What(
        act=body["act"],
        wanted=Wanted(
            team_id=team_id,
            cohort_id=body["cohort"],
            document=body["document"],
            unfinished=body["unfinished"],
            without=frozenset(body["without"]),
        ),
        **{name: body[name] for name in ("message", "to", "category", "until_on", "reason")},
    )
