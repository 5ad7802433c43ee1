"""A drill as its author wrote it, frozen: a run rests on it, not on next year's parser.

Scenes are named by their titles, which are unique within a drill, as the author's links name them.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from lms.content.grammar.document import About, SectionSpec
from lms.core.markup_tree import heading_id
from lms.questions.spec import NOWHERE, CriterionKind, Rich, Span

DEFAULT_PASS = 60
"""Total score from which a drill without 通过 is passed."""
LEAST_MOOD, MOST_MOOD = 0, 100


class Channel(StrEnum):
    CHAT = "chat"  # 在线
    PHONE = "phone"  # 电话: a transcript
    MAIL = "mail"  # 邮件: letters


class Ending(StrEnum):
    PASS = "pass"  # noqa: S105 - 结局:通过
    FAIL = "fail"  # 结局:失败


class RouteKind(StrEnum):
    TIMEOUT = "timeout"  # 超时: the scene's clock ran out
    SCORE = "score"  # 得分≥N: the points of a free reply
    VIOLATED = "violated"  # 命中禁用语
    ELSE = "else"  # 其他


class Compared(StrEnum):
    AT_LEAST = "≥"
    OVER = ">"
    AT_MOST = "≤"
    UNDER = "<"

    def holds(self, value: int | Fraction, limit: int) -> bool:
        match self:
            case Compared.AT_LEAST:
                return value >= limit
            case Compared.OVER:
                return value > limit
            case Compared.AT_MOST:
                return value <= limit
            case Compared.UNDER:
                return value < limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """What is scored. weight: above 0, of the sum of all. deduct: it starts at 100 and only falls (扣分制)."""

    name: str
    weight: int
    deduct: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """So many points in one dimension, below 0 for a loss."""

    dimension: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What something does: points by dimension (each once), the mood by so much, flags that are noted."""

    points: tuple[Effect, ...] = ()
    mood: int = 0
    sets: tuple[str, ...] = ()

    @classmethod
    def of(cls, points: Mapping[str, int], *, mood: int = 0, sets: tuple[str, ...] = ()) -> "Effects":
        """Return effects of these points by dimension; those of 0 are kept, they were met."""
        return cls(points=tuple(Effect(name, value) for name, value in points.items()), mood=mood, sets=sets)

    @property
    def sum(self) -> int:
        """The points of all dimensions together."""
        return sum(each.points for each in self.points)


