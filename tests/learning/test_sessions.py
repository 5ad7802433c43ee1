"""Live sessions: one seat at a time, the list moves up in its order, people are told, nobody is thrown out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lms.accounts.models import RosterDay
from lms.accounts.queries import actor_by_id
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.learning.actions import attendance, seats, sessions
from lms.learning.actions.attendance import Mark
from lms.learning.jobs import feedback
from lms.learning.models import LiveSession, Seat
from lms.learning.queries import seats as reading_seats
from lms.learning.queries import sessions as reading
from lms.notifications.models import Notice
from lms.records.models import Record
from tests.support.make import a_person, a_team, an_actor, as_actor
from tests.support.make_content import a_trainer
from tests.support.make_learning import a_task
from tests.support.make_sessions import NOON, a_session, enrolled, seat_of, wanted


@pytest.fixture(autouse=True)
def _still():
    with clock.frozen(NOON):
        yield


def told(person, word=""):
    """Return the sentences in somebody's inbox."""
    found = session().query(Notice).filter_by(person_id=person.id).order_by(Notice.id).all()
    return [notice.sentence["id"] for notice in found if word in notice.sentence["id"]]


def agents(count, team=None):
    team = team or a_team()
    return [a_person(Role.AGENT, team=team) for _ in range(count)]


def leave(row, person):
    with transaction():
        seats.leave(as_actor(person), row.public_id)


# seats and the waiting list


def test_who_comes_after_the_last_place_waits_and_moves_up_in_order(world):
    row = a_session(a_trainer(), places=2)
    first, second, third, fourth = agents(4)
    assert enrolled(row, first, second, third, fourth) == ["enrolled", "enrolled", "waiting", "waiting"]
    leave(row, first)
    assert [seat_of(row, each).state for each in (first, third, fourth)] == ["cancelled", "enrolled", "waiting"]
    assert len(told(third, "候补到您了")) == 1
    assert told(fourth) == []


def test_enrolling_twice_is_the_same_as_once(world):
    row = a_session(a_trainer(), places=5)
    [person] = agents(1)
    assert enrolled(row, person, person) == ["enrolled", "enrolled"]
    assert session().query(Seat).count() == 1


def test_who_left_and_comes_again_waits_behind_the_others(world):
    row = a_session(a_trainer(), places=1)
    first, second, third = agents(3)
    enrolled(row, first, second, third)
    leave(row, second)
    with clock.shifted(timedelta(minutes=1)):
        enrolled(row, second)
    leave(row, first)
    assert [seat_of(row, each).state for each in (second, third)] == ["waiting", "enrolled"]


def test_somebody_who_moved_up_twice_is_told_twice(world):
    row = a_session(a_trainer(), places=1)
    first, second = agents(2)
    enrolled(row, first, second)
    leave(row, first)
    leave(row, second)
    with clock.shifted(timedelta(hours=1)):
        enrolled(row, first, second)
        leave(row, first)
        assert len(told(second, "候补到您了")) == 2


def test_fewer_places_throw_nobody_out_and_more_places_let_the_list_move_up(world):
    trainer = a_trainer()
    row = a_session(trainer, places=2)
    people = agents(4)
    enrolled(row, *people)
    same = sessions.wanted_of(row)

    def with_places(places):
        with transaction():
            sessions.change(trainer, row.public_id, wanted(**{**_plain(same), "places": places}))
        return [seat_of(row, each).state for each in people]

    assert with_places(1) == ["enrolled", "enrolled", "waiting", "waiting"]
    leave(row, people[0])
    assert seat_of(row, people[2]).state == "waiting", "one place, one person: nobody moves up"
    assert with_places(3) == ["cancelled", "enrolled", "enrolled", "enrolled"]


def _plain(same):
    return {name: getattr(same, name) for name in type(same).__dataclass_fields__}


def test_without_a_limit_everybody_has_a_seat(world):
    row = a_session(a_trainer())
    assert set(enrolled(row, *agents(6))) == {"enrolled"}


def test_only_the_team_that_is_meant_may_enrol_and_for_others_it_does_not_exist(world):
    root = a_team()
    team, other = a_team(parent=root), a_team(parent=root)
    row = a_session(a_trainer(), team_id=team.id)
    below = a_person(Role.AGENT, team=a_team(parent=team))
    assert enrolled(row, below) == ["enrolled"]
    with pytest.raises(NotFound):
        enrolled(row, a_person(Role.AGENT, team=other))


