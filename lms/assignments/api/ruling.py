"""Rules for programs: making, changing and stopping one, each of them shown before it is done."""

from dataclasses import replace
from datetime import date
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts import queries as accounts
from lms.accounts.rules.people import EMPLOYMENTS, ROLES
from lms.assignments import actions, choosing
from lms.assignments.actions.ruling import LONGEST
from lms.assignments.api.room import bp
from lms.assignments.audience import Audience, Expiry
from lms.assignments.due_plans import DuePlan
from lms.assignments.jobs.ruling import recompute
from lms.assignments.queries import ruling as reading
from lms.assignments.queries.ruling import Preview, RuleLine
from lms.assignments.rule_forms import MOST_DAYS
from lms.assignments.rules.plans import RulePlan
from lms.assignments.views.ruling import AT_ONCE
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.core.texts import Text, text
from lms.web.api import refusals
from lms.web.auth import current_actor, requires

_DAY = Range(min=date(1950, 1, 1), max=date(2200, 1, 1))
_SOME = Length(max=200)


def _names(words: str) -> Any:
    return List(String(validate=Length(max=100)), load_default=[], validate=_SOME, metadata={"description": words})


def _days(words: str) -> Integer:
    return Integer(
        load_default=None, allow_none=True, validate=Range(min=1, max=MOST_DAYS), metadata={"description": words}
    )


def _day(words: str = "") -> Date:
    return Date(load_default=None, allow_none=True, validate=_DAY, metadata={"description": words} if words else {})


class ExpiryWish(Schema):
    certificate = String(required=True, validate=Length(min=1, max=100), metadata={"description": "its name"})
    within = Integer(required=True, validate=Range(min=1, max=MOST_DAYS), metadata={"description": "days"})


class AudienceWish(Schema):
    """AND between the keys, OR within one; none at all: everybody."""

    teams = _names("codes, with all below")
    shops = _names("codes")
    positions = _names("as people hold them")
    tags = _names("as people have them")
    roles = List(String(validate=OneOf([role.value for role in ROLES])), load_default=[], validate=_SOME)
    employment = List(String(validate=OneOf([kind.value for kind in EMPLOYMENTS])), load_default=[], validate=_SOME)
    hired_from = _day()
    hired_until = _day()
    hired_within = _days("days since the hire, at most")
    lacks = _names("names of certificates that somebody does not hold")
    expires = Nested(ExpiryWish, load_default=None, allow_none=True)


class DueWish(Schema):
    """One of on, days, workdays; none: as the document itself says."""

    on = _day()
    days = _days("after it was given")
    workdays = _days("rostered days after it was given")
    at_least = _days("for who is given it later")


class RuleWish(Schema):
    name = String(load_default="", validate=Length(max=LONGEST))
    audience = Nested(AudienceWish, required=True)
    due = Nested(DueWish, required=True)
    from_on = _day("the first day on which it gives")
    until_on = _day("the last")
    dry_run = Boolean(load_default=False, metadata={"description": "say what it would do and do nothing"})
    digest = String(
        load_default="",
        validate=Length(max=64),
        metadata={"description": "of a dry run: with it, it is done only if it is still that"},
    )


class NewRule(RuleWish):
    document = String(required=True, validate=Length(min=1, max=300), metadata={"description": "kind:slug"})


class RuleStop(Schema):
    dry_run = Boolean(load_default=False, metadata={"description": "say what it would do and do nothing"})


class RuleDone(Schema):
    id = String(required=True, allow_none=True, metadata={"description": "null: nothing was made"})
    people = Dict(
        keys=String(),
        values=Integer(),
        required=True,
        metadata={
            "description": "how many get it anew (new), owe it already (more), have done it (done), owe it no more "
            "(withdrawn), may go on (optional), owe it for another reason (kept)"
        },
    )
    dated = Integer(required=True, metadata={"description": "how many who keep it have another day"})
    digest = String(required=True)
    done = Boolean(required=True)
    applied = Boolean(required=True, metadata={"description": "false: people get it within the next minutes"})