NO_EFFECTS = Effects()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A flag that was set, or a mood on one side of a limit; exactly one of the two."""

    flag: str = ""
    compared: Compared | None = None
    mood: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message. speaker: "" for the system. below: said only while the mood is below it.

    card: name and value of each line of an order card; () for any other message.
    """

    speaker: str
    body: Rich
    below: int | None = None
    card: tuple[tuple[str, str], ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A reply that can be sent as it is. target: title of the next scene. note: 点评, for the debrief alone."""

    text: str
    target: str
    effects: Effects = NO_EFFECTS
    requires: tuple[Requirement, ...] = ()
    note: Rich | None = None
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def id(self) -> str:
        """Its name in the API and in the events: it lasts while its words do, wherever it stands."""
        return "c" + hashlib.sha256(self.text.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One line of the rubric of a free reply. words: an expression of questions/expression; of JUDGED plain words.

    effects of 必说 and 应说 are earned by whoever says it; of 禁说 they are suffered.
    """

    kind: CriterionKind
    words: str
    effects: Effects = NO_EFFECTS
    note: Rich | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a scene leads by itself. at_least: points of the reply, of kind SCORE alone."""

    kind: RouteKind
    target: str
    at_least: int = 0
    effects: Effects = NO_EFFECTS
    note: Rich | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """key: its name for life, "" in a draft that was never published. seconds: its clock, None = none.

    free: the learner writes; then rubric and routes count, else choices and the TIMEOUT route. ending: nothing follows.
    shortest, longest: characters of a free reply, 0 and None = any number. source: its Markdown as written, for parts.
    """

    title: str
    key: str = ""
    anchor: str = ""
    bubbles: tuple[Bubble, ...] = ()
    seconds: int | None = None
    free: bool = False
    shortest: int = 0
    longest: int | None = None
    choices: tuple[Choice, ...] = ()
    rubric: tuple[Criterion, ...] = ()
    routes: tuple[Route, ...] = ()
    ending: Ending | None = None
    source: str = field(default="", compare=False)
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def name(self) -> str:
        """How events and pages name it: for life by its key, else by its title."""
        return self.key or self.title

    def route(self, kind: RouteKind) -> Route | None:
        """The first route of this kind."""
        return next((each for each in self.routes if each.kind is kind), None)

    @property
    def notes(self) -> tuple[Rich, ...]:
        """Every 点评 of it, in order."""
        lines: tuple[Choice | Criterion | Route, ...] = (*self.choices, *self.rubric, *self.routes)
        return tuple(each.note for each in lines if each.note is not None)

    @property
    def when_late(self) -> Route | None:
        """Where the clock leads: 超时, in a free scene without one 其他."""
        return self.route(RouteKind.TIMEOUT) or (self.route(RouteKind.ELSE) if self.free else None)

    @property
    def targets(self) -> tuple[str, ...]:
        """Titles of every scene that may follow, each once, in the author's order."""
        every = [each.target for each in self.choices] + [each.target for each in self.routes]
        return tuple(dict.fromkeys(every))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One comparison of the pass rule. dimension: "" for the total. A dimension not shown on a path is met."""

    dimension: str
    compared: Compared
    limit: int


PassRule = tuple[tuple[Clause, ...], ...]
"""Alternatives, each of clauses that must all hold."""

TOTAL_ENOUGH: PassRule = ((Clause(dimension="", compared=Compared.AT_LEAST, limit=DEFAULT_PASS),),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who writes: the name in the bubbles, who they are to the shop, how they are."""

    name: str
    about: str = ""
    temper: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debrief:
    """What stands under 复盘. asks: further questions of the self-rating, no part of the body.

    key: its name for life as a part, "" without one. title: the heading as written.
    """

    body: Rich
    asks: tuple[str, ...] = ()
    key: str = ""
    title: str = field(default="", compare=False)
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def section(self) -> SectionSpec:
        return SectionSpec(
            id=self.key or None,
            title=self.title,
            anchor=heading_id(self.title),
            level=2,
            source="\n\n".join((self.body.source, *self.asks)),
            html=self.body.html,
            text=self.body.text,
            first=self.span.first,
            last=self.span.last,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillSpec:
    """scenes: at least one, the first one starts; the debrief is none. seconds: of the whole run, None = no limit.

    mood: at the start, 0..100; None where the drill has none. concurrent: paths of the other drills that are played at
    the same time, 1 to 4. word_lists: paths of further 禁用语 lists. minutes: what a run takes, as lists show it.
    intro_span: from the title to the last line above the first scene.
    """

    title: str
    about: About = field(default_factory=About)
    competencies: tuple[str, ...] = ()
    minutes: int = 0
    seconds: int | None = None
    customer: Customer = field(default_factory=lambda: Customer(name=""))
    mood: int | None = None
    dimensions: tuple[Dimension, ...] = ()
    passes: PassRule = TOTAL_ENOUGH
    channel: Channel = Channel.CHAT
    interruptible: bool = False
    concurrent: tuple[str, ...] = ()
    word_lists: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    intro: Rich | None = None
    scenes: tuple[Scene, ...] = ()
    debrief: Debrief | None = None
    intro_span: Span = field(default=NOWHERE, compare=False)

    def scene(self, title: str) -> Scene:
        """Return the scene of that title. Raises LookupError."""
        found = next((each for each in self.scenes if each.title == title), None)
        if found is None:
            raise LookupError(title)
        return found

    def named(self, name: str) -> Scene:
        """Return the scene of that key or title, as events name it. Raises LookupError."""
        found = next((each for each in self.scenes if each.name == name), None)
        return found if found is not None else self.scene(name)

    @property
    def first(self) -> Scene:
        return self.scenes[0]

    @property
    def sections(self) -> tuple[SectionSpec, ...]:
        """Scenes and debrief as sections, for whoever compares two versions by headings."""
        scenes = tuple(
            SectionSpec(title=scene.title, id=scene.key or None, anchor=scene.anchor, level=2, source=scene.source)
            for scene in self.scenes
        )
        return scenes if self.debrief is None else (*scenes, self.debrief.section)
