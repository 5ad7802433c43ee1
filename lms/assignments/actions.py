"""Giving duties, keeping them in step with people, rosters and documents, and rolling completions up.

Everything here runs in the caller's transaction. Locks: persons first (`lock_people`), the log head last.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import delete, insert, select, update

from lms.accounts import queries as accounts
from lms.accounts.models import Cohort, CohortMember, Person
from lms.assignments import layout, rules
from lms.assignments.events import Assigned
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason, Rule
from lms.assignments.rules import Item
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.records.actions import append, lock_people
from lms.records.events import DocumentCompleted, Verb
from lms.records.models import Record, Standing

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""`counts_from` of a duty that is owed once: whatever was ever completed counts."""

HIRED_LATELY = 60
"""Days after the hire during which a position's curriculum is given by itself; older staff get it by hand."""


def assign(
    actor: Actor | None,
    person_ids: Sequence[int],
    document_id: int,
    *,
    kind: str = "manual",
    ref: str = "",
    occasion: str = "once",
    due_on: date | None = None,
    starts_on: date | None = None,
) -> list[int]:
    """Give a document to people (at most 100); return the ids of their assignments, new or old.

    Somebody who owes it already gets one more reason. starts_on: None = the start of the person's latest intake, else
    the day of hire if it lies ahead, else today.
    """
    document = session().get(Document, document_id)
    if document is None or document.published_id is None:
        raise NotFound()
    lock_people(person_ids)
    planned = layout.lay_out(document_id)
    works = accounts.works_of(list(person_ids))
    starts = _starts(person_ids)
    found: list[int] = []
    for person_id in sorted(set(person_ids)):
        assignment = (
            session()
            .scalars(
                select(Assignment).where(
                    Assignment.person_id == person_id,
                    Assignment.document_id == document_id,
                    Assignment.occasion == occasion,
                )
            )
            .one_or_none()
        )
        now = clock.now()
        fresh = assignment is None
        if assignment is None:
            assignment = Assignment(
                person_id=person_id,
                document_id=document_id,
                revision_id=document.published_id,
                occasion=occasion,
                counts_from=EVER if occasion == "once" else now,
                starts_on=starts_on or starts[person_id],
                state="open",
                done_items=0,
                total_items=0,
            )
            session().add(assignment)
            session().flush()
        elif assignment.state == "withdrawn":
            assignment.state = "open"
        _give_reason(assignment, kind, ref or (f"person:{actor.id}" if actor else "system"), due_on, now)
        if fresh:
            days = layout.due_days(planned, assignment.starts_on, works[person_id])
            items = layout.as_items(planned, days, assignment.id)
            _write_items(assignment, _with_past(person_id, items, assignment.counts_from))
            emit(Assigned(person_id=person_id, document_id=document_id, assignment_id=assignment.id))
        _settle(actor, assignment, source="assign")
        found.append(assignment.id)
    return found


def _starts(person_ids: Sequence[int]) -> dict[int, date]:
    """Return the first day of training of each person."""
    here = today()
    found = {
        person_id: max(hired_on, here) if hired_on else here
        for person_id, hired_on in session().execute(
            select(Person.id, Person.hired_on).where(Person.id.in_(person_ids))
        )
    }
    for person_id, starts_on in session().execute(
        select(CohortMember.person_id, Cohort.starts_on)
        .join(Cohort, Cohort.id == CohortMember.cohort_id)
        .where(CohortMember.person_id.in_(person_ids), CohortMember.left_on.is_(None))
        .order_by(Cohort.starts_on)
    ):
        found[person_id] = starts_on
    return found


def _give_reason(assignment: Assignment, kind: str, ref: str, due_on: date | None, now: datetime) -> None:
    known = (
        session()
        .scalars(
            select(AssignmentReason).where(
                AssignmentReason.assignment_id == assignment.id,
                AssignmentReason.kind == kind,
                AssignmentReason.ref == ref,
            )
        )
        .one_or_none()
    )
    if known is None:
        session().add(AssignmentReason(assignment_id=assignment.id, kind=kind, ref=ref, due_on=due_on, since=now))
    else:
        known.until, known.due_on = None, due_on
    session().flush()


