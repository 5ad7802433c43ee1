"""Reading what somebody studies: rows, by statements that are built once."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.content import queries as content
from lms.content.audience import is_meant
from lms.content.models import Document, ReviewMark, Revision, Slug
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.learning.models import Reading, TaskWork, Upload
from lms.records.models import Standing

_decider = aliased(Person)

_STUDY = (
    select(
        Reading.anchor,
        Reading.section,
        Reading.sections,
        Reading.checks,
        Standing.state,
        Standing.last_done_at,
        Standing.confirmed_revision_id,
        exists().where(ReviewMark.document_id == Document.id, ReviewMark.cleared_at.is_(None)).label("in_doubt"),
    )
    .select_from(Document)
    .outerjoin(Reading, (Reading.document_id == Document.id) & (Reading.person_id == bindparam("person_id")))
    .outerjoin(Standing, (Standing.document_id == Document.id) & (Standing.person_id == bindparam("person_id")))
    .where(Document.id == bindparam("document_id"))
)
_STANDINGS = select(Standing.document_id, Standing.state, Standing.last_done_at).where(
    Standing.person_id == bindparam("person_id"), Standing.document_id.in_(bindparam("ids", expanding=True))
)
_READINGS = select(Reading.document_id, Reading.section, Reading.sections, Reading.anchor).where(
    Reading.person_id == bindparam("person_id"), Reading.document_id.in_(bindparam("ids", expanding=True))
)
_WORK = (
    select(
        TaskWork.id,
        TaskWork.state,
        TaskWork.ticked,
        TaskWork.evidence,
        TaskWork.submitted_at,
        TaskWork.decided_at,
        TaskWork.remark,
        TaskWork.version,
        _decider.name.label("decided_by"),
    )
    .outerjoin(_decider, _decider.id == TaskWork.decided_by)
    .where(TaskWork.person_id == bindparam("person_id"), TaskWork.document_id == bindparam("document_id"))
)
_WORK_STATES = select(TaskWork.document_id, TaskWork.state).where(TaskWork.person_id == bindparam("person_id"))
_PHOTOS = (
    select(Upload.task_work_id, Upload.public_id, Upload.name, Upload.size)
    .where(Upload.task_work_id.in_(bindparam("ids", expanding=True)))
    .order_by(Upload.id)
)
_written_for = aliased(Revision)
_cause = aliased(Revision)
_CHANGED_BASES = (
    select(Slug.slug, Document.title, Document.audience, func.min(_written_for.number).label("since"))
    .select_from(ReviewMark)
    .join(_cause, _cause.id == ReviewMark.cause_revision_id)
    .join(_written_for, _written_for.id == ReviewMark.before_revision_id)
    .join(Document, Document.id == _cause.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .where(
        ReviewMark.document_id == bindparam("document_id"),
        ReviewMark.cleared_at.is_(None),
        Document.kind == "article",
        Document.state == "published",
    )
    .group_by(Slug.slug, Document.title, Document.audience, Document.id)
    .order_by(Document.id)
)
_PERSON_NAME = select(Person.name).where(Person.id == bindparam("id"))


def study_of(person_id: int, document_id: int) -> Any:
    """Return in one row where a person is in a document (None: nowhere yet) and how they stand with it.

    in_doubt: something on which it rests has changed and nobody has looked at it since.
    """
    return rows(_STUDY, {"person_id": person_id, "document_id": document_id}).one()


def standings_of(person_id: int, document_ids: Sequence[int]) -> dict[int, Any]:
    """Return the rows of how a person stands with these documents, by document."""
    found = rows(_STANDINGS, {"person_id": person_id, "ids": list(document_ids)})
    return {row.document_id: row for row in found}


def readings_of(person_id: int, document_ids: Sequence[int]) -> dict[int, Any]:
    """Return the rows of where a person is in these documents, by document."""
    found = rows(_READINGS, {"person_id": person_id, "ids": list(document_ids)})
    return {row.document_id: row for row in found}


def work_row(person_id: int, document_id: int) -> Any:
    """Return the row of a person's work on a task, with who decided, or None."""
    return rows(_WORK, {"person_id": person_id, "document_id": document_id}).one_or_none()


def work_states(person_id: int) -> dict[int, str]:
    """Return the state of every task that a person has begun, by document."""
    found = rows(_WORK_STATES, {"person_id": person_id})
    return {row.document_id: row.state for row in found}


def photos(work_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Return the rows of the photos of these works, by work."""
    found: dict[int, list[Any]] = {}
    for row in rows(_PHOTOS, {"ids": list(work_ids)}):
        found.setdefault(row.task_work_id, []).append(row)
    return found


def changed_bases(actor: Actor, document_id: int) -> list[Any]:
    """Return the articles on which a document rests and that have changed since: slug, title, since (a version)."""
    return [row for row in rows(_CHANGED_BASES, {"document_id": document_id}) if is_meant(row.audience, actor)]


def name_of(person_id: int | None) -> str:
    """Return a person's name; "" for nobody and for who was erased."""
    return session().scalar(_PERSON_NAME, {"id": person_id}) or "" if person_id else ""


def plans_to_read(actor: Actor) -> list[Any]:
    """Return the rows of published curricula and courses that the actor may read, by kind and title."""
    return list(
        session().execute(
            select(Document.id, Document.kind, Document.title, Document.summary, Document.minutes, Slug.slug)
            .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
            .where(
                Document.kind.in_(("curriculum", "course")),
                Document.state == "published",
                content.readable(actor),
            )
            .order_by(Document.kind.desc(), Slug.slug)
            .limit(200)
        )
    )
