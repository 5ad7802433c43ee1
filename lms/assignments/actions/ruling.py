"""Rules: who gets what by itself, and keeping duties in step with them, both ways.

A rule is written first and applied after (`jobs.ruling.recompute`, 100 people in a transaction); until then its
`applied_on` is empty, so that a worker finishes what a request began. Kept in step person by person where somebody is
hired, moves, leaves or comes back.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from lms.assignments.actions.give import TOGETHER
from lms.assignments.actions.keeping import keep_in_step
from lms.assignments.audience import HIRED_LATELY, Audience, of_positions
from lms.assignments.due_plans import DuePlan
from lms.assignments.models import Rule
from lms.assignments.queries.facts import lately_hired
from lms.assignments.rules import READ
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text

LONGEST = 80
"""Characters of a rule's name."""


def make_rule(
    actor: Actor | None,
    *,
    name: str,
    document_id: int,
    audience: Audience,
    due_plan: DuePlan,
    occasion: str = "once",
    source: str = "manual",
    source_ref: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
) -> Rule:
    """Write a rule; `jobs.ruling.recompute([rule.id])` applies it, else the worker does within a minute.

    from_on: of another occasion than once also the day from which completions count. Raises Invalid, NotFound.
    """
    document = session().get(Document, document_id)
    if document is None or document.published_id is None:
        raise NotFound()
    _check(name, from_on, until_on)
    rule = Rule(
        name=name.strip(),
        document_id=document_id,
        source=source,
        source_ref=source_ref,
        audience=audience.to_json(),
        occasion=occasion,
        due_plan=due_plan.to_json(),
        from_on=from_on,
        until_on=until_on,
        made_by=_id(actor),
        created_at=clock.now(),
    )
    session().add(rule)
    session().flush()
    audit(_id(actor), "rule.made", "rule", rule.id, after=_noted(rule))
    return rule


def change_rule(
    actor: Actor | None,
    rule_id: int,
    *,
    name: str,
    audience: Audience,
    due_plan: DuePlan,
    from_on: date | None = None,
    until_on: date | None = None,
) -> Rule:
    """Change whom a rule means or by when. It is applied as a new one is. Raises Conflict for one that was stopped."""
    rule = _locked(rule_id)
    if not rule.active:
        raise Conflict(text("这条规则已经停用。"))
    _check(name, from_on, until_on)
    before = _noted(rule)
    rule.name, rule.audience, rule.due_plan = name.strip(), audience.to_json(), due_plan.to_json()
    rule.from_on, rule.until_on = from_on, until_on
    if _noted(rule) != before:
        _touch(rule, actor)
        audit(_id(actor), "rule.changed", "rule", rule.id, before=before, after=_noted(rule))
    session().flush()
    return rule


def stop_rule(actor: Actor | None, rule_id: int) -> None:
    """Let a rule ask no more. What was begun is kept as optional, what was done stays done. Again changes nothing."""
    rule = _locked(rule_id)
    if rule.active:
        rule.active = False
        _touch(rule, actor)
        audit(_id(actor), "rule.stopped", "rule", rule.id)
        session().flush()


def _locked(rule_id: int) -> Rule:
    rule = session().scalars(select(Rule).where(Rule.id == rule_id).with_for_update()).one_or_none()
    if rule is None or rule.occasion == READ:
        raise NotFound()
    return rule


def _touch(rule: Rule, actor: Actor | None) -> None:
    rule.version += 1
    rule.applied_on = None
    rule.changed_at = clock.now()
    if actor is not None:
        rule.made_by = _id(actor)


def _id(actor: Actor | None) -> int | None:
    return (actor.id or None) if actor is not None else None


def _check(name: str, from_on: date | None, until_on: date | None) -> None:
    if len(name.strip()) > LONGEST:
        reason = text("最多 %(n)s 个字。", n=LONGEST)
        raise Invalid(reason, fields={"name": reason})
    if from_on is not None and until_on is not None and until_on < from_on:
        reason = text("结束日早于开始日。")
        raise Invalid(reason, fields={"until_on": reason})


def _noted(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "audience": rule.audience,
        "due_plan": rule.due_plan,
        "from_on": rule.from_on.isoformat() if rule.from_on else None,
        "until_on": rule.until_on.isoformat() if rule.until_on else None,
    }


def keep_rule(document_id: int, positions: Sequence[str]) -> set[str]:
    """Remember for which positions a curriculum is given on hire (its 岗位); return those that it was not before."""
    rule = (
        session()
        .scalars(select(Rule).where(Rule.document_id == document_id, Rule.source == "document", Rule.occasion != READ))
        .one_or_none()
    )
    before = set(rule.audience["positions"]) if rule is not None and rule.active else set()
    if rule is None:
        if positions:
            make_rule(
                None,
                name="",
                document_id=document_id,
                audience=of_positions(positions),
                due_plan=DuePlan(),
                source="document",
            )
    elif before != set(positions):
        if positions:
            rule.audience = of_positions(positions).to_json()
        rule.active = bool(positions)
        _touch(rule, None)
        session().flush()
    return set(positions) - before


def give_to_lately_hired(document_id: int, positions: Collection[str]) -> int:
    """Give a curriculum to who holds one of these positions and was hired before it was there; return to how many.

    Whoever came longer ago than `HIRED_LATELY` is left alone.
    """
    rule_ids = list(
        session().scalars(
            select(Rule.id).where(Rule.document_id == document_id, Rule.active, Rule.source == "document")
        )
    )
    if not rule_ids or not positions:
        return 0
    ids = lately_hired(positions, today() - timedelta(days=HIRED_LATELY))
    for start in range(0, len(ids), TOGETHER):
        keep_in_step(ids[start : start + TOGETHER], rule_ids)
    return len(ids)
