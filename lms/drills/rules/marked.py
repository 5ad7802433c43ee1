"""A free reply for the eye: its text cut where words bear on the rubric or on the 禁用语 lists. Pure."""

from dataclasses import dataclass
from itertools import pairwise

from lms.drills.rules.judge import Judged
from lms.drills.spec import Scene
from lms.questions.rules.written import LineState, Piece, Tone
from lms.questions.spec import CriterionKind

__all__ = ["Line", "Piece", "Tone", "lines", "pieces"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the rubric as a reply met it. place: from 0. said: the words found. points: what it gave.

    decided: a person said whether it holds. alike: it is in doubt because what was said only resembles the words.
    """

    place: int
    kind: CriterionKind
    words: str
    state: LineState
    said: tuple[str, ...]
    points: int
    worth: int
    held: bool
    decided: bool
    alike: bool

    @property
    def number(self) -> int:
        return self.place + 1


def lines(scene: Scene, judged: Judged, said: str) -> tuple[Line, ...]:
    """Return the lines of the rubric as a reply met them."""
    return tuple(
        Line(
            place=place,
            kind=criterion.kind,
            words=criterion.words,
            state=_state(criterion.kind, line.held, line.doubt, line.decided),
            said=tuple(dict.fromkeys(said[hit.start : hit.end] for hit in line.found)),
            points=criterion.effects.sum if line.held else 0,
            worth=criterion.effects.sum,
            held=line.held,
            decided=line.decided,
            alike=line.doubt and not any(hit.negated for hit in line.found),
        )
        for place, (criterion, line) in enumerate(zip(scene.rubric, judged.lines, strict=True))
    )


def pieces(said: str, scene: Scene, judged: Judged) -> tuple[Piece, ...]:
    """Return the whole reply in pieces, in order. Of two tones at one place the one that asks for a look wins.

    The numbers are those of the rubric's lines; what a shared list forbids bears none.
    """
    spans: list[tuple[int, int, int, Tone]] = []
    for number, (line, criterion) in enumerate(zip(judged.lines, scene.rubric, strict=True), start=1):
        tone = _tone(criterion.kind, line.held, line.doubt and not line.decided)
        if tone is not Tone.PLAIN:
            spans += [(hit.start, hit.end, number, tone) for hit in line.found]
    spans += [(hit.start, hit.end, 0, Tone.DOUBT if hit.taken_back else Tone.COSTS) for hit in judged.hits]
    cuts = sorted({0, len(said), *(cut for start, end, _, _ in spans for cut in (start, end))})
    found = []
    for start, end in pairwise(cuts):
        here = [(number, tone) for first, last, number, tone in spans if first <= start and end <= last]
        tones = {tone for _, tone in here}
        tone = next((each for each in (Tone.DOUBT, Tone.COSTS, Tone.EARNS) if each in tones), Tone.PLAIN)
        found.append(
            Piece(text=said[start:end], tone=tone, lines=tuple(sorted({number for number, _ in here if number})))
        )
    return tuple(found)


def _state(kind: CriterionKind, held: bool, doubt: bool, decided: bool) -> LineState:
    if decided:
        return LineState.SAID if held else LineState.MISSING
    if kind is CriterionKind.JUDGED:
        return LineState.JUDGED
    if doubt:
        return LineState.DOUBT
    return LineState.SAID if held else LineState.MISSING


def _tone(kind: CriterionKind, held: bool, in_doubt: bool) -> Tone:
    if in_doubt:
        return Tone.DOUBT
    if not held:
        return Tone.PLAIN
    return Tone.COSTS if kind is CriterionKind.NEVER else Tone.EARNS
