"""Giving duties, by hand and by position."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select, update

from lms.accounts import queries as accounts
from lms.accounts.models import Cohort, CohortMember, Person
from lms.assignments import layout
from lms.assignments.actions.settle import settle, with_past, write_items
from lms.assignments.events import Assigned
from lms.assignments.models import Assignment, AssignmentReason, Rule
from lms.assignments.rules import READ
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.records.actions import lock_people

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""`counts_from` of a duty that is owed once: whatever was ever completed counts."""

TOGETHER = 100
"""People whose rows are taken by one call."""

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
    counts_from: datetime | None = None,
) -> list[int]:
    """Give a document to people (at most 100); return the ids of their assignments, new or old.

    Somebody who owes it already gets one more reason. starts_on: None = the start of the person's latest intake, else
    the day of hire if it lies ahead, else today. counts_from: what was completed before counts for nothing; None = ever
    for what is owed once, else now; said again, both are moved.
    """
    document = session().get(Document, document_id)
    if document is None or document.published_id is None:
        raise NotFound()
    lock_people(person_ids)
    planned = layout.lay_out(document_id)
    works, freezes = accounts.works_of(person_ids), accounts.freezes_of(person_ids)
    first_days = starts(person_ids)
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
                counts_from=counts_from or (EVER if occasion == "once" else now),
                starts_on=starts_on or first_days[person_id],
                state="open",
                done_items=0,
                total_items=0,
            )
            session().add(assignment)
            session().flush()
        elif assignment.state == "withdrawn":
            assignment.state = "open"
        if counts_from is not None and assignment.state == "open":
            assignment.counts_from, assignment.starts_on = counts_from, starts_on or assignment.starts_on
        _give_reason(assignment, kind, ref or (f"person:{actor.id}" if actor else "system"), due_on, now)
        if fresh:
            days = layout.due_days(planned, assignment.starts_on, works[person_id], freezes[person_id])
            items = layout.dated(planned, days, assignment.id)
            write_items(assignment, with_past(person_id, items, assignment.counts_from))
            emit(Assigned(person_id=person_id, document_id=document_id, assignment_id=assignment.id))
        settle(actor, assignment, source="assign")
        found.append(assignment.id)
    return found


def withdraw_rounds(person_ids: Sequence[int], document_id: int, prefix: str, *, but: str) -> None:
    """Ask no more for earlier rounds of a recurring duty that these people have not done.

    prefix: what the occasions of all rounds begin with. but: the round that is asked now. The people are locked.
    """
    lock_people(person_ids)
    session().execute(
        update(Assignment)
        .where(
            Assignment.person_id.in_(person_ids),
            Assignment.document_id == document_id,
            Assignment.occasion.startswith(prefix, autoescape=True),
            Assignment.occasion != but,
            Assignment.state == "open",
        )
        .values(state="withdrawn")
        .execution_options(synchronize_session=False)
    )
    session().expire_all()


def withdraw_occasion(person_ids: Sequence[int], document_id: int, occasion: str) -> int:
    """Ask these people (at most 100) no more for what they have not done of one occasion; return how many."""
    lock_people(person_ids)
    open_ones = list(
        session().scalars(
            select(Assignment.id).where(
                Assignment.person_id.in_(person_ids),
                Assignment.document_id == document_id,
                Assignment.occasion == occasion,
                Assignment.state == "open",
            )
        )
    )
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


def keep_rule(document_id: int, positions: Sequence[str]) -> set[str]:
    """Remember for which positions a curriculum is given on hire (its 岗位); return those that it was not before."""
    rule = session().scalars(select(Rule).where(Rule.document_id == document_id)).one_or_none()
    audience = {"positions": list(positions)}
    before = set(rule.audience["positions"]) if rule is not None and rule.active else set()
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
    return set(positions) - before


def give_to_lately_hired(document_id: int, positions: Collection[str]) -> int:
    """Give a curriculum to who holds one of these positions and was hired before it was there; return to how many.

    Whoever came longer ago than `HIRED_LATELY` is left alone.
    """
    rule_id = session().scalar(select(Rule.id).where(Rule.document_id == document_id, Rule.active))
    if rule_id is None or not positions:
        return 0
    ids = lately_hired(positions)
    for start in range(0, len(ids), TOGETHER):
        assign(None, ids[start : start + TOGETHER], document_id, kind="rule", ref=f"rule:{rule_id}")
    return len(ids)


def lately_hired(positions: Collection[str]) -> list[int]:
    """Return who holds one of these positions and was hired so lately that a curriculum of it is given by itself."""
    since = today() - timedelta(days=HIRED_LATELY)
    return list(
        session().scalars(
            select(Person.id)
            .where(Person.active, Person.position.in_(list(positions)), Person.hired_on >= since)
            .order_by(Person.id)
        )
    )


def give_by_position(person_ids: Sequence[int]) -> None:
    """Give newly hired people the curricula of their position."""
    people = (
        session()
        .execute(select(Person.id, Person.position, Person.hired_on).where(Person.id.in_(person_ids), Person.active))
        .all()
    )
    here = today()
    rule_rows = session().scalars(select(Rule).where(Rule.active, Rule.occasion != READ)).all()
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
