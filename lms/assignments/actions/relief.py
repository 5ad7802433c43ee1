"""豁免, 认定, 延期: what a named person decides about duties, with a reason; each can be ended or taken back.

At most 100 duties a call; what the act can't concern (done already, withdrawn) is passed over. Nobody decides about
their own.
"""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select, update

from lms.accounts import queries as accounts
from lms.accounts.events import Told
from lms.accounts.models import Person
from lms.assignments import layout
from lms.assignments.actions.chase import settle_chases
from lms.assignments.actions.give import lay_anew
from lms.assignments.actions.keeping import bring_to_rest, date_anew
from lms.assignments.actions.settle import settle
from lms.assignments.models import Assignment, AssignmentItem, Exemption, Extension
from lms.assignments.rules import READ
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid
from lms.core.here import today
from lms.core.texts import Text, text
from lms.records import actions as records
from lms.records.events import Verb
from lms.records.models import Record

CATEGORIES = ("leave", "qualified", "transfer", "other")
"""Kinds of exemptions, for the eyes of HR."""
LONGEST = 500
"""Characters of a reason."""
CREDIT = "credit"
"""Source of a completion by which a named person recognised what somebody had learned elsewhere."""
LEFT = ("open", "optional")


def exempt(
    actor: Actor, assignment_ids: Sequence[int], *, category: str, reason: str, until_on: date | None = None
) -> int:
    """Let people not do what they owe; return of how many duties. until_on: the last day of it, None = for good.

    The log says nothing of it: what one need not do is not done. Raises Invalid, Conflict for one's own duty.
    """
    reason = _reason(reason)
    if category not in CATEGORIES:
        raise Invalid(text("请选豁免的类别。"), fields={"category": text("请选豁免的类别。")})
    if until_on is not None and until_on < today():
        raise Invalid(text("截止日不能早于今天。"), fields={"until_on": text("截止日不能早于今天。")})
    found = _locked(actor, assignment_ids, LEFT)
    for assignment in found:
        session().add(
            Exemption(
                assignment_id=assignment.id,
                category=category,
                reason=reason,
                until_on=until_on,
                made_by=actor.id,
                made_at=clock.now(),
            )
        )
        assignment.state, assignment.exempt_by = "exempt", actor.id
        session().flush()
        settle_chases([assignment.id])
        _excuse(assignment)
        settle(actor, assignment, source="exempt")
        _note(actor, "duty.exempted", assignment, until_on=until_on)
        _tell(assignment, "exempt", text("“%(title)s”已给您豁免：%(reason)s", title=_title(assignment), reason=reason))
    return len(found)


def end_exemption(actor: Actor | None, assignment_ids: Sequence[int]) -> int:
    """Ask again for what people were exempt from, as it is now; return of how many duties. actor: None for the worker.

    Whoever nobody asks any more owes nothing then.
    """
    found = _locked(actor, assignment_ids, ("exempt",))
    if not found:
        return 0
    _end(Exemption, actor, [each.id for each in found])
    people = sorted({each.person_id for each in found})
    works, freezes = accounts.works_of(people), accounts.freezes_of(people)
    for assignment in found:
        assignment.state, assignment.exempt_by = "open", None
        session().flush()
        _demand(assignment)
        planned = layout.lay_out(assignment.document_id)
        lay_anew(assignment, planned, works[assignment.person_id], freezes[assignment.person_id])
        settle(actor, assignment, source="exempt")
        _note(actor, "duty.exemption_ended", assignment)
    bring_to_rest(people)
    return len(found)


def credit(actor: Actor, assignment_ids: Sequence[int], reason: str) -> int:
    """Recognise what people have learned before; return of how many duties.

    One line of the log for each, of the whole document, with who said so and why: what is inside it stays as it is.
    """
    reason = _reason(reason)
    found = [each for each in _locked(actor, assignment_ids, LEFT) if each.occasion != READ]
    for assignment in found:
        document = session().get_one(Document, assignment.document_id)
        _excuse(assignment)
        assignment.state, assignment.done_at = "done", clock.now()
        settle_chases([assignment.id])
        settle(actor, assignment, source=CREDIT)
        records.append(
            actor,
            assignment.person_id,
            Verb.COMPLETED,
            document_id=document.id,
            revision_id=document.published_id,
            source=CREDIT,
            ref=f"assignment:{assignment.id}",
            note=reason,
        )
        _note(actor, "duty.credited", assignment)
        _tell(assignment, CREDIT, text("“%(title)s”认定为已完成：%(reason)s", title=document.title, reason=reason))
    return len(found)


def take_back_credit(actor: Actor, assignment_ids: Sequence[int], reason: str) -> int:
    """Void what was recognised; what was asked for is open again. Return of how many duties."""
    reason = _reason(reason)
    found = _locked(actor, assignment_ids, ("done",))
    done = 0
    for assignment in found:
        seq = session().scalar(
            select(Record.seq).where(
                Record.person_id == assignment.person_id,
                Record.document_id == assignment.document_id,
                Record.source == CREDIT,
                Record.ref == f"assignment:{assignment.id}",
                Record.verb == Verb.COMPLETED,
                Record.seq.not_in(select(Record.corrects).where(Record.corrects.is_not(None))),
            )
        )
        if seq is None:
            continue
        _demand(assignment)
        records.void(actor, seq, reason)
        _note(actor, "duty.credit_taken_back", assignment)
        done += 1
    return done


