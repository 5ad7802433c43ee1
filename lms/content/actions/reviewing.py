"""Handing a draft in, and what is decided about it: approved is published, in one act."""

from collections.abc import Sequence

from sqlalchemy import select

from lms.accounts import queries as people
from lms.accounts.events import Settled, Told
from lms.accounts.models import Person
from lms.content.actions.documents import editable, head_of, stale
from lms.content.actions.publish import Unpublishable, preview, publish
from lms.content.models import Category, Document, ReviewRequest, Revision, Slug
from lms.content.queries import reviewing as queries
from lms.content.rules import reviewing as rules
from lms.core import clock
from lms.core.access import Actor, Permission, allows
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.texts import Text, text


def hand_in(actor: Actor, document_id: int, base_revision_id: int, note: str = "") -> ReviewRequest:
    """Ask for a look at the draft. base_revision_id: the draft as its author saw it.

    Who hands in again replaces what was handed in before. Raises NotFound, Conflict where the draft is another one by
    now, where there is none, or where nobody else could review it; Unpublishable for a text with errors.
    """
    document = editable(document_id)
    if base_revision_id != head_of(document):
        raise stale(document, base_revision_id)
    if document.draft_id is None:
        raise Conflict(text("《%(title)s》没有未发布的修改。", title=document.title), code="nothing_to_publish")
    note = checked(note, "note")
    slug = session().scalars(select(Slug.slug).where(Slug.document_id == document.id, Slug.is_current)).one()
    reviewer = queries.reviewer_of(document, slug)
    asked = queries.others_who_may(actor, reviewer)
    if not asked:
        raise Conflict(text("除了您，现在没有别的培训师能审。您可以直接发布。"), code="nobody_to_review")
    found = preview(document.id)
    if not found.is_publishable:
        raise Unpublishable(found.findings)
    request = _open_one(document.id)
    if request is None:
        request = ReviewRequest(document_id=document.id)
        session().add(request)
    request.revision_id, request.note = document.draft_id, note
    request.asked_by, request.asked_at = actor.id, clock.now()
    request.reviewer_id = reviewer.id if reviewer is not None and reviewer.id in asked else None
    session().flush()
    audit(actor.id, "review.asked", "document", document.id, after={"revision": request.revision_id})
    _tell(
        asked,
        text("%(name)s送审《%(title)s》，请看改动并决定。", name=actor.name, title=document.title),
        request,
        f"asked:{request.revision_id}",
    )
    return request


def withdraw(actor: Actor, request_id: int) -> None:
    """Take a request back. Raises NotFound for one of somebody else, Conflict for one that is decided."""
    document, request = _locked(request_id)
    if request.asked_by != actor.id:
        raise NotFound()
    _still_open(request)
    _decide(actor, request, "withdrawn")
    audit(actor.id, "review.withdrawn", "document", document.id)


def send_back(actor: Actor, request_id: int, answer: str) -> None:
    """Return a draft with a reason; it stays the draft. Raises NotFound, Forbidden, Invalid, Conflict."""
    document, request = _locked(request_id)
    _may_decide(actor, request)
    answer = checked(answer, "answer")
    if not answer:
        raise Invalid(text("请写一句为什么退回、要改哪里。"), fields={"answer": text("请写一句为什么退回、要改哪里。")})
    _still_open(request)
    _decide(actor, request, "returned", answer)
    audit(actor.id, "review.returned", "document", document.id)
    sentence = text("%(name)s退回了《%(title)s》：%(answer)s", name=actor.name, title=document.title, answer=answer)
    _tell([request.asked_by], sentence, request, f"returned:{request.revision_id}")


def approve(actor: Actor, request_id: int, base_revision_id: int, note: str = "", *, minor: bool = False) -> Revision:
    """Publish what was handed in. base_revision_id: the draft that the reviewer has read.

    Raises NotFound, Forbidden, Conflict where somebody decided before or the draft is another one by now, and what
    `publish` raises.
    """
    document, request = _locked(request_id)
    _may_decide(actor, request)
    _still_open(request)
    revision = publish(actor, document.id, base_revision_id, note, minor=minor, approved=True)
    _decide(actor, request, "approved", note)
    audit(actor.id, "review.approved", "document", document.id, after={"revision": revision.id})
    sentence = text("%(name)s审过并发布了《%(title)s》。", name=actor.name, title=document.title)
    _tell([request.asked_by], sentence, request, "approved")
    return revision


def close_open(document_id: int, actor_id: int | None) -> None:
    """Close what was handed in of a document that was published or archived another way; its asker is told."""
    request = _open_one(document_id)
    if request is None:
        return
    own = actor_id == request.asked_by
    request.state = "withdrawn" if own or actor_id is None else "approved"
    request.decided_by, request.decided_at = actor_id, clock.now()
    session().flush()
    _settle(request)
    if not own:
        title = session().get_one(Document, document_id).title
        sentence = text("您送审的《%(title)s》已不用再审：它已发布新版或已归档。", title=title)
        _tell([request.asked_by], sentence, request, "closed")


