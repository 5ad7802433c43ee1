"""What the verdicts say of items: how often they fail again, whether loops close, whether inspectors agree."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.core.here import today
from lms.performance.models import Inspection, InspectionFinding, InspectionItem, InspectionLoop
from lms.performance.queries.inspections import COUNTS, may_see
from lms.performance.rules.agreement import Agreement, agreement
from lms.performance.rules.inspections import (
    REPEAT_WITHIN,
    Days,
    Failure,
    Stage,
    repeats,
)
from lms.performance.rules.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """How an item did in a period. repeats: failures within 30 days of another one; rates in percent, None of none.

    before_rate: of the period before. checked: verdicts in all.
    """

    item_id: str
    name: str
    red_line: bool
    checked: int
    failures: int
    people: int
    repeats: int
    before_failures: int
    before_repeats: int

    @property
    def failed_percent(self) -> float | None:
        return 100 * self.failures / self.checked if self.checked else None

    @property
    def rate(self) -> float | None:
        return 100 * self.repeats / self.failures if self.failures else None

    @property
    def before_rate(self) -> float | None:
        return 100 * self.before_repeats / self.before_failures if self.before_failures else None


def item_lines(actor: Actor, period: Period | Days, team_id: int | None = None) -> list[ItemLine]:
    """Return every item that was looked at in a period or the one before, those that failed most first."""
    before = period.before
    among: list[ColumnElement[bool]] = [COUNTS, may_see(actor), InspectionFinding.overturned.is_(False)]
    if team_id is not None:
        among.append(Person.team_id.in_(teams_below([team_id])))
    joined = (
        select(InspectionFinding.item_id)
        .join(Inspection, Inspection.id == InspectionFinding.inspection_id)
        .join(Person, Person.id == Inspection.person_id)
        .where(*among)
    )
    failures = [
        Failure(person_id=row.person_id, item_id=row.item_id, day=row.day)
        for row in rows(
            joined.add_columns(Inspection.person_id, Inspection.day).where(
                InspectionFinding.failed,
                Inspection.day >= before.start - REPEAT_WITHIN,
                Inspection.day < period.until,
            )
        )
    ]
    checked = {
        row.item_id: row.n
        for row in rows(
            joined.add_columns(func.count().label("n"))
            .where(Inspection.day >= period.start, Inspection.day < period.until)
            .group_by(InspectionFinding.item_id)
        )
    }
    now, then = repeats(failures, period.start, period.until), repeats(failures, before.start, before.until)
    named = {
        item.id: item
        for item in session().scalars(select(InspectionItem).where(InspectionItem.id.in_({*checked, *now, *then})))
    }
    found = []
    for item_id, item in named.items():
        n, people, again = now.get(item_id, (0, 0, 0))
        old, _, old_again = then.get(item_id, (0, 0, 0))
        found.append(
            ItemLine(
                item_id=item.public_id,
                name=item.name,
                red_line=item.red_line,
                checked=checked.get(item_id, 0),
                failures=n,
                people=people,
                repeats=again,
                before_failures=old,
                before_repeats=old_again,
            )
        )
    return sorted(found, key=lambda line: (-line.failures, -line.repeats, line.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopLine:
    """A loop in a list. days: since it was opened, or until it ended. inspection_id: public, of what opened it."""

    public_id: str
    inspection_id: str
    name: str
    employee_no: str
    team: str
    item: str
    round: int
    stage: Stage
    opened_on: date
    learned_on: date | None
    recheck_on: date
    passes: int
    fails: int
    ended_on: date | None
    days: int
    has_lesson: bool


LOOP_SORTS: Mapping[str, Sequence[Any]] = {
    "opened": (InspectionLoop.opened_on,),
    "recheck": (InspectionLoop.recheck_on,),
    "name": (Person.name,),
    "item": (InspectionItem.name,),
    "state": (InspectionLoop.state,),
}


def _loops(actor: Actor, team_id: int | None, item: str, state: str, *columns: Any) -> Select[Any]:
    statement = (
        select(*columns)
        .select_from(InspectionLoop)
        .join(Inspection, Inspection.id == InspectionLoop.inspection_id)
        .join(Person, Person.id == InspectionLoop.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .join(InspectionItem, InspectionItem.id == InspectionLoop.item_id)
        .where(may_see(actor))
    )
    if team_id is not None:
        statement = statement.where(Person.team_id.in_(teams_below([team_id])))
    if item:
        statement = statement.where(InspectionItem.public_id == item)
    if state == "live":
        return statement.where(InspectionLoop.ended_on.is_(None))
    if state == "due":
        return statement.where(InspectionLoop.ended_on.is_(None), InspectionLoop.recheck_on <= today())
    return statement.where(InspectionLoop.state == state) if state else statement


def count_loops(actor: Actor, *, team_id: int | None = None, item: str = "", state: str = "") -> int:
    return session().scalar(_loops(actor, team_id, item, state, func.count())) or 0


def loop_lines(
    actor: Actor,
    *,
    team_id: int | None = None,
    item: str = "",
    state: str = "",
    sort: str = "opened",
    descending: bool = False,
    offset: int = 0,
    limit: int | None = None,
) -> list[LoopLine]:
    """Return loops that the actor may see. item: public id. state: a stage, live, due (to be looked at by now), ""."""
    here = today()
    order = [column.desc() if descending else column for column in LOOP_SORTS[sort]]
    found = rows(
        _loops(
            actor,
            team_id,
            item,
            state,
            InspectionLoop,
            Inspection.public_id.label("inspection"),
            Person.name,
            Person.employee_no,
            Team.name.label("team"),
            InspectionItem.name.label("item"),
        )
        .order_by(*order, InspectionLoop.id)
        .offset(offset)
        .limit(limit)
    )
    return [
        LoopLine(
            public_id=row.public_id,
            inspection_id=row.inspection,
            name=row.name or "",
            employee_no=row.employee_no or "",
            team=row.team or "",
            item=row.item,
            round=row.round,
            stage=Stage(row.state),
            opened_on=row.opened_on,
            learned_on=row.learned_on,
            recheck_on=row.recheck_on,
            passes=row.passes,
            fails=row.fails,
            ended_on=row.ended_on,
            days=((row.ended_on or here) - row.opened_on).days,
            has_lesson=row.assignment_id is not None,
        )
        for row in found
    ]


def stage_counts(actor: Actor, team_id: int | None = None) -> dict[Stage, int]:
    """Return how many loops stand at each stage."""
    found = rows(
        _loops(actor, team_id, "", "", InspectionLoop.state, func.count().label("n")).group_by(InspectionLoop.state)
    )
    return {Stage(row.state): row.n for row in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAgreement:
    """How far two inspectors judge an item the same."""

    item: str
    agreement: Agreement


def agreements(actor: Actor, period: Period | Days) -> tuple[list[ItemAgreement], Agreement]:
    """Return the agreement on each item, and on all together, over conversations of a period judged by two or more.

    Each pair of inspectors of a conversation is a pair, the one with the lower number first; overturned verdicts
    count as they were made.
    """
    one, two = aliased(Inspection), aliased(Inspection)
    first, second = aliased(InspectionFinding), aliased(InspectionFinding)
    found = rows(
        select(InspectionItem.name, first.failed, second.failed.label("other"))
        .select_from(one)
        .join(
            two,
            (two.conversation == one.conversation)
            & (two.person_id == one.person_id)
            & (two.inspector_id > one.inspector_id),
        )
        .join(first, first.inspection_id == one.id)
        .join(second, (second.inspection_id == two.id) & (second.item_id == first.item_id))
        .join(InspectionItem, InspectionItem.id == first.item_id)
        .where(one.day >= period.start, one.day < period.until)
    )
    pairs: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row in found:
        pairs[row.name].append((row.failed, row.other))
    items = [ItemAgreement(item=name, agreement=agreement(of)) for name, of in sorted(pairs.items())]
    return items, agreement([pair for of in pairs.values() for pair in of])


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A conversation that only one inspector has judged: one to judge a second time."""

    conversation: str
    employee_no: str
    name: str
    day: date
    items: tuple[str, ...]