def test_where_people_are_put_nobody_enrols_alone_or_leaves_by_themselves(world):
    trainer = a_trainer()
    row = a_session(trainer, by_choice=False)
    person, other = agents(2)
    with pytest.raises(NotFound):
        enrolled(row, other)
    with transaction():
        assert seats.put(trainer, row.public_id, [person.id]).seats == 1
    assert len(told(person, "安排您参加")) == 1
    with pytest.raises(Conflict):
        leave(row, person)


def test_a_lead_plans_for_own_teams_only_and_puts_only_own_people_in(world):
    root = a_team()
    team, other = a_team(parent=root), a_team(parent=root)
    lead = as_actor(a_person(Role.LEAD, team=team))
    row = a_session(lead, team_id=team.id)
    with pytest.raises(NotFound), transaction():
        sessions.plan(lead, wanted(team_id=other.id))
    with pytest.raises(Invalid), transaction():
        sessions.plan(lead, wanted())
    stranger = a_person(Role.AGENT, team=other)
    with pytest.raises(NotFound), transaction():
        seats.put(lead, row.public_id, [stranger.id])


def test_after_the_beginning_nobody_enrols_or_leaves(world):
    row = a_session(a_trainer())
    person, late = agents(2)
    enrolled(row, person)
    with clock.shifted(timedelta(days=2, minutes=1)):
        with pytest.raises(Conflict):
            enrolled(row, late)
        with pytest.raises(Conflict):
            leave(row, person)


# changing, cancelling, copying


def test_who_comes_or_waits_is_told_of_another_time_and_not_of_another_word(world):
    trainer = a_trainer()
    row = a_session(trainer, places=1)
    people = agents(2)
    enrolled(row, *people)
    same = _plain(sessions.wanted_of(row))
    with transaction():
        sessions.change(trainer, row.public_id, wanted(**{**same, "words": "带电脑"}))
    assert [told(each) for each in people] == [[], []]
    with transaction():
        sessions.change(trainer, row.public_id, wanted(**{**same, "ends_at": same["ends_at"] + timedelta(hours=1)}))
    assert [len(told(each, "改时间了")) for each in people] == [1, 1]


def test_a_cancelled_session_tells_its_people_why_and_takes_nobody_any_more(world):
    trainer = a_trainer()
    row = a_session(trainer)
    person, other = agents(2)
    enrolled(row, person)
    with pytest.raises(Invalid), transaction():
        sessions.cancel(trainer, row.public_id, " ")
    with transaction():
        sessions.cancel(trainer, row.public_id, "讲师出差")
    assert len(told(person, "取消了")) == 1
    with pytest.raises(Conflict):
        enrolled(row, other)


def test_a_copy_lies_on_another_day_at_the_same_hour_without_people(world):
    trainer = a_trainer()
    row = a_session(trainer, places=3)
    enrolled(row, *agents(1))
    with transaction():
        again = sessions.copy(trainer, row.public_id, (row.starts_at + timedelta(days=7)).date())
    assert again.starts_at - row.starts_at == timedelta(days=7)
    assert (again.places, again.code != row.code, reading_seats.sitting(again.id)) == (3, True, [])


def test_what_can_not_be_is_said_at_each_input(world):
    trainer = a_trainer()
    with pytest.raises(Invalid) as refused, transaction():
        sessions.plan(trainer, wanted(title=" ", place="", places=0, ends_at=NOON, link="javascript:alert(1)"))
    assert set(refused.value.fields) == {"title", "place", "places", "ends_at", "link"}


# clashes


def test_another_session_at_the_same_time_and_a_day_off_are_said(world):
    trainer = a_trainer()
    first, second = a_session(trainer), a_session(trainer, title="同一时间")
    later = a_session(
        trainer,
        title="之后",
        starts_at=first.ends_at,
        ends_at=first.ends_at + timedelta(hours=1),
    )
    [person] = agents(1)
    enrolled(first, person)
    day = first.starts_at.date()
    with transaction() as s:
        s.add(RosterDay(person_id=person.id, day=day, working=False))
    clash = reading_seats.clashes([person.id], second.starts_at, second.ends_at, but=second.id)[person.id]
    assert [each.title for each in clash.others] == [first.title]
    assert clash.off
    beside = reading_seats.clashes([person.id], later.starts_at, later.ends_at, but=later.id)[person.id]
    assert beside.others == ()


# attendance


def _during(row):
    return clock.frozen(row.starts_at + timedelta(minutes=5))


