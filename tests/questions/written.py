"""Questions of every kind as people write them, with the signs that mean something to Markdown: for laws of writers."""

from fractions import Fraction

from hypothesis import strategies as st

from lms.content.grammar.reading import Reading
from lms.core.points import from_fraction
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
