"""The quizzes over `/api/v1`: what the paper's own page uses, and any other program."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Float, Integer, List, Nested, Raw, String
from apiflask.validators import Range, Regexp

from lms.core import clock
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.points import number, percent, to_fraction
from lms.quizzes import actions, queries
from lms.quizzes.api.room import TAB, bp
from lms.quizzes.api.running_bodies import WhyBody
from lms.quizzes.rules.attempts import AttemptClosed, Reveal, State
from lms.web.api import MOST, instant, refusals
from lms.web.auth import current_actor, requires

VALUE: dict[str, Any] = {
    "description": "By the question's type: option, options, true or false, words, number as text, order of steps"
    ' ("" = a place that is still open), pairs, text. null takes the answer back.',
    "oneOf": [
        {"type": "string"},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "null"},
    ],
}


class AnswerBody(Schema):
    value = Raw(required=True, allow_none=True, metadata=VALUE)
    seq = Integer(required=True, strict=True, validate=Range(min=1, max=MOST))
    tab = String(validate=Regexp(TAB), metadata={"description": "the page that sends it; none: any other program"})
    seconds = Integer(
        strict=True,
        validate=Range(min=0, max=MOST),
        metadata={"description": "how long the question was in front: never falls, never passes the attempt's length"},
    )


class FlagBody(Schema):
    flagged = Boolean(required=True, truthy={True}, falsy={False})


class QuestionBody(Schema):
    id = String(required=True)
    type = String(required=True)
    text_html = String(required=True)
    hint_html = String(allow_none=True)
    options = List(Dict(), required=True, metadata={"description": "id and html of each, in the order to show"})
    left = List(Dict(), metadata={"description": "matching: what the options are joined to"})
    blanks = Integer(metadata={"description": "fill-in: how many gaps the text has, each written as ____"})
    unit = String()
    shortest = Integer(allow_none=True)
    longest = Integer(allow_none=True)
    half_if_incomplete = Boolean()
    none_if_wrong = Boolean()
    case_sensitive = Boolean()
    by_neighbours = Boolean()
    points = Float(required=True)
    answer = Raw(allow_none=True, metadata=VALUE)
    answered = Boolean(required=True)
    seq = Integer(required=True)
    flagged = Boolean(required=True)


class QuestionResult(Schema):
    id = String(required=True)
    result = String(metadata={"enum": [mode.value for mode in queries.Mode]})
    earned = Float()
    possible = Float()
    review = Dict(metadata={"description": "key, explanation and sections to read; only when they may be known"})


class ResultBody(Schema):
    score = Float(required=True, metadata={"description": "0-100"})
    passed = Boolean(required=True, allow_none=True, metadata={"description": "null while a marker is awaited"})
    per_question = List(Nested(QuestionResult), required=True)


class SubmittedBody(ResultBody):
    """The same as the result inside an attempt; a class of its own, because one class is described only once."""


class AttemptBody(Schema):
    id = String(required=True)
    quiz = String(required=True)
    revision = Integer(required=True)
    number = Integer(required=True)
    state = String(required=True, metadata={"enum": [state.value for state in State]})
    deadline = String(allow_none=True, metadata={"format": "date-time"})
    seconds_left = Integer(allow_none=True)
    paused = Boolean(required=True, metadata={"description": "a trainer stopped the clock: nothing is saved meanwhile"})
    answered = Integer(required=True)
    total = Integer(required=True)
    questions = List(Nested(QuestionBody), required=True)
    result = Nested(ResultBody, allow_none=True)


class SavedBody(Schema):
    saved_seq = Integer(required=True)
    saved_at = String(allow_none=True, metadata={"format": "date-time"})
    changed = Boolean(required=True, metadata={"description": "false: a seq at least as high was saved before"})
    value = Raw(allow_none=True, metadata=VALUE)
    answered = Integer(required=True)
    total = Integer(required=True)
    seconds_left = Integer(allow_none=True)


@bp.post("/quizzes/<path:slug>/attempts")
@requires(Permission.LEARN)
@bp.output(AttemptBody, status_code=201)
@bp.doc(
    summary="Begin an attempt, or get the open one (200)",
    responses={200: "the attempt that was open already", **refusals(404, 409)},
)
def start(slug: str) -> tuple[dict[str, Any], int]:
    actor = current_actor()
    with transaction():
        started = actions.start(actor, slug)
    return _attempt(queries.own_sitting(actor, started.public_id)), 201 if started.created else 200


@bp.get("/attempts/<attempt_id>")
@requires(Permission.LEARN)
@bp.output(AttemptBody)
@bp.doc(summary="The paper with one's answers, and the result once it may be known", responses=refusals(404))
def attempt(attempt_id: str) -> dict[str, Any]:
    return _attempt(queries.own_sitting(current_actor(), attempt_id))


@bp.put("/attempts/<attempt_id>/answers/<question>")
@requires(Permission.LEARN)
@bp.input(AnswerBody, arg_name="body")
@bp.output(SavedBody)
@bp.doc(
    summary="Save one answer; a seq that is not higher than the saved one changes nothing",
    responses=refusals(404, 409, 422),
)
def answer(attempt_id: str, question: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    try:
        with transaction():
            saved = actions.save_answer(
                actor,
                attempt_id,
                question,
                body["value"],
                body["seq"],
                tab=body.get("tab"),
                seconds=body.get("seconds"),
            )
    except AttemptClosed as closed:
        if closed.code == "time_over":
            with transaction():
                actions.submit(actor, attempt_id)
        raise
    return {
        "saved_seq": saved.seq,
        "saved_at": instant(saved.saved_at),
        "changed": saved.changed,
        "value": saved.value,
        "answered": saved.answered,
        "total": saved.total,
        "seconds_left": saved.seconds_left,
    }


@bp.put("/attempts/<attempt_id>/flags/<question>")
@requires(Permission.LEARN)
@bp.input(FlagBody, arg_name="body")
@bp.output(FlagBody)
@bp.doc(summary="Mark a question to come back to", responses=refusals(404, 409, 422))
def flag(attempt_id: str, question: str, body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        actions.flag(current_actor(), attempt_id, question, body["flagged"])
    return body


@bp.post("/attempts/<attempt_id>/submit")
@requires(Permission.LEARN)
@bp.output(SubmittedBody)
@bp.doc(summary="Hand the attempt in; sent again, the same answer", responses=refusals(404, 409))
def submit(attempt_id: str) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        actions.submit(actor, attempt_id)
    return _result(queries.own_sitting(actor, attempt_id))


@bp.post("/attempts/<attempt_id>/void")
@requires(Permission.RECORD_VOID)
@bp.input(WhyBody, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Let an attempt count for nothing; nothing is deleted", responses=refusals(404, 409, 422))
def void(attempt_id: str, body: dict[str, Any]) -> tuple[str, int]:
    with transaction():
        actions.void(current_actor(), attempt_id, body["reason"])
    return "", 204


def _attempt(sitting: queries.Sitting) -> dict[str, Any]:
    items = queries.items_of(sitting)
    ended = sitting.state is not State.OPEN
    return {
        "id": sitting.public_id,
        "quiz": f"quiz:{sitting.slug}",
        "revision": sitting.revision_id,
        "number": sitting.number,
        "state": sitting.state.value,
        "deadline": instant(sitting.deadline_at),
        "seconds_left": None if ended else sitting.seconds_left(clock.now()),
        "paused": sitting.paused_at is not None and not ended,
        "answered": sum(item.answered for item in items),
        "total": sitting.total,
        "questions": [
            {
                "id": item.key,
                **queries.seen(item),
                "points": number(to_fraction(item.points)),
                "answer": item.shown,
                "answered": item.answered,
                "seq": item.seq,
                "flagged": item.flagged,
            }
            for item in items
        ],
        "result": _result(sitting) if ended and sitting.state is not State.VOIDED else None,
    }


def _result(sitting: queries.Sitting) -> dict[str, Any]:
    result = queries.result_of(sitting)
    return {
        "score": number(percent(sitting.earned or 0, sitting.possible)),
        "passed": sitting.passed,
        "per_question": [_line(line) for line in result.lines],
    }


def _line(line: queries.Line) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": line.review.key}
    if line.review.reveal is not Reveal.NOTHING:
        shown |= {
            "result": line.mode.value,
            "earned": number(to_fraction(line.earned)),
            "possible": number(to_fraction(line.possible)),
        }
    if line.review.reveal is Reveal.KEY:
        shown["review"] = line.review.view
    return shown
