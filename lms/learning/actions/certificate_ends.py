"""Noticing that a certificate ends: what renews it is given before, the end itself is noted once."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import String, cast, exists, func, literal, select
from sqlalchemy.orm import aliased

from lms.accounts import queries as accounts
from lms.accounts.events import Told
from lms.accounts.models import Person
from lms.assignments import actions as duties
from lms.assignments.events import HoldingChanged
from lms.assignments.models import Assignment
from lms.content.models import Document
from lms.core import clock
from lms.core.bus import emit
from lms.core.db import session
from lms.core.here import today
from lms.core.texts import Text, text
from lms.learning.actions.certificates import TOPIC
from lms.learning.models import Certificate, CertificatePlan
from lms.learning.queries.certificates import row_of, terms_of
from lms.learning.rules import certificates as rules
from lms.learning.rules.certificates import OCCASION, REF, State
from lms.records.actions import lock_people

_later = aliased(Certificate)
_DUE: Any = (
    select(Certificate.id)
    .join(CertificatePlan, CertificatePlan.id == Certificate.plan_id)
    .join(Person, Person.id == Certificate.person_id)
    .where(
        CertificatePlan.active,
        Person.active,
        Certificate.revoked_at.is_(None),
        Certificate.lapsed_at.is_(None),
        Certificate.valid_until.is_not(None),
        ~exists().where(
            _later.plan_id == Certificate.plan_id,
            _later.person_id == Certificate.person_id,
            _later.revoked_at.is_(None),
            _later.valid_from > Certificate.valid_from,
        ),
    )
    .order_by(Certificate.id)
)


def ending(day: date) -> list[int]:
    """Return the certificates about which something is to be done: a renewal to be given, an end to be noticed."""
    asked = exists().where(
        Assignment.person_id == Certificate.person_id,
        Assignment.occasion == literal(OCCASION) + cast(Certificate.id, String),
    )
    horizon = session().scalar(select(func.max(CertificatePlan.renew_days)).where(CertificatePlan.active)) or 0
    found = session().execute(
        _DUE.where(Certificate.valid_until <= day + timedelta(days=horizon)).add_columns(
            Certificate.valid_until,
            CertificatePlan.valid_days,
            CertificatePlan.renew_days,
            CertificatePlan.grace_days,
            asked.label("asked"),
        )
    )
    return [
        row.id
        for row in found
        if (not row.asked and day >= rules.renewable_from(row.valid_until, row.renew_days))
        or day > row.valid_until + timedelta(days=row.grace_days)
    ]


def notice_ends(certificate_ids: Sequence[int]) -> int:
    """Give the renewal to those whose certificate (at most 100) ends soon, and note those that are over, each once.

    Returns how many things were done. What has been renewed or taken back since is left alone.
    """
    day = today()
    people = list(session().scalars(select(Certificate.person_id).where(Certificate.id.in_(list(certificate_ids)))))
    lock_people(people)
    still = set(session().scalars(_DUE.where(Certificate.id.in_(list(certificate_ids)))))
    done = 0
    for one in session().scalars(select(Certificate).where(Certificate.id.in_(still)).order_by(Certificate.id)):
        plan = session().get_one(CertificatePlan, one.plan_id)
        assert one.valid_until is not None
        done += _ask_to_renew(plan, one, day)
        state = rules.state_of(row_of(one), (), terms_of(plan), day)
        if state is State.LAPSED:
            one.lapsed_at = clock.now()
            _tell(
                plan,
                one,
                "lapsed",
                text(
                    "您的证书「%(name)s」%(day)s 到期，已经失效。完成复训后恢复。",
                    name=plan.name,
                    day=one.valid_until,
                ),
            )
            _tell_lead(plan, one)
            emit(HoldingChanged(person_ids=(one.person_id,)))
            done += 1
    session().flush()
    return done


def _ask_to_renew(plan: CertificatePlan, one: Certificate, day: date) -> int:
    assert one.valid_until is not None
    document_id = plan.refresher_id or plan.document_id
    occasion = f"{OCCASION}{one.id}"
    known = session().scalar(
        select(Assignment.id).where(Assignment.person_id == one.person_id, Assignment.occasion == occasion)
    )
    document = session().get(Document, document_id)
    if known is not None or day < rules.renewable_from(one.valid_until, plan.renew_days):
        return 0
    if document is None or document.state != "published":
        return 0  # what can't be opened can't be asked for; the page of plans says so
    due_on = one.valid_until if one.valid_until >= day else day + timedelta(days=rules.LATE_DAYS)
    duties.assign(
        None,
        [one.person_id],
        document_id,
        kind="expiry",
        ref=f"{REF}{one.id}",
        occasion=occasion,
        due_on=due_on,
        starts_on=day,
    )
    if one.valid_until >= day:
        _tell(
            plan,
            one,
            "soon",
            text(
                "您的证书「%(name)s」%(day)s 到期，现在就可以续期，原来的天数不会少。",
                name=plan.name,
                day=one.valid_until,
            ),
        )
    return 1


def _tell(plan: CertificatePlan, one: Certificate, moment: str, sentence: Text) -> None:
    emit(
        Told(
            person_ids=(one.person_id,),
            topic=TOPIC,
            sentence=sentence,
            link=("learning.certificate", {"certificate_id": one.public_id}),
            key=f"certificate:{one.id}:{moment}",
        )
    )


def _tell_lead(plan: CertificatePlan, one: Certificate) -> None:
    lead = accounts.lead_of(one.person_id)
    if lead is None:
        return
    emit(
        Told(
            person_ids=(lead,),
            topic=TOPIC,
            sentence=text(
                "%(person)s 的证书「%(name)s」已经失效，靠它接待的队列已关上。",
                person=session().get_one(Person, one.person_id).name or "",
                name=plan.name,
            ),
            link=("learning.certificate", {"certificate_id": one.public_id}),
            key=f"certificate:{one.id}:lapsed:lead",
        )
    )
