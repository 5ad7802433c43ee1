"""What the server decides about a run, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.plain import from_plain
from lms.core.points import from_fraction
from lms.drills import jobs
from lms.drills.actions import running
from lms.drills.actions.running import Sent, TooLate
from lms.drills.events import DrillScored
from lms.drills.models import Run, RunEvent, RunScore
from lms.drills.queries.frozen import Frozen
from lms.drills.queries.replaying import replayed
from lms.drills.rules.seen import Who
from lms.drills.spec import Choice
from lms.records.models import Record, Standing
from tests.support.make import a_person, an_actor, as_actor
from tests.support.make_content import edited
from tests.support.make_played import (
    BAD_REPLY,
    COLD,
    GOOD_REPLY,
    WARM,
    a_drill_text,
    a_published_drill,
    begun,
    chose,
    lane_of,
    played_well,
    seen,
    wrote,
)

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def trainer(world):
    return an_actor(Role.TRAINER)


@pytest.fixture
def drill(trainer):
    return a_published_drill(trainer)


@pytest.fixture
def learner(drill):
    return as_actor(a_person(Role.AGENT))


def run_of(run_id: str) -> Run:
    session().expire_all()
    return session().scalars(select(Run).where(Run.public_id == run_id)).one()


def count(model: type) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


# begin


def test_a_run_begins_with_the_customer_and_the_order_card(learner):
    here = lane_of(learner, begun(learner))
    assert [(line.who, line.text) for line in here.lines] == [(Who.THEM, "到底发没发货？")]
    assert here.cards == ((("订单", "8821"), ("付款", "11月11日")),)
    assert {each.text for each in here.choices} == {WARM, COLD}
    assert (here.mood, here.step) == (40, 1)


def test_beginning_again_goes_on_with_the_open_run(learner):
    run_id = begun(learner)
    with transaction():
        again = running.start(learner, "drills/urge")
    assert (again.public_id, again.created) == (run_id, False)


def test_nothing_that_is_shown_says_what_a_reply_is_worth(learner):
    shown = repr(seen(learner, begun(learner)))
    assert "共情" not in shown
    assert "走人" not in shown


def test_a_run_keeps_its_version_whatever_is_published_meanwhile(trainer, drill, learner):
    run_id = begun(learner)
    edited(trainer, drill, a_drill_text().replace("到底发没发货？", "怎么还没发？"))
    assert lane_of(learner, run_id).lines[0].text == "到底发没发货？"


def test_a_foreign_run_is_not_there(learner):
    run_id = begun(learner)
    other = as_actor(a_person(Role.AGENT))
    with pytest.raises(NotFound):
        seen(other, run_id)
    with pytest.raises(NotFound), transaction():
        running.step(other, run_id, Sent(seq=1, choice="c"))


# steps


def test_the_good_path_is_scored_by_what_it_met(learner):
    run_id = played_well(learner)
    run = run_of(run_id)
    assert (run.state, run.passed, run.earned, run.possible) == ("ended", True, from_fraction(100), from_fraction(100))


def test_the_cold_reply_ends_badly_and_is_capped(learner):
    run_id = begun(learner)
    chose(learner, run_id, COLD)
    run = run_of(run_id)
    assert (run.state, run.passed) == ("ended", False)
    assert run.earned <= from_fraction(59)


def test_a_forbidden_promise_takes_its_own_way(learner):
    run_id = begun(learner)
    chose(learner, run_id, WARM)
    wrote(learner, run_id, BAD_REPLY)
    here = lane_of(learner, run_id)
    assert here.end == "fail"


def test_a_promise_that_is_taken_back_waits_for_a_person(learner):
    run_id = begun(learner)
    chose(learner, run_id, WARM)
    wrote(learner, run_id, "理解您，我不能保证今天到，已加急，预计17号前发出。")
    run = run_of(run_id)
    assert (run.waiting, run.passed) == (True, True)


def test_the_same_step_sent_again_is_one_step(learner):
    run_id = begun(learner)
    chose(learner, run_id, WARM, seq=1)
    before = count(RunEvent)
    shown = lane_of(learner, run_id).lines
    with transaction():
        running.step(learner, run_id, Sent(seq=1, choice=_id_of(WARM)))
    assert count(RunEvent) == before
    assert lane_of(learner, run_id).lines == shown


def _id_of(words: str) -> str:
    return Choice(text=words, target="").id


def test_another_reply_to_a_scene_that_is_answered_is_too_late(learner):
    run_id = begun(learner)
    chose(learner, run_id, WARM, seq=1)
    with pytest.raises(TooLate), transaction():
        running.step(learner, run_id, Sent(seq=1, choice=_id_of(COLD)))


def test_a_step_from_the_future_is_refused(learner):
    run_id = begun(learner)
    with pytest.raises(TooLate), transaction():
        running.step(learner, run_id, Sent(seq=7, choice="c"))


def test_what_is_not_offered_is_refused_and_nothing_is_written(learner):
    run_id = begun(learner)
    before = count(RunEvent)
    with pytest.raises(Invalid), transaction():
        running.step(learner, run_id, Sent(seq=1, choice="c12345678"))
    assert count(RunEvent) == before


@pytest.mark.parametrize("words", ["好", "  ", "字" * 61])
def test_a_free_reply_has_its_length(learner, words):
    run_id = begun(learner)
    chose(learner, run_id, WARM)
    with pytest.raises(Invalid) as refused, transaction():
        running.step(learner, run_id, Sent(seq=2, text=words))
    assert "5" in str(refused.value)


# clocks


def test_a_late_step_is_refused_and_what_happened_is_shown(learner):
    with clock.frozen(NOON):
        run_id = begun(learner)
        choice = next(each.id for each in lane_of(learner, run_id).choices if each.text == WARM)
    with clock.frozen(NOON + 70 * SECOND):
        with pytest.raises(TooLate), transaction():
            running.step(learner, run_id, Sent(seq=1, choice=choice))
        here = seen(learner, run_id)
    assert here.over
    assert [line.who for line in here.lanes[0].lines] == [Who.THEM, Who.LATE, Who.THEM]


def test_looking_writes_nothing_and_the_worker_writes_it_down(learner):
    with clock.frozen(NOON):
        run_id = begun(learner)
    before = count(RunEvent)
    with clock.frozen(NOON + 70 * SECOND):
        seen(learner, run_id)
        assert count(RunEvent) == before
        assert jobs.run_clocks() == 1
        assert jobs.run_clocks() == 0
    assert run_of(run_id).state == "ended"


def test_a_reply_within_the_grace_still_counts(learner):
    with clock.frozen(NOON):
        run_id = begun(learner)
        deadline = lane_of(learner, run_id).deadline_at
    with clock.frozen(deadline + SECOND):
        chose(learner, run_id, WARM)
    assert run_of(run_id).state == "open"


def test_the_whole_clock_ends_the_run(trainer):
    a_published_drill(trainer, a_drill_text(限时="1分钟"), slug="drills/short")
    learner = as_actor(a_person(Role.AGENT))
    with clock.frozen(NOON):
        run_id = begun(learner, "drills/short")
    with clock.frozen(NOON + 50 * SECOND):
        chose(learner, run_id, WARM)
    with clock.frozen(NOON + 63 * SECOND):
        jobs.run_clocks()
    run = run_of(run_id)
    assert (run.state, run.passed, run.ended_at) == ("ended", False, NOON + 60 * SECOND)


def test_a_person_with_more_time_has_it_in_every_clock(drill):
    learner = as_actor(a_person(Role.AGENT))
    with transaction():
        session().get_one(Person, learner.id).time_factor_percent = 150
    with clock.frozen(NOON):
        here = lane_of(learner, begun(learner))
    assert here.seconds == 90


# pause, leave


def test_a_pause_stops_the_clocks(trainer):
    a_published_drill(trainer, a_drill_text(可中断="是"), slug="drills/calm")
    learner = as_actor(a_person(Role.AGENT))
    with clock.frozen(NOON):
        run_id = begun(learner, "drills/calm")
        deadline = lane_of(learner, run_id).deadline_at
    with clock.frozen(NOON + 10 * SECOND), transaction():
        running.pause(learner, run_id)
    with clock.frozen(NOON + timedelta(hours=1)):
        assert jobs.run_clocks() == 0
        assert seen(learner, run_id).paused
        with pytest.raises(Conflict), transaction():
            running.step(learner, run_id, Sent(seq=1, choice="c"))
        with transaction():
            running.resume(learner, run_id)
        assert lane_of(learner, run_id).deadline_at == deadline + timedelta(hours=1) - 10 * SECOND


def test_what_may_not_be_interrupted_is_not_paused(learner):
    run_id = begun(learner)
    with pytest.raises(Conflict), transaction():
        running.pause(learner, run_id)


def test_a_run_left_before_the_first_word_counts_for_nothing(learner):
    run_id = begun(learner)
    with transaction():
        running.leave(learner, run_id)
    assert run_of(run_id).state == "left"
    assert count(Record) == 0


def test_a_run_left_in_the_middle_is_failed(learner):
    run_id = begun(learner)
    chose(learner, run_id, WARM)
    with transaction():
        running.leave(learner, run_id)
    run = run_of(run_id)
    assert (run.state, run.passed) == ("ended", False)


# the log


def test_an_ended_run_is_one_line_of_the_log_and_one_fact(own_bus, learner):
    told = []
    own_bus.subscribe(DrillScored, told.append)
    run_id = played_well(learner)
    line = session().scalars(select(Record).where(Record.person_id == learner.id)).one()
    assert (line.verb, line.source, line.ref, line.passed) == ("graded", "drill", run_id, True)
    assert session().scalars(select(Standing).where(Standing.person_id == learner.id)).one().state == "done"
    assert [(each.run_id, each.passed, each.again) for each in told] == [(run_id, True, False)]
    assert session().scalars(select(RunScore)).one().number == 1


def test_a_run_is_the_same_when_it_is_replayed(learner):
    run_id = played_well(learner)
    run = run_of(run_id)
    last = replayed(run.id, from_plain(Frozen, run.frozen))[-1]
    assert run.lanes[0]["state"]["scene"] == last.after.scene
    assert run.lanes[0]["state"]["mood"] == last.after.mood


def test_a_retry_from_a_scene_counts_for_nothing(learner):
    run_id = played_well(learner)
    with transaction():
        again = running.start(learner, "drills/urge", retry_of=run_id, scene="核实").public_id
    here = lane_of(learner, again)
    assert (here.free, here.mood) == (True, 50)
    wrote(learner, again, GOOD_REPLY)
    assert run_of(again).state == "ended"
    assert count(Record) == 1


def test_a_retry_begins_only_where_the_run_has_been(learner):
    run_id = begun(learner)
    chose(learner, run_id, COLD)
    with pytest.raises(Invalid), transaction():
        running.start(learner, "drills/urge", retry_of=run_id, scene="核实")


# several customers


@pytest.fixture
def pair(trainer):
    a_published_drill(trainer, a_drill_text("第二位"), slug="drills/second")
    a_published_drill(trainer, a_drill_text("两位顾客", 并发="[second.md]"), slug="drills/pair")
    return as_actor(a_person(Role.AGENT))


def test_the_second_customer_comes_later_and_each_has_a_clock(pair):
    with clock.frozen(NOON):
        run_id = begun(pair, "drills/pair")
        assert [lane.comes_at for lane in seen(pair, run_id).lanes] == [None, NOON + 20 * SECOND]
    with clock.frozen(NOON + 21 * SECOND):
        lanes = seen(pair, run_id).lanes
    assert lanes[1].comes_at is None
    assert lanes[1].deadline_at > lanes[0].deadline_at


def test_a_run_of_two_ends_with_the_last_conversation_and_is_their_mean(pair):
    with clock.frozen(NOON):
        run_id = begun(pair, "drills/pair")
        chose(pair, run_id, COLD)
    with clock.frozen(NOON + 25 * SECOND):
        assert run_of(run_id).state == "open"
        chose(pair, run_id, WARM, lane=1)
        wrote(pair, run_id, GOOD_REPLY, lane=1)
    run = run_of(run_id)
    first, second = (each["total"] for each in run.result["lanes"])
    assert (run.state, run.passed, second) == ("ended", False, "100")
    assert first != second


def test_nobody_is_answered_before_he_is_there(pair):
    with clock.frozen(NOON):
        run_id = begun(pair, "drills/pair")
        with pytest.raises(Conflict), transaction():
            running.step(pair, run_id, Sent(seq=1, choice="c", lane=1))
