"""What holds for a run from its start: the versions of its drills and word lists, the person's time."""

from dataclasses import dataclass

from lms.content.queries import compiled
from lms.drills.spec import DrillSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenLane:
    """One conversation."""

    document_id: int
    revision_id: int
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """lanes: at least one. word_revisions: of the 禁用语 and 同义词 lists. time_percent: 100 = as written.

    minutes: credited for a run. scene: title at which a retry begins, "" for the first one; mood, flags: as they were
    when that scene began.
    """

    lanes: tuple[FrozenLane, ...]
    word_revisions: tuple[int, ...] = ()
    time_percent: int = 100
    minutes: int = 0
    scene: str = ""
    mood: int | None = None
    flags: tuple[str, ...] = ()


def specs_of(frozen: Frozen) -> tuple[DrillSpec, ...]:
    """Return the drill of each lane, as published when the run began."""
    return tuple(compiled(lane.revision_id) for lane in frozen.lanes)
