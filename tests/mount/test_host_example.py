"""docs/examples/host as it is started by its one command, walked through with one browser's cookies."""

import json
import re
import sqlite3
import subprocess
import sys

import httpx
import pytest

from tests.support.hosts import EXAMPLES, Host, running

pytestmark = pytest.mark.timeout(600)
RIGHT = {"几天": "7 天", "运费": "店铺承担", "不完好": False}


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    with running("host", folder, "--no-worker") as found:
        found.folder = folder
        yield found


@pytest.fixture
def desk(host):
    """A browser that nobody has used yet."""
    with httpx.Client() as browser:
        yield Host(host.url, host.environment, host.said, browser)


def worker(desk: Host) -> None:
    """Do what the worker does, once, as an operator of the host starts it."""
    command = [sys.executable, "-m", "flask", "--app", str(EXAMPLES / "host" / "app.py"), "lms", "worker", "--once"]
    done = subprocess.run(command, env=desk.environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "failed" not in done.stderr, done.stderr


def sign_in(desk: Host, number: str) -> None:
    assert desk.post("/sign-in", employee_no=number, password="desk").status_code == 302


def right(question: dict) -> object:
    found = next(value for word, value in RIGHT.items() if word in question["text_html"])
    if isinstance(found, bool):
        return found
    return next(each["id"] for each in question["options"] if found in each["html"])


def test_who_signs_in_at_the_host_learns_in_the_academy_and_the_host_is_told(desk):
    assert desk.get("/training/").status_code == 302  # nobody is signed in anywhere
    sign_in(desk, "A1001")
    page = desk.get("/training/")
    assert page.status_code == 200
    assert "陈雨" in page.text
    for brand in (
        "服务台学院",
        "/training/brand/logo.svg?v=",
        "/training/brand/style.css?v=",
        "服务台内部使用",
        "回到服务台",
    ):
        assert brand in page.text  # name, logo, colour, a block of its templates and the way back are the host's

    begun = desk.call("POST", "/training/api/v1/quizzes/desk/returns/attempts", at="/training/me", json={})
    assert begun.status_code == 201, begun.text
    attempt = begun.json()
    for question in attempt["questions"]:
        path = f"/training/api/v1/attempts/{attempt['id']}/answers/{question['id']}"
        saved = desk.call("PUT", path, at="/training/me", json={"value": right(question), "seq": 1})
        assert saved.status_code == 200, saved.text
    done = desk.call("POST", f"/training/api/v1/attempts/{attempt['id']}/submit", at="/training/me", json={})
    assert done.json()["score"] == 100

    at_once = desk.get("/agents/A1001").text  # the facts were heard in the same process
    assert "100 分" in at_once
    assert "有效到" in at_once
    assert "已验签" not in at_once
    worker(desk)  # sends what waits, then computes the composite
    worker(desk)  # and tells of that one, too
    told = desk.get("/agents/A1001").text
    assert re.search(r'id="composite">96\.00<', told)  # 60 % of 100, 40 % of 90
    assert "退换货上岗测验" in told
    assert told.count("已验签") == 3
    assert told.count(">事实<") == 3


def test_the_sign_out_of_the_host_and_another_person_are_followed_at_once(desk):
    sign_in(desk, "A1001")
    assert "陈雨" in desk.get("/training/me").text
    assert desk.post("/sign-out").status_code == 302
    led = desk.get(desk.get("/training/me").headers["Location"])
    assert led.headers["Location"] == "/sign-in?next=/training/me"
    sign_in(desk, "L1001")
    assert "王立" in desk.get("/training/me").text
    assert "陈雨" not in desk.get("/training/me").text


def test_there_are_two_cookies_and_two_databases(desk, host):
    sign_in(desk, "A1001")
    desk.get("/training/me")
    assert {(each.name, each.path) for each in desk.browser.cookies.jar} == {
        ("desk_session", "/"),
        ("lms_session", "/training"),
    }

    def tables(name):
        with sqlite3.connect(host.folder / name) as found:
            return {row[0] for row in found.execute("select name from sqlite_master where type = 'table'")}

    assert tables("desk.sqlite3") == {"person", "training", "key"}
    assert "record" in tables("academy/lms.sqlite3")
    assert "training" not in tables("academy/lms.sqlite3")


def test_only_what_the_academy_signed_is_taken(desk):
    forged = {"fact": "QuizGraded", "attempt": "x", "score": 100, "person": {"employee_no": "A1001"}, "title": "假的"}
    body = json.dumps(forged).encode()
    for header in ("", "t=1,v1=00", "t=²,v1=é", "t=99999999999,v1=0", "v1=0"):
        answer = desk.browser.post(
            desk.url + "/hooks/academy", content=body, headers={"X-LMS-Signature": header.encode()}
        )
        assert answer.status_code == 401, header
    sign_in(desk, "A1001")
    assert "假的" not in desk.get("/agents/A1001").text


def test_pages_of_the_same_names_are_each_at_home(desk):
    """Both have blueprints `accounts` and `home` and an error page of their own."""
    sign_in(desk, "A1001")
    assert "服务台没有这一页" in desk.get("/no-such").text
    assert "服务台没有这一页" not in desk.get("/training/no-such").text
    assert "工单" in desk.get("/").text
