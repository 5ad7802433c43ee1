"""The best and the worst path among all, with a bound that proves it. Pure.

A path is carried as what its score needs: by dimension the points that it fell short of and the most that it met. Of
two that reach the same state in the same dimensions, the one that fell short of no more and met no less stays at least
as good whatever follows (its share 1 - short/most never falls below the other's), so the other one is dropped: each
state keeps its Pareto front. The most promising path goes on first, judged by what it could still reach; the first
one that is complete is the best.
"""

import heapq
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import count as count_up

from lms.drills.rules.circles import back_links, follows
from lms.drills.rules.paths.nodes import Edge, States, Stop
from lms.drills.rules.paths.ways import Scenes
from lms.drills.rules.play import MAX_STEPS
from lms.drills.rules.score import FAIL_CAP, FULL
from lms.drills.spec import Compared

MOST_WORK = 16_000
"""Steps and comparisons of a search; beyond them the best path found is not proven to be the best."""
MOST_FRONT = 32
"""Paths that one state keeps."""
MOST_ROUNDS = 2
"""Links back to an earlier scene that a path takes: nobody's skill is to ask the same ten times."""
WIDTH = 12
"""Paths that a quick search keeps at each step."""
EXACT = 1e-9


@dataclass(slots=True)
class Label:
    """A path up to a state. short, most: by dimension; met: bits. rounds: links back that it took.

    bound: the most that it can come to score.
    """

    node: int
    short: tuple[int, ...]
    most: tuple[int, ...]
    met: int
    steps: int
    rounds: int
    before: "Label | None"
    edge: Edge | None
    bound: float = 0.0

    def edges(self) -> list[Edge]:
        """Return the way from the start."""
        found: list[Edge] = []
        at: Label | None = self
        while at is not None and at.edge is not None:
            found.append(at.edge)
            at = at.before
        return found[::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """label: the best path of those asked for, None where there is none. proven: nothing better was left out."""

    label: Label | None
    value: float
    proven: bool


class Search:
    """Searches over the states of one drill."""

    def __init__(self, scenes: Scenes, states: States) -> None:
        drill = scenes.drill
        self.drill, self.states = drill, states
        self.places = range(len(drill.dimensions))
        self.weights = [each.weight for each in drill.dimensions]
        self.deducts = [each.deduct for each in drill.dimensions]
        self.back = back_links(follows(drill))
        self.future, self.meets = _ahead(states, self.back, len(drill.scenes), len(drill.dimensions))
        self.passing = states.leading_to([node.stop is Stop.PASS for node in states.nodes])

    def start(self) -> Label:
        nothing = tuple(0 for _ in self.places)
        return Label(node=0, short=nothing, most=nothing, met=0, steps=0, rounds=0, before=None, edge=None)

    def value(self, label: Label) -> float:
        """Return the total of a path as it stands, a failed ending capped."""
        shown = [(self.weights[each], self.share(label, each)) for each in self.places if self.is_shown(label, each)]
        good = self.states.nodes[label.node].stop is Stop.PASS
        weights = sum(weight for weight, _ in shown)
        total = sum(weight * share for weight, share in shown) / weights if weights else FULL * good
        return total if good else min(total, FAIL_CAP)

    def is_shown(self, label: Label, place: int) -> bool:
        return self.deducts[place] or bool(label.met >> place & 1)

    def share(self, label: Label, place: int) -> float:
        short, most = label.short[place], label.most[place]
        if self.deducts[place] or not most:
            return float(max(FULL - short, 0))
        return max(FULL * (1 - short / most), 0.0)

    def bound(self, label: Label) -> float:
        """Return a total that no path over this state with this past exceeds."""
        sum_of, weights = 0.0, 0
        for place in self.places:
            share = self.share_bound(label, place)
            if share is not None:
                sum_of += self.weights[place] * share
                weights += self.weights[place]
        total = sum_of / weights if weights else float(FULL)
        return total if self.passing[label.node] else min(total, float(FAIL_CAP))

    def share_bound(self, label: Label, place: int) -> float | None:
        """Return the most that a dimension can come to; None where it cannot be shown any more."""
        if not self.is_shown(label, place):
            scene = self.states.nodes[label.node].scene
            return float(FULL) if scene >= 0 and self.meets[scene] >> place & 1 else None
        short, most = label.short[place], label.most[place]
        scene = self.states.nodes[label.node].scene
        ahead = self.future[label.rounds][scene][place] if scene >= 0 else 0
        if self.deducts[place] or not most + ahead:
            return float(max(FULL - short, 0))
        share = max(FULL * (1 - short / (most + ahead)), 0.0)
        return share if most else max(share, float(FULL - short))

    def best(
        self,
        *,
        through: Callable[[int], bool] = lambda _: True,
        is_goal: Callable[[Label], bool] = lambda _: True,
        worth: Callable[[Label], bool] = lambda _: True,
        over: float = -1.0,
    ) -> Found:
        """Return the best complete path, of those that score more than `over`.

        through: the states that it may come to. is_goal: of a complete one, whether it is asked for. worth: whether a
        path can still become one.
        """
        nodes = self.states.nodes
        fronts: dict[int, list[Label]] = {}
        heap: list[tuple[float, int, int, Label]] = []
        order = count_up()
        found: Label | None = None
        value, proven, work = over, self.states.complete, 0
        first = self.start()
        first.bound = self.bound(first)
        heapq.heappush(heap, (-first.bound, 0, next(order), first))
        while heap:
            bound, _, _, label = heapq.heappop(heap)
            if -bound <= value + EXACT:
                break
            if label.met < 0:
                continue  # beaten while it waited
            node = nodes[label.node]
            if node.stop is not Stop.NO:
                if is_goal(label) and self.value(label) > value + EXACT:
                    found, value = label, self.value(label)
                continue
            if work > MOST_WORK:
                proven = False
                break
            for edge in node.edges:
                if not through(edge.target):
                    continue
                after = self.moved(label, edge)
                work += 2
                if after.rounds > MOST_ROUNDS:
                    continue
                after.bound = self.bound(after)
                if after.bound <= value + EXACT or not worth(after):
                    continue
                if after.steps >= MAX_STEPS:
                    proven = False
                    continue
                front = fronts.setdefault(after.node, [])
                work += len(front) // 8
                if not self.keep(front, after):
                    continue
                if len(front) > MOST_FRONT:
                    worst = min(front, key=lambda each: each.bound)
                    front.remove(worst)
                    worst.met = -1
                    proven = False
                    if worst is after:
                        continue
                heapq.heappush(heap, (-after.bound, -after.steps, next(order), after))
        if found is None and not proven:
            found = self.quick(through=through, is_goal=is_goal, worth=worth, by=self.bound)
            if found is not None and self.value(found) <= over + EXACT:
                found = None
        return Found(label=found, value=self.value(found) if found else over, proven=proven)

    def quick(
        self,
        *,
        through: Callable[[int], bool] = lambda _: True,
        is_goal: Callable[[Label], bool] = lambda _: True,
        worth: Callable[[Label], bool] = lambda _: True,
        by: Callable[[Label], float],
        sign: int = 1,
    ) -> Label | None:
        """Return a good complete path by a quick look: the WIDTH most promising after each step. Nothing is proven.

        sign: -1 for a bad one.
        """
        front, found = [self.start()], None
        for _ in range(MAX_STEPS):
            after: dict[tuple[int, tuple[int, ...], tuple[int, ...], int], Label] = {}
            for label in front:
                for edge in self.states.nodes[label.node].edges:
                    if through(edge.target):
                        each = self.moved(label, edge)
                        if each.rounds > MOST_ROUNDS:
                            continue
                        each.bound = self.bound(each)
                        if worth(each):
                            after.setdefault((each.node, each.short, each.most, each.met), each)
            front = []
            for each in after.values():
                if self.states.nodes[each.node].stop is Stop.NO:
                    front.append(each)
                elif is_goal(each) and (found is None or sign * self.value(each) > sign * self.value(found)):
                    found = each
            front.sort(key=lambda each: -sign * by(each))
            del front[WIDTH:]
            if not front:
                break
        return found

    def moved(self, label: Label, edge: Edge) -> Label:
        return Label(
            node=edge.target,
            short=tuple([one + two for one, two in zip(label.short, edge.deficits, strict=True)]),
            most=tuple([one + two for one, two in zip(label.most, edge.most, strict=True)]),
            met=label.met | edge.met,
            steps=label.steps + 1,
            rounds=label.rounds
            + ((self.states.nodes[label.node].scene, self.states.nodes[edge.target].scene) in self.back),
            before=label,
            edge=edge,
        )

    def keep(self, front: list[Label], label: Label) -> bool:
        """Add a path to the front of its state unless it is beaten; drop whom it beats."""
        beaten: list[Label] = []
        for other in front:
            if other.met != label.met or self.zeros(other) != self.zeros(label):
                continue
            if _is_as_good(other, label):
                return False
            if _is_as_good(label, other):
                beaten.append(other)
        for other in beaten:
            front.remove(other)
            other.met = -1
        front.append(label)
        return True

    def zeros(self, label: Label) -> list[bool]:
        """Return where nothing was to be had so far: such a dimension is scored by another rule."""
        return [not each for each in label.most]

    def could_pass(self, label: Label) -> bool:
        """Say whether the pass rule can still come to hold."""
        if not self.passing[label.node]:
            return False
        return any(
            all(self._could_hold(clause.dimension, clause.compared, clause.limit, label) for clause in each)
            for each in self.drill.passes
        )

    def _could_hold(self, dimension: str, compared: Compared, limit: int, label: Label) -> bool:
        if compared in (Compared.AT_MOST, Compared.UNDER):
            return True
        if not dimension:
            most: float | None = label.bound
        else:
            place = next((each for each in self.places if self.drill.dimensions[each].name == dimension), None)
            most = None if place is None else self.share_bound(label, place)
        if most is None:
            return True
        return most >= limit - EXACT if compared is Compared.AT_LEAST else most > limit - EXACT


def _is_as_good(one: Label, other: Label) -> bool:
    if one.rounds > other.rounds:
        return False
    for a, b in zip(one.short, other.short, strict=True):
        if a > b:
            return False
    return all(a >= b for a, b in zip(one.most, other.most, strict=True))


def _ahead(
    states: States, back: Collection[tuple[int, int]], scenes: int, dimensions: int
) -> tuple[list[list[tuple[int, ...]]], list[int]]:
    """Return the most that can still be had from each scene on, by the links back that were taken; and what is met."""
    own = [[0] * dimensions for _ in range(scenes)]
    meets = [0] * scenes
    follow: list[set[int]] = [set() for _ in range(scenes)]
    for node in states.nodes:
        if node.ways is None:
            continue
        own[node.scene] = [max(one, two) for one, two in zip(own[node.scene], node.ways.most, strict=True)]
        meets[node.scene] |= node.ways.met
        follow[node.scene].update(states.nodes[each].scene for each in node.targets)
    for targets in follow:
        targets.discard(-1)
    order = _last_first(follow, back)
    future: list[list[tuple[int, ...]]] = [[()] * scenes for _ in range(MOST_ROUNDS + 1)]
    for rounds in reversed(range(MOST_ROUNDS + 1)):
        for scene in order:
            ahead = [
                future[rounds + ((scene, each) in back)][each]
                for each in follow[scene]
                if rounds + ((scene, each) in back) <= MOST_ROUNDS
            ]
            future[rounds][scene] = tuple(
                own[scene][place] + max((each[place] for each in ahead), default=0) for place in range(dimensions)
            )
    changed = True
    while changed:
        changed = False
        for scene in order:
            together = meets[scene]
            for each in follow[scene]:
                together |= meets[each]
            if together != meets[scene]:
                meets[scene], changed = together, True
    return future, meets


def _last_first(follow: Sequence[Collection[int]], back: Collection[tuple[int, int]]) -> list[int]:
    """Return the scenes so that each stands behind all to which it leads onward."""
    waits = [sum((scene, each) not in back for each in targets) for scene, targets in enumerate(follow)]
    before: list[list[int]] = [[] for _ in follow]
    for scene, targets in enumerate(follow):
        for each in targets:
            if (scene, each) not in back:
                before[each].append(scene)
    order = [scene for scene, count in enumerate(waits) if not count]
    for scene in order:
        for each in before[scene]:
            waits[each] -= 1
            if not waits[each]:
                order.append(each)
    return order
