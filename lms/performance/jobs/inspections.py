"""Verdicts take effect by the clock, and loops follow what was learned."""

from lms.core.db import session, transaction
from lms.performance.actions import inspection_effects as effects


def take_effect() -> int:
    """Let count what nobody can appeal against any more, a hundred at a time; return how many inspections."""
    done = 0
    while due := effects.due_inspections():
        session().rollback()
        with transaction():
            done += effects.take_effect(due)
    session().rollback()
    return done


def keep_loops() -> int:
    """Note in the loops what was learned since; return how many were looked at."""
    done = 0
    while pairs := effects.learned_loops():
        session().rollback()
        with transaction():
            done += effects.carry_on(pairs)
    session().rollback()
    return done
