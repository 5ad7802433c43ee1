"""Random drills that an author could have written: with loops, free scenes, flags, moods and clocks."""

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lms.content.grammar.document import About
from lms.core.markup_tree import heading_id
from lms.drills.parse.bubbles import order_card
from lms.drills.spec import (
    TOTAL_ENOUGH,
    Bubble,
    Channel,
    Choice,
    Clause,
    Compared,
    Criterion,
    Customer,
    Debrief,
    Dimension,
    DrillSpec,
    Effects,
    Ending,
    PassRule,
    Requirement,
    Route,
    RouteKind,
    Scene,
)
from lms.questions.rich import rich, rich_line
from lms.questions.spec import CriterionKind, Rich

DIMENSIONS = ("共情", "准确", "合规", "效率")
FLAGS = ("已核实", "已道歉", "told the truth")
CUSTOMER = "小雨"
EXPRESSIONS = ("抱歉", "抱歉 | 理解", "(17日 | 17号) & 预计", "加急 & 登记", "refund | credit")
_NAMES = ("开场", "核实", "激怒", "要投诉", "Happy end", "等 主管", "好评（收场）", "说好了")
_PLAIN = "我你他的了吗好不在查单退货款钱日天时abcXYZ019，。！？、～ "
_SIGNS = "[]*\\_!()（）#|：“”=>-+."
_CARDS = ("订单：8821；商品：K2 电水壶 1.5 升", "订单 8821，17 日前发出", "仓库回复：待打单；下一次更新在 16:00")


def words(most: int = 12) -> SearchStrategy[str]:
    """What a customer says in one line: no Markdown, no colon."""
    return st.text(_PLAIN, min_size=1, max_size=most).map(_tidy).filter(bool)


def replies() -> SearchStrategy[str]:
    """What is sent: any characters of a chat."""
    return st.text(_PLAIN + _SIGNS, min_size=1, max_size=20).map(_tidy).filter(bool)


def effects(dimensions: Sequence[str], *, mood: bool, sign: int = 0) -> SearchStrategy[Effects]:
    """sign: 1 = no losses, -1 = no gains, 0 = either."""
    low, high = (0 if sign > 0 else -30), (0 if sign < 0 else 30)
    points = (
        st.dictionaries(st.sampled_from(dimensions), st.integers(low, high), max_size=3) if dimensions else st.just({})
    )
    moods = st.sampled_from([0, 10, -10, 25, -40]) if mood else st.just(0)
    sets = st.lists(st.sampled_from(FLAGS), max_size=1, unique=True).map(tuple)
    return st.builds(lambda p, m, s: Effects.of(p, mood=m, sets=s), points, moods, sets)


@st.composite
def drills(draw: DrawFn, *, most_scenes: int = 6, wild: bool = True) -> DrillSpec:
    """Return a drill that the parser would give: every target is there, every scene goes on or ends.

    A scene of choices always has one without a prerequisite, a free scene has 其他, a clock has a way for it. Scenes
    may lead back, and some may never be reached. wild: replies with any characters and all of the front matter.
    """
    names = tuple(draw(st.lists(st.sampled_from(DIMENSIONS), max_size=4, unique=True)))
    mood = draw(st.none() | st.integers(0, 100))
    count = draw(st.integers(1, most_scenes))
    titles = _NAMES[:count] if count <= len(_NAMES) else tuple(f"第{n}步" for n in range(count))
    good, bad = "顺利结束", "差评收场"
    targets = (*titles, good, bad)
    scenes = [draw(_scene(title, names, targets, mood=mood is not None, wild=wild)) for title in titles]
    scenes.append(draw(_ending(good, Ending.PASS)))
    scenes.append(draw(_ending(bad, Ending.FAIL)))
    return DrillSpec(
        title="一个演练",
        about=draw(_about()) if wild else About(),
        competencies=("沟通表达",) if wild and draw(st.booleans()) else (),
        minutes=draw(st.integers(0, 90)) if wild else 0,
        seconds=draw(st.none() | st.sampled_from([60, 480, 600, 90])),
        customer=Customer(name=CUSTOMER, about="老顾客", temper=draw(st.sampled_from(["", "急性子，爱连发短句"]))),
        mood=mood,
        dimensions=tuple(
            Dimension(name=name, weight=draw(st.integers(1, 50)), deduct=draw(st.booleans())) for name in names
        ),
        passes=draw(_passes(names)),
        channel=draw(st.sampled_from(Channel)),
        interruptible=draw(st.booleans()),
        concurrent=draw(_paths("courses/drills/")) if wild else (),
        word_lists=draw(_paths("kb_content/words/")) if wild else (),
        shops=("天猫旗舰店",) if wild and draw(st.booleans()) else (),
        intro=draw(st.none() | words(30).map(rich)),
        scenes=tuple(scenes),
        debrief=draw(st.none() | _debrief()),
    )


@st.composite
def _scene(draw: DrawFn, title: str, names: Sequence[str], targets: Sequence[str], *, mood: bool, wild: bool) -> Scene:
    free = draw(st.booleans())
    seconds = draw(st.none() | st.sampled_from([15, 60, 90, 120]))
    routes: list[Route] = []
    if free:
        routes += draw(_free_routes(names, targets, mood=mood))
    if seconds is not None and (not free or draw(st.booleans())):
        place = draw(st.integers(0, len(routes)))
        routes.insert(place, draw(_route(RouteKind.TIMEOUT, names, targets, mood=mood)))
    shortest, longest = draw(st.sampled_from([(0, None), (1, 50), (15, 150)])) if free else (0, None)
    return Scene(
        title=title,
        key=draw(st.sampled_from(["", f"k{_NAMES.index(title) + 2}zzzz"])) if title in _NAMES else "",
        anchor=heading_id(title),
        bubbles=tuple(draw(st.lists(_bubble(mood=mood), max_size=3))),
        seconds=seconds,
        free=free,
        shortest=shortest,
        longest=longest,
        choices=() if free else draw(_choices(names, targets, mood=mood, wild=wild)),
        rubric=tuple(draw(st.lists(_criterion(names, mood=mood), max_size=4))) if free else (),
        routes=tuple(routes),
    )


