"""分批: intakes of about the same size, none over N, nobody twice, nobody left out, always in the same order."""

from collections import Counter
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.rules.batches import Comer, Split, Standing, called, poured, series_of, split

DAY, LATER = date(2026, 11, 1), date(2026, 11, 5)
SIZES = st.lists(st.integers(0, 60), max_size=8)


def temps(count: int, day: date = DAY, first: int = 1, **more) -> list[Comer]:
    return [
        Comer(key=f"s{first + number}", begins_on=day, employment="temporary", team="客服训练营", **more)
        for number in range(count)
    ]


def stood(*sizes: int, day: date = DAY) -> list[Standing]:
    return [
        Standing(id=number, name=f"2026-11 临时 第 {number} 批", series=series_of(day, "temporary"), members=size)
        for number, size in enumerate(sizes, start=1)
    ]


def test_three_hundred_and_twenty_make_seven_intakes_of_45_or_46():
    assert poured([], 320, 50) == [46, 46, 46, 46, 46, 45, 45]


@given(st.integers(0, 2_000), st.integers(2, 500))
def test_sizes_differ_by_at_most_one_none_is_over_n_and_nobody_is_left(people, most):
    sizes = poured([], people, most)
    assert sum(sizes) == people
    assert max(sizes, default=0) - min(sizes, default=0) <= 1
    assert max(sizes, default=0) <= most
    assert len(sizes) == -(-people // most)


@given(SIZES, st.integers(0, 300), st.integers(2, 60))
def test_late_joiners_go_to_the_smallest_and_fill_nothing_over_n(held, people, most):
    got = poured(held, people, most)
    after = [size + more for size, more in zip([*held, *[0] * (len(got) - len(held))], got, strict=True)]
    assert sum(got) == people
    assert all(size <= most for size, more in zip(after, got, strict=True) if more)
    assert all(size <= min(after) + 1 for size, more in zip(after, got, strict=True) if more)


@given(SIZES, st.integers(0, 300), st.integers(2, 60))
def test_a_new_intake_is_made_only_when_those_that_stand_are_full(held, people, most):
    free = sum(max(0, most - size) for size in held)
    assert len(poured(held, people, most)) - len(held) == -(-max(0, people - free) // most)


@given(st.lists(st.tuples(st.sampled_from([DAY, LATER]), st.integers(0, 3)), max_size=120), st.booleans())
def test_everybody_stands_in_one_intake_of_their_own_day(people, by_team):
    comers = [
        Comer(key=f"k{at}", begins_on=day, employment="temporary", team=f"{place}组", team_place=place)
        for at, (day, place) in enumerate(people)
    ]
    batches = split(comers, [], Split(most=7, by_team=by_team))
    where = {key: batch for batch in batches for key in batch.keys}
    assert Counter(key for batch in batches for key in batch.keys) == Counter(each.key for each in comers)
    assert all(where[each.key].starts_on == each.begins_on for each in comers)
    assert all(len(batch.teams) == 1 for batch in batches if by_team)
    assert len({batch.name for batch in batches}) == len(batches)


def test_people_stay_in_their_order_team_by_team():
    mixed = [replace(each, team_place=number % 2) for number, each in enumerate(temps(6))]
    (batch,) = split(mixed, [], Split(most=10))
    assert batch.keys == ("s1", "s3", "s5", "s2", "s4", "s6")


def test_intakes_are_named_by_month_kind_and_number():
    names = [batch.name for batch in split(temps(3) + temps(3, LATER, first=9), [], Split(most=2))]
    assert names == ["2026-11 临时 第 1 批", "2026-11 临时 第 2 批", "2026-11 临时 第 3 批", "2026-11 临时 第 4 批"]


def test_with_teams_apart_the_team_stands_in_the_name():
    assert [batch.name for batch in split(temps(2), [], Split(most=5, by_team=True))] == [
        "2026-11 临时 客服训练营 第 1 批"
    ]


def test_somebody_who_comes_late_joins_the_smallest_of_the_batch():
    (batch,) = split(temps(1), stood(46, 45, 45), Split())
    assert (batch.cohort_id, batch.held, batch.size) == (2, 45, 46)


def test_another_day_is_another_batch_and_counts_on():
    (batch,) = split(temps(1), stood(3, 3, day=LATER), Split())
    assert (batch.cohort_id, batch.name) == (None, "2026-11 临时 第 3 批")


def test_an_intake_that_was_renamed_is_still_of_its_batch():
    renamed = [replace(stood(3)[0], name="夜班的第一批人")]
    (batch,) = split(temps(1), renamed, Split())
    assert (batch.cohort_id, batch.name) == (1, "夜班的第一批人")


def test_a_name_that_is_taken_is_passed_over():
    (batch,) = split(temps(1), [], Split(), taken={"2026-11 临时 第 1 批"})
    assert batch.name == "2026-11 临时 第 2 批"


def test_the_teams_and_mentors_of_an_intake_are_counted():
    one, two, three = temps(3)
    (batch,) = split([replace(one, mentor="周敏"), replace(two, mentor="周敏"), three], [], Split())
    assert batch.mentors == (("周敏", 2), ("", 1))
    assert batch.teams == ((0, "客服训练营", 3),)


def test_the_longest_team_still_fits_into_a_name():
    assert len(called(DAY, "temporary", "组" * 80)) + len(" 第 9999 批") <= 80
    assert len(series_of(DAY, "outsourced", "组" * 80)) <= 80
