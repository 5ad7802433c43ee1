"""`make bench`: the main operations beside a bare Flask hello, under the same server, in the same run.

BENCH_OUT=file.json writes the table as JSON. BENCH_ONLY=home,quiz measures a part. BENCH_ROUNDS=8 rounds.
The engines of search come last (BENCH_ONLY=search measures them alone); BENCH_FULL=1 takes them to 20,000 articles.
BENCH_ONLY=crowd lets 500 people begin a quiz within half a minute, crowd-drill 300 a drill: each is measured alone,
never with the others.
"""

import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from sqlalchemy import event

from lms.content.jobs import sync_files
from lms.core.db import db
from tests.benchmarks import (
    crowd,
    data,
    figures_in,
    impacting,
    paths,
    publishing,
    reminding,
    ruling,
    scoring,
    searching,
    versions,
)
from tests.benchmarks.data import Installation
from tests.benchmarks.measure import Client, Figures, Refused, Sample, Server, serve
from tests.benchmarks.operations import OPERATIONS, Operation, Visitor

ROUNDS = max(6, int(os.environ.get("BENCH_ROUNDS", "8")))
SLICES = 5
"""Turns of hello and the page within one round: what else the machine does then falls on both."""
HELLO_RUNS = 40
WARM_SECONDS = 2.0
"""CPython needs some hundred requests before a page costs what it costs from then on."""
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


class Inside:
    """Sends requests to an app in this process."""

    def __init__(self, app: Any) -> None:
        self.browser = app.test_client()

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        answer = self.browser.open(path, method=method, data=body, headers=dict(headers or {}))
        if answer.status_code >= 400:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        content: bytes = answer.get_data()
        return content


