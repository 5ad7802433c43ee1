"""What a browser is told: headers of every answer, flags and names of cookies, how long a sign-in lasts; and what the log notes of it."""

import logging
import re
from datetime import timedelta

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidHeader, UnsupportedTransferCoding
from gunicorn.http.parser import RequestParser

from lms.core import clock
from lms.core.access import Role
from tests.conftest import an_app
from tests.support.make import a_person, sign_in
from tests.support.make_house import all_rules
from tests.support.pages import send, token

OPEN = "integrations.badge"
"""What a page of any other host may read: what badges mean and by which keys they are signed."""
WORD = "ein-gutes-wort"


@pytest.fixture
def https(tmp_path):
    return an_app(tmp_path, f"sqlite:///{tmp_path / 'lms.sqlite3'}", secure_cookies=True)


def signed_in(client, person, base="http://localhost"):
    page = client.get("/sign-in", base_url=base)
    return client.post(
        "/sign-in",
        base_url=base,
        headers={"Referer": f"{base}/sign-in"},
        data={
            "csrf_token": page.text.split('name="csrf_token" value="')[1].split('"')[0],
            "employee_no": person.employee_no,
            "password": WORD,
        },
    )


def test_over_https_the_cookie_belongs_to_this_host_alone_and_browsers_stay_with_https(https):
    with https.app_context():
        answer = signed_in(https.test_client(), a_person(password=WORD), "https://localhost")
    [cookie] = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-lms_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert len(cookie.split(";")[0]) < 4_096
    for path in ("/sign-in", "/no/such", "/static/academy.css", "/api/v1/me", "/healthz"):
        with https.test_client().get(path, base_url="https://localhost") as answer:
            told = answer.headers
        assert told["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", path


def test_under_a_prefix_it_is_named_for_https_all_the_same(https):
    answer = https.test_client().get("/sign-in", base_url="https://localhost/training")
    cookies = answer.headers.getlist("Set-Cookie")
    assert all(each.startswith("__Secure-lms_session=") and "Path=/training" in each for each in cookies)
    assert cookies


def test_every_page_says_what_a_browser_may_load_and_who_may_frame_it(world):
    client = world.test_client()  # nobody: headers are the same for all, and a page for nobody costs little
    looked = 0
    for rule in all_rules(world):
        if "GET" not in (rule.methods or ()) or rule.arguments:
            continue
        headers = client.get(rule.rule).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy or "object-src 'none'" in policy, rule.rule
        assert "frame-ancestors" in policy or "sandbox" in policy, rule.rule
        assert "unsafe-eval" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers.get("Access-Control-Allow-Origin") is None or rule.endpoint.startswith(OPEN)
        looked += 1
    assert looked > 100


def test_every_answer_with_text_names_its_characters(world):
    client = world.test_client()
    sign_in(client, a_person(Role.ADMIN))
    for path in ("/", "/no/such", "/people", "/static/academy.css", "/people.csv", "/api/v1/me"):
        with client.get(path) as answer:
            kind = answer.headers["Content-Type"]
        assert "charset=utf-8" in kind or kind == "application/json", path


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND"])
def test_what_no_page_uses_is_no_method(client, method):
    assert client.open("/sign-in", method=method).status_code in {404, 405}


@pytest.mark.parametrize(("after", "goes_on"), [(71, True), (73, False)])
def test_a_browser_that_is_forgotten_is_signed_out(client, after, goes_on):
    assert signed_in(client, a_person(password=WORD)).status_code == 302
    with clock.shifted(timedelta(hours=after)):
        assert (client.get("/me").status_code == 200) is goes_on


def test_after_fourteen_days_one_signs_in_again_whatever_one_did(client):
    assert signed_in(client, a_person(password=WORD)).status_code == 302
    start = clock.now()
    for day in range(1, 15):
        with clock.frozen(start + timedelta(days=day, minutes=-1)):
            assert client.get("/me").status_code == 200, day
    with clock.frozen(start + timedelta(days=14, minutes=1)):
        assert client.get("/me").status_code == 302


def test_the_log_says_who_came_in_went_and_was_refused_by_a_random_id(client, caplog):
    person = a_person(password=WORD)
    with caplog.at_level(logging.INFO, "lms.security"):
        signed_in(client, person)
        client.get("/health")
        client.post("/me/password", data={"old": "x"})
        send(client, "/sign-out", "/me")
        client.post("/sign-in", data={"csrf_token": token(client, "/sign-in"), "employee_no": "X", "password": "no"})
        client.get("/api/v1/me", headers={"Authorization": "Bearer none"})
    noted = [
        (each.getMessage(), each.facts["person"], each.facts["endpoint"])
        for each in caplog.records
        if each.name == "lms.security"
    ]
    own = person.public_id
    assert noted == [
        ("signed in", own, "accounts.sign_in_submit"),
        ("refused 403", own, "health.status"),
        ("refused: a form without its token", own, "accounts.change_password"),
        ("signed out", own, "accounts.sign_out"),
        ("refused 401", "-", "accounts.sign_in_submit"),
        ("refused 401", "-", noted[-1][2]),
    ]
    assert person.employee_no not in caplog.text
    assert WORD not in caplog.text


def test_fields_of_passwords_hide_them_and_let_managers_in(client):
    sign_in_page = client.get("/sign-in").text
    sign_in(client, a_person(Role.AGENT))
    found = [field for page in (sign_in_page, client.get("/me").text) for field in re.findall(r"<input[^>]*>", page)]
    fields = [field for field in found if re.search(r'name="(old|password|again)"', field)]
    assert len(fields) == 4
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field), field
        assert "onpaste" not in field


