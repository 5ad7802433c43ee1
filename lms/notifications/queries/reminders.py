"""Reading what people are to be reminded of: the same answer for the preview and for the worker's job."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, case, exists, func, select
from sqlalchemy.orm import aliased

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason
from lms.assignments.rules import READ
from lms.content.models import Document, Slug
from lms.core.db import rows
from lms.notifications.models import Notice, Reminder
from lms.notifications.rules import LEAD, Owed, Plan, Said, escalates, to_say

_due = case(
    (AssignmentItem.extended_to > AssignmentItem.due_on, AssignmentItem.extended_to), else_=AssignmentItem.due_on
)
_first_due = func.min(_due)
_IS_ASKED = exists().where(AssignmentReason.assignment_id == Assignment.id, AssignmentReason.until.is_(None))
_IS_OPEN = (
    AssignmentItem.required,
    AssignmentItem.done_at.is_(None),
    ~AssignmentItem.exempt,
    AssignmentItem.purpose == "complete",  # a sign-off waits for somebody else
)
_PEOPLE = (
    select(Assignment.person_id)
    .join(Person, Person.id == Assignment.person_id)
    .where(Person.active, Assignment.state == "open", Assignment.next_due_on <= bindparam("until"))
    .distinct()
    .order_by(Assignment.person_id)
)
_OWED = (
    select(
        Assignment.id,
        Assignment.person_id,
        Assignment.done_items,
        Assignment.occasion,
        Document.kind,
        Document.title,
        Slug.slug,
        _first_due.label("due_on"),
    )
    .join(Person, Person.id == Assignment.person_id)
    .join(AssignmentItem, AssignmentItem.assignment_id == Assignment.id)
    .join(Document, Document.id == Assignment.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .where(
        Assignment.person_id.in_(bindparam("ids", expanding=True)),
        Person.active,
        Assignment.state == "open",
        Assignment.next_due_on <= bindparam("until"),
        _due.is_not(None),
        *_IS_OPEN,
        _IS_ASKED,
    )
    .group_by(
        Assignment.id,
        Assignment.person_id,
        Assignment.done_items,
        Assignment.occasion,
        Document.kind,
        Document.title,
        Slug.slug,
    )
    .having(_first_due <= bindparam("until"))
    .order_by(Assignment.person_id, _first_due, Assignment.id)
)
_SAID = select(
    Reminder.assignment_id, Reminder.due_on, Reminder.step, Reminder.said_on, Reminder.done, Reminder.person_id
).where(Reminder.assignment_id.in_(bindparam("ids", expanding=True)))
_TOLD_TODAY = select(Reminder.person_id).where(
    Reminder.person_id.in_(bindparam("ids", expanding=True)), Reminder.said_on == bindparam("day")
)
_NAMES = select(Person.id, Person.name, Person.employee_no).where(Person.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What one person owes and may have to be told of. step: of the plan, for today."""

    person_id: int
    owed: Owed
    step: int
    kind: str
    slug: str
    title: str
    is_card: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LateOne:
    """Somebody of whose late duties a lead is to be told."""

    person_id: int
    name: str
    owed: tuple[Owed, ...]


_COUNTS = (
    select(
        case((Reminder.step == LEAD, 1), else_=0).label("to_lead"),
        func.count(func.distinct(Reminder.person_id)).label("people"),
    )
    .where(Reminder.said_on == bindparam("day"))
    .group_by("to_lead")
)


def told_on(day: date) -> tuple[int, int]:
    """Return how many people were reminded on a day, and how many leads were told."""
    found = {row.to_lead: row.people for row in rows(_COUNTS, {"day": day})}
    return found.get(0, 0), found.get(1, 0)


def people_near(plan: Plan, day: date) -> list[int]:
    """Return who owes something that falls due so soon that the plan may speak of it, or is late, in order."""
    return list(rows(_PEOPLE, {"until": _until(plan, day)}).scalars())


def people_late(plan: Plan, day: date) -> list[int]:
    """Return who may be so late that the lead is to be told, in order."""
    if plan.escalate_after is None:
        return []
    return list(rows(_PEOPLE, {"until": day - timedelta(days=plan.escalate_after)}).scalars())


def to_remind(person_ids: Sequence[int], plan: Plan, day: date) -> dict[int, list[Duty]]:
    """Return of what each of these people is to be reminded on a day, the earliest due first.

    Who has nothing is left out; so is who has been reminded today, who does not work that day, is on leave or in a
    silent time.
    """
    found = _owed(person_ids, _until(plan, day))
    free = _reachable({row.person_id for row in found} - _told_on(person_ids, day, to_lead=False), day)
    log = _said([row.id for row in found if row.person_id in free])
    duties: dict[int, list[Duty]] = defaultdict(list)
    for row in found:
        if row.person_id not in free:
            continue
        owed = _as_owed(row)
        step = to_say(plan, owed, day, log.get(row.id, ()))
        if step is not None:
            duty = Duty(
                person_id=row.person_id,
                owed=owed,
                step=step,
                kind=row.kind,
                slug=row.slug,
                title=row.title,
                is_card=row.occasion == READ,
            )
            duties[row.person_id].append(duty)
    return duties


