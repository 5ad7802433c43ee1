"""The academy under a prefix of a host: the host says who is asking, at every request, and nothing else is shared."""

import pytest
from flask import Flask, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from lms import mount, mount_wsgi
from lms.core.db import db
from lms.facts import DocumentCompleted, on
from tests.support.make import a_person


class Employee(UserMixin):
    def __init__(self, number):
        self.id = number


@pytest.fixture
def host(tmp_path):
    """A company's application with its own users, session and sign-in; the academy is mounted under /training."""
    app = Flask("host")
    app.config.update(SECRET_KEY="host", TESTING=True)
    manager = LoginManager(app)
    manager.user_loader(Employee)

    @app.get("/in/<number>")
    def come_in(number):
        login_user(Employee(number))
        session["visits"] = session.get("visits", 0) + 1
        return "in"

    @app.get("/out")
    def go_out():
        logout_user()
        return "out"

    @app.get("/")
    def home():
        return f"host of {current_user.get_id()}"

    def who():
        return current_user.get_id() if current_user.is_authenticated else None

    academy = mount(app, "/training", who, {"instance_path": tmp_path})
    with academy.app_context():
        db.create_all()
        a_person(no="E1", name="甲")
        a_person(no="E2", name="乙")
    app.academy = academy
    yield app
    with academy.app_context():
        db.engine.dispose()


def test_the_host_keeps_its_pages_and_the_academy_has_its_own(host):
    client = host.test_client()
    client.get("/in/E1")
    assert client.get("/").text == "host of E1"
    page = client.get("/training/")
    assert page.status_code == 200
    assert 'href="/training/kb"' in page.text
    assert "/training/static/academy.css" in page.text


def test_nobody_is_let_in_whom_the_host_does_not_name(host):
    answer = host.test_client().get("/training/")
    assert answer.status_code == 302
    assert answer.location.startswith("/training/sign-in")


def test_an_employee_unknown_to_the_academy_is_nobody(host):
    client = host.test_client()
    client.get("/in/E999")
    assert client.get("/training/").status_code == 302


def test_the_hosts_sign_out_is_followed_at_once(host):
    client = host.test_client()
    client.get("/in/E1")
    assert client.get("/training/").status_code == 200
    client.get("/out")
    assert client.get("/training/").status_code == 302


def test_another_person_gets_another_session_of_the_academy(host):
    client = host.test_client()
    client.get("/in/E1")
    token = client.get("/training/me").text.split('name="csrf_token" value="')[1].split('"')[0]
    client.get("/out")
    client.get("/in/E2")
    stale = client.post("/training/language", data={"csrf_token": token, "locale": "en"})
    assert stale.status_code == 400


def test_the_cookies_do_not_meet(host):
    client = host.test_client()
    client.get("/in/E1")
    answer = client.get("/training/")
    ours = [header for header in answer.headers.getlist("Set-Cookie") if header.startswith("lms_session=")]
    assert ours
    assert all("Path=/training" in header for header in ours)
    assert client.get_cookie("session") is not None


def test_a_host_hears_of_facts_and_of_public_ones_only(host):
    heard = []
    on(host.academy, DocumentCompleted, heard.append)
    with pytest.raises(ValueError, match="not a public fact"):
        on(host.academy, str, heard.append)


def test_the_academy_answers_under_a_plain_wsgi_host_too(tmp_path):
    def plain(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"plain host"]

    combined = mount_wsgi(
        plain, "/training", lambda environ: environ.get("HTTP_X_EMPLOYEE"), {"instance_path": tmp_path}
    )
    shell = Flask("shell")
    shell.wsgi_app = combined
    academy = combined.mounts["/training"]
    with academy.app_context():
        db.create_all()
        a_person(no="E1")
    client = shell.test_client()
    assert client.get("/").text == "plain host"
    assert client.get("/training/").status_code == 302
    assert client.get("/training/", headers={"X-Employee": "E1"}).status_code == 200
    with academy.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("prefix", ["training", "/", "/training/", ""])
def test_a_prefix_that_can_not_work_is_refused(prefix, tmp_path):
    with pytest.raises(ValueError, match="prefix"):
        mount(Flask("host"), prefix, None, {"instance_path": tmp_path})
