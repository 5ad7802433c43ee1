"""Appeals against verdicts: one for each inspection, within its days; somebody else than the inspector answers."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from lms.accounts.events import Settled, Told
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.here import day_of
from lms.core.texts import text
from lms.performance.actions.inspections import TOPIC, recount
from lms.performance.models import Inspection, InspectionAppeal, InspectionFinding, InspectionItem
from lms.performance.queries import inspection_desk as desk
from lms.performance.rules.inspection_words import shown
from lms.performance.rules.inspections import LONGEST_REASON, State
from lms.records.actions import lock_people

SHORTEST_REASON = 5
UPHELD, REJECTED = "upheld", "rejected"


def appeal(actor: Actor, public_id: str, reason: str) -> InspectionAppeal:
    """Say why a verdict about oneself is wrong. Raises NotFound, Invalid, Conflict where the days are over.

    The worker ends the days under the lock that is taken here, so one of the two is first and the other sees it.
    """
    inspection = _locked(public_id)
    if inspection.person_id != actor.id or inspection.second:
        raise NotFound()
    words = shown(reason)
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        wrong = text("请写 %(least)s 到 %(most)s 个字。", least=SHORTEST_REASON, most=LONGEST_REASON)
        raise Invalid(wrong, fields={"reason": wrong})
    if inspection.state in (State.APPEALED, State.STANDS, State.OVERTURNED):
        raise Conflict(text("这次质检已经申诉过了。"))
    if inspection.state != State.OPEN or clock.now() >= inspection.appeal_until:
        last = day_of(inspection.appeal_until - timedelta(seconds=1))
        raise Conflict(text("申诉期到 %(day)s 为止，已经过了。还有疑问请找主管。", day=last))
    if inspection.score is None or inspection.score >= 100:
        raise Conflict(text("这次质检没有扣分，不用申诉。"))
    made = InspectionAppeal(inspection_id=inspection.id, reason=words, made_at=clock.now())
    session().add(made)
    inspection.state = State.APPEALED
    session().flush()
    audit(actor.id, "inspection.appealed", "inspection", inspection.id, person_id=inspection.person_id)
    emit(
        Told(
            person_ids=tuple(desk.answerers(inspection)),
            topic=TOPIC,
            sentence=text("有一条质检申诉等您答复。"),
            link=("performance.inspection", {"inspection_id": inspection.public_id}),
            key=_waiting(inspection.id),
        )
    )
    return made


def answer(actor: Actor, public_id: str, *, overturn: Collection[str], words: str) -> str:
    """Answer an appeal; return the decision. overturn: public ids of items that were judged wrongly; none = rejected.

    Raises NotFound, Forbidden for the inspector and the person, Invalid, Conflict where it is answered already.
    """
    inspection = _locked(public_id)
    if not desk.may_answer(actor, inspection):
        raise Forbidden(text("这条申诉要由另一位质检员，或质检员的主管、总监答复。"))
    if inspection.state != State.APPEALED:
        raise Conflict(text("这条申诉已经答复过了。"))
    said = shown(words)
    if not SHORTEST_REASON <= len(said) <= LONGEST_REASON:
        wrong = text("请写 %(least)s 到 %(most)s 个字。", least=SHORTEST_REASON, most=LONGEST_REASON)
        raise Invalid(wrong, fields={"answer": wrong})
    found = session().execute(
        select(InspectionFinding, InspectionItem.public_id)
        .join(InspectionItem, InspectionItem.id == InspectionFinding.item_id)
        .where(InspectionFinding.inspection_id == inspection.id)
    )
    changed = [finding for finding, item in found if item in set(overturn) and finding.score < finding.possible]
    for finding in changed:
        finding.overturned = True
    session().flush()
    made = session().get_one(InspectionAppeal, inspection.id)
    made.decision = UPHELD if changed else REJECTED
    made.answer, made.answered_by, made.answered_at = said, actor.id, clock.now()
    before = inspection.score
    recount(inspection)
    inspection.state = State.STANDS if inspection.score is not None else State.OVERTURNED
    session().flush()
    audit(
        actor.id,
        f"inspection.appeal_{made.decision}",
        "inspection",
        inspection.id,
        person_id=inspection.person_id,
        before={"score": before},
        after={"score": inspection.score},
    )
    emit(Settled(person_ids=tuple(desk.answerers(inspection)), key=_waiting(inspection.id)))
    emit(
        Told(
            person_ids=(inspection.person_id,),
            topic=TOPIC,
            sentence=text("您的质检申诉通过了，已经改判。") if changed else text("您的质检申诉没有通过，理由已写明。"),
            link=("performance.inspection", {"inspection_id": inspection.public_id}),
            key=f"inspection:{inspection.id}:answered",
        )
    )
    return made.decision


def _waiting(inspection_id: int) -> str:
    return f"inspection:{inspection_id}:appeal"


def _locked(public_id: str) -> Inspection:
    """Return the inspection, its person locked before it: in this order everybody takes them. Raises NotFound."""
    person_id = session().scalar(select(Inspection.person_id).where(Inspection.public_id == public_id))
    if person_id is None:
        raise NotFound()
    lock_people([person_id])
    return locked(Inspection, public_id)
