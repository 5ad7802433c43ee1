"""What people can do, as a level from 1 to 5, from what they showed. Pure.

The level of a competency comes of the latest result with each quiz and drill that tells of it: the mean of their
scores, each weighing as many questions as it asked of it, 10 at most; a dimension of a drill weighs 10. Fewer than THIN
in all reach MOST_OF_THIN at most. The newest rating of a lead moves it by one level at most, and is the level where
nothing was scored. A lesson alone, without anything asked, is level 1.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from lms.core.errors import Invalid
from lms.core.texts import Text, text

LEVELS = 5
MOST_WEIGHT = 10
THIN, MOST_OF_THIN = 5, 3
USUAL_LEVELS = (50, 65, 80, 90)
USUAL_FRESH_DAYS = 180
LONGEST_CODE, LONGEST_NAME, LONGEST_ABOUT, LONGEST_WORD, LONGEST_REASON = 40, 40, 300, 40, 400
MOST_WORDS = 20
MOST_FRESH_DAYS = 1_000


class Shown(StrEnum):
    """How something was shown."""

    QUIZ = "quiz"
    DRILL = "drill"
    LESSON = "lesson"
    RATING = "rating"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one competency asks. words, dimensions: folded, as `folded` returns them. levels: rising, for 2 to 5."""

    words: frozenset[str]
    dimensions: frozenset[str]
    levels: tuple[int, ...]
    fresh_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that tells of a competency. score: 0 to 100, None of a lesson; of a rating its level, 1 to 5.

    weight: questions that it asked; 0 of a lesson and a rating. kind, slug: of the document, "" of a rating.
    ref: the public id of the attempt or run. title: of the document; of a rating why. by: who rated.
    """

    shown: Shown
    on: date
    title: str
    score: float | None = None
    weight: int = 0
    kind: str = ""
    slug: str = ""
    ref: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """level: 1 to 5, 0 = no evidence yet. score: the weighted mean, None where nothing was scored.

    as_of: the day of the newest evidence that counts. fresh: it is not older than the competency asks.
    """

    level: int
    score: float | None
    as_of: date | None
    fresh: bool


def folded(words: Collection[str]) -> frozenset[str]:
    """Return words as they are compared: without blanks around them, case folded."""
    return _folded(tuple(words))


@lru_cache(maxsize=4_096)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    """The tags of a document come again and again, for each person and each page."""
    return frozenset(word.strip().casefold() for word in words if word.strip())


def by_word(terms: Mapping[int, Terms]) -> dict[str, tuple[int, ...]]:
    """Return which competencies each folded word tells of, in their order."""
    found: dict[str, tuple[int, ...]] = {}
    for competency_id, each in terms.items():
        for word in each.words:
            found[word] = (*found.get(word, ()), competency_id)
    return found


def about(words: Collection[str], index: Mapping[str, Sequence[int]]) -> set[int]:
    """Return the competencies that any of these folded words tells of. index: as `by_word` returns it."""
    return {competency_id for word in words for competency_id in index.get(word, ())}


def level_of(score: float, levels: Sequence[int]) -> int:
    """Return the level that a score of 0 to 100 reaches: 1, and one more for each bound that it is not below."""
    return 1 + sum(score >= bound for bound in levels)


def judged(evidence: Sequence[Evidence], terms: Terms, day: date) -> Judged:
    """Return the level that the evidence gives on a day. Evidence may come in any order."""
    scored = [each for each in evidence if each.shown in (Shown.QUIZ, Shown.DRILL) and each.score is not None]
    ratings = [each for each in evidence if each.shown is Shown.RATING]
    rating = max(ratings, key=lambda each: each.on, default=None)
    counted = [*scored, *([rating] if rating else [])] or [each for each in evidence if each.shown is Shown.LESSON]
    if not counted:
        return Judged(level=0, score=None, as_of=None, fresh=False)
    as_of = max(each.on for each in counted)
    score = mean(scored)
    level = 1
    if score is not None:
        level = level_of(score, terms.levels)
        if sum(weight_of(each) for each in scored) < THIN:
            level = min(level, MOST_OF_THIN)
    if rating is not None:
        said = round(rating.score or 1)
        level = said if score is None else min(max(said, level - 1), level + 1)
    return Judged(
        level=min(max(level, 1), LEVELS),
        score=score,
        as_of=as_of,
        fresh=(day - as_of).days <= terms.fresh_days,
    )


def weight_of(each: Evidence) -> int:
    """Return how much a scored piece of evidence weighs, 1 to 10."""
    return min(max(each.weight, 1), MOST_WEIGHT)


def mean(scored: Sequence[Evidence]) -> float | None:
    """Return the weighted mean of the scores, 0 to 100; None of nothing."""
    weights = sum(weight_of(each) for each in scored)
    if not weights:
        return None
    return sum(weight_of(each) * (each.score or 0) for each in scored) / weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A competency as it is kept."""

    code: str
    name: str
    about: str
    words: tuple[str, ...]
    dimensions: tuple[str, ...]
    levels: tuple[int, ...]
    fresh_days: int