def test_a_password_of_years_ago_is_good(client):
    person = a_person(password=WORD)
    with clock.shifted(timedelta(days=3_000)):
        assert signed_in(client, person).status_code == 302


def test_an_unexpected_error_says_nothing_of_the_inside(world, caplog):
    assert not world.debug
    for path in ("/people", "/api/v1/me"):
        with world.test_request_context(path):
            try:
                raise RuntimeError("SELECT the-secret FROM /srv/kefu")
            except RuntimeError as error:
                answer = world.handle_user_exception(error)
        assert answer.status_code == 500
        for word in ("the-secret", "Traceback", "RuntimeError", "/srv/kefu", "SELECT"):
            assert word not in answer.get_data(as_text=True)
    assert "the-secret" in caplog.text, "who runs it has to find it"


@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/.git/HEAD", "/.svn/entries", "/.env", "/lms.toml", "/secret_key", "/lms.sqlite3", "/static/", "/static",
     "/static/../lms.toml", "/static/%2e%2e/app.py", "/static/js/", "/uploads/", "/wsgi.py", "/static/academy.css~"],
)  # fmt: skip
def test_nothing_is_served_but_pages_and_static_files(client, path):
    assert client.get(path).status_code == 404


def test_what_is_sent_twice_or_in_another_place_is_not_taken(client):
    person, other = a_person(password=WORD), a_person(password="another-word-1")
    form = {"csrf_token": token(client, "/sign-in")}
    in_address = {"employee_no": person.employee_no, "password": WORD}
    assert client.post("/sign-in", query_string=in_address, data=form).status_code == 401
    twice = {**form, "employee_no": [person.employee_no, other.employee_no], "password": [WORD, "another-word-1"]}
    assert client.post("/sign-in", data=twice).status_code == 302
    assert client.get("/api/v1/me").json["employee_no"] == person.employee_no
    sign_in(client, a_person(Role.ADMIN))
    first = client.get("/people?page=1&page=99999")
    assert first.status_code == 200


def test_an_address_that_somebody_claims_counts_behind_a_proxy_alone(tmp_path):
    def tries(app, claimed):
        client = app.test_client()
        headers = {"X-Forwarded-For": claimed}
        form = {"csrf_token": token(client, "/sign-in"), "employee_no": claimed, "password": "falsch-99"}
        return client.post("/sign-in", data=form, headers=headers).status_code

    url = f"sqlite:///{tmp_path / 'lms.sqlite3'}"
    alone = an_app(tmp_path, url)
    assert [tries(alone, f"10.9.8.{number}") for number in range(61)][-1] == 429, "they all come from one address"
    behind = an_app(tmp_path, url, trusted_proxies=1)
    assert tries(behind, "10.9.9.9") == 401


def test_a_request_of_two_lengths_is_refused(tmp_path):
    """Who says two lengths wants two servers to see two requests where there is one."""
    for head in (
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Content-Length: +5\r\n",
    ):
        raw = b"POST /sign-in HTTP/1.1\r\nHost: x\r\n" + head + b"\r\nhello"
        with pytest.raises((InvalidHeader, UnsupportedTransferCoding)):
            next(RequestParser(Config(), iter([raw]), ("127.0.0.1", 1)))
