"""Everything of the content that wants somebody's attention, by what it is: one list for the page and the API."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.content.models import Document, DocumentCheck, Edge, FileState, Part, Revision, Slug
from lms.content.queries.reading import ARCHIVED, BANK, CARD, CARD_MORE, PUBLISHED, RECURRING, Card, card_of
from lms.core.db import session
from lms.core.texts import Text, from_plain, text

SOON = timedelta(days=14)  # a review day that is near; a draft that has lain about
TARGET_EXPIRED = "C144"
IN_PATHS = ("lesson", "task", "quiz")
BY_ITSELF = (BANK, RECURRING)
"""Uses of quizzes that nobody looks for in a course: drawn from, or given each week."""


class Concern(StrEnum):
    """What may be wrong, in the order in which it should be dealt with."""

    MUST = "must"  # 必须改
    CONFLICT = "conflict"
    EXPIRED = "expired"
    NO_OWNER = "no_owner"
    MAY = "may"  # 建议改
    DUE = "due"
    OLD_DRAFT = "old_draft"
    NO_BASIS = "no_basis"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worry:
    """One document with one concern. what: the sentence; line: where in the source, 0 = the whole document."""

    concern: Concern
    card: Card
    owner: str
    what: Text
    code: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """owner_id: only what this person owns. kind, concern: only these; "" = all."""

    owner_id: int | None = None
    kind: str = ""
    concern: str = ""


def worries(wanted: Wanted, today: date, now: datetime) -> list[Worry]:
    """Return everything that wants attention, the most urgent first, then by title."""
    found = [
        *_from_checks(wanted),
        *_conflicts(wanted),
        *_reviews(wanted, today),
        *_owners(wanted),
        *_old_drafts(wanted, now),
        *_without_basis(wanted),
        *_unused(wanted),
    ]
    if wanted.concern:
        found = [one for one in found if one.concern == wanted.concern]
    order = list(Concern)
    return sorted(found, key=lambda one: (order.index(one.concern), one.card.title, one.card.document_id, one.line))


def checked_at() -> datetime | None:
    """Return when the oldest check that still counts was made, None before the first."""
    return session().scalar(select(func.min(DocumentCheck.at)))


def _cards(wanted: Wanted, *more: Any) -> Any:
    """Return the documents that the page is asked about, with their owner's name, archived ones left out."""
    statement = (
        select(*CARD, *CARD_MORE, Person.name.label("owner"), *more)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .outerjoin(Person, Person.id == Document.owner_id)
        .where(Document.state != ARCHIVED)
    )
    if wanted.owner_id is not None:
        statement = statement.where(Document.owner_id == wanted.owner_id)
    return statement.where(Document.kind == wanted.kind) if wanted.kind else statement


def _those(wanted: Wanted, concern: Concern, what: Text, *conditions: ColumnElement[bool]) -> Iterator[Worry]:
    for row in session().execute(_cards(wanted).where(*conditions)):
        yield Worry(concern=concern, card=card_of(row), owner=row.owner or "", what=what)


def _from_checks(wanted: Wanted) -> Iterator[Worry]:
    statement = (
        _cards(wanted, DocumentCheck.findings)
        .join(DocumentCheck, DocumentCheck.document_id == Document.id)
        .where(or_(DocumentCheck.errors > 0, DocumentCheck.warnings > 0))
    )
    for row in session().execute(statement):
        for finding in row.findings:
            if finding["code"] == TARGET_EXPIRED:
                continue  # the target itself is on the list: one article past its review would fill a page
            yield Worry(
                concern=Concern.MUST if finding["error"] else Concern.MAY,
                card=card_of(row),
                owner=row.owner or "",
                what=from_plain(finding),
                code=finding["code"],
                line=finding["line"],
            )


def _conflicts(wanted: Wanted) -> Iterator[Worry]:
    waiting = exists().where(FileState.document_id == Document.id, FileState.conflict_revision_id.is_not(None))
    return _those(wanted, Concern.CONFLICT, text("文件和数据库都改过，请选用哪一个。"), waiting)


def _reviews(wanted: Wanted, today: date) -> Iterator[Worry]:
    near = (Document.state == PUBLISHED, Document.verified_until.is_not(None), Document.verified_until < today + SOON)
    for row in session().execute(_cards(wanted).where(*near)):
        late = row.verified_until < today
        yield Worry(
            concern=Concern.EXPIRED if late else Concern.DUE,
            card=card_of(row),
            owner=row.owner or "",
            what=text(
                "过了复审期 %(days)s 天，请看一遍，确认有效或修改后发布。", days=(today - row.verified_until).days
            )
            if late
            else text("%(days)s 天后要复审。", days=(row.verified_until - today).days),
        )


def _owners(wanted: Wanted) -> Iterator[Worry]:
    if wanted.owner_id is None:
        yield from _those(
            wanted,
            Concern.NO_OWNER,
            text("没有负责人，到期没有人复审。请在属性里填工号。"),
            Document.owner_id.is_(None),
        )
    for row in session().execute(_cards(wanted).where(Document.owner_id.is_not(None), Person.active.is_(False))):
        what = text("负责人%(name)s已离职，请换一位。", name=row.owner or "")
        yield Worry(concern=Concern.NO_OWNER, card=card_of(row), owner=row.owner or "", what=what)


def _old_drafts(wanted: Wanted, now: datetime) -> Iterator[Worry]:
    draft = aliased(Revision)
    statement = _cards(wanted, draft.at).join(draft, draft.id == Document.draft_id).where(draft.at < now - SOON)
    for row in session().execute(statement):
        what = text("草稿放了 %(days)s 天没有发布。", days=(now - row.at).days)
        yield Worry(concern=Concern.OLD_DRAFT, card=card_of(row), owner=row.owner or "", what=what)


def _without_basis(wanted: Wanted) -> Iterator[Worry]:
    """Questions of a quiz that rest on no section: nobody is told when their rule changes.

    A self-check rests on the lesson in which it stands.
    """
    resting = exists().where(Edge.from_part_id == Part.id)
    count = (
        select(Part.document_id, func.count(Part.id).label("count"))
        .where(Part.kind == "question", Part.retired_at.is_(None), ~resting)
        .group_by(Part.document_id)
        .subquery()
    )
    statement = _cards(wanted, count.c.count).join(count, count.c.document_id == Document.id)
    for row in session().execute(statement.where(Document.state == PUBLISHED, Document.kind == "quiz")):
        what = text("%(count)s 道题的解析没有链接到依据的小节，规则改了不会提醒复核。", count=row.count)
        yield Worry(concern=Concern.NO_BASIS, card=card_of(row), owner=row.owner or "", what=what)


def _unused(wanted: Wanted) -> Iterator[Worry]:
    leads = aliased(Document)
    used = exists().where(
        Edge.to_document_id == Document.id,
        Edge.from_document_id == leads.id,
        leads.kind.in_(("course", "curriculum")),
        leads.state != ARCHIVED,
    )
    return _those(
        wanted,
        Concern.UNUSED,
        text("没有放进任何课程或培训计划，学员在路径里学不到它。"),
        Document.kind.in_(IN_PATHS),
        Document.state == PUBLISHED,
        Document.use.not_in(BY_ITSELF),
        ~used,
    )
