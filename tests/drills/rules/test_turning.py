"""Where a conversation turned: what cost most on this path, and what would have been better there."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lms.drills.rules.lanes import Kind
from lms.drills.rules.turning import MOST, Why, turning_points, well_done
from lms.drills.spec import Effect, RouteKind, Scene
from tests.support.make_plays import played
from tests.support.make_runs import a_drill, choice, must, never, opening, rich, said, when

COLD = replace(choice("等着吧。", "核实", 共情=-10, mood=-25), note=rich("先接住情绪。"))
FIRST = opening(choices=(choice("抱歉，我查一下。", "核实", 共情=10, mood=10), COLD))
ASK = Scene(
    title="核实",
    free=True,
    seconds=90,
    bubbles=(said("哪天到？"), said("快说！", below=20)),
    rubric=(must("抱歉", 共情=8), replace(must("17号", 效率=12), note=rich("说准日子。")), never("一定到", 共情=-30)),
    routes=(when(RouteKind.VIOLATED, "差"), when(RouteKind.ELSE, "好")),
)
DRILL = a_drill(FIRST, ASK)


def turns(*acts, drill=DRILL, **more):
    play = played(drill, *acts, **more)
    return turning_points(play.drills, play.gone())


def test_a_faultless_path_has_no_turning_point():
    play = played(DRILL, 0, "抱歉，17号到")
    assert turning_points(play.drills, play.gone()) == ()
    assert [each.scene.title for each in well_done(play.drills, play.gone())] == ["核实", "开场"]


def test_a_worse_reply_names_the_best_one_and_the_remark_on_itself():
    (turn,) = [each for each in turns(1, "抱歉，17号到") if each.scene.title == "开场"]
    assert (turn.best.text, turn.lost) == ("抱歉，我查一下。", (Effect("共情", 20),))
    assert [note.text for note in turn.notes] == ["先接住情绪。"]


def test_a_mood_that_falls_below_what_the_customer_watches_is_a_turning_point():
    (turn,) = turns(1, "抱歉，17号到")
    assert turn.whys == (Why.ANGER, Why.LOSS)
    assert turn.below == 20


def test_a_free_reply_tells_what_was_not_said_and_what_must_not_be():
    (turn,) = turns(0, "今天一定到")
    assert (turn.missing, turn.said) == ((0, 1), (2,))
    assert Why.VIOLATED in turn.whys
    assert {each.dimension: each.points for each in turn.lost} == {"共情": 38, "效率": 12}


def test_a_clock_that_ran_out_and_an_end_before_its_time_are_told():
    assert [each.whys[0] for each in turns(70.0)] == [Why.LATE]
    assert [each.whys for each in turns(0, leave=True)] == [(Why.OVER,)]


def test_what_only_negated_words_bear_out_is_not_told_as_missing():
    assert all(0 not in turn.missing for turn in turns(0, "不是不抱歉"))


@given(acts=st.lists(st.sampled_from([0, 1, 70.0, "抱歉", "一定到", "17号"]), max_size=30))
def test_there_are_few_and_they_come_in_their_order(acts):
    circle = a_drill(
        replace(FIRST, choices=tuple(replace(each, target="再问") for each in FIRST.choices)),
        replace(FIRST, title="再问", choices=tuple(replace(each, target="开场") for each in FIRST.choices)),
    )
    found = turns(*acts, drill=circle)
    assert len(found) <= MOST
    assert [each.seq for each in found] == sorted(each.seq for each in found)


def test_kinds_are_those_of_the_events():
    play = played(DRILL, 1, "抱歉")
    assert [each.fact.kind for each in play.gone()] == [Kind.CAME, Kind.CHOICE, Kind.TEXT]
