"""Pages of the room."""

from lms.performance.views import (
    competencies,
    formulas,
    impact,
    inspection_import,
    inspection_items,
    inspections,
    kpi_import,
    kpis,
    metrics,
    profile,
    proofs,
    scores,
)
from lms.performance.views.room import bp

__all__ = [
    "bp",
    "competencies",
    "formulas",
    "impact",
    "inspection_import",
    "inspection_items",
    "inspections",
    "kpi_import",
    "kpis",
    "metrics",
    "profile",
    "proofs",
    "scores",
]
