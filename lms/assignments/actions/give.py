"""Giving duties: by hand, by rules and by occasions. As few statements for a hundred people as for one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.assignments import layout, rules
from lms.assignments.actions.chase import settle_chases
from lms.assignments.actions.settle import counted, done_at, done_before, items_of, settle, with_past, write_items
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

_DUTIES: Any = Assignment.__table__
_ITEMS: Any = AssignmentItem.__table__
_REASONS: Any = AssignmentReason.__table__

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""`counts_from` of a duty that is owed once: whatever was ever completed counts."""

TOGETHER = 100
"""People whose rows are taken by one call."""

Key = tuple[int, int, str]
"""What names a duty: person, document, occasion."""
Reason = tuple[int, str, str]
"""What names a reason: assignment, kind, ref."""
Asked = tuple[Key, str, str]
"""A reason of a duty that may have no id yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A document for some people, and why.

    due_plan: the day is worked out for each person, in place of due_on. starts_on: None = the start of the person's
    latest intake, else the day of hire if it lies ahead, else today. counts_from: what was completed before counts for
    nothing; None = ever for what is owed once, else now; said again, both are moved.
    """

    document_id: int
    person_ids: Sequence[int]
    kind: str
    ref: str
    occasion: str = "once"
    due_on: date | None = None
    due_plan: DuePlan | None = None
    starts_on: date | None = None
    counts_from: datetime | None = None


Days = tuple[Mapping[int, Works], Mapping[int, Sequence[Freeze]]]
"""Who works when, and what holds the days of each."""


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
) -> list[int]:
    """Give a document to people (at most 100); return the ids of their assignments, new or old.

    Somebody who owes it already gets one more reason. The rest is said at `Gift`. Raises NotFound.
    """
    gift = Gift(
        document_id=document_id,
        person_ids=person_ids,
        kind=kind,
        ref=ref or (f"person:{actor.id}" if actor else "system"),
        occasion=occasion,
        due_on=due_on,
        due_plan=due_plan,
        starts_on=starts_on,
        counts_from=counts_from,
    )
    given = assign_all(actor, [gift])
    return [given[person_id, document_id, occasion] for person_id in sorted(set(person_ids))]


def assign_all(actor: Actor | None, gifts: Sequence[Gift], *, days: Days | None = None) -> dict[Key, int]:
    """Give several documents, each to its people (at most 100 in all); return the ids of the assignments, new or old.

    As few statements for forty documents as for one. days: where the caller has read it already. Raises NotFound.
    """
    published = _published({gift.document_id for gift in gifts})
    people = sorted({person_id for gift in gifts for person_id in gift.person_ids})
    lock_people(people)
    now = clock.now()
    works, freezes = days or (accounts.works_of(people), accounts.freezes_of(people))
    old = _present(people, gifts)
    fresh = [gift for gift in gifts if any(_key(gift, person_id) not in old for person_id in gift.person_ids)]
    first_days = starts(people) if any(gift.starts_on is None for gift in fresh) else {}
    new: dict[Key, dict[str, Any]] = {}
    for gift in fresh:
        for person_id in sorted(gift.person_ids):
            key = _key(gift, person_id)
            if key not in old and key not in new:
                new[key] = {
                    "person_id": person_id,
                    "document_id": gift.document_id,
                    "revision_id": published[gift.document_id],
                    "occasion": gift.occasion,
                    "counts_from": gift.counts_from or (EVER if gift.occasion == "once" else now),
                    "starts_on": gift.starts_on or first_days[person_id],
                    "state": "open",
                }
    for gift in gifts:
        for assignment in (old[key] for key in (_key(gift, each) for each in gift.person_ids) if key in old):
            if gift.counts_from is not None and assignment.state in {"open", "withdrawn", "optional"}:
                assignment.counts_from = gift.counts_from
                assignment.starts_on = gift.starts_on or assignment.starts_on
    begun = {key: each.starts_on for key, each in old.items()} | {key: each["starts_on"] for key, each in new.items()}
    asked = _asked(gifts, begun, works)
    resting = [each for each in old.values() if each.state in RESTING]
    laid_anew = {each.document_id for each in resting}
    planned = layout.lay_out_all({document_id for _person, document_id, _occasion in new} | laid_anew)
    items = _lay(new, planned, _earliest(asked), works, freezes)
    made = _write(new)
    given = {key: each.id for key, each in old.items()} | made
    reasons = {(given[key], kind, ref): due_on for (key, kind, ref), due_on in asked.items()}
    _give_reasons(reasons, {each.id for each in old.values()}, now)
    _begin(actor, made, items)
    for key in sorted(old):
        assignment = old[key]
        if assignment.state in RESTING:
            assignment.state = "open"
            lay_anew(assignment, planned[assignment.document_id], works[key[0]], freezes[key[0]])
        settle(actor, assignment, source="assign")
    return given


