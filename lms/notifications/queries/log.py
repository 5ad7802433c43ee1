"""Reading what was sent on which way, and how the ways are doing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from lms.accounts.models import Person, Team
from lms.core import sendings
from lms.core.answers import Explained, explain
from lms.core.db import rows
from lms.core.here import settings
from lms.core.texts import Text, from_plain
from lms.notifications.models import Delivery, Notice, Robot, RobotMessage

STATES = ("waiting", "sent", "dead", "dropped")
CHANNELS = ("wecom", "dingtalk", "feishu", "mail", "digest")
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which deliveries. "" and None = any. q: part of a name or employee number."""

    state: str = ""
    channel: str = ""
    day: date | None = None
    q: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One line of the log. explained: what went wrong, None = nothing."""

    public_id: str
    channel: str
    state: str
    topic: str
    sentence: Text
    name: str
    employee_no: str
    at: datetime
    due_at: datetime
    sent_at: datetime | None
    tries: int
    urgent: bool
    explained: Explained | None


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state in STATES:
        found.append(Delivery.state == wanted.state)
    if wanted.channel in CHANNELS:
        found.append(Delivery.channel == wanted.channel)
    if wanted.day is not None:
        start = datetime.combine(wanted.day, time(), settings().timezone)
        found += [Delivery.at >= start, Delivery.at < start + timedelta(days=1)]
    if wanted.q:
        found.append(
            or_(Person.name.contains(wanted.q, autoescape=True), Person.employee_no.contains(wanted.q, autoescape=True))
        )
    return found


def deliveries(wanted: Filter, *, before: str = "", limit: int = PAGE) -> list[Sent]:
    """Return deliveries, the newest first. before: only those older than the one of this name."""
    statement = (
        select(
            Delivery.public_id,
            Delivery.channel,
            Delivery.state,
            Delivery.at,
            Delivery.due_at,
            Delivery.sent_at,
            Delivery.tries,
            Delivery.urgent,
            Delivery.answer,
            Notice.topic,
            Notice.sentence,
            Person.name,
            Person.employee_no,
        )
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Notice.person_id)
        .where(*_conditions(wanted))
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    if before:
        statement = statement.where(
            Delivery.id < select(Delivery.id).where(Delivery.public_id == before).scalar_subquery()
        )
    return [_sent(row) for row in rows(statement)]


def _sent(row: Any) -> Sent:
    return Sent(
        public_id=row.public_id,
        channel=row.channel,
        state=row.state,
        topic=row.topic,
        sentence=from_plain(row.sentence) if row.sentence else Text(""),
        name=row.name or "",
        employee_no=row.employee_no or "",
        at=row.at,
        due_at=row.due_at,
        sent_at=row.sent_at,
        tries=row.tries,
        urgent=row.urgent,
        explained=explain(row.answer) if row.state != "sent" else None,
    )


def dead(wanted: Filter, limit: int = 1_000) -> list[str]:
    """Return the names of the dead ones that a filter leaves, the newest first."""
    statement = (
        select(Delivery.public_id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Notice.person_id)
        .where(*_conditions(wanted), Delivery.state == "dead")
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    return list(rows(statement).scalars())


def counts(since: datetime) -> Mapping[str, int]:
    """Return how many there are of each state since a time; of those that wait or are dead, of all times."""
    found = rows(
        select(Delivery.state, func.count())
        .where(or_(Delivery.at >= since, Delivery.state == "waiting"))
        .group_by(Delivery.state)
    )
    return {state: count for state, count in found}  # noqa: C416 - rows are no pairs for mypy


def by_channel(since: datetime) -> Mapping[str, Mapping[str, int]]:
    """Return for each channel how many of each state there were since a time."""
    found: dict[str, dict[str, int]] = {}
    for channel, state, count in rows(
        select(Delivery.channel, Delivery.state, func.count())
        .where(Delivery.at >= since)
        .group_by(Delivery.channel, Delivery.state)
    ):
        found.setdefault(channel, {})[state] = count
    return found


def troubles(now: datetime, since: datetime) -> list[Any]:
    """Return the channels on which something fails, died since a time or is overdue (see `sendings.troubles`)."""
    found = sendings.troubles(Delivery, Delivery.channel, now, since)
    return list(rows(select(found).order_by(found.c.owner)))


def robots() -> list[Any]:
    """Return every robot with its team, by team; never an address or a secret."""
    last = select(func.max(RobotMessage.id)).where(RobotMessage.robot_id == Robot.id).correlate(Robot).scalar_subquery()
    return list(
        rows(
            select(
                Robot.public_id,
                Robot.platform,
                Robot.name,
                Robot.active,
                Robot.weekly,
                Robot.team_id,
                (Robot.secret != "").label("signed"),
                Team.name.label("team"),
                RobotMessage.state,
                RobotMessage.at,
                RobotMessage.answer,
                RobotMessage.public_id.label("message_id"),
            )
            .join(Team, Team.id == Robot.team_id)
            .outerjoin(RobotMessage, RobotMessage.id == last)
            .order_by(Team.name, Robot.name, Robot.id)
        )
    )
