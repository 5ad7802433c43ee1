import pytest

from lms.core.errors import Unreadable
from lms.core.points import from_fraction
from lms.questions.spec import Kind, Matching, Single
from lms.questions.write import number_text
from lms.quizzes.importers import moodlexml
from tests.support.banks import MOODLE, MOODLE_EN, answer, asked, moodle


def one(question: str):
    taken = moodlexml.read(moodle(question))
    assert not taken.refused, str(taken.refused[0].reason)
    (found,) = taken.questions
    return found.question, [str(note) for note in found.notes]


def why(question: str) -> str:
    taken = moodlexml.read(moodle(question))
    assert not taken.questions
    return str(taken.refused[0].reason)


def test_a_bank_in_chinese_is_read_question_by_question():
    taken = moodlexml.read(MOODLE)
    assert [each.question.kind for each in taken.questions] == [
        Kind.SINGLE,
        Kind.MULTIPLE,
        Kind.TRUE_FALSE,
        Kind.FILL_IN,
        Kind.NUMERIC,
        Kind.MATCHING,
        Kind.OPEN,
        Kind.ORDERING,
        Kind.FILL_IN,
        Kind.MATCHING,
    ]
    assert taken.sections == ("售后 / 退货",)
    assert [str(each.reason)[:8] for each in taken.refused] == ["带变量的计算题这", "图片在别处（ht"]


def test_a_question_brings_its_picture_its_hint_its_tags_and_what_it_counts():
    taken = moodlexml.read(MOODLE)
    question = taken.questions[0].question
    (target,) = taken.pictures
    assert question.stem.source == f"签收后**几天**内可以退货？\n\n![快递面单]({target})"
    assert (question.key, question.tags, question.level, question.points) == ("k3f9qz", ("退货",), 2, from_fraction(2))
    assert question.hint.source == "想想无理由"
    assert question.explanation.source == "见[《退货规定》](https://example.com/r)"
    assert question.shape.options[0].note.source == "太短"


def test_a_bank_in_english_says_what_is_marked_otherwise():
    taken = moodlexml.read(MOODLE_EN)
    assert [str(each.reason)[:20] for each in taken.refused] == ["“Explain”得 33.33% 的分"]
    assert [str(note) for note in taken.questions[0].notes] == [
        "原来错选只扣一部分分，这里错选不得分。",
        "原来漏选按比例给分，这里漏选得一半。",
        "分值按 0.05 取整：原来 0.33333，现在 0.35。",
    ]
    assert isinstance(taken.questions[1].question.shape, Single)


def test_a_refused_question_is_named_with_its_line():
    (refused,) = moodlexml.read(moodle(asked("stack", "<p>x</p>", "", name="Q-7"))).refused
    assert (refused.where.line, refused.where.label, refused.excerpt) == (3, "Q-7", "x")
    assert "stack" in str(refused.reason)


def test_a_number_keeps_tolerance_and_unit():
    unit = "<units><unit><multiplier>1</multiplier><unit_name>元</unit_name></unit></units>"
    right = answer("100", "64").replace("</answer>", "<tolerance>0.5</tolerance></answer>")
    assert number_text(one(asked("numerical", "多少？", right + unit))[0].shape) == "64 ± 0.5 元"


def test_typed_gaps_of_a_cloze_are_gaps():
    source = asked("cloze", "<p>先 {1:SHORTANSWER:=核实~%100%核对#对} 再 {1:SA:=退款~*#错}</p>", "")
    question, _ = one(source.replace("<defaultgrade>1.0000000</defaultgrade>", ""))  # Moodle counts the gaps
    assert question.stem.source == "先 ____ 再 ____"
    assert question.shape.blanks == (("核实", "核对"), ("退款",))
    assert question.points == from_fraction(2)


def test_words_that_are_dragged_to_gaps_become_pairs_and_the_question_says_so():
    boxes = "".join(f"<dragbox><text>{word}</text><group>1</group></dragbox>" for word in ("核实", "拖延", "退款"))
    question, notes = one(asked("ddwtos", "<p>先 [[1]] 再 [[3]]</p>", boxes))
    assert isinstance(question.shape, Matching)
    assert question.stem.source == "先 （1） 再 （2）"
    assert [each.body.text for each in question.shape.right] == ["核实", "退款", "拖延"]
    assert "改成了匹配题" in notes[0]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (asked("description", "说明", ""), "这是一段说明"),
        (asked("multichoice", "哪个？", answer("100", "甲") + answer("50", "乙")), "得 50% 的分"),
        (asked("multichoice", "哪个？", answer("x", "甲")), "权重“x”看不懂"),
        (asked("multichoice", "", answer("100", "甲") + answer("0", "乙")), "题目是空的"),
        (asked("shortanswer", "谁？", answer("100", "主*")), "通配符"),
        (asked("numerical", "多少？", answer("100", "一百")), "不是数"),
        (asked("cloze", "<p>{1:MULTICHOICE:=甲~乙}</p>", ""), "完形填空里有“MULTICHOICE”"),
        (asked("cloze", "<p>{1:SA:=甲}{2:SA:=乙}</p>", ""), "各空的分值不一样"),
        (asked("ddwtos", "<p>[[3]]</p>", "<dragbox><text>甲</text></dragbox>"), "对不上"),
        (asked("essay", '<p><img src="https://example.com/a.png"></p>', ""), "图片在别处"),
        (asked("essay", '<p><img src="@@PLUGINFILE@@/a.png"></p>', ""), "不在文件里"),
        (asked("essay", '<p><video src="a.mp4"></video></p>', ""), "视频"),
    ],
)
def test_what_can_not_be_taken_is_refused_with_how_to_mend_it(question, reason):
    assert reason in why(question)


def test_a_file_that_is_no_bank_is_refused_as_a_whole():
    for data in (b"<html/>", b"<quiz/>", b"<quiz", b"", b"{}"):
        with pytest.raises(Unreadable):
            moodlexml.read(data)
