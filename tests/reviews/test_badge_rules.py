"""How badges are reached, and how the two sides of an award's beginning compare."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.performance.rules.periods import period
from lms.reviews.rules.award_effect import effect, spans
from lms.reviews.rules.badges import BADGES, BY_CODE, Deeds, reached
from lms.reviews.rules.deductions import USUAL, State, appeal_until, checked_rule, is_due, may_appeal

MONDAY = date(2026, 10, 5)
LATE = date(2027, 3, 1)


def week(n, *done):
    return [(MONDAY + timedelta(weeks=n, days=2), each) for each in done]


def test_the_first_and_the_tenth_of_a_kind_give_a_badge_on_their_day():
    days = [MONDAY + timedelta(days=n) for n in range(10)]
    assert reached(Deeds(full=days[::-1]), LATE) == {"full_1": days[0], "full_10": days[9]}
    assert reached(Deeds(shares=days[:9]), LATE) == {"share_1": days[0]}
    assert reached(Deeds(certified=[MONDAY]), LATE) == {"certified": MONDAY}


def test_four_weeks_with_everything_on_time_give_one_on_the_sunday():
    due = [each for n in range(4) for each in week(n, True, True)]
    assert reached(Deeds(due=due), LATE) == {"weeks_4": MONDAY + timedelta(days=27)}


def test_a_week_with_one_late_thing_breaks_the_row():
    due = week(0, True) + week(1, True) + week(2, True, False) + week(3, True) + week(4, True)
    assert reached(Deeds(due=due), LATE) == {}


def test_a_week_with_nothing_due_neither_counts_nor_breaks():
    due = week(0, True) + week(2, True) + week(5, True) + week(9, True)
    assert reached(Deeds(due=due), LATE) == {"weeks_4": MONDAY + timedelta(weeks=9, days=6)}


def test_a_week_that_is_not_over_does_not_count_yet():
    due = [each for n in range(4) for each in week(n, True)]
    last = MONDAY + timedelta(days=27)
    assert reached(Deeds(due=due), last) == {}
    assert "weeks_4" in reached(Deeds(due=due), last + timedelta(days=1))


@given(st.lists(st.tuples(st.integers(0, 120), st.booleans()), max_size=60), st.randoms(), st.integers(0, 150))
def test_what_was_reached_stays_reached_and_order_does_not_matter(due, random, more):
    deeds = [(MONDAY + timedelta(days=n), done) for n, done in due]
    today = MONDAY + timedelta(days=100)
    found = reached(Deeds(due=deeds), today)
    random.shuffle(deeds)
    assert reached(Deeds(due=deeds), today) == found
    assert found.items() <= reached(Deeds(due=deeds), today + timedelta(days=more)).items()


def test_every_badge_can_be_told_apart():
    assert len(BY_CODE) == len(BADGES)


# deductions


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (State.NOTICED, True),
        (State.UPHELD, True),
        (State.APPEALED, False),
        (State.WITHDRAWN, False),
        (State.EFFECTIVE, False),
    ],
)
def test_it_counts_after_the_last_day_for_an_appeal_unless_one_waits(state, due):
    until = appeal_until(MONDAY)
    assert not is_due(state, until, until)
    assert is_due(state, until, until + timedelta(days=1)) is due


def test_an_appeal_is_in_time_on_the_last_day():
    until = appeal_until(MONDAY)
    assert may_appeal(State.NOTICED, until, until)
    assert not may_appeal(State.NOTICED, until, until + timedelta(days=1))
    assert not may_appeal(State.UPHELD, until, MONDAY)


def test_the_usual_rules_are_right():
    for each in USUAL:
        checked_rule(str(each.item), each.points, str(each.words))
    assert len({each.code for each in USUAL}) == len(USUAL)


# before and after


def test_three_periods_before_it_began_and_those_since_that_are_over():
    before, after = spans(period("2026Q1"), period("2026Q4"))
    assert [str(each) for each in before] == ["2025Q2", "2025Q3", "2025Q4"]
    assert [str(each) for each in after] == ["2026Q1", "2026Q2", "2026Q3"]
    assert spans(period("2026-10"), period("2026-10"))[1] == []


def test_means_of_everybody_and_of_those_who_were_there_throughout():
    before, after = [period("2026Q1")], [period("2026Q2")]
    first = dict.fromkeys(range(5), 60.0) | {9: 0.0}
    second = dict.fromkeys(range(5), 70.0)
    found = effect(before, after, {before[0]: first, after[0]: second})
    assert [line.mean for line in found.lines] == [50.0, 70.0]
    assert [line.steady for line in found.lines] == [60.0, 70.0]
    assert (found.n_steady, found.change) == (5, 20.0)


def test_means_of_fewer_than_five_are_not_shown():
    one, two = period("2026Q1"), period("2026Q2")
    found = effect([one], [two], {one: {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}, two: {}})
    assert [line.mean for line in found.lines] == [None, None]
    assert found.change is None


def test_a_period_of_which_nothing_is_known_leaves_nobody_out_of_the_others():
    empty, one, two = period("2025Q4"), period("2026Q1"), period("2026Q2")
    known = dict.fromkeys(range(5), 60.0)
    found = effect([empty, one], [two], {empty: {}, one: known, two: known})
    assert (found.n_steady, [line.steady for line in found.lines]) == (5, [None, 60.0, 60.0])
