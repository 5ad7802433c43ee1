"""JSON of composites: of a period, and with everything a host needs to know of one person."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Float, Integer, List, Nested, String
from apiflask.validators import Length, Range

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.core.here import today
from lms.core.texts import text
from lms.learning.queries import certificates
from lms.performance.actions import scoring
from lms.performance.actions.looks import PROFILE
from lms.performance.api.profiles import HeldOut, LevelOut, ProfileFigure, figures_of, level_of, looked_at
from lms.performance.api.room import bp
from lms.performance.queries import competencies, score_rows, scores
from lms.performance.queries import profile as reading
from lms.performance.queries.scores import Scored
from lms.performance.rules.periods import Grain, Period, period, period_of
from lms.records.events import Verb
from lms.web.api import instant, page, refusals
from lms.web.auth import current_actor, requires

COMPLETED = (Verb.COMPLETED, Verb.ACKNOWLEDGED, Verb.CONFIRMED, Verb.GRADED, Verb.SIGNED_OFF)


class ScorePart(Schema):
    code = String(required=True, metadata={"example": "kpi:csat"})
    name = String(required=True)
    weight = Float(required=True, metadata={"description": "percent, as it counted"})
    value = Float(required=True, allow_none=True, metadata={"description": "as measured, in its own unit"})
    adjusted = Float(required=True, allow_none=True, metadata={"description": "after the small-sample correction"})
    normalised = Float(required=True, allow_none=True, metadata={"description": "0–100"})
    n = Integer(required=True, allow_none=True, metadata={"description": "on how many cases it rests"})
    contribution = Float(required=True, allow_none=True, metadata={"description": "points; all add up to the total"})


class CompletionOut(Schema):
    document = String(required=True, metadata={"example": "quiz:onboarding/return-7d"})
    title = String(required=True)
    on = Date(required=True)
    score = Float(required=True, allow_none=True)
    passed = Boolean(required=True, allow_none=True)


class AgentOut(Schema):
    employee_no = String(required=True)
    period = String(required=True, metadata={"example": "2026Q4"})
    composite = Float(required=True, allow_none=True, metadata={"description": "0–100; null = none was computed"})
    raw = Float(required=True, allow_none=True, metadata={"description": "without the small-sample correction"})
    formula = String(required=True, allow_none=True)
    unannounced = Boolean(required=True, allow_none=True)
    final = Boolean(required=True, allow_none=True)
    parts = List(Nested(ScorePart), required=True)
    completions = List(Nested(CompletionOut), required=True)
    competencies = List(Nested(LevelOut), required=True)
    kpis = List(Nested(ProfileFigure), required=True)
    certificates = List(Nested(HeldOut), required=True)


class ScoreOut(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    composite = Float(required=True, allow_none=True)
    raw = Float(required=True, allow_none=True)
    formula = String(required=True)
    unannounced = Boolean(required=True)
    final = Boolean(required=True)
    computed_at = String(required=True)
    parts = List(Nested(ScorePart), required=True)


class ScoresOut(Schema):
    items = List(Nested(ScoreOut), required=True)
    next = String(required=True, allow_none=True)


class AgentAsked(Schema):
    period = String(load_default="", validate=Length(max=20), metadata={"example": "2026Q4"})


class ScoresAsked(AgentAsked):
    after = String(load_default="", validate=Length(max=80), metadata={"description": "`next` of the page before"})
    limit = Integer(load_default=500, validate=Range(min=1, max=5_000))


class ScoresIn(Schema):
    period = String(load_default="", validate=Length(max=20), metadata={"description": "without it the present one"})
    final = Boolean(load_default=False, metadata={"description": "true: keep them for good, of a quarter that is over"})


class ScoresDone(Schema):
    people = Integer(required=True)
    changed = Integer(required=True)
    kept = Integer(required=True, metadata={"description": "final ones, which nothing changes"})


def _quarter(written: str) -> Period:
    """Return the quarter that is asked for, the present one for none. Raises Invalid."""
    found = period(written) if written else period_of(today(), Grain.QUARTER)
    if found.grain is not Grain.QUARTER:
        wrong = text("综合评分按季度算，period 写成 2026Q4 这样。")
        raise Invalid(wrong, fields={"period": wrong})
    return found


def _parts(scored: Scored | None) -> list[dict[str, Any]]:
    return [
        {
            "code": part.code,
            "name": part.name,
            "weight": part.weight,
            "value": part.raw,
            "adjusted": part.adjusted,
            "normalised": part.normalised,
            "n": part.n,
            "contribution": part.contribution,
        }
        for part in (scored.parts if scored else ())
    ]


@bp.get("/agents/<employee_no>/profile")
@requires(Permission.PROFILE_READ)
@bp.input(AgentAsked, location="query", arg_name="asked")
@bp.output(AgentOut)
@bp.doc(summary="Composite of somebody in a quarter with what it rests on; the look is noted", responses=refusals(422))
def agent_profile(employee_no: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What a host shows beside its own data of a person."""
    wanted = _quarter(asked["period"])
    who = looked_at(employee_no, Permission.PROFILE_READ, PROFILE)
    scored = scores.latest(who.id, str(wanted))
    log = reading.happened(current_actor(), who.id, from_on=wanted.start, until_on=wanted.last)
    return {
        "employee_no": who.employee_no,
        "period": str(wanted),
        "composite": scored.total if scored else None,
        "raw": scored.raw_total if scored else None,
        "formula": f"{scored.formula} v{scored.version}" if scored else None,
        "unannounced": scored.unannounced if scored else None,
        "final": scored.final if scored else None,
        "parts": _parts(scored),
        "completions": [
            {
                "document": f"{each.kind}:{each.slug}",
                "title": each.title,
                "on": each.day,
                "score": None if each.percent is None else round(each.percent, 2),
                "passed": each.passed,
            }
            for each in log
            if each.verb in COMPLETED and each.slug
        ],
        "competencies": [level_of(each) for each in competencies.levels([who.id])[who.id]],
        "kpis": figures_of(who.id, wanted),
        "certificates": [
            {"name": one.plan.name, "valid_from": one.valid_from, "valid_until": one.valid_until, "valid": one.is_valid}
            for one in certificates.of_person(who.id, today())
        ],
    }


