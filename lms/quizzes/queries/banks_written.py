"""Quizzes and banks as files for elsewhere: their latest text, with what a section gives its questions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from unicodedata import normalize

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from lms.content import store
from lms.content.attachments import queries as attachments
from lms.content.grammar.inline import find_links
from lms.content.kinds import kind_of, read
from lms.content.models import Document, Revision, Slug
from lms.content.rules.paths import path_of
from lms.core import files
from lms.core.db import session
from lms.core.errors import Invalid, NotFound
from lms.core.texts import text
from lms.questions.spec import Question
from lms.questions.write import write_question
from lms.quizzes.importers.formats import FORMATS
from lms.quizzes.importers.placing import from_the_root
from lms.quizzes.importers.reading import Bank, Format, Group, Picture, Written
from lms.quizzes.queries.banks_known import KIND
from lms.quizzes.spec import QuizSpec, Section

MOST_PICTURE_BYTES = 30_000_000
"""Of all pictures of one export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """name: of the file, with its ending."""

    name: str
    format: Format
    written: Written
    questions: int


def export(slugs: Sequence[str] | None, format: str) -> Export:
    """Return the questions of these quizzes as one file; of all that can be read where `slugs` is None.

    Raises NotFound for a quiz that is not there, Invalid for a format that can't be written, or for a text that can't
    be read.
    """
    chosen = FORMATS.get(format)
    if chosen is None or chosen.writer is None:
        names = "、".join(each.name for each in FORMATS.values() if each.writer)
        raise Invalid(text("没有“%(format)s”这种导出格式。可用：%(names)s。", format=format[:20], names=names))
    found = _specs(slugs)
    several = len(found) > 1
    groups: list[Group] = []
    pictures: dict[str, Picture] = {}
    for path, spec in found:
        title = spec.title if several else ""
        own = [_group(section, title, path) for section in spec.sections if section.questions]
        groups += own
        for group in own:
            _add_pictures(group.questions, pictures)
    title = found[0][1].title if len(found) == 1 else str(text("全部题库"))
    bank = Bank(title=title, groups=tuple(groups), pictures=pictures)
    return Export(
        name=f"{normalize('NFC', title)}{chosen.extensions[0]}",
        format=chosen,
        written=chosen.writer(bank),
        questions=len(bank.questions),
    )


def _specs(slugs: Sequence[str] | None) -> list[tuple[str, QuizSpec]]:
    """Return path and latest readable text of each quiz, in the order asked for, else by title."""
    if slugs is None:
        rows = _rows(None)
    else:
        by_slug = {row.slug: row for row in _rows(slugs)}
        missing = next((slug for slug in slugs if slug not in by_slug), None)
        if missing is not None:
            raise NotFound(text("没有“%(slug)s”这份测验，请从列表里选。", slug=missing[:80]))
        rows = [by_slug[slug] for slug in slugs]
    sources = store.bytes_of(row.blob_sha for row in rows)
    found: list[tuple[str, QuizSpec]] = []
    for row in rows:
        path = path_of(row.folder, row.current)
        spec = read(kind_of(KIND), sources[row.blob_sha].decode(), path).spec
        if spec is None and row.compiled_sha is not None:
            spec = store.spec_of(row.compiled_sha)
        if spec is not None:
            found.append((path, spec))
        elif slugs is not None:
            raise Invalid(text("《%(title)s》的草稿里有错误，读不出来。请先在编辑台改好。", title=row.title))
    return found


def _rows(slugs: Sequence[str] | None) -> list[Any]:
    asked, current = aliased(Slug), aliased(Slug)
    head, published = aliased(Revision), aliased(Revision)
    statement = (
        select(
            asked.slug,
            current.slug.label("current"),
            Document.folder,
            Document.title,
            head.blob_sha,
            published.compiled_sha,
        )
        .join(Document, Document.id == asked.document_id)
        .join(current, (current.document_id == Document.id) & current.is_current)
        .join(head, head.id == func.coalesce(Document.draft_id, Document.published_id))
        .outerjoin(published, published.id == Document.published_id)
        .where(asked.kind == KIND)
        .order_by(Document.title, Document.id)
    )
    if slugs is None:
        statement = statement.where(asked.is_current, Document.state != "archived")
    else:
        statement = statement.where(asked.slug.in_(slugs))
    return list(session().execute(statement))


def _group(section: Section, quiz: str, path: str) -> Group:
    """Return a section whose questions say themselves what they count and what they are about."""
    questions = tuple(
        replace(
            from_the_root(question, path),
            points=section.each if question.points is None else question.points,
            tags=tuple(dict.fromkeys([*section.tags, *question.tags])),
        )
        for question in section.questions
    )
    return Group(title=" / ".join(filter(None, [quiz, section.title])), questions=questions)


def _add_pictures(questions: Sequence[Question], pictures: dict[str, Picture]) -> None:
    """Add the bytes of the pictures that these questions show, by the target as it is written."""
    written = {
        link.target: link.label
        for question in questions
        for link in find_links(write_question(question))
        if link.is_image and not link.is_external
    }
    wanted = {target: target.lstrip("/") for target in written if target not in pictures}
    rows = attachments.by_path(list(wanted.values()))
    for target, where in wanted.items():
        row = rows.get(where)
        if row is None or row.kind != "picture":
            continue
        if sum(len(each.data) for each in pictures.values()) + row.size > MOST_PICTURE_BYTES:
            return
        suffix = f".{where.rpartition('.')[2]}"
        pictures[target] = Picture(data=files.read(row.sha), suffix=suffix, words=written[target])
