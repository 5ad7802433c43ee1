"""A team that is put elsewhere takes its people along: other rules, other due days, other must-reads, at once."""

from datetime import date, timedelta

import pytest

from lms.accounts import actions as accounts
from lms.accounts.queries import console
from lms.assignments.due_plans import DuePlan
from lms.assignments.jobs.days import reschedule_waiting
from lms.assignments.jobs.ruling import keep_rules, recompute
from lms.core.db import transaction
from lms.core.here import today
from lms.worker import SCHEDULE
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_duties import a_document
from tests.support.make_rules import a_rule, duty_of, state_of


@pytest.fixture
def floor(world):
    """总部 > 红组 > 红一组; 总部 > 蓝组."""
    root = a_team("总部")
    red = a_team("红组", root)
    return {"root": root, "red": red, "inner": a_team("红一组", red), "blue": a_team("蓝组", root)}


def put(team, parent):
    with transaction():
        accounts.change_team(console(), team.id, name=team.name, parent_id=parent.id)


def test_its_people_get_what_the_new_place_asks_and_lose_what_the_old_one_did(floor):
    person, old, new = a_person(team=floor["inner"]), a_document("article"), a_document("article")
    a_rule(old, teams=(floor["red"].id,))
    a_rule(new, teams=(floor["blue"].id,))
    put(floor["inner"], floor["blue"])
    assert (state_of(person, old), state_of(person, new)) == ("withdrawn", "open")


def test_so_do_the_people_of_the_teams_below_it(floor):
    person, new = a_person(team=floor["inner"]), a_document("article")
    a_rule(new, teams=(floor["blue"].id,))
    put(floor["red"], floor["blue"])
    assert state_of(person, new) == "open"


def test_their_due_days_wait_for_the_end_of_the_silent_time_of_the_new_place(floor):
    person, course = a_person(team=floor["inner"]), a_document("article")
    day = today() + timedelta(days=10)
    a_rule(course, teams=(floor["root"].id,), due=DuePlan(on=day))
    with transaction():
        accounts.set_freeze(
            as_actor(person), floor["blue"].id, name="大促", from_on=day, until_on=day + timedelta(days=5)
        )
    put(floor["inner"], floor["blue"])
    assert duty_of(person, course).due_on > day + timedelta(days=5)


def test_nothing_happens_where_a_team_is_only_called_otherwise(floor, statements):
    a_person(team=floor["inner"])
    statements.clear()
    with transaction():
        accounts.change_team(console(), floor["inner"].id, name="红二组", parent_id=floor["red"].id)
    assert not [each for each in statements if "assignment" in each]


def test_of_more_than_a_hundred_people_the_worker_sees_to_them_a_hundred_at_a_time(floor):
    people, new = [a_person(team=floor["inner"]) for _ in range(101)], a_document("article")
    a_rule(new, teams=(floor["blue"].id,), due=DuePlan(on=date(2031, 5, 5)))
    put(floor["inner"], floor["blue"])
    assert state_of(people[0], new) is None
    assert (keep_rules(), reschedule_waiting()) == (101, 101)
    assert {state_of(person, new) for person in people} == {"open"}
    assert recompute() == 0


def test_the_worker_is_woken_for_them():
    assert next(job for job in SCHEDULE if job.name == "assignments.keep_rules").drains


def test_a_leaver_of_the_team_is_in_step_too(floor):
    person, old = a_person(team=floor["inner"]), a_document("article")
    a_rule(old, teams=(floor["red"].id,))
    with transaction():
        accounts.close(None, person.id)
    put(floor["inner"], floor["blue"])
    assert recompute() == 0
