"""Marking written answers: what waits, what a mark does to the result, and that nobody overwrites anybody."""

import pytest
from sqlalchemy import func, select

from lms.assignments.models import Assignment, AssignmentItem
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.points import from_fraction
from lms.quizzes.actions import marking
from lms.quizzes.actions import void as void_attempt
from lms.quizzes.models import Attempt, AttemptItem, GradeChange, SecondMark
from lms.quizzes.queries import marking as heaps
from lms.quizzes.rules.attempts import Mark, score
from lms.quizzes.rules.marking import MarkedMeanwhile, NotMarkable, Turn, sampled
from lms.records.models import Record, Standing
from tests.support.make import a_person, an_actor, as_actor
from tests.support.make_content import a_document as published
from tests.support.make_duties import a_document, owes
from tests.support.make_marking import (
    GOOD,
    a_written,
    a_written_quiz,
    criterion,
    marked,
    planned,
    result,
    sheet,
    sitting,
    written,
)
from tests.support.make_quizzes import a_single, answered_right, begun, document_id, handed_in

POINT = from_fraction(1)


def a_trainer():
    return an_actor(Role.TRAINER)


def changes(attempt, position=1):
    return list(
        session().scalars(
            select(GradeChange)
            .where(GradeChange.attempt_id == sitting(attempt).id, GradeChange.position == position)
            .order_by(GradeChange.id)
        )
    )


def item(attempt, position=1):
    found = select(AttemptItem).where(AttemptItem.attempt_id == sitting(attempt).id, AttemptItem.position == position)
    return session().scalars(found.execution_options(populate_existing=True)).one()


def standing(actor, slug):
    return session().get(Standing, (actor.id, document_id(slug)), populate_existing=True)


# closing


def test_an_answer_that_the_rubric_decides_counts_at_once(world):
    slug = a_written_quiz(a_written(rubric=[criterion("must", 3, "抱歉")], manual=False))
    learner = an_actor()
    attempt = written(learner, slug, "很抱歉")
    assert (item(attempt).earned, item(attempt).waiting) == (3 * POINT, False)
    assert sitting(attempt).passed is True


def test_an_answer_for_a_person_counts_nothing_yet_and_leaves_the_verdict_open(world):
    attempt = written(an_actor(), a_written_quiz())
    assert (item(attempt).earned, item(attempt).waiting) == (0, True)
    assert (sitting(attempt).earned, sitting(attempt).passed) == (0, None)
    (auto,) = changes(attempt)
    assert (auto.kind, auto.earned_before, auto.earned_after, auto.version) == ("auto", None, 5 * POINT, 0)
    assert [each["words"] for each in auto.criteria] == [["抱歉"], ["拆开", "照片"], [], []]


def test_a_negated_promise_waits_for_a_person(world):
    shape = [criterion("must", 3, "抱歉"), criterion("never", -3, "保证")]
    slug = a_written_quiz(a_written(rubric=shape, manual=False))
    assert item(written(an_actor(), slug, "抱歉，我不能保证")).waiting
    assert item(written(an_actor(), slug, "抱歉，我保证")).earned == 0


def test_a_phrase_of_a_published_list_lets_an_answer_wait_and_costs_nothing(world):
    words = "---\n类型: 词表\n词表: 禁用语\n---\n# 禁用语\n\n- 百分百到 => 预计…送达\n    - 依据：公司规定\n"
    published(a_trainer(), words, kind="words", slug="words/promises")
    slug = a_written_quiz(a_written(rubric=[criterion("must", 3, "抱歉")], manual=False))
    attempt = written(an_actor(), slug, "抱歉，百分百到")
    assert item(attempt).waiting
    assert changes(attempt)[0].earned_after == 3 * POINT
    (hint,) = sheet(a_trainer(), attempt).hints
    assert (hint.said, hint.instead) == ("百分百到", "预计…送达")


def test_an_empty_answer_waits_for_nobody(world):
    attempt = written(an_actor(), a_written_quiz(), None)
    assert (item(attempt).waiting, sitting(attempt).passed) == (False, False)
    assert changes(attempt) == []


# a mark


def test_the_last_mark_decides_the_attempt_and_everything_follows(world):
    learner, trainer, slug = an_actor(), a_trainer(), a_written_quiz(a_written(), a_single(), pass_mark=0.8)
    attempt = begun(learner, slug)
    answered_right(learner, attempt)
    handed_in(learner, attempt)
    assert (sitting(attempt).passed, standing(learner, slug).state) == (None, "touched")
    saved = marked(trainer, attempt, 3, 2, 2, 0)
    assert (saved.turn, saved.version) == (Turn.FIRST, 1)
    assert (sitting(attempt).earned, sitting(attempt).passed) == (9 * POINT, True)
    assert standing(learner, slug).state == "done"
    last = session().scalars(select(Record).where(Record.person_id == learner.id).order_by(Record.seq.desc())).first()
    assert (last.verb, last.source, last.passed, last.actor_id) == ("regraded", "marking", True, trainer.id)


