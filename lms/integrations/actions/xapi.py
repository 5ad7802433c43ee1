"""Verbs of the learning record store: put a fact on its way as a statement, void one, note how it went, send again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, select, update

from lms.core import clock, sendings
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session, wake
from lms.core.retention import kept
from lms.core.retrying import always_again_at
from lms.core.trouble import Trouble
from lms.integrations.models import XapiStatement
from lms.integrations.queries import xapi as reading
from lms.integrations.rules.webhooks import REST
from lms.integrations.rules.xapi import (
    AT_ONCE,
    WAITS,
    Activity,
    Result,
    Told,
    statement,
    statement_id,
    void_id,
    voiding,
)

LEASE = timedelta(minutes=2)
VOIDING = "void:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A statement that a worker holds. tries: this one included."""

    id: int
    statement_id: str
    person_id: int
    body: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What is to be told of a person. subject: what it is about, `quiz:…`; attempt: its public name, "" = none."""

    subject: str
    fact: str
    person_id: int
    verb: str
    activity: Activity
    at: datetime
    result: Result | None = None
    attempt: str = ""


def put(what: What, *, once: bool = False) -> bool:
    """Put a statement on its way; return whether one was. What was told of the subject before is voided first.

    once: only where nothing was told of the subject yet.
    """
    ground = reading.ground(what.person_id)
    before = reading.last(what.subject)
    if ground is None or (once and before is not None):
        return False
    if before is not None and not before.voided:
        void(before, what.at)
    number = before.number + 1 if before is not None else 0
    told = Told(
        id=statement_id(what.subject, number),
        verb=what.verb,
        home=ground.home,
        account=ground.account,
        language=ground.language,
        activity=what.activity,
        at=what.at,
        result=what.result,
        attempt=what.attempt,
    )
    _add(told.id, what.subject, number, what.fact, what.person_id, statement(told))
    return True


def void(told: XapiStatement, at: datetime) -> None:
    """Say that a statement no longer counts."""
    told.voided = True
    _add(
        void_id(told.statement_id),
        f"{VOIDING}{told.statement_id}",
        0,
        "Voided",
        told.person_id,
        voiding(told.statement_id, reading.home(), at),
    )


def void_last(subject: str, at: datetime) -> None:
    """Void what was last told of a subject, where something was that still counts."""
    before = reading.last(subject)
    if before is not None and not before.voided:
        void(before, at)


def _add(name: str, subject: str, number: int, fact: str, person_id: int, whole: object) -> None:
    now = clock.now()
    session().add(
        XapiStatement(
            statement_id=name,
            subject=subject,
            number=number,
            fact=fact,
            person_id=person_id,
            body=json.dumps(whole, ensure_ascii=False, separators=(",", ":")),
            at=now,
            due_at=now,
        )
    )
    session().flush()
    wake()


def lease(now: datetime) -> list[Held]:
    """Take statements that may go out, in order; of a person none before those that wait. Commit before sending."""
    found = (
        session()
        .scalars(
            select(XapiStatement)
            .where(reading.is_due(now))
            .order_by(XapiStatement.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        .all()
    )
    earlier = reading.first_waiting([row.person_id for row in found], [row.id for row in found]) if found else {}
    taken = []
    for row in found:
        if row.person_id in earlier and earlier[row.person_id] < row.id:
            continue
        row.lease_until, row.tries = now + LEASE, row.tries + 1
        taken.append(
            Held(id=row.id, statement_id=row.statement_id, person_id=row.person_id, body=row.body, tries=row.tries)
        )
    session().flush()
    return taken


def sent(held: Sequence[Held], answer: str) -> None:
    """Note that the store has these."""
    ids = [each.id for each in held]
    sendings.note(XapiStatement, ids, state="sent", sent_at=clock.now(), lease_until=None, answer=answer)


def refused(held: Held, trouble: Trouble) -> None:
    """Note that the store will never take this one; those after it go on."""
    sendings.missed(XapiStatement, [held.id], None, trouble.answer)


def failed(held: Sequence[Held], trouble: Trouble) -> None:
    """Note that the store takes nothing at present: these are tried again later, and the others rest as well."""
    now = clock.now()
    for each in held:
        sendings.missed(XapiStatement, [each.id], always_again_at(each.tries, now, trouble.wait, WAITS), trouble.answer)
    rest = now + max(REST, timedelta(seconds=trouble.wait or 0))
    session().execute(
        update(XapiStatement)
        .where(XapiStatement.state == "waiting", XapiStatement.due_at < rest)
        .values(due_at=rest)
        .execution_options(synchronize_session=False)
    )


def release(held: Sequence[Held]) -> None:
    """Give back what was taken and not tried."""
    for each in held:
        sendings.note(XapiStatement, [each.id], lease_until=None, tries=each.tries - 1)


def resend(actor: Actor | None, *, name: str = "", since: datetime | None = None, states: Sequence[str]) -> int:
    """Send statements of these states once more, with the ids they have; return how many.

    name: only this one. since: only those made from then on. What was forgotten or erased has nothing to send.
    """
    which = [XapiStatement.state.in_(states), XapiStatement.body != ""]
    if name:
        which.append(XapiStatement.statement_id == name)
    if since is not None:
        which.append(XapiStatement.at >= since)
    done = session().execute(
        update(XapiStatement)
        .where(*which)
        .values(state="waiting", tries=0, due_at=clock.now(), lease_until=None)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    if done.rowcount:
        audit(actor.id if actor else None, "xapi.resent", "xapi", name or "all", after={"statements": done.rowcount})
        wake()
    return done.rowcount


def forget(now: datetime) -> int:
    """Empty what was sent, or given up, more than LMS_KEEP_CALLS_DAYS ago; return how many. Ids stay, to be voided."""
    done = session().execute(
        update(XapiStatement)
        .where(XapiStatement.state != "waiting", XapiStatement.at < now - kept("calls"), XapiStatement.body != "")
        .values(body="", answer="")
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    return done.rowcount