def _with_past(person_id: int, items: Sequence[Item], counts_from: datetime) -> list[Item]:
    """Return the items with what the person had done before they were laid out."""
    done = _done_since(person_id, {item.document_id for item in items if item.purpose == "complete"}, counts_from)
    signed = _signed_off(person_id, {item.document_id for item in items if item.purpose == "sign_off"}, counts_from)
    return [
        rules.with_done(
            item,
            done.get(item.document_id)
            if item.purpose == "complete"
            else signed.get((item.document_id, str(item.stage))),
        )
        for item in items
    ]


def _done_since(person_id: int, document_ids: set[int], counts_from: datetime) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for standing in session().scalars(
        select(Standing).where(
            Standing.person_id == person_id, Standing.document_id.in_(document_ids), Standing.state == "done"
        )
    ):
        moments = (standing.first_done_at, standing.last_done_at)
        counted = [at for at in moments if at is not None and at >= counts_from]
        if counted:
            found[standing.document_id] = counted[0]
    return found


def _signed_off(person_id: int, document_ids: set[int], counts_from: datetime) -> dict[tuple[int, str], datetime]:
    voided = select(Record.corrects).where(Record.verb == Verb.VOIDED, Record.corrects.is_not(None))
    rows = session().execute(
        select(Record.document_id, Record.ref, Record.at)
        .where(
            Record.person_id == person_id,
            Record.document_id.in_(document_ids),
            Record.verb == Verb.SIGNED_OFF,
            Record.at >= counts_from,
            Record.seq.not_in(voided),
        )
        .order_by(Record.seq.desc())
    )
    return {(document_id, ref): at for document_id, ref, at in rows if document_id is not None}


def _write_items(assignment: Assignment, items: Sequence[Item]) -> None:
    """Replace the items of an assignment; a day granted by hand survives."""
    extended = {
        (row.document_id, row.purpose, row.stage): row.extended_to
        for row in session().execute(
            select(
                AssignmentItem.document_id, AssignmentItem.purpose, AssignmentItem.stage, AssignmentItem.extended_to
            ).where(AssignmentItem.assignment_id == assignment.id, AssignmentItem.extended_to.is_not(None))
        )
    }
    session().execute(delete(AssignmentItem).where(AssignmentItem.assignment_id == assignment.id))
    if items:
        session().execute(
            insert(AssignmentItem),
            [
                {
                    "assignment_id": assignment.id,
                    "position": position,
                    "document_id": item.document_id,
                    "purpose": item.purpose,
                    "container_id": item.container_id,
                    "stage": item.stage,
                    "stage_name": item.stage_name,
                    "after_stage": item.after_stage,
                    "in_order": item.in_order,
                    "required": item.required,
                    "minutes": item.minutes,
                    "due_plan": {"day": item.day} if item.day is not None else {},
                    "due_on": item.due_on,
                    "extended_to": extended.get((item.document_id, item.purpose, item.stage)),
                    "opened_at": item.opened_at,
                    "done_at": item.done_at,
                    "exempt": item.exempt,
                }
                for position, item in enumerate(items)
            ],
        )
    session().expire_all()


def items_of(assignment_id: int) -> list[Item]:
    """Return the items of one assignment as the rules see them."""
    rows = session().execute(
        select(AssignmentItem, Document.kind)
        .join(Document, Document.id == AssignmentItem.document_id)
        .where(AssignmentItem.assignment_id == assignment_id)
        .order_by(AssignmentItem.position)
        .execution_options(populate_existing=True)
    )
    return [
        Item(
            assignment_id=row.assignment_id,
            position=row.position,
            document_id=row.document_id,
            purpose=row.purpose,
            container_id=row.container_id,
            stage=row.stage,
            stage_name=row.stage_name,
            after_stage=row.after_stage,
            in_order=row.in_order,
            required=row.required,
            minutes=row.minutes,
            day=row.due_plan.get("day"),
            due_on=row.due_on,
            opened_at=row.opened_at,
            done_at=row.done_at,
            exempt=row.exempt,
            waits_for_others=kind == "task" or row.purpose == "sign_off",
        )
        for row, kind in rows
    ]


