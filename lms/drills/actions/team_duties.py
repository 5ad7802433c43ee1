"""Who is in a team drill: taken in and let go as teams and rosters change, with the duty that goes with it.

People come and go in portions of at most 100, each in its own transaction; what one has left undone the next one does,
and two who do it at once do it once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, cast, delete, exists, literal, select

from lms.accounts.events import Settled, Told
from lms.assignments import actions as assignments
from lms.assignments.models import Assignment
from lms.assignments.rules import DRILL
from lms.content import queries as content
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import insert_new, session
from lms.core.here import day_of, local
from lms.core.texts import text
from lms.drills.models import Run, TeamDrill, TeamDrillPerson
from lms.drills.queries import team as reading
from lms.drills.rules import team as rules
from lms.drills.rules.team import State, Steps
from lms.records.actions import lock_people

TOGETHER = 100
"""People whose rows are taken by one call."""


def keep_in_step(team_drill_id: int, now: datetime) -> int:
    """Take in who takes part and is not in it, let go who is in it and does not; at most 100. Return how many.

    Whoever has begun a run stays, and so does who was excused. Nothing happens in one that is over or called off.
    """
    row, teams, todo = _todo(team_drill_id, now)
    if row is None or not todo:
        return 0
    lock_people([*todo.add, *todo.drop])
    if todo.drop:
        let_go(row, todo.drop)
    if todo.add:
        values = [
            {"team_drill_id": row.id, "person_id": each, "team_id": teams[each], "added_at": now, "excused": ""}
            for each in todo.add
        ]
        insert_new(TeamDrillPerson, ("team_drill_id", "person_id"), values)
        give(None, row, todo.add)
    return len(todo.add) + len(todo.drop)


def is_out_of_step(team_drill_id: int, now: datetime) -> bool:
    """Say whether there is anybody to take in or to let go, without taking any lock."""
    return bool(_todo(team_drill_id, now)[2])


def _todo(team_drill_id: int, now: datetime) -> tuple[TeamDrill | None, dict[int, int], Steps]:
    """Return the team drill, the team of each of its people, and what is to be done next."""
    row = session().get(TeamDrill, team_drill_id, populate_existing=True)
    if row is None or standing(row, now) not in (State.PLANNED, State.RUNNING):
        return None, {}, Steps()
    here = reading.present(row.id)
    kept = [each.person_id for each in here if each.begun or each.excused]
    people = reading.members(reading.teams_of(row.id), row.opens_at, row.closes_at)
    planned = rules.plan(people, on_shift=row.on_shift)
    todo = rules.steps(planned, [each.person_id for each in here], kept, TOGETHER)
    return row, {each.person_id: each.team_id for each in people}, todo


def move_duties(team_drill_id: int, after: int) -> int | None:
    """Let the duties of the next 100 people say the present window, and tell them; return the last of them.

    after: the last person of the portion before, 0 at first. None: there was nobody left.
    """
    row = session().get_one(TeamDrill, team_drill_id, populate_existing=True)
    found = list(
        session().scalars(
            select(TeamDrillPerson.person_id)
            .where(
                TeamDrillPerson.team_drill_id == row.id,
                TeamDrillPerson.excused == "",
                TeamDrillPerson.person_id > after,
            )
            .order_by(TeamDrillPerson.person_id)
            .limit(TOGETHER)
        )
    )
    if not found:
        return None
    give(None, row, found)
    return found[-1]


def cancelled_with_duties() -> list[int]:
    """Return the team drills that were called off and of which somebody still owes the duty."""
    owed = exists().where(
        Assignment.document_id == TeamDrill.document_id,
        Assignment.state == "open",
        Assignment.occasion == literal(DRILL) + cast(TeamDrill.id, String),
    )
    return list(session().scalars(select(TeamDrill.id).where(TeamDrill.cancelled_at.is_not(None), owed)))


def withdraw_duties(team_drill_id: int) -> int:
    """Ask the next 100 people no more for one that was called off, and tell them; return how many they were."""
    row = session().get_one(TeamDrill, team_drill_id, populate_existing=True)
    occasion = rules.occasion_of(row.id)
    found = list(
        session().scalars(
            select(Assignment.person_id)
            .where(
                Assignment.document_id == row.document_id, Assignment.occasion == occasion, Assignment.state == "open"
            )
            .order_by(Assignment.person_id)
            .limit(TOGETHER)
        )
    )
    if not found:
        return 0
    assignments.withdraw_occasion(found, row.document_id, occasion)
    emit(Settled(person_ids=tuple(found), key=key_of(row)))
    sentence = text("实战演练取消了：%(title)s，原定 %(when)s。", title=row.title, when=when_of(row))
    emit(Told(person_ids=tuple(found), topic="duty", sentence=sentence, key=f"team_drill:{row.public_id[:12]}:off"))
    return len(found)


def took_part(run_id: str, at: datetime) -> None:
    """Note that whoever ended this run has taken part in its team drill, whatever the result."""
    run = (
        session()
        .execute(
            select(Run.person_id, Run.document_id, Run.team_drill_id).where(
                Run.public_id == run_id, Run.team_drill_id.is_not(None)
            )
        )
        .one_or_none()
    )
    if run is not None:
        assignments.took_part(run.person_id, run.document_id, rules.occasion_of(run.team_drill_id), at)


def give(actor: Actor | None, row: TeamDrill, person_ids: Sequence[int]) -> None:
    """Give the duty to at most 100 people, or move it, and tell them of the window."""
    assignments.assign(
        actor,
        person_ids,
        row.document_id,
        kind="drill",
        ref=rules.occasion_of(row.id),
        occasion=rules.occasion_of(row.id),
        due_on=day_of(row.closes_at - timedelta(microseconds=1)),
        starts_on=day_of(row.opens_at),
        counts_from=row.opens_at,
    )
    card = content.cards([row.document_id])[row.document_id]
    emit(
        Told(
            person_ids=tuple(person_ids),
            topic="duty",
            sentence=text("实战演练 %(when)s：%(title)s", when=when_of(row), title=row.title),
            link=("drills.intro", {"slug": card.slug}),
            key=key_of(row),
        )
    )


def let_go(row: TeamDrill, person_ids: Sequence[int]) -> None:
    """Take people out who have begun no run. They are locked, so none of them begins one meanwhile."""
    begun = have_begun(row.id, person_ids)
    gone = [each for each in person_ids if each not in begun]
    session().execute(
        delete(TeamDrillPerson)
        .where(TeamDrillPerson.team_drill_id == row.id, TeamDrillPerson.person_id.in_(gone))
        .execution_options(synchronize_session=False)
    )
    session().expire_all()
    if gone:
        assignments.withdraw_occasion(gone, row.document_id, rules.occasion_of(row.id))
        emit(Settled(person_ids=tuple(gone), key=key_of(row)))


def have_begun(team_drill_id: int, person_ids: Sequence[int]) -> set[int]:
    """Return who of these people has begun a run in it."""
    return set(
        session().scalars(
            select(Run.person_id).where(Run.team_drill_id == team_drill_id, Run.person_id.in_(person_ids))
        )
    )


def standing(row: TeamDrill, now: datetime) -> State:
    """Return how it stands now."""
    return rules.state_of(row.opens_at, row.closes_at, now, cancelled_at=row.cancelled_at, closed_at=row.closed_at)


def key_of(row: TeamDrill) -> str:
    """Return under which people are told of it: with another window they are told again."""
    return f"team_drill:{row.public_id[:12]}:{row.opens_at:%y%m%d%H%M}-{row.closes_at:%y%m%d%H%M}"


def when_of(row: TeamDrill) -> str:
    """Return its window in local time, as a sentence says it."""
    opens, closes = local(row.opens_at), local(row.closes_at)
    ending = f"{closes:%H:%M}" if opens.date() == closes.date() else f"{closes:%Y-%m-%d %H:%M}"
    return f"{opens:%Y-%m-%d %H:%M}–{ending}"
