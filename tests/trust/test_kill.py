"""SIGKILL while answers are saved: what was acknowledged is there, once and whole.

A client writes a line of its journal, with fsync, after it has read the 2xx. The serving worker is killed at a random
moment 0-50 ms after a request was sent; then the journal is compared with the API and with the database. The same
check has to find a loss in an app that answers before it commits.
"""

import hashlib
import http.client
import json
import os
import random
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.points import from_fraction
from lms.questions.spec import Criterion, CriterionKind, Open, Question
from tests.support.killing import burst, served
from tests.support.make import a_person, as_actor
from tests.support.make_quizzes import a_quiz, begun, rich

pytestmark = pytest.mark.committed

QUESTIONS = 12


@dataclass
class Learner:
    """One client with its attempt. sent: value by (question, seq)."""

    token: str
    attempt: str
    journal: Path
    sent: dict = field(default_factory=dict)
    seqs: dict = field(default_factory=dict)

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
        seq = self.seqs[key] = self.seqs.get(key, 0) + 1
        value = text_of(self.attempt, key, seq)
        self.sent[key, seq] = value
        body = json.dumps({"value": value, "seq": seq}).encode()
        path = f"/api/v1/attempts/{self.attempt}/answers/{key}"
        connection.request(
            "PUT", path, body, {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        )
        underway.set()
        answer = connection.getresponse()
        told = json.loads(answer.read())
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


@pytest.fixture
def learners(empty_sqlite_app, tmp_path):
    """Three people who write answers to a paper of open questions, each in an attempt of their own."""
    with empty_sqlite_app.app_context():
        rubric = (Criterion(kind=CriterionKind.MUST, points=from_fraction(1), words="理解"),)
        stems = [f"第 {number} 题：写出回复。" for number in range(1, QUESTIONS + 1)]
        slug = a_quiz(*[Question(stem=rich(stem), shape=Open(rubric=rubric, manual=True)) for stem in stems])
        found = []
        for number in range(3):
            actor = as_actor(a_person(Role.AGENT))
            attempt = begun(actor, slug)
            with transaction():
                token = make_token(actor, label="kill", scope=["write", "read"])
            found.append(Learner(token=token, attempt=attempt, journal=tmp_path / f"journal-{number}"))
            found[-1].journal.touch()
    return found


def stored_by_api(server, learner):
    status, body = server.get(learner, f"/api/v1/attempts/{learner.attempt}")
    assert status == 200
    return {question["id"]: (question["seq"], question["answer"]) for question in body["questions"]}


def stored_by_sql(folder, learner):
    with sqlite3.connect(folder / "lms.sqlite3") as database:
        rows = database.execute(
            "SELECT i.key, i.seq, i.value FROM attempt_item i JOIN attempt a ON a.id = i.attempt_id"
            " WHERE a.public_id = ?",
            [learner.attempt],
        ).fetchall()
    database.close()
    assert len(rows) == QUESTIONS, "a question has one answer"
    return {key: (seq, json.loads(value)["v"] if value else None) for key, seq, value in rows}


def kill_often(folder, learners, which, kills, seed, *, stop_at_trouble=False):
    """Kill the worker so many times during saving; return troubles, slowest restart, answers acknowledged."""
    chance, troubles, slowest = random.Random(seed), [], 0.0
    print(f"seed {seed}")
    with served(folder, which) as server:
        server.wait(learners[0])
        for _ in range(kills):
            killed, at = burst(server, learners, chance)
            slowest = max(slowest, server.wait(learners[0], killed, at))
            for learner in learners:
                by_api, by_sql = stored_by_api(server, learner), stored_by_sql(folder, learner)
                assert by_api == by_sql
                troubles += learner.troubles(by_sql)
            if troubles and stop_at_trouble:
                break
    count = sum(len(learner.journal.read_text().splitlines()) for learner in learners)
    return troubles, slowest, count


def check(folder, learners, kills, seed):
    troubles, slowest, count = kill_often(folder, learners, "sound", kills, seed)
    print(f"{kills} kills, {count} answers acknowledged, slowest restart {slowest:.2f} s")
    assert troubles == []
    assert count > kills


def test_no_acknowledged_answer_is_lost_by_a_kill(learners, tmp_path):
    check(tmp_path, learners, kills=25, seed=20261122)


def test_an_app_that_answers_before_it_commits_is_found_out(learners, tmp_path):
    troubles, _, _ = kill_often(tmp_path, learners, "hasty", 25, 20261122, stop_at_trouble=True)
    assert any(trouble.startswith("lost") for trouble in troubles)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_ten_thousand_kills_lose_nothing(learners, tmp_path):
    check(tmp_path, learners, kills=10_000, seed=random.SystemRandom().randrange(2**32))
