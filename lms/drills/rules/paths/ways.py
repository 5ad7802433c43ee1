"""What can be done in a scene, in numbers: for a search that meets each scene thousands of times. Pure.

A free reply has as many ways as its criteria have subsets. All of them are tried (criteria with the same effects count
together), and of those that lead to the same scene with the same mood and flags only the extreme ones are kept: none
of the others scores more than the best of them in any dimension, nor less than the worst, whatever follows, because
the most that the scene had to give is the same for each. So the best and the worst path are among what is kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from lms.drills.rules.play import most_free, most_of, route_for
from lms.drills.spec import Choice, DrillSpec, Effects, RouteKind, Scene
from lms.questions.spec import CriterionKind

MOST_SUBSETS = 4_096
"""Combinations of criteria that are tried in one scene; with more the search is not exhaustive."""


class Done(StrEnum):
    CHOICE = "choice"
    TEXT = "text"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One thing that can be done. target: number of the next scene, None where the conversation breaks off as failed.

    points: by dimension, all together. flags: bits of those that it sets. held: lines of the rubric that are said.
    listed: something of the shared lists is said.
    """

    done: Done
    target: int | None
    points: tuple[int, ...]
    mood: int
    flags: int
    choice: Choice | None = None
    held: frozenset[int] = frozenset()
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """All ways of a decision. met: bits of the dimensions that it can change. most: by dimension, what it has to give.

    deficits: of each way, by dimension, what it falls short of; of a dimension that only falls, what it takes away.
    """

    ways: tuple[Way, ...]
    met: int
    most: tuple[int, ...]
    deficits: tuple[tuple[int, ...], ...]
    complete: bool


class Scenes:
    """The ways of each scene of a drill, worked out once for each set of choices that is offered."""

    def __init__(self, drill: DrillSpec) -> None:
        self.drill = drill
        self.names = [each.name for each in drill.dimensions]
        self.deducts = [each.deduct for each in drill.dimensions]
        self.number = {scene.title: number for number, scene in enumerate(drill.scenes)}
        needs = [need for scene in drill.scenes for choice in scene.choices for need in choice.requires]
        asked = dict.fromkeys(need.flag for need in needs if need.compared is None)
        self.bit = {flag: 1 << place for place, flag in enumerate(asked)}
        self._always = [tuple(range(len(scene.choices))) for scene in drill.scenes]
        self._ask = [any(choice.requires for choice in scene.choices) for scene in drill.scenes]
        self._known: dict[tuple[int, tuple[int, ...]], Ways] = {}

    def bits(self, flags: Iterable[str]) -> int:
        """Return the bits of those flags that some reply asks for."""
        found = 0
        for flag in flags:
            found |= self.bit.get(flag, 0)
        return found

    def ways(self, number: int, mood: int | None, flags: int) -> Ways:
        """Return what can be done in a scene in this mood, with these flags."""
        scene = self.drill.scenes[number]
        offered: tuple[int, ...] = ()
        if not scene.free:
            offered = tuple(self._offered(scene, mood, flags)) if self._ask[number] else self._always[number]
        known = self._known.get((number, offered))
        if known is None:
            known = self._free(scene) if scene.free else self._chosen(scene, [scene.choices[each] for each in offered])
            self._known[number, offered] = known
        return known

    def _offered(self, scene: Scene, mood: int | None, flags: int) -> Iterator[int]:
        for number, choice in enumerate(scene.choices):
            if all(
                flags & self.bit[need.flag]
                if need.compared is None
                else mood is not None and need.compared.holds(mood, need.mood)
                for need in choice.requires
            ):
                yield number

    def _chosen(self, scene: Scene, choices: Sequence[Choice]) -> Ways:
        ways = [self._way(Done.CHOICE, each.effects, each.target, choice=each) for each in choices]
        if scene.seconds is not None:
            ways.append(self._late(scene))
        return self._together(ways, most_of(scene, choices))

    def _late(self, scene: Scene) -> Way:
        route = scene.when_late
        return self._way(Done.TIMEOUT, route.effects if route else Effects(), route.target if route else None)

    def _free(self, scene: Scene) -> Ways:
        groups = _groups(scene)
        listed = (False, True) if scene.route(RouteKind.VIOLATED) else (False,)
        size = len(listed)
        for members in groups.values():
            size *= len(members) + 1
        complete = size <= MOST_SUBSETS
        found = [self._said(scene, held, hit) for held in _subsets(groups, complete=complete) for hit in listed]
        kept = _extreme(found)
        if scene.seconds is not None:
            kept.append(self._late(scene))
        return self._together(kept, most_free(scene, None), complete=complete)

    def _said(self, scene: Scene, held: frozenset[int], listed: bool) -> Way:
        effects = [scene.rubric[each].effects for each in sorted(held)]
        violated = listed or any(scene.rubric[each].kind is CriterionKind.NEVER for each in held)
        route = route_for(scene, sum(each.sum for each in effects), violated=violated)
        if route:
            effects.append(route.effects)
        target = self.number[route.target] if route else None
        return Way(
            done=Done.TEXT,
            target=target,
            points=tuple(
                sum(each.points for one in effects for each in one.points if each.dimension == name)
                for name in self.names
            ),
            mood=sum(each.mood for each in effects),
            flags=self.bits(flag for each in effects for flag in each.sets),
            held=held,
            listed=listed,
        )

    def _way(self, done: Done, effects: Effects, target: str | None, *, choice: Choice | None = None) -> Way:
        given = {each.dimension: each.points for each in effects.points}
        return Way(
            done=done,
            target=None if target is None else self.number[target],
            points=tuple(given.get(name, 0) for name in self.names),
            mood=effects.mood,
            flags=self.bits(effects.sets),
            choice=choice,
        )

    def _together(self, ways: Sequence[Way], most: Mapping[str, int], *, complete: bool = True) -> Ways:
        gives = tuple(
            0 if deduct else max(most.get(name, 0), 0) for name, deduct in zip(self.names, self.deducts, strict=True)
        )
        return Ways(
            ways=tuple(ways),
            met=sum(1 << place for place, name in enumerate(self.names) if name in most),
            most=gives,
            deficits=tuple(
                tuple(
                    -min(points, 0) if deduct else give - points
                    for points, give, deduct in zip(way.points, gives, self.deducts, strict=True)
                )
                for way in ways
            ),
            complete=complete,
        )


