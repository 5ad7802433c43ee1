"""A scene with all that it is worth, for those who write it. Pure; never sent to a learner."""

from collections.abc import Iterator

from markupsafe import escape

from lms.content.keyed import Keyed
from lms.core.texts import Text, text
from lms.drills.spec import Bubble, Choice, Effects, Requirement, Route, RouteKind, Scene
from lms.questions.spec import CriterionKind

SHAPE = "scene"
_CRITERIA = {
    CriterionKind.MUST: text("必说"),
    CriterionKind.SHOULD: text("应说"),
    CriterionKind.NEVER: text("禁说"),
    CriterionKind.JUDGED: text("评分"),
}
_ROUTES = {RouteKind.TIMEOUT: text("超时"), RouteKind.VIOLATED: text("命中禁用语"), RouteKind.ELSE: text("其他")}


def keyed(scene: Scene) -> Keyed:
    """Return what is said in the scene, every reply and way with its effects, and the notes."""
    return Keyed(
        shape=SHAPE,
        text_html="".join(_bubble(each) for each in scene.bubbles),
        lines=tuple(_lines(scene)),
        explanation_html=_notes(scene),
    )


def effects_words(effects: Effects) -> Text | str:
    """Return `共情+10 情绪-5 记下 已核实`; "" without any."""
    said: list[Text | str] = [f"{each.dimension}{each.points:+d}" for each in effects.points]
    if effects.mood:
        said.append(text("情绪%(by)s", by=f"{effects.mood:+d}"))
    said += [text("记下 %(flag)s", flag=flag) for flag in effects.sets]
    return _joined(said)


def route_words(route: Route) -> Text:
    """Return when a way is gone: 超时, 得分≥15."""
    if route.kind is RouteKind.SCORE:
        return text("得分≥%(n)s", n=route.at_least)
    return _ROUTES[route.kind]


def _lines(scene: Scene) -> Iterator[Text]:
    for choice in scene.choices:
        yield _led(_sent(choice), choice.target, choice.effects)
    for criterion in scene.rubric:
        effects = effects_words(criterion.effects)
        name = _CRITERIA[criterion.kind]
        yield (
            text("%(kind)s（%(effects)s）：%(words)s", kind=name, effects=effects, words=criterion.words)
            if effects
            else text("%(kind)s：%(words)s", kind=name, words=criterion.words)
        )
    for route in scene.routes:
        yield _led(route_words(route), route.target, route.effects)


def _led(what: Text | str, target: str, effects: Effects) -> Text:
    done = effects_words(effects)
    if done:
        return text("%(what)s → %(scene)s（%(effects)s）", what=what, scene=target, effects=done)
    return text("%(what)s → %(scene)s", what=what, scene=target)


def _sent(choice: Choice) -> Text | str:
    if not choice.requires:
        return text("“%(words)s”", words=choice.text)
    needs = _joined([_need(each) for each in choice.requires])
    return text("“%(words)s”（前提 %(needs)s）", words=choice.text, needs=needs)


def _need(need: Requirement) -> Text | str:
    if need.compared is None:
        return need.flag
    return text("情绪%(sign)s%(limit)s", sign=need.compared.value, limit=need.mood)


def _joined(said: list[Text | str]) -> Text | str:
    if not said:
        return ""
    first, *rest = said
    for each in rest:
        first = text("%(first)s %(second)s", first=first, second=each)
    return first


def _bubble(bubble: Bubble) -> str:
    name = f"<p><strong>{escape(bubble.speaker)}</strong></p>" if bubble.speaker else ""
    return f"<blockquote>{name}{bubble.body.html}</blockquote>"


def _notes(scene: Scene) -> str:
    notes = "".join(f"<li>{note.html}</li>" for note in scene.notes)
    return f"<ul>{notes}</ul>" if notes else ""
