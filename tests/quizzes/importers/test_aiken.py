import pytest

from lms.questions.spec import Single
from lms.quizzes.importers import aiken, build
from lms.quizzes.importers.reading import Bank, Group
from tests.support.banks import AIKEN, AIKEN_EN, SAMPLES


def test_a_bank_in_chinese_is_read_and_what_lacks_an_answer_is_named():
    taken = aiken.read(AIKEN.encode())
    assert [(each.where.line, each.question.shape.right) for each in taken.questions] == [
        (1, "o3"),
        (7, "o2"),
        (17, "o1"),
    ]
    assert [(each.where.line, str(each.reason)[:9]) for each in taken.refused] == [(13, "这道题没有答案。请")]


def test_a_bank_in_english_is_read_and_an_answer_without_its_option_is_named():
    taken = aiken.read(AIKEN_EN.encode())
    assert [each.body.text for each in taken.questions[0].question.shape.options][1] == "Apologise"
    assert str(taken.refused[0].reason) == "答案是 E，没有这个选项。"


@pytest.mark.parametrize("data", SAMPLES["aiken"][2:])
def test_another_encoding_changes_nothing(data):
    assert aiken.read(data) == aiken.read(AIKEN.encode())


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("几天？\nA. 3\nB. 7\nANSWER: A, B\n", "只有一个正确答案"),
        ("几天？\nA. 3\nC. 7\nANSWER: A\n", "从 A 起依次写"),
        ("几天？\nANSWER: A\n", "没有选项"),
        ("几天？\nA. 3\nB. 3\nANSWER: A\n", "一样"),
        ("几天？\nA. 3\nANSWER: A\n", "至少要有两个选项"),
    ],
)
def test_what_can_not_be_taken_is_refused_with_how_to_mend_it(source, reason):
    taken = aiken.read(source.encode())
    assert not taken.questions
    assert reason in str(taken.refused[0].reason)


def test_what_aiken_can_not_say_is_told():
    question = build.question(
        stem="**几**天？", shape=build.single(["3", "7"], 1, ["短"]), tags=["退货"], explanation="见规定", level=2
    )
    other = build.question(stem="哪些？", shape=build.multiple(["甲", "乙"], [0]))
    written = aiken.write(Bank(groups=(Group(questions=(question, other)),)))
    assert written.data.decode() == "几天？\nA. 3\nB. 7\nANSWER: B\n\n"
    assert [str(note) for note in written.notes] == [
        "第 1 题：标签没有写进去。",
        "第 1 题：难度没有写进去。",
        "第 1 题：解析没有写进去。",
        "第 1 题：加粗、链接、表格这些格式没有写进去，只写了文字。",
        "第 2 题没有写进文件：Aiken 里只有单选题。",
    ]


def test_a_file_is_known_by_its_answers():
    assert aiken.is_meant("a.txt", AIKEN_EN.encode())
    assert not aiken.is_meant("a.txt", "几天？{=7 ~3}".encode())
    assert isinstance(aiken.read(AIKEN.encode()).questions[0].question.shape, Single)
