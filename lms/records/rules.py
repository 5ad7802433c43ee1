"""The hash chain and the fold. Pure: rows in, values out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from hashlib import sha256
from typing import Protocol

from lms.records.events import Verb

GENESIS = bytes(32)


class Line(Protocol):
    """What the fold and the chain read of a record."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def day(self) -> date: ...
    @property
    def person_id(self) -> int: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def team_id(self) -> int | None: ...
    @property
    def verb(self) -> str: ...
    @property
    def document_id(self) -> int | None: ...
    @property
    def revision_id(self) -> int | None: ...
    @property
    def earned(self) -> int | None: ...
    @property
    def possible(self) -> int | None: ...
    @property
    def passed(self) -> bool | None: ...
    @property
    def credited_minutes(self) -> int | None: ...
    @property
    def observed_seconds(self) -> int | None: ...
    @property
    def valid_until(self) -> date | None: ...
    @property
    def source(self) -> str: ...
    @property
    def ref(self) -> str: ...
    @property
    def corrects(self) -> int | None: ...
    @property
    def note_digest(self) -> bytes | None: ...


def link(previous: bytes, line: Line) -> bytes:
    """Return the hash of a line that follows the one with hash `previous` (32 zero bytes for the first)."""
    parts: Sequence[object] = (
        line.seq,
        line.at.isoformat(timespec="microseconds"),
        line.day.isoformat(),
        line.person_id,
        line.actor_id,
        line.team_id,
        line.verb,
        line.document_id,
        line.revision_id,
        line.earned,
        line.possible,
        None if line.passed is None else int(line.passed),
        line.credited_minutes,
        line.observed_seconds,
        line.valid_until and line.valid_until.isoformat(),
        line.source,
        line.ref,
        line.corrects,
        line.note_digest and line.note_digest.hex(),
    )
    # The unit separator can't occur in a number, a date or an enum, so no two lines share a text.
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return sha256(previous + text.encode()).digest()


def note_digest(salt: bytes, text: str) -> bytes:
    return sha256(salt + text.encode()).digest()


def makes_done(verb: str, passed: bool | None) -> bool:
    """Return whether a line of this verb completes its document."""
    if verb in {Verb.GRADED, Verb.REGRADED}:
        return passed is True
    return verb in {Verb.COMPLETED, Verb.ACKNOWLEDGED, Verb.CONFIRMED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """How somebody stands with a document. Points in 1/27,720; None where nothing was graded."""

    state: str
    tries: int
    best_earned: int | None
    best_possible: int | None
    last_earned: int | None
    last_possible: int | None
    first_done_at: datetime | None
    last_done_at: datetime | None
    confirmed_revision_id: int | None
    credited_minutes: int
    observed_seconds: int
    valid_until: date | None
    last_seq: int
    last_at: datetime


def fold(lines: Iterable[Line]) -> Folded | None:
    """Fold the lines of one person and one document, in order of seq, into how the person stands.

    A voided line, the line that voids it and a correction of it leave no trace but last_seq. A graded line counts with
    the result of its last correction; a correction can make the document done and never takes that back. Minutes are
    credited once, by the line that first makes the document done; observed seconds add up. A certificate says until
    when it holds, unless it was revoked. None for no lines.
    """
    every = list(lines)
    if not every:
        return None
    voided = {line.corrects for line in every if line.verb == Verb.VOIDED}
    living = [
        line
        for line in every
        if line.verb != Verb.VOIDED
        and line.seq not in voided
        and not (line.verb == Verb.REGRADED and line.corrects in voided)
    ]
    corrected = {line.corrects: line for line in living if line.verb == Verb.REGRADED}
    done = [line for line in living if makes_done(line.verb, line.passed)]
    tries = [line for line in living if line.verb == Verb.GRADED]
    results = [corrected.get(line.seq, line) for line in tries]
    graded = [line for line in results if line.possible]
    best = max(graded, key=lambda line: Fraction(line.earned or 0, line.possible or 1), default=None)
    last = graded[-1] if graded else None
    failed = any(line.passed is False for line in results)
    state = "done" if done else "failed" if failed else "touched"
    revoked = {line.corrects for line in living if line.verb == Verb.REVOKED}
    certified = [line for line in living if line.verb == Verb.CERTIFIED and line.seq not in revoked]
    lasting = certified or done
    return Folded(
        state=state,
        tries=len(tries),
        best_earned=best.earned if best else None,
        best_possible=best.possible if best else None,
        last_earned=last.earned if last else None,
        last_possible=last.possible if last else None,
        first_done_at=done[0].at if done else None,
        last_done_at=done[-1].at if done else None,
        confirmed_revision_id=done[-1].revision_id if done else None,
        credited_minutes=(done[0].credited_minutes or 0) if done else 0,
        observed_seconds=sum(line.observed_seconds or 0 for line in living),
        valid_until=lasting[-1].valid_until if lasting else None,
        last_seq=every[-1].seq,
        last_at=every[-1].at,
    )
