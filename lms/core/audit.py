"""Who did what: one call beside each act that changes people, rights or results."""

from datetime import timedelta
from typing import Any

from lms.core import clock
from lms.core.db import session
from lms.core.models import AuditEntry

KEPT_AT_LEAST = timedelta(days=184)
"""What is asked of logs of a network by law. Nothing deletes an entry at all: there is no setting and no job for it."""
OBSERVATIONS = frozenset({"search_log", "article_view", "profile_look"})
"""The only tables that a GET may write: what was looked at, never what is so."""


def audit(
    actor_id: int | None,
    verb: str,
    object_kind: str,
    object_id: object,
    *,
    person_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one line into the audit of the open transaction. Values are plain JSON and never secrets.

    actor_id: None or 0 for the machine itself (worker, command line). object_id: its first 80 characters are kept.
    """
    session().add(
        AuditEntry(
            at=clock.now(),
            actor_id=actor_id or None,
            verb=verb,
            object_kind=object_kind,
            object_id=str(object_id)[:80],
            person_id=person_id,
            before=before or {},
            after=after or {},
        )
    )
