"""Many tries at the same moment: none slips past the counter, one slip is used once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lms.accounts import actions, queries
from lms.core.db import transaction
from tests.support.make import a_person
from tests.support.pages import send, token

pytestmark = pytest.mark.committed


def test_of_twenty_wrong_tries_at_once_five_are_judged(fresh):
    with fresh.app_context():
        a_person(no="A1001", password="richtig-1")

    def wrong(_: int) -> int:
        client = fresh.test_client()
        return send(client, "/sign-in", employee_no="A1001", password="falsch-99").status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(wrong, range(20)))
    assert answers == [401] * 5 + [429] * 15


def test_a_slip_opened_by_five_is_used_by_one(fresh):
    with fresh.app_context():
        person = a_person(no="A1001")
        boss = queries.console()
        with transaction():
            (slip,) = actions.make_slips(boss, [person.id])
    browsers = []
    for _ in range(5):
        client = fresh.test_client()
        client.get(f"/slip/{slip.token}")
        browsers.append((client, token(client, "/slip/password")))

    def use(browser) -> int:
        client, key = browser
        form = {"csrf_token": key, "password": "ein-gutes-wort", "again": "ein-gutes-wort"}
        return client.post("/slip/password", data=form).status_code

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(use, browsers)) == [302, 410, 410, 410, 410]
