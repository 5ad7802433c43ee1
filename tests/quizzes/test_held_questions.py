"""A question whose source changed is asked nobody new until a trainer has confirmed its key."""

import threading

import pytest

from lms.content.actions import marks, rename
from lms.content.queries import marks as doubts
from lms.content.queries.marks import Wanted
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.notifications import queries as inbox
from lms.quizzes import queries
from lms.quizzes.actions.start import Held
from lms.quizzes.rules.holding import left_on_paper, why_not_now
from lms.quizzes.spec import QuizRules, QuizSpec, Section, Use
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, a_question, a_trainer, an_article_text, edited
from tests.support.make_quizzes import a_single, begun, handed_in, paper
from tests.support.pages import send

RULE = "## 时效\n七天内可以申请。\n\n## 运费\n质量问题由商家承担。"


def rule_of(author):
    return a_document(author, an_article_text("退货规则", RULE), slug="rule")


def changed(author, rule, new="十五天", **more):
    edited(author, rule, an_article_text("退货规则", RULE.replace("七天", new)), **more)


def quiz_text(*anchors, use="小测", draw="全部", right="7 天"):
    questions = "\n\n".join(
        a_question(f"第{number}题？", right=right) + f"\n\n> 解析：见[这里](../kb_content/rule.md#{anchor})。"
        for number, anchor in enumerate(anchors, start=1)
    )
    return f"---\n类型: 测验\n用途: {use}\n---\n# 小测\n\n## 基础\n`{draw}`\n\n{questions}\n"


def a_quiz(author, *anchors, slug="check", **more):
    return a_document(author, quiz_text(*anchors, **more), kind="quiz", slug=slug)


def asked(actor, attempt):
    return {item.question.stem.text for item in paper(actor, attempt).values()}


def confirm_all(author):
    with transaction():
        marks.confirm(author, [mark.id for mark in doubts.open_marks(Wanted())])


def test_a_question_in_doubt_is_not_asked(world):
    author = a_trainer()
    rule = rule_of(author)
    a_quiz(author, "时效", "运费", "运费")
    changed(author, rule)
    learner = an_actor()
    assert asked(learner, begun(learner, "check")) == {"第2题？", "第3题？"}


def test_a_pool_draws_from_what_is_left(world):
    author = a_trainer()
    rule = rule_of(author)
    a_quiz(author, "时效", "运费", "运费", draw="抽2题")
    changed(author, rule)
    for _ in range(5):
        learner = an_actor()
        assert asked(learner, begun(learner, "check")) == {"第2题？", "第3题？"}


def test_it_comes_back_when_its_key_is_confirmed(world):
    author = a_trainer()
    rule = rule_of(author)
    a_quiz(author, "时效", "运费")
    changed(author, rule)
    confirm_all(author)
    learner = an_actor()
    assert asked(learner, begun(learner, "check")) == {"第1题？", "第2题？"}


def test_it_comes_back_when_it_is_written_anew(world):
    author = a_trainer()
    rule = rule_of(author)
    quiz = a_quiz(author, "时效", "运费")
    changed(author, rule)
    edited(author, quiz, quiz_text("时效", "运费", right="15 天内"))
    learner = an_actor()
    assert asked(learner, begun(learner, "check")) == {"第1题？", "第2题？"}


def test_an_open_attempt_keeps_its_questions(world):
    author = a_trainer()
    rule = rule_of(author)
    a_quiz(author, "时效", "运费")
    learner = an_actor()
    attempt = begun(learner, "check")
    changed(author, rule)
    assert asked(learner, attempt) == {"第1题？", "第2题？"}
    assert begun(learner, "check") == attempt
    assert handed_in(learner, attempt)


def test_without_any_other_question_nothing_begins_and_no_attempt_is_spent(world):
    author = a_trainer()
    rule = rule_of(author)
    a_quiz(author, "时效", "时效")
    changed(author, rule)
    learner = an_actor()
    with pytest.raises(Held) as refused:
        begun(learner, "check")
    assert refused.value.code == "held"
    assert queries.intro(learner, "check").past == ()


def test_an_exam_wants_half_of_its_questions(world):
    author = a_trainer()
    rule = rule_of(author)
    a_quiz(author, "时效", "时效", "运费", use="考试", slug="third")
    a_quiz(author, "时效", "运费", use="考试", slug="half")
    changed(author, rule)
    learner = an_actor()
    with pytest.raises(Held):
        begun(learner, "third")
    assert len(asked(learner, begun(learner, "half"))) == 1


