"""What the word lists say to a written answer: where to look, never how many points."""

import pytest

from lms.content.wordlists.spec import WordEntry
from lms.questions.rules.grade import grade
from lms.questions.rules.hints import Why, hints
from tests.questions.test_rubric import MUST, NEVER, a_question, open_shape

BANNED = (WordEntry(words=("一定到", "保证今天"), instead="预计…送达"),)
SAME = {"退款": ("退钱", "返款")}
SHAPE = open_shape((MUST, 3, "退款"), (NEVER, -2, "保证今天"))


def found(answer, shape=SHAPE):
    return [
        (each.why, each.said, each.line)
        for each in hints(shape, answer, grade(a_question(shape), answer).lines, BANNED, SAME)
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("马上退款", []),
        ("马上退钱", [(Why.SYNONYM, "退钱", 1)]),
        ("马上退 錢", [(Why.SYNONYM, "退 錢", 1)]),
        ("退款，也说过退钱", []),
        ("不退钱", []),
        ("退款一定到", [(Why.BANNED, "一定到", None)]),
        ("退款，保证今天", []),
        ("退款不一定到", []),
    ],
)
def test_what_a_marker_is_to_look_at(answer, expected):
    assert found(answer) == expected


def test_the_lists_change_no_grade():
    question = a_question(SHAPE)
    before = grade(question, "马上退钱一定到")
    hints(SHAPE, "马上退钱一定到", before.lines, BANNED, SAME)
    assert grade(question, "马上退钱一定到") == before
    assert before.share == 0
