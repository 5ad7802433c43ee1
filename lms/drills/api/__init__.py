"""JSON of the drills. Importing a module adds its routes."""

from lms.drills.api import debriefs, endings, measures, planning, runs, team
from lms.drills.api.room import bp

__all__ = ["bp", "debriefs", "endings", "measures", "planning", "runs", "team"]