def test_a_quiz_without_a_question_is_empty_and_not_held(world):
    quiz = QuizSpec(title="空", sections=(Section(questions=()),))
    assert why_not_now(quiz, 0) is None


@pytest.mark.parametrize(
    ("use", "left", "begins"),
    [(Use.EXAM, 5, True), (Use.EXAM, 4, False), (Use.CHECK, 1, True), (Use.PRACTICE, 0, False)],
)
def test_how_many_must_be_left_of_ten(use, left, begins):
    questions = tuple(a_single(f"第{number}题") for number in range(10))
    quiz = QuizSpec(title="十题", rules=QuizRules(use=use), sections=(Section(questions=questions),))
    assert (why_not_now(quiz, left) is None) is begins


def test_a_question_that_two_sections_ask_counts_once():
    same = a_single("同一题")
    quiz = QuizSpec(title="两节", sections=(Section(questions=(same, a_single("另一题"))), Section(questions=(same,))))
    assert left_on_paper(quiz, {"no such"}) == 2


def test_the_first_page_says_how_many_are_asked_and_why(client):
    author = a_trainer()
    rule = rule_of(author)
    a_quiz(author, "时效", "运费", "运费")
    sign_in(client, a_person())
    assert "正在复核" not in client.get("/quizzes/check").text
    changed(author, rule)
    page = client.get("/quizzes/check").text
    assert "有 1 题依据的规则刚改过，培训师正在复核，这次不出。" in page
    assert "<dd>2</dd>" in page


def test_the_first_page_says_why_nothing_can_begin(client):
    author = a_trainer()
    rule = rule_of(author)
    a_quiz(author, "时效")
    person = a_person()
    sign_in(client, person)
    changed(author, rule)
    assert "已经提醒培训师" in client.get("/quizzes/check").text
    answer = send(client, "/quizzes/check", page="/me")
    assert (answer.status_code, answer.location) == (303, "/quizzes/check")
    csrf = client.get("/me").text.split('name="csrf_token" value="')[1].split('"')[0]
    refused = client.post("/api/v1/quizzes/check/attempts", headers={"X-CSRFToken": csrf})
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "held")


def test_trainers_are_told_of_a_paper_that_is_short(world):
    author, other = a_trainer(), a_person(Role.TRAINER)
    rule = rule_of(author)
    a_quiz(author, "时效", "运费", "运费", draw="抽1题", slug="enough")
    a_quiz(author, "时效", "运费", draw="抽2题", slug="short")
    changed(author, rule)
    said = [str(told.sentence) for told in inbox.inbox(other.id) if "只能出" in str(told.sentence)]
    assert said == ["《小测》的题有待复核的，一份试卷要 2 题，现在只能出 1 题。"]


def test_an_address_of_before_holds_them_too(world):
    author = a_trainer()
    rule = rule_of(author)
    quiz = a_quiz(author, "时效", "运费")
    changed(author, rule)
    with transaction():
        rename(author, quiz.id, "moved")
    learner = an_actor()
    assert asked(learner, begun(learner, "check")) == asked(learner, begun(learner, "moved")) == {"第2题？"}


@pytest.mark.committed
def test_nobody_is_asked_a_question_in_doubt_while_it_is_published(fresh):
    """Many begin while the rule changes: who began before has the question, who began after has not."""
    with fresh.app_context():
        author = a_trainer()
        rule = rule_of(author)
        a_quiz(author, "时效", "运费")
        learners = [as_actor(a_person()) for _ in range(12)]
        rule_id, base = rule.id, rule.published_id
        db.session.remove()
    gate, attempts, began_after = threading.Barrier(13), {}, []

    def begin(learner):
        with fresh.app_context():
            gate.wait()
            done = published.is_set()
            attempts[learner.id] = begun(learner, "check")
            if done:
                began_after.append(learner.id)
            db.session.remove()

    def publish():
        with fresh.app_context():
            from_now = session().get(type(rule), rule_id)
            assert from_now.published_id == base
            gate.wait()
            changed(author, from_now)
            published.set()
            db.session.remove()

    published = threading.Event()
    threads = [threading.Thread(target=begin, args=(each,)) for each in learners]
    threads.append(threading.Thread(target=publish))
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with fresh.app_context():
        late = as_actor(a_person())
        assert asked(late, begun(late, "check")) == {"第2题？"}
        sizes = {learner.id: len(asked(learner, attempts[learner.id])) for learner in learners}
        assert set(sizes.values()) <= {1, 2}
        assert all(sizes[each] == 1 for each in began_after)
