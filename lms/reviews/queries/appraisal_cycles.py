"""Reading the rounds of appraisals: what there is, who would be in one, how far it is, how marks are spread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from lms.accounts.models import Person
from lms.accounts.queries import holds, leads_of, teams_below, visible
from lms.core.access import Actor, Permission, Role
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.core.here import today
from lms.reviews.models import Appraisal, AppraisalCycle, AppraisalForm
from lms.reviews.queries.appraisal_basis import Basis, bases, last_day
from lms.reviews.queries.appraisals import Answers, Row, answers, listed
from lms.reviews.rules.appraisal_forms import FormSpec, Side, Total, from_json, side_mark, total
from lms.reviews.rules.appraisals import Candidate, Days, Population, State, population
from lms.reviews.rules.shipped_forms import PROBATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A round as pages show it. form_name, form_kind, form_version: of the form that it uses."""

    id: int
    public_id: str
    name: str
    period: str
    state: str
    form_id: int
    form_public_id: str
    form_name: str
    form_kind: str
    form_version: int
    team_ids: tuple[int, ...]
    person_ids: tuple[int, ...]
    days: Days
    made_at: datetime
    started_at: datetime | None
    spec: FormSpec


_CYCLES = select(
    *AppraisalCycle.__table__.c,
    AppraisalForm.public_id.label("form_public_id"),
    AppraisalForm.name.label("form_name"),
    AppraisalForm.kind.label("form_kind"),
    AppraisalForm.version.label("form_version"),
    AppraisalForm.spec,
).join(AppraisalForm, AppraisalForm.id == AppraisalCycle.form_id)


def cycles(*states: str) -> list[Cycle]:
    """Return the rounds, the latest period first; states: only those."""
    statement = _CYCLES.order_by(AppraisalCycle.period.desc(), AppraisalCycle.id.desc()).limit(200)
    return _read(statement.where(AppraisalCycle.state.in_(states)) if states else statement)


def cycle(public_id: str) -> Cycle:
    """Return a round. Raises NotFound."""
    found = _read(_CYCLES.where(AppraisalCycle.public_id == public_id))
    if not found:
        raise NotFound()
    return found[0]


