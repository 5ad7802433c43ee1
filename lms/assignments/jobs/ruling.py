"""Applying rules to everybody: once after each change, and every day, because hire dates and certificates move on."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, select, update

from lms.accounts.models import Person
from lms.assignments.actions.give import TOGETHER
from lms.assignments.actions.keeping import IS_OUT_OF_STEP, keep_in_step
from lms.assignments.actions.soon import RULES
from lms.assignments.models import Assignment, AssignmentReason, Rule
from lms.assignments.queries.facts import KINDS, facts_of, given_by, standing_rules
from lms.assignments.rules import READ
from lms.assignments.rules.plans import plan
from lms.content.models import Document
from lms.core.db import rows, session, transaction
from lms.core.here import today
from lms.core.jobs import drain_ids


def recompute(rule_ids: Collection[int] | None = None) -> int:
    """Bring everybody's duties in step with all rules, or with these; return how many people it concerned.

    Opens its own transactions, 100 people in each; stopped half-way it goes on with the rest when called again.
    """
    session().rollback()
    seen = rows(
        select(Rule.id, Rule.version)
        .join(Document, Document.id == Rule.document_id)
        .where(Rule.occasion != READ, Document.state == "published", _named(rule_ids))
    ).all()
    standing = standing_rules(rule_ids)
    steps = plan(standing, facts_of(None, standing), given_by(standing))
    people = sorted({step.person_id for step in steps} | _changed_day(rule_ids) | _out_of_step())
    session().rollback()
    for start in range(0, len(people), TOGETHER):
        with transaction():
            keep_in_step(people[start : start + TOGETHER], rule_ids)
    with transaction() as current:
        for rule_id, version in seen:
            current.execute(update(Rule).where(Rule.id == rule_id, Rule.version == version).values(applied_on=today()))
    return len(people)


def _named(rule_ids: Collection[int] | None) -> ColumnElement[bool]:
    return Rule.id.in_(rule_ids) if rule_ids is not None else Rule.id.is_not(None)


def _out_of_step() -> set[int]:
    """Return whose duties have a state that neither their reasons nor their person explain."""
    found = rows(
        select(Assignment.person_id)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.state.in_(("open", "withdrawn", "optional")), IS_OUT_OF_STEP)
        .distinct()
    )
    return set(found.scalars())


def _changed_day(rule_ids: Collection[int] | None) -> set[int]:
    """Return of whom a rule that was changed asks something, maybe by another day now."""
    changed = [
        f"rule:{id}"
        for id in rows(
            select(Rule.id).where(
                Rule.active, Rule.applied_on.is_(None), Rule.changed_at.is_not(None), Rule.occasion != READ,
                _named(rule_ids),
            )
        ).scalars()
    ]  # fmt: skip
    if not changed:
        return set()
    found = rows(
        select(Assignment.person_id)
        .join(AssignmentReason, AssignmentReason.assignment_id == Assignment.id)
        .where(AssignmentReason.kind.in_(KINDS), AssignmentReason.ref.in_(changed), AssignmentReason.until.is_(None))
        .distinct()
    )
    return set(found.scalars())


def keep_rules() -> int:
    """Apply the rules that were changed since they were last applied, and each of them once a day.

    Before that, bring in step whom a change of many people at once has left to the worker.
    """
    kept = drain_ids(RULES, keep_in_step)
    due = list(
        rows(
            select(Rule.id)
            .join(Document, Document.id == Rule.document_id)
            .where(
                Rule.occasion != READ,
                Document.state == "published",
                or_(Rule.applied_on.is_(None), Rule.active & (Rule.applied_on < today())),
            )
        ).scalars()
    )
    session().rollback()
    return kept + (recompute(due) if due else 0)
