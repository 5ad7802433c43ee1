"""Sitting a quiz that draws from banks: what is asked, kept apart from later versions, and told to who publishes them."""

import pytest
from sqlalchemy import select

from lms.accounts.models import PersonShop, Shop
from lms.content import actions as content
from lms.content.actions import marks
from lms.content.models import Part
from lms.content.queries import marks as doubts
from lms.content.queries import open_published
from lms.content.queries.marks import Wanted
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, NotFound
from lms.notifications import queries as inbox
from lms.quizzes import actions, queries
from lms.quizzes.actions.start import Held
from lms.quizzes.models import AttemptItem, BankQuestion
from lms.quizzes.queries import analysis
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, a_draft, a_question, a_trainer, an_article_text, edited
from tests.support.make_quizzes import begun, handed_in, paper

LINE = "- [题库](banks/a.md) `抽2题` `#退货`"


def a_bank_text(*stems, shops="", chips="`#退货`", explain="", right="7 天"):
    questions = "\n\n".join(a_question(stem, right=right) + explain for stem in stems)
    front = f"适用: [{shops}]\n" if shops else ""
    return f"---\n类型: 测验\n用途: 题库\n{front}---\n# 售后题库\n\n## 一\n{chips}\n\n{questions}\n"


def a_bank(author, *stems, slug="banks/a", **more):
    return a_document(author, a_bank_text(*stems, **more), kind="quiz", slug=slug)


def a_quiz(author, *lines, slug="check", use="小测", **front):
    more = "".join(f"{name}: {value}\n" for name, value in front.items())
    text = (
        f"---\n类型: 测验\n用途: {use}\n{more}---\n# 小测\n\n## 抽\n`每题2分`\n\n" + "\n".join(lines or [LINE]) + "\n"
    )
    return a_document(author, text, kind="quiz", slug=slug)


def asked(actor, attempt):
    return {item.question.stem.text for item in paper(actor, attempt).values()}


STEMS = ("甲题？", "乙题？", "丙题？", "丁题？")


def test_a_paper_holds_what_its_lines_draw_and_each_question_is_its_banks(world):
    author, learner = a_trainer(), an_actor()
    bank = a_bank(author, *STEMS)
    a_quiz(author)
    attempt = begun(learner, "check")
    items = queries.items_of(queries.own_sitting(learner, attempt))
    assert len(items) == 2
    assert {item.points for item in items} == {2 * 27_720}
    parts = session().scalars(select(Part.document_id).join(AttemptItem, AttemptItem.part_id == Part.id))
    assert set(parts) == {bank.id}


def test_what_was_asked_in_one_quiz_is_seen_in_another(world):
    author, learner = a_trainer(), an_actor()
    a_bank(author, *STEMS)
    a_quiz(author)
    a_quiz(author, slug="other")
    first = asked(learner, begun(learner, "check"))
    assert asked(learner, begun(learner, "other")) == set(STEMS) - first


def test_a_result_explains_by_the_version_that_was_drawn_from(world):
    author, learner = a_trainer(), an_actor()
    bank = a_bank(author, "甲题？", "乙题？", explain="\n\n> 解析：旧的解释。")
    edited(author, bank, a_bank_text("甲题？", "乙题？", explain="\n\n> 解析：新的解释。"))
    a_quiz(author, use="练习")
    attempt = begun(learner, "check")
    handed_in(learner, attempt)
    edited(author, bank, a_bank_text("甲题？", "乙题？", explain="\n\n> 解析：更新的解释。"))
    items = queries.items_of(queries.own_sitting(learner, attempt))
    assert {item.question.explanation.text for item in items} == {"新的解释。"}


def test_a_new_version_of_a_bank_changes_no_open_paper(world):
    author, learner = a_trainer(), an_actor()
    bank = a_bank(author, *STEMS)
    a_quiz(author)
    attempt = begun(learner, "check")
    before = asked(learner, attempt)
    edited(author, bank, a_bank_text("别的一？", "别的二？"))
    assert asked(learner, attempt) == before


def test_a_question_in_doubt_is_not_drawn(world):
    author, learner = a_trainer(), an_actor()
    rule = a_document(author, an_article_text(), slug="rule")
    explain = "\n\n> 解析：见[这里](../../kb_content/rule.md#时效)。"
    text = a_bank_text("甲题？", "乙题？", "丙题？").replace("15 天", f"15 天{explain}", 1)
    a_document(author, text, kind="quiz", slug="banks/a")
    a_quiz(author)
    edited(author, rule, an_article_text(body="## 时效\n十五天内可以申请。"))
    assert asked(learner, begun(learner, "check")) == {"乙题？", "丙题？"}


