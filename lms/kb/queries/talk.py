"""Reading what is said below an article."""

from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.content import queries as content
from lms.content.models import Document
from lms.core.access import Actor, Permission, allows
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.kb.models import Comment
from lms.kb.rules.talking import Remark, Thread, threads

_settler = aliased(Person)
_REMARKS = (
    select(
        Comment.id,
        Comment.public_id,
        Comment.anchor,
        Comment.answers_id,
        Comment.person_id,
        Person.name,
        Comment.text,
        Comment.at,
        Comment.settled_at,
        _settler.name.label("settled_by"),
    )
    .join(Person, Person.id == Comment.person_id)
    .outerjoin(_settler, _settler.id == Comment.settled_by)
    .where(Comment.document_id == bindparam("document_id"))
    .order_by(Comment.id)
)


def talk(document_id: int) -> list[Thread]:
    """Return the threads of an article, open ones first."""
    return threads(remarks(document_id))


def remarks(document_id: int) -> list[Remark]:
    return [
        Remark(
            id=row.id,
            public_id=row.public_id,
            anchor=row.anchor,
            answers_id=row.answers_id,
            person_id=row.person_id,
            name=row.name or "",
            text=row.text,
            at=row.at,
            settled_at=row.settled_at,
            settled_by=row.settled_by or "",
        )
        for row in rows(_REMARKS, {"document_id": document_id})
    ]


def open_talk(document_id: Any) -> Any:
    """Return how many questions below an article are not settled, as a column of another statement."""
    return (
        select(func.count(Comment.id))
        .where(
            Comment.document_id == document_id,
            Comment.answers_id.is_(None),
            Comment.settled_at.is_(None),
            Comment.text != "",
        )
        .scalar_subquery()
    )


def comment(actor: Actor, public_id: str) -> tuple[Comment, Document]:
    """Return one remark and its article, if the actor may read that. Raises NotFound."""
    found = (
        session()
        .execute(
            select(Comment, Document)
            .join(Document, Document.id == Comment.document_id)
            .where(Comment.public_id == public_id, content.readable(actor))
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound()
    return found[0], found[1]


def may_settle(actor: Actor, owner_id: int | None, asked_by: int) -> bool:
    """Return whether somebody may say that a question is dealt with: who asked, who answers for it, who writes."""
    return actor.id in (owner_id, asked_by) or allows(actor, Permission.CONTENT_EDIT)
