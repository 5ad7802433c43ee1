"""Live sessions for programs: plan, change, cancel, copy; seats; who came."""

from datetime import UTC, date, datetime
from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts.queries import active_by_no, ids_by_no, person_by_no, teams_within
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.texts import Text, text
from lms.learning.actions import attendance as noting
from lms.learning.actions import seats as seating
from lms.learning.actions import sessions as acts
from lms.learning.actions.attendance import LONGEST_NOTE, TOGETHER, Mark
from lms.learning.api.room import bp
from lms.learning.queries import seats, sessions
from lms.learning.queries.sessions import Row
from lms.learning.rules import sessions as rules
from lms.learning.rules.sessions import KINDS, MARKS, SeatState, State, Wanted
from lms.learning.views.attendance import close_session, run_by
from lms.learning.views.sessions import managed
from lms.web.api import instant, refusals
from lms.web.auth import current_actor, requires

LAST = date(2200, 1, 1)
_SOON = Range(min=datetime(2000, 1, 1, tzinfo=UTC), max=datetime(2200, 1, 1, tzinfo=UTC))
"""What every database can store, whatever the zone."""
MOST_MARKS = 2_000


class SessionWish(Schema):
    title = String(required=True, validate=Length(min=1, max=rules.LONGEST_TITLE))
    kind = String(required=True, validate=OneOf(list(KINDS)))
    starts_at = AwareDateTime(required=True, default_timezone=UTC, validate=_SOON, metadata={"description": "RFC 3339"})
    ends_at = AwareDateTime(required=True, default_timezone=UTC, validate=_SOON)
    place = String(load_default="", validate=Length(max=rules.LONGEST_PLACE))
    link = String(load_default="", validate=Length(max=rules.LONGEST_LINK))
    trainer = String(load_default="", validate=Length(max=40), metadata={"description": "number of somebody here"})
    trainer_name = String(
        load_default="", validate=Length(max=rules.LONGEST_NAME), metadata={"description": "of somebody from outside"}
    )
    places = Integer(
        load_default=None,
        allow_none=True,
        validate=Range(min=1, max=rules.MOST_PLACES),
        metadata={"description": "null = no limit"},
    )
    team = String(
        load_default="", validate=Length(max=40), metadata={"description": "code, with all below; empty = everybody"}
    )
    by_choice = Boolean(load_default=True, metadata={"description": "people may enrol by themselves"})
    document = String(
        load_default="",
        validate=Length(max=300),
        metadata={"description": "task or lesson that coming completes, kind:slug"},
    )
    words = String(load_default="", validate=Length(max=rules.LONGEST_WORDS))


