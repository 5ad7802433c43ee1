import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.rules.answers import read_answer, shown_answer
from lms.questions.rules.grade import grade
from lms.questions.rules.order import authored_order, shown_order
from lms.questions.rules.view import learner_view, review_view
from lms.questions.spec import Kind, Matching, Numeric, Ordering, Question
from tests.questions.shapes import SHAPES, items, one_of_each, questions, rich, right_answer

CANARY = "k7q2canary9z"


def review(question, answer):
    return review_view(question, authored_order(question), answer, grade(question, answer))


@pytest.mark.parametrize("question", one_of_each(CANARY), ids=lambda question: question.kind)
def test_nothing_that_gives_the_key_away_reaches_a_learner(question):
    shown = json.dumps(learner_view(question, authored_order(question)), ensure_ascii=False)
    assert CANARY not in shown
    assert "6399" not in shown
    assert "right" not in shown


@pytest.mark.parametrize("question", one_of_each(CANARY), ids=lambda question: question.kind)
def test_the_canary_is_there_to_be_seen(question):
    assert CANARY in json.dumps(review(question, right_answer(question)), ensure_ascii=False)


@given(st.permutations(range(4)), st.permutations(range(4)))
def test_the_view_of_an_ordering_is_the_same_whatever_order_is_right(one, other):
    words = ["甲", "乙", "丙", "丁"]

    def view(right_order):
        shape = Ordering(steps=items("s", [words[index] for index in right_order]))
        order = [f"s{right_order.index(shown) + 1}" for shown in range(4)]  # shows 甲 乙 丙 丁
        return learner_view(Question(stem=rich("?"), shape=shape), order)

    assert view(one) == view(other)


@given(st.permutations(range(3)), st.permutations(range(3)))
def test_the_view_of_a_matching_is_the_same_whatever_pairs_are_right(one, other):
    def view(rights):
        shape = Matching(left=items("l", "左中"), right=items("r", ["一二三"[n] for n in rights]), key=("r1", "r2"))
        order = ["l1", "l2", *(f"r{rights.index(shown) + 1}" for shown in range(3))]
        return learner_view(Question(stem=rich("?"), shape=shape), order)

    assert view(one) == view(other)


@given(SHAPES[Kind.SINGLE], st.data())
def test_the_view_of_a_choice_is_the_same_whatever_option_is_right(shape, data):
    other = replace(shape, right=data.draw(st.sampled_from(shape.options)).id)
    views = [
        learner_view(Question(stem=rich("?"), shape=each), authored_order(Question(stem=rich("?"), shape=each)))
        for each in (shape, other)
    ]
    assert views[0] == views[1]


@given(questions, st.text(max_size=5))
def test_the_learners_ids_number_the_shown_order(question, seed):
    view = learner_view(question, shown_order(question, seed, "q", shuffle_options=True))
    for side in ("options", "left"):
        assert [item["id"][1:] for item in view.get(side, [])] == [
            str(n) for n in range(1, len(view.get(side, [])) + 1)
        ]


@given(questions, st.text(max_size=5))
def test_an_answer_given_in_shown_ids_earns_what_it_should(question, seed):
    order = shown_order(question, seed, "q", shuffle_options=True)
    given = shown_answer(order, right_answer(question))
    assert read_answer(question, order, given) == right_answer(question)


@given(questions, st.text(max_size=5))
def test_views_are_plain_json(question, seed):
    order = shown_order(question, seed, "q", shuffle_options=True)
    answer = right_answer(question)
    for view in (
        learner_view(question, order),
        review_view(question, order, answer, grade(question, answer)),
    ):
        assert json.loads(json.dumps(view)) == view


def test_a_review_shows_own_and_right_option_with_the_remark():
    single = one_of_each()[0]
    view = review(single, "o1")
    assert [(option["chosen"], option["right"]) for option in view["options"]] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert view["options"][0]["note_html"] == "<p>说明0秘</p>"


def test_a_review_shows_where_each_step_was_put():
    ordering = one_of_each()[5]
    view = review(ordering, ["s2", "s1"])
    assert [(step["html"], step["given_place"]) for step in view["right"]] == [
        ("<p>先</p>", 2),
        ("<p>再</p>", 1),
        ("<p>后</p>", None),
    ]


def test_a_review_shows_the_given_and_the_right_side_of_each_pair():
    view = review(one_of_each()[6], {"l1": "r3"})
    assert [(row["given_html"], row["right_html"], row["right"]) for row in view["right"]] == [
        ("<p>三</p>", "<p>一</p>", False),
        (None, "<p>二</p>", False),
    ]


def test_a_review_shows_each_gap_with_what_was_accepted():
    view = review(one_of_each()[3], ["甲秘", "丁"])
    assert (view["given"], view["parts"]) == (["甲秘", "丁"], [True, False])
    assert view["right"] == [["甲秘", "乙秘"], ["丙秘"]]


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        (Numeric(low=64, high=64, target=64, unit="元"), "64 元"),
        (Numeric(low=60, high=70, unit="元"), "60..70 元"),
        (Numeric(low=64, high=64), "64"),
    ],
)
def test_a_review_shows_the_right_number_with_its_unit(shape, shown):
    assert review(Question(stem=rich("?"), shape=shape), "1")["right"] == shown


def test_a_review_names_the_section_to_read():
    assert review(one_of_each()[0], None)["references"] == [{"label": "时效秘", "target": "../秘.md"}]
