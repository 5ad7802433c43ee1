"""Reading what cycles brought: the list to compare quarters by, and the report that a closed one has kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible_keys, visible_within
from lms.assignments.models import Assignment
from lms.content.models import Document
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import rows
from lms.learning.models import Cycle
from lms.learning.queries.cycle_counts import occasion_of
from lms.learning.rules import cycles as rules


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRow:
    """A cycle in the list, as far as the actor sees it. counted, done: people; of a draft nobody."""

    public_id: str
    name: str
    quarter: str
    state: str
    course: str
    starts_on: date
    due_on: date
    target: int
    counted: int
    done: int

    @property
    def percent(self) -> int | None:
        return rules.share(self.done, self.counted) if self.counted else None

    @property
    def reached(self) -> bool:
        return self.percent is not None and self.percent >= self.target


def listed(actor: Actor, *, drafts: bool) -> list[CycleRow]:
    """Return the cycles, the latest quarter first; two statements. drafts: those too that have not begun."""
    states = [rules.RUNNING, rules.CLOSED, *([rules.DRAFT] if drafts else [])]
    found = rows(
        select(
            Cycle.id,
            Cycle.public_id,
            Cycle.name,
            Cycle.quarter,
            Cycle.state,
            Cycle.starts_on,
            Cycle.due_on,
            Cycle.target_percent,
            Cycle.report,
            Document.title,
        )
        .outerjoin(Document, Document.id == Cycle.document_id)
        .where(Cycle.state.in_(states))
        .order_by(Cycle.quarter.desc(), Cycle.id.desc())
    ).all()
    running = {occasion_of(row.id): row.id for row in found if row.state == rules.RUNNING}
    counts = _counted(actor, running) if running else {}
    teams = teams_seen(actor)
    return [
        CycleRow(
            public_id=row.public_id,
            name=row.name,
            quarter=row.quarter,
            state=row.state,
            course=row.title or "",
            starts_on=row.starts_on,
            due_on=row.due_on,
            target=row.target_percent,
            counted=counted,
            done=done,
        )
        for row in found
        for counted, done in [counts.get(row.id, (0, 0)) if row.state != rules.CLOSED else _kept(row.report, teams)]
    ]


def _counted(actor: Actor, running: Mapping[str, int]) -> dict[int, tuple[int, int]]:
    found = rows(
        select(
            Assignment.occasion,
            func.count().label("people"),
            func.sum(case((Assignment.state == "done", 1), else_=0)).label("done"),
        )
        .join(Person, Person.id == Assignment.person_id)
        .where(
            Assignment.occasion.in_(list(running)),
            Assignment.state.in_(("open", "done")),
            Person.active,
            visible_within(scopes(actor, Permission.REPORT_READ)),
        )
        .group_by(Assignment.occasion),
        visible_keys(actor),
    )
    return {running[row.occasion]: (row.people, row.done) for row in found}


def teams_seen(actor: Actor) -> Collection[int] | None:
    """Return the teams whose part of a kept report the actor sees; None = all of them."""
    return None if Scope.ALL in scopes(actor, Permission.REPORT_READ) else actor.teams_below


def _kept(report: Mapping[str, Any], teams: Collection[int] | None) -> tuple[int, int]:
    if teams is None:
        return report.get("counted", 0), report.get("done", 0)
    mine = [team for team in report.get("teams", ()) if team["id"] in teams]
    return sum(team["done"] + team["undone"] for team in mine), sum(team["done"] for team in mine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody whom the report names. team: in which they were at the closing."""

    employee_no: str
    name: str
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamKept:
    name: str
    done: int
    undone: int
    apart: int

    @property
    def percent(self) -> int:
        return rules.share(self.done, self.done + self.undone)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemKept:
    title: str
    people: int
    done: int

    @property
    def percent(self) -> int:
        return rules.share(self.done, self.people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A closed cycle's report as the actor sees it. whole: of the whole company, not of some teams.

    left, left_done, items, days: only of the whole. people: by how they were counted.
    """

    closed_on: date
    target: int
    counted: int
    done: int
    whole: bool
    left: int
    left_done: int
    teams: Sequence[TeamKept]
    items: Sequence[ItemKept]
    days: Sequence[tuple[date, int]]
    people: Mapping[str, Sequence[Named]]

    @property
    def percent(self) -> int:
        return rules.share(self.done, self.counted)


def kept(actor: Actor, cycle: Cycle) -> Kept:
    """Return the report that was kept, with today's names of people, teams and items; three statements."""
    report, teams = cycle.report, teams_seen(actor)
    counted, done = _kept(report, teams)
    mine = [team for team in report["teams"] if teams is None or team["id"] in teams]
    people = {
        key: [(id, team) for id, team in pairs if teams is None or team in teams]
        for key, pairs in report["people"].items()
    }
    names = {row.id: row.name for row in rows(select(Team.id, Team.name))}
    persons = _persons([id for pairs in people.values() for id, _team in pairs])
    items = report["items"] if teams is None else []
    titles = _titles([item["document"] for item in items])
    return Kept(
        closed_on=date.fromisoformat(report["closed_on"]),
        target=report["target"],
        counted=counted,
        done=done,
        whole=teams is None,
        left=report["left"],
        left_done=report["left_done"],
        teams=sorted(
            (
                TeamKept(name=names.get(team["id"], ""), done=team["done"], undone=team["undone"], apart=team["apart"])
                for team in mine
            ),
            key=lambda team: (team.percent, team.name),
        ),
        items=[
            ItemKept(title=titles.get(item["document"], ""), people=item["people"], done=item["done"]) for item in items
        ],
        days=[(date.fromisoformat(day), finished) for day, finished in report["days"]] if teams is None else [],
        people={
            key: sorted(
                (
                    Named(employee_no=persons[id][0], name=persons[id][1], team=names.get(team, ""))
                    for id, team in pairs
                    if id in persons
                ),
                key=lambda one: (one.team, one.employee_no),
            )
            for key, pairs in people.items()
            if pairs
        },
    )


def _persons(ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(ids), 1_000):
        some = ids[start : start + 1_000]
        for row in rows(select(Person.id, Person.employee_no, Person.name).where(Person.id.in_(some))):
            found[row.id] = (row.employee_no or "", row.name or "")
    return found


def _titles(ids: Sequence[int]) -> dict[int, str]:
    found = rows(select(Document.id, Document.title).where(Document.id.in_(ids)))
    return {row.id: row.title for row in found}
