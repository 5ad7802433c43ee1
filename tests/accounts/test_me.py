"""One's own account: language, shade, password, tokens, and who I am over the API."""

import re

import pytest
from sqlalchemy import select

from lms.accounts import actions
from lms.accounts.models import ApiToken
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Invalid, NotFound
from tests.support.make import a_person, a_team, an_actor, sign_in
from tests.support.pages import send


def a_token(actor, *scope, **more):
    with transaction():
        return actions.make_token(actor, label="工单系统", scope=scope, **more)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_the_api_says_who_is_asking(client):
    team = a_team("售后一组")
    person = an_actor(Role.LEAD, team=team, no="L1", name="方远", locale="en")
    answer = client.get("/api/v1/me", headers=bearer(a_token(person)))
    assert answer.json == {
        "employee_no": "L1",
        "name": "方远",
        "roles": ["lead"],
        "team": "售后一组",
        "position": "",
        "locale": "en",
    }


def test_without_a_token_the_api_says_401_in_its_own_shape(client):
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "unauthenticated")


def test_a_revoked_token_is_nobody(client):
    person = an_actor()
    token = a_token(person)
    with transaction():
        actions.revoke_token(person, session().scalars(select(ApiToken.id)).one())
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 401


def test_nobody_revokes_the_token_of_another(world):
    a_token(an_actor())
    other = an_actor()
    with pytest.raises(NotFound), transaction():
        actions.revoke_token(other, session().scalars(select(ApiToken.id)).one())


@pytest.mark.parametrize(
    ("scope", "status"), [(("read",), 403), (("write",), 302), (("read", "write"), 302), ((), 302)]
)
def test_a_token_that_may_only_read_changes_nothing(client, scope, status):
    token = a_token(an_actor(), *scope)
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 200
    assert client.post("/me/preferences", data={"theme": "dark"}, headers=bearer(token)).status_code == status


def test_a_scope_that_does_not_exist_is_refused(world):
    with pytest.raises(Invalid, match="admin"):
        a_token(an_actor(), "read", "admin")


def test_a_token_is_shown_once_and_kept_as_a_digest(client):
    sign_in(client, a_person())
    page = send(client, "/me/tokens", "/me", label="工单系统", scope="read", days="30").text
    shown = re.search(r"token-text\">([\w-]{43})<", page)[1]
    assert client.get("/api/v1/me", headers=bearer(shown)).status_code == 200
    assert shown not in client.get("/me").text
    assert shown.encode() not in session().scalars(select(ApiToken.digest)).one()


def test_language_and_shade_stay_with_the_person(client):
    person = a_person()
    sign_in(client, person)
    send(client, "/me/preferences", "/me", locale="en", theme="dark")
    other = client.application.test_client()
    sign_in(other, person)
    page = other.get("/me").text
    assert ('lang="en"' in page, 'data-bs-theme="dark"' in page) == (True, True)


def test_a_language_that_does_not_exist_changes_nothing(client):
    sign_in(client, a_person())
    send(client, "/me/preferences", "/me", locale="xx", theme="pink")
    assert 'lang="zh-CN"' in client.get("/me").text


def test_a_new_password_needs_the_old_one_and_ends_other_sign_ins(client):
    person = a_person(password="altes-wort-1")
    other = client.application.test_client()
    for browser in (client, other):
        sign_in(browser, person)
    new = {"password": "neues-wort-1", "again": "neues-wort-1"}
    assert "现在的密码不对" in send(client, "/me/password", "/me", old="falsch-99", **new).text
    assert send(client, "/me/password", "/me", old="altes-wort-1", **new).status_code == 302
    assert (client.get("/me").status_code, other.get("/me").status_code) == (200, 302)


def test_guessing_the_old_password_locks_like_sign_in(client):
    sign_in(client, a_person(password="altes-wort-1"))
    new = {"password": "neues-wort-1", "again": "neues-wort-1"}
    for _ in range(5):
        send(client, "/me/password", "/me", old="falsch-99", **new)
    assert send(client, "/me/password", "/me", old="altes-wort-1", **new).status_code == 429


@pytest.mark.parametrize("path", ["/me", "/people", "/cohorts", "/roster", "/teams", "/people/import", "/people/new"])
@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_every_page_opens_in_both_languages_and_the_english_one_has_no_chinese_left(client, path, locale):
    sign_in(client, a_person(Role.ADMIN, team=a_team("Company"), name="Ann", locale=locale))
    page = client.get(path)
    assert page.status_code == 200
    if locale == "en" and path != "/people/import":
        text = re.sub(r"<[^>]*>|客服学院|中文", "", page.text)
        assert re.findall("[一-鿿]+", text) == []