def test_an_exam_waits_while_too_few_are_left_and_its_owner_is_told(world):
    author = as_actor(a_person(Role.TRAINER))
    rule = a_document(author, an_article_text(), slug="rule")
    a_bank(author, "甲题？", "乙题？", explain="\n\n> 解析：见[这里](../../kb_content/rule.md#时效)。")
    a_quiz(author, use="考试")
    edited(a_trainer(), rule, an_article_text(body="## 时效\n十五天内可以申请。"))
    learner = an_actor()
    with pytest.raises(Held), transaction():
        actions.start(learner, "check")
    assert any("只能出 0 题" in str(each.sentence) for each in inbox.inbox(author.id))
    with transaction():
        marks.confirm(author, [mark.id for mark in doubts.open_marks(Wanted())])
    assert len(asked(learner, begun(learner, "check"))) == 2


def test_a_bank_that_was_archived_gives_a_clear_refusal(world):
    author, learner = a_trainer(), an_actor()
    bank = a_bank(author, *STEMS)
    a_quiz(author)
    with transaction():
        content.archive(author, bank.id)
    with pytest.raises(Conflict) as refused, transaction():
        actions.start(learner, "check")
    assert "没有够条件的题" in str(refused.value.message)
    assert "没有够条件的题" in str(queries.intro(learner, "check").refusal)


def test_questions_of_other_shops_are_left_out_and_nobody_misses_them(world):
    author = a_trainer()
    a_bank(author, "天猫题？", shops="天猫")
    a_bank(author, "京东题？", slug="banks/b", shops="京东旗舰店")
    a_quiz(author, LINE.replace("2题", "1题"), "- [题库](banks/b.md) `抽1题`")
    person = a_person()
    with transaction():
        shop = Shop(code="TM1", name="天猫旗舰店", platform="天猫")
        session().add(shop)
        session().flush()
        session().add(PersonShop(person_id=person.id, shop_id=shop.id))
    one = as_actor(person)
    assert queries.intro(one, "check").questions == 1
    assert asked(one, begun(one, "check")) == {"天猫题？"}
    everybody = an_actor()
    assert len(asked(everybody, begun(everybody, "check"))) == 2


def test_nobody_sits_a_bank(world, client):
    author = a_trainer()
    a_bank(author, *STEMS)
    learner = a_person()
    with pytest.raises(NotFound), transaction():
        actions.start(as_actor(learner), "banks/a")
    sign_in(client, learner)
    assert client.get("/quizzes/banks/a").status_code == 404


def test_who_writes_is_led_from_a_bank_to_its_questions(world, client):
    author = a_person(Role.TRAINER)
    a_bank(as_actor(author), *STEMS)
    sign_in(client, author)
    answer = client.get("/quizzes/banks/a", follow_redirects=True)
    assert answer.request.path.endswith("/bank")
    assert all(stem in answer.text for stem in STEMS)


def test_publishing_a_bank_says_who_draws_from_it_and_who_would_come_short(world):
    author = a_trainer()
    bank = a_bank(author, *STEMS)
    a_quiz(author)
    with transaction():
        content.save_draft(author, bank.id, bank.published_id, a_bank_text("甲题？"))
    said = [str(impact.text) for impact in content.preview(bank.id).impacts]
    assert "1 份测验从这个题库抽题：《小测》。" in said
    assert "《小测》一份试卷要 2 题，发布后只抽得出 1 题。" in said


def test_a_quiz_that_its_bank_cannot_fill_is_not_published(world):
    author = a_trainer()
    a_bank(author, "甲题？")
    text = f"---\n类型: 测验\n---\n# 小测\n\n## 抽\n\n{LINE}\n"
    draft = a_draft(author, text, kind="quiz", slug="check")
    assert not content.preview(draft.document_id).is_publishable


def test_a_course_cannot_hold_a_bank(world):
    author = a_trainer()
    a_bank(author, *STEMS)
    text = "---\n类型: 课程\n---\n# 课\n\n## 内容\n1. [题库](../quizzes/banks/a.md)\n"
    draft = a_draft(author, text, kind="course", slug="c")
    assert "Q268" in {finding.code for finding in content.preview(draft.document_id).findings}


def test_the_list_of_questions_follows_what_is_published(world):
    author = a_trainer()
    bank = a_bank(author, "甲题？", "乙题？")
    edited(author, bank, a_bank_text("甲题？", "丙题？", chips="`#物流`"))
    rows = session().execute(select(BankQuestion.words, BankQuestion.tags).order_by(BankQuestion.part_id)).all()
    assert [row.tags for row in rows] == [["物流"], ["物流"]]
    assert {row.words.split("\n")[0] for row in rows} == {"甲题？", "丙题？"}


def test_the_analysis_of_a_quiz_counts_what_was_drawn_and_how_likely_it_is_guessed(world):
    author = a_trainer()
    a_bank(author, *STEMS)
    quiz = a_quiz(author)
    for _ in range(3):
        learner = an_actor()
        handed_in(learner, begun(learner, "check"))
    found = analysis.analysis(open_published(author, "quiz", "check"), analysis.Wanted())
    assert len(found.papers) == 3
    assert 0 < analysis.chance_of(None, quiz.published_id) < 1
