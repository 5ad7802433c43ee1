"""Reading who of ours somebody at the company's sign-on is."""

from dataclasses import dataclass

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.accounts.rules.sign_in import login_name
from lms.core.db import rows, session
from lms.signon.models import SignonAccount, SignonVisit
from lms.signon.rules.oidc import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Who somebody is. why_not: nobody | several | taken (known there under another account) | closed; "" = found."""

    person_id: int | None = None
    why_not: str = ""


def find(who: Visitor) -> Found:
    """Return who of ours this is: by the account, else by the employee number, else by a mail address in its place."""
    known = rows(
        select(Person.id, Person.active)
        .join(SignonAccount, SignonAccount.person_id == Person.id)
        .where(SignonAccount.issuer == who.issuer, SignonAccount.subject == who.subject)
    ).one_or_none()
    if known is not None:
        return Found(person_id=known.id) if known.active else Found(why_not="closed")
    if not who.number:
        return Found(why_not="nobody")
    people = rows(select(Person.id, Person.active).where(Person.login_name == login_name(who.number))).all()
    if not people and "@" in who.number:
        by_mail = func.lower(Person.email) == who.number.lower()
        people = rows(select(Person.id, Person.active).where(by_mail, Person.active).limit(2)).all()
    if len(people) != 1:
        return Found(why_not="several" if people else "nobody")
    if not people[0].active:
        return Found(why_not="closed")
    person_id = people[0].id
    if session().get(SignonAccount, (person_id, who.issuer)) is not None:
        return Found(why_not="taken")
    return Found(person_id=person_id)


def visit(public_id: str) -> SignonVisit | None:
    """Return a sign-in through the provider by what the session has kept."""
    return session().scalars(select(SignonVisit).where(SignonVisit.public_id == public_id)).one_or_none()
