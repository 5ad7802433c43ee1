"""Reading: a completion is said once, of the revision that was shown, and reading time cannot be inflated."""

from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.content import queries as content
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.learning.actions import reading as actions
from lms.learning.models import Reading
from lms.learning.rules.checks import check_of
from lms.learning.rules.reading import FIRST_PING, LONGEST_PING, accepted_seconds, furthest, minutes_left
from lms.questions.rules.view import learner_view
from lms.records.models import Record, Standing
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text, edited
from tests.support.make_learning import SECRET, a_curriculum, a_lesson, a_task, lesson_text, owes
from tests.support.pages import token

NOON = datetime(2026, 11, 16, 4, tzinfo=UTC)


def records() -> list[Record]:
    return list(session().scalars(select(Record).order_by(Record.seq)))


def complete(actor, slug="cups", number=2, kind="lesson"):
    with transaction():
        return actions.complete(actor, kind, slug, number=number)


# how long


@given(claimed=st.integers(-100, 10_000), passed=st.integers(-50, 10_000))
def test_a_report_never_counts_more_than_the_servers_clock_or_a_minute(claimed: int, passed: int):
    counted = accepted_seconds(claimed, NOON, NOON + timedelta(seconds=passed))
    assert 0 <= counted <= max(0, min(claimed, passed, LONGEST_PING))


def test_the_first_report_of_a_page_counts_half_a_minute_at_most():
    assert accepted_seconds(500, None, NOON) == FIRST_PING


@given(section=st.integers(-5, 50), before=st.integers(0, 20), count=st.integers(0, 20))
def test_what_was_read_never_becomes_less_nor_more_than_there_is(section: int, before: int, count: int):
    assert min(before, count) <= furthest(section, before, count) <= count


def test_minutes_left_are_none_at_the_end_and_never_none_before_it():
    assert [minutes_left(12, read, 4) for read in range(5)] == [12, 9, 6, 3, 0]
    assert minutes_left(1, 3, 4) == 1


def test_many_reports_at_one_moment_count_as_one(world: APIFlask):
    a_lesson(a_trainer())
    actor = as_actor(a_person(Role.AGENT))
    with clock.frozen(NOON):
        for _ in range(5):
            with transaction():
                actions.save_position(
                    actor, "lesson", "cups", number=2, anchor="看懂材质", section=1, sections=3, seconds=60
                )
    assert session().scalars(select(Reading.observed_seconds)).one() == FIRST_PING


# completion


def test_a_completion_posted_twice_is_one_record(world: APIFlask):
    a_lesson(a_trainer())
    actor = as_actor(a_person(Role.AGENT))
    first, second = complete(actor), complete(actor)
    assert (first.fresh, second.fresh) == (True, False)
    assert [(line.verb, line.credited_minutes) for line in records()] == [("completed", 12)]


def test_an_article_is_acknowledged_a_lesson_completed(world: APIFlask):
    a_document(a_trainer(), an_article_text(), slug="return")
    complete(as_actor(a_person(Role.AGENT)), "return", kind="article")
    assert [line.verb for line in records()] == ["acknowledged"]


def test_a_completion_acknowledges_the_revision_that_was_shown_though_a_newer_one_is_published(world: APIFlask):
    trainer = a_trainer()
    document = a_lesson(trainer)
    shown = document.published_id
    edited(trainer, document, lesson_text("杯壶与定制（新）"))
    complete(as_actor(a_person(Role.AGENT)), number=2)
    assert records()[0].revision_id == shown


def test_reading_the_newer_revision_later_is_a_record_of_its_own(world: APIFlask):
    trainer = a_trainer()
    document = a_lesson(trainer)
    actor = as_actor(a_person(Role.AGENT))
    complete(actor, number=2)
    edited(trainer, document, lesson_text("杯壶与定制（新）"))
    complete(actor, number=4)
    assert len({line.revision_id for line in records()}) == 2


@pytest.mark.parametrize("number", [1, 99])
def test_a_draft_and_a_number_that_never_was_cannot_be_acknowledged(world: APIFlask, number: int):
    a_lesson(a_trainer())
    with pytest.raises(Invalid, match="没有已发布的"):
        complete(as_actor(a_person(Role.AGENT)), number=number)
    assert records() == []