def to_judge_again(actor: Actor, period: Period | Days, most: int) -> list[Once]:
    """Return conversations of a period that somebody else has judged and nobody a second time, spread evenly.

    Every nth of them by the digits of its random public id, so that nobody chooses and the list stays the same.
    """
    other = aliased(Inspection)
    found = list(
        rows(
            select(Inspection.id, Inspection.conversation, Inspection.day, Person.employee_no, Person.name)
            .join(Person, Person.id == Inspection.person_id)
            .where(
                may_see(actor),
                Inspection.inspector_id != actor.id,
                Inspection.person_id != actor.id,
                Inspection.day >= period.start,
                Inspection.day < period.until,
                ~select(other.id)
                .where(other.conversation == Inspection.conversation, other.id != Inspection.id)
                .exists(),
            )
            .order_by(Inspection.public_id)
            .limit(most)
        )
    )
    items: dict[int, list[str]] = defaultdict(list)
    for row in rows(
        select(InspectionFinding.inspection_id, InspectionItem.name)
        .join(InspectionItem, InspectionItem.id == InspectionFinding.item_id)
        .where(InspectionFinding.inspection_id.in_([row.id for row in found]))
        .order_by(InspectionItem.name)
    ):
        items[row.inspection_id].append(row.name)
    return [
        Once(
            conversation=row.conversation,
            employee_no=row.employee_no or "",
            name=row.name or "",
            day=row.day,
            items=tuple(items[row.id]),
        )
        for row in found
    ]
