"""Three web processes and two workers behind a proxy, on PostgreSQL, Valkey and an S3 store: one of each is killed.

While people work: what was acknowledged is there, nobody sees another error than "in a moment", and it all goes on by
itself within ten seconds.
"""

import json
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from lms import create_app
from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.points import from_fraction
from lms.questions.spec import Criterion, CriterionKind, Open, Question
from lms.quizzes.models import Attempt, AttemptItem
from tests.conftest import make_tables
from tests.support import postgres
from tests.support.cluster import Cluster, a_cluster
from tests.support.machine import a_proxy
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, an_article_text
from tests.support.make_learning import a_png, a_task, owes
from tests.support.make_played import WARM, a_published_drill
from tests.support.make_quizzes import a_quiz, begun, rich
from tests.support.waiting import until

pytestmark = [pytest.mark.committed, pytest.mark.postgres, pytest.mark.timeout(600)]

PASSWORD = "correct horse battery"
QUESTIONS = 8
RECOVERY = 10.0
"""Seconds after which everything has to work again."""
AWAY = 503
DRILLS = ("drills/one", "drills/two")


@dataclass
class Writer:
    """Saves answers through the proxy, one after the other, and keeps what was acknowledged."""

    address: str
    token: str
    attempt: str
    kept: dict[str, tuple[int, str]] = field(default_factory=dict)
    sent: dict[tuple[str, int], str] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    last: float = 0.0

    def run(self, stop: threading.Event) -> None:
        seqs: Counter[str] = Counter()
        with httpx.Client(base_url=self.address, timeout=30, headers={"Authorization": f"Bearer {self.token}"}) as http:
            count = 0
            while not stop.is_set():
                count += 1
                key = f"q{count % QUESTIONS + 1}"
                seqs[key] += 1
                value = f"第{seqs[key]}次 {self.attempt} {key}"
                self.sent[key, seqs[key]] = value
                try:
                    answer = http.put(
                        f"/api/v1/attempts/{self.attempt}/answers/{key}", json={"value": value, "seq": seqs[key]}
                    )
                except httpx.HTTPError as error:
                    self.statuses[type(error).__name__] += 1
                    continue
                self.statuses[str(answer.status_code)] += 1
                if answer.status_code == 200:
                    self.kept[key] = max(
                        self.kept.get(key, (0, "")), (answer.json()["saved_seq"], answer.json()["value"])
                    )
                    self.last = time.monotonic()
                else:
                    stop.wait(0.1)


@dataclass
class Reader:
    """Signs in by password and reads pages, searches, over and over."""

    address: str
    number: str
    statuses: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    last: float = 0.0

    def run(self, stop: threading.Event) -> None:
        with httpx.Client(base_url=self.address, timeout=30, follow_redirects=True) as http:
            while not stop.is_set():
                try:
                    signed_in(http, self.number)
                    for path in ("/", "/kb/returns", "/kb?q=退货"):
                        self._look(http, path)
                        stop.wait(0.05)
                except httpx.HTTPError as error:
                    self.statuses[type(error).__name__] += 1
                except AssertionError:
                    stop.wait(0.2)

    def _look(self, http: httpx.Client, path: str) -> None:
        answer = http.get(path)
        self.statuses[str(answer.status_code)] += 1
        if answer.status_code == 200:
            self.last = time.monotonic()
        elif answer.status_code == AWAY and not re.search("稍候|暂时连不上|正忙|One moment", answer.text):
            self.strange.append(answer.text[:200])


def signed_in(http: httpx.Client, number: str) -> None:
    page = http.get("/sign-in")
    if "csrf_token" not in page.text or str(page.url).endswith("/"):
        return
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    http.post("/sign-in", data={"csrf_token": found[1], "employee_no": number, "password": PASSWORD})


@dataclass
class House:
    """The installation and who is in it."""

    cluster: Cluster
    app: Any
    writers: list[Writer]
    readers: list[Reader]
    trainer_token: str
    learner_token: str
    learner: str


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    if a_proxy() is None:
        pytest.skip("not run: no nginx; install the package nginx-light")
    try:
        with a_cluster() as cluster:
            yield made(cluster)
    except postgres.NoServer as reason:
        pytest.skip(f"not run: {reason}")


