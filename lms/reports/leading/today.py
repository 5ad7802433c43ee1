"""今天谁还不能上线、差什么: who works today by the roster and lacks something, the worst first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import rosters_of
from lms.assignments.models import Assignment, AssignmentItem
from lms.assignments.rules import READ
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session
from lms.core.here import today
from lms.core.texts import text
from lms.kb.models import UrgentNotice, UrgentReceipt
from lms.learning.models import QueueRight, ServiceQueue
from lms.reports.leading.rules import Lack, Level, Worker, ordered, worst_first
from lms.reports.leading.who import agents


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The floor of a day. working: who works; away: who has the day off; leave: of them, who is on leave."""

    working: int
    away: int
    leave: int
    lacking: Sequence[Worker]

    def count(self, level: Level) -> int:
        return sum(each.level == level for each in self.lacking)

    @property
    def ready(self) -> int:
        """Return how many can go live, whatever they have to catch up."""
        return self.working - self.count(Level.BLOCKED)


def floor(actor: Actor, team_id: int | None = None) -> Floor:
    """Return who works today among the agents whom the actor sees, and what each lacks.

    A constant number of statements; rosters are worked out for everybody who is seen.
    """
    who = agents(actor, team_id)
    day = today()
    people = (
        session()
        .execute(
            select(Person.id, Person.employee_no, Person.name, Team.name.label("team"))
            .outerjoin(Team, Team.id == Person.team_id)
            .where(*who)
            .order_by(Person.id)
        )
        .all()
    )
    rosters = rosters_of([person.id for person in people], since=day)
    working = {person.id for person in people if rosters[person.id](day)}
    leave = sum(rosters[person.id].on_leave(day) for person in people)
    lacks: dict[int, list[Lack]] = defaultdict(list)
    for found in (_urgent(who), _stages(who), _queues(who), _duties(who)):
        for person_id, each in found.items():
            lacks[person_id] += each
    return Floor(
        working=len(working),
        away=len(people) - len(working),
        leave=leave,
        lacking=worst_first(
            Worker(
                person_id=person.id,
                employee_no=person.employee_no or "",
                name=person.name or "",
                team=person.team or "",
                shift=rosters[person.id].shift(day),
                lacks=ordered(lacks.get(person.id, ())),
            )
            for person in people
            if person.id in working
        ),
    )


Lacks = Mapping[int, list[Lack]]


def _urgent(who: Sequence[Any]) -> Lacks:
    """Return who has not confirmed an urgent notice that stands now: it is read before the first chat."""
    found: dict[int, list[Lack]] = defaultdict(list)
    for person_id, title in session().execute(
        select(UrgentReceipt.person_id, UrgentNotice.title)
        .join(UrgentNotice, UrgentNotice.id == UrgentReceipt.urgent_notice_id)
        .join(Person, Person.id == UrgentReceipt.person_id)
        .where(
            UrgentReceipt.confirmed_at.is_(None),
            UrgentNotice.withdrawn_at.is_(None),
            UrgentNotice.until_at > clock.now(),
            *who,
        )
        .order_by(UrgentNotice.id)
    ):
        found[person_id].append(Lack(level=Level.BLOCKED, words=text("紧急通知《%(title)s》没确认", title=title)))
    return found


def _stages(who: Sequence[Any]) -> Lacks:
    """Return who is in an open curriculum of which a stage is not signed off yet, with the first stage that is open."""
    open_item = and_(AssignmentItem.done_at.is_(None), ~AssignmentItem.exempt, AssignmentItem.required)
    rows = session().execute(
        select(
            Assignment.person_id,
            Assignment.id,
            Document.title,
            AssignmentItem.stage,
            AssignmentItem.stage_name,
            func.count().filter(AssignmentItem.purpose != "sign_off").label("left"),
            func.count().filter(AssignmentItem.purpose == "sign_off").label("signs"),
        )
        .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
        .join(Document, Document.id == Assignment.document_id)
        .join(Person, Person.id == Assignment.person_id)
        .where(
            Assignment.state == "open",
            Document.kind == "curriculum",
            AssignmentItem.stage.is_not(None),
            open_item,
            *who,
        )
        .group_by(Assignment.person_id, Assignment.id, Document.title, AssignmentItem.stage, AssignmentItem.stage_name)
        .order_by(Assignment.id, AssignmentItem.stage)
    )
    found: dict[int, list[Lack]] = defaultdict(list)
    of_duty: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        of_duty[row.id].append(row)
    for stages in of_duty.values():
        if not any(stage.signs for stage in stages):
            continue
        first = stages[0]
        values = {"title": first.title, "stage": first.stage_name, "left": first.left}
        words = (
            text("《%(title)s》在“%(stage)s”阶段，还差 %(left)s 项", **values)
            if first.left
            else text("《%(title)s》“%(stage)s”阶段等验收", title=first.title, stage=first.stage_name)
        )
        found[first.person_id].append(Lack(level=Level.BLOCKED, words=words))
    return found


def _queues(who: Sequence[Any]) -> Lacks:
    """Return which queues each may not take, and for want of what; who may take none at all can't go live."""
    rows = (
        session()
        .execute(
            select(QueueRight.person_id, QueueRight.allowed, QueueRight.why, ServiceQueue.name)
            .join(ServiceQueue, ServiceQueue.id == QueueRight.queue_id)
            .join(Person, Person.id == QueueRight.person_id)
            .where(or_(ServiceQueue.closed_on.is_(None), ServiceQueue.closed_on > today()), *who)
            .order_by(ServiceQueue.name)
        )
        .all()
    )
    needed = sorted({id for row in rows if not row.allowed for id in row.why.get("lacks", ())})
    titles = (
        {
            row.id: row.title
            for row in session().execute(select(Document.id, Document.title).where(Document.id.in_(needed)))
        }
        if needed
        else {}
    )
    some = {row.person_id for row in rows if row.allowed}
    found: dict[int, list[Lack]] = defaultdict(list)
    for row in rows:
        if row.allowed:
            continue
        lacks = [titles[id] for id in row.why.get("lacks", ()) if id in titles]
        words = (
            text("不能接“%(queue)s”：缺《%(titles)s》", queue=row.name, titles="》《".join(lacks))
            if lacks
            else text("不能接“%(queue)s”", queue=row.name)
        )
        level = Level.LIMITED if row.person_id in some else Level.BLOCKED
        found[row.person_id].append(Lack(level=level, words=words))
    return found


def _duties(who: Sequence[Any]) -> Lacks:
    """Return what is late, and the must-reads that are due today."""
    day = today()
    found: dict[int, list[Lack]] = defaultdict(list)
    for row in session().execute(
        select(Assignment.person_id, Assignment.occasion, Assignment.next_due_on, Document.title, Document.kind)
        .join(Person, Person.id == Assignment.person_id)
        .join(Document, Document.id == Assignment.document_id)
        .where(
            Assignment.state == "open",
            or_(Assignment.next_due_on < day, and_(Assignment.occasion == READ, Assignment.next_due_on == day)),
            *who,
        )
        .order_by(Assignment.next_due_on, Assignment.id)
    ):
        late = (day - row.next_due_on).days
        if row.occasion == READ:
            words = text("必读《%(title)s》没确认", title=row.title)
        else:
            words = text("《%(title)s》逾期 %(days)s 天", title=row.title, days=late)
        found[row.person_id].append(Lack(level=Level.BEHIND, words=words, days=late))
    return found
