"""What is kept of the pages of attempts: hints for those who run a quiz."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from lms.core.db import session
from lms.quizzes.models import Presence
from lms.quizzes.rules.presence import Seen


def seen_pages(attempt_ids: Collection[int]) -> dict[int, Seen]:
    """Return what was kept, by attempt; one of which no page ever spoke is left out."""
    found = session().scalars(select(Presence).where(Presence.attempt_id.in_(attempt_ids)))
    return {row.attempt_id: _seen(row) for row in found}


def _seen(row: Any) -> Seen:
    return Seen(**{name: getattr(row, name) for name in Seen.__dataclass_fields__})
