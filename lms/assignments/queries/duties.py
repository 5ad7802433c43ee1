"""Reading duties: as rows, in one statement, with what the rules need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.assignments import rules
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason
from lms.assignments.rules import Duty, Item
from lms.content.models import Document, Slug
from lms.core.db import rows, session
from lms.core.texts import Text, text
from lms.records.models import Standing

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
        Document.kind,
        Document.title,
        Slug.slug,
        Assignment.person_id,
        Assignment.starts_on,
        Assignment.state.label("assignment_state"),
        _container.title.label("container_title"),
        _container_slug.slug.label("container_slug"),
        _goal.id.label("goal_id"),
        _goal.kind.label("goal_kind"),
        _goal.title.label("goal_title"),
        _goal_slug.slug.label("goal_slug"),
        Assignment.purpose.label("goal_purpose"),
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
_OF_DUTY = 17
"""Place of the first column of `_ITEMS` that is not the item's own."""
_IS_ASKED = or_(
    Assignment.occasion != rules.READ,
    exists().where(AssignmentReason.assignment_id == Assignment.id, AssignmentReason.until.is_(None)),
)
"""An article to confirm is a duty as long as it is asked for: who may read it no more is not reminded of its title."""
_OF_PERSON = _ITEMS.where(Assignment.person_id == bindparam("person_id"), Assignment.state != "withdrawn", _IS_ASKED)
_own = aliased(AssignmentItem)
_is_beside = and_(
    _own.assignment_id == AssignmentItem.assignment_id,
    _own.document_id == bindparam("document_id"),
    _own.container_id.is_not_distinct_from(AssignmentItem.container_id),
)
_ABOUT = _OF_PERSON.where(
    exists().where(_own.assignment_id == Assignment.id, _own.document_id == bindparam("document_id")),
    or_(and_(AssignmentItem.done_at.is_(None), ~AssignmentItem.exempt), exists().where(_is_beside)),
)
_OF_DOCUMENT = _OF_PERSON.where(AssignmentItem.document_id == bindparam("document_id"))
_OF_ASSIGNMENTS = _ITEMS.where(Assignment.id.in_(bindparam("ids", expanding=True)))


def _duties(found: Iterable[Any], today: date) -> list[Duty]:
    """Return rows of `_ITEMS` as duties.

    Taken apart by place: by name, eighty rows cost three times as much, on every page of a learner.
    """
    grouped: dict[int, list[Any]] = {}
    for row in found:
        grouped.setdefault(row[0], []).append(row)
    duties = []
    for group in grouped.values():
        items = [_item(row) for row in group]
        for row, item, state in zip(group, items, rules.states(items, today), strict=True):
            (
                kind, title, slug, person_id, starts_on, goal_state, container_title, container_slug,
                goal_id, goal_kind, goal_title, goal_slug, goal_purpose,
            ) = row[_OF_DUTY:]  # fmt: skip
            duty = Duty(
                item, state, person_id, kind, slug, title, container_title or "", container_slug or "",
                goal_id, goal_kind, goal_title, goal_slug, starts_on, goal_state == "open", goal_purpose, goal_state,
            )  # fmt: skip
            duties.append(duty)
    return duties


def _item(row: Any) -> Item:
    (
        assignment_id, position, document_id, purpose, container_id, stage, stage_name, after_stage, in_order, required,
        minutes, day, due_on, extended_to, opened_at, done_at, exempt, kind,
    ) = row[: _OF_DUTY + 1]  # fmt: skip
    if extended_to is not None and (due_on is None or extended_to > due_on):
        due_on = extended_to
    return Item(
        assignment_id, position, document_id, purpose, container_id, stage, stage_name, after_stage, in_order, required,
        minutes, day, due_on, opened_at, done_at, exempt, kind == "task" or purpose == "sign_off",
    )  # fmt: skip


def duties(person_id: int, today: date) -> list[Duty]:
    """Return every item that a person owes or has done, by assignment (earliest due first) and order."""
    return _duties(rows(_OF_PERSON, {"person_id": person_id}).all(), today)


