"""A sheet of questions is read as people really write them; what can't be taken says why and how to mend it."""

import io

import openpyxl
import pytest

from lms.core.errors import TooLarge, Unreadable
from lms.core.points import from_fraction
from lms.questions.spec import FillIn, Kind, Multiple, Numeric, Open, Ordering, Single, TrueFalse
from lms.questions.write import write_question
from lms.quizzes.importers import template, xlsx, xlsx_write
from lms.quizzes.importers.cells import outcome_of
from lms.quizzes.importers.columns import kind_in, kind_of, level_of
from lms.quizzes.importers.reading import MOST_QUESTIONS, Refused, Where

HEAD = "题型,题目,选项A,选项B,选项C,选项D,正确答案,答案解析,分数,难易度,知识点\n"


def taken(*rows: str, head: str = HEAD):
    return xlsx.read((head + "\n".join(rows)).encode())


def one(row: str, head: str = HEAD):
    (found,) = taken(row, head=head).questions
    return found.question


def reason(row: str, head: str = HEAD) -> str:
    (refused,) = taken(row, head=head).refused
    return str(refused.reason)


def shape(row: str):
    return one(row).shape


def texts(items):
    return [item.body.text for item in items]


def right(found):
    return {item.body.text for item in found.options if item.id in found.right}


def a_workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return book


def saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_single_choice_with_everything_is_read():
    found = one("单选题,几天内可以退货？,3 天,7 天,15 天,,B,从签收次日算,2分,易,退货、售后")
    assert found.shape == Single(options=found.shape.options, right="o2")
    assert (found.points, found.level, found.tags) == (from_fraction(2), 1, ("退货", "售后"))
    assert found.explanation.text == "从签收次日算"


@pytest.mark.parametrize("key", ["AC", "A,C", "A、C", "A C", "ＡＣ", "ac", "A;C", "(A)(C)", "答案：AC"])
def test_several_letters_are_known_however_they_are_parted(key):
    found = shape(f'多选题,哪些对？,甲,乙,丙,丁,"{key}"')
    assert isinstance(found, Multiple)
    assert texts(each for each in found.options if each.id in found.right) == ["甲", "丙"]


@pytest.mark.parametrize("key", ["乙", "B", "b", "Ｂ", "B. 乙", "2", "(B)"])
def test_a_key_may_be_a_letter_a_number_or_the_words_of_the_option(key):
    assert shape(f'单选题,哪个对？,甲,乙,丙,,"{key}"').right == "o2"


def test_words_that_are_an_option_come_before_letters_and_numbers():
    assert shape("单选题,第几个？,3,2,1,,1").right == "o3"


@pytest.mark.parametrize("key", ["对", "√", "T", "正确", "TRUE", "是", "Y", "1", "✓"])
def test_a_statement_is_right_in_every_spelling(key):
    assert shape(f"判断题,可以退货。,,,,,{key}") == TrueFalse(right=True)


@pytest.mark.parametrize("key", ["错", "×", "F", "错误", "FALSE", "否", "N", "0", "✗", "不对"])
def test_a_statement_is_wrong_in_every_spelling(key):
    assert shape(f"判断题,可以退货。,,,,,{key}") == TrueFalse(right=False)


def test_a_statement_keyed_by_letter_follows_its_options():
    assert shape("判断题,可以退货。,错误,正确,,,B") == TrueFalse(right=True)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (",几天？,3 天,7 天,,,B", Kind.SINGLE),
        (",哪些？,甲,乙,丙,,AC", Kind.MULTIPLE),
        (",可以退货。,,,,,√", Kind.TRUE_FALSE),
        (",可以退货吗？,对,错,,,A", Kind.TRUE_FALSE),
        (",共____天。,,,,,7", Kind.FILL_IN),
        (",应付多少元？,,,,,280 元", Kind.NUMERIC),
        (",怎么安抚顾客？,,,,,先道歉再核实。", Kind.OPEN),
        ("选择题,哪些？,甲,乙,丙,,AC", Kind.MULTIPLE),
    ],
)
def test_without_a_word_the_kind_is_inferred_where_it_can_be_told(row, kind):
    assert one(row).kind is kind


