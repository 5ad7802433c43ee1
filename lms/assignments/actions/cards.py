"""Asking people to read a document (again) and confirm it: must-reads and change cards, one duty of a person.

The duty of a person and a document is made once and opened again by each revision that has to be confirmed; why and
since when stands in its reasons, one a revision. It is done by an acknowledgement of that revision or of a later one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.accounts import queries as accounts
from lms.assignments import layout
from lms.assignments.actions.chase import settle_chases
from lms.assignments.events import Assigned
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason, Rule
from lms.assignments.rules import CHANGE, READ, WHOLE, reason_ref
from lms.content.models import Document
from lms.core import clock
from lms.core.bus import emit
from lms.core.db import session
from lms.core.here import today
from lms.records.actions import lock_people
from lms.records.models import Standing

MUST_READ, DELTA = "must-read", "delta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom a call has newly asked, by whether they knew an earlier version."""

    anew: Sequence[int]
    changed: Sequence[int]


def ask_to_read(
    document_id: int, revision_id: int, reasons: Mapping[int, Collection[str]], *, within: int, since: int | None
) -> Asked:
    """Ask people (at most 100) to confirm a revision or a later one; the same again changes nothing.

    reasons: kinds by person. within: rostered days, from tomorrow on. since: the revision before this one, None at the
    first. Who has confirmed it already owes nothing; that is noted for must-reads, so that counts are whole.
    """
    people = sorted(reasons)
    lock_people(people)
    confirmed = _confirmed(people, document_id)
    present = _present(people, document_id)
    works, freezes = accounts.works_of(people), accounts.freezes_of(people)
    starts_on = today() + timedelta(days=1)
    fresh: list[dict[str, Any]] = []
    opened: list[dict[str, Any]] = []
    raised: list[dict[str, Any]] = []
    anew: list[int] = []
    changed: list[int] = []
    for person_id in people:
        before, at = confirmed.get(person_id, (None, None))
        done = before is not None and before >= revision_id
        old = present.get(person_id)
        if done and (old is not None or MUST_READ not in reasons[person_id]):
            continue
        knew = before is not None or DELTA in reasons[person_id]
        purpose = CHANGE if knew and since is not None else WHOLE
        if old is not None and old.state == "open" and old.total_items:
            if old.revision_id is not None and old.revision_id >= revision_id:
                continue
            raised.append({"id": old.id, "revision_id": revision_id})
        else:
            due = None if done else layout.days_of([within], starts_on, works[person_id], freezes[person_id])[within]
            values = _values(revision_id, purpose, starts_on, due, at if done else None)
            if old is None:
                fresh.append({"person_id": person_id, "document_id": document_id, "occasion": READ, **values})
            else:
                opened.append({"id": old.id, **values})
        if not done:
            (changed if purpose == CHANGE else anew).append(person_id)
    _write(document_id, fresh, opened, raised, within)
    _give_reasons(document_id, revision_id, reasons)
    return Asked(anew=anew, changed=changed)


def _confirmed(people: Sequence[int], document_id: int) -> dict[int, tuple[int | None, Any]]:
    rows = session().execute(
        select(Standing.person_id, Standing.confirmed_revision_id, Standing.last_done_at).where(
            Standing.person_id.in_(people), Standing.document_id == document_id, Standing.state == "done"
        )
    )
    return {person_id: (revision_id, at) for person_id, revision_id, at in rows}


def _present(people: Sequence[int], document_id: int) -> dict[int, Any]:
    rows = session().execute(
        select(
            Assignment.id, Assignment.person_id, Assignment.state, Assignment.revision_id, Assignment.total_items
        ).where(Assignment.person_id.in_(people), Assignment.document_id == document_id, Assignment.occasion == READ)
    )
    return {row.person_id: row for row in rows}


def _values(revision_id: int, purpose: str, starts_on: date, due: date | None, done_at: Any) -> dict[str, Any]:
    return {
        "revision_id": revision_id,
        "purpose": purpose,
        "counts_from": clock.now(),
        "starts_on": starts_on,
        "due_on": due,
        "next_due_on": due,
        "done_items": int(done_at is not None),
        "total_items": 1,
        "state": "done" if done_at is not None else "open",
        "done_at": done_at,
        "last_done_at": done_at,
    }


