"""Laws of the question form: nothing touched is nothing written, and one change writes only its own lines."""

import difflib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.form import Fields
from lms.content.form_acts import Open
from lms.content.grammar.keywords import Language
from lms.core.errors import Invalid
from lms.questions.form.canonical import check
from lms.questions.form.card import Card, Row, card_of, converted, numbered
from lms.questions.form.cards import Questions
from lms.questions.form.layout import read
from lms.questions.form.writing import new_text, rewritten
from lms.questions.spec import Kind
from lms.questions.write import write_question
from tests.questions.shapes import questions
from tests.support.make_forms import sent as form_sent

PATH = "quizzes/a/b.md"
ZH = Language.ZH

SINGLE = """### 几天内可以退？
`2分` `#售后` `id:abc123`

<!-- 别改数字，法务看过 -->

下面是一段情景。

1. [ ] 3 天
    - 解析：太短了。
2. [x] 7 天
<!-- 下一个是干扰项 -->
3. [ ] 15 天

> 提示：想想时效。

> 解析：见[时效](../../kb_content/r.md#时效)。"""

MATCHING = """### 连起来
- 收到破损 => 按质量问题退货
    - 解析：运费商家出。
- （干扰项） => 让顾客自己联系
- 不喜欢 => 七天无理由"""

OPEN = """### 写一句回复
`10分` `字数20-150` `人工复核`

- 必说（6分）：理解 | 抱歉
- 禁说（-5分）：不可能
- 评分（4分）：语气是否平和

> 参考：示范。"""

MULTIPLE = """### 哪些对？
`漏选给半分`

* [x] 甲
* [ ] 乙
* [x] 丙"""

FILL = "### 在 ____ 小时内，退 ____ 元\n- 空1：48 | 四十八\n- 空2：64"
NUMBER = "### 退多少？\n- 答案：64 ± 0.01 元"
TRUE = "### 对不对？\n- 答案：错\n\n> 解析：因为。"
ORDER = "### 排好\n`排序` `按相邻给分`\n\n1. 查\n2. 问\n3. 答"
ALL = (SINGLE, MATCHING, OPEN, MULTIPLE, FILL, NUMBER, TRUE, ORDER)


def card(written: str) -> Card:
    found = read(written, PATH, ZH).card
    assert found is not None
    return numbered(found)


def changed(written: str, **values: object) -> str:
    return rewritten(written, replace(card(written), **values), PATH, ZH)  # type: ignore[arg-type]


