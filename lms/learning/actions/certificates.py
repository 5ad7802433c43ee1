"""Giving certificates and taking them back; rules of certificates.

A certificate is given in the transaction of the line of the log that earns it, the person's row being locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from lms.accounts.events import Settled, Told
from lms.assignments import actions as duties
from lms.assignments.events import HoldingChanged
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import day_of, today
from lms.core.texts import text
from lms.learning.events import CertificateIssued
from lms.learning.models import Certificate, CertificatePlan
from lms.learning.queries.certificates import row_of, terms_of
from lms.learning.rules import certificates as rules
from lms.learning.rules.certificates import OCCASION, REF, Span, Terms
from lms.records.actions import append, lock_people
from lms.records.events import Verb
from lms.records.models import Record, Standing

TOPIC = "duty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wrote about a plan. refresher_id: None = the document again."""

    document_id: int
    name: str
    terms: Terms
    refresher_id: int | None = None


def make_plan(actor: Actor, draft: Draft) -> CertificatePlan:
    """Let the completion of a document give a certificate from now on. Raises Invalid, NotFound, Conflict."""
    _checked(draft)
    if session().scalar(select(CertificatePlan.id).where(CertificatePlan.document_id == draft.document_id)):
        raise Conflict(
            text("这份内容已经有证书规则，请改那一条。"), fields={"document": text("一份内容只有一条证书规则。")}
        )
    plan = CertificatePlan(
        document_id=draft.document_id,
        name=draft.name.strip(),
        valid_days=draft.terms.valid_days,
        renew_days=draft.terms.renew_days,
        grace_days=draft.terms.grace_days,
        refresher_id=draft.refresher_id,
        active=True,
        made_by=actor.id or None,
        made_at=clock.now(),
    )
    session().add(plan)
    session().flush()
    audit(actor.id, "make", "certificate_plan", plan.id, after=_kept(plan))
    return plan


def change_plan(actor: Actor, plan_id: int, draft: Draft, *, active: bool = True) -> CertificatePlan:
    """Change the terms of a plan. Ends that are printed never move; window and grace count from today.

    Raises Invalid, NotFound. The document stays the one it is.
    """
    plan = session().get(CertificatePlan, plan_id, with_for_update=True)
    if plan is None:
        raise NotFound()
    _checked(draft)
    before = _kept(plan)
    plan.name, plan.refresher_id, plan.active = draft.name.strip(), draft.refresher_id, active
    plan.valid_days = draft.terms.valid_days
    plan.renew_days, plan.grace_days = draft.terms.renew_days, draft.terms.grace_days
    session().flush()
    audit(actor.id, "change", "certificate_plan", plan.id, before=before, after=_kept(plan))
    return plan


def _checked(draft: Draft) -> None:
    rules.checked(draft.name, draft.terms)
    for name, document_id in (("document", draft.document_id), ("refresher", draft.refresher_id)):
        if document_id is None:
            continue
        document = session().get(Document, document_id)
        if document is None or document.published_id is None:
            raise Invalid(
                text("证书规则没有保存，请看标出的地方。"), fields={name: text("选一份已发布、能学完的内容。")}
            )


def _kept(plan: CertificatePlan) -> dict[str, Any]:
    return {
        name: getattr(plan, name)
        for name in ("document_id", "name", "valid_days", "renew_days", "grace_days", "refresher_id", "active")
    }


def issue_for(person_id: int, document_id: int, revision_id: int | None) -> list[Certificate]:
    """Give what the completion of a document earns today, by each plan that it belongs to; the same again: nothing.

    What was earned is looked up, not believed: without a standing that says done nothing is given.
    """
    found = session().scalars(
        select(CertificatePlan)
        .where(
            CertificatePlan.active,
            or_(CertificatePlan.document_id == document_id, CertificatePlan.refresher_id == document_id),
        )
        .order_by(CertificatePlan.id)
    )
    given = []
    for plan in found:
        standing = session().get(Standing, (person_id, document_id))
        if standing is None or standing.state != "done":
            continue
        own = _own(plan.id, person_id)
        if plan.document_id != document_id and all(each.revoked_at for each in own):
            continue  # the refresher renews what somebody had; it is no way around the whole
        span = rules.next_span([row_of(each) for each in own], terms_of(plan), today())
        if span is not None:
            given.append(_give(None, plan, person_id, span, own, revision_id=revision_id))
    return given


def _own(plan_id: int, person_id: int) -> list[Certificate]:
    return list(
        session().scalars(
            select(Certificate)
            .where(Certificate.plan_id == plan_id, Certificate.person_id == person_id)
            .order_by(Certificate.id)
        )
    )


def _give(
    actor: Actor | None,
    plan: CertificatePlan,
    person_id: int,
    span: Span,
    before: Sequence[Certificate],
    *,
    revision_id: int | None = None,
) -> Certificate:
    lock_people([person_id])
    made = Certificate(
        plan_id=plan.id,
        person_id=person_id,
        code=rules.new_code(),
        issued_at=clock.now(),
        valid_from=span.from_on,
        valid_until=span.until_on,
    )
    session().add(made)
    session().flush()
    append(
        actor,
        person_id,
        Verb.CERTIFIED,
        document_id=plan.document_id,
        revision_id=revision_id,
        source="certificate",
        valid_until=span.until_on,
        ref=f"{REF}{made.code}",
    )
    for old in before:
        _settle_renewal(plan, old)
    emit(
        CertificateIssued(person_id=person_id, document_id=plan.document_id, code=made.code, valid_until=span.until_on)
    )
    emit(HoldingChanged(person_ids=(person_id,)))
    emit(
        Told(
            person_ids=(person_id,),
            topic=TOPIC,
            sentence=text("您取得了证书「%(name)s」，%(until)s。", name=plan.name, until=_until(span.until_on)),
            link=("learning.certificate", {"certificate_id": made.public_id}),
            key=f"certificate:{made.id}",
        )
    )
    return made


