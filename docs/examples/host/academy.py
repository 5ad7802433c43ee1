"""Everything that the desk has to do with the academy: mounting it, hearing its facts, receiving its webhooks."""

import hashlib
import hmac
import time
from pathlib import Path
from typing import Any

from desk import Key, Training, csrf, db
from flask import Flask, request
from flask_login import current_user

from lms import mount
from lms.accounts.models import Person
from lms.core.db import session as academy_session
from lms.facts import CertificateIssued, CompositeChanged, QuizGraded, on

HERE = Path(__file__).parent


def who() -> str | None:
    """Return the employee number of who is signed in at the desk; asked at every request to the academy."""
    return current_user.employee_no if current_user.is_authenticated else None


def mount_academy(app: Flask, folder: Path, port: int) -> Flask:
    """Put the academy under /training with its own folder, database and cookie, and return it."""
    academy = mount(
        app,
        "/training",
        identify=who,
        config={
            "instance_path": folder,
            "content_path": HERE / "content",
            "base_url": f"http://127.0.0.1:{port}/training",
            "outbound_private": f"127.0.0.1:{port}",  # webhooks come back to this very process
            "company": "服务台学院",
            "logo": HERE / "brand" / "logo.svg",
            "favicon": HERE / "brand" / "logo.svg",
            "accent": "#4338a8",
            "templates_path": HERE / "brand" / "templates",
            "host_links": {"回到服务台|Service desk": "/"},
            "host_sign_in": "/sign-in",
            "host_sign_out": "/sign-out",
        },
    )
    hear(app, academy)
    receive(app)
    return academy


def write(key: str, kind: str, employee_no: str, title: str, value: str, by: str) -> None:
    """Keep what was told; a second telling of the same thing changes its row. Inside the desk's app context."""
    row = Training.query.filter_by(key=key).first() or Training(key=key)
    row.kind, row.employee_no, row.value = kind, employee_no, value
    row.title = title or row.title or ""
    setattr(row, by, True)
    db.session.add(row)
    db.session.commit()


def hear(app: Flask, academy: Flask) -> None:
    """Listen to facts in the same process. Handlers run inside the academy's transaction: short, and safe to repeat."""

    def told(kind: str, name: str, person_id: int, value: str) -> None:
        number = academy_session().get_one(Person, person_id).employee_no or ""
        with app.app_context():
            write(f"{kind}:{number}:{name}", kind, number, "", value, "by_fact")

    def graded(fact: QuizGraded) -> None:
        score = f"{100 * fact.earned / fact.possible:.0f}"
        told("result", fact.attempt_id, fact.person_id, score)

    def issued(fact: CertificateIssued) -> None:
        until = fact.valid_until.isoformat() if fact.valid_until else "长期"
        told("certificate", fact.code, fact.person_id, until)

    def computed(fact: CompositeChanged) -> None:
        told("composite", fact.period, fact.person_id, _total(fact.total))

    on(academy, QuizGraded, graded)
    on(academy, CertificateIssued, issued)
    on(academy, CompositeChanged, computed)


def _total(total: float | None) -> str:
    return "–" if total is None else f"{total:.2f}"


def receive(app: Flask) -> None:
    """Take webhooks at /hooks/academy: what another machine would do, where nothing can be heard in the process."""

    @app.post("/hooks/academy")
    @csrf.exempt
    def academy_hook() -> tuple[str, int]:
        key = Key.query.first()
        header = request.headers.get("X-LMS-Signature", "")
        if key is None or not genuine(key.secret, header, request.get_data()):
            return "not signed by the academy", 401
        take(request.get_json())
        return "", 204


def genuine(secret: str, header: str, body: bytes) -> bool:
    """Return whether the academy has signed these bytes within the last five minutes."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12) or abs(time.time() - int(stamp)) > 300:
        return False
    wanted = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), given.encode())


def take(told: dict[str, Any]) -> None:
    """Keep one webhook under the key of the fact, so that both are one row. The desk has no use for other facts."""
    number = (told.get("person") or {}).get("employee_no") or ""
    title = told.get("title") or ""
    match told["fact"]:
        case "QuizGraded":
            kind, name, value = "result", told["attempt"], f"{told['score']:.0f}"
        case "CertificateIssued":
            kind, name, value = "certificate", told["code"], told["valid_until"] or "长期"
        case "CompositeChanged":
            kind, name, value = "composite", told["period"], _total(told["total"])
            title = f"{told['period']} · {told['formula']}"
        case _:
            return
    write(f"{kind}:{number}:{name}", kind, number, title, value, "by_webhook")