@st.composite
def _ending(draw: DrawFn, title: str, ending: Ending) -> Scene:
    return Scene(
        title=title,
        anchor=heading_id(title),
        bubbles=tuple(draw(st.lists(_bubble(mood=False), max_size=1))),
        ending=ending,
    )


@st.composite
def _choices(
    draw: DrawFn, names: Sequence[str], targets: Sequence[str], *, mood: bool, wild: bool
) -> tuple[Choice, ...]:
    said = draw(st.lists(replies() if wild else words(), min_size=1, max_size=4, unique=True))
    found = []
    for place, text in enumerate(said):
        requires = draw(st.lists(_requirement(mood=mood), max_size=2, unique=True)) if place else []
        found.append(
            Choice(
                text=text,
                target=draw(st.sampled_from(targets)),
                effects=draw(effects(names, mood=mood)),
                requires=tuple(requires),
                note=draw(_note()),
            )
        )
    return tuple(found)


@st.composite
def _free_routes(draw: DrawFn, names: Sequence[str], targets: Sequence[str], *, mood: bool) -> list[Route]:
    limits = sorted(draw(st.lists(st.integers(-20, 40), max_size=2, unique=True)), reverse=True)
    found = [draw(_route(RouteKind.SCORE, names, targets, mood=mood, at_least=limit)) for limit in limits]
    if draw(st.booleans()):
        place = draw(st.integers(0, len(found)))
        found.insert(place, draw(_route(RouteKind.VIOLATED, names, targets, mood=mood)))
    return [*found, draw(_route(RouteKind.ELSE, names, targets, mood=mood))]


@st.composite
def _route(
    draw: DrawFn, kind: RouteKind, names: Sequence[str], targets: Sequence[str], *, mood: bool, at_least: int = 0
) -> Route:
    return Route(
        kind=kind,
        target=draw(st.sampled_from(targets)),
        at_least=at_least,
        effects=draw(effects(names, mood=mood)),
        note=draw(_note()),
    )


@st.composite
def _criterion(draw: DrawFn, names: Sequence[str], *, mood: bool) -> Criterion:
    kind = draw(st.sampled_from(CriterionKind))
    judged = kind is CriterionKind.JUDGED
    return Criterion(
        kind=kind,
        words="语气是否平和" if judged else draw(st.sampled_from(EXPRESSIONS)),
        effects=draw(effects(names, mood=mood, sign=-1 if kind is CriterionKind.NEVER else 1)),
        note=draw(_note()),
    )


@st.composite
def _bubble(draw: DrawFn, *, mood: bool) -> Bubble:
    speaker = draw(st.sampled_from([CUSTOMER, CUSTOMER, ""]))
    said = draw(words(20) if speaker else st.sampled_from(_CARDS))
    if draw(st.booleans()) and speaker:
        said += f"\n\n{draw(words(10))}"
    below = draw(st.none() | st.integers(1, 100)) if mood else None
    return Bubble(speaker=speaker, body=rich(said), below=below, card=() if speaker else order_card(said))


def _requirement(*, mood: bool) -> SearchStrategy[Requirement]:
    flags = st.builds(lambda flag: Requirement(flag=flag), st.sampled_from(FLAGS))
    limits = st.builds(
        lambda compared, limit: Requirement(compared=compared, mood=limit),
        st.sampled_from(Compared),
        st.integers(0, 100),
    )
    return flags | limits if mood else flags


@st.composite
def _passes(draw: DrawFn, names: Sequence[str]) -> PassRule:
    clause = st.builds(
        lambda name, compared, limit: Clause(dimension=name, compared=compared, limit=limit),
        st.sampled_from(["", *names]),
        st.sampled_from([Compared.AT_LEAST, Compared.AT_LEAST, Compared.OVER, Compared.AT_MOST, Compared.UNDER]),
        st.integers(0, 100),
    )
    several = st.lists(st.lists(clause, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2).map(tuple)
    return draw(st.just(TOTAL_ENOUGH) | several)


@st.composite
def _debrief(draw: DrawFn) -> Debrief:
    asks = draw(st.lists(words(10), max_size=2, unique=True))
    body = draw(st.sampled_from(["", "- 一\n- 二", "一段话。", "### 小标题\n\n1. 一\n2. 二"]))
    return Debrief(body=rich(body), asks=tuple(asks), key=draw(st.sampled_from(["", "zzzzz9"])))


@st.composite
def _about(draw: DrawFn) -> About:
    return About(
        summary=draw(st.just("") | words()),
        owner=draw(st.sampled_from(["", "T1001"])),
        tags=tuple(draw(st.lists(st.sampled_from(["售后", "物流"]), max_size=2, unique=True))),
        audience=(),
        review_days=draw(st.none() | st.integers(1, 365)),
    )


def _paths(folder: str) -> SearchStrategy[tuple[str, ...]]:
    names = st.sampled_from([f"{folder}one.md", f"{folder}deep/two.md", f"{folder}three.md"])
    return st.lists(names, max_size=3, unique=True).map(tuple)


def _note() -> SearchStrategy[Rich | None]:
    return st.none() | words(16).map(rich_line)


def _tidy(said: str) -> str:
    return " ".join(said.split())
