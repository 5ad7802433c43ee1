from fractions import Fraction

import pytest

from lms.core.errors import Invalid
from lms.questions.rules.answers import is_answered, read_answer, shown_answer
from lms.questions.spec import (
    FillIn,
    Item,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Rich,
    Single,
    TrueFalse,
)


def rich(words):
    return Rich(source=words, html=words, text=words)


def items(letter, count):
    return tuple(Item(id=f"{letter}{n}", body=rich(f"{letter}{n}")) for n in range(1, count + 1))


def a(shape):
    return Question(stem=rich("?"), shape=shape)


SINGLE = a(Single(options=items("o", 3), right="o1"))
MULTIPLE = a(Multiple(options=items("o", 3), right=("o1",)))
TRUTH = a(TrueFalse(right=True))
GAPS = a(FillIn(blanks=(("48",), ("退款",))))
NUMBER = a(Numeric(low=Fraction(64), high=Fraction(64)))
ORDER = a(Ordering(steps=items("s", 3)))
PAIRS = a(Matching(left=items("l", 2), right=items("r", 3), key=("r1", "r2")))
WRITTEN = a(Open(rubric=()))

OPTIONS = ("o3", "o1", "o2")  # shown as o1, o2, o3
STEPS = ("s2", "s3", "s1")
SIDES = ("l1", "l2", "r3", "r1", "r2")

GOOD = [
    (SINGLE, OPTIONS, "o1", "o3"),
    (MULTIPLE, OPTIONS, ["o1", "o3"], ["o3", "o2"]),
    (MULTIPLE, OPTIONS, [], []),
    (TRUTH, (), True, True),
    (GAPS, (), ["48", ""], ["48", ""]),
    (NUMBER, (), "６4.", "６4."),
    (ORDER, STEPS, ["s3", "s1", "s2"], ["s1", "s2", "s3"]),
    (ORDER, STEPS, ["s3"], ["s1"]),
    (PAIRS, SIDES, {"l1": "r2", "l2": "r2"}, {"l1": "r1", "l2": "r1"}),
    (WRITTEN, (), "抱歉", "抱歉"),
    (SINGLE, OPTIONS, None, None),
]


@pytest.mark.parametrize(("question", "order", "given", "stored"), GOOD)
def test_an_answer_is_stored_in_the_authors_ids_and_shown_in_the_learners(question, order, given, stored):
    assert read_answer(question, order, given) == stored
    assert shown_answer(order, stored) == given


BAD = [
    (SINGLE, OPTIONS, ["o1"]),
    (SINGLE, OPTIONS, "o4"),
    (SINGLE, OPTIONS, 1),
    (MULTIPLE, OPTIONS, "o1"),
    (MULTIPLE, OPTIONS, ["o1", "o1"]),
    (MULTIPLE, OPTIONS, ["o1", 2]),
    (TRUTH, (), "true"),
    (TRUTH, (), 1),
    (GAPS, (), ["48"]),
    (GAPS, (), "48"),
    (GAPS, (), ["48", "退" * 201]),
    (NUMBER, (), 64),
    (ORDER, STEPS, ["s1", "s1"]),
    (ORDER, STEPS, ["o1"]),
    (ORDER, STEPS, "s1"),
    (PAIRS, SIDES, {"l1": "l2"}),
    (PAIRS, SIDES, {"r1": "r2"}),
    (PAIRS, SIDES, {"l1": ["r2"]}),
    (PAIRS, SIDES, ["l1", "r1"]),
    (WRITTEN, (), ["抱歉"]),
    (WRITTEN, (), "长" * 5001),
    (WRITTEN, (), "a\x00b"),
    (WRITTEN, (), "\ud800"),
]


@pytest.mark.parametrize(("question", "order", "given"), BAD)
def test_a_value_of_another_form_is_refused_at_its_field(question, order, given):
    with pytest.raises(Invalid) as refused:
        read_answer(question, order, given)
    assert refused.value.code == "answer_form"
    assert refused.value.fields["value"] == refused.value.message


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (SINGLE, "o1"),
        (MULTIPLE, ["o1"]),
        (TRUTH, False),
        (GAPS, ["48", "退款"]),
        (NUMBER, "64"),
        (ORDER, ["s1", "s2", "s3"]),
        (PAIRS, {"l1": "r1", "l2": "r1"}),
        (WRITTEN, "抱歉"),
    ],
)
def test_a_complete_answer_counts_as_answered(question, answer):
    assert is_answered(question, answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (SINGLE, None),
        (MULTIPLE, []),
        (TRUTH, None),
        (GAPS, ["48", " "]),
        (NUMBER, " "),
        (ORDER, ["s1", "s2"]),
        (PAIRS, {"l1": "r1"}),
        (WRITTEN, "\n"),
    ],
)
def test_what_is_empty_or_half_done_does_not_count_as_answered(question, answer):
    assert not is_answered(question, answer)
