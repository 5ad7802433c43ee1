"""Reading knowledge: finding, lists, what stands beside an article. Each subject in its own module."""

from lms.kb.queries.about import About, about, folder_of
from lms.kb.queries.finding import MOST_HITS, Hit, names, search
from lms.kb.queries.keeping import Kept, Recent, favourites, recents
from lms.kb.queries.reading import (
    RECENT,
    Listed,
    articles,
    last_change,
    revision_id,
    shop_names,
)
from lms.kb.queries.taken import Apart, apart
from lms.kb.queries.uses import User, uses

__all__ = [
    "MOST_HITS",
    "RECENT",
    "About",
    "Apart",
    "Hit",
    "Kept",
    "Listed",
    "Recent",
    "User",
    "about",
    "apart",
    "articles",
    "favourites",
    "folder_of",
    "last_change",
    "names",
    "recents",
    "revision_id",
    "search",
    "shop_names",
    "uses",
]
