import pytest

from lms.content.grammar.findings import apply_fixes
from lms.questions.word_paste import find_typed, to_markdown, word_findings

WORD = """1、非大促订单，自签收次日起几天内可以退货？
A. 3天
B. 7天
C. 15天
答案：B
解析：从签收次日零点起算。

2、下面哪些商品不支持退货？（多选题）
A、定制的杯子   B、车厘子   C、外套
答案：A、B
"""


def numbered(source):
    return list(enumerate(source.splitlines(), start=1))


def markdown(source):
    return [to_markdown(typed) for run in find_typed(numbered(source)) for typed in run]


def test_questions_from_word_are_counted_and_offered_for_conversion():
    (finding,) = word_findings(numbered(WORD))
    assert str(finding.message) == "第 1 行：识别到 2 道 Word 格式的题，是否转换？"
    assert apply_fixes(WORD, [finding.fix]) == (
        "### 非大促订单，自签收次日起几天内可以退货？\n1. [ ] 3天\n2. [x] 7天\n3. [ ] 15天\n\n"
        "> 解析：从签收次日零点起算。\n\n"
        "### 下面哪些商品不支持退货？\n\n- [x] 定制的杯子\n- [x] 车厘子\n- [ ] 外套\n"
    )


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("1. 由商家承担。（×）\n答案：错", "### 由商家承担。（×）\n- 答案：错"),
        ("3）运费由商家承担。\n答案：√", "### 运费由商家承担。\n- 答案：对"),
        ("1．应在____小时内____。\n参考答案：48；退款", "### 应在____小时内____。\n- 空1：48\n- 空2：退款"),
        ("（1）退几天？（ B ）\nＡ．3天\nＢ．7天", "### 退几天？（ ）\n1. [ ] 3天\n2. [x] 7天"),
        ("1、【单选题】退几天？\nA. 3天\nB. 7天\n【答案】B", "### 退几天？\n1. [ ] 3天\n2. [x] 7天"),
        ("1、退几天？\nA. 3天\nB. 7天", "### 退几天？\n1. [ ] 3天\n2. [ ] 7天"),
        ("1、看下面的对话，\n她想要什么？\n答案：退款", "### 看下面的对话，\n\n她想要什么？\n\n- 答案：退款"),
        ("一、判断题\n1、运费由商家承担。\n答案：错", "## 判断题\n\n### 运费由商家承担。\n- 答案：错"),
    ],
)
def test_what_word_people_type_becomes_markdown(typed, written):
    assert markdown(typed) == [written]


@pytest.mark.parametrize(
    "source",
    [
        "1. [ ] 3 天\n2. [x] 7 天\n",
        "1. 核对订单\n2. 判断类目\n",
        "- 甲 => 一\n- 乙 => 二\n",
        "### 几天？\n- 答案：对\n",
        "1. 核对订单\n\n- 答案：对\n",
        "正文里有 A. 甲 这样的字\n",
    ],
)
def test_markdown_is_not_taken_for_word(source):
    assert find_typed(numbered(source)) == []


def test_other_text_between_parts_two_runs():
    assert [len(run) for run in find_typed(numbered("1、甲\n答案：对\n\n说明\n\n1、乙\n答案：错\n"))] == [1, 1]
