"""A run from its events: the same events give the same states, whenever they are read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.drills.rules.judge import NO_WORDS, Judged, Words, judge
from lms.drills.rules.lanes import Kind
from lms.drills.rules.play import Move, State, choose, reply, run_out, time_up
from lms.drills.spec import DrillSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One event as it is stored, with what was written at it. led_to: name of the scene after it."""

    seq: int
    lane: int
    kind: Kind
    choice: str = ""
    text: str = ""
    led_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One event with its lane before and after it. move, judged: None where the event is no step or no free reply."""

    fact: Fact
    before: State
    after: State
    move: Move | None = None
    judged: Judged | None = None


def replay(
    drills: Sequence[DrillSpec],
    first: Sequence[State],
    facts: Sequence[Fact],
    words: Words = NO_WORDS,
    decided: Mapping[int, Mapping[int, bool]] | None = None,
) -> tuple[Replayed, ...]:
    """Return every event with the states that it led from and to.

    Each free reply keeps the way that it took, also where its rubric was mended since or a person found otherwise.
    first: the state of each lane at the start. decided: by `seq` of a free reply, what a person found of its lines.
    """
    standing = list(first)
    found = []
    for fact in facts:
        before = standing[fact.lane]
        one = _one(drills[fact.lane], before, fact, words, (decided or {}).get(fact.seq, {}))
        standing[fact.lane] = one.after
        found.append(one)
    return tuple(found)


def _one(drill: DrillSpec, before: State, fact: Fact, words: Words, decided: Mapping[int, bool]) -> Replayed:
    judged = None
    match fact.kind:
        case Kind.CHOICE:
            move = choose(drill, before, fact.choice)
        case Kind.TEXT:
            judged = judge(drill.scene(before.scene), fact.text, words, decided)
            move = reply(drill, before, judged, led_to=fact.led_to)
        case Kind.TIMEOUT:
            move = run_out(drill, before)
        case Kind.OVER | Kind.LEFT:
            return Replayed(fact=fact, before=before, after=time_up(before))
        case _:
            return Replayed(fact=fact, before=before, after=before)
    return Replayed(fact=fact, before=before, after=move.after, move=move, judged=judged)
