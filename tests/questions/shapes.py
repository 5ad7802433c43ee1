"""Questions of every shape for the laws: hypothesis strategies, and one fixed question of each kind."""

from fractions import Fraction

from hypothesis import strategies as st

from lms.core.points import from_fraction
from lms.questions.spec import (
    Criterion,
    CriterionKind,
    FillIn,
    Item,
    Kind,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Reference,
    Rich,
    Single,
    TrueFalse,
)


def rich(words):
    return Rich(source=words, html=f"<p>{words}</p>", text=words)


def items(letter, texts, notes=()):
    notes = [*notes, *[None] * len(texts)]
    return tuple(
        Item(id=f"{letter}{index}", body=rich(words), note=note and rich(note))
        for index, (words, note) in enumerate(zip(texts, notes, strict=False), start=1)
    )


texts = st.lists(st.sampled_from("甲乙丙丁戊己庚辛"), min_size=2, max_size=6, unique=True)


@st.composite
def singles(draw):
    options = items("o", draw(texts))
    return Single(options=options, right=draw(st.sampled_from(options)).id)


@st.composite
def multiples(draw):
    options = items("o", draw(texts))
    right = draw(st.sets(st.sampled_from([option.id for option in options]), min_size=1))
    return Multiple(
        options=options,
        right=tuple(option.id for option in options if option.id in right),
        half_if_incomplete=draw(st.booleans()),
        none_if_wrong=draw(st.booleans()),
    )


words = st.text(alphabet="退款貨SKUabc48０", min_size=1, max_size=6)
fill_ins = st.builds(
    FillIn,
    blanks=st.lists(st.lists(words, min_size=1, max_size=3, unique=True).map(tuple), min_size=1, max_size=5).map(tuple),
    case_sensitive=st.booleans(),
)
decimals = st.integers(-10_000, 10_000).map(lambda hundredths: Fraction(hundredths, 100))


@st.composite
def numerics(draw):
    unit = draw(st.sampled_from(["", "元", "%", "kg"]))
    if draw(st.booleans()):
        low, high = sorted([draw(decimals), draw(decimals)])
        if low != high:
            return Numeric(low=low, high=high, unit=unit)
    target, tolerance = draw(decimals), abs(draw(decimals))
    return Numeric(low=target - tolerance, high=target + tolerance, target=target, unit=unit)


@st.composite
def orderings(draw):
    return Ordering(steps=items("s", draw(texts)), by_neighbours=draw(st.booleans()))


@st.composite
def matchings(draw):
    left = items("l", draw(texts))
    right = items("r", draw(texts))
    key = draw(st.lists(st.sampled_from([item.id for item in right]), min_size=len(left), max_size=len(left)))
    return Matching(left=left, right=right, key=tuple(key))


opens = st.builds(
    Open,
    rubric=st.just((Criterion(kind=CriterionKind.MUST, points=from_fraction(3), words="理解 | 抱歉"),)),
    manual=st.booleans(),
    shortest=st.just(20),
    longest=st.just(150),
)

SHAPES = {
    Kind.SINGLE: singles(),
    Kind.MULTIPLE: multiples(),
    Kind.TRUE_FALSE: st.builds(TrueFalse, right=st.booleans()),
    Kind.FILL_IN: fill_ins,
    Kind.NUMERIC: numerics(),
    Kind.ORDERING: orderings(),
    Kind.MATCHING: matchings(),
    Kind.OPEN: opens,
}
shapes = st.one_of(list(SHAPES.values()))
questions = st.builds(
    Question,
    stem=st.sampled_from(["问什么？", "几天？", "对不对？"]).map(rich),
    shape=shapes,
    hint=st.none() | st.just(rich("提示")),
    explanation=st.none() | st.just(rich("解析")),
)


def right_answer(question):
    """The answer that a person who knows everything gives, in the author's ids."""
    shape = question.shape
    match shape:
        case Single() | TrueFalse():
            return shape.right
        case Multiple():
            return list(shape.right)
        case FillIn():
            return [accepted[0] for accepted in shape.blanks]
        case Numeric():
            return str(float(shape.low)) if shape.target is None else str(float(shape.target))
        case Ordering():
            return [step.id for step in shape.steps]
        case Matching():
            return {item.id: right for item, right in zip(shape.left, shape.key, strict=True)}
        case Open():
            return "很抱歉，理解您的心情。"


def one_of_each(secret="秘"):
    """One question of each kind; whatever a learner must not see holds `secret`."""
    more = {
        "explanation": rich(f"解析{secret}"),
        "model": rich(f"参考{secret}"),
        "references": (Reference(label=f"时效{secret}", target=f"../{secret}.md"),),
    }
    notes = [f"说明{n}{secret}" for n in range(3)]
    options = items("o", ["甲", "乙", "丙"], notes)
    shapes = [
        Single(options=options, right="o2"),
        Multiple(options=options, right=("o1", "o3"), half_if_incomplete=True),
        TrueFalse(right=False),
        FillIn(blanks=((f"甲{secret}", f"乙{secret}"), (f"丙{secret}",))),
        Numeric(low=Fraction("6399.01"), high=Fraction("6400.99"), target=Fraction("6400"), unit="元"),
        Ordering(steps=items("s", ["先", "再", "后"], notes), by_neighbours=True),
        Matching(left=items("l", ["左", "中"], notes), right=items("r", ["一", "二", "三"]), key=("r1", "r2")),
        Open(
            rubric=(Criterion(kind=CriterionKind.NEVER, points=-from_fraction(5), words=f"规定{secret}"),),
            manual=True,
            shortest=20,
            longest=150,
        ),
    ]
    return [Question(stem=rich("题干"), shape=shape, **more) for shape in shapes]
