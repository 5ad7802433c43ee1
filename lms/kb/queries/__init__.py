"""Reading knowledge: finding, lists, what stands beside an article. Each subject in its own module."""

from lms.kb.queries.about import About, about, folder_of
from lms.kb.queries.exporting import exported, restricted_count
from lms.kb.queries.finding import (
    CANDIDATES,
    MOST_HITS,
    Answer,
    Hit,
    ShopChoice,
    Wish,
    answer,
    search,
    shop_choices,
)
from lms.kb.queries.keeping import Kept, Recent, favourites, recents
from lms.kb.queries.reading import (
    RECENT,
    Listed,
    articles,
    category_names,
    last_change,
    revision_id,
    shop_names,
)
from lms.kb.queries.taken import Apart, apart
from lms.kb.queries.uses import User, uses

__all__ = [
    "CANDIDATES",
    "MOST_HITS",
    "RECENT",
    "About",
    "Answer",
    "Apart",
    "Hit",
    "Kept",
    "Listed",
    "Recent",
    "ShopChoice",
    "User",
    "Wish",
    "about",
    "answer",
    "apart",
    "articles",
    "category_names",
    "exported",
    "favourites",
    "folder_of",
    "last_change",
    "recents",
    "restricted_count",
    "revision_id",
    "search",
    "shop_choices",
    "shop_names",
    "uses",
]
