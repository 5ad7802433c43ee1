"""A corrected version of a question that was asked: which keys fit the answers that were given."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from werkzeug.datastructures import MultiDict

from lms.core.errors import Invalid
from lms.questions.rekeyed import fields_of, rekeyed
from lms.questions.rules.correction import Misfit, corrected, is_keyed_otherwise, misfit
from lms.questions.rules.grade import grade
from lms.questions.rules.identity import asked_sha
from lms.questions.spec import Kind, Matching, Numeric, Ordering, Question
from tests.questions.shapes import questions
from tests.support.make_quizzes import a_single, items, one_of_each, rich

STEPS = Question(stem=rich("排序"), shape=Ordering(steps=items("s", "核对", "登记", "退款")))
PAIRS = Question(
    stem=rich("连线"),
    shape=Matching(left=items("l", "尺码", "破损"), right=items("r", "换货", "商家承担", "等"), key=("r1", "r2")),
)


def test_a_typo_in_the_stem_is_no_other_key():
    asked = a_single("几天内可以退？")
    assert not is_keyed_otherwise(asked, a_single("几天内可以申请退货？"))
    assert is_keyed_otherwise(asked, a_single("几天内可以退？", right="o3"))


def test_what_was_asked_keeps_its_words_and_takes_the_new_key_and_explanation():
    asked, by = a_single("旧题干", key="abcdef"), a_single("新题干", right="o3", explanation=rich("因为"))
    found = corrected(asked, by)
    assert (found.stem.text, found.shape.right, found.explanation.text, found.key) == ("旧题干", "o3", "因为", "abcdef")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("7 天", "3 天", "15 天"), "选项 A 当时是“3 天”，现在是“7 天”"),
        (("3 天", "7 天"), "当时有 3 个选项，现在有 2 个"),
        (("3 天", "7 天", "15 天", "30 天"), "当时有 3 个选项，现在有 4 个"),
    ],
)
def test_options_that_are_others_or_stand_elsewhere_are_named(options, said):
    with pytest.raises(Misfit, match=said):
        corrected(a_single(), a_single(options=options))


def test_another_kind_does_not_fit():
    single, multiple, *_ = one_of_each()
    assert misfit(single, multiple) is not None


def test_steps_in_another_order_are_found_again_by_their_words():
    by = replace(STEPS, shape=Ordering(steps=items("s", "登记", "核对", "退款")))
    found = corrected(STEPS, by)
    assert [each.id for each in found.shape.steps] == ["s2", "s1", "s3"]
    assert grade(found, ["s2", "s1", "s3"]).share == 1
    assert asked_sha(found) == asked_sha(by)


def test_pairs_that_were_swapped_are_found_again_by_their_words():
    by = replace(
        PAIRS,
        shape=Matching(left=items("l", "尺码", "破损"), right=items("r", "商家承担", "换货", "等"), key=("r1", "r2")),
    )
    assert corrected(PAIRS, by).shape.key == ("r2", "r1")


def test_a_step_that_is_gone_is_named():
    by = replace(STEPS, shape=Ordering(steps=items("s", "核对", "登记", "入库")))
    assert "退款" in str(misfit(STEPS, by))


@given(questions)
def test_a_question_fits_itself(question):
    assert corrected(question, question) == question
    assert not is_keyed_otherwise(question, question)


# the key in a form


@pytest.mark.parametrize("question", one_of_each())
def test_a_form_that_nobody_touched_gives_the_same_key(question):
    fields = fields_of(question)
    form = MultiDict(
        [(name, one) for name, value in fields.items() for one in (value if isinstance(value, tuple) else (value,))]
    )
    assert asked_sha(rekeyed(question, form)) == asked_sha(question)


def test_two_right_options_of_a_single_choice_both_earn_all():
    found = rekeyed(a_single(), MultiDict([("right", "o1"), ("right", "o2")]))
    assert [grade(found, each).share for each in ("o1", "o2", "o3")] == [1, 1, 0]
    assert asked_sha(found) != asked_sha(a_single())


def test_words_stand_with_bars_between():
    gaps = next(each for each in one_of_each() if each.kind is Kind.FILL_IN)
    found = rekeyed(gaps, MultiDict({"blank1": "48 | 四十八｜ 两天", "blank2": "退款"}))
    assert found.shape.blanks == (("48", "四十八", "两天"), ("退款",))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"low": "", "high": "3"}, "low"), ({"low": "5", "high": "3"}, "high"), ({"low": "1", "high": "九"}, "high")],
)
def test_a_range_that_is_none_is_refused_at_its_field(fields, wrong):
    with pytest.raises(Invalid) as refused:
        rekeyed(Question(stem=rich("?"), shape=Numeric(low=Fraction(1), high=Fraction(2))), MultiDict(fields))
    assert list(refused.value.fields) == [wrong]


def test_no_right_option_and_doubled_places_are_refused():
    with pytest.raises(Invalid):
        rekeyed(a_single(), MultiDict())
    with pytest.raises(Invalid):
        rekeyed(STEPS, MultiDict({"place-s1": "1", "place-s2": "1", "place-s3": "2"}))


def test_a_number_of_five_thousand_digits_is_no_number():
    with pytest.raises(Invalid):
        rekeyed(
            Question(stem=rich("?"), shape=Numeric(low=Fraction(1), high=Fraction(2))),
            MultiDict({"low": "1" * 5_000, "high": "x"}),
        )
