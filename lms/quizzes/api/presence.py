"""What the page of an open paper tells of itself over `/api/v1`: that it holds the paper, how long it was looked at."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Integer, String
from apiflask.validators import Length, Range, Regexp

from lms.core.access import Permission
from lms.core.db import transaction
from lms.quizzes import actions
from lms.quizzes.api.room import TAB, bp
from lms.quizzes.rules.attempts import State
from lms.quizzes.rules.presence import Told
from lms.web.api import MOST, refusals
from lms.web.auth import current_actor, requires

_COUNT: dict[str, Any] = {"strict": True, "load_default": 0, "validate": Range(min=0, max=MOST)}
MOST_QUESTIONS = 500


class PresenceBody(Schema):
    tab = String(required=True, validate=Regexp(TAB), metadata={"description": "random, a new one at each loading"})
    take = Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "true: hold the paper from now on, whichever page held it"},
    )
    here_seconds = Integer(**_COUNT, metadata={"description": "how long the page has been open without a break"})
    away_times = Integer(**_COUNT)
    away_seconds = Integer(**_COUNT)
    seconds = Dict(
        keys=String(validate=Length(max=12)),
        values=Integer(strict=True, validate=Range(min=0, max=MOST)),
        load_default=dict,
        validate=Length(max=MOST_QUESTIONS),
        metadata={"description": "by question: how long it was in front"},
    )


class StandingBody(Schema):
    held = Boolean(required=True, metadata={"description": "false: another page holds the paper"})
    paused = Boolean(required=True)
    state = String(required=True, metadata={"enum": [state.value for state in State]})
    seconds_left = Integer(required=True, allow_none=True)
    away_times = Integer(required=True)
    away_seconds = Integer(required=True)


@bp.put("/attempts/<attempt_id>/presence")
@requires(Permission.LEARN)
@bp.input(PresenceBody, arg_name="body")
@bp.output(StandingBody)
@bp.doc(
    summary="What the page of a paper tells of itself; with `take` it holds the paper, and older pages save no more",
    responses=refusals(404, 422),
)
def presence(attempt_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    told = Told(
        tab=body["tab"],
        take=body["take"],
        here_seconds=body["here_seconds"],
        away_times=body["away_times"],
        away_seconds=body["away_seconds"],
    )
    with transaction():
        standing = actions.tell(actor, attempt_id, told, body["seconds"])
    return {
        "held": standing.held,
        "paused": standing.paused,
        "state": standing.state.value,
        "seconds_left": standing.seconds_left,
        "away_times": standing.away_times,
        "away_seconds": standing.away_seconds,
    }
