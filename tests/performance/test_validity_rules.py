"""Whether questions tell of later work: known links are found, chance is not."""

import random

import pytest

from lms.performance.rules.metrics import Direction
from lms.performance.rules.validity import FEWEST_ANSWERS, Link, links


def answers(seed: int, n: int, gap: float, share: float = 0.6) -> list[tuple[bool, float]]:
    """Return right or wrong with the later figure; whoever is right has `gap` more on average, of a spread of 8."""
    luck = random.Random(seed)
    found = []
    for _ in range(n):
        is_right = luck.random() < share
        found.append((is_right, 85 + luck.gauss(0, 8) + (gap if is_right else 0.0)))
    return found


def test_a_link_is_found_and_its_direction_told():
    found = links({"q": answers(1, 200, 6.0)}, Direction.UP)[0]
    assert found.link is Link.TELLS
    assert found.gap == pytest.approx(6.0, abs=2.5)
    assert found.interval is not None
    assert found.interval.low > 0
    assert links({"q": answers(1, 200, 6.0)}, Direction.DOWN)[0].link is Link.REVERSED
    assert links({"q": answers(1, 200, -6.0)}, Direction.DOWN)[0].link is Link.TELLS


def test_of_forty_questions_that_tell_nothing_hardly_one_is_called_a_link():
    called = 0
    for run in range(50):
        found = links({f"q{each}": answers(run * 100 + each, 60, 0.0) for each in range(40)}, Direction.UP)
        called += any(each.link in (Link.TELLS, Link.REVERSED) for each in found)
    assert called <= 6


@pytest.mark.parametrize("n", [0, 1, FEWEST_ANSWERS - 1])
def test_few_answers_say_nothing(n):
    found = links({"q": answers(3, n, 50.0)}, Direction.UP)[0]
    assert (found.link, found.r, found.gap) == (Link.TOO_FEW, None, None)


def test_nobody_is_told_of_alone():
    """One wrong answer among a hundred: its person's figure would be the mean of the wrong ones."""
    found = links({"q": [(True, 90.0 + each % 7) for each in range(99)] + [(False, 50.0)]}, Direction.UP)[0]
    assert (found.link, found.gap) == (Link.TOO_FEW, None)


def test_a_figure_that_is_the_same_for_all_is_no_link():
    found = links({"q": [(each % 2 == 0, 90.0) for each in range(60)]}, Direction.UP)[0]
    assert (found.link, found.r) == (Link.NONE, None)


def test_the_correlation_is_the_point_biserial():
    """By its own formula: (mean of right - mean of wrong) / deviation × sqrt(share right × share wrong)."""
    every = answers(5, 80, 4.0)
    right = [value for is_right, value in every if is_right]
    wrong = [value for is_right, value in every if not is_right]
    values = [value for _, value in every]
    middle = sum(values) / 80
    spread = (sum((value - middle) ** 2 for value in values) / 80) ** 0.5
    expected = (sum(right) / len(right) - sum(wrong) / len(wrong)) / spread
    expected *= (len(right) / 80 * len(wrong) / 80) ** 0.5
    assert links({"q": every}, Direction.UP)[0].r == pytest.approx(expected, abs=1e-6)
