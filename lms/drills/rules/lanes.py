"""The clocks of a run: when customers come, when a scene's time is up, when the whole run is over. Pure.

A run has a lane for each customer. The server alone decides: a clock that ran out is written down at its own instant,
whenever somebody looks next, and what came of it has its own clock from that instant on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lms.drills.rules.judge import Judged
from lms.drills.rules.play import Move, State, begin, begin_at, bubbles, choose, reply, run_out, time_up
from lms.drills.spec import Bubble, Channel, DrillSpec

GRACE = timedelta(seconds=2)
"""For the way of a reply that was sent in time."""
STAGGER = timedelta(seconds=20)
"""Between the customers of one run."""
TYPES_MS_BASE, TYPES_MS_EACH, TYPES_MS_MOST, TYPES_MS_TOGETHER = 400, 25, 1_500, 4_000
"""How long a customer types a message: a start, so much for each character, at most; and all of a scene together."""


class Kind(StrEnum):
    """What an event is."""

    CAME = "came"
    CHOICE = "choice"
    TEXT = "text"
    TIMEOUT = "timeout"
    OVER = "over"
    LEFT = "left"
    PAUSED = "paused"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One conversation. waits_from: since when the customer waits for an answer, None before he came and at the end.

    deadline_at: of the scene's clock, None without one.
    """

    state: State
    comes_at: datetime
    came: bool = False
    waits_from: datetime | None = None
    deadline_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What becomes an event. step: of that lane, 0 where it is none. scene, led_to: names of scenes (Scene.name)."""

    lane: int
    kind: Kind
    at: datetime
    step: int = 0
    scene: str = ""
    led_to: str = ""
    choice: str = ""
    text: str = ""
    milliseconds: int | None = None
    mood: int | None = None
    points: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where a run stands, with what happened on the way there."""

    lanes: tuple[Lane, ...]
    happened: tuple[Happened, ...] = ()

    @property
    def over(self) -> bool:
        return all(lane.state.end is not None for lane in self.lanes)


def typing_ms(channel: Channel, said: Iterable[Bubble]) -> int:
    """Return for how long the customer types before the clock runs; a letter is there at once."""
    if channel is Channel.MAIL:
        return 0
    each = (
        min(TYPES_MS_BASE + TYPES_MS_EACH * len(bubble.body.text), TYPES_MS_MOST) for bubble in said if bubble.speaker
    )
    return min(sum(each), TYPES_MS_TOGETHER)


def open_lanes(
    drills: Sequence[DrillSpec], now: datetime, *, scene: str = "", mood: int | None = None, flags: Iterable[str] = ()
) -> tuple[Lane, ...]:
    """Return the lanes of a new run, before anybody came. scene: title at which a retry of the first drill begins."""
    first = begin_at(drills[0], scene, mood=mood, flags=flags) if scene else begin(drills[0])
    states = (first, *(begin(each) for each in drills[1:]))
    return tuple(Lane(state=state, comes_at=now + number * STAGGER) for number, state in enumerate(states))


def whole_seconds(drills: Sequence[DrillSpec]) -> int | None:
    """Return the length of the whole run: the longest of its drills, None where one has no limit."""
    lengths = [each.seconds for each in drills]
    return None if None in lengths else max(length for length in lengths if length is not None)


def scaled(seconds: int, percent: int) -> timedelta:
    """Return a clock's length by the person's time factor: 100 = as written."""
    return timedelta(seconds=seconds * percent / 100)


def caught_up(
    drills: Sequence[DrillSpec],
    lanes: Sequence[Lane],
    now: datetime,
    *,
    over_at: datetime | None,
    percent: int,
) -> Course:
    """Return the run as it stands now: everything that the clocks have brought since, in the order of time.

    over_at: when the whole run is over, None = never.
    """
    standing = list(lanes)
    happened: list[Happened] = []
    while True:
        waiting = [(at, number) for number, lane in enumerate(standing) if (at := _next_at(lane)) is not None]
        at, number = min(waiting, default=(None, -1))
        if over_at is not None and (at is None or at >= over_at):
            if any(lane.state.end is None for lane in standing) and _is_past(over_at, now):
                over = [_over(drills[each], lane, each, over_at) for each, lane in enumerate(standing)]
                return Course(
                    lanes=tuple(lane for lane, _ in over),
                    happened=(*happened, *(fact for _, fact in over if fact is not None)),
                )
            break
        if at is None or not (_is_past(at, now) if standing[number].came else at <= now):
            break
        lane = standing[number]
        if not lane.came:
            standing[number] = _waits(drills[number], replace(lane, came=True), at, percent)
            fact = Happened(
                lane=number,
                kind=Kind.CAME,
                at=at,
                led_to=drills[number].scene(lane.state.scene).name,
                mood=lane.state.mood,
            )
        else:
            move = run_out(drills[number], lane.state)
            standing[number], fact = _went(drills[number], number, lane, move, Kind.TIMEOUT, at, percent)
        happened.append(fact)
    return Course(lanes=tuple(standing), happened=tuple(happened))


