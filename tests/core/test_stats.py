"""Formulas against figures that others have published, and against the laws that they must keep."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lms.core import stats
from lms.core.stats import Interval, Person, Sums

# Wuensch, East Carolina University, KR20.txt: ten students, ten questions.
WUENSCH = (
    "1111110110", "1011011101", "1111011001", "0010001000", "0000010010",
    "1110111111", "1101110111", "1111111101", "0101111101", "1101101110",
)  # fmt: skip
# Shrout and Fleiss 1979, table 2: six targets, four judges.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def rounded(interval: Interval, places: int) -> tuple[float, float]:
    return round(interval.low, places), round(interval.high, places)


def matrix(rows):
    return [[int(cell) for cell in row] for row in rows]


def alpha_of(rows):
    totals = [sum(row) for row in rows]
    return stats.alpha([stats.variance(column) for column in zip(*rows, strict=True)], stats.variance(totals))


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_share_is_wilsons(right, n, low, high):
    assert rounded(stats.wilson(right, n), 4) == (low, high)


def test_the_interval_of_a_difference_is_newcombes():
    # Newcombe 1998, Statistics in Medicine 17:873, example a, method 10: 56/70 against 48/80
    assert rounded(stats.difference(56, 70, 48, 80), 4) == (0.0524, 0.3339)


def test_a_point_biserial_is_what_others_compute():
    # SciPy's reference, stats.pointbiserialr: 0 0 0 1 1 1 1 with 0..6
    sums = stats.sums_of(list(zip([0, 0, 0, 1, 1, 1, 1], range(7), strict=True)))
    assert stats.correlation(sums) == pytest.approx(0.8660254037844386, abs=1e-15)


def test_the_interval_of_a_correlation_is_fishers():
    # Biostatistics For Dummies, chapter 15: r = 0.5 of 12 people
    assert rounded(stats.correlation_interval(0.5, 12), 2) == (-0.1, 0.83)


def test_the_upper_lower_index_is_kelleys():
    # 40 students, groups of 11: 9 against 3 right make 0.55
    assert round(stats.upper_lower(9, 11, 3, 11), 2) == 0.55


def test_kr20_is_wuenschs():
    rows = matrix(WUENSCH)
    assert sum(stats.variance(column) for column in zip(*rows, strict=True)) * 9 / 10 == pytest.approx(2.18)
    assert stats.variance([sum(row) for row in rows]) * 9 / 10 == pytest.approx(5.84)
    assert alpha_of(rows) == pytest.approx(10 / 9 * (1 - 2.18 / 5.84))


def test_alpha_is_the_third_intraclass_correlation_of_shrout_and_fleiss():
    assert round(alpha_of(SHROUT_FLEISS), 2) == 0.91  # ICC(3,4)


def test_nested_reliability_is_the_first_one_of_shrout_and_fleiss():
    people = [Person(items=4, total=sum(row), squares=sum(x * x for x in row)) for row in SHROUT_FLEISS]
    assert round(stats.nested_reliability(people), 2) == 0.44  # ICC(1,4)


def test_the_interval_of_alpha_is_feldts():
    # MRC Cognition and Brain Sciences Unit, statistics wiki, cafun: alpha 0.913, 873 people, 20 items
    assert rounded(stats.alpha_interval(0.913, 873, 20), 7) == (0.9044024, 0.9211588)


@pytest.mark.parametrize(
    ("share", "one", "other", "value"),
    [(0.95, 5, 10, 3.326), (0.99, 3, 20, 4.938), (0.975, 1, 1, 647.789), (0.95, 120, 120, 1.352)],
)
def test_quantiles_of_f_are_those_of_the_tables(share, one, other, value):
    assert round(stats.f_quantile(share, one, other), 3) == value


def test_the_standard_error_of_an_intelligence_test_is_the_textbooks():
    assert round(stats.standard_error(15, 0.9), 2) == 4.74  # Wechsler's scale: deviation 15, reliability 0.90


def test_a_percentile_lies_between_two_values_as_in_a_spreadsheet():
    assert stats.percentile({15: 1, 20: 1, 35: 1, 40: 1, 50: 1}, 0.4) == 29.0  # PERCENTILE(15 20 35 40 50; 0.4)
    assert stats.percentile({7: 3}, 0.25) == 7
    assert stats.percentile({}, 0.5) is None


def test_two_values_far_out_do_not_hide_each_other():
    values = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]
    far = [value for value, z in zip(values, stats.outlying(values), strict=True) if abs(z) > stats.FAR_OUT]
    assert far == [8.2, 8.3]


def test_matches_of_equal_chances_are_binomial():
    exact = sum(math.comb(12, hits) * 0.3**hits * 0.7 ** (12 - hits) for hits in range(8, 13))
    assert stats.at_least(8, [0.3] * 12) == pytest.approx(exact)


pairs = some.lists(some.tuples(some.integers(0, 10**6), some.integers(-(10**9), 10**9)), min_size=2, max_size=40)


@given(pairs, some.integers(1, 1000), some.integers(-(10**6), 10**6))
def test_a_correlation_is_the_same_in_other_units(values, times, more):
    moved = stats.sums_of([(x * times + more, y) for x, y in values])
    before, after = stats.correlation(stats.sums_of(values)), stats.correlation(moved)
    assert (before is None and after is None) or before == pytest.approx(after, abs=1e-12)


@given(pairs)
def test_a_correlation_has_bounds_and_turns_with_its_sign(values):
    r = stats.correlation(stats.sums_of(values))
    turned = stats.correlation(stats.sums_of([(x, -y) for x, y in values]))
    assert r is None or (-1 <= r <= 1 and turned == -r)


@given(pairs)
def test_a_correlation_of_whole_numbers_loses_nothing(values):
    """Half of the digits would cancel in floating point: the sums are exact, so only the root rounds."""
    far = [(x, y + 10**15) for x, y in values]
    assert stats.correlation(stats.sums_of(far)) == stats.correlation(stats.sums_of(values))


@given(pairs, some.integers(0, 40))
def test_sums_of_parts_are_the_sums_of_the_whole(values, cut):
    assert stats.sums_of(values[:cut]) + stats.sums_of(values[cut:]) == stats.sums_of(values)


@given(some.lists(some.integers(0, 10**7), min_size=2, max_size=50))
def test_the_exact_variance_is_that_of_floating_point(values):
    exact = stats.spread(len(values), sum(values), sum(value * value for value in values))
    assert float(exact) == pytest.approx(stats.variance(values), rel=1e-9, abs=1e-9)


@given(some.integers(0, 500), some.integers(0, 500))
def test_a_share_lies_in_its_interval_and_the_interval_within_0_and_1(right, wrong):
    found = stats.wilson(right, right + wrong)
    assert 0 <= found.low <= found.high <= 1
    if right + wrong:
        assert found.low <= right / (right + wrong) + 1e-12
        assert right / (right + wrong) <= found.high + 1e-12


@given(some.integers(1, 200), some.integers(0, 200), some.integers(1, 200), some.integers(0, 200))
def test_a_difference_turned_round_turns_its_interval_round(one, more, other, another):
    there = stats.difference(one, one + more, other, other + another)
    back = stats.difference(other, other + another, one, one + more)
    assert there.low == pytest.approx(-back.high, abs=1e-12)


@given(some.floats(-0.99, 0.99), some.integers(4, 10_000))
def test_more_people_make_the_interval_of_a_correlation_narrower(r, n):
    wide, narrow = stats.correlation_interval(r, n), stats.correlation_interval(r, 4 * n)
    assert wide.low <= r <= wide.high
    assert narrow.high - narrow.low < wide.high - wide.low


rows_of_items = some.integers(2, 6).flatmap(
    lambda k: some.lists(some.lists(some.integers(0, 1), min_size=k, max_size=k), min_size=3, max_size=30)
)


@given(rows_of_items)
def test_alpha_never_exceeds_1_and_knows_no_order(rows):
    found = alpha_of(rows)
    assert found is None or found <= 1 + 1e-12
    assert found is None or alpha_of(rows[::-1]) == pytest.approx(found)


@given(some.lists(some.integers(0, 1), min_size=3, max_size=30), some.integers(2, 9))
def test_alpha_of_copies_of_one_item_is_1(column, copies):
    found = alpha_of([[value] * copies for value in column])
    assert found is None or found == pytest.approx(1)


@given(rows_of_items)
def test_a_drawn_papers_reliability_never_exceeds_1_and_knows_no_order_of_items(rows):
    found = [
        stats.nested_reliability([Person(items=len(row), total=sum(row), squares=sum(row)) for row in each])
        for each in (rows, [row[::-1] for row in rows])
    ]
    assert found[0] == found[1]
    assert found[0] is None or found[0] <= 1


def test_a_hard_draw_counts_as_error():
    """Those judges differ in severity: alpha does not mind, the reliability of drawn papers does."""
    people = [Person(items=4, total=sum(row), squares=sum(x * x for x in row)) for row in SHROUT_FLEISS]
    assert stats.nested_reliability(people) < alpha_of(SHROUT_FLEISS) - 0.4


@given(some.floats(-1, 1), some.integers(2, 400), some.integers(2, 40))
def test_a_reliability_lies_in_its_interval(value, n, k):
    found = stats.alpha_interval(value, n, k)
    assert found.low <= value + 1e-9
    assert value <= found.high + 1e-9


@given(some.floats(0.001, 0.999), some.integers(1, 200), some.integers(1, 200))
def test_quantiles_of_f_turned_round_are_each_others_inverse(share, one, other):
    there, back = stats.f_quantile(share, one, other), stats.f_quantile(1 - share, other, one)
    assert there * back == pytest.approx(1, rel=1e-6)


@given(some.floats(0, 100), some.floats(-2, 1))
def test_a_standard_error_is_at_most_the_spread(deviation, reliability):
    assert 0 <= stats.standard_error(deviation, reliability) <= deviation


@given(some.lists(some.floats(0, 100), max_size=60), some.integers(1, 20))
def test_every_value_stands_in_one_bin(values, count):
    found = stats.bins(values, count, 100)
    assert len(found) == count
    assert sum(found) == len(values)


def test_the_full_score_stands_in_the_last_bin():
    assert stats.bins([0, 9.99, 10, 100], 10, 100) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]


@given(some.lists(some.floats(0, 1), max_size=15), some.integers(0, 16))
def test_more_matches_are_never_likelier(chances, hits):
    assert stats.at_least(hits + 1, chances) <= stats.at_least(hits, chances) <= 1


def test_nothing_is_said_of_nothing():
    assert stats.correlation(Sums()) is None
    assert stats.wilson(0, 0) == Interval(low=0, high=1)
    assert stats.alpha([Fraction(1)], Fraction(1)) is None
    assert stats.upper_lower(0, 0, 1, 2) is None
    assert stats.nested_reliability([]) is None
