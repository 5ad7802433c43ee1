"""Reading cycles: the list, a draft with whom it would reach, its items over everybody, what a closed one has kept."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select

from lms.accounts.models import Leave, Person
from lms.accounts.queries import TeamRow, team_tree, visible_keys, visible_within
from lms.assignments.audience import Audience, matches
from lms.assignments.due_plans import DuePlan
from lms.assignments.models import Assignment, AssignmentItem
from lms.assignments.queries.facts import facts_of
from lms.assignments.rules.plans import RulePlan
from lms.content import queries as content
from lms.content.models import Document, Slug
from lms.content.queries import Choice
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.here import day_of, today
from lms.learning.models import Cycle, CycleWave
from lms.learning.queries.cycle_counts import Tally, held_by, occasion_of
from lms.learning.rules import cycles as rules
from lms.learning.rules.cycles import Closing, Draft, Owing, Share, Wave

KINDS = ("course", "curriculum", "lesson", "quiz", "scorm")
"""What a cycle may ask for."""


_NAMED = select(Cycle).where(Cycle.public_id == bindparam("named"))
_WAVES = (
    select(CycleWave.team_id, CycleWave.starts_on, CycleWave.due_on)
    .where(CycleWave.cycle_id == bindparam("cycle_id"))
    .order_by(CycleWave.starts_on, CycleWave.due_on, CycleWave.team_id)
)
_COURSE = (
    select(Document.id, Document.kind, Document.title, Document.minutes, Slug.slug)
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .where(Document.id == bindparam("document_id"))
)


def cycle_named(public_id: str) -> Cycle:
    """Return a cycle that was not dropped. Raises NotFound."""
    found = session().scalars(_NAMED, {"named": public_id}).one_or_none()
    if found is None or found.state == rules.DROPPED:
        raise NotFound()
    return found


def waves_of(cycle_id: int) -> list[Wave]:
    return [
        Wave(team_id=row.team_id, starts_on=row.starts_on, due_on=row.due_on)
        for row in rows(_WAVES, {"cycle_id": cycle_id})
    ]


def draft_of(cycle: Cycle) -> Draft:
    return Draft(
        name=cycle.name,
        quarter=cycle.quarter,
        document_id=cycle.document_id,
        starts_on=cycle.starts_on,
        due_on=cycle.due_on,
        waves=waves_of(cycle.id),
        target_percent=cycle.target_percent,
        joiner_days=cycle.joiner_days,
        positions=cycle.audience.get("positions", ()),
        employment=cycle.audience.get("employment", ()),
    )


def last_cycle(*, before: str = "") -> Cycle | None:
    """Return the latest cycle that was started. before: only of an earlier quarter."""
    statement = select(Cycle).where(Cycle.state.in_((rules.RUNNING, rules.CLOSED)))
    if before:
        statement = statement.where(Cycle.quarter < before)
    return session().scalars(statement.order_by(Cycle.quarter.desc(), Cycle.id.desc()).limit(1)).one_or_none()


def choices(actor: Actor, kept: Collection[int] = ()) -> list[Choice]:
    """Return what the actor may read and ask for, courses first, the latest first. kept: chosen before."""
    return sorted(content.choices(actor, KINDS, kept), key=lambda each: (KINDS.index(each.kind), -each.document_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom a draft would reach. teams: by wave's team, the names. outside: who works here and is in no wave."""

    teams: Sequence[tuple[TeamRow, Wave, Sequence[str]]]
    outside: Sequence[str]

    @property
    def people(self) -> int:
        return sum(len(names) for _team, _wave, names in self.teams)


def audience_of(draft: Draft, wave: Wave) -> Audience:
    """Return whom a wave means, for the rule that is made of it."""
    return Audience(positions=tuple(draft.positions), employment=tuple(draft.employment), teams=(wave.team_id,))


def reach(draft: Draft) -> Reach:
    """Return by name whom the waves would reach today."""
    tree = {team.id: team for team in team_tree()}
    names = dict(_names())
    wide = Audience(positions=tuple(draft.positions), employment=tuple(draft.employment), teams=(0,))
    everybody = facts_of(None, [_as_plan(wide)])
    found: dict[int, list[str]] = defaultdict(list)
    outside: list[str] = []
    for facts in everybody:
        if not facts.active:
            continue
        wave = next((each for each in draft.waves if each.team_id in facts.teams), None)
        if wave is None:
            if matches(Audience(positions=wide.positions, employment=wide.employment), facts):
                outside.append(names.get(facts.person_id, ""))
        elif matches(audience_of(draft, wave), facts):
            found[wave.team_id].append(names.get(facts.person_id, ""))
    return Reach(
        teams=[(tree[wave.team_id], wave, sorted(found[wave.team_id])) for wave in draft.waves if wave.team_id in tree],
        outside=sorted(outside),
    )


