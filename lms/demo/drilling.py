"""People of the demo in a drill: they read what the customer says and answer as well as they can."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import transaction
from lms.demo.agenda import Script, later
from lms.demo.drill_words import REPLIES
from lms.drills.actions import rating, running
from lms.drills.actions.running import Sent
from lms.drills.queries import running as seeing
from lms.drills.rules.seen import LaneSeen
from lms.drills.spec import Choice, DrillSpec, Scene

HASTE = range(5, 12)
"""Seconds after which a reply is sent: within the clock of a call, with three customers within that of a chat."""
MOST = 60
"""Replies of one run, whoever sends them: more is a drill that nobody of the story comes out of."""


def play(actor: Actor, slug: str, skill: float, rng: random.Random) -> Script:
    """Play one run to its end and rate oneself; each reply is the better one with the probability `skill`.

    What cannot end the run is written together, each at its own moment; the end is an act of its own.
    """
    with transaction():
        run_id = running.start(actor, slug).public_id
        at, last = _go_on(actor, run_id, clock.now(), skill, rng)
    while last is not None:
        yield at
        with transaction():
            running.step(actor, run_id, last)
            at, last = _go_on(actor, run_id, at, skill, rng)
    yield later(2)
    with transaction():
        _rate(actor, run_id, slug, skill, rng)


def _go_on(actor: Actor, run_id: str, at: datetime, skill: float, rng: random.Random) -> tuple[datetime, Sent | None]:
    """Reply from that moment on, up to the reply that may be the last. Return it with its moment, None at the end."""
    for _ in range(MOST):
        at += timedelta(seconds=rng.choice(HASTE))
        with clock.frozen(at):
            lanes = seeing.look(actor, run_id).lanes
            if all(lane.end for lane in lanes):
                return at, None
            lane = next((each for each in _by_haste(lanes) if each.choices or each.free), None)
            if lane is None:
                continue
            sent = _reply(actor, lane, skill, rng)
            if all(each.end for each in lanes if each is not lane) and _may_end(_drill(actor, lane.slug), lane.scene):
                return at, sent
            running.step(actor, run_id, sent)
    raise RuntimeError(f"{run_id} never ends")


def _may_end(drill: DrillSpec, scene: str) -> bool:
    return any(drill.scene(target).ending for target in drill.named(scene).targets)


def _by_haste(lanes: Sequence[LaneSeen]) -> list[LaneSeen]:
    """Return the conversations, the one whose clock ends first at the top."""
    return sorted(lanes, key=lambda lane: (lane.deadline_at is None, lane.deadline_at or clock.now(), lane.number))


def _reply(actor: Actor, lane: LaneSeen, skill: float, rng: random.Random) -> Sent:
    drill = _drill(actor, lane.slug)
    scene = drill.named(lane.scene)
    does_well = rng.random() < skill
    if lane.free:
        return Sent(seq=lane.step, lane=lane.number, text=_written(lane.slug, scene, well=does_well))
    shown = {reply.id for reply in lane.choices}
    ranked = sorted((each for each in scene.choices if each.id in shown), key=_worth, reverse=True)
    chosen = ranked[0] if does_well or len(ranked) == 1 else rng.choice(ranked[1:])
    return Sent(seq=lane.step, lane=lane.number, choice=chosen.id)


def _worth(choice: Choice) -> int:
    return choice.effects.sum


def _written(slug: str, scene: Scene, *, well: bool) -> str:
    good, tired = REPLIES[(slug.rsplit("/", 1)[-1], scene.title)]
    return good if well else tired


def _rate(actor: Actor, run_id: str, slug: str, skill: float, rng: random.Random) -> None:
    drill = _drill(actor, slug)
    names = [each.name for each in drill.dimensions]
    middle = 2 + round(2 * skill)
    own = {name: min(max(middle + rng.choice((-1, 0, 0, 1)), rating.LEAST), rating.MOST) for name in names}
    rating.rate(actor, run_id, own, (), dimensions=names)


def _drill(actor: Actor, slug: str) -> DrillSpec:
    spec = content.spec(content.open_published(actor, "drill", slug))
    assert isinstance(spec, DrillSpec)
    return spec
