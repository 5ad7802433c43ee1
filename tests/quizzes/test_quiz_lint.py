from fractions import Fraction
from math import isclose

import pytest
from hypothesis import given

from lms.content.grammar.findings import Severity
from lms.core.points import from_fraction
from lms.questions.spec import (
    Criterion,
    CriterionKind,
    FillIn,
    Item,
    Matching,
    Multiple,
    Open,
    Ordering,
    Question,
    Rich,
    Single,
    TrueFalse,
)
from lms.quizzes.lint import lint
from lms.quizzes.rules.guessing import chance_of_passing, share_chances
from lms.quizzes.spec import QuizRules, QuizSpec, Section, Use
from tests.questions.shapes import questions as any_question


def rich(words):
    return Rich(source=words, html=words, text=words)


def items(letter, count):
    return tuple(Item(id=f"{letter}{n}", body=rich(f"{letter}{n}")) for n in range(1, count + 1))


def ask(shape, name="问", **more):
    return Question(stem=rich(name), shape=shape, **more)


def statements(count):
    return tuple(ask(TrueFalse(right=True), chr(0x4E00 + 7 * n) * 5) for n in range(count))


def choices(count):
    return tuple(ask(Single(options=items(f"o{n}", 4), right=f"o{n}1"), chr(0x4E00 + n) * 5) for n in range(count))


def typed(count):
    return tuple(ask(FillIn(blanks=((f"答{n}",),)), chr(0x5E00 + 7 * n) * 5) for n in range(count))


def quiz(*sections, pass_mark="0.8", use=Use.EXAM):
    return QuizSpec(title="测验", rules=QuizRules(use=use, pass_mark=Fraction(pass_mark)), sections=sections)


def chances(shape):
    return share_chances(ask(shape))


def codes(*sections, **more):
    return [finding.code for finding in lint(quiz(*sections, **more))]


def test_a_pool_that_is_smaller_than_its_draw_is_an_error():
    (finding,) = lint(quiz(Section(draw=4, questions=typed(3))))
    assert (finding.code, finding.severity) == ("Q261", Severity.ERROR)
    assert codes(Section(draw=3, questions=typed(3))) == []


def test_a_pool_with_uneven_points_gives_uneven_papers():
    mixed = (*typed(2), ask(FillIn(blanks=(("丙",),)), "乙", points=from_fraction(5)))
    assert codes(Section(draw=2, questions=mixed)) == ["Q262"]
    assert codes(Section(draw=3, questions=mixed)) == []


def test_a_section_without_questions():
    assert codes(Section(title="空"), Section(questions=typed(1))) == ["Q260"]


def test_a_quiz_that_can_be_guessed():
    assert codes(Section(questions=statements(4)), pass_mark="0.5") == ["Q263"]
    assert codes(Section(questions=statements(4)), pass_mark="0.5", use=Use.PRACTICE) == []
    assert codes(Section(questions=typed(4))) == []


def test_the_chance_of_guessing_statements_is_the_binomial_one():
    # at least 4 of 5: (5 + 1) / 32
    assert isclose(chance_of_passing(quiz(Section(questions=statements(5)))), 6 / 32)


def test_a_draw_has_the_chance_of_as_many_questions_of_its_average():
    assert isclose(chance_of_passing(quiz(Section(draw=5, questions=statements(20)))), 6 / 32)


def test_questions_that_count_more_weigh_more():
    heavy = Section(questions=statements(1), each=from_fraction(8))
    assert isclose(chance_of_passing(quiz(heavy, Section(questions=typed(2)))), 1 / 2)


@pytest.mark.parametrize(
    ("shape", "share", "chance"),
    [
        (Single(options=items("o", 4), right="o1"), 1, 1 / 4),
        (Multiple(options=items("o", 4), right=("o1", "o2")), 1, 1 / 15),
        (Multiple(options=items("o", 4), right=("o1", "o2"), half_if_incomplete=True), Fraction(1, 2), 2 / 15),
        (Ordering(steps=items("s", 4)), 1, 1 / 24),
        (Ordering(steps=items("s", 3), by_neighbours=True), Fraction(1, 2), 2 / 6),
        (Matching(left=items("l", 2), right=items("r", 3), key=("r1", "r2")), 1, 1 / 6),
        (Matching(left=items("l", 2), right=items("r", 2), key=("r1", "r1")), 1, 1 / 4),
        (Ordering(steps=items("s", 9), by_neighbours=True), 1, 1 / 362_880),
    ],
)
def test_the_chance_of_each_kind(shape, share, chance):
    assert isclose(chances(shape)[Fraction(share)], chance)


@given(any_question)
def test_chances_add_up_to_one(question):
    assert isclose(sum(share_chances(question).values()), 1)


@pytest.mark.parametrize(("each", "expected"), [(2, 0), (3, 1)])
def test_a_rubric_is_compared_with_what_the_section_gives_its_questions(each, expected):
    must = Criterion(kind=CriterionKind.MUST, points=from_fraction(2), words="道歉")
    section = Section(title="一", questions=(ask(Open(rubric=(must,))),), each=from_fraction(each))
    found = lint(quiz(section, use=Use.PRACTICE))
    assert [finding.code for finding in found].count("Q245") == expected
