"""Whole plays of a drill for tests: what a person does, one thing after the other, and the events that it leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.drills.rules.judge import NO_WORDS, Words, judge
from lms.drills.rules.lanes import Happened, Kind, Lane, caught_up, chosen, ended, open_lanes, replied, whole_seconds
from lms.drills.rules.play import State, begin, offered
from lms.drills.rules.replay import Fact, Replayed, replay
from lms.drills.spec import DrillSpec
from tests.support.make_runs import AT


@dataclass(frozen=True, kw_only=True)
class Play:
    drills: tuple[DrillSpec, ...]
    lanes: tuple[Lane, ...]
    happened: tuple[Happened, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(
            Fact(seq=seq, lane=each.lane, kind=each.kind, choice=each.choice, text=each.text, led_to=each.led_to)
            for seq, each in enumerate(self.happened, start=1)
        )

    @property
    def first(self) -> tuple[State, ...]:
        return tuple(begin(each) for each in self.drills)

    def gone(self, words: Words = NO_WORDS) -> tuple[Replayed, ...]:
        return replay(self.drills, self.first, self.facts, words)


def played(
    drills: DrillSpec | Sequence[DrillSpec],
    *acts: object,
    words: Words = NO_WORDS,
    leave: bool = False,
) -> Play:
    """Return a play of these acts.

    An act is a number (the n-th reply that is offered), a text (a free reply), a pause in seconds as a float, or any of
    these with its lane in front, as a tuple. What can't be done at the moment is not done. leave: given up at the end.
    """
    drills = (drills,) if isinstance(drills, DrillSpec) else tuple(drills)
    now: datetime = AT
    whole = whole_seconds(drills)
    over_at = None if whole is None else AT + timedelta(seconds=whole)
    lanes: tuple[Lane, ...] = open_lanes(drills, AT)
    happened: list[Happened] = []
    for act in (0.0, *acts):
        lane, what = act if isinstance(act, tuple) else (0, act)
        now += timedelta(seconds=what if isinstance(what, float) else 1)
        course = caught_up(drills, lanes, now, over_at=over_at, percent=100)
        lanes, happened = course.lanes, [*happened, *course.happened]
        state = lanes[lane].state
        if isinstance(what, float) or not lanes[lane].came or state.end is not None:
            continue
        scene = drills[lane].scene(state.scene)
        if scene.free:
            said = what if isinstance(what, str) else "好的"
            course = replied(drills, lanes, lane, said, judge(scene, said, words), now, 100)
        else:
            choices = offered(drills[lane], state)
            place = what if isinstance(what, int) else 0
            course = chosen(drills, lanes, lane, choices[place % len(choices)].id, now, 100)
        lanes, happened = course.lanes, [*happened, *course.happened]
    if leave:
        course = ended(drills, lanes, now)
        lanes, happened = course.lanes, [*happened, *course.happened]
    return Play(drills=drills, lanes=lanes, happened=tuple(happened))


def kinds(play: Play) -> list[Kind]:
    return [each.kind for each in play.happened]
