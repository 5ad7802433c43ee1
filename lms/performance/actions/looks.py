"""Noting who looked at whose profile."""

from lms.core import clock
from lms.core.access import Actor
from lms.core.db import insert_new
from lms.core.here import today
from lms.performance.models import ProfileLook

PROFILE, PROOF = "profile", "proof"


def note_look(actor: Actor, person_id: int, what: str) -> None:
    """Note that the actor looked at somebody's profile or proof; once a day. One's own look is none."""
    if actor.id == person_id:
        return
    row = {"person_id": person_id, "looker_id": actor.id, "day": today(), "what": what, "at": clock.now()}
    insert_new(ProfileLook, ["person_id", "looker_id", "day", "what"], [row])
