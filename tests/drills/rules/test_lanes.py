"""The server's clocks: what runs out is written at its own instant, whoever looks and whenever."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.drills.rules.lanes import (
    GRACE,
    STAGGER,
    Kind,
    caught_up,
    chosen,
    due_at,
    ended,
    open_lanes,
    scaled,
    shifted,
    typing_ms,
    whole_seconds,
)
from lms.drills.rules.play import End, NotOffered
from lms.drills.spec import Channel, RouteKind
from tests.support.make_runs import AT, BAD, a_drill, choice, opening, said, when

SECOND = timedelta(seconds=1)
DRILL = a_drill(opening(seconds=60))
CIRCLE = a_drill(
    opening(routes=(when(RouteKind.TIMEOUT, "再问"),)),
    replace(opening(seconds=30), title="再问"),
)


def begun(*drills, at=AT, now=None, over_at=None, percent=100):
    return caught_up(drills, open_lanes(drills, at), now or at, over_at=over_at, percent=percent)


def test_the_first_customer_is_there_at_once_and_the_others_follow():
    course = begun(DRILL, DRILL, DRILL)
    assert [lane.came for lane in course.lanes] == [True, False, False]
    later = caught_up((DRILL,) * 3, course.lanes, AT + STAGGER, over_at=None, percent=100)
    assert [(fact.kind, fact.lane, fact.at) for fact in later.happened] == [(Kind.CAME, 1, AT + STAGGER)]


def test_a_clock_runs_from_when_the_customer_stopped_typing():
    drill = a_drill(opening(bubbles=(said("喂" * 20), said("在吗")), seconds=60), channel=Channel.CHAT)
    typed = timedelta(milliseconds=400 + 20 * 25 + 400 + 2 * 25)
    assert begun(drill).lanes[0].deadline_at == AT + typed + 60 * SECOND


def test_a_system_line_and_a_letter_are_there_at_once():
    assert typing_ms(Channel.CHAT, [said("订单 8821", speaker="")]) == 0
    assert typing_ms(Channel.MAIL, [said("您好")]) == 0


def test_a_person_with_more_time_has_longer_clocks():
    assert begun(DRILL, percent=150).lanes[0].deadline_at == AT + 90 * SECOND
    assert scaled(60, 125) == 75 * SECOND


def test_nothing_runs_out_within_the_grace():
    course = begun(DRILL)
    just = caught_up([DRILL], course.lanes, AT + 61 * SECOND, over_at=None, percent=100)
    assert just.happened == ()
    past = caught_up([DRILL], course.lanes, AT + 60 * SECOND + GRACE, over_at=None, percent=100)
    assert [(fact.kind, fact.at, fact.led_to) for fact in past.happened] == [(Kind.TIMEOUT, AT + 60 * SECOND, "差")]


def test_one_clock_after_the_other_runs_out_when_nobody_looks_for_long():
    course = begun(CIRCLE, now=AT + timedelta(hours=1))
    assert [(fact.kind, fact.at - AT) for fact in course.happened] == [
        (Kind.CAME, timedelta()),
        (Kind.TIMEOUT, 60 * SECOND),
        (Kind.TIMEOUT, 90 * SECOND),
    ]
    assert course.over


def test_the_whole_clock_ends_every_conversation_at_its_instant():
    course = begun(DRILL, DRILL, over_at=AT + 30 * SECOND, now=AT + timedelta(minutes=5))
    assert [lane.state.end for lane in course.lanes] == [End.TIME, End.TIME]
    assert [(fact.kind, fact.at - AT) for fact in course.happened[-2:]] == [(Kind.OVER, 30 * SECOND)] * 2


def test_what_would_run_out_after_the_whole_clock_never_does():
    course = begun(DRILL, over_at=AT + 30 * SECOND, now=AT + timedelta(minutes=5))
    assert Kind.TIMEOUT not in {fact.kind for fact in course.happened}


def test_looking_twice_is_looking_once():
    now = AT + 61 * SECOND + GRACE
    first = begun(CIRCLE, now=now)
    again = caught_up([CIRCLE], first.lanes, now, over_at=None, percent=100)
    assert again.happened == ()
    assert again.lanes == first.lanes


@given(st.lists(st.integers(1, 200), min_size=1, max_size=6))
def test_it_makes_no_difference_how_often_one_looks(steps):
    """Looking on the way and looking at the end come to the same events at the same instants."""
    until = AT + sum(steps) * SECOND
    at_once = begun(CIRCLE, CIRCLE, over_at=AT + 150 * SECOND, now=until)
    lanes, now, happened = open_lanes((CIRCLE, CIRCLE), AT), AT, []
    for each in steps:
        now += each * SECOND
        course = caught_up((CIRCLE, CIRCLE), lanes, now, over_at=AT + 150 * SECOND, percent=100)
        lanes, happened = course.lanes, happened + list(course.happened)
    assert (lanes, tuple(happened)) == (at_once.lanes, at_once.happened)


def test_a_reply_stops_the_clock_and_tells_how_long_the_customer_waited():
    lanes = begun(DRILL).lanes
    course = chosen([DRILL], lanes, 0, DRILL.first.choices[0].id, AT + 22 * SECOND, 100)
    assert course.happened[0].milliseconds == 22_000
    assert course.over
    assert course.lanes[0].deadline_at is None


def test_a_reply_that_is_not_offered_is_refused():
    with pytest.raises(NotOffered):
        chosen([DRILL], begun(DRILL).lanes, 0, "c00000000", AT, 100)


def test_only_the_customer_who_is_answered_goes_on():
    drills = (DRILL, DRILL)
    lanes = begun(*drills, now=AT + STAGGER).lanes
    course = chosen(drills, lanes, 1, DRILL.first.choices[0].id, AT + 30 * SECOND, 100)
    assert course.lanes[0] == lanes[0]
    assert course.lanes[1].state.end is End.PASS


def test_a_pause_moves_every_clock_by_its_length():
    lanes = begun(DRILL, DRILL).lanes
    moved = shifted(lanes, timedelta(minutes=10))
    assert moved[0].deadline_at == lanes[0].deadline_at + timedelta(minutes=10)
    assert moved[1].comes_at == lanes[1].comes_at + timedelta(minutes=10)


def test_what_is_given_up_ends_as_by_its_clock():
    course = ended([DRILL], begun(DRILL).lanes, AT + SECOND)
    assert course.lanes[0].state.end is End.TIME
    assert course.happened[0].kind is Kind.LEFT


def test_the_next_thing_that_happens_by_itself():
    lanes = begun(DRILL, DRILL).lanes
    assert due_at(lanes, None) == AT + STAGGER
    assert due_at(lanes, AT + SECOND) == AT + SECOND
    assert due_at(ended([DRILL, DRILL], lanes, AT).lanes, AT) is None


def test_a_run_is_as_long_as_its_longest_drill_or_has_no_end():
    assert whole_seconds([replace(DRILL, seconds=60), replace(DRILL, seconds=90)]) == 90
    assert whole_seconds([replace(DRILL, seconds=60), DRILL]) is None


def test_where_nothing_can_ever_happen_the_conversation_ends():
    stuck = a_drill(opening(choices=(choice("走", "坑"),)), replace(BAD, title="坑", ending=None))
    lanes = begun(stuck).lanes
    assert chosen([stuck], lanes, 0, stuck.first.choices[0].id, AT, 100).lanes[0].state.end is End.FAIL
