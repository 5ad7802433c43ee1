"""Need, Erlang C, forecast and gap: worked examples from books, and the laws that hold for every number."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid
from lms.readiness.rules.erlang import MOST_EXACT, agents_for, erlang_b, erlang_c, service_level
from lms.readiness.rules.forecast import backtest, guesses, weekday_mean
from lms.readiness.rules.gap import Coming, by_hours, fill, spans, staffed
from lms.readiness.rules.need import (
    Formula,
    Volume,
    Way,
    by_step,
    checked,
    formula_of,
    need_of,
    read_profile,
    shared,
)
from lms.readiness.rules.outlook import Again, Supply, Wanted, fullest, outlook

DAY = date(2026, 11, 23)


# --- one more agent for every thousand orders


def test_the_sample_companys_peak_needs_nine_more():
    assert by_step(44, 6_200, 14_800) == 53


@pytest.mark.parametrize(("orders", "need"), [(6_200, 44), (6_201, 45), (7_200, 45), (7_201, 46), (5_000, 44), (0, 44)])
def test_a_thousand_begun_counts_and_quiet_days_keep_everybody(orders, need):
    assert by_step(44, 6_200, orders) == need


def test_told_to_a_quiet_day_takes_fewer():
    assert by_step(44, 6_200, 4_200, may_shrink=True) == 42
    assert by_step(2, 6_200, 0, may_shrink=True) == 0


@given(
    st.integers(0, 500), st.integers(0, 50_000), st.integers(0, 50_000), st.integers(0, 5_000), st.integers(1, 5_000)
)
def test_more_orders_never_need_fewer_by_step(present, base, orders, more, per):
    for may_shrink in (False, True):
        few = by_step(present, base, orders, per=per, may_shrink=may_shrink)
        assert few <= by_step(present, base, orders + more, per=per, may_shrink=may_shrink)
    assert by_step(present, base, orders, per=per) >= present


# --- Erlang


def test_erlang_b_is_that_of_the_published_table():
    """Load for a blocking of 1 % as every table of Erlang B gives it, to its last digit."""
    for agents, load in [(1, 0.0101), (2, 0.153), (5, 1.361), (10, 4.461), (20, 12.031), (50, 37.901), (100, 84.064)]:
        assert erlang_b(agents, load) == pytest.approx(0.01, rel=6e-3)


def test_ten_erlang_and_eighty_in_twenty_take_fourteen():
    """The worked example of most introductions: 100 calls in half an hour, 180 seconds each, 80 % within 20 seconds."""
    load = 100 * 180 / 1_800
    assert load == 10
    assert agents_for(load, 180, 20, 0.8) == 14
    assert erlang_c(14, 10) == pytest.approx(0.1741, abs=5e-4)
    assert service_level(14, 10, 180, 20) == pytest.approx(0.888, abs=1e-3)
    assert service_level(13, 10, 180, 20) < 0.8


def test_erlang_c_of_one_and_two_agents_is_what_algebra_says():
    """One agent: the load itself; two: 2ρ² ÷ (1 + ρ)."""
    for load in (0.1, 0.5, 0.9):
        assert erlang_c(1, load) == pytest.approx(load)
        assert erlang_c(2, 2 * load) == pytest.approx(2 * load**2 / (1 + load))


def test_as_many_agents_as_load_leave_everybody_waiting():
    assert erlang_c(10, 10) == 1.0
    assert service_level(10, 10, 180, 20) == 0.0


@given(st.floats(0.01, 500), st.floats(0, 50), st.floats(10, 900), st.floats(0, 300), st.floats(0.01, 0.99))
def test_more_load_never_takes_fewer_agents(load, more, handling, within, target):
    assert agents_for(load, handling, within, target) <= agents_for(load + more, handling, within, target)


@given(st.floats(0.5, 200), st.floats(10, 900), st.floats(0, 300), st.floats(0.01, 0.99))
def test_the_fewest_agents_suffice_and_one_less_does_not(load, handling, within, target):
    agents = agents_for(load, handling, within, target)
    assert service_level(agents, load, handling, within) >= target
    assert agents == 1 or service_level(agents - 1, load, handling, within) < target


@pytest.mark.parametrize(("target", "within"), [(0.8, 20), (0.95, 10), (0.2, 0)])
def test_the_limit_for_large_groups_joins_the_recursion(target, within):
    below, above = agents_for(MOST_EXACT, 240, within, target), agents_for(MOST_EXACT + 0.001, 240, within, target)
    assert abs(above - below) <= 1


def test_a_load_that_nobody_can_mean_is_refused():
    with pytest.raises(Invalid):
        agents_for(1e9, 240, 20, 0.8)


# --- the need of a day


volumes = st.builds(Volume, orders=st.integers(0, 200_000))


@given(volumes, st.integers(0, 50_000), st.sampled_from(list(Way)), st.floats(0, 80))
def test_more_orders_never_need_fewer_people_in_any_hour(volume, more, way, shrinkage):
    formula = Formula(way=way, shrinkage=shrinkage)
    few = need_of(formula, volume, present=44, base=6_200)
    many = need_of(formula, Volume(orders=volume.orders + more), present=44, base=6_200)
    assert few.people <= many.people
    assert all(a <= b for a, b in zip(few.hours, many.hours, strict=True))


@given(volumes, st.floats(0, 80), st.floats(0, 10))
def test_more_shrinkage_never_needs_fewer(volume, shrinkage, more):
    few = need_of(Formula(way=Way.ERLANG, shrinkage=shrinkage), volume, present=0, base=0)
    many = need_of(Formula(way=Way.ERLANG, shrinkage=shrinkage + more), volume, present=0, base=0)
    assert few.people <= many.people


@given(volumes, st.floats(1, 10), st.floats(0, 5))
def test_more_chats_at_once_never_need_more(volume, concurrency, more):
    many = need_of(Formula(way=Way.ERLANG, concurrency=concurrency), volume, present=0, base=0)
    few = need_of(Formula(way=Way.ERLANG, concurrency=concurrency + more), volume, present=0, base=0)
    assert few.people <= many.people


def test_contacts_that_are_known_count_in_place_of_those_reckoned():
    formula = Formula(way=Way.ERLANG, contacts_per_order=0.5)
    told = need_of(formula, Volume(orders=10_000, contacts=5_000), present=0, base=0)
    assert told == need_of(formula, Volume(orders=10_000), present=0, base=0)
    assert told.people > need_of(formula, Volume(orders=10_000, contacts=100), present=0, base=0).people


def test_an_hour_by_erlang_is_the_worked_example_with_shrinkage():
    """10 Erlang in one hour of the day: 14 agents, 20 with 30 % away."""
    only_ten = tuple(1.0 if hour == 10 else 0.0 for hour in range(24))
    formula = Formula(way=Way.ERLANG, handling=180, concurrency=1, shrinkage=30, profile=only_ten, days_per_week=7)
    need = need_of(formula, Volume(orders=0, contacts=200), present=0, base=0)
    assert need.hours[10] == need.people == 20
    assert sum(need.hours) == 20


def test_a_formula_is_kept_and_read_again():
    formula = Formula(way=Way.ERLANG, handling=180, profile=tuple(float(each) for each in range(24)))
    assert formula_of(formula.written()) == formula
    assert formula_of({"per": 900, "of a later version": 1}).per == 900


def test_every_number_out_of_bounds_is_said_at_once():
    with pytest.raises(Invalid) as refused:
        checked(Formula(per=0, handling=0, shrinkage=100, concurrency=0, profile=(0,) * 24, way="guess"))
    assert set(refused.value.fields) == {"per", "handling", "shrinkage", "concurrency", "profile", "way"}


@pytest.mark.parametrize(
    "written", ["", "1 2", "0 " * 24, "x " * 24, "-1 " * 24, "1e999 " * 24, "nan " * 24, "9" * 4_500]
)
def test_a_profile_that_is_none_is_refused(written):
    with pytest.raises(Invalid):
        read_profile(written)


def test_a_profile_is_read_with_commas_of_both_widths():
    assert read_profile("1,2，3、4 " + "5 " * 20)[:5] == (1, 2, 3, 4, 5)


@given(st.integers(0, 10_000), st.lists(st.floats(0.1, 100), min_size=1, max_size=6))
def test_shares_add_up_and_nobody_is_more_than_one_off(people, shares):
    found = shared(people, shares)
    assert sum(found) == people
    for count, share in zip(found, shares, strict=True):
        assert abs(count - people * share / sum(shares)) < 1 + 1e-6


# --- who can be placed, and what fills the gap


def placed_by_trying(needs, able):
    best = 0
    for choice in product(*[[None, *skills] for skills in able]):
        if all(choice.count(place) <= need for place, need in enumerate(needs)):
            best = max(best, sum(each is not None for each in choice))
    return best


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=3),
    st.lists(st.sets(st.integers(0, 2)), max_size=5),
)
def test_nobody_is_placed_twice(needs, able):
    known = [{skill for skill in skills if skill < len(needs)} for skills in able]
    assert staffed(needs, known) == placed_by_trying(needs, known)


def coming(people: int, in_days: int, cohort_id: int = 1) -> Coming:
    return Coming(
        cohort_id=cohort_id, name="批次", people=people, ready_on=DAY + timedelta(days=in_days), workdays=in_days
    )


def test_ten_missing_are_three_again_four_in_training_three_to_find():
    found = fill(10, 3, [coming(4, 8)], by=DAY + timedelta(days=40))
    assert (found.again, found.intakes[0][1], found.recruit) == (3, 4, 3)


def test_an_intake_that_comes_too_late_fills_nothing():
    found = fill(10, 3, [coming(4, 50)], by=DAY + timedelta(days=40))
    assert (found.again, found.intakes, found.recruit, len(found.late)) == (3, (), 7, 1)


@given(st.integers(0, 50), st.integers(0, 20), st.lists(st.integers(1, 9), max_size=4))
def test_the_plan_adds_up_to_the_gap(gap, again, intakes):
    found = fill(gap, again, [coming(count, n, n) for n, count in enumerate(intakes)], by=DAY + timedelta(days=90))
    assert found.again + sum(count for _each, count in found.intakes) + found.recruit == gap


def test_a_night_shift_counts_after_midnight_too():
    hours = by_hours([(22 * 60, 30 * 60), (9 * 60, 18 * 60), (9 * 60 + 30, 9 * 60 + 50)])
    assert [hour for hour, count in enumerate(hours) if count] == [*range(6), *range(9, 18), 22, 23]
    assert max(hours) == 1


# --- forecast


def flat(days: int, value: int = 1_000) -> dict[date, int]:
    return {
        DAY - timedelta(days=ago): value + 100 * (DAY - timedelta(days=ago)).weekday() for ago in range(1, days + 1)
    }


def test_a_weekday_goes_by_its_own_kind():
    found = guesses(flat(70), DAY, DAY + timedelta(days=6), today=DAY)
    assert [each.value for each in found] == [1_000 + 100 * each.day.weekday() for each in found]
    assert {each.days for each in found} == {8}
    assert not any(each.known for each in found)


def test_growth_and_last_years_peak_multiply():
    history = flat(480)
    first = DAY + timedelta(days=30)
    history[first - timedelta(days=364)] *= 2
    found = guesses(history, first, first, today=DAY, growth=10)[0]
    assert found.known
    assert found.multiplier == pytest.approx(2)
    assert found.value == round(found.mean * 1.1 * 2)


def test_without_history_nothing_is_guessed():
    assert guesses({}, DAY, DAY, today=DAY) == []
    assert weekday_mean({}, DAY, before=DAY) is None
    assert backtest({}) is None
    assert backtest(flat(5)) is None


def test_the_error_is_told_by_days_that_were_not_known():
    assert backtest(flat(100)) == (0.0, 28)
    jumpy = {day: value * (2 if day >= DAY - timedelta(days=28) else 1) for day, value in flat(100).items()}
    miss, days = backtest(jumpy)
    assert days == 28
    assert 30 < miss < 50


@given(st.floats(-50, 200), st.floats(0, 100))
def test_more_growth_never_forecasts_less(growth, more):
    few = guesses(flat(70), DAY, DAY, today=DAY, growth=growth)[0].value
    assert few <= guesses(flat(70), DAY, DAY, today=DAY, growth=growth + more)[0].value


# --- all days together


def a_supply(able: dict[int, set[int]], again=()) -> Supply:
    return Supply(people=len(able), able={DAY: able}, again=[Again(person_id=n, document_ids=d) for n, d in again])


def a_wanted(orders: int, *, present: int = 4, shares: tuple[float, ...] = ()) -> Wanted:
    return Wanted(formula=Formula(), present=present, base=6_200, volumes={DAY: Volume(orders=orders)}, shares=shares)


@given(st.integers(0, 60_000), st.floats(0, 300), st.integers(0, 30))
def test_more_of_everything_never_leaves_a_smaller_gap(orders, percent, people):
    supply = a_supply({n: {n % 2} for n in range(people)})
    few = outlook(a_wanted(orders, shares=(70, 30)), supply).peak
    many = outlook(a_wanted(orders, shares=(70, 30)).changed(percent=percent), supply).peak
    assert 0 <= few.gap <= many.gap
    assert few.gap >= few.need.people - people


def test_training_counts_only_where_it_fills_a_place():
    """One place of the second skill is short: two who could learn it fill one, who could learn the first none."""
    supply = a_supply({0: {0}, 1: {0}, 2: {0}}, again=[(3, {1: (9,)}), (4, {1: (9,)}), (5, {0: (8,)})])
    found = outlook(a_wanted(6_200, shares=(75, 25)), supply)
    assert (found.peak.needs, found.peak.gap) == ((3, 1), 1)
    assert (found.fill.again, found.fill.recruit) == (1, 0)
    assert [each.person_id for each in found.again] == [3, 4]


def test_without_a_forecast_there_is_no_peak():
    empty = Wanted(formula=Formula(), present=4, base=1, volumes={})
    assert fullest(empty) is None
    assert outlook(empty, Supply(people=0, able={})).peak is None


def test_hours_in_a_row_are_one_span():
    assert spans([10, 11, 20]) == [(10, 12), (20, 21)]
    assert spans([]) == []
