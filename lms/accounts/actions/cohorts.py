"""Verbs of intakes: open one, who belongs to it."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from lms.accounts.actions.people import lock
from lms.accounts.events import CohortChanged
from lms.accounts.models import Cohort, CohortMember
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text


def open_cohort(
    actor: Actor, *, name: str, starts_on: date, trainer_id: int | None = None, room: str = "", series: str = ""
) -> Cohort:
    """Open an intake. series: of the batch that it is one of. Raises Invalid where the name is taken."""
    _check_name(name, None)
    cohort = Cohort(name=name.strip(), starts_on=starts_on, trainer_id=trainer_id, room=room.strip(), series=series)
    current = session()
    current.add(cohort)
    current.flush()
    audit(actor.id, "cohort.opened", "cohort", cohort.id, after={"starts_on": starts_on.isoformat()})
    return cohort


def change_cohort(
    actor: Actor, cohort_id: int, *, name: str, starts_on: date, trainer_id: int | None, room: str
) -> None:
    """Change name, start day, trainer and room. A new start day moves the members' due days."""
    cohort = _cohort(cohort_id)
    _check_name(name, cohort_id)
    starts = cohort.starts_on
    cohort.name, cohort.starts_on = name.strip(), starts_on
    cohort.trainer_id, cohort.room = trainer_id, room.strip()
    audit(
        actor.id,
        "cohort.changed",
        "cohort",
        cohort.id,
        before={"starts_on": starts.isoformat()},
        after={"starts_on": starts_on.isoformat(), "trainer": trainer_id},
    )
    if starts != starts_on and (members := member_ids(cohort_id)):
        emit(CohortChanged(person_ids=tuple(members)))


def add_members(actor: Actor, cohort_id: int, person_ids: Iterable[int]) -> int:
    """Put people into an intake; return how many were not in it before."""
    cohort = _cohort(cohort_id)
    people = lock(person_ids)
    current = session()
    held = {
        row.person_id: row for row in current.scalars(select(CohortMember).where(CohortMember.cohort_id == cohort_id))
    }
    added = []
    for person in people:
        row = held.get(person.id)
        if row is None:
            current.add(CohortMember(cohort_id=cohort.id, person_id=person.id))
        elif row.left_on is not None:
            row.left_on = None
        else:
            continue
        added.append(person.id)
        audit(actor.id, "cohort.joined", "cohort", cohort.id, person_id=person.id)
    if added:
        current.flush()
        emit(CohortChanged(person_ids=tuple(added)))
    return len(added)


def remove_member(actor: Actor, cohort_id: int, person_id: int) -> None:
    """Take a person out of an intake from today on."""
    lock([person_id])
    member = session().get(CohortMember, (cohort_id, person_id))
    if member is None or member.left_on is not None:
        raise NotFound()
    member.left_on = today()
    audit(actor.id, "cohort.left", "cohort", cohort_id, person_id=person_id)
    emit(CohortChanged(person_ids=(person_id,)))


def member_ids(cohort_id: int) -> list[int]:
    return list(
        session().scalars(
            select(CohortMember.person_id)
            .where(CohortMember.cohort_id == cohort_id, CohortMember.left_on.is_(None))
            .order_by(CohortMember.person_id)
        )
    )


def _cohort(cohort_id: int) -> Cohort:
    cohort = session().get(Cohort, cohort_id)
    if cohort is None:
        raise NotFound()
    return cohort


def _check_name(name: str, own_id: int | None) -> None:
    other = session().scalar(select(Cohort.id).where(Cohort.name == name.strip()))
    if other is not None and other != own_id:
        reason = text("已经有批次叫“%(name)s”。", name=name.strip())
        raise Invalid(reason, fields={"name": reason})
