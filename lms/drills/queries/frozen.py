"""What holds for a run from its start: the versions of its drills and word lists, the person's time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenLane:
    """One conversation."""

    document_id: int
    revision_id: int
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """lanes: at least one. word_revisions: of the 禁用语 and 同义词 lists. time_percent: 100 = as written.

    minutes: credited to whoever passes. mood, flags: of a retry, as they were when its scene began.
    """

    lanes: tuple[FrozenLane, ...]
    word_revisions: tuple[int, ...] = ()
    time_percent: int = 100
    minutes: int = 0
    mood: int | None = None
    flags: tuple[str, ...] = ()