def _settle(actor: Actor | None, assignment: Assignment, *, source: str) -> None:
    """Roll items up to their courses and to the whole, in this transaction; write what became complete into the log.

    The person's lock is held, so of two last items finished at once the second one sees the first.
    """
    items = items_of(assignment.id)
    whole = rules.progress(items)
    finished = [item.done_at for item in items if item.done_at]
    assignment.done_items, assignment.total_items = whole.done, whole.total
    assignment.last_done_at = max(finished, default=None)
    due = [item.due_on for item in items if item.required and item.due_on]
    reasons = session().scalars(
        select(AssignmentReason.due_on).where(
            AssignmentReason.assignment_id == assignment.id,
            AssignmentReason.until.is_(None),
            AssignmentReason.due_on.is_not(None),
        )
    )
    assignment.due_on = min(filter(None, reasons), default=max(due, default=None))
    for container in dict.fromkeys(item.container_id for item in items if item.container_id is not None):
        inside = [item for item in items if item.container_id == container]
        if rules.progress(inside).complete:
            _complete(actor, assignment, container, source)
    if not whole.complete:
        if assignment.state == "done" and source == "void":
            assignment.state, assignment.done_at = "open", None
        return
    if assignment.state == "open":
        assignment.state, assignment.done_at = "done", clock.now()
        if all(item.document_id != assignment.document_id or item.purpose == "sign_off" for item in items):
            _complete(actor, assignment, assignment.document_id, source)


def _complete(actor: Actor | None, assignment: Assignment, document_id: int, source: str) -> None:
    """Write the completion of a course or curriculum, once for this occasion."""
    standing = session().get(Standing, (assignment.person_id, document_id))
    if (
        standing
        and standing.state == "done"
        and standing.last_done_at
        and standing.last_done_at >= assignment.counts_from
    ):
        return
    revision_id = session().scalar(select(Document.published_id).where(Document.id == document_id))
    append(
        actor,
        assignment.person_id,
        Verb.COMPLETED,
        document_id=document_id,
        revision_id=revision_id,
        source=source if source == "publish" else "rollup",
        ref=f"assignment:{assignment.id}",
    )


def item_done(actor: Actor | None, person_id: int, document_id: int, at: datetime, *, ref: str, sign_off: bool) -> None:
    """Mark the items that a new line of the log completes, and roll up every assignment that they belong to."""
    owed = (
        select(Assignment.id)
        .where(
            Assignment.person_id == person_id,
            Assignment.state != "withdrawn",
            Assignment.counts_from <= at,
        )
        .scalar_subquery()
    )
    match = [
        AssignmentItem.assignment_id.in_(owed),
        AssignmentItem.document_id == document_id,
        AssignmentItem.purpose == ("sign_off" if sign_off else "complete"),
    ]
    if sign_off:
        match.append(AssignmentItem.stage == int(ref))
    touched = session().scalars(select(AssignmentItem.assignment_id).where(*match).distinct()).all()
    if not touched:
        return
    session().execute(
        update(AssignmentItem)
        .where(*match, AssignmentItem.done_at.is_(None))
        .values(done_at=at)
        .execution_options(synchronize_session=False)
    )
    for assignment in session().scalars(select(Assignment).where(Assignment.id.in_(touched)).order_by(Assignment.id)):
        _settle(actor, assignment, source="rollup")


def recount(person_id: int, *, source: str) -> None:
    """Fold the items of all of a person's assignments anew from the standings and the log."""
    for assignment in (
        session()
        .scalars(select(Assignment).where(Assignment.person_id == person_id, Assignment.state != "withdrawn"))
        .all()
    ):
        cleared = [rules.with_done(item, None) for item in items_of(assignment.id)]
        _write_items(assignment, _with_past(person_id, cleared, assignment.counts_from))
        _settle(None, assignment, source=source)


