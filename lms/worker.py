"""The one schedule: what is done without anybody asking, and how often.

Any number of workers may run: whose turn a job is stands in its row (core/turns.py), and who is killed in the middle
loses the turn after a minute. Every job is idempotent. A worker wakes by its timer, and by the bell (core/doorbell.py)
when something was put down to be done.
"""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

from apiflask import APIFlask

from lms.accounts import jobs as accounts
from lms.assignments.jobs import days, relief
from lms.assignments.jobs import ruling as duty_rules
from lms.content import jobs as content
from lms.content.attachments import jobs as attachments
from lms.core import jobs as core
from lms.core import logs, turns
from lms.core.db import db, transaction
from lms.core.doorbell import Doorbell
from lms.drills import jobs as drills
from lms.integrations.jobs import forget_calls, forget_statements, send_facts, send_statements
from lms.kb.jobs import cards, gaps, indexing, reviews, searches
from lms.kb.jobs import urgent as urgent_notices
from lms.learning import jobs as learning
from lms.learning.jobs import certificates, cycles, feedback
from lms.lti import jobs as lti
from lms.notifications import jobs as notifications
from lms.notifications.jobs import outgoing, reminders, robots
from lms.operations import jobs as operations
from lms.performance.jobs import inspections, kpis, looks, scores
from lms.quizzes import jobs as quizzes
from lms.reviews.jobs import rewards
from lms.signon.jobs import forget_visits, staff_folder
from lms.web.jobs import forget_answers

log = logging.getLogger("lms.worker")

LANES = 2
"""Jobs that one worker does at a time, so that a slow one does not hold up a deadline."""
LONGEST_WAIT = 5.0
"""Seconds after which an idle worker looks at the schedule again, whatever it knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One line of the schedule. `work` opens its own transactions and returns how many things it did.

    drains: it does what others put down for it (the outbox, deliveries), so a ring of the bell makes it due at once;
    its interval is only for the ring that was lost and for what is put for later.
    """

    name: str
    every: timedelta
    work: Callable[[], int]
    drains: bool = False


