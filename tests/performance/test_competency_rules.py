"""Levels of competencies: what scores, ratings and lessons add up to, and how the form of a competency is read."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid
from lms.performance.rules.competencies import (
    LEVELS,
    MOST_OF_THIN,
    Evidence,
    Shown,
    Terms,
    folded,
    judged,
    level_of,
    mean,
    rated,
    written,
)

DAY = date(2026, 11, 23)
TERMS = Terms(words=folded(["投诉"]), dimensions=folded(["共情"]), levels=(50, 65, 80, 90), fresh_days=180)
FORM = {
    "code": "complaints",
    "name": "投诉处理",
    "words": "投诉，售后、退款",
    "dimensions": "",
    "levels": "50，65，80，90",
    "fresh_days": "90",
}


def quiz(score: float, weight: int = 10, ago: int = 0) -> Evidence:
    return Evidence(shown=Shown.QUIZ, on=DAY - timedelta(days=ago), title="小测", score=score, weight=weight)


def rating(level: int, ago: int = 0) -> Evidence:
    return Evidence(shown=Shown.RATING, on=DAY - timedelta(days=ago), title="会话 8821", score=level)


def lesson(ago: int = 0) -> Evidence:
    return Evidence(shown=Shown.LESSON, on=DAY - timedelta(days=ago), title="课时")


def test_nothing_shown_is_no_level():
    came = judged([], TERMS, DAY)
    assert (came.level, came.score, came.as_of, came.fresh) == (0, None, None, False)


@pytest.mark.parametrize(
    ("score", "level"), [(0, 1), (49.9, 1), (50, 2), (65, 3), (79.9, 3), (80, 4), (90, 5), (100, 5)]
)
def test_a_score_reaches_the_level_of_the_last_bound_it_is_not_below(score, level):
    assert level_of(score, TERMS.levels) == level
    assert judged([quiz(score)], TERMS, DAY).level == level


def test_results_weigh_by_their_questions_ten_at_most():
    # 4 questions at 100 and 40 questions at 30, the latter weighing 10: (4 × 100 + 10 × 30) ÷ 14 = 50
    assert mean([quiz(100, 4), quiz(30, 40)]) == 50


def test_few_questions_reach_level_three_at_most():
    assert judged([quiz(100, 4)], TERMS, DAY).level == MOST_OF_THIN
    assert judged([quiz(100, 4), quiz(100, 1)], TERMS, DAY).level == LEVELS


def test_the_newest_rating_moves_the_level_by_one_at_most():
    assert judged([quiz(60), rating(5)], TERMS, DAY).level == 3
    assert judged([quiz(60), rating(1)], TERMS, DAY).level == 1
    assert judged([quiz(60), rating(2)], TERMS, DAY).level == 2
    assert judged([quiz(60), rating(5, ago=9), rating(2, ago=1)], TERMS, DAY).level == 2


def test_a_rating_is_the_level_where_nothing_was_scored():
    assert judged([rating(4), lesson()], TERMS, DAY).level == 4


def test_a_lesson_alone_is_level_one_and_keeps_nothing_fresh_beside_scores():
    assert judged([lesson(ago=3)], TERMS, DAY).level == 1
    came = judged([lesson(), quiz(95, ago=400)], TERMS, DAY)
    assert (came.level, came.fresh, came.as_of) == (5, False, DAY - timedelta(days=400))


def test_a_level_is_fresh_for_so_many_days_the_last_included():
    assert judged([quiz(95, ago=180)], TERMS, DAY).fresh
    assert not judged([quiz(95, ago=181)], TERMS, DAY).fresh


scored = st.builds(quiz, st.floats(0, 100), st.integers(0, 60), st.integers(0, 900))
everything = st.lists(st.one_of(scored, st.builds(rating, st.integers(1, 5), st.integers(0, 900)), st.builds(lesson)))


@given(everything)
def test_a_level_lies_between_one_and_five_where_anything_was_shown(evidence):
    came = judged(evidence, TERMS, DAY)
    assert came.level in range(1, LEVELS + 1) if evidence else came.level == 0


@given(everything, st.randoms())
def test_the_order_of_evidence_of_different_days_does_not_matter(evidence, random):
    one_a_day = list({each.on: each for each in evidence}.values())
    other = list(one_a_day)
    random.shuffle(other)
    first, second = judged(one_a_day, TERMS, DAY), judged(other, TERMS, DAY)
    assert (first.level, first.as_of) == (second.level, second.as_of)
    assert first.score == pytest.approx(second.score) if first.score is not None else second.score is None


@given(st.lists(scored, min_size=1), st.integers(1, 5))
def test_no_rating_moves_what_was_scored_by_more_than_one_level(evidence, level):
    without, came = judged(evidence, TERMS, DAY).level, judged([*evidence, rating(level)], TERMS, DAY).level
    assert abs(came - without) <= 1
    assert came == without if level == without else (came - without) * (level - without) > 0


# the form


def test_a_form_is_read_with_chinese_and_western_commas():
    read = written(FORM)
    assert read.words == ("投诉", "售后", "退款")
    assert read.levels == (50, 65, 80, 90)
    assert read.fresh_days == 90


JUNK = ["", "²", "-1", "1e999", "9" * 4_500, "80, 65, 50, 40", "50,65,80", "50,65,80,101", "a,b,c,d", "\x00"]


@pytest.mark.parametrize("junk", JUNK)
def test_levels_that_are_no_four_rising_numbers_are_refused(junk):
    with pytest.raises(Invalid) as refused:
        written({**FORM, "levels": junk})
    assert set(refused.value.fields) == {"levels"}


def test_every_reason_comes_at_once():
    with pytest.raises(Invalid) as refused:
        written({"code": "投诉", "name": "", "about": "x" * 301, "words": "", "levels": "", "fresh_days": "0"})
    assert set(refused.value.fields) == {"code", "name", "about", "words", "levels", "fresh_days"}


def test_a_code_belongs_to_one_competency():
    with pytest.raises(Invalid):
        written(FORM, taken={"complaints"})


@pytest.mark.parametrize("level", ["", "0", "6", "²", "-1", "3.5", "9" * 40])
def test_a_rating_is_a_level_of_one_to_five(level):
    with pytest.raises(Invalid):
        rated(level, "会话 8821")


def test_a_rating_says_why():
    assert rated("4", " 会话 8821，先安抚再核实 ") == (4, "会话 8821，先安抚再核实")
    with pytest.raises(Invalid):
        rated("4", "  ")
