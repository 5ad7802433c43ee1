"""作废: a run that counts for nothing any more. Nothing is deleted; the log says who and why."""

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import text
from lms.drills.models import Run
from lms.drills.queries.ended import ENDED
from lms.records import actions as records
from lms.records.events import Verb
from lms.records.models import Record

VOIDED = "voided"


def void(actor: Actor, public_id: str, reason: str) -> None:
    """Declare that somebody else's ended run counts for nothing. Practice from a scene has no line in the log.

    Raises NotFound, Invalid without a reason, Conflict for one that is open, was left or is voided already.
    """
    if not reason.strip():
        raise Invalid(text("请写明作废的原因。"), fields={"reason": text("原因不能为空。")})
    person_id = session().scalar(
        select(Run.person_id)
        .join(Person, Person.id == Run.person_id)
        .where(Run.public_id == public_id, Run.person_id != actor.id, visible(actor, Permission.RECORD_VOID))
    )
    if person_id is None:
        raise NotFound()
    records.lock_people([person_id])
    run = locked(Run, public_id)
    if run.state != ENDED:
        raise Conflict(text("只有已经结束、还没有作废的演练可以作废，没有改动。"))
    line = session().scalar(
        select(Record.seq).where(
            Record.person_id == person_id,
            Record.document_id == run.document_id,
            Record.verb == Verb.GRADED.value,
            Record.ref == public_id,
        )
    )
    if line is not None:
        records.void(actor, line, reason)
    run.state = VOIDED
    run.waiting = False
    audit(
        actor.id,
        "run.voided",
        "run",
        public_id,
        person_id=person_id,
        before={"state": ENDED},
        after={"state": VOIDED},
    )
