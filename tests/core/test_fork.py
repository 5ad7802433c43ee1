"""A process that forks after it has asked its database, as a server that loads the app first does."""

import os

import pytest
from sqlalchemy import func, literal, select

from lms.core.db import db, session
from tests.support.make_backups import child

pytestmark = [
    pytest.mark.committed,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
]


def test_parent_and_child_do_not_speak_on_one_connection(fresh):
    with fresh.app_context():
        assert session().scalar(select(literal(1))) == 1
        session().rollback()  # its connection waits in the pool
        for _ in range(3):
            with child(lambda: _leave_a_transaction_open(fresh)) as (pid, state):
                os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            assert state["code"] == 0
            with db.engine.connect() as connection:
                assert _open_transaction(connection) is False
                assert connection.scalar(select(func.abs(-2))) == 2
        db.engine.dispose()


def _open_transaction(connection):
    """Return whether the server thinks that this connection has begun something."""
    raw = connection.connection.driver_connection
    if db.engine.dialect.name == "sqlite":
        return raw.in_transaction
    raw.pgconn.exec_(b"SELECT 1")
    return raw.info.transaction_status.name != "IDLE"


def _leave_a_transaction_open(app):
    with app.app_context():
        raw = db.engine.connect().connection.driver_connection
        raw.execute("BEGIN") if db.engine.dialect.name == "sqlite" else raw.pgconn.exec_(b"BEGIN")
