"""Verbs of goals: set one, show how far it is reached, close it. Open the transaction around each."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select

from lms.accounts.events import Told
from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.assignments import actions as duties
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import Text, text
from lms.performance.rules.periods import period
from lms.reviews.actions.appraisal_cycles import TOPIC
from lms.reviews.models import Goal, GoalEvidence
from lms.reviews.queries import goals as reading

LONGEST = 400
LONGEST_LINK = 500
FARTHEST = timedelta(days=730)
ENDS = ("met", "missed", "dropped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a goal is to be. employee_no: whose; document_id: the next training that goes with it, None = none."""

    employee_no: str
    period: str
    text: str
    measure: str
    due_on: date
    document_id: int | None


def set_goal(actor: Actor, wanted: Wanted) -> str:
    """Set a goal for oneself or for somebody whom one supervises; return its public name.

    The training that goes with it is given to them, due on the goal's day. Raises Invalid with every reason, NotFound.
    """
    person_id = _whose(actor, wanted.employee_no)
    wrong: dict[str, Text] = {}
    for name, words in (("text", wanted.text), ("measure", wanted.measure)):
        if not 2 <= len(words.strip()) <= LONGEST:
            wrong[name] = text("请写 2 到 %(n)s 个字。", n=LONGEST)
    try:
        span = str(period(wanted.period))
    except DomainError as refused:
        wrong |= refused.fields
    if not today() <= wanted.due_on <= today() + FARTHEST:
        wrong["due_on"] = text("完成日期从今天起，两年之内。")
    allowed = {each.document_id for each in reading.trainings(actor)} if wanted.document_id else set()
    if wanted.document_id and wanted.document_id not in allowed:
        wrong["document"] = text("这份内容已经下架或您看不到，请重新选。")
    if wrong:
        raise Invalid(text("还差一点，改好再保存。"), fields=wrong)
    made = Goal(
        person_id=person_id,
        period=span,
        text=wanted.text.strip(),
        measure=wanted.measure.strip(),
        due_on=wanted.due_on,
        document_id=wanted.document_id,
        made_by=actor.id,
        made_at=clock.now(),
    )
    session().add(made)
    session().flush()
    if wanted.document_id:
        duties.assign(
            actor,
            [person_id],
            wanted.document_id,
            kind="goal",
            ref=f"goal:{made.public_id}",
            due_on=wanted.due_on,
            starts_on=today(),
        )
    audit(actor.id, "goal.set", "goal", made.id, person_id=person_id, after={"due": wanted.due_on.isoformat()})
    if person_id != actor.id:
        sentence = text("给您定了一个目标，%(day)s 前达到。", day=wanted.due_on)
        if (card := content.cards([wanted.document_id or 0]).get(wanted.document_id or 0)) is not None:
            sentence = text("给您定了一个目标，%(day)s 前达到；先学“%(title)s”。", day=wanted.due_on, title=card.title)
        link = ("reviews.goal", {"goal_id": made.public_id})
        key = f"goal:{made.public_id}"
        emit(Told(person_ids=(person_id,), topic=TOPIC, sentence=sentence, link=link, key=key))
    return made.public_id


def show(actor: Actor, public_id: str, note: str, link: str) -> None:
    """Add what shows how far a goal is reached. link: an address in the academy or with https://; "" = none."""
    row = _open(actor, public_id)
    note, link = note.strip(), link.strip()
    wrong: dict[str, Text] = {}
    if not 2 <= len(note) <= LONGEST:
        wrong["note"] = text("请写 2 到 %(n)s 个字。", n=LONGEST)
    if link and not _is_address(link):
        wrong["link"] = text("地址以 https:// 或 / 开头，最多 %(n)s 个字符。", n=LONGEST_LINK)
    if wrong:
        raise Invalid(text("还差一点，改好再保存。"), fields=wrong)
    session().add(
        GoalEvidence(goal_id=row.id, person_id=row.person_id, note=note, link=link, by_id=actor.id, at=clock.now())
    )
    audit(actor.id, "goal.shown", "goal", row.id, person_id=row.person_id)


def end(actor: Actor, public_id: str, state: str, result: str) -> None:
    """Close a goal. met and missed are the supervisor's to say; who it belongs to may give it up. Both say why."""
    row = _open(actor, public_id)
    result = result.strip()
    wrong: dict[str, Text] = {}
    if state not in ENDS:
        wrong["state"] = text("请选列表里的一种。")
    if not 2 <= len(result) <= LONGEST:
        wrong["result"] = text("请写 2 到 %(n)s 个字。", n=LONGEST)
    if wrong:
        raise Invalid(text("还差一点，改好再保存。"), fields=wrong)
    supervises = _supervises(actor, row.person_id)
    if not supervises and (state != "dropped" or row.made_by != actor.id):
        raise Forbidden(text("目标达到没有，由主管来定；您可以加佐证。"))
    row.state, row.result, row.closed_by, row.closed_at = state, result, actor.id, clock.now()
    audit(actor.id, "goal.ended", "goal", row.id, person_id=row.person_id, after={"state": state})


def may_end(actor: Actor, person_id: int) -> bool:
    return _supervises(actor, person_id)


def _open(actor: Actor, public_id: str) -> Goal:
    reading.goal(actor, public_id)
    row = locked(Goal, public_id)
    if row.state != "open":
        raise Conflict(text("这个目标已经结束，不能再改。"))
    if row.person_id != actor.id and not _supervises(actor, row.person_id):
        raise Forbidden(text("只有本人和主管能改这个目标。"))
    return row


def _whose(actor: Actor, employee_no: str) -> int:
    """Return the id of oneself or of somebody whom one supervises. Raises NotFound."""
    if employee_no in ("", actor.employee_no):
        return actor.id
    allowed = visible(actor, Permission.APPRAISAL_WRITE)
    found = session().scalar(select(Person.id).where(Person.employee_no == employee_no, Person.active, allowed))
    if found is None:
        raise NotFound()
    return found


def _supervises(actor: Actor, person_id: int) -> bool:
    allowed = visible(actor, Permission.APPRAISAL_WRITE)
    return person_id != actor.id and bool(session().scalar(select(Person.id).where(Person.id == person_id, allowed)))


def _is_address(link: str) -> bool:
    if len(link) > LONGEST_LINK or any(sign.isspace() for sign in link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    inside = link.startswith("/") and not link.startswith(("//", "/\\"))
    return inside or (parts.scheme == "https" and bool(parts.netloc))
