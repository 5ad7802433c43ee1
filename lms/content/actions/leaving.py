"""What becomes of the documents of somebody who leaves: their lead answers for them from then on."""

from sqlalchemy import select

from lms.accounts import queries as people
from lms.accounts.events import Told
from lms.accounts.models import Person
from lms.content.actions.documents import locked
from lms.content.models import Document
from lms.content.queries.reading import ARCHIVED
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.here import today
from lms.core.texts import text


def hand_over(person_id: int) -> int:
    """Let the lead of somebody who has left answer for their documents; return how many.

    What the file says stays: whoever publishes it next decides. Without a lead nobody answers for them, and every
    trainer is told.
    """
    ids = session().scalars(
        select(Document.id).where(Document.owner_id == person_id, Document.state != ARCHIVED).order_by(Document.id)
    )
    mine = ids.all()
    if not mine:
        return 0
    lead = people.lead_of(person_id)
    for document_id in mine:
        locked(document_id).owner_id = lead
        audit(
            None,
            "document.owner",
            "document",
            document_id,
            person_id=person_id,
            before={"owner": person_id},
            after={"owner": lead},
        )
    session().flush()
    name = session().scalar(select(Person.name).where(Person.id == person_id)) or ""
    sentence = (
        text("%(name)s已离开，其负责的 %(count)s 份内容现在由您负责。", name=name, count=len(mine))
        if lead is not None
        else text("%(name)s已离开，其负责的 %(count)s 份内容现在没有人负责。", name=name, count=len(mine))
    )
    told = [lead] if lead is not None else people.trainers()
    emit(
        Told(
            person_ids=tuple(told),
            topic="review",
            sentence=sentence,
            link=("kb.reviews", {}),
            key=f"owner-left:{person_id}:{today().isoformat()}",
        )
    )
    return len(mine)