def _write(
    document_id: int,
    fresh: Sequence[dict[str, Any]],
    opened: Sequence[dict[str, Any]],
    raised: Sequence[dict[str, Any]],
    within: int,
) -> None:
    """Make new duties with their one item, open old ones again, raise what open ones ask for."""
    current = session()
    minutes = current.scalar(select(Document.minutes).where(Document.id == document_id)) or 0
    if fresh:
        made = current.execute(insert(Assignment).returning(Assignment.id, Assignment.person_id), fresh).all()
        by_person = {each["person_id"]: each for each in fresh}
        current.execute(
            insert(AssignmentItem),
            [
                {
                    "assignment_id": id,
                    "position": 0,
                    "document_id": document_id,
                    "minutes": minutes,
                    "day": within,
                    "due_on": by_person[person_id]["due_on"],
                    "done_at": by_person[person_id]["done_at"],
                }
                for id, person_id in made
            ],
        )
        for id, person_id in made:
            if by_person[person_id]["state"] == "open":
                emit(Assigned(person_id=person_id, document_id=document_id, assignment_id=id))
    if opened:
        ids = [each["id"] for each in opened]
        _end_reasons(ids)
        current.execute(update(Assignment), list(opened))
        current.execute(
            update(AssignmentItem),
            [
                {
                    "assignment_id": each["id"],
                    "position": 0,
                    "day": within,
                    "due_on": each["due_on"],
                    "done_at": each["done_at"],
                    "extended_to": None,
                    "opened_at": None,
                    "required": True,
                }
                for each in opened
            ],
        )
    if raised:
        current.execute(update(Assignment), list(raised))
    current.expire_all()


def _end_reasons(assignment_ids: Sequence[int]) -> None:
    session().execute(
        update(AssignmentReason)
        .where(AssignmentReason.assignment_id.in_(assignment_ids), AssignmentReason.until.is_(None))
        .values(until=clock.now())
        .execution_options(synchronize_session=False)
    )


def _give_reasons(document_id: int, revision_id: int, reasons: Mapping[int, Collection[str]]) -> None:
    """Note why each of these people owes this revision; a reason that had ended holds again."""
    current = session()
    now = clock.now()
    rows = [
        {"assignment_id": row.id, "kind": kind, "ref": reason_ref(revision_id), "since": now}
        for row in _present(sorted(reasons), document_id).values()
        for kind in sorted(reasons[row.person_id])
        if row.state != "withdrawn"
    ]
    if rows:
        make = postgresql_insert if current.get_bind().dialect.name == "postgresql" else sqlite_insert
        statement = make(AssignmentReason)
        statement = statement.on_conflict_do_update(
            index_elements=["assignment_id", "kind", "ref"], set_={"until": None}
        )
        current.execute(statement, rows)


def no_longer_asked(
    document_id: int, person_ids: Sequence[int], *, kinds: Collection[str] = (MUST_READ, DELTA)
) -> None:
    """End these reasons of people (at most 100). Without any left what is untouched goes; what was begun may stay."""
    current = session()
    lock_people(person_ids)
    ids = list(
        current.scalars(
            select(Assignment.id).where(
                Assignment.person_id.in_(person_ids),
                Assignment.document_id == document_id,
                Assignment.occasion == READ,
            )
        )
    )
    if not ids:
        return
    now = clock.now()
    current.execute(
        update(AssignmentReason)
        .where(
            AssignmentReason.assignment_id.in_(ids),
            AssignmentReason.kind.in_(kinds),
            AssignmentReason.until.is_(None),
        )
        .values(until=now)
        .execution_options(synchronize_session=False)
    )
    still = exists().where(AssignmentReason.assignment_id == Assignment.id, AssignmentReason.until.is_(None))
    begun = exists().where(AssignmentItem.assignment_id == Assignment.id, AssignmentItem.opened_at.is_not(None))
    free = select(Assignment.id).where(Assignment.id.in_(ids), Assignment.state == "open", ~still)
    settle_chases(list(current.scalars(free)))
    left = list(current.scalars(free.where(begun)))
    current.execute(
        update(Assignment)
        .where(Assignment.id.in_(free.where(~begun)))
        .values(state="withdrawn", due_on=None, next_due_on=None)
        .execution_options(synchronize_session=False)
    )
    current.execute(
        update(AssignmentItem)
        .where(AssignmentItem.assignment_id.in_(left))
        .values(required=False, day=None, due_on=None, extended_to=None)
        .execution_options(synchronize_session=False)
    )
    current.execute(
        update(Assignment)
        .where(Assignment.id.in_(left))
        .values(total_items=0, due_on=None, next_due_on=None)
        .execution_options(synchronize_session=False)
    )
    current.expire_all()


def keep_must_read(
    document_id: int, words: Sequence[str], readers: Sequence[str], *, within: int, revision_id: int
) -> bool:
    """Remember whom a document is a must-read for (nobody: it is none any more); return whether that is news.

    readers: the words of 可见. revision_id: the one that whoever comes later has to confirm.
    """
    rule = session().scalars(select(Rule).where(Rule.document_id == document_id, Rule.occasion == READ)).one_or_none()
    audience = {"words": list(words), "readers": list(readers)}
    plan = {"workdays": within, "revision": revision_id}
    if rule is None:
        if words:
            session().add(
                Rule(
                    document_id=document_id,
                    audience=audience,
                    occasion=READ,
                    due_plan=plan,
                    version=1,
                    active=True,
                    created_at=clock.now(),
                )
            )
            session().flush()
        return bool(words)
    news = rule.audience != audience or rule.active != bool(words)
    if news or rule.due_plan != plan:
        rule.audience, rule.due_plan, rule.active = audience, plan, bool(words)
        rule.version += 1
        session().flush()
    return news
