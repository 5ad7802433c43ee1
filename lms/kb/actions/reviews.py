"""Confirming that what is written still holds (复审), and reminding those who have to look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lms.accounts import queries as people
from lms.accounts.events import Settled, Told
from lms.content.actions import verifying
from lms.content.kinds import kind_of
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.core.texts import Text, text
from lms.kb.models import Verification
from lms.kb.queries import reviews as queries
from lms.kb.queries.reviews import Due
from lms.kb.rules.reviews import keys_until, reminder_of


def confirm(actor: Actor, document_id: int, revision_id: int) -> date:
    """Say that a document still holds as it is; return until when. revision_id: the version that was looked at.

    Raises NotFound for what is not the actor's to confirm, Conflict where another version is published by now.
    """
    statement = select(Document.verified_until).where(Document.id == document_id, queries.reviewable(actor))
    if session().execute(statement).one_or_none() is None:
        raise NotFound()
    before = session().scalar(statement)
    document, until = verifying.confirm(actor, document_id, revision_id)
    session().add(
        Verification(document_id=document_id, revision_id=revision_id, person_id=actor.id, at=clock.now(), until=until)
    )
    session().flush()
    if before is not None and document.owner_id is not None:
        _settle(document.owner_id, before)
    return until


def would_hold(document_id: int) -> date | None:
    """Return until when a document would hold if it were confirmed today; None for one without a period."""
    return verifying.would_hold(document_id)


def confirm_several(actor: Actor, chosen: Iterable[tuple[int, int]]) -> int:
    """Confirm several documents, each given with the version that was looked at; return how many."""
    return len([confirm(actor, document_id, revision_id) for document_id, revision_id in sorted(set(chosen))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding:
    """One thing that some people are told. key: said once to each."""

    person_ids: tuple[int, ...]
    sentence: Text
    link: tuple[str, dict[str, object]]
    key: str


def remindings(on: date) -> list[Reminding]:
    """Return what is to be said today: one sentence for each owner, review day and step."""
    groups: dict[tuple[int | None, str], list[Due]] = {}
    lefts: dict[str, int] = {}
    for each in queries.due(on):
        reminder = reminder_of(each.until, on)
        if reminder is not None:
            key = reminder.key(each.until)
            lefts[key] = reminder.left
            groups.setdefault((each.owner_id, key), []).append(each)
    anybody = tuple(people.trainers()) if any(owner is None for owner, _key in groups) else ()
    found = []
    for (owner, key), documents in groups.items():
        told = (owner,) if owner is not None else anybody
        if told:
            link = _link(documents)
            sentence = _sentence(documents, lefts[key])
            found.append(Reminding(person_ids=told, sentence=sentence, link=link, key=key))
    return found


def remind(said: Iterable[Reminding]) -> None:
    """Tell them; whoever was told before is not told again."""
    for each in said:
        emit(Told(person_ids=each.person_ids, topic="review", sentence=each.sentence, link=each.link, key=each.key))


def _link(documents: list[Due]) -> tuple[str, dict[str, object]]:
    endpoint = kind_of(documents[0].kind).open_endpoint if len(documents) == 1 else None
    return (endpoint, {"slug": documents[0].slug}) if endpoint else ("kb.reviews", {})


def _sentence(documents: list[Due], left: int) -> Text:
    title, count = documents[0].title, len(documents)
    if count == 1:
        if left < 0:
            return text("《%(title)s》已过复审期 %(days)s 天，请看过后确认有效或修改。", title=title, days=-left)
        if left == 0:
            return text("《%(title)s》今天到复审期，请看过后确认有效或修改。", title=title)
        return text("《%(title)s》还有 %(days)s 天到复审期，请看过后确认有效或修改。", title=title, days=left)
    if left < 0:
        return text(
            "《%(title)s》等 %(count)s 份内容已过复审期 %(days)s 天，请看过。", title=title, count=count, days=-left
        )
    if left == 0:
        return text("《%(title)s》等 %(count)s 份内容今天到复审期，请看过。", title=title, count=count)
    return text(
        "《%(title)s》等 %(count)s 份内容还有 %(days)s 天到复审期，请看过。", title=title, count=count, days=left
    )


def _settle(owner_id: int, until: date) -> None:
    """Take the reminders of a review day as read once nothing of it is left to look at."""
    left = session().scalar(
        select(Document.id)
        .where(Document.owner_id == owner_id, Document.verified_until == until, Document.state == "published")
        .limit(1)
    )
    if left is None:
        for key in keys_until(until, today()):
            emit(Settled(person_ids=(owner_id,), key=key))
