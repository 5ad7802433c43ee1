"""`make load`: 500 people sit one exam, 100 answers and 50 pages a second, for half an hour.

They are served by `lms serve` as it stands, worker included. When each request is sent was settled before the first
one, and a time is counted from that moment: a server that stands still shows as long times, not as fewer requests. At
the end every answer that was acknowledged is looked for, through the API and in the database.

MINUTES=30 DATABASE=sqlite|postgresql PEOPLE=500 SAVES=100 PAGES=50 (a second) LOAD_OUT=file.json. It needs Linux.
"""

import asyncio
import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import session as cookie
from flask_migrate import upgrade
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.accounts.queries import actor_by_id
from lms.content.models import Document, Slug
from lms.core.db import db, session
from lms.quizzes.models import Attempt, AttemptItem
from lms.web.auth import sign_in
from tests.benchmarks import data
from tests.benchmarks.data import QUIZ, Installation
from tests.benchmarks.loaders import Arrivals, Crowd, Sitting, Told
from tests.benchmarks.measure import answers, free_port
from tests.support import postgres

PROCESSES, THREADS = 2, 2
BEGIN_WITHIN = 30.0
"""Seconds within which all begin, before anything is counted."""
LIMIT_MS = 300.0
MOST_GROWTH = 0.05
"""By how much the memory of the last third of the run may lie above that of the first."""
LOOK_EVERY = 5.0
WORDS = ("退款", "七天无理由", "物流 停滞", "差评", "发票 抬头", "优惠券", "安抚 话术", "换货")
HEAD = (
    f"{'minute':>6} {'saves':>7}{'p50':>7}{'p95':>7}{'p99':>7} {'pages':>7}{'p50':>7}{'p95':>7}{'p99':>7}"
    f" {'errors':>7}{'memory MB':>11}{'server CPU %':>14}{'client CPU %':>14}{'load':>6}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be run. saves, pages: a second."""

    minutes: float = 30.0
    database: str = "sqlite"
    people: int = 500
    saves: float = 100.0
    pages: float = 50.0

    @classmethod
    def asked(cls) -> "Wish":
        """Return what the environment asks for."""
        given = os.environ
        found = cls(
            minutes=float(given.get("MINUTES") or 30),
            database=given.get("DATABASE") or "sqlite",
            people=int(given.get("PEOPLE") or 500),
            saves=float(given.get("SAVES") or 100),
            pages=float(given.get("PAGES") or 50),
        )
        if found.database not in ("sqlite", "postgresql"):
            sys.exit("DATABASE is sqlite or postgresql")
        return found


@contextlib.contextmanager
def a_database(kind: str) -> Iterator[str]:
    """Yield the address of an empty database that keeps what it acknowledges; "" = a file of SQLite."""
    if kind == "sqlite":
        yield ""
        return
    with postgres.server(safe=True) as server, postgres.empty_database(server) as url:
        yield url


def build(folder: Path, wish: Wish, url: str) -> Installation:
    """Make the installation, with twice as many people as sit the exam, and let its worker do everything once."""
    app = data.open_app(folder, url)
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
    made = data.build(folder, 2 * wish.people, takers=1, database_url=url)
    subprocess.run(
        [sys.executable, "-m", "lms", "worker", "--once"], env={**os.environ, **made.environment}, check=True
    )
    return made


def sittings(installation: Installation, people: int) -> tuple[list[Sitting], list[str]]:
    """Return those who will sit the exam, each with the cookie and token of a browser, and addresses of articles.

    Browsers, not tokens: the limit of calls a minute for one person then holds as in production, and the one for an
    address, which is made for programs, does not take 500 people behind one address for one program.
    """
    app = data.open_app(installation.folder, installation.database_url)
    made = []
    with app.app_context():
        found = session().execute(
            select(Person.id, Person.public_id, Person.session_version)
            .where(Person.employee_no.like("B%"))
            .order_by(Person.id)
        )
        those = found.fetchmany(people)
        slugs = session().scalars(
            select(Slug.slug)
            .join(Document, Document.id == Slug.document_id)
            .where(Slug.kind == "article", Slug.is_current, Document.state == "published")
            .order_by(Slug.slug)
        )
        articles = [f"/kb/{slug}" for slug in slugs]
        db.session.remove()
        db.engine.dispose()
    for number, public_id, version in those:
        # Each with a context of its own, which remembers its token; from the address and without the name of a browser
        # as the client will come, else every answer would set the cookie anew.
        with app.test_request_context("/", environ_overrides={"REMOTE_ADDR": "127.0.0.1"}):
            actor = actor_by_id(number)
            assert actor is not None
            sign_in(actor, version)
            token = generate_csrf()
            answer = app.make_response("")
            app.session_interface.save_session(app, cookie, answer)
            made.append(Sitting(person=public_id, cookie=answer.headers["Set-Cookie"].partition(";")[0], csrf=token))
    return made, articles


@contextlib.contextmanager
def served(installation: Installation) -> Iterator[tuple[int, int]]:
    """Run `lms serve` with its worker; yield the port and the number of the process."""
    port = free_port()
    command = [sys.executable, "-m", "lms", "serve", "--port", str(port)]
    command += ["--processes", str(PROCESSES), "--threads", str(THREADS)]
    with (installation.folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **installation.environment}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            while not answers(port):
                if process.poll() is not None:
                    raise RuntimeError((installation.folder / "server.log").read_text()[-2_000:])
                time.sleep(0.05)
            yield port, process.pid
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(60)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Memory and CPU of all processes of the server at one moment, and what this process has used itself."""

    at: float
    memory_mb: float
    cpu_s: float
    own_s: float


def look(root: int, began: float) -> Look:
    """Look at the process and all below it. at: seconds since `began`."""
    memory, ticks, waiting = 0.0, 0, [root]
    while waiting:
        each = waiting.pop()
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            stat = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += int(stat[11]) + int(stat[12])
            memory += int(stat[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6
            for task in Path(f"/proc/{each}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
    return Look(
        at=time.perf_counter() - began,
        memory_mb=memory,
        cpu_s=ticks / os.sysconf("SC_CLK_TCK"),
        own_s=time.process_time(),
    )


def points(times: list[float]) -> tuple[float, float, float]:
    """Return p50, p95 and p99 (nearest rank), 0 of nothing."""
    every = sorted(times)
    if not every:
        return 0.0, 0.0, 0.0
    p50, p95, p99 = (every[max(0, -(-percent * len(every) // 100) - 1)] for percent in (50, 95, 99))
    return p50, p95, p99


def a_line(told: Told, minute: int, before: Look, after: Look) -> str:
    """Return the line of one minute; what was due in it and is not back yet stands in none."""
    saves = [each for at, each in told.saves if int(at // 60) == minute]
    pages = [each for at, each in told.pages if int(at // 60) == minute]
    took = max(after.at - before.at, 0.001)
    figures = "".join(
        f" {len(times):>7}" + "".join(f"{each:>7.0f}" for each in points(times)) for times in (saves, pages)
    )
    return (
        f"{minute + 1:>6}{figures} {len(told.errors):>7}{after.memory_mb:>11.0f}"
        f"{(after.cpu_s - before.cpu_s) / took:>14.0%}{(after.own_s - before.own_s) / took:>14.0%}"
        f"{os.getloadavg()[0]:>6.1f}"
    )


async def watch(told: Told, root: int, began: float, until: float, looks: list[Look]) -> None:
    """Look at the server every five seconds, and print each minute once it is over."""
    looks.append(look(root, began))
    shown, before = 0, looks[0]
    while (now := time.perf_counter() - began) < until:
        await asyncio.sleep(min(LOOK_EVERY, until - now))
        looks.append(look(root, began))
        if looks[-1].at >= (shown + 1) * 60 + 1 or looks[-1].at >= until:
            print(a_line(told, shown, before, looks[-1]), flush=True)
            shown, before = shown + 1, looks[-1]


async def drive(
    wish: Wish, people: list[Sitting], articles: list[str], port: int, root: int
) -> tuple[Told, list[Look]]:
    """Let all begin, then send what was planned; return what came of it."""
    told = Told()
    crowd = Crowd(people, port, told)
    seconds = wish.minutes * 60
    plan = Arrivals.planned(
        seconds=seconds, saves=wish.saves, pages=wish.pages, people=len(people), articles=articles, words=WORDS
    )
    await crowd.begin(QUIZ, min(BEGIN_WITHIN, len(people) * 0.06))
    gc.collect()
    gc.freeze()
    began = time.perf_counter()
    looks: list[Look] = []
    watching = asyncio.create_task(watch(told, root, began, seconds, looks))
    await crowd.send(plan, began)
    await watching
    await crowd.close()
    return told, looks


def lost_and_doubled(installation: Installation, people: list[Sitting]) -> tuple[int, int]:
    """Compare what was acknowledged with what the database holds: answers that are not there, rows that are too many."""
    app = data.open_app(installation.folder, installation.database_url)
    lost = doubled = 0
    with app.app_context():
        papers = session().execute(
            select(Attempt.person_id, func.count()).group_by(Attempt.person_id).having(func.count() > 1)
        )
        doubled += sum(count - 1 for _, count in papers)
        rows = session().execute(
            select(Attempt.public_id, AttemptItem.key, AttemptItem.seq, AttemptItem.value).join(
                AttemptItem, AttemptItem.attempt_id == Attempt.id
            )
        )
        kept: dict[tuple[str, str], tuple[int, Any]] = {}
        for attempt, key, seq, value in rows:
            doubled += (attempt, key) in kept
            kept[attempt, key] = (seq, value)
        db.session.remove()
    # Each request with a context of its own: what one context holds tells who is asking.
    for each in (each for each in people if each.attempt):
        browser = app.test_client(use_cookies=False)
        answer = browser.get(f"/api/v1/attempts/{each.attempt}", headers={"Cookie": each.cookie})
        shown = answer.json["questions"] if answer.status_code == 200 else []
        answers_now = {question["id"]: question["answer"] for question in shown}
        for key, (seq, value) in each.acknowledged.items():
            found = kept.get((each.attempt, key))
            lost += found is None or found[0] != seq or found[1] is None or answers_now.get(key) != value
    with app.app_context():
        db.engine.dispose()
    return lost, doubled


def growth(looks: list[Look]) -> tuple[float, float]:
    """Return the mean memory, in MB, of the first third of the run and of the last."""
    third = max(1, len(looks) // 3)
    first, last = looks[:third], looks[-third:]
    return sum(each.memory_mb for each in first) / third, sum(each.memory_mb for each in last) / third


def run(wish: Wish) -> dict[str, Any]:
    """Build, serve, load, look; print and return the figures with the verdict."""
    with tempfile.TemporaryDirectory(prefix="lms-load-") as folder, a_database(wish.database) as url:
        print(f"making an installation of {2 * wish.people:,} people on {wish.database} …", file=sys.stderr, flush=True)
        installation = build(Path(folder), wish, url)
        people, articles = sittings(installation, wish.people)
        with served(installation) as (port, root):
            print(HEAD, flush=True)
            told, looks = asyncio.run(drive(wish, people, articles, port, root))
        lost, doubled = lost_and_doubled(installation, people)
    found = verdict(wish, told, looks, lost, doubled)
    tell(found, told)
    return found


def verdict(wish: Wish, told: Told, looks: list[Look], lost: int, doubled: int) -> dict[str, Any]:
    """Return the figures of the whole run and whether each goal was reached."""
    first, last = growth(looks)
    parts = {"saves": [each for _, each in told.saves], "pages": [each for _, each in told.pages]}
    timed = {
        name: dict(zip(("p50_ms", "p95_ms", "p99_ms"), points(times), strict=True)) for name, times in parts.items()
    }
    span = max(looks[-1].at - looks[0].at, 0.001)
    return {
        "minutes": wish.minutes,
        "database": wish.database,
        "people": wish.people,
        **{
            name: {"requests": len(parts[name]), **timed[name], "max_ms": max(parts[name], default=0)} for name in parts
        },
        "kinds": {
            kind: dict(zip(("p50_ms", "p95_ms"), points(each), strict=False)) for kind, each in told.kinds.items()
        },
        "errors": len(told.errors),
        "connected_again": told.again,
        "client_late_p99_ms": points(told.late)[2],
        "memory_first_third_mb": first,
        "memory_last_third_mb": last,
        "server_cpu": (looks[-1].cpu_s - looks[0].cpu_s) / span,
        "client_cpu": (looks[-1].own_s - looks[0].own_s) / span,
        "lost": lost,
        "doubled": doubled,
        "goals": {
            "saves p95 < 300 ms": timed["saves"]["p95_ms"] < LIMIT_MS,
            "pages p95 < 300 ms": timed["pages"]["p95_ms"] < LIMIT_MS,
            "no error": not told.errors,
            "memory flat within 5 %": last <= first * (1 + MOST_GROWTH),
            "nothing lost, nothing doubled": not lost and not doubled,
        },
    }


def tell(found: dict[str, Any], told: Told) -> None:
    """Print the figures of the whole run and the verdict."""
    for name in ("saves", "pages"):
        part = found[name]
        print(
            f"{name}: {part['requests']:,} · p50 {part['p50_ms']:.0f} · p95 {part['p95_ms']:.0f} · "
            f"p99 {part['p99_ms']:.0f} · longest {part['max_ms']:.0f} ms"
        )
    print(
        "pages, p50 / p95: "
        + ", ".join(f"{k} {v['p50_ms']:.0f} / {v['p95_ms']:.0f}" for k, v in found["kinds"].items())
    )
    print(
        f"memory {found['memory_first_third_mb']:.0f} → {found['memory_last_third_mb']:.0f} MB (first third → last); CPU of "
        f"the server {found['server_cpu']:.0%} of one core, of this client {found['client_cpu']:.0%}, which sent the "
        f"latest 1 % {found['client_late_p99_ms']:.0f} ms behind its plan or more; connected again {found['connected_again']}"
    )
    print(f"errors {found['errors']}, acknowledged answers lost {found['lost']}, doubled {found['doubled']}")
    for error in told.errors[:5]:
        print(f"  {error}")
    for goal, reached in found["goals"].items():
        print(f"{'ok  ' if reached else 'MISS'}  {goal}", flush=True)


def main() -> None:
    """Run what the environment asks for; end with 1 where a goal was missed."""
    found = run(Wish.asked())
    out = os.environ.get("LOAD_OUT")
    if out:
        Path(out).write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")
    sys.exit(0 if all(found["goals"].values()) else 1)


if __name__ == "__main__":
    main()
