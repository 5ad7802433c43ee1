"""Every example of docs/api.md works: each is run as it stands, against a real server, with a token of who may ask."""

import os
import re
import shutil
import subprocess
from contextvars import ContextVar
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lms.accounts.actions import make_token
from lms.accounts.models import Team
from lms.content.jobs import sync_files
from lms.core import clock
from lms.core.db import session, transaction
from lms.core.sheets import xlsx_bytes
from lms.learning.actions import reading
from tests.support.live import served
from tests.support.make import as_actor
from tests.support.make_content import a_document, a_lesson_text, a_quiz_text, an_article_text, write
from tests.support.make_house import a_house
from tests.support.make_learning import a_curriculum, owes
from tests.support.make_profiles import a_figure
from tests.support.make_quizzes import begun, handed_in

pytestmark = pytest.mark.committed

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
NUMBERS = {
    "own": "A1001",
    "mate": "A1002",
    "stranger": "A1017",
    "lead": "L1001",
    "trainer": "T1001",
    "quality": "Q1001",
    "hr": "H1001",
    "director": "D1001",
    "admin": "S1001",
}
ASKED_BY = {
    "People, roles and teams": "H1001",
    "Webhooks": "S1001",
    "Catalogue, surveys and suggestions": "T1001",
    "Campaigns": "T1001",
    "Planning the training year": "T1001",
    "Making rules and deciding": "T1001",
    "Running live sessions": "T1001",
    "Intakes and working days": "H1001",
    "Robots of group chats": "S1001",
    "Profiles and proofs": "H1001",
    "Figures": "D1001",
    "Inspections": "Q1001",
    "Composite scores": "D1001",
    "Appraisals": "H1001",
    "Staff before a peak": "D1001",
    "Does training help?": "D1001",
    "Targets and peaks": "D1001",
    "Badges and deductions": "H1001",
    "Competencies": "H1001",
    "Queues": "H1001",
    "Rules and why something is owed": "T1001",
    "Running a quiz": "T1001",
    "Item analysis": "T1001",
    "Marking": "T1001",
    "Urgent notices": "T1001",
    "Planning team drills": "T1001",
    "Gaps and reviews": "T1001",
    "Reports and the log": "D1001",
    "Documents": "T1001",
    "The desk": "T1001",
    "Questions": "T1001",
}
"""Whose token an example needs, by section; A1001's elsewhere."""
BY_OTHERS = {
    "/late/ask": "L1001",
    "/kb/categories": "T1001",
    "/tasks/waiting": "T1001",
    "/quizzes/import": "T1001",
    "content/quality": "T1001",
}
"""The same for single examples, by what stands in them."""
CURL = 'curl() { command curl --fail-with-body --silent --show-error "$@"; }\n'


def parts():
    """Return the sections with their fenced examples: (section, language, text)."""
    page = (ROOT / "docs/api.md").read_text("utf-8")
    for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        title = part.split("\n")[0]
        if title == "Who is asking":
            continue
        for language, text in re.findall(r"^```(\w*)\n(.*?)^```", part, re.MULTILINE | re.DOTALL):
            if language != "json":
                yield title, "python" if language == "python" else "shell", text


def preamble():
    head = (ROOT / "docs/api.md").read_text("utf-8").split("## All calls")[0]
    return re.search(r"^```python\n(.*?)^```", head, re.MULTILINE | re.DOTALL)[1]


def asked_by(title, text):
    return next((no for words, no in BY_OTHERS.items() if words in text), ASKED_BY.get(title, "A1001"))


def furnish(house, folder):
    """Name the people as the examples do, and let there be what they name."""
    with transaction() as s:
        for who, number in NUMBERS.items():
            person = s.merge(house.people[who])
            person.employee_no, person.login_name = number, number.casefold()
        s.get_one(Team, house.team_id).code = "after-1"
    trainer, own = as_actor(house.people["trainer"]), as_actor(house.own)
    article, lesson = "after-sales/return-7d", "onboarding/culture/01-three-shops"
    write(folder, f"kb_content/{article}.md", an_article_text("七天无理由", "## 时效\n48 小时内退款。"))
    sync_files(folder)  # its first version is the published one, as of what is shipped
    quiz = a_document(trainer, a_quiz_text(title="沟通规范"), kind="quiz", slug="onboarding/q2-communication")
    owes(trainer, quiz, house.people["stranger"])  # who is absent
    a_document(trainer, a_lesson_text("三家店"), kind="lesson", slug=lesson)
    goal = a_curriculum(trainer, [("第一段", [("culture/01-three-shops", 1)])], slug="onboarding/curriculum")
    owes(trainer, goal, house.own)
    text = "---\n类型: 课程\n时长: 1小时\n---\n# 热水壶\n\n## 内容\n1. [课时](../own.md)\n"
    a_document(trainer, text, kind="course", slug="product/kettles")
    a_figure(house.own, "csat", date(2026, 10, 1), 92.5)
    with transaction():
        reading.complete(own, "lesson", lesson, number=2)
    handed_in(as_actor(house.people["mate"]), begun(as_actor(house.people["mate"]), "onboarding/q2-communication"))


@pytest.fixture
def academy(empty_sqlite_app, tmp_path, monkeypatch):
    """A served academy at a fixed noon, with the things that the examples name; tokens by number in `TOKENS`."""
    monkeypatch.setattr(clock, "_frozen", ContextVar("frozen", default=NOON))
    monkeypatch.chdir(tmp_path)
    with empty_sqlite_app.app_context():
        house = a_house()
        furnish(house, tmp_path / "content")
        tokens = {}
        for who, number in NUMBERS.items():
            with transaction():
                tokens[number] = make_token(as_actor(house.people[who]), label="例子")
        attempt = begun(as_actor(house.own), "onboarding/q2-communication")
        (tmp_path / "bank.xlsx").write_bytes(
            xlsx_bytes("题库", ["题干", "选项A", "选项B", "答案"], [["几天？", "七天", "八天", "A"]])
        )
        session().rollback()
        with served(empty_sqlite_app) as url:
            yield url, tokens, attempt


def test_every_example_runs(academy):
    url, tokens, attempt = academy
    if shutil.which("curl") is None:
        pytest.skip("not run: no curl on the path")
    wrong, ran = [], []
    for title, language, text in parts():
        env = os.environ | {"ACADEMY": url, "TOKEN": tokens[asked_by(title, text)], "ATTEMPT": attempt}
        ran.append((title, language))
        try:
            if language == "shell":
                command = ["bash", "-euc", CURL + text]
                subprocess.run(command, env=env, check=True, capture_output=True, text=True, timeout=60)
            else:
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(os, "environ", env)
                    exec(compile(preamble() + text, title, "exec"), {})
        except subprocess.CalledProcessError as error:
            wrong.append((title, text, error.stdout + error.stderr))
        except Exception as error:
            wrong.append((title, text, repr(error), getattr(error, "read", lambda: b"")().decode()))
    assert wrong == []
    assert {title for title, language in ran if language == "shell"} == {title for title, _ in ran} - {"Conventions"}
    assert {title for title, language in ran if language == "python"} == {title for title, _ in ran}
