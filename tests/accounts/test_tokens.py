"""API tokens: what each word of a scope opens, when a token ends, and that its person is told before."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.accounts import actions, jobs
from lms.accounts.models import ApiToken
from lms.accounts.rules import tokens as rules
from lms.core import clock
from lms.core.access import TOKEN_SCOPES, Permission, Role, covers
from lms.core.db import session, transaction
from lms.core.errors import Invalid
from lms.notifications.models import Notice
from tests.support.make import a_person, as_actor, sign_in
from tests.support.pages import send

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
P = Permission
ALL = {P.LEARN, P.KPI_IMPORT, P.RECORD_READ, P.CONTENT_EDIT, None}


def bearer(person, *scope, **more):
    with transaction():
        made = actions.make_token(as_actor(person), label="工单系统", scope=scope, **more)
    return {"Authorization": f"Bearer {made}"}


@pytest.mark.parametrize(
    ("scope", "looks_at", "changes"),
    [
        ((), ALL, ALL),
        (("write",), ALL, ALL),
        (("read",), ALL, set()),
        (("kpi",), {P.KPI_IMPORT, None}, {P.KPI_IMPORT}),
        (("records",), {P.RECORD_READ, None}, set()),
        (("content",), {P.CONTENT_EDIT, None}, {P.CONTENT_EDIT}),
        (("scim",), {None}, set()),
        (("kpi", "read"), ALL, {P.KPI_IMPORT}),
    ],
)
def test_what_a_scope_opens(scope, looks_at, changes):
    for permission in ALL:
        assert covers(frozenset(scope), permission, changes=False) == (permission in looks_at), permission
        assert covers(frozenset(scope), permission, changes=True) == (permission in changes), permission


def test_every_word_has_a_name():
    assert set(rules.SCOPES) == {"", *TOKEN_SCOPES}


def test_a_token_for_figures_writes_figures_and_nothing_else(client):
    mine = bearer(a_person(Role.DIRECTOR), "kpi")
    assert client.get("/api/v1/kpis", headers=mine).status_code == 200
    assert client.post("/api/v1/kpis", json={"items": []}, headers=mine).status_code == 422
    refused = client.get("/api/v1/records", headers=mine)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "forbidden")
    assert client.get("/me", headers=mine).status_code == 403


def test_a_scope_gives_nothing_that_its_person_may_not_do(client):
    assert client.get("/api/v1/kpis", headers=bearer(a_person(Role.AGENT), "kpi")).status_code == 403


def test_a_token_ends_and_is_then_nobody(client):
    with clock.frozen(NOON):
        mine = bearer(a_person(), days=30)
    with clock.frozen(NOON + timedelta(days=30) - timedelta(seconds=1)):
        assert client.get("/api/v1/me", headers=mine).status_code == 200
    with clock.frozen(NOON + timedelta(days=30)):
        assert client.get("/api/v1/me", headers=mine).status_code == 401


@pytest.mark.parametrize("days", [0, -1, 367])
def test_no_token_is_for_ever(world, days):
    with pytest.raises(Invalid) as refused:
        bearer(a_person(), days=days)
    assert set(refused.value.fields) == {"days"}


def test_its_person_is_told_once_before_it_ends(world):
    person = a_person()
    with clock.frozen(NOON):
        bearer(person, days=15)
        bearer(person, days=60)
        jobs.apply_dated_changes()
    said = select(Notice.sentence).where(Notice.person_id == person.id)
    assert session().scalars(said).all() == []
    for days in (1, 2, 16):
        with clock.frozen(NOON + timedelta(days=days, seconds=1)):
            jobs.apply_dated_changes()
    assert len(session().scalars(said).all()) == 1


def test_the_day_of_the_last_use_is_kept_and_shown(client):
    person = a_person()
    with clock.frozen(NOON):
        mine = bearer(person)
        assert session().scalars(select(ApiToken.last_used_on)).all() == [None]
        sign_in(client, person)
        assert "还没有用过" in client.get("/me").text
        client.get("/api/v1/me", headers=mine)
        assert [day.isoformat() for day in session().scalars(select(ApiToken.last_used_on))] == ["2026-11-23"]
        page = client.get("/me").text
        assert "11月23日 用过" in page
        assert "用到 2月21日" in page.replace("2027年", "")


@pytest.mark.parametrize("days", ["", "0", "367", "x", "1e9", "９" * 400])
def test_the_page_asks_for_days_within_bounds_and_keeps_what_was_typed(client, days):
    sign_in(client, a_person())
    answer = send(client, "/me/tokens", "/me", label="工单系统", scope="kpi", days=days)
    assert (answer.status_code, "工单系统" in answer.text) == (422, True)
    assert session().scalars(select(ApiToken.id)).all() == []
