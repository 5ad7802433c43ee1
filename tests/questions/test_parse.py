from fractions import Fraction

import pytest

from lms.content.grammar.findings import Severity, apply_fixes
from lms.content.grammar.reading import Reading
from lms.core.points import from_fraction
from lms.questions.parse.question import parse_question
from lms.questions.spec import CriterionKind, Kind, Numeric

FRONT = "---\n类型: 测验\n---\n# 测验\n\n"


def read(markdown):
    reading = Reading(FRONT + markdown, "quizzes/a/b.md")
    questions = [parse_question(reading, section) for section in reading.sections() if section.level == 3]
    return questions[0], reading.findings


def question(markdown):
    found, findings = read(markdown)
    assert [str(each.message) for each in findings] == []
    return found


def problems(markdown):
    return [str(finding.message) for finding in read(markdown)[1]]


def only_problem(markdown):
    (message,) = problems(markdown)
    return message


def mended(markdown):
    """The Markdown after every offered fix."""
    fixes = [finding.fix for finding in read(markdown)[1] if finding.fix]
    return apply_fixes(FRONT + markdown, fixes).removeprefix(FRONT)


CHOICE = "### 几天？\n1. [ ] 3 天\n2. [x] 7 天\n    - 解析：从签收次日起。\n3. [ ] 15 天\n"


def test_an_ordered_task_list_is_a_single_choice():
    found = question(CHOICE)
    assert found.kind is Kind.SINGLE
    assert [(option.id, option.body.text) for option in found.shape.options] == [
        ("o1", "3 天"),
        ("o2", "7 天"),
        ("o3", "15 天"),
    ]
    assert found.shape.right == "o2"
    assert found.shape.options[1].note.text == "从签收次日起。"
    assert (found.span.first, found.span.last) == (6, 10)


def test_a_bullet_task_list_is_a_multiple_choice():
    found = question("### 哪些？\n`漏选给半分` `错选不得分`\n\n- [x] 甲\n- [ ] 乙\n- [x] 丙\n")
    assert (found.kind, found.shape.right) == (Kind.MULTIPLE, ("o1", "o3"))
    assert found.shape.half_if_incomplete
    assert found.shape.none_if_wrong


@pytest.mark.parametrize(("word", "right"), [("对", True), ("错", False), ("正确", True), ("×", False), ("true", True)])
def test_an_answer_of_right_or_wrong_is_a_true_or_false_statement(word, right):
    assert question(f"### 由商家承担。\n- 答案：{word}\n").shape.right is right


def test_gaps_with_numbered_answers_are_a_fill_in():
    found = question("### 应在 ____ 小时内完成 ____ 。\n- 空1：48 | 四十八\n- 空2：退款\n")
    assert found.shape.blanks == (("48", "四十八"), ("退款",))
    assert not found.shape.case_sensitive


def test_gaps_may_be_answered_in_any_order_and_by_one_answer_line():
    assert question("### ____ 和 ____\n- 空2：乙\n- 空1：甲\n").shape.blanks == (("甲",), ("乙",))
    assert question("### 叫 ____ 。\n- 答案：工单\n").shape.blanks == (("工单",),)


def test_wide_gaps_and_bars_are_read_and_written_plainly():
    found = question("### 应在＿＿小时内。\n`区分大小写`\n\n- 空1：A ｜ b\\|c\n")
    assert found.stem.source == "应在____小时内。"
    assert found.shape.blanks == (("A", "b|c"),)
    assert found.shape.case_sensitive


def test_gaps_do_not_become_bold_and_code_holds_no_gap():
    found = question("### ____小时____，键 `a____b`\n- 空1：甲\n- 空2：乙\n")
    assert found.stem.html == "<p>____小时____，键 <code>a____b</code></p>"


