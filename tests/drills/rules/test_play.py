"""What happens in a drill: what is offered, where it leads, how it ends."""

import pytest

from lms.drills.rules.judge import Judged, LineFound
from lms.drills.rules.play import (
    MAX_STEPS,
    End,
    NotOffered,
    State,
    begin,
    begin_at,
    bubbles,
    choose,
    offered,
    reply,
    run_out,
    time_up,
)
from lms.drills.spec import (
    Bubble,
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
from lms.questions.rich import rich_line
from lms.questions.spec import CriterionKind

PASSED = Scene(title="好", ending=Ending.PASS)
FAILED = Scene(title="差", ending=Ending.FAIL)


def a_drill(*scenes: Scene, mood: int | None = 40) -> DrillSpec:
    return DrillSpec(title="演练", mood=mood, dimensions=(Dimension(name="共情", weight=1),), scenes=scenes)


def a_choice(text: str, target: str, *requires: Requirement, mood: int = 0, sets: tuple[str, ...] = ()) -> Choice:
    return Choice(text=text, target=target, requires=requires, effects=Effects(mood=mood, sets=sets))


def texts(drill: DrillSpec, state: State) -> list[str]:
    return [each.text for each in offered(drill, state)]


def a_free(*routes: Route) -> Scene:
    rubric = (
        Criterion(kind=CriterionKind.MUST, words="抱歉", effects=Effects(points=(Effect("共情", 10),))),
        Criterion(kind=CriterionKind.NEVER, words="包赔", effects=Effects(points=(Effect("共情", -4),))),
    )
    return Scene(title="始", free=True, seconds=60, rubric=rubric, routes=routes)


def said(*held: bool) -> Judged:
    return Judged(lines=tuple(LineFound(held=each) for each in held))


def test_a_reply_that_needs_a_flag_is_offered_once_it_is_set() -> None:
    needs = Requirement(flag="已核实")
    first = Scene(title="始", choices=(a_choice("查", "再", sets=("已核实",)), a_choice("说", "再")))
    second = Scene(title="再", choices=(a_choice("补", "好", needs), a_choice("等", "差")))
    drill = a_drill(first, second, PASSED, FAILED)
    start = begin(drill)
    checked, told = (choose(drill, start, each.id).after for each in offered(drill, start))
    assert texts(drill, checked) == ["补", "等"]
    assert texts(drill, told) == ["等"]


def test_a_reply_that_needs_a_mood_and_a_bubble_below_one_follow_the_mood() -> None:
    needs = Requirement(compared=Compared.AT_LEAST, mood=30)
    low = Bubble(speaker="小雨", body=rich_line("气"), below=30)
    drill = a_drill(
        Scene(title="始", bubbles=(low,), choices=(a_choice("谢", "好", needs), a_choice("等", "差"))), PASSED, FAILED
    )
    assert texts(drill, begin(drill)) == ["谢", "等"]
    angry = begin_at(drill, "始", mood=29)
    assert texts(drill, angry) == ["等"]
    assert bubbles(drill, angry) == (low,)
    assert bubbles(drill, begin(drill)) == ()


def test_the_mood_stays_between_0_and_100() -> None:
    drill = a_drill(Scene(title="始", choices=(a_choice("骂", "好", mood=-90), a_choice("夸", "好", mood=90))), PASSED)
    start = begin(drill)
    assert [choose(drill, start, each.id).after.mood for each in offered(drill, start)] == [0, 100]


@pytest.mark.parametrize(
    ("held", "target"), [((True, False), "好"), ((True, True), "差"), ((False, False), "中"), ((False, True), "差")]
)
def test_a_free_reply_takes_the_first_way_that_holds(held: tuple[bool, bool], target: str) -> None:
    drill = a_drill(
        a_free(
            Route(kind=RouteKind.SCORE, at_least=10, target="好"),
            Route(kind=RouteKind.VIOLATED, target="差"),
            Route(kind=RouteKind.ELSE, target="中"),
        ),
        Scene(title="中", ending=Ending.FAIL),
        PASSED,
        FAILED,
    )
    assert reply(drill, begin(drill), said(*held)).after.scene == target


def test_the_clock_of_a_free_scene_leads_by_else_where_it_has_no_way_of_its_own() -> None:
    drill = a_drill(a_free(Route(kind=RouteKind.ELSE, target="差")), FAILED)
    assert run_out(drill, begin(drill)).after.scene == "差"


def test_what_is_not_offered_cannot_be_sent() -> None:
    drill = a_drill(Scene(title="始", choices=(a_choice("谢", "好"),)), PASSED)
    with pytest.raises(NotOffered):
        choose(drill, begin(drill), "c00000000")
    with pytest.raises(NotOffered):
        reply(drill, begin(drill), Judged())
    ended = choose(drill, begin(drill), offered(drill, begin(drill))[0].id).after
    with pytest.raises(NotOffered):
        run_out(drill, ended)
    assert offered(drill, ended) == ()
    assert time_up(ended) == ended


def test_a_scene_in_which_nothing_can_be_sent_and_no_clock_runs_ends_as_failed() -> None:
    stuck = Scene(title="再", choices=(a_choice("补", "好", Requirement(flag="已核实")),))
    drill = a_drill(Scene(title="始", choices=(a_choice("说", "再"),)), stuck, PASSED)
    state = choose(drill, begin(drill), offered(drill, begin(drill))[0].id).after
    assert (state.scene, state.end) == ("再", End.FAIL)


def test_nobody_is_kept_in_a_circle() -> None:
    drill = a_drill(Scene(title="始", choices=(a_choice("再说一遍", "始"),)))
    state = begin(drill)
    while state.end is None:
        state = choose(drill, state, offered(drill, state)[0].id).after
    assert (state.steps, state.end) == (MAX_STEPS, End.STEPS)


def test_a_scene_can_be_begun_with_what_was_noted_before() -> None:
    second = Scene(title="再", choices=(a_choice("补", "好", Requirement(flag="已核实")),))
    drill = a_drill(Scene(title="始", choices=(a_choice("说", "再"),)), second, PASSED)
    assert texts(drill, begin_at(drill, "再", flags=("已核实",))) == ["补"]
    assert begin_at(drill, "再", mood=140, flags=("已核实",)).mood == 100
