"""Who works when: the person's day, then patterns of person, cohort, team up the tree, then Monday to Friday."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts import actions, queries
from lms.accounts.actions import Owner
from lms.accounts.events import RosterChanged
from lms.accounts.rules.roster import Pattern, Place, Roster, in_force
from lms.core.access import Role
from lms.core.db import queued, transaction
from lms.core.errors import Invalid
from tests.support.make import a_person, a_team, an_actor

MONDAY = date(2026, 11, 23)
SUNDAY = MONDAY + timedelta(days=6)
ALL_WEEK, WEEKEND, NONE_BUT_MONDAY = 0b1111111, 0b1100000, 0b0000001
LONG_AGO = date(2020, 1, 1)


def pattern(weekdays, from_on=LONG_AGO, until_on=None):
    return Pattern(weekdays=weekdays, from_on=from_on, until_on=until_on)


def in_team(*teams):
    return [Place(teams=teams, from_on=LONG_AGO)]


def test_with_no_roster_it_is_monday_to_friday():
    assert [Roster()(MONDAY + timedelta(days=n)) for n in range(7)] == [True] * 5 + [False] * 2


def test_a_day_of_the_persons_own_is_stronger_than_every_pattern():
    roster = Roster(days={SUNDAY: True, MONDAY: False}, own=[pattern(NONE_BUT_MONDAY)])
    assert (roster(SUNDAY), roster(MONDAY)) == (True, False)


def test_the_persons_pattern_is_stronger_than_the_cohorts_and_that_than_the_teams():
    layers = {"places": in_team(1), "by_team": {1: [pattern(NONE_BUT_MONDAY)]}}
    assert not Roster(**layers)(SUNDAY)
    assert Roster(cohort=[pattern(WEEKEND)], **layers)(SUNDAY)
    assert not Roster(own=[pattern(NONE_BUT_MONDAY)], cohort=[pattern(WEEKEND)], **layers)(SUNDAY)


def test_the_nearest_team_up_the_tree_with_a_pattern_counts():
    assert Roster(places=in_team(3, 2, 1), by_team={1: [pattern(NONE_BUT_MONDAY)], 2: [pattern(WEEKEND)]})(SUNDAY)
    assert Roster(places=in_team(3, 1), by_team={1: [pattern(WEEKEND)]})(SUNDAY)


def test_of_several_patterns_the_one_that_began_last_holds():
    later = pattern(WEEKEND, from_on=MONDAY)
    assert in_force([later, pattern(NONE_BUT_MONDAY)], SUNDAY) == later
    assert in_force([later, pattern(NONE_BUT_MONDAY)], MONDAY - timedelta(days=1)) != later


def test_a_pattern_ends_before_its_last_day():
    assert in_force([pattern(WEEKEND, until_on=SUNDAY)], SUNDAY) is None


def test_after_a_move_the_new_teams_pattern_counts():
    places = [
        Place(teams=(1,), from_on=LONG_AGO, until_on=SUNDAY),
        Place(teams=(2,), from_on=SUNDAY),
    ]
    roster = Roster(places=places, by_team={1: [pattern(NONE_BUT_MONDAY)], 2: [pattern(ALL_WEEK)]})
    assert (roster(SUNDAY - timedelta(days=1)), roster(SUNDAY)) == (False, True)


@given(st.dictionaries(st.dates(), st.booleans(), max_size=5), st.integers(1, 127), st.dates())
def test_single_days_change_no_other_day(days, weekdays, day):
    plain = Roster(own=[pattern(weekdays, from_on=date.min)])
    with_days = Roster(own=plain.own, days=days)
    assert with_days(day) == days.get(day, plain(day))


def test_the_pattern_of_a_team_reaches_the_people_of_the_teams_below(world):
    root = a_team()
    person, boss = a_person(team=a_team(parent=root)), an_actor(Role.ADMIN)
    with transaction():
        actions.set_pattern(boss, Owner(team_id=root.id), weekdays=WEEKEND, from_on=LONG_AGO)
    assert [queries.works(person.id)(day) for day in (MONDAY, SUNDAY)] == [False, True]


def test_a_cohort_decides_only_while_one_belongs_to_it(world):
    person, boss = a_person(), an_actor(Role.ADMIN)
    with transaction():
        cohort = actions.open_cohort(boss, name="2611", starts_on=MONDAY)
        actions.add_members(boss, cohort.id, [person.id])
        actions.set_pattern(boss, Owner(cohort_id=cohort.id), weekdays=WEEKEND, from_on=LONG_AGO)
    assert queries.works(person.id)(SUNDAY)
    with transaction():
        actions.remove_member(boss, cohort.id, person.id)
    assert not queries.works(person.id)(SUNDAY)


def test_many_people_take_as_many_statements_as_one(world, statements):
    ids = [a_person().id for _ in range(6)]
    statements.clear()
    one = queries.works_of(ids[:1])
    first = len(statements)
    statements.clear()
    many = queries.works_of(ids)
    assert (len(statements), first) == (first, 6)
    assert one.keys() | many.keys() == set(ids)


def test_nobody_asked_for_takes_no_statement(world, statements):
    assert queries.works_of([]) == {}
    assert statements == []


def test_the_people_concerned_are_told_of_a_new_pattern(world):
    team, boss = a_team(), an_actor(Role.ADMIN)
    people = [a_person(team=team), a_person(team=team)]
    with transaction():
        actions.set_pattern(boss, Owner(team_id=team.id), weekdays=WEEKEND, from_on=LONG_AGO)
        told = [fact for fact in queued().facts if isinstance(fact, RosterChanged)]
    assert told == [RosterChanged(person_ids=tuple(sorted(person.id for person in people)))]


@pytest.mark.parametrize("weekdays", [0, 128, -1])
def test_a_week_without_a_working_day_is_refused(world, weekdays):
    person, boss = a_person(), an_actor(Role.ADMIN)
    with pytest.raises(Invalid, match="至少勾一天"), transaction():
        actions.set_pattern(boss, Owner(person_id=person.id), weekdays=weekdays, from_on=MONDAY)


def test_setting_days_again_changes_nothing_and_back_to_the_pattern_removes_them(world):
    person, boss = a_person(), an_actor(Role.ADMIN)
    with transaction():
        assert actions.set_days(boss, {person.id: {SUNDAY: True}}) == 1
    with transaction():
        assert actions.set_days(boss, {person.id: {SUNDAY: True, MONDAY: None}}) == 0
    assert queries.works(person.id)(SUNDAY)
    with transaction():
        actions.set_days(boss, {person.id: {SUNDAY: None}})
    assert not queries.works(person.id)(SUNDAY)
