"""Reading what badges say: one's own certificate, what it is given for, which were taken back."""

import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from sqlalchemy import select

from lms.accounts.models import Person
from lms.content.models import Document
from lms.core import keys
from lms.core.access import Actor
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.core.here import settings
from lms.core.installation import company
from lms.integrations.rules import badges as rules
from lms.integrations.rules.badges import LIST_SIZE, Badge
from lms.learning.models import Certificate, CertificatePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a badge is given for. criteria: in one sentence."""

    plan: str
    name: str
    criteria: str


def given(plan: str) -> Given:
    """Return a kind of certificate. Raises NotFound."""
    row = rows(
        select(CertificatePlan.public_id, CertificatePlan.name, Document.title)
        .join(Document, Document.id == CertificatePlan.document_id)
        .where(CertificatePlan.public_id == plan)
    ).first()
    if row is None:
        raise NotFound()
    return Given(plan=row.public_id, name=row.name, criteria=_criteria(row.title))


def _criteria(title: str) -> str:
    return f"完成并通过《{title}》 (completed and passed)"


def own(actor: Actor, certificate_id: str, base: str) -> Badge:
    """Return one's own certificate as a badge. Raises NotFound for anybody else's and for one that was taken back."""
    row = rows(
        select(
            Certificate.id,
            Certificate.code,
            Certificate.valid_from,
            Certificate.valid_until,
            CertificatePlan.public_id.label("plan"),
            CertificatePlan.name,
            Document.title,
            Person.name.label("person"),
            Person.email,
        )
        .join(CertificatePlan, CertificatePlan.id == Certificate.plan_id)
        .join(Document, Document.id == CertificatePlan.document_id)
        .join(Person, Person.id == Certificate.person_id)
        .where(
            Certificate.public_id == certificate_id,
            Certificate.person_id == actor.id,
            Certificate.revoked_at.is_(None),
        )
    ).first()
    if row is None:
        raise NotFound()
    people = [("name", row.person or "")]
    if row.email:
        people.insert(0, ("emailAddress", row.email.strip().lower()))
    return Badge(
        base=base,
        company=company(),
        code=row.code,
        name=row.name,
        plan=row.plan,
        criteria=_criteria(row.title),
        people=tuple(people),
        salt=hmac.new(settings().secret_key.encode(), f"badge {row.code}".encode(), sha256).hexdigest()[:24],
        begins=_midnight(row.valid_from),
        ends=_midnight(row.valid_until + timedelta(days=1)) if row.valid_until else None,
        number=row.id - 1,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=settings().timezone).astimezone(UTC)


def signed(badge: Badge) -> str | None:
    """Return the credential as a VC-JWT; None where there is no key."""
    whole = rules.claims(rules.credential(badge), badge.begins, badge.ends)
    return _sign(whole, badge.base)


def _sign(whole: dict[str, object], base: str) -> str | None:
    """Sign, and say in the header where the key is to be had."""
    public = keys.public_keys()
    if not public:
        return None
    return keys.sign(whole, kid=f"{base}/badges/keys/{public[0]['kid']}", typ="JWT")


def status(number: int, base: str, at: datetime) -> str:
    """Return a status list, signed. Raises NotFound where no certificate can be on it."""
    first = number * LIST_SIZE + 1
    if not rows(select(Certificate.id).where(Certificate.id >= first).limit(1)).first():
        raise NotFound()
    found = rows(
        select(Certificate.id).where(
            Certificate.id >= first, Certificate.id < first + LIST_SIZE, Certificate.revoked_at.is_not(None)
        )
    )
    whole = rules.status_list(base, company(), number, [row.id - first for row in found], at)
    signed = _sign(rules.claims(whole, at, None), base)
    if signed is None:
        raise NotFound()
    return signed
