"""Reading a run back from its events."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Table, bindparam, select

from lms.core.db import rows
from lms.drills.models import RunEvent, RunText
from lms.drills.queries.frozen import Frozen, specs_of
from lms.drills.queries.words import words_of
from lms.drills.rules.lanes import Kind
from lms.drills.rules.play import State, begin, begin_at
from lms.drills.rules.replay import Fact, Replayed, replay
from lms.drills.spec import DrillSpec

_event: Table = RunEvent.__table__  # type: ignore[assignment]
_text: Table = RunText.__table__  # type: ignore[assignment]
EVENTS = (
    select(_event, _text.c.text)
    .outerjoin(_text, (_text.c.run_id == _event.c.run_id) & (_text.c.seq == _event.c.seq))
    .where(_event.c.run_id == bindparam("run_id"))
    .order_by(_event.c.seq)
)
"""Every event of a run in order, with what was written at it."""
EVENTS_AFTER = EVENTS.where(_event.c.seq > bindparam("after"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stood when a scene of the first lane began. scene: its title."""

    scene: str
    mood: int | None
    flags: frozenset[str]


def facts_of(run_id: int) -> tuple[Fact, ...]:
    """Return the events of a run as the rules read them."""
    return tuple(
        Fact(
            seq=row.seq,
            lane=row.lane,
            kind=Kind(row.kind),
            choice=row.choice,
            text=row.text or "",
            led_to=row.led_to,
        )
        for row in rows(EVENTS, {"run_id": run_id})
    )


def first_states(frozen: Frozen, drills: tuple[DrillSpec, ...]) -> tuple[State, ...]:
    """Return the state of each lane before anything happened."""
    at_scene = begin_at(drills[0], frozen.scene, mood=frozen.mood, flags=frozen.flags) if frozen.scene else None
    return (at_scene or begin(drills[0]), *(begin(each) for each in drills[1:]))


def replayed(
    run_id: int, frozen: Frozen, decided: Mapping[int, Mapping[int, bool]] | None = None
) -> tuple[Replayed, ...]:
    """Return a run as it went, by the versions that were frozen at its start. decided: overrules by event and line."""
    drills = specs_of(frozen)
    return replay(drills, first_states(frozen, drills), facts_of(run_id), words_of(frozen), decided)


def standing_at(run_id: int, frozen: Frozen, scene: str) -> Standing | None:
    """Return how things stood when a scene of the first lane (by name) first began; None if it never did."""
    drill = specs_of(frozen)[0]
    for each in replayed(run_id, frozen):
        for state in (each.before, each.after):
            if each.fact.lane == 0 and scene in (state.scene, drill.scene(state.scene).name):
                return Standing(scene=state.scene, mood=state.mood, flags=state.flags)
    return None
