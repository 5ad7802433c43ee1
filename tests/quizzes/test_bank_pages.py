"""题库: every question can be found, looked at with its versions, tagged with others, and brought into a quiz."""

import re

import pytest
from sqlalchemy import select

from lms.content.models import Document, Part
from lms.content.queries import open_work, text
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.quizzes.actions import bank as actions
from lms.quizzes.actions.bank import COPY, DRAW
from lms.quizzes.queries import bank as queries
from lms.quizzes.queries.bank import SORTS, Wanted
from lms.quizzes.rules.bank_edit import Change, changed, with_questions
from lms.quizzes.spec import parse
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, a_question, a_trainer, edited
from tests.support.make_quizzes import answered_right, begun, handed_in
from tests.support.pages import token

BANK = """---
类型: 测验
用途: 题库
能力项: [规则掌握]
适用: [天猫旗舰店]
---
# 售后题库

## 退货
`全部` `#退货`

### 几天内可以退？
`难度1` `#时效`

1. [x] 7 天
2. [ ] 3 天

### 对吗？
- 答案：对

## 物流
`全部` `#物流`

### 几天发货？
`难度3`

- 答案：2 天
"""
QUIZ = "---\n类型: 测验\n---\n# 小测\n\n## 一\n`全部`\n\n### 错吗？\n- 答案：错\n"


def a_bank(author, source=BANK, slug="banks/a"):
    return a_document(author, source, kind="quiz", slug=slug)


def stems(**wanted):
    return [row.title for row in queries.questions(Wanted(**wanted))[0]]


def keys(*titles):
    found = {row.title: row.key for row in queries.questions(Wanted())[0]}
    return [found[title] for title in titles]


def draft_of(slug):
    return text(open_work("quiz", slug).head_id)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["几天内可以退？", "对吗？", "几天发货？", "错吗？"]),
        ({"words": "几天 发货"}, ["几天发货？"]),
        ({"words": "3 天"}, ["几天内可以退？"]),
        ({"kind": "true_false"}, ["对吗？", "错吗？"]),
        ({"tag": "退货"}, ["几天内可以退？", "对吗？"]),
        ({"tag": "时效"}, ["几天内可以退？"]),
        ({"level": "3"}, ["几天发货？"]),
        ({"level": "0"}, ["对吗？", "错吗？"]),
        ({"competency": "规则掌握"}, ["几天内可以退？", "对吗？", "几天发货？"]),
        ({"shop": "天猫旗舰店", "level": "1"}, ["几天内可以退？"]),
        ({"file": "check"}, ["错吗？"]),
        ({"state": "bank"}, ["几天内可以退？", "对吗？", "几天发货？"]),
        ({"state": "quiz"}, ["错吗？"]),
        ({"state": "doubt"}, []),
        ({"state": "unused"}, ["几天内可以退？", "对吗？", "几天发货？"]),
        ({"tag": "100%_", "words": "%"}, []),
    ],
)
def test_questions_are_found_by_what_they_are(world, wanted, found):
    author = a_trainer()
    a_bank(author)
    a_document(author, QUIZ, kind="quiz", slug="check")
    assert sorted(stems(**wanted)) == sorted(found)


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
def test_every_order_lists_every_question_once(world, sort):
    a_bank(a_trainer())
    assert sorted(stems(sort=sort)) == sorted(["几天内可以退？", "对吗？", "几天发货？"])


def test_a_row_says_how_its_present_version_went(world):
    author = a_trainer()
    quiz = a_document(author, QUIZ, kind="quiz", slug="check")
    for right in (True, False, True):
        learner = an_actor()
        attempt = begun(learner, "check")
        if right:
            answered_right(learner, attempt)
        handed_in(learner, attempt)
    (row,) = queries.questions(Wanted())[0]
    assert (row.went.asked, round(100 * row.went.share)) == (3, 67)
    edited(author, quiz, QUIZ.replace("错吗？\n- 答案：错", "错吗？\n- 答案：对"))
    (row,) = queries.questions(Wanted())[0]
    assert (row.went.asked, row.versions) == (0, 1)
    now, before = queries.question(row.key).versions
    assert (now.is_current, now.went.asked, before.went.asked) == (True, 0, 3)


