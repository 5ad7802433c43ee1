"""Reading documents: as people open them, as lists show them, as authors work on them."""

from lms.content.audience import readable
from lms.content.queries.reading import (
    Card,
    Opened,
    by_path,
    cards,
    compiled,
    open_published,
    spec,
    text,
)
from lms.content.queries.studio import (
    Backlink,
    Filter,
    Listed,
    PartRow,
    Version,
    Work,
    backlinks,
    conflicts,
    find,
    history,
    open_work,
    parts,
)

__all__ = [
    "Backlink",
    "Card",
    "Filter",
    "Listed",
    "Opened",
    "PartRow",
    "Version",
    "Work",
    "backlinks",
    "by_path",
    "cards",
    "compiled",
    "conflicts",
    "find",
    "history",
    "open_published",
    "open_work",
    "parts",
    "readable",
    "spec",
    "text",
]
