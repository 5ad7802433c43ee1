"""When a delivery that failed is tried again: by the list of waits, never sooner than asked, then no more or for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.core.retrying import WAITS, again_at, always_again_at

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def test_a_failure_is_tried_again_seven_times_within_a_day_and_then_no_more():
    found = [again_at(tries, NOON, None) for tries in range(1, 9)]
    assert [at - NOON for at in found[:-1]] == list(WAITS)
    assert found[-1] is None
    assert sum(WAITS, timedelta()) < timedelta(days=1)


def test_what_the_other_side_asks_for_lengthens_a_wait_and_never_shortens_it():
    assert again_at(1, NOON, 7200) == NOON + timedelta(hours=2)
    assert again_at(7, NOON, 1) == NOON + timedelta(hours=12)


@given(st.integers(0, 10_000), st.none() | st.floats(0, 1e6))
def test_what_is_never_given_up_waits_no_less_than_its_list_says(tries, asked):
    waited = always_again_at(tries, NOON, asked, WAITS) - NOON
    assert waited >= WAITS[min(max(tries, 1), len(WAITS)) - 1]
    assert waited >= timedelta(seconds=asked or 0)
