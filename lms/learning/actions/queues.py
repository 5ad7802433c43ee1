"""Keeping queues, what supervisors say against the rule, and the projection that the other system is told of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select, update

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import insert_new, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text
from lms.learning.events import QueueRightChanged
from lms.learning.models import QueueCheck, QueueNeed, QueueOverride, QueueRight, ServiceQueue
from lms.learning.queries.queues import computed, public_names
from lms.learning.rules import queues as rules
from lms.records.actions import lock_people

CHECKS_KEPT = 90
"""Comparisons that are kept for the page."""


def make_queue(actor: Actor, *, code: str, name: str, needs: Sequence[int]) -> ServiceQueue:
    """Make a queue of the floor known. needs: documents. Raises Invalid, Conflict for a code that is taken.

    Rights are made by `keep` afterwards, a hundred people a transaction.
    """
    code, name = code.strip(), " ".join(name.split())
    _checked(code, name, needs)
    if session().scalar(select(ServiceQueue.id).where(ServiceQueue.code == code)):
        raise Conflict(text("已经有这个编码的队列。"), fields={"code": text("编码 %(code)s 已在用。", code=code)})
    queue = ServiceQueue(code=code, name=name)
    session().add(queue)
    session().flush()
    _write_needs(queue.id, needs)
    audit(actor.id, "make", "service_queue", queue.id, after={"code": code, "needs": sorted(set(needs))})
    return queue


def change_queue(actor: Actor, queue_id: int, *, name: str, needs: Sequence[int], closed: bool) -> ServiceQueue:
    """Change what a queue asks always; what a campaign asks of it stays. closed: nobody takes it any more.

    Raises Invalid, NotFound.
    """
    queue = session().get(ServiceQueue, queue_id, with_for_update=True)
    if queue is None:
        raise NotFound()
    name = " ".join(name.split())
    _checked(queue.code, name, needs)
    before = sorted(_own_needs(queue_id))
    queue.name = name
    queue.closed_on = (queue.closed_on or today()) if closed else None
    session().execute(delete(QueueNeed).where(QueueNeed.queue_id == queue_id, QueueNeed.campaign_id.is_(None)))
    _write_needs(queue_id, needs)
    audit(
        actor.id,
        "change",
        "service_queue",
        queue_id,
        before={"needs": before},
        after={"needs": sorted(set(needs)), "closed": closed},
    )
    return queue


def _checked(code: str, name: str, needs: Sequence[int]) -> None:
    rules.checked_queue(code, name, needs)
    wanted = set(needs)
    known = set(
        session().scalars(select(Document.id).where(Document.id.in_(wanted), Document.published_id.is_not(None)))
    )
    if wanted - known:
        raise Invalid(text("队列没有保存，请看标出的地方。"), fields={"needs": text("只能选已发布的内容。")})


def _own_needs(queue_id: int) -> list[int]:
    return list(
        session().scalars(
            select(QueueNeed.document_id).where(QueueNeed.queue_id == queue_id, QueueNeed.campaign_id.is_(None))
        )
    )


def _write_needs(queue_id: int, needs: Sequence[int]) -> None:
    if needs:
        session().execute(
            insert(QueueNeed),
            [{"queue_id": queue_id, "document_id": document_id} for document_id in sorted(set(needs))],
        )


def override(
    actor: Actor,
    person_id: int,
    queue_id: int,
    *,
    allowed: bool,
    until_on: date,
    reason: str,
    from_on: date | None = None,
) -> QueueOverride:
    """Let somebody take a queue, or not, against the rule, until a day (included). It ends by itself.

    A word that stands is replaced. Raises NotFound for somebody whom the actor may not do this for, Invalid.
    """
    day = today()
    start = from_on or day
    may = session().scalar(
        select(Person.id).where(Person.id == person_id, Person.active, visible(actor, Permission.QUEUE_OVERRIDE))
    )
    queue = session().get(ServiceQueue, queue_id)
    if may is None or queue is None or queue.closed_on is not None:
        raise NotFound()
    if person_id == actor.id:
        raise Invalid(text("不能给自己特批，请上一级主管来批。"))
    rules.checked_word(reason, start, until_on, day)
    lock_people([person_id])
    session().execute(
        update(QueueOverride)
        .where(
            QueueOverride.person_id == person_id,
            QueueOverride.queue_id == queue_id,
            QueueOverride.ended_at.is_(None),
            QueueOverride.until_on >= day,
        )
        .values(ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    word = QueueOverride(
        queue_id=queue_id,
        person_id=person_id,
        allowed=allowed,
        from_on=start,
        until_on=until_on,
        reason=reason.strip(),
        made_by=actor.id,
        made_at=clock.now(),
    )
    session().add(word)
    session().flush()
    audit(
        actor.id,
        "override",
        "service_queue",
        queue_id,
        person_id=person_id,
        after={"allowed": allowed, "from_on": start.isoformat(), "until_on": until_on.isoformat()},
    )
    keep([person_id], [queue_id])
    return word


def end_override(actor: Actor, override_id: int, *, person_id: int) -> None:
    """Let the rule count again for somebody. Raises NotFound for a word that the actor may not end, Conflict."""
    word = session().get(QueueOverride, override_id)
    if (
        word is None
        or word.person_id != person_id
        or not session().scalar(
            select(Person.id).where(Person.id == word.person_id, visible(actor, Permission.QUEUE_OVERRIDE))
        )
    ):
        raise NotFound()
    lock_people([word.person_id])
    session().refresh(word)
    if word.ended_at is not None:
        raise Conflict(text("这条特批已经结束，没有再次改动。"))
    word.ended_at = clock.now()
    session().flush()
    audit(actor.id, "end_override", "service_queue", word.queue_id, person_id=word.person_id)
    keep([word.person_id], [word.queue_id])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was looked at and what was other than it should be; flipped: of those, where the right itself was."""

    looked: int
    corrected: int
    flipped: int


