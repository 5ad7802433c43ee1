"""Reading verdicts of inspections: what counts of them, lists of them, one of them.

Second inspections serve the agreement of inspectors alone: nobody else sees them and they count for nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below, visible
from lms.core.access import Actor, Permission, allows
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.performance.models import (
    Inspection,
    InspectionAppeal,
    InspectionFinding,
    InspectionItem,
    InspectionLoop,
)
from lms.performance.rules.inspections import State
from lms.performance.rules.periods import Period

_inspector = aliased(Person)


def quality_of_period(period: Period, person_ids: Collection[int] | None) -> dict[int, tuple[float, int]]:
    """Return the mean score (0–100) and the number of inspections that count, by person; None = everybody.

    Only effective ones of conversations within the period; second inspections serve the agreement alone.
    """
    statement = (
        select(Inspection.person_id, func.avg(Inspection.score), func.count())
        .where(
            COUNTS,
            Inspection.score.is_not(None),
            Inspection.day >= period.start,
            Inspection.day < period.until,
        )
        .group_by(Inspection.person_id)
    )
    if person_ids is not None:
        statement = statement.where(Inspection.person_id.in_(list(person_ids)))
    return {person_id: (float(mean), n) for person_id, mean, n in rows(statement)}


COUNTS = and_(Inspection.state == State.EFFECTIVE, Inspection.second.is_(False))


def may_see(actor: Actor) -> ColumnElement[bool]:
    """Return the condition over Person and Inspection under which the actor may know of an inspection."""
    first = true() if allows(actor, Permission.INSPECTION_EDIT) else Inspection.second.is_(False)
    return and_(visible(actor, Permission.INSPECTION_READ), first, Person.erased_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which inspections. item: public id. inspector: employee number. "" and None = any. failed: only with failures."""

    team_id: int | None = None
    item: str = ""
    state: str = ""
    period: Period | None = None
    inspector: str = ""
    q: str = ""
    failed: bool = False
    person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One inspection in a list. items: names of what failed and was not overturned."""

    public_id: str
    person_id: int
    name: str
    employee_no: str
    team: str
    conversation: str
    day: date
    inspector: str
    inspector_no: str
    score: float | None
    failed: int
    red: bool
    second: bool
    state: State
    appeal_until: datetime
    effective_at: datetime | None
    items: tuple[str, ...]


SORTS: Mapping[str, Sequence[Any]] = {
    "day": (Inspection.day,),
    "name": (Person.name,),
    "team": (Team.name,),
    "score": (Inspection.score,),
    "state": (Inspection.state,),
    "inspector": (_inspector.name,),
}


def _chosen(actor: Actor, wanted: Wanted, *columns: Any) -> Select[Any]:
    statement = (
        select(*columns)
        .select_from(Inspection)
        .join(Person, Person.id == Inspection.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .join(_inspector, _inspector.id == Inspection.inspector_id)
        .where(may_see(actor))
    )
    if wanted.person_id is not None:
        statement = statement.where(Inspection.person_id == wanted.person_id, Inspection.second.is_(False))
    if wanted.team_id is not None:
        statement = statement.where(Person.team_id.in_(teams_below([wanted.team_id])))
    if wanted.item:
        statement = statement.where(
            select(InspectionFinding.item_id)
            .join(InspectionItem, InspectionItem.id == InspectionFinding.item_id)
            .where(
                InspectionFinding.inspection_id == Inspection.id,
                InspectionItem.public_id == wanted.item,
                InspectionFinding.failed,
                InspectionFinding.overturned.is_(False),
            )
            .exists()
        )
    if wanted.state:
        statement = statement.where(Inspection.state == wanted.state)
    if wanted.period is not None:
        statement = statement.where(Inspection.day >= wanted.period.start, Inspection.day < wanted.period.until)
    if wanted.inspector:
        statement = statement.where(_inspector.employee_no == wanted.inspector)
    if wanted.failed:
        statement = statement.where(Inspection.failed > 0)
    if wanted.q:
        words = wanted.q
        statement = statement.where(
            or_(
                Person.name.contains(words, autoescape=True),
                func.lower(Person.employee_no) == words.lower(),
                Inspection.conversation == words,
            )
        )
    return statement


def count_lines(actor: Actor, wanted: Wanted) -> int:
    return session().scalar(_chosen(actor, wanted, func.count())) or 0


def lines(
    actor: Actor,
    wanted: Wanted,
    *,
    sort: str = "day",
    descending: bool = True,
    offset: int = 0,
    limit: int | None = None,
) -> list[Line]:
    """Return inspections that the actor may see; of the same day the latest first."""
    order = [column.desc() if descending else column for column in SORTS[sort]]
    found = list(
        rows(
            _chosen(
                actor,
                wanted,
                Inspection.id,
                Inspection.public_id,
                Inspection.person_id,
                Person.name,
                Person.employee_no,
                Team.name.label("team"),
                Inspection.conversation,
                Inspection.day,
                _inspector.name.label("inspector"),
                _inspector.employee_no.label("inspector_no"),
                Inspection.score,
                Inspection.failed,
                Inspection.red,
                Inspection.second,
                Inspection.state,
                Inspection.appeal_until,
                Inspection.effective_at,
            )
            .order_by(*order, Inspection.day.desc(), Inspection.id.desc())
            .offset(offset)
            .limit(limit)
        )
    )
    failed = _failed_items([row.id for row in found]) if limit is not None else _failed_items(None)
    return [_line(row, tuple(failed.get(row.id, ()))) for row in found]


def _line(row: Any, items: tuple[str, ...]) -> Line:
    return Line(
        public_id=row.public_id,
        person_id=row.person_id,
        name=row.name or "",
        employee_no=row.employee_no or "",
        team=row.team or "",
        conversation=row.conversation,
        day=row.day,
        inspector=row.inspector or "",
        inspector_no=row.inspector_no or "",
        score=row.score,
        failed=row.failed,
        red=row.red,
        second=row.second,
        state=State(row.state),
        appeal_until=row.appeal_until,
        effective_at=row.effective_at,
        items=items,
    )


def _failed_items(ids: Collection[int] | None) -> dict[int, list[str]]:
    """Return the names of what failed by inspection; None = of all."""
    found: dict[int, list[str]] = defaultdict(list)
    statement = (
        select(InspectionFinding.inspection_id, InspectionItem.name)
        .join(InspectionItem, InspectionItem.id == InspectionFinding.item_id)
        .where(InspectionFinding.failed, InspectionFinding.overturned.is_(False))
        .order_by(InspectionItem.name)
    )
    if ids is not None:
        statement = statement.where(InspectionFinding.inspection_id.in_(list(ids)))
    for row in rows(statement):
        found[row.inspection_id].append(row.name)
    return found


def inspectors(actor: Actor) -> list[tuple[str, str]]:
    """Return number and name of everybody who inspected what the actor may see, by name."""
    found = rows(
        select(_inspector.employee_no, _inspector.name)
        .select_from(Inspection)
        .join(Person, Person.id == Inspection.person_id)
        .join(_inspector, _inspector.id == Inspection.inspector_id)
        .where(may_see(actor), _inspector.employee_no.is_not(None))
        .distinct()
        .order_by(_inspector.name, _inspector.employee_no)
    )
    return [(row.employee_no, row.name or "") for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict on one item. item_id: public. document_id: learned after it. loop: the stage of it, "" = none."""

    item_id: str
    item: str
    score: float
    possible: float
    failed: bool
    red: bool
    overturned: bool
    quote: str
    comment: str
    document_id: int | None
    loop: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One inspection with everything that was found, and the appeal."""

    inspection: Inspection
    line: Line
    judged: tuple[Judged, ...]
    appeal: InspectionAppeal | None
    answered_by: str


def whole(actor: Actor, public_id: str) -> Whole:
    """Return an inspection that the actor may see, what failed first. Raises NotFound."""
    inspection = (
        session()
        .scalars(
            select(Inspection)
            .join(Person, Person.id == Inspection.person_id)
            .where(Inspection.public_id == public_id, may_see(actor))
        )
        .one_or_none()
    )
    if inspection is None:
        raise NotFound()
    row = rows(
        select(
            Person.name,
            Person.employee_no,
            Team.name.label("team"),
            _inspector.name.label("inspector"),
            _inspector.employee_no.label("inspector_no"),
            *(getattr(Inspection, name) for name in _OWN),
        )
        .select_from(Inspection)
        .join(Person, Person.id == Inspection.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .join(_inspector, _inspector.id == Inspection.inspector_id)
        .where(Inspection.id == inspection.id)
    ).one()
    appeal = session().get(InspectionAppeal, inspection.id)
    by = session().get(Person, appeal.answered_by) if appeal is not None and appeal.answered_by else None
    return Whole(
        inspection=inspection,
        line=_line(row, tuple(_failed_items([inspection.id]).get(inspection.id, ()))),
        judged=tuple(_judged(inspection)),
        appeal=appeal,
        answered_by=(by.name or "") if by is not None else "",
    )


_OWN = (
    "public_id", "person_id", "conversation", "day", "score", "failed", "red", "second", "state", "appeal_until",
    "effective_at",
)  # fmt: skip


def _judged(inspection: Inspection) -> list[Judged]:
    loop = (
        select(InspectionLoop.state)
        .where(
            InspectionLoop.person_id == inspection.person_id,
            InspectionLoop.item_id == InspectionFinding.item_id,
            InspectionLoop.opened_on <= inspection.day,
        )
        .order_by(InspectionLoop.id.desc())
        .limit(1)
        .correlate(InspectionFinding)
        .scalar_subquery()
    )
    found = rows(
        select(
            InspectionItem.public_id,
            InspectionItem.name,
            InspectionItem.document_id,
            InspectionFinding.score,
            InspectionFinding.possible,
            InspectionFinding.failed,
            InspectionFinding.red,
            InspectionFinding.overturned,
            InspectionFinding.quote,
            InspectionFinding.comment,
            loop.label("loop"),
        )
        .join(InspectionItem, InspectionItem.id == InspectionFinding.item_id)
        .where(InspectionFinding.inspection_id == inspection.id)
        .order_by(InspectionFinding.failed.desc(), InspectionItem.name)
    )
    return [
        Judged(
            item_id=row.public_id,
            item=row.name,
            score=row.score,
            possible=row.possible,
            failed=row.failed,
            red=row.red,
            overturned=row.overturned,
            quote=row.quote,
            comment=row.comment,
            document_id=row.document_id,
            loop=row.loop or "" if inspection.state == State.EFFECTIVE else "",
        )
        for row in found
    ]
