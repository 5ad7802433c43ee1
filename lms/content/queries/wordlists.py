"""The published word lists, as the search, the publishing and the marking of open answers use them."""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import select

from lms.content.models import Document, Revision
from lms.content.store import spec_of
from lms.content.wordlists.banned import banned_of
from lms.content.wordlists.spec import WordEntry
from lms.content.wordlists.vocabulary import Vocabulary, vocabulary_of
from lms.core.db import session

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


def banned() -> tuple[WordEntry, ...]:
    """Return what the published lists forbid: one statement; the lists are kept in memory by their digests."""
    return _banned(frozenset(session().scalars(PUBLISHED_LISTS)))


@lru_cache(maxsize=4)
def _banned(compiled: frozenset[bytes]) -> tuple[WordEntry, ...]:
    return banned_of(spec_of(each) for each in sorted(compiled))
