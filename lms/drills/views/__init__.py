"""Pages of the drills; importing a module adds its routes."""

from lms.drills.blueprint import bp
from lms.drills.views import after, intro, playing, team_drills, team_result, tickets

__all__ = ["after", "bp", "intro", "playing", "team_drills", "team_result", "tickets"]
