"""`GET /quizzes/<slug>/analysis`: how the questions of a quiz do."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Dict, Float, Integer, List, Nested, String
from apiflask.validators import OneOf, Range, Regexp
from flask import jsonify
from werkzeug.wrappers import Response

from lms.accounts.queries import team_tree
from lms.content.queries import open_published
from lms.core.access import Permission
from lms.core.errors import NotFound
from lms.core.i18n import say
from lms.quizzes.api.room import bp
from lms.quizzes.queries.analysis import OCCASION, Take, Wanted
from lms.quizzes.queries.analysis import analysis as analysed
from lms.quizzes.rules.analysis.written import plain, plain_whole
from lms.web.api import MOST, refusals
from lms.web.auth import current_actor, requires


class AnalysisQuery(Schema):
    take = String(load_default=Take.FIRST.value, validate=OneOf([each.value for each in Take]))
    start = Date(data_key="from", load_default=None, metadata={"description": "first day of handing in"})
    end = Date(data_key="to", load_default=None, metadata={"description": "last day of handing in"})
    team = String(load_default="", metadata={"description": "code of a team; the teams below it count too"})
    revision = Integer(
        load_default=None, validate=Range(min=1, max=MOST), metadata={"description": "number of the version"}
    )
    occasion = String(
        load_default="", validate=Regexp(rf"^{OCCASION}$"), metadata={"description": "once, makeup:1, check:2026-W48"}
    )


class ItemLine(Schema):
    """One version of a question. Shares lie in 0..1; null = too few answers, or nothing to count."""

    key = String(required=True)
    number = Integer(required=True)
    version = String(required=True)
    current = Boolean(required=True)
    type = String(required=True)
    text = String(required=True)
    attempts = Integer(required=True)
    enough = Boolean(required=True)
    difficulty = Float(required=True)
    difficulty_interval = List(Float(), required=True)
    discrimination = Float(required=True, allow_none=True)
    discrimination_interval = List(Float(), required=True, allow_none=True)
    upper_lower = Float(required=True, allow_none=True)
    upper_lower_interval = List(Float(), required=True, allow_none=True)
    omitted = Integer(required=True)
    median_seconds = Float(required=True, allow_none=True)
    options = List(Dict(keys=String()), required=True)
    hints = List(String(), required=True)
    quiet = List(String(), required=True, metadata={"description": "hints that somebody has looked at"})
    good = Boolean(required=True)


class AnalysisBody(Schema):
    summary = String(required=True)
    quiz = Dict(keys=String(), required=True)
    items = List(Nested(ItemLine), required=True)


@bp.get("/quizzes/<path:slug>/analysis")
@requires(Permission.QUIZ_ANALYSIS)
@bp.input(AnalysisQuery, location="query", arg_name="asked")
@bp.output(AnalysisBody)
@bp.doc(summary="How the questions of a quiz do, over the attempts that count", responses=refusals(404))
def analysis(slug: str, asked: dict[str, Any]) -> Response:
    opened = open_published(current_actor(), "quiz", slug)
    team_id = None
    if asked["team"]:
        team_id = next((each.id for each in team_tree() if each.code == asked["team"]), None)
        if team_id is None:
            raise NotFound()
    wanted = Wanted(
        take=Take(asked["take"]),
        start=asked["start"],
        end=asked["end"],
        team_id=team_id,
        revision=asked["revision"],
        occasion=asked["occasion"],
    )
    found = analysed(opened, wanted)
    return jsonify(
        {
            "summary": say(found.report.sentence),
            "quiz": plain_whole(found.report, found.waiting),
            "items": [plain(finding) for finding in found.report.findings],
        }
    )
