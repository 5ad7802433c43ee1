"""The people of `make load`: what each sends and when, over connections that stay open, in one cheap client."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.benchmarks.operations import value_for

PATIENCE = 30.0
"""Seconds after which a request counts as failed."""


@dataclass(slots=True)
class Told:
    """What the client has seen. saves, pages: (second in which it was due, ms until it was there).

    kinds: ms of pages by what was asked. late: ms by which a request was sent later than planned though nothing of the
    same person was under way. again: connections that the server had closed while they were idle.
    """

    saves: list[tuple[float, float]] = field(default_factory=list)
    pages: list[tuple[float, float]] = field(default_factory=list)
    kinds: dict[str, list[float]] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    again: int = 0


@dataclass(slots=True)
class Sitting:
    """One person with a paper. acknowledged: of each question the seq and value that the server said it has."""

    person: str
    cookie: str
    csrf: str
    attempt: str = ""
    questions: list[dict[str, Any]] = field(default_factory=list)
    seq: int = 0
    acknowledged: dict[str, tuple[int, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that will be sent. at: seconds from the start. path: "" = an answer, "paper" = the person's paper."""

    at: float
    person: int
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Arrivals:
    """All requests of a run, in order."""

    each: tuple[Arrival, ...]

    @classmethod
    def planned(
        cls,
        *,
        seconds: float,
        saves: float,
        pages: float,
        people: int,
        articles: Sequence[str],
        words: Sequence[str],
        seed: int = 9,
    ) -> "Arrivals":
        """Settle when each request comes: at random, as people do, so many a second on the average, the same each time.

        Everybody answers in turn and everybody opens pages in turn: home, one's paper, an article, a search.
        """
        luck = random.Random(seed)
        looked = itertools.cycle(("home", "paper", "article", "search"))
        found: list[Arrival] = []
        for number, at in enumerate(_moments(luck, saves, seconds)):
            found.append(Arrival(at, number % people, "save", ""))
        for number, at in enumerate(_moments(luck, pages, seconds)):
            kind = next(looked)
            path = {
                "home": "/",
                "paper": "paper",
                "article": articles[luck.randrange(len(articles))],
                "search": f"/kb?q={luck.choice(words)}",
            }[kind]
            # A step that has no divisor with people and kinds: nobody opens the same kind of page all the time.
            found.append(Arrival(at, (number + number // people) % people, kind, path))
        return cls(tuple(sorted(found, key=lambda each: each.at)))


def _moments(luck: random.Random, rate: float, seconds: float) -> list[float]:
    moments, at = [], luck.expovariate(rate) if rate else seconds
    while at < seconds:
        moments.append(at)
        at += luck.expovariate(rate)
    return moments


class Line:
    """One connection that is kept open; one request at a time, the next waits and its time goes on."""

    def __init__(self, port: int, told: Told) -> None:
        self._port, self._told = port, told
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.lock = asyncio.Lock()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request and return status and content; once more where the idle connection had been closed.

        A browser does the same. An answer has its number, so that it can't be taken in twice.
        """
        known = self._writer is not None
        try:
            return await asyncio.wait_for(self._exchange(request), PATIENCE)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            if not known or getattr(error, "partial", b""):
                raise
        self._told.again += 1
        return await asyncio.wait_for(self._exchange(request), PATIENCE)

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        assert self._reader is not None
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        low = head.lower()
        place = low.index(b"content-length:") + 15
        content = await self._reader.readexactly(int(low[place : low.index(b"\r", place)]))
        if b"connection: close" in low:
            self.close()
        return int(head[9:12]), content

    def close(self) -> None:
        """Let go of the connection; the next request opens another one."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


class Crowd:
    """Everybody, each with one connection for answers and one for pages, as a browser has several."""

    def __init__(self, people: Sequence[Sitting], port: int, told: Told) -> None:
        self._people, self._port, self._told = people, port, told
        self._lines = {kind: [Line(port, told) for _ in people] for kind in ("save", "page")}

    async def begin(self, quiz: str, within: float) -> None:
        """Let everybody begin, evenly within so many seconds."""

        async def one(number: int, each: Sitting) -> None:
            await asyncio.sleep(within * number / len(self._people))
            content = await self._call(
                self._lines["save"][number], each, "POST", f"/api/v1/quizzes/{quiz}/attempts", {}
            )
            if content is not None:
                paper = json.loads(content)
                each.attempt, each.questions = paper["id"], paper["questions"]

        await asyncio.gather(*(one(number, each) for number, each in enumerate(self._people)))

    async def send(self, plan: Arrivals, began: float) -> None:
        """Send each request at its moment and wait for the last answer. began: of time.perf_counter()."""
        under_way: set[asyncio.Task[None]] = set()
        for each in plan.each:
            due = began + each.at
            now = time.perf_counter()
            if now < due:
                await asyncio.sleep(due - now)
            task = asyncio.create_task(self._one(each, due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        while under_way:
            await asyncio.wait(under_way)

    async def close(self) -> None:
        """Close every connection."""
        for line in itertools.chain(*self._lines.values()):
            line.close()

    async def _one(self, arrival: Arrival, due: float) -> None:
        person = self._people[arrival.person]
        if not person.attempt:
            self._told.errors.append(f"{arrival.kind}: nobody could begin")
            return
        line = self._lines["save" if arrival.kind == "save" else "page"][arrival.person]
        free = not line.lock.locked()
        async with line.lock:
            if free:
                self._told.late.append((time.perf_counter() - due) * 1000)
            if arrival.kind == "save":
                done = await self._save(line, person)
            else:
                path = f"/attempts/{person.attempt}" if arrival.path == "paper" else arrival.path
                done = await self._call(line, person, "GET", path) is not None
        if done:
            took = (time.perf_counter() - due) * 1000
            if arrival.kind == "save":
                self._told.saves.append((arrival.at, took))
            else:
                self._told.pages.append((arrival.at, took))
                self._told.kinds.setdefault(arrival.kind, []).append(took)

    async def _save(self, line: Line, person: Sitting) -> bool:
        question = person.questions[person.seq % len(person.questions)]
        turn, seq = person.seq // len(person.questions), person.seq + 1
        person.seq = seq
        path = f"/api/v1/attempts/{person.attempt}/answers/{question['id']}"
        content = await self._call(line, person, "PUT", path, {"value": changed(question, turn), "seq": seq})
        if content is None:
            return False
        found = json.loads(content)
        if found["saved_seq"] != seq:
            self._told.errors.append(f"save: {found}")
            return False
        person.acknowledged[question["id"]] = (seq, found["value"])
        return True

    async def _call(self, line: Line, person: Sitting, method: str, path: str, body: object = None) -> bytes | None:
        sent = b"" if body is None else json.dumps(body).encode()
        target = quote(path, safe="/?=&~%")
        head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nCookie: {person.cookie}\r\n"
        if body is not None:
            head += f"X-CSRFToken: {person.csrf}\r\nContent-Type: application/json\r\nContent-Length: {len(sent)}\r\n"
        try:
            status, content = await line.ask(head.encode() + b"\r\n" + sent)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            line.close()
            self._told.errors.append(f"{method} {path}: {error!r}")
            return None
        if status not in (200, 201):
            self._told.errors.append(f"{method} {path}: {status} {content[:200].decode(errors='replace')}")
            return None
        return content


def changed(question: dict[str, Any], turn: int) -> Any:
    """Return an answer of the right shape, another one each turn, so that an old one can't pass for the last."""
    ids = [option["id"] for option in question["options"]]
    match question["type"]:
        case "single":
            return ids[turn % len(ids)]
        case "multiple":
            return ids[turn % 2 : turn % 2 + 1 + turn % 3 % len(ids)]
        case "true_false":
            return turn % 2 == 0
        case "fill_in":
            return [str(turn)] * question["blanks"]
        case "numeric":
            return str(turn)
        case "ordering":
            return ids[turn % len(ids) :] + ids[: turn % len(ids)]
    return value_for(question)
