"""Difference in differences: published examples, laws, and simulated companies in which the truth is known."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.stats import Interval, discoveries, estimate, t_outside, t_quantile, welch
from lms.performance.rules.impact import (
    Impact,
    Left,
    Series,
    Study,
    Verdict,
    Wave,
    impact,
    pooled,
    verdict_of,
)
from lms.performance.rules.metrics import Direction

SLEEP = (
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
)
"""Student's sleep data (Cushny and Peebles 1905); R's documentation of t.test prints what Welch's test says of it."""


def test_fast_food_in_new_jersey_and_pennsylvania():
    """Card and Krueger 1994, table 3: full-time equivalents 20.44 to 21.03 and 23.33 to 21.17, difference 2.76."""
    jersey = {person: (21.03 + apart) - (20.44 - apart) for person, apart in enumerate((-1.5, 0.0, 1.5))}
    pennsylvania = {person: (21.17 + apart) - (23.33 - apart) for person, apart in enumerate((-2.0, 2.0), start=10)}
    assert pooled([Wave(trained=jersey, others=pennsylvania)]).value == pytest.approx(2.76, abs=0.011)


def test_their_standard_error_is_that_of_two_independent_changes():
    """The same table: changes of 0.59 (0.54) and -2.16 (1.25) give 2.76 with a standard error of 1.36."""
    found = estimate(2.76, [(0.54**2, 308), (1.25**2, 74)])
    assert found.error == pytest.approx(1.36, abs=0.005)


def test_welch_as_r_prints_it():
    found = welch(*SLEEP)
    assert found.degrees == pytest.approx(17.776, abs=0.0005)
    assert (found.interval.low, found.interval.high) == pytest.approx((-3.3654832, 0.2054832), abs=1e-7)
    assert found.value / found.error == pytest.approx(-1.8608, abs=0.00005)
    assert t_outside(found.value / found.error, found.degrees) == pytest.approx(0.07939, abs=0.000005)


@pytest.mark.parametrize(
    ("share", "degrees", "quantile"),
    [(0.975, 1, 12.706), (0.975, 10, 2.228), (0.975, 30, 2.042), (0.95, 5, 2.015), (0.025, 10, -2.228)],
)
def test_quantiles_of_t_are_those_of_every_table(share, degrees, quantile):
    assert t_quantile(share, degrees) == pytest.approx(quantile, abs=0.0005)


@given(st.floats(0.001, 0.999), st.floats(0.5, 500))
def test_a_quantile_of_t_and_its_chance_belong_together(share, degrees):
    assert t_outside(t_quantile(share, degrees), degrees) == pytest.approx(2 * min(share, 1 - share), rel=1e-6)


def test_false_discoveries_as_published():
    """Benjamini and Hochberg 1995, 3.2: of 15 comparisons after a heart attack the first four are kept."""
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324]
    chances += [0.4262, 0.5719, 0.6528, 0.759, 1.0]
    assert discoveries(chances) == [True] * 4 + [False] * 11
    assert discoveries(chances[::-1]) == [False] * 11 + [True] * 4
    assert discoveries([]) == []


def test_one_wave_is_the_difference_of_two_means():
    wave = Wave(trained=dict(enumerate(SLEEP[0])), others=dict(enumerate(SLEEP[1], start=100)))
    one, other = pooled([wave]), welch(*SLEEP)
    assert one is not None
    assert one.value == pytest.approx(other.value)
    assert one.error == pytest.approx(other.error)
    assert one.degrees == pytest.approx(other.degrees)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=8), st.lists(st.floats(-50, 50), min_size=2, max_size=8))