def to_escalate(person_ids: Sequence[int], plan: Plan, day: date) -> dict[int, list[LateOne]]:
    """Return of whom each lead is to be told on a day that they are late, the latest first; once a day for a lead.

    Left out: who is on leave or in a silent time, and leads who are or who do not work that day.
    """
    if plan.escalate_after is None:
        return {}
    found = _owed(person_ids, day - timedelta(days=plan.escalate_after))
    log = _said([row.id for row in found])
    late: dict[int, list[Owed]] = defaultdict(list)
    for row in found:
        owed = _as_owed(row)
        if escalates(plan, owed, day, log.get(row.id, ())):
            late[row.person_id].append(owed)
    silent = accounts.silent_on(day, late)
    leads = accounts.leads_of([person_id for person_id in late if person_id not in silent])
    free = _reachable(set(leads.values()) - _told_on(sorted(set(leads.values())), day, to_lead=True), day)
    names = {row.id: row.name or row.employee_no or "" for row in rows(_NAMES, {"ids": list(leads)})} if leads else {}
    told: dict[int, list[LateOne]] = defaultdict(list)
    for person_id, lead_id in leads.items():
        if lead_id in free:
            told[lead_id].append(LateOne(person_id=person_id, name=names[person_id], owed=tuple(late[person_id])))
    for people in told.values():
        people.sort(key=lambda one: (min(owed.due_on for owed in one.owed), one.person_id))
    return told


def _until(plan: Plan, day: date) -> date:
    return day + timedelta(days=max((0, *plan.before)))


def _owed(person_ids: Sequence[int], until: date) -> Sequence[Any]:
    return rows(_OWED, {"ids": list(person_ids), "until": until}).all() if person_ids else []


def _as_owed(row: Any) -> Owed:
    return Owed(assignment_id=row.id, due_on=_as_day(row.due_on), done=row.done_items)


def _as_day(value: Any) -> date:
    """Return a day that a function of the database gave: SQLite gives it as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def _said(assignment_ids: Sequence[int]) -> Mapping[int, list[Said]]:
    found: dict[int, list[Said]] = defaultdict(list)
    if assignment_ids:
        for row in rows(_SAID, {"ids": list(assignment_ids)}):
            found[row.assignment_id].append(Said(due_on=row.due_on, step=row.step, on=row.said_on, done=row.done))
    return found


def _told_on(person_ids: Sequence[int], day: date, *, to_lead: bool) -> set[int]:
    """Return who of these people was reminded on a day, of their own duties or as the lead of others."""
    if not person_ids:
        return set()
    step = Reminder.step == LEAD if to_lead else Reminder.step != LEAD
    return set(rows(_TOLD_TODAY.where(step), {"ids": list(person_ids), "day": day}).scalars())


def _reachable(person_ids: Collection[int], day: date) -> set[int]:
    """Return who of these people works on a day and is neither on leave nor in a silent time."""
    if not person_ids:
        return set()
    ids = sorted(person_ids)
    silent = accounts.silent_on(day, ids)
    works = accounts.works_of(ids, since=day)
    return {person_id for person_id in ids if person_id not in silent and works[person_id](day)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """One duty that a notice reminded of, as it stands now. state: of the assignment."""

    notice_key: str
    assignment_id: int
    person_id: int
    step: int
    due_on: date | None
    state: str
    kind: str
    slug: str
    title: str
    is_card: bool


_REMINDED = (
    select(
        Reminder.notice_key,
        Reminder.assignment_id,
        Assignment.person_id,
        Reminder.step,
        Assignment.next_due_on,
        Assignment.state,
        Assignment.occasion,
        Document.kind,
        Document.title,
        Slug.slug,
    )
    .join(Assignment, Assignment.id == Reminder.assignment_id)
    .join(Document, Document.id == Assignment.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .where(Reminder.notice_key.in_(bindparam("keys", expanding=True)))
    .order_by(Reminder.notice_key, Reminder.due_on, Reminder.assignment_id)
)


def reminded(notice_keys: Sequence[str]) -> dict[str, list[Reminded]]:
    """Return the duties of which each of these notices reminded, the earliest due first."""
    found: dict[str, list[Reminded]] = defaultdict(list)
    if notice_keys:
        for row in rows(_REMINDED, {"keys": list(notice_keys)}):
            found[row.notice_key].append(
                Reminded(
                    notice_key=row.notice_key,
                    assignment_id=row.assignment_id,
                    person_id=row.person_id,
                    step=row.step,
                    due_on=row.next_due_on,
                    state=row.state,
                    kind=row.kind,
                    slug=row.slug,
                    title=row.title,
                    is_card=row.occasion == READ,
                )
            )
    return found


_other, _other_duty = aliased(Reminder), aliased(Assignment)
_SETTLED = (
    select(Notice.id)
    .join(Reminder, Reminder.notice_key == Notice.dedup_key)
    .where(
        Notice.read_at.is_(None),
        ~exists().where(
            _other.notice_key == Notice.dedup_key,
            _other_duty.id == _other.assignment_id,
            _other_duty.state == "open",
        ),
    )
    .distinct()
)
_SETTLED_ABOUT = _SETTLED.join(Assignment, Assignment.id == Reminder.assignment_id).where(
    Assignment.person_id == bindparam("person_id")
)


def settled_notices(person_id: int | None = None) -> list[int]:
    """Return the unread notices all of whose duties are done or asked for no more; person_id: of the duties."""
    if person_id is None:
        return list(rows(_SETTLED).scalars())
    return list(rows(_SETTLED_ABOUT, {"person_id": person_id}).scalars())
