"""`make scale`: what pages cost with 100,000 people and 10 million lines in the log, beside 1,000 and 100,000.

Both installations are made by SQL on one PostgreSQL and each is asked by a process of its own, in turns, so that what
else the machine does falls on both. Counted is the CPU of the process that answers and the CPU that the database spends
for it. The content is the same in both; people, teams, duties and everything that people leave behind grow.

PEOPLE=100000 (beside 1,000) ROUNDS=8 SCALE_OUT=file.json SLOWEST=1 (which statements take longest). It needs
12 GB of disk at full size and drops its databases at the end.
"""

import contextlib
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from lms.core.db import db
from tests.benchmarks import data, growing
from tests.benchmarks.__main__ import NOT_COUNTED, Inside
from tests.benchmarks.data import PASSWORD, Installation
from tests.benchmarks.measure import Refused, sign_in
from tests.benchmarks.operations import Visitor, take_quiz
from tests.support import postgres

SMALL = 1_000
GOAL = 1.5
"""Times what it costs among 1,000 people."""
SERVER = "-c max_parallel_workers_per_gather=0 -c shared_buffers=1GB -c maintenance_work_mem=512MB -c max_wal_size=4GB -c work_mem=16MB"
"""Work that is shared among processes of the database would be counted for one of them alone."""
WARM = 6
"""Runs of each operation that are not counted: a prepared statement has its plan after five."""
TAKERS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One operation. person: employee number. path: "" = a whole quiz. runs: in one round. goal: has to scale."""

    name: str
    person: str
    path: str
    runs: int = 10
    goal: bool = True


OPERATIONS = (
    Asked(name="home", person="P3", path="/"),
    Asked(name="quiz", person="", path="", runs=2),
    Asked(name="search", person="P3", path="/kb?q=退款"),
    Asked(name="completion-team", person=growing.TEAM_LEAD, path="/reports/completion", runs=6),
    Asked(name="completion-company", person="L1", path="/reports/completion", runs=3),
    Asked(name="profile", person=growing.TEAM_LEAD, path="/people/P3/profile", runs=6),
    Asked(name="home-lead", person=growing.TEAM_LEAD, path="/", runs=6),
    Asked(name="home-company", person="L1", path="/", runs=3, goal=False),
    Asked(name="people", person="L1", path="/people", runs=3, goal=False),
)


@dataclass(slots=True)
class Cost:
    """Of one run: CPU of the process that answers and of the database, in ms; statements; which took longest."""

    cpu: float
    database: float
    statements: int
    longest: list[tuple[float, str]] = field(default_factory=list)

    @property
    def together(self) -> float:
        """Return both together."""
        return self.cpu + self.database


@dataclass(slots=True)
class Meter:
    """Counts the statements of an app, how long each took by the clock, and what its connections use at the other end."""

    statements: list[tuple[float, str]] = field(default_factory=list)
    backends: set[int] = field(default_factory=set)
    _began: float = 0.0

    def watch(self, engine: Engine) -> None:
        """Look at everything that goes over the engine from now on."""
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def database_ms(self) -> float:
        """Return the CPU that the database's processes for these connections have used, in ms."""
        spent = 0
        for each in self.backends:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                spent += int(Path(f"/proc/{each}/schedstat").read_text().split()[0])
        return spent / 1e6

    def _connected(self, connection: Any, _: object) -> None:
        self.backends.add(connection.info.backend_pid)

    def _before(self, *_: object) -> None:
        self._began = time.perf_counter()

    def _after(self, _c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(NOT_COUNTED):
            self.statements.append(((time.perf_counter() - self._began) * 1000, statement))


class Place:
    """One installation, asked inside a process of its own."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._app = data.open_app(installation.folder, installation.database_url)
        self._meter = Meter()
        self._takers = iter(installation.tokens)
        self._visitors: dict[str, Visitor] = {}
        with self._app.app_context():
            self._meter.watch(db.engine)

    def run(self, asked: Asked, times: int) -> list[Cost]:
        """Run an operation so often. Raises Refused."""
        visitor = self._visitors.get(asked.person)
        if visitor is None:
            visitor = Visitor(Inside(self._app), self._installation, self._takers)
            if asked.person:
                sign_in(visitor.asks, asked.person, PASSWORD)
            self._visitors[asked.person] = visitor
        found = []
        for _ in range(times):
            self._meter.statements.clear()
            began, database = time.process_time(), self._meter.database_ms()
            if asked.path:
                visitor.asks.send("GET", asked.path)
            else:
                take_quiz(visitor)
            cpu = (time.process_time() - began) * 1000
            seen = self._meter.statements
            found.append(Cost(cpu, self._meter.database_ms() - database, len(seen), sorted(seen, reverse=True)[:4]))
        return found

    def close(self) -> None:
        """Let go of the database."""
        with self._app.app_context():
            db.engine.dispose()


def _answer(pipe: Connection, installation: Installation) -> None:
    place = Place(installation)
    while (wish := pipe.recv()) is not None:
        try:
            pipe.send(place.run(*wish))
        except Refused as reason:
            pipe.send(str(reason))


@contextlib.contextmanager
def a_process(installation: Installation) -> Iterator[Callable[[Asked, int], list[Cost]]]:
    """Start a process for the installation; yield what runs an operation there. Raises Refused."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_answer, args=(there, installation), daemon=True)
    process.start()

    def run(asked: Asked, times: int) -> list[Cost]:
        here.send((asked, times))
        found = here.recv()
        if isinstance(found, str):
            raise Refused(found)
        costs: list[Cost] = found
        return costs

    try:
        yield run
    finally:
        with contextlib.suppress(OSError):
            here.send(None)
        process.join(10)
        if process.is_alive():
            process.kill()


HEAD = (
    f"{'operation':<20}{'CPU':>8}{'database':>10}{'together':>10}{'SQL':>6}   "
    f"{'CPU':>8}{'database':>10}{'together':>10}{'SQL':>6}{'ratio':>8}{'goal':>6}"
)


def compare(small: Installation, large: Installation, rounds: int, asked: tuple[Asked, ...]) -> dict[str, Any]:
    """Measure both in turns; print and return medians in ms of one run, and how often the small one's cost."""
    found: dict[str, Any] = {}
    print(f"{'ms a run':<20}{f'{small.people:,} people':>34}   {f'{large.people:,} people':>34}\n{HEAD}", flush=True)
    with a_process(small) as in_small, a_process(large) as in_large:
        for each in asked:
            both: tuple[list[Cost], list[Cost]] = ([], [])
            for run in (in_small, in_large):
                run(each, min(WARM, each.runs * 2))
            for _ in range(rounds):
                for costs, run in zip(both, (in_small, in_large), strict=True):
                    costs += run(each, each.runs)
            few, many = (_median(costs) for costs in both)
            ratio = many["together"] / few["together"]
            found[each.name] = {"small": few, "large": many, "ratio": ratio, "ok": ratio <= GOAL or not each.goal}
            verdict = ("ok" if ratio <= GOAL else "OVER") if each.goal else ""
            print(f"{each.name:<20}{_shown(few)}   {_shown(many)}{ratio:>8.2f}{verdict:>6}", flush=True)
            if os.environ.get("SLOWEST"):
                slowest(both[1][-1])
    return found


def _median(costs: list[Cost]) -> dict[str, float]:
    return {
        "cpu": statistics.median(each.cpu for each in costs),
        "database": statistics.median(each.database for each in costs),
        "together": statistics.median(each.together for each in costs),
        "sql": costs[-1].statements,
    }


def _shown(found: dict[str, float]) -> str:
    return f"{found['cpu']:>8.1f}{found['database']:>10.1f}{found['together']:>10.1f}{found['sql']:>6.0f}"


def slowest(cost: Cost) -> None:
    """Print which statements of a run took longest by the clock, from where they name their tables."""
    for took, statement in cost.longest:
        words = " ".join(statement.split())
        print(f"    {took:.1f} ms  {words[:60]} … {words[words.find(' FROM ') :][:500]}", flush=True)


@contextlib.contextmanager
def places(folder: Path, sizes: tuple[int, ...]) -> Iterator[list[Installation]]:
    """Make an installation of each size on one server; both are gone at the end."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(postgres.server(more=SERVER))
        made = []
        for people in sizes:
            url = stack.enter_context(postgres.empty_database(server))
            into = folder / str(people)
            into.mkdir()
            began = time.perf_counter()
            made.append(growing.build(into, people, url, takers=min(TAKERS, people // 4)))
            size = growing.size_of(url)
            print(
                f"{people:,} people: {', '.join(f'{rows:,} {name}' for name, rows in size.rows.items())}; "
                f"{size.megabytes:,.0f} MB, made in {time.perf_counter() - began:.0f} s",
                flush=True,
            )
        yield made


def main() -> None:
    """Build, measure, print; end with 1 where something does not scale."""
    people = int(os.environ.get("PEOPLE") or 100_000)
    rounds = int(os.environ.get("ROUNDS") or 8)
    with tempfile.TemporaryDirectory(prefix="lms-scale-") as folder, places(Path(folder), (SMALL, people)) as made:
        found = compare(made[0], made[1], rounds, OPERATIONS)
    out = os.environ.get("SCALE_OUT")
    if out:
        Path(out).write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    sys.exit(0 if all(each["ok"] for each in found.values()) else 1)


if __name__ == "__main__":
    main()
