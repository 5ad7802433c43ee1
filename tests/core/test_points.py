from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.points import (
    ONE_POINT,
    decimal_text,
    from_fraction,
    number,
    percent,
    points_text,
    reaches,
    share_of,
    to_fraction,
)

points = st.integers(min_value=0, max_value=10**9)


@pytest.mark.parametrize("parts", range(1, 13))
def test_halves_to_twelfths_of_a_point_are_whole(parts):
    assert from_fraction(Fraction(1, parts)) * parts == ONE_POINT


@pytest.mark.parametrize("value", ["0.01", "-1", "1/7919", "two"])
def test_what_is_no_whole_number_of_units_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011 - Fraction's own message for text that is no number
        from_fraction(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("87.5", "87.5"),
        ("2", "2"),
        ("100", "100"),
        ("0", "0"),
        ("1/3", "0.33"),
        ("2/3", "0.67"),
        ("10.05", "10.05"),
    ],
)
def test_points_are_shown_without_noise(value, shown):
    assert points_text(from_fraction(Fraction(value))) == shown


def test_a_half_is_shown_rounded_away_from_zero():
    assert [decimal_text(Fraction(value), 1) for value in ("0.25", "-0.25", "-0.01")] == ["0.3", "-0.3", "0"]


def test_a_json_number_is_whole_where_it_can_be():
    assert [number(Fraction(100)), number(Fraction(175, 2))] == [100, 87.5]


def test_nothing_possible_is_no_score_and_never_a_pass():
    assert percent(0, 0) == 0
    assert not reaches(0, 0, Fraction(0))


def test_a_pass_mark_is_compared_exactly():
    third = from_fraction(Fraction(1, 3))
    assert reaches(third * 2, ONE_POINT, Fraction(2, 3))
    assert not reaches(third * 2 - 1, ONE_POINT, Fraction(2, 3))


@given(points)
def test_units_come_back_exactly(units):
    assert from_fraction(to_fraction(units)) == units


@given(st.lists(st.fractions(min_value=0, max_value=50, max_denominator=12)))
def test_sums_are_exact(values):
    assert to_fraction(sum(from_fraction(value) for value in values)) == sum(values)


@given(points, st.fractions(min_value=0, max_value=1))
def test_a_share_is_within_half_a_unit_and_never_more_than_all(possible, share):
    earned = share_of(possible, share)
    assert 0 <= earned <= possible
    assert abs(earned - possible * share) <= Fraction(1, 2)


@given(points)
def test_nothing_earns_nothing_and_all_earns_all(possible):
    assert (share_of(possible, Fraction(0)), share_of(possible, Fraction(1))) == (0, possible)


@pytest.mark.parametrize("share", [Fraction(-1, 2), Fraction(3, 2)])
def test_a_share_outside_nought_to_one_is_refused(share):
    with pytest.raises(ValueError, match="between 0 and 1"):
        share_of(ONE_POINT, share)


@given(points, points.filter(bool))
def test_a_percentage_is_exact(earned, possible):
    assert percent(earned, possible) * possible == 100 * earned
