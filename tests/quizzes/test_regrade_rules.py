"""Marking again: what a corrected key or a dropped question makes of results, and the laws that this keeps."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.points import ONE_POINT, share_of
from lms.questions.rules.correction import Misfit
from lms.questions.rules.grade import grade
from lms.questions.spec import FillIn, Multiple, Numeric, Question, Single, TrueFalse
from lms.quizzes.rules.attempts import Score
from lms.quizzes.rules.regrade import Answered, Drop, NothingLeft, Outcome, Rekey, plan, refuse_nothing_left
from tests.support.make_quizzes import a_single, items, rich

LETTERS = ("o1", "o2", "o3", "o4")
SINGLE = a_single(options=("3 天", "7 天", "15 天", "30 天"), right="o2")


def rekeyed(question, **key):
    return replace(question, shape=replace(question.shape, **key))


def answered(
    question, answer, *, id=1, person=None, points=ONE_POINT, others=(0, 0, 0), mark=Fraction(60, 100), **more
):
    """An attempt with this answer, marked as the question is keyed."""
    graded = grade(question, answer)
    earned = more.pop("earned", share_of(points, graded.share))
    total = Score(earned=others[0] + earned, possible=others[1] + points, waiting=others[2])
    return Answered(
        attempt_id=id,
        person_id=person or id,
        position=1,
        points=points,
        answer=answer,
        earned=earned,
        waiting=graded.needs_person,
        dropped=False,
        by_person=more.pop("by_person", False),
        others=Score(earned=others[0], possible=others[1], waiting=others[2]),
        pass_mark=mark,
        result=Outcome(earned=total.earned, possible=total.possible, passed=total.verdict(mark)),
    )


def after(change):
    """The attempt as it stands once the change is written."""
    return replace(
        change.answered, earned=change.earned, waiting=change.waiting, dropped=change.dropped, result=change.result
    )


def results(found):
    return [each.result for each in found.changes]


def test_a_corrected_key_raises_those_who_knew_and_lowers_those_who_followed_the_error():
    four = [answered(SINGLE, each, id=number) for number, each in enumerate(LETTERS, start=1)]
    found = plan(SINGLE, Rekey(by=rekeyed(SINGLE, right="o3")), four)
    assert [each.result.passed for each in found.changes] == [False, False, True, False]
    assert (found.totals.raised, found.totals.lowered, found.totals.unchanged) == (1, 1, 2)
    assert (found.totals.to_pass, found.totals.to_fail) == (1, 1)
    assert [each.attempt_id for each in found.to_pass + found.to_fail] == [3, 2]


def test_a_second_right_option_lowers_nobody():
    four = [answered(SINGLE, each, id=number) for number, each in enumerate(LETTERS, start=1)]
    found = plan(SINGLE, Rekey(by=rekeyed(SINGLE, also_right=("o3",))), four)
    assert [each.result.passed for each in found.changes] == [False, True, True, False]


def test_a_question_given_to_all_gives_its_points_to_those_who_left_it_out_too():
    found = plan(SINGLE, Rekey(by=replace(SINGLE, given_to_all=True)), [answered(SINGLE, None), answered(SINGLE, "o1")])
    assert [each.result.earned for each in found.changes] == [ONE_POINT, ONE_POINT]


def test_a_dropped_question_is_out_of_what_was_earned_and_of_what_could_be():
    six_of_nine = (6 * ONE_POINT, 9 * ONE_POINT, 0)
    found = plan(
        SINGLE, Drop(), [answered(SINGLE, "o2", others=six_of_nine), answered(SINGLE, "o1", others=six_of_nine)]
    )
    assert {(each.result.earned, each.result.possible) for each in found.changes} == {six_of_nine[:2]}
    assert (found.totals.lowered, found.totals.raised) == (1, 1)


def test_a_paper_of_nothing_but_the_dropped_question_is_refused():
    with pytest.raises(NothingLeft):
        refuse_nothing_left(1)
    refuse_nothing_left(0)


def test_marks_of_a_person_stay_unless_they_are_to_be_made_anew():
    marked = answered(SINGLE, "o1", earned=ONE_POINT, by_person=True)
    kept = plan(SINGLE, Rekey(by=rekeyed(SINGLE, right="o3")), [marked])
    anew = plan(SINGLE, Rekey(by=rekeyed(SINGLE, right="o3"), remark=True), [marked])
    assert (results(kept)[0].earned, kept.totals.kept) == (ONE_POINT, 1)
    assert (results(anew)[0].earned, anew.totals.kept) == (0, 0)


def test_a_dropped_question_that_comes_back_brings_a_persons_marks_with_it():
    marked = answered(SINGLE, "o1", earned=ONE_POINT, by_person=True, others=(ONE_POINT, 2 * ONE_POINT, 0))
    dropped = after(plan(SINGLE, Drop(), [marked]).changes[0])
    assert plan(SINGLE, Rekey(by=SINGLE), [dropped]).changes[0].result == marked.result


def test_a_result_that_waits_for_a_person_is_undecided():
    found = plan(SINGLE, Rekey(by=rekeyed(SINGLE, right="o3")), [answered(SINGLE, "o2", others=(0, 0, ONE_POINT))])
    assert (results(found)[0].passed, found.totals.undecided) == (None, 1)


def test_the_bars_hold_every_attempt_before_and_after():
    four = [answered(SINGLE, each, id=number) for number, each in enumerate(LETTERS, start=1)]
    found = plan(SINGLE, Rekey(by=replace(SINGLE, given_to_all=True)), four).totals
    assert (found.before, found.after) == ((3, *[0] * 8, 1), (*[0] * 9, 4))


def test_other_options_are_refused_and_named():
    other = a_single(options=("3 天", "七天", "15 天", "30 天"))
    with pytest.raises(Misfit, match="选项 B 当时是“7 天”，现在是“七天”"):
        plan(SINGLE, Rekey(by=other), [])


# laws

POINTS = st.integers(1, 12).map(lambda n: n * ONE_POINT)
CHOICE = st.sampled_from([*LETTERS, None])
MULTIPLE = Question(
    stem=rich("哪些商品不支持退货？"),
    shape=Multiple(options=items("o", "甲", "乙", "丙", "丁"), right=("o1", "o2"), half_if_incomplete=True),
)
FILL_IN = Question(stem=rich("在____小时内____。"), shape=FillIn(blanks=(("48",), ("退款",))))
NUMERIC = Question(stem=rich("退多少元？"), shape=Numeric(low=Fraction(60), high=Fraction(64)))
TRUTH = Question(stem=rich("运费由商家承担。"), shape=TrueFalse(right=False))
NUMBERS = st.sampled_from(["59", "60", "62", "64", "65", "", None])
WORDS = st.sampled_from(["48", "四十八", "退款", "退钱", ""])


@st.composite
def others(draw):
    """What the rest of a paper adds up to."""
    possible = draw(POINTS)
    earned = draw(st.integers(0, possible))
    waiting = draw(st.sampled_from([0, possible - earned]))
    return earned, possible, waiting


@st.composite
def cases(draw):
    """A question, a corrected key of it, and attempts marked by the question."""
    question, corrected, answers = draw(
        st.sampled_from(
            [
                (SINGLE, [rekeyed(SINGLE, right=each) for each in LETTERS], CHOICE),
                (SINGLE, [rekeyed(SINGLE, also_right=("o4",)), replace(SINGLE, given_to_all=True)], CHOICE),
                (
                    MULTIPLE,
                    [rekeyed(MULTIPLE, right=("o1",)), rekeyed(MULTIPLE, right=("o1", "o2", "o3"))],
                    st.lists(st.sampled_from(LETTERS), unique=True),
                ),
                (
                    FILL_IN,
                    [rekeyed(FILL_IN, blanks=(("48", "四十八"), ("退款", "退钱")))],
                    st.lists(WORDS, min_size=2, max_size=2),
                ),
                (NUMERIC, [rekeyed(NUMERIC, low=Fraction(59)), rekeyed(NUMERIC, high=Fraction(62))], NUMBERS),
                (TRUTH, [rekeyed(TRUTH, right=True)], st.sampled_from([True, False, None])),
            ]
        )
    )
    rest = draw(st.lists(others(), min_size=1, max_size=6))
    mark = draw(st.fractions(0, 1))
    attempts = [
        answered(question, draw(answers), id=number, points=draw(POINTS), others=each, mark=mark)
        for number, each in enumerate(rest, start=1)
    ]
    return question, draw(st.sampled_from(corrected)), attempts


@given(cases())
def test_the_same_key_changes_nothing(case):
    question, _, attempts = case
    assert not any(each.is_other for each in plan(question, Rekey(by=question), attempts).changes)


@given(cases(), st.booleans())
def test_there_and_back_is_where_it_began(case, dropping):
    question, other, attempts = case
    there = plan(question, Drop() if dropping else Rekey(by=other), attempts)
    back = plan(question, Rekey(by=question), map(after, there.changes))
    assert results(back) == [each.result for each in attempts]
    assert [after(each) for each in back.changes] == attempts


@given(cases(), st.booleans())
def test_the_points_of_an_attempt_sum_exactly(case, dropping):
    question, other, attempts = case
    for each in plan(question, Drop() if dropping else Rekey(by=other), attempts).changes:
        mine = (0, 0) if each.dropped else (each.earned, each.answered.points)
        rest = each.answered.others
        assert (each.result.earned, each.result.possible) == (rest.earned + mine[0], rest.possible + mine[1])
        assert 0 <= each.result.earned <= each.result.possible


@given(cases())
def test_the_numbers_add_up(case):
    question, other, attempts = case
    found = plan(question, Rekey(by=other), attempts).totals
    assert found.raised + found.lowered + found.unchanged == found.attempts == len(attempts)
    assert sum(found.before) == sum(found.after) == len(attempts)


def wider(question):
    """Keys that accept at least what the question accepts."""
    match question.shape:
        case Single():
            return [rekeyed(question, also_right=("o3",)), replace(question, given_to_all=True)]
        case FillIn() as shape:
            return [rekeyed(question, blanks=tuple((*each, "四十八", "退钱") for each in shape.blanks))]
        case Numeric():
            return [rekeyed(question, low=Fraction(50), high=Fraction(70))]
        case _:
            return [replace(question, given_to_all=True)]


@given(cases())
def test_accepting_more_answers_never_lowers_anybody(case):
    question, _, attempts = case
    for more in wider(question):
        found = plan(question, Rekey(by=more), attempts)
        assert (found.totals.lowered, found.totals.to_fail) == (0, 0)


@st.composite
def papers(draw):
    """Attempts at two questions, as (answer to the one, answer to the other)."""
    return draw(st.lists(st.tuples(CHOICE, NUMBERS, POINTS), min_size=1, max_size=5))


def run(attempts, order, mark):
    """Regrade the two questions one after the other, each seeing what the other left; return the results."""
    ways = {0: (SINGLE, Drop()), 1: (NUMERIC, Rekey(by=rekeyed(NUMERIC, high=Fraction(62))))}
    state = []
    for one, other, points in attempts:
        earned = [
            share_of(points, grade(question, answer).share) for question, answer in ((SINGLE, one), (NUMERIC, other))
        ]
        state.append({"answers": (one, other), "points": points, "earned": earned, "dropped": [False, False]})
    for which in order:
        question, correction = ways[which]
        asked = []
        for id, each in enumerate(state):
            rest = 1 - which
            counted = not each["dropped"][rest]
            both = answered(
                question,
                each["answers"][which],
                id=id,
                points=each["points"],
                others=(each["earned"][rest], each["points"], 0) if counted else (0, 0, 0),
                mark=mark,
            )
            asked.append(both)
        found = plan(question, correction, asked)
        for each, change in zip(state, found.changes, strict=True):
            each["earned"][which], each["dropped"][which] = change.earned, change.dropped
    return [each.result for each in found.changes]


@given(papers(), st.fractions(0, 1))
def test_the_order_of_two_regrades_of_different_questions_does_not_matter(attempts, mark):
    assert run(attempts, (0, 1), mark) == run(attempts, (1, 0), mark)
