"""Verbs of award rules: write one, change its terms from a period on, stop it."""

from datetime import date

from sqlalchemy import func, select

from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import insert_new, locked, new_public_id, session
from lms.core.errors import Conflict, Invalid
from lms.core.here import today
from lms.core.texts import text
from lms.performance.queries import figures
from lms.performance.rules.periods import Grain, Period, period, period_of
from lms.reviews.models import AwardRule, AwardTerms
from lms.reviews.queries import awards as reading
from lms.reviews.rules.awards import SHIPPED, Terms, checked

AHEAD = 400
"""Days: so far in the future terms may begin."""


def make_rule(actor: Actor, *, kind: str, grain: str, begins: str, terms: Terms) -> AwardRule:
    """Write a new award. begins: the first period that it is for ("2026Q4"), not before the one that ended last.

    Raises Invalid with everything that is wrong.
    """
    checked(terms, kind, grain, metrics=figures.metrics())
    first = _begins(begins, Grain(grain), back=1)
    rule = AwardRule(
        public_id=new_public_id(),
        kind=kind,
        grain=grain,
        begun_on=first.start,
        made_by=actor.id or None,
        made_at=clock.now(),
    )
    session().add(rule)
    session().flush()
    _write(actor, rule, 1, first.start, terms)
    audit(actor.id, "award_rule.make", "award_rule", rule.id, after=_plain(terms))
    return rule


def change_rule(actor: Actor, public_id: str, *, begins: str, terms: Terms) -> AwardRule:
    """Give an award other terms from a period on, the present one at the earliest: what was announced stays.

    Raises NotFound, Invalid, Conflict where later terms are known already.
    """
    rule = kept(actor, public_id)
    checked(terms, rule.kind, rule.grain, metrics=figures.metrics())
    first = _begins(begins, Grain(rule.grain), back=0)
    last = (
        session()
        .scalars(select(AwardTerms).where(AwardTerms.rule_id == rule.id).order_by(AwardTerms.version.desc()).limit(1))
        .one()
    )
    if reading.version_of(last).terms == terms:
        return rule
    if last.from_on > first.start:
        raise Conflict(text("已经定了从 %(day)s 起的新规则，请从那天或以后改。", day=last.from_on), code="later")
    _write(actor, rule, last.version + 1, first.start, terms)
    audit(
        actor.id,
        "award_rule.change",
        "award_rule",
        rule.id,
        before=_plain(reading.version_of(last).terms),
        after=_plain(terms),
    )
    return rule


def set_active(actor: Actor, public_id: str, *, active: bool) -> AwardRule:
    """Stop an award, or take it up again. What was awarded stays. Raises NotFound."""
    rule = kept(actor, public_id)
    if rule.active != active:
        rule.active = active
        audit(
            actor.id,
            "award_rule.active",
            "award_rule",
            rule.id,
            before={"active": not active},
            after={"active": active},
        )
        session().flush()
    return rule


def kept(actor: Actor, public_id: str) -> AwardRule:
    """Return the row of an award, locked; of a shipped one it is made now. Raises NotFound."""
    if public_id in SHIPPED:
        made = SHIPPED[public_id]
        row = {"public_id": public_id, "kind": made.kind, "grain": made.grain, "active": True, "made_at": clock.now()}
        insert_new(AwardRule, ["public_id"], [row])
    rule = locked(AwardRule, public_id)
    known = select(func.count()).select_from(AwardTerms).where(AwardTerms.rule_id == rule.id)
    if not session().scalar(known):
        _write(actor, rule, 1, reading.ALWAYS, SHIPPED[public_id].terms)
    return rule


def _begins(written: str, grain: Grain, *, back: int) -> Period:
    """Return the period from which terms stand. back: how many periods before the present one it may be."""
    first = period(written)
    here = earliest = period_of(today(), grain)
    for _ in range(back):
        earliest = earliest.before
    wrong = None
    if first.grain is not grain:
        wrong = text("这里写 %(example)s 这样的周期。", example=str(here))
    elif first.start < earliest.start:
        wrong = text("最早从 %(period)s 起：已经过去的周期按当时公布的规则评。", period=str(earliest))
    elif (first.start - today()).days > AHEAD:
        wrong = text("最晚从一年内的周期起。")
    if wrong is not None:
        raise Invalid(wrong, fields={"begins": wrong})
    return first


def _write(actor: Actor, rule: AwardRule, version: int, from_on: date, terms: Terms) -> None:
    session().add(
        AwardTerms(
            rule_id=rule.id,
            version=version,
            from_on=from_on,
            name=terms.name,
            words=terms.words,
            measure=terms.measure.as_plain(),
            winners=terms.winners,
            amount_fen=terms.amount_fen,
            made_by=actor.id or None,
            made_at=clock.now(),
        )
    )
    session().flush()


def _plain(terms: Terms) -> dict[str, object]:
    return {
        "name": terms.name,
        "measure": terms.measure.as_plain(),
        "winners": terms.winners,
        "amount_fen": terms.amount_fen,
    }
