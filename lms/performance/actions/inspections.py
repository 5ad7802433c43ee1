"""Verbs of inspections: what is looked at, how long one may appeal, and verdicts that come in.

A verdict that came in has no effect yet: the person is told and has time to appeal (actions/inspection_appeals.py);
what follows from it is done when that time is over (actions/inspection_effects.py).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select

from lms.accounts.events import Told
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, new_public_id, rows, session, upsert
from lms.core.errors import Conflict, Invalid
from lms.core.here import day_of, settings, today
from lms.core.masking import mask
from lms.core.sheets import Row
from lms.core.texts import Text, text
from lms.performance.models import (
    Inspection,
    InspectionBatch,
    InspectionFinding,
    InspectionItem,
    InspectionSettings,
)
from lms.performance.queries import inspection_rows as reading
from lms.performance.rules import inspection_file
from lms.performance.rules.inspection_file import InspectionPlan, Planned
from lms.performance.rules.inspection_words import folded_name, shown
from lms.performance.rules.inspections import (
    LONGEST_CODE,
    LONGEST_NAME,
    MOST_APPEAL_DAYS,
    MOST_PASSES,
    MOST_POINTS,
    MOST_RECHECK_DAYS,
    State,
    result,
)
from lms.records.actions import lock_people

TOPIC = "review"
_ROUNDS = 3
_FINDINGS: Any = InspectionFinding.__table__
_INSPECTIONS: Any = Inspection.__table__


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDraft:
    """What a form says of an item. code: "" = like the name."""

    name: str
    code: str = ""
    points: int = 10
    pass_percent: int = 60
    red_line: bool = False
    document_id: int | None = None
    recheck_id: int | None = None
    recheck_days: int = 7
    active: bool = True


def make_item(actor: Actor, draft: ItemDraft) -> InspectionItem:
    """Make an item. Raises Invalid."""
    name, code = _checked(draft, None)
    item = InspectionItem(code=code, name=name, made_by=actor.id or None, made_at=clock.now())
    _write(item, draft)
    session().add(item)
    session().flush()
    audit(actor.id, "inspection.item_made", "inspection_item", item.id, after={"points": item.points})
    return item


def change_item(actor: Actor, public_id: str, draft: ItemDraft) -> InspectionItem:
    """Change an item; verdicts that are there stay as they are. Raises Invalid, NotFound."""
    item = locked(InspectionItem, public_id)
    item.name, item.code = _checked(draft, item)
    _write(item, draft)
    session().flush()
    audit(actor.id, "inspection.item_changed", "inspection_item", item.id, after={"points": item.points})
    return item


def make_items(actor: Actor, names: Sequence[str]) -> list[str]:
    """Make items with these names and the usual points; return those that are new."""
    there = {folded_name(each) for item in reading.items() for each in (item.name, item.code)}
    made = []
    for name in names:
        if folded_name(name) not in there:
            made.append(make_item(actor, ItemDraft(name=name)).name)
            there.add(folded_name(name))
    return made


def _write(item: InspectionItem, draft: ItemDraft) -> None:
    item.points, item.pass_percent, item.red_line = draft.points, draft.pass_percent, draft.red_line
    item.document_id, item.recheck_id, item.recheck_days = draft.document_id, draft.recheck_id, draft.recheck_days
    item.active = draft.active


def _checked(draft: ItemDraft, item: InspectionItem | None) -> tuple[str, str]:
    """Return name and code of a draft. Raises Invalid with every reason."""
    name = " ".join(shown(draft.name).split())
    code = "".join(shown(draft.code).split()) or (item.code if item is not None else name[:LONGEST_CODE])
    wrong: dict[str, Text] = {}
    if not name or len(name) > LONGEST_NAME:
        wrong["name"] = text("名称要写 1 到 %(most)s 个字。", most=LONGEST_NAME)
    if len(code) > LONGEST_CODE:
        wrong["code"] = text("代码最多 %(most)s 个字符。", most=LONGEST_CODE)
    taken = {
        folded_name(each)
        for other in reading.items()
        if item is None or other.id != item.id
        for each in (other.name, other.code)
    }
    if folded_name(name) in taken:
        wrong.setdefault("name", text("已经有这个检查项了。"))
    if folded_name(code) in taken:
        wrong.setdefault("code", text("这个代码已经用了。"))
    for field, value, least, most in (
        ("points", draft.points, 1, MOST_POINTS),
        ("pass_percent", draft.pass_percent, 1, 100),
        ("recheck_days", draft.recheck_days, 1, MOST_RECHECK_DAYS),
    ):
        if not least <= value <= most:
            wrong[field] = text("要填 %(least)s 到 %(most)s。", least=least, most=most)
    if wrong:
        raise Invalid(fields=wrong)
    return name, code


def set_rules(actor: Actor, *, appeal_days: int, passes: int) -> None:
    """Say for how many days one may appeal, and how many verdicts in a row close a loop. Raises Invalid.

    Who was told before keeps the time that was said.
    """
    wrong: dict[str, Text] = {}
    if not 0 <= appeal_days <= MOST_APPEAL_DAYS:
        wrong["appeal_days"] = text("要填 %(least)s 到 %(most)s。", least=0, most=MOST_APPEAL_DAYS)
    if not 1 <= passes <= MOST_PASSES:
        wrong["passes"] = text("要填 %(least)s 到 %(most)s。", least=1, most=MOST_PASSES)
    if wrong:
        raise Invalid(fields=wrong)
    values = {"appeal_days": appeal_days, "passes": passes}
    upsert(InspectionSettings, {"id": 1}, values, values)
    audit(actor.id, "inspection.rules_set", "inspection_settings", 1, after=values)


def hider() -> Callable[[str], str]:
    """Return what masks a text, its doubts too: nobody looks at each quote. The same text is looked at once."""
    done: dict[str, str] = {"": ""}

    def hide(words: str) -> str:
        if words not in done:
            found = mask(words)
            for _ in range(_ROUNDS):
                if not found.doubts:
                    break
                found = mask(found.text, decisions={doubt.id: True for doubt in found.doubts})
            done[words] = found.text
        return done[words]

    return hide


def plan_rows(
    actor: Actor, file: Sequence[Row], unknown: Sequence[str] = (), *, hide: Callable[[str], str] | None
) -> InspectionPlan:
    """Return what the rows would do. hide: see `hider`; None where their texts were masked at the preview."""
    return inspection_file.plan(
        file,
        reading.known(actor, file),
        today=today(),
        mask=hide,
        unknown_columns=unknown,
    )


def apply_rows(
    actor: Actor, file: Sequence[Row], *, source: str, shown_digest: str = "", hide: Callable[[str], str] | None
) -> InspectionPlan:
    """Take the rows in, all of them or nothing. source: file | api. shown_digest: of the plan that was seen.

    Raises Invalid where a row is refused (its reasons by "items.<place>"), Conflict where the plan is another by now.
    """
    # Whoever imports the same at the same moment waits here, and then reads what the other one wrote.
    lock_people(reading.concerned(actor, file))
    plan = plan_rows(actor, file, hide=hide)
    if plan.refused:
        places = {row.line: place for place, row in enumerate(file)}
        raise Invalid(
            text("有 %(n)s 行不能导入，什么也没有改。请改好再传。", n=len(plan.refused)),
            fields={f"items.{places[row.line]}": together(row.reasons) for row in plan.refused},
        )
    if shown_digest and plan.digest != shown_digest:
        raise Conflict(text("预览以后有人改过，请重新上传，再看一遍。"))
    if plan.inspections:
        _take(actor, plan, source, len(file))
    return plan


def together(reasons: Sequence[Text]) -> Text:
    """Return several sentences as one."""
    return Text(
        "".join(f"%(r{place})s" for place in range(len(reasons))),
        {f"r{place}": reason for place, reason in enumerate(reasons)},
    )


def _take(actor: Actor, plan: InspectionPlan, source: str, count: int) -> None:
    now = clock.now()
    until = window_end(reading.settings_now().appeal_days)
    batch = InspectionBatch(
        source=source, made_by=actor.id or None, at=now, rows=count, added=plan.new, masked=plan.masked
    )
    session().add(batch)
    session().flush()
    ids = _ids(actor, plan, batch, now, until)
    findings = [
        {
            "inspection_id": ids[each.conversation, each.inspector_id],
            "item_id": found.item_id,
            "score": found.verdict.score,
            "possible": found.verdict.possible,
            "failed": found.verdict.failed,
            "red": found.verdict.red,
            "quote": found.quote,
            "comment": found.comment,
        }
        for each in plan.inspections
        for found in each.found
    ]
    session().execute(insert(_FINDINGS), findings)
    grown = [ids[each.conversation, each.inspector_id] for each in plan.inspections if not each.is_new]
    for inspection in session().scalars(select(Inspection).where(Inspection.id.in_(grown))):
        recount(inspection)
        inspection.told_at, inspection.appeal_until = now, max(inspection.appeal_until, until)
    session().flush()
    audit(actor.id, "inspection.imported", "inspection_batch", batch.id, after={"rows": count, "added": plan.new})
    _tell(plan, batch.id, until)


def _ids(
    actor: Actor, plan: InspectionPlan, batch: InspectionBatch, now: datetime, until: datetime
) -> dict[tuple[str, int], int]:
    """Write the inspections that are new; return the ids of all that the plan touches."""
    new = [each for each in plan.inspections if each.is_new]
    if new:
        session().execute(insert(_INSPECTIONS), [_row(each, batch.id, now, until) for each in new])
    names = {each.conversation for each in plan.inspections}
    found = rows(
        select(Inspection.conversation, Inspection.inspector_id, Inspection.id).where(
            Inspection.inspector_id.in_({each.inspector_id for each in plan.inspections}),
            Inspection.conversation.in_(names),
        )
    )
    return {(row.conversation, row.inspector_id): row.id for row in found}


def _row(each: Planned, batch_id: int, now: datetime, until: datetime) -> dict[str, object]:
    whole = result(found.verdict for found in each.found)
    return {
        "public_id": new_public_id(),
        "person_id": each.person_id,
        "conversation": each.conversation,
        "day": each.day,
        "inspector_id": each.inspector_id,
        "batch_id": batch_id,
        "score": whole.score,
        "failed": whole.failed,
        "red": whole.red,
        "second": each.second,
        "state": State.EFFECTIVE.value if each.second else State.OPEN.value,
        "told_at": now,
        "appeal_until": until,
        "effective_at": now if each.second else None,
    }


def window_end(days: int) -> datetime:
    """Return the instant at which an appeal is too late: the end of the day, so many days from today."""
    return datetime.combine(today() + timedelta(days=days + 1), time(), settings().timezone)


def recount(inspection: Inspection) -> None:
    """Add the verdicts of an inspection up anew; without any left it is overturned."""
    found = session().scalars(select(InspectionFinding).where(InspectionFinding.inspection_id == inspection.id))
    whole = result(reading.verdict_of(each) for each in found)
    inspection.score, inspection.failed, inspection.red = whole.score, whole.failed, whole.red


def _tell(plan: InspectionPlan, batch_id: int, until: datetime) -> None:
    """Tell each person once of what failed; second inspections are no news to them."""
    failed: dict[int, int] = defaultdict(int)
    for each in plan.inspections:
        if not each.second and any(found.verdict.failed for found in each.found):
            failed[each.person_id] += 1
    last = day_of(until - timedelta(seconds=1))
    for person_id, n in sorted(failed.items()):
        emit(
            Told(
                person_ids=(person_id,),
                topic=TOPIC,
                sentence=text(
                    "质检：您有 %(n)s 个会话有不合格项。可以先看原话；不认同的，%(day)s 前可以申诉。", n=n, day=last
                ),
                link=("performance.own_inspections", {}),
                key=f"inspections:{batch_id}",
            )
        )