def test_a_bank_names_the_quizzes_that_draw_from_it(world):
    author = a_trainer()
    a_bank(author)
    source = "---\n类型: 测验\n用途: 练习\n---\n# 练习\n\n## 抽\n\n- [库](banks/a.md) `抽1题`\n"
    a_document(author, source, kind="quiz", slug="practice")
    assert {file.title for row in queries.questions(Wanted())[0] for file in row.drawn_by} == {"练习"}
    assert stems(state="unused") == []


def test_tags_and_levels_are_changed_and_every_other_byte_stays():
    after = changed(BANK, "quizzes/banks/a.md", {12, 18}, Change(add=("重点",), remove=("时效",), level="2"))
    assert set(after.splitlines()) - set(BANK.splitlines()) == {"`#重点` `难度2`"}
    spec = parse(after, "quizzes/banks/a.md").spec
    assert [(each.tags, each.level) for each in spec.questions] == [(("重点",), 2), (("重点",), 2), ((), 3)]


def test_a_level_is_taken_away():
    after = changed(BANK, "quizzes/banks/a.md", {12}, Change(level="0"))
    assert parse(after, "quizzes/banks/a.md").spec.questions[0].level is None


def test_copied_questions_go_to_the_end_of_a_section_or_into_a_new_one():
    into = with_questions(QUIZ, ["### 新题？\n- 答案：对"], "一")
    assert into == QUIZ + "\n### 新题？\n- 答案：对\n"
    assert "## 二\n`全部`\n\n### 新题？" in with_questions(QUIZ, ["### 新题？\n- 答案：对"], "二")


def test_questions_of_two_files_are_tagged_in_drafts_of_both(world):
    author = a_trainer()
    a_bank(author)
    a_document(author, QUIZ, kind="quiz", slug="check")
    with transaction():
        count = actions.retag(author, actions.chosen(keys("几天发货？", "错吗？")), Change(add=("重点",)), "批量")
    assert count == 2
    assert "重点" in draft_of("banks/a")
    assert "重点" in draft_of("check")
    assert all(session().scalars(select(Document.draft_id)))


def test_a_copy_is_a_new_question_and_its_links_lead_where_they_led(world):
    author = a_trainer()
    a_document(author, "---\n类型: 知识\n---\n# 规则\n\n## 时效\n七天。\n", slug="rule")
    a_bank(author, BANK.replace("2. [ ] 3 天", "2. [ ] 3 天\n\n> 解析：见[这里](../../kb_content/rule.md#时效)。"))
    a_document(author, QUIZ, kind="quiz", slug="check")
    with transaction():
        actions.add_to(author, actions.chosen(keys("几天内可以退？")), "check", COPY, "一", "加题")
    draft = draft_of("check")
    assert "[这里](../kb_content/rule.md#时效)" in draft
    assert "id:" not in draft
    assert len(parse(draft, "quizzes/check.md").spec.questions) == 2


def test_chosen_questions_of_a_bank_become_a_line_that_draws_as_many(world):
    author = a_trainer()
    a_bank(author)
    a_document(author, QUIZ, kind="quiz", slug="check")
    with transaction():
        actions.add_to(author, actions.chosen(keys("几天内可以退？", "对吗？")), "check", DRAW, "二", "加题")
    assert "- [售后题库](banks/a.md) `抽2题` `#退货`" in draft_of("check")


