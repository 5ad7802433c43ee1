"""Which questions of a file are there already, in the file itself or anywhere in the house. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from lms.core.plain import from_plain
from lms.questions.rules.identity import asked_sha
from lms.questions.spec import Multiple, Question, Single

ALIKE = 90
"""Likeness of the texts in per cent from which two questions are taken for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A question of the house. plain: as it is stored. kind, slug, title: of its document."""

    sha: bytes
    plain: Mapping[str, Any]
    document: str
    slug: str
    title: str

    @property
    def question(self) -> Question:
        return from_plain(Question, self.plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """What a question is like. likeness: per cent, 100 = it asks and keys the same. place: of the other one in the
    file, from 0; None where `known` says which of the house it is.
    """

    likeness: int
    place: int | None = None
    known: Known | None = None

    @property
    def is_same(self) -> bool:
        return self.likeness == 100


@dataclass(frozen=True, slots=True)
class _Words:
    stem: str
    kind: str
    options: frozenset[str]


def twins(questions: Sequence[Question], known: Sequence[Known]) -> list[Twin | None]:
    """Return for each question which one it is like: the same of the house, the same before it in the file, else the
    likest from ALIKE on.
    """
    by_sha = {each.sha: each for each in known}
    words = [_words_of(question) for question in questions]
    theirs = [_words_in(each.plain) for each in known]
    stems = [each.stem for each in theirs]
    own: dict[bytes, int] = {}
    found: list[Twin | None] = []
    for place, question in enumerate(questions):
        sha = asked_sha(question)
        if sha in by_sha:
            found.append(Twin(likeness=100, known=by_sha[sha]))
        elif sha in own:
            found.append(Twin(likeness=100, place=own[sha]))
        else:
            there = _likest(words[place], stems, theirs)
            before = _likest(words[place], [each.stem for each in words[:place]], words[:place])
            best = max(there, before)
            if best[0] < ALIKE:
                found.append(None)
            elif there[0] >= before[0]:
                found.append(Twin(likeness=min(99, int(best[0])), known=known[best[1]]))
            else:
                found.append(Twin(likeness=min(99, int(best[0])), place=best[1]))
        own.setdefault(sha, place)
    return found


def _likest(asked: _Words, stems: Sequence[str], others: Sequence[_Words]) -> tuple[float, int]:
    hits = process.extract(asked.stem, stems, scorer=fuzz.ratio, processor=None, score_cutoff=ALIKE, limit=5)
    return max(((score, place) for _, score, place in hits if _alike(asked, others[place])), default=(0.0, 0))


def _alike(one: _Words, other: _Words) -> bool:
    """Two questions that differ in a number of the text alone are often two on purpose, if the options differ."""
    if one.kind != other.kind:
        return False
    if not one.options or not other.options:
        return True
    return len(one.options & other.options) * 2 >= min(len(one.options), len(other.options))


def _words_of(question: Question) -> _Words:
    shape = question.shape
    options = shape.options if isinstance(shape, Single | Multiple) else ()
    return _Words(question.stem.text, question.kind.value, frozenset(each.body.text for each in options))


def _words_in(plain: Mapping[str, Any]) -> _Words:
    shape = plain["shape"]
    options = frozenset(each["body"]["text"] for each in shape.get("options", ()))
    return _Words(plain["stem"]["text"], shape["is"], options)
