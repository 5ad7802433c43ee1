"""What the worker does for the drills."""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from lms.assignments.actions.measures import remind_of_measures
from lms.core import clock
from lms.core.db import session, transaction
from lms.drills.actions import running, team_duties, team_series

AT_ONCE = 50
"""Runs caught up in one transaction: the log's head is locked only at the end of each."""

AT_ONCE_SECONDS = 1.5
"""How long a page waits for people to be taken in; the worker does the rest."""

Found = TypeVar("Found")
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


def run_team_drills() -> int:
    """Close the team drills whose time is up and make the next of their series; keep the others in step with people.

    Meant to run every minute. Return how many were closed and how many people taken in, let go or called off. One that
    fails is logged and holds up no other; several workers do each thing once.
    """
    now, done = clock.now(), 0
    for number in _read(team_duties.cancelled_with_duties):
        done += _safely(number, partial(withdraw_duties, number))
    for number in _read(partial(team_series.to_close, now)):
        done += _safely(number, partial(_close, number))
    for number in _read(partial(team_series.live, now)):
        done += _safely(number, partial(keep_in_step, number))
    return done


def keep_in_step(team_drill_id: int, seconds: float | None = None) -> int:
    """Let a team drill hold the people for whom it is planned, portion by portion; return how many came and went.

    seconds: how long a page waits for it; what is left then the worker does within a minute. None = to the end.
    """
    now = clock.now()
    if not _read(partial(team_duties.is_out_of_step, team_drill_id, now)):
        return 0
    return _in_portions(partial(team_duties.keep_in_step, team_drill_id, now), seconds)


def move_duties(team_drill_id: int) -> None:
    """Let everybody's duty say the changed window of a team drill, portion by portion."""
    after: int | None = 0
    while after is not None:
        with transaction():
            after = team_duties.move_duties(team_drill_id, after)


def withdraw_duties(team_drill_id: int) -> int:
    """Ask nobody any more for a team drill that was called off, portion by portion; return how many owed it."""
    return _in_portions(partial(team_duties.withdraw_duties, team_drill_id))


def remind_owners() -> int:
    """Remind of measures that are due, late or to be checked, each once; return of how many.

    Meant to run every hour.
    """
    with transaction():
        return remind_of_measures()


def _in_portions(one: Callable[[], int], seconds: float | None = None) -> int:
    """Do something portion by portion, each in its transaction, until nothing is left; return how much it was.

    seconds: after so long no further portion is begun.
    """
    total, began = 0, time.monotonic()
    while seconds is None or not total or time.monotonic() - began < seconds:
        with transaction():
            count = one()
        if not count:
            break
        total += count
    return total


def _close(team_drill_id: int) -> int:
    with transaction():
        return int(team_series.close(team_drill_id, clock.now()))


def _read(what: Callable[[], Found]) -> Found:
    found = what()
    session().rollback()
    return found


def _safely(team_drill_id: int, work: Callable[[], int]) -> int:
    try:
        return work()
    except Exception:
        log.exception("team drill %s could not be kept", team_drill_id)
        return 0


def _catch_up(found: list[tuple[int, int]]) -> int:
    with transaction():
        return running.catch_up_all([run_id for run_id, _ in found], [person_id for _, person_id in found])


def _catch_up_alone(one: tuple[int, int]) -> int:
    try:
        return _catch_up([one])
    except Exception:
        log.exception("run %s could not be caught up", one[0])
        return 0
