"""Reading what came of a team drill: four statements for however many people."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, and_, bindparam, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.content.models import Revision
from lms.content.store import spec_of
from lms.core.access import Actor, Permission
from lms.core.db import rows
from lms.core.plain import from_plain
from lms.drills.models import Run, RunEvent, RunLookup, RunText, TeamDrillPerson
from lms.drills.rules.desk import desk
from lms.drills.rules.lanes import Happened, Kind
from lms.drills.rules.lookups import Lookup, searched
from lms.drills.rules.play import End
from lms.drills.rules.score import Result
from lms.drills.rules.team_result import Decision, Line, standing_of
from lms.drills.spec import DrillSpec

_run: Table = Run.__table__  # type: ignore[assignment]
_event: Table = RunEvent.__table__  # type: ignore[assignment]
_text: Table = RunText.__table__  # type: ignore[assignment]
_look: Table = RunLookup.__table__  # type: ignore[assignment]
_own_run = and_(
    _run.c.team_drill_id == TeamDrillPerson.team_drill_id,
    _run.c.person_id == TeamDrillPerson.person_id,
    _run.c.state.in_(("open", "ended")),
)
PEOPLE = (
    select(
        TeamDrillPerson.person_id,
        TeamDrillPerson.excused,
        TeamDrillPerson.team_id,
        Team.name.label("team"),
        Person.name,
        Person.employee_no,
        _run.c.id.label("run"),
        _run.c.public_id.label("run_id"),
        _run.c.state,
    )
    .join(Person, Person.id == TeamDrillPerson.person_id)
    .outerjoin(Team, Team.id == TeamDrillPerson.team_id)
    .outerjoin(_run, _own_run)
    .where(TeamDrillPerson.team_drill_id == bindparam("id"))
    .order_by(Team.code, Person.employee_no)
)
_ended = and_(_run.c.team_drill_id == bindparam("id"), _run.c.state == "ended")
_EVENTS = (
    select(
        _event.c.run_id,
        _event.c.seq,
        _event.c.at,
        _event.c.lane,
        _event.c.step,
        _event.c.kind,
        _event.c.scene,
        _event.c.milliseconds,
        _event.c.points,
        _text.c.text,
    )
    .join(_run, _run.c.id == _event.c.run_id)
    .outerjoin(_text, (_text.c.run_id == _event.c.run_id) & (_text.c.seq == _event.c.seq))
    .where(_ended, _event.c.kind.in_((Kind.CHOICE.value, Kind.TEXT.value, Kind.TIMEOUT.value)))
    .order_by(_event.c.run_id, _event.c.seq)
)
_LOOKUPS = (
    select(_look.c.run_id, _look.c.lane, _look.c.step, _look.c.words, _look.c.found, _look.c.document_id)
    .join(_run, _run.c.id == _look.c.run_id)
    .where(_ended)
)

_COMPILED = select(Revision.id, Revision.compiled_sha).where(
    Revision.id.in_(bindparam("ids", expanding=True)), Revision.compiled_sha.is_not(None)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """lines: everybody; who may not be seen has no name. titles: number and title of a scene by lane and name."""

    lines: tuple[Line, ...]
    titles: Mapping[tuple[int, str], tuple[int, str]]


def results(actor: Actor, team_drill_id: int) -> Results:
    """Return the line of everybody in a team drill, with decisions and the figures of the desk."""
    people = _people(actor, team_drill_id)
    happened = _by_run(rows(_EVENTS, {"id": team_drill_id}))
    looked = _by_run(rows(_LOOKUPS, {"id": team_drill_id}))
    titles: dict[tuple[int, str], tuple[int, str]] = {}
    specs = specs_of_runs(row.frozen for row in people if row.state == "ended")
    lines = []
    for row in people:
        if row.state != "ended":
            lines.append(_line(row))
            continue
        drills = drills_of(row.frozen, specs)
        _name_scenes(titles, drills)
        together, ends = _result(row.result)
        facts = [(each.seq, _fact(each)) for each in happened.get(row.run, ())]
        looks = [_lookup(each) for each in looked.get(row.run, ())]
        lines.append(_line(row, result=together, desk=desk(drills, facts, ends), decisions=_decisions(facts, looks)))
    return Results(lines=tuple(lines), titles=titles)


def scores_alone(actor: Actor, team_drill_id: int) -> tuple[Line, ...]:
    """Return the line of everybody with results alone: what an earlier team drill is compared by."""
    return tuple(
        _line(row, result=_result(row.result)[0]) if row.state == "ended" else _line(row)
        for row in _people(actor, team_drill_id)
    )


def _people(actor: Actor, team_drill_id: int) -> Sequence[Any]:
    mine = visible(actor, Permission.DRILL_RESULTS).label("shown")
    return rows(PEOPLE.add_columns(mine, _run.c.result, _run.c.frozen), {"id": team_drill_id}).all()


def _line(row: Any, **more: Any) -> Line:
    shown = bool(row.shown)
    return Line(
        person_id=row.person_id,
        name=(row.name or "") if shown else "",
        employee_no=(row.employee_no or "") if shown else "",
        team_id=row.team_id,
        team=row.team or "",
        standing=standing_of(row.state, row.excused),
        shown=shown,
        excused=row.excused if shown else "",
        run_id=row.run_id or "" if shown else "",
        **more,
    )


def _by_run(found: Any) -> dict[int, list[Any]]:
    every: dict[int, list[Any]] = defaultdict(list)
    for row in found:
        every[row.run_id].append(row)
    return every


def specs_of_runs(frozen: Iterable[Mapping[str, Any]]) -> dict[int, DrillSpec]:
    """Return the drills of many runs by revision, in one statement."""
    ids = {lane["revision_id"] for each in frozen for lane in each["lanes"]}
    return {row.id: spec_of(row.compiled_sha) for row in rows(_COMPILED, {"ids": sorted(ids)})} if ids else {}


def drills_of(frozen: Mapping[str, Any], specs: Mapping[int, DrillSpec]) -> tuple[DrillSpec, ...]:
    """Return the drill of each conversation of a run."""
    return tuple(specs[lane["revision_id"]] for lane in frozen["lanes"])


def _name_scenes(titles: dict[tuple[int, str], tuple[int, str]], drills: Sequence[DrillSpec]) -> None:
    for lane, drill in enumerate(drills):
        for number, scene in enumerate(drill.scenes, start=1):
            titles.setdefault((lane, scene.name), (number, scene.title))


def _result(stored: Mapping[str, Any]) -> tuple[Result, list[End | None]]:
    return from_plain(Result, stored["together"]), [End(lane["end"]) for lane in stored["lanes"]]


def _fact(row: Any) -> Happened:
    return Happened(
        lane=row.lane,
        kind=Kind(row.kind),
        at=row.at,
        step=row.step,
        scene=row.scene,
        text=row.text or "",
        milliseconds=row.milliseconds,
        points=tuple(row.points.items()),
    )


def _lookup(row: Any) -> Lookup:
    return Lookup(lane=row.lane, step=row.step, words=row.words, found=row.found, document_id=row.document_id)


def _decisions(facts: Sequence[tuple[int, Happened]], looks: Sequence[Lookup]) -> tuple[Decision, ...]:
    """Return the decisions of a run. A look-up bears the number of decisions that had been taken before it."""
    return tuple(
        Decision(
            lane=fact.lane,
            scene=fact.scene,
            wrong=fact.kind is Kind.TIMEOUT or sum(points for _, points in fact.points) < 0,
            looked=searched(fact.lane, fact.step - 1, looks, ()).looked,
        )
        for _, fact in facts
    )
