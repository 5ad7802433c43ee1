"""Measures: who may give them, do them, say whether they worked; who is told and when."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.assignments.actions import measures
from lms.assignments.measures import measures_about, measures_to_check, open_measures, own_measures
from lms.assignments.rules import MeasureState, measure_state
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.here import settings, today
from lms.notifications.models import Notice
from tests.support.make import a_person, a_team, as_actor

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon(world):
    with clock.frozen(datetime(2026, 11, 23, 12, tzinfo=settings().timezone)):
        yield


class Office:
    def __init__(self):
        root = a_team("客服中心")
        self.team, self.other = a_team("一组", root), a_team("二组", root)
        self.lead = as_actor(a_person(Role.LEAD, team=self.team, name="方远"))
        self.owner = as_actor(a_person(Role.AGENT, team=self.team, name="陈予"))
        self.stranger = as_actor(a_person(Role.AGENT, team=self.other))
        self.trainer = as_actor(a_person(Role.TRAINER, team=self.other))


@pytest.fixture
def office():
    return Office()


def given(office, owner=None, *, due=2, check=9, actor=None, what="早会演一遍"):
    with transaction():
        return measures.add_measure(
            actor or office.lead,
            "team_drill:1",
            what,
            (owner or office.owner).id,
            due_on=today() + due * DAY,
            check_on=None if check is None else today() + check * DAY,
        )


def done(office, name):
    with transaction():
        measures.finish_measure(office.owner, name, "做了三次")


def told(actor):
    return [
        each.split(":")[2]
        for each in session().scalars(select(Notice.dedup_key).where(Notice.person_id == actor.id).order_by(Notice.id))
    ]


def reminded(days):
    with clock.shifted(days * DAY), transaction():
        measures.remind_of_measures()


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, MeasureState.OPEN),
        ({"due_on": date(2026, 11, 22)}, MeasureState.LATE),
        ({"done": True, "check_on": None}, MeasureState.DONE),
        ({"done": True, "check_on": date(2026, 11, 24)}, MeasureState.DONE),
        ({"done": True}, MeasureState.CHECK),
        ({"done": True, "verdict": "worked"}, MeasureState.WORKED),
        ({"done": True, "verdict": "not_worked"}, MeasureState.NOT_WORKED),
        ({"dropped": True, "due_on": date(2026, 11, 1)}, MeasureState.DROPPED),
    ],
)
def test_how_a_measure_stands(facts, state):
    day = date(2026, 11, 23)
    values = {"done": False, "dropped": False, "verdict": "", "due_on": day, "check_on": day, "today": day, **facts}
    assert measure_state(**values) is state


def test_the_owner_finds_it_and_is_told(office):
    name = given(office)
    assert [each.public_id for each in own_measures(office.owner.id, today())] == [name]
    assert told(office.owner) == ["new"]


def test_a_lead_gives_it_to_nobody_of_another_team(office):
    with pytest.raises(NotFound):
        given(office, office.stranger)
    assert given(office, office.stranger, actor=office.trainer)


@pytest.mark.parametrize(
    ("more", "field"),
    [({"due": -1}, "due_on"), ({"due": 800}, "due_on"), ({"check": 1}, "check_on"), ({"what": " "}, "what")],
)
def test_a_measure_that_nobody_could_follow_is_refused_at_its_field(office, more, field):
    with pytest.raises(Invalid) as refused:
        given(office, **more)
    assert field in refused.value.fields


def test_only_its_owner_says_that_it_is_done_and_says_it_once(office):
    name = given(office)
    for other in (office.lead, office.stranger):
        with pytest.raises(NotFound), transaction():
            measures.finish_measure(other, name, "")
    done(office, name)
    with clock.shifted(DAY):
        done(office, name)
    [row] = measures_about("team_drill:1", today())
    assert (row.done_at, row.done_note, row.state) == (clock.now(), "做了三次", MeasureState.DONE)
    assert told(office.lead) == ["done"]


def test_whether_it_worked_is_said_after_it_is_done_by_who_answers_for_it(office):
    name = given(office)
    with pytest.raises(Conflict), transaction():
        measures.check_measure(office.lead, name, "worked", "")
    done(office, name)
    with pytest.raises(Forbidden), transaction():
        measures.check_measure(office.owner, name, "worked", "")
    with pytest.raises(NotFound), transaction():
        measures.check_measure(office.stranger, name, "worked", "")
    with pytest.raises(Invalid), transaction():
        measures.check_measure(office.lead, name, "maybe", "")
    with transaction():
        measures.check_measure(office.lead, name, "not_worked", "还是有人直接承诺")
    [row] = measures_about("team_drill:1", today())
    assert (row.state, row.checker, row.check_note) == (MeasureState.NOT_WORKED, "方远", "还是有人直接承诺")


def test_what_is_to_be_checked_comes_up_on_its_day(office):
    done(office, given(office))
    assert measures_to_check(office.lead, today() + 8 * DAY) == []
    assert len(measures_to_check(office.lead, today() + 9 * DAY)) == 1
    assert measures_to_check(office.owner, today() + 9 * DAY) == []


def test_a_lead_sees_what_is_open_with_the_own_people_alone(office):
    mine, other = given(office), given(office, office.stranger, actor=office.trainer)
    assert [each.public_id for each in open_measures(office.lead, today())] == [mine]
    assert {each.public_id for each in open_measures(office.trainer, today())} == {mine, other}


def test_a_dropped_measure_is_owed_no_more_and_a_done_one_is_not_dropped(office):
    first, second = given(office), given(office)
    with transaction():
        measures.drop_measure(office.lead, first)
    done(office, second)
    with pytest.raises(Conflict), transaction():
        measures.drop_measure(office.lead, second)
    with pytest.raises(Conflict), transaction():
        measures.finish_measure(office.owner, first, "")
    assert own_measures(office.owner.id, today()) == []


def test_reminders_come_once_each_and_stop_when_it_is_done(office):
    given(office)
    for days in (1, 2, 2, 3, 3, 4):
        reminded(days)
    assert told(office.owner) == ["new", "due", "late"]
    other = given(office)
    done(office, other)
    reminded(2)
    assert told(office.owner).count("due") == 1


def test_the_maker_is_told_on_the_day_of_the_check(office):
    name = given(office)
    done(office, name)
    for days in (8, 9, 10):
        reminded(days)
    assert told(office.lead) == ["done", "check"]
