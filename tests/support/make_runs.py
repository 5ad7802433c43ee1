"""Drills for the tests of their rules: small ones, written as values."""

from datetime import UTC, datetime

from lms.drills.spec import (
    Bubble,
    Channel,
    Choice,
    Criterion,
    Customer,
    Dimension,
    DrillSpec,
    Effects,
    Ending,
    Requirement,
    Route,
    RouteKind,
    Scene,
)
from lms.questions.spec import CriterionKind, Rich

AT = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)


def rich(words: str) -> Rich:
    return Rich(source=words, html=f"<p>{words}</p>", text=words)


def said(words: str, speaker: str = "小雨", **more: object) -> Bubble:
    return Bubble(speaker=speaker, body=rich(words), **more)  # type: ignore[arg-type]


def effects(mood: int = 0, sets: tuple[str, ...] = (), **points: int) -> Effects:
    return Effects.of(points, mood=mood, sets=sets)


def choice(words: str, target: str, *requires: Requirement, mood: int = 0, **points: int) -> Choice:
    return Choice(text=words, target=target, effects=effects(mood, **points), requires=requires)


def must(words: str, **points: int) -> Criterion:
    return Criterion(kind=CriterionKind.MUST, words=words, effects=effects(**points))


def never(words: str, **points: int) -> Criterion:
    return Criterion(kind=CriterionKind.NEVER, words=words, effects=effects(**points))


def when(kind: RouteKind, target: str, at_least: int = 0, **points: int) -> Route:
    return Route(kind=kind, target=target, at_least=at_least, effects=effects(**points))


GOOD = Scene(title="好", ending=Ending.PASS, bubbles=(said("好吧。"),))
BAD = Scene(title="差", ending=Ending.FAIL, bubbles=(said("算了！"),))


def a_drill(*scenes: Scene, **more: object) -> DrillSpec:
    """Return a drill of these scenes and the two endings 好 and 差."""
    fields: dict[str, object] = {
        "title": "催发货",
        "customer": Customer(name="小雨"),
        "mood": 40,
        "dimensions": (Dimension(name="共情", weight=50), Dimension(name="效率", weight=50)),
        "channel": Channel.MAIL,  # so that nobody types: clocks run from the instant of the step
        "scenes": (*scenes, GOOD, BAD),
    }
    return DrillSpec(**{**fields, **more})  # type: ignore[arg-type]


def opening(seconds: int | None = 60, **more: object) -> Scene:
    """Return a scene with a warm and a cold reply; its clock leads to 差."""
    fields: dict[str, object] = {
        "title": "开场",
        "bubbles": (said("到底发没发货？"),),
        "seconds": seconds,
        "choices": (choice("抱歉，我马上查。", "好", 共情=10, mood=10), choice("等着吧。", "差", 共情=-10, mood=-30)),
        "routes": (when(RouteKind.TIMEOUT, "差", 效率=-10),) if seconds else (),
    }
    return Scene(**{**fields, **more})  # type: ignore[arg-type]
