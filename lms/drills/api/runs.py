"""Runs over `/api/v1`: what the player's own page uses, and any other program."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from flask import url_for

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.texts import text
from lms.drills.actions import lookups, running
from lms.drills.actions.running import Sent
from lms.drills.api.room import bp
from lms.drills.queries.running import look
from lms.drills.rules.seen import LaneSeen, Line, RunSeen
from lms.drills.spec import Channel
from lms.web.api import MOST, instant, refusals
from lms.web.auth import current_actor, requires

MOST_WRITTEN = 2_000
"""Characters of one reply."""


AFTER = "the `events` that are known already: bubbles and cards of later ones alone are in the answer"


class StepBody(Schema):
    choice = String(validate=Length(max=12), metadata={"description": "the id of a ready reply"})
    text = String(
        validate=Length(max=MOST_WRITTEN), metadata={"description": "a free reply, where the scene asks for one"}
    )
    seq = Integer(
        required=True,
        strict=True,
        validate=Range(min=1, max=MOST),
        metadata={"description": "the conversation's `step`, as it was shown: the same one sent again changes nothing"},
    )
    lane = Integer(strict=True, load_default=0, validate=Range(min=0, max=4))
    after = Integer(strict=True, load_default=0, validate=Range(min=0, max=MOST), metadata={"description": AFTER})


class LookupBody(Schema):
    number = Integer(
        required=True,
        strict=True,
        validate=Range(min=1, max=MOST),
        metadata={"description": "counts up within the run; the same one again changes its seconds alone"},
    )
    kind = String(required=True, validate=OneOf(("query", "article", "section")))
    words = String(load_default="", validate=Length(max=200), metadata={"description": "of a query"})
    found = Integer(strict=True, allow_none=True, load_default=None, validate=Range(min=0, max=MOST))
    slug = String(load_default="", validate=Length(max=200), metadata={"description": "of the article that was opened"})
    anchor = String(load_default="", validate=Length(max=200))
    seconds = Integer(strict=True, allow_none=True, load_default=None, validate=Range(min=0, max=86_400))
    lane = Integer(strict=True, load_default=0, validate=Range(min=0, max=4))


class LineBody(Schema):
    who = String(required=True, metadata={"enum": ["them", "me", "system", "late", "over"]})
    at = String(required=True, metadata={"format": "date-time"})
    speaker = String(required=True)
    html = String(required=True)
    text = String(required=True)
    seconds = Integer(allow_none=True, metadata={"description": "how long the customer had waited"})
    seq = Integer(required=True, metadata={"description": "the event that brought it"})


class LaneBody(Schema):
    lane = Integer(required=True)
    title = String(required=True)
    customer = String(required=True)
    channel = String(required=True, metadata={"enum": [each.value for each in Channel]})
    scene = String(required=True)
    step = Integer(required=True, metadata={"description": "the `seq` of the next step"})
    comes_at = String(allow_none=True, metadata={"format": "date-time"})
    bubbles = List(Nested(LineBody), required=True)
    choices = List(Dict(), required=True, metadata={"description": "id and text of each ready reply"})
    free_text = Boolean(required=True)
    shortest = Integer(required=True)
    longest = Integer(allow_none=True)
    mood = Integer(allow_none=True)
    deadline = String(allow_none=True, metadata={"format": "date-time"})
    typing_ms = Integer(required=True)
    cards = List(List(Dict()), required=True, metadata={"description": "order cards: name and value of each line"})
    ended = String(required=True, metadata={"enum": ["", "pass", "fail", "time", "steps"]})


class RunBody(LaneBody):
    """The first conversation's fields stand at the top; `lanes` has every one."""

    id = String(required=True)
    drill = String(required=True)
    state = String(required=True, metadata={"enum": ["open", "ended", "left", "voided"]})
    now = String(required=True, metadata={"format": "date-time"})
    run_deadline = String(allow_none=True, metadata={"format": "date-time"})
    paused = Boolean(required=True)
    events = Integer(required=True, metadata={"description": "the number of the last thing that happened"})
    lanes = List(Nested(LaneBody), required=True)
    debrief = String(allow_none=True, metadata={"description": "where the debrief is, once the run has ended"})


