"""待复核: a change marks exactly what rests on it, until somebody looked or rewrote it; the publisher sees it before."""

import pytest

from lms.content import actions
from lms.content.actions import marks
from lms.content.models import Part, ReviewMark
from lms.content.queries import marks as queries
from lms.content.queries import text
from lms.content.queries.marks import Totals, Wanted
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import NotFound
from lms.core.i18n import say
from lms.notifications import queries as inbox
from tests.support.make import a_person, as_actor
from tests.support.make_content import (
    a_document,
    a_lesson_text,
    a_question,
    a_quiz_text,
    a_trainer,
    an_article_text,
    edited,
)

RULE = "## 时效\n七天内可以申请。\n\n## 运费\n质量问题由商家承担。\n\n### 上限\n省内 10 元。"


def article(author, slug="rule", body=RULE):
    return a_document(author, an_article_text("退货规则", body), slug=slug)


def quiz(author, *anchors, slug="check", to="rule", title="小测"):
    questions = [
        a_question(f"第{number}题，{anchor or '整篇'}？")
        + f"\n\n> 解析：见[这里](../kb_content/{to}.md{'#' + anchor if anchor else ''})。"
        for number, anchor in enumerate(anchors, start=1)
    ]
    return a_document(author, a_quiz_text(*questions, title=title), kind="quiz", slug=slug)


def lesson(author, body, slug="lesson"):
    return a_document(author, a_lesson_text("课时", body), kind="lesson", slug=slug)


def change(author, document, old="七天", new="十五天", **more):
    body = RULE.replace(old, new)
    assert body != RULE
    return edited(author, document, an_article_text("退货规则", body), **more)


def marked():
    """Return the titles of what is in doubt."""
    rows = session().query(Part.title).join(ReviewMark, ReviewMark.part_id == Part.id)
    return {title for (title,) in rows.filter(ReviewMark.cleared_at.is_(None))}


# what is marked