@pytest.mark.parametrize(
    ("written", "low", "high", "target", "unit"),
    [
        ("64", "64", "64", "64", ""),
        ("64 元", "64", "64", "64", "元"),
        ("64 ± 0.01 元", "63.99", "64.01", "64", "元"),
        ("64+-1", "63", "65", "64", ""),
        ("64元 ± 1元", "63", "65", "64", "元"),
        ("60..70", "60", "70", None, ""),
        ("60~70 分钟", "60", "70", None, "分钟"),
        ("60-70", "60", "70", None, ""),
        ("-5", "-5", "-5", "-5", ""),
        ("-5..5", "-5", "5", None, ""),
        ("80%", "80", "80", "80", "%"),
        ("1,280.50 元", "1280.5", "1280.5", "1280.5", "元"),
        ("６４", "64", "64", "64", ""),
    ],
)
def test_a_number_has_a_tolerance_or_a_range_and_a_unit(written, low, high, target, unit):
    assert question(f"### 多少？\n- 答案：{written}\n").shape == Numeric(
        low=Fraction(low), high=Fraction(high), target=target and Fraction(target), unit=unit
    )


def test_an_ordered_list_with_the_chip_is_an_ordering():
    found = question("### 排一排\n`排序` `按相邻给分`\n\n1. 核对\n2. 判断\n3. 同意\n")
    assert [step.id for step in found.shape.steps] == ["s1", "s2", "s3"]
    assert found.shape.by_neighbours


def test_arrows_are_pairs_and_a_distractor_belongs_to_nothing():
    found = question("### 连一连\n- 尺码 => 换货\n- 破损 → 退货\n- （干扰项） => 找快递\n")
    assert [item.body.text for item in found.shape.right] == ["换货", "退货", "找快递"]
    assert found.shape.key == ("r1", "r2")


def test_two_left_sides_may_share_a_right_one():
    found = question("### 连一连\n- 尺码 => 换货\n- 颜色 => 换货\n- 破损 => 退货\n")
    assert found.shape.key == ("r1", "r1", "r2")


def test_a_rubric_makes_a_written_answer():
    found = question(
        "### 请回复\n`10分` `字数20-150` `人工复核`\n\n"
        "- 必说（3分）：理解 ｜ 抱歉\n- 应说（2分）：（拆封 | 拆开） & 照片\n"
        "- 禁说（-5分）：不可能\n- 评分（2分）：语气\n"
        "\n> 参考：很抱歉。\n"
    )
    assert [(each.kind, each.points, each.words) for each in found.shape.rubric] == [
        (CriterionKind.MUST, from_fraction(3), "理解 | 抱歉"),
        (CriterionKind.SHOULD, from_fraction(2), "(拆封 | 拆开) & 照片"),
        (CriterionKind.NEVER, -from_fraction(5), "不可能"),
        (CriterionKind.JUDGED, from_fraction(2), "语气"),
    ]
    assert (found.shape.manual, found.shape.shortest, found.shape.longest) == (True, 20, 150)
    assert (found.points, found.model.text) == (from_fraction(10), "很抱歉。")


def test_a_written_answer_may_be_left_to_a_person_alone():
    assert question("### 谈谈看法\n`人工复核`\n").kind is Kind.OPEN


def test_every_keyword_has_an_english_form():
    found = question(
        "### Which?\n`half-if-incomplete` `4 pt` `level 2`\n\n- [x] a\n    - explain: b\n- [ ] c\n\n> hint: d\n"
    )
    assert (found.points, found.level, found.hint.text) == (from_fraction(4), 2, "d")
    assert found.shape.options[0].note.text == "b"
    assert question("### true?\n- answer: false\n").shape.right is False
    assert question("### ____\n- blank 1: a | b\n").shape.blanks == (("a", "b"),)
    assert question("### match\n- a => b\n- (distractor) => c\n- d => e\n").shape.key == ("r1", "r3")
    assert question("### write\n- must (3 pt): a\n- never (-1 pt): b\n").kind is Kind.OPEN


def test_chips_give_points_tags_level_and_id():
    found = question("### 几天？\n`2.5分` `#售后` `#时效`\n【难度3】 `id:k3f9qz`\n\n- 答案：对\n")
    assert (found.points, found.tags, found.level, found.key) == (from_fraction("2.5"), ("售后", "时效"), 3, "k3f9qz")


def test_hint_explanation_and_model_are_read_from_quotes():
    found = question(
        "### 几天？\n- 答案：对\n\n> 提示：想想签收。\n\n> 解析：见[时效](../../kb_content/r.md#时效)。\n>\n> 第二段\n"
    )
    assert found.hint.text == "想想签收。"
    assert found.explanation.source == "见[时效](../../kb_content/r.md#时效)。\n\n第二段"
    assert 'href="lms:kb_content/r.md#时效"' in found.explanation.html
    assert [(each.label, each.target) for each in found.references] == [("时效", "kb_content/r.md#时效")]


