"""Who did what for the knowledge base."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from lms.accounts.models import Person, Team
from lms.content.models import Document, Revision
from lms.core.db import session
from lms.kb.models import Suggestion, Verification
from lms.kb.rules.suggesting import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one person did. published: versions of articles that say something else; minor: the others."""

    name: str
    employee_no: str
    team: str
    published: int
    minor: int
    accepted: int
    suggested: int
    verified: int


def contributions(who: Sequence[ColumnElement[bool]], start: datetime) -> list[Contribution]:
    """Return what each person did from an instant on. who: conditions on Person; nobody without a deed is named."""
    published = (
        select(
            Revision.author_id.label("person_id"),
            func.sum(case((Revision.minor, 0), else_=1)).label("published"),
            func.sum(case((Revision.minor, 1), else_=0)).label("minor"),
        )
        .join(Document, Document.id == Revision.document_id)
        .where(Document.kind == "article", Revision.compiled_sha.is_not(None), Revision.at >= start)
        .group_by(Revision.author_id)
        .subquery()
    )
    suggested = (
        select(
            Suggestion.person_id,
            func.count().label("suggested"),
            func.sum(case((Suggestion.state == State.ACCEPTED, 1), else_=0)).label("accepted"),
        )
        .where(Suggestion.at >= start, Suggestion.state != State.WITHDRAWN)
        .group_by(Suggestion.person_id)
        .subquery()
    )
    verified = (
        select(Verification.person_id, func.count().label("verified"))
        .where(Verification.at >= start)
        .group_by(Verification.person_id)
        .subquery()
    )

    def number(column: Any) -> Any:
        return func.coalesce(column, 0)

    statement = (
        select(
            Person.name,
            Person.employee_no,
            Team.name.label("team"),
            number(published.c.published).label("published"),
            number(published.c.minor).label("minor"),
            number(suggested.c.accepted).label("accepted"),
            number(suggested.c.suggested).label("suggested"),
            number(verified.c.verified).label("verified"),
        )
        .outerjoin(Team, Team.id == Person.team_id)
        .outerjoin(published, published.c.person_id == Person.id)
        .outerjoin(suggested, suggested.c.person_id == Person.id)
        .outerjoin(verified, verified.c.person_id == Person.id)
        .where(
            published.c.person_id.is_not(None) | suggested.c.person_id.is_not(None) | verified.c.person_id.is_not(None),
            *who,
        )
        .order_by(Person.name, Person.id)
    )
    return [
        Contribution(
            name=row.name or "",
            employee_no=row.employee_no or "",
            team=row.team or "",
            published=int(row.published),
            minor=int(row.minor),
            accepted=int(row.accepted),
            suggested=int(row.suggested),
            verified=int(row.verified),
        )
        for row in session().execute(statement)
    ]
