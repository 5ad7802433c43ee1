"""A key is corrected or a question dropped: what is written, who is told, and what stays as it was."""

from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.assignments.queries import duties
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid
from lms.core.here import today
from lms.notifications.models import Notice
from lms.questions.rules.identity import asked_sha
from lms.quizzes import actions
from lms.quizzes.actions import health, regrade
from lms.quizzes.models import GradeChange, QuizHealth, Regrade, RegradeLine
from lms.quizzes.queries import Mode
from lms.quizzes.queries.impact import impact
from lms.quizzes.rules.regrade import NothingLeft, Rekey
from lms.records import queries as log
from lms.records.events import Verb
from lms.records.models import Record, RecordNote, Standing
from tests.support.make import an_actor
from tests.support.make_learning import owes
from tests.support.make_quizzes import a_quiz, a_single, begun, document_id, handed_in, paper
from tests.support.make_regrades import answered, begun_regrade, carried_out, regraded, result, shown, summed

POINT = 2 * 27_720  # what a question counts in these quizzes
WRONG = a_single("几天内可以退？", right="o3")  # the author meant o2
OTHER = a_single("运费谁付？", options=("商家", "顾客"), right="o1")
RIGHT = replace(WRONG, shape=replace(WRONG.shape, right="o2"))


@pytest.fixture
def trainer(world):
    return an_actor(Role.TRAINER)


@pytest.fixture
def slug(world):
    return a_quiz(WRONG, OTHER, pass_mark=Fraction(60, 100), attempts=None)


def lines(actor):
    return list(session().scalars(select(Record).where(Record.person_id == actor.id).order_by(Record.seq)))


def notices(actor):
    return [row.sentence["values"] for row in session().scalars(select(Notice).where(Notice.person_id == actor.id))]


def standing(actor, slug):
    return session().get(Standing, (actor.id, document_id(slug)), populate_existing=True)


def test_a_corrected_key_gives_everybody_what_they_earn_by_it(trainer, slug):
    _, one = answered(slug, "o2", "o1")
    _, other = answered(slug, "o3", "o1")
    assert (result(one)[2], result(other)[2]) == (False, True)
    regraded(trainer, slug, WRONG, RIGHT)
    assert (result(one), result(other)) == ((2 * POINT, 2 * POINT, True), (POINT, 2 * POINT, False))
    assert summed(one) == result(one)[:2]
    assert summed(other) == result(other)[:2]


def test_the_questions_of_a_quiz_are_counted_anew_once_its_key_is_corrected(trainer, slug):
    answered(slug, "o2", "o1")
    with transaction() as s:
        health.look_at(document_id(slug))
        s.get_one(QuizHealth, document_id(slug)).bad = 1
    regraded(trainer, slug, WRONG, RIGHT)
    assert session().get_one(QuizHealth, document_id(slug), populate_existing=True).bad == 0


def test_the_log_keeps_the_old_line_and_says_why_another_result_counts(trainer, slug):
    actor, _ = answered(slug, "o2", "o1")
    regraded(trainer, slug, WRONG, RIGHT, reason="原答案看错了条款")
    first, second = lines(actor)
    assert (first.verb, second.verb, second.corrects) == (Verb.GRADED, Verb.REGRADED, first.seq)
    assert (second.source, second.actor_id, second.passed) == ("regrade", trainer.id, True)
    assert session().get_one(RecordNote, second.seq).text == "原答案看错了条款"
    assert log.verify().problems == ()


def test_who_passes_by_it_has_completed_the_quiz(trainer, slug):
    actor, _ = answered(slug, "o2", "o1")
    assert standing(actor, slug).state == "failed"
    regraded(trainer, slug, WRONG, RIGHT)
    assert standing(actor, slug).state == "done"


def test_who_falls_below_keeps_the_completion(trainer, slug):
    actor, attempt = answered(slug, "o3", "o1")
    regraded(trainer, slug, WRONG, RIGHT)
    assert (result(attempt)[2], standing(actor, slug).state) == (False, "done")


def test_the_old_result_stands_beside_the_new_one(trainer, slug):
    answered(slug, "o2", "o1")
    regraded(trainer, slug, WRONG, RIGHT)
    line = session().scalars(select(RegradeLine)).one()
    assert (line.old_earned, line.old_passed, line.new_earned, line.new_passed) == (POINT, False, 2 * POINT, True)
    change = session().scalars(select(GradeChange)).one()
    assert (change.kind, change.earned_before, change.earned_after, change.made_by) == ("regrade", 0, POINT, trainer.id)


def test_people_are_told_old_and_new_score_once(trainer, slug):
    actor, _ = answered(slug, "o2", "o1")
    same, _ = answered(slug, "o1", "o1")
    public_id = regraded(trainer, slug, WRONG, RIGHT)
    carried_out(public_id)
    told = notices(actor)
    assert [(each["number"], each["old"], each["new"]) for each in told] == [(1, "50", "100")]
    assert notices(same) == []


def test_a_result_shows_the_corrected_key(trainer, slug):
    actor, attempt = answered(slug, "o2", "o1")
    regraded(trainer, slug, WRONG, RIGHT)
    line = shown(actor, attempt).lines[0]
    assert line.mode is Mode.RIGHT
    assert [each["id"] for each in line.review.view["options"] if each["right"]] == ["o2"]


def test_a_dropped_question_counts_for_nobody(trainer, slug):
    actor, attempt = answered(slug, "o2", "o1")
    _, worse = answered(slug, "o3", "o2")
    regraded(trainer, slug, WRONG, None)
    assert (result(attempt), result(worse)) == ((POINT, POINT, True), (0, POINT, False))
    found = shown(actor, attempt)
    assert [line.mode for line in found.lines] == [Mode.DROPPED, Mode.RIGHT]
    assert (found.summary.total, found.summary.right) == (1, 1)


