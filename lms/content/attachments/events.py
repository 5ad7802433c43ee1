"""What happens to files beside documents, and what is asked of the rooms above."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesRead:
    """More words were read of a file than were known when it came in. path: of the file."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HowMuchSeen:
    """Question: how much of these films has a person seen? films: by attachment, milliseconds and percent asked for.

    Answered with a mapping of attachment to Seen, also for what was never begun.
    """

    person_id: int
    films: Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """resume_at: milliseconds, 0 = from the beginning. percent: seen. still: milliseconds that are missing."""

    resume_at: int = 0
    percent: int = 0
    still: int = 0
