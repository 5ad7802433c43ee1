"""Rules give and take by themselves as people are hired, move, leave and come back."""

from datetime import date, timedelta

import pytest

from lms.accounts import actions as accounts
from lms.accounts.queries import console
from lms.assignments import actions
from lms.assignments.audience import Audience
from lms.assignments.due_plans import DuePlan
from lms.assignments.jobs.ruling import keep_rules, recompute
from lms.assignments.models import AssignmentReason
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from tests.support.make import a_person, a_team
from tests.support.make_duties import a_document
from tests.support.make_rules import a_rule, duty_of, snapshot, state_of, stopped, tagged


@pytest.fixture
def floor(world):
    root = a_team("总部")
    return {"root": root, "red": a_team("红组", root), "blue": a_team("蓝组", root)}


def hired(team, **values):
    with transaction():
        number = str(values.pop("no"))
        return accounts.hire(console(), employee_no=number, name=number, team_id=team.id, **values)


def moved(person, team):
    with transaction():
        accounts.move(console(), person.id, team.id, today())


def left(person):
    with transaction():
        accounts.close(None, person.id)


def back(person):
    with transaction():
        accounts.reopen(console(), person.id)


def begun(person, document):
    with transaction():
        actions.opened(person.id, document.id)


def test_a_rule_reaches_the_team_and_all_below_it(floor):
    inside, outside = a_person(team=floor["red"]), a_person()
    course = a_document("article")
    a_rule(course, teams=(floor["root"].id,))
    assert (state_of(inside, course), state_of(outside, course)) == ("open", None)


def test_who_is_hired_into_the_team_gets_it_at_once(floor):
    course = a_document("article")
    a_rule(course, teams=(floor["red"].id,))
    assert state_of(hired(floor["red"], no="N1"), course) == "open"