def _read(statement: Any) -> list[Cycle]:
    return [
        Cycle(
            id=each.id,
            public_id=each.public_id,
            name=each.name,
            period=each.period,
            state=each.state,
            form_id=each.form_id,
            form_public_id=each.form_public_id,
            form_name=each.form_name,
            form_kind=each.form_kind,
            form_version=each.form_version,
            team_ids=tuple(each.team_ids),
            person_ids=tuple(each.person_ids),
            days=Days(
                self_until=each.self_until,
                supervisor_until=each.supervisor_until,
                calibrate_until=each.calibrate_until,
                sign_until=each.sign_until,
                appeal_days=each.appeal_days,
            ),
            made_at=each.made_at,
            started_at=each.started_at,
            spec=from_json(each.spec),
        )
        for each in rows(statement)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """Somebody in a preview. since: the first day of work here."""

    id: int
    employee_no: str
    name: str
    since: date | None
    supervisor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who would be in a round, by what the round says now. already: how many of `included` are in it."""

    included: Sequence[Someone]
    leaderless: Sequence[Someone]
    too_new: Sequence[Someone]
    supervisors: Mapping[int, int]
    already: frozenset[int]

    @property
    def to_add(self) -> list[int]:
        return [each.id for each in self.included if each.id not in self.already]


def plan(actor: Actor, found: Cycle) -> Plan:
    """Return who would be in the round: agents and leads with an open account, of its teams or named for it."""
    statement = select(Person.id, Person.employee_no, Person.name, Person.hired_on).where(
        Person.active,
        or_(holds(Role.AGENT, today()), holds(Role.LEAD, today())),
        visible(actor, Permission.APPRAISAL_EDIT),
    )
    if found.team_ids or found.person_ids:
        within = teams_below(found.team_ids) if found.team_ids else frozenset()
        statement = statement.where(or_(Person.team_id.in_(within), Person.id.in_(found.person_ids)))
    people = {each.id: each for each in rows(statement.order_by(Person.employee_no, Person.id))}
    leads = leads_of(list(people))
    split: Population = population(
        [
            Candidate(person_id=each.id, since=each.hired_on, supervisor_id=leads.get(each.id))
            for each in people.values()
        ],
        last_day(found.period),
        every=found.form_kind == PROBATION,
    )
    names = {
        each.id: each.name for each in rows(select(Person.id, Person.name).where(Person.id.in_(set(leads.values()))))
    }

    def shown(ids: Sequence[int]) -> list[Someone]:
        return [
            Someone(
                id=each,
                employee_no=people[each].employee_no or "",
                name=people[each].name or "",
                since=people[each].hired_on,
                supervisor=names.get(leads.get(each, 0)) or "",
            )
            for each in ids
        ]

    return Plan(
        included=shown(split.included),
        leaderless=shown(split.leaderless),
        too_new=shown(split.too_new),
        supervisors=leads,
        already=frozenset(rows(select(Appraisal.person_id).where(Appraisal.cycle_id == found.id)).scalars()),
    )


def numbers(person_ids: Sequence[int]) -> list[str]:
    """Return the employee numbers of the people who were named for a round, in order."""
    named = select(Person.employee_no).where(Person.id.in_(list(person_ids))).order_by(Person.employee_no)
    return [number for number in rows(named).scalars() if number]


def counts(cycle_ids: Sequence[int]) -> dict[int, dict[State, int]]:
    """Return how many appraisals of these rounds are in which state."""
    found: dict[int, dict[State, int]] = {cycle_id: dict.fromkeys(State, 0) for cycle_id in cycle_ids}
    statement = (
        select(Appraisal.cycle_id, Appraisal.state, func.count())
        .where(Appraisal.cycle_id.in_(list(cycle_ids)))
        .group_by(Appraisal.cycle_id, Appraisal.state)
    )
    for cycle_id, state, n in rows(statement):
        found[cycle_id][State(state)] = n
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """An appraisal with the mark it has or would get now. supervisor: what the supervisor's marks alone make.

    mark: the frozen one; before that the adjusted one, else what the form makes. computed: what the form makes.
    """

    row: Row
    mark: float | None
    computed: Total
    supervisor: float | None


def marked(actor: Actor, found: Cycle, *which: Any) -> list[Marked]:
    """Return the appraisals of a round that the actor may see, with their marks."""
    return with_marks(found.spec, found.period, listed(actor, Appraisal.cycle_id == found.id, *which))


def with_marks(spec: FormSpec, written: str, among: Sequence[Row]) -> list[Marked]:
    """Return the marks of these appraisals of one form and period."""
    given = answers([row.id for row in among])
    known: dict[int, Basis] = {}
    people = [row.person_id for row in among if row.mark is None]
    for part in (people[n : n + 500] for n in range(0, len(people), 500)):
        known |= bases(part, written)
    return [_marked(spec, row, given, known.get(row.person_id)) for row in among]


def _marked(spec: FormSpec, row: Row, given: Mapping[tuple[int, str], Answers], basis: Basis | None) -> Marked:
    computed = computed_mark(spec, row, given, basis.total if basis else row.composite)
    supervisor = next(part.value for part in computed.parts if part.side is Side.SUPERVISOR)
    mark = row.mark if row.mark is not None else (row.adjusted_mark if row.adjusted_mark is not None else computed.mark)
    return Marked(row=row, mark=mark, computed=computed, supervisor=supervisor)


def computed_mark(spec: FormSpec, row: Row, given: Mapping[tuple[int, str], Answers], composite: float | None) -> Total:
    """Return what the form makes of what both sides have handed in and of this composite."""
    values: dict[Side, float | None] = {Side.CUSTOMER: composite}
    for side in (Side.SUPERVISOR, Side.SELF):
        one = given.get((row.id, side.value))
        handed = one is not None and one.handed_at is not None
        values[side] = side_mark(spec, side.value, one.marks) if one is not None and handed else None
    return total(spec, values)
