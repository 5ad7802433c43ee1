"""Verbs of deductions: rules, notice, appeal and its answer, and what becomes effective by the clock."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from lms.accounts.events import Settled, Told
from lms.accounts.models import Person
from lms.accounts.queries import holds, lead_of, seen
from lms.core import clock
from lms.core.access import Actor, Permission, Role
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, new_public_id, session
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import Text, text
from lms.reviews.models import Deduction, DeductionRule
from lms.reviews.queries import deductions as reading
from lms.reviews.rules.deductions import (
    OLDEST,
    USUAL,
    State,
    appeal_until,
    checked_rule,
    checked_words,
    is_due,
    may_appeal,
)


def make_rule(
    actor: Actor, *, item: str, points: int | None, red_line: bool, words: str, from_on: date | None, code: str = ""
) -> DeductionRule:
    """Write a rule that stands from a day on, today at the earliest: nothing is forbidden for the past.

    code: of a rule that it follows, "" = a new one. Raises Invalid.
    """
    item, words = " ".join(item.split()), words.strip()
    checked_rule(item, points, words)
    if from_on is None or not today() <= from_on <= today() + timedelta(days=400):
        wrong = text("从今天或以后一年内的一天起：以前的事按以前的规则。")
        raise Invalid(wrong, fields={"from_on": wrong})
    rule = DeductionRule(
        code=code or new_public_id(),
        item=item,
        points=points or 0,
        red_line=red_line,
        words=words,
        from_on=from_on,
        made_by=actor.id or None,
        made_at=clock.now(),
    )
    session().add(rule)
    session().flush()
    audit(
        actor.id,
        "deduction_rule.make",
        "deduction_rule",
        rule.id,
        after={"item": item, "points": points, "red_line": red_line, "from_on": from_on.isoformat()},
    )
    return rule


def change_rule(
    actor: Actor, public_id: str, *, item: str, points: int | None, red_line: bool, words: str, from_on: date | None
) -> DeductionRule:
    """Let a rule end the day before another takes its place. Raises NotFound, Invalid, Conflict where it has ended."""
    old = _standing(public_id)
    new = make_rule(actor, item=item, points=points, red_line=red_line, words=words, from_on=from_on, code=old.code)
    old.until_on = new.from_on - timedelta(days=1)
    session().flush()
    return new


def end_rule(actor: Actor, public_id: str) -> DeductionRule:
    """End a rule: nothing from tomorrow on falls under it. Raises NotFound, Conflict where it has ended."""
    rule = _standing(public_id)
    rule.until_on = max(today(), rule.from_on - timedelta(days=1))
    session().flush()
    audit(actor.id, "deduction_rule.end", "deduction_rule", rule.id, after={"until_on": rule.until_on.isoformat()})
    return rule


def _standing(public_id: str) -> DeductionRule:
    rule = locked(DeductionRule, public_id)
    if rule.until_on is not None:
        raise Conflict(text("这条规则已经停用或已有新的。"), code="ended")
    return rule


def adopt_usual(actor: Actor) -> int:
    """Take over the usual rules, from today on, that are not there yet; return how many were."""
    known = {each.code for each in reading.rules(every=True)}
    wanted = [each for each in USUAL if each.code not in known]
    for each in wanted:
        make_rule(
            actor,
            item=each.item.id,
            points=each.points,
            red_line=each.red_line,
            words=each.words.id,
            from_on=today(),
            code=each.code,
        )
    return len(wanted)


def give(
    actor: Actor, employee_no: str, *, rule_id: str, why: str, day: date | None, inspection: str = ""
) -> Deduction:
    """Note that somebody loses points by a rule that stood on the day; the person is told first and may appeal.

    inspection: public id of an effective inspection of the person that shows it, "" = none. Raises NotFound for who is
    not in the actor's scope, Invalid, Conflict where the inspection was used for this rule already.
    """
    person = session().scalars(select(Person).where(Person.employee_no == employee_no)).one_or_none()
    if person is None or person.id not in seen(actor, Permission.DEDUCTION_EDIT, [person.id]):
        raise NotFound()
    wrong: dict[str, Text] = {}
    rule = session().scalars(select(DeductionRule).where(DeductionRule.public_id == rule_id)).one_or_none()
    if person.id == actor.id:
        wrong["person"] = text("不能给自己扣分，请另一位主管来记。")
    if day is None or not today() - OLDEST <= day <= today():
        wrong["day"] = text("请填事情发生的日期，最近 %(n)s 天内。", n=OLDEST.days)
    if rule is None:
        wrong["rule"] = text("请选一条扣分规则。")
    elif day is not None and "day" not in wrong and not reading.stood(rule, day):
        wrong["rule"] = text("这条规则在那一天还没生效或已停用，不能用它。")
    try:
        why = checked_words("why", why)
    except Invalid as refused:
        wrong |= refused.fields
    if wrong or rule is None or day is None:
        raise Invalid(text("请看标出的地方。"), fields=wrong)
    ref = reading.inspection_of(person.id, inspection).public_id if inspection else ""
    if ref and _used(rule.id, ref):
        raise Conflict(text("这次质检已经按这条规则扣过分了。"), code="used")
    made = Deduction(
        person_id=person.id,
        rule_id=rule.id,
        points=rule.points,
        red_line=rule.red_line,
        why=why,
        day=day,
        source="inspection" if ref else "hand",
        source_ref=ref,
        given_by=actor.id,
        given_at=clock.now(),
        appeal_until=appeal_until(today()),
    )
    session().add(made)
    session().flush()
    audit(
        actor.id,
        "deduction.give",
        "deduction",
        made.id,
        person_id=person.id,
        after={"rule": rule.code, "points": rule.points, "day": day.isoformat()},
    )
    _tell(
        made,
        [person.id],
        text(
            "您有一条扣分通知：%(item)s，%(n)s 分。现在还不算数，%(day)s 前可以申诉。",
            item=Text(rule.item),
            n=rule.points,
            day=made.appeal_until,
        ),
        "given",
    )
    return made


def may_deduct(actor: Actor, employee_no: str) -> bool:
    """Return whether there is such a person in the actor's scope."""
    person_id = session().scalar(select(Person.id).where(Person.employee_no == employee_no))
    return person_id is not None and person_id in seen(actor, Permission.DEDUCTION_EDIT, [person_id])


