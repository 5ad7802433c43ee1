"""Verbs of team drills: make, change, call off, let somebody off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from lms.accounts.events import Settled
from lms.assignments import actions as assignments
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import text
from lms.drills.actions.team_duties import give, have_begun, key_of, standing
from lms.drills.models import TeamDrill, TeamDrillPerson, TeamDrillTeam
from lms.drills.queries import team as reading
from lms.drills.rules import team as rules
from lms.drills.rules.team import MONTHLY, Planned, State
from lms.records.actions import lock_people


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a team drill is to be. team_ids: with those below them. previous_id: to compare with, None = none."""

    document_id: int
    title: str
    incident: str
    team_ids: tuple[int, ...]
    opens_at: datetime
    closes_at: datetime
    monthly: bool = False
    on_shift: bool = False
    previous_id: int | None = None


def preview(actor: Actor, wanted: Wanted, row: reading.Row | None = None) -> tuple[Planned, ...]:
    """Return who would take part and who would not, as `keep_in_step` will do it. row: the one that is changed.

    Raises Invalid, NotFound for a team of another's.
    """
    _require(actor, wanted, fresh=row is None or row.state is State.PLANNED)
    excused = {each.person_id: each.excused for each in reading.present(row.id) if each.excused} if row else {}
    people = reading.members(wanted.team_ids, wanted.opens_at, wanted.closes_at, excused)
    return rules.plan(people, on_shift=wanted.on_shift)


def make(actor: Actor, wanted: Wanted) -> TeamDrill:
    """Make a team drill, so far without people. Where it isn't said with which it is compared, with the last one of the
    same drill and teams.

    Raises Invalid, NotFound.
    """
    _require(actor, wanted, fresh=True)
    before = reading.earlier(wanted.document_id, wanted.opens_at, wanted.team_ids)
    made = add(wanted, actor.id, wanted.previous_id or (before[0].id if before else None))
    audit(actor.id, "team_drill.make", "team_drill", made.id, after=told_of(made, wanted.team_ids))
    return made


def change(actor: Actor, public_id: str, wanted: Wanted) -> TeamDrill:
    """Change a team drill that is not over; the drill itself stays. Once open, its opening and teams stay too.

    Raises NotFound, Conflict, Invalid.
    """
    row = _managed(actor, public_id)
    teams = tuple(reading.teams_of(row.id))
    open_already = row.opens_at <= clock.now()
    if open_already and (wanted.opens_at != row.opens_at or set(wanted.team_ids) != set(teams)):
        raise Conflict(text("演练已经开始，开始时间和团队不能再改。"))
    _require(actor, wanted, fresh=not open_already)
    before = told_of(row, teams)
    row.title, row.incident = wanted.title.strip(), wanted.incident
    row.opens_at, row.closes_at = wanted.opens_at, wanted.closes_at
    row.repeats, row.on_shift = MONTHLY if wanted.monthly else "", wanted.on_shift
    row.previous_id = wanted.previous_id
    if set(teams) != set(wanted.team_ids):
        session().execute(delete(TeamDrillTeam).where(TeamDrillTeam.team_drill_id == row.id))
        session().add_all(TeamDrillTeam(team_drill_id=row.id, team_id=each) for each in wanted.team_ids)
    session().flush()
    audit(actor.id, "team_drill.change", "team_drill", row.id, before=before, after=told_of(row, wanted.team_ids))
    return row


def cancel(actor: Actor, public_id: str) -> TeamDrill:
    """Call a team drill off that is not over. Runs go on and stay; a series ends. Raises NotFound, Conflict."""
    row = _managed(actor, public_id)
    row.cancelled_at = clock.now()
    session().flush()
    audit(actor.id, "team_drill.cancel", "team_drill", row.id)
    return row


def excuse(actor: Actor, public_id: str, person_id: int, reason: str) -> None:
    """Let somebody off with a reason, or with none let them take part again. Raises NotFound, Conflict, Invalid."""
    row = _managed(actor, public_id)
    reason = reason.strip()
    if len(reason) > rules.LONGEST_REASON:
        problem = text("最多 %(n)s 个字。", n=rules.LONGEST_REASON)
        raise Invalid(problem, fields={"reason": problem})
    lock_people([person_id])
    who = session().get(TeamDrillPerson, (row.id, person_id), populate_existing=True)
    if who is None:
        raise NotFound()
    if reason and have_begun(row.id, [person_id]):
        raise Conflict(text("这个人已经开始演练，不用再免。"))
    before, who.excused = who.excused, reason
    session().flush()
    if reason:
        assignments.withdraw_occasion([person_id], row.document_id, rules.occasion_of(row.id))
        emit(Settled(person_ids=(person_id,), key=key_of(row)))
    elif before:
        give(actor, row, [person_id])
    audit(
        actor.id,
        "team_drill.excuse",
        "team_drill",
        row.id,
        person_id=person_id,
        before={"excused": bool(before)},
        after={"excused": bool(reason)},
    )


def add(wanted: Wanted, made_by: int, previous_id: int | None) -> TeamDrill:
    """Write a team drill and its teams; what it says has been checked."""
    made = TeamDrill(
        document_id=wanted.document_id,
        title=wanted.title.strip(),
        incident=wanted.incident,
        opens_at=wanted.opens_at,
        closes_at=wanted.closes_at,
        repeats=MONTHLY if wanted.monthly else "",
        on_shift=wanted.on_shift,
        previous_id=previous_id,
        made_by=made_by,
        made_at=clock.now(),
    )
    session().add(made)
    session().flush()
    session().add_all(TeamDrillTeam(team_drill_id=made.id, team_id=each) for each in dict.fromkeys(wanted.team_ids))
    session().flush()
    return made


def _require(actor: Actor, wanted: Wanted, *, fresh: bool) -> None:
    problems = rules.problems_of(wanted.title, wanted.opens_at, wanted.closes_at, clock.now(), fresh=fresh)
    if wanted.incident not in rules.INCIDENTS:
        problems["incident"] = text("请选突发情况。")
    if not wanted.team_ids:
        problems["teams"] = text("请至少选一个团队。")
    card = content.cards([wanted.document_id]).get(wanted.document_id)
    if card is None or card.kind != "drill" or card.published_id is None or card.state != "published":
        problems["document"] = text("请选一份已发布的演练。")
    if problems:
        raise Invalid(text("请看标出的地方。"), fields=problems)
    if not reading.manages(actor, wanted.team_ids):
        raise NotFound()


def _managed(actor: Actor, public_id: str) -> TeamDrill:
    """Return the row, locked, of one that the actor may change and that is not over. Raises NotFound, Conflict."""
    row = locked(TeamDrill, public_id)
    if not reading.manages(actor, reading.teams_of(row.id)):
        raise NotFound()
    state = standing(row, clock.now())
    if state is State.CANCELLED:
        raise Conflict(text("这次演练已经取消。"))
    if state is State.OVER:
        raise Conflict(text("这次演练已经结束。"))
    return row


def told_of(row: TeamDrill, team_ids: Sequence[int]) -> dict[str, object]:
    """Return what the audit keeps of it."""
    return {
        "document": row.document_id,
        "opens_at": row.opens_at.isoformat(),
        "closes_at": row.closes_at.isoformat(),
        "repeats": row.repeats,
        "on_shift": row.on_shift,
        "teams": sorted(team_ids),
    }
