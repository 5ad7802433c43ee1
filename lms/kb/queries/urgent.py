"""Reading urgent notices: what waits for a person, whom one is for, who has confirmed and who has not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, PersonShop, RoleGrant, Shop, Team
from lms.accounts.queries import rosters_of, teams_below, visible
from lms.content.audience import is_meant
from lms.content.models import Document
from lms.content.queries import Card, cards
from lms.core.access import Actor, Permission, Role, Scope, scopes
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.kb.models import UrgentNotice, UrgentReceipt
from lms.kb.rules.urgent import Audience, read_audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent:
    """An urgent notice as its readers see it. has_article: there is more to read."""

    public_id: str
    title: str
    body: str
    sent_at: datetime
    due_at: datetime
    until_at: datetime
    has_article: bool
    confirmed_at: datetime | None = None
    withdrawn: bool = False

    def is_live(self, now: datetime) -> bool:
        return not self.withdrawn and now < self.until_at


_COLUMNS = (
    UrgentNotice.public_id,
    UrgentNotice.title,
    UrgentNotice.body,
    UrgentNotice.sent_at,
    UrgentNotice.due_at,
    UrgentNotice.until_at,
    UrgentNotice.document_id,
)
_MINE = (
    select(*_COLUMNS)
    .join(UrgentReceipt, UrgentReceipt.urgent_notice_id == UrgentNotice.id)
    .where(UrgentReceipt.person_id == bindparam("person_id"))
)
LIVE: ColumnElement[bool] = and_(UrgentNotice.until_at > bindparam("now"), UrgentNotice.withdrawn_at.is_(None))
WAITING = _MINE.where(UrgentReceipt.confirmed_at.is_(None), LIVE).order_by(UrgentNotice.sent_at.desc())
"""What a person has still to confirm. Time takes a notice down: nothing has to run for it."""

COUNT = (
    select(func.count())
    .select_from(UrgentReceipt)
    .join(UrgentNotice, UrgentNotice.id == UrgentReceipt.urgent_notice_id)
    .where(UrgentReceipt.person_id == Person.id, UrgentReceipt.confirmed_at.is_(None), LIVE)
    .correlate(Person)
    .scalar_subquery()
)
"""How much a person has still to confirm, read with whoever asks."""

_HISTORY = (
    _MINE.add_columns(UrgentReceipt.confirmed_at, UrgentNotice.withdrawn_at)
    .order_by(UrgentNotice.sent_at.desc(), UrgentNotice.id.desc())
    .limit(bindparam("most"))
)


def urgent_of(row: Any) -> Urgent:
    return Urgent(
        public_id=row.public_id,
        title=row.title,
        body=row.body,
        sent_at=row.sent_at,
        due_at=row.due_at,
        until_at=row.until_at,
        has_article=row.document_id is not None,
        confirmed_at=getattr(row, "confirmed_at", None),
        withdrawn=getattr(row, "withdrawn_at", None) is not None,
    )


def waiting(person_id: int, now: datetime) -> list[Urgent]:
    """Return what a person has still to confirm, the newest first."""
    found = rows(WAITING, {"person_id": person_id, "now": now})
    return [urgent_of(row) for row in found]


def mine(person_id: int, limit: int = 50) -> list[Urgent]:
    """Return every notice that a person was sent, the newest first."""
    return [urgent_of(row) for row in rows(_HISTORY, {"person_id": person_id, "most": limit})]


def behind(person_id: int, public_id: str) -> int | None:
    """Return the document behind a notice that this person was sent or sent; None where there is none."""
    found: int | None = session().scalar(
        select(UrgentNotice.document_id)
        .outerjoin(
            UrgentReceipt,
            and_(UrgentReceipt.urgent_notice_id == UrgentNotice.id, UrgentReceipt.person_id == person_id),
        )
        .where(
            UrgentNotice.public_id == public_id,
            or_(UrgentReceipt.person_id.is_not(None), UrgentNotice.sent_by == person_id),
        )
    )
    return found


def meant(audience: Audience) -> ColumnElement[bool]:
    """Return the condition on Person that a notice is for them: active, and any of what was chosen fits."""
    if audience.is_everybody:
        return and_(Person.active)
    fits: list[ColumnElement[bool]] = []
    if audience.teams:
        fits.append(Person.team_id.in_(teams_below(audience.teams)))
    if audience.shops:
        fits.append(exists().where(PersonShop.person_id == Person.id, PersonShop.shop_id.in_(sorted(audience.shops))))
    if audience.roles:
        day = today()
        live = and_(
            RoleGrant.person_id == Person.id,
            RoleGrant.from_on <= day,
            or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > day),
        )
        fits.append(exists().where(live, RoleGrant.role.in_(sorted(audience.roles))))
        if Role.AGENT in audience.roles:
            fits.append(~exists().where(live))  # who holds no role is an agent
    return and_(Person.active, or_(*fits))


def recipients(audience: Audience) -> Select[int]:
    """Return the SELECT of the ids of those whom a notice is for now."""
    return select(Person.id).where(meant(audience))


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamCount:
    """How many of a team a notice is for. name: "" without a team."""

    name: str
    count: int


def counted(audience: Audience) -> list[TeamCount]:
    """Return how many people a notice would reach, by team."""
    found = session().execute(
        select(Team.name, func.count(Person.id).label("people"))
        .select_from(Person)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(meant(audience))
        .group_by(Team.code, Team.name)
        .order_by(Team.code)
    )
    return [TeamCount(name=row.name or "", count=row.people) for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A notice as its senders see it. done, total: of the people whom the asking person may see.

    Who left without confirming is not counted; who confirmed and left is.
    """

    id: int
    public_id: str
    title: str
    body: str
    audience: Audience
    document_id: int | None
    sent_by: int
    sender: str
    sent_at: datetime
    due_at: datetime
    until_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str
    done: int
    total: int

    @property
    def waiting(self) -> int:
        return self.total - self.done

    def is_live(self, now: datetime) -> bool:
        return self.withdrawn_at is None and now < self.until_at

    def is_late(self, now: datetime) -> bool:
        return self.waiting > 0 and self.due_at <= now


