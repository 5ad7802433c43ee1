"""The job that reminds: one message a person and day, each step once, never to who is away or done."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from lms.accounts.models import FreezeWindow, Leave, RosterDay
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.notifications import queries
from lms.notifications.actions import reminders as actions
from lms.notifications.jobs.reminders import forecast, remind
from lms.notifications.models import Notice, Reminder
from lms.notifications.queries.plan import plan
from lms.notifications.rules import LEAD, Plan
from lms.records.actions import append
from lms.records.events import Verb
from tests.support.make import a_person, a_team, an_actor
from tests.support.make_duties import a_document, owes
from tests.support.make_reminders import MONDAY, a_duty, at


def reminded(person, topic="reminder"):
    statement = select(Notice).where(Notice.person_id == person.id, Notice.topic == topic).order_by(Notice.id)
    return list(session().scalars(statement))


def test_what_is_due_tomorrow_is_said_this_morning_and_once(world):
    person = a_person()
    a_duty(person)
    with at(MONDAY):
        remind()
        remind()
    assert [str(told.sentence["id"]) for told in reminded(person)] == ["《%(title)s》%(day)s到期。"]


def test_several_duties_of_a_day_are_one_message_that_lists_them(world):
    person = a_person()
    for number in range(9):
        a_duty(person, MONDAY + timedelta(days=number % 3 - 1), title=f"课时{number}")
    with at(MONDAY):
        remind()
    (told,) = reminded(person)
    values = told.sentence["values"]
    assert (values["n"], values["late"]) == (9, 3)
    assert told.link["endpoint"] == "home.index"
    assert session().scalar(select(func.count()).select_from(Reminder)) == 9


def test_what_comes_up_after_the_morning_waits_for_the_next_one(world):
    person = a_person()
    a_duty(person)
    with at(MONDAY):
        remind()
    a_duty(person)
    with at(MONDAY, 15):
        remind()
    assert len(reminded(person)) == 1
    with at(MONDAY + timedelta(days=1)):
        remind()
    assert len(reminded(person)) == 2


@pytest.mark.parametrize("state", ["done", "exempt", "withdrawn", "optional"])
def test_nobody_is_reminded_of_what_is_settled(world, state):
    person = a_person()
    a_duty(person, state=state)
    with at(MONDAY):
        remind()
    assert reminded(person) == []


def test_nobody_is_reminded_of_what_nobody_asks_for_any_more(world):
    person = a_person()
    duty = a_duty(person)
    with transaction() as s:
        s.execute(update(AssignmentReason).where(AssignmentReason.assignment_id == duty.id).values(until=clock.now()))
    with at(MONDAY):
        remind()
    assert reminded(person) == []


def test_nobody_is_reminded_of_a_sign_off_that_waits_for_somebody_else(world):
    person = a_person()
    duty = a_duty(person)
    with transaction() as s:
        s.execute(update(AssignmentItem).where(AssignmentItem.assignment_id == duty.id).values(purpose="sign_off"))
    with at(MONDAY):
        remind()
    assert reminded(person) == []


def test_more_time_by_hand_is_the_day_that_counts(world):
    person = a_person()
    duty = a_duty(person)
    with transaction() as s:
        later = MONDAY + timedelta(days=30)
        s.execute(update(AssignmentItem).where(AssignmentItem.assignment_id == duty.id).values(extended_to=later))
    with at(MONDAY):
        remind()
    assert reminded(person) == []


def test_who_has_left_is_not_reminded(world):
    person = a_person(active=False)
    a_duty(person)
    with at(MONDAY):
        remind()
    assert reminded(person) == []


def test_nobody_is_reminded_before_the_hour_nor_at_night(world):
    person = a_person()
    a_duty(person)
    for hour in (3, 8, 21, 23):
        with at(MONDAY, hour):
            remind()
    assert reminded(person) == []


def test_who_is_off_hears_it_on_the_next_working_day(world):
    person = a_person()
    a_duty(person, MONDAY + timedelta(days=3))
    with transaction() as s:
        s.add(RosterDay(person_id=person.id, day=MONDAY, working=False))
    with at(MONDAY):
        remind()
    assert reminded(person) == []
    with at(MONDAY + timedelta(days=1)):
        remind()
    (told,) = reminded(person)
    assert told.sentence["values"]["day"] == {"id": "12月%(day)s日", "values": {"day": 10}}


def test_who_is_on_leave_hears_nothing_and_no_lead_is_told_of_them(world):
    team = a_team()
    lead, person = a_person(Role.LEAD, team=team), a_person(team=team)
    a_duty(person, MONDAY - timedelta(days=5))
    with transaction() as s:
        s.add(Leave(person_id=person.id, from_on=MONDAY, until_on=MONDAY, noted_at=clock.now()))
    with at(MONDAY):
        remind()
    assert (reminded(person), reminded(lead, "late")) == ([], [])


def test_in_a_silent_time_nobody_hears_anything(world):
    team = a_team()
    lead, person = a_person(Role.LEAD, team=team), a_person(team=team)
    a_duty(person, MONDAY - timedelta(days=5))
    with transaction() as s:
        s.add(
            FreezeWindow(
                name="双十二", from_on=MONDAY, until_on=MONDAY + timedelta(days=5), team_id=team.id, made_at=clock.now()
            )
        )
    with at(MONDAY):
        remind()
    assert (reminded(person), reminded(lead, "late")) == ([], [])
    with at(MONDAY + timedelta(days=7)):
        remind()
    assert len(reminded(person)) == len(reminded(lead, "late")) == 1


def test_a_lead_hears_once_a_day_in_one_message_who_is_late(world):
    team = a_team()
    lead = a_person(Role.LEAD, team=team)
    people = [a_person(team=team, name=f"员工{letter}") for letter in "甲乙丙丁"]
    for person in people:
        a_duty(person, MONDAY - timedelta(days=3))
        a_duty(person, MONDAY - timedelta(days=9))
    a_duty(people[3], MONDAY - timedelta(days=30))
    with at(MONDAY):
        remind()
        remind()
    (told,) = reminded(lead, "late")
    assert told.sentence["values"]["n"] == 4
    assert told.sentence["values"]["names"] == {
        "id": "%(names)s 等",
        "values": {"names": "员工丁、员工甲、员工乙"},
    }  # the latest first
    with at(MONDAY + timedelta(days=1)):
        remind()
    assert len(reminded(lead, "late")) == 1


def test_a_lead_who_is_late_is_told_of_to_the_lead_above(world):
    root = a_team()
    above = a_person(Role.LEAD, team=root)
    lead = a_person(Role.LEAD, team=a_team(parent=root))
    a_duty(lead, MONDAY - timedelta(days=4))
    with at(MONDAY):
        remind()
    assert (len(reminded(above, "late")), reminded(lead, "late")) == (1, [])


def test_a_reminder_whose_duties_are_done_counts_as_read(world):
    person = a_person()
    one, other = a_duty(person), a_duty(person, title="价保申请")
    with at(MONDAY):
        remind()
    for duty, unread in ((one, 1), (other, 0)):
        with transaction() as s:
            s.execute(update(Assignment).where(Assignment.id == duty.id).values(state="done"))
        with transaction():
            actions.settle_reminders(person.id)
        assert len(queries.inbox(person.id, unread=True)) == unread


def test_the_preview_counts_whom_the_job_then_tells(world):
    team = a_team()
    a_person(Role.LEAD, team=team)
    for days in (-4, -4, 1, 3, 30):
        a_duty(a_person(team=team), MONDAY + timedelta(days=days))
    with at(MONDAY):
        expected = forecast(plan(), MONDAY)
        told = remind()
        assert (expected.people, expected.leads) == (4, 1)
        assert told == 5
        assert forecast(plan(), MONDAY).people == 0


def test_another_plan_holds_from_the_next_run_on(world):
    person = a_person()
    a_duty(person, MONDAY + timedelta(days=5))
    actor = an_actor(Role.ADMIN)
    with transaction():
        actions.change_plan(actor, Plan(before=(5,), escalate_after=None))
    with at(MONDAY):
        remind()
    assert len(reminded(person)) == 1


def test_five_hundred_people_cost_as_many_statements_as_fifty(world, statements):
    def cost(count):
        document = a_document()
        for person in [a_person(team=team) for _ in range(count)]:
            owes(person, document, (document, MONDAY + timedelta(days=1), False))
        statements.clear()
        with at(MONDAY):
            remind()
        return len(statements)

    team = a_team()
    assert cost(3) == cost(60) <= 24


def test_what_was_said_long_ago_of_what_is_done_is_forgotten(world):
    person = a_person()
    done, still = a_duty(person), a_duty(person)
    with at(MONDAY):
        remind()
    with transaction() as s:
        s.execute(update(Assignment).where(Assignment.id == done.id).values(state="done"))
    with transaction():
        assert actions.forget_reminders(MONDAY + timedelta(days=401)) == 1
    assert list(session().scalars(select(Reminder.assignment_id))) == [still.id]


def test_the_step_for_the_lead_is_no_step_of_a_plan():
    assert LEAD not in Plan().steps


def test_who_completes_what_they_were_reminded_of_has_it_off_the_bell_at_once(world):
    person = a_person()
    duty = a_duty(person)
    with at(MONDAY):
        remind()
        with transaction():
            append(None, person.id, Verb.COMPLETED, document_id=duty.document_id, revision_id=None, source="test")
    assert queries.inbox(person.id, unread=True) == []
