"""Who takes part in a team drill, and when the next of a series comes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.drills.rules.team import (
    Member,
    Part,
    State,
    mostly_work,
    next_window,
    part_of,
    plan,
    problems_of,
    same_place_next_month,
    state_of,
    steps,
    team_drill_of,
    window_days,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def local_time(month: int, day: int, hour: int) -> datetime:
    """Return an hour of 2026 without a zone, as the rules take local times."""
    return datetime.fromisoformat(f"2026-{month:02}-{day:02}T{hour:02}:00")


def member(number=1, *, works=True, **more):
    return Member(
        person_id=number,
        name=f"员工{number}",
        employee_no=f"A{number}",
        team_id=1,
        team="售后一组",
        works=works,
        **more,
    )


@pytest.mark.parametrize(
    ("who", "on_shift", "part"),
    [
        (member(), True, Part.TAKES),
        (member(works=False), True, Part.OFF),
        (member(works=False, absent=True), True, Part.AWAY),
        (member(works=False), False, Part.TAKES),
        (member(leaves_before=True), False, Part.GONE),
        (member(excused="产假"), False, Part.EXCUSED),
        (member(works=True, absent=True), True, Part.TAKES),
    ],
)
def test_who_takes_part(who, on_shift, part):
    assert part_of(who, on_shift=on_shift) is part


def test_whoever_came_late_is_taken_in_and_whoever_left_is_let_go():
    planned = plan([member(1), member(2), member(3, works=False)], on_shift=True)
    found = steps(planned, present=[1, 3, 4], kept=[], limit=100)
    assert (found.add, found.drop) == ((2,), (3, 4))


def test_whoever_has_begun_stays_whatever_the_plan_says():
    assert steps(plan([], on_shift=True), present=[7, 8], kept=[7], limit=100).drop == (8,)


@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)), st.integers(1, 7))
def test_step_by_step_everybody_planned_is_in_and_nobody_else(planned, present, limit):
    people = plan([member(each) for each in sorted(planned)], on_shift=True)
    for _ in range(80):
        todo = steps(people, present, [], limit)
        assert len(todo.add) + len(todo.drop) <= limit
        if not todo:
            break
        present = (present | set(todo.add)) - set(todo.drop)
    assert present == planned


@pytest.mark.parametrize(
    ("day", "after"),
    [
        (date(2026, 11, 17), date(2026, 12, 15)),  # the third Tuesday
        (date(2026, 12, 29), date(2027, 1, 26)),  # a fifth Tuesday, and January has four
        (date(2026, 1, 29), date(2026, 2, 26)),  # a fifth Thursday, and February has four
        (date(2026, 11, 1), date(2026, 12, 6)),
    ],
)
def test_the_next_one_is_on_the_same_weekday_at_the_same_place_of_the_month(day, after):
    assert same_place_next_month(day) == after


@given(st.dates(date(2020, 1, 1), date(2040, 12, 1)))
def test_the_next_one_is_four_or_five_weeks_later_in_the_next_month(day):
    after = same_place_next_month(day)
    assert after.weekday() == day.weekday()
    assert (after - day).days in (28, 35)
    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == 1


def test_a_day_off_moves_the_next_one_to_the_next_working_day():
    opens = local_time(11, 17, 14)
    off = {date(2026, 12, 15), date(2026, 12, 16)}
    found = next_window(opens, opens + 2 * HOUR, lambda day: day not in off)
    assert found == (local_time(12, 17, 14), local_time(12, 17, 16))


def test_where_the_roster_knows_no_working_day_the_meant_one_stays():
    opens = local_time(11, 17, 14)
    assert next_window(opens, opens + HOUR, lambda day: False)[0] == local_time(12, 15, 14)


@pytest.mark.parametrize(("working", "people", "said"), [(5, 10, True), (4, 10, False), (0, 0, True), (1, 1, True)])
def test_a_working_day_of_teams_is_one_on_which_half_of_them_work(working, people, said):
    assert mostly_work(working, people) is said


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (NOON - HOUR, State.PLANNED),
        (NOON, State.RUNNING),
        (NOON + 2 * HOUR - timedelta(microseconds=1), State.RUNNING),
        (NOON + 2 * HOUR, State.OVER),
    ],
)
def test_it_runs_from_its_opening_and_is_over_at_its_closing(now, state):
    assert state_of(NOON, NOON + 2 * HOUR, now) is state
    assert state_of(NOON, NOON + 2 * HOUR, now, cancelled_at=now) is State.CANCELLED
    assert state_of(NOON, NOON + 2 * HOUR, now, closed_at=now) is State.OVER


def test_a_window_until_midnight_does_not_touch_the_next_day():
    opens = local_time(11, 25, 20)
    assert window_days(opens, local_time(11, 26, 0)) == [date(2026, 11, 25)]
    assert window_days(opens, datetime.fromisoformat("2026-11-26T00:01")) == [date(2026, 11, 25), date(2026, 11, 26)]


@pytest.mark.parametrize(
    ("opens", "closes", "wrong"),
    [
        (NOON, NOON + 2 * HOUR, set()),
        (NOON, NOON, {"closes_at"}),
        (NOON, NOON + timedelta(days=15), {"closes_at"}),
        (NOON - 3 * HOUR, NOON - 2 * HOUR, {"opens_at", "closes_at"}),
        (NOON - HOUR, NOON + HOUR, {"opens_at"}),
        (NOON + timedelta(days=400), NOON + timedelta(days=400, hours=1), {"opens_at"}),
    ],
)
def test_a_window_that_nobody_could_keep_is_refused_at_its_field(opens, closes, wrong):
    assert set(problems_of("演练", opens, closes, NOON, fresh=True)) == wrong


def test_one_that_has_begun_may_keep_its_opening():
    assert problems_of("演练", NOON - HOUR, NOON + HOUR, NOON, fresh=False) == {}
    assert set(problems_of(" ", NOON, NOON + HOUR, NOON, fresh=True)) == {"title"}


@pytest.mark.parametrize(("about", "number"), [("team_drill:12", 12), ("inspection:12", None), ("team_drill:x", None)])
def test_a_measure_names_the_team_drill_of_which_it_came(about, number):
    assert team_drill_of(about) == number
