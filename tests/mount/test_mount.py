"""The academy under a prefix of a host: the host says who is asking, at every request, and nothing else is shared."""

import pytest
from flask import Blueprint, Flask, render_template, request, session
from flask.cli import ScriptInfo
from flask_babel import Babel, get_locale
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from lms import create_app, mount, mount_wsgi
from lms.accounts.slip_codes import slip_link
from lms.cli import main
from lms.core.db import db
from lms.core.settings import SettingsError
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


@pytest.mark.parametrize(
    "prefix", ["training", "/", "/training/", "", "//training", "/a b", "/../x", "/x?y", "/训练", "/.x", "/a//b"]
)
def test_a_prefix_that_can_not_work_is_refused(prefix, tmp_path):
    with pytest.raises(ValueError, match="prefix"):
        mount(Flask("host"), prefix, None, {"instance_path": tmp_path})
    with pytest.raises(ValueError, match="prefix"):
        mount_wsgi(lambda environ, start_response: [], prefix, None, {"instance_path": tmp_path})


def test_a_host_mounts_one_academy_and_not_over_its_own_pages(host, tmp_path):
    with pytest.raises(ValueError, match="mounted in this application already"):
        mount(host, "/other", None, {"instance_path": tmp_path})
    other = Flask("other")
    other.add_url_rule("/training/plan", "plan", lambda: "own")
    other.add_url_rule("/trainings", "trainings", lambda: "own")
    with pytest.raises(ValueError, match=r"nobody could reach any more: /training/plan$"):
        mount(other, "/training", None, {"instance_path": tmp_path})


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"compny": "x"}, "did you mean LMS_COMPANY"),
        ({"company": None}, "None is no value"),
        ({"accent": "#ffd400"}, "LMS_ACCENT"),
        ({"timezone": "Mars"}, "LMS_TIMEZONE"),
    ],
)
def test_a_config_that_can_not_work_is_refused_at_the_start(config, words, tmp_path):
    with pytest.raises(SettingsError, match=words):
        mount(Flask("host"), "/training", None, {"instance_path": tmp_path, **config})


# what the host says of who is asking


@pytest.fixture
def asked(tmp_path):
    """A host whose word on who is asking a test may choose: `asked.says` is called."""
    app = Flask("host")
    app.secret_key = "host"
    app.says = lambda: None
    app.academy = mount(app, "/training", lambda: app.says(), {"instance_path": tmp_path})
    with app.academy.app_context():
        db.create_all()
        a_person(no="E1", name="甲")
    yield app
    with app.academy.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("wrong", [RuntimeError("secret of the host"), KeyError("x"), NotFound()], ids=repr)
def test_a_host_that_fails_is_a_clear_503_and_stands_in_the_log(asked, caplog, wrong):
    def fail():
        raise wrong

    asked.says = fail
    client = asked.test_client()
    page = client.get("/training/me")
    assert page.status_code == 503
    assert "现在认不出您是谁" in page.text
    assert "secret of the host" not in page.text
    assert "Traceback" not in page.text
    assert "the host could not say who is asking" in caplog.text
    told = client.get("/training/api/v1/me")
    assert told.status_code == 503
    assert told.json["error"]["code"] == "host_failed"
    with client.get("/training/static/academy.css") as file:  # belongs to nobody
        assert file.status_code == 200
    asked.says = lambda: "E1"
    assert client.get("/training/me").status_code == 200  # and goes on by itself


def test_a_teardown_of_the_host_that_fails_is_the_same(asked, caplog):
    @asked.teardown_request
    def fail(_):
        raise RuntimeError("teardown of the host")

    asked.says = lambda: "E1"
    assert asked.test_client().get("/training/me").status_code == 503
    assert "teardown of the host" in caplog.text


@pytest.mark.parametrize("wrong", [5, b"E1", ["E1"], True], ids=repr)
def test_an_employee_number_that_is_no_text_is_the_hosts_mistake(asked, caplog, wrong):
    asked.says = lambda: wrong
    assert asked.test_client().get("/training/me").status_code == 503
    assert "an employee number is text" in caplog.text


