"""Confirming others' work, sending it back, and signing off a stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import Person
from lms.assignments import queries as duties_queries
from lms.assignments import rules as duties_rules
from lms.assignments.queries import Duty
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import local, today
from lms.core.i18n import clock_text
from lms.core.texts import Text, text
from lms.learning import queries
from lms.learning.actions.tasks import begin, record_confirmation, work_of
from lms.learning.models import TaskWork
from lms.learning.rules import tasks as rules
from lms.learning.rules.tasks import WorkState
from lms.learning.spec.task import ConfirmedBy, TaskSpec
from lms.records.actions import append, lock_people
from lms.records.events import Verb
from lms.records.models import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What a batch did: names of those newly confirmed, and of those left out with the reason."""

    names: tuple[str, ...]
    left_out: tuple[Text, ...]


def confirm(actor: Actor, work_id: int, *, version: int) -> TaskWork:
    """Confirm handed-in work as the actor saw it. The same tap again changes nothing.

    Raises NotFound for work that the actor may not confirm, Conflict where somebody else was quicker (with who and
    when) or the work was changed since.
    """
    work = _locked_work(actor, work_id)
    if work.state == WorkState.CONFIRMED:
        if work.decided_by == actor.id:
            return work
        raise _decided(work)
    if work.state != WorkState.SUBMITTED:
        raise Conflict(text("这份任务已被撤回或退回，现在不用确认。"), code="not_submitted")
    if work.version != version:
        raise Conflict(text("内容刚刚改过，请看过最新内容再确认。"), code="version")
    record_confirmation(actor, work, source=_source(actor, work.person_id))
    return work


def send_back(actor: Actor, work_id: int, *, version: int, remark: str) -> TaskWork:
    """Send work back with a remark, to be mended. Raises Invalid without a remark, else what `confirm` raises."""
    remark = remark.strip()
    if not remark:
        raise Invalid(text("请写明要改什么。"), fields={"remark": text("退回时要写一句要改什么。")})
    if len(remark) > rules.LONGEST_REMARK:
        raise Invalid(
            text("写得太长了。"), fields={"remark": text("最多 %(n)s 个字，请缩短。", n=rules.LONGEST_REMARK)}
        )
    work = _locked_work(actor, work_id)
    if work.state == WorkState.RETURNED and work.decided_by == actor.id and work.remark == remark:
        return work
    if work.state == WorkState.CONFIRMED:
        raise _decided(work)
    if work.state != WorkState.SUBMITTED:
        raise Conflict(text("这份任务已被撤回或退回，现在不用确认。"), code="not_submitted")
    if work.version != version:
        raise Conflict(text("内容刚刚改过，请看过最新内容再决定。"), code="version")
    work.state, work.remark = WorkState.RETURNED, remark
    work.decided_at, work.decided_by = clock.now(), actor.id
    work.version += 1
    return work


def confirm_people(actor: Actor, slug: str, person_ids: Sequence[int]) -> Confirmed:
    """Confirm one task for several people, handed in or not: attendance of a class (面授) is the trainer's to say.

    At most 100 people. Only a task that 讲师 confirms may be confirmed for who did not hand it in; the others are left
    out with the reason, and so is who has been confirmed before. Raises NotFound where the actor may confirm nobody.
    """
    opened = content.open_published(actor, "task", slug)
    task: TaskSpec = content.spec(opened)
    chosen = sorted(set(person_ids) - {actor.id})[:100]
    lock_people(chosen)
    rights = queries.rights_of(actor)
    people = (
        session()
        .execute(select(Person.id, Person.name, Person.team_id).where(Person.id.in_(chosen)).order_by(Person.id))
        .all()
    )
    allowed = [person for person in people if rights.may_confirm(person.id, person.team_id, task.confirmed_by)]
    if not allowed:
        raise NotFound()
    names: list[str] = []
    left_out: list[Text] = []
    for person in allowed:
        work = work_of(person.id, opened.document_id)
        if work is not None and work.state == WorkState.CONFIRMED:
            if work.decided_by != actor.id:
                left_out.append(_decided(work).message)
            continue
        if task.confirmed_by != ConfirmedBy.TRAINER and (work is None or work.state != WorkState.SUBMITTED):
            left_out.append(text("%(name)s 还没有提交。", name=person.name or ""))
            continue
        if work is None:
            work = begin(person.id, opened.document_id, opened.revision_id, task)
        record_confirmation(actor, work, source=_source(actor, person.id))
        names.append(person.name or "")
    return Confirmed(names=tuple(names), left_out=tuple(left_out))


