"""Giving duties: by hand, by rules and by occasions. As few statements for a hundred people as for one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from lms.accounts import queries as accounts
from lms.accounts.models import Cohort, CohortMember, Person
from lms.assignments import layout, rules
from lms.assignments.actions.settle import done_before, items_of, settle, with_past, write_items
from lms.assignments.due import Freeze, settled_day
from lms.assignments.due_plans import DuePlan, due_day
from lms.assignments.events import Assigned
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason
from lms.assignments.rules import Item
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.calendar import Works
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.records.actions import lock_people

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""`counts_from` of a duty that is owed once: whatever was ever completed counts."""

TOGETHER = 100
"""People whose rows are taken by one call."""


def assign(
    actor: Actor | None,
    person_ids: Sequence[int],
    document_id: int,
    *,
    kind: str = "manual",
    ref: str = "",
    occasion: str = "once",
    due_on: date | None = None,
    due_plan: DuePlan | None = None,
    starts_on: date | None = None,
    counts_from: datetime | None = None,
    days: tuple[Mapping[int, Works], Mapping[int, Sequence[Freeze]]] | None = None,
) -> list[int]:
    """Give a document to people (at most 100); return the ids of their assignments, new or old.

    Somebody who owes it already gets one more reason. due_plan: the day is worked out for each person, in place of
    due_on. starts_on: None = the start of the person's latest intake, else the day of hire if it lies ahead, else
    today. counts_from: what was completed before counts for nothing; None = ever for what is owed once, else now; said
    again, both are moved. days: who works when and what holds their days, where the caller has read it already.
    """
    document = session().get(Document, document_id)
    if document is None or document.published_id is None:
        raise NotFound()
    ids = sorted(set(person_ids))
    lock_people(ids)
    now = clock.now()
    present = _present(ids, document_id, occasion)
    fresh = [person_id for person_id in ids if person_id not in present]
    works, freezes = days or (accounts.works_of(ids), accounts.freezes_of(ids))
    made: list[Assignment] = []
    if fresh:
        first_days = starts(fresh) if starts_on is None else dict.fromkeys(fresh, starts_on)
        values = [
            {
                "person_id": person_id,
                "document_id": document_id,
                "revision_id": document.published_id,
                "occasion": occasion,
                "counts_from": counts_from or (EVER if occasion == "once" else now),
                "starts_on": first_days[person_id],
                "state": "open",
            }
            for person_id in fresh
        ]
        made = list(session().scalars(insert(Assignment).returning(Assignment), values))
    again = [present[person_id] for person_id in ids if person_id in present]
    for assignment in again:
        if counts_from is not None and assignment.state in {"open", "withdrawn", "optional"}:
            assignment.counts_from, assignment.starts_on = counts_from, starts_on or assignment.starts_on
    asked = {
        each.id: due_on if due_plan is None else due_day(due_plan, each.starts_on, today(), works[each.person_id])
        for each in (*made, *again)
    }
    by_person = {each.person_id: each.id for each in (*made, *again)}
    _give_reasons(asked, kind, ref or (f"person:{actor.id}" if actor else "system"), now)
    planned = layout.lay_out(document_id) if made or any(each.state in RESTING for each in again) else []
    _begin(actor, made, planned, asked, works, freezes)
    for assignment in again:
        if assignment.state in RESTING:
            assignment.state = "open"
            lay_anew(assignment, planned, works[assignment.person_id], freezes[assignment.person_id])
        settle(actor, assignment, source="assign")
    return [by_person[person_id] for person_id in ids]


RESTING = frozenset({"withdrawn", "optional"})
"""States of a duty that nobody is asked for; its items may be older than the document."""


def _present(person_ids: Sequence[int], document_id: int, occasion: str) -> dict[int, Assignment]:
    found = session().scalars(
        select(Assignment).where(
            Assignment.person_id.in_(person_ids),
            Assignment.document_id == document_id,
            Assignment.occasion == occasion,
        )
    )
    return {each.person_id: each for each in found}


