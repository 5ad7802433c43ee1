"""Verbs of quarterly cycles: draft, change, drop, start, close, add a note."""

from typing import Any

from sqlalchemy import delete, select

from lms.accounts.events import Told
from lms.accounts.models import Team
from lms.accounts.queries import team_tree, trainers
from lms.accounts.queries.calendar import team_paths
from lms.assignments import actions as duties
from lms.assignments.audience import Audience
from lms.assignments.due_plans import DuePlan
from lms.assignments.models import Rule
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import day_of, today
from lms.core.quarters import quarter_after, quarter_of
from lms.core.texts import text
from lms.learning.models import Cycle, CycleWave
from lms.learning.queries import cycle_counts as counts
from lms.learning.queries import cycles as queries
from lms.learning.rules import cycles as rules
from lms.learning.rules.cycles import Draft

LONGEST_NOTE = 2_000


def begin(actor: Actor | None, quarter: str, *, like_last: bool = True) -> Cycle:
    """Write a draft for a quarter: by the last cycle that was started, or by the plain template where there is none.

    Raises Conflict where the quarter has a draft already.
    """
    there = session().scalars(select(Cycle).where(Cycle.quarter == quarter, Cycle.state == rules.DRAFT)).first()
    if there is not None:
        raise Conflict(text("%(quarter)s 已经有一份草案：%(name)s。", quarter=quarter, name=there.name))
    tree = team_tree()
    last = queries.last_cycle(before=quarter) if like_last else None
    if last is not None:
        draft = rules.carried_over(queries.draft_of(last), quarter, [team.id for team in tree])
    else:
        draft = rules.first_draft(quarter, [team.id for team in tree if team.depth == 1] or [t.id for t in tree[:1]])
    cycle = Cycle(
        quarter=quarter,
        drafted_from=last.id if last else None,
        made_by=actor.id if actor else None,
        made_at=clock.now(),
        state=rules.DRAFT,
        report={},
    )
    _write(cycle, draft)
    audit(actor.id if actor else None, "cycle.drafted", "cycle", cycle.id, after={"quarter": quarter})
    return cycle


def _write(cycle: Cycle, draft: Draft) -> None:
    cycle.name, cycle.quarter, cycle.document_id = draft.name.strip(), draft.quarter.upper(), draft.document_id
    cycle.starts_on, cycle.due_on = draft.starts_on, draft.due_on
    cycle.target_percent, cycle.joiner_days = draft.target_percent, draft.joiner_days
    cycle.audience = {
        key: list(value) for key, value in (("positions", draft.positions), ("employment", draft.employment)) if value
    }
    session().add(cycle)
    session().flush()
    session().execute(delete(CycleWave).where(CycleWave.cycle_id == cycle.id))
    for wave in draft.waves:
        session().add(CycleWave(cycle_id=cycle.id, team_id=wave.team_id, starts_on=wave.starts_on, due_on=wave.due_on))
    session().flush()


def _locked(public_id: str) -> Cycle:
    found = locked(Cycle, public_id)
    if found.state == rules.DROPPED:
        raise NotFound()
    return found


def _draft(public_id: str) -> Cycle:
    found = _locked(public_id)
    if found.state != rules.DRAFT:
        raise Conflict(text("这期培训已经开始，安排不能再改；截止日可以按人延期。"))
    return found


def change(actor: Actor, public_id: str, draft: Draft) -> Cycle:
    """Put other plans into a draft. Raises Invalid by field, Conflict once it was started."""
    cycle = _draft(public_id)
    names = {row.id: row.name for row in session().execute(select(Team.id, Team.name))}
    above = team_paths()
    rules.check(draft, {wave.team_id: above(wave.team_id) for wave in draft.waves}, names)
    if draft.document_id is not None:
        document = session().get(Document, draft.document_id)
        if document is None or document.published_id is None:
            raise Invalid(text("这门课程还没有发布。"), fields={"document": text("这门课程还没有发布。")})
    _write(cycle, draft)
    audit(actor.id, "cycle.changed", "cycle", cycle.id, after=_noted(draft))
    return cycle


def _noted(draft: Draft) -> dict[str, Any]:
    return {
        "quarter": draft.quarter,
        "document": draft.document_id,
        "starts_on": draft.starts_on.isoformat(),
        "due_on": draft.due_on.isoformat(),
        "target": draft.target_percent,
        "waves": len(draft.waves),
    }


def drop(actor: Actor, public_id: str) -> None:
    """Give a draft up; the quarter is not drafted again by itself."""
    cycle = _draft(public_id)
    cycle.state = rules.DROPPED
    audit(actor.id, "cycle.dropped", "cycle", cycle.id)


