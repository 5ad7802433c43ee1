"""What the worker does for the quizzes."""

import logging
import time
from collections.abc import Iterator

from lms.core import clock
from lms.core.db import session, transaction
from lms.core.here import today
from lms.quizzes.actions import finish, health, recall, regrade
from lms.quizzes.queries.recall import recurring_checks

AT_ONCE = 50
"""Attempts closed in one transaction: the log's head is locked only at the end of each."""

AT_ONCE_SECONDS = 1.5
"""How long a page carries a regrade out itself; the worker does the rest, and the page shows how far it is."""

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


def look_at_questions() -> int:
    """Count anew how the questions do of every quiz with new attempts; return of how many quizzes.

    Meant to run every hour. A quiz that can't be counted is logged and holds up no other.
    """
    done = 0
    for document_id in health.due(clock.now()):
        session().rollback()
        try:
            with transaction():
                health.look_at(document_id)
            done += 1
        except Exception:
            log.exception("the questions of quiz %s could not be counted", document_id)
    return done


def regrade_waiting() -> int:
    """Go on with every regrade that is not finished; return how many were brought to an end.

    What a crash has left half done is taken up where it stands: an attempt that has its line is not touched again.
    """
    done = 0
    for number in regrade.going():
        session().rollback()
        try:
            for _last in portions(number):
                pass
            done += 1
        except Exception:
            log.exception("regrade %s could not go on", number)
    return done


def portions(regrade_id: int) -> Iterator[int]:
    """Mark portion after portion of people again, each in its transaction; yield the last of them."""
    after: int | None = 0
    while after is not None:
        with transaction():
            after = regrade.portion(regrade_id, after)
        if after is not None:
            yield after


def carry_out(regrade_id: int, seconds: float = AT_ONCE_SECONDS) -> bool:
    """Mark again for so long; say whether all is done. The rest is the worker's."""
    until = time.monotonic() + seconds
    return all(time.monotonic() < until for _last in portions(regrade_id))


def _close(found: list[tuple[int, int]]) -> int:
    with transaction():
        return finish.close_all([attempt for attempt, _ in found], [person for _, person in found])


def _close_alone(one: tuple[int, int]) -> int:
    try:
        return _close([one])
    except Exception:
        log.exception("attempt %s could not be closed at its deadline", one[0])
        return 0
