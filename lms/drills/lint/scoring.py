"""What a drill scores: dimensions without points, rubrics without criteria, limits that no reply can reach."""

from collections.abc import Iterator

from lms.content.grammar.findings import Finding
from lms.core.texts import text
from lms.drills.lint.found import error, warning
from lms.drills.spec import DrillSpec, Effects, RouteKind, Scene
from lms.questions.spec import CriterionKind


def lint_scoring(drill: DrillSpec) -> Iterator[Finding]:
    """Yield what is wrong with dimensions, rubrics and the points of free replies."""
    yield from _dimensions(drill)
    for scene in drill.scenes:
        if scene.free:
            yield from _rubric(scene)
            yield from _limits(scene)


def effects_of(scene: Scene) -> Iterator[Effects]:
    """Yield the effects of everything that can happen in a scene."""
    for choice in scene.choices:
        yield choice.effects
    for criterion in scene.rubric:
        yield criterion.effects
    for route in scene.routes:
        yield route.effects


def _dimensions(drill: DrillSpec) -> Iterator[Finding]:
    if not drill.dimensions:
        problem = text("还没有评分的维度，只按结局算通过；请在属性里写“评分: {共情: 40, 合规: 60}”。")
        yield warning("D358", 1, problem)
    scored = {each.dimension for scene in drill.scenes for effects in effects_of(scene) for each in effects.points}
    for dimension in drill.dimensions:
        if dimension.name not in scored:
            problem = text("维度“%(name)s”没有一处加分或减分，请给选项加上，或从评分里删去。", name=dimension.name)
            yield warning("D357", 1, problem)


def _rubric(scene: Scene) -> Iterator[Finding]:
    if not scene.rubric:
        problem = text("“%(scene)s”没有评分要点，写什么都一样；请写“- 必说 `共情+5`：词 | 词”。", scene=scene.title)
        yield warning("D365", scene.span.first, problem)
    for criterion in scene.rubric:
        effects = criterion.effects
        if criterion.kind is CriterionKind.NEVER or effects.sets or effects.mood:
            continue
        if not effects.sum:
            problem = text("这个要点没有分，说不说都一样；请写上，例如“必说 `共情+5`：…”。")
            yield warning("D366", criterion.span.first, problem)


def _limits(scene: Scene) -> Iterator[Finding]:
    most = sum(each.effects.sum for each in scene.rubric if each.kind in (CriterionKind.MUST, CriterionKind.SHOULD))
    least = sum(each.effects.sum for each in scene.rubric if each.kind is CriterionKind.NEVER)
    for place, route in enumerate(scene.routes):
        if route.kind is not RouteKind.SCORE:
            continue
        line = route.span.first
        if route.at_least > most:
            problem = text(
                "要点全说到也只有 %(most)s 分，到不了 %(limit)s 分，请改低或给要点加分。",
                most=most,
                limit=route.at_least,
            )
            yield error("D362", line, problem)
        elif route.at_least <= least and any(each.kind is not RouteKind.TIMEOUT for each in scene.routes[place + 1 :]):
            problem = text(
                "最低也有 %(least)s 分，“得分≥%(limit)s”总是成立，下面的去向走不到。", least=least, limit=route.at_least
            )
            yield warning("D369", line, problem)