def test_the_code_signs_in_once_however_often_it_is_read(world):
    row = a_session(a_trainer(), places=1)
    [person] = agents(1)
    enrolled(row, person)
    with _during(row):
        for _ in range(2):
            with transaction():
                assert attendance.check_in(as_actor(person), row.public_id, row.code).state == "attended"
    assert (seat_of(row, person).signed, seat_of(row, person).signed_at is not None) == ("qr", True)


@pytest.mark.parametrize(
    ("shift", "code"), [(timedelta(minutes=-31), "too_early"), (timedelta(hours=2, minutes=31), "too_late")]
)
def test_the_code_is_good_around_the_time_of_the_session_only(world, shift, code):
    row = a_session(a_trainer())
    [person] = agents(1)
    enrolled(row, person)
    with clock.frozen(row.starts_at + shift), pytest.raises(Conflict) as refused, transaction():
        attendance.check_in(as_actor(person), row.public_id, row.code)
    assert refused.value.code == code


def test_a_wrong_code_a_full_room_and_a_cancelled_session_sign_nobody_in(world):
    trainer = a_trainer()
    row = a_session(trainer, places=1)
    first, second = agents(2)
    enrolled(row, first)

    def refusal(code):
        with _during(row), pytest.raises(Conflict) as refused, transaction():
            attendance.check_in(as_actor(second), row.public_id, code)
        return refused.value.code

    assert refusal("0" * 32) == "wrong_code"
    assert refusal(row.code) == "full"
    with transaction():
        sessions.cancel(trainer, row.public_id, "停电")
    assert refusal(row.code) == "cancelled"


def test_who_did_not_enrol_is_added_by_the_code_if_there_is_a_place(world):
    row = a_session(a_trainer(), places=2)
    [person] = agents(1)
    with _during(row), transaction():
        assert attendance.check_in(as_actor(person), row.public_id, row.code).state == "attended"


def test_closing_writes_one_completion_for_who_came_and_none_for_the_others(world):
    trainer = a_trainer()
    task = a_task(trainer, by="讲师", evidence="")
    row = a_session(trainer, document_id=task.id)
    came, short, away = agents(3)
    enrolled(row, came, short, away)
    with _during(row):
        with transaction():
            marks = {came.id: Mark(state="attended"), short.id: Mark(state="attended", minutes=40)}
            attendance.mark(trainer, row.public_id, marks)
        for _ in range(2):
            with transaction():
                attendance.credit(trainer, row.public_id, attendance.to_credit(row.public_id))
            with transaction():
                assert attendance.close(trainer, row.public_id) == 2
    lines = session().query(Record).order_by(Record.person_id).all()
    assert [(line.person_id, line.source, line.ref, line.credited_minutes) for line in lines] == [
        (came.id, "session", f"session:{row.public_id}", 120),
        (short.id, "session", f"session:{row.public_id}", 40),
    ]
    assert seat_of(row, away).state == "absent"


def test_who_was_missed_out_can_still_be_noted_after_closing_but_what_the_log_has_stays(world):
    trainer = a_trainer()
    row = a_session(trainer, document_id=a_task(trainer, by="讲师", evidence="").id)
    came, missed = agents(2)
    enrolled(row, came, missed)
    with _during(row):
        with transaction():
            attendance.mark(trainer, row.public_id, {came.id: Mark(state="attended")})
        with transaction():
            attendance.credit(trainer, row.public_id, [came.id])
        with transaction():
            attendance.close(trainer, row.public_id)
        with transaction():
            attendance.mark(trainer, row.public_id, {missed.id: Mark(state="attended")})
        assert session().query(Record).count() == 2
        with pytest.raises(Conflict), transaction():
            attendance.mark(trainer, row.public_id, {came.id: Mark(state="absent")})


def test_an_agent_who_holds_a_session_notes_who_came_and_nobody_else_of_the_floor(world):
    speaker, person, other = agents(3)
    row = a_session(a_trainer(), trainer_id=speaker.id)
    assert len(told(speaker, "请您主讲")) == 1
    enrolled(row, person)
    with _during(row):
        with transaction():
            assert attendance.mark(as_actor(speaker), row.public_id, {person.id: Mark(state="excused")}) == 1
        with pytest.raises(NotFound), transaction():
            attendance.mark(as_actor(other), row.public_id, {person.id: Mark(state="absent")})


