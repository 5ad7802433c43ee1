"""Proposing a change of an article or a new one, and what an editor makes of it."""

from sqlalchemy import select

from lms.accounts import queries as people
from lms.accounts.events import Settled, Told
from lms.accounts.models import Person
from lms.content import actions as content
from lms.content import meant, store
from lms.content import queries as documents
from lms.content.actions.adopting import adopt
from lms.content.actions.drafts import NOTE, Saved
from lms.content.models import Document, Revision
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Invalid, NotFound, TooMany
from lms.core.texts import Text, text
from lms.kb.models import Suggestion
from lms.kb.queries.suggestions import open_count
from lms.kb.rules import suggesting as rules
from lms.kb.rules.suggesting import State

MOST_OPEN = 30
"""Proposals of one person that may wait at once."""


def suggest_edit(actor: Actor, document_id: int, base_revision_id: int, source: str, reason: str) -> Suggestion:
    """Propose another text of an article that the actor has read. base_revision_id: the version that they read.

    Raises Invalid where nothing is changed or no reason is given, NotFound for a version of something else, TooMany.
    """
    base = session().get(Revision, base_revision_id)
    if base is None or base.document_id != document_id or base.compiled_sha is None:
        raise NotFound()
    store.encode(source)
    if not rules.is_change(store.source_of(base.blob_sha), source):
        raise Invalid(text("您还没有改动文字。"), fields={"body": text("您还没有改动文字。")})
    title = session().get_one(Document, document_id).title
    made = _add(actor, title=title, source=source, reason=_reason(reason, needed=True))
    made.document_id, made.base_revision_id = document_id, base.id
    session().flush()
    _tell_editors(made, text("%(name)s建议修改《%(title)s》", name=actor.name, title=title))
    return made


def suggest_new(actor: Actor, title: str, folder: str, source: str, reason: str = "") -> Suggestion:
    """Share something that no article says yet. Raises Invalid, TooLarge, TooMany."""
    store.encode(source)
    made = _add(actor, title=title[: rules.TITLE], source=source, reason=_reason(reason, needed=False))
    made.folder = folder
    session().flush()
    _tell_editors(made, text("%(name)s分享了一条知识：《%(title)s》", name=actor.name, title=made.title))
    return made


def withdraw(actor: Actor, public_id: str) -> None:
    """Take a proposal of one's own back. Raises NotFound, Conflict where it is decided."""
    found = locked(Suggestion, public_id, key_share=True)
    if found.person_id != actor.id:
        raise NotFound()
    _still_open(found)
    found.state, found.decided_by, found.decided_at = State.WITHDRAWN, actor.id, clock.now()
    session().flush()
    _settle(found)


def accept(actor: Actor, public_id: str, *, slug: str = "", answer: str = "") -> Saved:
    """Make a proposal the draft of its article, or a new draft at this address; it stays its author's.

    What was changed since is kept; where both changed the same place, `Saved.conflict` says so and the proposal lies
    beside the draft. Raises NotFound, Conflict where it is decided, and what the store raises.
    """
    found = locked(Suggestion, public_id, key_share=True)
    _still_open(found)
    note = found.reason[:NOTE]  # whose proposal it is, the version says by its author
    if found.document_id is not None:
        assert found.base_revision_id is not None
        document_id = found.document_id
        saved = adopt(actor, found.person_id, document_id, found.base_revision_id, found.text, note)
    else:
        source = rules.with_owner(found.text, actor.employee_no)
        made = content.create(actor, "article", slug, source, note, author_id=found.person_id)
        document_id = made.document_id
        saved = Saved(revision_id=made.revision_id, number=1, changed=True)
    found.state, found.answer = State.ACCEPTED, answer.strip()[: rules.REASON]
    found.decided_by, found.decided_at = actor.id, clock.now()
    found.result_document_id, found.result_revision_id = document_id, saved.revision_id
    session().flush()
    _settle(found)
    audit(actor.id, "suggestion.accepted", "suggestion", found.id, person_id=found.person_id)
    sentence = text("%(name)s采纳了您对《%(title)s》的建议，发布后再告诉您。", name=actor.name, title=found.title)
    if found.document_id is None:
        sentence = text("%(name)s采纳了您分享的《%(title)s》，发布后再告诉您。", name=actor.name, title=found.title)
    _tell_author(found, sentence, "accepted")
    return saved


