"""The published word lists, as the search uses them."""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import select

from lms.content.models import Document, Revision
from lms.content.store import spec_of
from lms.content.wordlists.vocabulary import Vocabulary, vocabulary_of

PUBLISHED_LISTS = (
    select(Revision.compiled_sha)
    .join(Document, Document.published_id == Revision.id)
    .where(Document.kind == "words", Document.state == "published", Revision.compiled_sha.is_not(None))
)
"""Names the lists that are published now; to be joined to a statement that is asked anyway."""


def vocabulary(compiled: Iterable[bytes]) -> Vocabulary:
    """Return what the lists of these digests say, kept in memory until one of them is published anew."""
    return _vocabulary(frozenset(compiled))


@lru_cache(maxsize=4)
def _vocabulary(compiled: frozenset[bytes]) -> Vocabulary:
    return vocabulary_of(spec_of(each) for each in sorted(compiled))