def lines_of(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and those that came."""
    found = list(difflib.ndiff(before.split("\n"), after.split("\n")))
    return [each[2:] for each in found if each[0] == "-"], [each[2:] for each in found if each[0] == "+"]


def sent(shown: Card) -> Fields:
    """Return what a browser sends of an open card."""
    return form_sent(Open(type="question", ref="0-x", card=shown))


@pytest.mark.parametrize("written", ALL)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_card_that_is_sent_as_it_was_drawn_writes_nothing(written, end):
    written = written.replace("\n", end)
    assert rewritten(written, card_of(sent(card(written))), PATH, ZH) == written


@given(questions, st.sampled_from(list(Language)))
def test_every_question_is_drawn_and_sent_without_a_byte_changed(question, language):
    written = write_question(question, language)
    found = read(written, PATH, language).card
    if found is not None:
        assert rewritten(written, card_of(sent(numbered(found))), PATH, language) == written


def test_points_rewrite_the_line_of_settings_alone():
    assert lines_of(SINGLE, changed(SINGLE, points="4")) == (
        ["`2分` `#售后` `id:abc123`"], ["`4分` `#售后` `id:abc123`"],
    )  # fmt: skip


def test_an_option_rewrites_its_own_line_alone():
    rows = card(SINGLE).rows
    after = changed(SINGLE, rows=(*rows[:2], replace(rows[2], text="30 天")))
    assert lines_of(SINGLE, after) == (["3. [ ] 15 天"], ["3. [ ] 30 天"])


def test_the_remark_of_an_option_rewrites_that_remark_alone():
    rows = card(SINGLE).rows
    after = changed(SINGLE, rows=(replace(rows[0], note="太紧了。"), *rows[1:]))
    assert lines_of(SINGLE, after) == (["    - 解析：太短了。"], ["    - 解析：太紧了。"])


def test_another_right_answer_changes_two_boxes_and_no_word():
    rows = card(SINGLE).rows
    after = changed(SINGLE, rows=(replace(rows[0], right=True), replace(rows[1], right=False), rows[2]))
    assert lines_of(SINGLE, after) == (["1. [ ] 3 天", "2. [x] 7 天"], ["1. [x] 3 天", "2. [ ] 7 天"])


def test_an_explanation_rewrites_its_own_quote_alone():
    after = changed(SINGLE, explanation="规则如此。\n\n再读一遍。")
    assert lines_of(SINGLE, after) == (
        ["> 解析：见[时效](../../kb_content/r.md#时效)。"], ["> 解析：规则如此。", ">", "> 再读一遍。"],
    )  # fmt: skip


def test_what_was_typed_in_another_way_stays_so_where_nothing_else_changes():
    written = "### 对不对？\n【2分】\n\n*  答案:错\n\n>解析:因为。"
    assert lines_of(written, changed(written, hint="想想")) == ([], ["> 提示：想想", ""])
    assert lines_of(written, changed(written, explanation="新。")) == ([">解析:因为。"], ["> 解析：新。"])


def test_a_quote_of_the_text_is_no_explanation_and_stays():
    written = "### 怎么回？\n\n> 顾客：到底几天？\n\n1. [x] 七天\n2. [ ] 不知道"
    assert card(written).explanation == ""
    assert lines_of(written, changed(written, points="2"))[0] == []


def test_a_paragraph_of_the_text_rewrites_that_paragraph_alone():
    after = changed(SINGLE, stem="几天内可以退？\n\n另一段情景。")
    assert lines_of(SINGLE, after) == (["下面是一段情景。"], ["另一段情景。"])


def test_comments_in_a_list_outlive_its_being_written_anew():
    rows = card(SINGLE).rows
    after = changed(SINGLE, rows=(rows[1], rows[0]))
    assert "<!-- 下一个是干扰项 -->" in after
    assert "<!-- 别改数字，法务看过 -->" in after


def test_another_marker_than_the_canonical_one_stays_where_nothing_else_changes():
    rows = card(MULTIPLE).rows
    after = changed(MULTIPLE, rows=(replace(rows[0], text="新甲"), *rows[1:]))
    assert lines_of(MULTIPLE, after) == (["* [x] 甲"], ["* [x] 新甲"])


def test_a_file_with_crlf_keeps_it_in_what_is_written_anew():
    written = SINGLE.replace("\n", "\r\n")
    after = changed(written, explanation="一行\n两行", points="9", stem="问\n\n新段")
    assert "\n" not in after.replace("\r\n", "")


def test_new_words_are_in_the_language_of_the_file():
    written = "### How long?\n1. [ ] 3 days\n2. [x] 7 days"
    found = read(written, PATH, Language.EN).card
    assert found is not None
    after = rewritten(written, replace(numbered(found), explanation="The rule.", points="2"), PATH, Language.EN)
    assert "`2 pt`" in after
    assert "> explain: The rule." in after


@pytest.mark.parametrize("written", ALL)
@pytest.mark.parametrize("name", ["hint", "explanation", "model"])
def test_a_quote_that_comes_and_goes_leaves_the_question_as_it_was(written, name):
    if getattr(card(written), name):
        return
    with_quote = changed(written, **{name: "想一想"})
    assert with_quote != written
    assert rewritten(with_quote, replace(card(with_quote), **{name: ""}), PATH, ZH) == written


def told(refused: Invalid) -> None:
    assert refused.fields


texts = st.text(alphabet="甲乙丙 ab_|&#>-*`<!\n0123.：:[]()", min_size=0, max_size=12)


@given(st.sampled_from(ALL), st.data())
@settings(max_examples=300)
def test_whatever_is_typed_is_refused_at_a_field_or_reads_back_as_it_was_typed(written, data):
    old = card(written)
    name = data.draw(st.sampled_from(["stem", "hint", "explanation", "model", "row", "note", "points", "tags", "unit"]))
    words = data.draw(texts)
    if name in ("row", "note"):
        if not old.rows:
            return
        place = data.draw(st.integers(0, len(old.rows) - 1))
        part = "text" if name == "row" else "note"
        rows = list(old.rows)
        rows[place] = replace(rows[place], **{part: words})
        new = replace(old, rows=tuple(rows))
    else:
        new = replace(old, **{name: words})
    typed = card_of(sent(new))
    try:
        after = rewritten(written, typed, PATH, ZH)
    except Invalid as refused:
        return told(refused)
    back = read(after, PATH, ZH).card
    assert back is not None
    assert "".join(back.stem.split()).replace("_", "") == "".join(typed.stem.split()).replace("_", "")
    assert len(back.rows) == len(typed.rows)
    assert back.key == old.key
    for each in ("<!-- 别改数字，法务看过 -->", "<!-- 下一个是干扰项 -->"):
        assert (each in written) <= (each in after)


@pytest.mark.parametrize("written", ALL)
@pytest.mark.parametrize("kind", list(Kind))
def test_another_type_keeps_the_question_and_what_is_said_about_it(written, kind):
    old = card(written)
    new = converted(old, kind)
    assert (new.kind, new.stem, new.explanation, new.tags) == (kind, old.stem, old.explanation, old.tags)


def test_a_single_choice_becomes_a_multiple_one_with_the_same_options_and_comments():
    after = rewritten(SINGLE, converted(card(SINGLE), Kind.MULTIPLE), PATH, ZH)
    assert "- [x] 7 天" in after
    assert "    - 解析：太短了。" in after
    assert "<!-- 下一个是干扰项 -->" in after


def errors(card: Card) -> dict[str, str]:
    return {name: str(why) for name, why in check(card, PATH, ZH).errors.items()}


def test_everything_that_is_wrong_is_told_at_once_at_its_field():
    rows = (Row(number=1, text="甲"), Row(number=2, text="甲"))
    found = errors(Card(kind=Kind.SINGLE, points="多", level="9", rows=rows))
    assert found == {
        "card-stem": "题目是空的，请写上题目。",
        "card-points": "分值写成数字，例如 2 或 0.5，精确到 0.05。",
        "card-level": "难度写 1 到 5，1 最容易。",
        "row-2-text": "这一项和另一项重复，请改写或删去一项。",
        "card-rows": "没有正确答案，请勾出正确的选项。",
    }


def test_gaps_and_answers_are_counted():
    found = errors(Card(kind=Kind.FILL_IN, stem="在 ____ 小时内退 ____ 元", rows=(Row(number=1, text="48"),)))
    assert "题目里有 2 个空（____），下面写了 1 个答案" in found["card-rows"]


def test_a_number_that_is_none_is_told_at_its_field():
    found = errors(Card(kind=Kind.NUMERIC, stem="多少？", mode="range", low="多", high="5"))
    assert found["card-low"] == "请写成数，例如 64 或 0.5。"


def test_a_new_question_has_no_id_even_if_one_was_sent():
    deck = Questions(path=PATH, language=ZH)
    assert "id:" not in deck.new(replace(card(SINGLE), key="zzzzzz"))


@pytest.mark.parametrize("written", ALL)
def test_a_new_question_in_canonical_form_reads_back_as_its_card(written):
    old = card(written)
    assert card(new_text(old, PATH, ZH)) == old
