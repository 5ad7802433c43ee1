"""A person's own work on a task: tick, write, hand in, take back; what 本人 confirms is confirmed by handing in."""

from collections.abc import Collection

from sqlalchemy import func, select

from lms.assignments import actions as duties_actions
from lms.assignments import queries as duties_queries
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text
from lms.learning.models import TaskWork, Upload
from lms.learning.rules import tasks as rules
from lms.learning.rules.tasks import WorkState
from lms.learning.spec.task import ConfirmedBy, TaskSpec
from lms.records.actions import append, lock_people
from lms.records.events import Verb

NOTE_LENGTH = 2_000
"""Characters of the evidence that go beside the record."""


def work_of(person_id: int, document_id: int) -> TaskWork | None:
    return (
        session()
        .scalars(
            select(TaskWork)
            .where(TaskWork.person_id == person_id, TaskWork.document_id == document_id)
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


def save(actor: Actor, slug: str, *, ticked: Collection[int], evidence: str | None, version: int | None) -> TaskWork:
    """Keep what the actor has ticked and written so far; the work is begun by the first save.

    evidence: None leaves what is written there. version: of the work that the page showed (0 = none yet), None where
    only the checklist comes and the last word wins.
    Raises NotFound, Conflict where the work was handed in, confirmed or changed elsewhere, Invalid.
    """
    opened = content.open_published(actor, "task", slug)
    task: TaskSpec = content.spec(opened)
    lock_people([actor.id])
    work = work_of(actor.id, opened.document_id)
    if work is None:
        work = begin(actor.id, opened.document_id, opened.revision_id, task)
    rules.must_be_editable(work.state)
    if evidence is not None and len(evidence) > rules.LONGEST_EVIDENCE:
        raise Invalid(
            text("写得太长了。"),
            fields={"evidence": text("最多 %(n)s 个字，请缩短。", n=rules.LONGEST_EVIDENCE)},
        )
    kept = rules.valid_ticks(ticked, len(task.checklist))
    written = work.evidence if evidence is None else evidence.strip()
    if (kept, written) != (work.ticked, work.evidence):
        if version is not None and version != work.version:
            raise Conflict(text("这项任务在别的窗口改过了。请刷新页面，看过最新内容再改。"), code="version")
        work.ticked, work.evidence = kept, written
        work.version += 1
    work.revision_id, work.confirmer = opened.revision_id, task.confirmed_by
    session().flush()
    return work


def hand_in(actor: Actor, slug: str, *, ticked: Collection[int], evidence: str | None, version: int | None) -> TaskWork:
    """Save and ask for the confirmation; what 本人 confirms is done with it. A second time changes nothing.

    Raises Invalid with what is missing, Conflict where the task is not open yet, and what `save` raises.
    """
    opened = content.open_published(actor, "task", slug)
    lock_people([actor.id])
    work = work_of(actor.id, opened.document_id)
    if work is not None and work.state in {WorkState.SUBMITTED, WorkState.CONFIRMED}:
        return work
    reason = duties_queries.locked_reason(actor.id, opened.document_id, today())
    if reason is not None:
        raise Conflict(text("还不能开始：%(reason)s", reason=reason), code="locked")
    work = save(actor, slug, ticked=ticked, evidence=evidence, version=version)
    task: TaskSpec = content.spec(opened)
    missing = rules.missing(rules.needs_of(task), work.ticked, work.evidence, photos_of(work.id))
    if missing:
        raise Invalid(text("还差一点，补上再提交。"), code="incomplete", fields=missing)
    work.submitted_at = clock.now()
    work.version += 1
    if task.confirmed_by == ConfirmedBy.SELF:
        record_confirmation(actor, work, source="self")
    else:
        work.state = WorkState.SUBMITTED
    session().flush()
    return work


def take_back(actor: Actor, slug: str) -> TaskWork:
    """Take handed-in work back to go on with it. Raises NotFound, Conflict where it was confirmed meanwhile."""
    opened = content.open_published(actor, "task", slug)
    lock_people([actor.id])
    work = work_of(actor.id, opened.document_id)
    if work is None:
        raise NotFound()
    if work.state == WorkState.CONFIRMED:
        raise Conflict(text("这项任务已经确认，不能再改。"), code="confirmed")
    if work.state == WorkState.SUBMITTED:
        work.state, work.submitted_at = WorkState.WORKING, None
        work.version += 1
    return work


def begin(person_id: int, document_id: int, revision_id: int, task: TaskSpec) -> TaskWork:
    """Make the row of a person's work. The caller holds the person's lock."""
    work = TaskWork(
        person_id=person_id,
        document_id=document_id,
        revision_id=revision_id,
        state=WorkState.WORKING,
        confirmer=task.confirmed_by,
        ticked=[],
        evidence="",
        remark="",
        version=0,
    )
    session().add(work)
    session().flush()
    duties_actions.opened(person_id, document_id)
    return work


def record_confirmation(
    actor: Actor, work: TaskWork, *, source: str, ref: str = "", minutes: int | None = None
) -> None:
    """Set work to confirmed and write the line of the log, with the evidence beside it. The lock is held.

    minutes: credited; None = what the plan gives the task. ref: of what it came, such as a live session.
    """
    work.state = WorkState.CONFIRMED
    work.decided_at, work.decided_by, work.remark = clock.now(), actor.id, ""
    append(
        actor,
        work.person_id,
        Verb.CONFIRMED,
        document_id=work.document_id,
        revision_id=work.revision_id,
        source=source,
        ref=ref,
        credited_minutes=promised_minutes(work.person_id, work.document_id) if minutes is None else minutes,
        note=work.evidence[:NOTE_LENGTH],
    )


def promised_minutes(person_id: int, document_id: int) -> int:
    """Return the minutes that the plan gives the document, else those that it gives itself."""
    owed = [
        duty.item.minutes
        for duty in duties_queries.duties(person_id, today())
        if duty.item.document_id == document_id and duty.item.purpose == "complete"
    ]
    return next(filter(None, owed), 0) or content.cards([document_id])[document_id].minutes


def photos_of(work_id: int) -> int:
    return session().scalar(select(func.count()).select_from(Upload).where(Upload.task_work_id == work_id)) or 0
