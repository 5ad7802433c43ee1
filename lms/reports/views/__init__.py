"""Pages of the reports; importing a module adds its routes."""

from lms.reports.views import completion, knowledge, late, teams, today, week
from lms.reports.views.room import bp

__all__ = ["bp", "completion", "knowledge", "late", "teams", "today", "week"]
