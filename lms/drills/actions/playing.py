"""A run while it is played: its row with everything that its rules need, and the writing of what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import undefer
from sqlalchemy.orm.attributes import set_committed_value

from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.plain import from_plain, to_plain
from lms.drills.actions.ending import finish
from lms.drills.models import Run, RunEvent, RunText
from lms.drills.queries.frozen import Frozen, specs_of
from lms.drills.queries.running import Numbered
from lms.drills.rules import lanes as clocks
from lms.drills.rules.lanes import Course, Happened, Lane
from lms.drills.spec import DrillSpec

_event: Table = RunEvent.__table__  # type: ignore[assignment]
_text: Table = RunText.__table__  # type: ignore[assignment]
_run: Table = Run.__table__  # type: ignore[assignment]
_STANDS = (
    update(_run)
    .where(_run.c.id == bindparam("of_run"))
    .values(events=bindparam("events"), lanes=bindparam("lanes"), due_at=bindparam("due_at"))
)
_OWN = (
    select(Run)
    .options(undefer(Run.frozen))
    .where(Run.public_id == bindparam("public_id"), Run.person_id == bindparam("person_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A run with everything that its rules need."""

    run: Run
    frozen: Frozen
    drills: tuple[DrillSpec, ...]
    lanes: tuple[Lane, ...]

    def caught_up(self, now: datetime) -> Course:
        return clocks.caught_up(
            self.drills, self.lanes, now, over_at=self.run.deadline_at, percent=self.frozen.time_percent
        )


def own_run(actor: Actor, public_id: str) -> Run:
    """Return an own run, locked. The caller holds the person's lock. Raises NotFound."""
    run = session().scalars(_OWN, {"public_id": public_id, "person_id": actor.id}).one_or_none()
    if run is None:
        raise NotFound()
    return run


def played(run: Run) -> Played:
    """Return a run with the versions of its drills and the standing of its lanes."""
    frozen: Frozen = from_plain(Frozen, run.frozen)
    lanes: tuple[Lane, ...] = tuple(from_plain(Lane, each) for each in run.lanes)
    return Played(run=run, frozen=frozen, drills=specs_of(frozen), lanes=lanes)


def catch_up(run: Run, now: datetime) -> bool:
    """Write down what the clocks have brought; say whether there was anything."""
    if run.state != "open" or run.paused_at is not None or run.due_at is None or run.due_at > now:
        return False
    table = played(run)
    course = table.caught_up(now)
    if not course.happened:
        return False
    write(table, course)
    return True


def write(table: Played, *courses: Course) -> list[Numbered]:
    """Write what happened and where the run stands; a run whose last conversation has ended is scored."""
    run, lanes = table.run, courses[-1].lanes
    happened = [fact for course in courses for fact in course.happened]
    new = add_events(run, happened)
    stands = {
        "events": run.events + len(new),
        "lanes": to_plain(lanes),
        "due_at": clocks.due_at(lanes, run.deadline_at),
    }
    session().execute(_STANDS, {"of_run": run.id, **stands})  # a flush of the row costs thrice as much
    for name, value in stands.items():
        set_committed_value(run, name, value)
    if courses[-1].over:
        finish(run, table.frozen, table.drills, lanes, happened[-1].at)
    return new


def add_events(run: Run, happened: Sequence[Happened]) -> list[Numbered]:
    """Write the events with the next numbers of the run."""
    new = [Numbered(seq, fact) for seq, fact in enumerate(happened, start=run.events + 1)]
    if not new:
        return new
    session().execute(insert(_event), [_row(run.id, each.seq, each.fact) for each in new])
    said = [{"run_id": run.id, "seq": each.seq, "text": each.fact.text} for each in new if each.fact.text]
    if said:
        session().execute(insert(_text), said)
    return new


def _row(run_id: int, seq: int, fact: Happened) -> dict[str, object]:
    return {
        "run_id": run_id,
        "seq": seq,
        "at": fact.at,
        "lane": fact.lane,
        "step": fact.step,
        "kind": fact.kind.value,
        "scene": fact.scene,
        "led_to": fact.led_to,
        "choice": fact.choice,
        "milliseconds": fact.milliseconds,
        "mood": fact.mood,
        "points": dict(fact.points),
    }
