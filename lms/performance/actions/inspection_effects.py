"""What follows from verdicts once nobody can appeal any more: they count, and what failed is learned and looked at."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.events import Told
from lms.accounts.models import Person
from lms.accounts.queries import leads_of
from lms.assignments.actions import assign
from lms.assignments.models import Assignment
from lms.content.models import Document
from lms.core import clock
from lms.core.bus import emit
from lms.core.db import rows, session
from lms.core.here import day_of, today
from lms.core.texts import text
from lms.performance.actions.inspections import TOPIC
from lms.performance.models import Inspection, InspectionFinding, InspectionItem, InspectionLoop
from lms.performance.queries.inspection_rows import settings_now
from lms.performance.rules.inspections import Seen, Stage, State, follow
from lms.records.actions import lock_people

TOGETHER = 100
REASON, RECHECK = "inspection", "recheck"
"""Kinds of reasons of duties: what is learned after a failed item, and what is answered then."""
_DONE = ("done", "exempt")

Pair = tuple[int, int]
"""Person and item."""


def due_inspections(limit: int = TOGETHER) -> list[tuple[int, int]]:
    """Return id and person of inspections whose days are over and that wait for no answer, the oldest first."""
    found = rows(
        select(Inspection.id, Inspection.person_id)
        .where(_IS_OVER, Inspection.appeal_until <= clock.now())
        .order_by(Inspection.appeal_until, Inspection.id)
        .limit(limit)
    )
    return [(row.id, row.person_id) for row in found]


_IS_OVER = Inspection.state.in_((State.OPEN, State.STANDS))


def take_effect(due: Sequence[tuple[int, int]]) -> int:
    """Let these inspections count (at most 100), and open or carry on the loops of their items; return how many.

    What somebody appealed against in between stays out. Done once: a second call finds nothing.
    """
    lock_people(person_id for _, person_id in due)
    now = clock.now()
    found = session().scalars(
        select(Inspection)
        .where(Inspection.id.in_([id for id, _ in due]), _IS_OVER, Inspection.appeal_until <= now)
        .order_by(Inspection.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    counted = list(found)
    for inspection in counted:
        inspection.state, inspection.effective_at = State.EFFECTIVE, now
    session().flush()
    if not counted:
        return 0
    of = {inspection.id: inspection for inspection in counted}
    judged = session().scalars(
        select(InspectionFinding).where(
            InspectionFinding.inspection_id.in_(of), InspectionFinding.overturned.is_(False)
        )
    )
    failed: dict[Pair, list[Inspection]] = defaultdict(list)
    touched: set[Pair] = set()
    for finding in sorted(judged, key=lambda each: (of[each.inspection_id].day, each.inspection_id)):
        pair = of[finding.inspection_id].person_id, finding.item_id
        touched.add(pair)
        if finding.failed:
            failed[pair].append(of[finding.inspection_id])
    _carry_on(touched, failed)
    _tell_leads([inspection for inspection in counted if inspection.red])
    return len(counted)


def learned_loops(limit: int = TOGETHER) -> list[Pair]:
    """Return person and item of loops whose lesson or questions are done, while the loop does not say so yet."""
    recheck = aliased(Assignment)
    found = rows(
        select(InspectionLoop.person_id, InspectionLoop.item_id)
        .outerjoin(Assignment, Assignment.id == InspectionLoop.assignment_id)
        .outerjoin(recheck, recheck.id == InspectionLoop.recheck_id)
        .where(
            InspectionLoop.ended_on.is_(None),
            or_(
                and_(InspectionLoop.learned_on.is_(None), Assignment.state.in_(_DONE)),
                and_(InspectionLoop.state == Stage.LEARNED, recheck.state.in_(_DONE)),
            ),
        )
        .order_by(InspectionLoop.id)
        .limit(limit)
    )
    return [(row.person_id, row.item_id) for row in found]


def carry_on(pairs: Sequence[Pair]) -> int:
    """Bring the loops of these people and items (at most 100) up to date; return how many."""
    lock_people(person_id for person_id, _ in pairs)
    _carry_on(set(pairs), {})
    return len(pairs)


def _carry_on(touched: Iterable[Pair], failed: Mapping[Pair, Sequence[Inspection]]) -> None:
    """Open loops for what failed and bring those that live up to date. The people are locked."""
    pairs = sorted(touched)
    people = {person_id for person_id, _ in pairs}
    items = {
        each.id: each
        for each in session().scalars(select(InspectionItem).where(InspectionItem.id.in_({item for _, item in pairs})))
    }
    working = set(session().scalars(select(Person.id).where(Person.id.in_(people), Person.active)))
    live, last = _loops(people)
    seen = _seen(people, set(items))
    passes = settings_now().passes
    begun: list[InspectionLoop] = []
    for pair in pairs:
        item, loop = items[pair[1]], live.get(pair)
        if loop is not None:
            not_before = loop.learned_on
            again = _advance(loop, item, [verdict for verdict, _ in seen[pair]], passes)
            if again is not None and pair[0] in working:
                id = next(id for verdict, id in seen[pair] if verdict.failed and verdict.day == again)
                begun.append(_open(pair, session().get_one(Inspection, id), item, round=loop.round + 1))
            elif not_before is None and loop.learned_on is not None and loop.ended_on is None:
                _ask_again(loop, item)
            if loop.state != Stage.CLOSED:
                continue
        ended = loop or last.get(pair)
        news = [each for each in failed.get(pair, ()) if not _is_old(each, ended)]
        if news and pair[0] in working:
            begun.append(_open(pair, news[0], item, round=1))
    for loop in begun:
        _tell(loop, items[loop.item_id])


def _loops(people: set[int]) -> tuple[dict[Pair, InspectionLoop], dict[Pair, InspectionLoop]]:
    """Return of each person and item the loop that lives, and the last one that has ended."""
    live: dict[Pair, InspectionLoop] = {}
    last: dict[Pair, InspectionLoop] = {}
    found = session().scalars(
        select(InspectionLoop)
        .where(InspectionLoop.person_id.in_(people))
        .order_by(InspectionLoop.opened_at, InspectionLoop.id)
    )
    for loop in found:
        (live if loop.ended_on is None else last)[loop.person_id, loop.item_id] = loop
    return live, last


def _seen(people: set[int], items: set[int]) -> dict[Pair, list[tuple[Seen, int]]]:
    """Return every verdict that counts, with its inspection, by person and item."""
    found: dict[Pair, list[tuple[Seen, int]]] = defaultdict(list)
    for row in rows(
        select(
            Inspection.id,
            Inspection.person_id,
            InspectionFinding.item_id,
            Inspection.day,
            InspectionFinding.failed,
        )
        .join(InspectionFinding, InspectionFinding.inspection_id == Inspection.id)
        .where(
            Inspection.person_id.in_(people),
            InspectionFinding.item_id.in_(items),
            Inspection.state == State.EFFECTIVE,
            Inspection.second.is_(False),
            InspectionFinding.overturned.is_(False),
        )
        .order_by(Inspection.day, Inspection.id)
    ):
        found[row.person_id, row.item_id].append((Seen(day=row.day, failed=row.failed), row.id))
    return found


def _is_old(inspection: Inspection, last: InspectionLoop | None) -> bool:
    """Return whether a conversation lies before the end of the last loop: what it shows was mended since."""
    return last is not None and last.ended_on is not None and inspection.day <= last.ended_on


def _advance(loop: InspectionLoop, item: InspectionItem, verdicts: Sequence[Seen], passes: int) -> date | None:
    """Note how a loop stands; return the day of the conversation in which it was repeated, if it was."""
    if loop.learned_on is None and loop.assignment_id is not None:
        duty = session().get_one(Assignment, loop.assignment_id)
        if duty.state in _DONE:
            loop.learned_on = day_of(duty.last_done_at or duty.done_at or clock.now())
    rechecked = False
    if loop.recheck_id is not None:
        rechecked = session().get_one(Assignment, loop.recheck_id).state in _DONE
    now = follow(loop.opened_on, loop.learned_on, rechecked=rechecked, verdicts=verdicts, passes=passes)
    loop.state, loop.passes, loop.fails, loop.ended_on = now.stage, now.passes, now.fails, now.ended_on
    session().flush()
    return now.ended_on if now.stage is Stage.REPEATED else None


def _open(pair: Pair, inspection: Inspection, item: InspectionItem, *, round: int) -> InspectionLoop:
    """Open a loop and give what is to be learned; what the item names no lesson for is looked at again at once."""
    here = today()
    loop = InspectionLoop(
        person_id=pair[0],
        item_id=pair[1],
        inspection_id=inspection.id,
        round=round,
        state=Stage.OPEN,
        opened_on=inspection.day,
        opened_at=clock.now(),
        recheck_on=here + timedelta(days=item.recheck_days),
        fails=1,
    )
    session().add(loop)
    if _is_published(item.document_id):
        loop.assignment_id = assign(
            None,
            [pair[0]],
            item.document_id or 0,
            kind=REASON,
            ref=f"{REASON}:{item.id}",
            occasion=f"{REASON}:{here.isoformat()}",
            due_on=loop.recheck_on,
            starts_on=here,
            counts_from=inspection.told_at,
        )[0]
    else:
        loop.state, loop.learned_on = Stage.LEARNED, here
        _ask_again(loop, item)
    session().flush()
    return loop


def _ask_again(loop: InspectionLoop, item: InspectionItem) -> None:
    """Give the questions of the recheck once the lesson is learned, at least a day before they are due."""
    loop.recheck_on = max(loop.recheck_on, today() + timedelta(days=1))
    if _is_published(item.recheck_id):
        loop.recheck_id = assign(
            None,
            [loop.person_id],
            item.recheck_id or 0,
            kind=RECHECK,
            ref=f"{REASON}:{item.id}",
            occasion=f"{RECHECK}:{today().isoformat()}",
            due_on=loop.recheck_on,
            starts_on=today(),
            counts_from=clock.now(),
        )[0]
    session().flush()


def _is_published(document_id: int | None) -> bool:
    if document_id is None:
        return False
    state = (
        session().execute(select(Document.state, Document.published_id).where(Document.id == document_id)).one_or_none()
    )
    return state is not None and state.state == "published" and state.published_id is not None


def _tell(loop: InspectionLoop, item: InspectionItem) -> None:
    inspection = session().get_one(Inspection, loop.inspection_id)
    if loop.assignment_id is None:
        sentence = text("质检“%(item)s”已生效，%(day)s 起复检。", item=item.name, day=loop.recheck_on)
    else:
        sentence = text("质检“%(item)s”已生效，请补学，%(day)s 起复检。", item=item.name, day=loop.recheck_on)
    emit(
        Told(
            person_ids=(loop.person_id,),
            topic=TOPIC,
            sentence=sentence,
            link=("performance.inspection", {"inspection_id": inspection.public_id}),
            key=f"inspection:loop:{loop.id}",
        )
    )


def _tell_leads(red: Sequence[Inspection]) -> None:
    """Tell the lead of who crossed a red line, once for each conversation."""
    leads = leads_of({inspection.person_id for inspection in red})
    for inspection in red:
        if inspection.person_id in leads:
            emit(
                Told(
                    person_ids=(leads[inspection.person_id],),
                    topic=TOPIC,
                    sentence=text(
                        "%(person)s 的一个会话碰了质检红线，得分记 0，请看原话并面谈。",
                        person=session().get_one(Person, inspection.person_id).name or "",
                    ),
                    link=("performance.inspection", {"inspection_id": inspection.public_id}),
                    key=f"inspection:{inspection.id}:red",
                )
            )