def test_two_labels_in_one_quote_are_two():
    found = question("### 几天？\n- 答案：对\n\n> 提示：甲\n> 解析：乙\n")
    assert (found.hint.text, found.explanation.text) == ("甲", "乙")


def test_the_text_may_run_over_paragraphs_pictures_code_and_quotes():
    found = question(
        "### 看图\n`难度2`\n\n![订单](o.png)\n\n> 顾客：为什么？\n\n"
        "~~~\n____\n~~~\n\n- 一条事实\n\n1. [x] 甲\n2. [ ] 乙\n"
    )
    assert found.kind is Kind.SINGLE
    assert 'src="lms:quizzes/a/o.png"' in found.stem.html
    assert "顾客：为什么？" in found.stem.html
    assert "____" in found.stem.html
    assert "一条事实" in found.stem.text


def test_an_option_may_hold_a_picture_indented_by_four():
    found = question("### 哪张？\n1. [x] 甲\n\n    ![甲](a.png)\n\n2. [ ] 乙\n")
    assert "a.png" in found.shape.options[0].body.html


def test_a_number_in_front_of_the_question_is_no_list():
    assert question("### 1. 几天？\n- 答案：对\n").stem.html == "<p>1. 几天？</p>"


def test_comments_are_nobodys_text():
    assert question("### 几天？\n<!-- 待核实 -->\n- 答案：对\n").stem.source == "几天？"


# what is wrong, and how it is mended


def test_no_right_answer():
    assert only_problem("### 几天？\n1. [ ] 3 天\n2. [ ] 7 天\n") == (
        "第 7 行：没有正确答案，请在正确选项的方括号里写 x：[x]。"
    )


def test_two_right_options_in_an_ordered_list_can_become_a_multiple_choice():
    markdown = "### 几天？\n1. [x] 3 天\n2. [x] 7 天\n    - 解析：甲\n3. [ ] 9 天\n"
    assert only_problem(markdown) == "第 7 行：单选题有 2 个正确答案；若是多选，请改为 - 开头。"
    assert mended(markdown) == "### 几天？\n- [x] 3 天\n- [x] 7 天\n    - 解析：甲\n- [ ] 9 天\n"
    assert question(mended(markdown)).shape.right == ("o1", "o2")


def test_equal_options():
    assert only_problem("### 几天？\n1. [x] 7 天\n2. [ ] **7 天**\n") == (
        "第 8 行：“7 天”和第 7 行重复，请改写或删去一项。"
    )


def test_one_option_is_no_choice():
    assert only_problem("### 几天？\n1. [x] 7 天\n") == "第 7 行：选择题至少要有两个选项。"


def test_an_option_without_a_box_gets_one():
    markdown = "### 几天？\n1. [x] 7 天\n2. 9 天\n"
    assert "没有方括号" in only_problem(markdown)
    assert question(mended(markdown)).shape.options[1].body.text == "9 天"


def test_a_picture_between_options():
    markdown = "### 几天？\n1. [ ] 3 天\n\n![图](a.png)\n\n2. [x] 7 天\n"
    assert only_problem(markdown) == "第 9 行：选项被图片隔开，请把图片放到题干，或放在选项下并缩进 4 格。"


def test_a_remark_indented_by_two_is_moved():
    markdown = "### 几天？\n1. [ ] 3 天\n2. [x] 7 天\n  - 解析：甲\n"
    assert problems(markdown)[0] == "第 9 行：解析要缩进 4 格。"
    assert question(mended(markdown)).shape.options[1].note.text == "甲"


def test_a_remark_indented_by_two_below_a_bullet_is_moved():
    markdown = "### 几天？\n- [ ] 3 天\n- [x] 7 天\n  - 解析：甲\n"
    assert [message for message in problems(markdown) if "解析" in message] == ["第 9 行：解析要缩进 4 格。"]
    assert question(mended(markdown)).shape.options[1].note.text == "甲"


def test_a_remark_beside_the_options_is_moved_below_the_last_one():
    markdown = "### 几天？\n- [ ] 3 天\n- [x] 7 天\n- 解析：甲\n"
    assert "整题的解析写成 > 解析" in only_problem(markdown)
    assert question(mended(markdown)).shape.options[1].note.text == "甲"


