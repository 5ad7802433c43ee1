"""Reading duties: as rows, in one statement, with what the rules need."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from lms.assignments import rules
from lms.assignments.models import Assignment, AssignmentItem
from lms.assignments.rules import Duty, Item, Place, place_of
from lms.content.models import Document, Slug
from lms.core.db import session
from lms.core.texts import Text, text

__all__ = ["Duty", "Place", "duties", "duties_of_assignments", "last_activity", "locked_reason", "place_of"]

_container = aliased(Document)
_container_slug = aliased(Slug)
_goal = aliased(Document)
_goal_slug = aliased(Slug)

_ITEMS = (
    select(
        AssignmentItem.assignment_id,
        AssignmentItem.position,
        AssignmentItem.document_id,
        AssignmentItem.purpose,
        AssignmentItem.container_id,
        AssignmentItem.stage,
        AssignmentItem.stage_name,
        AssignmentItem.after_stage,
        AssignmentItem.in_order,
        AssignmentItem.required,
        AssignmentItem.minutes,
        AssignmentItem.day,
        AssignmentItem.due_on,
        AssignmentItem.extended_to,
        AssignmentItem.opened_at,
        AssignmentItem.done_at,
        AssignmentItem.exempt,
        Assignment.person_id,
        Assignment.starts_on,
        Assignment.state.label("assignment_state"),
        Assignment.due_on.label("assignment_due_on"),
        Document.kind,
        Document.title,
        Slug.slug,
        _container.title.label("container_title"),
        _container_slug.slug.label("container_slug"),
        _goal.id.label("goal_id"),
        _goal.kind.label("goal_kind"),
        _goal.title.label("goal_title"),
        _goal_slug.slug.label("goal_slug"),
    )
    .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
    .join(Document, Document.id == AssignmentItem.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .join(_goal, _goal.id == Assignment.document_id)
    .join(_goal_slug, (_goal_slug.document_id == _goal.id) & _goal_slug.is_current)
    .outerjoin(_container, _container.id == AssignmentItem.container_id)
    .outerjoin(_container_slug, (_container_slug.document_id == _container.id) & _container_slug.is_current)
    .order_by(Assignment.due_on, AssignmentItem.assignment_id, AssignmentItem.position)
)
_OF_PERSON = _ITEMS.where(Assignment.person_id == bindparam("person_id"), Assignment.state != "withdrawn")
_OF_ASSIGNMENTS = _ITEMS.where(Assignment.id.in_(bindparam("ids", expanding=True)))


def item_of(row: Any) -> Item:
    return Item(
        assignment_id=row.assignment_id,
        position=row.position,
        document_id=row.document_id,
        purpose=row.purpose,
        container_id=row.container_id,
        stage=row.stage,
        stage_name=row.stage_name,
        after_stage=row.after_stage,
        in_order=row.in_order,
        required=row.required,
        minutes=row.minutes,
        day=row.day,
        due_on=max(filter(None, (row.due_on, row.extended_to)), default=None),
        opened_at=row.opened_at,
        done_at=row.done_at,
        exempt=row.exempt,
        waits_for_others=row.kind == "task" or row.purpose == "sign_off",
    )


def _duties(rows: Iterable[Any], today: date) -> list[Duty]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.assignment_id].append(row)
    found = []
    for group in grouped.values():
        items = [item_of(row) for row in group]
        for row, item, state in zip(group, items, rules.states(items, today), strict=True):
            found.append(
                Duty(
                    item=item,
                    state=state,
                    person_id=row.person_id,
                    kind=row.kind,
                    slug=row.slug,
                    title=row.title,
                    container_title=row.container_title or "",
                    container_slug=row.container_slug or "",
                    goal_id=row.goal_id,
                    goal_kind=row.goal_kind,
                    goal_title=row.goal_title,
                    goal_slug=row.goal_slug,
                    starts_on=row.starts_on,
                    goal_open=row.assignment_state == "open",
                )
            )
    return found


def duties(person_id: int, today: date) -> list[Duty]:
    """Return every item that a person owes or has done, by assignment (earliest due first) and order."""
    return _duties(session().execute(_OF_PERSON, {"person_id": person_id}), today)


def duties_of_assignments(assignment_ids: Sequence[int], today: date) -> list[Duty]:
    """Return every item of these assignments, in one statement."""
    if not assignment_ids:
        return []
    return _duties(session().execute(_OF_ASSIGNMENTS, {"ids": list(assignment_ids)}), today)


def locked_reason(person_id: int, document_id: int, today: date) -> Text | None:
    """Return why a person may not start a document yet; None where it is open or not owed at all.

    What is owed twice is locked only while it is locked everywhere.
    """
    every = duties(person_id, today)
    mine = [each for each in every if each.item.document_id == document_id and each.item.purpose == "complete"]
    if not mine:
        return None
    reason: Text | None = None
    for duty in mine:
        group = [each.item for each in every if each.item.assignment_id == duty.item.assignment_id]
        complete = rules.complete_stages(group)
        if not rules.is_locked(duty.item, group, complete):
            return None
        waiting = duty.item.after_stage
        if waiting is not None and waiting not in complete:
            name = next((each.stage_name for each in group if each.stage == waiting), "")
            reason = text("要先完成阶段“%(stage)s”，才能开始这一项。", stage=name)
        else:
            before = next(
                each
                for each in every
                if each.item.assignment_id == duty.item.assignment_id
                and each.item.stage == duty.item.stage
                and each.item.required
                and not each.item.settled
            )
            reason = text("要先完成“%(title)s”，才能开始这一项。", title=before.title)
    return reason


def last_activity(person_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when each of these people last finished an item."""
    rows = session().execute(
        select(Assignment.person_id, Assignment.last_done_at).where(
            Assignment.person_id.in_(person_ids), Assignment.last_done_at.is_not(None)
        )
    )
    found: dict[int, datetime] = {}
    for person_id, at in rows:
        if at is not None:
            found[person_id] = max(found.get(person_id, at), at)
    return found