def test_nobody_credits_what_they_attended_themselves(world):
    trainer = a_trainer()
    row = a_session(trainer, document_id=a_task(trainer, by="讲师", evidence="").id)
    with transaction():
        seats.enrol(trainer, row.public_id)
    with _during(row):
        with transaction():
            attendance.mark(trainer, row.public_id, {trainer.id: Mark(state="attended")})
        with transaction():
            assert attendance.credit(trainer, row.public_id, [trainer.id]) == 0
        other = a_trainer()
        with transaction():
            assert attendance.credit(other, row.public_id, [trainer.id]) == 1


# reminders and the calendar


def test_a_day_and_an_hour_before_each_is_told_once_and_who_came_later_only_what_is_new(world):
    row = a_session(a_trainer())
    early, late = agents(2)
    enrolled(row, early)
    with clock.frozen(row.starts_at - timedelta(hours=20)):
        enrolled(row, late)
        for _ in range(2):
            feedback.remind_of_sessions()
    with clock.frozen(row.starts_at - timedelta(minutes=50)):
        for _ in range(2):
            feedback.remind_of_sessions()
    assert [(len(told(each, "明天有课堂")), len(told(each, "一小时内"))) for each in (early, late)] == [(1, 1), (0, 1)]


def test_nobody_is_reminded_of_a_cancelled_session_or_a_seat_given_back(world):
    trainer = a_trainer()
    row, off = a_session(trainer), a_session(trainer, title="取消的")
    gone, other = agents(2)
    enrolled(row, gone)
    enrolled(off, other)
    leave(row, gone)
    with transaction():
        sessions.cancel(trainer, off.public_id, "停电")
    with clock.frozen(row.starts_at - timedelta(hours=20)):
        assert feedback.remind_of_sessions() == 0


def test_a_calendar_shows_own_seats_and_what_one_holds(world):
    speaker, person = agents(2)
    row = a_session(a_trainer(), trainer_id=speaker.id)
    enrolled(row, person)
    since = clock.now()
    assert [(each.title, each.seat, each.teaching) for each in reading.of_person(person.id, since)] == [
        ("售后案例分享", "enrolled", False)
    ]
    assert [(each.seat, each.teaching) for each in reading.of_person(speaker.id, since)] == [("", True)]
    assert reading.of_person(person.id, row.ends_at + timedelta(seconds=1)) == []


# races


@pytest.mark.committed
def test_twenty_who_want_the_last_place_get_one_seat_and_nineteen_wait(fresh):
    with fresh.app_context():
        team = a_team()
        people = [a_person(Role.AGENT, team=team).id for _ in range(20)]
        name = a_session(an_actor(Role.TRAINER, team=team), places=1).public_id

    def ask(person_id):
        with fresh.app_context(), clock.frozen(NOON), transaction():
            return seats.enrol(as_actor_of(person_id), name).state

    with ThreadPoolExecutor(20) as pool:
        states = list(pool.map(ask, people))
    assert (states.count("enrolled"), states.count("waiting")) == (1, 19)
    with fresh.app_context():
        waiting = session().query(Seat).filter_by(state="waiting").order_by(Seat.asked_at, Seat.person_id).all()
        first, holder = waiting[0].person_id, session().query(Seat).filter_by(state="enrolled").one().person_id
        session().rollback()
        with clock.frozen(NOON), transaction():
            seats.leave(as_actor_of(holder), name)
        assert [each.person_id for each in session().query(Seat).filter_by(state="enrolled")] == [first]


def as_actor_of(person_id):
    return actor_by_id(person_id)


@pytest.mark.committed
def test_all_who_leave_and_come_at_once_never_fill_more_than_the_places(fresh):
    with fresh.app_context():
        team = a_team()
        inside, outside = ([a_person(Role.AGENT, team=team).id for _ in range(6)] for _ in range(2))
        name = a_session(an_actor(Role.TRAINER, team=team), places=6).public_id
        for person_id in inside:
            with transaction():
                seats.enrol(as_actor_of(person_id), name)

    def act(person_id):
        with fresh.app_context(), clock.frozen(NOON), transaction():
            (seats.leave if person_id in inside else seats.enrol)(as_actor_of(person_id), name)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(act, [person_id for pair in zip(inside, outside, strict=True) for person_id in pair]))
    with fresh.app_context():
        states = [seat.state for seat in session().query(Seat).join(LiveSession, LiveSession.id == Seat.session_id)]
        assert (states.count("enrolled"), states.count("waiting"), states.count("cancelled")) == (6, 0, 6)
