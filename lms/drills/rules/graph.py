"""Where the scenes of a drill stand on its map, and how the links between them run. Pure; in units of the picture.

From the top down: a scene stands one layer below the lowest of those that lead to it. A link over several layers keeps
a place of its own in each of them, so it runs between the scenes. Links that lead back run apart, at the right side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lms.drills.rules.circles import back_links, follows
from lms.drills.spec import DrillSpec, Ending

NODE_WIDTH, NODE_HEIGHT = 148, 40
GAP, LINK_WIDTH, LAYER_GAP, MARGIN = 18, 14, 56, 14
LANE = 12
"""Between two links that lead back."""
SWEEPS = 12
TITLE_WIDTH = 104
"""Room of a title, a Chinese character of 13 each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """A scene. kind: start | choice | free | pass | fail. label: its title, cut to its room. x, y: of its left top."""

    scene: int
    title: str
    label: str
    kind: str
    x: float
    y: float
    layer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphLink:
    """A link. path: of an SVG. label_x, label_y: the middle of its number. back: it leads to an earlier scene."""

    source: int
    target: int
    path: str
    label_x: float
    label_y: float
    back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    nodes: tuple[GraphNode, ...]
    links: tuple[GraphLink, ...]
    width: float
    height: float


def graph_of(drill: DrillSpec) -> Graph:
    """Return the map of a drill; links that lead nowhere are left out."""
    return _Layout(drill).graph()


def label_of(title: str, room: float = TITLE_WIDTH, size: float = 13) -> str:
    """Return a title cut to its room, a Latin character counted as 0.58 of a Chinese one."""

    def width(each: str) -> float:
        return size * (0.58 if each.isascii() else 1)

    if sum(map(width, title)) <= room:
        return title
    kept, used = "", size
    for each in title:
        used += width(each)
        if used > room:
            break
        kept += each
    return kept.rstrip() + "…"


