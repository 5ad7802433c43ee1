"""Whether an article helped."""

from lms.core import clock
from lms.core.access import Actor
from lms.core.db import upsert
from lms.core.errors import Invalid
from lms.core.texts import text
from lms.kb.models import Vote
from lms.kb.rules.voting import LONGEST_NOTE, Reason


def vote(actor: Actor, document_id: int, revision_id: int, *, solved: bool, reason: str = "", note: str = "") -> None:
    """Note whether the article solved it; the latest answer of a person counts.

    Raises Invalid for a "no" without a reason.
    """
    if not solved and reason not in set(Reason):
        raise Invalid(fields={"reason": text("请选一个原因。")})
    values = {
        "revision_id": revision_id,
        "solved": solved,
        "reason": "" if solved else reason,
        "note": "" if solved else note.strip()[:LONGEST_NOTE],
        "at": clock.now(),
    }
    upsert(Vote, {"person_id": actor.id, "document_id": document_id}, values, values)
