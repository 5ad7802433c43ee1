"""A learning record store is told of results by xAPI 1.0.3: valid, in order, stored once, and nothing lost."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.cli import main
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.core.points import ONE_POINT
from lms.core.retrying import always_again_at
from lms.drills.events import DrillScored, DrillStarted
from lms.home.outgoing import ways_out
from lms.integrations.actions import xapi
from lms.integrations.jobs import forget_statements, send_statements
from lms.integrations.models import XapiStatement
from lms.integrations.rules.xapi import (
    WAITS,
    Activity,
    Result,
    Told,
    is_held,
    statement,
    statement_id,
    void_id,
    voiding,
)
from lms.learning.actions import certificates
from lms.quizzes.events import QuizGraded, QuizRegraded, QuizStarted
from lms.records.events import DocumentCompleted
from tests.support.listening import Reply, listening
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_certificates import a_plan, completes, held_by
from tests.support.make_duties import a_document
from tests.support.platforms import chosen
from tests.support.xapi import SECRET, USER, Store, problems

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
HOME = "https://academy.example.com"


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


@pytest.fixture
def store(world):
    there = Store()
    with listening(there) as listener:
        there.hits = listener.hits
        with chosen(
            world,
            outbound_private=frozenset({listener.place}),
            xapi_endpoint=f"{listener.url}/xapi",
            xapi_user=USER,
            xapi_secret=SECRET,
            xapi_home=HOME,
        ):
            yield there


def graded(person, document, attempt="a" * 32, earned=80, passed=True, at=NOON, fact=QuizGraded, **more):
    values = {"earned": earned * ONE_POINT, "possible": 100 * ONE_POINT, "passed": passed, "at": at, **more}
    with transaction():
        emit(fact(person_id=person.id, document_id=document.id, attempt_id=attempt, **values))


def rows():
    return list(
        session().scalars(select(XapiStatement).order_by(XapiStatement.id).execution_options(populate_existing=True))
    )


# The statement


def told(**more):
    values = {
        "id": statement_id("quiz:x", 0),
        "verb": "passed",
        "home": HOME,
        "account": "A77",
        "activity": Activity(kind="quiz", key="7", name="七天无理由"),
        "at": NOON,
        "result": Result(success=True, completion=True, earned=80, possible=100, seconds=61),
        "attempt": "abc",
    }
    return Told(**{**values, **more})


def test_a_statement_is_as_the_specification_asks():
    whole = statement(told(result=Result(success=True, earned=17 * ONE_POINT, possible=20 * ONE_POINT, seconds=61)))
    assert problems(whole) == []
    assert whole["actor"] == {"objectType": "Agent", "account": {"homePage": HOME, "name": "A77"}}
    assert whole["verb"]["id"] == "http://adlnet.gov/expapi/verbs/passed"
    assert whole["verb"]["display"] == {"zh-CN": "通过了", "en": "passed"}
    assert whole["object"]["definition"]["type"] == "http://adlnet.gov/expapi/activities/assessment"
    assert whole["result"]["score"] == {"scaled": 0.85, "raw": 17.0, "min": 0, "max": 20.0}
    assert (whole["result"]["duration"], whole["timestamp"]) == ("PT61S", "2026-11-23T04:00:00.000Z")
    assert problems(voiding(whole["id"], HOME, NOON)) == []


@given(
    earned=st.integers(0, 10**9),
    more=st.integers(0, 10**9),
    seconds=st.integers(-5, 10**7) | st.none(),
    success=st.booleans() | st.none(),
    verb=st.sampled_from(["initialized", "attempted", "passed", "failed", "completed", "earned"]),
    kind=st.sampled_from(["quiz", "drill", "lesson", "certificate", "words"]),
    name=st.text(max_size=30),
)
def test_every_result_makes_a_valid_statement(earned, more, seconds, success, verb, kind, name):
    result = Result(success=success, earned=earned, possible=earned + more, seconds=seconds)
    whole = statement(told(result=result, verb=verb, activity=Activity(kind=kind, key="1", name=name)))
    assert problems(json.loads(json.dumps(whole))) == [] or earned + more < 3  # 1/27,720 point rounds to no points


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"actor": {"mbox": "mailto:a@b.cn", "account": {"homePage": HOME, "name": "x"}}}, "actor"),
        ({"verb": {"id": "passed"}}, "verb"),
        ({"timestamp": "2026-11-23T04:00:00"}, "timestamp"),
        ({"id": "1"}, "id"),
        ({"result": {"score": {"scaled": 1.5}}}, "scaled"),
        ({"result": {"duration": "61"}}, "duration"),
        ({"context": {"registration": "x"}}, "registration"),
        ({"result": {"success": None}}, "null"),
        ({"more": 1}, "unknown"),
    ],
)
def test_the_validator_is_strict(change, word):
    assert any(word in each for each in problems({**statement(told()), **change}))


def test_ids_are_reckoned_and_never_meet():
    assert statement_id("quiz:a", 0) == statement_id("quiz:a", 0)
    assert len({statement_id(s, n) for s in ("quiz:a", "quiz:b") for n in range(3)}) == 6
    assert void_id(statement_id("quiz:a", 0)) not in {statement_id("quiz:a", n) for n in range(9)}


def test_what_a_store_adds_or_writes_its_own_way_is_still_ours():
    ours = statement(told())
    theirs = {**ours, "stored": "x", "authority": {}, "timestamp": "2026-11-23T04:00:00Z"}
    assert is_held(ours, theirs)
    assert not is_held(ours, {**theirs, "result": {**ours["result"], "success": False}})
    assert not is_held(ours, None)


def test_a_store_that_is_down_is_tried_for_ever_at_least_hourly():
    waits = [always_again_at(tries, NOON, None, WAITS) - NOON for tries in range(1, 40)]
    assert waits == sorted(waits)
    assert max(waits) == WAITS[-1] == timedelta(hours=1)
    assert always_again_at(1, NOON, 7200, WAITS) - NOON == timedelta(hours=2)


# On its way


def test_results_arrive_in_order_with_nothing_personal_in_them(world, store):
    person, quiz = a_person(no="A77", name="王小明"), a_document("quiz")
    with transaction():
        emit(QuizStarted(person_id=person.id, document_id=quiz.id, attempt_id="a" * 32, at=NOON))
    graded(person, quiz)
    with transaction():
        emit(DrillStarted(person_id=person.id, document_id=quiz.id, run_id="b" * 32, at=NOON))
        emit(
            DrillScored(
                person_id=person.id,
                document_id=quiz.id,
                run_id="b" * 32,
                earned=40,
                possible=100,
                passed=False,
                at=NOON,
            )
        )
        emit(DocumentCompleted(person_id=person.id, document_id=quiz.id, revision_id=None, at=NOON))
    assert send_statements() == 5
    assert store.wrong == []
    assert store.verbs() == ["initialized", "passed", "initialized", "failed", "completed"]
    assert len(store.hits) == 1
    sent = store.hits[0].body.decode()
    assert "王小明" not in sent
    begun, passed, *_ = store.kept.values()
    assert begun["context"]["registration"] == passed["context"]["registration"]
    assert begun["object"]["id"] == passed["object"]["id"]
    assert {row.state for row in rows()} == {"sent"}


def test_a_pseudonym_says_nothing_of_who_it_is(world, store):
    person, quiz = a_person(no="A77"), a_document("quiz")
    with chosen(world, xapi_actor="pseudonym"):
        graded(person, quiz)
        send_statements()
    assert [one["actor"]["account"]["name"] for one in store.kept.values()] == [person.public_id]
    assert b"A77" not in store.hits[0].body


def test_without_a_store_nothing_is_kept(world):
    graded(a_person(), a_document("quiz"))
    assert rows() == []
    assert send_statements() == 0


def test_what_waits_for_its_marker_has_no_score_and_the_marked_result_takes_its_place(world, store):
    person, quiz = a_person(), a_document("quiz")
    graded(person, quiz, passed=None, earned=0)
    graded(person, quiz, passed=True, at=NOON + timedelta(hours=1))
    send_statements()
    assert store.verbs() == ["attempted", "voided", "passed"]
    first, void, last = store.kept.values()
    assert "score" not in first["result"]
    assert void["object"]["id"] == first["id"]
    assert last["result"]["success"] is True


def test_a_regrade_voids_and_tells_anew_each_time(world, store):
    person, quiz = a_person(), a_document("quiz")
    graded(person, quiz, earned=50, passed=False)
    send_statements()
    graded(person, quiz, earned=80, fact=QuizRegraded, passed_before=False)
    graded(person, quiz, earned=50, passed=False, fact=QuizRegraded, passed_before=True)
    send_statements()
    assert store.wrong == []
    live = [one for name, one in store.kept.items() if name not in store.voided and "result" in one]
    assert [one["result"]["score"]["raw"] for one in live] == [50.0]
    assert len(store.kept) == 5  # three results, two of them voided


def test_a_certificate_is_told_and_voided_with_it(world, store):
    person = a_person()
    plan = a_plan(name="退款认证")
    completes(person, plan.document_id)
    send_statements()
    assert "earned" in store.verbs()
    [one] = held_by(person)
    admin = as_actor(a_person(Role.TRAINER))
    with transaction():
        certificates.revoke(admin, one.public_id, "发错了人，已说明")
    send_statements()
    earned = next(name for name, each in store.kept.items() if each["verb"]["id"].endswith("earned"))
    assert earned in store.voided
    assert "发错" not in "".join(hit.body.decode() for hit in store.hits)


# Trouble


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (Reply(503), "http 503"),
        (Reply(500), "http 500"),
        (Reply(429, headers={"Retry-After": "600"}), "busy 429"),
        (Reply(401), "auth 401"),
        (Reply(302, headers={"Location": "http://127.0.0.1:1/"}), "http 302"),
        (Reply(cut=True), "broken"),
    ],
)
def test_a_store_that_does_not_answer_well_loses_nothing(world, store, reply, answer):
    person, quiz = a_person(), a_document("quiz")
    store.replies.append(reply)
    graded(person, quiz)
    assert send_statements() == 0
    assert [(row.state, row.answer, row.tries) for row in rows()] == [("waiting", answer, 1)]
    assert send_statements() == 0
    assert len(store.hits) == 1  # it is left alone
    with clock.frozen(NOON + timedelta(minutes=11)):
        assert send_statements() == 1
    assert [row.state for row in rows()] == ["sent"]


@pytest.mark.parametrize("picky", [False, True])
def test_an_answer_that_is_lost_after_storing_doubles_nothing(world, store, picky):
    """picky: a store that says 409 also to the very same statement."""
    person, quiz = a_person(), a_document("quiz")
    store.cut_after, store.picky = 1, picky
    graded(person, quiz)
    graded(person, quiz, attempt="c" * 32)
    assert send_statements() == 0
    assert len(store.kept) == 2
    with clock.frozen(NOON + timedelta(minutes=1)):
        send_statements()
    assert len(store.kept) == 2
    assert [row.state for row in rows()] == ["sent", "sent"]


def test_what_the_store_refuses_is_set_aside_and_the_others_go_on(world, store):
    person, quiz = a_person(), a_document("quiz")
    for letter in "abc":
        graded(person, quiz, attempt=letter * 32)
    clashing = rows()[1]
    store.kept[clashing.statement_id] = {"id": clashing.statement_id, "verb": {"id": "x:y"}}
    assert send_statements() == 2
    assert [(row.state, row.answer) for row in rows()] == [("sent", "204"), ("dead", "rejected 409"), ("sent", "204")]
    del store.kept[clashing.statement_id]
    with transaction():
        assert xapi.resend(None, states=("dead",)) == 1
    assert send_statements() == 1


def test_of_one_person_nothing_overtakes(world, store):
    one, other, quiz = a_person(), a_person(), a_document("quiz")
    graded(one, quiz, attempt="a" * 32)
    with transaction():
        held = xapi.lease(NOON)  # another worker has it in its hands
    graded(one, quiz, attempt="b" * 32)
    graded(other, quiz, attempt="c" * 32)
    assert send_statements() == 1
    assert [row.state for row in rows()] == ["waiting", "waiting", "sent"]
    with transaction():
        xapi.release(held)
    assert send_statements() == 2


def test_the_store_is_gone_in_the_middle_of_sending_one_by_one(world, store):
    person, quiz = a_person(), a_document("quiz")
    for letter in "abc":
        graded(person, quiz, attempt=letter * 32)
    store.replies += [Reply(400), Reply(204), Reply(503)]
    assert send_statements() == 1
    assert [(row.state, row.tries) for row in rows()] == [("sent", 1), ("waiting", 1), ("waiting", 0)]
    with clock.frozen(NOON + timedelta(minutes=1)):
        assert send_statements() == 2


def test_a_batch_is_of_fifty(world, store):
    quiz = a_document("quiz")
    people = [a_person() for _ in range(3)]
    for number in range(60):
        graded(people[number % 3], quiz, attempt=f"{number:032d}")
    assert send_statements() == 60
    assert [len(hit.json) for hit in store.hits] == [50, 10]


# What is kept


def test_bodies_are_forgotten_and_ids_still_void(world, store):
    person, quiz = a_person(), a_document("quiz")
    graded(person, quiz)
    send_statements()
    with clock.frozen(NOON + timedelta(days=31)):
        assert forget_statements() == 1
        assert rows()[0].body == ""
        graded(person, quiz, earned=20, passed=False, fact=QuizRegraded, passed_before=True)
        assert send_statements() == 2
    assert rows()[0].statement_id in store.voided


def test_the_past_is_told_once_as_it_counts_today(world, store):
    person, plan = a_person(no="A9"), a_plan()
    with chosen(world, xapi_endpoint=""):
        completes(person, plan.document_id, date(2026, 3, 1))
    assert rows() == []
    session().rollback()  # what the command writes is to be seen here
    for count in (2, 0):
        done = CliRunner().invoke(main, ["xapi", "history", "--since", "2026-01-01"], obj=world)
        assert done.exit_code == 0, done.output
        assert str(count) in done.output
    assert send_statements() == 2
    assert sorted(store.verbs()) == ["completed", "earned"]
    assert store.wrong == []
    store.kept.clear()  # a new store
    done = CliRunner().invoke(main, ["xapi", "resend", "--since", "2026-01-01", "--all"], obj=world)
    assert done.exit_code == 0, done.output
    assert send_statements() == 2
    assert len(store.kept) == 2


# The page


def test_the_administrator_sees_how_it_goes_and_sends_again(world, store):
    admin, person, quiz = a_person(Role.ADMIN), a_person(), a_document("quiz")
    client = world.test_client()
    sign_in(client, admin)
    assert "没有记录" in client.get("/settings/xapi").text
    store.replies += [Reply(400), Reply(400)]
    graded(person, quiz)
    send_statements()
    send_statements()
    page = client.get("/settings/xapi?state=dead").text
    assert "学习记录库不收这一条" in page
    assert SECRET not in page
    [row] = rows()
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    for one in ("\0", "x" * 700, "²"):
        assert client.post("/settings/xapi", data={"csrf_token": token, "one": one}).status_code == 303
    assert client.post("/settings/xapi", data={"csrf_token": token, "one": row.statement_id}).status_code == 303
    assert rows()[0].state == "waiting"
    sign_in(client, person)
    assert client.get("/settings/xapi").status_code == 403


def test_what_the_store_refuses_stands_in_how_the_academy_runs(world, store):
    assert ways_out() == []
    store.replies += [Reply(400), Reply(400)]
    graded(a_person(), a_document("quiz"))
    send_statements()
    [way] = ways_out()
    assert (way.name, way.dead, way.log, way.wanted) == ("xAPI", 1, "integrations.xapi", {"state": "dead"})


def test_a_page_without_a_store_says_how_to_set_one(world):
    client = world.test_client()
    sign_in(client, a_person(Role.ADMIN, locale="en"))
    assert "LMS_XAPI_ENDPOINT" in client.get("/settings/xapi").text
