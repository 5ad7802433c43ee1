"""A page that says no speaks the reader's language and has the reader's shade, also where there is no such page."""

import pytest

from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import transaction
from tests.support.make import a_person, as_actor, sign_in

NOWHERE = "/nowhere/at/all"


def a_reader(**more):
    return a_person(Role.AGENT, locale="en", theme="dark", **more)


@pytest.mark.parametrize(("method", "address", "status"), [("GET", NOWHERE, 404), ("GET", "/sign-out", 405)])
def test_an_address_that_is_none_is_said_in_the_readers_language_and_shade(client, method, address, status):
    sign_in(client, a_reader())
    page = client.open(address, method=method)
    assert page.status_code == status
    assert '<html lang="en" data-bs-theme="dark">' in page.text
    assert "没有找到" not in page.text


def test_whoever_is_not_signed_in_is_asked_in_the_browsers_language_and_looked_for_nowhere(client, statements):
    assert '<html lang="zh-CN"' in client.get(NOWHERE).text
    with client.session_transaction() as held:
        held["locale"] = "en"
    statements.clear()
    assert '<html lang="en"' in client.get(NOWHERE).text
    assert [each for each in statements if "FROM installation" not in each] == []


def test_a_form_without_its_token_is_refused_in_the_readers_language(client):
    sign_in(client, a_reader())
    page = client.post("/me/preferences")
    assert (page.status_code, 'lang="en"' in page.text) == (400, True)


def test_a_program_is_answered_in_the_language_of_its_person(client):
    reader = as_actor(a_reader())
    with transaction():
        headers = {"Authorization": f"Bearer {make_token(reader, label='script')}"}
    found = client.get("/api/v1/nowhere", headers=headers)
    assert (found.status_code, found.json["error"]["code"]) == (404, "not_found")
    assert found.json["error"]["message"].isascii()
    assert client.get("/api/v1/nowhere", headers={"Authorization": "Bearer wrong"}).status_code == 404
