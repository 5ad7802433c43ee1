"""Disk full, a disk that can't be written, the database gone, mail down, a clock that jumps.

Each is said clearly, loses nothing that was acknowledged, and is over by itself within ten seconds of its end.
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from apiflask import APIFlask

from lms import create_app
from lms.accounts.actions import make_token
from lms.accounts.events import Told
from lms.core import clock, files
from lms.core.access import Role
from lms.core.bus import emit
from lms.core.db import db, session, transaction
from lms.core.points import from_fraction
from lms.core.texts import text
from lms.health.queries import clock_off
from lms.questions.spec import Criterion, CriterionKind, Open, Question
from lms.quizzes.models import Attempt, AttemptItem
from lms.worker import SCHEDULE
from lms.worker import run as run_job
from tests.conftest import an_app
from tests.support import postgres
from tests.support.cluster import Group, PostgreSQL
from tests.support.killing import ROOT
from tests.support.make import a_person, as_actor
from tests.support.make_quizzes import a_quiz, begun, rich
from tests.support.shots import free_port, wait_for
from tests.support.waiting import until

pytestmark = [pytest.mark.committed, pytest.mark.timeout(300)]

RECOVERY = 10.0


def a_paper(questions: int = 4) -> tuple[str, str]:
    """Return token and attempt of somebody who writes answers; inside an app context."""
    rubric = (Criterion(kind=CriterionKind.MUST, points=from_fraction(1), words="理解"),)
    stems = [f"第 {number} 题：写出回复。" for number in range(1, questions + 1)]
    slug = a_quiz(*[Question(stem=rich(stem), shape=Open(rubric=rubric, manual=True)) for stem in stems], minutes=90)
    actor = as_actor(a_person(Role.AGENT))
    attempt = begun(actor, slug)
    with transaction():
        return make_token(actor, label="faults", scope=["write", "read"]), attempt


def saved(client: Any, token: str, attempt: str, seq: int, words: str = "理解您的心情") -> Any:
    return client.put(
        f"/api/v1/attempts/{attempt}/answers/q1",
        json={"value": f"{words}{seq}", "seq": seq},
        headers={"Authorization": f"Bearer {token}"},
    )


def stored(attempt: str) -> int:
    found = session().scalar(
        db.select(AttemptItem.seq)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.public_id == attempt, AttemptItem.key == "q1")
    )
    session().rollback()
    return int(found or 0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB of its own; where none can be mounted the test is reported as not run."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("not run: no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def filled(folder: Path) -> Path:
    """Take all the room that is left."""
    waste = folder / "waste"
    with contextlib.suppress(OSError), waste.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 65_536)
    with contextlib.suppress(OSError), waste.open("ab", buffering=0) as file:
        while True:
            file.write(b"\0" * 512)
    return waste


def test_a_full_disk_is_said_loses_nothing_and_is_over_once_there_is_room(small_disk: Path):
    app = an_app(small_disk, f"sqlite:///{small_disk / 'lms.sqlite3'}")
    client = app.test_client()
    with app.app_context():
        token, attempt = a_paper()
    seq = acknowledged = 1
    assert saved(client, token, attempt, seq).status_code == 200
    waste = filled(small_disk)
    refused: list[Any] = []
    while len(refused) < 3 and seq < 5_000:
        seq += 1
        answer = saved(client, token, attempt, seq, "抱歉" * 400)
        if answer.status_code == 200:
            acknowledged = seq
        else:
            refused.append(answer)
    assert {answer.status_code for answer in refused} == {503}
    assert {answer.json["error"]["code"] for answer in refused} == {"no_space"}
    assert "磁盘满了" in refused[0].json["error"]["message"]
    with app.app_context():
        assert stored(attempt) >= acknowledged
        with pytest.raises(OSError, match="No space"):
            files.put(b"x" * 2_000_000)
    assert client.get("/healthz").status_code == 200
    assert any(each.startswith("files") for each in client.get("/readyz").json["wrong"])
    waste.unlink()
    assert saved(client, token, attempt, seq + 1).status_code == 200
    with app.app_context():
        assert stored(attempt) == seq + 1
        assert files.read(files.put(b"x" * 2_000_000)) == b"x" * 2_000_000
        db.engine.dispose()


def test_a_disk_that_can_not_be_written_is_said_and_over_once_it_can(small_disk: Path):
    app = an_app(small_disk, f"sqlite:///{small_disk / 'lms.sqlite3'}")
    client = app.test_client()
    with app.app_context():
        token, attempt = a_paper()
        assert saved(client, token, attempt, 1).status_code == 200
        db.session.remove()
        db.engine.dispose()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    answer = saved(client, token, attempt, 2)
    assert (answer.status_code, answer.json["error"]["code"]) in {(503, "no_space"), (503, "database_unavailable")}
    assert client.get("/readyz").status_code == 503
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert saved(client, token, attempt, 2).status_code == 200
    with app.app_context():
        assert stored(attempt) == 2
        db.engine.dispose()


@pytest.fixture
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    try:
        server = PostgreSQL(folder)
    except postgres.NoServer as reason:
        pytest.skip(f"not run: {reason}")
    try:
        yield server
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", str(folder)], check=False)


def database_gone(server: PostgreSQL, folder: Path, away: float) -> None:
    """Serve with gunicorn, take the database away for so many seconds while answers are saved, and look."""
    settings = {"instance_path": folder, "database_url": server.url, "secret_key": "0" * 64}
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        papers = [a_paper() for _ in range(3)]
        db.session.remove()
        db.engine.dispose()
    port = free_port()
    environment = {**os.environ, **{f"LMS_{name.upper()}": str(value) for name, value in settings.items()}}
    command = [sys.executable, "-m", "gunicorn", "lms.app:served()", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "1", "--threads", "6", "--worker-class", "gthread", "--no-control-socket"]
    web = Group(command, {**environment, "PYTHONPATH": str(ROOT)}, folder / "web.log")
    web.start()
    stop, statuses, last = threading.Event(), Counter[str](), [0.0, 0.0, 0.0]
    kept = [0, 0, 0]

    def write(number: int) -> None:
        token, attempt = papers[number]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            seq = 0
            while not stop.is_set():
                seq += 1
                answer = saved(http, token, attempt, seq)
                code = answer.json()["error"]["code"] if answer.status_code != 200 else ""
                statuses[f"{answer.status_code} {code}".strip()] += 1
                if answer.status_code == 200:
                    kept[number], last[number] = seq, time.monotonic()
                else:
                    stop.wait(0.2)

    wait_for(port)
    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: min(kept) > 5)
        server.kill()
        assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
        assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=20).json()["wrong"] == [
            "database: can't be reached"
        ]
        page = httpx.get(f"http://127.0.0.1:{port}/", timeout=20, cookies={"lms_session": "x"})
        assert page.status_code in (302, 503)
        time.sleep(away)
        server.start()
        back = time.monotonic()
        until(lambda: min(last) > back, 60)
        assert min(last) - back < RECOVERY
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
        web.kill()
    print(f"database away for {away} s: {dict(statuses)}")
    assert set(statuses) <= {"200", "503 database_unavailable", "503 busy"}
    with app.app_context():
        assert [stored(attempt) >= seq for (_, attempt), seq in zip(papers, kept, strict=True)] == [True] * 3
        db.session.remove()
        db.engine.dispose()


@pytest.mark.postgres
def test_the_database_goes_and_comes_back(own_postgres: PostgreSQL, tmp_path: Path):
    database_gone(own_postgres, tmp_path, 1.0)


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.timeout(0)
def test_the_database_is_gone_for_half_a_minute_again_and_again(own_postgres: PostgreSQL, tmp_path: Path):
    for number in range(int(os.environ.get("FAULT_ROUNDS", "10"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        database_gone(own_postgres, folder, 30.0)
        with create_app({"instance_path": folder, "database_url": own_postgres.url}).app_context():
            db.drop_all()
            db.engine.dispose()


def test_a_mail_server_that_is_down_stops_nothing_and_what_waits_goes_out_later(tmp_path: Path):
    app = an_app(
        tmp_path, f"sqlite:///{tmp_path / 'lms.sqlite3'}", mail_url="smtp://127.0.0.1:9", mail_from="a@example.cn"
    )
    job = next(each for each in SCHEDULE if each.name == "notifications.send")
    with app.app_context():
        person = a_person(Role.AGENT)
        person_id = person.id
        with transaction():
            emit(Told(person_ids=(person_id,), topic="message", sentence=text("你好"), key="hello"))
    run_job(app, job)
    with app.app_context():
        client = app.test_client()
        assert client.get("/sign-in").status_code == 200
        assert client.get("/readyz").status_code in (200, 503)


def test_a_clock_that_went_back_or_ahead_is_found_and_locks_nobody_out(fresh: APIFlask):
    with fresh.app_context():
        token, attempt = a_paper()
        client = fresh.test_client()
        for seq, by in enumerate((timedelta(0), timedelta(hours=-3), timedelta(minutes=20), timedelta(0)), start=1):
            with clock.shifted(by):
                assert saved(client, token, attempt, seq).status_code == 200
        run_job(fresh, SCHEDULE[0])
        with clock.shifted(timedelta(hours=-1)):
            off = clock_off()
            session().rollback()
        if db.engine.dialect.name == "postgresql":
            assert off is not None
            assert -3_700 < off < -3_500
        assert stored(attempt) == 4
