"""Who is ready for a peak, and since when. Pure."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.campaigns import Done, Member, State, by_day, open_by_part, readiness, state_of

D = date(2026, 12, 1)
OPEN = Done(on=None)


def member(person_id: int, **parts: Done) -> Member:
    return Member(person_id=person_id, parts={int(name[1:]): done for name, done in parts.items()})


@st.composite
def members(draw: st.DrawFn) -> list[Member]:
    days = st.none() | st.integers(0, 20).map(lambda n: D + timedelta(days=n))
    done = st.builds(Done, on=days, exempt=st.booleans())
    return [
        Member(person_id=number, parts=parts)
        for number, parts in enumerate(draw(st.lists(st.dictionaries(st.integers(1, 4), done), max_size=8)))
    ]


def test_who_has_done_every_part_is_ready_from_the_day_of_the_last_one():
    one = member(1, p1=Done(on=D), p2=Done(on=D + timedelta(days=3)))
    assert one.is_ready
    assert one.ready_on(D) == D + timedelta(days=3)


def test_who_lacks_one_part_is_not_ready_and_says_how_many_are_left():
    one = member(1, p1=Done(on=D), p2=OPEN)
    assert (one.is_ready, one.left, one.ready_on(D)) == (False, 1, None)


def test_an_exemption_counts_as_done_from_the_start():
    assert member(1, p1=Done(on=None, exempt=True)).ready_on(D) == D


def test_who_was_given_nothing_is_not_ready():
    assert not member(1).is_ready


def test_what_is_missing_is_counted_up_to_those_who_are_needed():
    found = readiness([member(1, p1=Done(on=D)), member(2, p1=OPEN), member(3, p1=OPEN)], needed=2)
    assert (found.ready, found.people, found.missing, found.beyond_reach) == (1, 3, 1, 0)


def test_people_who_are_needed_beyond_the_team_have_to_be_found():
    found = readiness([member(1, p1=Done(on=D))], needed=3)
    assert (found.missing, found.beyond_reach) == (2, 2)


def test_with_no_number_everybody_is_needed():
    assert readiness([member(1, p1=OPEN), member(2, p1=Done(on=D))], needed=None).missing == 1


def test_what_was_done_before_the_start_counts_from_the_first_day():
    found = by_day([member(1, p1=Done(on=D - timedelta(days=9)))], D, D + timedelta(days=1))
    assert [day.ready for day in found] == [1, 1]


def test_each_part_says_for_how_many_it_is_open():
    assert open_by_part([member(1, p1=OPEN, p2=OPEN), member(2, p1=Done(on=D), p2=OPEN)]) == {1: 1, 2: 2}


@given(members())
def test_the_days_never_fall_and_end_with_everybody_who_is_ready(everybody):
    found = by_day(everybody, D, D + timedelta(days=20))
    counts = [day.ready for day in found]
    assert counts == sorted(counts)
    assert counts[-1] == readiness(everybody, None).ready


@given(members())
def test_ready_and_missing_are_all_people_where_nobody_said_how_many_it_takes(everybody):
    found = readiness(everybody, None)
    assert found.ready + found.missing == found.people == len(everybody)


@pytest.mark.parametrize(
    ("kept", "today", "state"),
    [
        ("draft", D, State.DRAFT),
        ("running", D - timedelta(days=1), State.PREPARING),
        ("running", D, State.RUNNING),
        ("running", D + timedelta(days=3), State.RUNNING),
        ("running", D + timedelta(days=4), State.OVER),
        ("over", D, State.OVER),
    ],
)
def test_a_campaign_stands_by_its_days(kept, today, state):
    assert state_of(kept, D, D + timedelta(days=3), today) is state
