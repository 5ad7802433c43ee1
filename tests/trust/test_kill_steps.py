"""SIGKILL while a drill is played: a step that was acknowledged is there, once and whole, and the run goes on from it."""

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
from tests.support.killing import burst, served
from tests.support.make import a_person, an_actor, as_actor
from tests.support.make_played import a_published_drill, begun

pytestmark = pytest.mark.committed

CIRCLE = """---
类型: 演练
顾客: 小雨
评分: {共情: 100}
---
# 一直问

## 问
`自由回复`
> 小雨：到底哪天到？

- 应说 `共情+2`：抱歉
- 得分≥2 => [完](#完)
- 其他 => [再问](#再问)

## 再问
`自由回复`
> 小雨：说清楚。

- 应说 `共情+2`：抱歉
- 得分≥2 => [完](#完)
- 其他 => [问](#问)

## 完
`结局:通过`
> 小雨：好。

## 复盘
- 为什么？
"""


@dataclass
class Player:
    """One client with its run. sent: by step, every text that was ever sent for it."""

    token: str
    run: str
    journal: Path
    step: int = 1
    sent: dict = field(default_factory=dict)

    def send_until(self, port, stop, underway):
        """Send step after step until told to stop, the run is over or the connection breaks."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with self.journal.open("a") as journal:
            try:
                while not stop.is_set() and self._send(connection, underway, journal):
                    pass
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
                underway.set()

    def _send(self, connection, underway, journal):
        # what was sent and not acknowledged is sent again as it was, as the player's page does
        words = self.sent.setdefault(self.step, f"第 {self.step} 句，{self.run}")
        body = json.dumps({"text": words, "seq": self.step}).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request("POST", f"/api/v1/runs/{self.run}/steps", body, headers)
        underway.set()
        answer = connection.getresponse()
        told = json.loads(answer.read())
        if answer.status != 200:
            return False
        journal.write(json.dumps([self.step, words]) + "\n")
        journal.flush()
        os.fsync(journal.fileno())
        self.step = told["step"]
        return told["state"] == "open"

    def acknowledged(self):
        return dict(json.loads(line) for line in self.journal.read_text().splitlines())

    def troubles(self, stored):
        """Return what is wrong with what is stored. stored: (step, text) in the order of the events."""
        steps = [step for step, _ in stored]
        found = [] if steps == list(range(1, len(steps) + 1)) else [f"torn: steps {steps}"]
        texts = dict(stored)
        for step, words in self.acknowledged().items():
            if step not in texts:
                found.append(f"lost: step {step} was acknowledged")
            elif texts[step] != words:
                found.append(f"changed: step {step}")
        return found


@pytest.fixture
def players(empty_sqlite_app, tmp_path):
    with empty_sqlite_app.app_context():
        a_published_drill(an_actor(Role.TRAINER), CIRCLE, slug="drills/circle")
        found = []
        for number in range(3):
            actor = as_actor(a_person(Role.AGENT))
            run = begun(actor, "drills/circle")
            with transaction():
                token = make_token(actor, label="kill", scope=["write", "read"])
            found.append(Player(token=token, run=run, journal=tmp_path / f"journal-{number}"))
            found[-1].journal.touch()
    return found


def stored_by_sql(folder, player):
    """Return step and text of every reply of a run, and the step at which its lane stands."""
    with sqlite3.connect(folder / "lms.sqlite3") as database:
        steps = database.execute(
            "SELECT e.step, t.text FROM run_event e JOIN run r ON r.id = e.run_id"
            " JOIN run_text t ON t.run_id = e.run_id AND t.seq = e.seq WHERE r.public_id = ? ORDER BY e.seq",
            [player.run],
        ).fetchall()
        (lanes,) = database.execute("SELECT lanes FROM run WHERE public_id = ?", [player.run]).fetchone()
    database.close()
    return steps, json.loads(lanes)[0]["state"]["steps"]


def kill_often(app, folder, players, which, kills, seed, *, stop_at_trouble=False):
    chance, troubles, slowest = random.Random(seed), [], 0.0
    with served(app, which) as server:
        server.wait(players[0])
        for _ in range(kills):
            killed, at = burst(server, players, chance)
            slowest = max(slowest, server.wait(players[0], killed, at))
            for player in players:
                stored, standing = stored_by_sql(folder, player)
                assert standing == len(stored), "the run stands where its events lead"
                troubles += player.troubles(stored)
            if troubles and stop_at_trouble:
                break
    return troubles, slowest, sum(len(player.acknowledged()) for player in players)


def test_no_acknowledged_step_is_lost_or_doubled_by_a_kill(players, empty_sqlite_app, tmp_path):
    troubles, _slowest, count = kill_often(empty_sqlite_app, tmp_path, players, "sound", 8, 20261122)
    assert troubles == []
    assert count > 8


def test_an_app_that_answers_a_step_before_it_commits_is_found_out(players, empty_sqlite_app, tmp_path):
    troubles, _, _ = kill_often(empty_sqlite_app, tmp_path, players, "hasty", 8, 20261122, stop_at_trouble=True)
    assert any(trouble.startswith("lost") for trouble in troubles)
