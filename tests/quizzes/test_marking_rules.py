"""Aliases, samples, points as they are typed, and how far two markers agree. Pure."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid
from lms.core.points import ONE_POINT, from_fraction, points_text
from lms.questions.rules.rubric import Worth
from lms.quizzes.rules.agreement import ENOUGH, Pair, agreement, kappa
from lms.quizzes.rules.aliases import alias, number_of
from lms.quizzes.rules.marking import Standing, Turn, checked, read_points, sampled, turn_of

WORTHS = (Worth(line=0, least=0, most=3 * ONE_POINT), Worth(line=1, least=-2 * ONE_POINT, most=0))


def pairs(*marks, possible=5):
    return [Pair(first=from_fraction(a), second=from_fraction(b), possible=from_fraction(possible)) for a, b in marks]


@given(st.integers(0, 2**62 - 1), st.text(min_size=1, max_size=20))
def test_an_alias_leads_back_to_its_number_alone(number, secret):
    name = alias(secret, number)
    assert number_of(secret, name) == number
    assert number_of(secret + "x", name) != number


def test_neighbours_have_aliases_that_tell_no_order():
    names = [alias("geheim", number) for number in range(200)]
    assert len(set(names)) == 200
    assert names != sorted(names) != names[::-1]


@pytest.mark.parametrize("name", ["", "b", "b123", "x" * 17, "b" + "g" * 16, "0" * 32])
def test_what_is_no_alias_leads_nowhere(name):
    assert number_of("geheim", name) is None


def test_the_sample_is_the_same_each_time_and_about_its_share():
    drawn = [sampled(f"{n:032x}", 1, 20) for n in range(2_000)]
    assert drawn == [sampled(f"{n:032x}", 1, 20) for n in range(2_000)]
    assert 320 < sum(drawn) < 480
    assert not any(sampled(f"{n:032x}", 1, 0) for n in range(100))
    assert all(sampled(f"{n:032x}", 1, 100) for n in range(100))


@pytest.mark.parametrize(
    ("standing", "turn"),
    [
        (Standing(waiting=True, first=None), Turn.FIRST),
        (Standing(waiting=False, first=None), Turn.CHANGE),
        (Standing(waiting=False, first=7), Turn.CHANGE),
        (Standing(waiting=False, first=7, second_asked=True), Turn.CHANGE),
        (Standing(waiting=False, first=8, second_asked=True), Turn.SECOND),
        (Standing(waiting=False, first=8, second_asked=True, second=9), Turn.SETTLE),
        (Standing(waiting=False, first=8, second_asked=True, second=9, settled=True), Turn.CHANGE),
    ],
)
def test_whose_turn_it_is(standing, turn):
    assert turn_of(standing, 7) is turn


@given(st.integers(-3, 4), st.integers(-4, 2))
def test_points_are_taken_in_their_bounds_and_the_sum_never_leaves_the_question_s(one, other):
    given_points = {0: one * ONE_POINT, 1: other * ONE_POINT}
    if 0 <= one <= 3 and -2 <= other <= 0:
        assert checked(WORTHS, given_points, 3 * ONE_POINT) == max(one + other, 0) * ONE_POINT
    else:
        with pytest.raises(Invalid):
            checked(WORTHS, given_points, 3 * ONE_POINT)


def test_a_line_without_points_and_one_that_is_not_there_are_named():
    with pytest.raises(Invalid) as refused:
        checked(WORTHS, {0: 0, 7: 0}, ONE_POINT)
    assert set(refused.value.fields) == {"points-1", "points-7"}


@pytest.mark.parametrize(
    ("written", "points"),
    [
        ("2", 2),
        ("1.5", "1.5"),
        ("−2", -2),
        ("1，5", "1.5"),
        (" 0 ", 0),
        ("", None),
        ("x", None),
        ("1e3", None),
        ("1/3", None),
        ("nan", None),
    ],
)
def test_points_as_they_are_typed(written, points):
    expected = None if points is None else round(Fraction(points) * ONE_POINT)
    assert read_points(written, ()) == expected


def test_a_third_that_is_shown_rounded_means_the_third():
    third = ONE_POINT // 3
    assert read_points(points_text(third), (third,)) == third


def test_the_kappa_is_that_of_a_worked_example():
    """Ten essays, 0–4 points, two markers, worked by hand: mean squares 0.4 seen, 3.29 expected by chance."""
    marks = [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (4, 3), (3, 4), (2, 1), (1, 2), (0, 0)]
    seen = sum((a - b) ** 2 for a, b in marks) / 10
    expected = sum((a - b) ** 2 for a, _ in marks for _, b in marks) / 100
    assert kappa(pairs(*marks, possible=4)) == pytest.approx(1 - seen / expected)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40))
def test_the_kappa_is_at_most_one_and_one_only_for_the_same_marks(marks):
    found = kappa(pairs(*marks))
    if found is not None:
        assert found <= 1
        assert (found == 1) == all(a == b for a, b in marks)


def test_few_pairs_say_that_they_are_few():
    found = agreement(pairs(*[(1, 1)] * (ENOUGH - 1)))
    assert (found.is_enough, found.kappa) == (False, None)
    assert "样本太少" in found.sentence.id


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ([(n % 5, n % 5) for n in range(20)], "很一致"),
        ([(n % 5, 4 - n % 5) for n in range(20)], "不一致"),
        ([(3, 3)] * 20, "几乎没有差别"),
    ],
)
def test_what_the_figures_mean_is_said_in_words(marks, words):
    assert words in agreement(pairs(*marks)).sentence.id


def test_exact_within_a_point_and_the_mean():
    found = agreement(pairs((1, 1), (1, 2), (5, 3), (2, "2.5")))
    assert (found.count, found.exact, found.within, found.mean) == (4, 1, 3, Fraction(-1, 8))