@pytest.mark.parametrize("typed", ["2. [√] 7 天", "2. [ x ] 7 天", "2. [x]7 天", "2.[x] 7 天", "2. ［Ｘ］ 7 天"])
def test_a_box_that_was_typed_wrong_is_mended(typed):
    markdown = f"### 几天？\n1. [ ] 3 天\n{typed}\n"
    assert "正确答案写 [x]" in problems(markdown)[0]
    assert question(mended(markdown)).shape.right == "o2"


def test_an_unknown_chip_names_the_nearest_and_all_that_may_be_written():
    markdown = "### 哪些？\n`漏选半分`\n\n- [x] 甲\n- [ ] 乙\n"
    message = only_problem(markdown)
    assert message.startswith("第 7 行：不认识“漏选半分”，是否“漏选给半分”？可用：")
    assert "难度N" in message
    assert question(mended(markdown)).shape.half_if_incomplete


@pytest.mark.parametrize("chip", ["漏选给半分", "区分大小写", "人工复核"])
def test_a_chip_of_another_kind_is_an_error(chip):
    assert "不能用在单选题上" in only_problem(CHOICE.replace("？\n", f"？\n`{chip}`\n\n"))


def test_a_chip_written_twice_and_a_level_above_five():
    assert "写了两次" in only_problem("### 甲\n`2分` `3分`\n\n- 答案：对\n")
    assert "难度写 1 到 5" in only_problem("### 甲\n`难度9`\n\n- 答案：对\n")


def test_points_that_are_too_fine():
    assert only_problem("### 甲\n`0.01分`\n\n- 答案：对\n") == "第 7 行：分值“0.01”太细，请精确到 0.05 分。"


@pytest.mark.parametrize("rows", ["- 空1：甲\n- 空2：乙\n- 空3：丙\n", "- 空1：甲\n", "- 空1：甲\n- 空3：乙\n"])
def test_gaps_and_answers_must_match(rows):
    assert "题目里有 2 个空" in problems(f"### ____ 和 ____\n{rows}")[0]


def test_a_gap_without_words_and_a_gap_answered_twice():
    assert "空2没有答案" in problems("### ____ ____\n- 空1：甲\n- 空2：|\n")[0]
    assert "空1写了两次" in problems("### ____ ____\n- 空1：甲\n- 空1：乙\n")[0]


@pytest.mark.parametrize("answer", ["大概一周", "64 到", "1e5"])
def test_an_answer_that_is_neither_true_nor_a_number(answer):
    assert "不是对、错，也不是数" in only_problem(f"### 多少？\n- 答案：{answer}\n")


def test_a_range_the_wrong_way_round():
    assert "下限比上限大" in only_problem("### 多少？\n- 答案：70..60\n")


def test_a_pair_without_an_arrow_and_equal_left_sides():
    assert "左 => 右" in only_problem("### 连\n- 甲 => 一\n- 乙 => 二\n- 丙\n")
    assert "重复" in only_problem("### 连\n- 甲 => 一\n- 甲 => 二\n")


def test_a_distractor_that_is_right_and_a_matching_with_one_right_side():
    assert "干扰项" in only_problem("### 连\n- 甲 => 一\n- 乙 => 二\n- （干扰项） => 二\n")
    assert "加一个干扰项" in only_problem("### 连\n- 甲 => 一\n- 乙 => 一\n")


@pytest.mark.parametrize("words", ["(甲 | 乙", "甲 |", "甲 & | 乙", "| 甲", "甲) 乙", "甲 (乙)"])
def test_words_of_a_rubric_that_do_not_fit_together(words):
    assert "不完整" in only_problem(f"### 写\n- 必说（3分）：{words}\n- 应说（2分）：好\n")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("- 必说：甲", "请写上分值"),
        ("- 禁说（5分）：甲", "写成负数"),
        ("- 必说（-5分）：甲", "只有禁说才扣分"),
        ("- 好好说话", "评分标准每行写成"),
    ],
)
def test_a_line_of_a_rubric_that_cannot_be_read(row, said):
    assert said in only_problem(f"### 写\n- 应说（2分）：好\n{row}\n")