def test_after_every_mark_the_grade_is_what_the_answers_add_up_to(world):
    learner, trainer = an_actor(), a_trainer()
    slug = a_written_quiz(a_written("一？"), a_written("二？"), a_written("三？"))
    attempt = written(learner, slug, GOOD, GOOD, "您好")
    for position, points in ((2, (3, 1, 1, 0)), (1, (3, 2, 2, 0)), (3, (0, 0, 1, 0)), (2, (3, 0, 0, -4))):
        marked(trainer, attempt, *points, position=position, note="再看一遍")
        rows = session().execute(
            select(AttemptItem.earned, AttemptItem.points, AttemptItem.waiting).where(
                AttemptItem.attempt_id == sitting(attempt).id
            )
        )
        total = score(Mark(earned=e, possible=p, waiting=w) for e, p, w in rows)
        found = sitting(attempt)
        assert (found.earned, found.possible) == (total.earned, total.possible)
        if not total.waiting:
            assert standing(learner, slug).last_earned == total.earned


def test_points_beyond_a_line_are_refused_line_by_line(world):
    attempt = written(an_actor(), a_written_quiz())
    with pytest.raises(Invalid) as refused:
        marked(a_trainer(), attempt, 4, 2, 2, 1)
    assert set(refused.value.fields) == {"points-0", "points-3"}
    assert item(attempt).waiting


def test_what_must_not_be_said_takes_points_and_never_below_nothing(world):
    attempt = written(an_actor(), a_written_quiz())
    assert marked(a_trainer(), attempt, 3, 0, 0, -4).earned == 0


def test_a_change_needs_a_reason_and_is_kept_beside_the_first(world):
    attempt, trainer = written(an_actor(), a_written_quiz()), a_trainer()
    marked(trainer, attempt, 3, 2, 0, 0)
    with pytest.raises(Invalid) as refused:
        marked(trainer, attempt, 3, 2, 2, 0)
    assert set(refused.value.fields) == {"note"}
    marked(trainer, attempt, 3, 2, 2, 0, note="语气其实平和")
    assert [(each.kind, each.earned_before, each.earned_after, each.note) for each in changes(attempt)][1:] == [
        ("mark", None, 5 * POINT, ""),
        ("mark", 5 * POINT, 7 * POINT, "语气其实平和"),
    ]


def test_a_mark_taken_back_lets_the_answer_wait_again(world):
    learner, trainer, slug = an_actor(), a_trainer(), a_written_quiz(pass_mark=0.5)
    attempt = written(learner, slug)
    saved = marked(trainer, attempt, 3, 2, 2, 0)
    with transaction():
        marking.undo(trainer, attempt, 1, version=saved.version)
    assert (item(attempt).waiting, sitting(attempt).passed, sitting(attempt).earned) == (True, None, 0)
    assert [each.kind for each in changes(attempt)] == ["auto", "mark", "undo"]
    marked(trainer, attempt, 3, 2, 0, 0)
    assert sitting(attempt).passed is True


def test_a_step_back_leads_to_the_mark_before_it_and_so_on(world):
    learner, trainer, slug = an_actor(), a_trainer(), a_written_quiz()
    attempt = written(learner, slug)
    for points, note in ((1, ""), (2, "少了一分"), (3, "都说到了")):
        saved = marked(trainer, attempt, points, 0, 0, 0, note=note)
    for left, comment in ((2, "少了一分"), (1, "")):
        with transaction():
            marking.undo(trainer, attempt, 1, version=item(attempt).mark_version)
        assert (item(attempt).earned, item(attempt).marked_by) == (left * POINT, trainer.id)
        assert sheet(trainer, attempt).lines[0].given == left * POINT
        assert result(learner, attempt).lines[0].review.view["comment"] == comment
        marked(trainer, attempt, 0, 0, 0, 0, note="再看")
        with transaction():
            marking.undo(trainer, attempt, 1, version=item(attempt).mark_version)
    assert saved.version == 3
    assert item(attempt).earned == POINT


