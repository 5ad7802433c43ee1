"""The embedded engine: an index of Whoosh in a folder of its own, that may be thrown away at any time.

The folder holds `current.json` (which subfolder is the index, and of which version) and one subfolder per build. Only
the index, its writer and its reader are used: every entry has one posting per token with a weight of our own, so that
ranking costs no statistics. One lock for all that writes, on this machine: the folder is not to be shared by several.
"""

import contextlib
import fcntl
import json
import math
import os
import shutil
import threading
import time
import uuid
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whoosh import fields, formats, index

from lms.search.engine import MOST_FOUND, Busy, Clause, Entry, Found, Phrase, Query, Unreadable, kept
from lms.search.postings import Posting, postings

POINTER = "current.json"
WRITER_WAIT = 10.0
"""Seconds that a writer waits for another."""
MEMORY_MB = 32
"""Of postings that are sorted in memory, as Whoosh counts them; Python needs five times as much."""
MOST_KEPT = 20_000
"""Tokens of one segment whose number of entries is kept in memory: queries say the same words all day."""
MATCHED = 1_000_000.0
"""What a clause counts beside how well it fits, where not every clause must be found."""


class _Places(formats.Positions):  # type: ignore[misc]
    """Positions as plain numbers: half the size of Whoosh's pickled lists, and read five times as fast."""

    def decode_positions(self, value: bytes) -> "array[int]":
        found = array("I")
        found.frombytes(value)
        return found


