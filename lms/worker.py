"""The one schedule: what is done without anybody asking, and how often.

Every job is idempotent, so any number of workers may run. A plain timer and no job queue: the shortest interval is
ten seconds (an expired attempt closes within half a minute), and the usual queues time by the minute.
"""

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

from apiflask import APIFlask
from sqlalchemy import select

from lms.accounts import jobs as accounts
from lms.content import jobs as content
from lms.content.attachments import jobs as attachments
from lms.core import clock
from lms.core import jobs as core
from lms.core.db import db, session, transaction
from lms.core.models import WorkerBeat
from lms.drills import jobs as drills
from lms.kb.jobs import cards, gaps, indexing, reviews, searches
from lms.kb.jobs import urgent as urgent_notices
from lms.learning import jobs as learning
from lms.notifications import jobs as notifications
from lms.quizzes import jobs as quizzes

log = logging.getLogger("lms.worker")

BEAT = timedelta(minutes=1)
"""How often a job that does nothing is noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One line of the schedule. `work` opens its own transactions and returns how many things it did."""

    name: str
    every: timedelta
    work: Callable[[], int]


SCHEDULE = (
    Job(name="kb.keep_index", every=timedelta(seconds=2), work=indexing.keep_index),
    Job(name="quizzes.close_expired", every=timedelta(seconds=10), work=quizzes.close_expired),
    Job(name="drills.run_clocks", every=timedelta(seconds=5), work=drills.run_clocks),
    Job(name="drills.run_team_drills", every=timedelta(minutes=1), work=drills.run_team_drills),
    Job(name="drills.remind_owners", every=timedelta(hours=1), work=drills.remind_owners),
    Job(name="quizzes.give_checks", every=timedelta(hours=1), work=quizzes.give_checks),
    Job(name="quizzes.look_at_questions", every=timedelta(hours=1), work=quizzes.look_at_questions),
    Job(name="quizzes.regrade_waiting", every=timedelta(seconds=5), work=quizzes.regrade_waiting),
    Job(name="accounts.apply_dated_changes", every=timedelta(minutes=10), work=accounts.apply_dated_changes),
    Job(name="content.draw_pages", every=timedelta(seconds=20), work=attachments.make_left),
    Job(name="content.inspect_documents", every=timedelta(minutes=2), work=content.inspect_documents),
    Job(name="content.forget_autosaves", every=timedelta(hours=6), work=content.forget_autosaves),
    Job(name="kb.trim_searches", every=timedelta(hours=24), work=searches.trim_searches),
    Job(name="kb.ask_readers", every=timedelta(seconds=10), work=cards.ask_waiting),
    Job(name="kb.count_misses", every=timedelta(minutes=5), work=gaps.count_misses),
    Job(name="kb.count_questions", every=timedelta(hours=6), work=gaps.count_questions),
    Job(name="kb.include_late", every=timedelta(minutes=1), work=urgent_notices.include_late),
    Job(name="kb.remind_reviews", every=timedelta(hours=6), work=reviews.remind),
    Job(name="core.trim_outbox", every=timedelta(hours=24), work=core.trim_outbox),
    Job(name="notifications.forget_read", every=timedelta(hours=24), work=notifications.forget_read),
    Job(name="learning.delete_unused_files", every=timedelta(hours=24), work=learning.delete_unused_files),
)


def run(app: APIFlask, job: Job) -> int:
    """Do one job and note when; a failure is logged and noted, and the others go on."""
    with app.app_context():
        error = ""
        done = 0
        try:
            done = job.work()
        except Exception as failure:
            log.exception("job %s failed", job.name)
            error = f"{type(failure).__name__}: {failure}"[:400]
            db.session.rollback()
        if not error and not done and _beat_is_fresh(job):
            return done
        with transaction():
            beat = session().get(WorkerBeat, job.name)
            if beat is None:
                session().add(WorkerBeat(job=job.name, at=clock.now(), error=error))
            else:
                beat.at, beat.error = clock.now(), error
        return done


def _beat_is_fresh(job: Job) -> bool:
    """Return whether the last run was noted just now: what runs every 2 s and finds nothing to do writes nothing."""
    noted = session().execute(select(WorkerBeat.at, WorkerBeat.error).where(WorkerBeat.job == job.name)).first()
    session().rollback()
    return noted is not None and not noted.error and clock.now() - noted.at < BEAT


def run_once(app: APIFlask) -> None:
    """Do every job once, in order."""
    for job in SCHEDULE:
        run(app, job)


def run_forever(app: APIFlask, stop: threading.Event | None = None) -> None:
    """Do each job at its interval until SIGTERM or SIGINT."""
    stop = stop or threading.Event()

    def leave(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
    due = {job.name: clock.now() for job in SCHEDULE}
    while not stop.is_set():
        for job in SCHEDULE:
            if clock.now() >= due[job.name] and not stop.is_set():
                run(app, job)
                due[job.name] = clock.now() + job.every
        wait = min(due.values()) - clock.now()
        stop.wait(max(wait.total_seconds(), 0.2))
