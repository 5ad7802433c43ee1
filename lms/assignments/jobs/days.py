"""Counting the due days of very many people anew, a hundred in one transaction."""

from lms.assignments.actions.days import TOPIC, reschedule
from lms.core import outbox
from lms.core.db import session, transaction

LEASE = 300
"""Seconds within which the days of a hundred people are counted."""


def reschedule_waiting() -> int:
    """Count the days of those whom a change of rosters left to the worker; return how many people that were.

    A hundred people and the row that asks for them are one transaction: what is done is never left to be done again.
    """
    done = 0
    while True:
        waits = outbox.is_due(TOPIC)
        session().rollback()
        if not waits:
            return done
        with transaction():
            leased = outbox.lease(TOPIC, 1, LEASE)
        for row in leased:
            people = row.payload["people"]
            try:
                with transaction():
                    reschedule(people)
                    outbox.finish([row])
            except Exception as error:
                with transaction():
                    outbox.fail([row], f"{type(error).__name__}: {error}")
                raise
            done += len(people)
