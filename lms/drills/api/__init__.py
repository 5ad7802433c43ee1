"""JSON of the drills. Importing a module adds its routes."""

from lms.drills.api import debriefs, endings, runs, team
from lms.drills.api.room import bp

__all__ = ["bp", "debriefs", "endings", "runs", "team"]
