"""Reading plans of staff before a peak: which there are, what each says, how its days look."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.assignments.models import Assignment
from lms.content import queries as content
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.learning.models import Campaign, CertificatePlan, ServiceQueue
from lms.readiness.models import DailyVolume, StaffDay, StaffPlan, StaffSkill, StaffTeam
from lms.readiness.queries.supply import Proof, supply
from lms.readiness.rules.need import Formula, Volume, formula_of
from lms.readiness.rules.outlook import Again, Outlook, Supply, Wanted, fullest, outlook


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """A kind of work of a plan as pages show it. key: `certificate:<id>` or `queue:<id>`, as forms say it."""

    key: str
    name: str
    share: int
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A plan as pages show it. team: the names of all its teams. more_teams: those beside team_id.

    state: ahead | running | over.
    """

    id: int
    public_id: str
    name: str
    team_id: int
    team: str
    from_on: date
    until_on: date
    base_orders: int
    present: int
    formula: Formula
    campaign_id: int | None
    skills: tuple[Skill, ...]
    volumes: Mapping[date, Volume]
    more_teams: tuple[int, ...] = ()

    @property
    def team_ids(self) -> tuple[int, ...]:
        return (self.team_id, *self.more_teams)

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            formula=self.formula,
            present=self.present,
            base=self.base_orders,
            volumes=self.volumes,
            shares=tuple(float(skill.share) for skill in self.skills),
        )

    def state(self, day: date) -> str:
        if day > self.until_on:
            return "over"
        return "running" if day >= self.from_on else "ahead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A plan in one line, at its fullest day. None while nothing is forecast."""

    row: Row
    outlook: Outlook | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The next peak of somebody: how many are needed, certified and missing on its fullest day."""

    public_id: str
    name: str
    from_on: date
    need: int
    certified: int
    gap: int


def _within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Return the condition under which somebody holds a permission over a plan: all its teams are theirs."""
    if Scope.ALL in scopes(actor, permission):
        return true()
    others = exists().where(StaffTeam.plan_id == StaffPlan.id, StaffTeam.team_id.not_in(actor.teams_below))
    return and_(StaffPlan.team_id.in_(actor.teams_below), ~others)


def may_edit(actor: Actor, team_ids: Collection[int]) -> bool:
    """Return whether somebody may plan for all these teams."""
    held = scopes(actor, Permission.STAFFING_EDIT)
    return Scope.ALL in held or (Scope.TEAM in held and set(team_ids) <= set(actor.teams_below))


