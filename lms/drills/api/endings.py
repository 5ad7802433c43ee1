"""How a run ends or counts otherwise over `/api/v1`: given up, practised again, voided, scored by a newer version."""

import time
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Integer, String
from apiflask.validators import Length

from lms.core.access import Permission
from lms.core.db import transaction
from lms.drills.actions import rescoring, running, voiding
from lms.drills.api.room import bp
from lms.drills.api.runs import RunBody, shown
from lms.drills.queries import ended
from lms.drills.queries.rescoring import candidates, mark_of, newest
from lms.drills.queries.running import look
from lms.drills.rules.rescore import plan
from lms.web.api import refusals
from lms.web.auth import current_actor, requires

LONGEST = 20.0
"""Seconds that a call may score; the rest is done by the next one."""
SCENE = 200
"""Characters of a scene's name."""


class RetryBody(Schema):
    scene = String(
        required=True,
        validate=Length(min=1, max=SCENE),
        metadata={"description": "a scene that the run has met, as its debrief names it"},
    )


class VoidRunBody(Schema):
    reason = String(required=True, validate=Length(min=1, max=rescoring.LONGEST_REASON))


class RescoreOrder(Schema):
    reason = String(load_default="", validate=Length(max=rescoring.LONGEST_REASON))
    seen = String(load_default="", validate=Length(max=64), metadata={"description": "of the dry run"})
    dry_run = Boolean(load_default=False, truthy={True}, falsy={False})


class Rescored(Schema):
    seen = String(required=True, metadata={"description": "give it back to do what was counted here"})
    runs = Integer(required=True, metadata={"description": "ended runs that count by older versions"})
    raised = Integer(required=True)
    lowered = Integer(required=True)
    to_pass = Integer(required=True)
    to_fail = Integer(required=True)
    kept = Integer(required=True, metadata={"description": "left alone: their scenes are gone"})
    scored = Integer(required=True, metadata={"description": "counted anew by this call"})
    done = Boolean(required=True, metadata={"description": "false: send it again with `seen` of a new dry run"})


@bp.post("/runs/<run_id>/give-up")
@requires(Permission.LEARN)
@bp.output(RunBody, status_code=200)
@bp.doc(
    summary="Give an own run up: it ends as failed, or is as if it had not been where nothing was sent",
    responses=refusals(404),
)
def give_up(run_id: str) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        running.leave(actor, run_id)
    return shown(look(actor, run_id, articles=False))


@bp.post("/runs/<run_id>/retries")
@requires(Permission.LEARN)
@bp.input(RetryBody, arg_name="body")
@bp.output(RunBody, status_code=201)
@bp.doc(
    summary="Practise again from a scene of an own run, or get the practice that is open (200); it counts for nothing",
    responses={200: "the practice that was open already", **refusals(404, 409, 422)},
)
def retry(run_id: str, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    actor = current_actor()
    head = ended.head(actor, run_id)
    with transaction():
        started = running.start(actor, head.slug, retry_of=run_id, scene=body["scene"])
    return shown(look(actor, started.public_id, articles=False)), 201 if started.created else 200


@bp.post("/runs/<run_id>/void")
@requires(Permission.RECORD_VOID)
@bp.input(VoidRunBody, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(
    summary="Let an ended run of somebody else count for nothing; nothing is deleted", responses=refusals(404, 409, 422)
)
def void(run_id: str, body: dict[str, Any]) -> tuple[str, int]:
    with transaction():
        voiding.void(current_actor(), run_id, body["reason"])
    return "", 204


@bp.post("/drills/<path:slug>/rescore")
@requires(Permission.DRILL_RESCORE)
@bp.input(RescoreOrder, arg_name="body")
@bp.output(Rescored, status_code=200)
@bp.doc(
    summary="Score ended runs by the published version of their drill; `dry_run` only says what would change",
    responses=refusals(404, 409, 422),
)
def rescore(slug: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    new = newest(slug)
    found = candidates(new)
    made = plan(new.drills, [each.ended for each in found])
    answer = {
        "seen": mark_of(new, found),
        "runs": len(found),
        "raised": made.raised,
        "lowered": made.lowered,
        "to_pass": len(made.to_pass),
        "to_fail": len(made.to_fail),
        "kept": len(made.kept),
        "scored": 0,
        "done": not found,
    }
    if body["dry_run"]:
        return answer
    with transaction():
        reason = rescoring.begin(actor, new, reason=body["reason"], seen=body["seen"])
    until, after, scored = time.monotonic() + LONGEST, 0, 0
    while True:
        with transaction():
            part = rescoring.portion(actor, new, reason, after)
        scored += part.done
        if part.last is None or time.monotonic() > until:
            return answer | {"scored": scored, "done": part.last is None}
        after = part.last
