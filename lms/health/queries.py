"""Measuring how the installation is: its database, worker, files, disk, search, clock."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from lms.core import backups, clock, files, limiter
from lms.core.bus import ask
from lms.core.db import db, session
from lms.core.errors import DomainError
from lms.core.here import settings
from lms.core.i18n import say
from lms.core.models import Outbox, WorkerBeat
from lms.core.outbox import MOST_TRIES
from lms.health.events import WaysAsked
from lms.health.rules import Facts
from lms.kb.queries.entries import index_state
from lms.quizzes.models import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How a job of the worker stands. last: None = never. late: seconds for which it has been due. error: "" = none."""

    name: str
    last: datetime | None
    late: int
    holder: str
    error: str


def jobs() -> list[Job]:
    """Return every job of the worker by name."""
    now = clock.now()
    states = []
    for row in session().scalars(select(WorkerBeat).where(WorkerBeat.next_at.is_not(None)).order_by(WorkerBeat.job)):
        held = row.lease_until is not None and row.lease_until > now
        since = row.lease_until or row.next_at
        late = 0 if held or since is None else max(int((now - since).total_seconds()), 0)
        states.append(Job(name=row.job, last=row.at, late=late, holder=row.leased_by if held else "", error=row.error))
    return states


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits in the outbox. oldest: seconds for which the first has been due, 0 = none is."""

    topic: str
    open: int
    dead: int
    oldest: float


def queues() -> list[Queue]:
    """Return the outbox by topic, topics with nothing left out."""
    now = clock.now()
    is_dead = Outbox.tries >= MOST_TRIES
    found = session().execute(
        select(
            Outbox.topic,
            func.count().filter(~is_dead),
            func.count().filter(is_dead),
            func.min(Outbox.due_at).filter(~is_dead, Outbox.due_at <= now),
        )
        .where(Outbox.done_at.is_(None))
        .group_by(Outbox.topic)
        .order_by(Outbox.topic)
    )
    return [
        Queue(topic=topic, open=open_, dead=dead, oldest=max((now - since).total_seconds(), 0.0) if since else 0.0)
        for topic, open_, dead, since in found
    ]


def open_attempts() -> int:
    """Return how many papers are being written now."""
    return session().scalar(select(func.count()).select_from(Attempt).where(Attempt.state == "open")) or 0


def facts(states: Sequence[Job], waiting: Sequence[Queue]) -> Facts:
    """Measure everything that the status page speaks of. It is to be shown however ill the installation is."""
    chosen = settings()
    backed_up = backups.state()
    search = index_state()
    free, total = disk()
    return Facts(
        has_worker=any(each.last is not None for each in states),
        late=max((each.late for each in states), default=0),
        failing={each.name: each.error for each in states if each.error},
        ways=tuple(way for answer in ask(WaysAsked()) for way in answer),
        outbox_open=sum(each.open for each in waiting),
        outbox_dead=sum(each.dead for each in waiting),
        oldest=max((each.oldest for each in waiting), default=0.0),
        free=free,
        total=total,
        backup="off"
        if not backed_up.nightly
        else "failed"
        if backed_up.failed
        else "late"
        if backed_up.is_late(clock.now())
        else "",
        backup_error=backed_up.last.error if backed_up.last else "",
        search_ready=search.ready,
        search_open=search.open,
        search_dead=search.dead,
        clock_off=clock_off(),
        files=files_problem(),
        redis=limiter.problem(),
        secret_length=len(chosen.secret_key),
        plain_cookies=chosen.base_url.startswith("https://") and not chosen.secure_cookies,
        is_demo=chosen.demo,
    )


def disk() -> tuple[int | None, int | None]:
    """Return bytes free and in all of the disk where the instance lies."""
    with suppress(OSError):
        found = shutil.disk_usage(settings().instance_path)
        return found.free, found.total
    return None, None


def files_problem() -> str:
    """Return why nothing can be stored, in the language of the request; "" where it can."""
    try:
        files.check()
    except DomainError as error:
        return say(error.message).rstrip("。.")
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def clock_off() -> float | None:
    """Return by how many seconds this machine's clock is ahead of the database's; None where it can't be said.

    SQLite has the clock of this machine: there a beat of the worker that lies ahead shows that the clock went back.
    """
    if db.engine.dialect.name == "postgresql":
        there: datetime | None = session().scalar(select(func.clock_timestamp()))
        return (clock.now() - there).total_seconds() if there else None
    last = session().scalar(select(func.max(WorkerBeat.at)))
    return min((clock.now() - last).total_seconds(), 0.0) if last else None


@lru_cache(maxsize=4)
def _head(folder: str) -> str:
    return str(ScriptDirectory(folder).get_current_head())


def not_ready() -> list[str]:
    """Return why this process can't serve anybody now, in words for machines; nothing where it can."""
    try:
        with db.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_heads()
    except SQLAlchemyError:
        return ["database: can't be reached"]
    wrong = []
    folder = str(current_app.extensions["migrate"].directory)
    if set(current) != {_head(folder)}:
        wrong.append("schema: the database is of another version; run lms db upgrade")
    try:
        files.check_scratch()
    except OSError as error:
        wrong.append(f"files: the instance folder can't be written ({error.strerror or type(error).__name__})")
    return wrong


def warnings() -> list[str]:
    """Return what is not as it should be although people can work."""
    found = []
    try:
        files.check()
    except (DomainError, OSError):
        found.append("files: the store can't be reached")
    with suppress(SQLAlchemyError):
        if not index_state().ready:
            found.append("search: the index is not built yet, titles alone are found")
    if limiter.problem():
        found.append("redis: can't be reached, each process counts by itself")
    return found
