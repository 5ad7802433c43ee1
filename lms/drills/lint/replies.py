"""The replies of a drill: what can never be chosen, what gives itself away, what is written twice."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from lms.content.grammar.findings import Finding
from lms.content.grammar.keywords import nearest
from lms.core.folding import folded
from lms.core.texts import text
from lms.drills.lint.found import error, warning
from lms.drills.lint.ways import reached_from
from lms.drills.spec import LEAST_MOOD, MOST_MOOD, Choice, DrillSpec, Requirement, Route, Scene

LONGER = 1.2  # times the next longest reply from which length stands out
ENOUGH = 2
"""Replies of a scene from which there is something to choose."""


def lint_replies(drill: DrillSpec) -> Iterator[Finding]:
    """Yield what is wrong with the replies of each scene and with the flags between them."""
    for scene in drill.scenes:
        yield from _twice(scene)
        yield from _gives_away(scene)
        yield from _none_offered(scene)
        if len(scene.choices) == 1:
            problem = text("“%(scene)s”只有一个选项，没有可选的；请再写一个像样的错误回复。", scene=scene.title)
            yield warning("D368", scene.choices[0].span.first, problem)
    yield from _flags(drill)
    yield from _never(drill)


def _twice(scene: Scene) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for choice in scene.choices:
        line = seen.setdefault(folded(choice.text), choice.span.first)
        if line != choice.span.first:
            problem = text("和第 %(line)s 行的回复一样，请改写或删去一个。", line=line)
            yield error("D364", choice.span.first, problem)


def _gives_away(scene: Scene) -> Iterator[Finding]:
    """Yield a reply that is the best in every dimension and by its length as well."""
    if len(scene.choices) < ENOUGH:
        return
    for choice in scene.choices:
        others = [each for each in scene.choices if each is not choice]
        if all(len(each.text) * LONGER < len(choice.text) for each in others) and _is_best(choice, others):
            problem = text("这一条每个维度都最好，又最长，光看长短就能猜中；请写短一点，或把别的写得一样长。")
            yield warning("D367", choice.span.first, problem)


def _is_best(choice: Choice, others: Sequence[Choice]) -> bool:
    points = Counter({each.dimension: each.points for each in choice.effects.points})
    better = False
    for other in others:
        theirs = Counter({each.dimension: each.points for each in other.effects.points})
        if any(points[name] < theirs[name] for name in {*points, *theirs}):
            return False
        better = better or any(points[name] > theirs[name] for name in {*points, *theirs})
    return better


def _none_offered(scene: Scene) -> Iterator[Finding]:
    """Yield a scene of which every reply asks for something, so that none may be left."""
    if not scene.choices or not all(each.requires for each in scene.choices):
        return
    by_mood = [each.requires for each in scene.choices if all(need.compared for need in each.requires)]
    if all(any(_holds(needs, mood) for needs in by_mood) for mood in range(LEAST_MOOD, MOST_MOOD + 1)):
        return
    problem = text("“%(scene)s”的每个选项都有前提，可能一个也选不了，请留一个没有前提的。", scene=scene.title)
    yield warning("D363", scene.span.first, problem)


def _holds(needs: Sequence[Requirement], mood: int) -> bool:
    return all(need.compared is not None and need.compared.holds(mood, need.mood) for need in needs)


def _flags(drill: DrillSpec) -> Iterator[Finding]:
    """Yield flags that are asked for and never set, set and never asked for, or set only after they are asked for."""
    setters = _setters(drill)
    scenes = {scene.title: scene for scene in drill.scenes}
    asked: set[str] = set()
    for scene, choice, need in _needs(drill):
        if need.compared is not None:
            continue
        asked.add(need.flag)
        line = choice.span.first
        places = setters.get(need.flag)
        if places is None:
            guess = nearest(need.flag, list(setters))
            problem = (
                text("前提“%(flag)s”没有人记下，这个选项不会出现。", flag=need.flag)
                if guess is None
                else text("前提“%(flag)s”没有人记下，是否“%(guess)s”？", flag=need.flag, guess=guess)
            )
            yield warning("D359", line, problem)
        elif not any(scene in reached_from(target, scenes) for target, _ in places):
            problem = text("“%(flag)s”只在“%(scene)s”之后才记下，这个选项不会出现。", flag=need.flag, scene=scene)
            yield warning("D361", line, problem)
    for flag, places in setters.items():
        if flag not in asked:
            problem = text("记下的“%(flag)s”没有选项用到，请在要用的选项加 `前提:%(flag)s`，或删去。", flag=flag)
            yield warning("D360", places[0][1], problem)


def _setters(drill: DrillSpec) -> Mapping[str, list[tuple[str, int]]]:
    """Return for each flag where it leads when it is set, and on which line."""
    found: dict[str, list[tuple[str, int]]] = {}
    for scene in drill.scenes:
        ways: tuple[Choice | Route, ...] = (*scene.choices, *scene.routes)
        for way in ways:
            for flag in way.effects.sets:
                found.setdefault(flag, []).append((way.target, way.span.first))
        for criterion in scene.rubric:
            for flag in criterion.effects.sets:
                found.setdefault(flag, []).extend((target, criterion.span.first) for target in scene.targets)
    return found


def _needs(drill: DrillSpec) -> Iterator[tuple[str, Choice, Requirement]]:
    for scene in drill.scenes:
        for choice in scene.choices:
            for need in choice.requires:
                yield scene.title, choice, need


def _never(drill: DrillSpec) -> Iterator[Finding]:
    """Yield replies whose conditions on the mood rule each other out, or no mood meets."""
    for scene in drill.scenes:
        for choice in scene.choices:
            moods = [need for need in choice.requires if need.compared is not None]
            if moods and not any(_holds(moods, mood) for mood in range(LEAST_MOOD, MOST_MOOD + 1)):
                problem = text("没有一种情绪符合这些前提，这个选项不会出现，请改前提。")
                yield warning("D361", choice.span.first, problem)
