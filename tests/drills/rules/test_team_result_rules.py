"""What came of a team drill: means with their numbers, the worst scene, the time before."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.drills.rules.desk import Desk
from lms.drills.rules.lookups import Looked
from lms.drills.rules.play import End
from lms.drills.rules.score import DimensionScore, Result
from lms.drills.rules.team_result import (
    Decision,
    Line,
    Standing,
    by_team,
    compared,
    dimensions_of,
    distribution,
    group,
    in_order,
    standing_of,
    worst_scenes,
)


def result(total, **dimensions):
    shown = tuple(
        DimensionScore(name=name, weight=1, score=None if score is None else Fraction(score), earned=0, most=0, lost=0)
        for name, score in dimensions.items()
    )
    end = End.PASS if total >= 60 else End.FAIL
    return Result(total=Fraction(total), passed=total >= 60, end=end, dimensions=shown)


def line(number, total=None, *, team="一组", standing=None, decisions=(), **dimensions):
    ended = None if total is None else result(total, **dimensions)
    return Line(
        person_id=number,
        name=f"员工{number}",
        employee_no=f"A{number:03}",
        team_id=1,
        team=team,
        standing=standing or (Standing.ENDED if ended else Standing.ABSENT),
        result=ended,
        decisions=tuple(decisions),
    )


def wrong(scene, looked=Looked.NOT):
    return Decision(lane=0, scene=scene, wrong=True, looked=looked)


def right(scene):
    return Decision(lane=0, scene=scene, wrong=False)


def test_the_mean_is_over_those_with_a_result_and_says_how_many_they_are():
    found = group([line(1, 80, 合规=50), line(2, 60, 合规=None), line(3)], ["合规"])
    assert (found.mean, found.n, found.people, found.passed) == (70, 2, 3, 2)
    assert found.dimensions == {"合规": 50}
    assert found.small


def test_whoever_was_excused_is_not_missing():
    assert group([line(1, 80), line(2, standing=Standing.EXCUSED)], []).people == 1


def test_without_a_result_there_is_no_mean():
    found = group([line(1)], ["合规"])
    assert (found.mean, found.pass_percent, found.dimensions) == (None, None, {"合规": None})
    assert not found.small


def test_response_times_are_means_over_the_runs():
    desks = [Desk(lanes=(), first_ms=first, average_ms=9_000, resolved=1, of=1, late=0, crossed=2) for first in (1, 4)]
    lines = [Line(**{**_fields(line(number, 70)), "desk": desk}) for number, desk in enumerate(desks)]
    found = group(lines, [])
    assert (found.first_ms, found.average_ms, found.crossed) == (2, 9_000, 4)


def _fields(one):
    return {name: getattr(one, name) for name in one.__slots__}


def test_teams_keep_their_order_and_their_own_figures():
    found = by_team([line(1, 90, team="二组"), line(2, 50), line(3, 70, team="二组")], [])
    assert [(each.name, each.mean) for each in found] == [("二组", 80), ("一组", 50)]


@given(st.lists(st.integers(0, 100)))
def test_the_distribution_holds_everybody_once(totals):
    found = distribution([line(number, total) for number, total in enumerate(totals)])
    assert sum(found) == len(totals)
    assert len(found) == 10


@pytest.mark.parametrize(("total", "place"), [(0, 0), (9, 0), (10, 1), (59, 5), (99, 9), (100, 9)])
def test_a_total_lies_in_its_tenth(total, place):
    assert distribution([line(1, total)])[place] == 1


def test_the_worst_scene_is_where_most_people_went_wrong_and_how_they_had_looked():
    lines = [
        line(1, 40, decisions=[wrong("开场"), wrong("开场"), wrong("核实", Looked.MISSED)]),
        line(2, 40, decisions=[right("开场"), wrong("核实", Looked.FOUND)]),
        line(3, 80, decisions=[right("开场")]),
    ]
    first, second = worst_scenes(lines)
    assert (first.scene, first.wrong, first.met) == ("核实", 2, 2)
    assert first.looks == {Looked.NOT: 0, Looked.MISSED: 1, Looked.FOUND: 1}
    assert (second.scene, second.wrong, second.met, second.looks[Looked.NOT]) == ("开场", 1, 3, 2)


def test_a_scene_where_nobody_went_wrong_is_not_among_the_worst():
    assert worst_scenes([line(1, 100, decisions=[right("开场")])]) == []


def test_only_decisions_that_went_wrong_say_how_somebody_looked():
    one = line(1, 50, decisions=[wrong("开场", Looked.MISSED), right("核实")])
    assert (one.looks(Looked.MISSED), one.looks(Looked.NOT)) == (1, 0)


def test_two_times_are_compared_by_mean_dimension_pass_share_and_those_who_were_in_both():
    before = [line(1, 60, 合规=52), line(2, 40, 合规=52), line(3, 50, 合规=52)]
    now = [line(1, 90, 合规=74), line(2, 39, 合规=74), line(4, 90, 合规=74)]
    found = compared(now, before)
    assert (found.mean.before, found.mean.now, found.mean.by) == (50, 73, 23)
    assert [(each.name, each.by) for each in found.dimensions] == [("合规", 22)]
    assert (found.passing.before, found.passing.now) == (Fraction(100, 3), Fraction(200, 3))
    assert (found.both, found.pair.before, found.pair.now) == (2, 50, Fraction(129, 2))
    assert (found.better, found.worse, found.small) == (1, 1, True)


def test_a_dimension_that_one_of_the_two_never_showed_has_no_change():
    found = compared([line(1, 90, 合规=74, 效率=50)], [line(1, 60, 合规=52)])
    assert [(each.name, each.by) for each in found.dimensions] == [("合规", 22), ("效率", None)]


def test_nothing_is_compared_with_a_time_without_results():
    assert compared([line(1, 80)], [line(1)]) is None
    assert compared([line(1)], [line(1, 80)]) is None


def test_dimensions_come_in_the_order_of_the_drill():
    assert dimensions_of([line(1), line(2, 80, 共情=1, 合规=2), line(3, 80, 合规=1, 效率=2)]) == (
        "共情",
        "合规",
        "效率",
    )


def test_who_has_no_value_stands_last_either_way():
    lines = [line(1), line(2, 50), line(3, 90)]
    assert [each.person_id for each in in_order(lines, "total")] == [2, 3, 1]
    assert [each.person_id for each in in_order(lines, "total", descending=True)] == [3, 2, 1]


@pytest.mark.parametrize(
    ("state", "excused", "standing"),
    [
        (None, "", Standing.ABSENT),
        ("open", "", Standing.OPEN),
        ("ended", "", Standing.ENDED),
        (None, "产假", Standing.EXCUSED),
    ],
)
def test_how_far_somebody_has_come(state, excused, standing):
    assert standing_of(state, excused) is standing
