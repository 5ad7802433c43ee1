"""What was looked up beside a decision that went wrong: not at all, without finding it, or in vain. Pure.

So "did not know where to look", "could not find it" and "read it and did otherwise" are told apart.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Looked(StrEnum):
    """How somebody used the knowledge base before a decision."""

    NOT = "not"  # nothing was looked up
    MISSED = "missed"  # looked, and did not come to what would have helped
    FOUND = "found"  # what would have helped was open


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """One look into the knowledge base. step: of the lane, during which it was. document_id: of what was opened.

    words: of a query, "" for what was opened; found: how many results it had. seconds: in front.
    """

    lane: int
    step: int
    words: str = ""
    found: int | None = None
    document_id: int | None = None
    title: str = ""
    anchor: str = ""
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How the knowledge base was used before one decision. queries: what was asked; opened: titles of what was read."""

    looked: Looked
    queries: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    seconds: int = 0


def searched(lane: int, step: int, lookups: Sequence[Lookup], wanted: Collection[int]) -> Search:
    """Return how the knowledge base was used for a decision. wanted: documents that would have helped.

    What was opened at an earlier step counts as known; what was asked for counts at its own step alone. Where nothing
    is known to have helped, whatever was opened at this step counts as found.
    """
    here = [each for each in lookups if each.lane == lane and each.step == step]
    read = [each for each in lookups if each.document_id is not None and (each.lane, each.step) <= (lane, step)]
    helped = [each for each in read if each.lane == lane and each.document_id in wanted]
    if not wanted:
        helped = [each for each in here if each.document_id is not None]
    looked = Looked.FOUND if helped else Looked.MISSED if here else Looked.NOT
    shown = [*helped, *(each for each in here if each not in helped)]
    return Search(
        looked=looked,
        queries=tuple(dict.fromkeys(each.words for each in shown if each.words)),
        opened=tuple(dict.fromkeys(each.title for each in shown if each.document_id is not None and each.title)),
        seconds=sum(each.seconds or 0 for each in shown if each.document_id is not None),
    )