class _Layout:
    """places: numbers below the number of scenes are scenes, the others are where a long link passes a layer."""

    def __init__(self, drill: DrillSpec) -> None:
        self.drill = drill
        self.follow = follows(drill)
        self.back = back_links(self.follow)
        self.count = len(drill.scenes)
        self.layer = self._layers()
        self.chains: dict[tuple[int, int], list[int]] = {}
        self.rows: list[list[int]] = [[] for _ in range(max(self.layer, default=0) + 1)]
        self.above: dict[int, list[int]] = {}
        self.below: dict[int, list[int]] = {}
        self._place()
        self._order()
        self.x = self._across()

    def _layers(self) -> list[int]:
        """Return the layer of each scene; one to which nothing leads stands in the first, with the start."""
        layer = [0] * self.count
        waits = [0] * self.count
        for scene, targets in enumerate(self.follow):
            for each in targets:
                waits[each] += (scene, each) not in self.back
        ready = [scene for scene in range(self.count) if not waits[scene]]
        for scene in ready:
            for each in self.follow[scene]:
                if (scene, each) in self.back:
                    continue
                layer[each] = max(layer[each], layer[scene] + 1)
                waits[each] -= 1
                if not waits[each]:
                    ready.append(each)
        return layer

    def _place(self) -> None:
        for scene in range(self.count):
            self.rows[self.layer[scene]].append(scene)
        number = self.count
        for scene, targets in enumerate(self.follow):
            for target in targets:
                if (scene, target) in self.back:
                    continue
                chain = [scene]
                for layer in range(self.layer[scene] + 1, self.layer[target]):
                    self.rows[layer].append(number)
                    chain.append(number)
                    number += 1
                chain.append(target)
                self.chains[scene, target] = chain
                for one, other in pairwise(chain):
                    self.below.setdefault(one, []).append(other)
                    self.above.setdefault(other, []).append(one)

    def _order(self) -> None:
        """Bring each layer into the order of the middles of its neighbours, downward and upward by turns."""
        best, least = [list(row) for row in self.rows], self._crossings()
        for sweep in range(SWEEPS):
            down = sweep % 2 == 0
            near = self.above if down else self.below
            rows = range(1, len(self.rows)) if down else range(len(self.rows) - 2, -1, -1)
            for row in rows:
                beside = {each: at for at, each in enumerate(self.rows[row - 1 if down else row + 1])}
                stands = {each: at for at, each in enumerate(self.rows[row])}
                middle = {
                    each: sum(beside[other] for other in near[each]) / len(near[each])
                    if near.get(each)
                    else float(stands[each])
                    for each in self.rows[row]
                }
                self.rows[row].sort(key=lambda each: (middle[each], stands[each]))
            crossings = self._crossings()
            if crossings < least:
                best, least = [list(row) for row in self.rows], crossings
        self.rows = best

    def _crossings(self) -> int:
        found = 0
        for row, following in pairwise(self.rows):
            at = {each: place for place, each in enumerate(following)}
            ends = [at[each] for one in row for each in sorted(self.below.get(one, ()), key=at.__getitem__)]
            found += sum(one > other for place, one in enumerate(ends) for other in ends[place + 1 :])
        return found

    def _across(self) -> dict[int, float]:
        """Return the middle of each place: near its neighbours, nothing over another one."""
        x: dict[int, float] = {}
        for row in self.rows:
            at = 0.0
            for each in row:
                x[each] = at + self._wide(each) / 2
                at += self._wide(each) + GAP
        for sweep in range(SWEEPS):
            near = self.above if sweep % 2 == 0 else self.below
            for row in self.rows if sweep % 2 == 0 else reversed(self.rows):
                wanted = [
                    sum(x[other] for other in near[each]) / len(near[each]) if near.get(each) else x[each]
                    for each in row
                ]
                for each, place in zip(row, self._spread(row, wanted), strict=True):
                    x[each] = place
        least = min((x[each] - self._wide(each) / 2 for each in x), default=0.0)
        return {each: place - least + MARGIN for each, place in x.items()}

    def _spread(self, row: Sequence[int], wanted: Sequence[float]) -> list[float]:
        """Return places as near to the wanted ones as the width of each allows, in the order of the row."""
        groups: list[tuple[float, int, float]] = []  # sum of wanted minus offset, members, width so far
        offsets: list[float] = []
        members: list[list[int]] = []
        before = 0.0
        for at, each in enumerate(row):
            offset = 0.0 if not at else before + (self._wide(row[at - 1]) + self._wide(each)) / 2 + GAP
            before = offset
            offsets.append(offset)
            groups.append((wanted[at] - offset, 1, 0.0))
            members.append([at])
            while len(groups) > 1 and groups[-2][0] / groups[-2][1] > groups[-1][0] / groups[-1][1]:
                last, one = groups.pop(), members.pop()
                groups[-1] = (groups[-1][0] + last[0], groups[-1][1] + last[1], 0.0)
                members[-1] += one
        found = [0.0] * len(row)
        for group, inside in zip(groups, members, strict=True):
            for at in inside:
                found[at] = group[0] / group[1] + offsets[at]
        return found

    def _wide(self, place: int) -> float:
        return NODE_WIDTH if place < self.count else LINK_WIDTH

    def _top(self, layer: int) -> float:
        return MARGIN + layer * (NODE_HEIGHT + LAYER_GAP)

    def graph(self) -> Graph:
        right = max((self.x[each] + self._wide(each) / 2 for each in self.x), default=0.0)
        links = [self._link(scene, target, chain) for (scene, target), chain in self.chains.items()]
        backs = sorted(self.back, key=lambda each: (self.layer[each[0]] - self.layer[each[1]], each))
        links += [
            self._back(scene, target, right + GAP + LANE * number, number)
            for number, (scene, target) in enumerate(backs)
        ]
        width = right + MARGIN + (GAP + LANE * len(backs) if backs else 0)
        return Graph(
            nodes=tuple(self._node(scene) for scene in range(self.count)),
            links=tuple(links),
            width=round(width, 1),
            height=self._top(len(self.rows)) - LAYER_GAP + MARGIN + (LAYER_GAP / 2 if backs else 0),
        )

    def _node(self, scene: int) -> GraphNode:
        one = self.drill.scenes[scene]
        kind = "start" if scene == 0 else "free" if one.free else "choice"
        if one.ending is not None:
            kind = "pass" if one.ending is Ending.PASS else "fail"
        return GraphNode(
            scene=scene,
            title=one.title,
            label=label_of(one.title),
            kind=kind,
            x=round(self.x[scene] - NODE_WIDTH / 2, 1),
            y=self._top(self.layer[scene]),
            layer=self.layer[scene],
        )

    def _link(self, scene: int, target: int, chain: Sequence[int]) -> GraphLink:
        outward, inward = self._ports(self.below, scene, chain[1]), self._ports(self.above, target, chain[-2])
        y = self._top(self.layer[scene]) + NODE_HEIGHT
        at = self.x[scene] + outward
        path = f"M{at:.1f} {y:.1f}"
        middle = (0.0, 0.0)
        for number, each in enumerate(chain[1:]):
            last = number == len(chain) - 2
            to = self.x[each] + (inward if last else 0)
            top = self._top(self.layer[scene] + number + 1)
            half = (y + top) / 2
            path += f"C{at:.1f} {half:.1f} {to:.1f} {half:.1f} {to:.1f} {top:.1f}"
            if number == 0:
                share = 0.42 + 0.16 * (sorted(self.below[scene], key=self.x.__getitem__).index(chain[1]) % 2)
                middle = _on_curve(at, to, y, top, share)
            if not last:
                path += f"L{to:.1f} {top + NODE_HEIGHT:.1f}"
            at, y = to, top + NODE_HEIGHT
        return GraphLink(
            source=scene,
            target=target,
            path=path,
            label_x=round(middle[0], 1),
            label_y=round(middle[1], 1),
            back=False,
        )

    def _ports(self, near: dict[int, list[int]], scene: int, other: int) -> float:
        """Return where at a scene's edge a link begins or ends, counted from its middle."""
        others = sorted(near[scene], key=self.x.__getitem__)
        return (others.index(other) - (len(others) - 1) / 2) * min(20.0, NODE_WIDTH * 0.7 / len(others))

    def _back(self, scene: int, target: int, lane: float, number: int) -> GraphLink:
        out = self.x[scene] + NODE_WIDTH / 2 - 10
        into = self.x[target] + NODE_WIDTH / 2 - 10
        shift = 3 * (number % 4)
        low = self._top(self.layer[scene]) + NODE_HEIGHT
        high = self._top(self.layer[target])
        down, up = low + 12 + shift, max(high - 12 - shift, 2.0)
        path = f"M{out:.1f} {low:.1f}V{down:.1f}H{lane:.1f}V{up:.1f}H{into:.1f}V{high:.1f}"
        return GraphLink(
            source=scene,
            target=target,
            path=path,
            label_x=round(lane, 1),
            label_y=round((down + up) / 2 + 16 * (number % 3 - 1), 1),
            back=True,
        )


def _on_curve(x: float, to_x: float, y: float, to_y: float, share: float) -> tuple[float, float]:
    """Return the point at a share of a link that leaves and arrives upright."""
    rest = 1 - share
    half = (y + to_y) / 2
    bends = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    across = bends[0] * x + bends[1] * x + bends[2] * to_x + bends[3] * to_x
    return across, bends[0] * y + (bends[1] + bends[2]) * half + bends[3] * to_y
