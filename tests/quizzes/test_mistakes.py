"""再练错题: only what was wrong the last time, again and again until it is right, and it counts for nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.core import clock
from lms.core.db import session, transaction
from lms.core.errors import Conflict, NotFound
from lms.core.points import from_fraction
from lms.quizzes import actions, queries
from lms.quizzes.actions.mistakes import practise
from lms.quizzes.models import Attempt
from lms.quizzes.queries.mistakes import mistakes
from lms.quizzes.rules.attempts import State
from lms.quizzes.rules.mistakes import Mistake, may_practise, paper_of, practice_rules
from lms.quizzes.spec import QuizRules, Use
from lms.records.models import Record
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_quizzes import (
    a_quiz,
    a_single,
    answered_right,
    begun,
    document_id,
    handed_in,
    one_of_each,
    paper,
)
from tests.support.pages import send

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
ALL = [Mistake(question=question, points=from_fraction(2)) for question in one_of_each(written=True)]
MARKED_ALONE = 7


@given(st.text(min_size=1), st.lists(st.sampled_from(ALL)), st.booleans(), st.booleans())
def test_a_paper_of_mistakes_asks_each_once_and_nothing_else(seed, wrong, questions, options):
    rules = QuizRules(shuffle_questions=questions, shuffle_options=options)
    asked = [item.asked for item in paper_of(wrong, seed, rules).items]
    assert len(asked) == len(set(asked))
    assert set(asked) == {item.asked for each in wrong for item in paper_of([each], seed, rules).items}
    assert paper_of(wrong, seed, rules) == paper_of(wrong, seed, rules)


def test_a_written_answer_needs_a_marker_and_is_not_practised():
    assert len(paper_of(ALL, "seed", QuizRules()).items) == MARKED_ALONE


def test_an_exam_is_never_practised_and_a_practice_has_no_end():
    assert [use for use in Use if may_practise(use)] == [Use.CHECK, Use.PRACTICE]
    rules = practice_rules(QuizRules(use=Use.CHECK, seconds=60, attempts=1, cooldown_seconds=60, interruptible=False))
    assert (rules.use, rules.seconds, rules.attempts, rules.cooldown_seconds) == (Use.PRACTICE, None, None, 0)


def failed(actor, slug, *wrong):
    """Sit the quiz with these questions wrong."""
    attempt = begun(actor, slug)
    answered_right(actor, attempt, but=wrong)
    handed_in(actor, attempt)


def practising(actor, slug):
    with transaction():
        return practise(actor, slug).public_id


def stems(actor, attempt):
    return [item.question.kind.value for item in paper(actor, attempt).values()]


def test_only_what_was_wrong_comes_again_until_it_is_right(world):
    actor, slug = an_actor(), a_quiz(*one_of_each())
    failed(actor, slug, "q1", "q3")
    attempt = practising(actor, slug)
    assert stems(actor, attempt) == ["single", "true_false"]
    answered_right(actor, attempt, but=("q2",))
    handed_in(actor, attempt)
    again = practising(actor, slug)
    assert stems(actor, again) == ["true_false"]
    answered_right(actor, again)
    handed_in(actor, again)
    with pytest.raises(Conflict):
        practising(actor, slug)


def test_it_counts_for_nothing_and_stands_in_no_list(world):
    actor, slug = an_actor(), a_quiz(*one_of_each(), attempts=2)
    failed(actor, slug, "q1")
    before = session().scalar(select(func.count()).select_from(Record))
    handed_in(actor, practising(actor, slug))
    assert session().scalar(select(func.count()).select_from(Record)) == before
    page = queries.intro(actor, slug)
    assert (len(page.past), page.left, page.mistakes) == (1, 1, 1)


def test_a_key_is_shown_at_once_and_the_answer_stays(world):
    actor, slug = an_actor(), a_quiz(*one_of_each())
    failed(actor, slug, "q1")
    attempt = practising(actor, slug)
    answered_right(actor, attempt)
    with transaction():
        actions.check_answer(actor, attempt, "q1")
    assert paper(actor, attempt)["q1"].earned == from_fraction(2)


def test_pressing_twice_leads_to_the_same_practice(world):
    actor, slug = an_actor(), a_quiz(*one_of_each())
    failed(actor, slug, "q1")
    assert practising(actor, slug) == practising(actor, slug)


def test_the_quiz_itself_is_never_held_up_by_an_open_practice(world):
    actor, slug = an_actor(), a_quiz(*one_of_each())
    failed(actor, slug, "q1")
    practice = practising(actor, slug)
    attempt = begun(actor, slug)
    assert attempt != practice
    assert queries.own_sitting(actor, attempt).occasion == queries.ONCE
    assert queries.own_sitting(actor, practice).state is State.SUBMITTED


def test_no_practice_beside_an_open_paper(world):
    actor, slug = an_actor(), a_quiz(*one_of_each())
    failed(actor, slug, "q1")
    begun(actor, slug)
    with pytest.raises(Conflict):
        practising(actor, slug)


@pytest.mark.parametrize("use", [Use.EXAM])
def test_an_exam_has_no_practice_of_its_mistakes(world, use):
    actor, slug = an_actor(), a_quiz(*one_of_each(), use=use)
    failed(actor, slug, "q1")
    with pytest.raises(NotFound):
        practising(actor, slug)
    assert mistakes(actor.id, document_id(slug)) == []


def test_somebody_elses_mistakes_are_not_mine(world):
    slug = a_quiz(*one_of_each())
    failed(an_actor(), slug, "q1")
    with pytest.raises(Conflict):
        practising(an_actor(), slug)


def test_a_voided_attempt_leaves_no_mistakes(world):
    actor, slug = an_actor(), a_quiz(a_single())
    failed(actor, slug, "q1")
    with transaction() as s:
        s.query(Attempt).update({"state": "voided"})
    assert mistakes(actor.id, document_id(slug)) == []


def test_the_first_page_and_the_result_offer_it_and_lead_there(client):
    person = a_person()
    sign_in(client, person)
    actor, slug = as_actor(person), a_quiz(*one_of_each())
    with clock.frozen(NOON):
        failed(actor, slug, "q1", "q2")
        result = session().scalar(select(Attempt.public_id))
    for path in (f"/quizzes/{slug}", f"/attempts/{result}/result"):
        assert "再练错题（2 题）" in client.get(path).get_data(as_text=True)
    answer = send(client, f"/quizzes/{slug}/mistakes", f"/quizzes/{slug}")
    assert answer.status_code == 303
    attempt = answer.location.removeprefix("/attempts/")
    assert "继续练错题" in client.get(f"/quizzes/{slug}").get_data(as_text=True)
    with clock.frozen(NOON + timedelta(minutes=3)):
        handed_in(actor, attempt)
    page = client.get(f"/attempts/{attempt}/result").get_data(as_text=True)
    assert "练习，不计入成绩" in page
    assert "再考一次" not in page
