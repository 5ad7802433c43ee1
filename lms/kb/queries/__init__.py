"""Reading knowledge: finding, lists, what stands beside an article. Each subject in its own module."""

from lms.kb.queries.finding import MOST_HITS, Hit, names, search
from lms.kb.queries.reading import (
    RECENT,
    Listed,
    Neighbour,
    articles,
    last_change,
    neighbours,
    revision_id,
    shop_names,
    standing,
)

__all__ = [
    "MOST_HITS",
    "RECENT",
    "Hit",
    "Listed",
    "Neighbour",
    "articles",
    "last_change",
    "names",
    "neighbours",
    "revision_id",
    "search",
    "shop_names",
    "standing",
]