@contextlib.contextmanager
def counted_in(app: APIFlask) -> Iterator[list[str]]:
    """Collect the SQL statements that the app sends, without those that only open and close transactions."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(NOT_COUNTED):
            seen.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    with app.app_context():
        event.remove(db.engine, "before_cursor_execute", note)
        db.engine.dispose()


def statements(installation: Installation, operations: Iterable[Operation]) -> dict[str, int]:
    """Return how many SQL statements one run of each operation sends, on the same data, counted in this process."""
    app = data.open_app(installation.folder)
    found = {}
    takers = iter(installation.tokens[-2 * len(OPERATIONS) :])
    with counted_in(app) as seen:
        for operation in operations:
            visitor = Visitor(Inside(app), installation, takers)
            with contextlib.suppress(Refused):  # said when it is measured
                operation.begin(visitor)
                operation.run(visitor)
                seen.clear()
                operation.run(visitor)
                found[operation.name] = len(seen)
    return found


def measure_sync(folder: Path, hello: Server) -> dict[str, tuple[Figures, int]]:
    """Measure, in this process, taking all files into an empty installation, and looking at them once more."""
    found = {"sync": (Figures(), 0), "sync-again": (Figures(), 0)}
    yardstick = Client(hello.port)
    content = data.content_folder(folder / "content")
    for number in range(ROUNDS + 1):
        app = data.open_app(folder / str(number))
        with app.app_context(), counted_in(app) as seen:
            db.create_all()
            data.staff()
            for name in found:
                one = hello_cpu(hello, yardstick)
                seen.clear()
                began, started = time.process_time(), time.perf_counter()
                sync_files(content)
                took = (time.perf_counter() - started) * 1000
                if number:  # the first round warms the parsers
                    figures = found[name][0]
                    figures.hello.append(one)
                    figures.samples.append(Sample((time.process_time() - began) * 1000, [took]))
                    found[name] = (figures, len(seen))
            db.session.remove()
    return found


def hello_cpu(hello: Server, yardstick: Client) -> float:
    """Return the CPU of one hello, in ms, over a run of them."""
    began = hello.cpu_ms()
    for _ in range(HELLO_RUNS):
        yardstick.send("GET", "/")
    return (hello.cpu_ms() - began) / HELLO_RUNS


def measure(operation: Operation, visitor: Visitor, server: Server, hello: Server) -> Figures:
    """Run rounds of hello and the operation in turn, after some that are thrown away."""
    figures = Figures()
    yardstick = Client(hello.port)
    operation.begin(visitor)
    hello_cpu(hello, yardstick)
    until = time.monotonic() + WARM_SECONDS
    while time.monotonic() < until:
        operation.run(visitor)
    slices = min(SLICES, operation.runs)
    for _ in range(ROUNDS):
        latencies, page, one = [], 0.0, 0.0
        for number in range(slices):
            one += hello_cpu(hello, yardstick) / slices
            began = server.cpu_ms()
            for _ in range(operation.runs * number // slices, operation.runs * (number + 1) // slices):
                started = time.perf_counter()
                operation.run(visitor)
                latencies.append((time.perf_counter() - started) * 1000)
            page += server.cpu_ms() - began
        figures.hello.append(one)
        figures.samples.append(Sample(page / operation.runs, latencies))
    yardstick.connection.close()
    return figures


SEARCHES = {"search", *searching.NAMES}
"""Names by which BENCH_ONLY asks for the engines of search; they are measured together, beside one another."""


def chosen() -> tuple[list[Operation], bool]:
    """Return the operations that are asked for, and whether the engines of search are."""
    names = [name.strip() for name in os.environ.get("BENCH_ONLY", "").split(",") if name.strip()]
    known = {operation.name: operation for operation in OPERATIONS}
    unknown = [name for name in names if name not in known and name not in SEARCHES]
    if unknown:
        sys.exit(f"BENCH_ONLY: no operation is called {', '.join(unknown)}; there are {', '.join([*known, *SEARCHES])}")
    return [known[name] for name in names if name in known] if names else list(OPERATIONS), (
        not names or not SEARCHES.isdisjoint(names)
    )


def row(operation: Operation, figures: Figures, sql: int) -> dict[str, Any]:
    ratio = statistics.median(figures.ratios)
    return {
        "cpu_ms": round(figures.cpu_ms, 3),
        "hello_ratio": round(ratio, 2),
        "p50_ms": round(figures.percentile(50), 2),
        "p95_ms": round(figures.percentile(95), 2),
        "sql": sql,
        "hello_ratio_low": round(figures.ratios[0], 2),
        "hello_ratio_high": round(figures.ratios[-1], 2),
        "limit": operation.limit,
        "people": operation.people,
        "requests": operation.requests,
        "ok": operation.limit is None or ratio <= operation.limit,
    }


HEAD = ("operation", "people", "CPU ms", "x hello", "low-high", "p50 ms", "p95 ms", "SQL", "limit", "")
WIDTHS = (16, 7, 9, 8, 13, 9, 9, 5, 6, 6)


def line(cells: Iterable[object]) -> str:
    return "  ".join(
        str(cell).ljust(width) if number in (0, 9) else str(cell).rjust(width)
        for number, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    )


def printed(name: str, each: Mapping[str, Any]) -> str:
    limit = each["limit"]
    return line(
        (
            name,
            each["people"],
            f"{each['cpu_ms']:.2f}",
            f"{each['hello_ratio']:.1f}",
            f"{each['hello_ratio_low']:.1f}-{each['hello_ratio_high']:.1f}",
            f"{each['p50_ms']:.2f}",
            f"{each['p95_ms']:.2f}",
            each["sql"],
            "" if limit is None else f"{limit:.0f}",
            "" if limit is None else "ok" if each["ok"] else "OVER",
        )
    )


@dataclass(slots=True)
class Place:
    """An installation with its server. sql: statements of each operation. takers: tokens not used so far."""

    installation: Installation
    server: Server
    sql: dict[str, int]
    takers: Iterator[str]


def a_place(folder: Path, people: int, operations: Iterable[Operation], stack: contextlib.ExitStack) -> Place:
    print(f"making an installation of {people:,} people …", file=sys.stderr, flush=True)
    folder.mkdir()
    installation = data.build(folder, people)
    sql = statements(installation, [each for each in operations if each.people == people])
    server = stack.enter_context(serve("tests.benchmarks.measure:academy()", installation.environment))
    return Place(installation, server, sql, iter(installation.tokens))


def write(result: Mapping[str, Any]) -> None:
    out = os.environ.get("BENCH_OUT")
    if out:
        Path(out).write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", "utf-8")


def main() -> None:
    alone = crowd.CROWDS.get(os.environ.get("BENCH_ONLY", ""))
    if alone is not None:
        write({alone.name: crowd.measure(alone)})
        return
    operations, with_search = chosen()
    asked = [operation for operation in operations if operation.people]
    result: dict[str, Any] = {"hello_cpu_ms": 0.0, "rounds": ROUNDS, "memory_mb": {}, "operations": {}, "not_run": {}}
    hellos: list[float] = []

    def tell(operation: Operation, figures: Figures, sql: int) -> None:
        hellos.extend(figures.hello)
        each = result["operations"][operation.name] = row(operation, figures, sql)
        print(printed(operation.name, each), flush=True)

    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, contextlib.ExitStack() as stack:
        hello = stack.enter_context(serve("tests.benchmarks.hello:app", {}))
        places: dict[int, Place] = {}
        for people in sorted({operation.people for operation in asked}):
            places[people] = a_place(Path(folder) / str(people), people, asked, stack)
        print(line(HEAD))
        for operation in asked:
            place = places[operation.people]
            client = Client(place.server.port)
            try:
                figures = measure(operation, Visitor(client, place.installation, place.takers), place.server, hello)
            except Refused as reason:
                result["not_run"][operation.name] = str(reason)
                print(f"{operation.name:<16}  not run: {reason}", flush=True)
            else:
                tell(operation, figures, place.sql[operation.name])
            client.connection.close()
        inside: dict[str, tuple[Figures, int]] = {}
        names = {operation.name for operation in operations if not operation.people}
        if (
            names
            - set(publishing.NAMES)
            - set(versions.NAMES)
            - set(paths.NAMES)
            - set(ruling.NAMES)
            - set(reminding.NAMES)
            - set(figures_in.NAMES)
            - set(scoring.NAMES)
            - set(impacting.NAMES)
        ):
            inside |= measure_sync(Path(folder) / "sync", hello)
        if names & set(publishing.NAMES):
            yardstick = Client(hello.port)
            inside |= publishing.measure(
                Path(folder) / "publish", ROUNDS, lambda: hello_cpu(hello, yardstick), counted_in
            )
        if names & set(ruling.NAMES):
            yardstick = Client(hello.port)
            inside |= ruling.measure(Path(folder) / "rules", ROUNDS, lambda: hello_cpu(hello, yardstick), counted_in)
        if names & set(reminding.NAMES):
            yardstick = Client(hello.port)
            inside |= reminding.measure(
                Path(folder) / "remind", ROUNDS, lambda: hello_cpu(hello, yardstick), counted_in
            )
        if names & set(impacting.NAMES):
            yardstick = Client(hello.port)
            inside |= impacting.measure(
                Path(folder) / "impact", ROUNDS, lambda: hello_cpu(hello, yardstick), counted_in
            )
        if names & set(figures_in.NAMES):
            yardstick = Client(hello.port)
            inside |= figures_in.measure(
                Path(folder) / "figures", ROUNDS, lambda: hello_cpu(hello, yardstick), counted_in
            )
        if names & set(scoring.NAMES):
            yardstick = Client(hello.port)
            inside |= scoring.measure(Path(folder) / "scores", ROUNDS, lambda: hello_cpu(hello, yardstick), counted_in)
        if names & set(versions.NAMES):
            yardstick = Client(hello.port)
            inside |= versions.measure(
                Path(folder) / "versions", ROUNDS, lambda: hello_cpu(hello, yardstick), counted_in
            )
        if names & set(paths.NAMES):
            yardstick = Client(hello.port)
            inside |= paths.measure(ROUNDS, lambda: hello_cpu(hello, yardstick))
        for operation in operations:
            if not operation.people:
                tell(operation, *inside[operation.name])
        result["hello_cpu_ms"] = round(statistics.median(hellos), 4)
        result["memory_mb"] = {
            "hello": round(hello.memory_mb(), 1),
            **{f"app_{people}": round(place.server.memory_mb(), 1) for people, place in places.items()},
        }
    print(
        f"\nhello {result['hello_cpu_ms']:.3f} ms of CPU; medians of {ROUNDS} rounds; memory of one worker in MB: "
        + ", ".join(f"{name} {size}" for name, size in result["memory_mb"].items())
    )
    if with_search:
        print(f"\n{searching.HEAD}", flush=True)
        result["search"] = searching.measure()
    write(result)
    if result["not_run"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
