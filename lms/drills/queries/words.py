"""The word lists by which free replies are judged, frozen at a run's start."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import bindparam, select

from lms.content.models import Document, Revision
from lms.content.queries import by_path
from lms.content.store import spec_of
from lms.content.wordlists.banned import banned_of
from lms.content.wordlists.spec import ListKind
from lms.core.db import rows, session
from lms.drills.queries.frozen import Frozen
from lms.drills.rules.judge import NO_WORDS, Words, entries
from lms.drills.spec import DrillSpec

JUDGING = (ListKind.BANNED, ListKind.SYNONYMS)

_PUBLISHED = select(Revision.id, Revision.compiled_sha).join(Document, Document.published_id == Revision.id)
_LISTS = _PUBLISHED.where(
    Document.kind == "words", Document.state == "published", Revision.compiled_sha.is_not(None)
).order_by(Revision.id)
_FROZEN = select(Revision.id, Revision.compiled_sha).where(
    Revision.id.in_(bindparam("ids", expanding=True)), Revision.compiled_sha.is_not(None)
)


def current_word_revisions(drill: DrillSpec) -> tuple[int, ...]:
    """Return the versions of the 禁用语 and 同义词 lists that a run of this drill freezes, in ascending order.

    Those of every published list of the two kinds and of the drill's own 禁用语库. At most three statements.
    """
    found = {row.id: row.compiled_sha for row in session().execute(_LISTS)}
    if drill.word_lists:
        own = [card.published_id for card in by_path(drill.word_lists).values() if card.kind == "words"]
        missing = [each for each in own if each is not None and each not in found]
        if missing:
            found |= {row.id: row.compiled_sha for row in rows(_FROZEN, {"ids": missing})}
    return tuple(sorted(each for each, sha in found.items() if spec_of(sha).list in JUDGING))


def words_of(frozen: Frozen) -> Words:
    """Return the words of a run's frozen lists: at most one statement, the lists themselves are kept in memory."""
    known = frozen.digest_of
    if all(each in known for each in frozen.word_revisions):
        return _words(tuple(known[each] for each in frozen.word_revisions))
    return words_in(frozen.word_revisions)


def words_in(revisions: Sequence[int]) -> Words:
    """Return the words of these versions of lists."""
    if not revisions:
        return NO_WORDS
    found = {row.id: row.compiled_sha for row in rows(_FROZEN, {"ids": list(revisions)})}
    return _words(tuple(found[each] for each in revisions if each in found))


@lru_cache(maxsize=16)
def _words(compiled: tuple[bytes, ...]) -> Words:
    lists = [spec_of(each) for each in compiled]
    return Words(
        banned=entries(banned_of(lists)),
        synonyms=tuple(entry.words for each in lists if each.list is ListKind.SYNONYMS for entry in each.entries),
    )
