"""What rules go by: facts of people, the rules themselves, and the reasons that they have made."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, func, or_, select

from lms.accounts.models import Person, PersonShop, PersonTag, RoleGrant
from lms.accounts.queries.calendar import team_paths
from lms.assignments.audience import Audience, Facts
from lms.assignments.due_plans import DuePlan
from lms.assignments.events import Held, Holding
from lms.assignments.models import Assignment, AssignmentReason, Rule
from lms.assignments.rules import READ
from lms.assignments.rules.plans import Given, RulePlan
from lms.content.models import Document
from lms.core.access import Role
from lms.core.bus import ask
from lms.core.db import rows, session
from lms.core.here import today

KINDS = ("rule", "cycle", "campaign")
"""Kinds of reasons that rules make."""
MANY = 500
"""Ids that are named in one statement; for more the whole table is read."""


def standing_rules(rule_ids: Collection[int] | None = None) -> list[RulePlan]:
    """Return the rules by which duties are kept, or those of them that are named, stopped ones too; by id.

    A rule whose document is not published rests: it neither gives nor takes. Must-reads are kept by the knowledge base.
    """
    statement = (
        select(
            Rule.id,
            Rule.document_id,
            Rule.audience,
            Rule.due_plan,
            Rule.occasion,
            Rule.source,
            Rule.from_on,
            Rule.until_on,
            Rule.active,
        )
        .join(Document, Document.id == Rule.document_id)
        .where(Rule.occasion != READ, Document.state == "published")
        .order_by(Rule.id)
    )
    if rule_ids is not None:
        statement = statement.where(Rule.id.in_(rule_ids))
    else:
        statement = statement.where(or_(Rule.active, Rule.applied_on.is_(None)))
    return [plan_of(row) for row in rows(statement)]


def plan_of(row: Any) -> RulePlan:
    """Return a row of rules as the plan sees it."""
    return RulePlan(
        id=row.id,
        document_id=row.document_id,
        audience=Audience.from_json(row.audience),
        due=DuePlan.from_json(row.due_plan),
        occasion=row.occasion,
        source=row.source,
        from_on=row.from_on,
        until_on=row.until_on,
        active=row.active,
    )


def facts_of(person_ids: Sequence[int] | None, rules: Iterable[RulePlan]) -> list[Facts]:
    """Return what these rules have to know of these people (None = of everybody who was not erased), by id."""
    day = today()
    audiences = [rule.audience for rule in rules]

    def among(column: Any) -> ColumnElement[bool] | Any:
        return column.in_(person_ids) if person_ids is not None else column.is_not(None)

    people = rows(
        select(Person.id, Person.active, Person.position, Person.team_id, Person.employment, Person.hired_on)
        .where(among(Person.id), Person.erased_at.is_(None))
        .order_by(Person.id)
    ).all()
    roles = _roles(among, day) if any(each.roles for each in audiences) else {}
    shops = _pairs(PersonShop.person_id, PersonShop.shop_id, among) if any(each.shops for each in audiences) else {}
    tags = _pairs(PersonTag.person_id, PersonTag.tag, among) if any(each.tags for each in audiences) else {}
    plans = frozenset(plan for each in audiences for plan in each.plans)
    holds = _holds([row.id for row in people], plans) if plans else {}
    above = team_paths() if any(each.teams for each in audiences) else None
    agent, none, nothing = frozenset({Role.AGENT.value}), frozenset[Any](), dict[int, date | None]()
    return [
        Facts(
            person_id=row.id,
            today=day,
            active=row.active,
            position=row.position,
            roles=roles.get(row.id, agent),
            teams=above(row.team_id) if above is not None and row.team_id is not None else (),
            shops=shops.get(row.id, none),
            tags=tags.get(row.id, none),
            employment=row.employment,
            hired_on=row.hired_on,
            holds=holds.get(row.id, nothing),
        )
        for row in people
    ]


def _roles(among: Any, day: date) -> dict[int, frozenset[Any]]:
    found: dict[int, set[Any]] = defaultdict(set)
    live = and_(RoleGrant.from_on <= day, or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > day))
    for person_id, role in rows(select(RoleGrant.person_id, RoleGrant.role).where(live, among(RoleGrant.person_id))):
        found[person_id].add(role)
    return {person_id: frozenset(held) for person_id, held in found.items()}


def _pairs(person: Any, value: Any, among: Any) -> dict[int, frozenset[Any]]:
    found: dict[int, set[Any]] = defaultdict(set)
    for person_id, held in rows(select(person, value).where(among(person))):
        found[person_id].add(held)
    return {person_id: frozenset(held) for person_id, held in found.items()}


def _holds(person_ids: Sequence[int], plans: frozenset[int]) -> dict[int, dict[int, date | None]]:
    found: dict[int, dict[int, date | None]] = defaultdict(dict)
    for answer in ask(Holding(person_ids=tuple(person_ids), plan_ids=tuple(sorted(plans)))):
        for held in answer:
            assert isinstance(held, Held)
            found[held.person_id][held.plan_id] = held.valid_until
    return found


def given_by(rules: Sequence[RulePlan], person_ids: Sequence[int] | None = None) -> list[Given]:
    """Return the reasons of these rules that hold, among these people (None = all)."""
    rule_id = cast(func.substr(AssignmentReason.ref, len("rule:") + 1), Integer)
    statement = (
        select(rule_id, Assignment.person_id, Assignment.id, Assignment.occasion)
        .join(AssignmentReason, AssignmentReason.assignment_id == Assignment.id)
        .where(
            AssignmentReason.kind.in_(KINDS),
            AssignmentReason.until.is_(None),
        )
    )
    if len(rules) <= MANY:
        statement = statement.where(AssignmentReason.ref.in_([rule.ref for rule in rules]))
    else:
        statement = statement.where(AssignmentReason.ref.startswith("rule:"))
    if person_ids is not None:
        statement = statement.where(Assignment.person_id.in_(person_ids))
    wanted = {rule.id for rule in rules}
    return [Given(*row) for row in rows(statement) if row[0] in wanted]


def lately_hired(positions: Collection[str], since: date) -> list[int]:
    """Return who holds one of these positions and was hired on that day or later."""
    return list(
        session().scalars(
            select(Person.id)
            .where(Person.active, Person.position.in_(list(positions)), Person.hired_on >= since)
            .order_by(Person.id)
        )
    )
