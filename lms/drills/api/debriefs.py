"""The debrief and the own rating over `/api/v1`. Nothing of a score before the rating, as on the page."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import Length

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.core.i18n import say
from lms.core.points import decimal_text
from lms.core.texts import text
from lms.drills.actions import rating
from lms.drills.api.room import bp
from lms.drills.queries import ended
from lms.drills.queries.debriefing import Debrief, Turn, debrief
from lms.drills.queries.ended import ENDED, Head
from lms.drills.rules.score import DimensionScore
from lms.drills.rules.verdict import verdict
from lms.web.api import refusals
from lms.web.auth import current_actor, requires


class Sealed(Conflict):
    """The person has not rated himself yet; details hold what to rate and the drill's own questions."""

    default_code = "rate_first"


class NotOver(Conflict):
    """The run goes on, or it was given up and has no score."""

    default_code = "not_over"


class RatingBody(Schema):
    ratings = Dict(
        keys=String(validate=Length(max=40)),
        values=Integer(strict=True),
        load_default=dict,
        metadata={"description": "by dimension, 1 to 5"},
    )
    answers = Dict(
        keys=String(validate=Length(max=400)),
        values=String(validate=Length(max=rating.LONGEST)),
        load_default=dict,
        metadata={"description": "by question of the drill"},
    )
    later = Boolean(load_default=False, metadata={"description": "put it off: the score may be seen all the same"})


class DimensionBody(Schema):
    name = String(required=True)
    score = String(allow_none=True, metadata={"description": "0 to 100; null = not shown on this path"})
    rated = Integer(allow_none=True, metadata={"description": "the own rating, 1 to 5"})


class TurnBody(Schema):
    seq = Integer(required=True)
    step = Integer(required=True)
    lane = Integer(required=True)
    scene = String(required=True)
    whys = List(String(), required=True, metadata={"description": "violated, late, over, anger, loss"})
    lost = Dict(required=True, metadata={"description": "by dimension, points"})
    better = String(allow_none=True)
    missing = List(String(), required=True)
    others = List(String(), required=True, metadata={"description": "what the best wrote there, without a name"})
    looked = String(required=True, metadata={"enum": ["not", "missed", "found"]})


class DebriefBody(Schema):
    id = String(required=True)
    drill = String(required=True)
    total = String(required=True)
    passed = Boolean(required=True)
    practice = Boolean(required=True)
    waiting = Boolean(required=True)
    verdict = String(required=True)
    dimensions = List(Nested(DimensionBody), required=True)
    turning_points = List(Nested(TurnBody), required=True)


@bp.get("/runs/<run_id>/debrief")
@requires(Permission.LEARN)
@bp.output(DebriefBody)
@bp.doc(
    summary="The debrief of a run; 409 `rate_first` with what to rate before an own one was rated",
    responses=refusals(404, 409),
)
def run_debrief(run_id: str) -> dict[str, Any]:
    actor = current_actor()
    head = _over(ended.head(actor, run_id))
    if head.sealed:
        names, asks = ended.asked(head)
        raise Sealed(text("请先自己评一评，再看得分。"), details={"dimensions": list(names), "questions": list(asks)})
    return _shown(head, debrief(actor, head, ended.gone_of(head.id, head.frozen, head.revisions)))


@bp.post("/runs/<run_id>/self-rating")
@requires(Permission.LEARN)
@bp.input(RatingBody, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Rate an own run before its score is shown, or put it off", responses=refusals(404, 409, 422))
def self_rating(run_id: str, body: dict[str, Any]) -> tuple[str, int]:
    actor = current_actor()
    head = _over(ended.head(actor, run_id))
    names, asks = ended.asked(head)
    with transaction():
        if body["later"]:
            rating.put_off(actor, run_id)
        else:
            answers = [(ask, body["answers"].get(ask, "")) for ask in asks]
            rating.rate(actor, run_id, body["ratings"], answers, dimensions=names)
    return "", 204


def _over(head: Head) -> Head:
    if head.state != ENDED:
        raise NotOver(text("演练还没有结束，结束后再评。"))
    return head


def _shown(head: Head, found: Debrief) -> dict[str, Any]:
    assert head.whole is not None
    return {
        "id": head.public_id,
        "drill": f"drill:{head.slug}",
        "total": decimal_text(head.whole.total, 1),
        "passed": head.whole.passed,
        "practice": head.practice,
        "waiting": head.waiting,
        "verdict": say(verdict(found.drills, head.lanes, head.whole)),
        "dimensions": [_dimension(each, head) for each in head.whole.dimensions],
        "turning_points": [_turn(turn) for turn in found.turns],
    }


def _dimension(each: DimensionScore, head: Head) -> dict[str, Any]:
    return {
        "name": each.name,
        "score": None if each.score is None else decimal_text(each.score, 1),
        "rated": head.rating.get("ratings", {}).get(each.name),
    }


def _turn(turn: Turn) -> dict[str, Any]:
    turning = turn.turning
    return {
        "seq": turning.seq,
        "step": turn.number,
        "lane": turning.lane,
        "scene": turning.scene.title,
        "whys": [why.value for why in turning.whys],
        "lost": {each.dimension: each.points for each in turning.lost},
        "better": turning.best.text if turning.best else None,
        "missing": [line.words for line in turn.missing],
        "others": list(turn.others),
        "looked": turn.search.looked.value,
    }
