"""The engine inside PostgreSQL: a tsvector made from the same tokens, any number of machines, nothing to keep in step.

Writers hold an advisory lock; a rebuild is one transaction, so readers see what was there before or after it.
"""

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, TextClause
from sqlalchemy import text as sql  # `text` is what sentences for people are marked with
from sqlalchemy.exc import SQLAlchemyError

from lms.core import clock
from lms.search.engine import MOST_FOUND, Busy, Clause, Entry, Found, Query, Unreadable, kept
from lms.search.vectors import WEIGHTS, clause_query, head, phrase_query, quoted, rank_query, vectors

LOCK = 0x6B656675
WRITER_WAIT = 10.0
MATCHED = 1_000_000.0
BATCH = 200
BODY = 0.03
"""What a clause weighs that stands in the body only; a title weighs up to 1."""
COUNTS_HOLD = 60.0
"""Seconds for which it is remembered in how many entries a token stands, for weighing."""
MOST_COUNTS = 20_000

_INSERT = sql(
    "INSERT INTO search_entry (entry_id, part, split, vector, head, facets) "
    "VALUES (:entry_id, :part, :split, CAST(:vector AS tsvector), CAST(:head AS tsvector), CAST(:facets AS text[]))"
)
_DELETE = sql("DELETE FROM search_entry WHERE entry_id = ANY(CAST(:ids AS bigint[]))")
_VERSION = sql("SELECT version FROM search_build WHERE id = 1")
# The planner does not know what it costs to fetch a vector; it would rather read the table from end to end.
_VERSION_FOR_READING = sql("SELECT version, set_config('enable_seqscan', 'off', true) FROM search_build WHERE id = 1")
_BUILT = sql(
    "INSERT INTO search_build (id, version, built_at) VALUES (1, :version, :at) "
    "ON CONFLICT (id) DO UPDATE SET version = excluded.version, built_at = excluded.built_at"
)
_COUNTS = sql(
    "SELECT given.place, "
    "(SELECT count(*) FROM search_entry WHERE NOT split AND vector @@ CAST(given.query AS tsquery)) + "
    "(SELECT count(DISTINCT entry_id) FROM search_entry WHERE split AND vector @@ CAST(given.query AS tsquery)) "
    "FROM unnest(CAST(:queries AS text[])) WITH ORDINALITY AS given(query, place)"
)
_TOTAL = sql("SELECT count(*) FROM search_entry WHERE part = 0")


