"""What machines ask: alive, ready, figures; each answer has a number, and the log says nothing of people."""

import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask import url_for
from flask.testing import FlaskClient
from sqlalchemy import text as sql

from lms import create_app
from lms.core import clock, files, logs
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.models import WorkerBeat
from tests.conftest import an_app
from tests.support.make import a_person, sign_in


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    made, log = logs.handler("json", stream), logging.getLogger("lms")
    log.addHandler(made)
    before = log.level
    log.setLevel(logging.INFO)
    yield stream
    log.removeHandler(made)
    log.setLevel(before)


def of_version(version: str) -> None:
    session().execute(sql("UPDATE alembic_version SET version_num = :version"), {"version": version})
    session().commit()


def test_alive_asks_nothing_of_the_database(tmp_path: Path):
    app = an_app(tmp_path, f"sqlite:///{tmp_path / 'lms.sqlite3'}")
    (tmp_path / "lms.sqlite3").rename(tmp_path / "away")
    client = app.test_client()
    assert client.get("/healthz").json == {"alive": True}
    client.set_cookie("lms_session", "nonsense")
    assert client.get("/healthz").status_code == 200


def test_ready_says_what_is_wrong_and_503(fresh: APIFlask, monkeypatch: pytest.MonkeyPatch):
    client = fresh.test_client()
    with fresh.app_context():
        head = session().scalar(sql("SELECT version_num FROM alembic_version"))
        of_version("0000")
    old = client.get("/readyz")
    assert (old.status_code, old.headers["Retry-After"]) == (503, "5")
    assert [each.partition(":")[0] for each in old.json["wrong"]] == ["schema"]
    with fresh.app_context():
        of_version(head)
    good = client.get("/readyz")
    assert (good.status_code, good.json["ready"], good.json["wrong"]) == (200, True, [])
    assert any(each.startswith("search") for each in good.json["warnings"])  # no worker has built it here

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "check_scratch", full)
    assert client.get("/readyz").json["wrong"] == [
        "files: the instance folder can't be written (No space left on device)"
    ]


def test_ready_says_that_the_database_is_gone_and_pages_say_it_in_words(tmp_path: Path):
    url = "postgresql+psycopg://kefu:the-secret@127.0.0.1:9/kefu"
    app = create_app({"instance_path": tmp_path, "database_url": url})
    client = app.test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["wrong"]) == (503, ["database: can't be reached"])
    assert client.get("/healthz").status_code == 200
    with client.session_transaction() as held:
        held["_user_id"] = "0123456789abcdef.1"
    page = client.get("/")
    assert (page.status_code, "数据库暂时连不上" in page.text, page.headers["Retry-After"]) == (503, True, "5")
    assert page.headers["X-Request-ID"] in page.text
    assert "the-secret" not in page.text
    call = client.get("/api/v1/me", headers={"Authorization": "Bearer x"})
    assert (call.status_code, call.json["error"]["code"]) == (503, "database_unavailable")


def test_a_number_comes_back_and_is_taken_from_a_trusted_proxy_alone(tmp_path: Path):
    given = {"X-Request-ID": "from-the-proxy-1"}
    alone = an_app(tmp_path, f"sqlite:///{tmp_path / 'lms.sqlite3'}").test_client()
    made = alone.get("/healthz", headers=given).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", made)
    behind = an_app(tmp_path, f"sqlite:///{tmp_path / 'lms.sqlite3'}", trusted_proxies=1).test_client()
    assert behind.get("/healthz", headers=given).headers["X-Request-ID"] == "from-the-proxy-1"
    for junk in ("x", "a" * 65, "a b c d e f", "<script>alert(1)", "欧阳某某欧阳某某"):
        number = behind.get("/healthz", headers={"X-Request-ID": junk.encode().decode("latin-1")}).headers[
            "X-Request-ID"
        ]
        assert re.fullmatch(r"[0-9a-f]{32}", number)


def test_figures_are_for_this_machine_a_network_or_a_token(tmp_path: Path):
    def status(app: APIFlask, address: str = "127.0.0.1", **headers: str) -> int:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return app.test_client().get("/metrics", headers=given, environ_base={"REMOTE_ADDR": address}).status_code

    url = f"sqlite:///{tmp_path / 'lms.sqlite3'}"
    plain = an_app(tmp_path, url)
    assert status(plain) == 200
    assert status(plain, "10.2.0.9") == 404
    assert status(plain, X_Forwarded_For="127.0.0.1") == 404
    assert status(an_app(tmp_path, url, trusted_proxies=1)) == 404
    chosen = an_app(tmp_path, url, metrics_from="10.2.0.0/16", metrics_token="a-token")
    assert (status(chosen, "10.2.0.9"), status(chosen, "10.3.0.9"), status(chosen)) == (200, 404, 404)
    assert status(chosen, "8.8.8.8", Authorization="Bearer a-token") == 200
    assert status(chosen, "10.2.0.9", Authorization="Bearer other") == 404


def test_figures_say_requests_jobs_and_queues(client: FlaskClient, world: APIFlask):
    with transaction() as s:
        s.add(WorkerBeat(job="kb.keep_index", at=clock.now(), next_at=clock.now() - timedelta(seconds=30)))
    client.get("/sign-in")
    client.get("/no/such/page")
    told = client.get("/metrics").text
    assert 'lms_requests_total{endpoint="accounts.sign_in",method="GET",status="200"}' in told
    assert 'lms_requests_total{endpoint="none",method="GET",status="404"}' in told
    assert "lms_database_up 1.0" in told
    assert 'lms_job_late_seconds{job="kb.keep_index"} 30.0' in told
    assert "lms_attempts_open 0.0" in told


def test_lines_name_nobody_whatever_is_asked(client: FlaskClient, world: APIFlask, lines: io.StringIO):
    canary = a_person(Role.ADMIN, no="KN4477881", name="欧阳金丝雀", phone="13900139000")
    sign_in(client, canary)
    asked = 0
    for rule in world.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in ("static", "bootstrap.static"):
            values = {name: "KN4477881" if "employee" in name else "欧阳金丝雀" for name in rule.arguments}
            with world.test_request_context():
                try:
                    address = url_for(rule.endpoint, **values, q="欧阳金丝雀", search="13900139000")
                except Exception:
                    continue
            client.get(address)
            asked += 1
    client.post("/sign-in", data={"number": "KN4477881", "password": "欧阳金丝雀"})
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert asked > 100
    assert sum(each["message"] == "request" for each in found) > 100
    assert all(each.get("request_id") for each in found if each["message"] == "request")
    for word in ("KN4477881", "欧阳", "13900139000", "%E6%AC%A7"):
        assert word not in lines.getvalue()


def test_the_status_page_is_for_administrators_and_says_what_is_wrong(client: FlaskClient):
    sign_in(client, a_person(Role.AGENT))
    assert client.get("/health").status_code == 403
    sign_in(client, a_person(Role.ADMIN))
    page = client.get("/health").text
    assert "后台任务没有运行。" in page
    assert "没有打开夜间备份。" in page
    with transaction() as s:
        s.add(WorkerBeat(job="kb.keep_index", at=clock.now(), next_at=clock.now() + timedelta(seconds=3)))
    assert "后台任务没有运行。" not in client.get("/health").text


def test_the_status_page_speaks_english_as_well(client: FlaskClient):
    sign_in(client, a_person(Role.ADMIN, locale="en"))
    page = client.get("/health").text
    assert "The worker is not running." in page
    assert not re.search("[一-鿿]", page.partition("<main")[2].partition("</main")[0])
