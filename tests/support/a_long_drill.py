"""A drill of many scenes that leads on with joins, flags, moods and loops: for what has to stay quick."""

from random import Random

from lms.drills.spec import (
    Choice,
    Compared,
    Criterion,
    Dimension,
    DrillSpec,
    Effect,
    Effects,
    Ending,
    Requirement,
    Route,
    RouteKind,
    Scene,
)
from lms.questions.spec import CriterionKind

DIMENSIONS = ("共情", "准确", "合规", "效率")
FLAGS = ("已核实", "已道歉", "已登记")
AHEAD = 4
"""Scenes that a reply leads ahead at most."""


def a_long_drill(scenes: int = 60, seed: int = 1) -> DrillSpec:
    """Return a drill of so many scenes, the same one for a seed. Every fourth one asks for a free reply."""
    chance = Random(seed)
    titles = [f"第 {number} 场" for number in range(1, scenes - 1)]
    made = [_scene(chance, titles, at) for at in range(len(titles))]
    made.append(Scene(title="顺利结束", ending=Ending.PASS))
    made.append(Scene(title="差评收场", ending=Ending.FAIL))
    return DrillSpec(
        title="长演练",
        mood=50,
        dimensions=tuple(Dimension(name=name, weight=25, deduct=name == "合规") for name in DIMENSIONS),
        scenes=tuple(made),
    )


def _scene(chance: Random, titles: list[str], at: int) -> Scene:
    def target() -> str:
        if chance.random() < 0.06:
            return "差评收场"
        if at > 3 and chance.random() < 0.05:
            return titles[at - chance.randint(1, 3)]
        there = at + chance.randint(1, AHEAD)
        return titles[there] if there < len(titles) else "顺利结束"

    def effects(*, low: int, high: int) -> Effects:
        names = chance.sample(DIMENSIONS, 2)
        points = tuple(Effect(name, 5 * chance.randint(low, high)) for name in names)
        sets = (chance.choice(FLAGS),) if chance.random() < 0.2 else ()
        return Effects(points=points, mood=5 * chance.randint(-3, 3), sets=sets)

    if at % 4 == 3:
        kinds = (CriterionKind.MUST, CriterionKind.MUST, CriterionKind.SHOULD, CriterionKind.SHOULD)
        rubric = [
            Criterion(kind=kind, words=f"词{number}", effects=effects(low=1, high=3))
            for number, kind in enumerate(kinds)
        ]
        rubric.append(Criterion(kind=CriterionKind.NEVER, words="不该说", effects=effects(low=-5, high=-1)))
        routes = (
            Route(kind=RouteKind.SCORE, at_least=20, target=target()),
            Route(kind=RouteKind.VIOLATED, target=target()),
            Route(kind=RouteKind.ELSE, target=target()),
        )
        return Scene(title=titles[at], free=True, seconds=90, rubric=tuple(rubric), routes=routes)
    needs = (Requirement(flag=chance.choice(FLAGS)),) if chance.random() < 0.2 else ()
    if chance.random() < 0.1:
        needs = (Requirement(compared=Compared.AT_LEAST, mood=30),)
    choices = [
        Choice(text=f"{titles[at]}的回复 {each}", target=target(), effects=effects(low=-2, high=3)) for each in range(3)
    ]
    choices.append(
        Choice(text=f"{titles[at]}的另一句", target=target(), effects=effects(low=0, high=3), requires=needs)
    )
    late = Route(kind=RouteKind.TIMEOUT, target=target(), effects=effects(low=-3, high=-1))
    return Scene(title=titles[at], seconds=60, choices=tuple(choices), routes=(late,))
