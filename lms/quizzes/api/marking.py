"""Marking over `/api/v1`: what waits, one answer with its rubric, a mark, how a quiz is marked."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.points import ONE_POINT, Points, number, to_fraction
from lms.questions.rules.rubric import WHOLE
from lms.questions.rules.written import LineState, Tone
from lms.questions.spec import CriterionKind
from lms.quizzes.actions import marking as actions
from lms.quizzes.api.room import bp
from lms.quizzes.queries import answers, marking
from lms.quizzes.rules.marking import LONGEST_NOTE, Turn
from lms.web.api import MOST, instant, page, refusals
from lms.web.auth import current_actor, requires

TURNS = [turn.value for turn in Turn]
MOST_LINES = 100
BLIND = "an alias where the quiz is marked blind"
LINE = "from 0, as in the rubric; -1 for the answer as a whole, where no line of it earns points"


class TaskBody(Schema):
    attempt = String(required=True, metadata={"description": BLIND})
    position = Integer(required=True)
    quiz = String(required=True)
    question = String(required=True)
    turn = String(required=True, metadata={"enum": TURNS})
    person = String(required=True, allow_none=True, metadata={"description": "null where the quiz is marked blind"})
    submitted_at = String(required=True, allow_none=True, metadata={"format": "date-time"})


class TasksBody(Schema):
    items = List(Nested(TaskBody), required=True)
    next = String(required=True, allow_none=True)


class TasksQuery(Schema):
    quiz = String(validate=Length(max=400), metadata={"description": "slug of one quiz"})


class SheetLine(Schema):
    line = Integer(required=True, metadata={"description": LINE})
    kind = String(required=True, allow_none=True, metadata={"enum": [*(k.value for k in CriterionKind), None]})
    words = String(required=True)
    state = String(required=True, metadata={"enum": [state.value for state in LineState]})
    least = Float(required=True)
    most = Float(required=True)
    suggested = Float(required=True, metadata={"description": "what the rubric gives by itself"})
    given = Float(required=True, allow_none=True, metadata={"description": "what stands now, or is suggested"})
    said = List(String(), required=True)


class PieceBody(Schema):
    text = String(required=True)
    tone = String(required=True, metadata={"enum": [tone.value for tone in Tone]})
    lines = List(Integer(), required=True, metadata={"description": "numbers of the rubric's lines, from 1"})


class ChangeBody(Schema):
    kind = String(required=True, metadata={"enum": ["auto", "mark", "settle", "undo", "regrade"]})
    before = Float(required=True, allow_none=True)
    after = Float(required=True)
    version = Integer(required=True)
    note = String(required=True)
    by = String(required=True, allow_none=True, metadata={"description": "null: the server"})
    at = String(required=True, metadata={"format": "date-time"})


class WrittenBody(TaskBody):
    """One answer for its marker."""

    answer = String(required=True)
    pieces = List(Nested(PieceBody), required=True, metadata={"description": "the answer, cut where words count"})
    possible = Float(required=True)
    earned = Float(required=True, allow_none=True, metadata={"description": "null while it waits"})
    version = Integer(required=True, metadata={"description": "to be sent back with a mark"})
    lines = List(Nested(SheetLine), required=True)
    history = List(Nested(ChangeBody), required=True, metadata={"description": "empty for a second marker"})


class GivenLine(Schema):
    line = Integer(required=True, strict=True, validate=Range(min=WHOLE, max=MOST_LINES))
    points = Float(required=True, validate=Range(min=-1_000_000, max=1_000_000))


class MarkBody(Schema):
    version = Integer(required=True, strict=True, validate=Range(min=0, max=MOST))
    turn = String(required=True, validate=OneOf(TURNS), metadata={"description": "as the answer was read"})
    lines = List(Nested(GivenLine), required=True, validate=Length(max=MOST_LINES))
    note = String(load_default="", validate=Length(max=LONGEST_NOTE))


class MarkedBody(Schema):
    turn = String(required=True, metadata={"enum": TURNS})
    earned = Float(required=True)
    version = Integer(required=True)
    asks_again = Boolean(required=True, metadata={"description": "a second person marks this answer too"})


class PlanBody(Schema):
    blind = Boolean(required=True, truthy={True}, falsy={False})
    second_percent = Integer(required=True, strict=True, validate=Range(min=0, max=100))


@bp.get("/marking/waiting")
@requires(Permission.QUIZ_MARK)
@bp.input(TasksQuery, location="query", arg_name="query")
@bp.output(TasksBody)
@bp.doc(summary="Written answers that the caller may mark now, question by question", responses=refusals(404, 422))
def waiting_answers(query: dict[str, Any]) -> dict[str, Any]:
    wanted = query.get("quiz")
    document_id = marking.quiz_of(wanted).document_id if wanted is not None else None
    tasks = marking.tasks(current_actor(), document_id)
    quizzes = marking.quizzes_of({task.document_id for task in tasks}) if tasks else {}
    return page(
        [
            {
                "attempt": task.ref,
                "position": task.position,
                "quiz": f"quiz:{quizzes[task.document_id].slug}",
                "question": task.stem,
                "turn": task.turn.value,
                "person": task.name or None,
                "submitted_at": instant(task.at),
            }
            for task in tasks
        ],
        None,
    )


@bp.get("/marking/<attempt_id>/<int:position>")
@requires(Permission.QUIZ_MARK)
@bp.output(WrittenBody)
@bp.doc(summary="One written answer with its rubric and what its words earn", responses=refusals(404, 409))
def written_answer(attempt_id: str, position: int) -> dict[str, Any]:
    found = answers.answer_of(current_actor(), attempt_id, position)
    return {
        "attempt": found.ref,
        "position": found.position,
        "quiz": f"quiz:{found.quiz.slug}",
        "question": found.question.stem.text,
        "turn": found.turn.value,
        "person": found.name or None,
        "submitted_at": instant(found.at),
        "answer": found.answer,
        "pieces": [{"text": each.text, "tone": each.tone.value, "lines": list(each.lines)} for each in found.pieces],
        "possible": _number(found.possible),
        "earned": None if found.waiting or found.turn is Turn.SECOND else _number(found.earned),
        "version": found.version,
        "lines": [_line(line) for line in found.lines],
        "history": [_change(each) for each in found.history],
    }


@bp.put("/marking/<attempt_id>/<int:position>")
@requires(Permission.QUIZ_MARK)
@bp.input(MarkBody, arg_name="body")
@bp.output(MarkedBody)
@bp.doc(
    summary="Mark an answer; 409 `marked_meanwhile` with what is stored where somebody else was quicker",
    responses=refusals(404, 409, 422),
)
def mark_answer(attempt_id: str, position: int, body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        saved = actions.save_mark(
            current_actor(),
            attempt_id,
            position,
            version=body["version"],
            turn=Turn(body["turn"]),
            given={each["line"]: round(each["points"] * ONE_POINT) for each in body["lines"]},
            note=body["note"],
        )
    return {
        "turn": saved.turn.value,
        "earned": _number(saved.earned),
        "version": saved.version,
        "asks_again": saved.again,
    }


@bp.get("/marking-plans/<path:slug>")
@requires(Permission.QUIZ_MARK)
@bp.output(PlanBody)
@bp.doc(summary="How the written answers of a quiz are marked", responses=refusals(404))
def marking_plan(slug: str) -> dict[str, Any]:
    plan = marking.quiz_of(slug).plan
    return {"blind": plan.blind, "second_percent": plan.second_percent}


@bp.put("/marking-plans/<path:slug>")
@requires(Permission.QUIZ_MARK)
@bp.input(PlanBody, arg_name="body")
@bp.output(PlanBody)
@bp.doc(summary="Decide how the written answers of a quiz are marked from now on", responses=refusals(404, 422))
def set_marking_plan(slug: str, body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        plan = actions.set_plan(current_actor(), slug, blind=body["blind"], second_percent=body["second_percent"])
    return {"blind": plan.blind, "second_percent": plan.second_percent}


def _number(points: Points) -> float:
    return number(to_fraction(points))


def _line(line: answers.Line) -> dict[str, Any]:
    return {
        "line": line.worth.line,
        "kind": line.criterion.kind.value if line.criterion else None,
        "words": line.criterion.words if line.criterion else "",
        "state": line.state.value,
        "least": _number(line.worth.least),
        "most": _number(line.worth.most),
        "suggested": _number(line.auto),
        "given": None if line.given is None else _number(line.given),
        "said": list(line.said),
    }


def _change(change: answers.Past) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "before": None if change.before is None else _number(change.before),
        "after": _number(change.after),
        "version": change.version,
        "note": change.note,
        "by": change.by or None,
        "at": instant(change.at),
    }
