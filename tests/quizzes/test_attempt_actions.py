"""From the first press to the result: what the server decides about an attempt, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from lms.content.models import Document
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import Bus
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.points import from_fraction
from lms.questions.spec import Kind
from lms.quizzes import actions, jobs, queries
from lms.quizzes.events import QuizGraded
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.rules.attempts import AttemptClosed, CoolingDown, NoAttemptsLeft, State
from lms.quizzes.spec import Section, Use
from lms.records import queries as log
from lms.records.models import Record, Standing
from tests.support.make import a_person, an_actor, as_actor
from tests.support.make_quizzes import (
    a_quiz,
    a_single,
    answered_right,
    begun,
    document_id,
    handed_in,
    one_of_each,
    paper,
    right_value,
)

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def saved(actor, attempt, key, value, seq):
    with transaction():
        return actions.save_answer(actor, attempt, key, value, seq)


def stored(attempt, key="q1"):
    return (
        session()
        .execute(
            select(AttemptItem.value, AttemptItem.seq, AttemptItem.answered)
            .join(Attempt)
            .where(Attempt.public_id == attempt, AttemptItem.key == key)
        )
        .one()
    )


def records_of(actor):
    return list(session().scalars(select(Record).where(Record.person_id == actor.id).order_by(Record.seq)))


# start


def test_a_start_freezes_revision_paper_rules_and_deadline(world):
    actor, slug = an_actor(), a_quiz(*one_of_each(), seconds=900, attempts=3, use=Use.EXAM)
    with clock.frozen(NOON):
        sitting = queries.own_sitting(actor, begun(actor, slug))
    assert sitting.deadline_at == NOON + timedelta(minutes=15)
    assert (sitting.number, sitting.total, sitting.state) == (1, 7, State.OPEN)
    assert (sitting.rules.attempts, sitting.frozen.minutes, len(sitting.frozen.seed)) == (3, 15, 32)


def test_starting_again_returns_the_open_attempt(world):
    actor, slug = an_actor(), a_quiz()
    with transaction():
        first = actions.start(actor, slug)
    with transaction():
        again = actions.start(actor, slug)
    assert (first.created, again.created) == (True, False)
    assert first.public_id == again.public_id


def test_a_person_with_more_time_gets_a_later_deadline(world):
    actor = as_actor(a_person(time_factor_percent=150))
    with clock.frozen(NOON):
        sitting = queries.own_sitting(actor, begun(actor, a_quiz(seconds=600)))
    assert sitting.deadline_at == NOON + timedelta(minutes=15)


def test_a_pool_is_drawn_from_and_the_unseen_come_first(world):
    actor = an_actor()
    pool = Section(title="池", draw=2, questions=tuple(a_single(f"第 {n} 问？") for n in range(4)))
    slug = a_quiz(sections=(pool,))
    asked = []
    for _ in range(2):
        attempt = begun(actor, slug)
        asked += [item.question.stem.text for item in paper(actor, attempt).values()]
        handed_in(actor, attempt)
    assert len(set(asked)) == 4


def test_publishing_changes_no_open_attempt(world):
    actor, slug = an_actor(), a_quiz(a_single("旧题？"), pass_mark=1)
    attempt = begun(actor, slug)
    a_quiz(a_single("新题？", right="o3"), slug=slug, document=document_id(slug))
    assert [item.question.stem.text for item in paper(actor, attempt).values()] == ["旧题？"]
    answered_right(actor, attempt)
    handed_in(actor, attempt)
    assert queries.own_sitting(actor, attempt).passed is True


def test_the_last_attempt_is_the_last(world):
    actor, slug = an_actor(), a_quiz(attempts=1)
    handed_in(actor, begun(actor, slug))
    with pytest.raises(NoAttemptsLeft):
        begun(actor, slug)


def test_the_wait_runs_from_the_end_of_the_attempt(world):
    actor, slug = an_actor(), a_quiz(cooldown_seconds=600)
    with clock.frozen(NOON):
        handed_in(actor, begun(actor, slug))
    with clock.frozen(NOON + timedelta(minutes=9)), pytest.raises(CoolingDown) as refused:
        begun(actor, slug)
    assert refused.value.details == {"retry_at": "2026-11-23T04:10:00Z"}
    with clock.frozen(NOON + timedelta(minutes=10)):
        assert begun(actor, slug)


def test_an_expired_attempt_is_closed_by_the_next_start(world):
    actor, slug = an_actor(), a_quiz(seconds=60)
    with clock.frozen(NOON):
        first = begun(actor, slug)
    with clock.frozen(NOON + timedelta(hours=1)):
        second = begun(actor, slug)
    assert first != second
    old = queries.own_sitting(actor, first)
    assert (old.state, old.ended_by, old.submitted_at) == (State.EXPIRED, "deadline", NOON + timedelta(seconds=60))


def test_a_quiz_that_nobody_published_cannot_be_started(world):
    actor, slug = an_actor(), a_quiz()
    with transaction() as s:
        s.get_one(Document, document_id(slug)).state = "draft"
    with pytest.raises(NotFound):
        begun(actor, slug)


# answers


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.OPEN])
def test_what_is_saved_is_what_is_shown_again(world, kind):
    actor = an_actor()
    attempt = begun(actor, a_quiz(*one_of_each(), shuffle_options=True))
    item = next(item for item in paper(actor, attempt).values() if item.question.kind is kind)
    value = right_value(item)
    assert saved(actor, attempt, item.key, value, 1).value == value
    assert paper(actor, attempt)[item.key].shown == value


def test_a_higher_number_replaces_and_a_lower_one_says_what_is_saved(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz())
    assert saved(actor, attempt, "q1", "o1", 2).changed
    late = saved(actor, attempt, "q1", "o3", 1)
    assert (late.changed, late.seq, late.value) == (False, 2, "o1")
    assert saved(actor, attempt, "q1", "o3", 3).changed
    assert stored(attempt) == ({"v": "o3"}, 3, True)


def test_an_answer_sent_twice_is_saved_once(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz())
    first, again = saved(actor, attempt, "q1", "o1", 1), saved(actor, attempt, "q1", "o1", 1)
    assert (first.changed, again.changed, again.seq, again.value) == (True, False, 1, "o1")


def test_only_a_complete_answer_counts_as_answered(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz(*one_of_each()))
    assert saved(actor, attempt, "q4", ["48", ""], 1).answered == 0
    assert saved(actor, attempt, "q4", ["48", "退款"], 2).answered == 1
    assert saved(actor, attempt, "q1", "o1", 1).answered == 2
    assert saved(actor, attempt, "q1", None, 2).answered == 1
    assert stored(attempt) == (None, 2, False)


def test_an_order_with_open_places_is_kept_as_it_stands(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz(*one_of_each()))
    assert saved(actor, attempt, "q6", ["", "s3"], 1).value == ["", "s3"]
    assert saved(actor, attempt, "q6", ["s1", "", "s3", "s2"], 2).answered == 0
    assert paper(actor, attempt)["q6"].shown == ["s1", "", "s3", "s2"]
    with pytest.raises(Invalid):
        saved(actor, attempt, "q6", ["", "", "", "", "s1"], 3)


@pytest.mark.parametrize("value", ["o9", ["o1"], 3, True, {"l1": "r1"}])
def test_a_value_of_another_form_is_refused_and_changes_nothing(world, value):
    actor = an_actor()
    attempt = begun(actor, a_quiz())
    saved(actor, attempt, "q1", "o1", 1)
    with pytest.raises(Invalid):
        saved(actor, attempt, "q1", value, 2)
    assert stored(attempt) == ({"v": "o1"}, 1, True)


def test_nobody_saves_to_another_persons_attempt(world):
    attempt = begun(an_actor(), a_quiz())
    with pytest.raises(NotFound):
        saved(an_actor(Role.TRAINER), attempt, "q1", "o1", 1)


def test_an_answer_on_its_way_at_the_deadline_is_accepted_a_later_one_is_not(world):
    actor = an_actor()
    with clock.frozen(NOON):
        attempt = begun(actor, a_quiz(seconds=60))
    with clock.frozen(NOON + timedelta(seconds=64)):
        assert saved(actor, attempt, "q1", "o2", 1).changed
    with clock.frozen(NOON + timedelta(seconds=66)), pytest.raises(AttemptClosed) as refused:
        saved(actor, attempt, "q1", "o3", 2)
    assert refused.value.code == "time_over"
    assert stored(attempt)[0] == {"v": "o2"}


def test_a_posted_page_is_newer_than_whatever_the_page_sent_before(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz())
    saved(actor, attempt, "q1", "o1", 7)
    with transaction():
        assert actions.save_page(actor, attempt, {"q1": "o3"}) == {}
    assert stored(attempt) == ({"v": "o3"}, 8, True)
    assert not saved(actor, attempt, "q1", "o1", 8).changed


def test_a_refused_answer_of_a_page_holds_up_no_other(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz(*one_of_each()))
    with transaction():
        refused = actions.save_page(actor, attempt, {"q4": ["长" * 300, ""], "q1": "o1"})
    assert list(refused) == ["q4"]
    assert stored(attempt)[0] == {"v": "o1"}


def test_a_question_is_flagged_and_unflagged(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz())
    for on in (True, False):
        with transaction():
            actions.flag(actor, attempt, "q1", on)
        assert paper(actor, attempt)["q1"].flagged is on


# finish


def test_all_right_earns_all_and_is_recorded_once_with_its_minutes(world):
    actor, slug = an_actor(), a_quiz(*one_of_each(), seconds=900)
    with clock.frozen(NOON):
        attempt = begun(actor, slug)
        answered_right(actor, attempt)
    with clock.frozen(NOON + timedelta(seconds=372)):
        assert handed_in(actor, attempt) is True
        assert handed_in(actor, attempt) is False
    [line] = records_of(actor)
    assert (line.earned, line.possible, line.passed) == (from_fraction(14), from_fraction(14), True)
    assert (line.credited_minutes, line.observed_seconds, line.ref) == (15, 372, attempt)
    assert session().get_one(Standing, (actor.id, document_id(slug))).state == "done"
    assert log.verify().problems == ()


def test_the_house_is_told_of_each_result_once(world, monkeypatch):
    bus, heard = Bus(), []
    bus.subscribe(QuizGraded, heard.append)
    monkeypatch.setitem(world.extensions, "lms_bus", bus)
    actor, slug = an_actor(), a_quiz()
    attempt = begun(actor, slug)
    answered_right(actor, attempt)
    with clock.frozen(NOON):
        handed_in(actor, attempt)
        handed_in(actor, attempt)
    points = from_fraction(2)
    assert heard == [
        QuizGraded(
            person_id=actor.id,
            document_id=document_id(slug),
            attempt_id=attempt,
            earned=points,
            possible=points,
            passed=True,
            at=NOON,
        )
    ]


def test_parts_of_an_answer_earn_exact_parts(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz(*one_of_each()))
    saved(actor, attempt, "q2", [], 1)
    item = paper(actor, attempt)["q2"]
    saved(actor, attempt, "q2", right_value(item)[:1], 2)
    saved(actor, attempt, "q4", ["48", "发货"], 1)
    handed_in(actor, attempt)
    assert queries.own_sitting(actor, attempt).earned == from_fraction(2)
    assert [item.earned for item in paper(actor, attempt).values()] == [
        from_fraction(points) for points in (0, 1, 0, 1, 0, 0, 0)
    ]


def test_an_empty_paper_earns_nothing_and_fails(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz(*one_of_each()))
    handed_in(actor, attempt)
    sitting = queries.own_sitting(actor, attempt)
    assert (sitting.earned, sitting.passed, sitting.state) == (0, False, State.SUBMITTED)


def test_a_written_answer_leaves_the_verdict_open(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz(*one_of_each(written=True), pass_mark=1))
    answered_right(actor, attempt)
    handed_in(actor, attempt)
    assert queries.own_sitting(actor, attempt).passed is None
    assert records_of(actor)[0].passed is None


def test_nothing_is_saved_after_the_attempt_was_handed_in(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz())
    handed_in(actor, attempt)
    with pytest.raises(AttemptClosed):
        saved(actor, attempt, "q1", "o2", 1)
    assert stored(attempt)[0] is None


def test_the_worker_closes_an_attempt_at_its_deadline_with_what_was_saved(world):
    actor, slug = an_actor(), a_quiz(seconds=60)
    with clock.frozen(NOON):
        attempt = begun(actor, slug)
        answered_right(actor, attempt)
    with clock.frozen(NOON + timedelta(seconds=65)):
        assert jobs.close_expired() == 0
    with clock.frozen(NOON + timedelta(seconds=66)):
        assert jobs.close_expired() == 1
        assert jobs.close_expired() == 0
    sitting = queries.own_sitting(actor, attempt)
    assert (sitting.state, sitting.ended_by, sitting.passed) == (State.EXPIRED, "deadline", True)
    [line] = records_of(actor)
    assert (line.actor_id, line.observed_seconds) == (None, 60)


def test_the_worker_touches_no_other_attempt(world):
    with clock.frozen(NOON):
        over, going, unlimited = (begun(an_actor(), a_quiz(seconds=seconds)) for seconds in (60, 3600, None))
    with clock.frozen(NOON + timedelta(minutes=5)):
        jobs.close_expired()
    states = dict(session().execute(select(Attempt.public_id, Attempt.state)).all())
    assert [states[each] for each in (over, going, unlimited)] == ["expired", "open", "open"]


def test_an_attempt_that_cannot_be_closed_holds_up_no_other(world, caplog):
    with clock.frozen(NOON):
        broken, sound = begun(an_actor(), a_quiz(seconds=60)), begun(an_actor(), a_quiz(seconds=60))
    with transaction() as s:
        s.scalars(select(Attempt).where(Attempt.public_id == broken)).one().limits = {}
    with clock.frozen(NOON + timedelta(minutes=5)):
        assert jobs.close_expired() == 1
    states = dict(session().execute(select(Attempt.public_id, Attempt.state)).all())
    assert (states[broken], states[sound]) == ("open", "expired")
    assert "could not be closed" in caplog.text


def test_handing_in_too_late_counts_as_ended_by_the_deadline(world):
    actor = an_actor()
    with clock.frozen(NOON):
        attempt = begun(actor, a_quiz(seconds=60))
    with clock.frozen(NOON + timedelta(minutes=5)):
        handed_in(actor, attempt)
    sitting = queries.own_sitting(actor, attempt)
    assert (sitting.state, sitting.ended_by) == (State.EXPIRED, "deadline")


# practice


def test_a_practice_answer_is_final_once_its_key_was_shown(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz(use=Use.PRACTICE))
    with pytest.raises(Conflict), transaction():
        actions.check_answer(actor, attempt, "q1")
    saved(actor, attempt, "q1", "o1", 1)
    with transaction():
        actions.check_answer(actor, attempt, "q1")
    with pytest.raises(Conflict) as refused:
        saved(actor, attempt, "q1", "o2", 2)
    assert refused.value.code == "answer_final"
    handed_in(actor, attempt)
    assert queries.own_sitting(actor, attempt).earned == 0


def test_an_exam_answer_cannot_be_checked(world):
    actor = an_actor()
    attempt = begun(actor, a_quiz(use=Use.EXAM))
    saved(actor, attempt, "q1", "o1", 1)
    with pytest.raises(Conflict) as refused, transaction():
        actions.check_answer(actor, attempt, "q1")
    assert refused.value.code == "not_a_practice"


# void


def test_a_voided_attempt_counts_for_nothing_and_gives_its_place_back(world):
    actor, trainer, slug = an_actor(), an_actor(Role.TRAINER), a_quiz(attempts=1)
    attempt = begun(actor, slug)
    answered_right(actor, attempt)
    handed_in(actor, attempt)
    with transaction():
        actions.void(trainer, attempt, "题目有误，重考")
    assert queries.own_sitting(actor, attempt).state is State.VOIDED
    assert session().get_one(Standing, (actor.id, document_id(slug))).state == "touched"
    assert begun(actor, slug) != attempt
    assert log.verify().problems == ()


def test_an_open_attempt_can_be_voided_too(world):
    actor, trainer = an_actor(), an_actor(Role.TRAINER)
    attempt = begun(actor, a_quiz())
    with transaction():
        actions.void(trainer, attempt, "代考")
    with pytest.raises(AttemptClosed) as refused:
        saved(actor, attempt, "q1", "o1", 1)
    assert refused.value.code == "attempt_voided"
    assert records_of(actor) == []


def test_voiding_needs_a_reason_the_permission_and_happens_once(world):
    actor, trainer, lead = an_actor(), an_actor(Role.TRAINER), an_actor(Role.LEAD)
    attempt = begun(actor, a_quiz())
    with pytest.raises(Invalid), transaction():
        actions.void(trainer, attempt, " ")
    with pytest.raises(NotFound), transaction():
        actions.void(lead, attempt, "代考")
    with transaction():
        actions.void(trainer, attempt, "代考")
    with pytest.raises(Conflict), transaction():
        actions.void(trainer, attempt, "代考")


def test_a_save_costs_three_statements_and_never_loads_the_frozen_rules(world, statements):
    actor = an_actor()
    attempt = begun(actor, a_quiz(*one_of_each()))
    saved(actor, attempt, "q1", "o1", 1)
    statements.clear()
    saved(actor, attempt, "q1", "o2", 2)
    assert len(statements) == 3
    assert not any("limits" in statement for statement in statements)
    statements.clear()
    saved(actor, attempt, "q1", "o2", 2)
    assert len(statements) == 4


def test_a_paper_is_written_in_one_statement(world, statements):
    actor, slug = an_actor(), a_quiz(*one_of_each())
    statements.clear()
    begun(actor, slug)
    assert sum("INSERT INTO attempt_item" in statement for statement in statements) == 1
    assert session().scalar(select(func.count()).select_from(AttemptItem)) == 7
