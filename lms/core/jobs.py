"""What the floor does by the clock, and how what was put down is worked off."""

from collections.abc import Callable, Sequence

from lms.core import outbox
from lms.core.db import session, transaction

LEASE = 300
"""Seconds within which one row's ids are worked off."""


def trim_outbox() -> int:
    """Delete the rows of the outbox that were finished long ago; return how many."""
    with transaction():
        return outbox.trim()


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