@bp.post("/drills/<path:slug>/runs")
@requires(Permission.LEARN)
@bp.output(RunBody, status_code=201)
@bp.doc(
    summary="Begin a run of a drill, or get the open one (200)",
    responses={200: "the run that was open already", **refusals(404, 409)},
)
def start(slug: str) -> tuple[dict[str, Any], int]:
    actor = current_actor()
    with transaction():
        started = running.start(actor, slug)
    return shown(look(actor, started.public_id, articles=False)), 201 if started.created else 200


@bp.get("/runs/<run_id>")
@requires(Permission.LEARN)
@bp.output(RunBody)
@bp.doc(summary="An own run as it stands now", responses=refusals(404))
def run(run_id: str) -> dict[str, Any]:
    return shown(look(current_actor(), run_id, articles=False))


@bp.post("/runs/<run_id>/steps")
@requires(Permission.LEARN)
@bp.input(StepBody, arg_name="body")
@bp.output(RunBody, status_code=200)
@bp.doc(
    summary="Send one reply; 409 `too_late` where the conversation has gone on without it",
    responses=refusals(404, 409, 422),
)
def step(run_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    if ("choice" in body) == ("text" in body):
        raise Invalid(text("请给出 choice 或 text 其中一个。"), fields={"choice": text("choice 和 text 只能给一个。")})
    sent = Sent(seq=body["seq"], lane=body["lane"], choice=body.get("choice", ""), text=body.get("text", ""))
    with transaction():
        seen = running.step(actor, run_id, sent)
    if seen is None or seen.first_new > body["after"] + 1:  # more is new to whoever asks than this step
        seen = look(actor, run_id, after=body["after"], articles=False)
    return shown(seen)


@bp.post("/runs/<run_id>/tick")
@requires(Permission.LEARN)
@bp.output(RunBody, status_code=200)
@bp.doc(summary="Write down what the clocks have brought, and show it", responses=refusals(404))
def tick(run_id: str) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        running.tick(actor, run_id)
    return shown(look(actor, run_id, articles=False))


@bp.post("/runs/<run_id>/pause")
@requires(Permission.LEARN)
@bp.output(RunBody, status_code=200)
@bp.doc(summary="Stop the clocks, where the drill may be interrupted", responses=refusals(404, 409))
def pause(run_id: str) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        running.pause(actor, run_id)
    return shown(look(actor, run_id, articles=False))


@bp.post("/runs/<run_id>/resume")
@requires(Permission.LEARN)
@bp.output(RunBody, status_code=200)
@bp.doc(summary="Let the clocks go on", responses=refusals(404))
def resume(run_id: str) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        running.resume(actor, run_id)
    return shown(look(actor, run_id, articles=False))


@bp.post("/runs/<run_id>/lookups")
@requires(Permission.LEARN)
@bp.input(LookupBody, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Note what was looked up beside the chat", responses=refusals(404, 422))
def lookup(run_id: str, body: dict[str, Any]) -> tuple[str, int]:
    actor = current_actor()
    with transaction():
        lookups.note(actor, run_id, lookups.Lookup(**body))
    return "", 204


def shown(seen: RunSeen) -> dict[str, Any]:
    """Return a run in the API's shape."""
    return {
        **_lane(seen.lanes[0]),
        "id": seen.run_id,
        "drill": f"drill:{seen.slug}",
        "state": seen.state,
        "now": instant(seen.now),
        "run_deadline": instant(seen.deadline_at),
        "paused": seen.paused,
        "events": seen.events,
        "lanes": [_lane(lane) for lane in seen.lanes],
        "debrief": url_for(".run_debrief", run_id=seen.run_id) if seen.over else None,
    }


def _lane(lane: LaneSeen) -> dict[str, Any]:
    return {
        "lane": lane.number,
        "title": lane.title,
        "customer": lane.customer.name,
        "channel": lane.channel.value,
        "scene": lane.scene,
        "step": lane.step,
        "comes_at": instant(lane.comes_at),
        "bubbles": [_line(line) for line in lane.lines],
        "choices": [{"id": each.id, "text": each.text} for each in lane.choices],
        "free_text": lane.free,
        "shortest": lane.shortest,
        "longest": lane.longest,
        "mood": lane.mood,
        "deadline": instant(lane.deadline_at),
        "typing_ms": lane.typing_ms,
        "cards": [[{"name": name, "value": value} for name, value in card] for card in lane.cards],
        "ended": lane.end,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "who": line.who.value,
        "at": instant(line.at),
        "speaker": line.speaker,
        "html": line.html,
        "text": line.text,
        "seconds": line.seconds,
        "seq": line.seq,
    }
