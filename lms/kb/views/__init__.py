"""Pages of the knowledge base; importing a module adds its routes."""

from lms.kb.views import (
    article,
    browse,
    categories,
    change,
    exporting,
    gap_import,
    gaps,
    keeping,
    panel,
    printing,
    urgent,
    uses,
    voting,
)
from lms.kb.views.room import bp

__all__ = [
    "article",
    "bp",
    "browse",
    "categories",
    "change",
    "exporting",
    "gap_import",
    "gaps",
    "keeping",
    "panel",
    "printing",
    "urgent",
    "uses",
    "voting",
]
