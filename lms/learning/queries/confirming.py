"""Reading what waits for a confirmation, and who may give it: the SQL of `rules.tasks.Rights`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import aliased

from lms.accounts.models import Cohort, CohortMember, Person, Team
from lms.assignments.models import Assignment, AssignmentItem
from lms.content.models import Document, Revision, Slug
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import session
from lms.core.errors import NotFound
from lms.learning.models import TaskWork, Upload
from lms.learning.rules.tasks import Rights, WorkState
from lms.learning.spec.task import ConfirmedBy

CLASS_DAYS = 14
"""Days back for which a class is still offered for confirmation of who was there."""


def rights_of(actor: Actor) -> Rights:
    """Return what the actor may confirm, with the members of the cohorts that he trains."""
    held = scopes(actor, Permission.TASK_CONFIRM)
    members: frozenset[int] = frozenset()
    if actor.trains_cohorts:
        members = frozenset(
            session().scalars(
                select(CohortMember.person_id).where(
                    CohortMember.cohort_id.in_(actor.trains_cohorts), CohortMember.left_on.is_(None)
                )
            )
        )
    return Rights(
        actor_id=actor.id,
        everything=Scope.ALL in held,
        teams=actor.teams_below if Scope.TEAM in held else frozenset(),
        mentees=actor.mentees,
        cohort_members=members,
    )


def confirmable(actor: Actor, person_id: Any, team_id: Any, confirmer: Any) -> ColumnElement[bool]:
    """Return the SQL condition of `Rights.may_confirm`, for the columns of a statement."""
    held = scopes(actor, Permission.TASK_CONFIRM)
    not_own = person_id != actor.id
    if Scope.ALL in held:
        return and_(not_own, confirmer != ConfirmedBy.SELF)
    conditions: list[ColumnElement[bool]] = []
    if Scope.TEAM in held:
        conditions.append(and_(team_id.in_(actor.teams_below), confirmer != ConfirmedBy.SELF))
    if actor.mentees:
        conditions.append(and_(person_id.in_(actor.mentees), confirmer == ConfirmedBy.MENTOR))
    if actor.trains_cohorts:
        conditions.append(and_(person_id.in_(_members(actor)), confirmer == ConfirmedBy.TRAINER))
    return and_(not_own, or_(*conditions)) if conditions else false()


def _members(actor: Actor) -> Any:
    return select(CohortMember.person_id).where(
        CohortMember.cohort_id.in_(actor.trains_cohorts), CohortMember.left_on.is_(None)
    )


def _signable(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL condition of `Rights.may_sign_off` over Person."""
    held = scopes(actor, Permission.TASK_CONFIRM)
    if Scope.ALL in held:
        return Person.id != actor.id
    conditions: list[ColumnElement[bool]] = []
    if Scope.TEAM in held:
        conditions.append(Person.team_id.in_(actor.teams_below))
    if actor.mentees:
        conditions.append(Person.id.in_(actor.mentees))
    return and_(Person.id != actor.id, or_(*conditions)) if conditions else false()


