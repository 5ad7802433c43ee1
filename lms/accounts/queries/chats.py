"""Reading who of ours is who on a chat platform."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from lms.accounts.models import ChatAccount, Person
from lms.accounts.platforms import Who
from lms.accounts.rules.phones import digits
from lms.core.db import rows, session


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which person a platform's account is. by: account | employee_no | phone | email, "" = nobody was found.

    why_not: nobody | several (what the platform vouches for fits more than one) | taken (the one whom it fits is known
    there under another account).
    """

    person_id: int | None = None
    by: str = ""
    why_not: str = ""


def match(platform: str, who: Who) -> Match:
    """Return who of those who work here this is: by the account, else by what the platform vouches for."""
    known = rows(
        select(ChatAccount.person_id)
        .join(Person, Person.id == ChatAccount.person_id)
        .where(ChatAccount.platform == platform, ChatAccount.user_id == who.user_id, Person.active)
    ).scalar()
    if known is not None:
        return Match(person_id=known, by="account")
    found = {by: ids for by, ids in _vouched_for(who).items() if ids}
    people = set().union(*found.values())
    if not people:
        return Match(why_not="nobody")
    if len(people) > 1:
        return Match(why_not="several")
    person_id = people.pop()
    other = session().get(ChatAccount, (person_id, platform))
    if other is not None and other.user_id is not None:
        return Match(why_not="taken")
    return Match(person_id=person_id, by=next(iter(found)))


def _vouched_for(who: Who) -> dict[str, set[int]]:
    phone = digits(who.phone)
    fits = []
    if who.employee_no:
        fits.append(Person.employee_no == who.employee_no)
    if phone:
        fits.append(Person.phone.endswith(phone[-4:], autoescape=True))
    if who.email:
        fits.append(func.lower(Person.email) == who.email.lower())
    if not fits:
        return {}
    people: list[Any] = list(
        rows(select(Person.id, Person.employee_no, Person.phone, Person.email).where(Person.active, or_(*fits)))
    )
    return {
        "employee_no": {p.id for p in people if who.employee_no and p.employee_no == who.employee_no},
        "phone": {p.id for p in people if phone and digits(p.phone or "") == phone},
        "email": {p.id for p in people if who.email and (p.email or "").lower() == who.email.lower()},
    }


def accounts_of(person_id: int) -> frozenset[str]:
    """Return the platforms on which a person is known."""
    statement = select(ChatAccount.platform).where(ChatAccount.person_id == person_id, ChatAccount.user_id.is_not(None))
    return frozenset(rows(statement).scalars())