def _until(day: date | None) -> object:
    return text("长期有效") if day is None else text("有效期至 %(day)s", day=day)


def _settle_renewal(plan: CertificatePlan, old: Certificate) -> None:
    """Ask no more for the renewal of a certificate that has been renewed, by whatever way, and look no more at it."""
    for document_id in {plan.document_id, plan.refresher_id} - {None}:
        assert document_id is not None
        duties.withdraw_occasion([old.person_id], document_id, f"{OCCASION}{old.id}")
    for moment in ("soon", "grace", "lapsed"):
        emit(Settled(person_ids=(old.person_id,), key=f"certificate:{old.id}:{moment}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Whom a backfill would give a certificate. over: it would be over today by the day of their completion."""

    people: tuple[int, ...]
    over: tuple[int, ...]


def backfill_plan(terms: Terms, completed: Sequence[tuple[int, datetime]], *, from_today: bool, day: date) -> Backfill:
    """Return what a backfill gives. completed: person and when. from_today: it begins today, not on that day."""
    fresh: list[int] = []
    over: list[int] = []
    for person_id, at in completed:
        span = rules.span(day if from_today else day_of(at), terms.valid_days)
        last = rules.accepted_until(span.until_on, terms.grace_days)
        (fresh if last is None or last >= day else over).append(person_id)
    return Backfill(people=tuple(fresh), over=tuple(over))


def backfill(actor: Actor, plan_id: int, person_ids: Sequence[int], *, from_today: bool) -> int:
    """Give people (at most 100) who completed the document before there was a plan its certificate; return to how many.

    Whoever has one, or has not completed it, is left out: the same again gives nothing.
    """
    plan = session().get(CertificatePlan, plan_id)
    if plan is None or not plan.active:
        raise NotFound()
    lock_people(person_ids)
    given = 0
    for person_id in sorted(set(person_ids)):
        standing = session().get(Standing, (person_id, plan.document_id), populate_existing=True)
        if standing is None or standing.state != "done" or standing.last_done_at is None or _own(plan.id, person_id):
            continue
        terms, day = terms_of(plan), today()
        if backfill_plan(terms, [(person_id, standing.last_done_at)], from_today=from_today, day=day).people:
            start = day if from_today else day_of(standing.last_done_at)
            _give(actor, plan, person_id, rules.span(start, terms.valid_days), ())
            given += 1
    audit(actor.id, "backfill", "certificate_plan", plan.id, after={"given": given, "from_today": from_today})
    return given


def revoke(actor: Actor, public_id: str, reason: str) -> Certificate:
    """Take a certificate back, with what was renewed on it and has not begun. Who did it and why stays in the log.

    Raises NotFound, Invalid without a reason or for one's own, Conflict where it was taken back before.
    """
    reason = reason.strip()
    if not reason or len(reason) > rules.LONGEST_REASON:
        raise Invalid(
            text("请写明撤销的原因。"),
            fields={"reason": text("写 1–%(n)s 个字，本人和主管都看得到。", n=rules.LONGEST_REASON)},
        )
    found = session().scalars(select(Certificate).where(Certificate.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound()
    if found.person_id == actor.id:
        raise Invalid(text("不能撤销自己的证书，请另一位培训师来做。"))
    lock_people([found.person_id])
    session().refresh(found, with_for_update=True)
    if found.revoked_at is not None:
        raise Conflict(text("这张证书已经撤销，没有再次改动。"))
    plan = session().get_one(CertificatePlan, found.plan_id)
    for each in _own(plan.id, found.person_id):
        if each.id == found.id or (each.valid_from > max(found.valid_from, today()) and each.revoked_at is None):
            _revoke(actor, plan, each, reason)
    emit(HoldingChanged(person_ids=(found.person_id,)))
    emit(
        Told(
            person_ids=(found.person_id,),
            topic=TOPIC,
            sentence=text("您的证书「%(name)s」被撤销：%(reason)s", name=plan.name, reason=reason),
            link=("learning.certificate", {"certificate_id": found.public_id}),
            key=f"certificate:{found.id}:revoked",
        )
    )
    return found


def _revoke(actor: Actor, plan: CertificatePlan, one: Certificate, reason: str) -> None:
    one.revoked_at, one.revoked_by, one.revoked_why = clock.now(), actor.id or None, reason
    session().flush()
    _settle_renewal(plan, one)
    seq = session().scalar(
        select(Record.seq).where(
            Record.person_id == one.person_id, Record.verb == Verb.CERTIFIED, Record.ref == f"{REF}{one.code}"
        )
    )
    append(
        actor,
        one.person_id,
        Verb.REVOKED,
        document_id=plan.document_id,
        revision_id=None,
        source="manual",
        ref=f"{REF}{one.code}",
        corrects=seq,
        note=reason,
    )
    audit(actor.id, "revoke", "certificate", one.id, person_id=one.person_id)
