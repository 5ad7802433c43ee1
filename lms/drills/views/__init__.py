"""Pages of the drills; importing a module adds its routes."""

from lms.drills.blueprint import bp
from lms.drills.views import (
    after,
    debrief,
    intro,
    paths,
    playing,
    rescore,
    reviewing,
    runs,
    tables,
    team_drills,
    team_result,
    tickets,
    trying,
)

__all__ = [
    "after",
    "bp",
    "debrief",
    "intro",
    "paths",
    "playing",
    "rescore",
    "reviewing",
    "runs",
    "tables",
    "team_drills",
    "team_result",
    "tickets",
    "trying",
]