def _seen(actor: Actor) -> ColumnElement[bool]:
    return visible(actor, Permission.URGENT_SEND)


def sent(actor: Actor, *, limit: int = 50, before: int | None = None) -> list[Sent]:
    """Return notices with how far they are among the actor's people, the newest first; others' are left out."""
    statement = _sent(actor).order_by(UrgentNotice.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(UrgentNotice.id < before)
    return [_sent_of(row) for row in session().execute(statement)]


def one_sent(actor: Actor, public_id: str) -> Sent:
    """Return one notice. Raises NotFound, also for one that concerns none of the actor's people and is not theirs."""
    row = session().execute(_sent(actor).where(UrgentNotice.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound()
    return _sent_of(row)


def _sent(actor: Actor) -> Any:
    sender, ender = aliased(Person), aliased(Person)
    counts = or_(Person.active, UrgentReceipt.confirmed_at.is_not(None))
    of = (
        select(
            UrgentReceipt.urgent_notice_id.label("notice_id"),
            func.count().label("total"),
            func.count(UrgentReceipt.confirmed_at).label("done"),
        )
        .join(Person, Person.id == UrgentReceipt.person_id)
        .where(counts, _seen(actor))
        .group_by(UrgentReceipt.urgent_notice_id)
        .subquery()
    )
    statement: Any = (
        select(
            UrgentNotice,
            sender.name.label("sender"),
            ender.name.label("ender"),
            func.coalesce(of.c.done, 0).label("done"),
            func.coalesce(of.c.total, 0).label("total"),
        )
        .join(sender, sender.id == UrgentNotice.sent_by)
        .outerjoin(ender, ender.id == UrgentNotice.withdrawn_by)
        .outerjoin(of, of.c.notice_id == UrgentNotice.id)
        .execution_options(populate_existing=True)
    )
    if Scope.ALL in scopes(actor, Permission.URGENT_SEND):
        return statement
    return statement.where(or_(UrgentNotice.sent_by == actor.id, of.c.total > 0))


def _sent_of(row: Any) -> Sent:
    notice: UrgentNotice = row.UrgentNotice
    return Sent(
        id=notice.id,
        public_id=notice.public_id,
        title=notice.title,
        body=notice.body,
        audience=read_audience(notice.audience),
        document_id=notice.document_id,
        sent_by=notice.sent_by,
        sender=row.sender or "",
        sent_at=notice.sent_at,
        due_at=notice.due_at,
        until_at=notice.until_at,
        withdrawn_at=notice.withdrawn_at,
        withdrawn_by=row.ender or "",
        done=row.done,
        total=row.total,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One person whom a notice is for. works: whether today is a working day of theirs; None = not asked."""

    person_id: int
    name: str
    employee_no: str
    active: bool
    confirmed_at: datetime | None
    works: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamReaders:
    name: str
    done: int
    readers: tuple[Reader, ...]

    @property
    def waiting(self) -> tuple[Reader, ...]:
        """Return who has not confirmed, those at work first."""
        return tuple(reader for reader in self.readers if reader.confirmed_at is None)


def readers(actor: Actor, notice: Sent) -> list[TeamReaders]:
    """Return the actor's people whom a notice is for, by team, the teams that lack most first."""
    found = session().execute(
        select(
            Person.id, Person.name, Person.employee_no, Person.active, Team.name.label("team"),
            UrgentReceipt.confirmed_at,
        )
        .select_from(UrgentReceipt)
        .join(Person, Person.id == UrgentReceipt.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(
            UrgentReceipt.urgent_notice_id == notice.id,
            or_(Person.active, UrgentReceipt.confirmed_at.is_not(None)),
            _seen(actor),
        )
        .order_by(case((UrgentReceipt.confirmed_at.is_(None), 0), else_=1), Person.employee_no)
    ).all()  # fmt: skip
    open_ids = [row.id for row in found if row.confirmed_at is None]
    day = today()
    rosters = rosters_of(open_ids, since=day)
    by_team: dict[str, list[Reader]] = {}
    for row in found:
        works = rosters[row.id](day) if row.id in rosters else None
        by_team.setdefault(row.team or "", []).append(
            Reader(
                person_id=row.id,
                name=row.name or "",
                employee_no=row.employee_no or "",
                active=row.active,
                confirmed_at=row.confirmed_at,
                works=works,
            )
        )
    teams = [_team(name, members) for name, members in by_team.items()]
    return sorted(teams, key=lambda team: (-len(team.waiting), team.name))


def _team(name: str, members: Sequence[Reader]) -> TeamReaders:
    ordered = sorted(members, key=lambda one: (one.confirmed_at is not None, one.works is False))
    return TeamReaders(name=name, done=sum(one.confirmed_at is not None for one in members), readers=tuple(ordered))


def article_of(document_id: int | None, actor: Actor) -> Card | None:
    """Return the article that a notice leads to, archived ones too; None also where it is not for the actor."""
    if document_id is None:
        return None
    audience = session().scalars(select(Document.audience).where(Document.id == document_id)).one()
    return cards([document_id]).get(document_id) if is_meant(audience, actor) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What an audience says, by name. everybody: nothing was chosen."""

    teams: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()


def names_of(audiences: Iterable[Audience]) -> dict[Audience, Named]:
    """Return the names behind the ids of these audiences, in two statements however many they are."""
    every = list(audiences)
    team_ids = {each for audience in every for each in audience.teams}
    shop_ids = {each for audience in every for each in audience.shops}
    teams: dict[int, str] = {}
    shops: dict[int, str] = {}
    if team_ids:
        teams = {row.id: row.name for row in session().execute(select(Team.id, Team.name).where(Team.id.in_(team_ids)))}
    if shop_ids:
        shops = {row.id: row.name for row in session().execute(select(Shop.id, Shop.name).where(Shop.id.in_(shop_ids)))}
    return {
        audience: Named(
            teams=tuple(teams[each] for each in sorted(audience.teams) if each in teams),
            shops=tuple(shops[each] for each in sorted(audience.shops) if each in shops),
            roles=tuple(role for role in Role if role in audience.roles),
        )
        for audience in every
    }
