"""Why somebody owes something: one duty with its reasons, what was decided about it, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import freezes_of, roster_of, visible
from lms.assignments.due import settled_day
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason, Exemption, Extension, Rule
from lms.content.audience import is_meant
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission, allows, scopes
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.core.texts import Text, text
from lms.records.models import Record, RecordNote

CATEGORIES = {
    "leave": text("休假"),
    "qualified": text("已有同等资格"),
    "transfer": text("调岗或离岗"),
    "other": text("其他"),
}
CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why somebody owes it, in words. due_on: as it was asked. decides: it gives the due day. rule: public id."""

    sentence: Text
    due_on: date | None
    since: datetime
    until: datetime | None
    decides: bool
    rule: str

    @property
    def lives(self) -> bool:
        return self.until is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a duty. who: "" = by itself. note: free text of whoever did it."""

    at: datetime
    sentence: Text
    who: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """The exemption that holds. category: "" for whom it is not meant."""

    reason: str
    until_on: date | None
    category: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One duty. counted_on: the due day as it counts, with what moved it from the day that was asked (asked_on).

    own: it is the actor's. may_decide: the actor may exempt, credit and extend.
    """

    id: int
    kind: str
    slug: str
    title: str
    occasion: str
    state: str
    done: int
    total: int
    starts_on: date
    counted_on: date | None
    next_on: date | None
    asked_on: date | None
    done_at: datetime | None
    person: str
    employee_no: str
    team: str
    active: bool
    own: bool
    may_decide: bool
    credited: bool
    extended_to: date | None
    reasons: Sequence[Reason]
    excuse: Excuse | None
    history: Sequence[Event]

    @property
    def decided_by(self) -> Reason | None:
        return next((each for each in self.reasons if each.decides), None)

    @property
    def moved(self) -> bool:
        """Whether leave or a silent time has moved the day that was asked."""
        return self.extended_to is None and self.asked_on is not None and self.counted_on != self.asked_on


_goal = (
    select(
        Assignment.id,
        Assignment.person_id,
        Assignment.document_id,
        Assignment.occasion,
        Assignment.state,
        Assignment.done_items,
        Assignment.total_items,
        Assignment.starts_on,
        Assignment.due_on,
        Assignment.next_due_on,
        Assignment.done_at,
        Document.kind,
        Document.title,
        Document.audience,
        Slug.slug,
        Person.name,
        Person.employee_no,
        Person.active,
        Team.name.label("team"),
    )
    .join(Document, Document.id == Assignment.document_id)
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .join(Person, Person.id == Assignment.person_id)
    .outerjoin(Team, Team.id == Person.team_id)
)


