"""Deductions over the API: the public rules, and noting one."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import gettext
from lms.core.texts import text
from lms.reviews.actions import deductions as acts
from lms.reviews.api.room import bp, kept_words
from lms.reviews.models import DeductionRule
from lms.reviews.queries import deductions as reading
from lms.reviews.rules.deductions import LONGEST_ITEM, LONGEST_WHY, LONGEST_WORDS, MOST_POINTS, SHORTEST_WHY, State
from lms.web.api import a_day, fields_named, page, refusals
from lms.web.auth import current_actor, requires


class DeductionRuleIn(Schema):
    item = String(required=True, validate=Length(min=1, max=LONGEST_ITEM))
    points = Integer(required=True, strict=True, validate=Range(min=1, max=MOST_POINTS))
    red_line = Boolean(load_default=False)
    words = String(required=True, validate=Length(min=1, max=LONGEST_WORDS), metadata={"description": "what counts"})
    from_on = a_day(required=True, metadata={"description": "today at the earliest"})


class DeductionRuleOut(Schema):
    id = String(required=True)
    code = String(required=True, metadata={"description": "the same for a rule and those that took its place"})
    item = String(required=True)
    points = Integer(required=True)
    red_line = Boolean(required=True)
    words = String(required=True)
    from_on = Date(required=True)
    until_on = Date(required=True, allow_none=True, metadata={"description": "the last day; null: it stands"})


class DeductionRuleAnswer(DeductionRuleOut):
    """One rule by itself."""


class DeductionRules(Schema):
    items = List(Nested(DeductionRuleOut), required=True)
    next = Integer(required=True, allow_none=True)


class DeductionIn(Schema):
    employee_no = String(required=True, validate=Length(max=40))
    rule = String(required=True, validate=Length(max=40), metadata={"description": "id of the rule"})
    day = a_day(required=True, metadata={"description": "on which it happened"})
    why = String(required=True, validate=Length(min=SHORTEST_WHY, max=LONGEST_WHY))
    inspection = String(
        load_default="", validate=Length(max=40), metadata={"description": "id of the inspection that shows it"}
    )


class DeductionOut(Schema):
    id = String(required=True)
    points = Integer(required=True)
    red_line = Boolean(required=True)
    state = String(required=True, validate=OneOf([state.value for state in State]))
    appeal_until = Date(required=True, metadata={"description": "the last day on which the person may appeal"})


@bp.get("/deductions/rules")
@requires(Permission.LEARN)
@bp.output(DeductionRules)
@bp.doc(summary="The rules of deductions that stand or will")
def deduction_rules() -> dict[str, Any]:
    return page([_rule(each) for each in reading.rules()], None)


@bp.post("/deductions/rules")
@requires(Permission.AWARD_EDIT)
@bp.input(DeductionRuleIn, arg_name="body")
@bp.output(DeductionRuleAnswer, status_code=201)
@bp.doc(summary="Write a rule that stands from a day on", responses=refusals(422))
def make_deduction_rule(body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        return _rule(acts.make_rule(current_actor(), **body))


@bp.put("/deductions/rules/<deduction_rule_id>")
@requires(Permission.AWARD_EDIT)
@bp.input(DeductionRuleIn, arg_name="body")
@bp.output(DeductionRuleAnswer)
@bp.doc(summary="Let another rule take the place of one; the answer is the new one", responses=refusals(404, 409, 422))
def change_deduction_rule(deduction_rule_id: str, body: dict[str, Any]) -> dict[str, Any]:
    old = reading.rule(deduction_rule_id)
    words = {name: kept_words(body[name], kept) for name, kept in (("item", old.item), ("words", old.words))}
    with transaction():
        return _rule(acts.change_rule(current_actor(), deduction_rule_id, **{**body, **words}))


@bp.post("/deductions/rules/<deduction_rule_id>/end")
@requires(Permission.AWARD_EDIT)
@bp.output(DeductionRuleAnswer)
@bp.doc(summary="End a rule: nothing from tomorrow on falls under it", responses=refusals(404, 409))
def end_deduction_rule(deduction_rule_id: str) -> dict[str, Any]:
    with transaction():
        return _rule(acts.end_rule(current_actor(), deduction_rule_id))


@bp.post("/deductions")
@requires(Permission.DEDUCTION_EDIT)
@bp.input(DeductionIn, arg_name="body")
@bp.output(DeductionOut, status_code=201)
@bp.doc(summary="Note that somebody loses points; they are told first and may appeal", responses=refusals(409, 422))
def give_deduction(body: dict[str, Any]) -> dict[str, Any]:
    actor, number = current_actor(), body["employee_no"]
    try:
        with fields_named(lambda field: "employee_no" if field == "person" else field), transaction():
            made = acts.give(
                actor,
                number,
                rule_id=body["rule"],
                why=body["why"],
                day=body["day"],
                inspection=body["inspection"],
            )
            return {
                "id": made.public_id,
                "points": made.points,
                "red_line": made.red_line,
                "state": made.state,
                "appeal_until": made.appeal_until,
            }
    except NotFound as missing:
        if acts.may_deduct(actor, number):
            field, reason = "inspection", text("没有找到这个人的这次质检，或它还没生效。")
        else:
            field, reason = "employee_no", text("没有找到这个工号，或不在您负责的团队里。")
        raise Invalid(reason, fields={field: reason}) from missing


def _rule(rule: DeductionRule) -> dict[str, Any]:
    return {
        "id": rule.public_id,
        "code": rule.code,
        "item": gettext(rule.item),
        "points": rule.points,
        "red_line": rule.red_line,
        "words": gettext(rule.words),
        "from_on": rule.from_on,
        "until_on": rule.until_on,
    }
