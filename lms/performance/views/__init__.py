"""Pages of the room."""

from lms.performance.views import competencies, impact, kpi_import, kpis, metrics, profile, proofs
from lms.performance.views.room import bp

__all__ = ["bp", "competencies", "impact", "kpi_import", "kpis", "metrics", "profile", "proofs"]
