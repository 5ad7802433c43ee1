"""What the floor does by the clock, and how what was put down is worked off."""

from collections.abc import Callable, Sequence

from lms.core import outbox
from lms.core.db import db, session, transaction

LEASE = 300
"""Seconds within which one row's ids are worked off."""


def trim_outbox() -> int:
    """Delete the rows of the outbox that were finished long ago; return how many."""
    with transaction():
        return outbox.trim()


def gather_statistics() -> int:
    """Let SQLite count what lies in its tables, of each index at most a thousand rows; return 1 where it did.

    Without them it guesses which index to take, and where a thousand people sat the same papers it guesses a hundred
    times too dear. PostgreSQL sees to its own.
    """
    if db.engine.dialect.name != "sqlite":
        return 0
    with transaction() as current:
        current.connection().exec_driver_sql("PRAGMA analysis_limit=1000")
        current.connection().exec_driver_sql("ANALYZE")
    return 1


def drain_ids(topic: str, work: Callable[[Sequence[int]], object]) -> int:
    """Do what `outbox.put_ids` asked for; return with how many ids that was.

    The ids of one row and its end are one transaction: what is done is never left to be done again. Raises what `work`
    raises, with the row put off.
    """
    done = 0
    while True:
        waits = outbox.is_due(topic)
        session().rollback()
        if not waits:
            return done
        with transaction():
            leased = outbox.lease(topic, 1, LEASE)
        for row in leased:
            ids = row.payload["ids"]
            try:
                with transaction():
                    work(ids)
                    outbox.finish([row])
            except Exception as error:
                with transaction():
                    outbox.fail([row], f"{type(error).__name__}: {error}")
                raise
            done += len(ids)
