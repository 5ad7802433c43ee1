"""A marked written answer for the eye: its text cut where words bear on the rubric. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from lms.core.points import Points
from lms.questions.rules.grade import Graded
from lms.questions.rules.rubric import LineMark
from lms.questions.spec import CriterionKind


class Tone(StrEnum):
    """What a piece of an answer does for its points."""

    PLAIN = ""
    EARNS = "earns"
    COSTS = "costs"
    DOUBT = "doubt"  # said with a negation near: a person decides


class LineState(StrEnum):
    """How a line of the rubric came out by itself."""

    SAID = "said"
    MISSING = "missing"
    DOUBT = "doubt"
    JUDGED = "judged"  # only a person can say


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """lines: numbers (from 1) of the rubric's lines on which the text bears."""

    text: str
    tone: Tone
    lines: tuple[int, ...] = ()


def decided(graded: Graded, given: Mapping[int, Points]) -> Graded:
    """Return the lines as a person has marked them: what he gave nothing for is not shown as earning."""
    lines = (
        replace(line, points=given.get(number, line.points), doubt=False) for number, line in enumerate(graded.lines)
    )
    return replace(graded, lines=tuple(lines), needs_person=False)


def state_of(mark: LineMark) -> LineState:
    if mark.kind is CriterionKind.JUDGED:
        return LineState.JUDGED
    if mark.doubt:
        return LineState.DOUBT
    return LineState.SAID if mark.points else LineState.MISSING


def pieces(answer: str, graded: Graded) -> tuple[Piece, ...]:
    """Return the whole answer in pieces, in order. Of two tones at one place the one that asks for a look wins."""
    spans = [
        (hit.start, hit.end, number, _tone(mark))
        for number, mark in enumerate(graded.lines, start=1)
        for hit in mark.found
        if mark.points or mark.doubt
    ]
    cuts = sorted({0, len(answer), *(cut for start, end, _, _ in spans for cut in (start, end))})
    found: list[Piece] = []
    for start, end in pairwise(cuts):
        here = [(number, tone) for first, last, number, tone in spans if first <= start and end <= last]
        tones = {tone for _, tone in here}
        tone = next((each for each in (Tone.DOUBT, Tone.COSTS, Tone.EARNS) if each in tones), Tone.PLAIN)
        lines = tuple(sorted({number for number, _ in here}))
        found.append(Piece(text=answer[start:end], tone=tone, lines=lines))
    return tuple(found)


def _tone(mark: LineMark) -> Tone:
    if mark.doubt:
        return Tone.DOUBT
    return Tone.COSTS if mark.points < 0 else Tone.EARNS
