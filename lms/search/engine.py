"""What an engine of search must do: keep entries of tokens, find them by clauses. One conformance suite tests both."""

import contextlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

FIELDS = ("title", "names", "headings", "body")
"""Where a word may stand, the weightiest first. names: aliases and tags."""
MOST_FOUND = 200
LONGEST_TOKEN = 200
"""Bytes; a longer token is kept by its beginning and a digest of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that can be found. tokens: by field of FIELDS, in the order of the text; "" parts what is apart.

    facets: words by which it may be filtered (`for:*`, `for:售后组`, `in:after-sales`, `tag:运费险`), as they are.
    """

    id: int
    tokens: Mapping[str, tuple[str, ...]]
    facets: frozenset[str] = field(default_factory=frozenset)


Phrase = tuple[str, ...]
"""Tokens that stand one after another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One thing that is looked for. phrases: its alternatives, each a run of adjacent tokens. weight: of a hit."""

    phrases: tuple[Phrase, ...]
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
    """The index can't be used at this moment (missing, of another version, broken); the caller falls back to SQL."""


class Busy(Exception):
    """Another one still writes; try again later."""


def kept(token: str) -> str:
    """Return the token as every engine can keep it; one that is too long, or no text, by a digest of the whole."""
    if len(token) <= LONGEST_TOKEN // 4 and token.isalnum():
        return token  # nearly all of them
    raw = token.encode("utf-8", "surrogatepass")
    if len(raw) <= LONGEST_TOKEN and "\0" not in token:
        with contextlib.suppress(UnicodeEncodeError):
            token.encode()
            return token
    beginning = raw[: LONGEST_TOKEN - 70].replace(b"\0", b"").decode("utf-8", "ignore")
    return f"{beginning}#{sha256(raw).hexdigest()}"


class Engine(Protocol):
    """Kept by id: putting an entry again replaces it. Writers come one at a time, readers never wait."""

    def alone(self, seconds: float = 0.0) -> AbstractContextManager[bool]:
        """Be the only one who writes, on all machines; gives False when another still writes after so many seconds.

        Who reads what is to be kept and puts it does both inside, else an older state may be put after a newer one.
        """

    def version(self) -> str:
        """Return which version of tokens the index was built with; "" when there is none."""

    def put(self, entries: Iterable[Entry]) -> None:
        """Keep these entries, replacing those with the same id. Raises Unreadable when there is no index, Busy."""

    def remove(self, ids: Iterable[int]) -> None:
        """Forget these entries; unknown ids are no error. Raises Unreadable when there is no index, Busy."""

    def replace_all(self, entries: Iterable[Entry]) -> int:
        """Build everything anew beside what is there and switch at the end; return how many there are. Raises Busy."""

    def find(self, query: Query) -> list[Found]:
        """Return the best entries. Raises Unreadable."""

    def knows(self, tokens: Iterable[str]) -> Mapping[str, int]:
        """Return in how many entries each of these tokens stands; those in none are left out. Raises Unreadable."""
