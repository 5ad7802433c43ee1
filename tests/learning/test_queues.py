"""Rights on queues in the store: in step with completions, certificates, words and days; told when they turn."""

import random
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select, update

from lms.accounts.actions import close
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import bus
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.learning.actions import certificates, queues
from lms.learning.events import QueueRightChanged
from lms.learning.jobs import certificates as jobs
from lms.learning.models import QueueNeed, QueueRight
from lms.learning.queries.queues import computed, last_check
from lms.learning.rules.queues import right_of
from lms.records.actions import void
from lms.records.events import Verb
from lms.records.models import Record
from tests.support.make import a_person, a_team, an_actor, as_actor
from tests.support.make_certificates import a_plan, a_queue, completes, held_by, noon
from tests.support.make_duties import a_document

DAY = date(2026, 3, 2)


def on(days: int) -> date:
    return DAY + timedelta(days=days)


@pytest.fixture
def told(world: APIFlask) -> list[QueueRightChanged]:
    """What the other system would be told, in order."""
    heard: list[QueueRightChanged] = []
    bus().subscribe(QueueRightChanged, heard.append)
    yield heard
    bus()._handlers[QueueRightChanged].remove(heard.append)


def worker_runs(day: date) -> int:
    with clock.frozen(noon(day)):
        jobs.notice_ends()
        return jobs.keep_rights()


def is_open(person, queue) -> bool:
    found = session().get(QueueRight, (person.id, queue.id), populate_existing=True)
    return found is not None and found.allowed


def kept_is_right(day: date) -> None:
    """Assert that what is kept is what a full computation gives."""
    with clock.frozen(noon(day)):
        kept = (
            session()
            .execute(select(QueueRight.person_id, QueueRight.queue_id, QueueRight.allowed, QueueRight.why))
            .all()
        )
        people = {row.person_id for row in kept}
        assert {(row.person_id, row.queue_id): right_of(row.allowed, row.why) for row in kept} == computed(people, day)


def test_what_is_completed_opens_a_queue_and_what_is_voided_closes_it(told):
    document, person, trainer = a_document(), a_person(Role.AGENT), an_actor(Role.TRAINER)
    queue = a_queue(document.id, code="REFUND")
    completes(person, document.id)
    assert is_open(person, queue)
    seq = session().scalar(select(Record.seq).where(Record.verb == Verb.COMPLETED, Record.person_id == person.id))
    with transaction():
        void(trainer, seq or 0, "代学")
    assert not is_open(person, queue)
    assert [(one.person_id, one.queue, one.allowed, len(one.lacks)) for one in told] == [
        (person.id, "REFUND", True, 0),
        (person.id, "REFUND", False, 1),
    ]


def test_a_certificate_that_ends_closes_its_queue_after_the_grace_and_a_renewal_opens_it(told):
    plan, person = a_plan(grace_days=7), a_person(Role.AGENT)
    queue = a_queue(plan.document_id)
    completes(person, plan.document_id, DAY)
    stood = {}
    for day in (364, 365, 371, 372):
        worker_runs(on(day))
        stood[day] = is_open(person, queue)
    assert stood == {364: True, 365: True, 371: True, 372: False}
    completes(person, plan.document_id, on(380))
    assert is_open(person, queue)
    assert [one.allowed for one in told] == [True, False, True]


def test_taken_back_it_closes_at_once(told):
    plan, person, trainer = a_plan(), a_person(Role.AGENT), an_actor(Role.TRAINER)
    queue = a_queue(plan.document_id)
    completes(person, plan.document_id)
    with transaction():
        certificates.revoke(trainer, held_by(person)[0].public_id, "作弊")
    assert not is_open(person, queue)
    assert told[-1].lacks[0].startswith("quiz:")


def test_whoever_leaves_takes_no_queue(told):
    person, hr = a_person(Role.AGENT), an_actor(Role.HR)
    queue = a_queue()
    with transaction():
        queues.keep([person.id])
    with transaction():
        close(hr, person.id)
    assert not is_open(person, queue)
    assert [(one.allowed, one.lacks) for one in told if one.person_id == person.id] == [(True, ()), (False, ())]


def test_a_lead_lets_somebody_take_a_queue_and_it_ends_by_itself(told):
    team = a_team()
    lead, person = an_actor(Role.LEAD, team=team), a_person(Role.AGENT, team=team)
    queue = a_queue(a_document().id)
    with clock.frozen(noon(DAY)), transaction():
        queues.override(lead, person.id, queue.id, allowed=True, until_on=on(2), reason="组长坐旁边陪同")
    stood = []
    for day in range(4):
        worker_runs(on(day))
        stood.append(is_open(person, queue))
    assert stood == [True, True, True, False]
    assert [one.allowed for one in told] == [True, False]