@pytest.mark.parametrize("how", [COPY, DRAW])
def test_what_a_quiz_has_already_is_not_added_again(trainer, how):
    values = {
        "question": keys("几天内可以退？", "对吗？"),
        "to": "check",
        "how": how,
        "title": "新的",
        "csrf_token": token(trainer, "/studio/new"),
    }
    trainer.post("/bank/add", data=values)
    once = draft_of("check")
    answer = trainer.post("/bank/add", data=values)
    assert (answer.status_code, draft_of("check")) == (303, once)
    assert "没有再加一遍" in trainer.get(answer.location).text


def test_one_file_that_cannot_be_changed_leaves_all_as_they_were(world):
    author = a_trainer()
    a_bank(author)
    quiz = a_document(author, QUIZ, kind="quiz", slug="check")
    found = actions.chosen(keys("几天发货？", "错吗？"))
    edited(author, quiz, QUIZ.replace("小测", "另一份"))
    with pytest.raises(Exception, match="改不了"), transaction():
        actions.retag(author, found, Change(add=("重点",)), "批量")
    assert "重点" not in draft_of("banks/a")


@pytest.fixture
def trainer(world, client):
    person = a_person(Role.TRAINER)
    a_bank(as_actor(person))
    a_document(as_actor(person), QUIZ, kind="quiz", slug="check")
    sign_in(client, person)
    return client


def test_the_list_and_a_question_are_shown_with_their_key(trainer):
    page = trainer.get("/bank?tag=退货").text
    assert "几天内可以退？" in page
    assert "错吗？" not in page
    key = re.search(r'name="question" value="(\w{6})"', page)[1]
    one = trainer.get(f"/bank/{key}").text
    assert "现在的版本" in one
    assert "还没有人答过" in one


def test_a_key_that_is_none_is_not_found(trainer):
    assert trainer.get("/bank/zzzzzz").status_code == 404


def test_a_change_is_shown_before_it_is_made(trainer):
    values = {"question": keys("几天发货？"), "add": "重点", "level": "2", "csrf_token": token(trainer, "/studio/new")}
    shown = trainer.post("/bank/change", data={**values, "look": "1"}).text
    assert "<ins>#重点</ins>" in shown
    assert "重点" not in draft_of("banks/a")
    answer = trainer.post("/bank/change", data=values)
    assert (answer.status_code, "publish" in answer.location) == (303, True)
    assert "重点" in draft_of("banks/a")


def test_nothing_chosen_and_nothing_to_change_is_told(trainer):
    values = {"csrf_token": token(trainer, "/studio/new")}
    assert trainer.post("/bank/change", data={**values, "add": "重点"}).status_code == 422
    assert trainer.post("/bank/change", data={**values, "question": keys("错吗？")}).status_code == 422


def test_a_quiz_is_chosen_to_add_to(trainer):
    values = {
        "question": keys("几天发货？"),
        "how": "copy",
        "title": "新的",
        "csrf_token": token(trainer, "/studio/new"),
    }
    assert trainer.post("/bank/add", data=values).status_code == 422
    assert trainer.post("/bank/add", data={**values, "to": "check"}).status_code == 303
    assert "几天发货？" in draft_of("check")


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.QUALITY, Role.HR])
def test_the_bank_is_for_those_who_write(world, client, role):
    a_bank(a_trainer())
    sign_in(client, a_person(role))
    key = session().scalar(select(Part.key))
    assert {client.get(f"/bank{path}").status_code for path in ("", f"/{key}", "/change", "/add")} <= {403, 404}


def test_the_list_asks_as_often_for_fifty_questions_as_for_one(world, client, statements):
    person = a_person(Role.TRAINER)
    sign_in(client, person)
    a_bank(as_actor(person), BANK)
    client.get("/bank")
    before = len(statements)
    client.get("/bank")
    few = len(statements) - before
    many = "\n\n".join(a_question(f"第{n}题？") for n in range(40))
    a_bank(as_actor(person), f"---\n类型: 测验\n用途: 题库\n---\n# 多\n\n## 一\n`全部`\n\n{many}\n", slug="banks/b")
    before = len(statements)
    client.get("/bank")
    assert len(statements) - before == few <= 14
