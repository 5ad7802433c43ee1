"""What a search over all paths of a drill says: reach, best, typical and worst path, and whether anger pays. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from random import Random

from lms.content.wordlists.banned import Hit
from lms.drills.rules.judge import Judged, LineFound
from lms.drills.rules.paths.nodes import States, Stop, Temper, states_of
from lms.drills.rules.paths.search import Label, Search
from lms.drills.rules.paths.ways import Done, Scenes, Way
from lms.drills.rules.play import MAX_STEPS, State, begin, choose, reply, run_out
from lms.drills.rules.score import Result, score
from lms.drills.spec import Compared, DrillSpec, Effects

WALKS = 301
"""Learners who are imagined for the typical path: an odd number, so that one of them stands in the middle."""
_HIT = Hit(start=0, end=0, phrase="", instead="", basis="", ground="")


class Verdict(StrEnum):
    """HOLDS and BROKEN are proven. OPEN: the search was cut short. NONE: the question does not arise."""

    HOLDS = "holds"
    BROKEN = "broken"
    OPEN = "open"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """One decision. scene, target: titles; target "" where it breaks off. text: of a choice. mood: after it.

    held, listed: of a free reply, the lines of the rubric that it says, and whether it says what the lists forbid.
    """

    scene: str
    target: str
    done: Done
    effects: Effects
    mood: int | None
    text: str = ""
    held: tuple[int, ...] = ()
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A way from the start to an end, played by rules/play.py and scored by rules/score.py."""

    steps: tuple[PathStep, ...]
    state: State
    result: Result

    @property
    def scenes(self) -> tuple[str, ...]:
        """Titles of the scenes in their order, the ending included."""
        return (*(each.scene for each in self.steps), self.state.scene)

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """From which scene to which it goes."""
        return tuple((each.scene, each.target) for each in self.steps if each.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """calm: the best path on which the customer's mood never falls below its start (where there is none: never to
    anger); angry: the best one on which he was angry, looked for only above the calm one. calm_wins: no angry path
    beats the best calm one. can_pass: some path passes. unreached: titles of scenes to which links lead and no state
    comes. complete: every state was looked at. best_proven: no path scores more than `best`.
    """

    best: Path | None
    typical: Path | None
    worst: Path | None
    calm: Path | None
    angry: Path | None
    calm_wins: Verdict
    can_pass: Verdict
    passing: Path | None
    unreached: tuple[str, ...]
    complete: bool
    best_proven: bool
    states: int


def is_whole(drill: DrillSpec) -> bool:
    """Whether every link of a drill leads to one of its scenes, whose titles are unique: else nothing can be played."""
    titles = [each.title for each in drill.scenes]
    known = set(titles)
    return bool(titles) and len(known) == len(titles) and all(set(each.targets) <= known for each in drill.scenes)


@lru_cache(maxsize=64)
def search_paths(drill: DrillSpec) -> Report | None:
    """Return what all paths of a drill come to; None for one with a broken link or without a scene."""
    if not is_whole(drill):
        return None
    scenes = Scenes(drill)
    states = states_of(scenes)
    search = Search(scenes, states)
    best = search.best()
    best_path = _played(drill, best.label)
    calm_wins, calm, angry = _anger(drill, search, states)
    can_pass, passing = _passing(drill, search, best_path)
    reached, linked = states.reached(), _linked(drill)
    return Report(
        best=best_path,
        typical=_typical(drill, search, states),
        worst=_played(drill, search.quick(by=search.value, sign=-1)),
        calm=calm,
        angry=angry,
        calm_wins=calm_wins,
        can_pass=can_pass,
        passing=passing,
        unreached=tuple(each.title for at, each in enumerate(drill.scenes) if at in linked and at not in reached),
        complete=states.complete,
        best_proven=best.proven,
        states=len(states.nodes),
    )


def _anger(drill: DrillSpec, search: Search, states: States) -> tuple[Verdict, Path | None, Path | None]:
    """Return whether the best calm path is beaten by no angry one, and both."""
    if drill.mood is None:
        return Verdict.NONE, None, None
    nodes = states.nodes
    calm = search.best(through=lambda each: nodes[each].temper is Temper.CALM)
    if calm.label is None:
        calm = search.best(through=lambda each: nodes[each].temper is not Temper.ANGRY)
    if calm.label is None:
        return Verdict.NONE if calm.proven else Verdict.OPEN, None, None
    ends = states.leading_to([node.stop is not Stop.NO and node.temper is Temper.ANGRY for node in nodes])
    angry = search.best(
        through=lambda each: ends[each],
        is_goal=lambda label: nodes[label.node].temper is Temper.ANGRY,
        over=calm.value,
    )
    calm_path, angry_path = _played(drill, calm.label), _played(drill, angry.label)
    if angry_path and calm_path and angry_path.result.total > calm_path.result.total:
        return Verdict.BROKEN if calm.proven else Verdict.OPEN, calm_path, angry_path
    # A calm path that was not proven to be the best one is still beaten by no angry one.
    return Verdict.HOLDS if angry.proven else Verdict.OPEN, calm_path, None


def _passing(drill: DrillSpec, search: Search, best: Path | None) -> tuple[Verdict, Path | None]:
    """Return whether some path passes, and one that does."""
    if best is not None and best.result.passed:
        return Verdict.HOLDS, best

    def passes(label: Label) -> bool:
        path = _played(drill, label)
        return path is not None and path.result.passed

    found = search.best(worth=search.could_pass, is_goal=passes)
    if found.label is not None:
        return Verdict.HOLDS, _played(drill, found.label)
    rises = all(each.compared in (Compared.AT_LEAST, Compared.OVER) for clauses in drill.passes for each in clauses)
    return Verdict.BROKEN if found.proven and rises else Verdict.OPEN, None


def _typical(drill: DrillSpec, search: Search, states: States) -> Path | None:
    """Return the path in the middle, by score, of learners who take each way of a scene equally often."""
    chance = Random(0)  # noqa: S311 - the same learners each time
    ends: list[Label] = []
    for _ in range(WALKS):
        label = search.start()
        while states.nodes[label.node].edges and label.steps < MAX_STEPS:
            label = search.moved(label, chance.choice(states.nodes[label.node].edges))
        if states.nodes[label.node].stop is not Stop.NO:
            ends.append(label)
    ends.sort(key=lambda each: (search.value(each), each.steps))
    return _played(drill, ends[len(ends) // 2]) if ends else None


def _played(drill: DrillSpec, label: Label | None) -> Path | None:
    """Return a path that was found as the rules of play and score see it."""
    if label is None:
        return None
    state, steps = begin(drill), []
    for edge in label.edges():
        step, state = _step(drill, state, edge.way)
        steps.append(step)
    return Path(steps=tuple(steps), state=state, result=score(drill, state))


def _step(drill: DrillSpec, state: State, way: Way) -> tuple[PathStep, State]:
    match way.done:
        case Done.CHOICE if way.choice is not None:
            move = choose(drill, state, way.choice.id)
        case Done.TEXT:
            number = len(drill.scene(state.scene).rubric)
            lines = tuple(LineFound(held=each in way.held) for each in range(number))
            move = reply(drill, state, Judged(lines=lines, hits=(_HIT,) if way.listed else ()))
        case _:
            move = run_out(drill, state)
    step = PathStep(
        scene=state.scene,
        target=move.after.scene if way.target is not None else "",
        done=way.done,
        effects=move.effects,
        mood=move.after.mood,
        text=way.choice.text if way.choice else "",
        held=tuple(sorted(way.held)),
        listed=way.listed,
    )
    return step, move.after


def _linked(drill: DrillSpec) -> frozenset[int]:
    """Return the numbers of the scenes to which links lead from the start, whatever they ask for."""
    number = {each.title: at for at, each in enumerate(drill.scenes)}
    found, waiting = {0}, [0]
    while waiting:
        scene = drill.scenes[waiting.pop()]
        for target in () if scene.ending else scene.targets:
            if number[target] not in found:
                found.add(number[target])
                waiting.append(number[target])
    return frozenset(found)
