"""Wrong passwords at signing are limited like at sign-in; the supervisor follows a person who moves."""

from datetime import timedelta

import pytest

from lms.accounts import actions as accounts
from lms.accounts.passwords import hash_password
from lms.core import clock
from lms.core.db import session, transaction
from lms.core.here import today
from lms.notifications.models import Notice
from lms.reviews.models import Appraisal
from lms.reviews.queries import appraisals as reading
from lms.reviews.queries.handovers import handovers
from tests.support.make import sign_in
from tests.support.make_appraisals import a_cycle, a_floor, appraisal_of, assessed, released, sha_of, sign_both
from tests.support.pages import token

GOOD = "correct horse battery"


@pytest.fixture
def floor(world):
    return a_floor()


@pytest.fixture
def one(floor):
    a_cycle(floor.actor("hr"), floor.agent)
    return appraisal_of(floor.agent)


def supervisor(floor, one):
    return reading.one(floor.actor("hr"), one).supervisor


def moved(floor, *, to="other_lead", on=None):
    """Let the agent move to the team of a lead."""
    team = getattr(floor, to).team_id
    with transaction():
        accounts.move(floor.actor("hr"), floor.agent.id, team, on or today())


# signing


@pytest.fixture
def agent(floor, app):
    with transaction():
        floor.agent.password_hash = hash_password(GOOD)
    client = app.test_client()
    sign_in(client, floor.agent)
    return client


def signs(client, floor, one, password):
    form = {"csrf_token": token(client, "/me"), "sha": sha_of(floor, one), "password": password}
    return client.post(f"/reviews/{one}/sign", data=form)


def test_the_right_password_signs_and_forgives_the_wrong_ones(floor, one, agent):
    released(floor, one)
    for _ in range(4):
        assert signs(agent, floor, one, "guessed").status_code == 422
    assert signs(agent, floor, one, GOOD).status_code == 303
    assert reading.one(floor.actor("hr"), one).stand.signed


def test_after_five_wrong_passwords_the_right_one_waits_but_the_tick_and_the_sign_in_do_not(floor, one, agent):
    released(floor, one)
    for _ in range(5):
        assert signs(agent, floor, one, "guessed").status_code == 422
    closed = signs(agent, floor, one, GOOD)
    assert closed.status_code == 429
    assert "密码试错太多次" in closed.text
    assert not reading.one(floor.actor("hr"), one).stand.signed
    with clock.shifted(timedelta(minutes=16)):
        assert signs(agent, floor, one, GOOD).status_code == 303
    with transaction():
        assert accounts.sign_in.count_try(floor.agent.employee_no, "192.0.2.7")  # nobody's sign-in was closed


def test_the_tick_needs_no_password_however_often_it_was_wrong(floor, one, agent):
    released(floor, one)
    for _ in range(6):
        signs(agent, floor, one, "guessed")
    form = {"csrf_token": token(agent, "/me"), "sha": sha_of(floor, one), "read": "1"}
    assert agent.post(f"/reviews/{one}/sign", data=form).status_code == 303


# following


@pytest.mark.parametrize("step", ["self", "assessed", "released"])
def test_an_unsigned_appraisal_goes_with_its_person_to_the_new_lead_and_says_so(floor, one, step):
    if step != "self":
        {"assessed": assessed, "released": released}[step](floor, one)
    moved(floor)
    assert supervisor(floor, one) == "赵蕾"
    [note] = handovers(session().query(Appraisal.id).scalar())
    assert (note.before, note.after, note.followed) == ("周敏", "赵蕾", True)
    assert session().query(Notice).filter_by(person_id=floor.other_lead.id).count() >= 1


def test_the_page_names_the_change(floor, one, app):
    moved(floor)
    client = app.test_client()
    sign_in(client, floor.other_lead)
    assert "主管由 周敏 改为 赵蕾：换了团队。" in client.get(f"/reviews/{one}").text


def test_what_the_supervisor_or_both_have_signed_stays_with_who_signed(floor, one):
    released(floor, one)
    sign_both(floor, one)
    moved(floor)
    assert supervisor(floor, one) == "周敏"


def test_a_move_to_come_changes_nothing_before_its_day(floor, one):
    moved(floor, on=today() + timedelta(days=3))
    assert supervisor(floor, one) == "周敏"
    with clock.shifted(timedelta(days=3)), transaction():
        accounts.apply_moves(today())
    assert supervisor(floor, one) == "赵蕾"


def test_who_still_leads_the_person_keeps_the_appraisal(floor, one):
    with transaction():
        session().query(Appraisal).one().supervisor_id = floor.manager.id
    moved(floor)
    assert supervisor(floor, one) == "方远"
    assert handovers(session().query(Appraisal.id).scalar()) == []


def test_another_position_in_the_same_team_changes_nothing(floor, one):
    with transaction():
        accounts.change(floor.actor("hr"), floor.agent.id, {"position": "资深客服"})
    assert supervisor(floor, one) == "周敏"