def test_a_one_without_a_word_may_be_anything_and_is_asked_about():
    assert "看不出题型" in reason(",有几个？,,,,,1")


@pytest.mark.parametrize(
    "stem", ["共____小时到账。", "共（  ）小时到账。", "共()小时到账。", "共【】小时到账。", "共＿＿小时到账。"]
)
def test_a_gap_is_a_line_or_an_empty_bracket(stem):
    found = one(f"填空题,{stem},,,,,48|四十八")
    assert found.shape == FillIn(blanks=(("48", "四十八"),))
    assert found.stem.text == "共____小时到账。"


@pytest.mark.parametrize("key", ["48;顺延", "48；顺延", "48|顺延", "48、顺延", "空1：48；空2：顺延", "1.48; 2.顺延"])
def test_answers_of_several_gaps_are_parted_as_people_do(key):
    assert shape(f"填空题,共____小时，周末____。,,,,,{key}").blanks == (("48",), ("顺延",))


def test_as_many_answers_as_gaps_are_needed():
    assert "2 个空" in reason("填空题,共____小时，周末____。,,,,,48")


def test_a_number_has_its_tolerance_and_unit():
    found = shape("数值题,应付多少？,,,,,260±0.5元")
    assert isinstance(found, Numeric)
    assert (found.low, found.high, found.unit) == (259.5, 260.5, "元")


@pytest.mark.parametrize("key", ["CAB", "C,A,B", "C-A-B", "3 1 2", "312"])
def test_steps_come_into_the_order_of_the_key(key):
    found = shape(f'排序题,先做什么？,登记,回访,核实,,"{key}"')
    assert isinstance(found, Ordering)
    assert texts(found.steps) == ["核实", "登记", "回访"]


def test_pairs_stand_one_in_an_option():
    found = shape("匹配题,连起来,退货 => 7 天,换货 —— 15 天,（干扰项） => 60 天,,")
    assert texts(found.left) == ["退货", "换货"]
    assert texts(found.right) == ["7 天", "15 天", "60 天"]


def test_an_open_question_has_a_model_answer_and_is_marked_by_a_person():
    found = one("简答题,怎么安抚？,,,,,很抱歉让您久等。,,5")
    assert found.shape == Open(rubric=(), manual=True)
    assert found.model.text == "很抱歉让您久等。"


def test_a_rubric_is_read_line_by_line():
    found = outcome_of({"kind": "问答", "stem": "怎么安抚？", "rubric": "必说（3分）：抱歉 | 理解\n1、语气平和（2分）"})
    assert [(each.kind.value, each.words) for each in found.question.shape.rubric] == [
        ("must", "抱歉 | 理解"),
        ("judged", "语气平和"),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("单选题,没有答案,甲,乙,,,", "没有答案"),
        ("单选题,越界,甲,乙,,,D", "没有对应的选项"),
        ("单选题,两个,甲,乙,丙,,AC", "改成多选"),
        ("选词题,不认识,甲,乙,,,A", "不认识题型"),
        ("单选题,分值,甲,乙,,,A,,五分", "分值"),
        ("单选题,重复,甲,甲,,,A", "重复"),
        ("单选题,中间空,甲,,丙,,A", "选项 B 是空的"),
        ("单选题,没有选项,,,,,A", "至少要有两个选项"),
        ("单选题,别的字,甲,乙,,,戊己", "不是选项的字母"),
        (",,甲,乙,,,A", "没有题干"),
        ("排序题,缺一个,甲,乙,丙,,AB", "每个选项一次"),
        ("数值题,不是数,,,,,很多", "数值题的答案"),
    ],
)
def test_what_cannot_be_taken_says_what_to_do(row, said):
    assert said in reason(row)


def test_a_refused_row_is_named_by_its_number_in_the_sheet():
    found = taken("单选题,好题,甲,乙,,,A", ",,,,,,", "单选题,坏题,甲,乙,,,")
    assert [(each.where.row, each.excerpt) for each in found.refused] == [(4, "坏题")]
    assert len(found.questions) == 1


