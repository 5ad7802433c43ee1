"""How the questions of each quiz do, in few numbers, kept for the first screen and the lists."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from lms.content.models import Document, Revision
from lms.content.queries import compiled
from lms.core import clock
from lms.core.db import rows, session, upsert
from lms.core.texts import as_plain
from lms.quizzes.models import Attempt, QuizHealth
from lms.quizzes.queries.analysis import Wanted, analysis_of, chance_of
from lms.quizzes.rules.analysis.report import Report
from lms.quizzes.rules.attempts import CLOSED
from lms.quizzes.spec import Use

AT_LEAST_EVERY = timedelta(hours=24)
"""Marks, corrected keys and voided attempts change the figures without a new attempt."""

_LAST: Any = (
    select(Attempt.document_id, func.max(Attempt.submitted_at).label("at"))
    .where(
        Attempt.state.in_(CLOSED),
        Attempt.mode != Use.PRACTICE.value,
    )
    .group_by(Attempt.document_id)
    .subquery("last")
)


def due(now: datetime) -> list[int]:
    """Return the published quizzes with an attempt since they were looked at, or not looked at for a day."""
    return list(
        rows(
            select(_LAST.c.document_id)
            .join(Document, Document.id == _LAST.c.document_id)
            .outerjoin(QuizHealth, QuizHealth.document_id == _LAST.c.document_id)
            .where(
                Document.state == "published",
                Document.kind == "quiz",
                or_(
                    QuizHealth.document_id.is_(None),
                    _LAST.c.at > QuizHealth.made_at,
                    QuizHealth.made_at < now - AT_LEAST_EVERY,
                ),
            )
            .order_by(_LAST.c.document_id)
        ).scalars()
    )


def look_again(document_id: int) -> None:
    """Count a quiz anew that was counted before: its keys are others now. One that is not published is left alone."""
    if session().get(QuizHealth, document_id) and session().get_one(Document, document_id).state == "published":
        session().flush()
        look_at(document_id)


def look_at(document_id: int) -> Report:
    """Count a published quiz anew and keep what came out; return it whole."""
    published = rows(
        select(Document.published_id, Revision.compiled_sha)
        .join(Revision, Revision.id == Document.published_id)
        .where(Document.id == document_id)
    ).one()
    quiz = compiled(published.published_id)
    chance = chance_of(published.compiled_sha, published.published_id)
    report = analysis_of(document_id, quiz, chance, Wanted()).report
    bad = report.bad
    found = {
        "papers": report.whole.papers if report.whole else 0,
        "bad": len(bad),
        "look": len(report.to_look_at) - len(bad),
        "worst": as_plain(bad[0].hints[0].sentence) if bad else None,
        "made_at": clock.now(),
    }
    upsert(QuizHealth, {"document_id": document_id}, found, found)
    return report
