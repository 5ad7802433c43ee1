"""What every verb needs of a document: its locked row, its name, what lists show of it."""

from datetime import timedelta

from sqlalchemy import select

from lms.accounts import queries as people
from lms.accounts.models import Person
from lms.content.audience import normal
from lms.content.models import Document, Revision, Slug
from lms.content.parts import Meta
from lms.content.queries.reading import ARCHIVED
from lms.content.rules.paths import path_of, split_path, why_no_path
from lms.core import clock
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.models import Installation
from lms.core.texts import text


def locked(document_id: int) -> Document:
    """Return the row of a document, locked until the end of the transaction. Raises NotFound.

    NO KEY UPDATE: a learner whose record refers to the document does not wait for its author, nor the other way.
    """
    document = (
        session()
        .scalars(
            select(Document)
            .where(Document.id == document_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )
    if document is None:
        raise NotFound()
    return document


def editable(document_id: int) -> Document:
    """Return the locked row of a document that may be changed. Raises NotFound, Conflict for an archived one."""
    document = locked(document_id)
    if document.state == ARCHIVED:
        raise Conflict(text("《%(title)s》已归档，请先恢复再修改。", title=document.title), code="archived")
    return document


def path_now(document: Document) -> str:
    """Return the path of the document's file in the repository, as its current name says."""
    slug = session().scalars(select(Slug.slug).where(Slug.document_id == document.id, Slug.is_current)).one()
    return path_of(document.folder, slug)


def new_document(kind: str, path: str, title: str, *, replace_redirects: bool = False) -> Document:
    """Write the row and the name of a new document. Raises Invalid for a name that can't be, Conflict for one taken.

    replace_redirects: a file lies where another document once lay; the old address then leads to the new one.
    """
    document = Document(kind=kind, folder="", title=title[:300], state="draft", created_at=clock.now())
    parts = split_path(path)
    problem = why_no_path(path)
    if problem is not None or parts is None:
        raise Invalid(problem or text("文件路径不对。"), fields={"slug": problem} if problem else {})
    document.folder, slug = parts
    session().add(document)
    session().flush()
    name_it(document, slug, replace_redirects=replace_redirects)
    return document


def name_it(document: Document, slug: str, *, replace_redirects: bool = False) -> None:
    """Make this the current name of a document; the one before it leads here from now on. Raises Conflict."""
    current = session()
    taken = current.get(Slug, (document.kind, slug))
    if taken is not None and taken.document_id != document.id:
        other = current.get_one(Document, taken.document_id)
        if taken.is_current:
            raise Conflict(
                text("地址“%(slug)s”已是《%(title)s》的，请换一个。", slug=slug, title=other.title), code="slug_taken"
            )
        if not replace_redirects:
            raise Conflict(
                text(
                    "地址“%(slug)s”是《%(title)s》以前用的，别处可能还有链接，请换一个。", slug=slug, title=other.title
                ),
                code="slug_taken",
            )
    for old in current.scalars(select(Slug).where(Slug.document_id == document.id, Slug.is_current)):
        old.is_current = False
    current.flush()  # at most one name is current, and the database watches it at every statement
    if taken is not None:
        taken.document_id, taken.is_current = document.id, True
    else:
        current.add(Slug(kind=document.kind, slug=slug, document_id=document.id, is_current=True))
    current.flush()


def mirror(document: Document, meta: Meta) -> None:
    """Copy into the row what lists show, so that no list loads a source."""
    document.title = meta.title[:300]
    document.summary = meta.summary
    document.minutes = meta.minutes
    document.use = meta.use
    document.tags = list(meta.tags)
    document.aliases = list(meta.aliases)
    document.shops = list(meta.shops)
    document.audience = [normal(word) for word in meta.audience]
    document.owner_id = owner_of(meta.owner)


def verify(document: Document, meta: Meta) -> None:
    """Count the review period anew from today."""
    days = meta.review_days
    document.verified_until = None if days is None else today() + timedelta(days=days)


def owner_of(written: str) -> int | None:
    """Return who answers for a document with this 负责人: that person, or their lead once they have left.

    Where nobody here is meant, or nobody leads any more: the person chosen by `take_over`, or None.
    """
    if not written:
        return None
    named = named_owner(written)
    return (answers_for(named) if named is not None else None) or session().scalar(
        select(Person.id).join(Installation, Installation.steward_id == Person.id).where(Person.active)
    )


def answers_for(person_id: int) -> int | None:
    """Return the person, or who leads the team that they have left; None where nobody does."""
    active = session().scalar(select(Person.id).where(Person.id == person_id, Person.active))
    return active if active is not None else people.lead_of(person_id)


def named_owner(written: str) -> int | None:
    """Return the person of this employee number, or of this name if there is only one."""
    by_number = session().scalar(select(Person.id).where(Person.employee_no == written))
    if by_number is not None:
        return by_number
    named = session().scalars(select(Person.id).where(Person.name == written, Person.active).limit(2)).all()
    return named[0] if len(named) == 1 else None


def head_of(document: Document) -> int | None:
    """Return the revision that an author works on: the draft, else what is published."""
    return document.draft_id or document.published_id


def stale(document: Document, base: int | None, *, kept: Revision | None = None) -> Conflict:
    """Return the refusal of a change that rests on an old version. kept: where the refused text was put aside."""
    head = head_of(document)
    row = (
        session()
        .execute(
            select(Revision.number, Person.name)
            .outerjoin(Person, Person.id == Revision.author_id)
            .where(Revision.id == head)
        )
        .one_or_none()
    )
    details: dict[str, object] = {"base": base, "current": head}
    who = (row.name if row else None) or text("文件同步")
    if kept is None:
        message = text("《%(title)s》在您打开之后已由%(who)s改过，请刷新后再试。", title=document.title, who=who)
    else:
        details["kept"] = kept.id
        message = text(
            "《%(title)s》在您打开之后已由%(who)s改过。您的文字已另存为第 %(number)s 版，没有丢，请对照后再保存。",
            title=document.title,
            who=who,
            number=kept.number,
        )
    return Conflict(message, code="stale", details=details)
