"""Verbs of a person's own wishes: on which ways they are told, and how often."""

from collections.abc import Collection

from lms.core.access import Actor
from lms.core.db import upsert
from lms.core.errors import Invalid
from lms.core.texts import text
from lms.notifications.models import NoticePreference
from lms.notifications.rules.ways import WAYS

EACH, DAILY = "each", "daily"


def set_preference(actor: Actor, *, digest: str, off: Collection[str]) -> None:
    """Keep how the actor wants to be told. off: the ways that they switch off. Raises Invalid."""
    if digest not in (EACH, DAILY):
        raise Invalid(text("请选怎么发。"), fields={"digest": text("请选怎么发。")})
    values = {"digest": digest, "off": sorted(set(off) & set(WAYS))}
    upsert(NoticePreference, {"person_id": actor.id}, values, values)