def extend(actor: Actor, assignment_ids: Sequence[int], to: date, reason: str) -> int:
    """Grant people more time for what falls due before a day; return for how many duties.

    What falls due later than that, and what has no day at all, stays as it is.
    """
    reason = _reason(reason)
    if to < today():
        raise Invalid(text("截止日不能早于今天。"), fields={"to": text("截止日不能早于今天。")})
    found = [
        each
        for each in _locked(actor, assignment_ids, ("open",))
        if each.next_due_on is not None and each.next_due_on < to
    ]
    if not found:
        return 0
    ids = [each.id for each in found]
    _end(Extension, actor, ids)
    _set_extended(ids, None)
    for assignment in found:
        session().add(
            Extension(assignment_id=assignment.id, to_on=to, reason=reason, made_by=actor.id, made_at=clock.now())
        )
    session().flush()
    _set_extended(ids, to, AssignmentItem.due_on < to)
    for assignment in found:
        settle(actor, assignment, source="extend")
        _note(actor, "duty.extended", assignment, to=to)
        sentence = text("“%(title)s”延期到 %(day)s。", title=_title(assignment), day=to)
        _tell(assignment, f"extended:{to.isoformat()}", sentence)
    return len(found)


def end_extension(actor: Actor, assignment_ids: Sequence[int]) -> int:
    """Take more time back: what falls due falls due as it was asked. Return for how many duties."""
    live = set(
        session().scalars(
            select(Extension.assignment_id).where(
                Extension.assignment_id.in_(assignment_ids), Extension.ended_at.is_(None)
            )
        )
    )
    found = [each for each in _locked(actor, assignment_ids, ("open", "optional")) if each.id in live]
    if not found:
        return 0
    ids = [each.id for each in found]
    _end(Extension, actor, ids)
    _set_extended(ids, None)
    date_anew(ids)
    for assignment in found:
        _note(actor, "duty.extension_ended", assignment)
    return len(found)


def _locked(actor: Actor | None, assignment_ids: Collection[int], states: Collection[str]) -> list[Assignment]:
    """Lock the people of these duties and return those in one of the states. Raises Conflict for the actor's own."""
    current = session()
    people = list(current.scalars(select(Assignment.person_id).where(Assignment.id.in_(assignment_ids))))
    if actor is not None and actor.id in people:
        raise Conflict(text("不能处理自己的学习任务，请别人来做。"), code="own_duty")
    records.lock_people(people)
    return list(
        current.scalars(
            select(Assignment)
            .join(Person, Person.id == Assignment.person_id)
            .where(Assignment.id.in_(assignment_ids), Assignment.state.in_(states), Person.erased_at.is_(None))
            .order_by(Assignment.id)
            .execution_options(populate_existing=True)
        )
    )


def _excuse(assignment: Assignment) -> None:
    _set_exempt(assignment.id, True, AssignmentItem.done_at.is_(None))


def _demand(assignment: Assignment) -> None:
    _set_exempt(assignment.id, False)


def _set_exempt(assignment_id: int, value: bool, *which: ColumnElement[bool]) -> None:
    session().execute(
        update(AssignmentItem)
        .where(AssignmentItem.assignment_id == assignment_id, *which)
        .values(exempt=value)
        .execution_options(synchronize_session=False)
    )
    session().expire_all()


def _set_extended(assignment_ids: Sequence[int], to: date | None, *which: ColumnElement[bool]) -> None:
    session().execute(
        update(AssignmentItem)
        .where(AssignmentItem.assignment_id.in_(assignment_ids), AssignmentItem.done_at.is_(None), *which)
        .values(extended_to=to)
        .execution_options(synchronize_session=False)
    )
    session().expire_all()


def _end(table: type[Exemption] | type[Extension], actor: Actor | None, assignment_ids: Sequence[int]) -> None:
    session().execute(
        update(table)
        .where(table.assignment_id.in_(assignment_ids), table.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_by=(actor.id or None) if actor else None)
        .execution_options(synchronize_session=False)
    )


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Invalid(text("请写明原因。"), fields={"reason": text("请写明原因。")})
    if len(reason) > LONGEST:
        long = text("最多 %(n)s 个字。", n=LONGEST)
        raise Invalid(long, fields={"reason": long})
    return reason


def _note(actor: Actor | None, verb: str, assignment: Assignment, **values: date | None) -> None:
    """Audit an act. Reasons stand in their own tables, which can be erased."""
    after = {name: value.isoformat() for name, value in values.items() if value}
    audit(actor.id if actor else None, verb, "duty", assignment.id, person_id=assignment.person_id, after=after)


def _title(assignment: Assignment) -> str:
    return session().scalar(select(Document.title).where(Document.id == assignment.document_id)) or ""


def _tell(assignment: Assignment, about: str, sentence: Text) -> None:
    emit(
        Told(
            person_ids=(assignment.person_id,),
            topic="duty",
            sentence=sentence,
            link=("assignments.duty", {"duty_id": assignment.id}),
            key=f"duty:{assignment.id}:{about}:{clock.now().isoformat(timespec='seconds')}",
        )
    )
