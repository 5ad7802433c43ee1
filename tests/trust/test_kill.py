"""SIGKILL and power cuts while answers are saved and papers begun: what was acknowledged is there, once and whole.

A client writes a line of its journal, with fsync, after it has read the 2xx. The serving worker is killed at a random
moment 0-50 ms after a request was sent; then the journal is compared with the API and with the database. What was
not acknowledged is sent once more, behind what came after it. The same check has to find out four apps that are not
sound: one answers before it commits, one does not wait for the disk, one writes older answers over newer ones, and one
begins papers on a database without the unique index.
"""

import hashlib
import http.client
import json
import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.points import from_fraction
from lms.questions.spec import Criterion, CriterionKind, Open, Question
from lms.quizzes.spec import Use
from tests.support.killing import Server, burst, served
from tests.support.make import a_person, as_actor
from tests.support.make_quizzes import a_quiz, begun, rich
from tests.support.power import plugged_in

pytestmark = pytest.mark.committed

QUESTIONS = 12
SOAKED = int(os.environ.get("KILLS", "10000"))
"""Kills of the soak on each database; in the suite some hundred."""


@dataclass
class Learner:
    """One client with its attempt. sent: value by (question, seq). unsure: what nobody acknowledged, to be sent again."""

    token: str
    attempt: str
    journal: Path
    sent: dict = field(default_factory=dict)
    seqs: dict = field(default_factory=dict)
    unsure: dict = field(default_factory=dict)

    def send_until(self, port, stop, underway):
        """Save answer after answer until told to stop or the connection breaks."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with self.journal.open("a") as journal:
            try:
                while not stop.is_set():
                    key = f"q{len(self.sent) % QUESTIONS + 1}"
                    self._save(connection, key, underway, journal)
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()

    def _save(self, connection, key, underway, journal):
        again = self.unsure.pop(key, None)
        seq = self.seqs[key] = self.seqs.get(key, 0) + 1
        self.sent[key, seq] = text_of(self.attempt, key, seq)
        self._put(connection, key, seq, underway, journal)
        if again:
            self._put(connection, key, again, underway, journal)

    def _put(self, connection, key, seq, underway, journal):
        value = self.sent[key, seq]
        self.unsure[key] = seq
        body = json.dumps({"value": value, "seq": seq}).encode()
        path = f"/api/v1/attempts/{self.attempt}/answers/{key}"
        connection.request(
            "PUT", path, body, {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        )
        underway.set()
        answer = connection.getresponse()
        told = json.loads(answer.read())
        del self.unsure[key]
        if answer.status == 200:
            journal.write(json.dumps([key, told["saved_seq"], told["value"]]) + "\n")
            journal.flush()
            os.fsync(journal.fileno())

    def acknowledged_answers(self):
        """Return the last acknowledged seq and value of each question, read from the journal."""
        found = {}
        for line in self.journal.read_text().splitlines():
            key, seq, value = json.loads(line)
            found[key] = max(found.get(key, (0, "")), (seq, value))
        return found

    def troubles(self, stored):
        """Return what is wrong with what is stored. stored: seq and value of each question."""
        found = []
        for key, (seq, value) in self.acknowledged_answers().items():
            there, text = stored[key]
            if there < seq:
                found.append(f"lost: {key} was acknowledged with {seq}, {there} is stored")
            elif there == seq and text != value:
                found.append(f"changed: {key} {seq}")
        for key, (seq, text) in stored.items():
            if seq and self.sent.get((key, seq)) != text:
                found.append(f"torn: {key} {seq} holds {str(text)[:40]!r}")
            self.seqs[key] = max(self.seqs.get(key, 0), seq)
        return found


def text_of(attempt, key, seq):
    """Return an answer that no piece of another one equals."""
    digest = hashlib.sha256(f"{attempt}{key}{seq}".encode()).hexdigest()
    return f"第{seq}次：{digest * 6}"


@dataclass
class Starter:
    """One of two windows in which somebody begins the same paper at the same moment. told: what was acknowledged."""

    token: str
    slug: str
    told: list = field(default_factory=list)

    def send_until(self, port, stop, underway):
        """Begin the paper once."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request(
                "POST", f"/api/v1/quizzes/{self.slug}/attempts", headers={"Authorization": f"Bearer {self.token}"}
            )
            answer = connection.getresponse()
            body = json.loads(answer.read())
            if answer.status in (200, 201):
                self.told.append(body["id"])
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()


@dataclass
class Room:
    """An installation of its own with three people who write answers, each begins another paper in two windows."""

    app: object
    learners: list
    starters: list
    engine: object = None

    def asked(self, statement, **keys):
        """Return the rows of a statement, past the app."""
        if self.engine is None:
            # Nothing of the database is kept open: a power cut changes its files.
            self.engine = create_engine(self.app.extensions["lms_settings"].database_url, poolclass=NullPool)
        with self.engine.begin() as connection:
            found = connection.execute(text(statement), keys)
            return found.all() if found.returns_rows else []

    def papers(self):
        """Return what is wrong with the papers that were begun, and hand them in, so that others can be begun."""
        ids = [told for starter in self.starters for told in starter.told]
        here = {each for each in ids if self.asked("SELECT 1 FROM attempt WHERE public_id = :name", name=each)}
        open_ones = self.asked(
            "SELECT person_id, document_id, count(*) AS n FROM attempt WHERE state = 'open' GROUP BY 1, 2 HAVING count(*) > 1"
        )
        for starter in self.starters:
            starter.told.clear()
        self.asked(
            "UPDATE attempt SET state = 'submitted', submitted_at = started_at, earned = 0 WHERE mode = 'practice'"
        )
        return [f"lost: paper {each}" for each in ids if each not in here] + [f"doubled: {row}" for row in open_ones]


