"""`Idempotency-Key`: a POST of the API that is sent again, because its answer was lost, has its effect once.

The answer is kept in the transaction of the effect, so there is never one without the other. Two equal calls at once:
the second waits for the first and gets its answer. What was refused without any effect is not kept: the same key may
be sent again once the reason is gone.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar

from apiflask.exceptions import HTTPError
from flask import Flask, Response, current_app, request
from sqlalchemy import delete, select
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from lms.core import clock
from lms.core.db import as_one, insert_new_returning, session
from lms.core.errors import Conflict, DomainError, Invalid, Unreadable
from lms.core.texts import text
from lms.web.auth import current_actor
from lms.web.models import KeptAnswer

View = TypeVar("View", bound=Callable[..., Any])
HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
PATTERN = r"^[\x21-\x7e]{1,255}$"
KEPT = timedelta(hours=24)
PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "any word of one's own: the same call with the same key has its effect once, for a day",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": PATTERN},
}
LONGEST_WAIT = "10s"
"""How long the second of two equal calls waits for the first on PostgreSQL; on SQLite all writers wait as long."""


def init_app(app: Flask) -> None:
    """Let every POST of the API know its key; after all rooms have brought their calls."""
    for rule in app.url_map.iter_rules():
        if takes_key(rule.rule, rule.methods or set()):
            view = app.view_functions[rule.endpoint]
            if not hasattr(view, "__lms_keyed__"):
                app.view_functions[rule.endpoint] = _keyed(view)


def takes_key(path: str, methods: set[str]) -> bool:
    """Return whether calls of this rule may carry a key."""
    return path.startswith("/api/v1/") and "POST" in methods


def _keyed(view: View) -> View:
    @wraps(view)
    def call(*args: Any, **values: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None or request.method != "POST":
            return view(*args, **values)
        return _once(key, lambda: view(*args, **values))

    call.__lms_keyed__ = True  # type: ignore[attr-defined]
    return call  # type: ignore[return-value]


def _once(key: str, work: Callable[[], Any]) -> Response:
    if not re.fullmatch(PATTERN, key):
        reason = text("Idempotency-Key 要 1 到 255 个可见的 ASCII 字符，比如一个 UUID。")
        raise Unreadable(reason, fields={HEADER: reason})
    call = sha256(f"{request.path}?{request.query_string.decode('latin-1')}".encode()).digest()
    body = _digest_of_body()
    with as_one() as whole:
        mine = _claim(key, call, body)
        if mine is None:
            return _replay(key, call, body)
        try:
            answer = current_app.make_response(work())
        except (DomainError, HTTPException, HTTPError) as refusal:
            if not whole.wrote:
                raise
            answer = current_app.make_response(current_app.handle_user_exception(refusal))
        row = session().get_one(KeptAnswer, mine)
        row.status, row.content_type = answer.status_code, answer.content_type or ""
        row.body = answer.get_data(as_text=True)
    return answer


def _digest_of_body() -> bytes:
    """Return a digest of what was sent. Of a form its fields count: what parts them is drawn anew by each sender."""
    if request.mimetype != "multipart/form-data":
        return sha256(request.mimetype.encode() + b"\n" + request.get_data(cache=True)).digest()
    found = sha256(b"form")
    for name, value in request.form.items(multi=True):
        found.update(repr((name, value)).encode())
    for name, file in request.files.items(multi=True):
        found.update(repr((name, file.filename)).encode() + sha256(file.stream.read()).digest())
        file.stream.seek(0)
    return found.digest()


def _claim(key: str, call: bytes, body: bytes) -> int | None:
    """Write the row of this call and return its id; None where another call has written it. Raises Conflict.

    Waits for a call with the same key that is still running, as long as locks are waited for.
    """
    current, actor = session(), current_actor()
    waits = current.get_bind().dialect.name == "postgresql"
    values = {
        "person_id": actor.id,
        "key_digest": sha256(key.encode()).digest(),
        "call_digest": call,
        "digest": body,
        "at": clock.now(),
    }
    if waits:
        current.execute(sql(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'"))
    try:
        found = insert_new_returning(KeptAnswer, ["person_id", "key_digest"], [values], [KeptAnswer.id])
    except OperationalError as error:
        if "lock timeout" not in str(error.orig):
            raise
        raise Conflict(
            text("同样的调用还在进行，请稍后再试。"), code="in_progress", details={"retry_after": 1}
        ) from error
    if waits:
        current.execute(sql("SET LOCAL lock_timeout = DEFAULT"))
    return found[0].id if found else None


def _replay(key: str, call: bytes, body: bytes) -> Response:
    """Return what the first call was answered. Raises Invalid where it was another one."""
    kept = (
        session()
        .scalars(
            select(KeptAnswer).where(
                KeptAnswer.person_id == current_actor().id, KeptAnswer.key_digest == sha256(key.encode()).digest()
            )
        )
        .one()
    )
    if (kept.call_digest, kept.digest) != (call, body):
        reason = text("这个 Idempotency-Key 已经用在另一次调用上。每次新的调用请换一个。")
        raise Invalid(reason, code="idempotency_key_reused", fields={HEADER: reason})
    answer = current_app.response_class(kept.body, status=kept.status, content_type=kept.content_type or None)
    answer.headers[REPLAYED] = "true"
    return answer


def forget() -> int:
    """Delete what was answered more than a day ago; return how many. Inside transaction()."""
    found = session().execute(delete(KeptAnswer).where(KeptAnswer.at < clock.now() - KEPT).returning(KeptAnswer.id))
    return len(found.all())
