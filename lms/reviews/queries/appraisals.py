"""Reading appraisals: one's own, those of the people one looks after, what waits for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import one_of, rows, session
from lms.core.errors import NotFound
from lms.core.here import day_of
from lms.core.texts import Text, text
from lms.reviews.models import (
    Appraisal,
    AppraisalAnswer,
    AppraisalAppeal,
    AppraisalCycle,
    AppraisalFreeze,
    AppraisalSignature,
)
from lms.reviews.rules.appraisals import BOTH, Days, Hat, Stand, State, due_day

_SUPERVISOR = aliased(Person, name="supervisor")


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRow:
    """A cycle as its appraisals show it."""

    id: int
    public_id: str
    name: str
    period: str
    form_id: int
    state: str
    days: Days


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One appraisal. mark, composite: as frozen with its present version; None while nothing is frozen.

    team_id: the person's team today, by which one may see it; team: the name of the one when it began.
    """

    id: int
    public_id: str
    cycle: CycleRow
    person_id: int
    employee_no: str
    name: str
    team: str
    team_id: int | None
    supervisor_id: int | None
    supervisor: str
    stand: Stand
    adjusted_mark: float | None
    adjusted_why: str
    mark: float | None
    composite: float | None
    sha: bytes | None
    signed_at: datetime | None

    @property
    def due_on(self) -> date | None:
        return due_day(self.stand.state, self.cycle.days)


def _statement() -> Any:
    return (
        select(
            *(Appraisal.__table__.c[name] for name in Appraisal.__table__.c.keys()),  # noqa: SIM118 - columns by name
            AppraisalCycle.public_id.label("cycle_public_id"),
            AppraisalCycle.name.label("cycle_name"),
            AppraisalCycle.period,
            AppraisalCycle.form_id,
            AppraisalCycle.state.label("cycle_state"),
            AppraisalCycle.self_until,
            AppraisalCycle.supervisor_until,
            AppraisalCycle.calibrate_until,
            AppraisalCycle.sign_until,
            AppraisalCycle.appeal_days,
            func.coalesce(Person.employee_no, literal("")).label("employee_no"),
            func.coalesce(Person.name, literal("")).label("name"),
            Person.team_id.label("team_today"),
            func.coalesce(Team.name, literal("")).label("team_name"),
            func.coalesce(_SUPERVISOR.name, literal("")).label("supervisor_name"),
            AppraisalFreeze.mark,
            AppraisalFreeze.composite,
            AppraisalFreeze.sha,
        )
        .join(AppraisalCycle, AppraisalCycle.id == Appraisal.cycle_id)
        .join(Person, Person.id == Appraisal.person_id)
        .outerjoin(_SUPERVISOR, _SUPERVISOR.id == Appraisal.supervisor_id)
        .outerjoin(Team, Team.id == Appraisal.team_id)
        .outerjoin(
            AppraisalFreeze,
            and_(AppraisalFreeze.appraisal_id == Appraisal.id, AppraisalFreeze.version == Appraisal.version),
        )
    )


def _read(statement: Any) -> list[Row]:
    found = list(rows(statement))
    ids = [each.id for each in found]
    signed: dict[tuple[int, int], set[Hat]] = {}
    appealed: dict[int, set[int]] = {}
    for part in (ids[n : n + 500] for n in range(0, len(ids), 500)):
        for each in rows(
            select(AppraisalSignature.appraisal_id, AppraisalSignature.version, AppraisalSignature.side).where(
                AppraisalSignature.appraisal_id.in_(part)
            )
        ):
            side = Hat.PERSON if each.side == "self" else Hat.SUPERVISOR
            signed.setdefault((each.appraisal_id, each.version), set()).add(side)
        for each in rows(
            select(AppraisalAppeal.appraisal_id, AppraisalAppeal.version).where(AppraisalAppeal.appraisal_id.in_(part))
        ):
            appealed.setdefault(each.appraisal_id, set()).add(each.version)
    return [
        Row(
            id=each.id,
            public_id=each.public_id,
            cycle=CycleRow(
                id=each.cycle_id,
                public_id=each.cycle_public_id,
                name=each.cycle_name,
                period=each.period,
                form_id=each.form_id,
                state=each.cycle_state,
                days=Days(
                    self_until=each.self_until,
                    supervisor_until=each.supervisor_until,
                    calibrate_until=each.calibrate_until,
                    sign_until=each.sign_until,
                    appeal_days=each.appeal_days,
                ),
            ),
            person_id=each.person_id,
            employee_no=each.employee_no,
            name=each.name,
            team=each.team_name,
            team_id=each.team_today,
            supervisor_id=each.supervisor_id,
            supervisor=each.supervisor_name,
            stand=Stand(
                state=State(each.state),
                version=each.version,
                signed=frozenset(signed.get((each.id, each.version), ())),
                signed_on=None if each.signed_at is None else day_of(each.signed_at),
                appealed=frozenset(appealed.get(each.id, ())),
            ),
            adjusted_mark=each.adjusted_mark,
            adjusted_why=each.adjusted_why,
            mark=each.mark,
            composite=each.composite,
            sha=each.sha,
            signed_at=each.signed_at,
        )
        for each in found
    ]


