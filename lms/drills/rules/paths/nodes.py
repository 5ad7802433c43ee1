"""Every state that a drill can come to, merged: scene, exact mood, flags that still matter, how angry it was. Pure.

What was scored is no part of it. Two states that differ in nothing that follows are one: flags that no later choice
reads are forgotten, so is the mood once it decides nothing any more.
"""

from dataclasses import dataclass, field
from enum import IntEnum

from lms.drills.rules.paths.ways import Scenes, Way, Ways
from lms.drills.spec import LEAST_MOOD, MOST_MOOD, DrillSpec, Ending

MOST_NODES = 12_000
"""States that are looked at; beyond them nothing is proven any more."""
VERY_ANGRY = 20
"""A mood below it is angry, in a drill that does not start there."""
FALL = 30
"""A mood that is so much below its start is angry as well."""


class Temper(IntEnum):
    """How the customer was on the way. CALM: never below the start. ANGRY: once below 20, or 30 below the start."""

    CALM = 0
    UNEASY = 1
    ANGRY = 2


class Stop(IntEnum):
    """How a state ends the conversation."""

    NO = 0
    PASS = 1
    FAIL = 2


@dataclass(slots=True)
class Edge:
    """One way from a state. deficits, most: by dimension, what it falls short of and what could be had; met: bits."""

    target: int
    way: Way
    deficits: tuple[int, ...]
    most: tuple[int, ...]
    met: int


@dataclass(slots=True)
class Node:
    """scene: its number; -1 where the conversation breaks off. targets: the state after each of the ways."""

    scene: int
    temper: Temper
    stop: Stop
    ways: Ways | None = None
    targets: list[int] = field(default_factory=list)
    made: list[Edge] | None = None

    @property
    def edges(self) -> list[Edge]:
        """The ways with their states, put together once somebody walks here."""
        if self.made is None:
            every = self.ways
            self.made = (
                []
                if every is None
                else [
                    Edge(target=target, way=way, deficits=deficits, most=every.most, met=every.met)
                    for target, way, deficits in zip(self.targets, every.ways, every.deficits, strict=True)
                ]
            )
        return self.made


@dataclass(slots=True)
class States:
    """nodes: the first one is the start. complete: every state is there, with all its ways."""

    nodes: list[Node]
    complete: bool

    def reached(self) -> frozenset[int]:
        """Numbers of the scenes that some state comes to."""
        return frozenset(node.scene for node in self.nodes if node.scene >= 0)

    def leading_to(self, goal: list[bool]) -> list[bool]:
        """Return for each state whether one of the goals can follow."""
        before: list[list[int]] = [[] for _ in self.nodes]
        for number, node in enumerate(self.nodes):
            for target in node.targets:
                before[target].append(number)
        found = list(goal)
        waiting = [number for number, is_goal in enumerate(goal) if is_goal]
        while waiting:
            for each in before[waiting.pop()]:
                if not found[each]:
                    found[each] = True
                    waiting.append(each)
        return found


def angry_below(start: int) -> int:
    """Return the mood below which a customer who starts so is angry."""
    return max(min(VERY_ANGRY, start), start - FALL + 1)


def states_of(scenes: Scenes, *, most: int = MOST_NODES) -> States:
    """Return every state that can be come to from the start."""
    return _Walk(scenes, most).walk()


Key = tuple[int, int | None, int, Temper]


class _Walk:
    def __init__(self, scenes: Scenes, most: int) -> None:
        self.scenes = scenes
        self.drill: DrillSpec = scenes.drill
        self.limit = most
        self.start = self.drill.mood
        self.angry = angry_below(self.start) if self.start is not None else 0
        self.flags, self.moods = _alive(scenes)
        self.stops = [_stop_of(each.ending) for each in self.drill.scenes] + [Stop.FAIL]  # -1: it breaks off
        self.numbers: dict[Key, int] = {}
        self.keys: list[Key] = []
        self.nodes: list[Node] = []
        self.complete = True

    def walk(self) -> States:
        self.add(0, self.start, 0, Temper.CALM)
        at = 0
        while at < len(self.nodes):
            if len(self.nodes) > self.limit:
                self.complete = False
                break
            self.open(at)
            at += 1
        return States(nodes=self.nodes, complete=self.complete)

    def add(self, scene: int, mood: int | None, flags: int, temper: Temper) -> int:
        """Return the number of a state, made if it is new."""
        stop = self.stops[scene]
        if stop is not Stop.NO:
            key: Key = (scene, None, 0, temper)
        elif temper is Temper.ANGRY and not self.moods[scene]:
            key = (scene, None, flags & self.flags[scene], temper)
        else:
            key = (scene, mood, flags & self.flags[scene], temper)
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self.nodes)
            self.keys.append(key)
            self.nodes.append(Node(scene=scene, temper=temper, stop=stop))
        return number

    def open(self, number: int) -> None:
        node = self.nodes[number]
        if node.stop is not Stop.NO:
            return
        scene, mood, flags, temper = self.keys[number]
        ways = self.scenes.ways(scene, mood, flags)
        self.complete = self.complete and ways.complete
        if not ways.ways:  # nothing can be sent and no clock leads on
            node.stop = Stop.FAIL
        node.ways = ways
        for way in ways.ways:
            after = None if mood is None else min(max(mood + way.mood, LEAST_MOOD), MOST_MOOD)
            follows = -1 if way.target is None else way.target
            node.targets.append(self.add(follows, after, flags | way.flags, self.temper(temper, after)))

    def temper(self, before: Temper, mood: int | None) -> Temper:
        if mood is None or self.start is None:
            return before
        if before is Temper.ANGRY or mood < self.angry:
            return Temper.ANGRY
        return Temper.UNEASY if mood < self.start else before


def _stop_of(ending: Ending | None) -> Stop:
    return Stop.NO if ending is None else Stop.PASS if ending is Ending.PASS else Stop.FAIL


def _alive(scenes: Scenes) -> tuple[list[int], list[bool]]:
    """Return for each scene the flags that it or a later scene reads, and whether one of them reads the mood."""
    drill = scenes.drill
    needs = [[need for choice in scene.choices for need in choice.requires] for scene in drill.scenes]
    flags = [scenes.bits(need.flag for need in each if need.compared is None) for each in needs]
    moods = [any(need.compared is not None for need in each) for each in needs]
    follow = [[scenes.number[title] for title in scene.targets] for scene in drill.scenes]
    changed = True
    while changed:
        changed = False
        for scene in reversed(range(len(follow))):
            together = flags[scene]
            for each in follow[scene]:
                together |= flags[each]
            mood = moods[scene] or any(moods[each] for each in follow[scene])
            if together != flags[scene] or mood != moods[scene]:
                flags[scene], moods[scene], changed = together, mood, True
    return flags, moods