@pytest.mark.parametrize("junk", ["", " ", "E" * 5_000, "E\x00", "\ud800", "' or 1=1", "²", "e1\n"], ids=ascii)
def test_junk_of_the_host_is_nobody(asked, junk):
    asked.says = lambda: junk
    assert asked.test_client().get("/training/me").status_code in (302, 400)


def test_the_host_is_asked_in_its_own_request_and_its_teardown_is_run(asked):
    seen = []

    @asked.teardown_request
    def ended(_):
        seen.append("teardown")

    def look():
        seen.append((request.path, request.script_root, request.headers["X-Own"], dict(request.form)))
        return "E1"

    asked.says = look
    asked.test_client().get("/training/kb?q=1", headers={"X-Own": "y"})
    assert seen == [("/training/kb", "", "y", {}), "teardown"]


def test_a_host_that_reads_the_form_does_not_take_it_from_the_academy(asked):
    def look():
        assert request.form.get("number") is None
        return "E1"

    asked.says = look
    client = asked.test_client()
    token = client.get("/training/me").text.split('name="csrf_token" value="')[1].split('"')[0]
    done = client.post("/training/language", data={"csrf_token": token, "locale": "en", "number": "E9"})
    assert done.status_code == 302
    assert "Sign" in client.get("/training/me").text or "Language" in client.get("/training/me").text


# where somebody would sign in here


def test_nobody_signs_in_here_where_the_host_says_who_people_are(asked):
    client = asked.test_client()
    page = client.get("/training/sign-in?next=/training/me")
    assert "请先登录公司系统" in page.text
    assert "password" not in page.text
    for way in ("slip", "slip/password", "slip/some-token"):
        assert "请先登录公司系统" in client.get(f"/training/{way}").text
    asked.says = lambda: "E999"
    unknown = client.get("/training/sign-in")
    assert unknown.status_code == 403
    assert "E999" in unknown.text
    asked.says = lambda: "E1"
    assert client.get("/training/sign-in").location == "/training/"
    assert "换密码" not in client.get("/training/me").text
    assert "退出登录" not in client.get("/training/me").text


def test_a_host_may_name_its_sign_in_and_sign_out(tmp_path):
    app = Flask("host")
    app.says = lambda: None
    ways = {"host_sign_in": "/login?from=training", "host_sign_out": "/logout"}
    academy = mount(app, "/training", lambda: app.says(), {"instance_path": tmp_path, **ways})
    with academy.app_context():
        db.create_all()
        a_person(no="E1")
    client = app.test_client()
    led = client.get(client.get("/training/me?tab=1").location)
    assert led.location == "/login?from=training&next=/training/me%3Ftab%3D1"
    assert client.get("/training/sign-in?next=https://evil.example").location.endswith("next=/training/")
    app.says = lambda: "E1"
    assert 'href="/logout"' in client.get("/training/me").text
    with academy.app_context():
        db.engine.dispose()


# addresses


def test_without_identify_people_sign_in_here_and_stay_under_the_prefix(tmp_path):
    app = Flask("host")
    academy = mount(app, "/training", None, {"instance_path": tmp_path})
    with academy.app_context():
        db.create_all()
        a_person(no="E1", password="good-enough")
    client = app.test_client()
    led = client.get("/training/me?tab=1")
    assert led.location == "/training/sign-in?next=/training/me?tab%3D1"
    token = client.get(led.location).text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "employee_no": "E1", "password": "good-enough"}
    assert client.post(led.location, data=form).location == "/training/me?tab=1"
    assert client.get("/training/me").status_code == 200
    with academy.app_context():
        db.engine.dispose()


