"""When an attempt ends: every meeting of limit, closing time, a team's window and a person's, by the server's clock.

All times are minutes after the start. A window of the whole quiz says when it closes; the team's gives 40 minutes; the
person has half as much time again, a limit of 60 minutes of his own, or a closing time of his own at minute 25.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.core import clock
from lms.core.db import session, transaction
from lms.quizzes import actions, jobs, queries
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.rules.attempts import AttemptClosed
from lms.quizzes.rules.windows import Closed, NotOpenYet
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_quizzes import a_quiz, begun
from tests.support.make_sittings import a_window, saved

START = datetime(2026, 11, 23, 4, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
REFUSED, NEVER = "closed", None
LIMITS = {"no limit": None, "30 minutes": 30}
CLOSES = {"never closes": None, "closed before": -10, "closes inside": 20, "closes after": 60}
OWN = ("nothing", "time and a half", "limit 60", "closes at 25")
EXPECTED = {
    # limit, close                     no window of the team                 the team has 40 minutes
    #                                  nothing  ×1.5   limit 60  closes 25   nothing  ×1.5  limit 60  closes 25
    ("no limit", "never closes"):    ((NEVER,   NEVER,   60,       25),      (40,       60,       60,       25)),
    ("no limit", "closed before"):   ((REFUSED, REFUSED, REFUSED,  25),      (REFUSED,  REFUSED,  REFUSED,  25)),
    ("no limit", "closes inside"):   ((20,      20,      20,       25),      (20,       40,       20,       25)),
    ("no limit", "closes after"):    ((60,      60,      60,       25),      (40,       60,       60,       25)),
    ("30 minutes", "never closes"):  ((30,      45,      60,       25),      (40,       60,       60,       25)),
    ("30 minutes", "closed before"): ((REFUSED, REFUSED, REFUSED,  25),      (REFUSED,  REFUSED,  REFUSED,  25)),
    ("30 minutes", "closes inside"): ((20,      35,      20,       25),      (20,       40,       20,       25)),
    ("30 minutes", "closes after"):  ((30,      45,      60,       25),      (40,       60,       60,       25)),
}  # fmt: skip
CASES = [
    (limit, close, team, own, EXPECTED[limit, close][team][OWN.index(own)])
    for limit in LIMITS
    for close in CLOSES
    for team in (0, 1)
    for own in OWN
]


def test_the_matrix_has_sixty_four_cells():
    assert len(CASES) == 64


def at(minutes):
    return None if minutes is None else START + minutes * MINUTE


def the_place(limit, close, team, own):
    """Return somebody and a quiz with these limits and windows."""
    group = a_team(parent=a_team())
    person = a_person(team=group, time_factor_percent=150 if own == "time and a half" else 100)
    slug = a_quiz(seconds=LIMITS[limit] * 60 if LIMITS[limit] else None)
    if CLOSES[close] is not None:
        a_window(slug, person, closes_at=at(CLOSES[close]))
    if team:
        a_window(slug, person, team=group, seconds=40 * 60)
    if own == "limit 60":
        a_window(slug, person, person=person, seconds=60 * 60)
    if own == "closes at 25":
        a_window(slug, person, person=person, closes_at=at(25))
    return as_actor(person), slug


def value_of(attempt):
    wanted = select(AttemptItem.value).join(Attempt, Attempt.id == AttemptItem.attempt_id)
    return session().scalar(wanted.where(Attempt.public_id == attempt))["v"]


@pytest.mark.parametrize(("limit", "close", "team", "own", "expected"), CASES)
def test_an_attempt_ends_at_its_own_time_and_takes_nothing_after_the_grace(world, limit, close, team, own, expected):
    actor, slug = the_place(limit, close, team, own)
    if expected == REFUSED:
        with clock.frozen(START), pytest.raises(Closed) as refused:
            begun(actor, slug)
        assert refused.value.code == "closed"
        return
    with clock.frozen(START):
        attempt = begun(actor, slug)
    assert queries.own_sitting(actor, attempt).deadline_at == at(expected)
    if expected is NEVER:
        with clock.frozen(START + timedelta(days=30)):
            assert saved(actor, attempt, "o3").changed
            assert jobs.close_expired() == 0
        return
    with clock.frozen(at(expected) - SECOND):
        assert saved(actor, attempt, "o1", 1).changed
    with clock.frozen(at(expected) + 5 * SECOND):
        assert saved(actor, attempt, "o2", 2).changed
        assert jobs.close_expired() == 0
    with clock.frozen(at(expected) + 6 * SECOND):
        for value, seq in (("o3", 3), ("o1", 1)):  # a new one, and the old request again
            with pytest.raises(AttemptClosed) as late:
                saved(actor, attempt, value, seq)
            assert late.value.code == "time_over"
        assert jobs.close_expired() == 1
    sitting = queries.own_sitting(actor, attempt)
    assert (sitting.submitted_at, sitting.ended_by, value_of(attempt)) == (at(expected), "deadline", "o2")


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_what_the_clock_of_the_browser_says_changes_nothing(client, hours):
    actor, slug = the_place("30 minutes", "never closes", 0, "nothing")
    sign_in(client, actor)
    with clock.frozen(START):
        attempt = begun(actor, slug)
    token = client.get(f"/attempts/{attempt}").text.partition('name="csrf_token" value="')[2].partition('"')[0]

    def put(at, seq):
        claimed = (at + timedelta(hours=hours)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        with clock.frozen(at):
            return client.put(
                f"/api/v1/attempts/{attempt}/answers/q1",
                json={"value": "o1", "seq": seq},
                headers={"X-CSRFToken": token, "Date": claimed, "If-Unmodified-Since": claimed},
            )

    assert put(START + 30 * MINUTE - SECOND, 1).status_code == 200
    assert put(START + 30 * MINUTE + 5 * SECOND, 2).json["seconds_left"] == 0
    late = put(START + 30 * MINUTE + 6 * SECOND, 3)
    assert (late.status_code, late.json["error"]["code"]) == (409, "time_over")


def test_nobody_begins_before_the_opening_and_is_told_when(world):
    actor, slug = as_actor(a_person()), a_quiz()
    a_window(slug, actor, opens_at=START)
    with clock.frozen(START - SECOND), pytest.raises(NotOpenYet) as refused:
        begun(actor, slug)
    assert (refused.value.code, refused.value.details) == ("not_open_yet", {"opens_at": "2026-11-23T04:00:00Z"})
    with clock.frozen(START):
        assert begun(actor, slug)


def test_extra_time_is_for_writing_not_for_coming_late(world):
    actor, slug = the_place("30 minutes", "closes inside", 0, "time and a half")
    with clock.frozen(at(20)), pytest.raises(Closed):
        begun(actor, slug)
    with clock.frozen(at(20) - SECOND):
        assert queries.own_sitting(actor, begun(actor, slug)).deadline_at == at(35)


def test_the_nearest_team_up_the_tree_counts_and_the_person_before_it(world):
    root = a_team()
    middle = a_team(parent=root)
    own = a_team(parent=middle)
    person = a_person(team=own)
    slug = a_quiz(seconds=600, attempts=1)
    a_window(slug, person, team=root, seconds=60, attempts=5)
    a_window(slug, person, team=middle, seconds=120)
    a_window(slug, person, person=person, attempts=7)
    rules = queries.intro(as_actor(person), slug).rules
    assert (rules.seconds, rules.attempts) == (120, 7)


def test_a_window_of_another_team_says_nothing(world):
    actor, slug = as_actor(a_person()), a_quiz(seconds=600)
    a_window(slug, actor, team=a_team(), seconds=60)
    with clock.frozen(START):
        assert queries.own_sitting(actor, begun(actor, slug)).deadline_at == START + timedelta(seconds=600)


def test_a_window_may_give_more_attempts_than_the_quiz(world):
    actor, slug = as_actor(a_person()), a_quiz(attempts=1)
    a_window(slug, actor, person=actor, attempts=2)
    for _ in range(2):
        attempt = begun(actor, slug)
        with transaction():
            actions.submit(actor, attempt)
    assert queries.intro(actor, slug).left == 0
