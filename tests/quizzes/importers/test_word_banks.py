"""Banks typed in Word: captions, keys at the end, pictures, numbers that nobody typed."""

import io

import pytest
from docx import Document as Word
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from PIL import Image

from lms.core.errors import Unreadable
from lms.core.points import from_fraction
from lms.questions.spec import FillIn, Kind, TrueFalse
from lms.questions.word_paste import typed_in
from lms.quizzes.importers import docx
from lms.quizzes.importers.keys_at_end import groups_in, of_table, parted

# the app only says how a file is read in a child process: no row is touched, so one database is enough
pytestmark = [
    pytest.mark.usefixtures("world"),
    pytest.mark.parametrize("app", ["sqlite"], indirect=True, scope="session"),
]


def saved(made) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def a_file(*paragraphs: str) -> bytes:
    made = Word()
    for words in paragraphs:
        made.add_paragraph(words)
    return saved(made)


def texts(shape):
    return [each.body.text for each in shape.options]


def right(shape):
    return [each.body.text for each in shape.options if each.id in shape.right]


def add_list(made, number: int, form: str, words: str, lines) -> None:
    """Add paragraphs that Word itself numbers."""
    root = made.part.numbering_part.element
    kind, level, one = OxmlElement("w:abstractNum"), OxmlElement("w:lvl"), OxmlElement("w:num")
    kind.set(qn("w:abstractNumId"), str(number))
    level.set(qn("w:ilvl"), "0")
    for tag, value in (("w:start", "1"), ("w:numFmt", form), ("w:lvlText", words)):
        element = OxmlElement(tag)
        element.set(qn("w:val"), value)
        level.append(element)
    kind.append(level)
    root.insert(0, kind)
    one.set(qn("w:numId"), str(number))
    named = OxmlElement("w:abstractNumId")
    named.set(qn("w:val"), str(number))
    one.append(named)
    root.append(one)
    for line in lines:
        counted(made.add_paragraph(line), number)


def counted(paragraph, number: int) -> None:
    about = OxmlElement("w:numPr")
    for tag, value in (("w:ilvl", "0"), ("w:numId", str(number))):
        element = OxmlElement(tag)
        element.set(qn("w:val"), value)
        about.append(element)
    paragraph._p.get_or_add_pPr().append(about)


def test_a_usual_bank_is_read_with_captions_points_keys_and_reasons():
    found = docx.read(
        a_file(
            "客服考试题库",
            "一、单选题（每题2分，共20分）",
            "1、几天内可以退货？（  ）",
            "A. 3 天  B. 7 天  C. 15 天",
            "答案：B  解析：从签收次日算。",
            "2．应先做什么？",
            "A．核实订单",
            "B．直接答应",
            "【答案】A",
            "【解析】先核实：",
            "1、看订单",
            "难度：易",
            "二、判断题（每题1分）",
            "1. 可以口头承诺到账时间。（×）",
        )
    )
    first, second, third = (each.question for each in found.questions)
    assert [each.section for each in found.questions] == ["单选题", "单选题", "判断题"]
    assert (texts(first.shape), right(first.shape)) == (["3 天", "7 天", "15 天"], ["7 天"])
    assert (first.points, first.explanation.text) == (from_fraction(2), "从签收次日算。")
    assert (second.level, second.explanation.text) == (1, "先核实： 1、看订单")
    assert (third.shape, third.points) == (TrueFalse(right=False), from_fraction(1))


def test_keys_may_stand_at_the_end():
    lines = [line for n in range(1, 4) for line in (f"{n}、第{n}问是什么？", "A. 甲", "B. 乙", "C. 丙")]
    found = docx.read(
        a_file(
            "一、单选题",
            *lines,
            "二、多选题",
            *lines,
            "参考答案",
            "一、单选题",
            "1-3 BAC",
            "二、多选题",
            "1-3 AB AC ABC",
        )
    )
    assert [right(each.question.shape) for each in found.questions] == [
        ["乙"], ["甲"], ["丙"], ["甲", "乙"], ["甲", "丙"], ["甲", "乙", "丙"],
    ]  # fmt: skip


