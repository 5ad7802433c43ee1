"""One act for many people: whom it would be done to, and writing to them.

Open the transaction around each call of `message`, for at most 100 people.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from lms.accounts.actions import slips
from lms.accounts.events import Told
from lms.assignments.queries.bulk import Concerned, Wanted, concerned
from lms.assignments.rules.bulk import AGAIN, CREDIT, EXEMPT, EXTEND, MESSAGE, RESET, left_alone, refusals
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.errors import Invalid
from lms.core.fingerprint import fingerprint
from lms.core.texts import Text, text

MOST_AGAIN = 200
"""People whom the page of makeups is led to: their numbers stand in its address."""
NEEDS = {
    MESSAGE: Permission.MESSAGE_SEND,
    EXTEND: Permission.DUTY_EXEMPT,
    EXEMPT: Permission.DUTY_EXEMPT,
    CREDIT: Permission.DUTY_EXEMPT,
    AGAIN: Permission.QUIZ_MANAGE,
    RESET: Permission.SLIP_PRINT,
}
"""What the actor has to hold over those to whom an act is done."""
_MOST = {RESET: slips.MOST_SLIPS, AGAIN: MOST_AGAIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the preview shows: whom it is done to, to whom it can't be done and why, whom it would leave as they are."""

    act: str
    done_to: Sequence[Concerned]
    refused: Sequence[tuple[Concerned, tuple[Text, ...]]]
    alone: Sequence[Concerned]

    @property
    def digest(self) -> str:
        facts = [(each.person_id, [duty.id for duty in each.duties]) for each in self.done_to]
        return fingerprint(self.act, facts)


def look(actor: Actor, act: str, wanted: Wanted, to: date | None) -> Seen:
    """Return whom the act concerns. to: until when more time is given. Raises Invalid for nobody and for too many."""
    if act in (RESET, AGAIN):  # a slip goes by the person; who may sit again is shown by the page of makeups
        wanted = replace(wanted, document="" if act == RESET else wanted.document, occasion="")
    if act != RESET:
        wanted = replace(wanted, new=False)
    found = concerned(actor, wanted, NEEDS[act])
    most = _MOST.get(act, len(found))
    if len(found) > most:
        raise Invalid(text("一次最多 %(most)s 人，现在是 %(n)s 人，请按团队分几次。", most=most, n=len(found)))
    slipless = slips.why_no_slips(actor, [each.person_id for each in found]) if act == RESET else {}
    done_to, refused, alone = [], [], []
    for each in found:
        reasons = refusals(act, each.duties, own=each.person_id == actor.id)
        if each.person_id in slipless:
            reasons = (*reasons, slipless[each.person_id])
        kept = tuple(duty for duty in each.duties if not left_alone(act, duty, to))
        if reasons:
            refused.append((each, reasons))
        elif act == EXTEND and not kept:
            alone.append(each)
        else:
            done_to.append(replace(each, duties=kept))
    return Seen(act=act, done_to=done_to, refused=refused, alone=alone)


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