@pytest.fixture
def room(fresh, tmp_path):
    """Open questions to write answers to, and a paper for practice that may be begun again and again."""
    with fresh.app_context():
        rubric = (Criterion(kind=CriterionKind.MUST, points=from_fraction(1), words="理解"),)
        stems = [f"第 {number} 题：写出回复。" for number in range(1, QUESTIONS + 1)]
        slug = a_quiz(*[Question(stem=rich(stem), shape=Open(rubric=rubric, manual=True)) for stem in stems])
        practice = a_quiz(use=Use.PRACTICE)
        learners, starters = [], []
        for number in range(3):
            actor = as_actor(a_person(Role.AGENT))
            attempt = begun(actor, slug)
            with transaction():
                token, *windows = [make_token(actor, label="kill", scope=["write", "read"]) for _ in range(3)]
            learners.append(Learner(token=token, attempt=attempt, journal=tmp_path / f"journal-{number}"))
            learners[-1].journal.touch()
            starters += [Starter(token=each, slug=practice) for each in windows]
        db.engine.dispose()
    return Room(app=fresh, learners=learners, starters=starters)


@pytest.fixture
def on_sqlite(request):
    if "sqlite" not in request.node.callspec.id:
        pytest.skip("about the files of SQLite")


def stored_by_api(server, learner):
    status, body = server.get(learner, f"/api/v1/attempts/{learner.attempt}")
    assert status == 200
    return {question["id"]: (question["seq"], question["answer"]) for question in body["questions"]}


def stored_by_sql(room, learner):
    rows = room.asked(
        "SELECT i.key, i.seq, i.value FROM attempt_item i JOIN attempt a ON a.id = i.attempt_id WHERE a.public_id = :name",
        name=learner.attempt,
    )
    assert len(rows) == QUESTIONS, "a question has one answer"
    return {key: (seq, _plain(value)["v"] if value else None) for key, seq, value in rows}


def _plain(value):
    """PostgreSQL's driver has read the JSON already."""
    return json.loads(value) if isinstance(value, str) else value


def kill_often(room, which, kills, seed, *, power=None, stop_at_trouble=False):
    """Kill the worker so many times during saving; return troubles, slowest restart, answers acknowledged."""
    chance, troubles, slowest = random.Random(seed), [], 0.0
    learners = room.learners
    print(f"seed {seed}")
    kill = power.cut if power else Server.kill_worker
    with served(room.app, which, power.environment if power else None) as server:
        server.wait(learners[0])
        for _ in range(kills):
            killed, at = burst(server, [*learners, *room.starters], chance, kill)
            slowest = max(slowest, server.wait(learners[0], killed, at))
            for learner in learners:
                by_api, by_sql = stored_by_api(server, learner), stored_by_sql(room, learner)
                assert by_api == by_sql
                troubles += learner.troubles(by_sql)
            troubles += room.papers()
            if troubles and stop_at_trouble:
                break
    count = sum(len(learner.journal.read_text().splitlines()) for learner in learners)
    return troubles, slowest, count


def check(room, kills, seed, power=None):
    began = time.monotonic()
    troubles, slowest, count = kill_often(room, "sound", kills, seed, power=power)
    each = (time.monotonic() - began) / kills
    print(
        f"{kills} kills, {count} answers acknowledged, {len(troubles)} lost or doubled, slowest restart {slowest:.2f} s"
    )
    print(f"{each:.2f} s a kill")
    assert troubles == []
    assert count > kills


@pytest.mark.timeout(900)
def test_no_acknowledged_answer_or_paper_is_lost_or_doubled_by_a_kill(room):
    check(room, kills=150, seed=20261122)


def test_no_acknowledged_answer_is_lost_by_a_power_cut(on_sqlite, room, tmp_path):
    check(room, kills=10, seed=20261122, power=plugged_in(tmp_path, tmp_path / "power"))


def test_an_app_that_answers_before_it_commits_is_found_out(room):
    troubles, _, _ = kill_often(room, "hasty", 200, 20261122, stop_at_trouble=True)
    assert any(trouble.startswith("lost: q") for trouble in troubles)


def test_an_app_that_does_not_wait_for_the_disk_is_found_out(on_sqlite, room, tmp_path):
    power = plugged_in(tmp_path, tmp_path / "power")
    troubles, _, _ = kill_often(room, "drowsy", 200, 20261122, power=power, stop_at_trouble=True)
    assert any(trouble.startswith("lost: q") for trouble in troubles)


def test_an_app_that_writes_an_older_answer_over_a_newer_one_is_found_out(room):
    troubles, _, _ = kill_often(room, "late", 200, 20261122, stop_at_trouble=True)
    assert any(trouble.startswith("lost: q") for trouble in troubles)


def test_where_nobody_looks_for_an_open_paper_the_unique_index_keeps_it_from_being_there_twice(room):
    troubles, _, _ = kill_often(room, "blind", 5, 20261122)
    assert troubles == []


def test_without_the_unique_index_a_paper_that_is_there_twice_is_found_out(room):
    room.asked("DROP INDEX uq_attempt_open")
    troubles, _, _ = kill_often(room, "blind", 200, 20261122, stop_at_trouble=True)
    assert any(trouble.startswith("doubled: ") for trouble in troubles)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_ten_thousand_kills_lose_nothing(room):
    check(room, kills=SOAKED, seed=random.SystemRandom().randrange(2**32))


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_three_hundred_power_cuts_lose_nothing(on_sqlite, room, tmp_path):
    seed = random.SystemRandom().randrange(2**32)
    check(room, kills=300, seed=seed, power=plugged_in(tmp_path, tmp_path / "power"))
