"""The schedule: every job runs by itself, one at a time whoever does it, and one that fails stops no other."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from lms import worker
from lms.core import clock, jobs, outbox, turns
from lms.core.db import session, transaction
from lms.core.models import WorkerBeat
from tests.support.waiting import until

pytestmark = [pytest.mark.committed, pytest.mark.timeout(250)]


def beats(app):
    with app.app_context():
        return {beat.job: beat.error for beat in session().scalars(select(WorkerBeat))}


def beat(app, name):
    with app.app_context():
        return session().get_one(WorkerBeat, name)


def scheduled(monkeypatch, *jobs):
    monkeypatch.setattr(worker, "SCHEDULE", jobs)


def a_job(work, name="one", every=timedelta(hours=1), **more):
    return worker.Job(name=name, every=every, work=work, **more)


def test_once_does_every_job_and_notes_it(world):
    worker.run_once(world)
    assert beats(world) == {job.name: "" for job in worker.SCHEDULE}


def test_sqlite_knows_how_much_lies_in_its_tables(empty_sqlite_app):
    with empty_sqlite_app.app_context():
        with transaction():
            outbox.put("anything", "x")
        assert jobs.gather_statistics() == 1
        counted = session().execute(text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'outbox'")).scalars().all()
        assert "1" in {each.split()[0] for each in counted}


def test_what_has_a_day_or_a_deadline_is_on_the_schedule():
    assert {"quizzes.close_expired", "accounts.apply_dated_changes"} <= {job.name for job in worker.SCHEDULE}


def test_an_expired_attempt_waits_less_than_half_a_minute():
    close = next(job for job in worker.SCHEDULE if job.name == "quizzes.close_expired")
    assert close.every <= timedelta(seconds=20)


def test_a_job_that_fails_is_noted_and_the_next_one_runs(world, monkeypatch):
    first, *rest = worker.SCHEDULE[:3]
    scheduled(monkeypatch, replace(first, work=lambda: 1 // 0), *rest)
    worker.run_once(world)
    assert beats(world)[first.name].startswith("ZeroDivisionError")
    assert all(beats(world)[job.name] == "" for job in rest)


def test_a_failure_is_forgotten_by_the_next_run_that_succeeds(world, monkeypatch):
    scheduled(monkeypatch, a_job(lambda: 1 // 0))
    worker.run_once(world)
    scheduled(monkeypatch, a_job(lambda: 0))
    worker.run_once(world)
    assert beats(world) == {"one": ""}


def test_what_another_worker_is_doing_is_left_to_it(world, monkeypatch):
    done = []
    scheduled(monkeypatch, a_job(lambda: done.append(1) or 1))
    worker.run_once(world)
    with world.app_context(), transaction():
        assert turns.take_now("one", timedelta(hours=1), "another")
    worker.run_once(world)
    assert len(done) == 1


def test_a_turn_that_was_lost_gives_back_nothing(world, monkeypatch):
    scheduled(monkeypatch, a_job(lambda: 0))
    worker.run_once(world)
    with world.app_context(), transaction():
        turns.take_now("one", timedelta(hours=1), "another")
        turns.finish("one", "the slow one")
    assert beat(world, "one").leased_by == "another"


def test_what_is_renewed_is_taken_by_nobody(world, monkeypatch):
    scheduled(monkeypatch, a_job(lambda: 0))
    worker.run_once(world)
    start = clock.now()
    with world.app_context():
        with transaction():
            turns.take_now("one", timedelta(hours=1), "slow")
        with clock.frozen(start + timedelta(seconds=50)), transaction():
            turns.renew(["slow"])
        with clock.frozen(start + timedelta(seconds=100)), transaction():
            assert not turns.take_now("one", timedelta(hours=1), "other")
        with clock.frozen(start + timedelta(seconds=111)), transaction():
            assert turns.take_now("one", timedelta(hours=1), "other")


def test_of_many_who_see_the_same_moment_one_has_the_turn(fresh, monkeypatch):
    scheduled(monkeypatch, a_job(lambda: 0))
    with fresh.app_context():
        with transaction():
            turns.make_rows(["one"])
        (seen,), _wait = turns.look({"one": timedelta(hours=1)})
    gate, won = threading.Barrier(8), []

    def race(name):
        with fresh.app_context():
            gate.wait()
            with transaction():
                mine = turns.take(seen, timedelta(hours=1), name)
            won.append(mine)

    racers = [threading.Thread(target=race, args=(str(n),)) for n in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert Counter(won) == {True: 1, False: 7}


def test_a_moment_that_a_wrong_clock_set_years_ahead_counts_as_due():
    now = clock.now()
    far = turns.Beat(job="one", next_at=now + timedelta(days=900), lease_until=None)
    assert turns.is_due(far, timedelta(hours=1), now)
    assert not turns.is_due(replace(far, next_at=now + timedelta(minutes=59)), timedelta(hours=1), now)


def test_a_moment_that_was_set_while_somebody_looked_is_not_taken_for_a_wrong_clock():
    """He asked for the time, another did the job, and he reads: it lies an hour after a time that he has not seen."""
    now = clock.now()
    done = turns.Beat(job="one", next_at=now + timedelta(hours=1, milliseconds=5), lease_until=None)
    assert not turns.is_due(done, timedelta(hours=1), now)


def test_a_turn_that_could_not_be_given_back_is_given_back_later(fresh, monkeypatch):
    """The database fails once, when the job is done: it must not stay held for as long as the worker lives."""
    ran, finish = [], turns.finish
    failures = [OSError("no database")]

    def fails_once(*given, **more):
        if failures:
            raise failures.pop()
        finish(*given, **more)

    monkeypatch.setattr(turns, "finish", fails_once)
    monkeypatch.setattr(worker, "LONGEST_WAIT", 0.1)
    scheduled(monkeypatch, a_job(lambda: ran.append(1) or 1, every=timedelta(milliseconds=200)))
    stop = threading.Event()
    thread = threading.Thread(target=worker.run_forever, args=(fresh, stop))
    thread.start()
    try:
        until(lambda: len(ran) >= 2)
    finally:
        stop.set()
        thread.join(30)


def test_what_is_put_down_is_done_at_once_by_a_ring_of_the_bell(fresh, monkeypatch):
    """The job's own interval is an hour, so nothing else than the ring can have brought the second run."""
    ran = []
    scheduled(monkeypatch, a_job(lambda: ran.append(1) or 1, drains=True))
    stop = threading.Event()
    thread = threading.Thread(target=worker.run_forever, args=(fresh, stop))
    thread.start()
    try:
        until(lambda: len(ran) == 1 and not beat(fresh, "one").leased_by)
        with fresh.app_context(), transaction():
            outbox.put("anything", "x")
        until(lambda: len(ran) == 2)
    finally:
        stop.set()
        thread.join(30)