SCHEDULE = (
    Job(name="core.gather_statistics", every=timedelta(hours=6), work=core.gather_statistics),
    Job(name="kb.keep_index", every=timedelta(seconds=5), work=indexing.keep_index, drains=True),
    Job(name="quizzes.close_expired", every=timedelta(seconds=10), work=quizzes.close_expired),
    Job(name="drills.run_clocks", every=timedelta(seconds=5), work=drills.run_clocks),
    Job(name="drills.run_team_drills", every=timedelta(minutes=1), work=drills.run_team_drills),
    Job(name="drills.remind_owners", every=timedelta(hours=1), work=drills.remind_owners),
    Job(name="quizzes.give_checks", every=timedelta(hours=1), work=quizzes.give_checks),
    Job(name="quizzes.look_at_questions", every=timedelta(hours=1), work=quizzes.look_at_questions),
    Job(name="quizzes.regrade_waiting", every=timedelta(seconds=5), work=quizzes.regrade_waiting),
    Job(name="accounts.apply_dated_changes", every=timedelta(minutes=10), work=accounts.apply_dated_changes),
    Job(name="assignments.keep_rules", every=timedelta(minutes=1), work=duty_rules.keep_rules, drains=True),
    Job(name="assignments.end_exemptions", every=timedelta(minutes=10), work=relief.end_exemptions),
    Job(name="assignments.reschedule", every=timedelta(minutes=1), work=days.reschedule_waiting, drains=True),
    Job(name="content.draw_pages", every=timedelta(seconds=20), work=attachments.make_left),
    Job(name="content.inspect_documents", every=timedelta(minutes=2), work=content.inspect_documents),
    Job(name="content.forget_autosaves", every=timedelta(hours=6), work=content.forget_autosaves),
    Job(name="kb.trim_searches", every=timedelta(hours=24), work=searches.trim_searches),
    Job(name="kb.ask_readers", every=timedelta(seconds=10), work=cards.ask_waiting, drains=True),
    Job(name="kb.count_misses", every=timedelta(minutes=5), work=gaps.count_misses),
    Job(name="kb.count_questions", every=timedelta(hours=6), work=gaps.count_questions),
    Job(name="kb.include_late", every=timedelta(minutes=1), work=urgent_notices.include_late),
    Job(name="kb.remind_reviews", every=timedelta(hours=6), work=reviews.remind),
    Job(name="web.forget_answers", every=timedelta(hours=1), work=forget_answers),
    Job(name="operations.nightly_backup", every=timedelta(minutes=10), work=operations.nightly_backup),
    Job(name="core.trim_outbox", every=timedelta(hours=24), work=core.trim_outbox),
    Job(name="notifications.remind", every=timedelta(minutes=20), work=reminders.remind),
    Job(name="notifications.send", every=timedelta(seconds=5), work=outgoing.send_waiting, drains=True),
    Job(name="notifications.speak", every=timedelta(seconds=10), work=robots.speak, drains=True),
    Job(name="notifications.tell_the_week", every=timedelta(minutes=30), work=robots.tell_the_week),
    Job(name="notifications.forget_deliveries", every=timedelta(hours=24), work=outgoing.forget_deliveries),
    Job(name="integrations.send", every=timedelta(seconds=5), work=send_facts, drains=True),
    Job(name="integrations.tell_store", every=timedelta(seconds=5), work=send_statements, drains=True),
    Job(name="integrations.forget_statements", every=timedelta(hours=24), work=forget_statements),
    Job(name="lti.tell_scores", every=timedelta(seconds=5), work=lti.tell_scores, drains=True),
    Job(name="lti.forget", every=timedelta(hours=24), work=lti.forget_launches),
    Job(name="integrations.forget", every=timedelta(hours=24), work=forget_calls),
    Job(name="notifications.forget_read", every=timedelta(hours=24), work=notifications.forget_read),
    Job(name="notifications.forget_reminders", every=timedelta(hours=24), work=reminders.forget_reminders),
    Job(name="learning.notice_ends", every=timedelta(minutes=10), work=certificates.notice_ends),
    Job(name="learning.keep_rights", every=timedelta(hours=1), work=certificates.keep_rights),
    Job(name="learning.draft_cycle", every=timedelta(hours=6), work=cycles.draft_ahead),
    Job(name="learning.remind_of_sessions", every=timedelta(minutes=5), work=feedback.remind_of_sessions),
    Job(name="learning.ask_for_pulse", every=timedelta(hours=1), work=feedback.ask_for_pulse),
    Job(name="performance.import_figures", every=timedelta(seconds=10), work=kpis.import_waiting, drains=True),
    Job(name="performance.take_effect", every=timedelta(minutes=1), work=inspections.take_effect),
    Job(name="performance.keep_loops", every=timedelta(minutes=1), work=inspections.keep_loops),
    Job(name="performance.compute_scores", every=timedelta(minutes=1), work=scores.compute_waiting, drains=True),
    Job(name="performance.compute_running", every=timedelta(hours=12), work=scores.compute_running),
    Job(name="performance.export_scores", every=timedelta(hours=1), work=scores.export_night),
    Job(name="performance.fold_days", every=timedelta(hours=24), work=kpis.fold_days),
    Job(name="reviews.let_deductions_count", every=timedelta(minutes=10), work=rewards.let_deductions_count),
    Job(name="reviews.grant_badges", every=timedelta(hours=6), work=rewards.grant_badges),
    Job(name="accounts.forget_slips", every=timedelta(hours=24), work=accounts.forget_slips),
    Job(name="signon.import_files", every=timedelta(minutes=2), work=staff_folder.import_files),
    Job(name="signon.forget_visits", every=timedelta(hours=24), work=forget_visits),
    Job(name="performance.forget_looks", every=timedelta(hours=24), work=looks.forget_looks),
    Job(name="learning.delete_unused_files", every=timedelta(hours=24), work=learning.delete_unused_files),
)


