"""The law of every limit: so many at once, as many again over each window, and a refusal says when to try again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.core import clock
from lms.core.limiter import InMemory

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(seconds):
    return clock.frozen(NOON + timedelta(seconds=seconds))


def test_as_many_at_once_as_the_limit_says_and_then_a_refusal_that_says_until_when():
    limiter = InMemory()
    with at(0):
        assert [limiter.hit("a", 3, MINUTE).left for _ in range(3)] == [2, 1, 0]
        refused = limiter.hit("a", 3, MINUTE)
        assert (refused.yes, refused.retry_after) == (False, 20)
        assert limiter.hit("b", 3, MINUTE).yes
    with at(19.9):
        assert limiter.hit("a", 3, MINUTE).retry_after == 1
    with at(20):
        assert limiter.hit("a", 3, MINUTE).yes


@given(
    st.integers(1, 20),
    st.lists(st.floats(0, 50, allow_nan=False), min_size=1, max_size=200),
)
def test_no_window_ever_sees_more_than_twice_the_limit_and_waiting_as_told_is_enough(limit, waits):
    limiter, now, taken = InMemory(), 0.0, []
    for wait in waits:
        now += wait
        with at(now):
            found = limiter.hit("a", limit, MINUTE)
        if found.yes:
            taken.append(now)
            assert 0 <= found.left < limit
        else:
            now += found.retry_after
            with at(now):
                assert limiter.hit("a", limit, MINUTE).yes
            taken.append(now)
    for first in taken:
        assert len([each for each in taken if first <= each < first + 60]) <= 2 * limit


def test_a_clock_that_is_set_back_locks_nobody_out():
    limiter = InMemory()
    with at(86_400):
        for _ in range(3):
            limiter.hit("a", 3, MINUTE)
    with at(0):
        assert limiter.hit("a", 3, MINUTE).yes


def test_the_key_that_was_silent_longest_is_forgotten_first():
    limiter = InMemory(known=2)
    with at(0):
        for key in ("a", "b", "a", "c"):
            limiter.hit(key, 2, MINUTE)
        assert not limiter.hit("a", 2, MINUTE).yes
        assert limiter.hit("b", 2, MINUTE).left == 1
