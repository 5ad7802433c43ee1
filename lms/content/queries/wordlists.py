"""The published word lists, as the search uses them."""

from functools import lru_cache

from sqlalchemy import select

from lms.content.models import Document, Revision
from lms.content.store import spec_of
from lms.content.wordlists.vocabulary import Vocabulary, vocabulary_of
from lms.core.db import rows

_PUBLISHED = (
    select(Revision.compiled_sha)
    .join(Document, Document.published_id == Revision.id)
    .where(Document.kind == "words", Document.state == "published", Revision.compiled_sha.is_not(None))
    .order_by(Document.id)
)


def vocabulary() -> Vocabulary:
    """Return what the lists published now say, kept in memory until one of them is published anew."""
    return _vocabulary(tuple(row.compiled_sha for row in rows(_PUBLISHED)))


@lru_cache(maxsize=4)
def _vocabulary(shas: tuple[bytes, ...]) -> Vocabulary:
    return vocabulary_of(spec_of(sha) for sha in shas)
