"""Pages of the drills; importing a module adds its routes."""

from lms.drills.blueprint import bp

__all__ = ["bp"]