def start(actor: Actor, public_id: str) -> list[int]:
    """Start a draft: one rule for each wave, each from its own first day on. Return the rules, which are still to be
    applied. Raises Invalid for what is missing."""
    cycle = _draft(public_id)
    draft = queries.draft_of(cycle)
    rules.check_start(draft)
    assert draft.document_id is not None
    day, names = today(), {team.id: team.name for team in team_tree()}
    made: list[int] = []
    for wave in draft.waves:
        if wave.due_on < day:
            reason = text("“%(team)s”的波次截止日已经过了。", team=names.get(wave.team_id, ""))
            raise Invalid(reason, fields={"waves": reason})
        rule = duties.make_rule(
            actor,
            name=f"{cycle.name} · {names.get(wave.team_id, '')}"[: rules.LONGEST_NAME],
            document_id=draft.document_id,
            audience=queries.audience_of(draft, wave),
            due_plan=DuePlan(on=wave.due_on, at_least=rules.at_least(wave, draft.joiner_days, day)),
            occasion=counts.occasion_of(cycle.id),
            source="cycle",
            source_ref=counts.occasion_of(cycle.id),
            from_on=wave.starts_on,
        )
        made.append(rule.id)
    cycle.state, cycle.started_at = rules.RUNNING, clock.now()
    audit(actor.id, "cycle.started", "cycle", cycle.id, after={"rules": made})
    return made


def close(actor: Actor, public_id: str, note: str) -> Cycle:
    """Close a running cycle and keep what was counted. Nobody gets it any more; who has not finished owes it still."""
    cycle = _locked(public_id)
    if cycle.state != rules.RUNNING:
        raise Conflict(text("这期培训不在进行中。"))
    _check_note(note)
    owing = queries.owing(cycle)
    found = rules.closing(owing, today())
    items = [
        {"document": item.document_id, "people": item.people, "done": item.done}
        for item in queries.items_of(None, cycle)
    ]
    cycle.report = rules.report_of(
        found,
        closed_on=today(),
        target_percent=cycle.target_percent,
        items=items,
        days=counts.finished_by_day(None, cycle),
        teams_of={one.person_id: one.team_id or 0 for one in owing},
    )
    for rule in session().scalars(select(Rule).where(Rule.source_ref == counts.occasion_of(cycle.id), Rule.active)):
        duties.change_rule(
            actor,
            rule.id,
            name=rule.name,
            audience=Audience.from_json(rule.audience),
            due_plan=DuePlan.from_json(rule.due_plan),
            from_on=rule.from_on,
            until_on=max(today(), rule.from_on or today()),
        )
    cycle.state, cycle.closed_at, cycle.closed_by = rules.CLOSED, clock.now(), actor.id
    cycle.closing_note = note.strip()
    audit(actor.id, "cycle.closed", "cycle", cycle.id, after={"done": found.done, "counted": found.counted})
    return cycle


def add_note(actor: Actor, public_id: str, note: str) -> None:
    """Add a line to the note of a closed cycle; nothing that was counted changes."""
    cycle = _locked(public_id)
    if cycle.state != rules.CLOSED:
        raise Conflict(text("收官以后才能补充说明。"))
    if not note.strip():
        raise Invalid(text("请写下要补充的话。"), fields={"note": text("请写下要补充的话。")})
    _check_note(cycle.closing_note + note)
    dated = f"{day_of(clock.now()).isoformat()} {note.strip()}"
    cycle.closing_note = f"{cycle.closing_note}\n{dated}".strip()
    audit(actor.id, "cycle.note", "cycle", cycle.id)


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        reason = text("最多 %(n)s 个字。", n=LONGEST_NOTE)
        raise Invalid(reason, fields={"note": reason})


def draft_ahead() -> Cycle | None:
    """Draft the next quarter's cycle once it is time, and tell the trainers; None where there is nothing to do.

    Only where a cycle was started before, and none of the next quarter is there or was given up.
    """
    here = quarter_of(today())
    if not rules.is_time_to_draft(here, today()):
        return None
    coming = quarter_after(here)
    last = queries.last_cycle()
    if last is None:
        return None
    # Two workers meet here: the second one waits for this row, and then finds the draft of the first.
    session().execute(select(Cycle.id).where(Cycle.id == last.id).with_for_update())
    if session().scalar(select(Cycle.id).where(Cycle.quarter == coming).limit(1)) is not None:
        return None
    cycle = begin(None, coming)
    emit(
        Told(
            person_ids=tuple(trainers()),
            topic="duty",
            sentence=text("%(name)s 的草案已按上一期拟好，请选课程、核对波次后开始。", name=cycle.name),
            link=("learning.cycle", {"cycle_id": cycle.public_id}),
            key=f"cycle-draft:{coming}",
        )
    )
    return cycle
