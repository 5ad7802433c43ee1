"""Scores of the path that was gone, by figures worked out by hand, and the laws that hold on every path."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

from lms.drills.parse import parse
from lms.drills.rules.judge import Judged, LineFound, judge
from lms.drills.rules.play import MAX_STEPS, End, Move, State, begin, choose, offered, reply, run_out, time_up
from lms.drills.rules.score import FAIL_CAP, FULL, combined, score
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
    Route,
    RouteKind,
    Scene,
)
from lms.questions.spec import CriterionKind
from tests.support.make_drills import drills

EXAMPLE = (Path(__file__).parents[2] / "support" / "drill_example.md").read_text(encoding="utf-8")
GOOD = "非常抱歉，已为您加急，17号前发出，超时赔付 5元券。"


@pytest.fixture(scope="module")
def example() -> DrillSpec:
    spec = parse(EXAMPLE, "courses/drills/example.md").spec
    assert spec is not None
    return spec


def pick(drill: DrillSpec, state: State, number: int) -> State:
    return choose(drill, state, drill.scene(state.scene).choices[number].id).after


def say(drill: DrillSpec, state: State, said: str) -> State:
    return reply(drill, state, judge(drill.scene(state.scene), said)).after


def shares(drill: DrillSpec, state: State) -> dict[str, Fraction | None]:
    return {each.name: each.score for each in score(drill, state).dimensions}


def a_drill(*choices: tuple[int, str], deduct: bool = False, other: int = 0, ending: Ending = Ending.PASS) -> DrillSpec:
    """One decision of so many points each in 准确; `other`: weight of a dimension that never comes up."""
    made = tuple(
        Choice(text=name, target="终", effects=Effects(points=(Effect("准确", points),))) for points, name in choices
    )
    dimensions = [Dimension(name="准确", weight=50, deduct=deduct)]
    if other:
        dimensions.append(Dimension(name="效率", weight=other))
    scenes = (Scene(title="始", choices=made), Scene(title="终", ending=ending))
    return DrillSpec(title="演练", dimensions=tuple(dimensions), scenes=scenes)


def test_the_straight_way_of_the_example_has_every_point_it_met(example: DrillSpec) -> None:
    state = say(example, pick(example, begin(example), 0), GOOD)
    assert state.end is End.PASS
    assert shares(example, state) == {"共情": 100, "准确": 100, "合规": 100, "效率": 100}
    assert score(example, state).total == 100
    assert score(example, state).passed


def test_the_way_over_the_angry_customer_scores_what_it_left_behind(example: DrillSpec) -> None:
    """共情 -10+5 of 10+5; 准确 0+10 of 5+10; 合规 -10+15+15 of 0+15+15; 效率 met by its clocks alone, nothing lost."""
    state = pick(example, pick(example, pick(example, begin(example), 1), 0), 0)
    assert state.end is End.PASS
    assert shares(example, state) == {
        "共情": 0,
        "准确": Fraction(200, 3),
        "合规": Fraction(200, 3),
        "效率": 100,
    }
    assert score(example, state).total == Fraction(310, 6)
    assert not score(example, state).passed


def test_the_calm_way_beats_the_angry_one(example: DrillSpec) -> None:
    calm = say(example, pick(example, begin(example), 0), GOOD)
    angry = pick(example, pick(example, pick(example, begin(example), 1), 0), 0)
    assert score(example, calm).total > score(example, angry).total


def test_a_failed_ending_caps_what_was_scored_before(example: DrillSpec) -> None:
    state = run_out(example, run_out(example, begin(example)).after).after
    assert state.scene == "差评收场"
    assert score(example, state).total <= FAIL_CAP
    full = a_drill((10, "好"), ending=Ending.FAIL)
    assert score(full, pick(full, begin(full), 0)).total == FAIL_CAP


def test_a_dimension_that_never_came_up_shares_its_weight_out() -> None:
    drill = a_drill((10, "好"), (4, "还行"), other=50)
    state = pick(drill, begin(drill), 1)
    assert shares(drill, state) == {"准确": 40, "效率": None}
    assert score(drill, state).total == 40


def test_deducting_starts_at_100_and_only_falls() -> None:
    drill = a_drill((10, "好"), (-30, "差"), (-300, "最差"), deduct=True)
    start = begin(drill)
    assert [score(drill, pick(drill, start, each)).total for each in range(3)] == [100, 70, 0]


def test_a_dimension_that_could_only_lose_is_scored_by_its_loss() -> None:
    drill = a_drill((0, "好"), (-15, "差"))
    assert [score(drill, pick(drill, begin(drill), each)).total for each in range(2)] == [100, 85]


def test_losses_never_push_a_dimension_below_nothing() -> None:
    drill = a_drill((10, "好"), (-50, "差"))
    assert score(drill, pick(drill, begin(drill), 1)).total == 0


def test_a_dimension_not_shown_counts_as_met_in_the_pass_rule() -> None:
    drill = a_drill((10, "好"), other=50)
    rule = ((Clause(dimension="效率", compared=Compared.AT_LEAST, limit=90),),)
    ruled = DrillSpec(title="演练", dimensions=drill.dimensions, scenes=drill.scenes, passes=rule)
    assert score(ruled, pick(ruled, begin(ruled), 0)).passed


def test_a_run_that_is_cut_off_fails_whatever_it_had() -> None:
    drill = a_drill((10, "好"))
    result = score(drill, time_up(begin(drill)))
    assert (result.end, result.passed, result.total) == (End.TIME, False, 0)


def test_several_conversations_score_their_mean_and_pass_together() -> None:
    good = a_drill((10, "好"))
    bad = a_drill((10, "好"), (2, "差"))
    results = [score(good, pick(good, begin(good), 0)), score(bad, pick(bad, begin(bad), 1))]
    together = combined(results)
    assert (together.total, together.passed) == (60, False)
    assert combined(results[:1]) == results[0]


Did = list[tuple[str, str]]


@st.composite
def runs_of(draw: st.DrawFn) -> tuple[DrillSpec, Did, list[Move], State]:
    """A drill and everything that was done in it until it ended, whatever that was."""
    drill = draw(drills())
    state, did, moves = begin(drill), [], []
    while state.end is None:
        ways: list[tuple[str, str]] = [("choice", each.id) for each in offered(drill, state)]
        if drill.scene(state.scene).free:
            ways.append(("text", draw(st.sampled_from(["抱歉理解加急登记17日预计", "refund", "不能", "", "抱歉"]))))
        ways.append(("timeout", ""))
        what = draw(st.sampled_from(ways))
        moves.append(done(drill, state, *what))
        did.append(what)
        state = moves[-1].after
    return drill, did, moves, state


def done(drill: DrillSpec, state: State, kind: str, what: str) -> Move:
    if kind == "choice":
        return choose(drill, state, what)
    return reply(drill, state, judge(drill.scene(state.scene), what)) if kind == "text" else run_out(drill, state)


@runs(max_examples=40)
@given(runs_of())
def test_every_way_ends_in_time_with_scores_of_0_to_100(run: tuple[DrillSpec, Did, list[Move], State]) -> None:
    drill, _, moves, state = run
    result = score(drill, state)
    assert state.end is not None
    assert len(moves) == state.steps <= MAX_STEPS
    assert 0 <= result.total <= (FULL if state.end is End.PASS else FAIL_CAP)
    assert all(each.score is None or 0 <= each.score <= FULL for each in result.dimensions)
    assert result.passed <= (state.end is End.PASS)


@runs(max_examples=40)
@given(runs_of())
def test_nothing_earns_more_than_the_decisions_met_had_to_give(run: tuple[DrillSpec, Did, list[Move], State]) -> None:
    _, _, moves, _ = run
    for move in moves:
        for tally in move.after.tallies:
            assert tally.lost <= 0 <= tally.most
            assert tally.earned <= tally.most
            assert tally.met or tally.earned == tally.lost == tally.most == 0


@runs(max_examples=40)
@given(runs_of())
def test_the_same_decisions_lead_to_the_same_state(run: tuple[DrillSpec, Did, list[Move], State]) -> None:
    drill, did, moves, _ = run
    state = begin(drill)
    for what, move in zip(did, moves, strict=True):
        state = done(drill, state, *what).after
        assert state == move.after


@runs(max_examples=80)
@given(st.lists(st.tuples(st.integers(-20, 20), st.booleans(), st.booleans()), min_size=1, max_size=6), st.data())
def test_what_is_said_beyond_never_lowers_and_what_is_forbidden_never_raises(
    lines: list[tuple[int, bool, bool]], data: st.DataObject
) -> None:
    rubric = tuple(
        Criterion(
            kind=CriterionKind.MUST if points >= 0 else CriterionKind.NEVER,
            words="词",
            effects=Effects(points=(Effect("准确", points),)),
        )
        for points, _, _ in lines
    )
    scene = Scene(title="始", free=True, rubric=rubric, routes=(Route(kind=RouteKind.ELSE, target="终"),))
    drill = DrillSpec(
        title="演练",
        dimensions=(Dimension(name="准确", weight=1, deduct=data.draw(st.booleans())),),
        scenes=(scene, Scene(title="终", ending=Ending.PASS)),
    )
    held = [each for _, each, _ in lines]
    number = data.draw(st.integers(0, len(lines) - 1))

    def total(said: list[bool]) -> Fraction:
        judged = Judged(lines=tuple(LineFound(held=each) for each in said))
        return score(drill, reply(drill, begin(drill), judged).after).total

    without, having = list(held), list(held)
    without[number], having[number] = False, True
    if lines[number][0] >= 0:
        assert total(having) >= total(without)
    else:
        assert total(having) <= total(without)
