"""What the kill tests serve: the academy as it is, and two that are not sound, which the tests have to find out.

hasty: its COMMIT comes behind the answer. drowsy: its database does not wait for the disk.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import ClosingIterator

from lms import create_app
from lms.core.db import db, session, transaction
from lms.drills.api import runs
from lms.quizzes.api import attempts

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
