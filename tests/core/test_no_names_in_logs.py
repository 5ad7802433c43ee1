"""What can't be erased holds nobody's name: neither the audit nor the text of an error that goes into the log."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts import actions
from lms.accounts.models import Person
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.models import AuditEntry
from tests.support.make import a_person, an_actor


def test_an_error_of_the_database_quotes_no_values(world):
    a_person(no="A7")
    with pytest.raises(IntegrityError) as refused, transaction() as s:
        s.add(Person(employee_no="A7", login_name="other", name="欧阳某某", created_at=clock.now()))
    assert "欧阳某某" not in str(refused.value)


def test_a_change_of_who_somebody_is_is_audited_without_the_words(world):
    person, hr = a_person(name="欧阳某某"), an_actor(Role.HR)
    with transaction():
        actions.change(hr, person.id, {"name": "上官某某", "phone": "13800138000", "position": "组长"})
    entry = session().scalars(select(AuditEntry).where(AuditEntry.verb == "person.changed")).one()
    assert entry.after == {"name": "•", "phone": "•", "position": "组长"}
    assert entry.before == {"name": "•", "phone": "", "position": ""}