def more_teams(plan_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """Return the further teams of plans, by plan: id and name, in the order of their names."""
    found: dict[int, list[tuple[int, str]]] = {}
    statement = (
        select(StaffTeam.plan_id, StaffTeam.team_id, Team.name)
        .join(Team, Team.id == StaffTeam.team_id)
        .where(StaffTeam.plan_id.in_(list(plan_ids)))
        .order_by(Team.name, Team.id)
    )
    for each in session().execute(statement):
        found.setdefault(each.plan_id, []).append((each.team_id, each.name))
    return found


def plans(actor: Actor, *, coming: bool = False) -> list[Row]:
    """Return the plans that the actor may see, next peak first, those that are over last. coming: not those."""
    day = today()
    conditions = [StaffPlan.closed_at.is_(None), _within(actor, Permission.STAFFING_READ)]
    if coming:
        conditions.append(StaffPlan.until_on >= day)
    found = _rows(conditions)
    ahead = sorted((row for row in found if row.until_on >= day), key=lambda row: (row.from_on, row.id))
    over = sorted((row for row in found if row.until_on < day), key=lambda row: (row.until_on, row.id), reverse=True)
    return [*ahead, *over]


def plan(actor: Actor, public_id: str) -> Row:
    """Return one plan. Raises NotFound where there is none or the actor may not see it."""
    found = _rows(
        [StaffPlan.public_id == public_id, StaffPlan.closed_at.is_(None), _within(actor, Permission.STAFFING_READ)]
    )
    if not found:
        raise NotFound()
    return found[0]


def _rows(conditions: Sequence[ColumnElement[bool]]) -> list[Row]:
    found = (
        session()
        .execute(select(StaffPlan, Team.name).join(Team, Team.id == StaffPlan.team_id).where(*conditions))
        .all()
    )
    ids = [row.id for row, _team in found]
    skills: dict[int, list[Skill]] = {}
    volumes: dict[int, dict[date, Volume]] = {}
    more = more_teams(ids) if ids else {}
    if ids:
        for each in session().execute(
            select(
                StaffSkill.plan_id,
                StaffSkill.certificate_plan_id,
                StaffSkill.queue_id,
                StaffSkill.share,
                CertificatePlan.name.label("certificate"),
                ServiceQueue.name.label("queue"),
            )
            .outerjoin(CertificatePlan, CertificatePlan.id == StaffSkill.certificate_plan_id)
            .outerjoin(ServiceQueue, ServiceQueue.id == StaffSkill.queue_id)
            .where(StaffSkill.plan_id.in_(ids))
            .order_by(StaffSkill.plan_id, StaffSkill.position)
        ):
            skills.setdefault(each.plan_id, []).append(
                Skill(
                    key=key_of(each.certificate_plan_id, each.queue_id),
                    name=each.certificate or each.queue,
                    share=each.share,
                    proof=Proof(certificate_plan_id=each.certificate_plan_id, queue_id=each.queue_id),
                )
            )
        for day in session().scalars(select(StaffDay).where(StaffDay.plan_id.in_(ids)).order_by(StaffDay.day)):
            volumes.setdefault(day.plan_id, {})[day.day] = Volume(
                orders=day.orders, contacts=day.contacts, complaints=day.complaints
            )
    return [
        Row(
            id=row.id,
            public_id=row.public_id,
            name=row.name,
            team_id=row.team_id,
            team="、".join((team, *(name for _id, name in more.get(row.id, ())))),
            more_teams=tuple(team_id for team_id, _name in more.get(row.id, ())),
            from_on=row.from_on,
            until_on=row.until_on,
            base_orders=row.base_orders,
            present=row.present,
            formula=formula_of(row.formula),
            campaign_id=row.campaign_id,
            skills=tuple(skills.get(row.id, ())),
            volumes={day: each for day, each in volumes.get(row.id, {}).items() if row.from_on <= day <= row.until_on},
        )
        for row, team in found
    ]


def key_of(certificate_plan_id: int | None, queue_id: int | None) -> str:
    """Return how forms name what proves a kind of work."""
    return f"certificate:{certificate_plan_id}" if certificate_plan_id is not None else f"queue:{queue_id}"


def supply_of(row: Row, wanted: Wanted | None = None, *, only_peak: bool = False) -> Supply | None:
    """Return who there is on the days of a plan; None while none is forecast. only_peak: on its fullest day alone."""
    wanted = wanted or row.wanted
    peak = fullest(wanted)
    if peak is None:
        return None
    days = [peak] if only_peak else sorted(wanted.volumes)
    return supply(row.team_ids, [skill.proof for skill in row.skills], days, peak=peak, today=today())


def look(row: Row) -> Outlook | None:
    """Return how the fullest day of a plan looks; None while no day is forecast."""
    found = supply_of(row, only_peak=True)
    return outlook(row.wanted, found) if found is not None else None


def lines(actor: Actor) -> list[Line]:
    """Return every plan of the actor in one line; only of those that are not over it is said how they look."""
    day = today()
    return [Line(row=row, outlook=look(row) if row.until_on >= day else None) for row in plans(actor)]


def next_gap(actor: Actor) -> Gap | None:
    """Return the next peak that the actor plans for, at its fullest day; None without one that has a forecast.

    For the home screen: "年货节：需 53 人，已认证 43 人，缺 10 人". Nobody without STAFFING_READ sees one.
    """
    if not scopes(actor, Permission.STAFFING_READ):
        return None
    for row in plans(actor, coming=True):
        found = look(row)
        if found is not None and found.peak is not None:
            return Gap(
                public_id=row.public_id,
                name=row.name,
                from_on=row.from_on,
                need=found.peak.need.people,
                certified=found.peak.certified,
                gap=found.peak.gap,
            )
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainee:
    """Somebody whom training again would make ready, by name. titles: what is missing; owed: they have it already."""

    person_id: int
    employee_no: str
    name: str
    team: str
    document_ids: tuple[int, ...]
    titles: tuple[str, ...]
    owed: bool


def trainees(actor: Actor, again: Sequence[Again], permission: Permission = Permission.PERSON_READ) -> list[Trainee]:
    """Return those of them over whom the actor holds the permission, by number; three statements."""
    wanted = {
        each.person_id: tuple(sorted({one for documents in each.document_ids.values() for one in documents}))
        for each in again
    }
    if not wanted:
        return []
    people = session().execute(
        select(Person.id, Person.employee_no, Person.name, Team.name.label("team"))
        .join(Team, Team.id == Person.team_id)
        .where(Person.id.in_(list(wanted)), Person.active, visible(actor, permission))
        .order_by(Person.employee_no)
    )
    documents = {document_id for each in wanted.values() for document_id in each}
    cards = content.cards(documents)
    owed = _owed(list(wanted), documents)
    return [
        Trainee(
            person_id=row.id,
            employee_no=row.employee_no or "",
            name=row.name or "",
            team=row.team,
            document_ids=wanted[row.id],
            titles=tuple(cards[document_id].title for document_id in wanted[row.id]),
            owed=all((row.id, document_id) in owed for document_id in wanted[row.id]),
        )
        for row in people
    ]


def _owed(person_ids: Collection[int], document_ids: Collection[int]) -> set[tuple[int, int]]:
    rows = session().execute(
        select(Assignment.person_id, Assignment.document_id).where(
            Assignment.person_id.in_(list(person_ids)),
            Assignment.document_id.in_(list(document_ids)),
            Assignment.state == "open",
        )
    )
    return {(row.person_id, row.document_id) for row in rows}


def history(team_ids: Collection[int]) -> dict[date, Volume]:
    """Return what days brought to these teams together: those days that are known of each of them."""
    wanted = set(team_ids)
    held: dict[date, list[DailyVolume]] = {}
    statement = select(DailyVolume).where(DailyVolume.team_id.in_(wanted)).order_by(DailyVolume.day)
    for row in session().scalars(statement):
        held.setdefault(row.day, []).append(row)
    return {
        day: Volume(
            orders=sum(row.orders for row in rows),
            contacts=_sum([row.contacts for row in rows]),
            complaints=_sum([row.complaints for row in rows]),
        )
        for day, rows in held.items()
        if len(rows) == len(wanted)
    }


def _sum(counts: Sequence[int | None]) -> int | None:
    """Return the sum; None where one of them is not told."""
    told = [count for count in counts if count is not None]
    return sum(told) if len(told) == len(counts) else None


def choices() -> list[tuple[str, str]]:
    """Return what can prove a kind of work, as (key, name): certificates that are given, queues that are open."""
    given = session().execute(
        select(CertificatePlan.id, CertificatePlan.name).where(CertificatePlan.active).order_by(CertificatePlan.name)
    )
    queues = session().execute(
        select(ServiceQueue.id, ServiceQueue.name).where(ServiceQueue.closed_on.is_(None)).order_by(ServiceQueue.code)
    )
    return [
        *((key_of(row.id, None), row.name) for row in given),
        *((key_of(None, row.id), row.name) for row in queues),
    ]


def proofs(row: Row | None = None) -> dict[str, Proof]:
    """Return what can prove a kind of work by the name that calls give it: `certificate:<public id>`, `queue:<code>`.

    Certificates that are given and queues that are open, and what a plan has already. row: that plan.
    """
    kept = [skill.proof for skill in row.skills] if row is not None else []
    given = session().execute(
        select(CertificatePlan.id, CertificatePlan.public_id).where(
            or_(CertificatePlan.active, CertificatePlan.id.in_([each.certificate_plan_id for each in kept]))
        )
    )
    queues = session().execute(
        select(ServiceQueue.id, ServiceQueue.code).where(
            or_(ServiceQueue.closed_on.is_(None), ServiceQueue.id.in_([each.queue_id for each in kept]))
        )
    )
    return {
        **{f"certificate:{each.public_id}": Proof(certificate_plan_id=each.id, queue_id=None) for each in given},
        **{f"queue:{each.code}": Proof(certificate_plan_id=None, queue_id=each.id) for each in queues},
    }


def campaign_name(campaign_id: int | None) -> tuple[str, str] | None:
    """Return public id and name of a 活动包; None for none."""
    found = session().get(Campaign, campaign_id) if campaign_id is not None else None
    return (found.public_id, found.name) if found is not None else None