def test_a_question_that_is_all_of_a_paper_is_not_dropped(trainer):
    alone = a_quiz(WRONG)
    answered(alone, "o2", submit=False)
    with pytest.raises(NothingLeft):
        begun_regrade(trainer, alone, WRONG, None)


def test_there_and_back_is_where_it_began(trainer, slug):
    actor, attempt = answered(slug, "o3", "o1")
    before = result(attempt)
    regraded(trainer, slug, WRONG, RIGHT)
    regraded(trainer, slug, WRONG, WRONG, reason="更正错了")
    assert result(attempt) == before
    assert [line.verb for line in lines(actor)] == [Verb.GRADED, Verb.REGRADED, Verb.REGRADED]
    regraded(trainer, slug, WRONG, None)
    regraded(trainer, slug, WRONG, WRONG)
    assert (result(attempt), summed(attempt)) == (before, before[:2])


def test_whoever_is_sitting_is_marked_by_the_corrected_key_at_once(trainer, slug):
    actor, attempt = answered(slug, "o2", "o1", submit=False)
    regraded(trainer, slug, WRONG, RIGHT)
    handed_in(actor, attempt)
    assert result(attempt) == (2 * POINT, 2 * POINT, True)
    assert [line.verb for line in lines(actor)] == [Verb.GRADED]
    assert shown(actor, attempt).lines[0].mode is Mode.RIGHT


def test_whoever_is_sitting_while_a_question_is_dropped_is_marked_without_it(trainer, slug):
    actor, attempt = answered(slug, "o1", "o1", submit=False)
    regraded(trainer, slug, WRONG, None)
    handed_in(actor, attempt)
    assert result(attempt) == (POINT, POINT, True)


def test_a_voided_attempt_is_left_alone(trainer, slug):
    _, attempt = answered(slug, "o2", "o1")
    with transaction():
        actions.void(trainer, attempt, "测试账号")
    regraded(trainer, slug, WRONG, RIGHT)
    assert session().scalars(select(RegradeLine)).all() == []


def test_the_same_again_changes_nothing_and_is_refused(trainer, slug):
    answered(slug, "o2", "o1")
    with pytest.raises(Conflict):
        begun_regrade(trainer, slug, WRONG, WRONG)
    regraded(trainer, slug, WRONG, RIGHT)
    with pytest.raises(Conflict):
        begun_regrade(trainer, slug, WRONG, RIGHT)


def test_a_second_regrade_of_a_version_waits_for_the_first(trainer, slug):
    answered(slug, "o2", "o1")
    begun_regrade(trainer, slug, WRONG, RIGHT)
    with pytest.raises(regrade.Busy):
        begun_regrade(trainer, slug, WRONG, None)


def test_a_preview_that_is_another_by_now_is_not_applied(trainer, slug):
    answered(slug, "o2", "o1")
    with pytest.raises(regrade.Moved):
        begun_regrade(trainer, slug, WRONG, RIGHT, seen="0" * 16)
    assert session().scalars(select(Regrade)).all() == []


def test_a_regrade_needs_a_reason(trainer, slug):
    with pytest.raises(Invalid):
        begun_regrade(trainer, slug, WRONG, RIGHT, reason=" ")


def test_a_crash_between_two_portions_goes_on_and_does_nothing_twice(trainer, slug, monkeypatch):
    monkeypatch.setattr(regrade, "AT_ONCE", 1)
    people = [answered(slug, "o2", "o1") for _ in range(3)]
    number = regrade.number_of(begun_regrade(trainer, slug, WRONG, RIGHT))
    with transaction():
        regrade.portion(number)
    assert [result(attempt)[2] for _, attempt in people] == [True, False, False]
    progress = regrade.progress(number)
    assert (progress.done, progress.total, progress.at) == (1, 3, None)
    assert regrade.going() == [number]
    after = 0
    while after is not None:
        with transaction():
            after = regrade.portion(number, after)
    assert all(result(attempt)[2] for _, attempt in people)
    assert [len(lines(actor)) for actor, _ in people] == [2, 2, 2]
    assert (regrade.going(), regrade.progress(number).at is None) == ([], False)


def test_the_same_question_in_two_quizzes_is_marked_again_in_both(trainer, slug):
    second = a_quiz(WRONG, a_single("另一题"), pass_mark=Fraction(60, 100))
    _, one = answered(slug, "o2", "o1")
    _, other = answered(second, "o2", "o2")
    regraded(trainer, slug, WRONG, RIGHT)
    assert (result(one)[2], result(other)[2]) == (True, True)


def test_a_dropped_question_is_asked_nobody_any_more(trainer, slug):
    answered(slug, "o2", "o1")
    regraded(trainer, slug, WRONG, None)
    actor = an_actor()
    assert [item.question.stem.text for item in paper(actor, begun(actor, slug)).values()] == [OTHER.stem.text]


def test_the_effect_says_whose_duty_it_would_end_and_who_keeps_a_completion(trainer, slug):
    gains, _ = answered(slug, "o2", "o1")
    answered(slug, "o3", "o1")
    owes(trainer, session().get_one(Document, document_id(slug)), session().get_one(Person, gains.id))
    found = impact(WRONG, asked_sha(WRONG), Rekey(by=RIGHT))
    assert [each.count for each in found.consequences] == [1, 1]
    regraded(trainer, slug, WRONG, RIGHT)
    assert duties(gains.id, today())[0].item.done_at is not None
