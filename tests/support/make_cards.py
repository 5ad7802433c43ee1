"""Builders for must-reads and change cards: who read what, and what they owe."""

from sqlalchemy import select

from lms.accounts.models import Person
from lms.assignments.models import Assignment
from lms.assignments.rules import READ
from lms.content.models import Document, Revision, Slug
from lms.core.db import session, transaction
from lms.learning.actions import reading
from tests.support.make import as_actor

RULE = "七天内可以申请退货。"
NEW_RULE = "十五天内可以申请退货。"


def rule_text(
    rule: str = RULE, more: str = "## 运费\n质量问题由商家承担。", title: str = "退货时效", **front: str
) -> str:
    """Return an article of two sections, 时效 and 运费. front: further properties by their Chinese name."""
    lines = "".join(f"{name}: {value}\n" for name, value in front.items())
    return f"---\n类型: 知识\n{lines}---\n# {title}\n\n## 时效\n{rule}\n\n{more}\n"


def number_of(document: Document) -> int:
    """Return the number of the published version."""
    found = session().scalar(select(Revision.number).where(Revision.id == document.published_id))
    assert found is not None
    return found


def slug_of(document: Document) -> str:
    found = session().scalar(select(Slug.slug).where(Slug.document_id == document.id, Slug.is_current))
    assert found is not None
    return found


def has_read(person: Person, document: Document) -> None:
    """Let a person read a lesson or an article to its end, as it is published now."""
    with transaction():
        reading.complete(as_actor(person), document.kind, slug_of(document), number=number_of(document))


def duty_of(person: Person, document: Document) -> Assignment | None:
    """Return the duty to read and confirm, None where there never was one."""
    session().expire_all()
    return (
        session()
        .scalars(
            select(Assignment).where(
                Assignment.person_id == person.id, Assignment.document_id == document.id, Assignment.occasion == READ
            )
        )
        .one_or_none()
    )


def owes_card(person: Person, document: Document) -> bool:
    duty = duty_of(person, document)
    return duty is not None and duty.state == "open"