def made(cluster: Cluster) -> House:
    environment = cluster.environment("made")
    given = {name.removeprefix("LMS_").lower(): value for name, value in environment.items() if name.startswith("LMS_")}
    app = create_app(given)
    make_tables(app)
    with app.app_context():
        trainer_person = a_person(Role.TRAINER, Role.AGENT)
        trainer = as_actor(trainer_person)
        a_document(trainer, an_article_text("退货时效"), slug="returns")
        for drill in DRILLS:
            a_published_drill(trainer, slug=drill)
        task = a_task(trainer, evidence="[照片]")
        rubric = (Criterion(kind=CriterionKind.MUST, points=from_fraction(1), words="理解"),)
        stems = [f"第 {number} 题：写出回复。" for number in range(1, QUESTIONS + 1)]
        slug = a_quiz(
            *[Question(stem=rich(stem), shape=Open(rubric=rubric, manual=True)) for stem in stems], minutes=90
        )
        writers, readers = [], []
        for _ in range(3):
            person = a_person(Role.AGENT, password=PASSWORD)
            actor = as_actor(person)
            attempt = begun(actor, slug)
            writers.append(Writer(cluster.address, token_of(actor), attempt))
            readers.append(Reader(cluster.address, person.employee_no))
        learner = a_person(Role.AGENT, password=PASSWORD)
        owes(trainer, task, learner)
        found = House(
            cluster=cluster,
            app=app,
            writers=writers,
            readers=readers[:2],
            trainer_token=token_of(trainer),
            learner_token=token_of(as_actor(learner)),
            learner=learner.employee_no,
        )
        session().rollback()
        db.engine.dispose()
    cluster.start()
    until(lambda: ready(cluster))
    return found


def token_of(actor: Any) -> str:
    with transaction():
        return make_token(actor, label="cluster", scope=["write", "read"])


