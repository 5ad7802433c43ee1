import pytest
from hypothesis import given, settings

from lms.content.grammar.keywords import Language
from lms.content.grammar.reading import Reading
from lms.core.points import from_fraction
from lms.questions.parse.question import parse_question
from lms.questions.rich import rich, stem
from lms.questions.spec import Matching, Question, Single
from lms.questions.write import write_question
from tests.questions.written import PATH, item, questions


def read(markdown, language=Language.ZH):
    kind = "类型: 测验" if language is Language.ZH else "type: quiz"
    reading = Reading(f"---\n{kind}\n---\n# 测验\n\n{markdown}\n", PATH)
    (section,) = [each for each in reading.sections() if each.level == 3]
    return parse_question(reading, section), [str(each.message) for each in reading.findings]


@pytest.mark.parametrize("language", Language)
@settings(max_examples=150)
@given(question=questions())
def test_what_is_written_reads_back_as_the_same_question(language, question):
    found, problems = read(write_question(question, language), language)
    assert problems == []
    assert found == question


@settings(max_examples=50)
@given(questions())
def test_writing_is_canonical(question):
    written = write_question(question)
    found, _ = read(written)
    assert write_question(found) == written


def test_the_canonical_form_of_a_single_choice():
    question = Question(
        key="k3f9qz",
        stem=stem("几天？\n\n请选择。"),
        shape=Single(options=(item("o", 1, "3 天", "太短"), item("o", 2, "7 天", None)), right="o2"),
        points=from_fraction("2.5"),
        tags=("售后",),
        level=2,
        explanation=rich("甲\n\n乙"),
    )
    assert write_question(question) == (
        "### 几天？\n`2.5分` `#售后` `难度2` `id:k3f9qz`\n\n请选择。\n\n"
        "1. [ ] 3 天\n    - 解析：太短\n2. [x] 7 天\n\n> 解析：甲\n>\n> 乙"
    )


def test_a_distractor_keeps_its_place_among_the_right_sides():
    shape = Matching(
        left=(item("l", 1, "甲", None), item("l", 2, "乙", None)),
        right=tuple(item("r", n, side, None) for n, side in enumerate(("零", "一", "二"), start=1)),
        key=("r2", "r3"),
    )
    written = write_question(Question(stem=stem("连"), shape=shape))
    assert written.split("\n")[1:] == ["- （干扰项） => 零", "- 甲 => 一", "- 乙 => 二"]
    assert read(written)[0].shape == shape
