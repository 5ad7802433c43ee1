"""Verbs of urgent notices: send, confirm, extend, withdraw, give to those who come later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, Select, select, update

from lms.accounts.events import Settled, Told
from lms.accounts.models import Person
from lms.core import clock
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import insert_new, locked, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import text
from lms.kb.models import UrgentNotice, UrgentReceipt
from lms.kb.queries import urgent as queries
from lms.kb.rules.urgent import Audience, check, read_audience, why_not_until, write_audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A notice to be sent. public_id: made with the form, so that a form sent twice sends one notice."""

    public_id: str
    title: str
    body: str
    audience: Audience
    due_at: datetime
    until_at: datetime
    document_id: int | None = None


def within(actor: Actor, audience: Audience) -> Audience:
    """Return the audience as far as the actor may reach. Raises Invalid for what lies beyond.

    Who leads teams reaches these alone: everybody means all of them, shops and roles go across teams.
    """
    held = scopes(actor, Permission.URGENT_SEND)
    if Scope.ALL in held:
        return audience
    if not actor.teams_below:
        raise Invalid(text("您现在没有带团队，不能发紧急通知。"))
    if audience.is_everybody:
        return Audience(teams=actor.teams_below)
    if audience.shops or audience.roles or not audience.teams <= actor.teams_below:
        reason = text("您只能发给自己带的团队。")
        raise Invalid(reason, fields={"teams": reason})
    return audience


def send(actor: Actor, draft: Draft) -> UrgentNotice:
    """Send a notice to everybody it is for now. Sent already: that one is returned.

    Raises Invalid with the reasons, also where it would reach nobody.
    """
    now = clock.now()
    current = session()
    there = current.scalars(select(UrgentNotice).where(UrgentNotice.public_id == draft.public_id)).one_or_none()
    if there is not None:
        if there.sent_by != actor.id:
            raise NotFound()
        return there
    check(draft.title, draft.body, now, draft.due_at, draft.until_at)
    audience = within(actor, draft.audience)
    notice = UrgentNotice(
        public_id=draft.public_id,
        title=draft.title.strip(),
        body=draft.body.strip(),
        document_id=draft.document_id,
        audience=write_audience(audience),
        sent_by=actor.id,
        sent_at=now,
        due_at=draft.due_at,
        until_at=draft.until_at,
    )
    current.add(notice)
    current.flush()
    given = _give(notice, queries.recipients(audience))
    if not given:
        reason = text("没有人会收到这条通知，请换一个范围。")
        raise Invalid(reason, fields={"teams": reason})
    _confirm(actor, notice)  # who wrote it has read it
    audit(
        actor.id,
        "urgent.sent",
        "urgent_notice",
        notice.public_id,
        after={"people": len(given), "audience": notice.audience, "due": notice.due_at.isoformat()},
    )
    return notice


def confirm(actor: Actor, public_id: str) -> bool:
    """Confirm a notice; return whether it was not before. Raises NotFound for one that was not sent to the actor.

    A notice that was taken down meanwhile may still be confirmed: the person has read it.
    """
    return _confirm(actor, _receipt(actor, public_id))


def _confirm(actor: Actor, notice: UrgentNotice) -> bool:
    current = session()
    done = current.execute(
        update(UrgentReceipt)
        .where(
            UrgentReceipt.urgent_notice_id == notice.id,
            UrgentReceipt.person_id == actor.id,
            UrgentReceipt.confirmed_at.is_(None),
        )
        .values(confirmed_at=clock.now())
    )
    assert isinstance(done, CursorResult)
    if done.rowcount:
        emit(Settled(person_ids=(actor.id,), key=_key(notice)))
    return done.rowcount == 1