class _Tokens(fields.FieldType):  # type: ignore[misc]
    """A field that takes the postings of an entry as they are."""

    def __init__(self) -> None:
        super().__init__(_Places(), None, scorable=True)  # without lengths Whoosh looks for their file at each posting

    def index(self, value: Mapping[str, Posting], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        for token, posting in value.items():
            yield token.encode(), len(posting.positions), posting.weight, array("I", posting.positions).tobytes()


class _Words(fields.FieldType):  # type: ignore[misc]
    """A field of whole words that are only there or not."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None)

    def index(self, value: Sequence[str], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        for word in sorted({kept(each) for each in value}):
            yield word.encode(), 1, 1.0, b""


def _schema() -> Any:
    number = fields.NUMERIC(int, bits=64, signed=True, sortable=True)
    return fields.Schema(key=_Words(), number=number, tokens=_Tokens(), facets=_Words())


SCHEMA = _schema()


@dataclass(slots=True)
class _Leaf:
    """One segment of one state of the index, which never changes. ids: of its documents by their number.

    facets, counts: what was asked before.
    """

    reader: Any
    ids: Sequence[int]
    facets: dict[str, frozenset[int]]
    counts: dict[str, int]

    def matcher(self, token: str) -> Any:
        """Return what goes over the entries with this token, None when it is in none."""
        term = token.encode()
        return self.reader.postings("tokens", term) if ("tokens", term) in self.reader else None

    def count(self, token: str) -> int:
        """Return how many entries have this token."""
        known = self.counts.get(token)
        if known is None:
            matcher = self.matcher(token)
            known = 0 if matcher is None else sum(1 for _ in matcher.all_ids())
            if len(self.counts) >= MOST_KEPT:
                self.counts.clear()
            self.counts[token] = known
        return known

    def having(self, facet: str) -> frozenset[int]:
        known = self.facets.get(facet)
        if known is None:
            term = facet.encode()
            has_it = ("facets", term) in self.reader
            known = frozenset(self.reader.postings("facets", term).all_ids()) if has_it else frozenset()
            self.facets[facet] = known
        return known


@dataclass(slots=True)
class _Opened:
    """What is read from: which build, which state of it, and its segments."""

    folder: str
    generation: int
    reader: Any
    leaves: list[_Leaf]


class Whoosh:
    """An engine over one folder. Any number of threads and processes may read while one writes."""

    def __init__(self, folder: Path, version: str) -> None:
        self.folder = folder
        self.expected = version
        self._reading = threading.Lock()  # a reader of Whoosh shares its file positions
        self._opened: _Opened | None = None
        self._mine = threading.local()

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
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "ab") as file:
            if not _locked(file.fileno(), seconds):
                yield False
                return
            self._mine.depth = 1
            try:
                yield True
            finally:
                self._mine.depth = 0  # closing the file gives the lock back

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        with self.alone(WRITER_WAIT) as ours:
            if not ours:
                raise Busy
            yield

    def version(self) -> str:
        with contextlib.suppress(Unreadable):
            return self._pointer()[1]
        return ""

    def put(self, entries: Iterable[Entry]) -> None:
        latest = {entry.id: entry for entry in entries}
        self._change(latest.keys(), latest.values())

    def remove(self, ids: Iterable[int]) -> None:
        self._change(set(ids), ())

    def _change(self, gone: Iterable[int], come: Iterable[Entry]) -> None:
        with self._writing():
            try:
                opened = index.open_dir(str(self.folder / self._current()), schema=SCHEMA)
                writer = opened.writer(timeout=WRITER_WAIT, delay=0.01, limitmb=MEMORY_MB)
            except (OSError, index.IndexError, index.LockError) as error:
                raise Unreadable(str(error)) from error
            try:
                with writer.searcher() as searcher:
                    for each in gone:
                        writer.delete_by_term("key", str(each), searcher=searcher)
                for entry in come:
                    writer.add_document(**_document(entry))
            except BaseException:
                writer.cancel()
                raise
            writer.commit()

    def replace_all(self, entries: Iterable[Entry]) -> int:
        with self._writing():
            name = uuid.uuid4().hex[:12]
            path = self.folder / name
            path.mkdir()
            try:
                count = _build(path, entries)
            except BaseException:
                shutil.rmtree(path, ignore_errors=True)
                raise
            self._switch(name)
            for other in self.folder.iterdir():
                if other.is_dir() and other.name != name:
                    shutil.rmtree(other, ignore_errors=True)
            return count

    def _switch(self, name: str) -> None:
        """Let readers find the new build from now on: they see the old pointer or the new one, never none."""
        beside = self.folder / f"{POINTER}.{name}"
        with open(beside, "w", encoding="ascii") as file:
            json.dump({"folder": name, "version": self.expected}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.folder / POINTER)

    # Reading

    def _pointer(self) -> tuple[str, str]:
        """Return the folder of the present build and its version. Raises Unreadable."""
        try:
            read = json.loads((self.folder / POINTER).read_bytes())
            return str(read["folder"]), str(read["version"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unreadable("there is no index") from error

    def _current(self) -> str:
        name, version = self._pointer()
        if version != self.expected:
            raise Unreadable(f"the index is of version {version}, not {self.expected}")
        return name

    @contextlib.contextmanager
    def _leaves(self) -> Iterator[list[_Leaf]]:
        """Give the segments as they stand at this moment. Whatever goes wrong with them is Unreadable."""
        with self._reading:
            try:
                yield self._open()
            except Exception as error:
                self._opened = None
                raise error if isinstance(error, Unreadable) else Unreadable(type(error).__name__) from error

    def _open(self) -> list[_Leaf]:
        name = self._current()
        try:
            return self._open_build(name)
        except (OSError, index.EmptyIndexError):  # another build took its place at this very moment
            self._opened = None
            return self._open_build(self._current())

    def _open_build(self, name: str) -> list[_Leaf]:
        found = index.open_dir(str(self.folder / name), schema=SCHEMA)
        generation = found.latest_generation()
        opened = self._opened
        if opened is None or (opened.folder, opened.generation) != (name, generation):
            reader = found.reader()
            leaves = [
                _Leaf(leaf, [int(number) for number in leaf.column_reader("number")], {}, {})
                for leaf, _ in reader.leaf_readers()
                if leaf.doc_count_all()
            ]
            opened = self._opened = _Opened(name, generation, reader, leaves)
        return opened.leaves

    def find(self, query: Query) -> list[Found]:
        with self._leaves() as leaves:
            total = sum(len(leaf.ids) for leaf in leaves)
            clauses = [(clause, [_matches(leaf, clause) for leaf in leaves]) for clause in query.clauses]
            better = [(clause, [_matches(leaf, clause) for leaf in leaves]) for clause in query.better]
            found: list[Found] = []
            for number, leaf in enumerate(leaves):
                chosen = _chosen(leaf, query, [every[number] for _, every in clauses])
                scores = dict.fromkeys(chosen, 0.0)
                for at_least, group in ((0.0 if query.every else MATCHED, clauses), (0.0, better)):
                    for clause, every in group:
                        rarity = clause.weight * _rarity(total, sum(map(len, every)))
                        for at, weight in every[number].items():
                            if at in scores:
                                scores[at] += at_least + rarity * weight
                found += [Found(id=leaf.ids[at], score=score) for at, score in scores.items()]
        found.sort(key=lambda each: (-each.score, each.id))
        return found[: max(1, min(query.limit, MOST_FOUND))]

    def knows(self, tokens: Iterable[str]) -> Mapping[str, int]:
        with self._leaves() as leaves:
            found = {}
            for token in dict.fromkeys(tokens):
                count = sum(leaf.count(kept(token)) for leaf in leaves)
                if count:
                    found[token] = count
            return found


def _locked(number: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)


def _document(entry: Entry) -> dict[str, Any]:
    return {
        "key": [str(entry.id)],
        "number": entry.id,
        "tokens": postings(entry.tokens),
        "facets": list(entry.facets),
    }


def _build(path: Path, entries: Iterable[Entry]) -> int:
    writer = index.create_in(str(path), SCHEMA).writer(limitmb=MEMORY_MB)
    count = 0
    try:
        for entry in entries:
            writer.add_document(**_document(entry))
            count += 1
    except BaseException:
        writer.cancel()
        raise
    writer.commit()
    return count


def _rarity(total: int, found: int) -> float:
    """Return how much a clause counts that so many of all entries fulfil: 1 for all of them, more for few."""
    return 1.0 + math.log((total + 1) / (found + 1)) if found else 0.0


def _chosen(leaf: _Leaf, query: Query, clauses: Sequence[Mapping[int, float]]) -> set[int]:
    """Return the numbers of the entries that fulfil the clauses and the facets."""
    if not clauses:
        return set()
    if query.every:
        first, *rest = sorted(clauses, key=len)
        chosen = {at for at in first if all(at in other for other in rest)}
    else:
        chosen = set().union(*clauses)
    for group in query.facets:
        if not chosen:
            break
        chosen &= frozenset().union(*(leaf.having(kept(facet)) for facet in group))
    return chosen


def _matches(leaf: _Leaf, clause: Clause) -> dict[int, float]:
    """Return the weight of each entry that has one of the clause's phrases; with several the best counts."""
    found: dict[int, float] = {}
    for phrase in clause.phrases:
        for at, weight in _standing(leaf, phrase):
            if weight > found.get(at, 0.0):
                found[at] = weight
    return found


def _standing(leaf: _Leaf, phrase: Phrase) -> Iterator[tuple[int, float]]:
    """Give the entries in which the tokens stand one after another, and how much the lightest of them weighs there."""
    matchers = []
    for token in phrase:
        matcher = leaf.matcher(kept(token)) if token else None
        if matcher is None:
            return
        matchers.append(matcher)
    if len(matchers) == 1:
        (only,) = matchers
        while only.is_active():
            yield only.id(), only.weight()
            only.next()
        return
    while matchers and all(matcher.is_active() for matcher in matchers):
        target = max(matcher.id() for matcher in matchers)
        for matcher in matchers:
            if matcher.id() < target:
                matcher.skip_to(target)
                if not matcher.is_active():
                    return
        if all(matcher.id() == target for matcher in matchers):
            if _adjacent([matcher.value_as("positions") for matcher in matchers]):
                yield target, min(matcher.weight() for matcher in matchers)
            matchers[0].next()


def _adjacent(places: Sequence[Sequence[int]]) -> bool:
    """Return whether there is a position at which the first stands, the second one further, and so on."""
    begins = set(places[0])
    for offset, each in enumerate(places[1:], 1):
        begins &= {at - offset for at in each}
        if not begins:
            return False
    return bool(begins)
