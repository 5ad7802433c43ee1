"""What the worker does for the quizzes."""

import logging

from lms.core import clock
from lms.core.db import transaction
from lms.quizzes.actions import finish

AT_ONCE = 50
"""Attempts closed in one transaction: the log's head is locked only at the end of each."""

log = logging.getLogger("lms")


def close_expired() -> int:
    """Close every attempt whose time is up, with the answers that were saved; return how many.

    Meant to run every few seconds: with nothing to do it is one look into a partial index. An attempt that can't
    be closed is logged and holds up no other.
    """
    closed, after = 0, 0
    while found := finish.over(clock.now(), after, AT_ONCE):
        after = found[-1][0]
        try:
            closed += _close(found)
        except Exception:
            closed += sum(_close_alone(each) for each in found)
    return closed


def _close(found: list[tuple[int, int]]) -> int:
    with transaction():
        return finish.close_all([attempt for attempt, _ in found], [person for _, person in found])


def _close_alone(one: tuple[int, int]) -> int:
    try:
        return _close([one])
    except Exception:
        log.exception("attempt %s could not be closed at its deadline", one[0])
        return 0
