"""One person's account: duties by goal, the attempts and the lines of the log, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import MentorCard, mentor_of, visible
from lms.assignments.queries import Duty, duties
from lms.content.audience import is_meant
from lms.content.models import Document, Revision, Slug
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.core.i18n import say
from lms.core.texts import text
from lms.records.models import Record, RecordNote, Standing

LOG_LINES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of the log in words. percent: 0–100, None where nothing was graded."""

    seq: int
    at: datetime
    verb: str
    kind: str
    slug: str
    title: str
    revision: int | None
    percent: Fraction | None
    passed: bool | None
    actor: str
    note: str
    voided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person as the report shows him. minutes: credited; seconds: observed, over everything."""

    employee_no: str
    name: str
    team: str
    active: bool
    mentor: MentorCard | None
    goals: Sequence[Sequence[Duty]]
    log: Sequence[LogLine]
    minutes: int
    seconds: int


def account(actor: Actor, employee_no: str) -> Account:
    """Return a person's account. Raises NotFound for whom the actor may not see."""
    row = (
        session()
        .execute(
            select(Person.id, Person.employee_no, Person.name, Person.active, Team.name.label("team"))
            .outerjoin(Team, Team.id == Person.team_id)
            .where(Person.employee_no == employee_no, visible(actor, Permission.REPORT_READ))
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound()
    by_goal: dict[int, list[Duty]] = {}
    for duty in duties(row.id, today()):
        by_goal.setdefault(duty.item.assignment_id, []).append(duty)
    sums = (
        session()
        .execute(
            select(
                func.coalesce(func.sum(Standing.credited_minutes), 0),
                func.coalesce(func.sum(Standing.observed_seconds), 0),
            ).where(Standing.person_id == row.id)
        )
        .one()
    )
    return Account(
        employee_no=row.employee_no or "",
        name=row.name or "",
        team=row.team or "",
        active=row.active,
        mentor=mentor_of(row.id),
        goals=list(by_goal.values()),
        log=_log(actor, row.id),
        minutes=sums[0],
        seconds=sums[1],
    )


def _is_theirs(actor: Actor, row: Any) -> bool:
    """Return whether a line may name its document: an article only to those for whom it is."""
    return row.kind != "article" or is_meant(row.audience, actor)


def _title(actor: Actor, row: Any) -> str:
    return row.title or "" if _is_theirs(actor, row) else say(text("（不对您公开的知识）"))


def _log(actor: Actor, person_id: int) -> list[LogLine]:
    doer, correction = aliased(Person), aliased(Record)
    rows = session().execute(
        select(
            Record.seq,
            Record.at,
            Record.verb,
            Record.earned,
            Record.possible,
            Record.passed,
            Document.kind,
            Slug.slug,
            Document.title,
            Document.audience,
            Revision.number,
            doer.name.label("actor"),
            RecordNote.text.label("note"),
            correction.seq.label("voided"),
        )
        .outerjoin(Document, Document.id == Record.document_id)
        .outerjoin(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .outerjoin(Revision, Revision.id == Record.revision_id)
        .outerjoin(doer, doer.id == Record.actor_id)
        .outerjoin(RecordNote, RecordNote.seq == Record.seq)
        .outerjoin(correction, (correction.corrects == Record.seq) & (correction.verb == "voided"))
        .where(Record.person_id == person_id)
        .order_by(Record.seq.desc())
        .limit(LOG_LINES)
    )
    return [
        LogLine(
            seq=row.seq,
            at=row.at,
            verb=row.verb,
            kind=row.kind or "",
            slug=row.slug or "" if _is_theirs(actor, row) else "",
            title=_title(actor, row),
            revision=row.number,
            percent=Fraction(100 * row.earned, row.possible) if row.possible else None,
            passed=row.passed,
            actor=row.actor or "",
            # Why a mark was changed may tell what is right: that is said where keys are seen, not here.
            note=(row.note or "") if row.verb != "regraded" else "",
            voided=row.voided is not None,
        )
        for row in rows
    ]
