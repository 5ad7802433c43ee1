"""Who sees whom, said of one person whose team is known: the same as the condition that the database is asked with."""

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.queries import is_seen, visible
from lms.core.access import Permission, Role
from lms.core.db import session
from tests.support.make import a_person, a_team, as_actor, mentors


@pytest.mark.parametrize("role", list(Role))
def test_it_agrees_with_the_database_for_every_permission(world, role):
    root = a_team()
    team = a_team(parent=root)
    asker = a_person(role, team=team)
    below, beside = a_team(parent=team), a_team(parent=root)
    mentee = a_person(team=beside)
    mentors(asker, mentee)
    people = [asker, a_person(team=team), a_person(team=below), mentee, a_person(team=beside), a_person(team=root)]
    actor = as_actor(asker)
    for permission in Permission:
        asked = select(Person.id).where(Person.id.in_([each.id for each in people]), visible(actor, permission))
        found = set(session().scalars(asked))
        assert {each.id for each in people if is_seen(actor, permission, each.id, each.team_id)} == found, permission
