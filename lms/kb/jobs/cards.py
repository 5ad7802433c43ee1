"""Asking very many people to confirm a new version of an article, a hundred in one transaction."""

from collections.abc import Mapping
from typing import Any

from lms.content import queries as content
from lms.content.models import Document, Revision
from lms.core import outbox
from lms.core.db import session, transaction
from lms.core.jobs import drain_ids
from lms.kb.actions.cards import NEW_PLACES, TOGETHER, TOPIC, ask, include
from lms.kb.queries.cards import plan_of
from lms.kb.spec import ArticleSpec

LEASE = 600
"""Seconds within which the people of one version are asked."""


def ask_waiting() -> int:
    """Ask those whom publications and teams that moved left to the worker; return how many people that were."""
    done = drain_ids(NEW_PLACES, include)
    while True:
        with transaction():
            leased = outbox.lease(TOPIC, 1, LEASE)
        if not leased:
            return done
        try:
            done += _ask(leased[0].payload)
        except Exception as error:
            with transaction():
                outbox.fail(leased, f"{type(error).__name__}: {error}")
            raise
        with transaction():
            outbox.finish(leased)


def _ask(payload: Mapping[str, Any]) -> int:
    """Ask by the plan as it stands now: who has confirmed meanwhile, left or moved is not asked."""
    document_id, wanted, since = payload["document"], payload["wanted"], payload["since"]
    document = session().get_one(Document, document_id)
    if document.state != "published" or document.published_id is None:
        return 0
    revision = session().get_one(Revision, wanted)
    after: ArticleSpec = content.compiled(document.published_id)
    before: ArticleSpec | None = content.compiled(since) if since is not None else None
    plan = plan_of(document_id, after, before, (), minor=revision.minor, revision_id=wanted, at=revision.at)
    reasons = plan.reasons()
    people = sorted(reasons)
    for first in range(0, len(people), TOGETHER):
        chunk = people[first : first + TOGETHER]
        with transaction():
            ask(document_id, wanted, since, {person_id: reasons[person_id] for person_id in chunk}, plan.within)
    return len(people)
