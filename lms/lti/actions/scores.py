"""Marks on their way back to the learning system from which their people came."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, select, update

from lms.core import clock, sendings
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session, wake
from lms.core.points import Points
from lms.core.retention import kept
from lms.core.retrying import again_at
from lms.core.trouble import Trouble
from lms.lti.models import LtiAccount, LtiLink, LtiPlatform, LtiScore, LtiSeat
from lms.lti.rules.scores import later, score
from lms.records.models import Standing

LEASE = timedelta(minutes=2)
REST = timedelta(seconds=30)
AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A mark that a worker holds. tries: this one included."""

    id: int
    platform_id: int
    client_id: str
    token_url: str
    lineitem: str
    body: str
    tries: int


def put(person_id: int, document_id: int, at: datetime, *, decided: bool = True, completed: bool = False) -> None:
    """Put the best mark that a person has in a document on its way to wherever they came from.

    decided: False while somebody has to mark it. completed: the document has no mark of its own, so it is all.
    """
    found = (
        session()
        .execute(
            select(LtiSeat, LtiLink.platform_id, LtiAccount.subject)
            .join(LtiLink, LtiLink.id == LtiSeat.link_id)
            .join(
                LtiAccount,
                (LtiAccount.platform_id == LtiLink.platform_id) & (LtiAccount.person_id == LtiSeat.person_id),
            )
            .where(LtiSeat.person_id == person_id, LtiLink.document_id == document_id)
            .order_by(LtiSeat.id)
        )
        .all()
    )
    if not found:
        return
    earned, possible = (1, 1) if completed else _best(person_id, document_id)
    for seat, platform_id, subject in found:
        _put(seat, platform_id, person_id, document_id, at, subject, earned if decided else None, possible)
    wake()


def put_earlier(person_id: int, document_id: int) -> None:
    """Put the mark on its way of somebody who had finished before they came by a link."""
    standing = session().get(Standing, (person_id, document_id))
    if standing is not None and standing.state == "done":
        put(person_id, document_id, clock.now(), completed=standing.best_possible is None)


def _best(person_id: int, document_id: int) -> tuple[Points | None, Points | None]:
    standing = session().get(Standing, (person_id, document_id))
    return (standing.best_earned, standing.best_possible) if standing is not None else (None, None)


def _put(
    seat: LtiSeat,
    platform_id: int,
    person_id: int,
    document_id: int,
    at: datetime,
    subject: str,
    earned: Points | None,
    possible: Points | None,
) -> None:
    now = clock.now()
    session().execute(
        update(LtiScore)
        .where(LtiScore.seat_id == seat.id, LtiScore.state.in_(("waiting", "dead")))
        .values(state="old", lease_until=None)
        .execution_options(synchronize_session=False)
    )
    seat.told_at = later(at, seat.told_at)
    body = json.dumps(score(subject, earned, possible, seat.told_at))
    session().add(
        LtiScore(
            platform_id=platform_id,
            seat_id=seat.id,
            person_id=person_id,
            document_id=document_id,
            body=body,
            at=now,
            due_at=now,
        )
    )
    session().flush()


def lease(now: datetime) -> list[Sending]:
    """Take marks that may go out; commit before they are sent."""
    found = session().execute(
        select(LtiScore, LtiPlatform.client_id, LtiPlatform.token_url, LtiSeat.lineitem)
        .join(LtiPlatform, LtiPlatform.id == LtiScore.platform_id)
        .join(LtiSeat, LtiSeat.id == LtiScore.seat_id)
        .where(LtiPlatform.active, sendings.is_due(LtiScore, now), LtiScore.body != "")
        .order_by(LtiScore.id)
        .limit(AT_ONCE)
        .with_for_update(of=LtiScore, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    taken = []
    for row, client_id, token_url, lineitem in found.all():
        row.lease_until, row.tries = now + LEASE, row.tries + 1
        taken.append(
            Sending(
                id=row.id,
                platform_id=row.platform_id,
                client_id=client_id,
                token_url=token_url,
                lineitem=lineitem,
                body=row.body,
                tries=row.tries,
            )
        )
    session().flush()
    return taken


def sent(sending: Sending, answer: str) -> None:
    """Note that the other side has it."""
    sendings.note(LtiScore, [sending.id], state="sent", sent_at=clock.now(), lease_until=None, answer=answer)


def failed(sending: Sending, trouble: Trouble) -> None:
    """Note that the other side has not taken it: tried again later, or dead. After a trouble of the whole it rests."""
    now = clock.now()
    again = None if trouble.lasting else again_at(sending.tries, now, trouble.wait)
    sendings.missed(LtiScore, [sending.id], again, trouble.answer)
    if trouble.whole:
        rest = now + max(REST, timedelta(seconds=trouble.wait or 0))
        session().execute(
            update(LtiScore)
            .where(LtiScore.platform_id == sending.platform_id, LtiScore.state == "waiting", LtiScore.due_at < rest)
            .values(due_at=rest)
            .execution_options(synchronize_session=False)
        )


def release(taken: Sequence[Sending]) -> None:
    """Give back what was taken and not tried."""
    for each in taken:
        sendings.note(LtiScore, [each.id], lease_until=None, tries=each.tries - 1)


def resend(actor: Actor, public_id: str = "") -> int:
    """Tell dead marks once more: one, or all; return how many."""
    which: list[Any] = [LtiScore.state == "dead", LtiScore.body != ""]
    if public_id:
        which.append(LtiScore.public_id == public_id)
    done = session().execute(
        update(LtiScore)
        .where(*which)
        .values(state="waiting", tries=0, due_at=clock.now(), lease_until=None)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    if done.rowcount:
        audit(actor.id, "lti.resent", "lti_score", public_id or "all", after={"scores": done.rowcount})
        wake()
    return done.rowcount


def forget(now: datetime) -> int:
    """Delete what was told, or given up, more than LMS_KEEP_CALLS_DAYS ago; return how many."""
    done = session().execute(
        delete(LtiScore)
        .where(LtiScore.state != "waiting", LtiScore.at < now - kept("calls"))
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    return done.rowcount