def _as_plan(audience: Audience) -> Any:
    return RulePlan(id=0, document_id=0, audience=audience, due=DuePlan())


def _names() -> list[tuple[int, str]]:
    return [(row.id, row.name or "") for row in rows(select(Person.id, Person.name).where(Person.active))]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTally:
    """One item of the course over everybody who owes it."""

    document_id: int
    kind: str
    title: str
    people: int
    done: int
    late: int

    @property
    def percent(self) -> int:
        return rules.share(self.done, self.people)


def items_of(actor: Actor | None, cycle: Cycle) -> list[ItemTally]:
    """Return every required item in its order. actor: None = over everybody."""
    done = or_(AssignmentItem.done_at.is_not(None), AssignmentItem.exempt)
    counts = func.coalesce(AssignmentItem.extended_to, AssignmentItem.due_on)
    statement = (
        select(
            AssignmentItem.document_id,
            func.count().label("people"),
            func.sum(case((done, 1), else_=0)).label("done"),
            func.sum(case((and_(~done, counts < today()), 1), else_=0)).label("late"),
            func.min(AssignmentItem.position).label("at"),
        )
        .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
        .join(Person, Person.id == Assignment.person_id)
        .where(
            Assignment.document_id == cycle.document_id,
            Assignment.occasion == occasion_of(cycle.id),
            Assignment.state.in_(("open", "done")),
            Person.active,
            AssignmentItem.required,
            AssignmentItem.purpose == "complete",
        )
        .group_by(AssignmentItem.document_id)
    )
    if actor is not None:
        statement = statement.where(visible_within(held_by(actor)))
    counted = statement.subquery()
    found = rows(
        select(counted, Document.kind, Document.title)
        .join(Document, Document.id == counted.c.document_id)
        .order_by(counted.c.at),
        visible_keys(actor) if actor else {},
    )
    return [
        ItemTally(
            document_id=row.document_id,
            kind=row.kind,
            title=row.title,
            people=row.people,
            done=row.done,
            late=row.late,
        )
        for row in found
    ]


def shares_of(waves: Sequence[Wave], by_team: Mapping[int, Tally], tree: Sequence[TeamRow]) -> list[Share]:
    """Return each wave with how many people of it owe the course; who is in none goes with the last to end."""
    parents = {team.id: team.parent_id for team in tree}
    of_team = {wave.team_id: wave for wave in waves}
    counted: Counter[int] = Counter()
    for team_id, tally in by_team.items():
        step: int | None = team_id
        while step is not None and step not in of_team:
            step = parents.get(step)
        if step is None and waves:
            step = waves[-1].team_id
        if step is not None:
            counted[step] += tally.people
    return [
        Share(starts_on=wave.starts_on, due_on=wave.due_on, people=counted[wave.team_id])
        for wave in waves
        if counted[wave.team_id]
    ]


def owing(cycle: Cycle) -> list[Owing]:
    """Return everybody's duty of a cycle, for its closing; two statements."""
    day = today()
    starts = {wave.team_id: wave.starts_on for wave in waves_of(cycle.id)}
    first = min(starts.values(), default=cycle.starts_on)
    last = max([*starts.values(), day_of(cycle.started_at) if cycle.started_at else first])
    away = set(rows(select(Leave.person_id).where(Leave.from_on <= day, Leave.until_on >= day)).scalars())
    return [
        Owing(
            person_id=row.person_id,
            team_id=row.team_id,
            state=row.state,
            active=row.active,
            due_on=row.next_due_on or row.due_on,
            joined_later=row.starts_on > last or (row.hired_on is not None and row.hired_on > first),
            on_leave=row.person_id in away,
            begun=row.done_items > 0,
        )
        for row in rows(
            select(
                Assignment.person_id,
                Assignment.state,
                Assignment.due_on,
                Assignment.next_due_on,
                Assignment.starts_on,
                Assignment.done_items,
                Person.team_id,
                Person.active,
                Person.hired_on,
            )
            .join(Person, Person.id == Assignment.person_id)
            .where(Assignment.document_id == cycle.document_id, Assignment.occasion == occasion_of(cycle.id))
            .order_by(Assignment.person_id)
        )
    ]


def counted_now(cycle: Cycle) -> Closing:
    """Return what would be counted if the cycle were closed today."""
    return rules.closing(owing(cycle), today())


def course_of(cycle: Cycle) -> Choice | None:
    """Return what a cycle asks for, None where nothing is named yet."""
    row = rows(_COURSE, {"document_id": cycle.document_id}).one_or_none()
    if row is None:
        return None
    return Choice(document_id=row.id, kind=row.kind, slug=row.slug, title=row.title, minutes=row.minutes)