def duties_about(person_id: int, document_id: int, today: date) -> list[Duty]:
    """Return of the assignments in which the document stands what its own page needs to know.

    That is everything in the same course, and elsewhere what is still open: it decides what is locked and what comes
    next. Nothing is read where the document is not owed.
    """
    return _duties(rows(_ABOUT, {"person_id": person_id, "document_id": document_id}).all(), today)


def own_duties(person_id: int, document_id: int, today: date) -> list[Duty]:
    """Return only the document's own duties: whether it is owed and by when, at a fifth of the price of its course.

    Their `state` is said as if nothing else were owed: what locks them is not read.
    """
    return _duties(rows(_OF_DOCUMENT, {"person_id": person_id, "document_id": document_id}).all(), today)


def duties_of_assignments(assignment_ids: Sequence[int], today: date) -> list[Duty]:
    """Return every item of these assignments, in one statement."""
    if not assignment_ids:
        return []
    return _duties(rows(_OF_ASSIGNMENTS, {"ids": list(assignment_ids)}).all(), today)


def locked_reason(person_id: int, document_id: int, today: date, *, every: Sequence[Duty] | None = None) -> Text | None:
    """Return why a person may not start a document yet; None where it is open or not owed at all.

    What is owed twice is locked only while it is locked everywhere. every: the person's `duties`, if at hand.
    """
    every = duties_about(person_id, document_id, today) if every is None else every
    mine = [each for each in every if each.item.document_id == document_id and each.item.purpose == "complete"]
    if not mine:
        return None
    reason: Text | None = None
    for duty in mine:
        group = [each.item for each in every if each.item.assignment_id == duty.item.assignment_id]
        at = rules.gates(group)
        if not rules.is_locked(duty.item, at):
            return None
        waiting = duty.item.after_stage
        if waiting is not None and waiting not in at.complete:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCheck:
    """A round of a recurring check that its person still owes. due_on: its last day."""

    kind: str
    slug: str
    title: str
    minutes: int
    due_on: date | None


_CHECKS = (
    select(Document.kind, Slug.slug, Document.title, Document.minutes, Assignment.due_on)
    .join(Document, Document.id == Assignment.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .where(
        Assignment.person_id == bindparam("person_id"),
        Assignment.state == "open",
        Assignment.occasion.startswith(rules.CHECK),
    )
    .order_by(Assignment.due_on, Assignment.id)
)


def open_checks(person_id: int) -> list[OpenCheck]:
    """Return the recurring checks that a person owes now: a minute's work between two chats."""
    return [OpenCheck(**row) for row in rows(_CHECKS, {"person_id": person_id}).mappings()]


def owing(document_id: int) -> int:
    """Return how many people still owe a document: by itself, as an item, or as the course that holds items."""
    item = AssignmentItem
    touched = select(item.assignment_id).where(
        or_((item.document_id == document_id) & item.done_at.is_(None), item.container_id == document_id)
    )
    return (
        session().scalar(
            select(func.count(func.distinct(Assignment.person_id))).where(
                Assignment.state == "open", or_(Assignment.document_id == document_id, Assignment.id.in_(touched))
            )
        )
        or 0
    )


def finished(document_id: int) -> int:
    """Return how many people have completed a document."""
    return (
        session().scalar(select(func.count()).where(Standing.document_id == document_id, Standing.state == "done")) or 0
    )


def would_complete(document_id: int, person_ids: Sequence[int]) -> int:
    """Return how many of these people owe the document still: completing it now would end a duty of theirs."""
    if not person_ids:
        return 0
    return (
        session().scalar(
            select(func.count(func.distinct(Assignment.person_id)))
            .join(AssignmentItem, AssignmentItem.assignment_id == Assignment.id)
            .where(
                Assignment.state == "open",
                Assignment.person_id.in_(person_ids),
                AssignmentItem.document_id == document_id,
                AssignmentItem.purpose == "complete",
                AssignmentItem.done_at.is_(None),
                AssignmentItem.exempt.is_(False),
            )
        )
        or 0
    )


def have_completed(document_id: int, person_ids: Sequence[int]) -> int:
    """Return how many of these people have completed a document."""
    if not person_ids:
        return 0
    done = (Standing.document_id == document_id, Standing.state == "done", Standing.person_id.in_(person_ids))
    return session().scalar(select(func.count()).where(*done)) or 0
