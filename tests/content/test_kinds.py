"""Every kind of document: read from the examples, stored, and given back as it was."""

from pathlib import Path

import pytest
from apiflask import APIFlask

from lms.content.check import read_kind
from lms.content.grammar.keywords import Word
from lms.content.kinds import Kind, kind_by_word, kind_of, kinds, parsers, register
from lms.content.parts import PartKind
from lms.content.steps import Step
from lms.content.store import compile_spec, put, spec_of
from lms.core.db import transaction

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = ["article", "lesson", "task", "course", "curriculum", "quiz", "drill", "scorm", "words"]


def read(name: str) -> tuple[Kind, object]:
    source = (EXAMPLES / f"{name}.md").read_text("utf-8")
    word = read_kind(source, parsers())
    assert isinstance(word, Word)
    kind = kind_by_word(word)
    parsed = kind.parse(source, f"{kind.folder}/onboarding/{name}.md")
    assert parsed.spec is not None, parsed.findings
    return kind, parsed.spec


def test_the_house_has_these_kinds(world: APIFlask):
    assert set(kinds()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_example_is_of_its_kind_and_says_its_title(world: APIFlask, name: str):
    kind, spec = read(name)
    assert (kind.name, isinstance(spec, kind.spec)) == (name, True)
    assert kind.meta(spec).title


@pytest.mark.parametrize("name", NAMES)
def test_what_is_stored_comes_back_as_it_was(world: APIFlask, name: str):
    kind, spec = read(name)
    with transaction():
        sha = put(compile_spec(kind, spec))
    assert spec_of(sha) == spec


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_that_has_a_page_has_a_real_one(world: APIFlask, name: str):
    endpoint = kind_of(name).open_endpoint
    assert endpoint is None or endpoint in world.view_functions
    assert (endpoint is None) is (name == "words")


def test_a_key_is_given_to_the_question_in_its_place(world: APIFlask):
    kind, spec = read("quiz")
    keyed = kind.with_keys(spec, {0: "aaaaaa", 7: "bbbbbb"})
    assert [part.key for part in kind.parts(keyed)] == ["aaaaaa", *[None] * 6, "bbbbbb"]


def test_the_self_checks_of_a_lesson_are_questions_too(world: APIFlask):
    kind, spec = read("lesson")
    assert [part.kind for part in kind.parts(spec)] == [PartKind.SECTION, PartKind.QUESTION]
    keyed = kind.with_keys(spec, {0: "cccccc"})
    assert [part.key for part in kind.parts(keyed) if part.kind is PartKind.QUESTION] == ["cccccc"]


def test_a_curriculum_lays_out_its_stages_in_order_with_a_confirmation_at_the_end(world: APIFlask):
    kind, spec = read("curriculum")
    steps = kind.expand(spec)
    assert [step.stage for step in steps] == [0] * 3 + [1] * 4 + [2] * 4
    assert steps[0] == Step(
        target="courses/onboarding/culture/course.md",
        title="公司文化与价值观",
        stage=0,
        stage_name="认识公司与系统",
        day=1,
        last_day=3,
    )
    assert (steps[4].after, steps[4].in_order, steps[4].minutes, steps[4].day) == (0, True, 120, 5)
    assert (steps[-1].sign_off, steps[-1].target, steps[-1].stage_name) == (True, "", "应急与实战")
    assert kind.positions(spec) == ("客服专员",)


def test_a_course_says_what_must_be_read_and_what_may_be_left_out(world: APIFlask):
    kind, spec = read("course")
    steps = kind.expand(spec)
    assert [step.must_read for step in steps] == [False, False, True, False, False, False]
    assert [step.required for step in steps] == [True] * 5 + [False]
    assert [step.minutes for step in steps[:3]] == [40, 30, None]
    assert steps[0].stage is None


def test_a_quiz_takes_as_long_as_its_limit(world: APIFlask):
    kind, spec = read("quiz")
    assert kind.meta(spec).minutes == 15


def test_a_course_comes_after_its_lessons_and_a_curriculum_after_its_courses(world: APIFlask):
    ranks = {name: kind.rank for name, kind in kinds().items()}
    assert max(ranks[name] for name in ("lesson", "task", "quiz", "article", "drill", "words")) < ranks["course"]
    assert ranks["course"] < ranks["curriculum"]


def test_two_kinds_of_one_name_are_a_mistake_of_the_house(world: APIFlask):
    with pytest.raises(ValueError, match="quiz"):
        register(world, kind_of("quiz"))
