"""Builders of rules for tests."""

from typing import Any

from lms.accounts import actions as accounts
from lms.accounts.models import Person, PersonTag
from lms.accounts.queries import console
from lms.assignments import actions
from lms.assignments.audience import Audience
from lms.assignments.due_plans import DuePlan
from lms.assignments.jobs.ruling import recompute
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason, Rule
from lms.content.models import Document
from lms.core.access import Actor
from lms.core.db import session, transaction


def a_rule(document: Document, *, actor: Actor | None = None, due: DuePlan | None = None, **values: Any) -> Rule:
    """Return a rule that is applied to everybody. values: of make_rule, or of its audience."""
    of_rule = {name: values.pop(name) for name in list(values) if name in OF_RULE}
    with transaction():
        rule = actions.make_rule(
            actor,
            name=of_rule.pop("name", "规则"),
            document_id=document.id,
            audience=Audience(**values),
            due_plan=due or DuePlan(),
            **of_rule,
        )
        rule_id = rule.id
    recompute([rule_id])
    return session().get_one(Rule, rule_id)


OF_RULE = frozenset({"name", "occasion", "source", "source_ref", "from_on", "until_on"})


def stopped(rule: Rule) -> None:
    rule_id = rule.id
    with transaction():
        actions.stop_rule(None, rule_id)
    recompute([rule_id])


def tagged(person: Person, *tags: str) -> None:
    with transaction():
        accounts.set_tags(console(), person.id, tags)


def tags_of(person: Person) -> set[str]:
    return {row.tag for row in session().query(PersonTag).filter_by(person_id=person.id)}


def duty_of(person: Person, document: Document) -> Assignment | None:
    session().expire_all()
    return session().query(Assignment).filter_by(person_id=person.id, document_id=document.id).one_or_none()


def state_of(person: Person, document: Document) -> str | None:
    found = duty_of(person, document)
    return found.state if found is not None else None


def snapshot() -> list[tuple[Any, ...]]:
    """Return everything that rules decide, without what merely tells when."""
    session().expire_all()
    reasons: dict[int, list[Any]] = {}
    for reason in session().query(AssignmentReason):
        reasons.setdefault(reason.assignment_id, []).append(
            (reason.kind, reason.ref, reason.until is None, str(reason.due_on))
        )
    items: dict[int, list[Any]] = {}
    for item in session().query(AssignmentItem):
        items.setdefault(item.assignment_id, []).append((item.position, item.document_id, str(item.due_on)))
    return sorted(
        (each.person_id, each.document_id, each.occasion, each.state, str(each.due_on), str(each.next_due_on),
         sorted(reasons.get(each.id, [])), sorted(items.get(each.id, [])))
        for each in session().query(Assignment)
    )  # fmt: skip
