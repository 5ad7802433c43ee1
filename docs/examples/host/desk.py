"""The desk itself: an ordinary Flask application. Its names clash with the academy's on purpose; nothing happens."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, session, url_for
from flask_babel import Babel
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from werkzeug.security import check_password_hash
from werkzeug.wrappers import Response

db = SQLAlchemy()
login_manager = LoginManager()
csrf = CSRFProtect()

accounts = Blueprint("accounts", __name__)  # the academy has an "accounts" of its own
home = Blueprint("home", __name__)  # and a "home"


class Agent(UserMixin, db.Model):
    """Somebody who works at the desk, as the desk knows them."""

    __tablename__ = "person"  # so does the academy call its table, in its own database
    id = db.Column(db.Integer, primary_key=True)
    employee_no = db.Column(db.String(40), unique=True, nullable=False)
    name = db.Column(db.String(80), nullable=False)
    team = db.Column(db.String(80), nullable=False)
    password_hash = db.Column(db.String(300), nullable=False)


class Training(db.Model):
    """What came back from the academy: a result, a certificate or a composite; told twice, written once."""

    id = db.Column(db.Integer, primary_key=True)
    key = db.Column(db.String(200), unique=True, nullable=False)  # what it is, whoever told of it
    kind = db.Column(db.String(20), nullable=False)  # result, certificate, composite
    employee_no = db.Column(db.String(40), index=True, nullable=False)
    title = db.Column(db.String(300), nullable=False, default="")
    value = db.Column(db.String(80), nullable=False, default="")
    by_fact = db.Column(db.Boolean, nullable=False, default=False)  # heard in the same process
    by_webhook = db.Column(db.Boolean, nullable=False, default=False)  # received as a signed request
    at = db.Column(db.DateTime, nullable=False, default=lambda: datetime.now(UTC))


class Key(db.Model):
    """The secret with which the academy signs what it sends here."""

    id = db.Column(db.Integer, primary_key=True)
    secret = db.Column(db.String(100), nullable=False)


def create_desk(folder: Path) -> Flask:
    """Return the desk; its database lies in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=_secret(folder / "desk_key"),
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'desk.sqlite3'}",
        SESSION_COOKIE_NAME="desk_session",
        SESSION_COOKIE_SAMESITE="Lax",
    )
    db.init_app(app)
    login_manager.init_app(app)
    login_manager.login_view = "accounts.sign_in"
    csrf.init_app(app)
    Babel(app)
    login_manager.user_loader(lambda number: db.session.get(Agent, int(number)))
    app.register_blueprint(accounts)
    app.register_blueprint(home)
    app.register_error_handler(404, lambda _: (render_template("error.html"), 404))
    with app.app_context():
        db.create_all()

    @app.before_request
    def count() -> None:
        g.asked = session["asked"] = session.get("asked", 0) + 1  # the desk's own habit, in its own session

    return app


def _secret(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


@accounts.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> str | Response | tuple[str, int]:
    """Sign in at the desk; the academy asks the desk, so nobody signs in there."""
    if request.method == "POST":
        agent = Agent.query.filter_by(employee_no=request.form.get("employee_no", "").strip()).first()
        if agent is None or not check_password_hash(agent.password_hash, request.form.get("password", "")):
            flash("工号或密码不对，请再试一次。")
            return render_template("sign_in.html"), 422
        login_user(agent)
        return redirect(_back(request.args.get("next")))
    return render_template("sign_in.html")


def _back(target: str | None) -> str:
    parts = urlsplit(target or "")
    own = target and not parts.scheme and not parts.netloc and target.startswith("/") and "\\" not in target
    return target if own else url_for("home.index")


@accounts.route("/sign-out", methods=["GET", "POST"])
def sign_out() -> str | Response:
    """Ask, then sign out. The academy has followed by the next click."""
    if request.method == "POST":
        logout_user()
        return redirect(url_for("accounts.sign_in"))
    return render_template("sign_out.html")


@home.get("/")
@login_required
def index() -> str:
    """The desk: a few open tickets, and the way into the academy."""
    return render_template("index.html")


@home.get("/agents/<employee_no>")
@login_required
def profile(employee_no: str) -> str | tuple[str, int]:
    """One agent as the desk knows them, with what the academy has told."""
    if current_user.employee_no not in (employee_no, "L1001", "ADMIN"):
        return render_template("error.html"), 404
    agent = Agent.query.filter_by(employee_no=employee_no).first_or_404()
    told = Training.query.filter_by(employee_no=employee_no).order_by(Training.at.desc(), Training.id.desc()).all()
    return render_template(
        "profile.html",
        agent=agent,
        composite=next((each for each in told if each.kind == "composite"), None),
        results=[each for each in told if each.kind == "result"],
        certificates=[each for each in told if each.kind == "certificate"],
    )
