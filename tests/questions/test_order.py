from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lms.questions.rules.order import authored_order, shown_ids, shown_order, shuffled
from lms.questions.spec import Kind, Question
from tests.questions.shapes import SHAPES, one_of_each, questions, rich

seeds = st.text(max_size=8)


def order(shape, seed="s", label="q", *, shuffle_options=True):
    return shown_order(Question(stem=rich("?"), shape=shape), seed, label, shuffle_options=shuffle_options)


@given(questions, seeds, st.booleans())
def test_an_order_shows_everything_once(question, seed, shuffle_options):
    assert sorted(shown_order(question, seed, "q", shuffle_options=shuffle_options)) == sorted(authored_order(question))


@given(questions, seeds)
def test_the_same_seed_gives_the_same_order(question, seed):
    assert shown_order(question, seed, "q", shuffle_options=True) == shown_order(
        question, seed, "q", shuffle_options=True
    )


@given(st.one_of(SHAPES[Kind.SINGLE], SHAPES[Kind.MULTIPLE]))
def test_options_keep_their_order_unless_the_quiz_shuffles_them(shape):
    assert order(shape, shuffle_options=False) == tuple(option.id for option in shape.options)


@given(SHAPES[Kind.MATCHING])
def test_left_sides_come_before_right_sides(shape):
    letters = "".join(id[0] for id in order(shape))
    assert letters == "l" * len(shape.left) + "r" * len(shape.right)


def test_steps_and_right_sides_are_shuffled_even_where_options_are_not():
    ordering, matching = (each.shape for each in one_of_each()[5:7])
    for shape in (ordering, matching):
        orders = {order(shape, f"seed{n}", shuffle_options=False)[-3:] for n in range(100)}
        assert len(orders) == 6


def test_every_order_of_three_steps_is_about_equally_frequent():
    orders = Counter(shuffled("abc", f"seed{n}", "steps") for n in range(6_000))
    assert len(orders) == 6
    assert all(850 < count < 1_150 for count in orders.values())


def test_two_questions_of_one_attempt_are_not_shuffled_alike():
    orders = {shuffled(range(8), "seed", f"question{n}") for n in range(20)}
    assert len(orders) == 20


def test_an_order_is_the_same_for_ever():
    assert shuffled("abcdef", "2026", "q") == tuple("cdeabf")


def test_learners_ids_number_what_is_shown():
    assert shown_ids(["l2", "l1", "r3", "r1", "r2"]) == {
        "l2": "l1",
        "l1": "l2",
        "r3": "r1",
        "r1": "r2",
        "r2": "r3",
    }
