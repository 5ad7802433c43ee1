"""Writing to many people at once. Open the transaction around each call; at most 100 people a call."""

from collections.abc import Sequence

from lms.accounts.events import Told
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.errors import Invalid
from lms.core.texts import text


def message(actor: Actor, person_ids: Sequence[int], words: str, key: str) -> None:
    """Tell people something in the actor's own words. key: of this message; nobody gets the same one twice."""
    said = " ".join(words.split())
    if not said:
        reason = text("请写消息。")
        raise Invalid(reason, fields={"message": reason})
    emit(
        Told(
            person_ids=tuple(person_ids),
            topic="duty",
            sentence=text("%(name)s：%(words)s", name=actor.name, words=said),
            link=("home.index", {}),
            key=f"message:{key}",
        )
    )
    for person_id in person_ids:
        audit(actor.id, "person.messaged", "person", person_id, person_id=person_id)