def waiting(actor: Actor, limit: int = 50) -> list[Any]:
    """Return the rows of handed-in work that the actor may confirm, the oldest first."""
    statement = (
        select(
            TaskWork.id,
            TaskWork.person_id,
            TaskWork.document_id,
            TaskWork.ticked,
            TaskWork.evidence,
            TaskWork.submitted_at,
            TaskWork.version,
            Revision.compiled_sha,
            Person.name,
            Person.employee_no,
            Team.name.label("team_name"),
            Document.title,
            Slug.slug,
        )
        .join(Person, Person.id == TaskWork.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .join(Document, Document.id == TaskWork.document_id)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .join(Revision, Revision.id == TaskWork.revision_id)
        .where(
            TaskWork.state == WorkState.SUBMITTED,
            Person.active,
            confirmable(actor, Person.id, Person.team_id, TaskWork.confirmer),
        )
        .order_by(TaskWork.submitted_at, TaskWork.id)
        .limit(limit)
    )
    return list(session().execute(statement))


def attendance(actor: Actor, today: date) -> list[Any]:
    """Return rows of members of cohorts that the actor trains (all for a trainer) who owe a task due about today.

    Whether the task is one that 讲师 confirms is known to its document only; the caller leaves the others out.
    """
    held = scopes(actor, Permission.TASK_CONFIRM)
    if Scope.ALL not in held and not actor.trains_cohorts:
        return []
    cohorts = true() if Scope.ALL in held else Cohort.id.in_(actor.trains_cohorts)
    statement = (
        select(
            Cohort.id.label("cohort_id"),
            Cohort.name.label("cohort_name"),
            Cohort.room,
            Person.id.label("person_id"),
            Person.name,
            Person.employee_no,
            AssignmentItem.document_id,
            AssignmentItem.due_on,
            AssignmentItem.minutes,
            Document.title,
            Revision.compiled_sha,
            Slug.slug,
            TaskWork.state,
            TaskWork.id.label("work_id"),
            TaskWork.evidence,
        )
        .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
        .join(Person, Person.id == Assignment.person_id)
        .join(CohortMember, (CohortMember.person_id == Person.id) & CohortMember.left_on.is_(None))
        .join(Cohort, Cohort.id == CohortMember.cohort_id)
        .join(Document, Document.id == AssignmentItem.document_id)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .join(Revision, Revision.id == Document.published_id)
        .outerjoin(TaskWork, (TaskWork.person_id == Person.id) & (TaskWork.document_id == Document.id))
        .where(
            cohorts,
            Person.active,
            Person.id != actor.id,
            Assignment.state == "open",
            Document.kind == "task",
            AssignmentItem.done_at.is_(None),
            AssignmentItem.exempt.is_(False),
            AssignmentItem.due_on <= today,
            AssignmentItem.due_on > date.fromordinal(today.toordinal() - CLASS_DAYS),
        )
        .order_by(AssignmentItem.due_on.desc(), AssignmentItem.position, Cohort.id, Person.employee_no)
        .limit(400)
    )
    return list(session().execute(statement))


def stages_ready(actor: Actor) -> list[Any]:
    """Return rows of stages that only miss their sign-off by somebody like the actor."""
    sign = aliased(AssignmentItem)
    other = aliased(AssignmentItem)
    left = (
        select(other.position)
        .where(
            other.assignment_id == sign.assignment_id,
            other.stage == sign.stage,
            other.required,
            other.purpose != "sign_off",
            other.done_at.is_(None),
            other.exempt.is_(False),
        )
        .exists()
    )
    last = (
        select(func.max(other.done_at))
        .where(other.assignment_id == sign.assignment_id, other.stage == sign.stage)
        .scalar_subquery()
    )
    statement = (
        select(
            sign.assignment_id,
            sign.stage,
            sign.stage_name,
            last.label("since"),
            Person.id.label("person_id"),
            Person.name,
            Person.employee_no,
            Document.title.label("goal_title"),
        )
        .join(Assignment, Assignment.id == sign.assignment_id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Document, Document.id == Assignment.document_id)
        .where(
            sign.purpose == "sign_off",
            sign.done_at.is_(None),
            sign.exempt.is_(False),
            Assignment.state == "open",
            Person.active,
            _signable(actor),
            ~left,
        )
        .order_by(Person.employee_no, sign.stage)
        .limit(50)
    )
    return list(session().execute(statement))


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Somebody in an open curriculum. days: the rostered days of the plan, in order."""

    person_id: int
    name: str
    employee_no: str
    assignment_id: int
    goal_title: str
    starts_on: date
    last_done_at: datetime | None
    done: int
    total: int
    days: tuple[date, ...]


def learners(actor: Actor, today: date) -> list[Learner]:
    """Return the people within the actor's reach who are in a curriculum that has begun, in two statements."""
    people = (
        session()
        .execute(
            select(
                Assignment.id,
                Assignment.starts_on,
                Assignment.last_done_at,
                Assignment.done_items,
                Assignment.total_items,
                Person.id.label("person_id"),
                Person.name,
                Person.employee_no,
                Document.title,
            )
            .join(Person, Person.id == Assignment.person_id)
            .join(Document, Document.id == Assignment.document_id)
            .where(
                Document.kind == "curriculum",
                Assignment.state == "open",
                Assignment.starts_on <= today,
                Person.active,
                _signable(actor),
            )
            .order_by(Person.employee_no)
            .limit(200)
        )
        .all()
    )
    days: dict[int, list[date]] = {}
    for assignment_id, on in session().execute(
        select(AssignmentItem.assignment_id, AssignmentItem.due_on)
        .where(AssignmentItem.assignment_id.in_([row.id for row in people]), AssignmentItem.due_on.is_not(None))
        .distinct()
        .order_by(AssignmentItem.due_on)
    ):
        if on is not None:
            days.setdefault(assignment_id, []).append(on)
    return [
        Learner(
            person_id=row.person_id,
            name=row.name or "",
            employee_no=row.employee_no or "",
            assignment_id=row.id,
            goal_title=row.title,
            starts_on=row.starts_on,
            last_done_at=row.last_done_at,
            done=row.done_items,
            total=row.total_items,
            days=tuple(days.get(row.id, [])),
        )
        for row in people
    ]


def upload_for(actor: Actor, public_id: str) -> Any:
    """Return the row of a photo that the actor handed in or may confirm. Raises NotFound for any other."""
    row = (
        session()
        .execute(
            select(Upload.sha, Upload.media_type, Upload.name, Upload.size)
            .join(TaskWork, TaskWork.id == Upload.task_work_id)
            .join(Person, Person.id == TaskWork.person_id)
            .where(
                Upload.public_id == public_id,
                or_(
                    Upload.person_id == actor.id,
                    confirmable(actor, Person.id, Person.team_id, TaskWork.confirmer),
                ),
            )
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound()
    return row
