"""Verbs of suggestions to the training plan: write one, want the same, answer."""

from datetime import UTC, datetime, time

from sqlalchemy import delete, select

from lms.accounts.events import Settled, Told
from lms.accounts.queries import trainers
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import insert_new, locked, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import settings, today
from lms.core.texts import Text, text
from lms.learning.models import IdeaSupport, TrainingIdea
from lms.learning.queries import ideas as reading
from lms.learning.queries.ideas import STATES
from lms.learning.rules.surveys import week_of

LONGEST = 1_000
SHORTEST = 5


def suggest(actor: Actor, words: str, *, document_id: int | None = None, anonymous: bool = False) -> TrainingIdea:
    """Write a suggestion; trainers are told. Anonymously neither the person nor the time is kept, only the week.

    Raises Invalid, NotFound for a document that the actor may not read.
    """
    words = words.strip()
    if not SHORTEST <= len(words) <= LONGEST:
        reason = text("请写 %(least)s 到 %(most)s 个字。", least=SHORTEST, most=LONGEST)
        raise Invalid(reason, fields={"text": reason})
    if document_id is not None and reading.document_of(actor, document_id) is None:
        raise NotFound()
    idea = TrainingIdea(
        person_id=None if anonymous else actor.id,
        document_id=document_id,
        text=words,
        made_at=_week_begins() if anonymous else clock.now(),
        state="open",
    )
    session().add(idea)
    session().flush()
    emit(
        Told(
            person_ids=tuple(person_id for person_id in trainers() if anonymous or person_id != actor.id),
            topic="suggestion",
            sentence=text("有一条新的培训建议，等您答复。"),
            link=("learning.ideas", {"_anchor": f"idea-{idea.public_id}"}),
            key=f"idea:{idea.id}",
            inbox_only=True,
        )
    )
    return idea


def _week_begins() -> datetime:
    return datetime.combine(week_of(today()), time(), settings().timezone).astimezone(UTC)


def support(actor: Actor, public_id: str, *, wanted: bool) -> None:
    """Say that the actor wants the same, or no more. The same again changes nothing.

    Raises NotFound, Conflict for one's own and for one that is settled.
    """
    idea = locked(TrainingIdea, public_id)
    if idea.person_id == actor.id:
        raise Conflict(text("这是您自己提的，不用再支持。"), code="own")
    if idea.state in ("done", "declined"):
        raise Conflict(text("这条建议已经答复过了。"), code="settled")
    if wanted:
        insert_new(IdeaSupport, ("idea_id", "person_id"), [{"idea_id": idea.id, "person_id": actor.id}])
    else:
        session().execute(delete(IdeaSupport).where(IdeaSupport.idea_id == idea.id, IdeaSupport.person_id == actor.id))


def answer(actor: Actor, public_id: str, *, state: str, words: str) -> TrainingIdea:
    """Say what becomes of a suggestion; its author, where known, and who wanted the same are told.

    Raises NotFound, Invalid.
    """
    idea = locked(TrainingIdea, public_id)
    words = words.strip()
    problems: dict[str, Text] = {}
    if state not in STATES:
        problems["state"] = text("请选一种结果。")
    if state != "open" and not words:
        problems["answer"] = text("请写一句答复：打算怎么做，或为什么不做。")
    if len(words) > LONGEST:
        problems["answer"] = text("最多 %(n)s 个字，请缩短。", n=LONGEST)
    if problems:
        raise Invalid(text("请看标出的地方。"), fields=problems)
    if (idea.state, idea.answer) == (state, words):
        return idea
    before = idea.state
    idea.state, idea.answer = state, words
    idea.answered_by, idea.answered_at = actor.id, clock.now()
    session().flush()
    audit(actor.id, "idea.answer", "training_idea", idea.id, before={"state": before}, after={"state": state})
    emit(Settled(person_ids=tuple(trainers()), key=f"idea:{idea.id}"))
    people = set(session().scalars(select(IdeaSupport.person_id).where(IdeaSupport.idea_id == idea.id)))
    people |= {idea.person_id} if idea.person_id is not None else set()
    if state != "open" and people - {actor.id}:
        emit(
            Told(
                person_ids=tuple(sorted(people - {actor.id})),
                topic="suggestion",
                sentence=text("培训建议有答复了（%(state)s）：%(words)s", state=STATES[state], words=words[:60]),
                link=("learning.ideas", {"_anchor": f"idea-{idea.public_id}"}),
                key=f"idea:{idea.id}:answer:{idea.answered_at.isoformat()}",
                inbox_only=True,
            )
        )
    return idea
