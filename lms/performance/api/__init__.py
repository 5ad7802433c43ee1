"""What the room offers over the API."""

from lms.performance.api import impact, inspections, kpis, profiles, scores
from lms.performance.api.room import bp

__all__ = ["bp", "impact", "inspections", "kpis", "profiles", "scores"]
