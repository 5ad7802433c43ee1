"""Reading the completion report."""

from lms.reports.queries.matrix import ItemLine, Shape, by_item, cells, columns, shape
from lms.reports.queries.people import SORTS, Goal, by_cohort, by_team, cohorts, goal_named, goals, lines, summary
from lms.reports.queries.who import Filter

__all__ = [
    "SORTS",
    "Filter",
    "Goal",
    "ItemLine",
    "Shape",
    "by_cohort",
    "by_item",
    "by_team",
    "cells",
    "cohorts",
    "columns",
    "goal_named",
    "goals",
    "lines",
    "shape",
    "summary",
]
