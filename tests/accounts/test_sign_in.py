"""Signing in with number and password: counted per name and address, never telling who exists."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from lms.accounts import actions, passwords
from lms.accounts.models import SignInTry
from lms.core import clock
from lms.core.db import session, transaction
from tests.support.make import a_person, as_actor
from tests.support.pages import send, token

TEN = datetime(2026, 11, 22, 2, tzinfo=UTC)  # 10:00 in Shanghai


def try_to(client, no, password, **more):
    return send(client, "/sign-in", employee_no=no, password=password, **more)


def tries():
    return session().scalar(select(func.count(SignInTry.id)))


def test_the_right_password_leads_to_the_first_screen(client):
    a_person(no="A1001", password="richtig-1")
    answer = try_to(client, " ａ1001 ", "richtig-1")
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize("no", ["A1001", "B9999"])
def test_a_wrong_password_says_how_many_tries_are_left_the_same_for_a_number_nobody_has(client, no):
    a_person(no="A1001", password="richtig-1")
    for left in (4, 3, 2, 1):
        answer = try_to(client, no, "falsch-99")
        assert answer.status_code == 401
        assert f"密码不对，还可以试 {left} 次。" in answer.text


@pytest.mark.parametrize("no", ["A1001", "B9999"])
def test_five_wrong_tries_lock_the_name_and_the_time_it_ends_is_said(client, no):
    a_person(no="A1001", password="richtig-1")
    with clock.frozen(TEN):
        answers = [try_to(client, no, "falsch-99") for _ in range(5)]
        assert "10:15 后才能再试" in answers[-1].text
        locked = try_to(client, no, "richtig-1")
        assert (locked.status_code, "10:15" in locked.text) == (429, True)


def test_after_the_lock_out_the_right_password_is_good_again(client):
    a_person(no="A1001", password="richtig-1")
    with clock.frozen(TEN):
        for _ in range(5):
            try_to(client, "A1001", "falsch-99")
    with clock.frozen(TEN + timedelta(minutes=15)):
        assert try_to(client, "A1001", "richtig-1").status_code == 302


def test_a_try_during_the_lock_out_does_not_lengthen_it(client):
    a_person(no="A1001", password="richtig-1")
    with clock.frozen(TEN):
        for _ in range(5):
            try_to(client, "A1001", "falsch-99")
    with clock.frozen(TEN + timedelta(minutes=10)):
        assert "10:15" in try_to(client, "A1001", "falsch-99").text


def test_the_right_password_forgives_the_wrong_tries_before(client):
    a_person(no="A1001", password="richtig-1")
    for _ in range(4):
        try_to(client, "A1001", "falsch-99")
    try_to(client, "A1001", "richtig-1")
    send(client, "/sign-out", "/me")
    assert "还可以试 4 次" in try_to(client, "A1001", "falsch-99").text


def test_sixty_wrong_tries_from_one_address_close_it_for_every_name(client):
    with clock.frozen(TEN):
        for number in range(60):
            try_to(client, f"N{number}", "falsch-99")
        closed = try_to(client, "N999", "falsch-99")
    assert (closed.status_code, "10:15" in closed.text) == (429, True)


def test_a_right_sign_in_leaves_no_try_of_its_own_at_the_address(client):
    a_person(no="A1001", password="richtig-1")
    try_to(client, "N1", "falsch-99")
    before = tries()
    try_to(client, "A1001", "richtig-1")
    assert tries() == before


def test_names_and_addresses_are_not_readable_in_the_table(client):
    try_to(client, "A1001", "falsch-99")
    assert all("1001" not in key and "127.0.0.1" not in key for key in session().scalars(select(SignInTry.key)))


def test_a_closed_account_is_answered_like_a_wrong_password(client):
    person, boss = a_person(no="A1001", password="richtig-1"), a_person()
    with transaction():
        actions.close(as_actor(boss), person.id)
    assert "密码不对，还可以试 4 次" in try_to(client, "A1001", "richtig-1").text


def test_a_person_without_a_password_can_not_sign_in_with_an_empty_one(client):
    a_person(no="A1001")
    assert try_to(client, "A1001", "").status_code == 401


def test_the_demo_password_opens_nothing_outside_of_a_demo(client):
    a_person(no="A1001", password=passwords.DEMO_PASSWORD)
    assert try_to(client, "A1001", passwords.DEMO_PASSWORD).status_code == 401


def test_the_session_is_a_fresh_one_after_sign_in(client):
    a_person(no="A1001", password="richtig-1")
    with client.session_transaction() as before:
        before["planted"] = "by somebody"
    try_to(client, "A1001", "richtig-1")
    with client.session_transaction() as after:
        assert "planted" not in after


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "https:evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "http://localhost@evil.example/",
        "javascript:alert(1)",
        "https://ｅｖｉｌ.example",
        "evil.example",
        "///evil.example",
    ],
)
def test_next_never_leads_to_another_host(client, target):
    a_person(no="A1001", password="richtig-1")
    form = {"employee_no": "A1001", "password": "richtig-1", "csrf_token": token(client)}
    answer = client.post("/sign-in", query_string={"next": target}, data=form)
    assert answer.location == "/"


def test_next_leads_back_to_the_page_that_was_asked_for(client):
    a_person(no="A1001", password="richtig-1")
    asked = client.get("/me?x=1")
    assert send(client, asked.location, employee_no="A1001", password="richtig-1").location == "/me?x=1"


def test_signing_out_is_a_post_with_the_token(client):
    a_person(no="A1001", password="richtig-1")
    try_to(client, "A1001", "richtig-1")
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 400
    assert send(client, "/sign-out", "/me").status_code == 302
    assert client.get("/me").status_code == 302
