"""The blueprint that the calls of the room share."""

from apiflask import APIBlueprint

from lms.core.i18n import gettext

bp = APIBlueprint("reviews_api", __name__, url_prefix="/api/v1", tag="Reviews")


def kept_words(written: str, kept: str) -> str:
    """Return what was written, or what is kept where that is the same in the caller's language.

    Who reads, changes a number and writes back sends the words as they were read: they stay theirs in every language.
    """
    tidy = written.strip()
    return kept if tidy == gettext(kept) else tidy