@bp.post("/rules")
@requires(Permission.RULE_EDIT)
@bp.input(NewRule, arg_name="body")
@bp.output(RuleDone)
@bp.doc(summary="Make a rule by which a document is given, or say what it would do", responses=refusals(409, 422))
def make_rule(body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    chosen = next((each.document_id for each in choosing.choices(actor) if each.name == body["document"]), None)
    wanted = _wanted(body, None, chosen)
    shown = _seen(body, wanted)
    if body["dry_run"]:
        return _answer(None, shown, done=False)
    with transaction():
        made = actions.make_rule(actor, document_id=wanted.document_id, **_values(body, wanted))
        rule_id, public_id = made.id, made.public_id
    return _answer(public_id, shown, done=True, applied=_applied(rule_id, shown))


@bp.put("/rules/<rule_id>")
@requires(Permission.RULE_EDIT)
@bp.input(RuleWish, arg_name="body")
@bp.output(RuleDone)
@bp.doc(summary="Change a rule that is kept by hand, or say what that would do", responses=refusals(404, 409, 422))
def change_rule(rule_id: str, body: dict[str, Any]) -> dict[str, Any]:
    line = reading.rule_line(rule_id)
    if not line.by_hand or not line.active:
        raise Conflict(text("这条规则不在这里改。"))
    wanted = _wanted(body, line, line.document_id)
    shown = _seen(body, wanted, line)
    if body["dry_run"]:
        return _answer(rule_id, shown, done=False)
    with transaction():
        actions.change_rule(current_actor(), line.id, **_values(body, wanted))
    return _answer(rule_id, shown, done=True, applied=_applied(line.id, shown))


@bp.post("/rules/<rule_id>/stop")
@requires(Permission.RULE_EDIT)
@bp.input(RuleStop, arg_name="body")
@bp.output(RuleDone)
@bp.doc(
    summary="Let a rule ask no more; what was begun may be gone on with, what was done stays done",
    responses=refusals(404, 409, 422),
)
def stop_rule(rule_id: str, body: dict[str, Any]) -> dict[str, Any]:
    line = reading.rule_line(rule_id)
    if not line.by_hand:
        raise Conflict(text("这条规则不在这里改。"))
    shown = reading.preview(replace(reading.plan_of_rule(line.id), active=False))
    if body["dry_run"]:
        return _answer(rule_id, shown, done=False)
    with transaction():
        actions.stop_rule(current_actor(), line.id)
    recompute([line.id])
    return _answer(rule_id, shown, done=True, applied=True)


def _seen(body: dict[str, Any], wanted: RulePlan, line: RuleLine | None = None) -> Preview:
    """Return what it would do. Raises Conflict where a dry run has shown something else."""
    shown = reading.preview(wanted, before=line.due if line else None)
    if body["digest"] and not body["dry_run"] and body["digest"] != shown.digest:
        raise Conflict(text("名单刚刚变了，请再看一遍。"), code="changed")
    return shown


def _applied(rule_id: int, shown: Preview) -> bool:
    """Give it to few people at once; to many the worker does. Return whether it is done."""
    if shown.changes > AT_ONCE:
        return False
    recompute([rule_id])
    return True


def _answer(public_id: str | None, shown: Preview, *, done: bool, applied: bool = False) -> dict[str, Any]:
    return {
        "id": public_id,
        "people": dict(shown.counts),
        "dated": shown.dated,
        "digest": shown.digest,
        "done": done,
        "applied": applied,
    }


def _values(body: dict[str, Any], wanted: RulePlan) -> dict[str, Any]:
    return {
        "name": body["name"].strip(),
        "audience": wanted.audience,
        "due_plan": wanted.due,
        "from_on": wanted.from_on,
        "until_on": wanted.until_on,
    }


def _wanted(body: dict[str, Any], line: RuleLine | None, document_id: int | None) -> RulePlan:
    """Return the rule that the body means. Raises Invalid with every name that is none and every day that can't be."""
    wrong: dict[str, Text] = {}
    if document_id is None:
        wrong["document"] = text("没有这份可以派的内容。")
    asked, due = body["audience"], body["due"]
    kept = line.audience if line is not None else Audience()
    known: dict[str, dict[str, int]] = {
        "teams": {team.code: team.id for team in accounts.team_tree()},
        "shops": {shop.code: shop.id for shop in accounts.shops()},
        "lacks": {plan.name: plan.plan_id for plan in reading.certificate_plans()},
    }
    held = {
        "positions": {*reading.positions_held(), *kept.positions},
        "tags": {*reading.tags_held(), *kept.tags},
    }
    for name in (*known, *held):
        there = known.get(name, held.get(name, set()))
        if unknown := [each for each in asked[name] if each not in there]:
            wrong[f"audience.{name}"] = text("没有找到：%(numbers)s。", numbers="、".join(unknown[:20]))
    expires = asked["expires"]
    if expires is not None and expires["certificate"] not in known["lacks"]:
        wrong["audience.expires"] = text("没有找到：%(numbers)s。", numbers=expires["certificate"])
    if asked["hired_from"] and asked["hired_until"] and asked["hired_until"] < asked["hired_from"]:
        wrong["audience.hired_until"] = text("结束日早于开始日。")
    if body["from_on"] and body["until_on"] and body["until_on"] < body["from_on"]:
        wrong["until_on"] = text("结束日早于开始日。")
    if sum(due[name] is not None for name in ("on", "days", "workdays")) > 1:
        wrong["due"] = text("截止日、天数、排班日只能选一个。")
    if wrong or document_id is None:
        raise Invalid(text("还差一点，改好再继续。"), fields=wrong)
    conditions: dict[str, Any] = {
        **{name: tuple(sorted({known[name][each] for each in asked[name]})) for name in known},
        **{name: tuple(sorted(set(asked[name]))) for name in ("positions", "roles", "tags", "employment")},
        **{name: asked[name] for name in ("hired_from", "hired_until", "hired_within")},
    }
    audience = Audience(
        **conditions,
        expires=Expiry(plan=known["lacks"][expires["certificate"]], within=expires["within"]) if expires else None,
    )
    return RulePlan(
        id=line.id if line else 0,
        document_id=document_id,
        audience=audience,
        due=DuePlan(**due) if any(due[name] is not None for name in ("on", "days", "workdays")) else DuePlan(),
        from_on=body["from_on"],
        until_on=body["until_on"],
    )