def _published(document_ids: Collection[int]) -> dict[int, int]:
    """Return the published revision of each of these documents. Raises NotFound where there is none."""
    found = session().execute(
        select(Document.id, Document.published_id).where(
            Document.id.in_(document_ids), Document.published_id.is_not(None)
        )
    )
    published = {row.id: row.published_id for row in found}
    if published.keys() != set(document_ids):
        raise NotFound()
    return published


def _key(gift: Gift, person_id: int) -> Key:
    return person_id, gift.document_id, gift.occasion


def _asked(
    gifts: Sequence[Gift], starts_on: Mapping[Key, date], works: Mapping[int, Works]
) -> dict[Asked, date | None]:
    """Return by when each reason asks for its duty; people of one start and plan are counted once."""
    here = today()
    reckoned: dict[tuple[int, DuePlan, date], date | None] = {}
    asked: dict[Asked, date | None] = {}
    for gift in gifts:
        for person_id in gift.person_ids:
            key = _key(gift, person_id)
            due = gift.due_on
            if gift.due_plan is not None:
                plan = person_id, gift.due_plan, starts_on[key]
                if plan not in reckoned:
                    reckoned[plan] = due_day(gift.due_plan, starts_on[key], here, works[person_id])
                due = reckoned[plan]
            asked[key, gift.kind, gift.ref] = due
    return asked


def _earliest(asked: Mapping[Asked, date | None]) -> dict[Key, date | None]:
    """Return the earliest day asked for each duty."""
    found: dict[Key, date | None] = {}
    for (key, _kind, _ref), due in asked.items():
        before = found.get(key)
        found[key] = due if before is None else min(before, due or before)
    return found


RESTING = frozenset({"withdrawn", "optional"})
"""States of a duty that nobody is asked for; its items may be older than the document."""


def _present(person_ids: Sequence[int], gifts: Sequence[Gift]) -> dict[Key, Assignment]:
    """Return which of these duties are there already, at rest or not."""
    wanted = {_key(gift, person_id) for gift in gifts for person_id in gift.person_ids}
    found = session().scalars(
        select(Assignment).where(
            Assignment.person_id.in_(person_ids),
            Assignment.document_id.in_({gift.document_id for gift in gifts}),
            Assignment.occasion.in_({gift.occasion for gift in gifts}),
        )
    )
    by_key = {(each.person_id, each.document_id, each.occasion): each for each in found}
    return {key: each for key, each in by_key.items() if key in wanted}


