"""`GET /impact`: what a training changed in one figure, and what each question of a quiz tells of later work."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf
from flask import jsonify
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.errors import NotFound
from lms.core.here import today
from lms.core.i18n import say
from lms.core.stats import Estimate, Interval
from lms.performance.api.room import bp
from lms.performance.queries import impact as reading
from lms.performance.queries.figures import metrics
from lms.performance.rules.impact import Span
from lms.performance.rules.impact_words import sentence
from lms.performance.views.impact import OVERS, USUAL_METRIC, USUAL_OVER, USUAL_WEEKS, WEEKS
from lms.web.api import refusals
from lms.web.auth import requires


class ImpactQuery(Schema):
    document = String(
        required=True, validate=Length(max=300), metadata={"description": "course:…, quiz:… or drill:… with its slug"}
    )
    metric = String(load_default=USUAL_METRIC, validate=Length(max=40), metadata={"description": "code of the figure"})
    weeks = Integer(load_default=USUAL_WEEKS, validate=OneOf(WEEKS), metadata={"description": "before and after"})
    over = Integer(
        load_default=USUAL_OVER, validate=OneOf(OVERS), metadata={"description": "in how many weeks people learnt it"}
    )


class QuestionLine(Schema):
    """One version of a question. link: tells, reversed, none, too_few; the rest null where too few answered."""

    version = String(required=True)
    text = String(required=True)
    answers = Integer(required=True)
    link = String(required=True)
    right = Integer(required=True, allow_none=True)
    r = Float(required=True, allow_none=True)
    interval = List(Float(), required=True, allow_none=True)
    p = Float(required=True, allow_none=True)
    gap = Float(required=True, allow_none=True)


class ImpactBody(Schema):
    """verdict: better, worse, none, too_few. effect, drift: {value, low, high}; null where nothing can be said."""

    document = String(required=True)
    title = String(required=True)
    metric = String(required=True)
    grain = String(required=True, metadata={"description": "week or month"})
    width = Integer(required=True)
    summary = String(required=True)
    verdict = String(required=True)
    trained = Integer(required=True)
    others = Integer(required=True)
    left_out = Dict(keys=String(), values=Integer(), required=True)
    effect = Dict(keys=String(), required=True, allow_none=True)
    drift = Dict(keys=String(), required=True, allow_none=True)
    doubtful = Boolean(required=True)
    spans = Dict(keys=String(), required=True)
    waves = List(Dict(keys=String()), required=True)
    questions = List(Nested(QuestionLine), required=True)


@bp.get("/impact")
@requires(Permission.IMPACT_READ)
@bp.input(ImpactQuery, location="query", arg_name="asked")
@bp.output(ImpactBody)
@bp.doc(summary="What a training changed in one figure, against people not yet trained", responses=refusals(404))
def impact(asked: dict[str, Any]) -> Response:
    metric = metrics().get(asked["metric"])
    if metric is None:
        raise NotFound()
    subject = reading.subject(asked["document"])
    found = reading.compared(subject.id, metric, weeks=asked["weeks"], over=asked["over"], today=today())
    told = found.impact
    answered = []
    if subject.kind == "quiz":
        answered = reading.answered(subject.id, metric, weeks=asked["weeks"], over=asked["over"], today=today())
    return jsonify(
        {
            "document": subject.name,
            "title": subject.title,
            "metric": metric.code,
            "grain": found.grain.value,
            "width": found.width,
            "summary": say(sentence(told, metric)),
            "verdict": told.verdict.value,
            "trained": told.trained,
            "others": told.others,
            "left_out": {why.value: number for why, number in told.left_out.items()},
            "effect": _estimate(told.effect),
            "drift": _estimate(told.drift),
            "doubtful": told.is_doubtful,
            "spans": {
                name: _span(span)
                for name, span in (("earlier", told.earlier), ("before", told.before), ("after", told.after))
            },
            "waves": [
                {
                    "from": found.starts[wave.step].isoformat(),
                    "trained": wave.trained,
                    "others": wave.others,
                    "change": round(wave.change, 4),
                    "other_change": round(wave.other_change, 4),
                    "effect": round(wave.effect, 4),
                }
                for wave in told.waves
            ],
            "questions": [
                {
                    "version": each.link.key,
                    "text": each.question.stem.text,
                    "answers": each.link.n,
                    "link": each.link.link.value,
                    "right": each.link.right if each.link.r is not None else None,
                    "r": _round(each.link.r),
                    "interval": _pair(each.link.interval),
                    "p": _round(each.link.chance) if each.link.r is not None else None,
                    "gap": _round(each.link.gap),
                }
                for each in answered
            ],
        }
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _pair(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(interval.low, 4), round(interval.high, 4)]


def _estimate(found: Estimate | None) -> dict[str, float] | None:
    if found is None:
        return None
    interval = found.interval
    return {"value": round(found.value, 4), "low": round(interval.low, 4), "high": round(interval.high, 4)}


def _span(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {
        name: {"mean": round(point.value, 4), "interval": _pair(point.interval)}
        for name, point in (("trained", span.trained), ("others", span.others))
    }
