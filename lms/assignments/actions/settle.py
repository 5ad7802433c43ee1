"""Rolling completions up, in the transaction of the record that completes them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, or_, select, update

from lms.assignments import rules
from lms.assignments.actions.chase import settle_chases
from lms.assignments.actions.days import counted_day
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason
from lms.assignments.rules import DRILL, READ, Item
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import session
from lms.records.actions import append
from lms.records.events import DocumentCompleted, Verb
from lms.records.models import Record, Standing

_DUE = select(
    func.min(
        case(
            (AssignmentItem.extended_to > AssignmentItem.due_on, AssignmentItem.extended_to),
            else_=AssignmentItem.due_on,
        )
    ).label("next"),
    func.max(AssignmentItem.extended_to).label("extended"),
).where(
    AssignmentItem.assignment_id == bindparam("id"),
    AssignmentItem.required,
    AssignmentItem.done_at.is_(None),
    ~AssignmentItem.exempt,
)

_OPENED = (
    update(AssignmentItem)
    .where(
        AssignmentItem.assignment_id.in_(
            select(Assignment.id).where(Assignment.person_id == bindparam("of_person")).scalar_subquery()
        ),
        AssignmentItem.document_id == bindparam("of_document"),
        AssignmentItem.purpose == "complete",
        AssignmentItem.opened_at.is_(None),
        AssignmentItem.done_at.is_(None),
    )
    .values(opened_at=bindparam("at"))
    .execution_options(synchronize_session=False)
)


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
            day=row.day,
            due_on=row.due_on,
            opened_at=row.opened_at,
            done_at=row.done_at,
            exempt=row.exempt,
            waits_for_others=kind == "task" or row.purpose == "sign_off",
        )
        for row, kind in rows
    ]


def write_items(assignment: Assignment, items: Sequence[Item]) -> None:
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
                    "day": item.day,
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


Past = Mapping[tuple[int, int | None], datetime]
"""When a person has done what an item asks: by document, and by its stage where it is signed off."""


def with_past(items: Sequence[Item], past: Past) -> list[Item]:
    """Return the items with what the person had done before they were laid out."""
    return [
        rules.with_done(item, past.get((item.document_id, item.stage if item.purpose == "sign_off" else None)))
        for item in items
    ]


Moments = Mapping[tuple[int, int | None], Sequence[datetime]]
"""When a person did what an item asks, the moment that counts first of all in front; keys as of `Past`."""


def done_at(person_ids: Collection[int], items: Iterable[Item]) -> dict[int, dict[Any, list[datetime]]]:
    """Return when each of these people has done what these items ask, however long ago; at most two statements."""
    found: dict[int, dict[Any, list[datetime]]] = defaultdict(dict)
    documents: set[int] = set()
    signed_off: set[int] = set()
    for item in items:
        if item.purpose == "complete":
            documents.add(item.document_id)
        elif item.purpose == "sign_off":
            signed_off.add(item.document_id)
    if not person_ids:
        return found
    if documents:
        standings = session().execute(
            select(Standing.person_id, Standing.document_id, Standing.first_done_at, Standing.last_done_at).where(
                Standing.person_id.in_(person_ids), Standing.document_id.in_(documents), Standing.state == "done"
            )
        )
        for person_id, document_id, *moments in standings:
            found[person_id][document_id, None] = [at for at in moments if at is not None]
    if signed_off:
        voided = select(Record.corrects).where(Record.verb == Verb.VOIDED, Record.corrects.is_not(None))
        signed = session().execute(
            select(Record.person_id, Record.document_id, Record.ref, Record.at)
            .where(
                Record.person_id.in_(person_ids),
                Record.document_id.in_(signed_off),
                Record.verb == Verb.SIGNED_OFF,
                Record.seq.not_in(voided),
            )
            .order_by(Record.seq)
        )
        for row in signed:
            found[row.person_id].setdefault((row.document_id, int(row.ref)), []).append(row.at)
    return found


def counted(moments: Moments, since: datetime) -> Past:
    """Return what of it was done since the moment from which it counts."""
    firsts = ((key, next((at for at in of if at >= since), None)) for key, of in moments.items())
    return {key: at for key, at in firsts if at is not None}


def done_before(assignment: Assignment, items: Sequence[Item]) -> Past:
    """Return what the person has done of these items since the moment from which it counts for their duty."""
    moments = done_at([assignment.person_id], items)
    return counted(moments.get(assignment.person_id, {}), assignment.counts_from)


def settle(actor: Actor | None, assignment: Assignment, *, source: str) -> None:
    """Roll items up to their courses and to the whole, in this transaction; write what became complete into the log.

    The person's lock is held, so of two last items finished at once the second one sees the first.
    """
    asked = session().scalar(
        select(func.min(AssignmentReason.due_on)).where(
            AssignmentReason.assignment_id == assignment.id, AssignmentReason.until.is_(None)
        )
    )
    if asked is not None:
        asked = counted_day(assignment.person_id, asked)
        _date_undated(assignment.id, asked)
    items = items_of(assignment.id)
    whole = rules.progress(items)
    finished = [item.done_at for item in items if item.done_at]
    assignment.done_items, assignment.total_items = whole.done, whole.total
    assignment.last_done_at = max(finished, default=None)
    due = [item.due_on for item in items if item.required and item.due_on]
    left = session().execute(_DUE, {"id": assignment.id}).one()
    last = asked or max(due, default=None)
    assignment.due_on = max(last, left.extended) if last and left.extended else last
    assignment.next_due_on = left.next
    really = [rules.without_exemption(item) for item in items]  # what one need not do is not thereby done
    for container in dict.fromkeys(item.container_id for item in items if item.container_id is not None):
        if rules.progress(item for item in really if item.container_id == container).complete:
            _complete(actor, assignment, container, source)
    complete = rules.progress(really).complete if assignment.state == "exempt" else whole.complete
    if not complete or (assignment.occasion == READ and not all(item.settled for item in items)):
        if assignment.state == "done" and source == "void":
            assignment.state, assignment.done_at = "open", None
        return
    if assignment.state in LIVING:
        assignment.state, assignment.done_at = "done", clock.now()
        settle_chases([assignment.id])
        if all(item.document_id != assignment.document_id or item.purpose == "sign_off" for item in items):
            _complete(actor, assignment, assignment.document_id, source)


LIVING = frozenset({"open", "optional", "exempt"})
"""States of a duty that is done once all of it is done."""


def _date_undated(assignment_id: int, due_on: date) -> None:
    """Give the items without a day of their own the day of the earliest live reason, so that each can be late."""
    session().execute(
        update(AssignmentItem)
        .where(
            AssignmentItem.assignment_id == assignment_id,
            AssignmentItem.day.is_(None),
            AssignmentItem.done_at.is_(None),
            AssignmentItem.due_on.is_distinct_from(due_on),
        )
        .values(due_on=due_on)
        .execution_options(synchronize_session=False)
    )


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


def item_done(
    actor: Actor | None,
    person_id: int,
    document_id: int,
    at: datetime,
    *,
    ref: str,
    sign_off: bool,
    revision_id: int | None,
) -> None:
    """Mark the items that a new line of the log completes, and roll up every assignment that they belong to.

    A duty to confirm a revision is not done by an earlier one.
    """
    owed = (
        select(Assignment.id)
        .where(
            Assignment.person_id == person_id,
            Assignment.state != "withdrawn",
            Assignment.counts_from <= at,
            or_(Assignment.occasion != READ, Assignment.revision_id <= (revision_id or 0)),
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
        settle(actor, assignment, source="rollup")


def recount(person_id: int, *, source: str) -> None:
    """Fold the items of all of a person's assignments anew from the standings and the log."""
    for assignment in (
        session()
        .scalars(select(Assignment).where(Assignment.person_id == person_id, Assignment.state != "withdrawn"))
        .all()
    ):
        if assignment.occasion.startswith(DRILL) and assignment.state == "done":
            continue  # done by taking part, of which the standings know nothing
        cleared = [rules.with_done(item, None) for item in items_of(assignment.id)]
        write_items(assignment, _with_its_past(assignment, cleared))
        settle(None, assignment, source=source)


