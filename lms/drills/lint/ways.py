"""Where the scenes of a drill lead: dead ends, circles, scenes that nobody reaches, clocks that lead nowhere.

Every reply and way is taken as possible; what moods and flags rule out is for the search over all paths.
"""

from collections.abc import Iterable, Iterator, Mapping

from lms.content.grammar.findings import Finding
from lms.core.texts import text
from lms.drills.lint.found import error, warning
from lms.drills.spec import DrillSpec, Ending, RouteKind, Scene


def lint_ways(drill: DrillSpec) -> Iterator[Finding]:
    """Yield what is wrong with the ways from scene to scene."""
    scenes = {scene.title: scene for scene in drill.scenes}
    if not scenes:
        return
    reached = reached_from(drill.first.title, scenes)
    for scene in drill.scenes:
        yield from _of_scene(scene)
        if scene.title not in reached:
            problem = text("没有一条路走到“%(scene)s”，请从别的场景链接过来，或删去它。", scene=scene.title)
            yield warning("D350", scene.span.first, problem)
    if drill.first.ending is not None:
        problem = text("第一个场景就是结局，演练一开始就结束了，请在前面写开场。")
        yield error("D356", drill.first.span.first, problem)
    elif not any(scenes[title].ending is Ending.PASS for title in reached):
        problem = text("从开场走不到“结局:通过”的场景，谁也通过不了，请加一个或链接过去。")
        yield error("D356", drill.first.span.first, problem)
    yield from _circles(drill, scenes, reached)


def reached_from(title: str, scenes: Mapping[str, Scene]) -> frozenset[str]:
    """Return a scene and every one that may come after it, by their titles."""
    found: set[str] = set()
    waiting = [title]
    while waiting:
        name = waiting.pop()
        if name in found or name not in scenes:
            continue
        found.add(name)
        waiting.extend(scenes[name].targets)
    return frozenset(found)


def _of_scene(scene: Scene) -> Iterator[Finding]:
    if scene.ending is not None:
        return
    line = scene.span.first
    if not scene.choices and not scene.free:
        if scene.route(RouteKind.TIMEOUT) is None or scene.seconds is None:
            problem = text(
                "“%(scene)s”没有出路：请写选项、加 `自由回复`，或者标上 `结局:通过`、`结局:失败`。", scene=scene.title
            )
            yield error("D351", line, problem)
    elif scene.free and scene.route(RouteKind.ELSE) is None:
        problem = text(
            "“%(scene)s”是自由回复，还缺“- 其他 => [场景](#场景)”：别的去向都不符合时走哪里。", scene=scene.title
        )
        yield error("D355", line, problem)
    late = scene.route(RouteKind.TIMEOUT)
    if scene.seconds is not None and scene.when_late is None and not scene.free:
        problem = text("“%(scene)s”有限时，还缺“- 超时 => [场景](#场景)”：时间到了走哪里。", scene=scene.title)
        yield error("D353", line, problem)
    if scene.seconds is None and late is not None:
        problem = text("“%(scene)s”没有限时，超时不会发生：请在标题下加 `限时60秒`，或删去这一行。", scene=scene.title)
        yield warning("D354", late.span.first, problem)


def _circles(drill: DrillSpec, scenes: Mapping[str, Scene], reached: Iterable[str]) -> Iterator[Finding]:
    """Yield each circle from which no ending can be reached, at its first scene."""
    stuck: set[str] = set()
    after = {title: reached_from(title, scenes) for title in reached}
    for scene in drill.scenes:
        ways = after.get(scene.title)
        if ways is None or scene.title in stuck or any(_stops(scenes[title]) for title in ways):
            continue
        stuck |= ways
        names = "、".join(each.title for each in drill.scenes if each.title in ways)
        problem = text("走进“%(scenes)s”就出不来，请给其中一个场景加一条走到结局的路。", scenes=names)
        yield error("D352", scene.span.first, problem)


def _stops(scene: Scene) -> bool:
    """Say whether a way ends in a scene: as an ending, or as a dead end that is told by itself."""
    return scene.ending is not None or not scene.targets
