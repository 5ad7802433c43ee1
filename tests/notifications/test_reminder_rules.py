"""The plan of reminders: each step once, nothing about what moved a little, nothing in quiet hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid
from lms.notifications.rules import LEAD, Hours, Owed, Plan, Said, checked, escalates, is_quiet, step_on, to_say, when

SHANGHAI = ZoneInfo("Asia/Shanghai")
PLAN = Plan()
DUE = date(2026, 12, 15)


def owed(due_on=DUE, done=0):
    return Owed(assignment_id=1, due_on=due_on, done=done)


def on(days, plan=PLAN):
    return step_on(plan, DUE, DUE + timedelta(days=days))


def said(step, days_ago, today, due_on=DUE, done=0):
    return Said(due_on=due_on, step=step, on=today - timedelta(days=days_ago), done=done)


def test_the_plan_speaks_seven_three_and_one_day_before_on_the_day_and_after():
    spoken = [day for day in range(-10, 12) if on(day) is not None and on(day) != on(day - 1)]
    assert spoken == [-7, -3, -1, 0, 1, 3, 7]


def test_a_step_whose_day_was_silent_is_the_step_until_the_next_one_comes():
    assert [on(day) for day in (-8, -5, -4, -2, 2, 30)] == [None, -7, -7, -3, 1, 7]


def test_a_warning_is_none_on_the_day_and_today_is_none_afterwards():
    assert on(0, Plan(before=(3,), on_day=False, after=())) is None
    assert on(1, Plan(before=(), on_day=True, after=())) is None


def test_a_step_is_said_once():
    today = DUE - timedelta(days=2)
    assert to_say(PLAN, owed(), today, ()) == -3
    assert to_say(PLAN, owed(), today, [said(-3, 1, today)]) is None


def test_a_due_day_that_moves_a_little_says_nothing_again_for_two_days():
    today = DUE - timedelta(days=1)
    moved = owed(DUE + timedelta(days=2))
    assert to_say(PLAN, moved, today, [said(-1, 0, today)]) is None
    assert to_say(PLAN, moved, today + timedelta(days=1), [said(-1, 1, today + timedelta(days=1))]) is None
    assert to_say(PLAN, moved, today + timedelta(days=2), [said(-1, 2, today + timedelta(days=2))]) == -1


def test_a_due_day_that_comes_nearer_is_said():
    today = DUE - timedelta(days=1)
    assert to_say(PLAN, owed(), today, [said(-7, 1, today, DUE + timedelta(days=6))]) == -1


def test_what_is_due_next_because_something_was_done_is_said_on_its_day():
    assert to_say(PLAN, owed(DUE, done=5), DUE, [said(0, 1, DUE, DUE - timedelta(days=1), done=4)]) == 0


def test_who_catches_up_hears_once_a_week_that_the_next_thing_is_late_too():
    today = DUE + timedelta(days=3)
    before = DUE - timedelta(days=1)
    assert to_say(PLAN, owed(done=5), today, [said(3, 1, today, before, done=4)]) is None
    assert to_say(PLAN, owed(done=5), today, [said(3, 7, today, before, done=4)]) == 3


def test_the_lead_is_told_from_the_third_late_day_on_and_once():
    late = [escalates(PLAN, owed(), DUE + timedelta(days=day), ()) for day in (0, 2, 3, 30)]
    assert late == [False, False, True, True]
    assert not escalates(PLAN, owed(), DUE + timedelta(days=9), [said(LEAD, 6, DUE + timedelta(days=9))])


def test_without_a_number_of_days_no_lead_is_told():
    assert not escalates(Plan(escalate_after=None), owed(), DUE + timedelta(days=90), ())


def test_that_the_lead_knows_is_no_reminder_of_the_person():
    today = DUE + timedelta(days=3)
    assert to_say(PLAN, owed(), today, [said(LEAD, 0, today)]) == 3


plans = st.builds(
    Plan,
    before=st.lists(st.integers(1, 20), max_size=4, unique=True).map(tuple),
    on_day=st.booleans(),
    after=st.lists(st.integers(1, 20), max_size=4, unique=True).map(tuple),
)


@given(plans, st.sets(st.integers(-25, 40)), st.dictionaries(st.integers(-25, 40), st.integers(-15, 15), max_size=6))
def test_whatever_days_are_silent_and_however_the_due_day_moves_a_step_of_a_due_day_is_said_once(plan, silent, moves):
    due_on, log = DUE, []
    for day in range(-25, 41):
        due_on += timedelta(days=moves.get(day, 0))
        today = DUE + timedelta(days=day)
        if day in silent:
            continue
        step = to_say(plan, owed(due_on), today, log)
        if step is not None:
            assert today >= due_on + timedelta(days=step)
            assert step >= 0 or today < due_on
            assert not any(each.step >= step and today - each.on < timedelta(days=2) for each in log)
            log.append(Said(due_on=due_on, step=step, on=today))
    keys = [(each.due_on, each.step) for each in log]
    assert len(keys) == len(set(keys))


def test_without_silent_days_or_moves_every_step_of_the_plan_is_said_on_its_day():
    log = []
    for day in range(-10, 20):
        step = to_say(PLAN, owed(), DUE + timedelta(days=day), log)
        if step is not None:
            log.append(said(step, 0, DUE + timedelta(days=day)))
    assert [(each.on - DUE).days for each in log] == [-7, -3, -1, 0, 1, 3, 7]


def test_a_plan_is_kept_in_order_and_each_day_once():
    kept = checked(Plan(before=(1, 7, 3, 3), after=(7, 1)))
    assert (kept.before, kept.after) == ((7, 3, 1), (1, 7))


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Plan(before=(0,)), "before"),
        (Plan(after=(61,)), "after"),
        (Plan(before=tuple(range(1, 12))), "before"),
        (Plan(escalate_after=0), "escalate_after"),
        (Plan(send_at=23 * 60), "send_at"),
        (Plan(hours=Hours(digest_at=7 * 60)), "digest_at"),
        (Plan(hours=Hours(quiet_from=1440)), "quiet_from"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(plan, field):
    with pytest.raises(Invalid) as refused:
        checked(plan)
    assert list(refused.value.fields) == [field]


def test_reminders_are_made_from_their_hour_until_it_grows_quiet():
    assert [PLAN.speaks_at(hour * 60) for hour in (0, 8, 9, 20, 21, 23)] == [False, False, True, True, False, False]


def at(hour, minute=0):
    return datetime(2026, 12, 15, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


HOURS = Hours()


def local(instant):
    return instant.astimezone(SHANGHAI).strftime("%d %H:%M")


@pytest.mark.parametrize(
    ("now", "goes"),
    [(at(10, 5), "15 10:05"), (at(20, 59), "15 20:59"), (at(21), "16 08:00"), (at(2), "15 08:00"), (at(8), "15 08:00")],
)
def test_what_is_told_in_quiet_hours_goes_out_when_they_end(now, goes):
    assert local(when(now, HOURS, SHANGHAI)) == goes


@pytest.mark.parametrize(("now", "goes"), [(at(9), "15 17:30"), (at(17, 30), "15 17:30"), (at(17, 31), "16 17:30")])
def test_who_wants_one_message_a_day_gets_it_at_its_hour(now, goes):
    assert local(when(now, HOURS, SHANGHAI, daily=True)) == goes


def test_what_is_urgent_waits_for_nothing():
    assert when(at(3), HOURS, SHANGHAI, urgent=True, daily=True) == at(3)


minutes = st.integers(0, 1439)


@given(minutes, minutes, minutes, minutes, st.booleans())
def test_nothing_ever_goes_out_in_quiet_hours_nor_more_than_two_days_late(start, end, digest, now, daily):
    hours = Hours(quiet_from=start, quiet_until=end, digest_at=digest)
    moment = at(0) + timedelta(minutes=now)
    goes = when(moment, hours, SHANGHAI, daily=daily)
    there = goes.astimezone(SHANGHAI)
    assert not is_quiet(there.hour * 60 + there.minute, hours)
    assert moment <= goes < moment + timedelta(days=2)
