"""How often the API may be called: by a person with all tokens and browsers together, and by an address."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.accounts.actions import make_token
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.conftest import an_app
from tests.support.make import a_person, as_actor, sign_in

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture
def limited(tmp_path):
    app = an_app(tmp_path, f"sqlite:///{tmp_path / 'lms.sqlite3'}", api_per_minute=3, api_per_minute_address=5)
    with app.app_context():
        yield app
        session().rollback()


def bearer(role=Role.AGENT):
    person = a_person(role)
    with transaction():
        return {"Authorization": f"Bearer {make_token(as_actor(person), label='')}"}


def statuses(client, times, **options):
    return [client.get("/api/v1/me", **options).status_code for _ in range(times)]


def test_a_person_who_calls_too_often_is_told_when_to_try_again(limited):
    client, mine = limited.test_client(), bearer()
    with clock.frozen(NOON):
        assert statuses(client, 4, headers=mine) == [200, 200, 200, 429]
        refused = client.get("/api/v1/me", headers=mine)
    assert refused.headers["Retry-After"] == "20"
    assert refused.get_json()["error"]["code"] == "too_many"
    assert refused.get_json()["error"]["retry_after"] == 20
    with clock.frozen(NOON + timedelta(seconds=20)):
        assert statuses(client, 2, headers=mine) == [200, 429]


def test_an_address_is_counted_for_tokens_good_and_bad_and_for_nobody(limited):
    client, mine = limited.test_client(), bearer()
    with clock.frozen(NOON):
        assert statuses(client, 2, headers={"Authorization": "Bearer guess"}) == [401, 401]
        assert statuses(client, 2) == [401, 401]
        assert statuses(client, 2, headers=mine) == [200, 429]
        assert client.get("/api/v1/openapi.json").status_code == 429


def test_people_in_browsers_are_not_counted_by_address_and_pages_not_at_all(limited):
    with clock.frozen(NOON):
        for _ in range(3):
            client = limited.test_client()
            sign_in(client, a_person(Role.AGENT))
            assert statuses(client, 3) == [200, 200, 200]
            assert {client.get("/me").status_code for _ in range(9)} == {200}
