"""Webhooks over the API: kept, changed, tried and forgotten; the secret is shown once."""

import pytest

from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import transaction
from tests.support.make import a_person, as_actor


@pytest.fixture
def api(client):
    def call(method, path="", body=None):
        answer = client.open(f"/api/v1/webhooks{path}", method=method, json=body, headers=mine)
        return answer.status_code, answer.get_json(silent=True)

    admin = a_person(Role.ADMIN)
    with transaction():
        mine = {"Authorization": f"Bearer {make_token(as_actor(admin), label='')}"}
    return call


GIVEN = {"name": "工单系统", "url": "https://tickets.example.com/hook", "facts": ["QuizGraded"]}


def test_one_is_kept_changed_stopped_and_forgotten(api):
    status, made = api("POST", body=GIVEN)
    assert (status, len(made["secret"]) > 30) == (201, True)
    here = f"/{made['id']}"
    assert api("PUT", here, GIVEN | {"facts": []})[0] == 204
    assert api("POST", here, {"act": "off"}) == (200, {"count": 0, "secret": None})
    [shown] = api("GET")[1]["items"]
    assert (shown["facts"], shown["active"], "secret" in shown) == ([], False, False)
    assert api("POST", here, {"act": "secret"})[1]["secret"] != made["secret"]
    assert api("POST", here, {"act": "remove"})[0] == 200
    assert api("GET")[1]["items"] == []
    assert api("POST", here, {"act": "off"})[0] == 404


@pytest.mark.parametrize(
    "body",
    [GIVEN | {"url": "file:///etc/passwd"}, GIVEN | {"facts": ["Nothing"]}, GIVEN | {"name": " "}, {"name": "x"}],
)
def test_what_is_wrong_is_refused_and_nothing_kept(api, body):
    assert api("POST", body=body)[0] == 422
    assert api("GET")[1]["items"] == []
