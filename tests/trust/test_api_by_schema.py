"""The API does what its description says, whoever sends whatever: requests are drawn from the description itself.

Requests that fit the schemas and requests that break them, with the tokens of every role. No 500, no status, type of
content, header or body that is not promised.
"""

import os
import time
from secrets import randbelow

import pytest

from lms.accounts.actions import make_token
from lms.core.db import db, transaction
from tests.support.fuzz import sent_by_schema
from tests.support.make import as_actor
from tests.support.make_house import a_house
from tests.web.test_openapi import routes

ROLES = ("own", "lead", "trainer", "quality", "hr", "director", "admin")
NUMBER = 20261123
SOAKED = int(os.environ.get("FUZZ", "100000"))
"""Requests a role on SQLite; a tenth of it on PostgreSQL."""


def bearers(house, roles):
    found = {}
    for who in roles:
        with transaction():
            found[who] = make_token(as_actor(house.people[who]), label="")
    return found


def run(app, roles, cases, only=(), number=NUMBER):
    house = a_house()
    began = time.monotonic()
    heard = sent_by_schema(app, house, bearers(house, roles), routes(app), cases=cases, number=number, only=only)
    sent = sum(counts.total() for counts in heard.statuses.values())
    print(
        f"{db.engine.dialect.name}, number {number}: {sent} requests, {sent / (time.monotonic() - began):.0f} a second"
    )
    print(heard.table)
    assert sorted(heard.wrong) == [], "\n\n".join(heard.examples.values())
    return heard


def test_no_answer_that_is_not_promised(world):
    """On PostgreSQL every third path."""
    is_postgresql = db.engine.dialect.name == "postgresql"
    only = sorted({path for _, path in routes(world)})[::3] if is_postgresql else ()
    heard = run(world, ("own", "lead", "trainer", "admin"), 2, only)
    assert {200, 400, 403, 404, 422} <= set().union(*heard.statuses.values())


@pytest.mark.soak
def test_a_hundred_thousand_requests_a_role(world):
    wanted = SOAKED if db.engine.dialect.name == "sqlite" else SOAKED // 10
    heard = run(world, ROLES, cases=wanted // (2 * len(routes(world))) + 1, number=randbelow(2**32))
    assert all(counts.total() >= wanted * 0.9 for counts in heard.statuses.values()), heard.table
