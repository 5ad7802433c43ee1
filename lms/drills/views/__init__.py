"""Pages of the drills; importing a module adds its routes."""

from lms.drills.blueprint import bp
from lms.drills.views import intro, playing, tickets

__all__ = ["bp", "intro", "playing", "tickets"]
