"""What the word lists say to a written answer beside its rubric: no points, a reason for a person to look. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.content.wordlists.banned import hits
from lms.content.wordlists.spec import WordEntry
from lms.core.folding import folded
from lms.core.tracing import traced
from lms.questions.expression import Malformed, phrases, read
from lms.questions.rules.rubric import LineMark, places
from lms.questions.spec import Criterion, CriterionKind, Open

Same = Mapping[str, tuple[str, ...]]
"""The other words of a word's groups, everything folded."""


class Why(StrEnum):
    BANNED = "banned"  # said, listed as 禁用语, and the rubric says nothing of it
    SYNONYM = "synonym"  # another word for what a line looks for and did not find


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """start, end: of the answer as it was typed. said: what stands there. wanted: as listed, or as in the rubric.

    line: number (from 1) of the rubric's line, None for a banned phrase. instead: what the list says in its place.
    """

    why: Why
    start: int
    end: int
    said: str
    wanted: str
    line: int | None = None
    instead: str = ""


def hints(
    shape: Open, answer: str, marks: Sequence[LineMark], banned: Sequence[WordEntry], same: Same
) -> tuple[Hint, ...]:
    """Return what a marker should look at, in the order of the answer."""
    found = [*_banned(answer, marks, banned), *_synonyms(shape, answer, marks, same)]
    return tuple(sorted(found, key=lambda hint: (hint.start, hint.end, hint.wanted)))


def _banned(answer: str, marks: Sequence[LineMark], banned: Sequence[WordEntry]) -> Iterator[Hint]:
    counted = [
        (hit.start, hit.end)
        for mark in marks
        if mark.kind is CriterionKind.NEVER
        for hit in mark.found
        if mark.points or mark.doubt
    ]
    for each in hits(answer, banned):
        if not any(start < each.end and each.start < end for start, end in counted):
            yield Hint(
                why=Why.BANNED,
                start=each.start,
                end=each.end,
                said=answer[each.start : each.end],
                wanted=each.phrase,
                instead=each.instead,
            )


def _synonyms(shape: Open, answer: str, marks: Sequence[LineMark], same: Same) -> Iterator[Hint]:
    if not same:
        return
    text = traced(answer)
    for number, (line, mark) in enumerate(zip(shape.rubric, marks, strict=False), start=1):
        if mark.points or mark.doubt or line.kind not in (CriterionKind.MUST, CriterionKind.SHOULD):
            continue
        for phrase in _looked_for(line):
            for other in same.get(folded(phrase), ()):
                for hit in places(other, text):
                    if not hit.negated:
                        yield Hint(
                            why=Why.SYNONYM,
                            start=hit.start,
                            end=hit.end,
                            said=answer[hit.start : hit.end],
                            wanted=phrase,
                            line=number,
                        )


def _looked_for(line: Criterion) -> Iterator[str]:
    try:
        yield from phrases(read(line.words))
    except Malformed:
        return