def sign_off(actor: Actor, person_id: int, assignment_id: int, stage: int, note: str) -> Duty:
    """Sign off a stage (带教验收) of somebody's curriculum; the same tap again changes nothing.

    Raises NotFound for a person or stage that is not the actor's to sign, Conflict where items are still open or
    somebody else has signed (with who and when), Invalid for a note that is too long.
    """
    if len(note) > rules.LONGEST_REMARK:
        raise Invalid(text("写得太长了。"), fields={"note": text("最多 %(n)s 个字，请缩短。", n=rules.LONGEST_REMARK)})
    lock_people([person_id])
    person = session().execute(select(Person.id, Person.team_id).where(Person.id == person_id)).one_or_none()
    if person is None or not queries.rights_of(actor).may_sign_off(person.id, person.team_id):
        raise NotFound()
    duties = [
        duty for duty in duties_queries.duties_of_assignments([assignment_id], today()) if duty.person_id == person_id
    ]
    sign = next((duty for duty in duties if duty.item.purpose == "sign_off" and duty.item.stage == stage), None)
    if sign is None:
        raise NotFound()
    if sign.item.done_at is not None:
        signer = _signer(person_id, sign.item.document_id, stage)
        if signer is not None and signer[0] == actor.id:
            return sign
        raise Conflict(
            text(
                "%(name)s 已在 %(time)s 验收了这个阶段。",
                name=signer[1] if signer else "",
                time=_when(sign.item.done_at),
            ),
            code="signed",
        )
    if stage not in duties_rules.ready_for_sign_off([duty.item for duty in duties]):
        left = [
            duty.title
            for duty in duties
            if duty.item.stage == stage
            and duty.item.required
            and not duty.item.settled
            and duty.item.purpose != "sign_off"
        ]
        raise Conflict(
            text("还不能验收：%(title)s 等 %(n)s 项没有完成。", title=left[0] if left else "", n=len(left)),
            code="not_ready",
        )
    append(
        actor,
        person_id,
        Verb.SIGNED_OFF,
        document_id=sign.item.document_id,
        revision_id=content.cards([sign.item.document_id])[sign.item.document_id].published_id,
        source=_source(actor, person_id),
        ref=str(stage),
        note=note.strip(),
    )
    return sign


def _locked_work(actor: Actor, work_id: int) -> TaskWork:
    """Return work that the actor may confirm, its person locked. Raises NotFound."""
    found = session().get(TaskWork, work_id)
    if found is None:
        raise NotFound()
    lock_people([found.person_id])
    work = session().get_one(TaskWork, work_id, populate_existing=True)
    team_id = session().scalar(select(Person.team_id).where(Person.id == work.person_id))
    if not queries.rights_of(actor).may_confirm(work.person_id, team_id, work.confirmer):
        raise NotFound()
    return work


def _source(actor: Actor, person_id: int) -> str:
    return "mentor" if person_id in actor.mentees else "manual"


def _decided(work: TaskWork) -> Conflict:
    """Say who was quicker, and when."""
    name = session().scalar(select(Person.name).where(Person.id == work.decided_by))
    return Conflict(
        text(
            "%(name)s 已在 %(time)s 确认过，没有重复记录。",
            name=name or "",
            time=_when(work.decided_at) if work.decided_at else "",
        ),
        code="confirmed",
    )


def _when(at: datetime) -> str:
    here = local(at)
    return f"{here.month}/{here.day} {clock_text(here)}"


def _signer(person_id: int, document_id: int, stage: int) -> tuple[int | None, str] | None:
    row = (
        session()
        .execute(
            select(Record.actor_id, Person.name)
            .outerjoin(Person, Person.id == Record.actor_id)
            .where(
                Record.person_id == person_id,
                Record.document_id == document_id,
                Record.verb == Verb.SIGNED_OFF,
                Record.ref == str(stage),
            )
            .order_by(Record.seq.desc())
            .limit(1)
        )
        .one_or_none()
    )
    return (row.actor_id, row.name or "") if row else None
