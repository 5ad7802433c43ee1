"""On leave and in a silent time the inbox has everything at once; what leaves the house waits, the urgent never."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts import actions as accounts
from lms.accounts.events import Settled
from lms.accounts.rules.calendar import Freeze, covering
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.notifications.jobs import outgoing
from lms.notifications.models import Notice, NoticePreference
from lms.notifications.rules.hours import Hours, is_quiet, when
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_deliveries import knows, rows, states, tell
from tests.support.platforms import WeCom, running

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""Noon of a Monday in the installation's zone."""
TODAY = date(2026, 11, 23)
HOURS = Hours(quiet_from=21 * 60, quiet_until=8 * 60, digest_at=17 * 60 + 30)


def day(number):
    return TODAY + timedelta(days=number)


def at(number, hour, minute=0):
    return datetime.combine(day(number), time(hour, minute), ZONE)


def held(first, last, *, away=False):
    return Freeze(from_on=day(first), until_on=day(last), away=away)


# the rule


def test_it_waits_for_the_morning_after_a_silent_time_and_the_leave_that_follows_it():
    silent = (held(0, 2), held(2, 5, away=True))
    assert when(NOON, HOURS, ZONE, silent) == at(6, 8)


def test_without_quiet_hours_it_goes_as_soon_as_the_silent_days_are_over():
    never = Hours(quiet_from=0, quiet_until=0)
    assert when(NOON, never, ZONE, (held(0, 0),)) == at(1, 0)


def test_a_night_that_ends_in_a_silent_time_lasts_until_its_end():
    assert when(at(0, 22), HOURS, ZONE, (held(1, 3),)) == at(4, 8)


def test_who_wants_one_message_a_day_has_the_first_after_it():
    assert when(NOON, HOURS, ZONE, (held(0, 1),), daily=True) == at(2, 17, 30)


def test_the_urgent_waits_for_nothing():
    assert when(at(0, 23), HOURS, ZONE, (held(0, 9),), urgent=True, daily=True) == at(0, 23)


minutes = st.integers(0, 24 * 60 - 1)
spans = st.tuples(st.integers(-3, 12), st.integers(0, 5)).map(lambda span: held(span[0], span[0] + span[1]))


@given(st.integers(0, 5 * 24 * 60), minutes, minutes, st.lists(spans, max_size=4), st.floats(0, 1, exclude_max=True))
def test_it_goes_at_the_first_moment_that_is_neither_quiet_nor_silent(now, quiet_from, quiet_until, silent, share):
    hours, now = Hours(quiet_from=quiet_from, quiet_until=quiet_until), at(0, 0) + timedelta(minutes=now)

    def may_go(moment):
        here = moment.astimezone(ZONE)
        return not is_quiet(here.hour * 60 + here.minute, hours) and covering(silent, here.date()) is None

    found = when(now, hours, ZONE, silent)
    assert may_go(found)
    earlier = now + (found - now) * share
    assert earlier >= found or not may_go(earlier)


# what is stored


@pytest.fixture
def there(world):
    """The chat platform of the company, on which everybody is reached."""
    platform = WeCom(people={"zhang": {}})
    with clock.frozen(NOON), running(world, platform):
        yield platform


@pytest.fixture
def floor(there):
    """Somebody of a team, and the one who keeps calendars."""
    team = a_team()
    return {"team": team, "person": knows(a_person(team=team)), "hr": as_actor(a_person(Role.HR, team=team))}


def on_leave(floor, first, last):
    with transaction():
        return accounts.note_leave(floor["hr"], floor["person"].id, from_on=day(first), until_on=day(last)).id


def a_freeze(floor, first, last):
    with transaction():
        window = accounts.set_freeze(
            floor["hr"], floor["team"].id, name="双十一", from_on=day(first), until_on=day(last)
        )
        return window.id


def due():
    return [row.due_at.astimezone(ZONE) for row in rows()]


def sent_at(number, hour):
    with clock.frozen(at(number, hour)):
        return outgoing.send_waiting()


def test_the_inbox_has_it_at_once_and_it_goes_out_when_leave_silent_time_and_night_are_over(floor):
    on_leave(floor, 0, 1)
    a_freeze(floor, 2, 3)
    tell(floor["person"])
    assert session().query(Notice).count() == 1
    assert due() == [at(4, 8)]
    assert [sent_at(0, 12), sent_at(3, 20), sent_at(4, 7), sent_at(4, 9)] == [0, 0, 0, 1]


def test_the_urgent_goes_out_on_leave_in_a_silent_time_and_at_night(floor):
    on_leave(floor, 0, 5)
    a_freeze(floor, 0, 5)
    with clock.frozen(at(1, 23)):
        tell(floor["person"], urgent=True, topic="urgent")
        assert outgoing.send_waiting() == 1


def test_the_message_of_a_day_waits_for_the_first_day_that_is_not_silent(floor):
    with transaction() as s:
        s.add(NoticePreference(person_id=floor["person"].id, digest="daily"))
    on_leave(floor, 0, 1)
    tell(floor["person"])
    assert due() == [at(2, 17, 30)]


def test_a_colleague_who_is_here_is_told_at_once(floor):
    on_leave(floor, 0, 5)
    tell(floor["person"], knows(a_person(team=floor["team"]), user_id="li"))
    assert [each > at(0, 12) for each in due()] == [True, False]


def test_a_silent_time_that_is_set_later_holds_what_waits_already(floor):
    with clock.frozen(at(0, 22)):
        tell(floor["person"])
        a_freeze(floor, 1, 2)
    assert due() == [at(3, 8)]


def test_what_was_to_go_at_once_is_held_by_leave_that_is_noted_meanwhile(floor):
    tell(floor["person"])
    on_leave(floor, 0, 2)
    assert outgoing.send_waiting() == 0
    assert due() == [at(3, 8)]


def test_leave_that_ends_early_and_a_window_that_is_taken_away_let_it_go(floor):
    leave, window = on_leave(floor, 0, 3), a_freeze(floor, 0, 9)
    tell(floor["person"])
    with transaction():
        accounts.end_leave(floor["hr"], leave, day(-1))
    assert due() == [at(10, 8)]
    with transaction():
        accounts.remove_freeze(floor["hr"], window)
    assert outgoing.send_waiting() == 1


def test_of_more_than_a_hundred_people_the_worker_sees_to_it(floor):
    window = a_freeze(floor, 0, 9)
    people = [knows(a_person(team=floor["team"]), user_id=f"u{number}") for number in range(101)]
    tell(*people)
    with transaction():
        accounts.remove_freeze(floor["hr"], window)
    assert set(due()) == {at(10, 8)}
    outgoing.send_waiting()
    assert at(10, 8) not in due()


def test_what_was_settled_meanwhile_goes_out_no_more_and_the_log_says_why(floor):
    on_leave(floor, 0, 5)
    tell(floor["person"], key="k1")
    with transaction():
        emit(Settled(person_ids=(floor["person"].id,), key="k1"))
    assert states() == [("wecom", "dropped")]
    assert rows()[0].answer == "settled"
    assert sent_at(6, 9) == 0


def test_what_waited_for_three_weeks_of_leave_is_not_out_of_date(floor):
    on_leave(floor, 0, 20)
    tell(floor["person"])
    assert sent_at(21, 9) == 1
