"""How the first administrator gets in: a one-time address that dies with the first one, and nothing else is open."""

import re

import pytest
from click.testing import CliRunner

from lms import cli, create_app, serving
from lms.accounts import actions, queries
from lms.accounts.actions.slips import SlipRefused, slip_by_token, somebody_can_sign_in
from lms.core.access import Role
from lms.core.db import db, transaction
from tests.support.make import a_person, as_actor
from tests.support.pages import send


def invited():
    with transaction():
        return actions.invite_first(queries.console(), name="管理员")


def come_in(client, slip):
    client.get(f"/slip/{slip.token}")
    return send(client, "/slip/password", password="ein-gutes-wort", again="ein-gutes-wort")


def test_the_address_leads_the_first_administrator_to_a_password_and_to_the_first_steps(client):
    assert come_in(client, invited()).location == "/"
    assert "首次设置" in client.get("/").text
    assert client.get("/setup").status_code == 200


def test_each_start_prints_a_new_address_and_the_old_one_is_void(world):
    first, second = invited(), invited()
    with pytest.raises(SlipRefused):
        slip_by_token(first.token)
    assert slip_by_token(second.token)
    assert first.person_id == second.person_id


def test_once_somebody_can_sign_in_nothing_is_printed_any_more(client):
    come_in(client, invited())
    assert invited() is None


def test_where_people_have_passwords_no_administrator_is_made(world):
    a_person(password="ein-gutes-wort")
    assert invited() is None
    assert queries.active_by_no("ADMIN") is None


def test_the_open_door_closes_behind_the_first_administrator_whoever_it_is(client):
    other = invited()
    chief = a_person(Role.ADMIN, no="CHIEF")
    with transaction():
        (slip,) = actions.make_slips(queries.console(), [chief.id])
    come_in(client, slip)
    with pytest.raises(SlipRefused):
        slip_by_token(other.token)


def test_an_administrator_made_by_command_is_the_one_who_is_invited(world):
    chief = a_person(Role.ADMIN, no="CHIEF")
    assert invited().person_id == chief.id
    assert Role.ADMIN in as_actor(chief).roles


def test_without_the_address_nobody_gets_to_a_password_or_to_the_first_steps(client):
    invited()
    assert client.get("/slip/password").location == "/slip"
    assert client.get("/slip/made-up").status_code == 410
    assert client.get("/setup").location.startswith("/sign-in")


def test_the_typed_code_wears_out_after_five_tries(client):
    slip = invited()
    for _ in range(5):
        send(client, "/slip", employee_no=slip.employee_no, code="AAAA-AAAA")
    assert send(client, "/slip", employee_no=slip.employee_no, code=slip.code).status_code in {410, 422, 429}
    assert client.get("/slip/password").location == "/slip"


def test_the_sign_in_page_says_where_the_address_is_only_while_nobody_can_sign_in(client):
    assert "lms serve" in client.get("/sign-in").text
    a_person(password="ein-gutes-wort")
    assert somebody_can_sign_in()
    assert "lms serve" not in client.get("/sign-in").text


@pytest.mark.committed
def test_serving_an_empty_database_makes_it_and_prints_the_way_in(tmp_path, monkeypatch):
    app = create_app({"instance_path": tmp_path, "database_url": f"sqlite:///{tmp_path / 'x.sqlite3'}"})
    app.extensions["served"] = []
    monkeypatch.setattr(serving, "run", lambda *where, **_more: app.extensions["served"].append(where) or 0)
    printed = CliRunner().invoke(cli.main, ["serve", "--port", "8123"], obj=app)
    assert (printed.exit_code, len(app.extensions["served"])) == (0, 1)
    link = re.search(r"http://127\.0\.0\.1:8123(/slip/\S+)", printed.output)[1]
    assert app.test_client().get(link).location == "/slip/password"
    with app.app_context():
        db.engine.dispose()