def _lay(
    new: Mapping[Key, dict[str, Any]],
    planned: Mapping[int, Sequence[Item]],
    asked: Mapping[Key, date | None],
    works: Mapping[int, Works],
    freezes: Mapping[int, Sequence[Freeze]],
) -> dict[Key, list[Item]]:
    """Return the items of new duties, with what was done before; note in each new row what its items say of it.

    Rows of which something is done already, or nothing is required, are left to be rolled up one by one.
    """
    moments = done_at({key[0] for key in new}, [item for document_id in planned for item in planned[document_id]])
    settled: dict[tuple[int, date], date] = {}
    found: dict[Key, list[Item]] = {}
    for key, row in new.items():
        person_id, inside = key[0], planned[key[1]]
        days = layout.due_days(inside, row["starts_on"], works[person_id], freezes[person_id])
        items = layout.dated(inside, days, 0)
        if person_id in moments:
            items = with_past(items, counted(moments[person_id], row["counts_from"]))
        due_on = asked[key]
        if due_on is not None:
            if (person_id, due_on) not in settled:
                settled[person_id, due_on] = settled_day(due_on, works[person_id], freezes[person_id])
            due_on = settled[person_id, due_on]
            items = [item if item.day is not None or item.done_at else rules.with_due(item, due_on) for item in items]
        found[key] = items
        due = [item.due_on for item in items if item.required and item.due_on]
        row["total_items"] = sum(item.required for item in items)
        row["due_on"], row["next_due_on"] = due_on or max(due, default=None), min(due, default=None)
    return found


def _write(new: Mapping[Key, dict[str, Any]]) -> dict[Key, int]:
    """Write new duties; return their ids. As rows: thirty thousand objects cost half of giving forty rules."""
    if not new:
        return {}
    names = _DUTIES.c.id, _DUTIES.c.person_id, _DUTIES.c.document_id, _DUTIES.c.occasion
    written = session().execute(insert(_DUTIES).returning(*names), list(new.values()))
    return {(person_id, document_id, occasion): id for id, person_id, document_id, occasion in written}


def _begin(actor: Actor | None, made: Mapping[Key, int], items: Mapping[Key, Sequence[Item]]) -> None:
    """Write the items of new duties; those of which something is done already are rolled up one by one."""
    rows = [_row(item, made[key]) for key, of in items.items() for item in of]
    if rows:
        session().execute(insert(_ITEMS), rows)
    for (person_id, document_id, _occasion), id in made.items():
        emit(Assigned(person_id=person_id, document_id=document_id, assignment_id=id))
    for key, of in items.items():
        if not any(item.required for item in of) or any(item.done_at for item in of):
            settle(actor, session().get_one(Assignment, made[key]), source="assign")


def _row(item: Item, assignment_id: int) -> dict[str, Any]:
    """Return an item as a row of its table."""
    found = item._asdict()
    del found["waits_for_others"]
    found["assignment_id"] = assignment_id
    return found


def lay_anew(assignment: Assignment, planned: Sequence[Item], works: Works, freezes: Sequence[Freeze]) -> None:
    """Lay a duty out as its document is now; what was done stays done."""
    days = layout.due_days(planned, assignment.starts_on, works, freezes)
    fresh = layout.dated(planned, days, assignment.id)
    carried = rules.carry_over(fresh, items_of(assignment.id))
    done = with_past(carried, done_before(assignment, carried))
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
    settle_chases(open_ones)
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
    found.update(accounts.latest_intakes(person_ids))
    return found


def _give_reasons(asked: Mapping[Reason, date | None], old: Collection[int], now: datetime) -> None:
    """Note why duties are owed; a reason that had ended holds again from now. old: duties that may have reasons."""
    reason = AssignmentReason
    known = {}
    if old:
        found = session().execute(
            select(reason.id, reason.assignment_id, reason.kind, reason.ref, reason.since, reason.until).where(
                reason.assignment_id.in_(old), reason.ref.in_({ref for _id, _kind, ref in asked})
            )
        )
        known = {(row.assignment_id, row.kind, row.ref): row for row in found}
    fresh = [
        {"assignment_id": key[0], "kind": key[1], "ref": key[2], "due_on": due_on, "since": now}
        for key, due_on in asked.items()
        if key not in known
    ]
    if fresh:
        session().execute(insert(_REASONS), fresh)
    again = [
        {"id": row.id, "until": None, "since": row.since if row.until is None else now, "due_on": asked[key]}
        for key, row in known.items()
        if key in asked
    ]
    if again:
        session().execute(update(reason), again)
