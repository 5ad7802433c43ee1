"""Certificates in the store: given with the completion, renewed, asked for before they end, lapsed once, taken back."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from lms.assignments.events import Holding
from lms.assignments.models import Assignment, AssignmentReason
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import ask
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid
from lms.core.i18n import say_in
from lms.core.texts import from_plain
from lms.learning.actions import certificates as actions
from lms.learning.jobs import certificates as jobs
from lms.learning.models import Certificate, QueueRight
from lms.learning.queries import certificates as reading
from lms.learning.rules.certificates import State, Terms
from lms.notifications.models import Notice
from lms.records.actions import append, lock_people, void
from lms.records.events import Consequence, CorrectionImpact, Flip, Verb
from lms.records.models import Record, Standing
from tests.support.make import a_person, a_team, an_actor, as_actor
from tests.support.make_certificates import a_plan, a_queue, completes, held_by, noon
from tests.support.make_duties import a_document

DAY = date(2026, 3, 2)


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def worker_runs(day: date) -> int:
    with clock.frozen(noon(day)):
        return jobs.notice_ends()


def duties_of(person_id: int) -> list[Assignment]:
    return list(
        session().scalars(
            select(Assignment).where(Assignment.person_id == person_id, Assignment.occasion.startswith("expiry:"))
        )
    )


def lines(person_id: int, verb: Verb) -> list[Record]:
    return list(session().scalars(select(Record).where(Record.person_id == person_id, Record.verb == verb)))


def told(person_id: int) -> list[str]:
    found = session().scalars(select(Notice.dedup_key).where(Notice.person_id == person_id).order_by(Notice.id))
    return [key.removesuffix(f":{person_id}") for key in found if "certificate:" in key]


def test_a_completion_gives_a_certificate_and_the_log_says_until_when(world: APIFlask):
    plan, person = a_plan(), a_person(Role.AGENT)
    completes(person, plan.document_id, DAY)
    [one] = held_by(person)
    assert (one.valid_from, one.valid_until) == (DAY, on(364))
    [line] = lines(person.id, Verb.CERTIFIED)
    assert (line.valid_until, line.ref) == (on(364), f"certificate:{one.code}")
    standing = session().get_one(Standing, (person.id, plan.document_id))
    assert (standing.state, standing.valid_until) == ("done", on(364))


@pytest.mark.parametrize(("locale", "until"), [("zh_CN", "有效期至 2027年3月1日"), ("en", "valid until 1 Mar 2027")])
def test_who_is_told_of_a_certificate_reads_its_last_day_in_their_form(world: APIFlask, locale, until):
    plan, person = a_plan(), a_person(Role.AGENT)
    completes(person, plan.document_id, DAY)
    [kept] = session().scalars(select(Notice.sentence).where(Notice.topic == actions.TOPIC))
    assert until in say_in(from_plain(kept), locale)


def test_a_failed_attempt_gives_nothing(world: APIFlask):
    plan, person = a_plan(), a_person(Role.AGENT)
    with transaction():
        lock_people([person.id])
        append(None, person.id, Verb.GRADED, document_id=plan.document_id, revision_id=None, source="web", passed=False)
    assert held_by(person) == []


def test_completed_twice_is_certified_once(world: APIFlask):
    plan, person = a_plan(), a_person(Role.AGENT)
    completes(person, plan.document_id, DAY)
    completes(person, plan.document_id, DAY)
    completes(person, plan.document_id, on(100))
    assert len(held_by(person)) == 1


def test_an_early_renewal_begins_where_the_old_one_ends(world: APIFlask):
    plan, person = a_plan(), a_person(Role.AGENT)
    completes(person, plan.document_id, DAY)
    completes(person, plan.document_id, on(340))
    old, new = held_by(person)
    assert (new.valid_from, new.valid_until) == (on(365), on(729))
    assert old.valid_until == on(364)


def test_after_the_end_a_renewal_counts_from_that_day(world: APIFlask):
    plan, person = a_plan(), a_person(Role.AGENT)
    completes(person, plan.document_id, DAY)
    completes(person, plan.document_id, on(400))
    assert held_by(person)[1].valid_from == on(400)


def test_the_refresher_renews_and_gives_nobody_a_first_certificate(world: APIFlask):
    short = a_document()
    plan, person = a_plan(refresher=short), a_person(Role.AGENT)
    completes(person, short.id, DAY)
    assert held_by(person) == []
    completes(person, plan.document_id, DAY)
    completes(person, short.id, on(350))
    assert [one.valid_from for one in held_by(person)] == [DAY, on(365)]


def test_before_the_end_the_refresher_is_given_once_by_the_end(world: APIFlask):
    short = a_document()
    plan, person = a_plan(refresher=short), a_person(Role.AGENT)
    completes(person, plan.document_id, DAY)
    assert worker_runs(on(333)) == 0
    assert worker_runs(on(334)) == 1
    assert worker_runs(on(335)) == 0
    [duty] = duties_of(person.id)
    assert (duty.document_id, duty.due_on, duty.occasion) == (short.id, on(364), f"expiry:{held_by(person)[0].id}")
    [reason] = session().scalars(select(AssignmentReason).where(AssignmentReason.assignment_id == duty.id))
    assert reason.kind == "expiry"


def test_the_duty_is_done_by_the_renewal_however_it_came(world: APIFlask):
    short = a_document()
    plan, person = a_plan(refresher=short), a_person(Role.AGENT)
    completes(person, plan.document_id, DAY)
    worker_runs(on(340))
    completes(person, plan.document_id, on(345))
    assert [duty.state for duty in duties_of(person.id)] == ["withdrawn"]
    assert worker_runs(on(372)) == 0


def test_it_lapses_once_and_the_person_is_told_once(world: APIFlask):
    plan, person = a_plan(grace_days=7), a_person(Role.AGENT)
    completes(person, plan.document_id, DAY)
    for day in (340, 365, 371, 372, 372, 373, 400):
        worker_runs(on(day))
    [one] = held_by(person)
    assert one.lapsed_at == noon(on(372))
    key = f"certificate:{one.id}"
    assert told(person.id) == [key, f"{key}:soon", f"{key}:lapsed"]
    assert len(duties_of(person.id)) == 1


def test_the_lead_hears_of_a_lapse(world: APIFlask):
    team = a_team()
    lead, plan, person = a_person(Role.LEAD, team=team), a_plan(), a_person(Role.AGENT, team=team)
    completes(person, plan.document_id, DAY)
    worker_runs(on(365))
    assert told(lead.id) == [f"certificate:{held_by(person)[0].id}:lapsed:lead"]


def test_somebody_who_left_is_asked_nothing(world: APIFlask):
    plan, person = a_plan(), a_person(Role.AGENT, active=False)
    completes(person, plan.document_id, DAY)
    assert worker_runs(on(400)) == 0


def test_taken_back_with_a_reason_it_holds_no_more_and_the_log_says_who(world: APIFlask):
    plan, person, trainer = a_plan(), a_person(Role.AGENT), an_actor(Role.TRAINER)
    completes(person, plan.document_id)
    with transaction():
        actions.revoke(trainer, held_by(person)[0].public_id, " 考试作弊 ")
    [one] = held_by(person)
    assert (one.revoked_by, one.revoked_why) == (trainer.id, "考试作弊")
    [line], [given] = lines(person.id, Verb.REVOKED), lines(person.id, Verb.CERTIFIED)
    assert (line.corrects, line.actor_id) == (given.seq, trainer.id)
    assert session().get_one(Standing, (person.id, plan.document_id)).valid_until is None


def test_to_take_back_needs_a_reason_somebody_else_and_happens_once(world: APIFlask):
    plan, trainer = a_plan(), a_person(Role.TRAINER)
    other = an_actor(Role.TRAINER)
    completes(trainer, plan.document_id)
    name = held_by(trainer)[0].public_id
    with pytest.raises(Invalid), transaction():
        actions.revoke(other, name, "  ")
    with pytest.raises(Invalid), transaction():
        actions.revoke(as_actor(trainer), name, "自己的")
    with transaction():
        actions.revoke(other, name, "补考未过")
    with pytest.raises(Conflict), transaction():
        actions.revoke(other, name, "补考未过")


def test_after_a_revocation_only_the_whole_gives_a_new_one(world: APIFlask):
    short = a_document()
    plan, person = a_plan(refresher=short), a_person(Role.AGENT)
    completes(person, plan.document_id, DAY)
    trainer = an_actor(Role.TRAINER)
    with transaction():
        actions.revoke(trainer, held_by(person)[0].public_id, "冒名")
    completes(person, short.id, on(10))
    assert len(held_by(person)) == 1
    completes(person, plan.document_id, on(11))
    assert held_by(person)[1].valid_from == on(11)


def test_a_void_takes_no_certificate_but_shows_that_nothing_carries_it(world: APIFlask):
    plan, person, trainer = a_plan(), a_person(Role.AGENT), an_actor(Role.TRAINER)
    completes(person, plan.document_id)
    with transaction():
        void(trainer, lines(person.id, Verb.COMPLETED)[0].seq, "代考")
    one = reading.certificate(trainer, held_by(person)[0].public_id)
    assert (one.is_valid, one.based) == (True, False)


def test_a_correction_says_who_gets_a_certificate_and_who_keeps_one(world: APIFlask):
    plan, holder, other = a_plan(), a_person(Role.AGENT), a_person(Role.AGENT)
    completes(holder, plan.document_id)
    flips = (
        Flip(person_id=holder.id, before=True, after=False),
        Flip(person_id=other.id, before=False, after=True),
    )
    answers: list[Consequence] = [
        each for found in ask(CorrectionImpact(document_id=plan.document_id, flips=flips)) for each in found
    ]
    said = [str(each.text) for each in answers if "证书" in str(each.text)]
    assert said == ["1 人会取得证书。", "1 人降到及格线以下，手里的证书仍然有效；要收回请逐张撤销。"]


def test_those_who_completed_before_there_was_a_plan_are_given_it_once_from_their_day(world: APIFlask):
    document, early, late = a_document("quiz"), a_person(Role.AGENT), a_person(Role.AGENT)
    trainer = an_actor(Role.TRAINER)
    with clock.frozen(noon(on(400))):
        completes(early, document.id, DAY)
        completes(late, document.id, on(300))
        plan = a_plan(document)
        shown = reading.plan_named(plan.public_id)
        found = actions.backfill_plan(shown.terms, reading.uncertified(shown), from_today=False, day=on(400))
        assert (found.people, found.over) == ((late.id,), (early.id,))
        for _ in range(2):
            with transaction():
                given = actions.backfill(trainer, plan.id, [early.id, late.id], from_today=False)
    assert given == 0
    assert [one.valid_from for one in held_by(late)] == [on(300)]
    assert held_by(early) == []


def test_a_change_of_the_plan_moves_no_printed_end(world: APIFlask):
    plan, person, trainer = a_plan(), a_person(Role.AGENT), an_actor(Role.TRAINER)
    completes(person, plan.document_id, DAY)
    shown = reading.plan_named(plan.public_id)
    terms = Terms(valid_days=90, renew_days=60, grace_days=5)
    with transaction():
        draft = actions.Draft(document_id=plan.document_id, name=shown.name, terms=terms)
        actions.change_plan(trainer, plan.id, draft)
    assert held_by(person)[0].valid_until == on(364)
    completes(person, plan.document_id, on(310))
    assert held_by(person)[1].valid_until == on(364 + 90)


def test_a_document_has_one_plan(world: APIFlask):
    plan, trainer = a_plan(), an_actor(Role.TRAINER)
    terms = Terms(valid_days=None, renew_days=0, grace_days=0)
    with pytest.raises(Conflict), transaction():
        actions.make_plan(trainer, actions.Draft(document_id=plan.document_id, name="又一个", terms=terms))


def test_rules_hear_until_when_somebody_counts_as_certified(world: APIFlask):
    plan, person = a_plan(grace_days=7), a_person(Role.AGENT)
    completes(person, plan.document_id, DAY)
    question = Holding(person_ids=(person.id,), plan_ids=(plan.id,))
    until = []
    for day in (0, 364, 366, 372):
        with clock.frozen(noon(on(day))):
            [[held]] = [found for found in ask(question) if found]
            until.append(held.valid_until)
    assert until == [on(364), on(364), on(371), on(364)]


def test_a_year_of_runs_gives_each_thing_once(world: APIFlask):
    plan = a_plan(valid_days=90, renew_days=14, grace_days=3)
    diligent, idle = a_person(Role.AGENT), a_person(Role.AGENT)
    for person in (diligent, idle):
        completes(person, plan.document_id, DAY)
    for day in range(70, 380, 3):
        worker_runs(on(day))
        open_ones = [duty for duty in duties_of(diligent.id) if duty.state == "open"]
        if open_ones and day % 2:
            completes(diligent, plan.document_id, on(day))
    spans = [(one.valid_from, one.valid_until) for one in held_by(diligent)]
    assert len(spans) >= 4
    assert all(later[0] == before[1] + timedelta(days=1) for before, later in pairwise(spans))
    assert session().scalar(select(func.count()).where(Certificate.lapsed_at.is_not(None))) == 1
    keys = told(idle.id)
    assert len(keys) == len(set(keys)) == 3
    assert reading.of_person(idle.id, on(380))[0].state is State.LAPSED


def test_a_certificate_opens_a_queue_in_the_same_transaction(world: APIFlask):
    plan, person = a_plan(), a_person(Role.AGENT)
    queue = a_queue(plan.document_id)
    completes(person, plan.document_id)
    assert session().get_one(QueueRight, (person.id, queue.id)).allowed
