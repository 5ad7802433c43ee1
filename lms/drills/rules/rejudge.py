"""A run that has gone its way, judged anew: by what a person found, or by a mended rubric. Pure.

The conversation stays as it was: scenes, mood, flags and clocks. Only what the decisions earn is counted again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lms.drills.rules.judge import LISTED, NO_WORDS, Words, judge
from lms.drills.rules.lanes import Kind
from lms.drills.rules.play import Move, NotOffered, State, begin, choose, reply, run_out
from lms.drills.rules.replay import Replayed
from lms.drills.rules.score import Result, score
from lms.drills.spec import DrillSpec, Scene

Decided = Mapping[int, Mapping[int, bool]]
"""By event, what a person found of the lines of a reply."""


class Changed(ValueError):
    """The run can't be judged by this version: a scene or a reply that it met is no more. scene: its title then."""

    def __init__(self, scene: str) -> None:
        super().__init__(scene)
        self.scene = scene


class Erased(ValueError):
    """What was written is deleted, so nothing can be judged again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """steps: every event as it counts now. states: where each conversation ended, with what it earned."""

    steps: tuple[Replayed, ...]
    states: tuple[State, ...]

    def results(self, drills: Sequence[DrillSpec]) -> tuple[Result, ...]:
        return tuple(score(drill, state) for drill, state in zip(drills, self.states, strict=True))


def rejudged(
    then: Sequence[DrillSpec],
    now: Sequence[DrillSpec],
    gone: Sequence[Replayed],
    words: Words = NO_WORDS,
    decided: Decided | None = None,
) -> Rejudged:
    """Return the run as the drills of `now` count it. then: by which it was played; gone: how it went.

    decided: of lines as they stood `then`. Raises Changed, Erased.
    """
    last: dict[int, State] = {}
    for each in gone:
        last.setdefault(each.fact.lane, each.before)
    standing = [replace(last.get(lane, begin(drill)), tallies=begin(drill).tallies) for lane, drill in enumerate(now)]
    steps = []
    for each in gone:
        lane = each.fact.lane
        steps.append(_one(then[lane], now[lane], standing[lane], each, words, (decided or {}).get(each.fact.seq, {})))
        standing[lane] = steps[-1].after
    return Rejudged(steps=tuple(steps), states=tuple(standing))


def carried(before: Scene, after: Scene, decided: Mapping[int, bool]) -> dict[int, bool]:
    """Return what was found of the lines of a scene for the lines that they have become.

    A line is the same where it says the same; else the one in its place, if it is of the same kind and new there.
    """
    found: dict[int, bool] = {}
    said = {(line.kind, line.words): place for place, line in enumerate(after.rubric)}
    was = {(line.kind, line.words) for line in before.rubric}
    for place, held in decided.items():
        if place == LISTED:
            found[LISTED] = held
            continue
        if not 0 <= place < len(before.rubric):
            continue
        line = before.rubric[place]
        same = said.get((line.kind, line.words))
        if same is not None:
            found[same] = held
        elif place < len(after.rubric):
            other = after.rubric[place]
            if other.kind is line.kind and (other.kind, other.words) not in was:
                found[place] = held
    return found


def _one(
    then: DrillSpec, now: DrillSpec, standing: State, each: Replayed, words: Words, decided: Mapping[int, bool]
) -> Replayed:
    old = then.scene(each.before.scene)
    before = _as_gone(then, now, standing, each.before)
    judged, move = None, None
    try:
        match each.fact.kind:
            case Kind.CHOICE:
                move = choose(now, before, each.fact.choice)
            case Kind.TEXT:
                if not each.fact.text:
                    raise Erased()
                scene = now.scene(before.scene)
                judged = judge(scene, each.fact.text, words, carried(old, scene, decided))
                move = reply(now, before, judged, led_to=_name(then, now, each.after.scene))
            case Kind.TIMEOUT:
                move = run_out(now, before)
    except NotOffered as wrong:
        raise Changed(old.title) from wrong
    counted = before if move is None else move.after
    after = _as_gone(then, now, counted, each.after)
    shown = None if move is None else Move(after=after, effects=move.effects, route=move.route)
    return Replayed(fact=each.fact, before=before, after=after, move=shown, judged=judged)


def _as_gone(then: DrillSpec, now: DrillSpec, counted: State, gone: State) -> State:
    """Return a state with what is counted, where the conversation really stood."""
    try:
        scene = now.named(then.scene(gone.scene).name)
    except LookupError:
        raise Changed(gone.scene) from None
    return replace(gone, scene=scene.title, tallies=counted.tallies)


def _name(then: DrillSpec, now: DrillSpec, title: str) -> str:
    try:
        return now.named(then.scene(title).name).name
    except LookupError:
        raise Changed(title) from None
