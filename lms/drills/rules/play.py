"""What happens in a drill: the state after each thing that is done in it. Pure.

A state is a value: two ways that come to the same state go on the same from there, so states can be merged. What was
scored on the way is kept as a tally of each dimension: earned, lost, and the most that the decisions met had to give.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from lms.drills.rules.judge import Judged
from lms.drills.spec import (
    LEAST_MOOD,
    MOST_MOOD,
    NO_EFFECTS,
    Bubble,
    Choice,
    DrillSpec,
    Effects,
    Ending,
    Requirement,
    Route,
    RouteKind,
    Scene,
)
from lms.questions.spec import CriterionKind

MAX_STEPS = 100
"""Decisions after which a run ends as failed: nobody is kept in a circle."""


class End(StrEnum):
    """How a conversation ended."""

    PASS = "pass"  # noqa: S105 - by a scene of 结局:通过
    FAIL = "fail"  # by a scene of 结局:失败
    TIME = "time"  # the whole clock ran out
    STEPS = "steps"  # MAX_STEPS


class NotOffered(ValueError):
    """What was sent is none of the replies that this scene has for this state."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Points of one dimension on a path. lost: of `earned`, what was taken away, 0 or below. most: at least 0.

    met: whether any decision of the path could have changed it.
    """

    earned: int = 0
    lost: int = 0
    most: int = 0
    met: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a conversation stands. scene: its title. mood: None where the drill has none.

    tallies: by the order of the drill's dimensions. steps: decisions so far.
    """

    scene: str
    mood: int | None
    flags: frozenset[str]
    tallies: tuple[Tally, ...]
    steps: int = 0
    end: End | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One decision: where it led and what it did, all together. route: None for a choice, or where none led."""

    after: State
    effects: Effects
    route: Route | None = None


def begin(drill: DrillSpec) -> State:
    """Return the state before the first reply."""
    state = State(
        scene=drill.first.title,
        mood=drill.mood,
        flags=frozenset(),
        tallies=tuple(Tally() for _ in drill.dimensions),
    )
    return _arrived(drill, state)


def begin_at(drill: DrillSpec, scene: str, *, mood: int | None = None, flags: Iterable[str] = ()) -> State:
    """Return the state at the beginning of a scene, as if its way there had scored nothing. Raises LookupError."""
    start = begin(drill)
    there = replace(start, scene=drill.scene(scene).title, flags=frozenset(flags), end=None)
    return _arrived(drill, there if mood is None else replace(there, mood=_clamped(mood)))


def bubbles(drill: DrillSpec, state: State) -> tuple[Bubble, ...]:
    """Return what stands in the chat when a scene begins, for the mood in which it begins."""
    return said_in(drill.scene(state.scene), state.mood)


def said_in(scene: Scene, mood: int | None) -> tuple[Bubble, ...]:
    """Return what is said when a scene begins in this mood."""
    return tuple(each for each in scene.bubbles if _is_said(each, mood))


def offered(drill: DrillSpec, state: State) -> tuple[Choice, ...]:
    """Return the replies that can be sent now, in the author's order."""
    if state.end is not None:
        return ()
    return tuple(
        each for each in drill.scene(state.scene).choices if all(_is_met(need, state) for need in each.requires)
    )


def choose(drill: DrillSpec, state: State, choice_id: str) -> Move:
    """Send a ready reply. Raises NotOffered."""
    scene = drill.scene(state.scene)
    choices = offered(drill, state)
    chosen = next((each for each in choices if each.id == choice_id), None)
    if chosen is None:
        raise NotOffered(choice_id)
    return Move(
        after=_moved(drill, state, chosen.effects, most_of(scene, choices), chosen.target), effects=chosen.effects
    )


def reply(drill: DrillSpec, state: State, judged: Judged, *, led_to: str = "") -> Move:
    """Send a free reply, as it was judged against the scene's rubric. Raises NotOffered where none is asked.

    led_to: name of the scene to which it led when it was sent. What it earns may be judged anew; its way stays.
    """
    scene = drill.scene(state.scene)
    if state.end is not None or not scene.free:
        raise NotOffered("text")
    said = judged.effects(scene)
    route = route_for(scene, said.sum, violated=judged.violated(scene))
    if led_to and (route is None or drill.scene(route.target).name != led_to):
        route = next((each for each in scene.routes if drill.scene(each.target).name == led_to), route)
    effects = together(said, route.effects if route else NO_EFFECTS)
    return Move(
        after=_moved(drill, state, effects, most_free(scene, judged), route.target if route else None),
        effects=effects,
        route=route,
    )