def test_what_is_not_meant_for_somebody_cannot_be_completed(world: APIFlask):
    a_document(a_trainer(), an_article_text(可见="[质检]"), slug="secret")
    with pytest.raises(NotFound):
        complete(as_actor(a_person(Role.AGENT)), "secret", number=2, kind="article")


def test_a_lesson_of_a_stage_that_is_not_open_cannot_be_completed(world: APIFlask):
    trainer = a_trainer()
    a_task(trainer)
    a_lesson(trainer)
    person = a_person(Role.AGENT)
    owes(trainer, a_curriculum(trainer, [("第一段", [("shadowing", 1)]), ("第二段", [("cups", 2)])]), person)
    with pytest.raises(Conflict, match="第一段"):
        complete(as_actor(person), number=2)


def test_the_time_measured_goes_into_the_record_once(world: APIFlask):
    a_lesson(a_trainer())
    actor = as_actor(a_person(Role.AGENT))
    with clock.frozen(NOON), transaction():
        actions.save_position(actor, "lesson", "cups", number=2, anchor="", section=1, sections=3, seconds=20)
    with clock.frozen(NOON + timedelta(seconds=30)), transaction():
        actions.complete(actor, "lesson", "cups", number=2, seconds=25)
    assert records()[0].observed_seconds == 45
    assert session().scalars(select(Reading.observed_seconds)).one() == 0


# the page


def test_a_lesson_shows_its_text_and_where_one_is(client: FlaskClient):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    page = client.get("/learn/lesson/cups").get_data(as_text=True)
    assert "装到内塞以下" in page
    assert 'href="#容量怎么说"' in page
    assert "读完了，回到今天" in page


def test_a_lesson_that_may_not_be_read_is_not_found(client: FlaskClient):
    a_document(a_trainer(), lesson_text().replace("时长", "可见: [质检]\n时长"), kind="lesson", slug="cups")
    sign_in(client, a_person(Role.AGENT))
    assert client.get("/learn/lesson/cups").status_code == 404


def test_the_page_says_where_reading_stopped(client: FlaskClient):
    a_lesson(a_trainer())
    person = a_person(Role.AGENT)
    with transaction():
        actions.save_position(
            as_actor(person), "lesson", "cups", number=2, anchor="容量怎么说", section=1, sections=3, seconds=9
        )
    sign_in(client, person)
    assert "上次读到“容量怎么说”" in client.get("/learn/lesson/cups").get_data(as_text=True)


def test_the_form_at_the_end_completes_and_leads_on(client: FlaskClient):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    values = {"csrf_token": token(client, "/learn/lesson/cups"), "revision": "2", "seconds": "0", "next": "/courses"}
    answer = client.post("/learn/done/lesson/cups", data=values)
    assert (answer.status_code, answer.location) == (302, "/courses")
    assert session().scalars(select(Standing.state)).one() == "done"
    assert "读完这一课" in client.get("/learn/lesson/cups").get_data(as_text=True)


@pytest.mark.parametrize("seconds", ["9" * 30, "9" * 5_000, "²", "-1", ""])
def test_a_time_that_can_not_be_is_no_time_and_the_lesson_is_done(client: FlaskClient, seconds):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    values = {"csrf_token": token(client, "/learn/lesson/cups"), "revision": "2", "seconds": seconds}
    assert client.post("/learn/done/lesson/cups", data=values).status_code == 302
    assert records()[0].observed_seconds == 0


@pytest.mark.parametrize("asked", ["9" * 30, "9" * 5_000, "²", "-1", ""])
def test_a_self_check_that_there_is_not_is_the_first_open_one(client: FlaskClient, asked):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    assert "自测 · 第 1 题" in client.get(f"/learn/lesson/cups?q={asked}").text


def test_the_key_of_a_self_check_is_not_in_the_page_before_there_is_an_answer(client: FlaskClient):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    before = client.get("/learn/lesson/cups").get_data(as_text=True)
    assert SECRET not in before
    assert "定制商品不适用" not in before
    assert "is-right" not in before


