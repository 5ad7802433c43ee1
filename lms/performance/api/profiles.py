"""JSON of profiles: what is known of somebody's work and learning, levels of competencies, proofs of training."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Float, Integer, List, Nested, String
from apiflask.validators import Length, Range

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.here import today
from lms.core.i18n import say
from lms.learning.queries import certificates
from lms.learning.rules.certificates import code_shown
from lms.performance.actions import competencies as rating
from lms.performance.actions import proofs as proving
from lms.performance.actions.looks import PROFILE, PROOF, note_look
from lms.performance.api.room import bp
from lms.performance.paper import verify_link
from lms.performance.queries import competencies, figures, scores
from lms.performance.queries import profile as reading
from lms.performance.queries import proofs as issued
from lms.performance.queries.profile import Who
from lms.performance.queries.scores import Scored
from lms.performance.rules.periods import Grain, Period, period, period_of
from lms.performance.rules.proofs import days_of
from lms.web.api import RESPONSES, page, refusals
from lms.web.auth import current_actor, requires


class PartOut(Schema):
    code = String(required=True)
    name = String(required=True)
    weight = Float(required=True, metadata={"description": "percent, as it counted"})
    score = Float(required=True, allow_none=True, metadata={"description": "0–100"})
    points = Float(required=True, allow_none=True)


class CompositeOut(Schema):
    total = Float(required=True, allow_none=True)
    raw_total = Float(required=True, allow_none=True, metadata={"description": "without the small-sample correction"})
    formula = String(required=True)
    version = Integer(required=True)
    final = Boolean(required=True)
    parts = List(Nested(PartOut), required=True)


class ProfileFigure(Schema):
    metric = String(required=True)
    name = String(required=True)
    unit = String(required=True)
    value = Float(required=True)
    count = Integer(required=True, allow_none=True)


class LevelOut(Schema):
    code = String(required=True)
    name = String(required=True)
    level = Integer(required=True, metadata={"description": "1–5; 0 = no evidence yet"})
    score = Float(required=True, allow_none=True)
    as_of = Date(required=True, allow_none=True)
    fresh = Boolean(required=True)
    evidence = Integer(required=True, metadata={"description": "how many pieces"})


class HeldOut(Schema):
    name = String(required=True)
    valid_from = Date(required=True)
    valid_until = Date(required=True, allow_none=True)
    valid = Boolean(required=True)


class ProfileOut(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    position = String(required=True)
    hired_on = Date(required=True, allow_none=True)
    period = String(required=True, metadata={"example": "2026Q4"})
    composite = Nested(CompositeOut, required=True, allow_none=True)
    figures = List(Nested(ProfileFigure), required=True)
    competencies = List(Nested(LevelOut), required=True)
    certificates = List(Nested(HeldOut), required=True)
    trainings = Integer(required=True, metadata={"description": "lines of the log in the period"})
    minutes = Integer(required=True, metadata={"description": "credited in the period"})


class ProfileAsk(Schema):
    period = String(load_default="", validate=Length(max=20), metadata={"example": "2026Q4"})


class RatingIn(Schema):
    competency = String(required=True, validate=Length(max=40), metadata={"description": "its code"})
    level = Integer(required=True, strict=True, validate=Range(min=1, max=5))
    reason = String(required=True, validate=Length(min=1, max=400), metadata={"description": "the person reads it"})


class Rated(Schema):
    competency = String(required=True)
    level = Integer(required=True, metadata={"description": "as rated"})
    now = Integer(required=True, metadata={"description": "the level that comes of all evidence"})


class ProofIn(Schema):
    from_on = Date(required=True)
    until_on = Date(required=True)


class ProofOut(Schema):
    code = String(required=True, metadata={"example": "K7PM-3XQD-9RTV"})
    from_on = Date(required=True)
    until_on = Date(required=True)
    items = Integer(required=True)
    sha256 = String(required=True)
    issued_on = Date(required=True)
    verify = String(required=True, metadata={"description": "where anybody may see whether it holds"})


class ProofMade(ProofOut):
    """The new one, alone."""


class ProofList(Schema):
    items = List(Nested(ProofOut), required=True)
    next = Integer(required=True, allow_none=True)


def looked_at(employee_no: str, permission: Permission, what: str) -> Who:
    """Return whom it is about and note the look, once a day. Raises NotFound."""
    actor = current_actor()
    who = reading.who(actor, employee_no, permission)
    if not who.is_self and what not in who.noted:
        with transaction():
            note_look(actor, who.id, what)
    return who


@bp.get("/people/<employee_no>/profile")
@requires(Permission.PROFILE_READ)
@bp.input(ProfileAsk, location="query", arg_name="asked")
@bp.output(ProfileOut)
@bp.doc(summary="What is known of somebody in a period; the look is noted for that person", responses=refusals(422))
def profile(employee_no: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The same that the page shows, for one period."""
    wanted = period(asked["period"]) if asked["period"] else period_of(today(), Grain.QUARTER)
    who = looked_at(employee_no, Permission.PROFILE_READ, PROFILE)
    log = reading.happened(current_actor(), who.id, from_on=wanted.start, until_on=wanted.last)
    return {
        "employee_no": who.employee_no,
        "name": who.name,
        "team": who.team,
        "position": who.position,
        "hired_on": who.hired_on,
        "period": str(wanted),
        "composite": _composite(scores.latest(who.id, str(wanted))),
        "figures": figures_of(who.id, wanted),
        "competencies": [level_of(each) for each in competencies.levels([who.id])[who.id]],
        "certificates": [
            {
                "name": one.plan.name,
                "valid_from": one.valid_from,
                "valid_until": one.valid_until,
                "valid": one.is_valid,
            }
            for one in certificates.of_person(who.id, today())
        ],
        "trainings": len(log),
        "minutes": sum(each.minutes for each in log),
    }


