"""How much of films somebody has seen: rows, by statements that are built once."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, bindparam, select

from lms.content.models import Attachment
from lms.core.db import rows
from lms.learning.models import Watching

_BY_PATH = (
    select(Attachment.path, Attachment.facts, Watching.watched, Watching.position)
    .outerjoin(Watching, and_(Watching.attachment_id == Attachment.id, Watching.person_id == bindparam("person_id")))
    .where(Attachment.path.in_(bindparam("paths", expanding=True)), Attachment.kind.in_(("video", "audio")))
)
_BY_ID = select(Watching.attachment_id, Watching.watched, Watching.position).where(
    Watching.person_id == bindparam("person_id"), Watching.attachment_id.in_(bindparam("ids", expanding=True))
)


def watched_by(person_id: int, paths: Collection[str]) -> dict[str, Any]:
    """Return the rows of films by path: facts of each, watched and position None where it was never begun."""
    found = rows(_BY_PATH, {"person_id": person_id, "paths": sorted(set(paths))})
    return {row.path: row for row in found}


def watchings(person_id: int, attachment_ids: Collection[int]) -> dict[int, Any]:
    """Return the rows of what a person has begun to watch among these, by attachment."""
    found = rows(_BY_ID, {"person_id": person_id, "ids": sorted(attachment_ids)})
    return {row.attachment_id: row for row in found}