def test_a_table_at_the_end_holds_the_keys():
    made = Word()
    for n in (1, 2):
        for line in (f"{n}、第{n}问是什么？", "A. 甲", "B. 乙"):
            made.add_paragraph(line)
    table = made.add_table(rows=2, cols=3)
    for at, words in enumerate(["题号", "1", "2", "答案", "B", "A"]):
        table.cell(at // 3, at % 3).text = words
    assert [right(each.question.shape) for each in docx.read(saved(made)).questions] == [["乙"], ["甲"]]


def test_a_table_with_the_columns_of_a_sheet_is_one():
    made = Word()
    table = made.add_table(rows=2, cols=4)
    for at, words in enumerate(["题目", "选项A", "选项B", "答案", "几天？", "3", "7", "B"]):
        table.cell(at // 4, at % 4).text = words
    (found,) = docx.read(saved(made)).questions
    assert right(found.question.shape) == ["7"]


def test_numbers_that_word_counts_are_as_if_they_were_typed():
    made = Word()
    add_list(made, 90, "decimal", "%1、", ["几天内可以退货？"])
    add_list(made, 91, "upperLetter", "%1.", ["3 天", "7 天"])
    counted(made.add_paragraph("几天内可以换货？"), 90)
    add_list(made, 92, "upperLetter", "%1.", ["15 天", "30 天"])
    made.add_paragraph("参考答案：1-2 BA")
    found = docx.read(saved(made)).questions
    assert [right(each.question.shape) for each in found] == [["7 天"], ["15 天"]]


def test_underlined_blanks_are_gaps():
    made = Word()
    paragraph = made.add_paragraph("1、审核后")
    for blanks in ("   ", "    "):
        paragraph.add_run(blanks).underline = True
    paragraph.add_run("小时内到账。")
    made.add_paragraph("答案：48|四十八")
    (found,) = docx.read(saved(made)).questions
    assert found.question.stem.text == "审核后____小时内到账。"
    assert found.question.shape == FillIn(blanks=(("48", "四十八"),))


def test_pictures_come_along_in_the_text_and_in_options():
    image = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(image, "PNG")
    made = Word()
    made.add_paragraph("1、下图是什么？")
    made.add_picture(image)
    paragraph = made.add_paragraph("A. ")
    paragraph.add_run().add_picture(image)
    for line in ("B. 换货", "答案：A"):
        made.add_paragraph(line)
    found = docx.read(saved(made))
    (target,) = found.pictures
    (question,) = (each.question for each in found.questions)
    assert target in question.stem.source
    assert target in question.shape.options[0].body.source


def test_a_question_without_a_key_says_so_and_the_others_are_read():
    found = docx.read(a_file("1、没有答案？", "A. 甲", "B. 乙", "2、有答案？", "A. 甲", "B. 乙", "答案：A"))
    assert [(each.where.item, str(each.reason)) for each in found.refused] == [(1, "没有答案，请写上。")]
    assert len(found.questions) == 1


def test_a_key_within_the_text_is_found():
    (found,) = docx.read(a_file("1、超过（ B ）天不能退。", "A. 3", "B. 7")).questions
    assert right(found.question.shape) == ["7"]
    assert found.question.kind is Kind.SINGLE


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        (["1-5 BACDA"], {1: "B", 2: "A", 3: "C", 4: "D", 5: "A"}),
        (["1-3：AB ACD BC"], {1: "AB", 2: "ACD", 3: "BC"}),
        (["1.B 2.C 3.√"], {1: "B", 2: "C", 3: "√"}),
        (["1、48 小时", "2、先道歉", "再核实"], {1: "48 小时", 2: "先道歉\n再核实"}),
        (["1~3 √×√ 4.对"], {1: "√", 2: "×", 3: "√", 4: "对"}),
    ],
)
def test_keys_are_written_in_many_ways(lines, keys):
    assert groups_in(lines)[0].keys == keys


def test_numbers_that_begin_anew_begin_a_new_group():
    assert [group.keys for group in groups_in(["1.A 2.B", "1.√ 2.×"])] == [{1: "A", 2: "B"}, {1: "√", 2: "×"}]


def test_an_answer_of_one_question_is_no_list_of_keys():
    lines = [(1, "1、几天？"), (2, "答案：7 天内"), (3, "2、几次？"), (4, "答案：2 次")]
    assert parted(lines) == (lines, [])


def test_a_table_of_prices_holds_no_keys():
    assert of_table([["商品", "价格"], ["水壶", "128"]]) is None


def test_steps_of_a_reason_are_no_questions():
    found, _ = typed_in(
        enumerate(["1、几天？", "A. 3", "B. 7", "答案：B", "解析：分两步", "1、看日期", "2、再算"], start=1)
    )
    assert [each.explanation for each in found] == ["分两步\n1、看日期", ""]


def test_a_text_without_questions_holds_none():
    assert not docx.read(a_file("今天开会。", "请准时参加。")).questions


def test_what_is_no_word_file_is_refused():
    with pytest.raises(Unreadable):
        docx.read(b"PK\x03\x04" + b"x" * 200)
