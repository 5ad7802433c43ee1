"""What composites follow; rooms.py subscribes it."""

from lms.performance.actions.scoring import soon
from lms.performance.events import FiguresChanged
from lms.performance.rules.periods import Grain, period, period_of


def on_figures(fact: FiguresChanged) -> None:
    """Have the quarters of these figures computed by the worker."""
    for quarter in sorted({str(period_of(period(each).start, Grain.QUARTER)) for each in fact.periods}):
        soon(quarter)
