"""Pages of the studio: the list, the editor, publishing, history, conflicts, names, what wants attention."""

from lms.content.views import (
    editing,
    files,
    forming,
    history,
    importing,
    keeping,
    listing,
    marks,
    naming,
    paging,
    pasting,
    picking,
    publishing,
    quality,
    reviewing,
    settling,
    several,
)
from lms.content.views.room import bp

__all__ = [
    "bp",
    "editing",
    "files",
    "forming",
    "history",
    "importing",
    "keeping",
    "listing",
    "marks",
    "naming",
    "paging",
    "pasting",
    "picking",
    "publishing",
    "quality",
    "reviewing",
    "settling",
    "several",
]