def test_the_card_of_an_open_question_holds_nothing_that_its_key_is_part_of(world: APIFlask):
    question = content.compiled(a_lesson(a_trainer()).published_id).self_checks[0]
    card = check_of([question], 1, {}, seed="x", revision=2, anchor="c")
    assert card.view == learner_view(question, ("o1", "o2"))
    assert (card.answered, card.notes, card.states) == (False, (), ("open",))


def test_a_wrong_answer_teaches_and_is_kept(client: FlaskClient):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    values = {"csrf_token": token(client, "/learn/lesson/cups"), "revision": "2", "q": "1", "answer": "o1"}
    answer = client.post("/learn/check/cups", data=values)
    assert answer.status_code == 302
    page = client.get(answer.location).get_data(as_text=True)
    assert SECRET in page
    assert "定制商品不适用" in page
    assert 'href="#容量怎么说"' in page
    assert records() == []


def test_an_answer_can_be_taken_back_and_given_again(client: FlaskClient):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    common = {"csrf_token": token(client, "/learn/lesson/cups"), "revision": "2", "q": "1"}
    client.post("/learn/check/cups", data={**common, "answer": "o2"})
    client.post("/learn/check/cups", data={**common, "again": "1"})
    assert SECRET not in client.get("/learn/lesson/cups").get_data(as_text=True)


def test_no_answer_is_asked_for_again_without_giving_the_key_away(client: FlaskClient):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    values = {"csrf_token": token(client, "/learn/lesson/cups"), "revision": "2", "q": "1"}
    answer = client.post("/learn/check/cups", data=values, headers={"X-Fragment": "check"})
    assert answer.status_code == 422
    assert SECRET not in answer.get_data(as_text=True)


def test_a_lesson_page_takes_at_most_twelve_statements(client: FlaskClient, statements: list[str]):
    trainer = a_trainer()
    a_lesson(trainer)
    person = a_person(Role.AGENT)
    owes(trainer, a_curriculum(trainer, [("第一段", [("cups", 1)])]), person)
    sign_in(client, person)
    client.get("/learn/lesson/cups")
    statements.clear()
    client.get("/learn/lesson/cups")
    assert len(statements) <= 12, statements


# the API


def headers(client: FlaskClient) -> dict[str, str]:
    return {"X-CSRFToken": token(client, "/learn/lesson/cups")}


def test_the_api_completes_a_document_once(client: FlaskClient):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    address, guard = "/api/v1/documents/lesson/cups/completions", headers(client)
    answers = [client.post(address, json={"revision": 2}, headers=guard) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json["new"] for answer in answers] == [True, False]
    assert answers[0].json["completed_at"] == answers[1].json["completed_at"]
    assert session().scalar(select(func.count()).select_from(Record)) == 1


def test_the_api_refuses_a_revision_that_was_never_published(client: FlaskClient):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    answer = client.post("/api/v1/documents/lesson/cups/completions", json={"revision": 77}, headers=headers(client))
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "unknown_revision")


def test_a_quiz_is_not_completed_by_reading(client: FlaskClient):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    answer = client.post("/api/v1/documents/quiz/cups/completions", json={"revision": 2}, headers=headers(client))
    assert answer.status_code == 404


def test_a_position_is_refused_without_the_token(client: FlaskClient):
    a_lesson(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    body = {"document": "lesson:cups", "revision": 2, "section": 1, "sections": 3, "seconds": 20}
    assert client.post("/api/v1/reading", json=body).status_code == 400
    assert client.post("/api/v1/reading", json=body, headers=headers(client)).json["section"] == 1


def test_my_assignments_name_document_due_day_and_state(client: FlaskClient):
    trainer = a_trainer()
    a_lesson(trainer)
    a_task(trainer)
    person = a_person(Role.AGENT)
    owes(trainer, a_curriculum(trainer, [("第一段", [("cups", 1)]), ("第二段", [("shadowing", 2)])]), person)
    with transaction():
        actions.complete(as_actor(person), "lesson", "cups", number=2)
    sign_in(client, person)
    items = client.get("/api/v1/me/assignments").json["items"]
    assert [(item["document"], item["state"]) for item in items if item["purpose"] == "complete"] == [
        ("lesson:cups", "done"),
        ("task:shadowing", "locked"),
    ]
    assert items[0]["completed_at"].endswith("Z")