def test_numbers_letters_and_kinds_in_front_of_the_text_go():
    found = one('单选题,"12、【单选题】几天？",A. 3 天,B. 7 天,,,B')
    assert found.stem.text == "几天？"
    assert texts(found.shape.options) == ["3 天", "7 天"]


def test_a_number_that_belongs_to_the_text_stays():
    assert one("单选题,1.5 倍赔付算多少？,3 天,7 天,,,B").stem.text == "1.5 倍赔付算多少？"


@pytest.mark.parametrize(
    "cell",
    [
        "A. 3 天\nB. 7 天\nC. 15 天",
        "A、3 天 B、7 天 C、15 天",
        "3 天\n7 天\n15 天",
        "3 天；7 天；15 天",
        "3 天|7 天|15 天",
    ],
)
def test_all_options_may_stand_in_one_cell(cell):
    found = outcome_of({"stem": "几天？", "options": cell, "answer": "B"}).question
    assert texts(found.shape.options) == ["3 天", "7 天", "15 天"]


def test_options_may_stand_below_the_text():
    found = outcome_of({"kind": "单选题", "stem": "几天？\nA. 3 天\nB. 7 天", "answer": "B"}).question
    assert (found.stem.text, texts(found.shape.options)) == ("几天？", ["3 天", "7 天"])


def test_a_key_within_the_text_is_taken_out_of_it():
    found = outcome_of({"kind": "单选", "stem": "超过（B）天不能退。", "option-A": "3", "option-B": "7"}).question
    assert (found.stem.text, found.shape.right) == ("超过（ ）天不能退。", "o2")


@pytest.mark.parametrize(
    "words",
    ["# 不是标题", "- 不是列表", "<b>不是粗体</b>", "*星* 和 _线_", "![图](x.png)", "`难度5`", "a | b", "答案：A"],
)
def test_signs_of_markdown_stay_what_they_are(words):
    found = outcome_of({"kind": "单选", "stem": f"问{words}", "option-A": words, "option-B": "乙", "answer": "A"})
    assert found.question is not None
    assert "<b>" not in found.question.stem.html
    assert "<img" not in found.question.shape.options[0].body.html


