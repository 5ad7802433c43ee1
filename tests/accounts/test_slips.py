"""Sign-in slips: one person, once, within 48 hours; typed only with the own number, five tries."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.accounts import actions, passwords
from lms.accounts.models import SignInSlip
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Forbidden, Invalid, NotFound
from tests.support.make import a_person, a_team, an_actor, as_actor, sign_in
from tests.support.pages import send

TEN = datetime(2026, 11, 22, 2, tzinfo=UTC)


def a_slip(person, boss=None):
    boss = boss or an_actor(Role.ADMIN)
    with transaction():
        (made,) = actions.make_slips(boss, [person.id])
    return made


def type_code(client, no, code):
    return send(client, "/slip", employee_no=no, code=code)


def choose(client, password="ein-gutes-wort", again=None):
    return send(client, "/slip/password", password=password, again=again or password)


def test_the_qr_code_leads_to_a_password_and_into_the_house(client):
    slip = a_slip(a_person(no="A1001", name="林小满"))
    assert client.get(f"/slip/{slip.token}").location == "/slip/password"
    assert "林小满" in client.get("/slip/password").text
    assert choose(client).location == "/"
    assert client.get("/me").status_code == 200


def test_afterwards_number_and_password_are_good(client):
    slip = a_slip(a_person(no="A1001"))
    client.get(f"/slip/{slip.token}")
    choose(client, "ein-gutes-wort")
    answer = send(client.application.test_client(), "/sign-in", employee_no="A1001", password="ein-gutes-wort")
    assert answer.status_code == 302


@pytest.mark.parametrize("written", [str, str.lower, lambda code: f" {code[:4]}-{code[4:]} "])
def test_the_typed_code_lets_in_together_with_the_number_however_it_is_written(client, written):
    slip = a_slip(a_person(no="A1001"))
    assert type_code(client, "a1001", written(slip.code)).location == "/slip/password"
    assert choose(client).location == "/"


def test_looking_at_the_link_uses_nothing_up(client):
    slip = a_slip(a_person())
    for _ in range(3):
        assert client.get(f"/slip/{slip.token}").status_code == 302


def test_a_slip_is_good_once(client):
    slip = a_slip(a_person(no="A1001"))
    client.get(f"/slip/{slip.token}")
    choose(client)
    again = client.application.test_client()
    assert "已经用过了" in again.get(f"/slip/{slip.token}").text
    assert "已经用过了" in type_code(again, "A1001", slip.code).text


def test_two_who_opened_the_same_slip_can_not_both_use_it(client):
    slip = a_slip(a_person())
    other = client.application.test_client()
    client.get(f"/slip/{slip.token}")
    other.get(f"/slip/{slip.token}")
    assert choose(client).status_code == 302
    assert other.get("/slip/password").status_code == 410


def test_a_slip_expires_after_48_hours(client):
    with clock.frozen(TEN):
        slip = a_slip(a_person(no="A1001"))
    with clock.frozen(TEN + timedelta(hours=47, minutes=59)):
        assert client.get(f"/slip/{slip.token}").status_code == 302
    with clock.frozen(TEN + timedelta(hours=48)):
        assert "过期了" in client.get(f"/slip/{slip.token}").text
        assert "过期了" in type_code(client, "A1001", slip.code).text


def test_a_slip_that_expires_while_the_password_is_chosen_is_refused(client):
    with clock.frozen(TEN):
        slip = a_slip(a_person())
        client.get(f"/slip/{slip.token}")
        page = client.get("/slip/password").text
    with clock.frozen(TEN + timedelta(hours=48)):
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        form = {"csrf_token": token, "password": "ein-gutes-wort", "again": "ein-gutes-wort"}
        assert client.post("/slip/password", data=form).status_code == 410


def test_a_new_slip_voids_the_older(client):
    person = a_person(no="A1001")
    old, new = a_slip(person), a_slip(person)
    assert "作废" in client.get(f"/slip/{old.token}").text
    assert "作废" in type_code(client, "A1001", old.code).text
    assert client.get(f"/slip/{new.token}").status_code == 302


@pytest.mark.parametrize("no", ["A1001", "B9999"])
def test_wrong_codes_are_counted_the_same_for_a_number_that_nobody_has(client, no):
    a_slip(a_person(no="A1001"))
    for left in (4, 3, 2, 1):
        assert f"还可以试 {left} 次" in type_code(client, no, "AAAAAAAA").text
    assert "作废" in type_code(client, no, "AAAAAAAA").text
    assert "作废" in type_code(client, no, "AAAAAAAA").text


def test_after_five_wrong_codes_the_right_one_is_void_but_the_qr_code_still_works(client):
    slip = a_slip(a_person(no="A1001"))
    for _ in range(5):
        type_code(client, "A1001", "AAAAAAAA")
    assert "作废" in type_code(client, "A1001", slip.code).text
    assert session().scalar(select(SignInSlip.wrong_tries)) == 5
    assert client.get(f"/slip/{slip.token}").status_code == 302


def test_wrong_codes_hours_apart_still_add_up(client):
    with clock.frozen(TEN):
        slip = a_slip(a_person(no="A1001"))
        for _ in range(4):
            type_code(client, "A1001", "AAAAAAAA")
    with clock.frozen(TEN + timedelta(hours=20)):
        type_code(client, "A1001", "AAAAAAAA")
        assert "作废" in type_code(client, "A1001", slip.code).text


def test_a_new_slip_begins_with_five_tries(client):
    person = a_person(no="A1001")
    a_slip(person)
    for _ in range(5):
        type_code(client, "A1001", "AAAAAAAA")
    new = a_slip(person)
    assert type_code(client, "A1001", new.code).status_code == 302


def test_the_code_of_one_person_is_nothing_with_the_number_of_another(client):
    slip = a_slip(a_person(no="A1001"))
    a_slip(a_person(no="A1002"))
    assert type_code(client, "A1002", slip.code).status_code == 422


def test_a_slip_unlocks_somebody_who_forgot_the_password(client):
    person = a_person(no="A1001", password="vergessen-1")
    for _ in range(5):
        send(client, "/sign-in", employee_no="A1001", password="falsch-99")
    slip = a_slip(person)
    client.get(f"/slip/{slip.token}")
    choose(client, "ein-neues-wort")
    answer = send(client.application.test_client(), "/sign-in", employee_no="A1001", password="ein-neues-wort")
    assert answer.status_code == 302


def test_choosing_a_password_ends_every_other_sign_in(client):
    person = a_person(no="A1001")
    elsewhere = client.application.test_client()
    sign_in(elsewhere, person)
    assert elsewhere.get("/me").status_code == 200
    client.get(f"/slip/{a_slip(person).token}")
    choose(client)
    assert elsewhere.get("/me").status_code == 302


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("kurz", "kurz", "至少 8 位"),
        ("x" * 201, "x" * 201, "最多 200 位"),
        ("ein-gutes-wort", "ein-anderes", "不一样"),
        (passwords.DEMO_PASSWORD, passwords.DEMO_PASSWORD, "人人都知道"),
    ],
)
def test_a_password_that_will_not_do_says_why_and_leaves_the_slip_open(client, password, again, said):
    client.get(f"/slip/{a_slip(a_person()).token}")
    assert said in choose(client, password, again).text
    assert choose(client).status_code == 302


def test_without_a_slip_there_is_no_password_to_choose(client):
    assert client.get("/slip/password").location == "/slip"
    assert (
        send(client, "/slip/password", "/sign-in", password="ein-gutes-wort", again="ein-gutes-wort").location
        == "/slip"
    )


def test_a_closed_account_has_no_slip_and_an_open_slip_closes_with_it(client):
    person, boss = a_person(), an_actor(Role.ADMIN)
    slip = a_slip(person, boss)
    with transaction():
        actions.close(boss, person.id)
    assert client.get(f"/slip/{slip.token}").status_code == 410
    with pytest.raises(Invalid, match="已停用"):
        a_slip(person, boss)


def test_neither_token_nor_code_can_be_read_from_the_table(world):
    slip = a_slip(a_person())
    row = session().scalars(select(SignInSlip)).one()
    assert slip.token.encode() not in row.token_digest
    assert slip.code.encode() not in row.code_digest
    assert len(slip.token) >= 22


def test_a_lead_prints_for_the_own_teams_only(world):
    team = a_team(parent=a_team())
    below = a_person(team=a_team(parent=team))
    lead = an_actor(Role.LEAD, team=team)
    assert a_slip(below, lead).employee_no == below.employee_no
    with pytest.raises(NotFound):
        a_slip(a_person(), lead)


def test_a_lead_of_everything_still_prints_none_for_an_administrator(world):
    root = a_team()
    with pytest.raises(Forbidden, match="人事或管理员"):
        a_slip(a_person(Role.ADMIN, team=root), an_actor(Role.LEAD, team=root))


def test_one_click_of_a_lead_prints_one_slip_with_company_name_number_code_and_expiry(client):
    team = a_team(parent=a_team())
    lead, person = a_person(Role.LEAD, team=team), a_person(team=team, no="A1001", name="林小满")
    sign_in(client, lead)
    page = send(client, "/people/A1001/slip", "/people/A1001").text
    assert "林小满" in page
    assert "data:image/svg+xml" in page
    code = re.search(r"<dd>([2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4})</dd>", page)[1]
    assert type_code(client.application.test_client(), "A1001", code).location == "/slip/password"
    assert person.id


def test_somebody_else_of_the_company_gets_404_for_the_slip_of_a_person_that_he_can_not_see(client):
    a_person(no="A1001")
    sign_in(client, a_person(Role.LEAD, team=a_team(parent=a_team())))
    assert send(client, "/people/A1001/slip", "/me").status_code == 404


def test_a_cohort_prints_slips_for_those_who_have_no_password_yet(client):
    boss = a_person(Role.HR)
    new, old = a_person(no="N1"), a_person(no="O1", password="hat-schon-1")
    with transaction():
        cohort = actions.open_cohort(as_actor(boss), name="2611", starts_on=TEN.date())
        actions.add_members(as_actor(boss), cohort.id, [new.id, old.id])
    sign_in(client, boss)
    page = send(client, f"/cohorts/{cohort.id}/slips", f"/cohorts/{cohort.id}", who="new").text
    assert ("<dd>N1</dd>" in page, "<dd>O1</dd>" in page) == (True, False)
