"""A text that was made from an old version: put together with what others saved since, if nothing is against it."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.models import Person
from lms.content import store
from lms.content.actions.documents import path_now
from lms.content.actions.examine import examine
from lms.content.kinds import Kind, kind_of
from lms.content.models import Document, Revision
from lms.content.rules.merge import merge
from lms.core.db import session


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Both changes in one text. author: who wrote the other one, "" = a file."""

    source: str
    author: str


def joined(document: Document, base: Revision, mine: str, head: Revision) -> Joined | None:
    """Return the author's text with what was saved since in it; None where somebody has to decide.

    Somebody has to where both changed the same thing, and where together there is an error that neither has.
    """
    theirs = store.source_of(head.blob_sha)
    found = merge(store.source_of(base.blob_sha), mine, theirs).text
    if found is None or _is_worse(kind_of(document.kind), path_now(document), found, (mine, theirs)):
        return None
    author = session().scalar(select(Person.name).where(Person.id == head.author_id)) if head.author_id else None
    return Joined(source=found, author=author or "")


def _is_worse(kind: Kind, path: str, together: str, alone: tuple[str, ...]) -> bool:
    """Whether a text has more errors of one kind than each of those that it was made of."""
    if together in alone:
        return False

    def errors(source: str) -> Counter[str]:
        return Counter(finding.code for finding in examine(kind, path, source).errors)

    found = errors(together)
    if not found:
        return False
    known = [errors(source) for source in alone]
    return any(count > max(each[code] for each in known) for code, count in found.items())