class PostgreSQL:
    """An engine over two tables, in transactions of its own: the index is no part of what it is made from."""

    def __init__(self, database: Callable[[], Engine], version: str) -> None:
        self.database = database
        self.expected = version
        self._mine = threading.local()
        self._counts: dict[str, tuple[int, float]] = {}

    # Writing

    @contextlib.contextmanager
    def alone(self, seconds: float = 0.0) -> Iterator[bool]:
        depth = getattr(self._mine, "depth", 0)
        if depth:
            self._mine.depth = depth + 1
            try:
                yield True
            finally:
                self._mine.depth -= 1
            return
        # A connection of its own, that holds nothing but the lock: the server frees it when this process dies.
        with self.database().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not _locked(connection, seconds):
                yield False
                return
            self._mine.depth = 1
            try:
                yield True
            finally:
                self._mine.depth = 0
                connection.execute(sql("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.alone(WRITER_WAIT) as ours:
            if not ours:
                raise Busy
            with self.database().begin() as connection:
                yield connection

    def version(self) -> str:
        try:
            with self.database().begin() as connection:
                return connection.execute(_VERSION).scalar() or ""
        except SQLAlchemyError:
            return ""

    def put(self, entries: Iterable[Entry]) -> None:
        latest = {entry.id: entry for entry in entries}
        with self._writing() as connection:
            self._check(connection)
            connection.execute(_DELETE, {"ids": list(latest)})
            _insert(connection, latest.values())

    def remove(self, ids: Iterable[int]) -> None:
        with self._writing() as connection:
            self._check(connection)
            connection.execute(_DELETE, {"ids": list(ids)})

    def replace_all(self, entries: Iterable[Entry]) -> int:
        with self._writing() as connection:
            connection.execute(sql("DELETE FROM search_entry"))
            count = _insert(connection, entries)
            connection.execute(_BUILT, {"version": self.expected, "at": clock.now()})
            connection.execute(sql("ANALYZE search_entry"))  # else a fresh table is read from end to end
            return count

    # Reading

    def _check(self, connection: Connection, statement: TextClause = _VERSION) -> None:
        version = connection.execute(statement).scalar()
        if version != self.expected:
            raise Unreadable(
                f"the index is of version {version}, not {self.expected}" if version else "there is no index"
            )

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self.database().begin() as connection:
                self._check(connection, _VERSION_FOR_READING)
                yield connection
        except SQLAlchemyError as error:
            raise Unreadable(type(error).__name__) from error

    def find(self, query: Query) -> list[Found]:
        clauses = [clause for clause in query.clauses if clause_query(clause)]
        if not clauses or (query.every and len(clauses) < len(query.clauses)) or not all(query.facets):
            return []
        better = [clause for clause in query.better if clause_query(clause)]
        with self._reading() as connection:
            statement = _Statement(query, clauses, better, self._rarities(connection, [*clauses, *better]))
            rows = connection.execute(sql(statement.sql), statement.values)
            return [Found(id=row.entry_id, score=float(row.score)) for row in rows]

    def knows(self, tokens: Iterable[str]) -> Mapping[str, int]:
        with self._reading() as connection:
            counts = self._count(connection, dict.fromkeys(filter(None, tokens)))
        return {token: count for token, count in counts.items() if count}

    def _count(self, connection: Connection, tokens: Iterable[str]) -> dict[str, int]:
        every = list(tokens)
        if not every:
            return {}
        rows = connection.execute(_COUNTS, {"queries": [quoted(kept(token)) for token in every]})
        counts = {every[place - 1]: count for place, count in rows}
        if len(self._counts) > MOST_COUNTS:
            self._counts.clear()
        now = time.monotonic()
        self._counts.update({token: (count, now) for token, count in counts.items()})
        return counts

    def _rarities(self, connection: Connection, clauses: Sequence[Clause]) -> list[float]:
        """Return how much each clause counts: more for what stands in few entries. Counts may be a minute old."""
        now = time.monotonic()
        tokens = dict.fromkeys(token for clause in clauses for phrase in clause.phrases for token in phrase if token)
        known = {token: count for token in tokens if (count := self._remembered(token, now)) is not None}
        known |= self._count(connection, [token for token in tokens if token not in known])
        total = self._remembered("", now)
        if total is None:
            total = connection.execute(_TOTAL).scalar_one()
            self._counts[""] = (total, now)
        return [1.0 + math.log((total + 1) / (min(total, _standing(clause, known)) + 1)) for clause in clauses]

    def _remembered(self, token: str, now: float) -> int | None:
        count, since = self._counts.get(token, (0, -math.inf))
        return count if now - since < COUNTS_HOLD else None


class _Statement:
    """The one statement of a search, in two halves: entries of one row, and those of several (mostly none)."""

    def __init__(
        self, query: Query, clauses: Sequence[Clause], better: Sequence[Clause], rarities: Sequence[float]
    ) -> None:
        self.values: dict[str, Any] = {"weights": list(WEIGHTS), "limit": max(1, min(query.limit, MOST_FOUND))}
        self.facets = "".join(
            f" AND facets && {self._bound(sorted(map(kept, group)), 'text[]')}" for group in query.facets
        )
        self.queries = [self._bound(clause_query(clause), "tsquery") for clause in clauses]
        weighed = list(zip([*clauses, *better], rarities, strict=True))
        self.ranks = [f"{rarity * clause.weight:.6f} * ({self._rank(clause)})" for clause, rarity in weighed]
        self.more = "".join(f" + {rank}" for rank in self.ranks[len(clauses) :])
        halves = self._every() if query.every else self._any()
        self.sql = " UNION ALL ".join(halves) + " ORDER BY score DESC, entry_id LIMIT :limit"

    def _bound(self, value: Any, kind: str) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"CAST(:{name} AS {kind})"

    def _every(self) -> Iterator[str]:
        needed = " AND ".join(f"vector @@ {each}" for each in self.queries)
        score = " + ".join(self.ranks)
        yield f"SELECT entry_id, {score} AS score FROM search_entry WHERE NOT split AND {needed}{self.facets}"  # noqa: S608 - only places and numbers
        anything = " OR ".join(f"vector @@ {each}" for each in self.queries)
        together = " AND ".join(f"bool_or(vector @@ {each})" for each in self.queries)
        yield (
            f"SELECT entry_id, max({score}) AS score FROM search_entry "  # noqa: S608
            f"WHERE split AND ({anything}){self.facets} GROUP BY entry_id HAVING {together}"
        )

    def _any(self) -> Iterator[str]:
        """Each clause by itself, so that the index alone says who fulfils it; then how many each entry fulfils."""
        for split in ("NOT split", "split"):
            parts = " UNION ALL ".join(
                f"SELECT entry_id, {number} AS clause, {MATCHED:.0f} + {rank} AS score, 0{self.more} AS more "  # noqa: S608
                f"FROM search_entry WHERE {split} AND vector @@ {each}{self.facets}"
                for number, (each, rank) in enumerate(zip(self.queries, self.ranks, strict=False))
            )
            best = f"SELECT entry_id, max(score) AS score, max(more) AS more FROM ({parts}) e GROUP BY entry_id, clause"  # noqa: S608
            yield f"SELECT entry_id, sum(score) + max(more) AS score FROM ({best}) b GROUP BY entry_id"  # noqa: S608

    def _rank(self, clause: Clause) -> str:
        """Return how well an entry fits a clause that it fulfils (a little, if only its body does)."""
        ranks = [str(BODY)]
        for phrase in clause.phrases:
            found = phrase_query(phrase)
            if found:
                rank = f"ts_rank(CAST(:weights AS real[]), head, {self._bound(rank_query(phrase), 'tsquery')})"
                if len(phrase) > 1:
                    rank = f"CASE WHEN head @@ {self._bound(found, 'tsquery')} THEN {rank} ELSE 0 END"
                ranks.append(rank)
        return f"GREATEST({', '.join(ranks)})"


def _standing(clause: Clause, counts: Mapping[str, int]) -> int:
    """Return in how many entries a clause stands at most: each phrase by its rarest token."""
    return sum(min(counts.get(token, 0) for token in phrase) for phrase in clause.phrases if phrase and all(phrase))


def _insert(connection: Connection, entries: Iterable[Entry]) -> int:
    count = 0
    rest = iter(entries)
    while some := list(islice(rest, BATCH)):
        made = []
        for entry in some:
            parts = vectors(entry.tokens)
            facets = sorted({kept(facet) for facet in entry.facets})
            row = {"entry_id": entry.id, "split": len(parts) > 1, "head": head(entry.tokens), "facets": facets}
            made += [{**row, "part": number, "vector": vector} for number, vector in enumerate(parts)]
        connection.execute(_INSERT, made)
        count += len(some)
    return count


def _locked(connection: Connection, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while True:
        if connection.execute(sql("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK}).scalar():
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
