"""Pages of the room."""

from lms.reviews.views.room import bp

__all__ = ["bp"]
