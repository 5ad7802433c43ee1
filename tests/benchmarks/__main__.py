"""`make bench`: the main operations beside a bare Flask hello, under the same server, in the same run.

BENCH_OUT=file.json writes the table as JSON. BENCH_ONLY=home,quiz measures a part. BENCH_ROUNDS=8 rounds.
"""

import contextlib
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import event

from lms.core.db import db
from tests.benchmarks import data
from tests.benchmarks.data import Installation
from tests.benchmarks.measure import Client, Figures, Refused, Sample, Server, serve
from tests.benchmarks.operations import OPERATIONS, Operation, Visitor

ROUNDS = max(6, int(os.environ.get("BENCH_ROUNDS", "8")))
HELLO_RUNS = 150
WARM_RUNS = 4
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


def statements(installation: Installation, operations: Iterable[Operation]) -> dict[str, int]:
    """Return how many SQL statements one run of each operation sends, on the same data, counted in this process."""
    app = data.open_app(installation.folder)
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(NOT_COUNTED):
            seen.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    found = {}
    takers = iter(installation.tokens[-2 * len(OPERATIONS) :])
    for operation in operations:
        visitor = Visitor(Inside(app), installation, takers)
        with contextlib.suppress(Refused):  # said when it is measured
            operation.begin(visitor)
            operation.run(visitor)
            seen.clear()
            operation.run(visitor)
            found[operation.name] = len(seen)
    with app.app_context():
        db.engine.dispose()
    return found


def measure(operation: Operation, visitor: Visitor, server: Server, client: Client, hello: Server) -> Figures:
    """Run rounds of hello and the operation in turn, after some that are thrown away."""
    figures = Figures()
    yardstick = Client(hello.port)
    operation.begin(visitor)
    for _ in range(WARM_RUNS):
        operation.run(visitor)
        for _ in range(20):
            yardstick.send("GET", "/")
    for _ in range(ROUNDS):
        began = hello.cpu_ms()
        for _ in range(HELLO_RUNS):
            yardstick.send("GET", "/")
        figures.hello.append((hello.cpu_ms() - began) / HELLO_RUNS)
        latencies = []
        began = server.cpu_ms()
        for _ in range(operation.runs):
            started = time.perf_counter()
            operation.run(visitor)
            latencies.append((time.perf_counter() - started) * 1000)
        figures.samples.append(Sample((server.cpu_ms() - began) / operation.runs, latencies))
    yardstick.connection.close()
    return figures


def chosen() -> list[Operation]:
    names = [name.strip() for name in os.environ.get("BENCH_ONLY", "").split(",") if name.strip()]
    known = {operation.name: operation for operation in OPERATIONS}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"BENCH_ONLY: no operation is called {', '.join(unknown)}; there are {', '.join(known)}")
    return [known[name] for name in names] if names else list(OPERATIONS)


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


def main() -> None:
    operations = chosen()
    sizes = sorted({operation.people for operation in operations})
    result: dict[str, Any] = {"hello_cpu_ms": 0.0, "rounds": ROUNDS, "memory_mb": {}, "operations": {}, "not_run": {}}
    hellos: list[float] = []
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, contextlib.ExitStack() as stack:
        hello = stack.enter_context(serve("tests.benchmarks.hello:app", {}))
        places: dict[int, tuple[Installation, Server, dict[str, int]]] = {}
        for people in sizes:
            path = Path(folder) / str(people)
            path.mkdir()
            print(f"making an installation of {people:,} people …", file=sys.stderr, flush=True)
            installation = data.build(path, people)
            counted = statements(installation, (each for each in operations if each.people == people))
            places[people] = (
                installation,
                stack.enter_context(serve("lms:create_app()", installation.environment)),
                counted,
            )
        takers = {people: itertools.chain(place[0].tokens) for people, place in places.items()}
        print(line(HEAD))
        for operation in operations:
            installation, server, counted = places[operation.people]
            client = Client(server.port)
            visitor = Visitor(client, installation, takers[operation.people])
            try:
                figures = measure(operation, visitor, server, client, hello)
            except Refused as reason:
                result["not_run"][operation.name] = str(reason)
                print(f"{operation.name:<16}  not run: {reason}", flush=True)
                continue
            finally:
                client.connection.close()
            hellos += figures.hello
            each = row(operation, figures, counted[operation.name])
            result["operations"][operation.name] = each
            print(printed(operation.name, each), flush=True)
        result["hello_cpu_ms"] = round(statistics.median(hellos), 4)
        result["memory_mb"] = {
            "hello": round(hello.memory_mb(), 1),
            **{f"app_{people}": round(place[1].memory_mb(), 1) for people, place in places.items()},
        }
    print(
        f"\nhello {result['hello_cpu_ms']:.3f} ms of CPU; medians of {ROUNDS} rounds; memory of one worker in MB: "
        + ", ".join(f"{name} {size}" for name, size in result["memory_mb"].items())
    )
    out = os.environ.get("BENCH_OUT")
    if out:
        Path(out).write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", "utf-8")
    if result["not_run"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
