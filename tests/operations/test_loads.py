"""`make load` and `make scale` work, at toy size; how fast anything is, is never asserted."""

import random

import pytest

from tests.benchmarks import load
from tests.benchmarks.load import Look, Wish
from tests.benchmarks.loaders import Arrivals, Told, changed


def planned(**other):
    wanted = {"seconds": 120, "saves": 20, "pages": 10, "people": 7, "articles": ["/kb/a", "/kb/b"], "words": ["退款"]}
    return Arrivals.planned(**{**wanted, **other}).each


def test_what_is_sent_when_is_settled_before_and_the_same_each_time():
    assert planned() == planned()
    assert planned() != planned(seed=10)
    moments = [each.at for each in planned()]
    assert moments == sorted(moments)
    assert 0 <= moments[0] < moments[-1] < 120


def test_so_many_a_second_come_on_the_average():
    saves = [each for each in planned() if each.kind == "save"]
    pages = [each for each in planned() if each.kind != "save"]
    assert abs(len(saves) - 2_400) < 200
    assert abs(len(pages) - 1_200) < 150
    assert {each.kind for each in pages} == {"home", "paper", "article", "search"}
    for kind in ("home", "paper", "article", "search"):
        assert {each.person for each in pages if each.kind == kind} == set(range(7)), kind


def test_an_answer_is_another_one_each_turn():
    options = [{"id": each} for each in "abcd"]
    for kind in ("single", "multiple", "true_false", "fill_in", "numeric", "ordering"):
        question = {"type": kind, "options": options, "blanks": 2}
        for turn in range(8):
            assert changed(question, turn) != changed(question, turn + 1), (kind, turn)


def looks(*sizes):
    return [Look(at=float(at), memory_mb=float(size), cpu_s=0.0, own_s=0.0) for at, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("told", "memory", "lost", "missed"),
    [
        ({}, (100, 100, 100), 0, set()),
        ({"saves": [(0.0, 400.0)]}, (100, 100, 100), 0, {"saves p95 < 300 ms"}),
        ({"pages": [(0.0, 400.0)]}, (100, 100, 100), 0, {"pages p95 < 300 ms"}),
        ({"errors": ["500"]}, (100, 100, 100), 0, {"no error"}),
        ({}, (100, 100, 106), 0, {"memory flat within 5 %"}),
        ({}, (100, 300, 104), 0, set()),
        ({}, (100, 100, 100), 1, {"nothing lost, nothing doubled"}),
    ],
)
def test_each_goal_is_judged_by_itself(told, memory, lost, missed):
    found = load.verdict(
        Wish(), Told(**{"saves": [(0.0, 9.0)] * 1, "pages": [(0.0, 9.0)], **told}), looks(*memory), lost, 0
    )
    assert {goal for goal, reached in found["goals"].items() if not reached} == missed


@pytest.mark.parametrize("count", [1, 2, 99, 100, 101])
def test_points_are_by_the_nearest_rank(count):
    times = [float(each) for each in range(1, count + 1)]
    random.Random(1).shuffle(times)
    assert load.points(times) == tuple(float(-(-percent * count // 100)) for percent in (50, 95, 99))