def test_behind_a_proxy_with_a_prefix_of_its_own_everything_has_both(asked):
    asked.wsgi_app = ProxyFix(asked.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)
    asked.says = lambda: "E1"
    headers = {"X-Forwarded-Prefix": "/apps", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "corp.example"}
    client = asked.test_client()
    answer = client.get("/training/me", headers=headers)
    assert 'href="/apps/training/kb"' in answer.text
    [cookie] = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("lms_session=")]
    assert "Path=/apps/training" in cookie
    token = answer.text.split('name="csrf_token" value="')[1].split('"')[0]
    client.set_cookie("lms_session", cookie.split("=", 1)[1].split(";")[0], path="/")
    headers["Referer"] = "https://corp.example/apps/training/me"
    form = {"csrf_token": token, "locale": "en"}
    done = client.post("/training/language", data=form, headers=headers, base_url="https://localhost")
    assert done.status_code == 302
    assert done.location.startswith("/apps/training/")


@pytest.mark.parametrize("script", ["", "/training"])
def test_what_is_printed_has_the_base_once(script, tmp_path):
    """LMS_BASE_URL holds the prefix; the address of a page holds it, too, where it is asked for under the mount."""
    app = create_app({"instance_path": tmp_path, "base_url": "https://corp.example/training/"})
    with app.test_request_context("/", base_url=f"http://localhost{script}"):
        assert slip_link("T") == "https://corp.example/training/slip/T"


def test_hosts_that_are_not_trusted_are_not_trusted_here_either(tmp_path):
    app = Flask("host")
    app.config["TRUSTED_HOSTS"] = ["corp.example"]
    academy = mount(app, "/training", None, {"instance_path": tmp_path})
    client = app.test_client()
    assert client.get("/training/static/academy.css", base_url="http://evil.example").status_code == 400
    with client.get("/training/static/academy.css", base_url="http://corp.example") as file:
        assert file.status_code == 200
    with academy.app_context():
        db.engine.dispose()


# a host that has everything too


def test_what_both_have_is_each_ones_own(tmp_path):
    """Templates, blueprints, filters, error handlers, before_request and extensions of the same names."""
    templates = tmp_path / "templates" / "lms" / "accounts"
    templates.mkdir(parents=True)
    for name in ("lms/base.html", "lms/error.html", "lms/accounts/me.html"):
        (tmp_path / "templates" / name).write_text("<p>the host's {{ words|day }}</p>")
    app = Flask("host", template_folder=str(tmp_path / "templates"), static_folder=None)
    app.secret_key = "host"
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    app.config["BABEL_DEFAULT_LOCALE"] = "de"
    theirs = SQLAlchemy(app)
    CSRFProtect(app)
    Babel(app)
    LoginManager(app).user_loader(Employee)
    app.add_template_filter(lambda value: f"filtered {value}", "day")
    accounts = Blueprint("accounts", "host")

    @accounts.get("/me")
    def me():
        return render_template("lms/accounts/me.html", words=str(get_locale()))

    @app.before_request
    def never():
        if request.path.startswith("/training"):
            raise AssertionError("the host's before_request is not the academy's")

    app.register_blueprint(accounts)
    app.register_error_handler(404, lambda _: ("nothing at the host", 404))
    app.register_error_handler(Exception, lambda _: ("broken at the host", 500))
    academy = mount(app, "/training", lambda: "E1", {"instance_path": tmp_path})
    with academy.app_context():
        db.create_all()
        a_person(no="E1", name="甲")
    client = app.test_client()
    assert client.get("/me").text == "<p>the host's filtered de</p>"
    assert "甲" in client.get("/training/me").text
    assert client.get("/nothing").text == "nothing at the host"
    assert "没有找到" in client.get("/training/nothing").text
    assert theirs.metadata.tables == {}
    assert theirs is not db
    with academy.app_context():
        db.engine.dispose()


def test_the_commands_of_the_academy_run_in_the_one_that_is_mounted(host):
    runner = host.test_cli_runner()
    done = runner.invoke(main, ["token", "create", "E1"], obj=ScriptInfo(create_app=lambda: host))
    assert done.exit_code == 0, done.output
    client = host.test_client()
    headers = {"Authorization": f"Bearer {done.output.strip().splitlines()[-1]}"}
    assert client.get("/training/api/v1/me", headers=headers).json["employee_no"] == "E1"