def reviewer_left(person_id: int) -> None:
    """Ask every trainer where somebody was asked who has left."""
    open_ones = session().scalars(
        select(ReviewRequest).where(ReviewRequest.reviewer_id == person_id, ReviewRequest.state == "open")
    )
    for request in open_ones.all():
        request.reviewer_id = None
        title = session().get_one(Document, request.document_id).title
        sentence = text("《%(title)s》在等人审：原来的审核人已离开。", title=title)
        _tell([each for each in people.trainers() if each != request.asked_by], sentence, request, "reviewer-left")


def set_category(actor: Actor, folder: str, reviewer_id: int | None, *, watermark: bool | None = None) -> None:
    """Say who approves what is written in a folder; None = any trainer. watermark: None = as it is.

    Raises NotFound for a person who is not here (any more).
    """
    if reviewer_id is not None:
        person = session().get(Person, reviewer_id)
        if person is None or not person.active:
            raise NotFound()
    category = session().get(Category, folder)
    if category is None:
        category = Category(folder=folder, watermark=False)
        session().add(category)
    before = {"reviewer": category.reviewer_id, "watermark": category.watermark}
    category.reviewer_id = reviewer_id
    if watermark is not None:
        category.watermark = watermark
    after = {"reviewer": category.reviewer_id, "watermark": category.watermark}
    session().flush()
    if before != after:
        audit(actor.id, "category.changed", "category", folder, before=before, after=after)


def checked(written: str, name: str) -> str:
    """Return a remark without spaces around it. Raises Invalid for one that is too long."""
    written = written.strip()
    if len(written) > rules.NOTE:
        why = text("最多 %(most)s 个字。", most=rules.NOTE)
        raise Invalid(why, fields={name: why})
    return written


def _locked(request_id: int) -> tuple[Document, ReviewRequest]:
    """Return a request under the lock of its document, as it is now: of two who decide one comes second."""
    found = session().get(ReviewRequest, request_id)
    if found is None:
        raise NotFound()
    document = editable(found.document_id)
    session().refresh(found)
    return document, found


def _open_one(document_id: int) -> ReviewRequest | None:
    statement = select(ReviewRequest).where(ReviewRequest.document_id == document_id, ReviewRequest.state == "open")
    return session().scalars(statement.execution_options(populate_existing=True)).one_or_none()


def _may_decide(actor: Actor, request: ReviewRequest) -> None:
    publishes = allows(actor, Permission.CONTENT_PUBLISH)
    if not publishes and actor.id != request.reviewer_id:
        raise NotFound()
    if not rules.may_decide(
        actor.id, publishes=publishes, reviewer_id=request.reviewer_id, writers={request.asked_by, *_writers(request)}
    ):
        raise Forbidden(text("自己写的、自己送审的，要由另一个人来审。"))


def _writers(request: ReviewRequest) -> set[int]:
    writer = session().scalar(select(Revision.author_id).where(Revision.id == request.revision_id))
    return set() if writer is None else {writer}


def _still_open(request: ReviewRequest) -> None:
    if request.state == "open":
        return
    who = session().scalar(select(Person.name).where(Person.id == request.decided_by)) or ""
    ends: dict[str, Text] = {
        "approved": text("这份送审已由%(name)s通过。", name=who),
        "returned": text("这份送审已由%(name)s退回。", name=who),
        "withdrawn": text("这份送审已经撤回。"),
    }
    raise Conflict(ends[request.state], code="decided")


def _decide(actor: Actor, request: ReviewRequest, state: str, answer: str = "") -> None:
    request.state, request.answer = state, answer
    request.decided_by, request.decided_at = actor.id, clock.now()
    session().flush()
    _settle(request)


def _settle(request: ReviewRequest) -> None:
    """Take what the reviewers were told as read: there is nothing left to decide."""
    asked = {*people.trainers(), *([request.reviewer_id] if request.reviewer_id is not None else [])}
    for what in (f"asked:{request.revision_id}", "reviewer-left"):
        emit(Settled(person_ids=tuple(sorted(asked)), key=f"review:{request.id}:{what}"))


def _tell(person_ids: Sequence[int], sentence: Text, request: ReviewRequest, what: str) -> None:
    if not person_ids:
        return
    emit(
        Told(
            person_ids=tuple(sorted(person_ids)),
            topic="review",
            sentence=sentence,
            link=("content.review", {"request_id": request.id}),
            key=f"review:{request.id}:{what}",
        )
    )
