"""Mass assignment (row 20 of trust): fields of the tables that somebody sends along with a call or a form change nothing."""

import pytest
from sqlalchemy import select

from lms.accounts.actions import make_token
from lms.accounts.models import Person, RoleGrant
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.quizzes.models import Attempt, AttemptItem
from lms.tables import metadata
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_quizzes import a_quiz, begun
from tests.support.pages import send

VALUES = {
    "int": 1,
    "bool": True,
    "str": "admin",
    "dict": {},
    "bytes": "00",
    "datetime": "2020-01-01T00:00:00Z",
    "date": "2020-01-01",
}


def along(*names, without=()):
    """Return a value for each column of these tables, but those that the call declares itself."""
    found = {}
    for name in names:
        for column in metadata.tables[name].columns:
            found[column.name] = VALUES.get(column.type.python_type.__name__, "admin")
    return {name: value for name, value in found.items() if name not in without}


def state(person):
    session().expire_all()
    own = session().get_one(Person, person.id)
    granted = session().execute(select(RoleGrant.role, RoleGrant.team_id).where(RoleGrant.person_id == person.id)).all()
    columns = {column.name: getattr(own, column.name) for column in Person.__table__.columns}
    return columns, granted


@pytest.mark.parametrize("end", ["answers/q1", "flags/q1", "submit"])
def test_fields_of_the_tables_that_are_sent_along_change_nothing(world, end):
    person = a_person(Role.AGENT)
    attempt = begun(as_actor(person), a_quiz())
    with transaction():
        token = make_token(as_actor(person), label="x", scope=["read", "write"])
    before = state(person)
    own = {"answers/q1": {"value": None, "seq": 1}, "flags/q1": {"flagged": True}, "submit": {}}[end]
    body = along("attempt", "attempt_item", "person", without={"value", "seq", "flagged", "seconds", "tab"}) | own
    client = world.test_client()
    answer = client.open(
        f"/api/v1/attempts/{attempt}/{end}",
        method="POST" if end == "submit" else "PUT",
        json=body,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code in {200, 422}
    kept = session().scalars(select(Attempt).where(Attempt.public_id == attempt)).one()
    assert (kept.person_id, kept.number, kept.mode) == (person.id, 1, kept.mode)
    assert not kept.passed
    assert not kept.earned
    items = session().scalars(select(AttemptItem).where(AttemptItem.attempt_id == kept.id)).all()
    assert [item for item in items if item.earned or item.answered or item.marked_by] == []
    assert state(person) == before


@pytest.mark.parametrize(
    ("path", "said"), [("/language", {"locale": "en"}), ("/me/password", {"old": "x", "password": "y", "again": "y"})]
)
def test_nor_do_those_of_a_form(client, path, said):
    person = a_person(Role.AGENT)
    sign_in(client, person)
    columns, granted = state(person)
    form = dict.fromkeys(along("person", "role_grant", "membership", without={"locale", "password"}), "1")
    assert send(client, path, "/me", **form, **said).status_code in {302, 422}
    after, roles = state(person)
    assert roles == granted
    assert {name for name in after if after[name] != columns[name]} <= {"locale"}