def opened(person_id: int, document_id: int) -> None:
    """Note that a person has begun an item, so that lists say 进行中. Changes nothing where it was noted before."""
    owed = select(Assignment.id).where(Assignment.person_id == person_id).scalar_subquery()
    session().execute(
        update(AssignmentItem)
        .where(
            AssignmentItem.assignment_id.in_(owed),
            AssignmentItem.document_id == document_id,
            AssignmentItem.purpose == "complete",
            AssignmentItem.opened_at.is_(None),
            AssignmentItem.done_at.is_(None),
        )
        .values(opened_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def reschedule(person_ids: Sequence[int]) -> None:
    """Compute the due days of open items anew, after a change of roster or intake. At most 100 people."""
    lock_people(person_ids)
    works = accounts.works_of(list(person_ids))
    starts = _starts(person_ids)
    for assignment in (
        session()
        .scalars(select(Assignment).where(Assignment.person_id.in_(person_ids), Assignment.state == "open"))
        .all()
    ):
        if session().get_one(Document, assignment.document_id).kind == "curriculum":
            assignment.starts_on = _earlier_start(assignment, starts[assignment.person_id])
        items = items_of(assignment.id)
        planned = [layout.planned_again(item) for item in items]
        days = layout.due_days(planned, assignment.starts_on, works[assignment.person_id])
        _write_items(
            assignment,
            [
                item if item.settled or item.day is None else rules.with_due(item, day)
                for item, day in zip(items, days, strict=True)
            ],
        )
        _settle(None, assignment, source="roster")


def _earlier_start(assignment: Assignment, start: date) -> date:
    """Return the new start: that of the intake; today's fallback never moves a training that has begun."""
    in_cohort = session().scalar(
        select(CohortMember.cohort_id).where(
            CohortMember.person_id == assignment.person_id, CohortMember.left_on.is_(None)
        )
    )
    return start if in_cohort else assignment.starts_on


def lay_out_anew(actor_id: int | None, document_id: int) -> None:
    """After a course or curriculum was published: lay out every open assignment that rests on it.

    What was done stays done. An item that fell away can complete an open curriculum (source `publish`).
    """
    resting = select(AssignmentItem.assignment_id).where(AssignmentItem.container_id == document_id)
    affected = (
        session()
        .scalars(
            select(Assignment)
            .where((Assignment.document_id == document_id) | Assignment.id.in_(resting), Assignment.state == "open")
            .order_by(Assignment.person_id)
        )
        .all()
    )
    if not affected:
        return
    people = sorted({assignment.person_id for assignment in affected})
    lock_people(people)
    works = accounts.works_of(people)
    plans = {goal: layout.lay_out(goal) for goal in {assignment.document_id for assignment in affected}}
    for assignment in affected:
        planned = plans[assignment.document_id]
        days = layout.due_days(planned, assignment.starts_on, works[assignment.person_id])
        fresh = layout.as_items(planned, days, assignment.id)
        carried = rules.carry_over(fresh, items_of(assignment.id))
        done = _with_past(assignment.person_id, carried, assignment.counts_from)
        _write_items(assignment, [new if old.done_at is None else old for old, new in zip(carried, done, strict=True)])
        assignment.revision_id = session().scalar(
            select(Document.published_id).where(Document.id == assignment.document_id)
        )
        _settle(None, assignment, source="publish")


def keep_rule(document_id: int, positions: Sequence[str]) -> None:
    """Remember for which positions a curriculum is given on hire (its 岗位)."""
    rule = session().scalars(select(Rule).where(Rule.document_id == document_id)).one_or_none()
    audience = {"positions": list(positions)}
    if rule is None:
        if positions:
            session().add(
                Rule(
                    document_id=document_id,
                    audience=audience,
                    occasion="once",
                    due_plan={},
                    version=1,
                    active=True,
                    created_at=clock.now(),
                )
            )
    elif rule.audience != audience or rule.active != bool(positions):
        rule.audience, rule.active, rule.version = audience, bool(positions), rule.version + 1
    session().flush()


def give_by_position(person_ids: Sequence[int]) -> None:
    """Give newly hired people the curricula of their position."""
    people = (
        session()
        .execute(select(Person.id, Person.position, Person.hired_on).where(Person.id.in_(person_ids), Person.active))
        .all()
    )
    here = today()
    rule_rows = session().scalars(select(Rule).where(Rule.active)).all()
    for rule in rule_rows:
        matched = [
            person.id
            for person in people
            if person.position in rule.audience["positions"]
            and person.hired_on is not None
            and (here - person.hired_on).days <= HIRED_LATELY
        ]
        if matched:
            assign(None, matched, rule.document_id, kind="rule", ref=f"rule:{rule.id}")


def first_completion(person_id: int, document_id: int, revision_id: int | None, at: datetime) -> None:
    """Tell the world when a document was completed for the first time."""
    standing = session().get(Standing, (person_id, document_id))
    if standing is not None and standing.first_done_at == at:
        emit(DocumentCompleted(person_id=person_id, document_id=document_id, revision_id=revision_id, at=at))