def extend(actor: Actor, public_id: str, until_at: datetime) -> UrgentNotice:
    """Let a notice stand until another time. Raises NotFound, Conflict for one that is down, Invalid."""
    notice = _own(actor, public_id)
    reasons = why_not_until(notice.sent_at, notice.due_at, until_at)
    if until_at <= clock.now():
        reasons = {"until": text("有效期要晚于现在；要立刻撤下，请用“撤回”。")}
    if reasons:
        raise Invalid(reasons["until"], fields=reasons)
    before, notice.until_at = notice.until_at, until_at
    audit(
        actor.id,
        "urgent.extended",
        "urgent_notice",
        notice.public_id,
        before={"until": before.isoformat()},
        after={"until": until_at.isoformat()},
    )
    return notice


def withdraw(actor: Actor, public_id: str) -> UrgentNotice:
    """Take a notice down now. Done already: nothing more is done. Raises NotFound, Conflict for one that ran out."""
    current = session()
    notice = locked(UrgentNotice, public_id)
    if notice.withdrawn_at is not None and _is_theirs(actor, notice):
        return notice
    notice = _own(actor, public_id)
    notice.withdrawn_at, notice.withdrawn_by = clock.now(), actor.id
    left = current.scalars(
        select(UrgentReceipt.person_id).where(
            UrgentReceipt.urgent_notice_id == notice.id, UrgentReceipt.confirmed_at.is_(None)
        )
    ).all()
    emit(Settled(person_ids=tuple(left), key=_key(notice)))
    audit(actor.id, "urgent.withdrawn", "urgent_notice", notice.public_id, after={"waiting": len(left)})
    return notice


def include(person_ids: Sequence[int] | None = None) -> int:
    """Give live notices to those who fit only now, because they are new or moved; return how many were given.

    person_ids: only these people; None = everybody.
    """
    live = session().scalars(select(UrgentNotice).where(queries.LIVE).params(now=clock.now()))
    given = 0
    for notice in live.all():
        people = queries.recipients(read_audience(notice.audience))
        if person_ids is not None:
            people = people.where(Person.id.in_(person_ids))
        given += len(_give(notice, people))
    return given


def _give(notice: UrgentNotice, people: Select[int]) -> list[int]:
    """Lay down a receipt for each of these people who has none, and tell them."""
    current = session()
    known = select(UrgentReceipt.person_id).where(UrgentReceipt.urgent_notice_id == notice.id)
    fresh = list(current.scalars(people.where(Person.id.not_in(known)).order_by(Person.id)))
    if not fresh:
        return []
    insert_new(
        UrgentReceipt,
        ("urgent_notice_id", "person_id"),
        [{"urgent_notice_id": notice.id, "person_id": person_id} for person_id in fresh],
    )
    emit(
        Told(
            person_ids=tuple(fresh),
            topic="urgent",
            sentence=text("紧急通知：%(title)s", title=notice.title),
            link=("kb.my_urgents", {}),
            key=_key(notice),
            urgent=True,
        )
    )
    return fresh


def _key(notice: UrgentNotice) -> str:
    return f"urgent:{notice.public_id}"


def _receipt(actor: Actor, public_id: str) -> UrgentNotice:
    """Return a notice that was sent to the actor. Raises NotFound."""
    found = (
        session()
        .scalars(
            select(UrgentNotice)
            .join(UrgentReceipt, UrgentReceipt.urgent_notice_id == UrgentNotice.id)
            .where(UrgentNotice.public_id == public_id, UrgentReceipt.person_id == actor.id)
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound()
    return found


def _is_theirs(actor: Actor, notice: UrgentNotice) -> bool:
    return notice.sent_by == actor.id or Scope.ALL in scopes(actor, Permission.URGENT_SEND)


def _own(actor: Actor, public_id: str) -> UrgentNotice:
    """Return a live notice that the actor may change: one's own, or any for who reaches everybody."""
    notice = locked(UrgentNotice, public_id)
    if not _is_theirs(actor, notice):
        raise NotFound()
    if notice.withdrawn_at is not None or notice.until_at <= clock.now():
        raise Conflict(text("这条通知已经撤下了。要再通知，请发一条新的。"), code="not_live")
    return notice
