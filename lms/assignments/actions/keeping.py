"""Keeping duties in step with rules and people, both ways.

The plan is made from what is known of people and from the reasons that stand; applied, it leaves nothing to change.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.assignments import layout
from lms.assignments.actions.chase import settle_chases
from lms.assignments.actions.days import ask_anew, asked_by
from lms.assignments.actions.give import Gift, assign_all, lay_anew
from lms.assignments.actions.settle import settle
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason, Rule
from lms.assignments.queries.facts import KINDS, facts_of, given_by, standing_rules
from lms.assignments.rules import READ
from lms.assignments.rules.plans import RulePlan, Step, plan, state_after
from lms.core import clock
from lms.core.db import rows, session
from lms.core.here import settings
from lms.records.actions import lock_people


def keep_in_step(person_ids: Collection[int], rule_ids: Collection[int] | None = None) -> int:
    """Bring the duties of these people (at most 100) in step with the rules, or with some of them; return the changes.

    Done again it changes nothing.
    """
    ids = sorted(set(person_ids))
    if not ids:
        return 0
    lock_people(ids)
    standing = standing_rules(rule_ids)
    steps = plan(standing, facts_of(ids, standing), given_by(standing, ids))
    by_id = {rule.id: rule for rule in standing}
    _give(steps, by_id)
    _take(steps, by_id)
    return len(steps) + redate(ids, rule_ids) + bring_to_rest(ids)


def _give(steps: Sequence[Step], by_id: Mapping[int, RulePlan]) -> None:
    gives: dict[tuple[int, str], list[int]] = defaultdict(list)
    for step in steps:
        if step.gives:
            gives[step.rule_id, step.occasion].append(step.person_id)
    meant = {person_id for people in gives.values() for person_id in people}
    if not gives:
        return
    gifts = [
        Gift(
            document_id=by_id[rule_id].document_id,
            person_ids=people,
            kind=by_id[rule_id].kind,
            ref=by_id[rule_id].ref,
            occasion=occasion,
            due_plan=by_id[rule_id].due,
            counts_from=_counts_from(by_id[rule_id], occasion),
        )
        for (rule_id, occasion), people in gives.items()
    ]
    assign_all(None, gifts, days=(accounts.works_of(meant), accounts.freezes_of(meant)))


def _counts_from(rule: RulePlan, occasion: str) -> datetime | None:
    if occasion == "once" or rule.from_on is None:
        return None
    return datetime.combine(rule.from_on, time(), settings().timezone)


def _take(steps: Sequence[Step], by_id: Mapping[int, RulePlan]) -> None:
    """End the reasons of these steps; what others ask for still is due by their earliest day."""
    takes: dict[str, list[int]] = defaultdict(list)
    for step in steps:
        if not step.gives:
            takes[by_id[step.rule_id].ref].append(step.assignment_id)
    if not takes:
        return
    current = session()
    for ref, ids in takes.items():
        current.execute(
            update(AssignmentReason)
            .where(
                AssignmentReason.assignment_id.in_(ids),
                AssignmentReason.kind.in_(KINDS),
                AssignmentReason.ref == ref,
                AssignmentReason.until.is_(None),
            )
            .values(until=clock.now())
            .execution_options(synchronize_session=False)
        )
    date_anew([id for ids in takes.values() for id in ids])


def date_anew(assignment_ids: Collection[int]) -> None:
    """Count the due days of open duties anew after their reasons have changed."""
    current = session()
    still = list(
        current.scalars(
            select(Assignment)
            .where(Assignment.id.in_(assignment_ids), Assignment.state == "open", _IS_ASKED)
            .order_by(Assignment.id)
        )
    )
    if not still:
        return
    current.execute(
        update(AssignmentItem)
        .where(
            AssignmentItem.assignment_id.in_([each.id for each in still]),
            AssignmentItem.day.is_(None),
            AssignmentItem.done_at.is_(None),
        )
        .values(due_on=None)
        .execution_options(synchronize_session=False)
    )
    for assignment in still:
        settle(None, assignment, source="rule")


_IS_ASKED = exists().where(AssignmentReason.assignment_id == Assignment.id, AssignmentReason.until.is_(None))
_HAS_REASONS = exists().where(AssignmentReason.assignment_id == Assignment.id)
_IS_BEGUN = exists().where(
    AssignmentItem.assignment_id == Assignment.id,
    or_(
        AssignmentItem.opened_at.is_not(None),
        AssignmentItem.done_at
        > select(AssignmentReason.since)
        .where(AssignmentReason.assignment_id == Assignment.id)
        .order_by(AssignmentReason.since)
        .limit(1)
        .correlate(Assignment)
        .scalar_subquery(),
    ),
)
"""Work on it has begun: something of it was opened, or done after it was given."""
IS_OUT_OF_STEP: ColumnElement[bool] = and_(
    Assignment.occasion != READ,
    or_(
        and_(Assignment.state == "open", or_(~Person.active, and_(_HAS_REASONS, ~_IS_ASKED))),
        and_(Assignment.state.in_(("withdrawn", "optional")), Person.active, _IS_ASKED),
    ),
)
"""Of a duty and its person: the state does not say what its reasons and the person say."""


def bring_to_rest(person_ids: Sequence[int]) -> int:
    """Give the duties of these people the state that their reasons and their person ask for; return how many changed.

    Must-reads are left to the knowledge base.
    """
    current = session()
    found = rows(
        select(
            Assignment.id,
            Assignment.person_id,
            Assignment.document_id,
            Assignment.state,
            Person.active,
            _IS_ASKED.label("asked"),
            _IS_BEGUN.label("begun"),
        )
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.person_id.in_(person_ids), IS_OUT_OF_STEP)
        .order_by(Assignment.id)
    ).all()
    if not found:
        return 0
    after: dict[str, list[Any]] = defaultdict(list)
    for row in found:
        state = state_after(row.state, asked=row.asked, active=row.active, begun=row.begun)
        after[state].append(row)
    for state in ("withdrawn", "optional"):
        ids = [row.id for row in after[state]]
        if not ids:
            continue
        settle_chases(ids)
        values: dict[str, Any] = {"state": state, "due_on": None, "next_due_on": None}
        current.execute(
            update(Assignment)
            .where(Assignment.id.in_(ids))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        current.execute(
            update(AssignmentItem)
            .where(AssignmentItem.assignment_id.in_(ids), AssignmentItem.done_at.is_(None))
            .values(due_on=None)
            .execution_options(synchronize_session=False)
        )
    current.expire_all()
    _open_again(after["open"])
    return len(found)


def _open_again(found: Sequence[Any]) -> None:
    """Ask for resting duties again, laid out as their documents are now."""
    if not found:
        return
    people = sorted({row.person_id for row in found})
    works, freezes = accounts.works_of(people), accounts.freezes_of(people)
    plans = {document_id: layout.lay_out(document_id) for document_id in {row.document_id for row in found}}
    for row in found:
        assignment = session().get_one(Assignment, row.id)
        assignment.state = "open"
        lay_anew(assignment, plans[row.document_id], works[row.person_id], freezes[row.person_id])
        settle(None, assignment, source="rule")


def redate(person_ids: Sequence[int], rule_ids: Collection[int] | None = None) -> int:
    """Work out anew the days that changed rules ask of these people; return how many reasons have another day.

    Only rules that were not applied to everybody since they were changed: else every day asked for stands.
    """
    changed = select(Rule.id, Rule.due_plan).where(
        Rule.active, Rule.applied_on.is_(None), Rule.changed_at.is_not(None), Rule.occasion != READ
    )
    if rule_ids is not None:
        changed = changed.where(Rule.id.in_(rule_ids))
    found = asked_by(person_ids, {f"rule:{row.id}": row.due_plan for row in rows(changed)})
    if not found:
        return 0
    people = {row.person_id for _plan, row in found}
    other = ask_anew(found, accounts.works_of(people), accounts.latest_intakes(people))
    if other:
        date_anew(set(other))
    return len(other)
