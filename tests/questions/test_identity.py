from dataclasses import replace

import pytest
from hypothesis import given

from lms.core.points import ONE_POINT
from lms.questions.rules.identity import How, asked_sha, match
from lms.questions.spec import Item, Matching, Multiple, Ordering, Question, Rich, Single, Span, TrueFalse
from tests.questions.shapes import items, one_of_each, questions, rich


def single(stem="自签收次日起几天内可以申请退货？", options=("3 天", "7 天", "15 天"), right="o2", key=None):
    return Question(key=key, stem=rich(stem), shape=Single(options=items("o", options), right=right))


def true(stem, key=None):
    return Question(key=key, stem=rich(stem), shape=TrueFalse(right=True))


def hows(matched):
    return [(each.key, each.how) for each in matched.matches]


@given(questions)
def test_an_explanation_a_remark_points_and_place_keep_the_version(question):
    other = replace(
        question,
        explanation=rich("新的解析"),
        hint=rich("新的提示"),
        model=rich("新的参考"),
        points=ONE_POINT * 7,
        tags=("新",),
        level=5,
        key="abc234",
        span=Span(first=9, last=12),
    )
    assert asked_sha(other) == asked_sha(question)


def test_a_remark_at_an_option_keeps_the_version():
    question = single()
    options = tuple(replace(option, note=rich("新")) for option in question.shape.options)
    assert asked_sha(replace(question, shape=replace(question.shape, options=options))) == asked_sha(question)


def test_layout_keeps_the_version():
    spaced = Rich(source="自签收次日起  **几天**\n内？", html="x", text="自签收次日起  几天\n内？")
    assert asked_sha(replace(single(), stem=spaced)) == asked_sha(single("自签收次日起 几天 内？"))


@pytest.mark.parametrize(
    "other",
    [
        single("自付款次日起几天内可以申请退货？"),
        single(options=("3 天", "7 天", "14 天")),
        single(right="o3"),
        single(options=("15 天", "7 天", "3 天")),
        single(options=("7 天", "3 天", "15 天"), right="o1"),
        Question(stem=single().stem, shape=Multiple(options=single().shape.options, right=("o2",))),
    ],
)
def test_another_word_order_or_key_is_another_version(other):
    assert asked_sha(other) != asked_sha(single())


def test_another_picture_is_another_version():
    pictures = [Rich(source=f"看图 ![单]({name}.png)", html="x", text="看图 单") for name in "ab"]
    one, other = (asked_sha(Question(stem=stem, shape=TrueFalse(right=True))) for stem in pictures)
    assert one != other


def test_all_kinds_have_their_own_sha_of_32_bytes():
    shas = {asked_sha(question) for question in one_of_each()}
    assert len(shas) == 8
    assert {len(sha) for sha in shas} == {32}


@pytest.mark.parametrize(
    "shape",
    [
        Ordering(steps=items("s", "甲乙丙")),
        Matching(left=items("l", "甲乙"), right=items("r", "一二"), key=("r1", "r2")),
    ],
)
def test_another_right_order_or_pair_is_another_version(shape):
    if isinstance(shape, Ordering):
        changed = replace(shape, steps=items("s", "乙甲丙"))
    else:
        changed = replace(shape, key=("r2", "r1"))
    stem = rich("排一排")
    assert asked_sha(Question(stem=stem, shape=shape)) != asked_sha(Question(stem=stem, shape=changed))


def test_a_chip_is_the_surest_sign():
    matched = match([("aaaaaa", single()), ("bbbbbb", true("别的"))], [single("全都改了", right="o1", key="aaaaaa")])
    assert hows(matched) == [("aaaaaa", How.KEY)]
    assert matched.lost == ("bbbbbb",)


def test_a_chip_that_nobody_knows_is_a_new_question_with_that_id():
    assert hows(match([("aaaaaa", true("甲"))], [true("乙乙", key="cccccc")])) == [("cccccc", How.NEW)]


def test_a_moved_question_is_known_by_what_it_asks():
    old = [("aaaaaa", true("退回运费由商家承担")), ("bbbbbb", single())]
    new = [single(), true("退回运费由商家承担")]
    assert hows(match(old, new)) == [("bbbbbb", How.SAME), ("aaaaaa", How.SAME)]


def test_a_mended_question_with_the_same_answer_keeps_its_id():
    matched = match([("aaaaaa", single())], [single("非大促订单，自签收次日起几天内可以申请退货？")])
    assert hows(matched) == [("aaaaaa", How.ALIKE)]
    assert matched.warnings == ()


def test_an_added_option_keeps_the_id():
    assert hows(match([("aaaaaa", single())], [single(options=("1 天", "3 天", "7 天"), right="o3")])) == [
        ("aaaaaa", How.ALIKE)
    ]


def test_a_corrected_key_is_the_same_question():
    matched = match([("aaaaaa", single())], [single(right="o3")])
    assert (hows(matched), matched.warnings, matched.lost) == ([("aaaaaa", How.REKEYED)], (), ())


def test_another_key_among_other_words_is_a_new_question_and_its_lost_twin_is_named():
    matched = match([("aaaaaa", single())], [single(options=("1 天", "3 天", "7 天"), right="o1")])
    assert hows(matched) == [(None, How.NEW)]
    assert matched.lost == ("aaaaaa",)
    assert "自签收次日起几天内可以申请退货" in str(matched.warnings[0].message)
    assert "id:aaaaaa" in str(matched.warnings[0].message)


def test_an_unrelated_new_question_has_no_twin():
    matched = match([("aaaaaa", true("退回运费由商家承担"))], [true("双十一当天客服全员在线")])
    assert hows(matched) == [(None, How.NEW)]
    assert matched.warnings == ()


def test_the_likest_pair_comes_first():
    old = [("aaaaaa", true("生鲜不支持七天无理由退货")), ("bbbbbb", true("定制商品不支持七天无理由退货"))]
    new = [true("定制类商品不支持七天无理由退货"), true("生鲜食品不支持七天无理由退货")]
    assert [key for key, _ in hows(match(old, new))] == ["bbbbbb", "aaaaaa"]


@given(questions)
def test_a_question_matches_itself(question):
    assert hows(match([("aaaaaa", question)], [replace(question, explanation=None)])) == [("aaaaaa", How.SAME)]


def test_two_equal_questions_get_two_ids():
    matched = match([("aaaaaa", single()), ("bbbbbb", single())], [single(), single()])
    assert sorted(key for key, _ in hows(matched)) == ["aaaaaa", "bbbbbb"]


def test_items_without_text_still_have_a_picture_to_tell_them_apart():
    def shape(name):
        body = Rich(source=f"![]({name}.png)", html="", text="")
        return Single(options=(Item(id="o1", body=body), *items("o", "甲乙")[1:]), right="o1")

    one, other = (asked_sha(Question(stem=rich("哪张？"), shape=shape(name))) for name in "ab")
    assert one != other
