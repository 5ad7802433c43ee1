"""People of the demo answer right or wrong on purpose, whatever is asked."""

import random
from functools import cache
from pathlib import Path

import pytest

from lms.demo.answers import right_answer, wrong_answer
from lms.questions.rules.grade import grade
from lms.quizzes.kind import KIND

ROOT = Path(__file__).parents[2]


@cache
def shipped_questions():
    paths = sorted((ROOT / "quizzes").rglob("*.md"))
    quizzes = [KIND.parse(path.read_text("utf-8"), str(path.relative_to(ROOT))).spec for path in paths]
    return [question for quiz in quizzes for section in quiz.sections for question in section.questions]


def test_the_right_answer_earns_everything():
    assert {grade(question, right_answer(question)).share for question in shipped_questions()} == {1}


@pytest.mark.parametrize("seed", range(5))
def test_a_wrong_answer_never_does(seed):
    rng = random.Random(seed)
    assert all(grade(question, wrong_answer(question, rng)).share < 1 for question in shipped_questions())