def chosen(
    drills: Sequence[DrillSpec], lanes: Sequence[Lane], number: int, choice: str, now: datetime, percent: int
) -> Course:
    """Send a ready reply to one customer. The caller has caught up. Raises NotOffered."""
    move = choose(drills[number], lanes[number].state, choice)
    return _sent(drills, lanes, number, move, Kind.CHOICE, now, percent, choice=choice)


def replied(
    drills: Sequence[DrillSpec],
    lanes: Sequence[Lane],
    number: int,
    text: str,
    judged: Judged,
    now: datetime,
    percent: int,
) -> Course:
    """Send a free reply to one customer. The caller has caught up. Raises NotOffered."""
    move = reply(drills[number], lanes[number].state, judged)
    return _sent(drills, lanes, number, move, Kind.TEXT, now, percent, text=text)


def ended(drills: Sequence[DrillSpec], lanes: Sequence[Lane], now: datetime) -> Course:
    """Give the run up: what has not ended ends as by its whole clock."""
    over = [_over(drills[number], lane, number, now, Kind.LEFT) for number, lane in enumerate(lanes)]
    return Course(lanes=tuple(lane for lane, _ in over), happened=tuple(fact for _, fact in over if fact is not None))


def shifted(lanes: Sequence[Lane], by: timedelta) -> tuple[Lane, ...]:
    """Return the lanes with every clock moved: after a pause of that length."""
    return tuple(
        replace(
            lane,
            comes_at=lane.comes_at if lane.came else lane.comes_at + by,
            waits_from=_moved(lane.waits_from, by),
            deadline_at=_moved(lane.deadline_at, by),
        )
        for lane in lanes
    )


def due_at(lanes: Sequence[Lane], over_at: datetime | None) -> datetime | None:
    """Return when something happens by itself next; None where nothing will."""
    if all(lane.state.end is not None for lane in lanes):
        return None
    every = [at for lane in lanes if (at := _next_at(lane)) is not None]
    if over_at is not None:
        every.append(over_at)
    return min(every, default=None)


def _next_at(lane: Lane) -> datetime | None:
    if lane.state.end is not None and lane.came:
        return None
    return lane.deadline_at if lane.came else lane.comes_at


def _is_past(at: datetime, now: datetime) -> bool:
    return at + GRACE <= now


def _waits(drill: DrillSpec, lane: Lane, at: datetime, percent: int) -> Lane:
    """Return the lane with its customer waiting: the clock runs from when all his lines stand there."""
    if lane.state.end is not None:
        return replace(lane, waits_from=None, deadline_at=None)
    scene = drill.scene(lane.state.scene)
    there = at + timedelta(milliseconds=typing_ms(drill.channel, bubbles(drill, lane.state)))
    deadline = None if scene.seconds is None else there + scaled(scene.seconds, percent)
    return replace(lane, waits_from=there, deadline_at=deadline)


def _sent(
    drills: Sequence[DrillSpec],
    lanes: Sequence[Lane],
    number: int,
    move: Move,
    kind: Kind,
    now: datetime,
    percent: int,
    *,
    choice: str = "",
    text: str = "",
) -> Course:
    lane = lanes[number]
    after, fact = _went(drills[number], number, lane, move, kind, now, percent)
    fact = replace(fact, choice=choice, text=text)
    return Course(lanes=(*lanes[:number], after, *lanes[number + 1 :]), happened=(fact,))


def _went(
    drill: DrillSpec, number: int, lane: Lane, move: Move, kind: Kind, at: datetime, percent: int
) -> tuple[Lane, Happened]:
    after = _waits(drill, replace(lane, state=move.after), at, percent)
    fact = Happened(
        lane=number,
        kind=kind,
        at=at,
        step=move.after.steps,
        scene=drill.scene(lane.state.scene).name,
        led_to=drill.scene(move.after.scene).name,
        milliseconds=_waited(lane, at),
        mood=move.after.mood,
        points=tuple((each.dimension, each.points) for each in move.effects.points),
    )
    return after, fact


def _over(
    drill: DrillSpec, lane: Lane, number: int, at: datetime, kind: Kind = Kind.OVER
) -> tuple[Lane, Happened | None]:
    if lane.state.end is not None and lane.came:
        return lane, None
    scene = drill.scene(lane.state.scene).name
    after = replace(lane, state=time_up(lane.state), waits_from=None, deadline_at=None)
    return after, Happened(lane=number, kind=kind, at=at, scene=scene, led_to=scene, mood=lane.state.mood)


def _waited(lane: Lane, at: datetime) -> int | None:
    """Return for how long the customer had waited, 0 for a reply to what he was still typing."""
    if lane.waits_from is None:
        return None
    return max(int((at - lane.waits_from) / timedelta(milliseconds=1)), 0)


def _moved(at: datetime | None, by: timedelta) -> datetime | None:
    return None if at is None else at + by
