"""What the room offers over the API."""

from lms.performance.api import (
    competencies,
    formulas,
    impact,
    inspection_items,
    inspections,
    kpis,
    metrics,
    profiles,
    scores,
)
from lms.performance.api.room import bp

__all__ = [
    "bp",
    "competencies",
    "formulas",
    "impact",
    "inspection_items",
    "inspections",
    "kpis",
    "metrics",
    "profiles",
    "scores",
]
