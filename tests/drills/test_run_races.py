"""Many at once, on real commits: one run, one step, one winner between a reply and the clock, one line in the log."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.content.models import Document
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict
from lms.drills import jobs
from lms.drills.actions import rescoring, reviewing, running
from lms.drills.actions.running import Sent, TooLate
from lms.drills.models import Run, RunEvent, RunOverrule, RunReview, RunScore
from lms.drills.queries.rescoring import candidates, mark_of, newest
from lms.drills.rules.lanes import GRACE, Kind
from lms.records import queries as log
from lms.records.models import Record
from tests.support.make import a_person, an_actor, as_actor
from tests.support.make_content import edited
from tests.support.make_played import (
    BAD_REPLY,
    WARM,
    a_drill_text,
    a_published_drill,
    begun,
    chose,
    lane_of,
    played_well,
    wrote,
)

pytestmark = pytest.mark.committed
BESIDE = "drills/beside"


def all_at_once(app, count, act: Callable[[int], object]):
    """Run `act` in so many threads that leave the line together; return what each gave or raised."""
    line, results = threading.Barrier(count), [None] * count

    def run(number):
        with app.app_context():
            line.wait()
            try:
                results[number] = act(number)
            except Exception as error:
                results[number] = error
            finally:
                session().close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def count(model, *where):
    return session().scalar(select(func.count()).select_from(model).where(*where))


def in_transaction(act, *given, **named):
    with transaction():
        return act(*given, **named)


def whole():
    """Say whether the log is whole and each stored number of events is the number that there is."""
    runs = session().scalars(select(Run)).all()
    return log.verify().problems == () and all(
        list(session().scalars(select(RunEvent.seq).where(RunEvent.run_id == run.id).order_by(RunEvent.seq)))
        == list(range(1, run.events + 1))
        for run in runs
    )


@pytest.fixture
def trainer(fresh):
    with fresh.app_context():
        actor = an_actor(Role.TRAINER)
        a_published_drill(actor)
        session().rollback()
    return actor


@pytest.fixture
def learner(fresh, trainer):
    with fresh.app_context():
        actor = as_actor(a_person(Role.AGENT))
        session().rollback()
    return actor


def test_twenty_starts_at_once_give_one_run(fresh, learner):
    started = all_at_once(fresh, 20, lambda _: in_transaction(running.start, learner, "drills/urge"))
    assert {each.public_id for each in started} == {started[0].public_id}
    assert sum(each.created for each in started) == 1
    with fresh.app_context():
        assert (count(Run), count(RunEvent)) == (1, 1)


def test_the_same_step_twenty_times_at_once_is_one_step(fresh, learner):
    with fresh.app_context():
        run_id = begun(learner)
        here = lane_of(learner, run_id)
        sent = Sent(seq=1, choice=next(each.id for each in here.choices if each.text == WARM))
        session().rollback()
    answers = all_at_once(fresh, 20, lambda _: in_transaction(running.step, learner, run_id, sent))
    assert [each for each in answers if isinstance(each, Exception)] == []
    with fresh.app_context():
        assert count(RunEvent, RunEvent.kind == "choice") == 1
        assert whole()


def test_of_two_different_replies_at_once_one_is_sent_and_the_other_says_too_late(fresh, learner):
    with fresh.app_context():
        run_id = begun(learner)
        ids = [each.id for each in lane_of(learner, run_id).choices]
        session().rollback()
    answers = all_at_once(
        fresh, 10, lambda n: in_transaction(running.step, learner, run_id, Sent(seq=1, choice=ids[n % 2]))
    )
    refused = [each for each in answers if isinstance(each, Exception)]
    assert len(refused) == 5
    assert all(isinstance(each, TooLate) for each in refused)
    with fresh.app_context():
        assert count(RunEvent, RunEvent.step == 1) == 1


def test_a_reply_and_the_clock_have_one_winner_and_the_loser_says_too_late(fresh, trainer):
    """The clock has just run out when the worker looks; a reply that had come in within the grace wins."""
    began = clock.now() - timedelta(minutes=5)
    over = began + timedelta(seconds=60)
    with fresh.app_context():
        players = [as_actor(a_person(Role.AGENT)) for _ in range(8)]
        with clock.frozen(began):
            runs = [begun(each) for each in players]
        choice = _warm(players[0], runs[0], began)
        deadline = session().scalar(select(func.max(Run.due_at)))
        session().rollback()
    assert deadline >= over

    def act(number):
        if number % 2:
            with clock.frozen(deadline + GRACE + timedelta(seconds=1)):
                return jobs.run_clocks()
        with clock.frozen(deadline + timedelta(seconds=number % 4)):
            return in_transaction(running.step, players[number // 2], runs[number // 2], Sent(seq=1, choice=choice))

    answers = all_at_once(fresh, 16, act)
    for number, run_id in enumerate(runs):
        answer = answers[2 * number]
        with fresh.app_context():
            kinds = _kinds(run_id)
        if isinstance(answer, Exception):
            assert isinstance(answer, TooLate)
            assert kinds == ["timeout"]
        else:
            assert kinds[0] == "choice"
    with fresh.app_context():
        assert whole()


def test_a_reply_after_the_grace_loses_against_any_worker(fresh, learner):
    began = clock.now() - timedelta(minutes=5)
    with fresh.app_context():
        with clock.frozen(began):
            run_id = begun(learner)
        choice = _warm(learner, run_id, began)
        session().rollback()

    def act(number):
        return (
            jobs.run_clocks()
            if number % 2
            else in_transaction(running.step, learner, run_id, Sent(seq=1, choice=choice))
        )

    answers = all_at_once(fresh, 8, act)
    assert all(isinstance(each, TooLate) for each in answers[::2])
    with fresh.app_context():
        jobs.run_clocks()
        assert _kinds(run_id) == ["timeout"]
        assert (count(RunScore), count(Record), whole()) == (1, 1, True)


def test_two_last_steps_of_two_customers_at_once_are_scored_once(fresh, trainer):
    with fresh.app_context():
        a_published_drill(trainer, a_drill_text("旁边的顾客", free=False), slug=BESIDE)
        two = a_drill_text("两位顾客", free=False, 并发="[beside.md]")
        a_published_drill(trainer, two, slug="drills/two")
        player = as_actor(a_person(Role.AGENT))
        session().rollback()
        began = clock.now() - timedelta(seconds=30)
        with clock.frozen(began):
            run_id = begun(player, "drills/two")
        choices = [
            next(each.id for each in lane_of(player, run_id, lane).choices if each.text == WARM) for lane in (0, 1)
        ]
        session().rollback()
    answers = all_at_once(
        fresh,
        8,
        lambda n: in_transaction(running.step, player, run_id, Sent(seq=1, choice=choices[n % 2], lane=n % 2)),
    )
    assert [each for each in answers if isinstance(each, Exception)] == []
    with fresh.app_context():
        assert session().scalars(select(Run.state)).all() == ["ended"]
        assert (count(RunScore), count(Record), whole()) == (1, 1, True)


def test_a_finding_and_a_rescoring_at_once_both_count_and_the_last_score_is_the_one_in_the_log(fresh, trainer):
    with fresh.app_context():
        players = [as_actor(a_person(Role.AGENT)) for _ in range(4)]
        runs = [_written(each, BAD_REPLY) for each in players]
        document = session().scalars(select(Document).where(Document.kind == "drill")).one()
        seqs = {run_id: _text_seq(run_id) for run_id in runs}
        edited(trainer, document, a_drill_text().replace("准确-20", "准确-10"))
        session().rollback()
        new = newest("drills/urge")
        seen = mark_of(new, candidates(new))
        reason = in_transaction(rescoring.begin, trainer, new, reason="放宽", seen=seen)
        session().rollback()

    def act(number):
        if number % 2:
            return in_transaction(rescoring.portion, trainer, new, reason)
        run_id = runs[number // 2]
        return in_transaction(reviewing.overrule, trainer, run_id, seqs[run_id], 2, held=False, reason="引用")

    answers = all_at_once(fresh, 8, act)
    assert [each for each in answers if isinstance(each, Exception)] == []
    with fresh.app_context():
        assert count(RunOverrule) == 4
        for run in session().scalars(select(Run)):
            last = session().scalar(select(Record).where(Record.ref == run.public_id).order_by(Record.seq.desc()))
            score = session().scalar(select(RunScore).where(RunScore.run_id == run.id).order_by(-RunScore.number))
            assert run.earned == last.earned == score.earned
            assert run.result["revisions"] == list(new.revisions)
        assert whole()


def test_of_ten_reviews_at_once_one_is_kept_and_nine_are_told(fresh, trainer, learner):
    with fresh.app_context():
        run_id = played_well(learner)
        session().rollback()

    def act(n):
        return in_transaction(reviewing.review, trainer, run_id, rating=4, comment=f"第{n}份", version=0)

    answers = all_at_once(fresh, 10, act)
    refused = [each for each in answers if each is not None]
    assert len(refused) == 9
    assert all(isinstance(each, Conflict) and each.code == "reviewed_meanwhile" for each in refused)
    with fresh.app_context():
        assert count(RunReview) == 1


def _warm(actor, run_id, at):
    with clock.frozen(at):
        return next(each.id for each in lane_of(actor, run_id).choices if each.text == WARM)


def _kinds(run_id):
    return list(
        session().scalars(
            select(RunEvent.kind)
            .join(Run, Run.id == RunEvent.run_id)
            .where(Run.public_id == run_id, RunEvent.kind.in_((Kind.CHOICE.value, Kind.TIMEOUT.value)))
            .order_by(RunEvent.seq)
        )
    )


def _written(actor, words):
    run_id = begun(actor)
    chose(actor, run_id, WARM)
    wrote(actor, run_id, words)
    return run_id


def _text_seq(run_id):
    return session().scalar(
        select(RunEvent.seq).join(Run).where(Run.public_id == run_id, RunEvent.kind == Kind.TEXT.value)
    )
