"""Reading proofs of training: what one would say, those that were issued, and what stands behind a code."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.content.models import Revision
from lms.content.store import spec_of
from lms.core.access import Actor
from lms.core.db import rows
from lms.core.here import day_of, today
from lms.core.installation import company
from lms.learning.queries import certificates
from lms.learning.rules.certificates import code_read
from lms.performance.models import TrainingProof, TrainingProofPaper
from lms.performance.queries.profile import Happened, Who, happened
from lms.performance.rules.proofs import Held, Line, Paper, is_whole, read, sum_of
from lms.records.events import Verb

NAMED_BY = (Verb.CONFIRMED, Verb.SIGNED_OFF)
"""Lines of which a proof says who stood for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A proof that was issued. code: 12 characters. issued_by: "" of somebody who was erased."""

    code: str
    person_id: int
    from_on: date
    until_on: date
    items: int
    sha: str
    issued_at: datetime
    issued_by: str

    @property
    def issued_on(self) -> date:
        return day_of(self.issued_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What anybody may know of a code. name: of the person, to be masked; "" of somebody who was erased.

    whole: whether the kept words are those of that day; None where they were deleted.
    """

    issued: Issued
    name: str
    whole: bool | None


_by = aliased(Person)
_ISSUED: Any = select(
    TrainingProof.id,
    TrainingProof.code,
    TrainingProof.person_id,
    TrainingProof.from_on,
    TrainingProof.until_on,
    TrainingProof.items,
    TrainingProof.sha,
    TrainingProof.issued_at,
    _by.name.label("by"),
).outerjoin(_by, _by.id == TrainingProof.issued_by)
_OF_PERSON = _ISSUED.where(TrainingProof.person_id == bindparam("person_id")).order_by(TrainingProof.id.desc())
_BY_CODE: Any = (
    _ISSUED.add_columns(TrainingProofPaper.content, Person.name)
    .join(Person, Person.id == TrainingProof.person_id)
    .outerjoin(TrainingProofPaper, TrainingProofPaper.proof_id == TrainingProof.id)
    .where(TrainingProof.code == bindparam("code"))
)
_SEEN = select(Revision.id, Revision.compiled_sha, Revision.blob_sha).where(
    Revision.id.in_(bindparam("ids", expanding=True))
)


def _issued(row: Any) -> Issued:
    return Issued(
        code=row.code,
        person_id=row.person_id,
        from_on=row.from_on,
        until_on=row.until_on,
        items=row.items,
        sha=row.sha.hex(),
        issued_at=row.issued_at,
        issued_by=row.by or "",
    )


def issued(person_id: int) -> list[Issued]:
    """Return the proofs of a person, the newest first."""
    return [_issued(row) for row in rows(_OF_PERSON, {"person_id": person_id})]


def paper_of(person_id: int, typed: str) -> tuple[Issued, Paper] | None:
    """Return a proof of this person by its code, with all that it says; None where there is none or it was deleted."""
    row = rows(_BY_CODE, {"code": code_read(typed)}).one_or_none()
    if row is None or row.person_id != person_id or row.content is None:
        return None
    return _issued(row), read(row.content)


def behind(typed: str) -> Behind | None:
    """Return what stands behind a code, whoever asks; None for a code that no proof has."""
    row = rows(_BY_CODE, {"code": code_read(typed)}).one_or_none()
    if row is None:
        return None
    whole = None if row.content is None else is_whole(row.content, row.sha)
    return Behind(issued=_issued(row), name=row.name or "", whole=whole)


def would_say(actor: Actor, who: Who, first: date, last: date) -> Paper:
    """Return what a proof of these days (both included) says as things stand, its lines from the oldest on."""
    log = happened(actor, who.id, from_on=first, until_on=last)
    seen = {row.id: row for row in rows(_SEEN, {"ids": sorted({one.revision_id for one in log if one.revision_id})})}
    lines = tuple(_line(one, seen.get(one.revision_id)) for one in reversed(log))
    held = tuple(
        Held(
            name=one.plan.name,
            code=one.code,
            from_on=one.valid_from.isoformat(),
            until_on=one.valid_until.isoformat() if one.valid_until else "",
        )
        for one in sorted(certificates.of_person(who.id, today()), key=lambda one: one.id)
        if first <= day_of(one.issued_at) <= last and one.revoked_at is None
    )
    return Paper(
        company=company(),
        employee_no=who.employee_no,
        name=who.name,
        team=who.team,
        position=who.position,
        from_on=first.isoformat(),
        until_on=last.isoformat(),
        issued_on=today().isoformat(),
        issued_by=actor.name,
        minutes=sum_of(lines),
        lines=lines,
        certificates=held,
    )


def _line(one: Happened, seen: Any) -> Line:
    """Return a line of the log as a proof says it: with the title that the person saw then."""
    title = one.title
    if title and seen is not None and seen.compiled_sha is not None:
        title = getattr(spec_of(seen.compiled_sha), "title", "") or title
    return Line(
        on=one.day.isoformat(),
        verb=one.verb.value,
        kind=one.kind,
        title=title,
        number=one.number,
        wording=seen.blob_sha.hex() if seen is not None else "",
        percent=None if one.percent is None else round(one.percent, 2),
        passed=one.passed,
        minutes=one.minutes,
        by=one.by if one.verb in NAMED_BY else "",
        record=one.seq,
    )
