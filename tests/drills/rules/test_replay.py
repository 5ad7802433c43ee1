"""The events are the truth: read again they give the very states that the run had, whatever was played."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.drills.rules.judge import LISTED, judge
from lms.drills.rules.play import End
from lms.drills.rules.rejudge import Changed, Erased, carried, rejudged
from lms.drills.rules.replay import replay
from lms.drills.rules.score import score
from lms.drills.spec import Compared, Requirement, RouteKind, Scene
from tests.support.make_plays import played
from tests.support.make_runs import a_drill, choice, must, never, opening, said, when

ASK = Scene(
    title="核实",
    key="asking",
    free=True,
    seconds=90,
    bubbles=(said("到底哪天到？"), said("快说！", below=20)),
    rubric=(must("抱歉", 共情=8), must("17日 | 17号", 效率=12), never("一定到", 共情=-30)),
    routes=(
        when(RouteKind.SCORE, "好", at_least=15),
        when(RouteKind.VIOLATED, "差", 效率=-5),
        when(RouteKind.ELSE, "开场"),
    ),
)
CALM = Requirement(compared=Compared.AT_LEAST, mood=30)
FIRST = opening(
    choices=(
        choice("抱歉，我查一下。", "核实", 共情=10, mood=10),
        choice("等着吧。", "开场", 共情=-10, mood=-25),
        choice("给您登记了。", "核实", CALM, 效率=5),
    )
)
DRILL = a_drill(FIRST, ASK)
TEXTS = ("抱歉，17号到", "17号一定到", "不能保证一定到", "嗯", "抱歉")
ACTS = st.one_of(
    st.integers(0, 2),
    st.sampled_from(TEXTS),
    st.sampled_from([5.0, 61.0, 100.0]),
    st.tuples(st.integers(0, 1), st.sampled_from(TEXTS)),
)


@given(acts=st.lists(ACTS, max_size=14), leave=st.booleans(), two=st.booleans())
def test_replayed_events_give_the_stored_lanes(acts, leave, two):
    drills = (DRILL, DRILL) if two else (DRILL,)
    acts = acts if two else [each for each in acts if not isinstance(each, tuple)]
    play = played(drills, *acts, leave=leave)
    last = {each.fact.lane: each.after for each in play.gone()}
    for number, lane in enumerate(play.lanes):
        assert last.get(number, play.first[number]) == lane.state


@given(acts=st.lists(ACTS.filter(lambda each: not isinstance(each, tuple)), max_size=14))
def test_the_same_rubric_gives_the_same_result_again(acts):
    play = played(DRILL, *acts, leave=True)
    again = rejudged(play.drills, play.drills, play.gone())
    assert again.results(play.drills) == tuple(score(DRILL, lane.state) for lane in play.lanes)


@given(acts=st.lists(ACTS.filter(lambda each: not isinstance(each, tuple)), max_size=14), held=st.booleans())
def test_what_a_person_found_never_changes_the_way_that_was_gone(acts, held):
    play = played(DRILL, *acts, leave=True)
    decided = {fact.seq: {0: held, 2: held} for fact in play.facts if fact.text}
    again = rejudged(play.drills, play.drills, play.gone(), decided=decided)
    assert [(each.after.scene, each.after.mood, each.after.end) for each in again.steps] == [
        (each.after.scene, each.after.mood, each.after.end) for each in play.gone()
    ]
    assert all(0 <= result.total <= 100 for result in again.results(play.drills))


def test_a_line_that_a_person_found_counts_though_the_words_are_missing():
    play = played(DRILL, 0, "很理解您着急，17号到", leave=True)
    before = rejudged(play.drills, play.drills, play.gone()).results(play.drills)[0]
    text = next(fact for fact in play.facts if fact.text)
    after = rejudged(play.drills, play.drills, play.gone(), decided={text.seq: {0: True}}).results(play.drills)[0]
    assert [each.earned for each in after.dimensions] == [
        each.earned + 8 * (each.name == "共情") for each in before.dimensions
    ]


def test_a_mended_rubric_counts_for_the_same_conversation():
    play = played(DRILL, 0, "理解您着急，17号到", leave=True)
    wider = replace(ASK, rubric=(must("抱歉 | 理解", 共情=8), *ASK.rubric[1:]))
    now = a_drill(FIRST, wider)
    again = rejudged(play.drills, (now,), play.gone())
    assert again.states[0].tallies[0].earned == play.lanes[0].state.tallies[0].earned + 8
    assert again.states[0].scene == play.lanes[0].state.scene


def test_a_run_whose_scene_or_reply_is_gone_is_not_judged_again():
    play = played(DRILL, 0, "抱歉")
    with pytest.raises(Changed, match="核实"):
        rejudged(play.drills, (a_drill(opening(choices=(replace(FIRST.choices[0], target="好"),))),), play.gone())
    other = a_drill(replace(FIRST, choices=FIRST.choices[1:]), ASK)
    with pytest.raises(Changed, match="开场"):
        rejudged(play.drills, (other,), play.gone())


def test_a_renamed_scene_is_found_by_its_key():
    play = played(DRILL, 0, "抱歉，17号到")
    renamed = [replace(each, target="再核实") if each.target == "核实" else each for each in FIRST.choices]
    now = a_drill(replace(FIRST, choices=tuple(renamed)), replace(ASK, title="再核实"))
    assert rejudged(play.drills, (now,), play.gone()).states[0].end is End.PASS


def test_what_was_deleted_is_not_judged_again():
    play = played(DRILL, 0, "抱歉")
    blank = [replace(fact, text="") for fact in play.facts]
    with pytest.raises(Erased):
        rejudged(play.drills, play.drills, replay(play.drills, play.first, blank))


def test_findings_follow_their_line_to_a_mended_rubric():
    moved = replace(ASK, rubric=(ASK.rubric[1], must("抱歉 | 理解", 共情=8), ASK.rubric[2]))
    assert carried(ASK, moved, {1: True, 2: False, LISTED: True}) == {0: True, 2: False, LISTED: True}
    wider = replace(ASK, rubric=(must("抱歉 | 理解", 共情=8), *ASK.rubric[1:]))
    assert carried(ASK, wider, {0: True, 7: True}) == {0: True}
    assert judge(wider, "不理解", decided=carried(ASK, wider, {0: True})).lines[0].held