def ready(cluster: Cluster) -> bool:
    try:
        return httpx.get(f"{cluster.address}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def wait_well(house: House, since: float) -> float:
    """Wait until every writer and reader has been served after this moment; return the seconds it took."""
    until(lambda: all(each.last > since for each in (*house.writers, *house.readers)), 60)
    return max(each.last for each in (*house.writers, *house.readers)) - since


def journeys(house: House, word: str, drill: str) -> None:
    """Everything that people do once, through the proxy. word: what is new in the article."""
    http = httpx.Client(base_url=house.cluster.address, timeout=30, follow_redirects=True)
    trainer = {"Authorization": f"Bearer {house.trainer_token}"}
    learner = {"Authorization": f"Bearer {house.learner_token}"}
    with http:
        run = http.post(f"/api/v1/drills/{drill}/runs", headers=learner)
        assert run.status_code in (200, 201), run.text
        lane = run.json()
        choice = next(each["id"] for each in lane["choices"] if each["text"] == WARM)
        step = http.post(
            f"/api/v1/runs/{lane['id']}/steps", headers=learner, json={"seq": lane["step"], "choice": choice}
        )
        assert step.status_code == 200, step.text
        card = http.get("/api/v1/documents/article/returns", headers=trainer).json()
        base = card["draft_revision"] or card["published_revision"]
        text = an_article_text("退货时效", f"## 时效\n七天内可以申请。{word}。")
        saved = http.put(
            "/api/v1/documents/article/returns/draft",
            headers=trainer,
            json={"markdown": text, "base_revision": base, "note": word},
        )
        assert saved.status_code == 200, saved.text
        published = http.post(
            "/api/v1/documents/article/returns/publish",
            headers=trainer,
            json={"base_revision": saved.json()["revision"], "note": word},
        )
        assert published.status_code == 200, published.text
        signed_in(http, house.learner)
        page = http.get("/learn/task/shadowing")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert token, page.text[:300]
        version = re.search(r'name="version" value="([^"]*)"', page.text)
        sent = http.post(
            "/learn/task/shadowing",
            data={"csrf_token": token[1], "version": version[1] if version else "", "do": "save"},
            files={"photo": ("photo.png", a_png(len(word)), "image/png")},
        )
        photo = re.search(r"/learn/photo/[0-9a-f]{32}", sent.text)
        assert photo, sent.text[-600:]
        for _ in range(6):  # whichever process is asked has it
            assert http.get(photo[0]).headers["content-type"] == "image/png"
        # the workers' part: the article is found by its new word
        until(lambda: word in http.get("/kb", params={"q": word}).text.replace("<mark>", "").replace("</mark>", ""), 90)


def stored(house: House, writer: Writer) -> dict[str, tuple[int, str]]:
    with house.app.app_context():
        rows = (
            session()
            .execute(
                db.select(AttemptItem.key, AttemptItem.seq, AttemptItem.value)
                .join(Attempt, Attempt.id == AttemptItem.attempt_id)
                .where(Attempt.public_id == writer.attempt)
            )
            .all()
        )
        session().rollback()
        db.engine.dispose()
    assert len(rows) == QUESTIONS
    return {key: (seq, value["v"] if value else "") for key, seq, value in rows}


def killed(house: House, what: Callable[[], None], again: Callable[[], None], away: float = 0.0) -> float:
    """Kill something, start it again after so many seconds, and return how long it then took until all are served."""
    what()
    time.sleep(away)  # what is away is away for a while: that is the fault
    again()
    took = wait_well(house, time.monotonic())
    until(lambda: ready(house.cluster), RECOVERY)
    return took


def rounds(house: House, count: int, away: float) -> dict[str, float]:
    """Kill one of each so many times; return the slowest recovery of each."""
    cluster, slowest = house.cluster, Counter[str]()
    for number in range(count):
        web, worker = cluster.webs[number % 3], cluster.workers[number % 2]
        faults: dict[str, tuple[Callable[[], None], Callable[[], None], float]] = {
            "web": (web.kill, web.start, 0.5),
            "worker": (worker.kill, worker.start, 0.5),
            "valkey": (cluster.valkey.kill, cluster.valkey.start, 1.0),
            "database": (cluster.database.kill, cluster.database.start, away),
        }
        for name, (kill, start, seconds) in faults.items():
            slowest[name] = max(slowest[name], killed(house, kill, start, seconds))
    return dict(slowest)


def run(house: House, count: int, away: float) -> None:
    stop = threading.Event()
    threads = [threading.Thread(target=each.run, args=(stop,)) for each in (*house.writers, *house.readers)]
    for thread in threads:
        thread.start()
    try:
        wait_well(house, time.monotonic())
        journeys(house, "甲乙丙", DRILLS[0])
        slowest = rounds(house, count, away)
        journeys(house, "丁戊己庚", DRILLS[1])
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    answered = sum((each.statuses for each in (*house.writers, *house.readers)), Counter[str]())
    print(f"{count} of each killed; slowest recovery {slowest}; answers {dict(answered)}")
    assert max(slowest.values()) < RECOVERY
    for writer in house.writers:
        there = stored(house, writer)
        for key, (seq, value) in writer.kept.items():
            assert there[key][0] >= seq, f"lost: {key} was acknowledged with {seq}, {there[key][0]} is stored"
            assert there[key][1] == writer.sent[key, there[key][0]]
            assert value == writer.sent[key, seq]
        assert sum(seq for seq, _ in writer.kept.values()) > 20
    assert set(answered) <= {"200", "503"}, answered
    assert [text for reader in house.readers for text in reader.strange] == []


@pytest.mark.timeout(300)
def test_one_of_each_is_killed_and_nothing_acknowledged_is_lost(house: House):
    run(house, 1, 3.0)
    lines = [json.loads(line) for line in house.cluster.logs().splitlines() if line.startswith("{")]
    assert any(line.get("message") == "request" and line.get("request_id") for line in lines)
    assert not any("Traceback" in line.get("trace", "") and "lms.web" in line["logger"] for line in lines)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_each_is_killed_again_and_again(house: House):
    run(house, int(os.environ.get("CLUSTER_ROUNDS", "40")), 30.0)
