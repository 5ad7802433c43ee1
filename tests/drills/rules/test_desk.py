"""The figures of a real desk: first response, average response, resolution, 串窗."""

from datetime import timedelta

from lms.drills.rules.desk import desk, is_crossed, names_of
from lms.drills.rules.lanes import Happened, Kind
from lms.drills.rules.play import End
from lms.drills.spec import Customer
from tests.support.make_runs import AT, a_drill, opening, said

CARD = said("卡", speaker="", card=(("订单", "8821"), ("商品", "K2 电水壶")))
OTHER_CARD = said("卡", speaker="", card=(("订单", "7304"),))
FIRST = a_drill(opening(bubbles=(CARD, said("喂"))), customer=Customer(name="小雨"))
SECOND = a_drill(opening(bubbles=(OTHER_CARD, said("喂"))), customer=Customer(name="老周"))
OWN = [names_of(FIRST), names_of(SECOND)]


def event(kind: Kind, at: int, waited: int | None, lane: int = 0, text: str = "") -> Happened:
    """at, waited: in seconds."""
    return Happened(
        lane=lane,
        kind=kind,
        at=AT + timedelta(seconds=at),
        milliseconds=None if waited is None else waited * 1_000,
        text=text,
    )


def of(*happened: Happened, ends=(End.PASS,)):
    drills = (FIRST, SECOND)[: len(ends)]
    return desk(drills, list(enumerate(happened, start=1)), ends)


def test_the_first_response_is_timed_from_the_first_message():
    found = of(event(Kind.CAME, 0, None), event(Kind.CHOICE, 22, 22), event(Kind.TEXT, 60, 30, text="好"))
    assert (found.first_ms, found.average_ms) == (22_000, 26_000)


def test_a_customer_who_had_to_ask_twice_has_waited_all_the_time():
    found = of(event(Kind.CAME, 0, None), event(Kind.TIMEOUT, 60, 60), event(Kind.CHOICE, 75, 15))
    assert found.first_ms == 75_000
    assert found.late == 1


def test_whoever_never_got_a_reply_is_in_no_mean():
    found = of(event(Kind.CAME, 0, None), event(Kind.TIMEOUT, 60, 60), ends=(End.FAIL,))
    assert (found.first_ms, found.average_ms, found.resolved, found.of) == (None, None, 0, 1)


def test_several_customers_are_counted_together():
    found = of(
        event(Kind.CHOICE, 10, 10),
        event(Kind.CHOICE, 50, 30, lane=1),
        ends=(End.PASS, End.FAIL),
    )
    assert (found.first_ms, found.average_ms, found.resolved, found.of) == (20_000, 20_000, 1, 2)


def test_a_reply_that_names_another_customers_order_is_in_the_wrong_window():
    assert is_crossed("您的订单 7304 已经发出", 0, OWN)
    assert is_crossed("老周您好", 0, OWN)
    assert not is_crossed("您的订单 8821 已经发出", 0, OWN)


def test_a_reply_that_names_both_is_not_taken_for_a_mistake():
    assert not is_crossed("8821 和 7304 是两单", 0, OWN)


def test_a_number_within_a_longer_one_is_another_number():
    assert not is_crossed("单号 173045", 0, OWN)


def test_crossed_replies_are_named_by_their_event():
    found = of(event(Kind.TEXT, 5, 5, text="7304 已发出"), ends=(End.PASS, End.PASS))
    assert found.lanes[0].crossed == (1,)
    assert found.crossed == 1