def test_without_a_bell_the_timer_does_it(fresh, monkeypatch):
    """Nothing can be written where the bell would lie."""
    ran = []
    bell = fresh.extensions["lms_doorbell"]
    monkeypatch.setattr(bell, "open", lambda: (_ for _ in ()).throw(OSError("no bell")))
    scheduled(monkeypatch, a_job(lambda: ran.append(1) or 1, every=timedelta(milliseconds=200)))
    stop = threading.Event()
    thread = threading.Thread(target=worker.run_forever, args=(fresh, stop))
    thread.start()
    try:
        with fresh.app_context(), transaction():
            outbox.put("anything", "x")
        until(lambda: len(ran) >= 3)
    finally:
        stop.set()
        thread.join(30)


def test_many_rings_before_one_is_heard_are_one(fresh):
    bell = fresh.extensions["lms_doorbell"]
    for _ in range(5):
        bell.ring()
    never = threading.Event()
    with bell.listening() as ear:
        assert [ear.heard(0.3, never), ear.heard(0.3, never)] == [True, False]


def test_a_transaction_that_is_rolled_back_rings_nothing(fresh):
    def put_and_fail():
        with transaction():
            outbox.put("anything", "x")
            raise ZeroDivisionError

    with fresh.app_context(), pytest.raises(ZeroDivisionError):
        put_and_fail()
    with fresh.extensions["lms_doorbell"].listening() as ear:
        assert not ear.heard(0.2, threading.Event())


WORKER = """
import os, sys, time
from datetime import timedelta
from pathlib import Path
from lms import create_app, worker

folder = Path(sys.argv[1])

def note(name):
    with open(folder / "ran", "a") as ran:
        ran.write(f"{name} {os.getpid()}\\n")
    return 1

def hang():
    note("hang")
    if not (folder / "free").exists():
        time.sleep(600)
    return 1

jobs = [worker.Job(name=f"job{n}", every=timedelta(hours=1), work=lambda n=n: note(f"job{n}")) for n in range(20)]
worker.SCHEDULE = (*jobs, worker.Job(name="hang", every=timedelta(hours=1), work=hang))
worker.run_forever(create_app({"instance_path": folder, "database_url": sys.argv[2]}))
"""


def a_worker(app, folder):
    url = app.extensions["lms_settings"].database_url
    return subprocess.Popen([sys.executable, "-c", WORKER, str(folder), url])


def lapse(app, job):
    """Let the time pass for which a job is held."""
    with app.app_context(), transaction():
        session().get_one(WorkerBeat, job).lease_until = clock.now() - timedelta(seconds=1)


def test_two_workers_do_each_job_once_and_one_takes_over_from_a_killed_one(fresh, tmp_path):
    workers = [a_worker(fresh, tmp_path) for _ in range(2)]
    ran = tmp_path / "ran"

    def lines():
        return [line.split() for line in ran.read_text().splitlines()] if ran.exists() else []

    try:
        until(lambda: len(lines()) >= 21)
        assert Counter(name for name, _pid in lines()) == {**{f"job{n}": 1 for n in range(20)}, "hang": 1}
        first = next(int(pid) for name, pid in lines() if name == "hang")
        until(lambda: beat(fresh, "hang").leased_by)
        Path(tmp_path / "free").touch()
        os.kill(first, signal.SIGKILL)
        next(each for each in workers if each.pid == first).wait()
        lapse(fresh, "hang")
        second = until(lambda: [int(pid) for name, pid in lines() if name == "hang"][1:])[0]
        assert second in {each.pid for each in workers} - {first}
        until(lambda: not beat(fresh, "hang").leased_by)
        assert len(lines()) == 22
    finally:
        for each in workers:
            each.kill()
            each.wait()
