from fractions import Fraction

import pytest

from lms.questions.rules.grade import Graded, grade
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

NOTHING, HALF, ALL = Fraction(0), Fraction(1, 2), Fraction(1)


def rich(words):
    return Rich(source=words, html=words, text=words)


def items(letter, count):
    return tuple(Item(id=f"{letter}{n}", body=rich(f"{letter}{n}")) for n in range(1, count + 1))


def share(shape, answer):
    return grade(Question(stem=rich("?"), shape=shape), answer).share


def single():
    return Single(options=items("o", 3), right="o2")


def multiple(**chips):
    return Multiple(options=items("o", 4), right=("o1", "o2"), **chips)


def fill_in(*blanks, **chips):
    return FillIn(blanks=blanks, **chips)


def number(low, high=None, unit="元"):
    return Numeric(low=Fraction(low), high=Fraction(high or low), target=None, unit=unit)


def ordering(count=4, **chips):
    return Ordering(steps=items("s", count), **chips)


def matching():
    return Matching(left=items("l", 2), right=items("r", 3), key=("r1", "r2"))


def test_the_right_option_earns_all_and_another_nothing():
    assert [share(single(), answer) for answer in ("o2", "o1", None)] == [ALL, NOTHING, NOTHING]


def test_a_half_right_multiple_answer_earns_nothing():
    assert share(multiple(), ["o1"]) == NOTHING


def test_the_order_of_chosen_options_does_not_count():
    assert share(multiple(), ["o2", "o1"]) == ALL


def test_an_incomplete_multiple_answer_earns_half_where_the_author_says_so():
    assert share(multiple(half_if_incomplete=True), ["o1"]) == HALF


@pytest.mark.parametrize("chosen", [["o1", "o3"], ["o1", "o2", "o3"], ["o3"], []])
def test_a_wrong_option_takes_the_half_away(chosen):
    assert share(multiple(half_if_incomplete=True, none_if_wrong=True), chosen) == NOTHING
    assert share(multiple(half_if_incomplete=True), chosen) == NOTHING


def test_a_true_or_false_statement():
    assert [share(TrueFalse(right=False), answer) for answer in (False, True, None)] == [
        ALL,
        NOTHING,
        NOTHING,
    ]


def test_each_gap_earns_its_part():
    shape = fill_in(("48",), ("退款",), ("运费",))
    assert share(shape, ["48", "不对", "运费"]) == Fraction(2, 3)
    assert grade(Question(stem=rich("?"), shape=shape), ["48", "", "运费"]).parts == (True, False, True)


@pytest.mark.parametrize("given", ["48", "４８", " 48 ", "四十八"])
def test_width_and_alternatives_are_equal(given):
    assert share(fill_in(("48", "四十八")), [given]) == ALL


@pytest.mark.parametrize("given", ["退货", "退貨", "ＳＫＵ"])
def test_traditional_writing_and_case_are_equal(given):
    assert share(fill_in(("退货", "sku")), [given]) == ALL


@pytest.mark.parametrize(("given", "earned"), [("SKU", ALL), (" SKU ", ALL), ("sku", NOTHING), ("ＳＫＵ", NOTHING)])
def test_a_case_sensitive_gap_takes_the_word_as_it_is_written(given, earned):
    assert share(fill_in(("SKU",), case_sensitive=True), [given]) == earned


def test_spaces_beside_chinese_do_not_count_and_those_between_words_do():
    assert share(fill_in(("满 300 减 40",)), ["满300减40"]) == ALL
    assert share(fill_in(("new york",)), ["newyork"]) == NOTHING


@pytest.mark.parametrize("given", ["64", "64.00", "６４", "64元", "64 元", "￥64", "63.99", "64.01", "64。0"])
def test_a_number_within_the_tolerance_is_right_however_it_is_typed(given):
    assert share(number("63.99", "64.01"), given) == ALL


@pytest.mark.parametrize("given", ["64.0100001", "63.98", "-64", "64角", "六十四", "", "6 4 元整", "1e2", "."])
def test_a_number_outside_or_no_number_is_wrong(given):
    assert share(number("63.99", "64.01"), given) == NOTHING


def test_decimals_are_exact():
    assert share(number("0.3"), "0.30") == ALL
    assert share(number("0.3"), str(0.1 + 0.2)) == NOTHING


def test_thousands_commas_are_read_and_other_commas_are_not():
    assert [share(number("1234567"), given) for given in ("1,234,567", "12,34,567")] == [ALL, NOTHING]


def test_the_right_order_earns_all_and_any_other_nothing():
    assert share(ordering(), ["s1", "s2", "s3", "s4"]) == ALL
    assert share(ordering(), ["s2", "s1", "s3", "s4"]) == NOTHING


@pytest.mark.parametrize(
    ("given", "pairs"),
    [("1234", 3), ("2341", 2), ("4321", 0), ("3412", 2), ("12", 1), ("1", 0), ("1243", 1)],
)
def test_right_neighbours_earn_their_part_where_the_author_says_so(given, pairs):
    assert share(ordering(by_neighbours=True), [f"s{digit}" for digit in given]) == Fraction(pairs, 3)


def test_each_pair_earns_its_part_and_a_distractor_none():
    assert share(matching(), {"l1": "r1", "l2": "r2"}) == ALL
    assert share(matching(), {"l1": "r1", "l2": "r3"}) == HALF
    assert share(matching(), {"l2": "r2"}) == HALF
    assert share(matching(), {"l1": "r2", "l2": "r1"}) == NOTHING


def test_a_written_answer_waits_for_a_person():
    question = Question(stem=rich("?"), shape=Open(rubric=()))
    assert grade(question, "很抱歉") == Graded(share=NOTHING, needs_person=True)
    assert grade(question, "  ") == Graded(share=NOTHING, needs_person=False)
    assert grade(question, None) == Graded(share=NOTHING, needs_person=False)


@pytest.mark.parametrize("answer", [True, "x", ["o1"], {"l1": "r1"}, None])
@pytest.mark.parametrize(
    "shape",
    [single(), multiple(), TrueFalse(right=True), fill_in(("a",)), number("1"), ordering(), matching()],
)
def test_an_answer_of_another_form_never_fails(shape, answer):
    assert 0 <= share(shape, answer) <= 1
