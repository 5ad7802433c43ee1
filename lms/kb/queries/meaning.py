"""What may have been meant by a query that finds nothing: by the names of what the person may read."""

from collections.abc import Collection
from itertools import pairwise
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from lms.content import queries as content
from lms.content.models import Document
from lms.content.wordlists.vocabulary import Vocabulary
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.kb.rules import sounding
from lms.kb.rules.asking import Asked

_STANDING = select(func.count(), func.max(Document.published_id), func.max(Document.published_at)).where(
    Document.kind == "article", Document.state == "published"
)
_NAMES = select(Document.id, Document.title, Document.aliases).where(
    Document.kind == "article", Document.state == "published"
)


def correction(actor: Actor, asked: Asked, known: Vocabulary, missing: Collection[str]) -> str | None:
    """Return the query with a word put right, None where nothing near is known. Only by names that the actor may read.

    missing: its words that stand nowhere.
    """
    names = _names(known.house)
    options = [(piece, other) for piece in _pieces(asked, missing) for other in sounding.nearly(piece, names)]
    if not options:
        return None
    wanted = {id for _, other in options for id in names.documents[other]}
    allowed = set(session().scalars(select(Document.id).where(Document.id.in_(wanted), content.readable(actor))))
    for piece, other in options:
        named = names.documents[other]
        if not named or not allowed.isdisjoint(named):
            said = asked.text if piece in asked.text else asked.said
            return said.replace(piece, other) if piece in said else other
    return None


def _pieces(asked: Asked, missing: Collection[str]) -> list[str]:
    """Return what of a query may be misspelt: words that stand nowhere, the whole, two words beside one another."""
    words = [word.text for word in asked.words]
    pairs = [one + other for one, other in pairwise(words)]
    return list(dict.fromkeys([*missing, asked.said[: sounding.LONGEST_WORD], *pairs]))


def _names(house: frozenset[str]) -> sounding.Names:
    """Return the words of all names, kept in memory until something is published."""
    standing = (*rows(_STANDING).one(), house)
    kept: tuple[Any, sounding.Names] | None = current_app.extensions.get("lms_kb_names")
    if kept is None or kept[0] != standing:
        found = [(row.id, name) for row in rows(_NAMES) for name in (row.title, *row.aliases)]
        kept = current_app.extensions["lms_kb_names"] = (standing, sounding.names_of(found, house))
    return kept[1]
