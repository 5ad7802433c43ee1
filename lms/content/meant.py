"""Whom the words of 可见 and 必读 mean: `audience` turned round, from words to people."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from lms.accounts.models import Person, PersonShop, RoleGrant, Shop, Team, TeamPlace
from lms.content.audience import ROLE_WORDS, normal
from lms.core.access import POLICY, Permission, Role
from lms.core.db import session
from lms.core.here import today


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Every word by which a document may mean somebody. reads_all: reads what is meant for others too."""

    words: frozenset[str]
    reads_all: bool


def people(person_ids: Iterable[int] | None = None) -> dict[int, Known]:
    """Return the active ones of these people, of all people without, with their words. Five statements."""
    ids = None if person_ids is None else list(person_ids)
    if ids is not None and not ids:
        return {}
    found = session().execute(_among(select(Person.id, Person.team_id, Person.position), Person.id, ids)).all()
    roles, names = _roles(ids), _team_names()
    shops: dict[int, set[str]] = defaultdict(set)
    served = select(PersonShop.person_id, Shop.name, Shop.code).join(Shop, Shop.id == PersonShop.shop_id)
    for person_id, *written in session().execute(_among(served, PersonShop.person_id, ids)):
        shops[person_id] |= {normal(word) for word in written}
    known = {}
    for person_id, team_id, position in found:
        held = roles.get(person_id) or {Role.AGENT}
        words = {normal(word) for role in held for word in ROLE_WORDS[role]}
        words |= names.get(team_id, frozenset()) | shops.get(person_id, set())
        if position:
            words.add(normal(position))
        reads_all = any(role in POLICY[Permission.CONTENT_READ_ALL] for role in held)
        known[person_id] = Known(words=frozenset(words), reads_all=reads_all)
    return known


def meant(among: Mapping[int, Known], words: Sequence[str]) -> frozenset[int]:
    """Return who of these is meant by any of the words; nobody by none."""
    asked = {normal(word) for word in words}
    return frozenset(person_id for person_id, known in among.items() if not asked.isdisjoint(known.words))


def readers(among: Mapping[int, Known], audience: Sequence[str]) -> frozenset[int]:
    """Return who of these may read a published document with this audience."""
    if not audience:
        return frozenset(among)
    return meant(among, audience) | {person_id for person_id, known in among.items() if known.reads_all}


def _among(statement: Any, column: Any, ids: Sequence[int] | None) -> Any:
    """Return the statement about active people, about these of them where given."""
    if column is not Person.id:
        statement = statement.join(Person, Person.id == column)
    statement = statement.where(Person.active)
    return statement if ids is None else statement.where(column.in_(ids))


def _roles(ids: Sequence[int] | None) -> dict[int, set[Role]]:
    day = today()
    live = select(RoleGrant.person_id, RoleGrant.role).where(
        RoleGrant.from_on <= day, or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > day)
    )
    found: dict[int, set[Role]] = defaultdict(set)
    for person_id, role in session().execute(_among(live, RoleGrant.person_id, ids)):
        found[person_id].add(Role(role))
    return found


def _team_names() -> dict[int, frozenset[str]]:
    """Return the words of each team: its own name and code, and those of every team above it today."""
    day = today()
    own = {
        row.id: frozenset((normal(row.name), normal(row.code)))
        for row in session().execute(select(Team.id, Team.name, Team.code))
    }
    parents = {
        row.team_id: row.parent_id
        for row in session().execute(
            select(TeamPlace.team_id, TeamPlace.parent_id).where(
                TeamPlace.from_on <= day, or_(TeamPlace.until_on.is_(None), TeamPlace.until_on > day)
            )
        )
    }
    found = {}
    for team_id in own:
        words: set[str] = set()
        seen: set[int] = set()
        step: int | None = team_id
        while step is not None and step not in seen:
            seen.add(step)
            words |= own.get(step, frozenset())
            step = parents.get(step)
        found[team_id] = frozenset(words)
    return found
