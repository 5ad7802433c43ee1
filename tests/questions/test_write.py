from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.grammar.keywords import Language
from lms.content.grammar.reading import Reading
from lms.core.points import from_fraction
from lms.questions.parse.question import parse_question
from lms.questions.rich import references_in, rich, rich_line, stem
from lms.questions.spec import (
    Criterion,
    CriterionKind,
    FillIn,
    Item,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Single,
    TrueFalse,
    items_of,
)
from lms.questions.write import write_question

PATH = "quizzes/a/b.md"
LINK = Reading("", PATH).link

# What people write, with the signs that mean something to Markdown or to the format.
plain = st.text(alphabet="甲乙丙丁退款abcX12 ，。？%（）():：|\\{}&;'\"", max_size=10)
words = st.builds(lambda first, rest: (first + rest).strip(), st.sampled_from("甲乙退款a7"), plain)
marked = st.one_of(
    words,
    words.map(lambda each: f"{each}**重点**"),
    words.map(lambda each: f"{each}，见[时效](../../kb_content/r.md#时效)"),
    words.map(lambda each: f"{each} `代码` 后"),
)
lines = st.lists(marked, min_size=1, max_size=2).map("\n".join)
paragraphs = st.lists(lines, min_size=1, max_size=2).map("\n\n".join)


def unique(texts):
    return st.lists(texts, min_size=2, max_size=4, unique_by=lambda each: rich(each).text.casefold())


def item(letter, number, source, note):
    return Item(
        id=f"{letter}{number}", body=rich_line(source, LINK), note=None if note is None else rich_line(note, LINK)
    )


@st.composite
def item_lists(draw, letter, texts=lines):
    return tuple(
        item(letter, number, source, draw(st.none() | lines))
        for number, source in enumerate(draw(unique(texts)), start=1)
    )


@st.composite
def singles(draw):
    options = draw(item_lists("o"))
    return Single(options=options, right=draw(st.sampled_from(options)).id)


@st.composite
def multiples(draw):
    options = draw(item_lists("o"))
    right = draw(st.sets(st.sampled_from([each.id for each in options]), min_size=1))
    return Multiple(
        options=options,
        right=tuple(each.id for each in options if each.id in right),
        half_if_incomplete=draw(st.booleans()),
        none_if_wrong=draw(st.booleans()),
    )


@st.composite
def fill_ins(draw):
    # A backslash before a bar is the format's own escape, and Markdown's before a bracket.
    accepted = words.map(lambda each: each.replace("\\", ""))
    blanks = draw(st.lists(st.lists(accepted, min_size=1, max_size=3, unique=True).map(tuple), min_size=1, max_size=3))
    return FillIn(blanks=tuple(blanks), case_sensitive=draw(st.booleans()))


decimals = st.integers(-99_999, 99_999).map(lambda hundredths: Fraction(hundredths, 100))


@st.composite
def numerics(draw):
    unit = draw(st.sampled_from(["", "元", "%", "kg", "个月"]))
    if draw(st.booleans()):
        low, high = sorted([draw(decimals), draw(decimals)])
        return Numeric(low=low, high=high, unit=unit)
    target, tolerance = draw(decimals), abs(draw(decimals))
    return Numeric(low=target - tolerance, high=target + tolerance, target=target, unit=unit)


@st.composite
def matchings(draw):
    sides = marked.filter(lambda each: ":" not in each and "：" not in each)
    left = draw(item_lists("l", sides))
    right = draw(unique(sides))
    # The key in order of first use, as an author's file has it.
    key, used = [], 0
    for _ in left:
        number = draw(st.integers(1, min(used + 1, len(right))))
        used = max(used, number)
        key.append(f"r{number}")
    return Matching(
        left=left,
        right=tuple(item("r", number, source, None) for number, source in enumerate(right, start=1)),
        key=tuple(key),
    )


phrases = st.sampled_from(["理解", "理解 | 抱歉", "(拆封 | 拆开) & 照片"])
halves = st.integers(1, 40).map(lambda each: from_fraction(Fraction(each, 2)))


@st.composite
def opens(draw):
    kinds = draw(st.lists(st.sampled_from(list(CriterionKind)), min_size=1, max_size=4))
    rubric = []
    for kind in kinds:
        points = draw(halves)
        points = -points if kind is CriterionKind.NEVER else points
        rubric.append(Criterion(kind=kind, points=points, words=draw(phrases)))
    limits = draw(st.none() | st.just((20, 150)))
    return Open(
        rubric=tuple(rubric),
        manual=draw(st.booleans()),
        shortest=limits and limits[0],
        longest=limits and limits[1],
    )


@st.composite
def questions(draw):
    shape = draw(
        st.one_of(
            singles(),
            multiples(),
            st.builds(TrueFalse, right=st.booleans()),
            fill_ins(),
            numerics(),
            st.builds(Ordering, steps=item_lists("s"), by_neighbours=st.booleans()),
            matchings(),
            opens(),
        )
    )
    heading = draw(marked).rstrip("\\")  # a backslash would take the line end into the heading
    if isinstance(shape, FillIn):
        heading += " ____ 字" * len(shape.blanks)
    below = draw(st.none() | paragraphs)
    source = heading if below is None else f"{heading}\n\n{below}"
    explanation = draw(st.none() | paragraphs)
    notes = [each.note.source for each in items_of(shape) if each.note]
    hint, model = draw(st.none() | paragraphs), draw(st.none() | paragraphs)
    return Question(
        key=draw(st.none() | st.from_regex("[0-9a-z]{6}", fullmatch=True)),
        stem=stem(source, LINK),
        shape=shape,
        points=draw(st.none() | halves),
        tags=draw(st.lists(st.sampled_from(["售后", "时效", "3C 数码"]), unique=True).map(tuple)),
        level=draw(st.none() | st.integers(1, 5)),
        hint=None if hint is None else rich(hint, LINK),
        explanation=None if explanation is None else rich(explanation, LINK),
        model=None if model is None else rich(model, LINK),
        references=references_in("\n".join([explanation or "", *notes]), LINK),
    )


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