class SeatLine(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    seat = String(required=True, validate=OneOf([state.value for state in SeatState]))
    minutes = Integer(required=True, allow_none=True, metadata={"description": "credited; null = all of it"})
    note = String(required=True)


class SessionOne(Schema):
    id = String(required=True)
    title = String(required=True)
    kind = String(required=True, validate=OneOf(list(KINDS)))
    state = String(required=True, validate=OneOf([state.value for state in State]))
    starts_at = String(required=True, metadata={"format": "date-time"})
    ends_at = String(required=True, metadata={"format": "date-time"})
    place = String(required=True)
    link = String(required=True)
    trainer = String(required=True, metadata={"description": "name"})
    document = String(required=True, allow_none=True)
    places = Integer(required=True, allow_none=True)
    by_choice = Boolean(required=True)
    words = String(required=True)
    taken = Integer(required=True)
    waiting = Integer(required=True)
    seat = String(required=True, metadata={"description": "mine, empty where I have none"})
    people = List(
        Nested(SeatLine), required=True, metadata={"description": "for who notes attendance; empty for others"}
    )


class SessionWhy(Schema):
    why = String(
        required=True,
        validate=Length(min=1, max=rules.LONGEST_REASON),
        metadata={"description": "who enrolled reads it"},
    )


class SessionDay(Schema):
    day = Date(required=True, validate=Range(min=date(2000, 1, 1), max=LAST))


class SeatWish(Schema):
    do = String(required=True, validate=OneOf(["enrol", "leave"]))


class SeatAnswer(Schema):
    seat = String(required=True, validate=OneOf([state.value for state in SeatState]))


class SeatsWish(Schema):
    put = List(
        String(validate=Length(max=40)),
        load_default=[],
        validate=Length(max=TOGETHER),
        metadata={"description": "numbers"},
    )
    out = String(load_default="", validate=Length(max=40), metadata={"description": "one number instead"})


class SeatsAnswer(Schema):
    seats = Integer(required=True)
    waiting = Integer(required=True)


class MarkLine(Schema):
    employee_no = String(required=True, validate=Length(max=40))
    state = String(required=True, validate=OneOf(sorted(mark.value for mark in MARKS)))
    minutes = Integer(load_default=None, allow_none=True, validate=Range(min=1, max=1_440))
    note = String(load_default="", validate=Length(max=LONGEST_NOTE))


class MarksBody(Schema):
    items = List(Nested(MarkLine), load_default=[], validate=Length(max=MOST_MARKS))
    close = Boolean(load_default=False, metadata={"description": "the session is over: who is not marked was absent"})


class MarksAnswer(Schema):
    changed = Integer(required=True)
    attended = Integer(required=True, allow_none=True, metadata={"description": "of a session that was closed by this"})
    completed = Integer(required=True, metadata={"description": "for whom coming completed its document"})


def _wanted(body: dict[str, Any], row: Row | None = None) -> Wanted:
    """Return what the body asks for. Raises Invalid with every reason that can be told from the body."""
    actor, wrong = current_actor(), {}
    number = body["trainer"].strip()
    trainer = active_by_no(number) if number else None
    if number and trainer is None:
        wrong["trainer"] = text("没有工号是“%(no)s”的人。外部讲师请写在旁边。", no=number)
    team_id = None
    if body["team"]:
        team_id = next(
            (team.id for team in teams_within(actor, Permission.SESSION_EDIT) if team.code == body["team"]), None
        )
        if team_id is None:
            wrong["team"] = text("没有代码为 %(code)s 的团队。", code=body["team"])
    document_id = None
    if body["document"]:
        known = {each.name: each.document_id for each in sessions.documents_to_choose(actor)}
        if row is not None and row.document_id is not None:
            known[f"{row.document_kind}:{row.document_slug}"] = row.document_id  # archived since: it stays
        document_id = known.get(body["document"])
        if document_id is None:
            wrong["document"] = text("请选一项已发布的任务或课时。")
    if wrong:
        raise Invalid(text("请看标出的地方。"), fields=wrong)
    words = {name: body[name].strip() for name in ("title", "place", "link", "words")}
    return Wanted(
        **words,
        kind=body["kind"],
        starts_at=body["starts_at"].astimezone(UTC),
        ends_at=body["ends_at"].astimezone(UTC),
        trainer_id=trainer.id if trainer else None,
        trainer_name="" if trainer else body["trainer_name"].strip(),
        places=body["places"],
        team_id=team_id,
        by_choice=body["by_choice"],
        document_id=document_id,
    )


def _one(session_id: str) -> dict[str, Any]:
    actor = current_actor()
    row = sessions.one(actor, session_id)
    people = seats.sitting(row.id) if sessions.runs(actor, row) else []
    return {
        "id": row.public_id,
        "title": row.title,
        "kind": row.kind,
        "state": row.state,
        "starts_at": instant(row.starts_at),
        "ends_at": instant(row.ends_at),
        "place": row.place,
        "link": row.link,
        "trainer": row.trainer,
        "document": f"{row.document_kind}:{row.document_slug}" if row.document_id else None,
        "places": row.places,
        "by_choice": row.by_choice,
        "words": row.words,
        "taken": row.taken,
        "waiting": row.waiting,
        "seat": row.seat,
        "people": [
            {
                "employee_no": each.employee_no,
                "name": each.name,
                "team": each.team_name,
                "seat": each.state,
                "minutes": each.minutes,
                "note": each.note,
            }
            for each in people
        ],
    }


@bp.get("/sessions/<session_id>")
@requires(Permission.LEARN)
@bp.output(SessionOne)
@bp.doc(summary="One live session; with its people for who notes attendance", responses=refusals(404))
def session_one(session_id: str) -> dict[str, Any]:
    return _one(session_id)


@bp.post("/sessions")
@requires(Permission.SESSION_EDIT)
@bp.input(SessionWish, arg_name="body")
@bp.output(SessionOne, status_code=201)
@bp.doc(summary="Plan a live session; its trainer is told", responses=refusals(422))
def plan_session(body: dict[str, Any]) -> dict[str, Any]:
    wanted = _wanted(body)
    with transaction():
        name = acts.plan(current_actor(), wanted).public_id
    return _one(name)


@bp.put("/sessions/<session_id>")
@requires(Permission.SESSION_EDIT)
@bp.input(SessionWish, arg_name="body")
@bp.output(SessionOne)
@bp.doc(
    summary="Change a session that is not over; who enrolled is told what is otherwise",
    responses=refusals(404, 409, 422),
)
def change_session(session_id: str, body: dict[str, Any]) -> dict[str, Any]:
    wanted = _wanted(body, managed(current_actor(), session_id))
    with transaction():
        acts.change(current_actor(), session_id, wanted)
    return _one(session_id)


@bp.post("/sessions/<session_id>/cancel")
@requires(Permission.SESSION_EDIT)
@bp.input(SessionWhy, arg_name="body")
@bp.output(SessionOne)
@bp.doc(summary="Call a session off; who enrolled or waits is told why", responses=refusals(404, 409, 422))
def cancel_session(session_id: str, body: dict[str, Any]) -> dict[str, Any]:
    managed(current_actor(), session_id)
    with transaction():
        acts.cancel(current_actor(), session_id, body["why"])
    return _one(session_id)


@bp.post("/sessions/<session_id>/copy")
@requires(Permission.SESSION_EDIT)
@bp.input(SessionDay, arg_name="body")
@bp.output(SessionOne, status_code=201)
@bp.doc(summary="Plan the same on another day, at the same hour, without its people", responses=refusals(404, 422))
def copy_session(session_id: str, body: dict[str, Any]) -> dict[str, Any]:
    managed(current_actor(), session_id)
    with transaction():
        name = acts.copy(current_actor(), session_id, body["day"]).public_id
    return _one(name)


@bp.post("/sessions/<session_id>/seat")
@requires(Permission.LEARN)
@bp.input(SeatWish, arg_name="body")
@bp.output(SeatAnswer)
@bp.doc(summary="Take a seat myself, or leave it; full = I wait", responses=refusals(404, 409, 422))
def seat(session_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        if body["do"] == "leave":
            seating.leave(actor, session_id)
            return {"seat": SeatState.CANCELLED.value}
        return {"seat": seating.enrol(actor, session_id).state}


@bp.post("/sessions/<session_id>/people")
@requires(Permission.SESSION_EDIT)
@bp.input(SeatsWish, arg_name="body")
@bp.output(SeatsAnswer)
@bp.doc(summary="Put people in, all or nobody, or take one out; they are told", responses=refusals(404, 409, 422))
def put_people(session_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    managed(actor, session_id)
    if bool(body["put"]) == bool(body["out"]):
        reason = text("请写要加的人或要移出的人，二选一。")
        raise Invalid(reason, fields={"put": reason})
    with transaction():
        if body["out"]:
            seating.take_out(actor, session_id, _known([body["out"]], "out")[0])
            return {"seats": 0, "waiting": 0}
        put = seating.put(actor, session_id, _known(body["put"], "put"))
        return {"seats": put.seats, "waiting": put.waiting}


def _known(numbers: list[str], field: str) -> list[int]:
    """Return the ids of these people. Raises Invalid naming the field for somebody whom the caller may not put in."""
    actor = current_actor()
    ids = ids_by_no(actor, numbers, Permission.SESSION_EDIT)
    if len(ids) < len(set(numbers)):
        unknown = [each for each in dict.fromkeys(numbers) if not ids_by_no(actor, [each], Permission.SESSION_EDIT)]
        reason = text("没有找到：%(numbers)s。", numbers="、".join(unknown[:20]))
        raise Invalid(reason, fields={field: reason})
    return ids


@bp.post("/sessions/<session_id>/attendance")
@requires(Permission.LEARN)
@bp.input(MarksBody, arg_name="body")
@bp.output(MarksAnswer)
@bp.doc(
    summary="Note who came, a hundred people at a time; `close` ends the session and writes what coming completes",
    responses=refusals(404, 409, 422),
)
def note_attendance(session_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    row = run_by(actor, session_id)
    marks = _marks(row, body["items"])
    ids = sorted(marks)
    changed = 0
    for start in range(0, len(ids), TOGETHER):
        with transaction():
            changed += noting.mark(actor, session_id, {each: marks[each] for each in ids[start : start + TOGETHER]})
    attended, completed = None, 0
    if body["close"] and row.state == State.PLANNED:
        attended, completed = close_session(actor, row)
    return {"changed": changed, "attended": attended, "completed": completed}


def _marks(row: Row, items: list[dict[str, Any]]) -> dict[int, Mark]:
    """Return what is said of whom. Raises Invalid with every number that is nobody's whom the caller may mark."""
    actor = current_actor()
    sitting = {each.employee_no: each.person_id for each in seats.sitting(row.id)}
    most = int((row.ends_at - row.starts_at).total_seconds() // 60)
    found: dict[int, Mark] = {}
    wrong: dict[str, Text] = {}
    for place, each in enumerate(items):
        number = each["employee_no"]
        try:
            known = sitting.get(number)
            person_id = known if known is not None else person_by_no(actor, number, Permission.SESSION_EDIT).id
        except NotFound:
            wrong[f"items.{place}.employee_no"] = text("没有工号是“%(no)s”的人，或不在您的团队。", no=number)
            continue
        if each["minutes"] is not None and each["minutes"] > most:
            wrong[f"items.{place}.minutes"] = text("计入的分钟数是 1 到 %(n)s。", n=most)
        minutes = each["minutes"] if each["state"] == SeatState.ATTENDED else None
        found[person_id] = Mark(state=each["state"], minutes=minutes, note=each["note"])
    if wrong:
        raise Invalid(text("请看标出的地方。"), fields=wrong)
    return found
