"""Whose turn it is: of any number of workers one does a job, and one due moment is used once.

The moments stand in the job's row (WorkerBeat) and are taken by comparing: who changes the row first has the turn.
A turn is a lease; who dies leaves it to lapse, and the job is due again. Inside transaction() all but `look`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from lms.core import clock
from lms.core.db import insert_new, session
from lms.core.models import WorkerBeat

LEASE = timedelta(seconds=60)
"""How long a turn lasts unless it is renewed; how long a job waits for a worker that was killed."""

EVERY_TURN = timedelta(seconds=20)
"""How often a worker renews what it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A job's row: when it is due, and until when somebody has the turn."""

    job: str
    next_at: datetime | None
    lease_until: datetime | None


def is_due(beat: Beat, every: timedelta, now: datetime) -> bool:
    """Return whether somebody may do the job now. Pure.

    A moment farther off than the job's interval was set by a clock that went wrong or by an older schedule. Clocks of
    several machines differ, and what is read may be younger than `now`: so far off counts only beyond a lease's length.
    """
    if beat.lease_until is not None:
        return beat.lease_until <= now
    return beat.next_at is None or beat.next_at <= now or beat.next_at > now + every + LEASE


def waits_until(beat: Beat, every: timedelta, now: datetime) -> datetime:
    """Return when it is worth looking again at a job that is not due. Pure."""
    return min(beat.lease_until or beat.next_at or now, now + every)


def make_rows(jobs: Collection[str]) -> None:
    """Give each job its row."""
    known = set(session().scalars(select(WorkerBeat.job)))
    if missing := [{"job": job} for job in jobs if job not in known]:
        insert_new(WorkerBeat, ["job"], missing)


def look(jobs: Mapping[str, timedelta]) -> tuple[list[Beat], float]:
    """Return what is due of these jobs (name: interval), longest first, and in how many seconds something else is."""
    now = clock.now()
    beats = _beats(jobs)
    due = [beat for beat in beats if is_due(beat, jobs[beat.job], now)]
    soonest = min((waits_until(beat, jobs[beat.job], now) for beat in beats if beat not in due), default=now)
    due.sort(key=lambda beat: (beat.next_at is not None, beat.next_at, beat.job))
    return due, max((soonest - now).total_seconds(), 0.0)


def take(beat: Beat, every: timedelta, holder: str, lease: timedelta = LEASE) -> bool:
    """Take the turn at a job as it was looked at; False where somebody was faster."""
    now = clock.now()
    taken = session().execute(
        update(WorkerBeat)
        .where(
            WorkerBeat.job == beat.job,
            WorkerBeat.next_at.is_not_distinct_from(beat.next_at),
            WorkerBeat.lease_until.is_not_distinct_from(beat.lease_until),
        )
        .values(next_at=now + every, lease_until=now + lease, leased_by=holder)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def take_now(job: str, every: timedelta, holder: str) -> bool:
    """Take the turn at a job though it may not be due; False while somebody else has it."""
    (beat,) = _beats([job])
    if beat.lease_until is not None and beat.lease_until > clock.now():
        return False
    return take(beat, every, holder)


def finish(job: str, holder: str, error: str = "") -> None:
    """Give the turn back and note when, if it is still ours."""
    session().execute(
        update(WorkerBeat)
        .where(WorkerBeat.job == job, WorkerBeat.leased_by == holder)
        .values(at=clock.now(), error=error, lease_until=None, leased_by="")
        .execution_options(synchronize_session=False)
    )


def give_back(holder: str) -> None:
    """Give back whatever this holder has: idle as it is, a turn that it could not finish would be renewed."""
    session().execute(
        update(WorkerBeat)
        .where(WorkerBeat.leased_by == holder)
        .values(lease_until=None, leased_by="")
        .execution_options(synchronize_session=False)
    )


def renew(holders: Collection[str], lease: timedelta = LEASE) -> None:
    """Hold what these have for longer."""
    session().execute(
        update(WorkerBeat)
        .where(WorkerBeat.leased_by.in_(holders), WorkerBeat.lease_until.is_not(None))
        .values(lease_until=clock.now() + lease)
        .execution_options(synchronize_session=False)
    )


def pull_forward(jobs: Collection[str]) -> None:
    """Make these jobs due now, also those that somebody is doing: what is put while they look is done after it."""
    now = clock.now()
    session().execute(
        update(WorkerBeat)
        .where(WorkerBeat.job.in_(jobs), WorkerBeat.next_at > now)
        .values(next_at=now)
        .execution_options(synchronize_session=False)
    )


def _beats(jobs: Collection[str]) -> Sequence[Beat]:
    found = session().execute(
        select(WorkerBeat.job, WorkerBeat.next_at, WorkerBeat.lease_until).where(WorkerBeat.job.in_(list(jobs)))
    )
    return [Beat(job=row.job, next_at=row.next_at, lease_until=row.lease_until) for row in found]
