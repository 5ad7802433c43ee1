"""What leaves a transaction is a row: done at least once, in order within a stream, and nothing put meanwhile is lost."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from lms.core import clock, outbox
from lms.core.db import db, session, transaction
from lms.core.models import Outbox


def put(*keys, **more):
    with transaction():
        for key in keys:
            outbox.put("test", key, **more)


def lease(limit=50, seconds=60):
    with transaction():
        return outbox.lease("test", limit, seconds)


def finish(rows):
    with transaction():
        return outbox.finish(rows)


def fail(rows, error="no"):
    with transaction():
        outbox.fail(rows, error)


def kill(key):
    with transaction() as s:
        s.execute(update(Outbox).where(Outbox.key == key).values(tries=outbox.MOST_TRIES))


def keys(rows):
    return [row.key for row in rows]


def waiting():
    return outbox.waiting("test")


def later(**more):
    return clock.frozen(clock.now() + timedelta(**more))


def test_what_was_put_is_leased_once_and_gone_when_it_is_finished(world):
    put("a", "b")
    rows = lease()
    assert keys(rows) == ["a", "b"]
    assert lease() == []
    assert finish(rows) == 2
    assert waiting() == outbox.Waiting(open=0, dead=0, oldest=None, error="")


def test_what_is_put_twice_is_one_row_with_the_latest_payload(world):
    put("a", payload={"n": 1})
    put("a", payload={"n": 2})
    (row,) = lease()
    assert (row.payload, row.touched) == ({"n": 2}, 2)


def test_the_same_key_of_another_topic_is_another_row(world):
    put("a")
    with transaction():
        outbox.put("other", "a")
    assert keys(lease()) == ["a"]


def test_what_is_put_while_it_is_worked_on_stays_open_and_is_due_at_once(world):
    put("a")
    rows = lease()
    put("a")
    assert finish(rows) == 0
    assert keys(lease()) == ["a"]


def test_a_finished_key_can_be_put_again(world):
    put("a")
    finish(lease())
    put("a")
    assert keys(lease()) == ["a"]


def test_a_lease_that_ends_gives_the_row_to_the_next(world):
    put("a")
    lease(seconds=60)
    with later(seconds=61):
        (row,) = lease()
    assert row.tries == 2


def test_what_is_not_due_waits(world):
    put("a", due_at=clock.now() + timedelta(hours=1))
    assert lease() == []
    with later(hours=2):
        assert keys(lease()) == ["a"]


def test_a_failure_is_tried_again_after_five_seconds_then_twice_as_long(world):
    put("a")
    with clock.frozen(clock.now()):
        fail(lease(), "disk full")
        assert lease() == []
        assert waiting().error == "disk full"
    with later(seconds=6):
        fail(lease())
        with later(seconds=9):
            assert lease() == []
        with later(seconds=11):
            assert keys(lease()) == ["a"]


def test_after_ten_tries_a_row_is_dead_and_still_seen(world):
    put("a")
    for hours in range(outbox.MOST_TRIES):
        with later(hours=2 * hours):
            fail(lease(), "never")
    with later(days=30):
        assert lease() == []
    assert waiting() == outbox.Waiting(open=0, dead=1, oldest=None, error="never")


def test_a_dead_row_that_is_put_again_lives(world):
    put("a")
    kill("a")
    assert lease() == []
    put("a")
    assert keys(lease()) == ["a"]


def test_a_failure_of_what_was_put_again_is_due_at_once(world):
    put("a")
    rows = lease()
    put("a")
    fail(rows)
    assert keys(lease()) == ["a"]


def test_a_stream_is_leased_in_its_order(world):
    put("a", stream="s")
    put("b", stream="s")
    put("c")
    first = lease(limit=1)
    assert keys(first) == ["a"]
    assert keys(lease()) == ["c"], "b waits for a"
    finish(first)
    assert keys(lease()) == ["b"]


def test_a_failure_holds_up_its_stream_and_no_other(world):
    put("a", "b", stream="s")
    put("c", stream="t")
    fail([row for row in lease(limit=1) if row.key == "a"])
    assert keys(lease()) == ["c"]


def test_a_dead_row_holds_up_nobody(world):
    put("a", "b", stream="s")
    kill("a")
    assert keys(lease()) == ["b"]


def test_what_was_finished_a_week_ago_is_trimmed(world):
    put("a", "b")
    finish(lease(limit=1))
    with later(days=8), transaction():
        assert outbox.trim() == 1
    assert session().scalars(select(Outbox.key)).all() == ["b"]


@pytest.mark.committed
def test_a_put_in_the_middle_of_the_work_is_not_lost(fresh):
    """The drainer has leased and read; a publish commits before it finishes: the row must be open afterwards."""
    with fresh.app_context():
        put("a")
        rows = lease()

        def publish():
            with fresh.app_context():
                put("a")
                db.session.remove()

        other = threading.Thread(target=publish)
        other.start()
        other.join()
        assert finish(rows) == 0
        (again,) = lease()
        assert again.touched == rows[0].touched + 1
        db.session.remove()


@pytest.mark.committed
def test_putting_and_finishing_at_the_same_moment_loses_nothing(fresh):
    """Whatever the order in which they meet, a put after the lease is seen by a later lease."""
    rounds = 25
    seen = []
    with fresh.app_context():
        for number in range(rounds):
            put("a", payload={"n": 2 * number})
            rows = lease()
            gate = threading.Barrier(2)

            def publish(value=2 * number + 1, gate=gate):
                with fresh.app_context():
                    gate.wait()
                    put("a", payload={"n": value})
                    db.session.remove()

            other = threading.Thread(target=publish)
            other.start()
            gate.wait()
            finish(rows)
            other.join()
            rest = lease()
            seen += [row.payload["n"] for row in rest]
            assert finish(rest) == 1
        assert session().scalar(select(func.count()).where(Outbox.done_at.is_(None))) == 0
        db.session.remove()
    assert seen == [2 * number + 1 for number in range(rounds)]


@pytest.mark.committed
def test_two_drainers_never_get_the_same_row(fresh):
    with fresh.app_context():
        put(*(str(number) for number in range(40)))
        db.session.remove()
    got = []

    def drain():
        with fresh.app_context():
            while rows := lease(limit=3):
                got.extend(keys(rows))
                finish(rows)
            db.session.remove()

    drainers = [threading.Thread(target=drain) for _ in range(3)]
    for each in drainers:
        each.start()
    for each in drainers:
        each.join()
    assert sorted(got, key=int) == [str(number) for number in range(40)]
