"""Pages of the knowledge base; importing a module adds its routes."""

from lms.kb.views import (
    article,
    browse,
    care,
    categories,
    change,
    exporting,
    gap_import,
    gaps,
    keeping,
    panel,
    printing,
    suggesting,
    talking,
    urgent,
    uses,
    voting,
)
from lms.kb.views.room import bp

__all__ = [
    "article",
    "bp",
    "browse",
    "care",
    "categories",
    "change",
    "exporting",
    "gap_import",
    "gaps",
    "keeping",
    "panel",
    "printing",
    "suggesting",
    "talking",
    "urgent",
    "uses",
    "voting",
]