def _used(rule_id: int, ref: str) -> bool:
    statement = select(Deduction.id).where(Deduction.rule_id == rule_id, Deduction.source_ref == ref)
    return session().scalar(statement) is not None


def appeal(actor: Actor, public_id: str, words: str) -> Deduction:
    """Appeal against a deduction of one's own, in time; the lead is told, or who gave it.

    Raises NotFound, Invalid, Conflict where the time is over or it was appealed already.
    """
    found = locked(Deduction, public_id)
    if found.person_id != actor.id:
        raise NotFound()
    if not may_appeal(found.state, found.appeal_until, today()):
        raise Conflict(text("申诉期已过，或已经申诉过。有新的情况请直接联系人事。"), code="over")
    found.appeal = checked_words("appeal", words)
    found.state, found.appealed_at = State.APPEALED, clock.now()
    session().flush()
    audit(actor.id, "deduction.appeal", "deduction", found.id, person_id=actor.id)
    _tell(
        found, _may_answer(found), text("%(name)s 对一条扣分提出申诉，等另一位主管答复。", name=actor.name), "appealed"
    )
    return found


def answer(actor: Actor, public_id: str, *, keep: bool, words: str) -> Deduction:
    """Answer an appeal: the deduction stays, or is withdrawn. Never by who gave it.

    Raises NotFound, Forbidden for who gave it or whose it is, Invalid without words, Conflict where none waits.
    """
    found = _within(actor, public_id)
    if actor.id in (found.given_by, found.person_id):
        raise Forbidden(text("申诉要由另一位主管答复，不能由扣分的人自己答。"))
    if found.state != State.APPEALED:
        raise Conflict(text("这条扣分没有等答复的申诉。"), code="answered")
    found.answer = checked_words("answer", words)
    found.state = State.UPHELD if keep else State.WITHDRAWN
    found.answered_by, found.answered_at = actor.id, clock.now()
    session().flush()
    audit(actor.id, "deduction.answer", "deduction", found.id, person_id=found.person_id, after={"state": found.state})
    sentence = (
        text("您的扣分申诉有答复了：维持。%(words)s", words=found.answer[:60])
        if keep
        else text("您的扣分申诉有答复了：撤销，不算数。%(words)s", words=found.answer[:60])
    )
    _settle_notices(found)
    _tell(found, [found.person_id], sentence, "answered")
    return found


