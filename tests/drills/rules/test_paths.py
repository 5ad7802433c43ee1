"""The search over all paths: against trying them all one by one, and on drills whose fault is known."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path as File

import pytest
from hypothesis import given
from hypothesis import settings as runs

from lms.content.wordlists.banned import Hit
from lms.drills.lint.played import lint_paths
from lms.drills.parse import parse
from lms.drills.rules.circles import back_links, follows
from lms.drills.rules.judge import Judged, LineFound
from lms.drills.rules.paths import Verdict, search_paths
from lms.drills.rules.paths.nodes import angry_below
from lms.drills.rules.paths.ways import Scenes
from lms.drills.rules.play import State, begin, choose, offered, reply, run_out
from lms.drills.rules.score import score
from lms.drills.spec import (
    Choice,
    Clause,
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
from tests.support.a_long_drill import a_long_drill
from tests.support.ending import ENDS
from tests.support.make_drills import drills

HIT = Hit(start=0, end=0, phrase="", instead="", basis="", ground="")
SUPPORT = File(__file__).parents[2] / "support"


def a_choice(text: str, target: str, points: int = 0, *, mood: int = 0, name: str = "准确", **more: object) -> Choice:
    effects = Effects(points=(Effect(name, points),) if points else (), mood=mood)
    return Choice(
        text=text, target=target, effects=replace(effects, sets=more.get("sets", ())), requires=more.get("requires", ())
    )  # type: ignore[arg-type]


def a_drill(*scenes: Scene, mood: int | None = 40, limit: int = 60) -> DrillSpec:
    ends = (Scene(title="好", ending=Ending.PASS), Scene(title="差", ending=Ending.FAIL))
    rule = ((Clause(dimension="", compared=Compared.AT_LEAST, limit=limit),),)
    return DrillSpec(
        title="演练", mood=mood, dimensions=(Dimension(name="准确", weight=1),), scenes=(*scenes, *ends), passes=rule
    )


def codes(drill: DrillSpec) -> list[str]:
    return [each.code for each in lint_paths(drill)]


ANGER_PAYS = a_drill(
    Scene(
        title="始",
        choices=(
            a_choice("安抚", "稳", 6, mood=10),
            a_choice("顶撞", "怒", 0, mood=-30),
            a_choice("讲理", "稳", 10, mood=-5),
        ),
    ),
    Scene(title="稳", choices=(a_choice("说清", "好", 2), a_choice("说全", "差", 20))),
    Scene(title="怒", choices=tuple(a_choice(f"哄{each}", "好", 90) for each in "一二")),
)
"""Calm: 6+20 of 10+20, capped at 59 by its ending; else 6+2. Angry: 0+90 of 10+90."""


def every_way(drill: DrillSpec, state: State) -> Iterator[State]:
    """Yield each state that can follow; of a free reply with each set of lines that may be said."""
    scene = drill.scene(state.scene)
    if scene.free:
        for held in product([True, False], repeat=len(scene.rubric)):
            lines = tuple(LineFound(held=each) for each in held)
            yield reply(drill, state, Judged(lines=lines)).after
            yield reply(drill, state, Judged(lines=lines, hits=(HIT,))).after
    yield from (choose(drill, state, each.id).after for each in offered(drill, state))
    if scene.seconds is not None:
        yield run_out(drill, state).after


def every_end(drill: DrillSpec, state: State, lowest: int) -> Iterator[tuple[State, int]]:
    """Yield how each path ends, with the lowest mood on it."""
    if state.end is not None:
        yield state, lowest
        return
    for after in set(every_way(drill, state)):
        yield from every_end(drill, after, min(lowest, after.mood or 0))


def test_an_angry_path_that_beats_the_best_calm_one_is_found_with_both_scores() -> None:
    report = search_paths(ANGER_PAYS)
    assert report is not None
    assert report.calm is not None
    assert report.angry is not None
    assert report.calm_wins is Verdict.BROKEN
    assert report.calm.result.total == 59
    assert report.angry.result.total == 90
    assert report.angry.scenes == ("始", "怒", "好")
    assert codes(ANGER_PAYS) == ["D393"]


def test_where_calm_pays_it_is_proven() -> None:
    example = parse((SUPPORT / "drill_example.md").read_text(encoding="utf-8"), "courses/drills/example.md").spec
    assert example is not None
    report = search_paths(example)
    assert report is not None
    assert report.best is not None
    assert (report.calm_wins, report.can_pass, report.best_proven) == (Verdict.HOLDS, Verdict.HOLDS, True)
    assert report.best.result.total == 100
    assert report.best.scenes == ("开场", "核实", "顺利结束")
    assert lint_paths(example) == ()


def test_without_a_mood_nobody_is_angry() -> None:
    report = search_paths(replace(ANGER_PAYS, mood=None))
    assert report is not None
    assert report.calm_wins is Verdict.NONE


def test_angry_is_below_20_or_30_below_the_start() -> None:
    assert [angry_below(start) for start in (0, 10, 20, 40, 60, 100)] == [0, 10, 20, 20, 31, 71]


def test_a_pass_rule_that_no_path_meets_is_an_error() -> None:
    torn = Scene(title="始", choices=(a_choice("说清", "差", 10), a_choice("说半", "好", 4)))
    assert codes(a_drill(torn, limit=41)) == ["D392"]
    assert codes(a_drill(torn, limit=40)) == []


def test_a_scene_whose_requirements_never_hold_is_named_with_its_line() -> None:
    needs = (Requirement(flag="已核实"),)
    never = a_drill(
        Scene(
            title="始",
            choices=(
                a_choice("说", "好", 5),
                a_choice("补", "再", requires=needs),
                a_choice("补完", "差", requires=needs),
            ),
        ),
        Scene(title="再", choices=(a_choice("好", "好"),)),
    )
    assert sorted(codes(never)) == ["D390", "D391"]
    first = never.scenes[0]
    sets = replace(first, choices=(a_choice("查", "始", sets=("已核实",)), *first.choices))
    assert codes(replace(never, scenes=(sets, *never.scenes[1:]))) == []


def test_a_mood_that_is_never_come_to_leaves_its_scene_unreached() -> None:
    happy = (Requirement(compared=Compared.AT_LEAST, mood=60),)
    drill = a_drill(
        Scene(title="始", choices=(a_choice("哄", "再", mood=19), a_choice("骗", "差"))),
        Scene(title="再", choices=(a_choice("谢", "夸", requires=happy), a_choice("完", "好"))),
        Scene(title="夸", choices=(a_choice("完", "好"),)),
    )
    report = search_paths(drill)
    assert report is not None
    assert report.unreached == ("夸",)


def test_a_drill_with_a_broken_link_is_not_searched() -> None:
    broken = a_drill(Scene(title="始", choices=(a_choice("说", "没有"),)))
    assert search_paths(broken) is None
    assert lint_paths(broken) == ()


def test_a_circle_ends_the_search_too() -> None:
    drill = a_drill(Scene(title="始", choices=(a_choice("再说", "始", 5), a_choice("完", "好", 1))))
    report = search_paths(drill)
    assert report is not None
    assert report.best is not None
    assert report.worst is not None
    assert report.best.result.passed
    assert report.worst.result.total <= report.best.result.total


def test_a_free_reply_keeps_no_more_ways_than_its_extremes() -> None:
    lines = [(CriterionKind.MUST, 8), (CriterionKind.MUST, 8), (CriterionKind.SHOULD, 5), (CriterionKind.NEVER, -30)]
    rubric = tuple(
        Criterion(kind=kind, words="词", effects=Effects(points=(Effect("准确", points),))) for kind, points in lines
    )
    routes = (
        Route(kind=RouteKind.SCORE, at_least=15, target="好"),
        Route(kind=RouteKind.VIOLATED, target="差"),
        Route(kind=RouteKind.ELSE, target="差"),
    )
    drill = a_drill(Scene(title="始", free=True, rubric=rubric, routes=routes))
    ways = Scenes(drill).ways(0, 40, 0)
    assert {(each.target, each.points[0]) for each in ways.ways} == {(1, 21), (1, 16), (2, 13), (2, -30)}


@runs(max_examples=30)
@given(drills())
def test_what_is_found_plays_as_it_says(drill: DrillSpec) -> None:
    report = search_paths(drill)
    if report is None:
        return
    for path in (report.best, report.typical, report.worst, report.calm, report.angry):
        assert path is None or score(drill, path.state) == path.result
        assert path is None or path.state.end is not None
    if report.best and report.worst:
        assert report.best.result.total >= report.worst.result.total


@pytest.mark.parametrize("seed", range(1, 26))
def test_what_is_proven_is_so_when_every_path_is_tried_one_by_one(seed: int) -> None:
    drill = a_long_drill(6, seed)
    report = search_paths(drill)
    assert report is not None
    assert drill.mood is not None
    if back_links(follows(drill)):
        return
    ends = [(score(drill, state), state, lowest) for state, lowest in every_end(drill, begin(drill), drill.mood)]
    assert report.best_proven
    assert report.best is not None
    assert report.best.result.total == max(result.total for result, _, _ in ends)
    assert (report.can_pass is Verdict.HOLDS) == any(result.passed for result, _, _ in ends)
    assert {state.scene for _, state, _ in ends}.isdisjoint(report.unreached)
    calm = [result.total for result, _, lowest in ends if lowest >= drill.mood]
    angry = [result.total for result, _, lowest in ends if lowest < angry_below(drill.mood)]
    if calm:
        assert report.calm is not None
        assert report.calm.result.total == max(calm)
        pays = bool(angry) and max(angry) > max(calm)
        assert report.calm_wins is (Verdict.BROKEN if pays else Verdict.HOLDS)
        assert report.angry is None or report.angry.result.total == max(angry)


@ENDS
@pytest.mark.parametrize("seed", [1, 2])
def test_sixty_scenes_are_searched_to_the_end(seed: int) -> None:
    drill = a_long_drill(60, seed)
    report = search_paths(drill)
    assert report is not None
    assert report.complete
