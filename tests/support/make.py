"""Builders of what a test needs, by the shortest true way; ids are always given by the database."""

import itertools
from datetime import date
from typing import Any

from lms.accounts import passwords, queries
from lms.accounts.models import Membership, Mentor, Person, RoleGrant, Team, TeamPlace
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.db import session, transaction

LONG_AGO = date(2020, 1, 1)
_numbers = itertools.count(1)


def a_team(name: str = "", parent: Team | None = None) -> Team:
    """Return a team below `parent`; without one it is a root."""
    number = next(_numbers)
    with transaction() as s:
        team = Team(code=f"t{number}", name=name or f"团队{number}")
        s.add(team)
        s.flush()
        s.add(TeamPlace(team_id=team.id, parent_id=parent.id if parent else None, from_on=LONG_AGO))
    return team


def a_person(
    *roles: Role,
    team: Team | None = None,
    no: str | None = None,
    name: str | None = None,
    password: str | None = None,
    **more: Any,
) -> Person:
    """Return a person in a team (one of their own without), with the roles granted on that team."""
    team = team or a_team()
    number = next(_numbers)
    no = no or f"X{number:04}"
    with transaction() as s:
        person = Person(
            employee_no=no,
            login_name=no.casefold(),
            name=name or f"员工{number}",
            team_id=team.id,
            created_at=clock.now(),
            hired_on=more.pop("hired_on", LONG_AGO),
            password_hash=passwords.hash_password(password) if password else None,
            **more,
        )
        s.add(person)
        s.flush()
        s.add(Membership(person_id=person.id, team_id=team.id, from_on=LONG_AGO))
        for role in roles:
            s.add(RoleGrant(person_id=person.id, role=role, team_id=team.id, from_on=LONG_AGO))
    return person


def an_actor(*roles: Role, **more: Any) -> Actor:
    """Return somebody who can act, with these roles."""
    return as_actor(a_person(*roles, **more))


def as_actor(person: Person) -> Actor:
    actor = queries.actor_by_id(person.id)
    assert actor is not None
    return actor


def mentors(mentor: Person, *people: Person) -> None:
    with transaction() as s:
        for person in people:
            s.add(Mentor(person_id=person.id, mentor_id=mentor.id, from_on=LONG_AGO))


def sign_in(client: Any, person: Person) -> None:
    """Let the browser of a test be signed in as the person, without the sign-in page."""
    current = session().get_one(Person, person.id)
    with client.session_transaction() as kept:
        kept["_user_id"] = f"{current.public_id}.{current.session_version}"
        kept["_fresh"] = True
