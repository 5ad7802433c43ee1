"""Cycles on paper: dates of a draft, who counts at the closing, how many may be left by when."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid
from lms.core.quarters import last_day, quarter_after, quarter_days, quarter_of, quarters
from lms.learning.rules import cycles as rules
from lms.learning.rules.cycles import (
    Draft,
    Owing,
    Share,
    Wave,
    carried_over,
    check,
    closing,
    counted_as,
    first_draft,
    planned_left,
    together,
)

DAY = date(2026, 12, 18)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def a_draft(**more):
    plan = first_draft("2026Q4", [1, 2])
    return Draft(**{**{name: getattr(plan, name) for name in Draft.__slots__}, **more})


def owes(state="open", due_on=DAY - timedelta(days=1), **more):
    plain = {"person_id": 1, "team_id": 1, "active": True, "joined_later": False, "on_leave": False, "begun": False}
    return Owing(state=state, due_on=due_on, **{**plain, **more})


@given(DAYS)
def test_every_day_lies_in_its_quarter_and_in_no_other(day):
    first, after = quarter_days(quarter_of(day))
    assert first <= day < after
    assert last_day(quarter_of(day)) + timedelta(days=1) == quarter_days(quarter_after(quarter_of(day)))[0]


@given(DAYS, st.integers(0, 1500))
def test_the_quarters_of_a_span_follow_one_another(day, length):
    found = quarters(day, day + timedelta(days=length))[::-1]
    assert found[0] == quarter_of(day)
    assert found[-1] == quarter_of(day + timedelta(days=length))
    assert all(quarter_after(one) == other for one, other in itertools.pairwise(found))


def test_a_first_draft_begins_and_ends_on_a_weekday_within_the_quarter():
    plan = first_draft("2026Q4", [1])
    assert (plan.starts_on, plan.due_on) == (date(2026, 10, 8), date(2026, 12, 17))
    assert plan.name == "2026 四季度全员培训"


@given(st.sampled_from(["2026Q4", "2027Q1", "2028Q2"]), DAYS.filter(lambda day: day.year == 2026))
def test_what_is_carried_over_stays_within_its_quarter(quarter, day):
    last = a_draft(
        quarter=quarter_of(day), starts_on=day, due_on=day, waves=[Wave(team_id=1, starts_on=day, due_on=day)]
    )
    moved = carried_over(last, quarter, [1])
    first, after = quarter_days(quarter)
    assert first <= moved.starts_on < after
    assert moved.waves[0].starts_on == moved.starts_on


def test_the_next_draft_has_the_same_waves_and_target_but_no_course():
    last = a_draft(document_id=7, target_percent=90)
    moved = carried_over(last, "2027Q1", [2])
    assert [wave.team_id for wave in moved.waves] == [2]
    assert (moved.target_percent, moved.document_id, moved.quarter) == (90, None, "2027Q1")


def test_the_next_cycle_is_drafted_four_weeks_before_the_quarter_ends():
    assert not rules.is_time_to_draft("2026Q4", date(2026, 12, 3))
    assert rules.is_time_to_draft("2026Q4", date(2026, 12, 4))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("quarter", {"quarter": "spring"}),
        ("due_on", {"due_on": date(2026, 9, 1)}),
        ("target_percent", {"target_percent": 0}),
        ("joiner_days", {"joiner_days": 0}),
        ("waves", {"waves": [Wave(team_id=1, starts_on=DAY, due_on=DAY - timedelta(days=1))]}),
        ("waves", {"waves": [Wave(team_id=team, starts_on=DAY, due_on=DAY) for team in (1, 2)]}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(field, changes):
    with pytest.raises(Invalid) as refused:
        check(a_draft(**changes), {1: (1,), 2: (2, 1)}, {1: "一组", 2: "二组"})
    assert field in refused.value.fields


def test_a_cycle_without_a_course_cannot_start():
    with pytest.raises(Invalid):
        rules.check_start(a_draft())


@pytest.mark.parametrize(
    ("expected", "one"),
    [
        ("undone", owes()),
        ("undone", owes(due_on=None)),
        ("granted", owes(due_on=DAY)),
        ("joiner", owes(due_on=DAY, joined_later=True)),
        ("undone", owes(joined_later=True)),
        ("leave", owes(due_on=DAY, on_leave=True, joined_later=True)),
        ("undone", owes(on_leave=True)),
        ("done", owes("done")),
        ("done", owes("done", on_leave=True)),
        ("exempt", owes("exempt", begun=True)),
        ("none", owes("withdrawn")),
        ("none", owes("optional")),
        ("left", owes("done", active=False)),
        ("left", owes("withdrawn", active=False)),
    ],
)
def test_everybody_counts_by_the_stated_rules(expected, one):
    assert counted_as(one, DAY) == expected


@given(
    st.lists(
        st.builds(
            Owing,
            person_id=st.integers(1, 500),
            team_id=st.sampled_from([1, 2, None]),
            state=st.sampled_from(["open", "done", "exempt", "withdrawn", "optional"]),
            active=st.booleans(),
            due_on=st.sampled_from([None, DAY, DAY - timedelta(days=1)]),
            joined_later=st.booleans(),
            on_leave=st.booleans(),
            begun=st.booleans(),
        )
    )
)
def test_the_teams_add_up_to_the_whole_and_nobody_is_lost(owing):
    found = closing(owing, DAY)
    assert sum(team.done for team in found.teams.values()) == found.done
    assert sum(team.undone for team in found.teams.values()) == found.undone
    nowhere = sum(counted_as(one, DAY) == "none" for one in owing)
    apart = sum(len(found.people[key]) for key in rules.APART)
    assert found.counted + apart + found.left + nowhere == len(owing)


def test_of_who_left_it_is_said_how_many_had_finished():
    found = closing([owes("done", active=False), owes("withdrawn", active=False)], DAY)
    assert (found.left, found.left_done, found.counted, found.percent) == (2, 1, 0, 0)


@given(st.integers(1, 100), st.lists(st.builds(
    lambda start, days, people: Share(
        starts_on=DAY + timedelta(days=start), due_on=DAY + timedelta(days=start + days), people=people
    ),
    st.integers(0, 60), st.integers(0, 60), st.integers(0, 500),
), max_size=5))  # fmt: skip
def test_the_plan_falls_from_everybody_to_what_the_target_leaves(target, shares):
    left = [planned_left(shares, target, DAY + timedelta(days=day)) for day in range(-1, 122)]
    assert left == pytest.approx(
        [planned_left(together(shares), target, DAY + timedelta(days=n)) for n in range(-1, 122)]
    )
    whole = sum(share.people for share in shares)
    assert left[0] == whole
    assert all(before >= after for before, after in itertools.pairwise(left))
    assert left[-1] == pytest.approx(whole * (1 - target / 100), abs=0.01)


def test_whoever_comes_later_never_has_longer_than_the_first_have():
    wave = Wave(team_id=1, starts_on=DAY, due_on=DAY + timedelta(days=10))
    assert rules.at_least(wave, 30, DAY) == 10
    assert rules.at_least(wave, 5, DAY) == 5
    assert rules.at_least(wave, 30, DAY + timedelta(days=8)) == 2