def test_a_question_that_rests_on_the_changed_section_is_marked_and_no_other(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效", "运费")
    change(author, rule)
    assert marked() == {"第1题，时效？"}


def test_a_section_of_a_lesson_that_rests_on_it_is_marked(world):
    author = a_trainer()
    rule = article(author)
    lesson(author, "## 第一步\n看[时效](../kb_content/rule.md#时效)。\n\n## 第二步\n说清楚。")
    change(author, rule)
    assert marked() == {"第一步"}


def test_a_section_of_another_article_that_rests_on_it_is_marked(world):
    author = a_trainer()
    rule = article(author)
    a_document(author, an_article_text("换货", "## 规则\n同[退货](rule.md#时效)。"), slug="swap")
    change(author, rule)
    assert marked() == {"规则"}


def test_a_link_to_a_heading_rests_on_the_smaller_headings_under_it(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "运费", "上限", "时效")
    change(author, rule, "省内 10 元", "省内 12 元")
    assert marked() == {"第1题，运费？", "第2题，上限？"}


def test_a_link_to_a_smaller_heading_does_not_rest_on_the_words_above_it(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "上限")
    change(author, rule, "由商家承担", "由平台承担")
    assert marked() == set()


def test_a_question_that_names_the_whole_article_rests_on_all_of_it_and_a_lesson_does_not(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "")
    lesson(author, "## 读一读\n还可以看[退货规则](../kb_content/rule.md)。")
    change(author, rule)
    assert marked() == {"第1题，整篇？"}


def test_a_section_that_is_gone_marks_what_rested_on_it(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效", "运费")
    edited(author, rule, an_article_text("退货规则", RULE.replace("## 时效\n七天内可以申请。\n\n", "")))
    assert marked() == {"第1题，时效？"}


def test_a_heading_that_is_only_renamed_marks_what_rests_on_it_because_it_says_something_else(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效", "运费")
    edited(author, rule, an_article_text("退货规则", RULE.replace("## 时效", "## 申请时效")))
    assert marked() == {"第1题，时效？"}


def test_a_new_section_puts_nothing_in_doubt(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效", "运费", "")
    edited(author, rule, an_article_text("退货规则", f"{RULE}\n\n## 例外\n定制商品不退。"))
    assert marked() == set()


def test_what_stands_above_the_first_heading_of_a_lesson_belongs_to_its_first_section(world):
    author = a_trainer()
    rule = article(author)
    lesson(author, "先看[时效](../kb_content/rule.md#时效)。\n\n## 第一步\n说清楚。\n\n## 第二步\n再说。")
    change(author, rule)
    assert marked() == {"第一步"}


def test_a_course_only_lists(world):
    author = a_trainer()
    rule = article(author)
    source = "---\n类型: 课程\n---\n# 课\n\n## 内容\n\n1. [时效](../kb_content/rule.md#时效)\n"
    a_document(author, source, kind="course", slug="course")
    change(author, rule)
    assert marked() == set()


def test_a_minor_change_marks_nothing(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效")
    change(author, rule, minor=True)
    assert marked() == set()


@pytest.mark.parametrize(
    "layout",
    ["七天内可以申请。\n", "七天内 可以申请。", "七天内\n可以申请。", "  七天内可以申请。"],
)
def test_blanks_and_line_breaks_put_nothing_in_doubt(world, layout):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效")
    edited(author, rule, an_article_text("退货规则", RULE.replace("七天内可以申请。", layout)))
    assert marked() == set()


def test_the_days_for_which_a_section_holds_are_what_it_says(world):
    author = a_trainer()
    dated = "## 时效\n`生效:2026-11-01..2026-11-20` `按下单日`\n\n十五天内可以申请。"
    rule = article(author, body=dated)
    quiz(author, "时效")
    edited(author, rule, an_article_text("退货规则", dated.replace("11-20", "11-30")))
    assert marked() == {"第1题，时效？"}


def test_what_nobody_reads_is_not_marked(world):
    author = a_trainer()
    rule = article(author)
    gone = quiz(author, "时效")
    with transaction():
        actions.archive(author, gone.id)
    change(author, rule)
    assert marked() == set()


def test_an_article_does_not_rest_on_itself_not_even_by_a_former_name(world):
    author = a_trainer()
    rule = article(author)
    with transaction():
        actions.rename(author, rule.id, "renamed")
    both = RULE + "\n\n## 提醒\n先看[时效](rule.md#时效)。"
    edited(author, rule, an_article_text("退货规则", both))
    edited(author, rule, an_article_text("退货规则", both.replace("七天", "十五天")))
    assert marked() == set()


def test_publishing_twice_marks_twice_and_shows_once(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效")
    change(author, rule)
    change(author, rule, new="三十天")
    assert session().query(ReviewMark).count() == 2
    [cause], total = queries.causes(Wanted())
    [doubt] = cause.doubts
    assert (total, len(doubt.mark_ids)) == (1, 2)
    words = "".join(piece.text for row in doubt.changes[0].diff.rows for piece in row.pieces)
    assert "七天" in words
    assert "三十天" in words
    assert "十五天" not in words


# what the publisher sees


def test_the_preview_counts_what_is_then_marked(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效", "时效", "运费", slug="a")
    quiz(author, "时效", slug="b")
    lesson(author, "## 一\n[时效](../kb_content/rule.md#时效)\n\n## 二\n[时效](../kb_content/rule.md#时效)", slug="l")
    a_document(author, an_article_text("换货", "## 规则\n[退货](rule.md#时效)"), slug="swap")
    with transaction():
        actions.save_draft(
            author, rule.id, rule.published_id, an_article_text("退货规则", RULE.replace("七天", "十五天"))
        )
    promised = [say(impact.text) for impact in actions.preview(rule.id).impacts]
    assert promised[:3] == [
        "3 道题待复核，确认答案之前不再抽给学员。",
        "1 个课时待复核。",
        "1 篇引用它的知识待复核。",
    ]
    with transaction():
        actions.publish(author, rule.id, rule.draft_id)
    assert queries.totals() == Totals(questions=3, sections=3)


def test_the_preview_of_what_nothing_rests_on_says_nothing(world):
    author = a_trainer()
    rule = article(author)
    with transaction():
        actions.save_draft(
            author, rule.id, rule.published_id, an_article_text("退货规则", RULE.replace("七天", "十五天"))
        )
    assert actions.preview(rule.id).impacts == ()


# how it goes


def test_confirming_clears_it_and_only_once(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效")
    change(author, rule)
    [mark] = queries.open_marks(Wanted())
    for cleared in (1, 0):
        with transaction():
            assert marks.confirm(author, [mark.id]) == cleared
    row = session().get_one(ReviewMark, mark.id)
    assert (row.verdict, row.cleared_by) == ("still_right", author.id)
    assert marked() == set()


def test_a_mark_set_after_the_page_was_made_is_not_confirmed_with_it(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效")
    change(author, rule)
    seen = [mark.id for mark in queries.open_marks(Wanted())]
    change(author, rule, new="三十天")
    with transaction():
        marks.confirm(author, seen)
    assert marked() == {"第1题，时效？"}


def test_a_mark_that_does_not_exist_is_not_found(world):
    author = a_trainer()
    with pytest.raises(NotFound), transaction():
        marks.confirm(author, [999_999])


def rewrite(author, document, old, new, **more):
    source = text(document.published_id)
    assert old in source
    edited(author, document, source.replace(old, new), **more)


@pytest.mark.parametrize(("old", "new"), [("[x] 7 天", "[x] 15 天内"), ("> 解析：见", "> 解析：现在是十五天，见")])
def test_publishing_the_question_anew_clears_it(world, old, new):
    author = a_trainer()
    rule = article(author)
    checked = quiz(author, "时效", "运费")
    change(author, rule)
    rewrite(author, checked, old, new)
    assert marked() == set()
    assert session().query(ReviewMark).one().verdict == "changed"


def test_publishing_another_question_of_the_quiz_clears_nothing(world):
    author = a_trainer()
    rule = article(author)
    checked = quiz(author, "时效", "运费")
    change(author, rule)
    rewrite(author, checked, "第2题，", "第二题，")
    assert marked() == {"第1题，时效？"}


def test_a_minor_edit_of_the_question_says_nothing_of_its_key(world):
    author = a_trainer()
    rule = article(author)
    checked = quiz(author, "时效")
    change(author, rule)
    rewrite(author, checked, "> 解析：见", "> 解析：请见", minor=True)
    assert marked() == {"第1题，时效？"}


def test_taking_the_question_out_clears_it(world):
    author = a_trainer()
    rule = article(author)
    checked = quiz(author, "时效", "运费")
    change(author, rule)
    edited(author, checked, a_quiz_text(a_question("另一题？"), title="小测"), minor=True)
    assert marked() == set()


def test_publishing_the_lesson_section_anew_clears_it(world):
    author = a_trainer()
    rule = article(author)
    body = "## 第一步\n看[时效](../kb_content/rule.md#时效)。"
    course = lesson(author, body)
    change(author, rule)
    edited(author, course, a_lesson_text("课时", body.replace("看", "先看新的")))
    assert marked() == set()


# who is told


def unread(person):
    """Return what a person was told, without how many questions a paper has left."""
    said = [say(told.sentence) for told in inbox.inbox(person.id, unread=True)]
    return [each for each in said if "只能出" not in each]


def test_the_owner_is_told_and_without_one_every_trainer_but_who_did_it(world):
    author, owner, other = a_trainer(), a_person(Role.TRAINER), a_person(Role.TRAINER)
    rule = article(author)
    owned = a_quiz_text(a_question("一？") + "\n\n> 解析：见[这里](../kb_content/rule.md#时效)。")
    owned = owned.replace("类型: 测验", f"类型: 测验\n负责人: {owner.employee_no}")
    a_document(author, owned, kind="quiz", slug="owned")
    change(author, rule)
    said = "《退货规则》改了，1 处引用它的题目和内容待复核。"
    assert (unread(owner), unread(other), unread(author)) == ([said], [], [])
    quiz(author, "时效", slug="nobodys")
    change(author, rule, new="三十天")
    assert unread(other) == ["《退货规则》改了，2 处引用它的题目和内容待复核。"]


def test_what_is_settled_is_read_for_all(world):
    author, other = a_trainer(), a_person(Role.TRAINER)
    rule = article(author)
    quiz(author, "时效")
    change(author, rule)
    assert len(inbox.inbox(other.id, unread=True)) == 2  # the change, and that the quiz has nothing left to ask
    ids = [mark.id for mark in queries.open_marks(Wanted())]
    actor = as_actor(other)
    with transaction():
        marks.confirm(actor, ids)
    assert len(inbox.inbox(other.id, unread=True)) == 0


# reading


def test_the_question_stands_beside_what_changed(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效")
    change(author, rule)
    [cause], _ = queries.causes(Wanted())
    [doubt] = cause.doubts
    assert (cause.card.title, doubt.card.title, doubt.title) == ("退货规则", "小测", "第1题，时效？")
    assert [each.right for each in doubt.question.choices] == [True, False, False]
    assert [each.title for each in doubt.changes] == ["时效"]
    changed = [piece.text for row in doubt.changes[0].diff.rows for piece in row.pieces if piece.changed]
    assert changed == ["七天", "十五天"] or changed == ["七", "十五"]


def test_mine_is_what_i_own(world):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效")
    change(author, rule)
    assert queries.totals(Wanted(owner_id=author.id)) == Totals()
    assert queries.causes(Wanted(owner_id=author.id)) == ([], 0)
    assert queries.totals(Wanted(cause_id=rule.id, part_kind="question")).questions == 1


def test_the_list_costs_the_same_however_much_is_in_doubt(world, statements):
    author = a_trainer()
    rule = article(author)
    quiz(author, "时效")
    change(author, rule)
    queries.causes(Wanted())
    statements.clear()
    queries.causes(Wanted())
    few = len(statements)
    quiz(author, *["时效"] * 6, slug="more")
    change(author, rule, new="三十天")
    queries.causes(Wanted())
    statements.clear()
    queries.causes(Wanted())
    assert len(statements) == few <= 9