def test_only_one_s_own_last_mark_is_taken_back(world):
    attempt = written(an_actor(), a_written_quiz())
    saved, other = marked(a_trainer(), attempt), a_trainer()
    with pytest.raises(Conflict), transaction():
        marking.undo(other, attempt, 1, version=saved.version)


# two at once


def test_two_markers_of_one_answer_never_overwrite_each_other(world):
    """Trust row 12: the second is told, sees what the first gave, and both stand in the history in the end."""
    attempt, first, second = written(an_actor(), a_written_quiz()), a_trainer(), a_trainer()
    marked(first, attempt, 3, 2, 2, 0, note="很好")
    with pytest.raises(MarkedMeanwhile) as refused:
        marked(second, attempt, 1, 0, 0, 0, version=0, turn=Turn.FIRST)
    details = refused.value.details
    assert (refused.value.status, details["version"], details["earned"], details["note"]) == (409, 1, "7", "很好")
    assert item(attempt).earned == 7 * POINT
    marked(second, attempt, 1, 0, 0, 0, note="没有道歉")
    assert [each.earned_after for each in changes(attempt)][1:] == [7 * POINT, POINT]


# who may


def test_nobody_marks_his_own_answer(world):
    trainer = a_trainer()
    attempt = written(trainer, a_written_quiz())
    with pytest.raises(Forbidden):
        sheet(trainer, attempt)
    assert heaps.tasks(trainer) == []
    assert len(heaps.tasks(a_trainer())) == 1


def test_who_may_not_mark_does_not_see_that_there_is_something(world):
    attempt = written(an_actor(), a_written_quiz())
    for role in (Role.LEAD, Role.QUALITY, Role.AGENT):
        with pytest.raises(NotFound):
            sheet(an_actor(role), attempt)


@pytest.mark.parametrize("position", [1, 2])
def test_what_no_person_marks_is_refused(world, position):
    learner = an_actor()
    attempt = begun(learner, a_written_quiz(a_single(), a_written()))
    with pytest.raises(NotMarkable):
        sheet(a_trainer(), attempt, position)


def test_a_voided_attempt_is_marked_no_more(world):
    attempt, trainer = written(an_actor(), a_written_quiz()), a_trainer()
    with transaction():
        void_attempt(trainer, attempt, "代考")
    with pytest.raises(NotMarkable):
        sheet(trainer, attempt)
    assert heaps.tasks(trainer) == []


# blind


def test_a_blind_quiz_shows_no_name_no_time_and_no_name_of_the_attempt(world):
    trainer, slug = a_trainer(), a_written_quiz()
    attempt = written(an_actor(name="林小满"), slug)
    planned(trainer, slug, blind=True)
    (task,) = heaps.tasks(trainer)
    assert (task.name, task.at) == ("", None)
    assert attempt not in task.ref
    shown = sheet(trainer, task.ref)
    assert (shown.name, shown.at) == ("", None)
    with pytest.raises(NotFound):
        sheet(trainer, attempt)
    marked(trainer, task.ref, 3, 2, 2, 0)
    assert item(attempt).earned == 7 * POINT


def test_a_blind_quiz_comes_in_an_order_that_tells_nothing(world):
    trainer, slug = a_trainer(), a_written_quiz()
    attempts = [written(an_actor(), slug) for _ in range(12)]
    open_order = [task.ref for task in heaps.tasks(trainer)]
    planned(trainer, slug, blind=True)
    blind_order = [sheet(trainer, task.ref).public_id for task in heaps.tasks(trainer)]
    assert open_order == attempts
    assert sorted(blind_order) == sorted(attempts) != blind_order != attempts


# second marks


def doubled(trainer):
    slug = a_written_quiz()
    planned(trainer, slug, second_percent=100)
    attempt = written(an_actor(), slug)
    saved = marked(trainer, attempt, 3, 2, 2, 0)
    assert saved.again
    return slug, attempt


def test_a_second_marker_is_another_one_and_sees_nothing_of_the_first(world):
    first, second = a_trainer(), a_trainer()
    _, attempt = doubled(first)
    assert heaps.tasks(first) == []
    assert [task.turn for task in heaps.tasks(second)] == [Turn.SECOND]
    shown = sheet(second, attempt)
    assert (shown.turn, shown.history, shown.second, shown.earned) == (Turn.SECOND, (), None, 0)
    assert [line.given for line in shown.lines] == [3 * POINT, 2 * POINT, None, 0]


def test_two_that_agree_are_settled_and_change_nothing(world):
    first, second = a_trainer(), a_trainer()
    slug, attempt = doubled(first)
    marked(second, attempt, 3, 2, 2, 0)
    assert heaps.tasks(first) == heaps.tasks(second) == []
    found = heaps.agreement_in(document_id(slug))
    assert (found.count, found.exact, found.within) == (1, 1, 1)


