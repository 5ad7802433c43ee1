"""Reading goals: one's own, those of the people one looks after, what shows how far they are reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.content import queries as content
from lms.content.queries import Card, Choice, choices
from lms.core.access import Actor, Permission
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.reviews.models import Goal, GoalEvidence

TRAININGS = ("course", "lesson", "drill", "quiz", "article", "scorm")
"""Kinds of document that can be the next training of a goal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow:
    """A goal as pages show it. training: the document that goes with it, evidence: how many things show it."""

    id: int
    public_id: str
    person_id: int
    employee_no: str
    name: str
    team: str
    period: str
    text: str
    measure: str
    due_on: date
    state: str
    result: str
    training: Card | None
    evidence: int
    made_at: datetime

    def is_late(self, day: date) -> bool:
        return self.state == "open" and self.due_on < day


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    note: str
    link: str
    by: str
    at: datetime


_COUNTED = (
    select(func.count())
    .select_from(GoalEvidence)
    .where(GoalEvidence.goal_id == Goal.id)
    .correlate(Goal)
    .scalar_subquery()
)


def _read(actor: Actor, *which: ColumnElement[bool], limit: int = 500) -> list[GoalRow]:
    found = list(
        rows(
            select(
                *Goal.__table__.c,
                func.coalesce(Person.employee_no, literal("")).label("employee_no"),
                func.coalesce(Person.name, literal("")).label("name"),
                func.coalesce(Team.name, literal("")).label("team"),
                _COUNTED.label("evidence"),
            )
            .join(Person, Person.id == Goal.person_id)
            .outerjoin(Team, Team.id == Person.team_id)
            .where(visible(actor, Permission.APPRAISAL_READ), *which)
            .order_by(Goal.state != "open", Goal.due_on, Goal.id)
            .limit(limit)
        )
    )
    cards: Mapping[int, Card] = content.cards([each.document_id for each in found if each.document_id])
    return [
        GoalRow(
            id=each.id,
            public_id=each.public_id,
            person_id=each.person_id,
            employee_no=each.employee_no,
            name=each.name,
            team=each.team,
            period=each.period,
            text=each.text,
            measure=each.measure,
            due_on=each.due_on,
            state=each.state,
            result=each.result,
            training=cards.get(each.document_id),
            evidence=each.evidence,
            made_at=each.made_at,
        )
        for each in found
    ]


def goal(actor: Actor, public_id: str) -> GoalRow:
    """Return a goal that the actor may see. Raises NotFound."""
    found = _read(actor, Goal.public_id == public_id)
    if not found:
        raise NotFound()
    return found[0]


def own(actor: Actor) -> list[GoalRow]:
    return _read(actor, Goal.person_id == actor.id)


def of_others(actor: Actor) -> list[GoalRow]:
    """Return the goals of the people whom the actor looks after that were not given up, the open ones first."""
    return _read(actor, Goal.person_id != actor.id, Goal.state != "dropped")


def evidence(goal_id: int) -> Sequence[EvidenceRow]:
    """Return what shows how far a goal is reached, the oldest first; the actor was found to see the goal."""
    statement: Any = (
        select(
            GoalEvidence.note, GoalEvidence.link, GoalEvidence.at, func.coalesce(Person.name, literal("")).label("by")
        )
        .join(Person, Person.id == GoalEvidence.by_id)
        .where(GoalEvidence.goal_id == goal_id)
        .order_by(GoalEvidence.id)
    )
    return [EvidenceRow(note=each.note, link=each.link, by=each.by, at=each.at) for each in rows(statement)]


def trainings(actor: Actor) -> list[Choice]:
    """Return what can be chosen as the next training."""
    return choices(actor, TRAININGS)


def people(actor: Actor) -> list[tuple[str, str]]:
    """Return number and name of those for whom the actor may set goals as a supervisor, by number."""
    statement = (
        select(Person.employee_no, Person.name)
        .where(Person.active, Person.id != actor.id, visible(actor, Permission.APPRAISAL_WRITE))
        .order_by(Person.employee_no)
        .limit(2_000)
    )
    return [(each.employee_no or "", each.name or "") for each in rows(statement)]
