"""Composites: computed again where figures changed, twice a day those of the running quarter, exported every night."""

from datetime import timedelta

from lms.core import outbox
from lms.core.db import session, transaction
from lms.core.errors import Conflict
from lms.core.here import today
from lms.performance.actions import formulas, score_export, scoring
from lms.performance.rules.periods import Grain, period, period_of

LEASE = 300
"""Seconds within which one quarter is computed."""
LATE = timedelta(days=14)
"""How long after its end a quarter is still computed by itself; later figures count when somebody asks."""


def compute_waiting() -> int:
    """Compute the quarters that were put down; return how many composites changed."""
    changed = 0
    while outbox.is_due(scoring.TOPIC):
        session().rollback()
        with transaction():
            leased = outbox.lease(scoring.TOPIC, 1, LEASE)
            for row in leased:
                changed += _compute(row.key)
            outbox.finish(leased)
        if not leased:
            break
    session().rollback()
    return changed


def compute_running() -> int:
    """Compute the running quarter, and the last one for two weeks after its end: trainings change scores, too."""
    day = today()
    with transaction():
        formulas.ask_new()
    quarters = dict.fromkeys(str(period_of(each, Grain.QUARTER)) for each in (day - LATE, day))
    changed = 0
    for quarter in quarters:
        with transaction():
            changed += _compute(quarter)
    return changed


def export_night() -> int:
    """Write the night's CSV where it is switched on and was not written today; return how many lines."""
    session().rollback()
    with transaction():
        return score_export.write_due()


def _compute(quarter: str) -> int:
    try:
        return scoring.score(None, period(quarter)).changed
    except Conflict:
        return 0  # no formula was published yet; publishing one asks again