def test_english_headers_and_words_are_known():
    head = "Type,Question,Option A,Option B,Correct Answer,Points,Difficulty,Tags\n"
    found = one('multiple answers,Which?,one,two,"A,B",2,hard,"refund, return"', head=head)
    assert right(found.shape) == {"one", "two"}
    assert (found.level, found.tags) == (5, ("refund", "return"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_excel_is_read(encoding):
    data = (HEAD + "单选题,几天？,3 天,7 天,,,B").encode(encoding)
    assert len(xlsx.read(data).questions) == 1


def test_numbers_kept_as_numbers_and_days_are_read_as_they_look():
    rows = [["题型", "题干", "选项A", "选项B", "答案", "分值"], ["单选", "几天？", 3, 7.0, "B", 2.0]]
    (found,) = xlsx.read(saved(a_workbook(题库=rows))).questions
    assert texts(found.question.shape.options) == ["3", "7"]
    assert found.question.points == from_fraction(2)


def test_a_title_may_stand_above_and_a_merged_cell_counts_for_all_its_rows():
    rows = [
        ["客服题库"],
        ["题型", "题干", "选项A", "选项B", "答案"],
        *[["单选", f"第{n}问？", "甲", "乙", "A"] for n in "一二三"],
    ]
    book = a_workbook(题库=rows)
    sheet = book["题库"]
    sheet["A4"], sheet["A5"] = None, None
    sheet.merge_cells("A3:A5")
    found = xlsx.read(saved(book))
    assert [each.question.kind for each in found.questions] == [Kind.SINGLE] * 3


def test_every_sheet_is_read_and_its_title_says_the_kind():
    head = ["题干", "选项A", "选项B", "答案"]
    book = a_workbook(
        单选题=[head, ["几天？", "3", "7", "B"]], 判断题=[head, ["可以退。", "", "", "1"]], 说明=[["请各组填写"]]
    )
    found = xlsx.read(saved(book))
    assert [(each.question.kind, each.section) for each in found.questions] == [
        (Kind.SINGLE, "单选题"),
        (Kind.TRUE_FALSE, "判断题"),
    ]
    assert "说明" in str(found.notes[0])


def test_columns_that_nobody_knows_are_named_and_numbers_of_rows_are_not():
    found = taken("1,几天？,3,7,B,小王", head="序号,题干,选项A,选项B,答案,出题人\n")
    assert [str(note) for note in found.notes] == ["这些列没有用到：出题人。"]


def test_a_header_that_stands_there_again_is_no_question():
    assert not taken("题型,题目,选项A,选项B,选项C,选项D,正确答案").refused


def test_a_category_becomes_a_section_and_a_kind_written_there_the_kind():
    head = "类别,题干,选项A,选项B,答案\n"
    assert taken("退货,几天？,3,7,B", head=head).questions[0].section == "退货"
    (found,) = taken("判断题,可以退。,,,1", head=head).questions
    assert (found.question.kind, found.section) == (Kind.TRUE_FALSE, "")


@pytest.mark.parametrize(
    ("written", "level"),
    [("易", 1), ("中等", 3), ("难", 5), ("较难", 4), ("★★", 2), ("3", 3), ("难度4", 4), ("hard", 5), ("0.85", None)],
)
def test_levels_are_words_numbers_or_stars(written, level):
    assert level_of(written) == level


def test_a_level_that_nobody_knows_is_noted_and_the_question_taken():
    (found,) = taken("单选题,几天？,3,7,,,B,,,0.85").questions
    assert "难度“0.85”看不懂" in str(found.notes[0])


@pytest.mark.parametrize("word", ["单选", "单选题", "单项选择题", "一、单选题", "Single choice", "（单选）"])
def test_a_kind_has_many_names(word):
    assert kind_of(word) is Kind.SINGLE


def test_a_caption_names_its_kind():
    assert kind_in("二、多项选择题（每题4分，共20分）") is Kind.MULTIPLE
    assert kind_in("售后政策") is None


def test_the_template_reads_without_a_question_of_its_own_and_all_its_examples_are_right():
    found = xlsx.read(template.template())
    assert not found.questions
    assert not found.refused
    for example in template.EXAMPLES:
        assert outcome_of(example).reason is None, example["kind"]


def test_what_was_refused_comes_back_as_a_sheet_that_can_be_mended():
    found = taken("单选题,没有答案,甲,乙,,,", "单选题,好题,甲,乙,,,A")
    data = xlsx_write.refused_rows(found.refused)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [cell.value for cell in sheet[1]][:3] == ["原因", "题型", "题干"]
    assert "没有答案" in sheet["A2"].value
    again = xlsx.read(data)
    assert [str(each.reason) for each in again.refused] == [str(each.reason) for each in found.refused]


def test_what_was_refused_elsewhere_has_its_beginning_in_the_sheet():
    data = xlsx_write.refused_rows([Refused(where=Where(line=3), reason=found_reason(), excerpt="几天？")])
    assert xlsx.read(data).refused[0].excerpt == "几天？"


def found_reason():
    return taken("单选题,没有答案,甲,乙,,,").refused[0].reason


def test_a_sheet_without_questions_and_keys_is_refused_as_a_whole():
    with pytest.raises(Unreadable, match="缺少列"):
        xlsx.read("工号,姓名\n1,2\n".encode())


def test_more_questions_than_can_be_looked_at_are_refused():
    with pytest.raises(TooLarge):
        taken(*["判断题,可以退。,,,,,对"] * (MOST_QUESTIONS + 1))


def test_a_row_far_below_the_others_takes_no_time():
    book = a_workbook(题库=[["题干", "答案"], ["可以退。", "对"]])
    book["题库"].cell(row=1_000_000, column=1, value="x")
    assert len(xlsx.read(saved(book)).questions) == 1


def test_a_question_is_written_as_the_file_will_say_it():
    found = one("单选题,几天？,3 天,7 天,,,B,,2")
    assert write_question(found) == "### 几天？\n`2分`\n\n1. [ ] 3 天\n2. [x] 7 天"