def test_who_moves_away_before_beginning_owes_it_no_more(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    a_rule(course, teams=(floor["red"].id,))
    moved(person, floor["blue"])
    assert state_of(person, course) == "withdrawn"


def test_what_was_begun_is_kept_as_optional_without_a_due_day(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    a_rule(course, teams=(floor["red"].id,), due=DuePlan(days=5))
    begun(person, course)
    moved(person, floor["blue"])
    duty = duty_of(person, course)
    assert (duty.state, duty.due_on, duty.next_due_on) == ("optional", None, None)


def test_who_moves_back_owes_it_again_by_the_day_asked(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    a_rule(course, teams=(floor["red"].id,), due=DuePlan(on=date(2031, 3, 3)))
    begun(person, course)
    moved(person, floor["blue"])
    moved(person, floor["red"])
    duty = duty_of(person, course)
    assert (duty.state, duty.due_on) == ("open", date(2031, 3, 3))


def test_a_leaver_owes_nothing_and_owes_it_again_on_return(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    a_rule(course, teams=(floor["red"].id,))
    left(person)
    assert state_of(person, course) == "withdrawn"
    back(person)
    assert state_of(person, course) == "open"


def test_what_was_given_by_hand_rests_with_a_leaver_too(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    with transaction():
        actions.assign(None, [person.id], course.id)
    left(person)
    assert state_of(person, course) == "withdrawn"
    back(person)
    assert state_of(person, course) == "open"


def test_a_role_that_is_granted_and_ended_gives_and_takes(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    a_rule(course, roles=("lead",))
    with transaction():
        accounts.grant(console(), person.id, Role.LEAD, floor["red"].id)
    assert state_of(person, course) == "open"


def test_a_tag_gives_and_its_end_takes(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    a_rule(course, tags=("大促支援",))
    tagged(person, "大促支援", "夜班")
    assert state_of(person, course) == "open"
    tagged(person, "夜班")
    assert state_of(person, course) == "withdrawn"


def test_another_kind_of_employment_gives_at_once(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    a_rule(course, employment=("temporary",))
    with transaction():
        accounts.change(console(), person.id, {"employment": "temporary"})
    assert state_of(person, course) == "open"


def test_the_earliest_live_reason_gives_the_day_and_the_next_one_takes_over(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    early = a_rule(course, teams=(floor["red"].id,), due=DuePlan(on=date(2031, 1, 1)))
    a_rule(course, due=DuePlan(on=date(2031, 2, 2)), positions=("",))
    assert duty_of(person, course).due_on == date(2031, 1, 1)
    stopped(early)
    assert duty_of(person, course).due_on == date(2031, 2, 2)


def test_two_rules_that_give_the_same_at_once_are_one_duty_by_the_earlier_day(floor):
    """Both are met in one pass; the later day must win neither as the duty's nor as its items'."""
    course = a_document("article")
    for days in (20, 5, 9):
        a_rule(course, teams=(floor["red"].id,), due=DuePlan(days=days))
    person = hired(floor["red"], no="N1")
    duty = duty_of(person, course)
    assert (duty.due_on, duty.next_due_on) == (today() + timedelta(days=5),) * 2
    assert session().query(AssignmentReason).filter_by(assignment_id=duty.id).count() == 3


def test_ten_more_rules_cost_two_statements_each(floor, statements):
    def spent(number):
        for _ in range(number):
            a_rule(a_document("article"), teams=(floor["red"].id,))
        hired(floor["red"], no=f"W{number}")
        statements.clear()
        hired(floor["red"], no=f"N{number}")
        return len(statements)

    two = spent(2)
    assert spent(10) <= two + 2 * 10  # each document is looked at by itself: its steps, and what was done of it before


def test_a_day_is_forgotten_with_the_only_reason_that_asked_for_it(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    early = a_rule(course, teams=(floor["red"].id,), due=DuePlan(on=date(2031, 1, 1)))
    a_rule(course, positions=("",))
    stopped(early)
    assert (duty_of(person, course).state, duty_of(person, course).next_due_on) == ("open", None)


def test_what_is_done_stays_done_when_the_rule_goes(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    rule = a_rule(course, teams=(floor["red"].id,))
    duty = duty_of(person, course)
    with transaction():
        duty = session().merge(duty)
        duty.state = "done"
    stopped(rule)
    assert state_of(person, course) == "done"
    assert session().query(AssignmentReason).filter_by(assignment_id=duty.id).one().until is not None


def test_recomputing_twice_changes_nothing(floor):
    for number in range(5):
        hired(floor["red"], no=f"N{number}")
    a_rule(a_document("article"), teams=(floor["red"].id,), due=DuePlan(workdays=3))
    before = snapshot()
    assert recompute() == 0
    assert snapshot() == before


def test_another_day_asked_for_reaches_those_who_have_it_already(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    rule = a_rule(course, due=DuePlan(on=date(2031, 1, 1)))
    audience = {"name": "", "audience": rule_audience(rule), "due_plan": DuePlan(on=date(2031, 5, 5))}
    with transaction():
        actions.change_rule(None, rule.id, **audience)
    assert keep_rules() >= 1
    assert duty_of(person, course).due_on == date(2031, 5, 5)


def rule_audience(rule):
    return Audience.from_json(rule.audience)


def test_a_rule_that_waits_is_applied_by_the_worker_and_then_rests(floor):
    person, course = a_person(team=floor["red"]), a_document("article")
    with transaction():
        actions.make_rule(None, name="", document_id=course.id, audience=Audience(), due_plan=DuePlan())
    assert keep_rules() >= 1
    assert state_of(person, course) == "open"
    assert keep_rules() == 0


def test_before_its_first_day_and_after_its_last_a_rule_gives_nothing_and_takes_nothing(floor):
    course, later = a_document("article"), a_document("article")
    person = a_person(team=floor["red"])
    a_rule(later, from_on=today() + timedelta(days=1))
    rule = a_rule(course, until_on=today())
    with transaction():
        session().merge(rule).until_on = today() - timedelta(days=1)
    recompute()
    assert (state_of(person, later), state_of(person, course)) == (None, "open")
    assert state_of(hired(floor["red"], no="N9"), course) is None
