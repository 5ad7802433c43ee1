"""What a free reply says, held against the scene's rubric and the 禁用语 lists, and which of its words say it. Pure.

A phrase that is negated costs nothing by itself and leaves a doubt: a person looks (我不能保证今天到 is no promise). So
does what only sounds like a forbidden phrase; a known disguise (薇信) is the phrase itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lms.content.wordlists.banned import Hit
from lms.content.wordlists.spec import WordEntry
from lms.core.tracing import traced
from lms.drills.rules.finding import earning, forbidden, listed
from lms.drills.spec import NO_EFFECTS, Criterion, Effects, Scene
from lms.questions.rules import rubric
from lms.questions.rules.rubric import Found
from lms.questions.spec import Criterion as Asked
from lms.questions.spec import CriterionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The word lists that hold for a run, frozen at its start. synonyms: groups of words that mean the same."""

    banned: tuple[WordEntry, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()


NO_WORDS = Words()
LISTED = -1
"""In place of a line among what a person decided: whether the shared lists are violated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFound:
    """One line of the rubric. held: it is said. found: the words that bear on it, in the reply as it was typed.

    doubt: only negated or disguised words bear it out. decided: a person said whether it holds.
    """

    held: bool
    found: tuple[Found, ...] = ()
    doubt: bool = False
    decided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A reply as it was judged: a line for each criterion, and what the shared lists forbid of it.

    listed: what a person found of the shared lists, None while nobody has.
    """

    lines: tuple[LineFound, ...] = ()
    hits: tuple[Hit, ...] = ()
    listed: bool | None = None

    @property
    def doubt(self) -> bool:
        """Whether a person has to look: something is in doubt and nobody has decided it."""
        if any(line.doubt and not line.decided for line in self.lines):
            return True
        return self.listed is None and any(hit.taken_back for hit in self.hits)

    def violated(self, scene: Scene) -> bool:
        """Whether something was said that must not be."""
        never = any(
            line.held and criterion.kind is CriterionKind.NEVER
            for line, criterion in zip(self.lines, scene.rubric, strict=True)
        )
        by_lists = any(not hit.taken_back for hit in self.hits) if self.listed is None else self.listed
        return never or by_lists

    def effects(self, scene: Scene) -> Effects:
        """Return what the reply earns and costs by the rubric alone, without the way that it takes."""
        points: dict[str, int] = {}
        mood = 0
        sets: list[str] = []
        for line, criterion in zip(self.lines, scene.rubric, strict=True):
            effects = criterion.effects if line.held else NO_EFFECTS
            for each in effects.points:
                points[each.dimension] = points.get(each.dimension, 0) + each.points
            mood += effects.mood
            sets.extend(effects.sets)
        return Effects.of(points, mood=mood, sets=tuple(dict.fromkeys(sets)))


def judge(scene: Scene, said: str, words: Words = NO_WORDS, decided: Mapping[int, bool] | None = None) -> Judged:
    """Return what a reply says. decided: by the number of the line, or LISTED, what a person found; it wins."""
    found = decided or {}
    lines = []
    for number, criterion in enumerate(scene.rubric):
        line = _line(criterion, said, words)
        if number in found:
            line = replace(line, held=found[number], decided=True)
        lines.append(line)
    return Judged(lines=tuple(lines), hits=listed(said, words.banned), listed=found.get(LISTED))


def _line(criterion: Criterion, said: str, words: Words) -> LineFound:
    if criterion.kind is CriterionKind.JUDGED:
        return LineFound(held=False)
    never = criterion.kind is CriterionKind.NEVER
    find = forbidden(said, words.synonyms) if never else earning(words.synonyms)
    asked = Asked(kind=criterion.kind, points=1, words=criterion.words)
    mark = rubric.mark_line(asked, traced(said), find)
    return LineFound(held=mark.points != 0, found=mark.found, doubt=mark.doubt)


def too_short_or_long(scene: Scene, said: str) -> bool:
    """Say whether a reply has fewer or more characters than the scene asks for, blanks at its ends not counted."""
    length = len(said.strip())
    return length < max(scene.shortest, 1) or (scene.longest is not None and length > scene.longest)


def entries(*lists: Sequence[WordEntry]) -> tuple[WordEntry, ...]:
    """Return the entries of several lists together, each once."""
    return tuple(dict.fromkeys(entry for each in lists for entry in each))
