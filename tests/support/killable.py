"""What the kill tests serve: the academy as it is, and others that are not sound, which the tests have to find out.

hasty: its COMMIT comes behind the answer. drowsy: its database does not wait for the disk. late: what was written
before goes over what was written after it. blind: it does not look for an open paper before it begins one, so that the
unique index alone keeps a paper from being there twice.
"""

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from sqlalchemy import event, update
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import ClosingIterator

from lms import create_app
from lms.core.db import db, session, transaction
from lms.drills.api import runs
from lms.quizzes.actions import answer as saving
from lms.quizzes.api import attempts
from lms.quizzes.models import AttemptItem
from lms.quizzes.rules.attempts import State

_dry: ContextVar[bool] = ContextVar("dry", default=False)


def sound() -> Any:
    return create_app()


def hasty() -> Any:
    """Return an app that answers a save or a step from a try that it rolls back, and writes when the answer is sent."""
    attempts.transaction = _transaction  # type: ignore[assignment]
    runs.transaction = _transaction  # type: ignore[assignment]
    app = create_app()

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "PUT" and not environ["PATH_INFO"].endswith("/steps"):
            return app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        again = {**environ, "wsgi.input": io.BytesIO(body)}
        mark = _dry.set(True)
        try:
            chunks, status, headers = run_wsgi_app(app, {**environ, "wsgi.input": io.BytesIO(body)}, buffered=True)
        finally:
            _dry.reset(mark)
        start_response(status, list(headers))
        return ClosingIterator(chunks, lambda: run_wsgi_app(app, again, buffered=True))

    return serve


def drowsy() -> Any:
    """Return an app that takes what the operating system has for what the disk has."""
    app = create_app()
    with app.app_context():
        event.listen(
            db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL").close()
        )
    return app


def late() -> Any:
    """Return an app whose save does not compare the client's number with the one that is stored."""
    item = AttemptItem.__table__
    saving._IF_NEWER = (  # type: ignore[assignment]  # the same statement with one condition less
        update(item).where(*saving._this).values(seq=saving._new_seq, **saving._new).returning(item.c.seq)  # type: ignore[arg-type]  # a Table
    )
    return create_app()


def blind() -> Any:
    """Return an app that takes every open paper for one that was handed in when it is asked for another one."""
    starting = sys.modules["lms.quizzes.actions.start"]  # the room's `start` is the act itself
    seen = starting.queries

    def history(*asked: Any) -> list[Any]:
        return [replace(each, state=State.SUBMITTED) for each in seen.history(*asked)]

    starting.queries = SimpleNamespace(**{**vars(seen), "history": history})
    return create_app()


@contextmanager
def _transaction() -> Iterator[Any]:
    try:
        with transaction() as current:
            yield current
            if _dry.get():
                raise _NotYet
    except _NotYet:
        session().rollback()


class _NotYet(Exception):
    """Takes back a try."""
