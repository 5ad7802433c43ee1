"""知识考核: each week a few questions from what a person learned, as a duty; what is answered decides what comes next."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from lms.accounts.models import Person
from lms.assignments.models import Assignment
from lms.content.actions import archive
from lms.content.models import Document, Part
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.quizzes import actions, jobs, queries
from lms.quizzes.actions.recall import NothingLearned, round_of
from lms.quizzes.models import Attempt, Memory
from lms.quizzes.queries.intro import intro
from lms.quizzes.queries.recall import recurring_checks
from lms.quizzes.queries.rounds import faded, rounds
from lms.quizzes.queries.sittings import asked_question
from lms.quizzes.spec import Recurring
from tests.support import make_duties
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_question, a_trainer
from tests.support.make_duties import owes
from tests.support.make_quizzes import answered_right, begun, document_id, handed_in, paper
from tests.support.make_regrades import regraded

MONDAY = datetime(2026, 11, 16, 1, tzinfo=UTC)
WEEK = timedelta(days=7)


def a_quiz(author, name, count, *, use="小测", more=""):
    questions = "\n\n".join(a_question(f"{name}{number}？", right="7 天") for number in range(1, count + 1))
    source = f"---\n类型: 测验\n用途: {use}\n{more}---\n# {name}\n\n## 基础\n`全部`\n\n{questions}\n"
    return a_document(author, source, kind="quiz", slug=name)


def a_check(author, *, questions=3, day="周一", more=""):
    source = f"---\n类型: 测验\n用途: 知识考核\n考核日: {day}\n每次题数: {questions}\n{more}---\n# 每周知识考核\n"
    return a_document(author, source, kind="quiz", slug="weekly")


def an_agent(**more):
    return a_person(Role.AGENT, **more)


def passed(person, slug):
    actor = as_actor(person)
    attempt = begun(actor, slug)
    answered_right(actor, attempt)
    handed_in(actor, attempt)


def failed(person, slug):
    actor = as_actor(person)
    handed_in(actor, begun(actor, slug))


def owed(person):
    found = session().execute(
        select(Assignment.occasion, Assignment.state, Assignment.due_on)
        .where(Assignment.person_id == person.id)
        .order_by(Assignment.occasion)
    )
    return [tuple(row) for row in found]


def asked(person, slug="weekly"):
    actor = as_actor(person)
    return {item.question.stem.text for item in paper(actor, begun(actor, slug)).values()}


@pytest.mark.parametrize(
    ("today", "occasion", "last_day"),
    [
        (date(2026, 11, 16), "check:2026-W47", date(2026, 11, 22)),
        (date(2026, 11, 22), "check:2026-W47", date(2026, 11, 22)),
        (date(2026, 11, 23), "check:2026-W48", date(2026, 11, 29)),
        (date(2027, 1, 1), "check:2026-W53", date(2027, 1, 3)),
    ],
)
def test_a_round_lasts_from_its_day_for_a_week(today, occasion, last_day):
    assert round_of(Recurring(weekday=0), today) == (occasion, last_day)


def test_a_round_that_begins_on_thursday_runs_until_wednesday():
    assert round_of(Recurring(weekday=3), date(2026, 11, 17)) == ("check:2026-W46", date(2026, 11, 18))


def test_who_has_learned_enough_gets_the_round_once(world):
    author, person, beginner = a_trainer(), an_agent(), an_agent()
    a_quiz(author, "退货", 3)
    a_check(author)
    with clock.frozen(MONDAY):
        passed(person, "退货")
        assert jobs.give_checks() == 1
        assert jobs.give_checks() == 0
    assert owed(person) == [("check:2026-W47", "open", date(2026, 11, 22))]
    assert owed(beginner) == []


def test_without_a_position_every_agent_gets_it_and_nobody_else(world):
    author, plain, lead = a_trainer(), a_person(), a_person(Role.LEAD)
    a_quiz(author, "退货", 3)
    a_check(author)
    with clock.frozen(MONDAY):
        passed(plain, "退货")
        passed(lead, "退货")
        jobs.give_checks()
    assert (len(owed(plain)), owed(lead)) == (1, [])


def test_only_the_named_positions_get_it(world):
    author, sales, returns = a_trainer(), an_agent(position="售前客服"), an_agent(position="售后客服")
    a_quiz(author, "退货", 3)
    a_check(author, more="岗位: [售后客服]\n")
    with clock.frozen(MONDAY):
        passed(sales, "退货")
        passed(returns, "退货")
        jobs.give_checks()
    assert (owed(sales), len(owed(returns))) == ([], 1)


def test_who_has_left_gets_none(world):
    author, gone = a_trainer(), an_agent()
    a_quiz(author, "退货", 3)
    a_check(author)
    with clock.frozen(MONDAY):
        passed(gone, "退货")
        with transaction():
            session().get_one(Person, gone.id).active = False
        assert jobs.give_checks() == 0


def test_who_is_still_in_onboarding_has_enough_to_do(world):
    author, new = a_trainer(), an_agent()
    a_quiz(author, "退货", 3)
    a_check(author)
    with clock.frozen(MONDAY):
        passed(new, "退货")
        owes(new, make_duties.a_document("curriculum"), (make_duties.a_document(), None, False))
        assert jobs.give_checks() == 0


def to_be_passed_again(person, slug):
    """Owe an exam that was passed once more."""
    due = Assignment(
        person_id=person.id,
        document_id=document_id(slug),
        occasion="2027",
        counts_from=clock.now(),
        starts_on=date(2026, 11, 16),
    )
    with transaction():
        session().add(due)
    return due


def test_who_may_be_asked_nothing_of_what_was_learned_gets_no_round(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "上岗", 3, use="考试", more="可考次数: 5\n")
    a_check(author)
    with clock.frozen(MONDAY):
        passed(person, "上岗")
        to_be_passed_again(person, "上岗")
        assert jobs.give_checks() == 0


def test_what_is_meant_for_others_now_does_not_count_towards_a_round(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 3)
    a_check(author)
    with clock.frozen(MONDAY):
        passed(person, "退货")
        with transaction():
            session().execute(update(Document).where(Document.title == "退货").values(audience=["质检"]))
        assert jobs.give_checks() == 0
        with transaction():
            session().execute(update(Document).where(Document.title == "退货").values(audience=["客服"]))
        assert jobs.give_checks() == 1


def test_what_is_learned_otherwise_than_by_its_quiz_counts_too(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "练习", 3, use="练习")
    a_check(author)
    with clock.frozen(MONDAY):
        all_wrong(person, "练习")
        assert jobs.give_checks() == 1


def test_no_other_quiz_is_read_to_find_the_checks(world, statements):
    author = a_trainer()
    for number in range(3):
        a_quiz(author, f"退货{number}", 1)
    a_check(author)
    weekly = document_id("weekly")
    statements.clear()
    assert [document for document, _ in recurring_checks()] == [weekly]
    assert len(statements) <= 3


def all_wrong(person, slug="weekly"):
    actor = as_actor(person)
    attempt = begun(actor, slug)
    for key in paper(actor, attempt):
        with transaction():
            actions.save_answer(actor, attempt, key, "o2", 9)
    handed_in(actor, attempt)


def test_a_paper_handed_in_half_empty_does_not_do(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 3)
    a_check(author)
    with clock.frozen(MONDAY):
        passed(person, "退货")
        jobs.give_checks()
        failed(person, "weekly")
        assert [state for _, state, _ in owed(person)] == ["open"]
        all_wrong(person)
    assert [state for _, state, _ in owed(person)] == ["done"]


def test_answering_it_is_enough_whatever_was_right(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 3)
    a_check(author)
    with clock.frozen(MONDAY):
        passed(person, "退货")
        jobs.give_checks()
    with clock.frozen(MONDAY + timedelta(days=1)):
        all_wrong(person)
    assert [(occasion, state) for occasion, state, _ in owed(person)] == [("check:2026-W47", "done")]
    assert session().scalars(select(Attempt.occasion).where(Attempt.document_id == document_id("weekly"))).all() == [
        "check:2026-W47"
    ]


def test_a_missed_round_is_not_asked_on_top_of_the_new_one(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 3)
    a_check(author)
    with clock.frozen(MONDAY):
        passed(person, "退货")
        jobs.give_checks()
    with clock.frozen(MONDAY + WEEK):
        jobs.give_checks()
    assert [(occasion, state) for occasion, state, _ in owed(person)] == [
        ("check:2026-W47", "withdrawn"),
        ("check:2026-W48", "open"),
    ]


def test_it_asks_only_what_the_person_learned(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 2)
    a_quiz(author, "物流", 2)
    a_check(author)
    passed(person, "退货")
    assert asked(person) == {"退货1？", "退货2？"}


def test_what_was_forgotten_comes_before_what_was_known(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 4, more="及格: 50%\n")
    a_check(author, questions=2)
    actor = as_actor(person)
    with clock.frozen(MONDAY):
        attempt = begun(actor, "退货")
        answered_right(actor, attempt, but=("q2", "q4"))
        with transaction():
            for key in ("q2", "q4"):
                actions.save_answer(actor, attempt, key, "o2", 9)
        handed_in(actor, attempt)
    with clock.frozen(MONDAY + timedelta(days=20)):
        assert asked(person) == {"退货2？", "退货4？"}


def test_an_exam_that_is_still_to_be_passed_gives_no_key_away(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "上岗", 3, use="考试")
    a_check(author)
    failed(person, "上岗")
    with pytest.raises(NothingLearned):
        begun(as_actor(person), "weekly")


def test_an_exam_that_is_sat_again_gives_no_key_away_meanwhile(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "上岗", 3, use="考试", more="可考次数: 5\n")
    a_quiz(author, "退货", 2)
    a_check(author)
    passed(person, "上岗")
    passed(person, "退货")
    begun(as_actor(person), "上岗")
    assert asked(person) == {"退货1？", "退货2？"}


def test_an_exam_that_has_to_be_passed_again_gives_no_key_away_until_then(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "上岗", 2, use="考试", more="可考次数: 5\n")
    a_check(author)
    passed(person, "上岗")
    due = to_be_passed_again(person, "上岗")
    with pytest.raises(NothingLearned):
        begun(as_actor(person), "weekly")
    with transaction():
        due.state = "done"
        session().merge(due)
    assert asked(person) == {"上岗1？", "上岗2？"}


def test_a_pass_that_a_regrade_took_away_closes_the_key_again(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "上岗", 2, use="考试", more="可考次数: 5\n")
    a_check(author)
    passed(person, "上岗")
    with transaction():
        session().execute(update(Attempt).where(Attempt.person_id == person.id).values(passed=False))
    with pytest.raises(NothingLearned):
        begun(as_actor(person), "weekly")


def test_what_was_withdrawn_is_asked_no_more(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 2)
    a_quiz(author, "物流", 2)
    a_check(author)
    passed(person, "退货")
    passed(person, "物流")
    with transaction():
        archive(author, document_id("退货"))
    assert asked(person) == {"物流1？", "物流2？"}


def test_a_question_that_counts_for_nobody_is_asked_no_more(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 2)
    a_check(author)
    passed(person, "退货")
    actor = as_actor(person)
    asked_first = session().scalars(select(Part).where(Part.title == "退货1？")).one()
    regraded(author, "退货", asked_question(asked_first.text_sha), None)
    assert {item.question.stem.text for item in paper(actor, begun(actor, "weekly")).values()} == {"退货2？"}


def test_an_answer_is_remembered_once_however_often_its_attempt_is_told(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 2)
    with clock.frozen(MONDAY):
        passed(person, "退货")
    found = session().scalars(select(Memory).where(Memory.person_id == person.id)).all()
    assert len(found) == 2
    assert {each.last_at for each in found} == {MONDAY}


def test_beyond_the_round_it_is_exercise(world):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 3)
    a_check(author)
    passed(person, "退货")
    failed(person, "weekly")
    sitting = queries.history(person.id, document_id("weekly"), clock.now())
    assert [each.occasion for each in sitting] == ["once"]


def test_the_trainer_sees_who_did_it_and_what_is_being_forgotten(client):
    author, people = a_person(Role.TRAINER), [an_agent() for _ in range(5)]
    a_quiz(as_actor(author), "退货", 3)
    a_check(as_actor(author))
    with clock.frozen(MONDAY - 4 * WEEK):
        for person in people:
            passed(person, "退货")
    with clock.frozen(MONDAY):
        jobs.give_checks()
        all_wrong(people[0])
        (this_week,) = rounds()
        assert (this_week.given, this_week.done, this_week.week) == (5, 1, "2026-W47")
        assert [(each.people, each.due) for each in faded(clock.now())] == [(5, 4)] * 3
        sign_in(client, author)
        page = client.get("/recall").text
    assert "1/5" in page
    assert "退货1？" in page


def test_agents_do_not_see_what_others_forget(client):
    sign_in(client, an_agent())
    assert client.get("/recall").status_code == 403


def test_the_panel_offers_the_check_that_is_owed(client):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 3)
    a_check(author)
    passed(person, "退货")
    sign_in(client, person)
    assert "每周知识考核" not in client.get("/panel").text
    jobs.give_checks()
    assert 'action="/quizzes/weekly"' in client.get("/panel").text
    all_wrong(person)
    assert "每周知识考核" not in client.get("/panel").text


def test_its_first_page_says_how_many_questions_there_are_now(client):
    author, person = a_trainer(), an_agent()
    a_quiz(author, "退货", 2)
    a_check(author, questions=5)
    sign_in(client, person)
    assert "先学完一门课或通过一份测验" in client.get("/quizzes/weekly").text
    passed(person, "退货")
    found = intro(as_actor(person), "weekly")
    assert (found.questions, found.held, found.refusal) == (2, 0, None)
