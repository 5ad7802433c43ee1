"""The packages as authors see them: each document with its package, versions and how often it was taken."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.content.kinds import kind_of, read
from lms.content.models import Document, Revision, Slug
from lms.content.queries import text as source_of
from lms.content.rules.paths import path_of
from lms.core.db import session
from lms.courseware.models import CoursewareAttempt, CoursewarePackage


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A document of a package. package: None where the file was never uploaded here. people: who began it."""

    document_id: int
    slug: str
    title: str
    state: str
    has_draft: bool
    package: Any
    people: int
    at: datetime | None


def documents() -> list[Kept]:
    """Return every document of the kind that is not archived, by title."""
    people = (
        select(CoursewareAttempt.document_id, func.count(func.distinct(CoursewareAttempt.person_id)).label("people"))
        .group_by(CoursewareAttempt.document_id)
        .subquery()
    )
    found = (
        session()
        .execute(
            select(Document, Slug.slug, people.c.people, Revision.at)
            .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
            .outerjoin(people, people.c.document_id == Document.id)
            .outerjoin(Revision, Revision.id == func.coalesce(Document.draft_id, Document.published_id))
            .where(Document.kind == "scorm", Document.state != "archived")
            .order_by(Document.title, Document.id)
        )
        .all()
    )
    packages = {each.sha.hex(): each for each in session().scalars(select(CoursewarePackage))}
    return [
        Kept(
            document_id=row.Document.id,
            slug=row.slug,
            title=row.Document.title,
            state=row.Document.state,
            has_draft=row.Document.draft_id is not None,
            package=packages.get(_package(row)),
            people=row.people or 0,
            at=row.at,
        )
        for row in found
    ]


def _package(row: Any) -> str:
    document: Document = row.Document
    head = document.draft_id or document.published_id
    if head is None:
        return ""
    parsed = read(kind_of("scorm"), source_of(head), path_of(document.folder, row.slug))
    return parsed.spec.package if parsed.spec is not None else ""
