"""Which question is which: by what is asked and keyed, and from one version of a file to the next.

Statistics hang on `asked_sha`: an explanation, a remark, tags, points or layout may change and the numbers go
on; another word in the question, an option or the key starts them anew.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from rapidfuzz import fuzz

from lms.content.grammar.findings import Finding, Severity
from lms.core.texts import text
from lms.questions.spec import (
    FillIn,
    Item,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Rich,
    Shape,
    Single,
    TrueFalse,
)

ALIKE = 0.6  # share of likeness from which two texts with the same answers are one question
SAME_ANSWERS = 0.25  # what the same answers add when a lost twin is only being named

_SPACE = re.compile(r"\s+")
_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)")


class How(StrEnum):
    """By what a question was recognised, the surest first."""

    KEY = "key"
    SAME = "same"
    REKEYED = "rekeyed"  # asked in the same words, with another key
    ALIKE = "alike"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One question of the new version. key: the id for life to keep; None where a new one is to be given."""

    question: Question
    key: str | None
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """matches: one for each new question, in order. lost: old keys that no question has any more."""

    matches: tuple[Match, ...]
    lost: tuple[str, ...]
    warnings: tuple[Finding, ...]


def asked_sha(question: Question) -> bytes:
    """Return the 32 bytes that stand for stem, options, key and rubric.

    The order of options counts, because stored answers name options by their place.
    """
    canonical = [question.kind.value, _words(question.stem), _asked(question.shape), _keyed(question.shape)]
    if question.given_to_all:
        canonical.append("given to all")
    return sha256(json.dumps(canonical, ensure_ascii=False).encode()).digest()


def match(old: Sequence[tuple[str, Question]], new: Sequence[Question]) -> Matched:
    """Say which new question is which old one: by id chip, same sha, same words with another key, same answers and
    a like text.

    old: key and question, as published. A new question near to a lost one is named in a warning, because its
    statistics start anew.
    """
    taken: dict[int, Match] = {}
    left = dict(old)
    for index, question in enumerate(new):
        if question.key is not None:
            taken[index] = Match(
                question=question, key=question.key, how=How.KEY if left.pop(question.key, None) else How.NEW
            )
    by_sha: dict[bytes, list[str]] = {}
    for key, question in left.items():
        by_sha.setdefault(asked_sha(question), []).append(key)
    for index, question in enumerate(new):
        keys = by_sha.get(asked_sha(question)) if index not in taken else None
        if keys:
            key = keys.pop(0)
            del left[key]
            taken[index] = Match(question=question, key=key, how=How.SAME)
    by_words: dict[str, list[str]] = {}
    for key, question in left.items():
        by_words.setdefault(_as_asked(question), []).append(key)
    for index, question in enumerate(new):
        keys = by_words.get(_as_asked(question)) if index not in taken else None
        if keys:
            key = keys.pop(0)
            del left[key]
            taken[index] = Match(question=question, key=key, how=How.REKEYED)
    for _, key, index in _alike(left, new, taken):
        if key in left and index not in taken:
            del left[key]
            taken[index] = Match(question=new[index], key=key, how=How.ALIKE)
    warnings = []
    for index, question in enumerate(new):
        if index not in taken:
            taken[index] = Match(question=question, key=None, how=How.NEW)
            twin = _twin(question, left)
            if twin:
                warnings.append(_warning(question, twin, left[twin]))
    return Matched(
        matches=tuple(taken[index] for index in range(len(new))),
        lost=tuple(left),
        warnings=tuple(warnings),
    )


def _as_asked(question: Question) -> str:
    """Return what a learner is asked, without its key: a corrected key makes no new question."""
    return json.dumps([question.kind.value, _words(question.stem), _asked(question.shape)], ensure_ascii=False)


def likeness(one: Question, other: Question) -> float:
    """Return 0..1: how alike the words of the two questions are."""
    return fuzz.ratio(_words(one.stem), _words(other.stem)) / 100


def words_of(rich: Rich) -> str:
    """Return the words of a piece of text as two versions of it are compared."""
    return _words(rich)


def same_words(one: Rich, other: Rich) -> bool:
    """Say whether two pieces of text say the same, whatever their layout."""
    return _words(one) == _words(other)


def _alike(old: dict[str, Question], new: Sequence[Question], taken: dict[int, Match]) -> list[tuple[float, str, int]]:
    """Return the pairs with the same answers and texts alike enough, the likest first."""
    answers = {index: _answers(question) for index, question in enumerate(new) if index not in taken}
    pairs = []
    for key, question in old.items():
        wanted = _answers(question)
        for index, found in answers.items():
            if found == wanted and (alike := likeness(question, new[index])) >= ALIKE:
                pairs.append((-alike, key, index))
    return sorted(pairs)


def _twin(question: Question, lost: dict[str, Question]) -> str | None:
    """Return the lost question that was most probably meant: a text alike, less alike if the answers are."""
    wanted = _answers(question)
    alike = {
        key: likeness(question, old) + (SAME_ANSWERS if _answers(old) == wanted else 0) for key, old in lost.items()
    }
    best = max(alike, key=lambda key: alike[key], default=None)
    return best if best is not None and alike[best] >= ALIKE else None


def _warning(question: Question, key: str, twin: Question) -> Finding:
    return Finding(
        code="Q230",
        line=max(question.span.first, 1),
        severity=Severity.WARNING,
        message=text(
            "这道题当作新题，统计从头开始，原来的“%(twin)s”会停用。若是同一道题，请在题目下一行加 `id:%(key)s`。",
            twin=twin.stem.text[:40],
            key=key,
        ),
    )


def _words(rich: Rich) -> str:
    """Return the words as compared: layout and width do not count, pictures do."""
    pictures = _IMAGE.findall(rich.source)
    return " ".join([_plain(rich.text), *pictures])


def _plain(words: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", words)).strip()


def _texts(items: Sequence[Item]) -> list[str]:
    return [_words(item.body) for item in items]


def _asked(shape: Shape) -> object:
    """Return what the learner is asked beside the stem."""
    match shape:
        case Single() | Multiple():
            return _texts(shape.options)
        case Ordering():
            return sorted(_texts(shape.steps))
        case Matching():
            return [_texts(shape.left), sorted(_texts(shape.right))]
        case FillIn():
            return len(shape.blanks)
        case Numeric():
            return _plain(shape.unit)
        case Open():
            return [shape.shortest, shape.longest]
        case TrueFalse():
            return None


def _keyed(shape: Shape) -> object:
    """Return the key and how it is marked."""
    match shape:
        case Single():
            return [shape.right, *sorted(shape.also_right)] if shape.also_right else shape.right
        case Multiple():
            return [list(shape.right), shape.half_if_incomplete, shape.none_if_wrong]
        case TrueFalse():
            return shape.right
        case FillIn():
            return [[list(map(_plain, accepted)) for accepted in shape.blanks], shape.case_sensitive]
        case Numeric():
            return [str(shape.low), str(shape.high)]
        case Ordering():
            return [_texts(shape.steps), shape.by_neighbours]
        case Matching():
            return [shape.key, _texts(shape.right)]
        case Open():
            lines = [[each.kind.value, each.points, _plain(each.words)] for each in shape.rubric]
            return [lines, shape.manual]


def _answers(question: Question) -> object:
    """Return the right answers as words, so that options may be added or moved around them."""
    shape = question.shape
    match shape:
        case Single():
            return [_words(option.body) for option in shape.options if option.id == shape.right]
        case Multiple():
            return sorted(_words(option.body) for option in shape.options if option.id in shape.right)
        case _:
            return [question.kind.value, _keyed(shape)]
