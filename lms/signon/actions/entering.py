"""Signing in and out through the company's sign-on: who is known, who is new, what the groups say."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import CursorResult, delete, select

from lms.accounts import queries
from lms.accounts.actions import people
from lms.accounts.models import Person
from lms.accounts.rules.staff import NUMBER
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import settings
from lms.signon.actions import groups
from lms.signon.models import SignonAccount, SignonVisit
from lms.signon.queries.people import Found, find
from lms.signon.rules.oidc import SKEW, Visitor

KEPT = timedelta(days=15)
"""How long a visit is kept: a little longer than a session lasts."""
SOURCE = "oidc"


def enter(actor: Actor, who: Visitor, id_token: str) -> tuple[Found, str]:
    """Let somebody in whom the provider vouches for; return who it is and what the session keeps of the visit.

    actor: the machine. Who is nobody here is entered where the installation says so. Roles and team follow the groups
    before the session begins.
    """
    found = find(who)
    if found.why_not == "nobody" and settings().oidc_create and NUMBER.fullmatch(who.number):
        found = Found(person_id=_new(actor, who))
    if found.person_id is None:
        return found, ""
    people.lock([found.person_id])
    found = find(who)  # again, now that nobody else can be let in as the same person meanwhile
    if found.person_id is None:
        return found, ""
    if session().get(SignonAccount, (found.person_id, who.issuer)) is None:
        session().add(SignonAccount(person_id=found.person_id, issuer=who.issuer, subject=who.subject, at=clock.now()))
        audit(actor.id, "signon.linked", "signon_account", who.issuer, person_id=found.person_id)
    if settings().group_roles and who.groups is not None:
        groups.apply(actor, found.person_id, who.groups, SOURCE)
    visit = SignonVisit(
        person_id=found.person_id, issuer=who.issuer, sid=who.sid, id_token=id_token, began_at=clock.now()
    )
    session().add(visit)
    session().flush()
    return found, visit.public_id


def _new(actor: Actor, who: Visitor) -> int:
    wanted = groups.what_is_meant(who.groups or ())
    team_id = wanted.team_id or queries.root_id()
    if team_id is None:
        raise NotFound()
    person = people.hire(
        actor,
        employee_no=who.number,
        name=(who.name or who.number)[:80],
        team_id=team_id,
        email=who.email[:200],
    )
    return person.id


def end(actor: Actor, *, issuer: str, subject: str, sid: str, at: int) -> int:
    """Sign those out everywhere whose session at the provider has ended; return of how many people.

    at: when it ended, in seconds since 1970. Who has signed in again since then stays in, so that the same word sent
    once more does nothing.
    """
    current = session()
    fits = [SignonVisit.issuer == issuer, SignonVisit.began_at <= datetime.fromtimestamp(at + SKEW, UTC)]
    if sid:
        fits.append(SignonVisit.sid == sid)
    if subject:
        owner = select(SignonAccount.person_id).where(SignonAccount.issuer == issuer, SignonAccount.subject == subject)
        fits.append(SignonVisit.person_id.in_(owner))
    ids = sorted(set(current.scalars(select(SignonVisit.person_id).where(*fits))))
    for person in people.lock(ids) if ids else []:
        person.session_version += 1
        audit(actor.id, "sessions.ended", "person", person.id, person_id=person.id, after={"by": "sign-on"})
    current.execute(delete(SignonVisit).where(SignonVisit.person_id.in_(ids), *fits[:2]))
    return len(ids)


def unlink(actor: Actor, person_id: int) -> None:
    """Forget who somebody is at the provider, so that the next account with the number is theirs. Raises NotFound."""
    done = session().execute(delete(SignonAccount).where(SignonAccount.person_id == person_id))
    assert isinstance(done, CursorResult)
    if not done.rowcount:
        raise NotFound()
    session().get_one(Person, person_id, with_for_update=True).session_version += 1
    audit(actor.id, "signon.unlinked", "signon_account", "", person_id=person_id)


def forget_visits() -> int:
    """Delete visits whose sessions have run out; return how many."""
    done = session().execute(delete(SignonVisit).where(SignonVisit.began_at < clock.now() - KEPT))
    assert isinstance(done, CursorResult)
    return done.rowcount