def test_what_happens_to_everybody_alike_is_no_effect(one, other):
    """A season lifts both groups by the same: the estimate does not move."""
    plain = pooled([Wave(trained=dict(enumerate(one)), others=dict(enumerate(other, start=100)))])
    lifted = pooled(
        [
            Wave(
                trained={key: value + 7 for key, value in enumerate(one)},
                others={key: value + 7 for key, value in enumerate(other, start=100)},
            )
        ]
    )
    assert plain is not None
    assert lifted is not None
    assert lifted.value == pytest.approx(plain.value, abs=1e-9)
    assert lifted.error == pytest.approx(plain.error, abs=1e-9)


def test_waves_count_by_how_many_were_trained_in_each():
    small = Wave(trained={1: 10.0, 2: 10.0}, others={7: 0.0, 8: 0.0})
    great = Wave(trained={3: 1.0, 4: 1.0, 5: 1.0, 6: 1.0, 10: 1.0, 11: 1.0}, others={7: 0.0, 8: 0.0})
    found = pooled([small, great])
    assert found is not None
    assert found.value == pytest.approx((2 * 10 + 6 * 1) / 8)


@pytest.mark.parametrize(
    ("low", "high", "direction", "verdict"),
    [
        (0.6, 4.0, Direction.UP, Verdict.BETTER),
        (-4.0, -0.6, Direction.UP, Verdict.WORSE),
        (-4.0, -0.6, Direction.DOWN, Verdict.BETTER),
        (0.6, 4.0, Direction.DOWN, Verdict.WORSE),
        (-0.1, 4.0, Direction.UP, Verdict.NONE),
        (0.0, 4.0, Direction.UP, Verdict.NONE),
    ],
)
def test_less_is_better_where_a_figure_is_to_fall(low, high, direction, verdict):
    assert verdict_of(Interval(low=low, high=high), direction) is verdict


# simulated companies

STEPS, WIDTH = 24, 4
STUDY = Study(first=8, last=11, width=WIDTH)
RUNS = 300


def company(
    seed: int,
    *,
    effect: float = 0.0,
    trend: float = 0.1,
    people: int = 60,
    chosen: Callable[[float], bool] | None = None,
    drift: float = 0.0,
) -> Impact:
    """Return what is said of a company in which a training changes everybody's figure by `effect`.

    Half are trained in four waves, a quarter later, a quarter never; every week has its own luck for all, every person
    a level, every figure some 20 customers. chosen: who is trained in step 8, by what the four weeks before looked
    like. drift: points a week by which the trained ones rise in any case.
    """
    luck = random.Random(seed)
    season = [luck.gauss(0, 2) for _ in range(STEPS)]
    figures, trained = {}, {}
    for person in range(people):
        level, values = luck.gauss(85, 5), {}
        wave = 8 + luck.randrange(4) if person % 2 == 0 else None
        for step in range(STEPS):
            cases = luck.randint(5, 40)
            own = level + trend * step + season[step] + luck.gauss(0, 20 / cases**0.5)
            values[step] = [own, cases]
        if chosen is not None:
            wave = 8 if chosen(sum(values[step][0] - level - season[step] for step in range(4, 8)) / 4) else None
        if wave is not None:
            trained[person] = wave
            for step in range(STEPS):
                values[step][0] += drift * step + (effect if step > wave else 0.0)
        elif person % 4 == 1 and chosen is None:
            trained[person] = 20
        figures[person] = Series({step: (own * cases, cases) for step, (own, cases) in values.items()}, STEPS)
    return impact(figures, trained, STUDY)


def test_the_interval_holds_a_known_effect_in_about_95_of_100_companies():
    found = [company(seed, effect=3.0).effect for seed in range(RUNS)]
    held = sum(each is not None and each.interval.low <= 3.0 <= each.interval.high for each in found)
    assert 0.92 <= held / RUNS <= 0.985
    assert sum(each.value for each in found if each is not None) / RUNS == pytest.approx(3.0, abs=0.15)


def test_where_nothing_happened_about_5_of_100_are_false_alarms():
    alarms = sum(company(seed).verdict is not Verdict.NONE for seed in range(1_000, 1_000 + RUNS))
    assert 0.015 <= alarms / RUNS <= 0.08