def one(actor: Actor, public_id: str) -> Row:
    """Return an appraisal that the actor may see. Raises NotFound, also for one that they may not see."""
    found = _read(
        _statement().where(Appraisal.public_id == public_id, visible(actor, Permission.APPRAISAL_READ)).limit(1)
    )
    if not found:
        raise NotFound()
    return found[0]


def listed(
    actor: Actor, *which: ColumnElement[bool], offset: int = 0, limit: int | None = None, order: Any = None
) -> list[Row]:
    """Return the appraisals under these conditions that the actor may see, the latest period first."""
    statement = _statement().where(visible(actor, Permission.APPRAISAL_READ), *which)
    statement = statement.order_by(
        *((order,) if order is not None else ()), AppraisalCycle.period.desc(), Person.employee_no, Appraisal.id
    )
    if limit is not None:
        statement = statement.limit(limit).offset(offset)
    return _read(statement)


def count(actor: Actor, *which: ColumnElement[bool]) -> int:
    statement = (
        select(func.count(Appraisal.id))
        .join(AppraisalCycle, AppraisalCycle.id == Appraisal.cycle_id)
        .join(Person, Person.id == Appraisal.person_id)
        .outerjoin(Team, Team.id == Appraisal.team_id)
        .where(visible(actor, Permission.APPRAISAL_READ), *which)
    )
    return rows(statement).scalar() or 0


def own(actor: Actor) -> list[Row]:
    return listed(actor, Appraisal.person_id == actor.id)


def of_others(actor: Actor, *, closed: bool = False) -> list[Row]:
    """Return those of the people whom the actor looks after, of cycles that run; closed: of those that are over."""
    state = "closed" if closed else "running"
    return listed(actor, Appraisal.person_id != actor.id, AppraisalCycle.state == state, limit=500)


_ANY_SIGNED = (
    select(Appraisal.id)
    .where(Appraisal.person_id == bindparam("person_id"), one_of(Appraisal.state, (State.SIGNED, State.APPEALED)))
    .limit(1)
)


def signed_of(actor: Actor, person_id: int) -> list[Row]:
    """Return what a person and the supervisor have signed, the latest first, as far as the actor may see it."""
    if rows(_ANY_SIGNED, {"person_id": person_id}).first() is None:
        return []
    return listed(
        actor, Appraisal.person_id == person_id, Appraisal.state.in_((State.SIGNED, State.APPEALED)), limit=20
    )


def hats_of(actor: Actor, row: Row) -> frozenset[Hat]:
    """Return as whom the actor may act on it. On one's own one is the person alone, whatever else one is."""
    if actor.id == row.person_id:
        return frozenset({Hat.PERSON})
    found: set[Hat] = set()
    held = scopes(actor, Permission.APPRAISAL_WRITE)
    if Scope.ALL in held or (Scope.TEAM in held and row.team_id in actor.teams_below):
        found.add(Hat.SUPERVISOR)
    if Scope.ALL in scopes(actor, Permission.APPRAISAL_EDIT):
        found.add(Hat.OFFICE)
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What one side wrote. handed_at: None while it is a draft."""

    side: str
    by_id: int
    by: str
    marks: Mapping[str, int]
    texts: Mapping[str, str]
    saved_at: datetime
    handed_at: datetime | None


def answers(appraisal_ids: Sequence[int]) -> dict[tuple[int, str], Answers]:
    """Return what was written, by appraisal and side, drafts too."""
    found = {}
    for part in (list(appraisal_ids)[n : n + 500] for n in range(0, len(appraisal_ids), 500)):
        for each in rows(
            select(*AppraisalAnswer.__table__.c, func.coalesce(Person.name, literal("")).label("by_name"))
            .join(Person, Person.id == AppraisalAnswer.by_id)
            .where(AppraisalAnswer.appraisal_id.in_(part))
        ):
            found[each.appraisal_id, each.side] = Answers(
                side=each.side,
                by_id=each.by_id,
                by=each.by_name,
                marks=each.marks or {},
                texts=each.texts or {},
                saved_at=each.saved_at,
                handed_at=each.handed_at,
            )
    return found


def appeals(appraisal_id: int) -> list[AppraisalAppeal]:
    """Return the appeals against an appraisal that the actor was found to see, by version."""
    statement = select(AppraisalAppeal).where(AppraisalAppeal.appraisal_id == appraisal_id)
    return list(session().scalars(statement.order_by(AppraisalAppeal.version)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that waits for somebody. link: endpoint and values of the page where it is done. n: how many."""

    sentence: Text
    link: tuple[str, Mapping[str, object]]
    due_on: date | None
    n: int


