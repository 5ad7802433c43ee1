"""Planning team drills over `/api/v1`: the list, making and changing one, calling it off, letting somebody off."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts.queries import person_by_no, teams_within
from lms.content import queries as content
from lms.content.rules.paths import MAX_SLUG
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.texts import Text, text
from lms.drills import jobs
from lms.drills.actions import team as acts
from lms.drills.actions.team import Wanted
from lms.drills.api.room import bp
from lms.drills.queries import team as reading
from lms.drills.queries.oversight import oversees
from lms.drills.queries.team import Row
from lms.drills.rules.team import INCIDENTS, LONGEST_REASON, LONGEST_TITLE, MONTHLY, Incident, Part, Planned, State
from lms.web.api import instant, page, refusals
from lms.web.auth import current_actor, requires

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
STATES = [state.value for state in State]
MOST_TEAMS = 500
_TEAMS = {"description": "codes, with all below"}
_PREVIOUS = {"description": "id of an earlier one of the same drill to compare with"}


class TeamDrillFacts(Schema):
    title = String(validate=Length(min=1, max=LONGEST_TITLE))
    incident = String(validate=OneOf(list(INCIDENTS)))
    teams = List(String(validate=Length(max=40)), validate=Length(min=1, max=MOST_TEAMS), metadata=_TEAMS)
    opens_at = AwareDateTime(validate=Range(min=EARLIEST, max=LATEST))
    closes_at = AwareDateTime(validate=Range(min=EARLIEST, max=LATEST))
    monthly = Boolean(truthy={True}, falsy={False})
    on_shift = Boolean(truthy={True}, falsy={False}, metadata={"description": "only those who work on a day of it"})
    previous = String(allow_none=True, validate=Length(max=32), metadata=_PREVIOUS)
    dry_run = Boolean(
        load_default=False, truthy={True}, falsy={False}, metadata={"description": "only say who would take part"}
    )


class NewTeamDrill(TeamDrillFacts):
    drill = String(required=True, validate=Length(max=MAX_SLUG), metadata={"description": "slug of a published drill"})
    title = String(required=True, validate=Length(min=1, max=LONGEST_TITLE))
    incident = String(load_default=Incident.OTHER.value, validate=OneOf(list(INCIDENTS)))
    teams = List(
        String(validate=Length(max=40)), required=True, validate=Length(min=1, max=MOST_TEAMS), metadata=_TEAMS
    )
    opens_at = AwareDateTime(required=True, validate=Range(min=EARLIEST, max=LATEST))
    closes_at = AwareDateTime(required=True, validate=Range(min=EARLIEST, max=LATEST))


class LeftOut(Schema):
    employee_no = String(required=True)
    why = String(required=True, metadata={"enum": [part.value for part in Part if part is not Part.TAKES]})


class PlannedTeamDrill(Schema):
    id = String(required=True, allow_none=True, metadata={"description": "null for a dry run of a new one"})
    people = List(String(), required=True, metadata={"description": "employee numbers of who takes part"})
    left_out = List(Nested(LeftOut), required=True)


class TeamDrillLine(Schema):
    id = String(required=True)
    title = String(required=True)
    incident = String(required=True, metadata={"enum": list(INCIDENTS)})
    drill = String(required=True, metadata={"description": "slug"})
    opens_at = String(required=True, metadata={"format": "date-time"})
    closes_at = String(required=True, metadata={"format": "date-time"})
    state = String(required=True, metadata={"enum": STATES})
    monthly = Boolean(required=True)
    people = Integer(required=True)
    begun = Integer(required=True)
    ended = Integer(required=True)


class TeamDrillList(Schema):
    items = List(Nested(TeamDrillLine), required=True)
    next = Integer(required=True, allow_none=True)


class ExcuseBody(Schema):
    employee_no = String(required=True, validate=Length(min=1, max=40))
    reason = String(
        required=True, validate=Length(max=LONGEST_REASON), metadata={"description": "empty: takes part again"}
    )


@bp.get("/team-drills")
@requires(Permission.DRILL_RESULTS)
@bp.output(TeamDrillList)
@bp.doc(summary="Team drills that the caller sees, the latest first", responses=refusals(404))
def team_drills() -> dict[str, Any]:
    actor = current_actor()
    if not oversees(actor):
        raise NotFound()
    return page([_line(row) for row in reading.team_drills(actor, clock.now())], None)


@bp.post("/team-drills")
@requires(Permission.DRILL_SCHEDULE)
@bp.input(NewTeamDrill, arg_name="body")
@bp.output(PlannedTeamDrill, status_code=201)
@bp.doc(
    summary="Plan a team drill; who takes part is told. `dry_run` only says who would (200)",
    responses={200: "a dry run: nothing was made", **refusals(422)},
)
def make_team_drill(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    actor = current_actor()
    wanted, planned = _checked(actor, body, None)
    if body["dry_run"]:
        return _planned(None, planned), 200
    with transaction():
        made = acts.make(actor, wanted)
        number, name = made.id, made.public_id
    jobs.keep_in_step(number, jobs.AT_ONCE_SECONDS)
    return _planned(name, planned), 201


@bp.patch("/team-drills/<drill_id>")
@requires(Permission.DRILL_SCHEDULE)
@bp.input(TeamDrillFacts, arg_name="body")
@bp.output(PlannedTeamDrill)
@bp.doc(
    summary="Change one that is not over; what is not named stays. Once open, its opening and teams stay",
    responses=refusals(404, 409, 422),
)
def change_team_drill(drill_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    row = reading.managed_team_drill(actor, drill_id, clock.now())
    wanted, planned = _checked(actor, body, row)
    if body["dry_run"]:
        return _planned(drill_id, planned)
    with transaction():
        acts.change(actor, drill_id, wanted)
    jobs.keep_in_step(row.id, jobs.AT_ONCE_SECONDS)
    if (wanted.opens_at, wanted.closes_at) != (row.opens_at, row.closes_at):
        jobs.move_duties(row.id)
    return _planned(drill_id, planned)


@bp.post("/team-drills/<drill_id>/cancel")
@requires(Permission.DRILL_SCHEDULE)
@bp.output({}, status_code=204)
@bp.doc(summary="Call one off that is not over; runs that go on stay", responses=refusals(404, 409))
def cancel_team_drill(drill_id: str) -> tuple[str, int]:
    actor = current_actor()
    row = reading.managed_team_drill(actor, drill_id, clock.now())
    with transaction():
        acts.cancel(actor, drill_id)
    jobs.withdraw_duties(row.id)
    return "", 204


@bp.post("/team-drills/<drill_id>/excuse")
@requires(Permission.DRILL_SCHEDULE)
@bp.input(ExcuseBody, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Let somebody off with a reason; with none they take part again", responses=refusals(404, 409, 422))
def excuse_person(drill_id: str, body: dict[str, Any]) -> tuple[str, int]:
    actor = current_actor()
    row = reading.managed_team_drill(actor, drill_id, clock.now())
    person_id = person_by_no(actor, body["employee_no"], Permission.DRILL_SCHEDULE).id
    with transaction():
        acts.excuse(actor, row.public_id, person_id, body["reason"])
    return "", 204


def _checked(actor: Actor, body: dict[str, Any], row: Row | None) -> tuple[Wanted, Sequence[Planned]]:
    """Return what a body asks for and who would take part. row: the one that is changed.

    Raises Invalid with every reason at once.
    """
    wrong: dict[str, Text] = {}
    codes = {team.code: team.id for team in teams_within(actor, Permission.DRILL_SCHEDULE)}
    if unknown := sorted(set(body.get("teams", ())) - codes.keys()):
        wrong["teams"] = text("没有代码为 %(code)s 的团队。", code="、".join(unknown))
    team_ids = [codes[code] for code in body.get("teams", ()) if code in codes]
    if row is not None and "teams" not in body:
        team_ids = list(reading.teams_of(row.id))
    document_id = row.document_id if row else _drill(body["drill"])
    opens_at = body["opens_at"] if row is None else body.get("opens_at", row.opens_at)
    before = {each.public_id: each.id for each in reading.earlier(
        document_id, opens_at, team_ids, but=row.id if row else None
    )}  # fmt: skip
    previous = body.get("previous")
    if previous and previous not in before:
        wrong["previous"] = text("没有这一次演练可比较。")
    kept = row.previous if row and "previous" not in body else None
    wanted = Wanted(
        document_id=document_id,
        title=body.get("title", row.title if row else ""),
        incident=body.get("incident", row.incident if row else ""),
        team_ids=tuple(team_ids),
        opens_at=opens_at,
        closes_at=body.get("closes_at", row.closes_at if row else opens_at),
        monthly=body.get("monthly", row is not None and row.repeats == MONTHLY),
        on_shift=body.get("on_shift", row.on_shift if row else True),
        previous_id=before.get(previous or "", kept),
    )
    try:
        planned = acts.preview(actor, wanted, row)
    except Invalid as error:
        wrong = {"drill" if name == "document" else name: why for name, why in error.fields.items()} | wrong
    if wrong:
        raise Invalid(text("请看标出的地方。"), fields=wrong)
    return wanted, planned


def _drill(slug: str) -> int:
    """Return the id of a drill by its slug, 0 where there is none."""
    try:
        return content.open_work("drill", slug).card.document_id
    except NotFound:
        return 0


def _planned(drill_id: str | None, planned: Sequence[Planned]) -> dict[str, Any]:
    return {
        "id": drill_id,
        "people": [each.member.employee_no for each in planned if each.part is Part.TAKES],
        "left_out": [
            {"employee_no": each.member.employee_no, "why": each.part.value}
            for each in planned
            if each.part is not Part.TAKES
        ],
    }


def _line(row: Row) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "title": row.title,
        "incident": row.incident,
        "drill": row.slug,
        "opens_at": instant(row.opens_at),
        "closes_at": instant(row.closes_at),
        "state": row.state.value,
        "monthly": row.repeats == MONTHLY,
        "people": row.people,
        "begun": row.begun,
        "ended": row.ended,
    }
