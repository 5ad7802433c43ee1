"""What the worker does for the quizzes."""

import logging

from lms.core import clock
from lms.core.db import session, transaction
from lms.core.here import today
from lms.quizzes.actions import finish, recall, regrade
from lms.quizzes.queries.recall import recurring_checks

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


def give_checks() -> int:
    """Give this week's round of every recurring check to who has not got it; return to how many.

    Meant to run every hour: who learns enough in the middle of the week gets it then.
    """
    day, given = today(), 0
    for document_id, check in recurring_checks():
        occasion, due_on = recall.round_of(check, day)
        waiting = recall.lacking(document_id, check, occasion, day)
        session().rollback()
        for start in range(0, len(waiting), recall.TOGETHER):
            with transaction():
                people = waiting[start : start + recall.TOGETHER]
                recall.give(document_id, people, occasion, due_on, day)
                given += len(people)
    return given


def regrade_waiting() -> int:
    """Go on with every regrade that is not finished; return how many portions of people were marked again.

    What a crash has left half done is taken up where it stands: an attempt that has its line is not touched again.
    """
    done = 0
    for number in regrade.going():
        session().rollback()
        try:
            after: int | None = 0
            while after is not None:
                with transaction():
                    after = regrade.portion(number, after)
                done += after is not None
        except Exception:
            log.exception("regrade %s could not go on", number)
    return done


def _close(found: list[tuple[int, int]]) -> int:
    with transaction():
        return finish.close_all([attempt for attempt, _ in found], [person for _, person in found])


def _close_alone(one: tuple[int, int]) -> int:
    try:
        return _close([one])
    except Exception:
        log.exception("attempt %s could not be closed at its deadline", one[0])
        return 0