def keep(person_ids: Collection[int], queue_ids: Collection[int] | None = None) -> Kept:
    """Bring the rights of people (at most 100) up to date, in this transaction; each right that turns is told.

    Nobody is told of a right that is not there and never was.
    """
    people = sorted(set(person_ids))
    if not session().scalar(select(ServiceQueue.id).limit(1)):
        return Kept(looked=0, corrected=0, flipped=0)
    lock_people(people)
    now_right = computed(people, today(), queue_ids)
    kept = {
        (row.person_id, row.queue_id): row
        for row in session().execute(
            select(QueueRight.person_id, QueueRight.queue_id, QueueRight.allowed, QueueRight.why).where(
                QueueRight.person_id.in_(people)
            )
        )
    }
    now = clock.now()
    fresh, changed, flipped = [], [], []
    for key, one in now_right.items():
        before, why = kept.get(key), rules.why_of(one)
        person_id, queue_id = key
        if before is None:
            fresh.append(
                {"person_id": person_id, "queue_id": queue_id, "allowed": one.allowed, "since": now, "why": why}
            )
        elif before.allowed != one.allowed or before.why != why:
            changed.append((key, one, before.allowed != one.allowed))
        if (before is not None and before.allowed) != one.allowed:
            flipped.append((key, one))
    if fresh:
        insert_new(QueueRight, ("person_id", "queue_id"), fresh)
    for (person_id, queue_id), one, turned in changed:
        session().execute(
            update(QueueRight)
            .where(QueueRight.person_id == person_id, QueueRight.queue_id == queue_id)
            .values(allowed=one.allowed, why=rules.why_of(one), **({"since": now} if turned else {}))
            .execution_options(synchronize_session=False)
        )
    if flipped:
        _tell(flipped)
    return Kept(looked=len(now_right), corrected=len(fresh) + len(changed), flipped=len(flipped))


def _tell(flipped: Sequence[tuple[tuple[int, int], rules.Right]]) -> None:
    codes: dict[int, str] = {
        row.id: row.code
        for row in session().execute(
            select(ServiceQueue.id, ServiceQueue.code).where(
                ServiceQueue.id.in_({queue_id for (_, queue_id), _one in flipped})
            )
        )
    }
    names = public_names({each for _, one in flipped for each in one.lacks})
    now = clock.now()
    for (person_id, queue_id), one in flipped:
        emit(
            QueueRightChanged(
                person_id=person_id,
                queue=codes[queue_id],
                allowed=one.allowed,
                since=now,
                lacks=tuple(names[each] for each in one.lacks if each in names),
            )
        )


def note_check(looked: int, corrected: int, flipped: int) -> None:
    """Keep what a full comparison found, and forget those long past."""
    session().add(QueueCheck(at=clock.now(), looked=looked, corrected=corrected, flipped=flipped))
    session().flush()
    oldest = session().scalar(select(QueueCheck.id).order_by(QueueCheck.id.desc()).offset(CHECKS_KEPT).limit(1))
    if oldest is not None:
        session().execute(delete(QueueCheck).where(QueueCheck.id <= oldest))
