"""JSON of studying: what I owe, reading done, where I am, tasks and their confirmation."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.assignments import queries as duties_queries
from lms.assignments.rules import Duty, State
from lms.content import queries as content
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.here import today
from lms.core.i18n import _
from lms.learning import queries
from lms.learning.actions import confirm as confirming
from lms.learning.actions import reading as readings
from lms.learning.actions import tasks, watching
from lms.learning.api.room import bp
from lms.learning.rules.watching import MOST_CLAIMED
from lms.web.api import MOST, RESPONSES, instant, page
from lms.web.auth import current_actor, requires

STATES = ("open", "done", "overdue", "exempt", "locked")


class AssignmentItem(Schema):
    document = String(required=True, metadata={"example": "quiz:onboarding/return-7d"})
    title = String(required=True)
    purpose = String(required=True, validate=OneOf(("complete", "sign_off")))
    part_of = String(allow_none=True, metadata={"description": "the course or curriculum that it belongs to"})
    due_on = Date(allow_none=True)
    state = String(required=True, validate=OneOf(STATES))
    completed_at = String(allow_none=True)


class Assignments(Schema):
    items = List(Nested(AssignmentItem), required=True)
    next = Integer(allow_none=True)


class Completion(Schema):
    revision = Integer(
        required=True,
        strict=True,
        validate=Range(min=1, max=MOST),
        metadata={"description": "number of the revision that was read; it is the one that is acknowledged"},
    )


class Completed(Schema):
    document = String(required=True)
    revision = Integer(required=True)
    completed_at = String(required=True)
    new = Boolean(required=True, metadata={"description": "false where it had been said before"})


class Position(Schema):
    document = String(required=True, validate=Length(max=240), metadata={"example": "lesson:onboarding/culture/01"})
    revision = Integer(required=True, strict=True, validate=Range(min=1, max=MOST))
    anchor = String(load_default="", validate=Length(max=200))
    section = Integer(required=True, strict=True, validate=Range(min=0, max=500))
    sections = Integer(required=True, strict=True, validate=Range(min=0, max=500))
    seconds = Integer(required=True, strict=True, validate=Range(min=0, max=3600))


class Kept(Schema):
    section = Integer(required=True)
    sections = Integer(required=True)
    observed_seconds = Integer(required=True, metadata={"description": "as the server's clock allows"})


class Played(Schema):
    file = String(
        required=True, validate=Length(min=1, max=300), metadata={"example": "courses/a/files/kettle-3f9a2c.mp4"}
    )
    position = Integer(required=True, strict=True, validate=Range(min=0, max=MOST))
    ranges = List(
        List(Integer(strict=True, validate=Range(min=0, max=MOST)), validate=Length(equal=2)),
        required=True,
        validate=Length(max=MOST_CLAIMED),
        metadata={"description": "what was played since the page was opened: pairs of milliseconds"},
    )


class Seen(Schema):
    file = String(required=True)
    position = Integer(required=True)
    length = Integer(required=True, metadata={"description": "milliseconds"})
    percent = Integer(required=True, metadata={"description": "as the server's clock allows"})
    ranges = List(List(Integer()), required=True)


class Ticks(Schema):
    ticked = List(Integer(strict=True, validate=Range(min=0, max=999)), required=True)


class Work(Schema):
    version = Integer(required=True)
    state = String(required=True)
    ticked = List(Integer(), required=True)
    saved = String(required=True)


class WaitingItem(Schema):
    id = Integer(required=True)
    employee_no = String(required=True)
    name = String(required=True)
    document = String(required=True)
    title = String(required=True)
    submitted_at = String(required=True)
    version = Integer(required=True)


class WaitingList(Schema):
    items = List(Nested(WaitingItem), required=True)
    next = Integer(allow_none=True)


class Version(Schema):
    version = Integer(required=True, strict=True, validate=Range(min=0, max=MOST))


class Return(Version):
    remark = String(required=True, validate=Length(min=1, max=500))


class Decided(Schema):
    id = Integer(required=True)
    state = String(required=True)
    decided_at = DateTime(allow_none=True)


@bp.get("/me/assignments")
@bp.output(Assignments)
@requires(Permission.LEARN)
def my_assignments() -> dict[str, Any]:
    """Everything that I owe or have done, by assignment and order."""
    duties = duties_queries.duties(current_actor().id, today())
    return page([_item(duty) for duty in duties], None)


def _item(duty: Duty) -> dict[str, Any]:
    state = State.OPEN if duty.state == State.STARTED else duty.state
    return {
        "document": duty.name,
        "title": duty.title,
        "purpose": duty.item.purpose,
        "part_of": f"course:{duty.container_slug}" if duty.container_slug else f"{duty.goal_kind}:{duty.goal_slug}",
        "due_on": duty.item.due_on,
        "state": state.value,
        "completed_at": instant(duty.item.done_at),
    }


@bp.post("/documents/<kind>/<path:slug>/completions")
@bp.input(Completion)
@bp.output(Completed)
@bp.doc(responses={409: RESPONSES[409]})
@requires(Permission.LEARN)
def complete_document(kind: str, slug: str, json_data: dict[str, Any]) -> dict[str, Any]:
    """Reading of a lesson or article done; acknowledges the revision named, once."""
    with transaction():
        done = readings.complete(current_actor(), kind, slug, number=json_data["revision"], source="api")
        card = content.cards([done.document_id])[done.document_id]
    return {
        "document": f"{card.kind}:{card.slug}",
        "revision": done.number,
        "completed_at": instant(done.at),
        "new": done.fresh,
    }


@bp.post("/reading")
@bp.input(Position)
@bp.output(Kept)
@bp.doc(responses={404: RESPONSES[404]})
@requires(Permission.LEARN)
def save_reading(json_data: dict[str, Any]) -> dict[str, Any]:
    """Where I am in a lesson or article, and for how many seconds I have read since I last said so."""
    kind, _colon, slug = json_data["document"].partition(":")
    if not slug:
        raise NotFound()
    with transaction():
        reading = readings.save_position(
            current_actor(),
            kind,
            slug,
            number=json_data["revision"],
            anchor=json_data["anchor"],
            section=json_data["section"],
            sections=json_data["sections"],
            seconds=json_data["seconds"],
        )
        kept = {
            "section": reading.section,
            "sections": reading.sections,
            "observed_seconds": reading.observed_seconds,
        }
    return kept


@bp.post("/watching")
@bp.input(Played)
@bp.output(Seen)
@bp.doc(responses={404: RESPONSES[404]})
@requires(Permission.LEARN)
def save_watching(json_data: dict[str, Any]) -> dict[str, Any]:
    """Which parts of a film I have played, and where it stands."""
    with transaction():
        kept = watching.report(
            current_actor(), json_data["file"], ranges=json_data["ranges"], position=json_data["position"]
        )
    return {
        "file": kept.path,
        "position": kept.position,
        "length": kept.length,
        "percent": kept.percent,
        "ranges": [list(span) for span in kept.watched],
    }


@bp.put("/tasks/<path:slug>/work")
@bp.input(Ticks)
@bp.output(Work)
@bp.doc(responses={409: RESPONSES[409]})
@requires(Permission.LEARN)
def save_task(slug: str, json_data: dict[str, Any]) -> dict[str, Any]:
    """The ticked lines of my checklist, counted from 0; the last word wins."""
    with transaction():
        work = tasks.save(current_actor(), slug, ticked=json_data["ticked"], evidence=None, version=None)
        kept = {"version": work.version, "state": work.state, "ticked": work.ticked, "saved": _("已保存")}
    return kept


@bp.get("/tasks/waiting")
@bp.output(WaitingList)
@requires(Permission.TASK_CONFIRM)
def waiting() -> dict[str, Any]:
    """Tasks that wait for my confirmation, the oldest first."""
    rows = queries.waiting(current_actor())
    items = [
        {
            "id": row.id,
            "employee_no": row.employee_no or "",
            "name": row.name or "",
            "document": f"task:{row.slug}",
            "title": row.title,
            "submitted_at": instant(row.submitted_at),
            "version": row.version,
        }
        for row in rows
    ]
    return page(items, None)


@bp.post("/tasks/work/<int:work_id>/confirm")
@bp.input(Version)
@bp.output(Decided)
@bp.doc(responses={409: RESPONSES[409]})
@requires(Permission.TASK_CONFIRM)
def confirm_task(work_id: int, json_data: dict[str, Any]) -> dict[str, Any]:
    """Confirm handed-in work as I saw it; the same again gives the same answer."""
    with transaction():
        work = confirming.confirm(current_actor(), work_id, version=json_data["version"])
        answer = {"id": work.id, "state": work.state, "decided_at": work.decided_at}
    return answer


@bp.post("/tasks/work/<int:work_id>/return")
@bp.input(Return)
@bp.output(Decided)
@bp.doc(responses={409: RESPONSES[409]})
@requires(Permission.TASK_CONFIRM)
def return_task(work_id: int, json_data: dict[str, Any]) -> dict[str, Any]:
    """Send handed-in work back with a remark."""
    with transaction():
        work = confirming.send_back(current_actor(), work_id, version=json_data["version"], remark=json_data["remark"])
        answer = {"id": work.id, "state": work.state, "decided_at": work.decided_at}
    return answer
