"""The schedule: every job runs by itself, notes when, and one that fails stops no other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms import worker
from lms.core import clock
from lms.core.db import session
from lms.core.models import WorkerBeat

pytestmark = pytest.mark.committed


def beats(app):
    with app.app_context():
        return {beat.job: beat.error for beat in session().scalars(select(WorkerBeat))}


def test_once_does_every_job_and_notes_it(fresh):
    worker.run_once(fresh)
    assert beats(fresh) == {job.name: "" for job in worker.SCHEDULE}


def test_what_has_a_day_or_a_deadline_is_on_the_schedule():
    assert {"quizzes.close_expired", "accounts.apply_dated_changes"} <= {job.name for job in worker.SCHEDULE}


def test_an_expired_attempt_waits_less_than_half_a_minute():
    close = next(job for job in worker.SCHEDULE if job.name == "quizzes.close_expired")
    assert close.every <= timedelta(seconds=20)


def test_a_job_that_fails_is_noted_and_the_next_one_runs(fresh, monkeypatch):
    def fails():
        raise ZeroDivisionError("no")

    first, *rest = worker.SCHEDULE
    monkeypatch.setattr(worker, "SCHEDULE", (replace(first, work=fails), *rest))
    worker.run_once(fresh)
    found = beats(fresh)
    assert found[first.name] == "ZeroDivisionError: no"
    assert all(found[job.name] == "" for job in rest)


def test_a_job_that_found_nothing_to_do_is_noted_once_a_minute(fresh):
    job = replace(worker.SCHEDULE[0], work=lambda: 0)

    def noted():
        with fresh.app_context():
            return session().get_one(WorkerBeat, job.name).at

    worker.run(fresh, job)
    first = noted()
    worker.run(fresh, job)
    assert noted() == first
    with clock.frozen(first + timedelta(seconds=61)):
        worker.run(fresh, job)
    assert noted() == first + timedelta(seconds=61)


def test_a_job_that_did_something_or_failed_is_noted_at_once(fresh):
    job = replace(worker.SCHEDULE[0], work=lambda: 0)
    worker.run(fresh, job)
    now = clock.now() + timedelta(seconds=5)
    with clock.frozen(now):
        worker.run(fresh, replace(job, work=lambda: 1 // 0))
    assert beats(fresh)[job.name].startswith("ZeroDivisionError")
    with clock.frozen(now + timedelta(seconds=1)):
        worker.run(fresh, job)
    assert beats(fresh)[job.name] == ""
