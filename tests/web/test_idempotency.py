"""A POST that is sent again with its Idempotency-Key has its effect once, and the same answer."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from lms.accounts.actions import make_token
from lms.core import clock
from lms.core.access import Role
from lms.core.db import as_one, db, session, transaction
from lms.core.models import Installation
from lms.kb.models import Suggestion
from lms.web import idempotency, jobs
from lms.web.models import KeptAnswer
from tests.support.make import a_person, as_actor
from tests.trust.test_races import at_once

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
IDEA = {"title": "生鲜怎么退", "folder": "after-sales", "markdown": "## 怎么退\n\n先拍照。\n", "reason": "常有人问"}


def a_caller(role=Role.AGENT):
    person = a_person(role)
    with transaction():
        return {"Authorization": f"Bearer {make_token(as_actor(person), label='')}"}


def post(client, caller, key, body=IDEA, path="/kb/suggestions", **options):
    headers = {**caller, **({"Idempotency-Key": key} if key is not None else {})}
    return client.post(f"/api/v1{path}", headers=headers, json=body, **options)


def made():
    return session().scalar(select(func.count()).select_from(Suggestion))


def test_the_same_call_again_gets_the_same_answer_and_does_nothing(client):
    me = a_caller()
    first, again = post(client, me, "k-1"), post(client, me, "k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert first.content_type == again.content_type
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert made() == 1


def test_without_a_key_and_with_another_key_it_is_another_call(client):
    me = a_caller()
    assert len({post(client, me, key).get_json()["id"] for key in (None, None, "k-1", "k-2")}) == 4
    assert made() == 4


def test_a_key_is_its_persons_own(client):
    assert post(client, a_caller(), "k-1").get_json()["id"] != post(client, a_caller(), "k-1").get_json()["id"]


@pytest.mark.parametrize(
    ("body", "path"),
    [(IDEA | {"reason": "另一个"}, "/kb/suggestions"), (IDEA, "/kb/suggestions?x=1"), ({}, "/me/notices/read")],
)
def test_a_key_for_another_call_is_refused(client, body, path):
    me = a_caller()
    post(client, me, "k-1")
    answer = post(client, me, "k-1", body, path)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert made() == 1


@pytest.mark.parametrize("key", ["", "a b", "键", "k" * 256, "a\tb"])
def test_a_key_of_another_form_is_unreadable(client, key):
    answer = post(client, a_caller(), key.encode("utf-8").decode("latin-1"))
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "unreadable")
    assert made() == 0


def test_what_was_refused_may_be_sent_again_with_its_key(client):
    me = a_caller()
    assert post(client, me, "k-1", IDEA | {"title": " "}).status_code == 422
    assert post(client, me, "k-1", {"nonsense": 1}).status_code == 422
    assert post(client, me, "k-1").status_code == 201
    assert made() == 1


def test_who_may_not_call_any_more_gets_no_answer_of_before(client):
    me = a_caller()
    post(client, me, "k-1")
    assert post(client, {"Authorization": "Bearer no"}, "k-1").status_code == 401


def test_a_file_counts_by_what_it_holds_not_by_how_it_was_packed(client):
    trainer = a_caller(Role.TRAINER)

    def upload(content):
        return client.post(
            "/api/v1/quizzes/import",
            headers={**trainer, "Idempotency-Key": "k-1"},
            query_string={"new": "bank", "title": "题库"},
            data={"file": (BytesIO(content), "bank.txt")},
        )

    bank = "几天能退？\nA. 七天\nB. 八天\nANSWER: A\n".encode()
    first, again, other = upload(bank), upload(bank), upload(bank + b"\n")
    assert first.status_code == 200
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.get_json()["error"]["code"] == "idempotency_key_reused"


def test_answers_are_forgotten_after_a_day(client):
    with clock.frozen(NOON):
        me = a_caller()
        post(client, me, "k-1")
    with clock.frozen(NOON + timedelta(hours=24)):
        assert jobs.forget_answers() == 0
    with clock.frozen(NOON + timedelta(hours=24, seconds=1)):
        assert jobs.forget_answers() == 1
        assert session().scalar(select(func.count()).select_from(KeptAnswer)) == 0


# several transactions as one


def test_transactions_inside_are_kept_or_undone_together(world):
    def named(name):
        with transaction() as current:
            current.merge(Installation(id=1, company=name))

    def fails():
        with as_one():
            named("a")
            raise RuntimeError

    def fails_in_part():
        with transaction() as current:
            current.get(Installation, 1).company = "b"
            raise ZeroDivisionError

    with pytest.raises(RuntimeError):
        fails()
    assert session().scalars(select(Installation.company)).all() == []
    with as_one() as whole:
        named("a")
        with pytest.raises(ZeroDivisionError):
            fails_in_part()
        assert whole.wrote
    assert session().scalars(select(Installation.company)).all() == ["a"]


# races


@pytest.mark.committed
def test_ten_equal_calls_at_once_have_one_effect_and_one_answer(fresh):
    with fresh.app_context():
        for number in range(3 if db.engine.dialect.name == "sqlite" else 10):
            me, before = a_caller(), made()
            calls = [lambda: post(fresh.test_client(), me, f"k-{number}")] * 10  # noqa: B023
            found = at_once(fresh, *calls)
            assert not [each for each in found if isinstance(each, Exception)], found
            assert {each.status_code for each in found} == {201}
            assert len({each.data for each in found}) == 1
            assert sum("Idempotent-Replayed" not in each.headers for each in found) == 1
            assert made() == before + 1


@pytest.mark.committed
def test_of_two_bodies_under_one_key_at_once_one_is_done_and_the_other_refused(fresh):
    with fresh.app_context():
        me = a_caller()
        bodies = [IDEA, IDEA | {"reason": "另一个"}]
        found = at_once(fresh, *[lambda each=each: post(fresh.test_client(), me, "k-1", each) for each in bodies])
        assert sorted(each.status_code for each in found) == [201, 422]
        assert made() == 1


@pytest.mark.committed
def test_a_call_that_is_still_running_is_waited_for_as_long_as_it_is_bearable(fresh, monkeypatch):
    """On PostgreSQL the second call ends with 409; on SQLite no two write at once, and it is told that all is busy."""
    monkeypatch.setattr(idempotency, "LONGEST_WAIT", "200ms")
    with fresh.app_context():
        me, client = a_caller(), fresh.test_client()
        if db.engine.dialect.name == "sqlite":
            pytest.skip("one writer at a time: the second call waits at its beginning")
        post(client, me, "k-0")
        row = session().scalars(select(KeptAnswer)).one()
        values = {"person_id": row.person_id, "call_digest": b"", "digest": b"", "at": NOON}
        values["key_digest"] = idempotency.sha256(b"k-1").digest()
        session().rollback()
        with db.engine.begin() as other:
            other.execute(KeptAnswer.__table__.insert().values(**values))
            with fresh.app_context():
                answer = post(client, me, "k-1")
            assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "in_progress")
            assert answer.headers["Retry-After"] == "1"
            other.rollback()
        assert post(client, me, "k-1").status_code == 201


@pytest.mark.committed
def test_an_answer_that_could_not_be_kept_has_no_effect(fresh, monkeypatch):
    """The effect and its answer are one: whatever stops the one, stops the other."""
    with fresh.app_context():
        me, client = a_caller(), fresh.test_client()
        fresh.testing = False
        monkeypatch.setattr(idempotency.current_app.response_class, "get_data", broken)
        assert post(client, me, "k-1").status_code == 500
        monkeypatch.undo()
        session().rollback()
        assert made() == 0
        assert post(client, me, "k-1").status_code == 201


def broken(*_args, **_options):
    raise OSError("the disk is gone")
