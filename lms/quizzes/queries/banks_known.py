"""What an import has to know: the questions that are there already, the quizzes that can take more."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from lms.content import store
from lms.content.kinds import kind_of, read
from lms.content.models import Document, Part, PartVersion, Revision, Slug
from lms.content.parts import PartKind
from lms.content.rules.paths import path_of
from lms.core.db import session
from lms.core.plain import to_plain
from lms.questions.rules.identity import asked_sha
from lms.questions.spec import Question
from lms.quizzes.importers.twins import Known

KIND = "quiz"
MOST_DRAFTS = 200
"""Drafts that are looked through, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A quiz or bank that more questions can be added to."""

    document_id: int
    slug: str
    title: str


def receivers() -> list[Receiver]:
    """Return every quiz that is not archived, by title."""
    rows = session().execute(
        select(Document.id, Slug.slug, Document.title)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .where(Document.kind == KIND, Document.state != "archived")
        .order_by(Document.title, Document.id)
    )
    return [Receiver(document_id=row.id, slug=row.slug, title=row.title) for row in rows]


def known_questions() -> list[Known]:
    """Return every question that is published now, and those of drafts of quizzes."""
    rows = session().execute(
        select(Part.text_sha, PartVersion.spec, Document.kind, Document.title, Slug.slug)
        .join(PartVersion, PartVersion.sha == Part.text_sha)
        .join(Document, Document.id == Part.document_id)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .where(Part.kind == PartKind.QUESTION.value, Part.retired_at.is_(None), Document.state != "archived")
        .order_by(Part.id)
    )
    found = {
        row.text_sha: Known(sha=row.text_sha, plain=row.spec, document=row.kind, slug=row.slug, title=row.title)
        for row in rows
    }
    for each in _drafted():
        found.setdefault(each.sha, each)
    return list(found.values())


def _drafted() -> Iterator[Known]:
    rows = (
        session()
        .execute(
            select(Revision.blob_sha, Document.folder, Document.title, Slug.slug)
            .join(Document, Document.draft_id == Revision.id)
            .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
            .where(Document.kind == KIND, Document.state != "archived")
            .order_by(Revision.id.desc())
            .limit(MOST_DRAFTS)
        )
        .all()
    )
    sources = store.bytes_of(row.blob_sha for row in rows)
    for row in rows:
        spec = read(kind_of(KIND), sources[row.blob_sha].decode(), path_of(row.folder, row.slug)).spec
        questions: tuple[Question, ...] = spec.questions if spec is not None else ()
        for question in questions:
            yield Known(
                sha=asked_sha(question), plain=to_plain(question), document=KIND, slug=row.slug, title=row.title
            )
