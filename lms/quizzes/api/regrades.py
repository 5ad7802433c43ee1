"""Marking again over `/api/v1`: what it would do, doing it, and what was done."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf

from lms.content import queries as content
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.i18n import say
from lms.core.texts import text
from lms.quizzes import jobs
from lms.quizzes.actions import regrade as actions
from lms.quizzes.api.room import bp
from lms.quizzes.queries import impact as impacts
from lms.quizzes.queries import regrades as reading
from lms.quizzes.queries.choosing import How, key_by, version_of
from lms.quizzes.queries.regrading import asked_in
from lms.quizzes.rules.regrade import Drop, Rekey, Totals
from lms.web.api import instant, refusals
from lms.web.auth import current_actor, requires


class RegradeOrder(Schema):
    question = String(required=True, validate=Length(max=12), metadata={"description": "its key, six characters"})
    version = String(
        load_default="",
        validate=Length(max=64),
        metadata={"description": "16 hex digits of the version that was asked; none: the one meant most probably"},
    )
    to = String(
        required=True,
        validate=OneOf([each.value for each in How]),
        metadata={"description": "key: published now, as asked at first; all = everybody gets all; drop = nobody"},
    )
    remark = Boolean(load_default=False, metadata={"description": "also answers that a person has marked"})
    reason = String(load_default="", validate=Length(max=actions.LONGEST_REASON))
    seen = String(load_default=None, allow_none=True, metadata={"description": "of the preview: 409 if it is another"})
    dry_run = Boolean(load_default=False)


class RegradeCounts(Schema):
    attempts = Integer(required=True)
    people = Integer(required=True)
    raised = Integer(required=True)
    lowered = Integer(required=True)
    unchanged = Integer(required=True)
    to_pass = Integer(required=True)
    to_fail = Integer(required=True)
    undecided = Integer(required=True)
    kept = Integer(required=True, metadata={"description": "answers that keep a person's marks"})


class RegradeDone(Schema):
    id = String(required=True, allow_none=True, metadata={"description": "null for a preview"})
    version = String(required=True)
    seen = String(required=True)
    done = Boolean(required=True, metadata={"description": "false: the worker goes on with the rest"})
    counts = Nested(RegradeCounts, required=True)
    consequences = List(String(), required=True)


class RegradeRow(Schema):
    id = String(required=True)
    question = String(required=True)
    version = String(required=True)
    to = String(required=True, allow_none=True, metadata={"description": "null: the question was dropped"})
    reason = String(required=True)
    by = String(required=True)
    at = String(required=True, metadata={"format": "date-time"})
    done_at = String(required=True, allow_none=True, metadata={"format": "date-time"})
    counts = Nested(RegradeCounts, required=True)


class RegradesBody(Schema):
    items = List(Nested(RegradeRow), required=True)


@bp.get("/quizzes/<path:slug>/regrades")
@requires(Permission.QUIZ_REGRADE)
@bp.output(RegradesBody)
@bp.doc(summary="What was marked again in a quiz, and why, the latest first", responses=refusals(404))
def regrades(slug: str) -> dict[str, Any]:
    card = content.open_work("quiz", slug).card
    return {
        "items": [
            {
                "id": each.public_id,
                "question": each.key,
                "version": each.asked_sha.hex()[:16],
                "to": each.now_sha.hex()[:16] if each.now_sha else None,
                "reason": each.reason,
                "by": each.by,
                "at": instant(each.at),
                "done_at": instant(each.done_at),
                "counts": dict(each.counts),
            }
            for each in reading.history(card.document_id)
        ]
    }


@bp.post("/quizzes/<path:slug>/regrades")
@requires(Permission.QUIZ_REGRADE)
@bp.input(RegradeOrder, arg_name="body")
@bp.output(RegradeDone)
@bp.doc(
    summary="Mark closed attempts again by another key or without a question; `dry_run` only says what would change",
    responses=refusals(404, 409, 422),
)
def regrade(slug: str, body: dict[str, Any]) -> dict[str, Any]:
    found = asked_in(slug, body["question"])
    version = version_of(found, body["version"])
    if version is None:
        raise Invalid(text("这道题还没有人答过，没有要重新判分的答卷。"), code="never_asked")
    by = key_by(found, version, How(body["to"]))
    remark = body["remark"] or body["to"] == How.TO_ALL
    seen = impacts.impact(version.question, version.sha, Drop() if by is None else Rekey(by=by, remark=remark))
    answer = {
        "id": None,
        "version": version.name,
        "seen": seen.seen,
        "done": False,
        "counts": counted(seen.plan.totals),
        "consequences": [say(each.text) for each in seen.consequences],
    }
    if body["dry_run"]:
        return answer
    with transaction():
        public_id = actions.begin(
            current_actor(),
            document_id=found.quiz.document_id,
            part_id=found.part_id,
            from_sha=version.sha,
            by=by,
            reason=body["reason"],
            remark=remark,
            seen=body["seen"],
        )
    done = jobs.carry_out(actions.number_of(public_id))
    return answer | {"id": public_id, "done": done}


def counted(totals: Totals) -> dict[str, int]:
    return {name: getattr(totals, name) for name in RegradeCounts._declared_fields}