def why(actor: Actor, duty_id: int) -> Why:
    """Return one duty: one's own, or of somebody whose reports one reads. Raises NotFound."""
    row = rows(
        _goal.where(
            Assignment.id == duty_id,
            Person.erased_at.is_(None),
            (Assignment.person_id == actor.id) | visible(actor, Permission.REPORT_READ),
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    if row.kind == "article" and not is_meant(row.audience, actor):
        raise NotFound()
    own = row.person_id == actor.id
    reasons = _reasons(row)
    decided = next((each for each in reasons if each.decides), None)
    asked = decided.due_on if decided else None
    extended = rows(
        select(func.max(AssignmentItem.extended_to)).where(
            AssignmentItem.assignment_id == duty_id, AssignmentItem.done_at.is_(None)
        )
    ).scalar()
    counted = row.due_on
    if asked is not None and extended is None and row.state == "open":
        counted = settled_day(asked, roster_of(row.person_id), freezes_of([row.person_id])[row.person_id])
    decisions, excuse = _decisions(duty_id, private=allows(actor, Permission.PERSON_PRIVATE))
    credited = _credits(row)
    started = [
        Event(at=each.since, sentence=text("开始要求：%(reason)s", reason=each.sentence), who="", note="")
        for each in reasons
    ]
    ended = [
        Event(at=each.until, sentence=text("不再要求：%(reason)s", reason=each.sentence), who="", note="")
        for each in reasons
        if each.until is not None
    ]
    return Why(
        id=row.id,
        kind=row.kind,
        slug=row.slug,
        title=row.title,
        occasion=row.occasion,
        state=row.state,
        done=row.done_items,
        total=row.total_items,
        starts_on=row.starts_on,
        counted_on=counted,
        next_on=row.next_due_on,
        asked_on=asked,
        done_at=row.done_at,
        person=row.name or "",
        employee_no=row.employee_no or "",
        team=row.team or "",
        active=row.active,
        own=own,
        may_decide=not own and _may_decide(actor, duty_id),
        credited=bool(credited) and credited[-1].sentence.id == CREDITED.id,
        extended_to=extended,
        reasons=reasons,
        excuse=excuse,
        history=sorted((*started, *ended, *decisions, *credited), key=lambda event: event.at, reverse=True),
    )


def may_decide(actor: Actor, duty_id: int) -> None:
    """Raise NotFound for a duty over which the actor has no say."""
    if not _may_decide(actor, duty_id):
        raise NotFound()


def _may_decide(actor: Actor, duty_id: int) -> bool:
    if not scopes(actor, Permission.DUTY_EXEMPT):
        return False
    found = rows(
        select(Assignment.id)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.id == duty_id, visible(actor, Permission.DUTY_EXEMPT))
    )
    return found.scalar() is not None


def _reasons(row: Any) -> list[Reason]:
    """Return every reason of a duty, those that live first, by the day they ask for."""
    found = rows(
        select(
            AssignmentReason.kind,
            AssignmentReason.ref,
            AssignmentReason.due_on,
            AssignmentReason.since,
            AssignmentReason.until,
        ).where(AssignmentReason.assignment_id == row.id)
    ).all()
    named = _rules([each.ref for each in found])
    people = _names([each.ref for each in found])
    live = [each.due_on for each in found if each.until is None and each.due_on is not None]
    earliest = min(live, default=None)
    shown = [
        Reason(
            sentence=sentence_of(each.kind, each.ref, row.title, named, people),
            due_on=each.due_on,
            since=each.since,
            until=each.until,
            decides=each.until is None and earliest is not None and each.due_on == earliest,
            rule=named[each.ref].public_id if each.ref in named else "",
        )
        for each in found
    ]
    return sorted(shown, key=lambda each: (not each.lives, each.due_on or date.max, each.since))


def sentence_of(kind: str, ref: str, title: str, rules: Any, people: Any) -> Text:
    """Return a reason in words."""
    if ref in rules:
        name = rules[ref].name or title
        match kind:
            case "cycle":
                return text("季度培训“%(name)s”", name=name)
            case "campaign":
                return text("大促备战“%(name)s”", name=name)
        if rules[ref].source == "document":
            return text("岗位的入职培训“%(name)s”", name=title)
        return text("规则“%(name)s”", name=name)
    match kind:
        case "manual":
            return text("%(name)s 派的", name=people[ref]) if ref in people else text("手工派发")
        case "self":
            return text("自己选的")
        case "expiry":
            return text("证书到期，要复训")
        case "must-read":
            return text("必读，要确认")
        case "delta":
            return text("读过的内容改了，要再确认")
        case "cycle":
            return text("季度培训")
        case "campaign":
            return text("大促备战")
        case "goal":
            return text("考核目标里定的学习")
        case "inspection":
            return text("质检不合格，要补学")
        case "recheck":
            return text("质检复检")
    return text("系统派发")


def _rules(refs: Sequence[str]) -> dict[str, Any]:
    ids = [int(ref.removeprefix("rule:")) for ref in refs if ref.startswith("rule:")]
    if not ids:
        return {}
    found = rows(select(Rule.id, Rule.public_id, Rule.name, Rule.source).where(Rule.id.in_(ids)))
    return {f"rule:{each.id}": each for each in found}


def _names(refs: Sequence[str]) -> dict[str, str]:
    ids = [int(ref.removeprefix("person:")) for ref in refs if ref.removeprefix("person:").isdigit()]
    if not ids:
        return {}
    found = rows(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {f"person:{each.id}": each.name for each in found if each.name}


_ender = aliased(Person)


def _decisions(duty_id: int, *, private: bool) -> tuple[list[Event], Excuse | None]:
    """Return the exemptions and extensions of a duty as events, and the exemption that holds."""
    events: list[Event] = []
    excuse: Excuse | None = None
    for each in rows(
        select(Exemption, Person.name, _ender.name.label("ender"))
        .outerjoin(Person, Person.id == Exemption.made_by)
        .outerjoin(_ender, _ender.id == Exemption.ended_by)
        .where(Exemption.assignment_id == duty_id)
        .order_by(Exemption.made_at)
    ):
        events.append(Event(at=each.made_at, sentence=text("豁免"), who=each.name or "", note=each.reason))
        if each.ended_at is not None:
            events.append(Event(at=each.ended_at, sentence=text("豁免结束"), who=each.ender or "", note=""))
        else:
            excuse = Excuse(
                reason=each.reason,
                until_on=each.until_on,
                category=each.category if private else "",
                who=each.name or "",
                at=each.made_at,
            )
    for each in rows(
        select(Extension, Person.name, _ender.name.label("ender"))
        .outerjoin(Person, Person.id == Extension.made_by)
        .outerjoin(_ender, _ender.id == Extension.ended_by)
        .where(Extension.assignment_id == duty_id)
        .order_by(Extension.made_at)
    ):
        sentence = text("延期到 %(day)s", day=each.to_on)
        events.append(Event(at=each.made_at, sentence=sentence, who=each.name or "", note=each.reason))
        if each.ended_at is not None:
            events.append(Event(at=each.ended_at, sentence=text("延期结束"), who=each.ender or "", note=""))
    return events, excuse


CREDITED = text("认定为已完成")


def _credits(row: Any) -> list[Event]:
    """Return the recognitions of a duty and what took them back, the oldest first."""
    credited = aliased(Record)
    lines = rows(
        select(Record.seq, Record.at, Record.verb, Person.name, RecordNote.text.label("note"))
        .outerjoin(Person, Person.id == Record.actor_id)
        .outerjoin(RecordNote, RecordNote.seq == Record.seq)
        .outerjoin(credited, credited.seq == Record.corrects)
        .where(
            Record.person_id == row.person_id,
            Record.document_id == row.document_id,
            Record.ref == f"assignment:{row.id}",
            (Record.source == CREDIT) | (credited.source == CREDIT),
        )
        .order_by(Record.seq)
    )
    return [
        Event(
            at=each.at,
            sentence=text("认定作废") if each.verb == "voided" else CREDITED,
            who=each.name or "",
            note=each.note or "",
        )
        for each in lines
    ]