def _with_its_past(assignment: Assignment, items: Sequence[Item]) -> list[Item]:
    if assignment.occasion != READ:
        return with_past(items, done_before(assignment, items))
    standing = session().get(Standing, (assignment.person_id, assignment.document_id))
    confirmed = standing.confirmed_revision_id if standing is not None and standing.state == "done" else None
    at = None
    if standing is not None and confirmed is not None and confirmed >= (assignment.revision_id or 0):
        at = standing.last_done_at
    return [rules.with_done(item, at) for item in items]


def took_part(person_id: int, document_id: int, occasion: str, at: datetime) -> None:
    """Note that a person has done what an occasion asks by taking part. The person's lock is held."""
    assignment = (
        session()
        .scalars(
            select(Assignment).where(
                Assignment.person_id == person_id,
                Assignment.document_id == document_id,
                Assignment.occasion == occasion,
                Assignment.state == "open",
            )
        )
        .one_or_none()
    )
    if assignment is None:
        return
    session().execute(
        update(AssignmentItem)
        .where(AssignmentItem.assignment_id == assignment.id, AssignmentItem.done_at.is_(None))
        .values(done_at=at)
        .execution_options(synchronize_session=False)
    )
    settle(None, assignment, source="rollup")


def opened(person_id: int, document_id: int) -> None:
    """Note that a person has begun an item, so that lists say 进行中. Changes nothing where it was noted before."""
    session().execute(_OPENED, {"of_person": person_id, "of_document": document_id, "at": clock.now()})


def first_completion(person_id: int, document_id: int, revision_id: int | None, at: datetime) -> None:
    """Tell the world when a document was completed for the first time."""
    standing = session().get(Standing, (person_id, document_id))
    if standing is not None and standing.first_done_at == at:
        emit(DocumentCompleted(person_id=person_id, document_id=document_id, revision_id=revision_id, at=at))
