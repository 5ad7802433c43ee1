"""Measures: somebody is to do something by a day, and on a later day somebody looks whether it worked."""

from datetime import date, timedelta

from sqlalchemy import select

from lms.accounts.events import Settled, Told
from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.assignments.measures import measure
from lms.assignments.models import Measure
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import Text, text

LONGEST = 500
"""Characters of a measure and of a note."""
FARTHEST = timedelta(days=730)
LOOK_BACK = timedelta(days=7)
"""A check is told of for so long, should nothing have run on its day."""
SHOWN = 60
"""Characters of a measure in a sentence of the inbox."""
PAGE = "drills.measures"
VERDICTS = ("worked", "not_worked")


def add_measure(
    actor: Actor,
    about: str,
    what: str,
    owner_id: int,
    *,
    due_on: date,
    check_on: date | None = None,
    permission: Permission = Permission.DRILL_SCHEDULE,
) -> str:
    """Give somebody something to do; return the measure's public name.

    permission: what the actor holds over the owner, by default to plan team drills; or the actor owns it. Raises
    Invalid, Forbidden, NotFound.
    """
    what = what.strip()
    problems: dict[str, Text] = {}
    if not what:
        problems["what"] = text("请写要做什么。")
    elif len(what) > LONGEST:
        problems["what"] = text("最多 %(n)s 个字。", n=LONGEST)
    if not today() <= due_on <= today() + FARTHEST:
        problems["due_on"] = text("完成日期从今天起，两年之内。")
    if check_on is not None and not due_on <= check_on <= today() + FARTHEST:
        problems["check_on"] = text("复查日期不早于完成日期，两年之内。")
    if problems:
        raise Invalid(text("请看标出的地方。"), fields=problems)
    _require_owner(actor, owner_id, permission)
    row = Measure(
        about=about,
        text=what,
        owner_id=owner_id,
        due_on=due_on,
        check_on=check_on,
        made_by=actor.id,
        made_at=clock.now(),
    )
    session().add(row)
    session().flush()
    audit(actor.id, "measure.add", "measure", row.id, person_id=owner_id, after={"about": about, "due": str(due_on)})
    if owner_id != actor.id:
        _tell(row, owner_id, "new", text("请您落实一条措施，%(day)s 前完成：%(what)s", day=due_on, what=_short(what)))
    return row.public_id


def finish_measure(actor: Actor, public_id: str, note: str) -> None:
    """Say that one's own measure is done, and how; the same again changes nothing.

    Raises NotFound, Invalid, Conflict.
    """
    row = locked(Measure, public_id)
    if row.owner_id != actor.id:
        raise NotFound()
    if row.dropped_at is not None:
        raise Conflict(text("这条措施已经取消。"))
    if row.done_at is not None:
        return
    if len(note) > LONGEST:
        raise Invalid(text("最多 %(n)s 个字。", n=LONGEST), fields={"note": text("最多 %(n)s 个字。", n=LONGEST)})
    row.done_at, row.done_note = clock.now(), note.strip()
    for part in ("new", "due", "late"):
        emit(Settled(person_ids=(actor.id,), key=_key(row, part)))
    if row.made_by != actor.id:
        _tell(
            row, row.made_by, "done", text("%(name)s完成了一条措施：%(what)s", name=actor.name, what=_short(row.text))
        )


def check_measure(actor: Actor, public_id: str, verdict: str, note: str) -> None:
    """Say whether a done measure worked; a later verdict takes the place of an earlier one.

    Raises NotFound, Forbidden where the actor does not answer for it, Invalid, Conflict while it is not done.
    """
    row = _require_answers_for(actor, public_id)
    if verdict not in VERDICTS:
        problem = text("请选“起作用了”或“没起作用”。")
        raise Invalid(problem, fields={"verdict": problem})
    if len(note) > LONGEST:
        raise Invalid(text("最多 %(n)s 个字。", n=LONGEST), fields={"note": text("最多 %(n)s 个字。", n=LONGEST)})
    if row.done_at is None or row.dropped_at is not None:
        raise Conflict(text("这条措施还没有完成，先完成再复查。"))
    before = row.verdict
    row.verdict, row.check_note, row.checked_by, row.checked_at = verdict, note.strip(), actor.id, clock.now()
    audit(actor.id, "measure.check", "measure", row.id, before={"verdict": before}, after={"verdict": verdict})
    emit(Settled(person_ids=(row.made_by, actor.id), key=_key(row, "check")))
    if row.owner_id != actor.id:
        found = text("起作用了") if verdict == "worked" else text("没起作用")
        _tell(
            row,
            row.owner_id,
            verdict,
            text("您的措施复查过了，%(found)s：%(what)s", found=found, what=_short(row.text)),
        )


def drop_measure(actor: Actor, public_id: str) -> None:
    """Ask no more for a measure that is not done. Raises NotFound, Forbidden, Conflict."""
    row = _require_answers_for(actor, public_id)
    if row.done_at is not None:
        raise Conflict(text("这条措施已经完成，不能再取消。"))
    if row.dropped_at is not None:
        return
    row.dropped_at = clock.now()
    audit(actor.id, "measure.drop", "measure", row.id, person_id=row.owner_id)
    for part in ("new", "due", "late"):
        emit(Settled(person_ids=(row.owner_id,), key=_key(row, part)))


def remind_of_measures() -> int:
    """Tell owners on the due day and the day after, and makers on the day of the check; return how many are told of.

    Each is told once, however often this runs.
    """
    day = today()
    not_done = select(Measure).where(
        Measure.done_at.is_(None), Measure.dropped_at.is_(None), Measure.due_on.between(day - timedelta(days=1), day)
    )
    told = 0
    for row in session().scalars(not_done.order_by(Measure.id)):
        if row.due_on == day:
            _tell(row, row.owner_id, "due", text("今天要完成一条措施：%(what)s", what=_short(row.text)))
        else:
            _tell(row, row.owner_id, "late", text("一条措施昨天到期，还没完成：%(what)s", what=_short(row.text)))
        told += 1
    unchecked = select(Measure).where(
        Measure.done_at.is_not(None),
        Measure.dropped_at.is_(None),
        Measure.verdict == "",
        Measure.check_on.between(day - LOOK_BACK, day),
    )
    for row in session().scalars(unchecked.order_by(Measure.id)):
        _tell(row, row.made_by, "check", text("今天复查一条措施有没有起作用：%(what)s", what=_short(row.text)))
        told += 1
    return told


def _require_owner(actor: Actor, owner_id: int, permission: Permission) -> None:
    mine = select(Person.id).where(Person.id == owner_id, Person.active, visible(actor, permission))
    if owner_id != actor.id and session().scalar(mine) is None:
        raise NotFound()


def _require_answers_for(actor: Actor, public_id: str) -> Measure:
    measure(actor, public_id, today())
    row = locked(Measure, public_id)
    mine = select(Person.id).where(Person.id == row.owner_id, visible(actor, Permission.DRILL_SCHEDULE))
    if row.made_by != actor.id and session().scalar(mine) is None:
        raise Forbidden(text("这条措施由提出的人或主管复查。"))
    return row


def _short(what: str) -> str:
    line = " ".join(what.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _key(row: Measure, part: str) -> str:
    return f"measure:{row.public_id[:12]}:{part}"


def _tell(row: Measure, person_id: int, part: str, sentence: Text) -> None:
    link = (PAGE, {"_anchor": f"m-{row.public_id}"})
    emit(Told(person_ids=(person_id,), topic="duty", sentence=sentence, link=link, key=_key(row, part)))