def run_out(drill: DrillSpec, state: State) -> Move:
    """Let the scene's clock run out. A scene without a way for it ends the conversation as failed."""
    scene = drill.scene(state.scene)
    if state.end is not None:
        raise NotOffered("timeout")
    route = scene.when_late
    effects = route.effects if route else NO_EFFECTS
    most = most_free(scene, None) if scene.free else most_of(scene, offered(drill, state))
    return Move(
        after=_moved(drill, state, effects, most, route.target if route else None), effects=effects, route=route
    )


def time_up(state: State) -> State:
    """Let the clock of the whole run run out."""
    return state if state.end is not None else replace(state, end=End.TIME)


def together(*several: Effects) -> Effects:
    """Return what several effects do at once: points added by dimension, flags each once."""
    points: dict[str, int] = {}
    for effects in several:
        for each in effects.points:
            points[each.dimension] = points.get(each.dimension, 0) + each.points
    return Effects.of(
        points,
        mood=sum(effects.mood for effects in several),
        sets=tuple(dict.fromkeys(flag for effects in several for flag in effects.sets)),
    )


def route_for(scene: Scene, points: int, *, violated: bool) -> Route | None:
    """Return the first way from the top that holds for a reply of so many points."""
    for route in scene.routes:
        match route.kind:
            case RouteKind.SCORE if points >= route.at_least:
                return route
            case RouteKind.VIOLATED if violated:
                return route
            case RouteKind.ELSE:
                return route
    return None


def _moved(drill: DrillSpec, state: State, effects: Effects, most: dict[str, int], target: str | None) -> State:
    change = {each.dimension: each.points for each in effects.points}
    tallies = tuple(
        _tallied(tally, change.get(dimension.name, 0), most.get(dimension.name))
        for dimension, tally in zip(drill.dimensions, state.tallies, strict=True)
    )
    after = replace(
        state,
        mood=None if state.mood is None else _clamped(state.mood + effects.mood),
        flags=state.flags | frozenset(effects.sets),
        tallies=tallies,
        steps=state.steps + 1,
    )
    if target is None:
        return replace(after, end=End.FAIL)
    return _arrived(drill, replace(after, scene=target))


def _tallied(tally: Tally, points: int, most: int | None) -> Tally:
    if most is None:
        return tally
    return Tally(
        earned=tally.earned + points, lost=tally.lost + min(points, 0), most=tally.most + max(most, 0), met=True
    )


def _arrived(drill: DrillSpec, state: State) -> State:
    match drill.scene(state.scene).ending:
        case Ending.PASS:
            return replace(state, end=End.PASS)
        case Ending.FAIL:
            return replace(state, end=End.FAIL)
    if state.steps >= MAX_STEPS:
        return replace(state, end=End.STEPS)
    return replace(state, end=End.FAIL) if _is_stuck(drill, state) else state


def _is_stuck(drill: DrillSpec, state: State) -> bool:
    """Whether nothing can ever happen here: no reply is offered and no clock runs."""
    scene = drill.scene(state.scene)
    return not scene.free and scene.seconds is None and not offered(drill, state)


def most_of(scene: Scene, choices: Iterable[Choice]) -> dict[str, int]:
    """Return for each dimension that a choice scene can change the most that one of its ways gives."""
    ways = [each.effects for each in choices] + [each.effects for each in scene.routes]
    return _best(ways)


def most_free(scene: Scene, judged: Judged | None) -> dict[str, int]:
    """Return for each dimension that a free reply can change the most that it gives: all that earns, on the best way.

    What only a person judges counts from when a person has.
    """
    most: dict[str, int] = {}
    for number, criterion in enumerate(scene.rubric):
        if criterion.kind is CriterionKind.JUDGED and not (judged and judged.lines[number].decided):
            continue
        for effect in criterion.effects.points:
            most[effect.dimension] = most.get(effect.dimension, 0) + max(effect.points, 0)
    for dimension, points in _best([each.effects for each in scene.routes]).items():
        most[dimension] = most.get(dimension, 0) + max(points, 0)
    return most


def _best(ways: Iterable[Effects]) -> dict[str, int]:
    """Return the best of several ways for each dimension that one of them changes; a way without it gives 0."""
    ways = list(ways)
    changed = {each.dimension for way in ways for each in way.points}
    return {
        name: max(sum(each.points for each in way.points if each.dimension == name) for way in ways) for name in changed
    }


def _is_met(need: Requirement, state: State) -> bool:
    if need.compared is None:
        return need.flag in state.flags
    return state.mood is not None and need.compared.holds(state.mood, need.mood)


def _is_said(bubble: Bubble, mood: int | None) -> bool:
    return bubble.below is None or (mood is not None and mood < bubble.below)


def _clamped(mood: int) -> int:
    return min(max(mood, LEAST_MOOD), MOST_MOOD)