def test_text_behind_the_answers_is_not_lost_in_silence():
    assert "不会显示" in only_problem(f"{CHOICE}\n再想一想\n")


def test_an_explanation_without_its_sign_is_mended():
    markdown = f"{CHOICE}\n解析：从签收次日起\n"
    assert only_problem(markdown) == "第 12 行：“解析”要写成引用，行首加 >。"
    assert question(mended(markdown)).explanation.text == "从签收次日起"


def test_two_explanations_of_one_question():
    assert "请合成一段" in only_problem(f"{CHOICE}\n> 解析：甲\n\n> 解析：乙\n")


def test_a_question_without_an_answer_is_told_all_ways():
    message = only_problem("### 几天？\n请选择。\n")
    assert "没有答案" in message
    assert "`排序`" in message


def test_an_ordering_with_boxes_and_one_with_a_single_step():
    assert "不用方括号" in problems("### 排\n`排序`\n\n1. [x] 甲\n2. [ ] 乙\n")[0]
    assert "两个步骤" in only_problem("### 排\n`排序`\n\n1. 甲\n")


def test_every_problem_is_an_error_with_a_line():
    _, findings = read("### 几天？\n`漏选半分` `9级`\n\n1. [x] 甲\n2. [x] 甲\n\n尾巴\n")
    assert len(findings) == 5
    assert all(finding.severity is Severity.ERROR and finding.line > 5 for finding in findings)


# what must never slip into what a learner reads

CANARY = "k7q2canary"


@pytest.mark.parametrize(
    "hidden",
    [
        f"> 解析：{CANARY}\n",  # right below the last option: Markdown makes it part of the option
        f"    > 解析：{CANARY}\n",
        f"解析：{CANARY}\n",
        f"答案：{CANARY}\n",
        f"参考：{CANARY}\n",
        f"  - 解析：{CANARY}\n",
        f"    - 解析：因为\n    - 解析：{CANARY}\n",
        f"    - 解析：因为\n        - {CANARY}\n",
        f"    - 答案：{CANARY}\n",
        f"    - 提示：{CANARY}\n",
        f"\n    解析：{CANARY}\n",
        f"\n> 顾客：你好\n> 解析：{CANARY}\n",
        f"\n解析：{CANARY}\n",
    ],
)
@pytest.mark.parametrize("options", ["1. [ ] 3 天\n2. [x] 7 天\n", "- [ ] 3 天\n- [x] 7 天\n"])
def test_an_explanation_in_the_wrong_place_is_reported_and_not_shown(options, hidden):
    found, findings = read(f"### 几天？\n{options}{hidden}")
    assert findings
    assert CANARY not in found.stem.html
    assert not any(CANARY in option.body.html for option in found.shape.options)


@pytest.mark.parametrize("hidden", [f"解析：{CANARY}\n", f"答案：{CANARY}\n", f"> 顾客：你好\n> 解析：{CANARY}\n"])
def test_an_explanation_in_the_question_itself_is_not_shown(hidden):
    found, _ = read(f"### 几天？\n\n{hidden}\n1. [ ] 3 天\n2. [x] 7 天\n")
    assert CANARY not in found.stem.html


def test_an_explanation_right_below_the_options_is_moved_into_its_own_place():
    markdown = "### 几天？\n1. [ ] 3 天\n2. [x] 7 天\n> 解析：甲\n"
    assert only_problem(markdown) == "第 9 行：这段引用紧跟着选项，成了选项的一部分，请在前面空一行。"
    assert question(mended(markdown)).explanation.text == "甲"


def test_settings_in_the_text_are_not_passed_over_in_silence():
    assert only_problem("### 几天？\n请选择。\n`2分`\n\n- 答案：对\n") == (
        "第 8 行：设置要紧跟在标题的下一行，写在这里不起作用。"
    )


@pytest.mark.parametrize(
    "rows",
    [
        "- 答案：对\n第二行\n",
        "- 答案：对\n    - 因为\n",
        "- 答案：对\n- 甲 => 乙\n",
        "- 甲 => 一\n- 乙 => 二\n    - 丙\n",
    ],
)
def test_what_is_not_read_of_an_answer_is_not_passed_over_in_silence(rows):
    assert len(problems(f"### 几天？\n{rows}")) == 1
