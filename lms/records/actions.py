"""Appending to the log. Lines are queued; number and hash are given under the head lock, just before COMMIT."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import clock
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import queued, rows, session, type_pk
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import day_of
from lms.core.texts import text
from lms.records.events import RecordAppended, StandingsRebuilt, Verb
from lms.records.models import LogHead, Record, RecordNote, Standing
from lms.records.rules import Folded, fold, link, makes_done, note_digest

UNNUMBERED = 1 << 62
"""Queued lines sort behind every numbered one."""

_LOCK = (
    select(Person.id, Person.team_id)
    .where(Person.id.in_(bindparam("ids", expanding=True)))
    .order_by(Person.id)
    .with_for_update(key_share=True)
)
_LINES = (
    select(Record.__table__)
    .where(Record.person_id == bindparam("person_id"), Record.document_id == bindparam("document_id"))
    .order_by(Record.seq)
)
_HEAD = select(LogHead).where(LogHead.id == 1).with_for_update().execution_options(populate_existing=True)
_standing: Table = Standing.__table__  # type: ignore[assignment]
_NUMBERED = (
    update(_standing)
    .where(_standing.c.person_id == bindparam("of_person"), _standing.c.document_id == bindparam("of_document"))
    .values(last_seq=bindparam("new_seq", type_=type_pk))
)


@dataclass(slots=True, kw_only=True)
class Pending:
    """A queued line; the fields are those of Record."""

    at: datetime
    day: date
    person_id: int
    actor_id: int | None
    team_id: int | None
    verb: Verb
    document_id: int | None
    revision_id: int | None
    source: str
    earned: int | None = None
    possible: int | None = None
    passed: bool | None = None
    credited_minutes: int | None = None
    observed_seconds: int | None = None
    valid_until: date | None = None
    ref: str = ""
    corrects: int | None = None
    note: str = ""
    salt: bytes = field(default=b"", repr=False)
    note_digest: bytes | None = None
    seq: int = UNNUMBERED


def lock_people(person_ids: Iterable[int]) -> None:
    """Take the row locks of these people, ascending: first of all locks, so that nobody waits in a circle.

    Two items of one person that are finished at once wait here, and the second one sees the first.
    """
    rows(_LOCK, {"ids": sorted(set(person_ids))}).all()


def append(
    actor: Actor | None,
    person_id: int,
    verb: Verb,
    *,
    document_id: int | None,
    revision_id: int | None,
    source: str,
    earned: int | None = None,
    possible: int | None = None,
    passed: bool | None = None,
    credited_minutes: int | None = None,
    observed_seconds: int | None = None,
    valid_until: date | None = None,
    ref: str = "",
    corrects: int | None = None,
    note: str = "",
) -> None:
    """Queue one line for the log, fold the person's standing anew and tell whoever listens, in this transaction.

    earned, possible: 1/27,720 point. note: free text, kept beside the log and deletable. The caller holds the
    person's lock (`lock_people`) before any lock on an attempt.
    """
    person = rows(_LOCK, {"ids": [person_id]}).one_or_none()
    now = clock.now()
    pending = Pending(
        at=now,
        day=day_of(now),
        person_id=person_id,
        actor_id=actor.id if actor else None,
        team_id=person.team_id if person else None,
        verb=verb,
        document_id=document_id,
        revision_id=revision_id,
        source=source,
        earned=earned,
        possible=possible,
        passed=passed,
        credited_minutes=credited_minutes,
        observed_seconds=observed_seconds,
        valid_until=valid_until,
        ref=ref,
        corrects=corrects,
        note=note,
    )
    if note:
        pending.salt = secrets.token_bytes(16)
        pending.note_digest = note_digest(pending.salt, note)
    queued().records.append(pending)
    if document_id is not None:
        refold(person_id, document_id)
    emit(
        RecordAppended(
            person_id=person_id,
            actor_id=pending.actor_id,
            document_id=document_id,
            revision_id=revision_id,
            verb=verb,
            passed=passed,
            at=now,
            ref=ref,
            counts=makes_done(verb, passed),
        )
    )


def void(actor: Actor, seq: int, reason: str) -> None:
    """Declare that a line no longer counts. Nothing is deleted: a new line says who and why.

    Raises NotFound, Invalid without a reason, Conflict where the line is voided already or is itself a void.
    """
    if not reason.strip():
        raise Invalid(text("请写明作废的原因。"), fields={"reason": text("原因不能为空。")})
    line = session().get(Record, seq)
    if line is None:
        raise NotFound()
    lock_people([line.person_id])
    already = session().scalar(select(Record.seq).where(Record.corrects == seq, Record.verb == Verb.VOIDED))
    if already or line.verb == Verb.VOIDED:
        raise Conflict(text("这条记录已经作废，没有再次改动。"))
    append(
        actor,
        line.person_id,
        Verb.VOIDED,
        document_id=line.document_id,
        revision_id=line.revision_id,
        source="manual",
        ref=line.ref,
        corrects=seq,
        note=reason.strip(),
    )


def regrade(
    actor: Actor | None,
    graded: Record,
    *,
    earned: int,
    possible: int,
    passed: bool | None,
    source: str,
    note: str = "",
) -> None:
    """Give a graded line another result. The line stays; a new one says what counts now, who changed it and why.

    source: `marking` or `regrade`. The caller holds the person's lock. Raises Conflict for a line that was voided.
    """
    if session().scalar(select(Record.seq).where(Record.corrects == graded.seq, Record.verb == Verb.VOIDED)):
        raise Conflict(text("这条记录已经作废，没有再次改动。"))
    append(
        actor,
        graded.person_id,
        Verb.REGRADED,
        document_id=graded.document_id,
        revision_id=graded.revision_id,
        source=source,
        earned=earned,
        possible=possible,
        passed=passed,
        credited_minutes=graded.credited_minutes,
        ref=graded.ref,
        corrects=graded.seq,
        note=note,
    )


def refold(person_id: int, document_id: int) -> Folded | None:
    """Fold the standing of one person with one document anew from the log and what is queued; store it."""
    written = rows(_LINES, {"person_id": person_id, "document_id": document_id}).all()
    waiting = [
        pending for pending in queued().records if pending.person_id == person_id and pending.document_id == document_id
    ]
    folded = fold([*written, *waiting])
    if folded is None:
        session().execute(delete(Standing).where(Standing.person_id == person_id, Standing.document_id == document_id))
        return None
    store(person_id, document_id, folded)
    return folded


def store(person_id: int, document_id: int, folded: Folded) -> None:
    values = {name: getattr(folded, name) for name in Folded.__dataclass_fields__}
    standing = session().get(Standing, (person_id, document_id))
    if standing is None:
        session().add(Standing(person_id=person_id, document_id=document_id, **values))
    else:
        for name, value in values.items():
            setattr(standing, name, value)
    session().flush()


def link_pending(current: Session) -> None:
    """Give the queued lines their numbers and hashes. Runs last before COMMIT: the head lock is the last lock.

    Locked earlier it would cost an order of magnitude of throughput, and deadlock with row locks on PostgreSQL.
    """
    waiting: list[Pending] = queued().records
    if not waiting:
        return
    head = current.scalars(_HEAD).one()
    seq, previous = head.seq, head.hash
    numbered: dict[tuple[int, int], int] = {}
    for pending in waiting:
        seq += 1
        line = replace(pending, seq=seq)
        previous = link(previous, line)
        current.add(
            Record(
                hash=previous,
                **{name: getattr(line, name) for name in Pending.__dataclass_fields__ if name not in {"note", "salt"}},
            )
        )
        if line.document_id is not None:
            numbered[line.person_id, line.document_id] = seq
    current.flush()
    seq = head.seq
    for pending in waiting:
        seq += 1
        if pending.note:
            current.add(RecordNote(seq=seq, salt=pending.salt, text=pending.note))
    head.seq, head.hash = seq, previous
    current.flush()
    if numbered:
        current.execute(
            _NUMBERED,
            [
                {"of_person": person_id, "of_document": document_id, "new_seq": last}
                for (person_id, document_id), last in numbered.items()
            ],
        )


def refold_people(person_ids: Sequence[int]) -> None:
    """Fold every standing of these people anew from the log, and let whatever rests on them follow.

    At most 100 people, in one transaction of the caller.
    """
    lock_people(person_ids)
    current = session()
    current.execute(delete(Standing).where(Standing.person_id.in_(person_ids)))
    pairs = current.execute(
        select(Record.person_id, Record.document_id)
        .where(Record.person_id.in_(person_ids), Record.document_id.is_not(None))
        .distinct()
    ).all()
    for person_id, document_id in pairs:
        if document_id is not None:
            refold(person_id, document_id)
    emit(StandingsRebuilt(person_ids=tuple(person_ids)))