def withdraw(actor: Actor, public_id: str, words: str) -> Deduction:
    """Take a deduction back, whatever its state. Raises NotFound, Forbidden, Invalid, Conflict if it is withdrawn."""
    found = _within(actor, public_id)
    if found.person_id == actor.id:
        raise Forbidden(text("不能撤销自己的扣分，请另一位主管处理。"))
    if found.state == State.WITHDRAWN:
        raise Conflict(text("这条扣分已经撤销了。"), code="withdrawn")
    before = found.state
    found.answer = checked_words("answer", words)
    found.state = State.WITHDRAWN
    found.answered_by, found.answered_at = actor.id, clock.now()
    session().flush()
    audit(
        actor.id,
        "deduction.withdraw",
        "deduction",
        found.id,
        person_id=found.person_id,
        before={"state": before},
        after={"state": found.state},
    )
    _settle_notices(found)
    _tell(found, [found.person_id], text("一条扣分已撤销，不算数：%(words)s", words=found.answer[:60]), "withdrawn")
    return found


def _within(actor: Actor, public_id: str) -> Deduction:
    found = locked(Deduction, public_id)
    if found.person_id not in seen(actor, Permission.DEDUCTION_EDIT, [found.person_id]):
        raise NotFound()
    return found


def _may_answer(found: Deduction) -> list[int]:
    """Return who is asked to answer an appeal: the lead; all of HR where the lead gave it, or there is none."""
    lead = lead_of(found.person_id)
    if lead is not None and lead != found.given_by:
        return [lead]
    others = session().scalars(select(Person.id).where(Person.active, holds(Role.HR, today())).order_by(Person.id))
    return [each for each in others if each not in (found.given_by, found.person_id)]


def waiting(day: date) -> list[str]:
    """Return the public ids of the deductions whose time for an appeal is over on a day."""
    statement = select(Deduction.public_id).where(
        Deduction.state.in_((State.NOTICED, State.UPHELD)), Deduction.appeal_until < day
    )
    return list(session().scalars(statement.order_by(Deduction.id)))


def make_effective(public_ids: Sequence[str]) -> int:
    """Let deductions count whose time for an appeal is over; return how many. Again changes nothing."""
    done = 0
    for public_id in public_ids:
        found = locked(Deduction, public_id)
        if is_due(found.state, found.appeal_until, today()):
            found.state, found.effective_at = State.EFFECTIVE, clock.now()
            session().flush()
            audit(None, "deduction.effective", "deduction", found.id, person_id=found.person_id)
            done += 1
    return done


def _tell(found: Deduction, people: Sequence[int], sentence: Text, what: str) -> None:
    if people:
        emit(
            Told(
                person_ids=tuple(people),
                topic="review",
                sentence=sentence,
                link=("reviews.deduction", {"deduction_id": found.public_id}),
                key=f"deduction:{found.id}:{what}",
            )
        )


def _settle_notices(found: Deduction) -> None:
    if people := _may_answer(found):
        emit(Settled(person_ids=tuple(people), key=f"deduction:{found.id}:appealed"))
