"""Reading live sessions: which ones somebody sees, manages, holds or goes to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import team_tree
from lms.content import queries as content
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.learning.models import LiveSession, Seat
from lms.learning.rules.sessions import TAKEN, SeatState, State

_trainer = aliased(Person)
_own = aliased(Seat)
_TAKEN = [str(state) for state in TAKEN]


def _count(*states: str) -> Any:
    return (
        select(func.count())
        .select_from(Seat)
        .where(Seat.session_id == LiveSession.id, Seat.state.in_(states))
        .correlate(LiveSession)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A live session as a list shows it. taken, waiting: people. seat: the asking person's state, "" for none."""

    id: int
    public_id: str
    title: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    place: str
    link: str
    places: int | None
    by_choice: bool
    state: str
    words: str
    code: str
    cancelled_why: str
    team_id: int | None
    team_name: str
    trainer_id: int | None
    trainer: str
    outside: bool
    document_id: int | None
    document_kind: str
    document_title: str
    document_slug: str
    taken: int
    waiting: int
    seat: str
    seat_minutes: int | None

    @property
    def free(self) -> int | None:
        """How many places are left, at least 0; None without a limit."""
        return None if self.places is None else max(0, self.places - self.taken)

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


_ROWS = (
    select(
        LiveSession.id,
        LiveSession.public_id,
        LiveSession.title,
        LiveSession.kind,
        LiveSession.starts_at,
        LiveSession.ends_at,
        LiveSession.place,
        LiveSession.link,
        LiveSession.places,
        LiveSession.by_choice,
        LiveSession.state,
        LiveSession.words,
        LiveSession.code,
        LiveSession.cancelled_why,
        LiveSession.team_id,
        func.coalesce(Team.name, "").label("team_name"),
        LiveSession.trainer_id,
        func.coalesce(_trainer.name, LiveSession.trainer_name).label("trainer"),
        (LiveSession.trainer_id.is_(None)).label("outside"),
        LiveSession.document_id,
        func.coalesce(Document.kind, "").label("document_kind"),
        func.coalesce(Document.title, "").label("document_title"),
        func.coalesce(Slug.slug, "").label("document_slug"),
        _count(*_TAKEN).label("taken"),
        _count(SeatState.WAITING).label("waiting"),
        func.coalesce(_own.state, "").label("seat"),
        _own.minutes.label("seat_minutes"),
    )
    .outerjoin(Team, Team.id == LiveSession.team_id)
    .outerjoin(_trainer, _trainer.id == LiveSession.trainer_id)
    .outerjoin(Document, Document.id == LiveSession.document_id)
    .outerjoin(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .outerjoin(_own, and_(_own.session_id == LiveSession.id, _own.person_id == bindparam("me")))
)


def teams_above(team_id: int | None) -> frozenset[int]:
    """Return the ids of a team and of all above it, in the tree of today."""
    parents = {team.id: team.parent_id for team in team_tree()}
    found: set[int] = set()
    while team_id is not None and team_id not in found:
        found.add(team_id)
        team_id = parents.get(team_id)
    return frozenset(found)


def manages(actor: Actor, team_id: int | None) -> bool:
    """Return whether the actor may plan and change sessions for this team; None = for everybody."""
    held = scopes(actor, Permission.SESSION_EDIT)
    return Scope.ALL in held or (Scope.TEAM in held and team_id in actor.teams_below)


def runs(actor: Actor, row: Row) -> bool:
    """Return whether the actor may note who came: who manages it, or its own trainer."""
    return manages(actor, row.team_id) or row.trainer_id == actor.id


def is_meant(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a session is open to the actor's team and enrolled in by choice."""
    return and_(
        LiveSession.by_choice,
        or_(LiveSession.team_id.is_(None), LiveSession.team_id.in_(teams_above(actor.team_id))),
    )


def sees(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor sees a session: open to them, with a seat of theirs, held or run by them."""
    held = scopes(actor, Permission.SESSION_EDIT)
    if Scope.ALL in held:
        return true()
    conditions = [
        is_meant(actor),
        LiveSession.trainer_id == actor.id,
        exists().where(Seat.session_id == LiveSession.id, Seat.person_id == actor.id),
    ]
    if Scope.TEAM in held:
        conditions.append(LiveSession.team_id.in_(actor.teams_below))
    return or_(*conditions)


def upcoming(actor: Actor, now: datetime) -> list[Row]:
    """Return what the actor sees of what is not over, the soonest first; at most 200."""
    statement = (
        _ROWS.where(sees(actor), LiveSession.ends_at > now, LiveSession.state != State.HELD)
        .order_by(LiveSession.starts_at, LiveSession.id)
        .limit(200)
    )
    return [Row(**row) for row in rows(statement, {"me": actor.id}).mappings()]


def past(actor: Actor, now: datetime, *, limit: int = 100, before: int | None = None) -> list[Row]:
    """Return what the actor sees of what is over, the latest first. before: id of the last one of the page before."""
    over = or_(LiveSession.ends_at <= now, LiveSession.state == State.HELD)
    statement = _ROWS.where(sees(actor), over).order_by(LiveSession.starts_at.desc(), LiveSession.id.desc())
    if before is not None:
        mark = (
            session()
            .execute(select(LiveSession.starts_at, LiveSession.id).where(LiveSession.id == before))
            .one_or_none()
        )
        if mark is not None:
            earlier = and_(LiveSession.starts_at == mark.starts_at, LiveSession.id < mark.id)
            statement = statement.where(or_(LiveSession.starts_at < mark.starts_at, earlier))
    return [Row(**row) for row in rows(statement.limit(limit), {"me": actor.id}).mappings()]


def unclosed(actor: Actor, now: datetime) -> list[Row]:
    """Return the sessions that the actor runs, that are over and whose attendance nobody has closed yet."""
    if not scopes(actor, Permission.SESSION_EDIT):
        mine: ColumnElement[bool] = LiveSession.trainer_id == actor.id
    else:
        mine = sees(actor)
    statement = (
        _ROWS.where(mine, LiveSession.ends_at <= now, LiveSession.state == State.PLANNED)
        .order_by(LiveSession.starts_at)
        .limit(50)
    )
    found = [Row(**row) for row in rows(statement, {"me": actor.id}).mappings()]
    return [row for row in found if runs(actor, row)]


def one(actor: Actor, public_id: str) -> Row:
    """Return a session that the actor sees. Raises NotFound."""
    found = (
        rows(_ROWS.where(LiveSession.public_id == public_id, sees(actor)), {"me": actor.id}).mappings().one_or_none()
    )
    if found is None:
        raise NotFound()
    return Row(**found)


def about(actor: Actor, document_id: int, now: datetime) -> list[Row]:
    """Return the coming sessions that complete a document, as far as the actor sees them."""
    statement = (
        _ROWS.where(
            sees(actor),
            LiveSession.document_id == document_id,
            LiveSession.state == State.PLANNED,
            LiveSession.ends_at > now,
        )
        .order_by(LiveSession.starts_at)
        .limit(10)
    )
    return [Row(**row) for row in rows(statement, {"me": actor.id}).mappings()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A session in somebody's calendar. teaching: they hold it. seat: enrolled, waiting, attended, "" for who teaches.

    cancelled: it was called off and a calendar should take it out.
    """

    public_id: str
    title: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    place: str
    link: str
    trainer: str
    seat: str
    teaching: bool
    cancelled: bool
    made_at: datetime


_OF_PERSON = (
    select(
        LiveSession.public_id,
        LiveSession.title,
        LiveSession.kind,
        LiveSession.starts_at,
        LiveSession.ends_at,
        LiveSession.place,
        LiveSession.link,
        func.coalesce(_trainer.name, LiveSession.trainer_name).label("trainer"),
        func.coalesce(_own.state, "").label("seat"),
        func.coalesce(LiveSession.trainer_id == bindparam("me"), False).label("teaching"),
        (LiveSession.state == State.CANCELLED).label("cancelled"),
        LiveSession.made_at,
    )
    .outerjoin(_trainer, _trainer.id == LiveSession.trainer_id)
    .outerjoin(_own, and_(_own.session_id == LiveSession.id, _own.person_id == bindparam("me")))
    .where(
        or_(
            LiveSession.trainer_id == bindparam("me"),
            _own.state.in_([SeatState.ENROLLED, SeatState.WAITING, SeatState.ATTENDED, SeatState.ABSENT]),
        ),
        LiveSession.ends_at >= bindparam("since"),
    )
    .order_by(LiveSession.starts_at, LiveSession.id)
)


def of_person(person_id: int, since: datetime) -> list[Meeting]:
    """Return the sessions that a person has a seat in, waits for or teaches, ending at `since` or later."""
    return [Meeting(**row) for row in rows(_OF_PERSON, {"me": person_id, "since": since}).mappings()]


def is_open_to(actor: Actor, row: Row) -> bool:
    """Return whether the actor may enrol by themselves, as far as the team goes."""
    return row.team_id is None or row.team_id in teams_above(actor.team_id)


def trainer_number(row: Row) -> str:
    """Return the number of the session's trainer, "" for somebody from outside."""
    found: str | None = session().scalar(select(Person.employee_no).where(Person.id == row.trainer_id))
    return found or ""


def documents_to_choose(actor: Actor) -> list[content.Choice]:
    """Return what attendance can complete and the actor may read: tasks, then lessons."""
    return content.choices(actor, ("task", "lesson"))
