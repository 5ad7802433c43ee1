"""Reading the board of a team drill: two statements for however many people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from lms.accounts.queries import visible
from lms.core.access import Actor, Permission
from lms.core.db import rows
from lms.core.plain import from_plain
from lms.core.points import percent
from lms.drills.models import Run
from lms.drills.queries.team_result import PEOPLE, drills_of, specs_of_runs
from lms.drills.rules.board import Seat, Talk, talk
from lms.drills.rules.lanes import Lane
from lms.drills.rules.team_result import Standing, standing_of
from lms.drills.spec import DrillSpec

_run: Table = Run.__table__  # type: ignore[assignment]


def seats(actor: Actor, team_drill_id: int, now: datetime) -> list[Seat]:
    """Return everybody in a team drill as they stand at this moment; who may not be seen has no name and no run."""
    wanted = PEOPLE.add_columns(
        visible(actor, Permission.DRILL_RESULTS).label("shown"),
        _run.c.lanes,
        _run.c.frozen,
        _run.c.paused_at,
        _run.c.earned,
        _run.c.possible,
        _run.c.passed,
    )
    found = rows(wanted, {"id": team_drill_id}).all()
    specs = specs_of_runs(row.frozen for row in found if row.state == "open")
    return [_seat(row, specs, now) for row in found]


def _seat(row: Any, specs: Mapping[int, DrillSpec], now: datetime) -> Seat:
    shown = bool(row.shown)
    standing = standing_of(row.state, row.excused)
    ended = standing is Standing.ENDED and row.earned is not None
    return Seat(
        name=(row.name or "") if shown else "",
        employee_no=(row.employee_no or "") if shown else "",
        team=row.team or "",
        standing=standing,
        shown=shown,
        run_id=row.run_id or "" if shown else "",
        paused=row.paused_at is not None,
        talks=_talks(row, specs, now) if standing is Standing.OPEN else (),
        total=percent(row.earned, row.possible) if ended else None,
        passed=row.passed if ended else None,
    )


def _talks(row: Any, specs: Mapping[int, DrillSpec], now: datetime) -> tuple[Talk, ...]:
    lanes: tuple[Lane, ...] = from_plain(tuple[Lane, ...], row.lanes)
    at = row.paused_at or now  # while the run is paused nobody waits longer
    return tuple(talk(drill, lane, at) for drill, lane in zip(drills_of(row.frozen, specs), lanes, strict=True))
