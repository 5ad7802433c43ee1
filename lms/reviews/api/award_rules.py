"""Awards over the API: their rules, a proposal for a period that is over, taking one back. Confirming is a person's."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Dict, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.i18n import gettext
from lms.performance.queries import figures
from lms.performance.rules.metrics import Direction
from lms.reviews.actions import award_rules as acts
from lms.reviews.actions import awards as giving
from lms.reviews.api.room import bp, kept_words
from lms.reviews.queries import awards as reading
from lms.reviews.queries.awards import Rule
from lms.reviews.rules.awards import (
    GRAINS,
    KINDS,
    LONGEST_NAME,
    LONGEST_REASON,
    LONGEST_WORDS,
    MOST_WINNERS,
    WHATS,
    Measure,
    Terms,
    What,
    fen_of,
    yuan_of,
)
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires

_CHOICE: dict[str, Any] = {"required": True}


class AwardTermsIn(Schema):
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    words = String(required=True, validate=Length(min=1, max=LONGEST_WORDS), metadata={"description": "for everybody"})
    what = String(**_CHOICE, validate=OneOf([str(what) for what in WHATS]), metadata={"description": "what decides"})
    metric = String(load_default="", validate=Length(max=40), metadata={"description": "its code, of `metric` alone"})
    gain = Boolean(load_default=False, metadata={"description": "by how much it is better than the period before"})
    winners = Integer(required=True, strict=True, validate=Range(min=1, max=MOST_WINNERS))
    min_n = Integer(
        load_default=1,
        strict=True,
        validate=Range(min=1, max=100_000),
        metadata={"description": "cases a person needs"},
    )
    min_team = Integer(load_default=3, strict=True, validate=Range(min=2, max=1_000))
    no_red_line = Boolean(load_default=True, metadata={"description": "who crossed a red line is left out"})
    amount_yuan = String(load_default="", validate=Length(max=20), metadata={"example": "500.00"})
    begins = String(
        required=True, validate=Length(max=20), metadata={"description": "the first period: 2026Q4, 2026-10"}
    )


class AwardRuleIn(AwardTermsIn):
    kind = String(**_CHOICE, validate=OneOf([str(kind) for kind in KINDS]))
    grain = String(**_CHOICE, validate=OneOf([str(grain) for grain in GRAINS]))


class AwardTermsOut(Schema):
    version = Integer(required=True)
    from_on = Date(required=True, metadata={"description": "the first day of the first period"})
    name = String(required=True)
    words = String(required=True)
    what = String(required=True)
    metric = String(required=True)
    gain = Boolean(required=True)
    winners = Integer(required=True)
    min_n = Integer(required=True)
    min_team = Integer(required=True)
    no_red_line = Boolean(required=True)
    amount_yuan = String(required=True, allow_none=True)


class AwardRuleOut(Schema):
    id = String(required=True)
    kind = String(required=True)
    grain = String(required=True)
    active = Boolean(required=True)
    terms = List(Nested(AwardTermsOut), required=True, metadata={"description": "the latest first"})


class AwardRuleAnswer(AwardRuleOut):
    """One award by itself."""


class AwardRules(Schema):
    items = List(Nested(AwardRuleOut), required=True)
    next = Integer(required=True, allow_none=True)


class AwardSwitch(Schema):
    active = Boolean(required=True)


class AwardPeriod(Schema):
    period = String(required=True, validate=Length(min=1, max=20), metadata={"description": "that is over: 2026Q3"})


class CandidateOut(Schema):
    employee_no = String(required=True, allow_none=True, metadata={"description": "null for a team"})
    name = String(required=True)
    team = String(required=True)
    place = Integer(required=True, allow_none=True, metadata={"description": "null: left out"})
    wins = Boolean(required=True)
    out = String(required=True, metadata={"description": "why left out; empty: not"})
    value = Float(required=True, allow_none=True)
    before = Float(required=True, allow_none=True)
    n = Integer(required=True, allow_none=True)


class ProposalOut(Schema):
    id = String(required=True)
    rule = String(required=True)
    period = String(required=True)
    state = String(required=True, metadata={"description": "proposed: a person confirms it on its page"})
    digest = String(required=True)
    counts = Dict(keys=String(), values=Integer(), required=True, metadata={"description": "all, free, left out"})
    candidates = List(Nested(CandidateOut), required=True)


class AwardReason(Schema):
    reason = String(required=True, validate=Length(min=1, max=LONGEST_REASON))


@bp.get("/awards/rules")
@requires(Permission.LEARN)
@bp.output(AwardRules)
@bp.doc(summary="The public rules of awards; with `award.edit` also those that are stopped")
def award_rules() -> dict[str, Any]:
    edits = allows(current_actor(), Permission.AWARD_EDIT)
    return page([_rule(each) for each in reading.rules() if each.active or edits], None)


@bp.post("/awards/rules")
@requires(Permission.AWARD_EDIT)
@bp.input(AwardRuleIn, arg_name="body")
@bp.output(AwardRuleAnswer, status_code=201)
@bp.doc(summary="Write a new award", responses=refusals(422))
def make_award_rule(body: dict[str, Any]) -> dict[str, Any]:
    terms = _terms(body)
    with transaction():
        made = acts.make_rule(
            current_actor(), kind=body["kind"], grain=body["grain"], begins=body["begins"], terms=terms
        )
        return _rule(reading.rule(made.public_id))


@bp.put("/awards/rules/<award_rule_id>")
@requires(Permission.AWARD_EDIT)
@bp.input(AwardTermsIn, arg_name="body")
@bp.output(AwardRuleAnswer)
@bp.doc(summary="Give an award other terms from a period on", responses=refusals(404, 409, 422))
def change_award_rule(award_rule_id: str, body: dict[str, Any]) -> dict[str, Any]:
    terms = _terms(body, reading.rule(award_rule_id).versions[0].terms)
    with transaction():
        acts.change_rule(current_actor(), award_rule_id, begins=body["begins"], terms=terms)
        return _rule(reading.rule(award_rule_id))


@bp.post("/awards/rules/<award_rule_id>/active")
@requires(Permission.AWARD_EDIT)
@bp.input(AwardSwitch, arg_name="body")
@bp.output(AwardRuleAnswer)
@bp.doc(summary="Stop an award, or take it up again; what was awarded stays", responses=refusals(404, 422))
def switch_award_rule(award_rule_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        acts.set_active(current_actor(), award_rule_id, active=body["active"])
        return _rule(reading.rule(award_rule_id))


@bp.post("/awards/rules/<award_rule_id>/proposals")
@requires(Permission.AWARD_EDIT)
@bp.input(AwardPeriod, arg_name="body")
@bp.output(ProposalOut, status_code=201)
@bp.doc(summary="Compute whom a rule finds for a period that is over", responses=refusals(404, 409, 422))
def propose_award(award_rule_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        found = reading.proposal(giving.propose_for(current_actor(), award_rule_id, body["period"]).public_id)
        return {
            "id": found.public_id,
            "rule": found.rule.public_id,
            "period": found.period,
            "state": found.state,
            "digest": found.digest,
            "counts": dict(found.counts),
            "candidates": [
                {
                    "employee_no": each.employee_no if each.person_id is not None else None,
                    "name": each.name,
                    "team": each.team,
                    "place": each.place,
                    "wins": each.wins,
                    "out": each.out,
                    "value": each.value,
                    "before": each.before,
                    "n": each.n,
                }
                for each in found.candidates
            ],
        }


@bp.post("/awards/<award_id>/withdraw")
@requires(Permission.AWARD_EDIT)
@bp.input(AwardReason, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Take an award back; who had it is told why", responses=refusals(404, 409, 422))
def withdraw_award(award_id: str, body: dict[str, Any]) -> tuple[str, int]:
    with transaction():
        giving.withdraw(current_actor(), award_id, body["reason"])
    return "", 204


def _terms(body: dict[str, Any], kept: Terms | None = None) -> Terms:
    """Return the terms of a body. kept: those before it; a text that is theirs in another language stays theirs."""
    known = figures.metrics().get(body["metric"]) if body["what"] == What.METRIC else None
    try:
        amount = fen_of(body["amount_yuan"])
    except Invalid as refused:
        raise Invalid(refused.message, fields={"amount_yuan": refused.message}) from None
    name, words = " ".join(body["name"].split()), body["words"].strip()
    return Terms(
        name=kept_words(name, kept.name) if kept is not None else name,
        words=kept_words(words, kept.words) if kept is not None else words,
        measure=Measure(
            what=body["what"],
            metric=body["metric"] if body["what"] == What.METRIC else "",
            gain=body["gain"],
            lower=known is not None and known.direction is Direction.DOWN,
            min_n=body["min_n"],
            no_red_line=body["no_red_line"],
            min_team=body["min_team"],
        ),
        winners=body["winners"],
        amount_fen=amount,
    )


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.public_id,
        "kind": str(rule.kind),
        "grain": rule.grain.value,
        "active": rule.active,
        "terms": [
            {
                "version": each.number,
                "from_on": each.from_on,
                "name": gettext(each.terms.name),
                "words": gettext(each.terms.words),
                "what": str(each.terms.measure.what),
                "metric": each.terms.measure.metric,
                "gain": each.terms.measure.gain,
                "winners": each.terms.winners,
                "min_n": each.terms.measure.min_n,
                "min_team": each.terms.measure.min_team,
                "no_red_line": each.terms.measure.no_red_line,
                "amount_yuan": None if each.terms.amount_fen is None else yuan_of(each.terms.amount_fen),
            }
            for each in rule.versions
        ],
    }
