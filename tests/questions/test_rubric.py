"""What a written answer earns by its rubric, which words earned it, and when a person has to look."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.points import ONE_POINT, from_fraction, share_of
from lms.core.tracing import traced
from lms.questions import expression
from lms.questions.expression import AllOf, AnyOf, Malformed, Phrase
from lms.questions.rules.grade import grade
from lms.questions.rules.rubric import WHOLE, mark_answer, suggested, together, worths
from lms.questions.rules.view import review_view
from lms.questions.rules.written import LineState, Tone, pieces, state_of
from lms.questions.spec import Criterion, CriterionKind, Open, Question, Rich

MUST, SHOULD, NEVER, JUDGED = CriterionKind


def line(kind, points, words):
    return Criterion(kind=kind, points=from_fraction(abs(points)) * (1 if points >= 0 else -1), words=words)


def open_shape(*lines, **more):
    return Open(rubric=tuple(line(*each) for each in lines), **more)


def earned(shape, answer):
    """Points of the rubric, as a number."""
    total = sum(each.points for each in shape.rubric if each.points > 0)
    return mark_answer(shape, answer).share * Fraction(total, ONE_POINT)


def a_question(shape):
    return Question(stem=Rich(source="?", html="<p>?</p>", text="?"), shape=shape)


SORRY = open_shape((MUST, 3, "理解 | 抱歉"), (SHOULD, 2, "(拆封 | 拆开) & 照片"), (NEVER, -5, "保证 & 今天到"))


# what a line looks for


def test_and_binds_more_tightly_than_or():
    assert expression.read("A | B & C") == AnyOf((Phrase("A"), AllOf((Phrase("B"), Phrase("C")))))
    assert expression.read("（A｜B）＆C") == AllOf((AnyOf((Phrase("A"), Phrase("B"))), Phrase("C")))


@pytest.mark.parametrize(
    ("words", "sign"), [("(A", "("), ("A |", "|"), ("A)", ")"), ("| A", "|"), ("A(B)", "("), ("", "|")]
)
def test_a_line_that_breaks_off_says_where(words, sign):
    with pytest.raises(Malformed) as found:
        expression.read(words)
    assert found.value.sign == sign == expression.what_is_wrong_with(words)


@pytest.mark.parametrize("words", ["(" * 5_000 + "A" + ")" * 5_000, "A" * 5_000, "A|" * 3_000 + "A"])
def test_a_line_beyond_all_measure_is_refused_and_marks_nothing(words):
    assert expression.what_is_wrong_with(words)
    assert mark_answer(open_shape((MUST, 1, words)), "A").doubt


# what is found


@pytest.mark.parametrize(
    ("answer", "points"),
    [
        ("很抱歉，我理解您", 3),
        ("很抱歉，请拆开后拍照片", 5),
        ("请拆开看看", 0),
        ("抱歉，我保证今天到", 0),
        ("抱歉，麻烦拆封拍照片，我保证今天到", 0),
        ("您好", 0),
    ],
)
def test_lines_add_up_and_the_sum_is_never_below_nothing(answer, points):
    assert earned(SORRY, answer) == points


@pytest.mark.parametrize("answer", ["我很理 解您", "我很理解您", "ｗo很抱\u200b歉", "我很抱歉"])
def test_width_space_and_traditional_writing_make_no_difference(answer):
    assert earned(SORRY, answer) == 3


def test_traditional_words_are_found_where_they_stand():
    marked = mark_answer(open_shape((MUST, 2, "退货 | 退款")), "可以 退 貨 的")
    (hit,) = marked.lines[0].found
    assert "可以 退 貨 的"[hit.start : hit.end] == "退 貨"


@pytest.mark.parametrize(
    ("words", "answer", "is_found"),
    [
        ("7天", "7 天内", True),
        ("7天", "17天内", False),
        ("48小时", "148小时", False),
        ("5元", "0.5元", False),
        ("5元", "共5元", True),
        ("299", "活动表299，16:00起", True),
        ("16:00", "活动表299，16:00起", True),
        ("000元", "共2,000元", False),
        ("no", "now", False),
        ("VIP", "您是vip客户", True),
    ],
)
def test_a_number_or_a_latin_word_is_found_whole(words, answer, is_found):
    assert (earned(open_shape((MUST, 1, words)), answer) == 1) is is_found


# negation


@pytest.mark.parametrize(
    "answer",
    ["我不能保证今天到", "没法保证您今天到货，但今天到", "我们并非保证今天到", "无法保证今天到", "不会保证今天到"],
)
def test_what_must_not_be_said_and_is_negated_costs_nothing_and_goes_to_a_person(answer):
    marked = mark_answer(open_shape((MUST, 3, "您好"), (NEVER, -5, "保证")), f"您好，{answer}")
    assert marked.lines[1].points == 0
    assert marked.doubt
    assert state_of(marked.lines[1]) is LineState.DOUBT


@pytest.mark.parametrize(
    "answer", ["不好意思，保证今天到", "不急，保证今天到", "没问题保证今天到", "我不知道具体时间但是保证今天到"]
)
def test_a_negation_of_something_else_takes_nothing_back(answer):
    marked = mark_answer(open_shape((MUST, 3, "到"), (NEVER, -2, "保证")), answer)
    assert marked.share == Fraction(1, 3)
    assert not marked.doubt


def test_said_once_with_and_once_without_a_negation_is_said():
    marked = mark_answer(open_shape((MUST, 3, "到"), (NEVER, -3, "保证")), "不能保证。我保证到")
    assert (marked.share, marked.doubt) == (0, False)


def test_a_must_that_is_only_negated_earns_nothing_and_goes_to_a_person():
    marked = mark_answer(open_shape((MUST, 3, "理解")), "我不理解您的心情")
    assert (marked.share, marked.doubt) == (0, True)


@pytest.mark.parametrize("answer", ["I cannot promise it today", "I can't really promise that", "never promise"])
def test_english_is_negated_word_by_word(answer):
    assert mark_answer(open_shape((MUST, 1, "it | that"), (NEVER, -1, "promise")), answer).lines[1].doubt


# who marks


@pytest.mark.parametrize(
    ("shape", "needs"),
    [
        (open_shape((MUST, 3, "抱歉")), False),
        (open_shape((MUST, 3, "抱歉"), manual=True), True),
        (open_shape((MUST, 3, "抱歉"), (JUDGED, 2, "语气")), True),
        (open_shape(), True),
        (open_shape((NEVER, -3, "保证")), True),
        (open_shape((MUST, 3, "抱歉"), (NEVER, -3, "保证")), False),
    ],
)
def test_a_person_marks_where_the_author_asks_or_nothing_else_can(shape, needs):
    graded = grade(a_question(shape), "很抱歉，让您久等了")
    assert graded.needs_person is needs


def test_no_answer_waits_for_nobody():
    assert grade(a_question(open_shape(manual=True)), "  ").needs_person is False


# for the eye


def test_the_pieces_are_the_answer_and_each_knows_its_lines():
    answer = "很抱歉，拆开拍照片。我保证今天到。"
    graded = grade(a_question(SORRY), answer)
    found = pieces(answer, graded)
    assert "".join(each.text for each in found) == answer
    shown = [(each.text, each.tone, each.lines) for each in found if each.tone]
    assert ("抱歉", Tone.EARNS, (1,)) in shown
    assert ("照片", Tone.EARNS, (2,)) in shown
    assert ("今天到", Tone.COSTS, (3,)) in shown


def test_half_an_and_is_no_piece():
    graded = grade(a_question(SORRY), "请拆开")
    assert [each.tone for each in pieces("请拆开", graded)] == [Tone.PLAIN]


def test_the_review_shows_the_lines_and_what_was_said():
    question = a_question(SORRY)
    view = review_view(question, (), "很抱歉", grade(question, "很抱歉"))
    assert [(row["state"], row["said"]) for row in view["rubric"]] == [
        ("said", ["抱歉"]),
        ("missing", []),
        ("missing", []),
    ]


# what a marker may give


def test_the_lines_are_worth_the_question_s_points_exactly():
    shape = open_shape((MUST, 1, "a"), (SHOULD, 1, "b"), (JUDGED, 1, "c"))
    for possible in (ONE_POINT, 2 * ONE_POINT, 7, 0):
        assert sum(each.most for each in worths(shape, possible)) == possible


def test_without_a_line_that_earns_the_answer_is_marked_as_a_whole():
    (whole, never) = worths(open_shape((NEVER, -2, "保证")), 4 * ONE_POINT)
    assert (whole.line, whole.most) == (WHOLE, 4 * ONE_POINT)
    assert (never.least, never.most) == (-2 * ONE_POINT, 0)


words = st.sampled_from(["理解", "抱歉", "退款", "照片", "七天", "不能", "保证", "。", "，", " ", "理", "Ａ", "貨"])
answers = st.lists(words, max_size=20).map("".join)
phrase = st.sampled_from(["理解", "抱歉", "退款", "照片", "货", "a"])
wanted = st.recursive(
    phrase, lambda inner: st.tuples(inner, st.sampled_from("|&"), inner).map(lambda t: "({} {} {})".format(*t))
)
lines = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([MUST, SHOULD]), st.integers(0, 5), wanted),
        st.tuples(st.just(NEVER), st.integers(-5, -1), st.sampled_from(["保证", "七天 & 保证"])),
        st.tuples(st.just(JUDGED), st.integers(0, 3), st.just("语气")),
    ),
    max_size=6,
)
rubrics = lines.map(lambda every: open_shape(*every))


@given(rubrics, answers)
def test_the_share_lies_between_nothing_and_all(shape, answer):
    assert 0 <= mark_answer(shape, answer).share <= 1


@given(rubrics, answers, phrase)
def test_saying_one_thing_more_that_is_asked_for_never_lowers(shape, answer, more):
    assert mark_answer(shape, f"{answer}。{more}").share >= mark_answer(shape, answer).share


@given(rubrics, st.lists(words.filter(lambda w: w not in ("不能", "理", "。", "，")), max_size=8), st.randoms())
def test_the_order_of_sentences_makes_no_difference(shape, said, chance):
    mixed = list(said)
    chance.shuffle(mixed)
    assert mark_answer(shape, "。".join(mixed)).share == mark_answer(shape, "。".join(said)).share


@given(rubrics, answers)
def test_the_words_that_are_shown_fold_to_what_was_looked_for(shape, answer):
    for each in mark_answer(shape, answer).lines:
        for hit in each.found:
            assert traced(answer[hit.start : hit.end]).plain == traced(hit.phrase).plain


@given(rubrics, answers, st.integers(0, 12))
def test_the_lines_give_together_what_the_share_gives(shape, answer, points):
    possible = points * ONE_POINT // 3
    marked = mark_answer(shape, answer)
    given_points = together(list(suggested(shape, marked.lines, possible).values()), possible)
    assert abs(given_points - share_of(possible, marked.share)) <= len(shape.rubric)
    assert all(each.least <= 0 <= each.most for each in worths(shape, possible))


def test_a_long_answer_is_marked_at_once():
    many = open_shape(*[(MUST, 1, f"词{n} | 退款{n} & 理解") for n in range(40)])
    assert mark_answer(many, "理解退款3，" * 800).share > 0
