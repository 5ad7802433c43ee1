"""How much of a video counts as seen, whatever a browser claims."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.watching import (
    GRACE,
    MOST_CREDIT,
    SPEED,
    Seen,
    accept,
    begin,
    merged,
    percent,
    resume_at,
    still_to_watch,
    total,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TEN_MINUTES = 600_000

spans = st.lists(st.tuples(st.integers(-1_000, 700_000), st.integers(-1_000, 700_000)), max_size=12)


def seen(*watched: tuple[int, int], clock: datetime = NOW) -> Seen:
    return Seen(watched=watched, clock=clock)


def after(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


@given(spans)
def test_merging_twice_is_merging_once(parts):
    once = merged(parts, TEN_MINUTES)
    assert merged(once, TEN_MINUTES) == once


@given(spans, st.randoms())
def test_the_order_of_the_parts_does_not_matter(parts, random):
    shuffled = list(parts)
    random.shuffle(shuffled)
    assert merged(shuffled, TEN_MINUTES) == merged(parts, TEN_MINUTES)


@given(spans, st.integers(0, TEN_MINUTES))
def test_no_more_is_seen_than_the_video_is_long(parts, duration):
    found = merged(parts, duration)
    assert total(found) <= duration
    assert all(0 <= start < end <= duration for start, end in found)


@given(spans)
def test_merged_parts_do_not_touch(parts):
    found = merged(parts, TEN_MINUTES)
    assert all(one[1] < two[0] for one, two in pairwise(found))


@given(st.lists(st.tuples(spans, st.integers(0, 400)), max_size=12))
def test_over_any_reports_no_more_counts_than_twice_the_time_that_passed(reports):
    kept, now = begin(NOW), NOW
    for claimed, pause in reports:
        now += timedelta(seconds=pause)
        kept = accept(kept, claimed, duration=TEN_MINUTES, now=now)
    passed = (now - NOW) + GRACE
    assert total(kept.watched) <= SPEED * passed / timedelta(milliseconds=1)


@given(spans, spans, st.integers(0, 300))
def test_a_report_never_takes_away_what_was_seen(before, claimed, pause):
    kept = seen(*merged(before, TEN_MINUTES))
    found = accept(kept, claimed, duration=TEN_MINUTES, now=after(pause))
    assert merged([*kept.watched, *found.watched], TEN_MINUTES) == found.watched


@given(spans, spans, st.integers(0, 300))
def test_one_report_brings_no_more_than_the_bucket_holds(before, claimed, pause):
    kept = seen(*merged(before, TEN_MINUTES))
    found = accept(kept, claimed, duration=TEN_MINUTES, now=after(pause))
    most = SPEED * min(timedelta(seconds=pause), MOST_CREDIT) / timedelta(milliseconds=1)
    assert total(found.watched) - total(kept.watched) <= most


@given(spans, st.integers(0, 300))
def test_only_what_was_claimed_counts(claimed, pause):
    found = accept(seen(), claimed, duration=TEN_MINUTES, now=after(pause))
    assert merged([*found.watched, *claimed], TEN_MINUTES) == merged(claimed, TEN_MINUTES)


def test_ten_seconds_at_normal_speed_count_in_full():
    assert accept(seen(), [(0, 10_000)], duration=TEN_MINUTES, now=after(10)).watched == ((0, 10_000),)


def test_ten_seconds_at_double_speed_count_in_full():
    assert accept(seen(), [(0, 20_000)], duration=TEN_MINUTES, now=after(10)).watched == ((0, 20_000),)


def test_a_part_that_was_jumped_over_does_not_count():
    found = accept(seen(), [(0, 5_000), (300_000, 305_000)], duration=TEN_MINUTES, now=after(10))
    assert total(found.watched) == 10_000


def test_a_whole_video_claimed_at_once_counts_for_the_time_that_passed():
    assert accept(seen(), [(0, TEN_MINUTES)], duration=TEN_MINUTES, now=after(10)).watched == ((0, 20_000),)


def test_a_report_said_twice_costs_nothing_the_second_time():
    first = accept(seen(), [(0, 10_000)], duration=TEN_MINUTES, now=after(10))
    assert accept(first, [(0, 10_000)], duration=TEN_MINUTES, now=after(10)) == first


def test_what_was_played_offline_counts_as_the_clock_goes_on():
    offline = [(0, 300_000)]
    kept = accept(seen(), offline, duration=TEN_MINUTES, now=after(300))
    assert total(kept.watched) == 240_000
    kept = accept(kept, offline, duration=TEN_MINUTES, now=after(330))
    assert total(kept.watched) == 300_000


def test_a_night_does_not_fill_the_bucket():
    found = accept(seen(), [(0, TEN_MINUTES)], duration=TEN_MINUTES, now=NOW + timedelta(hours=12))
    assert total(found.watched) == 240_000


def test_reports_one_after_another_earn_no_grace_of_their_own():
    kept = begin(NOW)
    for _ in range(100):
        kept = accept(kept, [(0, TEN_MINUTES)], duration=TEN_MINUTES, now=NOW)
    assert total(kept.watched) == 30_000


def test_a_clock_that_was_set_back_brings_nothing():
    assert accept(seen(), [(0, 10_000)], duration=TEN_MINUTES, now=after(-60)).watched == ()


def test_percent_is_rounded_down_until_the_end_is_reached():
    assert percent([(0, 479_999)], TEN_MINUTES) == 79
    assert percent([(0, 480_000)], TEN_MINUTES) == 80
    assert percent([(0, 598_000)], TEN_MINUTES) == 99
    assert percent([(0, 599_000)], TEN_MINUTES) == 100


def test_what_is_missing_is_said_in_milliseconds():
    assert still_to_watch([(0, 280_000)], TEN_MINUTES, 80) == 200_000
    assert still_to_watch([(0, 480_000)], TEN_MINUTES, 80) == 0


def test_all_of_a_video_is_seen_without_its_very_last_frame():
    assert still_to_watch([(0, 599_000)], TEN_MINUTES, 100) == 0


def test_a_video_without_a_length_asks_for_nothing():
    assert (percent([(0, 5)], 0), still_to_watch([], 0, 80)) == (0, 0)


def test_one_goes_on_where_one_stopped_but_not_at_the_very_end():
    assert resume_at(200_000, TEN_MINUTES) == 200_000
    assert resume_at(4_000, TEN_MINUTES) == 0
    assert resume_at(595_000, TEN_MINUTES) == 0
