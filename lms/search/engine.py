"""What an engine of search must do: keep entries of tokens, find them by clauses. One conformance suite tests both."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

FIELDS = ("title", "names", "headings", "body")
"""Where a word may stand, the weightiest first. names: aliases and tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that can be found. tokens: by field of FIELDS, in the order of the text; "" parts what is apart.

    facets: words by which it may be filtered (`for:*`, `for:售后组`, `in:after-sales`, `tag:运费险`), as they are.
    """

    id: int
    tokens: Mapping[str, tuple[str, ...]]
    facets: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One thing that is looked for. phrases: its alternatives, each a run of adjacent tokens. weight: of a hit."""

    phrases: tuple[tuple[str, ...], ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """every: all clauses must be found, else any of them, those with more first.

    better: need not be found; what has them too comes earlier by their weight. A clause without a phrase is found
    nowhere. facets: of each group at least one; the permission is one of them. limit: most answers, 1 to 200.
    """

    clauses: tuple[Clause, ...]
    every: bool = True
    better: tuple[Clause, ...] = ()
    facets: tuple[frozenset[str], ...] = ()
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry and how well it fits; scores of one answer compare with one another only. Best first, then lower id."""

    id: int
    score: float


class Unreadable(Exception):
    """The index can't be read at this moment (missing, being made, broken); the caller falls back to SQL."""


class Engine(Protocol):
    """Kept by id: putting an entry again replaces it. Writers come one at a time, readers never wait."""

    def alone(self, seconds: float = 0.0) -> AbstractContextManager[bool]:
        """Be the only one who writes, on all machines; gives False when another still writes after so many seconds.

        Who reads what is to be kept and puts it does both inside, else an older state may be put after a newer one.
        """

    def version(self) -> str:
        """Return which version of tokens the index was built with; "" when there is none."""

    def put(self, entries: Iterable[Entry]) -> None:
        """Keep these entries, replacing those with the same id."""

    def remove(self, ids: Iterable[int]) -> None:
        """Forget these entries; unknown ids are no error."""

    def replace_all(self, entries: Iterable[Entry]) -> int:
        """Build everything anew beside what is there and switch at the end; return how many there are."""

    def find(self, query: Query) -> list[Found]:
        """Return the best entries. Raises Unreadable."""

    def knows(self, tokens: Iterable[str]) -> Mapping[str, int]:
        """Return in how many entries each of these tokens stands; those in none are left out. Raises Unreadable."""
