"""Two changes of one text: by block, then by sentence; a question only where both changed the same thing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.rules.merge import Conflict, Merged, merge
from lms.content.rules.units import block_units, sentence_units
from tests.support.desk import SENTENCE, Desk
from tests.support.ending import ENDS

ARTICLE = """\
---
类型: 知识
标题: 七天无理由
负责人: T1001
---
# 七天无理由退货

签收次日起七天内可以申请。商品要完好。运费由顾客承担。

## 处理步骤

1. 核实订单号。
2. 看签收日期。
3. 发起退货单。

> 话术：您好，请把订单号发给我。

| 店铺 | 天数 |
|---|---|
| 天猫 | 7 |
| 京东 | 15 |

## 例外

定制商品不退。
"""
QUIZ = """\
# 测验

## 第一部分

### 几天内可以退？
1. [x] 七天
2. [ ] 十五天

### 运费谁承担？
1. [x] 顾客
2. [ ] 商家
"""


def both(base: str, one: tuple[str, str], other: tuple[str, str]) -> Merged:
    assert one[0] in base
    assert other[0] in base
    return merge(base, base.replace(*one, 1), base.replace(*other, 1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("七天内", "十五天内"), ("运费由顾客", "运费由商家")),  # two sentences of a paragraph
        (("核实订单号", "核实订单号和手机号"), ("看签收日期", "看签收日期和状态")),  # two items
        (("| 天猫 | 7 |", "| 天猫 | 8 |"), ("| 京东 | 15 |", "| 京东 | 30 |")),  # two rows
        (("标题: 七天无理由", "标题: 无理由退货"), ("负责人: T1001", "负责人: T1002")),  # two properties
        (("负责人: T1001\n", "负责人: T1001\n标签: [退货]\n"), ("负责人: T1001\n", "负责人: T1001\n别名: [退]\n")),
        (("## 例外", "## 不退的"), ("定制商品不退。", "定制商品、鲜花不退。")),  # a heading and what is under it
        (("2. 看签收日期。\n", ""), ("3. 发起退货单。", "3. 发起退货单，写明原因。")),  # gone, and changed beside it
        (("## 例外", "## 新的一节\n\n新的。\n\n## 例外"), ("定制商品不退。\n", "定制商品不退。\n\n再一段。\n")),
    ],
)
def test_what_does_not_meet_is_put_together(one: tuple[str, str], other: tuple[str, str]):
    found = both(ARTICLE, one, other).text
    assert found is not None
    for old, new in (one, other):
        assert all(line in found for line in new.split("\n"))
        assert not new or old in new or old not in found


def test_two_cells_of_a_row_are_two_statements():
    found = both(ARTICLE, ("| 天猫 | 7 |", "| 天猫旗舰店 | 7 |"), ("| 天猫 | 7 |", "| 天猫 | 8 |")).text
    assert found is not None
    assert "| 天猫旗舰店 | 8 |" in found


def test_one_sentence_changed_otherwise_by_both_asks_and_shows_that_sentence_alone():
    found = both(ARTICLE, ("七天内", "十五天内"), ("七天内", "三十天内"))
    assert found.text is None
    assert found.conflicts == (
        Conflict(
            base="签收次日起七天内可以申请。",
            mine="签收次日起十五天内可以申请。",
            theirs="签收次日起三十天内可以申请。",
            place="七天无理由退货",
            whole_lines=False,
        ),
    )
    assert found.around(0) == ("", "商品要完好。运费由顾客承担。")


def test_what_one_took_out_and_the_other_rewrote_asks():
    found = both(ARTICLE, ("定制商品不退。\n", ""), ("定制商品", "鲜花"))
    assert [(each.mine.strip(), each.theirs.strip()) for each in found.conflicts] == [("", "鲜花不退。")]


def test_two_that_were_put_in_at_one_place_ask_and_both_can_be_taken():
    found = merge(ARTICLE, ARTICLE + "\n## 甲\n\n甲的。\n", ARTICLE + "\n## 乙\n\n乙的。\n")
    assert [each.place for each in found.conflicts] == ["例外"]
    assert found.settled([found.conflicts[0].both]).endswith("\n\n## 甲\n\n甲的。\n\n## 乙\n\n乙的。\n")


def test_what_was_put_in_before_a_heading_belongs_to_the_section_above():
    one, other = ("\n## 例外", "4. 甲。\n\n## 例外"), ("\n## 例外", "4. 乙。\n\n## 例外")
    base = ARTICLE.replace("| 京东 | 15 |\n", "| 京东 | 15 |\n\n- 补差价以主订单为准。\n")
    assert [each.place for each in both(base, one, other).conflicts] == ["处理步骤"]


def test_a_question_and_its_key_are_one_thing():
    found = both(QUIZ, ("几天内可以退", "几天内不能退"), ("1. [x] 七天\n2. [ ] 十五天", "1. [ ] 七天\n2. [x] 十五天"))
    assert len(found.conflicts) == 1
    assert found.conflicts[0].theirs.startswith("### 几天内可以退？\n1. [ ] 七天")
    assert both(QUIZ, ("几天内", "多少天内"), ("运费谁承担", "运费由谁承担")).text is not None


def test_what_both_moved_to_different_places_is_not_there_twice():
    section = "## 例外\n\n定制商品不退。\n"
    rest = ARTICLE.replace(section, "")
    up = rest.replace("## 处理步骤", section + "\n## 处理步骤")
    down = rest.replace("> 话术", section + "\n> 话术")
    found = merge(ARTICLE, up, down)
    assert found.text is None
    assert found.settled([each.mine for each in found.conflicts]).count("定制商品不退") == 1


def test_an_id_is_never_there_twice():
    one = ARTICLE.replace("## 例外\n", "## 例外\n`id:k3f9qz`\n")
    found = merge(ARTICLE, one, ARTICLE.replace("## 处理步骤\n", "## 处理步骤\n`id:k3f9qz`\n"))
    assert (found.text or "").count("id:k3f9qz") <= 1


def test_a_property_is_never_there_twice():
    one = ARTICLE.replace("类型: 知识\n", "类型: 知识\n标签: [甲]\n")
    other = ARTICLE.replace("负责人: T1001\n", "负责人: T1001\n标签: [乙]\n")
    assert merge(ARTICLE, one, other).text is None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_come_through(end: str):
    base = ARTICLE.replace("\n", end)
    found = both(base, ("七天内", "十五天内"), ("定制商品", "鲜花")).text
    assert found == base.replace("七天内", "十五天内").replace("定制商品", "鲜花")


def test_who_only_changed_line_ends_does_not_stand_in_the_way():
    found = merge(ARTICLE, ARTICLE.replace("\n", "\r\n"), ARTICLE.replace("七天内", "十五天内")).text
    assert found is not None
    assert found.replace("\r\n", "\n") == ARTICLE.replace("七天内", "十五天内")


def test_a_last_line_without_an_end_gets_one_when_something_follows():
    assert merge("甲", "乙", "甲\n\n丙").text == "乙\n\n丙"


def test_what_is_typed_for_a_conflict_keeps_the_empty_line_behind_it():
    found = both(ARTICLE, ("定制商品不退。\n", "定制商品不退！\n"), ("定制商品不退。\n", "定制商品不能退。\n"))
    assert found.settled(["都不退。"]) == ARTICLE.replace("定制商品不退。", "都不退。")


# laws

LINES = ["甲。乙。\n", "丙。丁。\n", "\n", "# 一\n", "- 戊\n", "    - 己\n", "| 1 | 2 |\n", "---\n", "键: 值\n"]
MORE = ["> 话\n", "庚。\r\n", "辛", "`id:abc234`\n", "```\n", "1. [x] 对\n"]
TEXTS = st.lists(st.sampled_from(LINES + MORE), max_size=12).map("".join)


@given(TEXTS)
def test_the_units_of_a_text_are_the_text(text: str):
    assert "".join(unit.text for unit in block_units(text)[0]) == text


@given(st.text())
def test_the_sentences_of_a_text_are_the_text(text: str):
    assert "".join(unit.text for unit in sentence_units(text)) == text


@given(TEXTS, TEXTS)
def test_where_one_did_nothing_the_other_has_it(base: str, changed: str):
    assert merge(base, changed, base).text == changed
    assert merge(base, base, changed).text == changed
    assert merge(base, changed, changed).text == changed


@settings(max_examples=300)
@given(TEXTS, TEXTS, TEXTS)
def test_who_is_first_makes_no_difference(base: str, one: str, other: str):
    found, turned = merge(base, one, other), merge(base, other, one)
    assert found.text == turned.text
    assert [(each.mine, each.theirs) for each in found.conflicts] == [
        (each.theirs, each.mine) for each in turned.conflicts
    ]


@settings(max_examples=300)
@given(TEXTS, TEXTS, TEXTS)
def test_what_somebody_wrote_is_in_the_result_or_in_a_conflict(base: str, one: str, other: str):
    found = merge(base, one, other)
    everywhere = "".join(
        piece if isinstance(piece, str) else piece.mine + piece.theirs + piece.base for piece in found.pieces
    )
    for text in (one, other):
        new = {unit.key for unit in sentence_units(text)} - {unit.key for unit in sentence_units(base)}
        assert all(sentence in everywhere.replace("\r\n", "\n") for sentence in new)


@pytest.mark.parametrize(
    "piece", ["- 甲\n", "\n", "> 甲\n", "```\n", "| 1 | 2 |\n", "![", "甲。", "# 甲\n", "<!--\n", "键: 值\n", "."]
)
@ENDS
def test_a_hundred_kilobytes_of_one_thing_are_merged(piece: str):
    base = "---\n" + piece * (100_000 // len(piece.encode()))
    middle = len(base) // 2
    merge(base, base[:middle] + "X。\n" + base[middle:], "Y。\n" + base)
    merge(base, base[::-1] + "尾", "Y。\n" + base)


# two editors


@pytest.mark.parametrize("block", range(20))
def test_in_a_thousand_interleavings_of_two_editors_no_sentence_is_lost(block: int):
    for seed in range(block * 50, block * 50 + 50):
        desk = Desk(seed)
        for _ in range(desk.dice.randint(4, 14)):
            who = desk.dice.randrange(2)
            if desk.dice.random() < 0.6:
                desk.edit(who)
            else:
                desk.save(who)
        desk.save(0)
        desk.save(1)
        standing = set(SENTENCE.findall(desk.head))
        assert desk.written - standing <= desk.removed, seed
