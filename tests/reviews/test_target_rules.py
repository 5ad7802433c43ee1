"""Targets of a year: relative, by points, by value; the forecast against a published example; months of any rows."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.performance.rules.metrics import BUILT_IN
from lms.performance.rules.periods import Grain
from lms.reviews.rules.forecast import Forecast, forecast
from lms.reviews.rules.targets import (
    Goal,
    Month,
    Reached,
    Row,
    State,
    Way,
    by_month,
    foretold,
    goal_of,
    mean_of,
    offered,
    room,
    state_of,
)

METRIC = {metric.code: metric for metric in BUILT_IN}
CSAT, RESPONSE, INTERVENTION = METRIC["csat"], METRIC["first_response"], METRIC["intervention"]

LOTS = (80, 30, 50, 90, 70, 60, 120, 80, 100, 50, 40, 70, 90, 20, 110, 100, 30, 50, 90, 110, 30, 90, 40, 80, 70)
HOURS = (
    *(399, 121, 221, 376, 361, 224, 546, 352, 353, 157, 160, 252, 389),
    *(113, 435, 420, 212, 268, 377, 421, 273, 468, 244, 342, 323),
)
TOLUCA = list(zip(LOTS, HOURS, strict=True))
"""Lot size and work hours of the Toluca Company: Kutner, Nachtsheim, Neter and Li, Applied Linear Statistical Models."""


def test_the_forecast_of_a_published_example():
    """The book predicts 419.4 hours for a lot of 100, from 332.2 to 506.6 with 90 %."""
    found = forecast([(float(x), float(y)) for x, y in TOLUCA], 100.0, confidence=0.90)
    assert found is not None
    assert found.value == pytest.approx(419.4, abs=0.05)
    assert (found.low, found.high) == pytest.approx((332.2, 506.6), abs=0.1)
    assert found.error == pytest.approx(50.87, abs=0.01)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_than_three_months_foretell_nothing(n):
    assert forecast([(float(each), 80.0) for each in range(n)], 12.0) is None


def test_a_forecast_stays_within_what_the_figure_can_be():
    found = forecast([(1.0, 80.0), (2.0, 90.0), (3.0, 99.0)], 12.0, low=0.0, high=100.0)
    assert found is not None
    assert found.value == found.high == 100.0


@given(
    st.lists(st.floats(0, 100), min_size=3, max_size=12),
    st.floats(-3, 3),
)
def test_a_line_through_months_is_moved_with_them(values, slope):
    """Adding a straight line to the months adds it to the forecast and leaves its width alone."""
    points = [(float(place), value) for place, value in enumerate(values)]
    one = forecast(points, 12.0)
    other = forecast([(x, y + slope * x) for x, y in points], 12.0)
    assert one is not None
    assert other is not None
    assert other.value == pytest.approx(one.value + 12 * slope, abs=1e-6)
    assert other.high - other.low == pytest.approx(one.high - one.low, abs=1e-5)


@pytest.mark.parametrize(
    ("way", "amount", "base", "metric", "goal"),
    [
        (Way.RELATIVE, 20.0, 70.0, CSAT, 84.0),
        (Way.RELATIVE, -30.0, 40.0, RESPONSE, 28.0),
        (Way.RELATIVE, -15.0, 2.0, INTERVENTION, 1.7),
        (Way.POINTS, 5.0, 88.0, CSAT, 93.0),
        (Way.VALUE, 90.0, None, CSAT, 90.0),
    ],
)
def test_what_is_to_be_reached(way, amount, base, metric, goal):
    found = goal_of(way, amount, base, metric)
    assert found is not None
    assert found.value == pytest.approx(goal)
    assert not found.is_impossible


def test_twenty_percent_more_than_88_is_impossible_and_points_are_offered():
    found = goal_of(Way.RELATIVE, 20.0, 88.0, CSAT)
    assert found == Goal(value=100.0, wanted=pytest.approx(105.6))
    assert found.is_impossible
    assert room(88.0, CSAT) == 12.0
    assert offered(88.0, CSAT) == 2.4
    assert offered(30.0, RESPONSE) == -6.0


def test_without_a_base_only_a_value_can_be_aimed_at():
    assert goal_of(Way.RELATIVE, 20.0, None, CSAT) is None
    assert goal_of(Way.POINTS, 2.0, None, CSAT) is None


def months(*values: float, running: float | None = None) -> list[Month]:
    every = [
        Month(start=date(2026, number, 1), reached=Reached(value=value, cases=10, people=5), is_over=True)
        for number, value in enumerate(values, start=1)
    ]
    if running is not None:
        start = date(2026, len(values) + 1, 1)
        every.append(Month(start=start, reached=Reached(value=running, cases=1, people=5), is_over=False))
    return every


@pytest.mark.parametrize(
    ("values", "goal", "state"),
    [
        ((70.0, 75.0, 80.0), 79.0, State.REACHED),
        ((70.0, 71.0, 72.0), 80.0, State.ON_TRACK),
        ((70.0, 70.1, 70.0), 80.0, State.BEHIND),
        ((70.0, 75.0), 80.0, State.TOO_FEW),
        ((), 80.0, State.NO_FIGURES),
    ],
)
def test_how_a_target_stands(values, goal, state):
    every = months(*values)
    expected = foretold(every, CSAT)
    assert state_of(every, Goal(value=goal, wanted=goal), expected, CSAT.direction) is state


def test_the_running_month_is_shown_and_foretells_nothing():
    assert foretold(months(70.0, 71.0, running=99.0), CSAT) is None
    every = months(70.0, 71.0, 72.0, running=99.0)
    expected = foretold(every, CSAT)
    assert isinstance(expected, Forecast)
    assert expected.value == pytest.approx(81.0)
    assert state_of(every, Goal(value=90.0, wanted=90.0), expected, CSAT.direction) is State.BEHIND


def test_for_a_figure_that_is_to_fall_below_is_reached():
    every = months(40.0, 35.0, 27.0)
    assert state_of(every, Goal(value=28.0, wanted=28.0), None, RESPONSE.direction) is State.REACHED
    assert state_of(every, Goal(value=20.0, wanted=20.0), foretold(every, RESPONSE), RESPONSE.direction) is (
        State.ON_TRACK
    )


def row(grain: Grain, start: date, value: float, weight: float = 10.0, people: int = 3) -> Row:
    return Row(grain=grain, start=start, total=value * weight, weight=weight, people=people)


def test_a_week_belongs_to_the_month_of_its_thursday():
    found = by_month([row(Grain.WEEK, date(2026, 9, 28), 80.0)], is_mean=True)
    assert list(found) == [date(2026, 10, 1)]


def test_of_several_ways_the_one_that_tells_of_most_people_counts():
    ways = [row(Grain.MONTH, date(2026, 9, 1), 90.0, people=2), row(Grain.WEEK, date(2026, 9, 7), 80.0, people=30)]
    assert by_month(ways, is_mean=True)[date(2026, 9, 1)].value == 80.0
    ways = [row(Grain.MONTH, date(2026, 9, 1), 90.0), row(Grain.WEEK, date(2026, 9, 7), 80.0)]
    assert by_month(ways, is_mean=True)[date(2026, 9, 1)].value == 90.0


def test_means_are_weighted_and_numbers_are_added():
    days = [row(Grain.DAY, date(2026, 9, 1) + timedelta(days=each), 80.0 + each, 1.0 + each) for each in range(3)]
    assert by_month(days, is_mean=True)[date(2026, 9, 1)].value == pytest.approx((80 + 2 * 81 + 3 * 82) / 6)
    counted = [Row(grain=Grain.DAY, start=date(2026, 9, each), total=5.0, weight=1, people=1) for each in (1, 2, 3)]
    assert by_month(counted, is_mean=False)[date(2026, 9, 1)].value == 15.0


def test_a_base_of_several_months_is_weighted_by_their_cases():
    every = [Reached(value=80.0, cases=10, people=5), Reached(value=90.0, cases=30, people=5)]
    assert mean_of(every, is_mean=True).value == pytest.approx(87.5)
    assert mean_of(every, is_mean=False).value == pytest.approx(85.0)
    assert mean_of([], is_mean=True) is None