@bp.get("/scores")
@requires(Permission.PROFILE_READ)
@bp.input(ScoresAsked, location="query", arg_name="asked")
@bp.output(ScoresOut)
@bp.doc(summary="Composites of a quarter of those whom the caller sees, by employee number", responses=refusals(422))
def score_page(asked: dict[str, Any]) -> dict[str, Any]:
    """Without `period` the present quarter."""
    wanted = _quarter(asked["period"])
    lines = [line for line in score_rows.table(current_actor(), str(wanted)) if line.employee_no > asked["after"]]
    more = len(lines) > asked["limit"]
    lines = lines[: asked["limit"]]
    items = [
        {
            "employee_no": line.employee_no,
            "name": line.name,
            "team": line.team,
            "composite": line.scored.total,
            "raw": line.scored.raw_total,
            "formula": f"{line.scored.formula} v{line.scored.version}",
            "unannounced": line.scored.unannounced,
            "final": line.scored.final,
            "computed_at": instant(line.scored.at),
            "parts": _parts(line.scored),
        }
        for line in lines
    ]
    return page(items, lines[-1].employee_no if more else None)


@bp.post("/scores/compute")
@requires(Permission.FORMULA_EDIT)
@bp.input(ScoresIn, arg_name="body")
@bp.output(ScoresDone)
@bp.doc(summary="Compute the composites of a quarter now, or keep them for good", responses=refusals(409, 422))
def compute_scores(body: dict[str, Any]) -> dict[str, int]:
    wanted = _quarter(body["period"])
    if body["final"] and wanted.until > today():
        raise Conflict(text("季度还没有结束，结束后才能定稿。"), code="not_over")
    with transaction():
        done = scoring.score(current_actor(), wanted, final=body["final"])
    return {"people": done.people, "changed": done.changed, "kept": done.kept}