def _composite(scored: Scored | None) -> dict[str, Any] | None:
    if scored is None:
        return None
    return {
        "total": scored.total,
        "raw_total": scored.raw_total,
        "formula": scored.formula,
        "version": scored.version,
        "final": scored.final,
        "parts": [
            {
                "code": part.code,
                "name": part.name,
                "weight": part.weight,
                "score": part.normalised,
                "points": part.contribution,
            }
            for part in scored.parts
        ],
    }


def figures_of(person_id: int, wanted: Period) -> list[dict[str, Any]]:
    known = figures.metrics()
    return [
        {
            "metric": code,
            "name": say(known[code].name),
            "unit": known[code].unit.value,
            "value": one.value,
            "count": one.count,
        }
        for (_person, code), one in sorted(figures.of_period(None, wanted, [person_id]).items())
        if code in known
    ]


def level_of(one: competencies.Level) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "level": one.level,
        "score": None if one.score is None else round(one.score, 2),
        "as_of": one.as_of,
        "fresh": one.fresh,
        "evidence": len(one.evidence),
    }


@bp.post("/people/<employee_no>/competencies")
@requires(Permission.COMPETENCY_RATE)
@bp.input(RatingIn, arg_name="body")
@bp.output(Rated, status_code=201)
@bp.doc(summary="Rate a competency of somebody, with the reason", responses=refusals(404, 422))
def rate(employee_no: str, body: dict[str, Any]) -> dict[str, Any]:
    """The person is told."""
    actor = current_actor()
    who = reading.who(actor, employee_no, Permission.COMPETENCY_RATE)
    with transaction():
        rating.rate(actor, who.id, body["competency"], str(body["level"]), body["reason"])
    now = next(each for each in competencies.levels([who.id])[who.id] if each.code == body["competency"])
    return {"competency": now.code, "level": body["level"], "now": now.level}


@bp.get("/people/<employee_no>/proofs")
@requires(Permission.PROOF_PRINT)
@bp.output(ProofList)
@bp.doc(summary="Proofs of training of somebody, the newest first")
def proofs(employee_no: str) -> dict[str, Any]:
    """Those that were issued."""
    who = looked_at(employee_no, Permission.PROOF_PRINT, PROOF)
    return page([_proof(one) for one in issued.issued(who.id)], None)


@bp.post("/people/<employee_no>/proofs")
@requires(Permission.PROOF_PRINT)
@bp.input(ProofIn, arg_name="body")
@bp.output(ProofMade, status_code=201)
@bp.doc(summary="Issue a proof of training over some days, both included", responses={422: RESPONSES[422]})
def issue_proof(employee_no: str, body: dict[str, Any]) -> dict[str, Any]:
    """What it says is frozen."""
    who = looked_at(employee_no, Permission.PROOF_PRINT, PROOF)
    first, last = days_of(body["from_on"].isoformat(), body["until_on"].isoformat(), today())
    with transaction():
        code = proving.issue(current_actor(), who, first, last).code
    return _proof(next(one for one in issued.issued(who.id) if one.code == code))


def _proof(one: issued.Issued) -> dict[str, Any]:
    return {
        "code": code_shown(one.code),
        "from_on": one.from_on,
        "until_on": one.until_on,
        "items": one.items,
        "sha256": one.sha,
        "issued_on": one.issued_on,
        "verify": verify_link(one.code),
    }
