"""Asking and answering below an article."""

from sqlalchemy import select

from lms.accounts.events import Told
from lms.content import meant
from lms.content.models import Document, Slug
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from lms.core.texts import text
from lms.kb.models import Comment
from lms.kb.queries import talk as queries
from lms.kb.rules import talking as rules

MOST = 500
"""Remarks that one article may hold."""


def speak(actor: Actor, document: Document, written: str, *, anchor: str = "", answers: str = "") -> Comment:
    """Ask about an article, or answer. answers: the public id of what is answered, "" = a new question.

    Who answers for the article and everybody in the thread is told. Raises Invalid, NotFound for an answer to something
    below another article, TooMany.
    """
    written = written.strip()
    if not written:
        raise Invalid(text("请写点什么。"), fields={"words": text("请写点什么。")})
    if len(written) > rules.LONGEST:
        why = text("最多 %(most)s 个字。", most=rules.LONGEST)
        raise Invalid(why, fields={"words": why})
    known = {each.id: each for each in queries.remarks(document.id)}
    if len(known) >= MOST:
        raise TooMany(text("这条知识下面的讨论太多了，请先请培训师整理进正文。"))
    answered = next((each for each in known.values() if each.public_id == answers), None) if answers else None
    if answers and answered is None:
        raise NotFound()
    root = known[rules.root_of(answered, known)] if answered is not None else None
    made = Comment(
        document_id=document.id,
        anchor=root.anchor if root is not None else anchor,
        answers_id=root.id if root is not None else None,
        person_id=actor.id,
        text=written,
        at=clock.now(),
    )
    session().add(made)
    if root is not None and root.settled_at is not None and root.person_id == actor.id:
        asked = session().get_one(Comment, root.id)
        asked.settled_at = asked.settled_by = None  # who asked goes on asking
    session().flush()
    part = {each.person_id for each in known.values() if root is not None and root.id in (each.id, each.answers_id)}
    sentence = (
        text("%(name)s回复了《%(title)s》下面的讨论。", name=actor.name, title=document.title)
        if root is not None
        else text("%(name)s在《%(title)s》下面提了一个问题。", name=actor.name, title=document.title)
    )
    told = rules.listeners(actor.id, document.owner_id, part)
    if told and document.audience:  # who can read it no more is not told of it
        told = sorted(meant.readers(meant.people(told), document.audience))
    if told:
        slug = session().scalars(select(Slug.slug).where(Slug.document_id == document.id, Slug.is_current)).one()
        link = ("kb.talk", {"slug": slug})
        emit(Told(person_ids=tuple(told), topic="content", sentence=sentence, link=link, key=f"talk:{made.public_id}"))
    return made


def take_back(actor: Actor, public_id: str) -> int:
    """Delete a remark of one's own; of one that was answered the place stays, empty. Return its document."""
    found, document = queries.comment(actor, public_id)
    if found.person_id != actor.id:
        raise NotFound()
    if session().scalar(select(Comment.id).where(Comment.answers_id == found.id).limit(1)) is not None:
        found.text = ""
    else:
        session().delete(found)
    session().flush()
    return document.id


def settle(actor: Actor, public_id: str, *, settled: bool = True) -> int:
    """Say that a question is dealt with, or open again. Return its document.

    Raises Forbidden for who neither answers for the article, writes content nor asked, Conflict for an answer.
    """
    found, document = queries.comment(actor, public_id)
    if not queries.may_settle(actor, document.owner_id, found.person_id):
        raise Forbidden()
    if found.answers_id is not None:
        raise Conflict(text("只有问题可以结束，回复不用。"))
    if settled == (found.settled_at is not None):
        return document.id
    found.settled_at, found.settled_by = (clock.now(), actor.id) if settled else (None, None)
    session().flush()
    audit(actor.id, "comment.settled" if settled else "comment.reopened", "comment", found.id)
    return document.id
