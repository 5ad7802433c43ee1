"""Five hundred people who begin one quiz within half a minute and answer every five seconds: BENCH_ONLY=crowd.

And three hundred who begin one drill and reply every five seconds: BENCH_ONLY=crowd-drill.

They are served as `lms serve` serves, with its default number of processes, by one client in this process. Each has a
connection of one's own that is kept open, and a token. A time is counted from the moment when the request was due, so
that a client or a server that falls behind shows as a long time, not as fewer requests.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lms.serving import web_command
from tests.benchmarks import data
from tests.benchmarks.data import DRILL, QUIZ, Installation
from tests.benchmarks.measure import Figures, Sample, Server, answers, free_port
from tests.benchmarks.operations import step_for, value_for

BEGIN_WITHIN = 30.0
ANSWER_EVERY = 5.0
STEADY = 30.0
"""Seconds of answering after the last one has begun."""
PROCESSES = 2
"""What `lms serve` takes on two cores."""
HEAD = f"{'crowd':<10}{'requests':>10}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'max ms':>9}{'limit':>8}"


@dataclass(slots=True)
class Seen:
    """What the client has seen. times: in ms, by what was asked. errors: what was not 200 or 201."""

    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    """One who takes the quiz. token: shown with each request."""

    port: int
    token: str
    seen: Seen
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def call(self, kind: str, method: str, path: str, body: object, due: float) -> Any:
        """Send one request and return its JSON; None after an error, which is noted."""
        try:
            status, content = await asyncio.wait_for(self._exchange(method, path, json.dumps(body).encode()), 60)
        except (OSError, EOFError, TimeoutError) as error:
            self.seen.errors.append(f"{kind}: {error!r}")
            self.writer = None
            return None
        self.seen.times.setdefault(kind, []).append((time.perf_counter() - due) * 1000)
        if status not in (200, 201):
            self.seen.errors.append(f"{kind}: {status} {content[:200]!r}")
            return None
        return json.loads(content)

    async def _exchange(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self.reader is not None
        head = (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.casefold(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        return int(lines[0].split()[1]), await self.reader.readexactly(int(headers["content-length"]))


async def takes(person: Person, due: float, until: float) -> None:
    """Begin a quiz at `due`, then answer one question after the other, round and round, until the end."""
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
    attempt = await person.call("start", "POST", f"/quizzes/{QUIZ}/attempts", {}, due)
    number = 0
    while attempt and (due := due + ANSWER_EVERY) < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        question = attempt["questions"][number % len(attempt["questions"])]
        number += 1
        body = {"value": value_for(question), "seq": number}
        await person.call("save", "PUT", f"/attempts/{attempt['id']}/answers/{question['id']}", body, due)


async def plays(person: Person, due: float, until: float) -> None:
    """Begin a drill at `due`, then reply to its customer until the end."""
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
    run = await person.call("start", "POST", f"/drills/{DRILL}/runs", {}, due)
    while run and (due := due + ANSWER_EVERY) < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        run = await person.call("step", "POST", f"/runs/{run['id']}/steps", step_for(run), due)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who comes and what each does. limits: of the p95 in ms, by what is asked."""

    name: str
    people: int
    does: Callable[[Person, float, float], Awaitable[None]]
    limits: dict[str, float]


CROWDS = {
    each.name: each
    for each in (
        Crowd(
            name="crowd",
            people=int(os.environ.get("BENCH_CROWD", "500")),
            does=takes,
            limits={"start": 1_000.0, "save": 150.0},
        ),
        Crowd(
            name="crowd-drill",
            people=int(os.environ.get("BENCH_CROWD", "300")),
            does=plays,
            limits={"start": 1_000.0, "step": 200.0},
        ),
    )
}


async def all_come(crowd: Crowd, installation: Installation, port: int) -> Seen:
    seen = Seen()
    began = time.perf_counter() + 1
    until = began + BEGIN_WITHIN + STEADY
    people = [Person(port, token, seen) for token in installation.tokens[: crowd.people]]
    await asyncio.gather(
        *(crowd.does(each, began + BEGIN_WITHIN * place / len(people), until) for place, each in enumerate(people))
    )
    for each in people:
        if each.writer is not None:
            each.writer.close()
    return seen


@contextlib.contextmanager
def served(installation: Installation) -> Iterator[Server]:
    """Serve as `lms serve` does, without the worker. Its pid is that of the master."""
    port = free_port()
    command = [*web_command("127.0.0.1", port, PROCESSES, 4), "--log-level", "warning"]
    process = subprocess.Popen(command, env={**os.environ, **installation.environment}, start_new_session=True)
    try:
        while not answers(port):
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with {process.returncode}")
            time.sleep(0.05)
        yield Server(port=port, pid=process.pid)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def cpu_ms(server: Server) -> float:
    """Return the CPU time of all processes that answer, in ms."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return sum(Server(port=server.port, pid=int(child)).cpu_ms() for child in children)


def measure(crowd: Crowd) -> dict[str, Any]:
    """Print and return what the crowd saw."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder:
        print(f"making an installation of {2 * crowd.people:,} people …", file=sys.stderr, flush=True)
        installation = data.build(Path(folder), 2 * crowd.people, takers=crowd.people)
        with served(installation) as server:
            before = cpu_ms(server)
            own = time.process_time()
            seen = asyncio.run(all_come(crowd, installation, server.port))
            used, own = cpu_ms(server) - before, time.process_time() - own
    print(HEAD)
    result: dict[str, Any] = {"people": crowd.people, "errors": len(seen.errors)}
    for name, times in seen.times.items():
        figures = Figures([Sample(0.0, times)])
        points = {f"p{percent}_ms": round(figures.percentile(percent), 1) for percent in (50, 95, 99, 100)}
        fine = points["p95_ms"] <= crowd.limits[name]
        result[name] = {"requests": len(times), **points, "limit": crowd.limits[name], "ok": fine}
        shown = "".join(f"{point:>9.1f}" for point in points.values())
        print(f"{name:<10}{len(times):>10}{shown}{crowd.limits[name]:>8.0f}  {'ok' if fine else 'OVER'}", flush=True)
    kind = next(reversed(crowd.limits))
    steady = len(seen.times[kind]) / (BEGIN_WITHIN / 2 + STEADY)
    result[f"{kind}s_a_second"] = round(steady, 1)
    asked = sum(len(times) for times in seen.times.values())
    result["server_cpu_ms"] = round(used / max(asked, 1), 2)
    print(
        f"{len(seen.errors)} errors; {steady:.0f} {kind}s a second; CPU of the server {used / max(asked, 1):.2f} ms a "
        f"request ({used / 10 / (BEGIN_WITHIN + STEADY):.0f} % of one core), of this client {own:.0f} s; "
        f"load of the machine {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    for error in seen.errors[:5]:
        print(f"  {error}")
    return result
