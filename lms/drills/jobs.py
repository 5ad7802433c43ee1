"""What the worker does for the drills."""

import logging

from lms.core import clock
from lms.core.db import transaction
from lms.drills.actions import running

AT_ONCE = 50
"""Runs caught up in one transaction: the log's head is locked only at the end of each."""

log = logging.getLogger("lms")


def run_clocks() -> int:
    """Write down what has run out in open runs: scenes' clocks, whole runs, customers who come; return how many runs.

    Meant to run every few seconds: with nothing to do it is one look into a partial index. A run that can't be caught
    up is logged and holds up no other.
    """
    done, after = 0, 0
    while found := running.due(clock.now(), after, AT_ONCE):
        after = found[-1][0]
        try:
            done += _catch_up(found)
        except Exception:
            done += sum(_catch_up_alone(each) for each in found)
    return done


def _catch_up(found: list[tuple[int, int]]) -> int:
    with transaction():
        return running.catch_up_all([run_id for run_id, _ in found], [person_id for _, person_id in found])


def _catch_up_alone(one: tuple[int, int]) -> int:
    try:
        return _catch_up([one])
    except Exception:
        log.exception("run %s could not be caught up", one[0])
        return 0