def decline(actor: Actor, public_id: str, answer: str) -> None:
    """Say why a proposal is not taken. Raises NotFound, Invalid without an answer, Conflict where it is decided."""
    found = locked(Suggestion, public_id, key_share=True)
    _still_open(found)
    answer = answer.strip()
    if not answer:
        raise Invalid(text("请写一句为什么不采纳，提建议的人会看到。"), fields={"answer": text("请写一句原因。")})
    if len(answer) > rules.REASON:
        why = text("最多 %(most)s 个字。", most=rules.REASON)
        raise Invalid(why, fields={"answer": why})
    found.state, found.answer = State.DECLINED, answer
    found.decided_by, found.decided_at = actor.id, clock.now()
    session().flush()
    _settle(found)
    audit(actor.id, "suggestion.declined", "suggestion", found.id, person_id=found.person_id)
    sentence = text("您对《%(title)s》的建议这次没有采纳：%(answer)s", title=found.title, answer=answer)
    _tell_author(found, sentence, "declined")


def give_credit(document_id: int, revision_id: int) -> None:
    """Name this version as the one that holds what was accepted since the last one; its authors are told."""
    waiting = session().scalars(
        select(Suggestion)
        .outerjoin(Revision, Revision.id == Suggestion.result_revision_id)
        .where(
            Suggestion.result_document_id == document_id,
            Suggestion.state == State.ACCEPTED,
            Revision.compiled_sha.is_(None),
        )
        .order_by(Suggestion.id)
    )
    found = waiting.all()
    if not found:
        return
    card = documents.cards([document_id])[document_id]
    audience = session().get_one(Document, document_id).audience
    readers = meant.readers(meant.people([each.person_id for each in found]), audience)
    for each in found:
        each.result_revision_id = revision_id
        if each.person_id in readers:
            sentence = text("您的建议已经写进《%(title)s》并发布，谢谢。", title=card.title)
            _tell_author(each, sentence, "published", ("kb.article", {"slug": card.slug}))
        else:  # its title and address are none of theirs any more: it is called as they called it
            _tell_author(each, text("您的建议已经写进《%(title)s》并发布，谢谢。", title=each.title), "published")
    session().flush()


def _add(actor: Actor, *, title: str, source: str, reason: str) -> Suggestion:
    if open_count(actor.id) >= MOST_OPEN:
        raise TooMany(text("您有 %(most)s 条建议还在等处理，请等处理了再提。", most=MOST_OPEN))
    made = Suggestion(person_id=actor.id, title=title, text=source, reason=reason, at=clock.now())
    session().add(made)
    session().flush()
    return made


def _reason(written: str, *, needed: bool) -> str:
    written = written.strip()
    if needed and not written:
        raise Invalid(text("请写一句为什么要改。"), fields={"reason": text("请写一句为什么要改。")})
    if len(written) > rules.REASON:
        why = text("最多 %(most)s 个字。", most=rules.REASON)
        raise Invalid(why, fields={"reason": why})
    return written


def _still_open(found: Suggestion) -> None:
    if found.state == State.OPEN:
        return
    if found.state == State.WITHDRAWN:
        raise Conflict(text("提建议的人已经撤回。"), code="decided")
    who = session().scalar(select(Person.name).where(Person.id == found.decided_by)) or ""
    raise Conflict(text("这条建议已由%(name)s处理。", name=who), code="decided")


def _tell_editors(made: Suggestion, sentence: Text) -> None:
    told = [each for each in people.trainers() if each != made.person_id]
    if told:
        link = ("kb.suggestion", {"public_id": made.public_id})
        key = f"suggestion:{made.public_id}"
        emit(Told(person_ids=tuple(told), topic="suggestion", sentence=sentence, link=link, key=key))


def _settle(found: Suggestion) -> None:
    """Take what the trainers were told as read: there is nothing left to decide."""
    emit(Settled(person_ids=tuple(people.trainers()), key=f"suggestion:{found.public_id}"))


def _tell_author(
    found: Suggestion, sentence: Text, what: str, link: tuple[str, dict[str, object]] | None = None
) -> None:
    where = link or ("kb.suggestion", {"public_id": found.public_id})
    key = f"suggestion:{found.public_id}:{what}"
    emit(Told(person_ids=(found.person_id,), topic="suggestion", sentence=sentence, link=where, key=key))
