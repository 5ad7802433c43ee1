"""A run while it is played. The same markup serves whoever has scripts, who gets the changed part, and who has none.

A form with the field `part` is sent by the page's own script and answered with the part that changes.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.show import shower
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid, Unreadable
from lms.core.here import local
from lms.core.i18n import say
from lms.core.texts import Text
from lms.drills.actions import running
from lms.drills.actions.running import Sent
from lms.drills.blueprint import bp
from lms.drills.queries.lookups import noted
from lms.drills.queries.running import look
from lms.drills.rules.mood import mood_cells, mood_tone, mood_word
from lms.drills.rules.seen import LaneSeen, RunSeen, Who
from lms.web.auth import current_actor, reachable, requires

LONGEST = 2_000
"""Characters of a reply that are read; the rule of the scene is far below."""
MOST_LANES = 5
Answer = str | Response | tuple[str, int]


@bp.app_template_global()
def mood_of(mood: int) -> tuple[Text, int, str]:
    """Return for a mood its word, its filled cells out of ten, its colour."""
    return mood_word(mood), mood_cells(mood), mood_tone(mood)


@bp.get("/runs/<run_id>")
@requires(Permission.LEARN)
def play(run_id: str) -> Answer:
    return _page(current_actor(), run_id)


@bp.post("/runs/<run_id>/steps")
@requires(Permission.LEARN)
def step(run_id: str) -> Answer:
    """Send one reply; what was refused stays to be seen, with what has happened meanwhile."""
    actor = current_actor()
    sent = _sent()
    try:
        with transaction():
            running.step(actor, run_id, sent)
    except (Conflict, Invalid) as refused:
        with transaction():
            running.tick(actor, run_id)
        return _page(actor, run_id, refused=refused, kept=sent.text)
    return _page(actor, run_id) if _is_part() else _back(run_id)


@bp.post("/runs/<run_id>/tick")
@requires(Permission.LEARN)
def tick(run_id: str) -> Answer:
    """Let the clocks say what they have brought."""
    return _act(run_id, running.tick)


@bp.post("/runs/<run_id>/pause")
@requires(Permission.LEARN)
def pause(run_id: str) -> Answer:
    return _act(run_id, running.pause)


@bp.post("/runs/<run_id>/resume")
@requires(Permission.LEARN)
def resume(run_id: str) -> Answer:
    return _act(run_id, running.resume)


@bp.get("/runs/<run_id>/leave")
@requires(Permission.LEARN)
def leave(run_id: str) -> Answer:
    """Say what leaving means before it is done."""
    run = look(current_actor(), run_id)
    if run.over:
        return redirect(url_for(".intro", slug=run.slug))
    return render_template("lms/drills/leave.html", run=run, begun=any(lane.step > 1 for lane in run.lanes))


@bp.post("/runs/<run_id>/leave")
@requires(Permission.LEARN)
def give_up(run_id: str) -> Response:
    actor = current_actor()
    with transaction():
        running.leave(actor, run_id)
    run = look(actor, run_id)
    if run.state == "ended" and reachable("drills.debrief"):
        return redirect(url_for("drills.debrief", run_id=run_id), 303)
    return redirect(url_for(".intro", slug=run.slug), 303)


def _act(run_id: str, act: Callable[[Actor, str], None]) -> Answer:
    actor = current_actor()
    try:
        with transaction():
            act(actor, run_id)
    except Conflict as refused:
        flash(say(refused.message), "warn")
    return _page(actor, run_id) if _is_part() else _back(run_id)


def _sent() -> Sent:
    """Read a step from the form. Raises Unreadable for what no page of ours sends."""
    seq = request.form.get("seq", "")
    if not seq.isdecimal() or len(seq) > 4:
        raise Unreadable()
    return Sent(
        seq=int(seq),
        lane=_lane_asked() or 0,
        choice=request.form.get("choice", "")[:12],
        text=request.form.get("text", "").replace("\r\n", "\n")[:LONGEST],
    )


def _is_part() -> bool:
    return "part" in request.values


def _lane_asked() -> int | None:
    asked = request.values.get("lane", "")
    return int(asked) if asked.isdecimal() and len(asked) < 3 and int(asked) < MOST_LANES else None


def _back(run_id: str) -> Response:
    return redirect(url_for(".play", run_id=run_id, lane=_lane_asked() or None), 303)


def _page(actor: Actor, run_id: str, *, refused: DomainError | None = None, kept: str = "") -> Answer:
    run = look(actor, run_id)
    here = [lane for lane in run.lanes if lane.comes_at is None]
    values: dict[str, Any] = {
        "run": run,
        "shown": _shown(here),
        "refused": refused,
        "kept": kept,
        "waits": {lane.number: _waits_from(lane) for lane in here},
        "calls": {lane.number: lane.lines[0].at.isoformat() if lane.lines else "" for lane in here},
        "show": shower([line.html for lane in here for line in lane.lines]),
        "debrief": url_for("drills.debrief", run_id=run_id) if run.over and reachable("drills.debrief") else "",
        "actor": actor,
        "me": actor.name,
    }
    if _is_part():
        page = render_template("lms/drills/_room.html", **values)
    else:
        page = render_template(
            "lms/drills/play.html", **values, exact=_exact, whole_left=_whole_left(run), noted=noted(run_id)
        )
    return (page, refused.status) if refused else page


def _shown(here: list[LaneSeen]) -> int:
    """Return which customer stands in front: the one asked for, else the first who still waits."""
    asked = _lane_asked()
    if any(lane.number == asked for lane in here):
        return asked or 0
    return next((lane.number for lane in here if not lane.end), 0)


def _waits_from(lane: LaneSeen) -> str:
    """Return since when the customer waits for an answer, "" where he does not."""
    if lane.end or not lane.lines or lane.lines[-1].who is Who.ME:
        return ""
    return (lane.lines[-1].at + timedelta(milliseconds=lane.typing_ms)).isoformat()


def _whole_left(run: RunSeen) -> str:
    if run.deadline_at is None:
        return ""
    left = max(int((run.deadline_at - clock.now()).total_seconds()), 0)
    return f"{left // 60}:{left % 60:02}"


def _exact(at: datetime) -> str:
    """Return an instant to the second, by the office's clock: a scene is over in a minute."""
    return local(at).strftime("%H:%M:%S")
