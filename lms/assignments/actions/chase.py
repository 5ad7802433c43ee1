"""催学: asking people by hand to get on with what they owe, at most once a day for each duty."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from lms.accounts.events import Settled, Told
from lms.accounts.models import Person
from lms.accounts.queries import silent_on
from lms.assignments.models import Assignment, Chase
from lms.content.kinds import kind_of
from lms.content.models import Document, Slug
from lms.core import clock
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import insert_new, session
from lms.core.here import today
from lms.core.texts import Text, text
from lms.records.actions import lock_people


@dataclass(frozen=True, slots=True, kw_only=True)
class Chased:
    """Of how many duties somebody was told now; of how many they had been today; how many are left in peace.

    silent: their people are on leave or in a freeze window.
    """

    told: int
    before: int
    silent: int


def chase(actor: Actor, assignment_ids: Sequence[int]) -> Chased:
    """Tell the people of these duties (at most 100 of them) to get on; what is done or withdrawn is passed over."""
    day = today()
    lock_people(list(session().scalars(select(Assignment.person_id).where(Assignment.id.in_(assignment_ids)))))
    before = set(
        session().scalars(select(Chase.assignment_id).where(Chase.assignment_id.in_(assignment_ids), Chase.day == day))
    )
    found = list(session().execute(_DUTIES.where(Assignment.id.in_(assignment_ids))))
    silent = silent_on(day, {row.person_id for row in found})
    now = [row for row in found if row.id not in before and row.person_id not in silent]
    if now:
        rows = [{"assignment_id": row.id, "day": day, "at": clock.now(), "made_by": actor.id} for row in now]
        insert_new(Chase, ("assignment_id", "day"), rows)
    for row in now:
        emit(
            Told(
                person_ids=(row.person_id,),
                topic="duty",
                sentence=words(row.title, row.next_due_on or row.due_on, row.total_items - row.done_items, actor, day),
                link=_link(row),
                key=_key(row.id, day),
            )
        )
    return Chased(
        told=len(now),
        before=sum(row.id in before for row in found),
        silent=sum(row.id not in before and row.person_id in silent for row in found),
    )


def settle_chases(assignment_ids: Collection[int]) -> None:
    """Take what was said of these duties as dealt with: they are done, or nobody asks for them any more."""
    found = session().execute(
        select(Chase.assignment_id, Chase.day, Assignment.person_id)
        .join(Assignment, Assignment.id == Chase.assignment_id)
        .where(Chase.assignment_id.in_(assignment_ids))
        .order_by(Chase.assignment_id, Chase.day)
    )
    for row in found:
        emit(Settled(person_ids=(row.person_id,), key=_key(row.assignment_id, row.day)))


def _key(assignment_id: int, day: date) -> str:
    return f"chase:{assignment_id}:{day.isoformat()}"


_DUTIES = (
    select(
        Assignment.id,
        Assignment.person_id,
        Assignment.next_due_on,
        Assignment.due_on,
        Assignment.done_items,
        Assignment.total_items,
        Document.title,
        Document.kind,
        Slug.slug,
    )
    .join(Person, Person.id == Assignment.person_id)
    .join(Document, Document.id == Assignment.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .where(Assignment.state == "open", Person.active)
    .order_by(Assignment.id)
)


def words(title: str, due_on: date | None, left: int, actor: Actor, day: date) -> Text:
    """Return what somebody who is chased reads. left: required items still to do."""
    values = {"name": actor.name, "title": title, "left": left}
    if due_on is None:
        return text("%(name)s 请你学完《%(title)s》，还差 %(left)s 项。", **values)
    if due_on < day:
        late = (day - due_on).days
        return text("%(name)s 请你今天补学《%(title)s》：已逾期 %(days)s 天，还差 %(left)s 项。", days=late, **values)
    if due_on == day:
        return text("%(name)s 提醒你：《%(title)s》今天截止，还差 %(left)s 项。", **values)
    on = f"{due_on.month}/{due_on.day}"
    return text("%(name)s 提醒你：《%(title)s》%(day)s 截止，还差 %(left)s 项。", day=on, **values)


def _link(row: Any) -> tuple[str, dict[str, object]]:
    endpoint = kind_of(row.kind).open_endpoint
    return (endpoint, {"slug": row.slug}) if endpoint else ("home.index", {})
