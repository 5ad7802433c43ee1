"""An account that is closed is closed everywhere: on every process, by every way in, within five seconds.

Two real web processes share one database. What the first one is told, the second one must know at once: nothing about
who somebody is, or what they may do, is kept in a process or a cookie.
"""

import json
import time
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from lms.accounts import actions
from lms.accounts.actions.slips import make_slips
from lms.accounts.models import RoleGrant
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.learning.actions.feed import make_feed
from lms.notifications.actions import deliveries
from lms.notifications.models import Delivery, Notice
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_deliveries import tell
from tests.support.make_quizzes import a_quiz, begun
from tests.support.two_servers import Somebody, two_servers

pytestmark = pytest.mark.committed

WORD = "a good long one"
MOST_SECONDS = 5.0


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_closed_on_one_process_is_closed_on_the_other_by_every_way(fresh):
    with fresh.app_context():
        root = a_team()
        a_person(Role.ADMIN, team=root, no="BOSS", password=WORD)
        leaver = a_person(Role.HR, team=root, no="LEAVER", password=WORD, email="leaver@example.com")
        with transaction():
            token = actions.make_token(as_actor(leaver), label="t")
            scim = actions.make_token(as_actor(leaver), label="s", scope=["scim"])
            feed = make_feed(as_actor(leaver))
            slip = make_slips(as_actor(leaver), [leaver.id])[0].token
        attempt = begun(as_actor(leaver), a_quiz())
        waiting = _a_waiting_mail(leaver)
        hr = a_person(Role.HR, team=root, no="HR1", password=WORD)
        grant = session().scalars(select(RoleGrant.id).where(RoleGrant.person_id == hr.id)).one()
        with transaction():
            theirs = actions.make_token(as_actor(hr), label="s", scope=["scim"])
        session().rollback()

    def ways(address):
        save = f"/api/v1/attempts/{attempt}/answers/q1"
        body = {"content": json.dumps({"value": "o1", "seq": 9}), "headers": {"Content-Type": "application/json"}}
        body["headers"] |= bearer(token)
        return {
            "session": browser.get(address, "/inbox").status_code,
            "page of somebody": browser.get(address, "/people/BOSS").status_code,
            "token": httpx.get(address + "/api/v1/me", headers=bearer(token), timeout=20).status_code,
            "open attempt": httpx.put(address + save, timeout=20, **body).status_code,
            "scim": httpx.get(address + "/scim/v2/Users", headers=bearer(scim), timeout=20).status_code,
            "calendar": httpx.get(f"{address}/feed/{feed}.ics", timeout=20).status_code,
            "slip": httpx.get(f"{address}/slip/{slip}", timeout=20).status_code,
        }

    with two_servers(fresh) as (one, two):
        browser, boss = Somebody("LEAVER", WORD, one), Somebody("BOSS", WORD, one)
        for address in (one, two):
            assert ways(address) == {
                "session": 200, "page of somebody": 200, "token": 200, "open attempt": 200, "scim": 200,
                "calendar": 200, "slip": 302,
            }  # fmt: skip
        closed_at = time.monotonic()
        assert boss.post(one, "/people/LEAVER/close", page="/people/LEAVER").status_code == 302
        for address in (two, one):
            found = ways(address)
            assert found == {
                "session": 302, "page of somebody": 302, "token": 401, "open attempt": 401, "scim": 401,
                "calendar": 404, "slip": 410,
            }  # fmt: skip
        assert time.monotonic() - closed_at < MOST_SECONDS
        assert browser.post(two, "/sign-in", page="/sign-in", employee_no="LEAVER", password=WORD).status_code == 401
        assert browser.get(two, "/inbox").headers["Cache-Control"] == "no-store"
        _less(one, two, boss, grant, theirs)
    with fresh.app_context(), transaction():
        assert deliveries.lease("mail", clock.now()) == []
        row = session().get(Delivery, waiting)
        assert (row.state, row.answer) == ("dropped", "left")


def _a_waiting_mail(person):
    tell(person)
    at = clock.now() - timedelta(minutes=1)
    with transaction() as current:
        notice_id = current.scalars(select(Notice.id).where(Notice.person_id == person.id)).one()
        row = Delivery(notice_id=notice_id, channel="mail", due_at=at, at=at)
        current.add(row)
        current.flush()
        return row.id


def _less(one, two, boss, grant, token):
    """A role that is taken, and a password that is changed, hold on the other process at once."""
    browser, other = Somebody("HR1", WORD, one), Somebody("HR1", WORD, two)
    assert browser.get(two, "/people/BOSS").status_code == 200
    began = time.monotonic()
    assert boss.post(one, f"/people/HR1/roles/{grant}/end", page="/people/HR1").status_code == 302
    assert browser.get(two, "/people/BOSS").status_code in (403, 404)
    assert httpx.get(two + "/scim/v2/Users", headers=bearer(token), timeout=20).status_code == 403
    assert browser.is_in(two)
    form = {"old": WORD, "password": WORD + "!", "again": WORD + "!"}
    assert browser.post(two, "/me/password", page="/me", **form).status_code in (302, 303)
    assert browser.is_in(one)
    assert not other.is_in(one)
    assert not other.is_in(two)
    assert time.monotonic() - began < 2 * MOST_SECONDS