def _begin(
    actor: Actor | None,
    made: Sequence[Assignment],
    planned: Sequence[Item],
    asked: Mapping[int, date | None],
    works: Mapping[int, Works],
    freezes: Mapping[int, Sequence[Freeze]],
) -> None:
    """Write the items of new duties and what they say of themselves; what is done already is rolled up one by one."""
    past = done_before({each.person_id: each.counts_from for each in made}, planned)
    rows: list[dict[str, Any]] = []
    whole: list[dict[str, Any]] = []
    further: list[Assignment] = []
    for assignment in made:
        person_id = assignment.person_id
        days = layout.due_days(planned, assignment.starts_on, works[person_id], freezes[person_id])
        items = with_past(layout.dated(planned, days, assignment.id), past.get(person_id, {}))
        counted = asked[assignment.id]
        if counted is not None:
            counted = settled_day(counted, works[person_id], freezes[person_id])
            items = [item if item.day is not None or item.done_at else rules.with_due(item, counted) for item in items]
        rows += [_row(item) for item in items]
        required = [item for item in items if item.required]
        if not required or any(item.done_at for item in items):
            further.append(assignment)
        else:
            due = [item.due_on for item in required if item.due_on]
            whole.append(
                {
                    "id": assignment.id,
                    "done_items": 0,
                    "total_items": len(required),
                    "due_on": counted or max(due, default=None),
                    "next_due_on": min(due, default=None),
                }
            )
        emit(Assigned(person_id=person_id, document_id=assignment.document_id, assignment_id=assignment.id))
    if rows:
        session().execute(insert(AssignmentItem), rows)
    if whole:
        session().execute(update(Assignment), whole)
    if made:
        session().expire_all()
    for assignment in further:
        settle(actor, assignment, source="assign")


def _row(item: Item) -> dict[str, Any]:
    """Return an item as a row of its table."""
    found = item._asdict()
    del found["waits_for_others"]
    return found


def lay_anew(assignment: Assignment, planned: Sequence[Item], works: Works, freezes: Sequence[Freeze]) -> None:
    """Lay a duty out as its document is now; what was done stays done."""
    days = layout.due_days(planned, assignment.starts_on, works, freezes)
    fresh = layout.dated(planned, days, assignment.id)
    carried = rules.carry_over(fresh, items_of(assignment.id))
    past = done_before({assignment.person_id: assignment.counts_from}, carried)
    done = with_past(carried, past.get(assignment.person_id, {}))
    write_items(assignment, [new if old.done_at is None else old for old, new in zip(carried, done, strict=True)])
    assignment.revision_id = session().scalar(
        select(Document.published_id).where(Document.id == assignment.document_id)
    )


def withdraw_rounds(person_ids: Sequence[int], document_id: int, prefix: str, *, but: str) -> None:
    """Ask no more for earlier rounds of a recurring duty that these people have not done.

    prefix: what the occasions of all rounds begin with. but: the round that is asked now. The people are locked.
    """
    lock_people(person_ids)
    _withdraw(
        Assignment.person_id.in_(person_ids),
        Assignment.document_id == document_id,
        Assignment.occasion.startswith(prefix, autoescape=True),
        Assignment.occasion != but,
    )


def withdraw_occasion(person_ids: Sequence[int], document_id: int, occasion: str) -> int:
    """Ask these people (at most 100) no more for what they have not done of one occasion; return how many."""
    lock_people(person_ids)
    return _withdraw(
        Assignment.person_id.in_(person_ids),
        Assignment.document_id == document_id,
        Assignment.occasion == occasion,
    )


def _withdraw(*which: ColumnElement[bool]) -> int:
    """Ask for these open duties no more, whatever the reasons were; return how many."""
    open_ones = list(session().scalars(select(Assignment.id).where(*which, Assignment.state == "open")))
    if not open_ones:
        return 0
    session().execute(
        update(AssignmentReason)
        .where(AssignmentReason.assignment_id.in_(open_ones), AssignmentReason.until.is_(None))
        .values(until=clock.now())
        .execution_options(synchronize_session=False)
    )
    session().execute(
        update(Assignment)
        .where(Assignment.id.in_(open_ones))
        .values(state="withdrawn")
        .execution_options(synchronize_session=False)
    )
    session().expire_all()
    return len(open_ones)


def starts(person_ids: Sequence[int]) -> dict[int, date]:
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


def _give_reasons(asked: Mapping[int, date | None], kind: str, ref: str, now: datetime) -> None:
    """Note why these duties (by id, with the day asked for) are owed; a reason that had ended holds again from now."""
    if not asked:
        return
    reason = AssignmentReason
    known = {
        row.assignment_id: row
        for row in session().execute(
            select(reason.id, reason.assignment_id, reason.since, reason.until).where(
                reason.assignment_id.in_(asked), reason.kind == kind, reason.ref == ref
            )
        )
    }
    fresh = [
        {"assignment_id": id, "kind": kind, "ref": ref, "due_on": due_on, "since": now}
        for id, due_on in asked.items()
        if id not in known
    ]
    if fresh:
        session().execute(insert(reason), fresh)
    if known:
        session().execute(
            update(reason),
            [
                {
                    "id": row.id,
                    "until": None,
                    "since": row.since if row.until is None else now,
                    "due_on": asked[row.assignment_id],
                }
                for row in known.values()
            ],
        )
