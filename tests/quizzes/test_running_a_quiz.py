"""What those who run a quiz do while people sit it: pause, go on, more time, collect; windows that change meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.models import AuditEntry
from lms.quizzes import jobs, queries
from lms.quizzes.actions import running
from lms.quizzes.actions.running import Whom
from lms.quizzes.actions.windows import Of, Unconfirmed, change_window
from lms.quizzes.queries.live import seats, windows
from lms.quizzes.rules.attempts import Paused, State
from lms.quizzes.rules.windows import Window
from lms.records.models import Record
from tests.support.make import a_person, a_team, an_actor, as_actor
from tests.support.make_quizzes import a_quiz, answered_right, begun, document_id, handed_in, one_of_each
from tests.support.make_sittings import a_window, attempt_of, saved

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minutes):
    return clock.frozen(NOON + minutes * MINUTE)


def everybody(slug):
    return Whom(document_id=document_id(slug))


def act(function, *args, **more):
    with transaction():
        return function(*args, **more)


def verbs():
    return list(session().scalars(select(AuditEntry.verb).order_by(AuditEntry.id)))


def two_teams():
    """Return two people of two teams below one root, the lead of the first, and a quiz of half an hour."""
    root = a_team()
    teams = [a_team(parent=root), a_team(parent=root)]
    people = [as_actor(a_person(team=team)) for team in teams]
    return *people, as_actor(a_person(Role.LEAD, team=teams[0])), a_quiz(*one_of_each(), seconds=1800)


def test_more_time_pressed_twice_on_one_page_is_given_once(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz(seconds=1800)
    with at(0):
        attempt = begun(actor, slug)
        ends = attempt_of(attempt).deadline_at
    with at(2):
        assert act(running.extend, trainer, everybody(slug), 10, seen_at=NOON + MINUTE) == 1
        with pytest.raises(Conflict):
            act(running.extend, trainer, everybody(slug), 10, seen_at=NOON + MINUTE)
    assert attempt_of(attempt).deadline_at == ends + 10 * MINUTE
    with at(4):
        assert act(running.extend, trainer, everybody(slug), 10, seen_at=NOON + 3 * MINUTE) == 1
    assert attempt_of(attempt).deadline_at == ends + 20 * MINUTE


# pause


def test_a_pause_takes_no_answer_closes_nothing_and_is_given_back_to_the_second(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz(seconds=1800)
    with at(0):
        attempt = begun(actor, slug)
    with at(20):
        assert act(running.pause, trainer, everybody(slug)) == 1
    with at(21), pytest.raises(Paused) as refused:
        saved(actor, attempt)
    assert refused.value.code == "paused"
    with at(60):
        assert jobs.close_expired() == 0
        assert queries.own_sitting(actor, attempt).seconds_left(clock.now()) == 600
        with pytest.raises(Paused):
            handed_in(actor, attempt)
        assert begun(actor, slug) == attempt
    with clock.frozen(NOON + 60 * MINUTE + timedelta(seconds=0.5)):
        assert act(running.go_on, trainer, everybody(slug)) == 1
    assert attempt_of(attempt).deadline_at == NOON + 70 * MINUTE + timedelta(seconds=1)
    with at(70):
        assert saved(actor, attempt).changed
        handed_in(actor, attempt)
    assert queries.own_sitting(actor, attempt).seconds_taken == 30 * 60 - 1
    assert session().scalars(select(Record.observed_seconds)).one() == 30 * 60 - 1
    assert verbs() == ["attempt.paused", "attempt.resumed"]


def test_pausing_twice_and_going_on_twice_changes_nothing_more(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz(seconds=1800)
    with at(0):
        attempt = begun(actor, slug)
    for minute, expected in ((1, 1), (2, 0)):
        with at(minute):
            assert act(running.pause, trainer, everybody(slug)) == expected
    for minute, expected in ((3, 1), (4, 0)):
        with at(minute):
            assert act(running.go_on, trainer, everybody(slug)) == expected
    assert attempt_of(attempt).deadline_at == NOON + 32 * MINUTE


def test_an_attempt_without_a_limit_can_be_paused_too(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz()
    attempt = begun(actor, slug)
    act(running.pause, trainer, everybody(slug))
    with pytest.raises(Paused):
        saved(actor, attempt)
    act(running.go_on, trainer, everybody(slug))
    assert saved(actor, attempt).changed
    assert attempt_of(attempt).deadline_at is None


def test_a_time_that_is_up_cannot_be_stopped_any_more(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz(seconds=1800)
    with at(0):
        begun(actor, slug)
    with at(31):
        assert act(running.pause, trainer, everybody(slug)) == 0
        assert jobs.close_expired() == 1


def test_a_lead_touches_only_own_people(world):
    mine, other, lead, slug = two_teams()
    with at(0):
        own, foreign = begun(mine, slug), begun(other, slug)
    with at(1):
        assert act(running.pause, lead, everybody(slug)) == 1
        assert [seat.attempt_id for seat in seats(lead, document_id(slug), clock.now())] == [own]
        for function in (running.pause, running.go_on, running.to_collect):
            with pytest.raises(NotFound):
                act(function, lead, Whom(document_id=document_id(slug), attempts=(foreign,)))
    assert attempt_of(foreign).paused_at is None


def test_one_team_is_paused_with_all_below_it(world):
    mine, other, _, slug = two_teams()
    with at(0):
        own, foreign = begun(mine, slug), begun(other, slug)
    with at(1):
        act(running.pause, an_actor(Role.TRAINER), Whom(document_id=document_id(slug), team_id=mine.team_id))
    assert attempt_of(own).paused_at
    assert attempt_of(foreign).paused_at is None


def test_nobody_to_pause_is_said(world):
    with pytest.raises(Conflict) as refused:
        act(running.pause, an_actor(Role.TRAINER), everybody(a_quiz()))
    assert refused.value.code == "nobody_sits"


# more time, and the end


def test_more_time_moves_the_deadline_beyond_every_bell(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz(seconds=1800)
    a_window(slug, trainer, closes_at=NOON + 20 * MINUTE)
    with at(0):
        attempt = begun(actor, slug)
    with at(19):
        assert act(running.extend, trainer, everybody(slug), 10) == 1
    assert attempt_of(attempt).deadline_at == NOON + 30 * MINUTE


@pytest.mark.parametrize("minutes", [0, -5, 241])
def test_minutes_out_of_bounds_are_refused(world, minutes):
    actor, slug = an_actor(), a_quiz(seconds=1800)
    begun(actor, slug)
    with pytest.raises(Invalid):
        act(running.extend, an_actor(Role.TRAINER), everybody(slug), minutes)


def test_collecting_hands_in_what_was_saved_and_says_who_did_it(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz(*one_of_each(), seconds=1800)
    with at(0):
        attempt = begun(actor, slug)
        answered_right(actor, attempt)
    with at(5):
        act(running.pause, trainer, everybody(slug))
    with at(10):
        found = running.to_collect(trainer, everybody(slug))
        assert act(running.collect, trainer, document_id(slug), found) == 1
        assert act(running.collect, trainer, document_id(slug), found) == 0
    sitting = queries.own_sitting(actor, attempt)
    assert (sitting.state, sitting.ended_by, sitting.passed) == (State.SUBMITTED, "trainer", True)
    assert sitting.seconds_taken == 300
    assert session().scalars(select(Record.actor_id)).one() == trainer.id
    assert verbs() == ["attempt.paused", "attempt.collected"]


# windows


def test_a_window_moves_open_attempts_both_ways_and_keeps_what_was_given(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz(seconds=1800)
    with at(0):
        attempt = begun(actor, slug)
    with at(1):
        act(running.extend, trainer, everybody(slug), 5)
        change = act(change_window, trainer, document_id(slug), Of(), Window(seconds=3600))
    assert (change.later, attempt_of(attempt).deadline_at) == (1, NOON + 65 * MINUTE)
    assert queries.own_sitting(actor, attempt).rules.seconds == 3600
    with at(2):
        change = act(change_window, trainer, document_id(slug), Of(), Window(closes_at=NOON + 10 * MINUTE))
    assert (change.earlier, attempt_of(attempt).deadline_at) == (1, NOON + 15 * MINUTE)
    with at(3):
        act(change_window, trainer, document_id(slug), Of(), Window())
    assert attempt_of(attempt).deadline_at == NOON + 35 * MINUTE
    assert windows(trainer, document_id(slug)) == []


def test_ending_attempts_by_a_window_needs_their_number(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz(seconds=1800)
    with at(0):
        attempt = begun(actor, slug)
    shut = Window(closes_at=NOON + 5 * MINUTE)
    with at(10):
        with pytest.raises(Unconfirmed) as asked:
            act(change_window, trainer, document_id(slug), Of(), shut)
        assert asked.value.details == {"ends_now": 1, "earlier": 0, "later": 0}
        assert attempt_of(attempt).deadline_at == NOON + 30 * MINUTE
        act(change_window, trainer, document_id(slug), Of(), shut, confirmed=1)
        assert attempt_of(attempt).deadline_at == NOON + 10 * MINUTE
    with clock.frozen(NOON + 10 * MINUTE + timedelta(seconds=6)):
        assert jobs.close_expired() == 1


def test_a_window_of_one_person_moves_nobody_else(world):
    trainer, slug = an_actor(Role.TRAINER), a_quiz(seconds=1800)
    actor, other = an_actor(), an_actor()
    with at(0):
        mine, theirs = begun(actor, slug), begun(other, slug)
        act(change_window, trainer, document_id(slug), Of(person_id=actor.id), Window(seconds=3600))
    assert attempt_of(mine).deadline_at == NOON + 60 * MINUTE
    assert attempt_of(theirs).deadline_at == NOON + 30 * MINUTE


def test_a_lead_sets_windows_of_own_people_only(world):
    mine, other, lead, slug = two_teams()
    for of in (Of(team_id=mine.team_id), Of(person_id=mine.id)):
        act(change_window, lead, document_id(slug), of, Window(attempts=2))
    with pytest.raises(Forbidden):
        act(change_window, lead, document_id(slug), Of(), Window(attempts=2))
    for of in (Of(team_id=other.team_id), Of(person_id=other.id)):
        with pytest.raises(NotFound):
            act(change_window, lead, document_id(slug), of, Window(attempts=2))
    a_window(slug, lead, person=other, attempts=5)
    assert [(row.team_id, row.employee_no) for row in windows(lead, document_id(slug))] == [
        (mine.team_id, ""),
        (None, mine.employee_no),
    ]


@pytest.mark.parametrize(
    ("window", "field"),
    [
        (Window(opens_at=NOON, closes_at=NOON), "closes_at"),
        (Window(seconds=59), "seconds"),
        (Window(seconds=86_401), "seconds"),
        (Window(attempts=0), "attempts"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused_at_its_field(world, window, field):
    with pytest.raises(Invalid) as refused:
        act(change_window, an_actor(Role.TRAINER), document_id(a_quiz()), Of(), window)
    assert list(refused.value.fields) == [field]


def test_a_quiz_published_anew_keeps_the_limit_of_those_who_sit_when_a_window_goes(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz(seconds=1800)
    with at(0):
        attempt = begun(actor, slug)
        a_quiz(slug=slug, document=document_id(slug), seconds=60)
        act(change_window, trainer, document_id(slug), Of(), Window(seconds=3600))
        act(change_window, trainer, document_id(slug), Of(), Window())
    assert attempt_of(attempt).deadline_at == NOON + 30 * MINUTE
