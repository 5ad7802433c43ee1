"""What happens to files beside documents, and what is asked of the rooms above."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesRead:
    """More words were read of a file than were known when it came in. path: of the file."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HowMuchSeen:
    """Question: how much of these films has a person seen? lengths: milliseconds by attachment.

    Answered with a mapping of attachment to Seen, without what was never begun.
    """

    person_id: int
    lengths: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """resume_at: milliseconds, 0 = from the beginning. watched: ranges seen, in milliseconds."""

    resume_at: int
    watched: tuple[tuple[int, int], ...]
    percent: int
