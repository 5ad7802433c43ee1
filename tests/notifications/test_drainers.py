"""Several workers at once: each message goes out once, whoever dies."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from lms.accounts.events import Told
from lms.accounts.models import ChatAccount
from lms.core import clock
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.core.texts import text
from lms.notifications.actions import deliveries
from lms.notifications.jobs import outgoing
from lms.notifications.models import Delivery, RateBucket, ReminderPlan
from tests.support.make import a_person, a_team
from tests.support.platforms import WeCom, running

COUNT = 24
pytestmark = pytest.mark.committed


def a_crowd():
    """Tell some people something at an hour that is never quiet."""
    team = a_team()
    people = [a_person(team=team) for _ in range(COUNT)]
    with transaction() as s:
        for number, person in enumerate(people):
            s.add(ChatAccount(person_id=person.id, platform="wecom", user_id=f"u{number}"))
        s.add(
            ReminderPlan(
                id=1,
                before=[1],
                after=[1],
                send_at=600,
                digest_at=600,
                quiet_from=0,
                quiet_until=0,
                changed_at=clock.now(),
            )
        )
    with transaction():
        emit(Told(person_ids=tuple(p.id for p in people), topic="duty", sentence=text("到期"), key="k"))


def the_rest():
    """Send what a busy machine has not got done in one run."""
    for _ in range(3):
        with clock.shifted(timedelta(minutes=2)):
            outgoing.send_waiting()


def workers(app, count):
    """Let several drain at the same moment."""
    start = threading.Barrier(count)

    def work():
        with app.app_context():
            start.wait()
            outgoing.send_waiting()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_drainers_at_once_send_each_message_once(fresh):
    there = WeCom(people={f"u{n}": {} for n in range(COUNT)})
    with running(fresh, there), fresh.app_context():
        a_crowd()
        workers(fresh, 3)
        the_rest()
        sent = session().scalar(select(func.count()).where(Delivery.state == "sent"))
        session().rollback()
    assert sorted(user for user, _ in there.told) == sorted(there.people)
    assert sent == COUNT


def test_all_workers_together_keep_to_the_rate(fresh):
    there = WeCom(people={f"u{n}": {} for n in range(COUNT)})
    with running(fresh, there), fresh.app_context():
        a_crowd()
        with transaction() as s:
            s.add(RateBucket(key="wecom", tokens=5.0, at=clock.now() + timedelta(minutes=5)))
        workers(fresh, 3)
    assert there.told == []


def test_what_a_dead_worker_held_is_sent_when_its_lease_has_ended_and_not_before(fresh):
    there = WeCom(people={f"u{n}": {} for n in range(COUNT)})
    with running(fresh, there), fresh.app_context():
        a_crowd()
        with transaction():
            held = deliveries.lease("wecom", clock.now())
        assert held
        the_rest()
        assert len(there.told) == COUNT - len(held)
        with transaction() as s:
            s.execute(update(Delivery).values(lease_until=clock.now() - timedelta(seconds=1)))
        the_rest()
    assert sorted(user for user, _ in there.told) == sorted(there.people)
