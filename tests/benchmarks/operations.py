"""What is measured. An operation is what one person does in one go: a page, a whole quiz, a file."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.data import DRILL, PASSWORD, QUIZ, THIRTY, WRONG, Installation
from tests.benchmarks.measure import Asks, sign_in

JSON = {"Content-Type": "application/json"}


@dataclass(slots=True)
class Visitor:
    """Somebody who uses one installation over one connection. takers: tokens of people who have not taken the quiz."""

    asks: Asks
    installation: Installation
    takers: Iterator[str]
    signed_in: str = ""
    attempt: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seq: Iterator[int] = field(default_factory=itertools.count)

    def as_person(self, employee_no: str) -> None:
        if self.signed_in != employee_no:
            self.asks.send("GET", "/")
            sign_in(self.asks, employee_no, PASSWORD)
            self.signed_in = employee_no

    def call(self, method: str, path: str, body: object = None) -> Any:
        content = self.asks.send(method, f"/api/v1{path}", json.dumps(body or {}).encode(), self.headers)
        return json.loads(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """people: of the installation, 0 = no server is asked. limit: times the CPU of hello, None = only measured.

    runs: in one round. begin: done before the rounds, not measured. requests: that one run sends.
    """

    name: str
    people: int
    limit: float | None
    runs: int
    begin: Callable[[Visitor], None] = lambda _: None
    run: Callable[[Visitor], None] = lambda _: None
    requests: int = 1


def page(name: str, path: str, *, limit: float | None, person: str = "learner", **more: Any) -> Operation:
    def begin(visitor: Visitor) -> None:
        visitor.as_person(getattr(visitor.installation, person))

    def run(visitor: Visitor) -> None:
        visitor.asks.send("GET", visitor.installation.paths.get(name, path))

    return Operation(
        name=name,
        limit=limit,
        begin=begin,
        run=run,
        **{"people": 1_000, "runs": 25, **more},
    )


def value_for(question: dict[str, Any]) -> Any:
    """Return some answer of the right shape; whether it is right does not matter here."""
    ids = [option["id"] for option in question["options"]]
    match question["type"]:
        case "single":
            return ids[0]
        case "multiple":
            return ids[:2]
        case "true_false":
            return True
        case "fill_in":
            return ["48"] * question["blanks"]
        case "numeric":
            return "64"
        case "ordering":
            return ids
        case "matching":
            return {left["id"]: right for left, right in zip(question["left"], ids, strict=False)}
    raise ValueError(question["type"])


def next_taker(visitor: Visitor) -> None:
    visitor.headers = {**JSON, "Authorization": f"Bearer {next(visitor.takers)}"}
    visitor.attempt = visitor.call("POST", f"/quizzes/{QUIZ}/attempts")


def save(visitor: Visitor, question: dict[str, Any]) -> None:
    path = f"/attempts/{visitor.attempt['id']}/answers/{question['id']}"
    visitor.call("PUT", path, {"value": value_for(question), "seq": 1 + next(visitor.seq)})


def take_quiz(visitor: Visitor) -> None:
    next_taker(visitor)
    for question in visitor.attempt["questions"]:
        save(visitor, question)
    visitor.call("POST", f"/attempts/{visitor.attempt['id']}/submit")


def save_one(visitor: Visitor) -> None:
    questions = visitor.attempt["questions"]
    number = next(visitor.seq)
    question = questions[number % len(questions)]
    path = f"/attempts/{visitor.attempt['id']}/answers/{question['id']}"
    visitor.call("PUT", path, {"value": value_for(question), "seq": number + 2})


def next_player(visitor: Visitor) -> None:
    visitor.headers = {**JSON, "Authorization": f"Bearer {next(visitor.takers)}"}
    visitor.attempt = visitor.call("POST", f"/drills/{DRILL}/runs")


def step_for(run: Any) -> dict[str, Any]:
    """Return a reply that keeps the conversation going."""
    known = {"seq": run["step"], "after": run["events"]}
    if run["free_text"]:
        return {"text": f"很理解您着急，这就去问仓库，第 {run['step']} 次回您。", **known}
    return {"choice": run["choices"][0]["id"], **known}


def drill_step(visitor: Visitor) -> None:
    if visitor.attempt["state"] != "open":  # after its hundredth step a run ends
        visitor.attempt = visitor.call("POST", f"/drills/{DRILL}/runs")
    visitor.attempt = visitor.call("POST", f"/runs/{visitor.attempt['id']}/steps", step_for(visitor.attempt))


def as_lead(visitor: Visitor) -> None:
    visitor.headers = {**JSON, "Authorization": "Bearer bench-token-lead"}


def completion_csv(visitor: Visitor) -> None:
    path = "/api/v1/reports/completion?curriculum=onboarding/curriculum&format=csv"
    content = visitor.asks.send("GET", path, None, visitor.headers)
    assert content.count(b"\n") > visitor.installation.people - 10, "the file has not got everybody"


REPORT = "/reports/completion"
OPERATIONS: tuple[Operation, ...] = (
    page("home", "/", limit=20),
    page("curriculum", "", limit=None),
    page("course", "", limit=20),
    page("lesson", "", limit=12),
    page("article", "", limit=12),
    Operation(name="quiz", people=1_000, limit=220, runs=2, run=take_quiz, requests=22),
    Operation(name="answer-save", people=1_000, limit=8, runs=25, begin=next_taker, run=save_one),
    Operation(name="drill-step", people=1_000, limit=15, runs=10, begin=next_player, run=drill_step),
    page("completion", REPORT, limit=40, person="lead", runs=10),
    page("profile", "/people/P3/profile", limit=25, person="lead", runs=10),
    page("home-lead", "/", limit=None, person="lead", runs=10),
    page("completion-5000", REPORT, limit=None, person="lead", runs=3, people=5_000),
    page("cycle-5000", "", limit=40, person="lead", runs=5, people=5_000),
    page("item-analysis", f"/exams/{THIRTY}/analysis", limit=None, person="trainer", runs=1, people=5_000),
    page(
        "regrade-preview",
        f"/exams/{THIRTY}/regrades/{WRONG}?act=all",
        limit=None,
        person="trainer",
        runs=1,
        people=5_000,
    ),
    Operation(name="csv", people=5_000, limit=600, runs=1, begin=as_lead, run=completion_csv),
    page("csv-matrix", f"{REPORT}?format=csv", limit=None, person="lead", runs=1, people=5_000),
    Operation(name="sync", people=0, limit=None, runs=1, requests=0),
    Operation(name="sync-again", people=0, limit=None, runs=1, requests=0),
    Operation(name="publish-500", people=0, limit=None, runs=1, requests=0),
    Operation(name="ask-500", people=0, limit=None, runs=1, requests=0),
    Operation(name="rules-first", people=0, limit=None, runs=1, requests=0),
    Operation(name="rules-again", people=0, limit=None, runs=1, requests=0),
    Operation(name="rules-move", people=0, limit=None, runs=1, requests=0),
    Operation(name="remind-5000", people=0, limit=None, runs=1, requests=0),
    Operation(name="kpi-import-100k", people=0, limit=None, runs=1, requests=0),
    Operation(name="composite-5000", people=0, limit=None, runs=1, requests=0),
    Operation(name="impact-5000", people=0, limit=None, runs=1, requests=0),
    *(
        Operation(name=name, people=0, limit=None, runs=1, requests=0)
        for name in ("drill-paths", "history-2000", "compare-1mb", "merge-1mb", "git-export", "git-import")
    ),
)
