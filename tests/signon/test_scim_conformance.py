"""The SCIM service against a tester that is none of ours, over WSGI with the real app."""

import pytest
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from lms.accounts import actions
from lms.core.access import Role
from lms.core.db import transaction
from tests.support.make import a_person, a_team, as_actor


@pytest.mark.committed
def test_every_check_of_the_tester_succeeds(empty_sqlite_app):
    with empty_sqlite_app.app_context():
        admin = a_person(Role.ADMIN, team=a_team())
        with transaction():
            token = actions.make_token(as_actor(admin), label="scim", scope=["scim"])
    client = WSGISCIMClient(
        empty_sqlite_app,
        base_url="http://localhost/scim/v2",
        headers={"Authorization": f"Bearer {token}"},
    )
    results = check_server(client)
    wrong = [f"{one.title}: {one.reason}" for one in results if one.status in (Status.ERROR, Status.CRITICAL)]
    assert wrong == []
    assert sum(one.status is Status.SUCCESS for one in results) > 30