def test_a_word_is_ended_early_once(told):
    team = a_team()
    lead, person = an_actor(Role.LEAD, team=team), a_person(Role.AGENT, team=team)
    queue = a_queue(a_document().id)
    with transaction():
        word = queues.override(
            lead, person.id, queue.id, allowed=True, until_on=today() + timedelta(days=2), reason="缺人"
        ).id
    with transaction():
        queues.end_override(lead, word, person_id=person.id)
    assert not is_open(person, queue)
    with pytest.raises(Conflict), transaction():
        queues.end_override(lead, word, person_id=person.id)


def test_nobody_decides_for_himself_or_for_another_team(world: APIFlask):
    company = a_team()
    lead = a_person(Role.LEAD, team=a_team(parent=company))
    stranger = a_person(Role.AGENT, team=a_team(parent=company))
    queue, actor = a_queue(), as_actor(lead)
    until = today() + timedelta(days=1)
    with pytest.raises(Invalid), transaction():
        queues.override(actor, lead.id, queue.id, allowed=True, until_on=until, reason="缺人")
    with pytest.raises(NotFound), transaction():
        queues.override(actor, stranger.id, queue.id, allowed=True, until_on=until, reason="缺人")


def test_the_daily_comparison_counts_what_was_other_and_mends_it(told):
    document, person = a_document(), a_person(Role.AGENT)
    queue = a_queue(document.id)
    completes(person, document.id, DAY)
    worker_runs(on(1))
    with transaction() as s:
        s.execute(update(QueueRight).values(allowed=False))
    assert worker_runs(on(1)) == 1
    check = last_check()
    assert check is not None
    assert (check.corrected, check.flipped) == (1, 1)
    assert is_open(person, queue)
    assert worker_runs(on(1)) == 0


def test_what_a_campaign_asks_begins_and_ends_with_its_days(told):
    document, person = a_document(), a_person(Role.AGENT)
    queue = a_queue()
    with transaction() as s:
        s.add(QueueNeed(queue_id=queue.id, document_id=document.id, from_on=on(2), until_on=on(3)))
    stood = []
    for day in range(5):
        worker_runs(on(day))
        stood.append(is_open(person, queue))
    assert stood == [True, True, False, False, True]


def test_a_closed_queue_is_taken_by_nobody(told):
    person, trainer = a_person(Role.AGENT), an_actor(Role.TRAINER)
    queue = a_queue()
    with transaction():
        queues.keep([person.id])
    with transaction():
        queues.change_queue(trainer, queue.id, name="退款", needs=[], closed=True)
        queues.keep([person.id], [queue.id])
    assert not is_open(person, queue)


def test_a_code_is_given_once(world: APIFlask):
    a_queue(code="VIP")
    with pytest.raises(Conflict):
        a_queue(code="VIP")


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_what_is_kept_is_what_a_full_computation_gives(told, seed: int):
    dice, team = random.Random(seed), a_team()
    lead = an_actor(Role.LEAD, team=team)
    people = [a_person(Role.AGENT, team=team) for _ in range(3)]
    plan, document, trainer = a_plan(valid_days=20, renew_days=5, grace_days=3), a_document(), an_actor(Role.TRAINER)
    both = [a_queue(plan.document_id), a_queue(plan.document_id, document.id), a_queue(document.id)]
    day = DAY
    for _ in range(14):
        day += timedelta(days=dice.randint(0, 6))
        worker_runs(day)
        person, queue = dice.choice(people), dice.choice(both)
        match dice.randint(0, 4):
            case 0 | 1:
                completes(person, plan.document_id, day)
            case 2:
                completes(person, document.id, day)
            case 3:
                with clock.frozen(noon(day)), transaction():
                    until = day + timedelta(days=dice.randint(0, 5))
                    queues.override(
                        lead, person.id, queue.id, allowed=dice.random() < 0.5, until_on=until, reason="缺人"
                    )
            case _ if (held := [one for one in held_by(person) if one.revoked_at is None]) and dice.random() < 0.5:
                with clock.frozen(noon(day)), transaction():
                    certificates.revoke(trainer, held[-1].public_id, "复核未过")
        kept_is_right(day)
    last: dict[tuple[int, str], bool] = {}
    for one in told:
        assert last.get((one.person_id, one.queue), False) != one.allowed  # told only when it turns
        last[one.person_id, one.queue] = one.allowed
    for queue in both:
        for person in people:
            assert last.get((person.id, queue.code), False) == is_open(person, queue)