def run(app: APIFlask, job: Job, holder: str = "") -> int:
    """Do one job and give its turn back; a failure is logged and noted, and the others go on."""
    with app.app_context():
        error = ""
        done = 0
        logs.request_id.set(job.name)
        try:
            done = job.work()
        except Exception as failure:
            log.exception("job %s failed", job.name)
            error = f"{type(failure).__name__}: {failure}"[:400]
            db.session.rollback()
        finally:
            logs.request_id.set("")
        with transaction():
            turns.finish(job.name, holder, error)
        return done


def run_once(app: APIFlask) -> None:
    """Do every job once, in order, due or not; what another worker is doing is left to it."""
    holder = _name("once")
    with app.app_context(), transaction():
        turns.make_rows([job.name for job in SCHEDULE])
    for job in SCHEDULE:
        with app.app_context(), transaction():
            mine = turns.take_now(job.name, job.every, holder)
        if mine:
            run(app, job, holder)


def run_forever(app: APIFlask, stop: threading.Event | None = None) -> None:
    """Do each job when it is due until SIGTERM or SIGINT; a job that is begun is ended first."""
    stop = stop or threading.Event()

    def leave(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
    with app.app_context(), transaction():
        turns.make_rows([job.name for job in SCHEDULE])
    holders = [_name(str(lane)) for lane in range(LANES)]
    lanes = [threading.Thread(target=_lane, args=(app, holder, stop), name=holder) for holder in holders]
    ended = threading.Event()
    renewing = threading.Thread(target=_renew, args=(app, holders, ended), daemon=True)
    for thread in (*lanes, renewing):
        thread.start()
    try:
        for thread in lanes:
            while thread.is_alive():
                thread.join(1)  # with a limit, so that a signal is heard
    finally:
        stop.set()
        ended.set()


def _lane(app: APIFlask, holder: str, stop: threading.Event) -> None:
    """Take one turn after another; without any, wait for the next moment or the bell."""
    jobs = {job.name: job for job in SCHEDULE}
    bell: Doorbell = app.extensions["lms_doorbell"]
    holds = False
    with bell.listening() as ear:
        while not stop.is_set():
            try:
                if holds:
                    with app.app_context(), transaction():
                        turns.give_back(holder)
                    holds = False
                job, wait = _next(app, jobs, holder)
                if job is not None:
                    run(app, job, holder)
                elif ear.heard(min(wait, LONGEST_WAIT), stop):
                    with app.app_context(), transaction():
                        turns.pull_forward([job.name for job in SCHEDULE if job.drains])
            except Exception:
                log.exception("the schedule can't be read or written; trying again")
                holds = True
                stop.wait(LONGEST_WAIT)


def _next(app: APIFlask, jobs: Mapping[str, Job], holder: str) -> tuple[Job | None, float]:
    """Take the turn at what is due longest, else say in how many seconds something is."""
    intervals = {name: job.every for name, job in jobs.items()}
    with app.app_context():
        due, wait = turns.look(intervals)
        for beat in due:
            with transaction():
                mine = turns.take(beat, intervals[beat.job], holder)
            if mine:
                return jobs[beat.job], 0.0
    return None, 0.0 if due else wait


def _renew(app: APIFlask, holders: Sequence[str], ended: threading.Event) -> None:
    """Hold on to what the lanes are doing, however long it takes; ends with the process, and so do its turns."""
    while not ended.wait(turns.EVERY_TURN.total_seconds()):
        try:
            with app.app_context(), transaction():
                turns.renew(holders)
        except Exception:
            log.exception("turns could not be renewed")


def _name(lane: str) -> str:
    """Return what a worker's lane is called in the rows that it holds; unique in an installation of many machines."""
    return f"{socket.gethostname()[:36]}:{os.getpid()}:{lane}"[:60]