_CONCERNED = (
    select(Appraisal.id)
    .join(AppraisalCycle, AppraisalCycle.id == Appraisal.cycle_id)
    .where(
        AppraisalCycle.state == "running",
        or_(Appraisal.person_id == bindparam("who"), Appraisal.supervisor_id == bindparam("who")),
    )
    .limit(1)
)
"""Most days no cycle runs, and every first screen asks: this is cheap, the lists are not."""


def waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for the actor: the own part and signature, those of the team, appeals for the office."""
    found = _of_who_is_concerned(actor) if rows(_CONCERNED, {"who": actor.id}).scalar() is not None else []
    if Scope.ALL in scopes(actor, Permission.APPRAISAL_EDIT):
        found += _of_the_office(actor)
    return found


def _of_who_is_concerned(actor: Actor) -> list[Waiting]:
    found = []
    running = AppraisalCycle.state == "running"
    for row in listed(actor, running, Appraisal.person_id == actor.id, limit=20):
        link = ("reviews.appraisal", {"appraisal_id": row.public_id})
        if row.stand.state is State.SELF:
            found.append(
                Waiting(sentence=text("写“%(name)s”的自评", name=row.cycle.name), link=link, due_on=row.due_on, n=1)
            )
        elif row.stand.state is State.TO_SIGN and Hat.PERSON not in row.stand.signed:
            found.append(
                Waiting(sentence=text("看“%(name)s”并签字", name=row.cycle.name), link=link, due_on=row.due_on, n=1)
            )
    led: dict[tuple[int, State], list[Row]] = {}
    if scopes(actor, Permission.APPRAISAL_WRITE):
        mine = Appraisal.supervisor_id == actor.id
        states = Appraisal.state.in_((State.SUPERVISOR, State.TO_SIGN))
        for row in listed(actor, running, mine, states, limit=500):
            if Hat.SUPERVISOR in row.stand.signed or Hat.SUPERVISOR not in hats_of(actor, row):
                continue
            led.setdefault((row.cycle.id, row.stand.state), []).append(row)
    for (_cycle, state), group in led.items():
        words = (
            text("“%(name)s”有 %(n)s 人等您评价", name=group[0].cycle.name, n=len(group))
            if state is State.SUPERVISOR
            else text("“%(name)s”有 %(n)s 份等您签字", name=group[0].cycle.name, n=len(group))
        )
        target: tuple[str, Mapping[str, object]] = (
            ("reviews.appraisal", {"appraisal_id": group[0].public_id})
            if len(group) == 1
            else ("reviews.appraisals", {})
        )
        found.append(Waiting(sentence=words, link=target, due_on=group[0].due_on, n=len(group)))
    return found


def _of_the_office(actor: Actor) -> list[Waiting]:
    found = []
    for row in listed(actor, Appraisal.state == State.APPEALED, Appraisal.person_id != actor.id, limit=50):
        found.append(
            Waiting(
                sentence=text("%(who)s 对“%(name)s”的申诉等答复", who=row.name, name=row.cycle.name),
                link=("reviews.appraisal", {"appraisal_id": row.public_id}),
                due_on=None,
                n=1,
            )
        )
    ready = (
        select(AppraisalCycle.public_id, AppraisalCycle.name, AppraisalCycle.calibrate_until, func.count().label("n"))
        .join(Appraisal, Appraisal.cycle_id == AppraisalCycle.id)
        .where(AppraisalCycle.state == "running", Appraisal.state == State.CALIBRATION)
        .group_by(AppraisalCycle.public_id, AppraisalCycle.name, AppraisalCycle.calibrate_until)
        .order_by(AppraisalCycle.calibrate_until)
    )
    for each in rows(ready):
        found.append(
            Waiting(
                sentence=text("“%(name)s”有 %(n)s 份等校准", name=each.name, n=each.n),
                link=("reviews.appraisal_calibration", {"appraisal_cycle_id": each.public_id}),
                due_on=each.calibrate_until,
                n=each.n,
            )
        )
    return found


def both_signed(row: Row) -> bool:
    return row.stand.signed >= BOTH
