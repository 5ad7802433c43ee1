"""Which of the articles that an engine found comes first: the same for every engine. Pure.

A title that is the query or begins with it, an alias that is the query, all words, all of them in one section, words in
weighty places, names that are like the query; then what is for other shops, and what is past its review, lower.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lms.kb.rules.asking import Asked, Wanted
from lms.kb.rules.finding import squeezed

_TITLE, _ALIAS, _TAG, _HEADING, _SUMMARY, _BODY = 1.0, 0.85, 0.55, 0.5, 0.4, 0.3
_OTHER = 0.8  # of a word that means the same
_PART = 0.45  # of the parts of a word, all of them found
_EXACT_TITLE, _BEGINS, _EXACT_ALIAS = 4.0, 2.5, 3.0
_COVER, _PLACES, _SECTION, _LIKE, _ENGINE = 3.0, 2.0, 0.7, 2.0, 0.5
_ALL, _OTHER_SHOP, _OVERDUE = 1.0, 2.0, 0.6
_INSIDE = 0.8  # of a name that stands in a longer query
LEAST = 0.25
"""Share of what a query says that an article has to say too, unless its name is like the query."""
LIKE_LEAST, LIKE_ENOUGH = 0.35, 0.6
FULL = 0.7
"""Share from which an article counts as saying what is asked; the others come after those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that an engine found, folded. sections: heading and text. score: the engine's, 1 for its best.

    fits: it applies to the shops that are looked for. overdue: past its review.
    """

    id: int
    title: str
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    summary: str = ""
    sections: tuple[tuple[str, str], ...] = ()
    score: float = 0.0
    fits: bool = True
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """section: which one says most of what is asked, None where none says anything. cover: 0 to 1.

    is_full: it says all that is asked, or nearly, or its name is like the query.
    """

    id: int
    points: float
    cover: float
    section: int | None = None
    is_full: bool = True


def ranked(asked: Asked, candidates: Iterable[Candidate], rarity: Mapping[str, float]) -> list[Placed]:
    """Return what answers the query, the best first. rarity: how much each word says, by its text."""
    placed = ((_placed(asked, each, rarity), each) for each in candidates)
    kept = [(one, each) for one, each in placed if one is not None]
    kept.sort(key=lambda pair: (-pair[0].points, len(pair[1].title), pair[1].id))
    return [one for one, _ in kept]


def _placed(asked: Asked, each: Candidate, rarity: Mapping[str, float]) -> Placed | None:
    whole = sum(rarity.get(word.text, 1.0) for word in asked.words) or 1.0
    cover = places = 0.0
    best, section = 0.0, None
    sums = [0.0] * len(each.sections)
    for word in asked.words:
        weight = rarity.get(word.text, 1.0) / whole
        inside = [_BODY * _held(word, text) for _, text in each.sections]
        headed = [_HEADING * _held(word, heading) for heading, _ in each.sections]
        for index, (body, head) in enumerate(zip(inside, headed, strict=True)):
            sums[index] += weight * max(body and body / _BODY, head and head / _HEADING + 0.1)
        levels = (
            _TITLE * _held(word, each.title),
            _ALIAS * max((_held(word, alias) for alias in each.aliases), default=0.0),
            _TAG * max((_held(word, tag) for tag in each.tags), default=0.0),
            _SUMMARY * _held(word, each.summary),
            *headed,
            *inside,
        )
        most = (_TITLE, _ALIAS, _TAG, _SUMMARY, *(_HEADING for _ in headed), *(_BODY for _ in inside))
        shares = [level / whole_level for level, whole_level in zip(levels, most, strict=True)]
        cover += weight * max(shares)
        places += weight * max(levels)
    if sums:
        section = max(range(len(sums)), key=lambda index: (sums[index], -index))
        best = sums[section]
    names = (each.title, *each.aliases)
    like = max(likeness(said, name) for said in {asked.said, asked.text} for name in names)
    if cover < LEAST and like < LIKE_LEAST:
        return None
    points = _COVER * cover + _PLACES * places + _LIKE * like * like + _ENGINE * each.score + _named(asked, each)
    points += _SECTION * best * (len(asked.words) > 1)
    points -= _OTHER_SHOP * (not each.fits) + _OVERDUE * each.overdue
    is_full = cover >= FULL or like >= LIKE_ENOUGH
    points += _ALL * is_full
    return Placed(id=each.id, points=points, cover=cover, section=section if best > 0 else None, is_full=is_full)


def _held(word: Wanted, text: str) -> float:
    """Return how much of a word stands in a text: 1 itself, less what means the same, less its parts."""
    if word.text in text or any(each in text for each in word.spellings):
        return 1.0
    if word.is_latin and word.text in squeezed(text):
        return 1.0
    if any(other in text for other in word.others):
        return _OTHER
    if word.parts:
        return _PART * sum(part.text in text for part in word.parts) / len(word.parts)
    return 0.0


def _named(asked: Asked, each: Candidate) -> float:
    wanted = {asked.text, asked.said}
    if each.title in wanted:
        return _EXACT_TITLE
    if any(alias in wanted for alias in each.aliases):
        return _EXACT_ALIAS
    return _BEGINS if any(text and each.title.startswith(text) for text in wanted) else 0.0


def likeness(said: str, name: str) -> float:
    """Return how like a query and a name are, 0 to 1: the pairs of neighbouring characters that they share."""
    one, other = _pairs(said), _pairs(name)
    if not one or not other:
        return 0.0
    shared = len(one & other)
    inside = _INSIDE * shared / len(other) if len(other) > 1 else 0.0
    return max(2 * shared / (len(one) + len(other)), inside)


@lru_cache(maxsize=4_096)
def _pairs(text: str) -> frozenset[str]:
    bare = text.replace(" ", "")
    return frozenset(bare[at : at + 2] for at in range(len(bare) - 1))
