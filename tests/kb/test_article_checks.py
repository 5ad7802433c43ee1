"""An article's own questions and its must-read: read, written back, edited as a form, given to nobody with a key."""

import pytest

from lms.content.grammar.keywords import Language, Word
from lms.content.rules.properties import filled, write
from lms.core.plain import from_plain, to_plain
from lms.kb import spec
from lms.kb.form import FORM
from lms.kb.rules import suggesting
from lms.kb.rules.cards import HIRED_WITHIN, WITHIN, within_of
from lms.kb.spec import ArticleSpec
from lms.questions.parse.self_checks import without_self_checks

PATH = "kb_content/after-sales/time.md"
TEXT = """---
类型: 知识
必读: [客服专员, 售后一组]
必读期限: 5天
---
# 退货时效

七天内。

## 时效
收到起算。

## 自测

### 几天内可以退？
1. [ ] 三天
2. [x] 七天

> 解析：见[时效](#时效)。

## 运费
商家承担。
"""
ENGLISH = TEXT.replace("类型: 知识", "type: article").replace("必读期限: 5天", "must-read-within: 5d")
ENGLISH = ENGLISH.replace("必读", "must-read").replace("自测", "self-check").replace("解析", "explain")


def parsed(text=TEXT):
    found = spec.parse(text, PATH)
    assert [str(each.message) for each in found.findings] == []
    return found.spec


@pytest.mark.parametrize("text", [TEXT, ENGLISH])
def test_the_questions_are_no_part_of_what_is_read(text):
    article = parsed(text)
    assert [section.title for section in article.sections] == ["时效", "运费"]
    assert [question.stem.text for question in article.self_checks] == ["几天内可以退？"]


@pytest.mark.parametrize("text", [TEXT, ENGLISH])
def test_the_must_read_says_for_whom_and_in_how_many_days(text):
    article = parsed(text)
    assert (article.must_read, article.must_read_within) == (("客服专员", "售后一组"), 5)


def test_an_article_that_does_not_say_so_has_three_days():
    assert within_of(parsed(TEXT.replace("必读期限: 5天\n", ""))) == WITHIN == 3
    assert HIRED_WITHIN == 10


@pytest.mark.parametrize("written", ["三天", "0天", "36小时", "-1天"])
def test_a_length_that_is_no_whole_number_of_days_is_told_at_its_line(written):
    found = spec.parse(TEXT.replace("5天", written), PATH)
    assert [(each.code, each.line) for each in found.findings] == [("C107", 4)]


@pytest.mark.parametrize("language", list(Language))
def test_what_is_written_back_is_the_same_article(language):
    again = parsed(spec.write(parsed(), language))
    assert again.self_checks == parsed().self_checks
    assert (again.must_read, again.must_read_within) == (parsed().must_read, 5)


def test_what_was_compiled_before_there_were_questions_is_still_read():
    plain = to_plain(parsed())
    for name in ("must_read_within", "self_checks", "check_source"):
        del plain[name]
    assert from_plain(ArticleSpec, plain).self_checks == ()


def test_the_source_that_a_reader_gets_has_no_question():
    given = without_self_checks(TEXT)
    assert "几天内可以退" not in given
    assert "[x]" not in given
    assert given.endswith("## 运费\n商家承担。\n")


@pytest.mark.parametrize(
    "text", ["", "没有标题", "# 题\n\n## 自测", "## 自测\n### 一\n\n# 新标题\n正文\n", TEXT.replace("\n", "\r\n")]
)
def test_taking_the_questions_out_of_anything_leaves_no_question(text):
    assert "自测" not in without_self_checks(text).replace("新标题", "")


def test_who_proposes_a_change_of_the_whole_text_sees_no_question_and_loses_none():
    body = suggesting.body_of(TEXT, parsed(), suggesting.WHOLE)
    assert "几天内可以退" not in body
    proposed = suggesting.changed(TEXT, parsed(), suggesting.WHOLE, body.replace("收到起算。", "签收起算。"))
    assert spec.parse(proposed, PATH).spec.self_checks == parsed().self_checks
    assert "签收起算。" in proposed


def test_the_form_shows_the_questions_beside_the_sections():
    form = FORM.view(TEXT, PATH, lambda paths: {})
    checks = [part for part in form.parts if hasattr(part, "lines")]
    assert [[line.title for line in part.lines] for part in checks] == [["几天内可以退？"]]
    assert form.has_checks


def test_an_article_without_questions_gets_their_heading_by_one_act_and_nothing_else_changes():
    bare = without_self_checks(TEXT)
    done = FORM.apply(bare, PATH, "check", {})
    assert done.source == bare + "\n## 自测\n"


def test_the_form_of_properties_writes_the_days_and_leaves_the_rest_byte_for_byte():
    after = write(TEXT, Word.ARTICLE, {"front-must-read-within": "2天"})
    assert after == TEXT.replace("5天", "2天")
    shown = {each.property.word: each.value for each in filled(after, Word.ARTICLE)}
    assert (shown[Word.MUST_READ], shown[Word.MUST_READ_WITHIN]) == ("客服专员、售后一组", "2天")
