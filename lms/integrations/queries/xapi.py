"""Reading what a learning record store is told: facts as statements, and how the sending goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from lms.accounts.models import Person
from lms.content.models import Document
from lms.core import sendings
from lms.core.db import rows, session
from lms.core.here import settings
from lms.drills.models import Run
from lms.integrations.models import XapiStatement
from lms.integrations.rules.xapi import Activity
from lms.learning.models import Certificate, CertificatePlan
from lms.quizzes.models import Attempt

PAGE = 50
STATES = ("waiting", "sent", "dead")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every statement of this installation shares. account: of one person."""

    home: str
    language: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the sending stands. oldest: since when the first one is due that has not gone out; answer: the last no."""

    waiting: int
    sent: int
    dead: int
    oldest: datetime | None
    last_at: datetime | None
    answer: str


def is_on() -> bool:
    """Return whether the installation has a learning record store."""
    return bool(settings().xapi_endpoint)


def home() -> str:
    """Return the address by which statements name people and activities, without a slash at its end."""
    now = settings()
    return (now.xapi_home or now.base_url).rstrip("/")


def ground(person_id: int) -> Ground | None:
    """Return what a statement about a person rests on; None for somebody who was erased."""
    column = Person.public_id if settings().xapi_actor == "pseudonym" else Person.employee_no
    account = rows(select(column).where(Person.id == person_id, Person.erased_at.is_(None))).scalar()
    return Ground(home=home(), language=settings().locale, account=account) if account else None


def document(document_id: int) -> Activity | None:
    """Return a document as an activity."""
    row = rows(
        select(Document.id, Document.kind, Document.title, Document.locale).where(Document.id == document_id)
    ).first()
    return Activity(kind=row.kind, key=str(row.id), name=row.title, language=row.locale) if row else None


def certificate(code: str) -> Activity | None:
    """Return the kind of certificate (not the one of a person) as an activity."""
    row = rows(
        select(CertificatePlan.public_id, CertificatePlan.name)
        .join(Certificate, Certificate.plan_id == CertificatePlan.id)
        .where(Certificate.code == code)
    ).first()
    return Activity(kind="certificate", key=row.public_id, name=row.name) if row else None


def seconds_of(attempt_id: str = "", run_id: str = "") -> int | None:
    """Return how many seconds lay between start and end of an attempt or a run; None while it is open."""
    if run_id:
        row = rows(select(Run.started_at, Run.ended_at.label("ended_at")).where(Run.public_id == run_id)).first()
    else:
        row = rows(
            select(Attempt.started_at, Attempt.submitted_at.label("ended_at")).where(Attempt.public_id == attempt_id)
        ).first()
    return int((row.ended_at - row.started_at).total_seconds()) if row and row.ended_at else None


def name_of(person_id: int) -> str:
    """Return the public name of a person."""
    return rows(select(Person.public_id).where(Person.id == person_id)).scalar_one()  # type: ignore[no-any-return]


def issued_at(code: str) -> datetime | None:
    """Return when a certificate was given."""
    found: datetime | None = rows(select(Certificate.issued_at).where(Certificate.code == code)).scalar()
    return found


def last(subject: str) -> XapiStatement | None:
    """Return the newest statement about a subject, voided or not."""
    return (
        session()
        .scalars(
            select(XapiStatement).where(XapiStatement.subject == subject).order_by(XapiStatement.number.desc()).limit(1)
        )
        .first()
    )


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition of a statement that may go out, as far as it alone is concerned."""
    return and_(sendings.is_due(XapiStatement, now), XapiStatement.body != "")


def anything_due(now: datetime) -> bool:
    """Return whether something waits; asked outside of a transaction."""
    found = session().execute(select(XapiStatement.id).where(is_due(now)).limit(1)).first()
    session().rollback()
    return found is not None


def first_waiting(person_ids: Sequence[int], but: Sequence[int]) -> dict[int, int]:
    """Return, by person, the first statement that waits and is not one of `but`."""
    found = rows(
        select(XapiStatement.person_id, func.min(XapiStatement.id).label("id"))
        .where(
            XapiStatement.person_id.in_(person_ids),
            XapiStatement.state == "waiting",
            XapiStatement.body != "",
            XapiStatement.id.not_in(but),
        )
        .group_by(XapiStatement.person_id)
    )
    return {row.person_id: row.id for row in found}


def standing(now: datetime) -> Standing:
    """Return how the sending stands."""
    counted = {
        row.state: row
        for row in rows(
            select(
                XapiStatement.state,
                func.count().label("n"),
                func.min(XapiStatement.due_at).label("oldest"),
                func.max(XapiStatement.sent_at).label("last_at"),
            ).group_by(XapiStatement.state)
        )
    }
    trouble = rows(
        select(XapiStatement.answer)
        .where(XapiStatement.state != "sent", XapiStatement.answer != "")
        .order_by(XapiStatement.id.desc())
        .limit(1)
    ).scalar()
    waiting = counted.get("waiting")
    return Standing(
        waiting=waiting.n if waiting else 0,
        sent=counted["sent"].n if "sent" in counted else 0,
        dead=counted["dead"].n if "dead" in counted else 0,
        oldest=waiting.oldest if waiting and waiting.oldest <= now else None,
        last_at=counted["sent"].last_at if "sent" in counted else None,
        answer=trouble or "",
    )


def troubles(now: datetime, since: datetime) -> list[Any]:
    """Return `failing`, `dead` since a time and `oldest` of the store in one row; [] where all is well."""
    if not is_on():
        return []
    waits, died = XapiStatement.state == "waiting", XapiStatement.state == "dead"
    row = rows(
        select(
            func.count().filter(waits, XapiStatement.tries > 0).label("failing"),
            func.count().filter(died, XapiStatement.at >= since).label("dead"),
            func.min(XapiStatement.due_at).filter(waits, XapiStatement.due_at <= now).label("oldest"),
        ).where(XapiStatement.state.in_(("waiting", "dead")))
    ).one()
    return [row] if row.failing or row.dead or row.oldest else []


def statements(*, state: str = "", limit: int = PAGE) -> list[Any]:
    """Return what was sent or is to be, the newest first."""
    statement = select(
        XapiStatement.statement_id,
        XapiStatement.fact,
        XapiStatement.state,
        XapiStatement.tries,
        XapiStatement.answer,
        XapiStatement.at,
        XapiStatement.sent_at,
        XapiStatement.voided,
    ).order_by(XapiStatement.id.desc())
    if state in STATES:
        statement = statement.where(XapiStatement.state == state)
    return list(rows(statement.limit(limit)))