def test_two_that_differ_wait_for_somebody_to_decide(world):
    first, second, third = a_trainer(), a_trainer(), a_trainer()
    slug, attempt = doubled(first)
    marked(second, attempt, 1, 0, 0, 0)
    assert item(attempt).earned == 7 * POINT
    assert [task.turn for task in heaps.tasks(third)] == [Turn.SETTLE]
    shown = sheet(third, attempt)
    assert (shown.second.earned, shown.first.after) == (POINT, 7 * POINT)
    marked(third, attempt, 3, 0, 1, 0)
    assert (item(attempt).earned, changes(attempt)[-1].kind) == (4 * POINT, "settle")
    assert heaps.tasks(third) == []
    assert heaps.agreement_in(document_id(slug)).exact == 0


def test_a_mark_that_met_a_second_one_is_told_nothing_of_the_first(world):
    first, second = a_trainer(), a_trainer()
    _, attempt = doubled(first)
    with pytest.raises(MarkedMeanwhile) as refused:
        marked(second, attempt, version=0, turn=Turn.FIRST)
    assert set(refused.value.details) == {"version", "turn"}


def test_a_second_person_is_asked_for_the_answers_of_the_sample_and_no_other(world):
    """That the sample is as large as it is said is a rule: test_marking_rules."""
    trainer, slug = a_trainer(), a_written_quiz()
    planned(trainer, slug, second_percent=50)
    answers = [written(an_actor(), slug) for _ in range(6)]
    for answer in answers:
        marked(trainer, answer)
    asked = select(Attempt.public_id).join(SecondMark, SecondMark.attempt_id == Attempt.id)
    assert set(session().scalars(asked)) == {answer for answer in answers if sampled(answer, 1, 50)}


# what follows


def test_a_quiz_of_a_curriculum_is_done_with_its_last_mark(world):
    trainer, person = a_trainer(), a_person()
    slug = a_written_quiz(pass_mark=0.5)
    quiz = session().get_one(Document, document_id(slug))
    owes(person, a_document("curriculum"), (quiz, None, False))
    attempt = written(as_actor(person), slug)
    assert duty(person).done_at is None
    marked(trainer, attempt, 3, 2, 2, 0)
    assert duty(person).done_at is not None


def duty(person):
    found = select(AssignmentItem).join(Assignment).where(Assignment.person_id == person.id)
    return session().scalars(found.execution_options(populate_existing=True)).one()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True, scope="session")
def test_two_hundred_marks_given_one_after_the_other_all_stand(world):
    """Trust row 13: forwards and backwards through the answers as fast as it goes, every mark is stored."""
    trainer = a_trainer()
    slug = a_written_quiz(*(a_written(f"第 {n} 问？") for n in range(5)))
    attempts = [written(an_actor(), slug, *[GOOD] * 5) for _ in range(20)]
    wanted = {}
    for version, places in ((0, range(1, 6)), (1, range(5, 0, -1))):
        for position in places:
            for number, attempt in enumerate(attempts):
                given = {0: (number + position + version) % 4 * POINT, 1: 0, 2: 0, 3: 0}
                turn = Turn.CHANGE if version else Turn.FIRST
                with transaction():
                    marking.save_mark(trainer, attempt, position, version=version, turn=turn, given=given, note="复看")
                wanted[attempt, position] = given[0]
    stored = session().execute(select(AttemptItem.attempt_id, AttemptItem.position, AttemptItem.earned))
    keys = {sitting(attempt).id: attempt for attempt in attempts}
    assert {(keys[a], p): e for a, p, e in stored if a in keys} == wanted
    assert session().scalar(select(func.count()).where(GradeChange.kind == "mark")) == 200


def test_the_learner_sees_words_what_was_missing_and_the_comment_once_it_is_marked(world):
    learner, trainer = an_actor(), a_trainer()
    attempt = written(learner, a_written_quiz(), "很抱歉。")
    (line,) = result(learner, attempt).lines
    assert (line.mode, line.review.view["rubric"]) == ("waiting", [])
    marked(trainer, attempt, 3, 0, 2, 0, note="再请顾客拍照")
    (line,) = result(learner, attempt).lines
    assert line.mode == "half"
    assert [row["points"] for row in line.review.view["rubric"]] == [3, 0, 2, 0]
    assert line.review.view["comment"] == "再请顾客拍照"
    assert {"text": "抱歉", "tone": "earns", "lines": [1]} in line.review.view["pieces"]
