"""The supervisor of an appraisal follows its person: whoever leads them now takes over what is not signed yet."""

from collections.abc import Collection

from sqlalchemy import select

from lms.accounts.events import Settled, Told
from lms.accounts.queries import actor_by_id, leads_of, seen
from lms.core.access import Permission
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.texts import text
from lms.reviews.actions.appraisal_cycles import TOPIC
from lms.reviews.models import Appraisal, AppraisalCycle, AppraisalSignature
from lms.reviews.rules.appraisals import FOLLOWS


def follow(person_ids: Collection[int]) -> int:
    """Give the unsigned appraisals of people who have moved to whoever leads them now; return how many.

    An appraisal stays with a supervisor who still leads its person, or has signed this version already; so does that of
    somebody whom nobody leads. Done within the transaction of the move; who takes over is told, and it is noted.
    """
    if not person_ids:
        return 0
    statement = (
        select(Appraisal, AppraisalCycle.name)
        .join(AppraisalCycle, AppraisalCycle.id == Appraisal.cycle_id)
        .where(
            Appraisal.person_id.in_(sorted(person_ids)),
            Appraisal.state.in_(sorted(FOLLOWS)),
            AppraisalCycle.state == "running",
        )
        .order_by(Appraisal.id)
        .with_for_update(of=Appraisal)
    )
    found = session().execute(statement).all()
    leads = leads_of({row.Appraisal.person_id for row in found})
    return sum(_hand_over(row.Appraisal, row.name, leads.get(row.Appraisal.person_id)) for row in found)


def _hand_over(one: Appraisal, name: str, lead: int | None) -> bool:
    if lead is None or lead == one.supervisor_id or _still_leads(one) or _has_signed(one):
        return False
    before = one.supervisor_id
    one.supervisor_id = lead
    audit(
        None,
        "appraisal.followed",
        "appraisal",
        one.id,
        person_id=one.person_id,
        before={"supervisor": before},
        after={"supervisor": lead},
    )
    if before is not None:
        for step in ("supervisor", f"sign:{one.version}"):
            emit(Settled(person_ids=(before,), key=f"appraisal:{one.public_id}:{step}"))
    emit(
        Told(
            person_ids=(lead,),
            topic=TOPIC,
            sentence=text("有人换到了您的团队，“%(name)s”的主管评价和签字改由您来做。", name=name),
            link=("reviews.appraisal", {"appraisal_id": one.public_id}),
            key=f"appraisal:{one.public_id}:followed:{lead}",
        )
    )
    return True


def _still_leads(one: Appraisal) -> bool:
    """Return whether the supervisor may still act as one for the person. The office is nobody's lead by itself."""
    actor = actor_by_id(one.supervisor_id) if one.supervisor_id is not None else None
    return actor is not None and bool(seen(actor, Permission.APPRAISAL_WRITE, [one.person_id]))


def _has_signed(one: Appraisal) -> bool:
    statement = select(AppraisalSignature.person_id).where(
        AppraisalSignature.appraisal_id == one.id,
        AppraisalSignature.version == one.version,
        AppraisalSignature.side == "supervisor",
    )
    return session().scalar(statement) is not None
