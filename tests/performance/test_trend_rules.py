"""Points of a chart over months, and where days lie between them."""

from datetime import date

from lms.performance.rules.periods import Grain, period
from lms.performance.rules.trends import middle, months_until, points, share
from lms.web.charts import track, waterfall

MONTHS = months_until(date(2026, 11, 23))


def test_six_months_end_with_that_of_the_day():
    assert [str(each) for each in MONTHS] == ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]


def test_a_month_of_its_own_wins_over_its_days():
    rows = [(Grain.MONTH, date(2026, 10, 1), 80.0, 9), (Grain.DAY, date(2026, 10, 5), 20.0, 1)]
    assert [(str(each.period), each.value) for each in points(rows, MONTHS, is_mean=True)] == [("2026-10", 80.0)]


def test_days_make_a_month_weighted_by_their_cases():
    rows = [(Grain.DAY, date(2026, 10, 5), 20.0, 1), (Grain.DAY, date(2026, 10, 6), 80.0, 3)]
    found = points(rows, MONTHS, is_mean=True)
    assert [(each.value, each.count) for each in found] == [(65.0, 4)]


def test_quarters_stand_alone_where_nothing_finer_is_known():
    rows = [(Grain.QUARTER, date(2026, 7, 1), 70.0, None), (Grain.QUARTER, date(2025, 1, 1), 10.0, None)]
    assert [str(each.period) for each in points(rows, MONTHS, is_mean=True)] == ["2026Q3"]


def test_days_lie_between_the_first_and_the_last():
    first, until = date(2026, 6, 1), date(2026, 12, 1)
    assert share(first, first, until) == 0
    assert share(date(2027, 1, 1), first, until) == 1
    assert 0.4 < middle(period("2026-08"), first, until) < 0.5


def test_a_waterfall_begins_each_step_where_the_last_one_ended():
    # the composite of the story: 25.47 + 20.5 + 15 + 8 + 10.2 = 79.17
    parts = [(25.47, 30.0), (20.5, 25.0), (15.0, 20.0), (8.0, 10.0), (10.2, 15.0)]
    steps = waterfall(parts)
    assert [step.start for step in steps[1:]] == [step.end for step in steps[:-1]]
    assert steps[-1].end == 79.17
    assert [step.lost for step in steps] == [4.53, 4.5, 5.0, 2.0, 4.8]


def test_a_flat_line_lies_in_the_middle_and_levels_fit_in():
    assert track([(0, 5), (1, 5)], left=0, right=10, top=0, bottom=100).dots == ((0, 50), (10, 50))
    drawn = track([(0.5, 80)], left=0, right=10, top=0, bottom=100, levels=[90])
    assert (drawn.dots, drawn.levels) == (((5, 100),), (0,))