def _groups(scene: Scene) -> dict[tuple[Effects, bool], list[int]]:
    """Return the lines of the rubric that words decide, together where they do the same."""
    found: dict[tuple[Effects, bool], list[int]] = {}
    for number, line in enumerate(scene.rubric):
        if line.kind is not CriterionKind.JUDGED:
            found.setdefault((line.effects, line.kind is CriterionKind.NEVER), []).append(number)
    return found


def _subsets(groups: Mapping[tuple[Effects, bool], Sequence[int]], *, complete: bool) -> Iterator[frozenset[int]]:
    """Yield which lines are said. Not complete: all or nothing of what earns, with nothing, one or all that costs."""
    if complete:
        for counts in product(*(range(len(members) + 1) for members in groups.values())):
            yield frozenset(
                each for count, members in zip(counts, groups.values(), strict=True) for each in members[:count]
            )
        return
    earning = [each for (_, never), members in groups.items() if not never for each in members]
    never = [each for (_, is_never), members in groups.items() if is_never for each in members]
    for count in range(len(earning) + 1):
        for suffered in (never[:0], never[:1], never):
            yield frozenset(earning[:count]) | frozenset(suffered)


def _extreme(ways: Sequence[Way]) -> list[Way]:
    """Return the ways that none of the same end beats in every dimension, and those that beat none."""
    same: dict[tuple[int | None, int, int], list[Way]] = {}
    for way in ways:
        same.setdefault((way.target, way.mood, way.flags), []).append(way)
    kept: list[Way] = []
    for group in same.values():
        best: dict[tuple[int, ...], Way] = {}
        for way in group:
            best.setdefault(way.points, way)
        for points, way in best.items():
            others = [each for each in best if each != points]
            beaten = any(all(one >= two for one, two in zip(each, points, strict=True)) for each in others)
            beats = any(all(one <= two for one, two in zip(each, points, strict=True)) for each in others)
            if not beaten or not beats:
                kept.append(way)
    return kept