_CODE_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")


def written(given: Mapping[str, str], *, taken: Collection[str] = ()) -> Written:
    """Return what was typed into the form of a competency. Raises Invalid with every reason by field.

    taken: codes of others. words, dimensions: separated by commas, 、 or new lines. levels: four numbers.
    """
    wrong: dict[str, Text] = {}
    code = given.get("code", "").strip().lower()
    if not code or len(code) > LONGEST_CODE or not set(code) <= _CODE_SIGNS:
        wrong["code"] = text("代码用小写字母、数字、- 或 _，最多 %(n)s 个字符，如 complaints。", n=LONGEST_CODE)
    elif code in taken:
        wrong["code"] = text("这个代码已经有能力项在用，请换一个。")
    name = " ".join(given.get("name", "").split())
    if not name or len(name) > LONGEST_NAME:
        wrong["name"] = text("名称必填，最多 %(n)s 个字，如“投诉处理”。", n=LONGEST_NAME)
    about = given.get("about", "").strip()
    if len(about) > LONGEST_ABOUT:
        wrong["about"] = text("说明最多 %(n)s 个字。", n=LONGEST_ABOUT)
    words = _listed(given.get("words", ""))
    dimensions = _listed(given.get("dimensions", ""))
    for field, listed in (("words", words), ("dimensions", dimensions)):
        if len(listed) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in listed):
            wrong[field] = text("最多 %(n)s 个，每个最多 %(most)s 个字。", n=MOST_WORDS, most=LONGEST_WORD)
    if not words and not dimensions:
        wrong.setdefault("words", text("标签和演练维度至少写一个，否则没有东西能证明这项能力。"))
    levels = _levels(given.get("levels", ""))
    if not levels:
        wrong["levels"] = text("请写四个从小到大的整数，1 到 100，用逗号隔开，如 50，65，80，90。")
    fresh_days = _number(given.get("fresh_days", ""), MOST_FRESH_DAYS)
    if not fresh_days:
        wrong["fresh_days"] = text("天数请写 1 到 %(n)s 的整数。", n=MOST_FRESH_DAYS)
    if wrong:
        raise Invalid(text("能力项没有保存，请看标出的地方。"), fields=wrong)
    return Written(
        code=code,
        name=name,
        about=about,
        words=words,
        dimensions=dimensions,
        levels=levels,
        fresh_days=fresh_days,
    )


def rated(level: str, reason: str) -> tuple[int, str]:
    """Return a rating as typed: 1 to 5 with its reason. Raises Invalid."""
    wrong: dict[str, Text] = {}
    number = _number(level, LEVELS)
    if not number:
        wrong["level"] = text("请选 1 到 5 级。")
    why = reason.strip()
    if not why or len(why) > LONGEST_REASON:
        wrong["reason"] = text(
            "请写明依据，最多 %(n)s 个字：在哪次会话、哪天、看到了什么。本人会看到。", n=LONGEST_REASON
        )
    if wrong:
        raise Invalid(text("评定没有保存，请看标出的地方。"), fields=wrong)
    return number, why


def _listed(typed: str) -> tuple[str, ...]:
    for sign in "，、；;\r\n":
        typed = typed.replace(sign, ",")
    return tuple(dict.fromkeys(" ".join(word.split()) for word in typed.split(",") if word.strip()))


def _number(typed: str, most: int) -> int:
    """Return a whole number from 1 to `most`, 0 for anything else."""
    typed = typed.strip()
    if not typed.isascii() or not typed.isdigit() or len(typed) > 6:
        return 0
    return int(typed) if int(typed) <= most else 0


def _levels(typed: str) -> tuple[int, ...]:
    found = tuple(_number(each, 100) for each in _listed(typed))
    rising = all(low < high for low, high in pairwise(found))
    return found if len(found) == LEVELS - 1 and all(found) and rising else ()
