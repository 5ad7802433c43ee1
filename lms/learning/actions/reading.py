"""Reading: where somebody is, what they answered to themselves, and that they have read it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.assignments import actions as duties_actions
from lms.assignments import queries as duties_queries
from lms.assignments.confirming import refuse_older
from lms.assignments.events import Confirming
from lms.content import queries as content
from lms.content.models import Revision
from lms.core import clock
from lms.core.access import Actor
from lms.core.bus import ask
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text
from lms.learning.actions.watching import require_watched
from lms.learning.models import Reading
from lms.learning.rules.reading import accepted_seconds, furthest
from lms.questions.rules.answers import Answer
from lms.records import queries as records
from lms.records.actions import append, lock_people
from lms.records.events import Verb
from lms.records.models import Standing

READ = {"lesson": Verb.COMPLETED, "article": Verb.ACKNOWLEDGED}
"""What reading to the end means, by kind."""

MOST_SECTIONS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A completed reading: of which revision, and when. fresh: False where it had been said before."""

    document_id: int
    number: int
    at: datetime
    fresh: bool


def revision_shown(document_id: int, number: int) -> int:
    """Return the id of a revision that was once published. Raises Invalid for any other number."""
    found = session().scalar(
        select(Revision.id).where(
            Revision.document_id == document_id, Revision.number == number, Revision.compiled_sha.is_not(None)
        )
    )
    if found is None:
        raise Invalid(
            text("没有已发布的第 %(n)s 版，请刷新页面再试。", n=number),
            code="unknown_revision",
            fields={"revision": text("这一版不存在，或从未发布。")},
        )
    return found


def save_position(
    actor: Actor,
    kind: str,
    slug: str,
    *,
    number: int,
    anchor: str,
    section: int,
    sections: int,
    seconds: int,
) -> Reading:
    """Keep how far the actor has read, and for how long. section: sections read from the top; seconds: claimed.

    Raises NotFound for what the actor may not read, Invalid for a revision that was never published.
    """
    opened = content.open_published(actor, kind, slug)
    if kind not in READ:
        raise NotFound()
    revision_id = revision_shown(opened.document_id, number)
    lock_people([actor.id])
    now = clock.now()
    sections = max(0, min(sections, MOST_SECTIONS))
    reading = _reading(actor.id, opened.document_id)
    if reading is None:
        reading = _begin(actor.id, opened.document_id, revision_id, now)
        reading.observed_seconds = accepted_seconds(seconds, None, now)
    else:
        reading.observed_seconds += accepted_seconds(seconds, reading.last_at, now)
    reading.revision_id = revision_id
    reading.section = furthest(section, reading.section, sections)
    reading.sections = sections
    if anchor:
        reading.anchor = anchor[:200]
    reading.last_at = now
    return reading


def keep_answer(actor: Actor, document_id: int, revision_id: int, name: str, answer: Answer) -> None:
    """Keep the answer to a self-check, in the author's ids; None takes it back so that it can be given again."""
    lock_people([actor.id])
    now = clock.now()
    reading = _reading(actor.id, document_id) or _begin(actor.id, document_id, revision_id, now)
    checks = {key: value for key, value in reading.checks.items() if key != name}
    if answer is not None:
        checks[name] = {"v": answer, "r": revision_id}
    reading.checks = checks
    reading.revision_id = revision_id


def complete(actor: Actor, kind: str, slug: str, *, number: int, seconds: int = 0, source: str = "web") -> Done:
    """Say that the actor has read revision `number` of a lesson or article to the end. The same again changes nothing.

    Raises NotFound for what may not be read or is read by nobody, Invalid for a revision that was never published,
    Conflict for a lesson that is not open yet or whose films are not watched as far as it asks (`not_watched`), for an
    article of which a newer version is to be confirmed (`newer_revision`) or that asks something first (`check_first`).
    """
    opened = content.open_published(actor, kind, slug)
    verb = READ.get(kind)
    if verb is None:
        raise NotFound()
    revision_id = revision_shown(opened.document_id, number)
    lock_people([actor.id])
    now = clock.now()
    mine = [
        duty
        for duty in duties_queries.duties(actor.id, today())
        if duty.item.document_id == opened.document_id and duty.item.purpose == "complete"
    ]
    before = _said(actor.id, opened.document_id, revision_id)
    if before is not None and all(duty.item.settled for duty in mine):
        return Done(document_id=opened.document_id, number=number, at=before, fresh=False)
    if kind == "article":
        refuse_older(actor.id, opened.document_id, revision_id)
        if sum(ask(Confirming(person_id=actor.id, document_id=opened.document_id, revision_id=revision_id))):
            raise Conflict(text("确认之前先答一两道题。"), code="check_first")
    if kind == "lesson":
        reason = duties_queries.locked_reason(actor.id, opened.document_id, today())
        if reason is not None:
            raise Conflict(text("还不能开始：%(reason)s", reason=reason), code="locked")
        require_watched(actor.id, content.compiled(revision_id).watches)
    reading = _reading(actor.id, opened.document_id)
    observed = 0
    if reading is not None:
        observed = reading.observed_seconds + accepted_seconds(seconds, reading.last_at, now)
        reading.observed_seconds = 0
        reading.section = reading.sections
        reading.last_at = now
    append(
        actor,
        actor.id,
        verb,
        document_id=opened.document_id,
        revision_id=revision_id,
        source=source,
        credited_minutes=next((duty.item.minutes for duty in mine), None) or opened.minutes,
        observed_seconds=observed,
    )
    standing = session().get_one(Standing, (actor.id, opened.document_id))
    return Done(document_id=opened.document_id, number=number, at=standing.last_done_at or now, fresh=True)


def _said(person_id: int, document_id: int, revision_id: int) -> datetime | None:
    """Return when the person last said so of this very revision, voided lines left out."""
    lines = records.lines_of(person_id, document_id)
    voided = {line.corrects for line in lines if line.verb == Verb.VOIDED}
    said = [
        line.at
        for line in lines
        if line.revision_id == revision_id and line.verb in READ.values() and line.seq not in voided
    ]
    return said[-1] if said else None


def _reading(person_id: int, document_id: int) -> Reading | None:
    return session().get(Reading, (person_id, document_id), populate_existing=True)


def _begin(person_id: int, document_id: int, revision_id: int, now: datetime) -> Reading:
    """Make the row of a first reading; lists say 进行中 from now on."""
    reading = Reading(
        person_id=person_id,
        document_id=document_id,
        revision_id=revision_id,
        anchor="",
        section=0,
        sections=0,
        observed_seconds=0,
        checks={},
        started_at=now,
        last_at=now,
    )
    session().add(reading)
    session().flush()
    duties_actions.opened(person_id, document_id)
    return reading
