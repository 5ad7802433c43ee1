"""Pages of the drills; importing a module adds its routes."""

from lms.drills.blueprint import bp
from lms.drills.views import after, debrief, intro, playing, rescore, reviewing, runs, team_drills, team_result, tickets

__all__ = [
    "after",
    "bp",
    "debrief",
    "intro",
    "playing",
    "rescore",
    "reviewing",
    "runs",
    "team_drills",
    "team_result",
    "tickets",
]
