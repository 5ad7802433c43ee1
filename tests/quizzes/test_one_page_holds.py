"""One page at a time holds a paper, and tells how long each question was in front: store and API, both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from lms.core import clock
from lms.core.db import session, transaction
from lms.quizzes import actions
from lms.quizzes.actions.answer import OtherTab
from lms.quizzes.models import Attempt, AttemptItem, Presence
from lms.quizzes.rules.presence import Told
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_quizzes import a_quiz, begun, handed_in, one_of_each, paper
from tests.support.pages import token

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
OLD, NEW = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"


def tell(actor, attempt, tab, *, take=False, seconds=None, **more):
    with transaction():
        return actions.tell(actor, attempt, Told(tab=tab, take=take, **more), seconds or {})


def save(actor, attempt, value, seq, **more):
    with transaction():
        return actions.save_answer(actor, attempt, "q1", value, seq, **more)


@pytest.fixture
def sat(world):
    """Return an actor with an open paper, begun at noon."""
    actor = an_actor()
    with clock.frozen(NOON):
        return actor, begun(actor, a_quiz(*one_of_each(), seconds=900))


def test_an_older_page_saves_no_more_and_a_newer_one_does(sat):
    actor, attempt = sat
    with clock.frozen(NOON):
        tell(actor, attempt, OLD, take=True)
        save(actor, attempt, "o1", 1, tab=OLD)
        tell(actor, attempt, NEW, take=True)
        with pytest.raises(OtherTab):
            save(actor, attempt, "o3", 2, tab=OLD)
        save(actor, attempt, "o2", 2, tab=NEW)
    assert paper(actor, attempt)["q1"].answer == "o2"


def test_the_older_page_takes_the_paper_back(sat):
    actor, attempt = sat
    with clock.frozen(NOON):
        tell(actor, attempt, OLD, take=True)
        tell(actor, attempt, NEW, take=True)
        assert not tell(actor, attempt, OLD).held
        assert tell(actor, attempt, OLD, take=True).held
        save(actor, attempt, "o3", 2, tab=OLD)
    assert paper(actor, attempt)["q1"].answer == "o3"


def test_another_program_without_a_page_saves_as_before(sat):
    actor, attempt = sat
    with clock.frozen(NOON):
        tell(actor, attempt, OLD, take=True)
        assert save(actor, attempt, "o1", 1).changed


def test_a_paper_that_no_page_holds_is_open_to_any(sat):
    actor, attempt = sat
    with clock.frozen(NOON):
        assert save(actor, attempt, "o1", 1, tab=OLD).changed


def seconds_of(attempt):
    found = select(AttemptItem.key, AttemptItem.seconds).join(Attempt).where(Attempt.public_id == attempt)
    return {row.key: row.seconds for row in session().execute(found)}


def test_seconds_of_a_question_never_fall_and_never_pass_the_attempt(sat):
    actor, attempt = sat
    with clock.frozen(NOON + timedelta(seconds=60)):
        save(actor, attempt, "o1", 1, seconds=20)
        save(actor, attempt, "o2", 2, seconds=5)
        tell(actor, attempt, OLD, seconds={"q1": 10, "q2": 30, "q3": 10**9, "q99": 5})
    assert seconds_of(attempt) == {"q1": 20, "q2": 30, "q3": 60} | dict.fromkeys(("q4", "q5", "q6", "q7"))


def test_a_save_without_seconds_leaves_them(sat):
    actor, attempt = sat
    with clock.frozen(NOON + timedelta(seconds=60)):
        save(actor, attempt, "o1", 1, seconds=20)
        save(actor, attempt, "o2", 2)
    assert seconds_of(attempt)["q1"] == 20


def test_looking_elsewhere_is_kept_as_the_page_told_it_and_said_again(sat):
    actor, attempt = sat
    with clock.frozen(NOON + timedelta(seconds=60)):
        tell(actor, attempt, OLD, take=True, away_times=2, away_seconds=40)
        standing = tell(actor, attempt, OLD, away_times=1, away_seconds=10)
    assert (standing.away_times, standing.away_seconds) == (2, 40)


def test_a_closed_paper_hears_nothing_more(sat):
    actor, attempt = sat
    with clock.frozen(NOON):
        handed_in(actor, attempt)
        standing = tell(actor, attempt, OLD, take=True, seconds={"q1": 9})
    assert (standing.held, standing.state, standing.seconds_left) == (False, "submitted", None)
    assert session().scalar(select(Presence.tab)) is None


def test_while_a_trainer_has_paused_the_clock_stands_and_the_page_is_told(sat):
    actor, attempt = sat
    with transaction() as s:
        s.execute(update(Attempt).values(paused_at=NOON + timedelta(minutes=5)))
    with clock.frozen(NOON + timedelta(minutes=12)):
        standing = tell(actor, attempt, OLD, take=True)
    assert (standing.held, standing.paused, standing.seconds_left) == (True, True, 600)


@pytest.fixture
def api(client):
    """Call one's own open attempt as the page does; gives status and body."""
    person = a_person()
    sign_in(client, person)
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    csrf = token(client, f"/attempts/{attempt}")

    def call(path, body):
        answer = client.put(f"/api/v1/attempts/{attempt}{path}", json=body, headers={"X-CSRFToken": csrf})
        return answer.status_code, answer.get_json()

    return call


def test_the_older_page_is_told_by_its_code(api):
    api("/presence", {"tab": OLD, "take": True})
    api("/presence", {"tab": NEW, "take": True})
    status, body = api("/answers/q1", {"value": "o1", "seq": 1, "tab": OLD})
    assert (status, body["error"]["code"]) == (409, "other_tab")
    assert api("/presence", {"tab": OLD})[1]["held"] is False


@pytest.mark.parametrize(
    "body", [{}, {"tab": "x"}, {"tab": "A" * 16}, {"tab": OLD, "seconds": {"q1": -1}}, {"tab": OLD, "away_times": True}]
)
def test_what_a_page_can_not_have_said_is_422(api, body):
    assert api("/presence", body)[0] == 422


def test_a_save_of_a_page_costs_at_most_six_statements_with_the_actor(api, statements):
    api("/presence", {"tab": OLD, "take": True})
    session().rollback()
    statements.clear()
    api("/answers/q1", {"value": "o2", "seq": 2, "tab": OLD, "seconds": 4})
    assert len(statements) <= 6, statements
    statements.clear()
    api("/presence", {"tab": OLD, "seconds": {"q1": 9, "q2": 3}})
    assert len(statements) <= 5, statements