def test_a_rising_year_is_not_taken_for_an_effect():
    """Everybody rises by half a point a week: before and after alone would find two and a half points."""
    found = [company(seed, trend=0.5) for seed in range(100)]
    spans = [(each.before, each.after) for each in found]
    naive = sum(after.trained.value - before.trained.value for before, after in spans if before and after) / 100
    told = sum(each.effect.value for each in found if each.effect) / 100
    assert naive == pytest.approx(2.5, abs=0.5)
    assert told == pytest.approx(0.0, abs=0.2)


def test_who_is_sent_to_training_after_a_bad_month_gets_better_anyhow_and_the_page_warns():
    """Regression to the mean: the one thing that the comparison can't see through; the weeks before give it away."""
    found = [company(seed, people=240, chosen=lambda luck: luck < 0.0) for seed in range(40)]
    assert all(each.verdict is Verdict.BETTER for each in found)
    assert sum(each.is_doubtful for each in found) >= 38


def test_groups_that_went_apart_before_are_said_to_be_doubtful():
    found = [company(seed, drift=0.8, people=120) for seed in range(40)]
    assert sum(each.is_doubtful for each in found) >= 36
    assert sum(company(seed, effect=3.0).is_doubtful for seed in range(100)) <= 10


# who counts


def flat(value: float, steps: range = range(STEPS)) -> Series:
    return Series(dict.fromkeys(steps, (value, 1.0)), STEPS)


def test_seven_people_are_too_few():
    figures = {person: flat(80 + person % 5) for person in range(40)}
    assert impact(figures, dict.fromkeys(range(7), 8), STUDY).verdict is Verdict.TOO_FEW
    assert impact(figures, dict.fromkeys(range(8), 8), STUDY).verdict is Verdict.NONE


def test_who_is_trained_soon_after_is_no_comparison_and_who_is_trained_later_is_one():
    figures = {person: flat(80 + person % 5) for person in range(30)}
    trained = dict.fromkeys(range(10), 8) | dict.fromkeys(range(10, 20), 12) | dict.fromkeys(range(20, 30), 13)
    found = impact(figures, trained, STUDY)
    assert (found.trained, found.others) == (10, 10)


def test_who_is_not_counted_is_counted_and_told():
    figures = {person: flat(80 + person % 5) for person in range(40)}
    figures[0] = flat(80, range(9, STEPS))
    figures[1] = figures[2] = flat(80, range(9))
    del figures[3]
    trained = dict.fromkeys(range(12), 8)
    found = impact(figures, trained, STUDY, gone=frozenset([2]))
    assert found.left_out == {Left.BEFORE: 2, Left.AFTER: 1, Left.GONE: 1}
    assert found.trained == 8


def test_a_wave_with_nobody_to_compare_with_is_left_out():
    figures = {person: flat(80 + person % 5) for person in range(20)}
    found = impact(figures, dict.fromkeys(range(20), 8), STUDY)
    assert found.left_out == {Left.ALONE: 20}
    assert found.verdict is Verdict.TOO_FEW


def test_waves_of_fewer_than_eight_count_and_are_not_shown():
    figures = {person: flat(80 + person % 5) for person in range(40)}
    trained = dict.fromkeys(range(3), 8) | dict.fromkeys(range(3, 12), 9)
    found = impact(figures, trained, STUDY)
    assert found.trained == 12
    assert [(each.step, each.trained) for each in found.waves] == [(9, 9)]


@given(st.integers(0, 20), st.integers(0, 8))
def test_a_mean_over_a_span_is_that_of_its_figures(first, width):
    values = {step: (80.0 + step, 1.0) for step in range(0, STEPS, 2)}
    within = [80.0 + step for step in range(first, min(first + width, STEPS)) if step % 2 == 0]
    found = Series({step: values[step] for step in values}, STEPS).mean(first, first + width)
    assert found == (pytest.approx(sum(within) / len(within)) if within else None)
