from dataclasses import replace

import pytest

from lms.content.grammar.findings import Severity
from lms.core.points import from_fraction
from lms.questions.lint import lint_questions
from lms.questions.spec import Criterion, CriterionKind, Item, Multiple, Open, Question, Rich, Single, Span, TrueFalse


def rich(words):
    return Rich(source=words, html=words, text=words)


def single(*options, right=1, name="问"):
    items = tuple(Item(id=f"o{n}", body=rich(words)) for n, words in enumerate(options, start=1))
    return Question(stem=rich(name), shape=Single(options=items, right=f"o{right}"), span=Span(first=7, last=9))


def codes(*questions):
    return [finding.code for finding in lint_questions(questions)]


def five(make):
    return [replace(make(n), stem=rich("甲乙丙丁戊"[n] * 9)) for n in range(5)]


def test_the_right_option_is_longest_in_most_questions():
    telling = five(lambda n: single("很长很长的正确答案", "短的", "也短", right=1))
    assert "Q240" in codes(*telling)
    assert "Q240" not in codes(*telling[:4])
    assert "Q240" not in codes(*five(lambda n: single("一样长的话", "一样长的字", "一样长的词")))
    assert "Q240" not in codes(*five(lambda n: single("只长一个字呢", "一样长的字", "一样长的词")))


def test_the_key_stands_at_the_same_place_in_most_questions():
    assert "Q241" in codes(*five(lambda n: single("甲", "乙", "丙", right=2)))
    assert "Q241" not in codes(*five(lambda n: single("甲", "乙", "丙", right=n % 3 + 1)))
    assert "Q241" not in codes(*five(lambda n: single("甲", "乙", right=2)))


@pytest.mark.parametrize("option", ["以上都对", "以上全部正确。", "都是", "全选", "以上都不对", "All of the above"])
def test_all_of_the_above(option):
    assert codes(single("甲", "乙", option)) == ["Q242"]


@pytest.mark.parametrize("option", ["以上门取件为准", "都市家纺", "全部退款到原账户"])
def test_words_that_only_begin_like_it(option):
    assert codes(single("甲", "乙", option)) == []


def test_two_questions_that_ask_almost_the_same():
    one = single("甲", "乙", name="自签收次日起几天内可以申请七天无理由退货？")
    other = single("甲", "丙", name="自签收次日起几天内可申请七天无理由退货？")
    assert codes(one, other) == ["Q243"]
    assert codes(one, single("丁", "戊", name="自签收次日起几天内可申请七天无理由退货？")) == []


def test_the_same_question_twice_is_an_error():
    (finding,) = lint_questions([single("甲", "乙"), single("甲", "乙")])
    assert (finding.code, finding.severity) == ("Q244", Severity.ERROR)


def rubric(*points, worth):
    criteria = tuple(
        Criterion(
            kind=CriterionKind.NEVER if each < 0 else CriterionKind.MUST,
            points=-from_fraction(-each) if each < 0 else from_fraction(each),
            words="甲",
        )
        for each in points
    )
    return Question(stem=rich("写"), shape=Open(rubric=criteria), points=worth and from_fraction(worth))


def test_the_points_of_a_rubric_add_up_to_the_question():
    assert codes(rubric(3, 4, 3, -5, worth=10)) == []
    assert codes(rubric(3, 4, worth=10)) == ["Q245"]
    assert codes(rubric(3, worth=None)) == ["Q245"]
    assert codes(rubric(worth=10)) == []


def test_other_kinds_have_none_of_these_habits():
    multiple = Multiple(options=single("甲", "乙").shape.options, right=("o1",))
    assert (
        codes(Question(stem=rich("哪些"), shape=multiple), Question(stem=rich("对"), shape=TrueFalse(right=True))) == []
    )
