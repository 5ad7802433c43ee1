"""Builders of urgent notices, through the action."""

from datetime import timedelta

from lms.core import clock
from lms.core.access import Actor
from lms.core.db import new_public_id, transaction
from lms.kb.actions import urgent
from lms.kb.rules.urgent import Audience


def an_urgent(
    actor: Actor,
    title: str = "华东仓恢复发货",
    *,
    minutes: int = 30,
    hours: int = 24,
    body: str = "",
    document_id=None,
    **audience,
) -> str:
    """Return the public id of a notice just sent. audience: fields of Audience; none = everybody."""
    now = clock.now()
    draft = urgent.Draft(
        public_id=new_public_id(),
        title=title,
        body=body,
        audience=Audience(**{name: frozenset(each) for name, each in audience.items()}),
        due_at=now + timedelta(minutes=minutes),
        until_at=now + timedelta(hours=hours),
        document_id=document_id,
    )
    with transaction():
        return urgent.send(actor, draft).public_id


def confirmed(actor: Actor, public_id: str) -> bool:
    with transaction():
        return urgent.confirm(actor, public_id)
