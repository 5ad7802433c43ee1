"""题库 over `/api/v1`: every question in one list, several tagged and rated at once, brought into a quiz."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.content.rules.paths import MAX_SLUG
from lms.content.rules.tagging import listed
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import say
from lms.core.texts import Text, text
from lms.questions.spec import Kind
from lms.quizzes.actions import bank as actions
from lms.quizzes.actions.bank import COPY, DRAW, MOST, Chosens
from lms.quizzes.api.room import bp
from lms.quizzes.queries import bank as queries
from lms.quizzes.queries.bank import Wanted
from lms.quizzes.rules.bank_edit import Change
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires

KEY = Length(max=12)
WORD = Length(max=60)
LEVELS = ("", "1", "2", "3", "4", "5", "0")
STATES = ("", "bank", "quiz", "unused", "doubt")


class QuestionsQuery(Schema):
    q = String(load_default="", validate=Length(max=100), metadata={"description": "in what is asked"})
    kind = String(load_default="", validate=OneOf(("", *(each.value for each in Kind))))
    tag = String(load_default="", validate=WORD)
    level = String(load_default="", validate=OneOf(LEVELS), metadata={"description": "0: without one"})
    file = String(load_default="", validate=Length(max=MAX_SLUG), metadata={"description": "slug of a quiz or bank"})
    state = String(
        load_default="", validate=OneOf(STATES), metadata={"description": "unused: in a bank that no quiz draws from"}
    )
    after = Integer(load_default=0, strict=False, validate=Range(min=0, max=1_000_000))
    limit = Integer(load_default=100, strict=False, validate=Range(min=1, max=200))


class BankQuestion(Schema):
    key = String(required=True, metadata={"description": "six characters, for life"})
    title = String(required=True)
    kind = String(required=True, metadata={"enum": [each.value for each in Kind]})
    level = Integer(required=True, allow_none=True)
    tags = List(String(), required=True)
    file = String(required=True, metadata={"description": "slug of the quiz or bank that holds it"})
    in_doubt = Boolean(required=True, metadata={"description": "what it rests on has changed"})


class BankQuestions(Schema):
    items = List(Nested(BankQuestion), required=True)
    next = Integer(required=True, allow_none=True)


class _SomeQuestions(Schema):
    questions = List(
        String(validate=KEY), required=True, validate=Length(min=1, max=MOST), metadata={"description": "their keys"}
    )


class RetagBody(_SomeQuestions):
    add = List(String(validate=WORD), load_default=list, validate=Length(max=50))
    remove = List(String(validate=WORD), load_default=list, validate=Length(max=50))
    level = String(
        load_default="", validate=OneOf(LEVELS), metadata={"description": "1 to 5; 0: none; empty: as it is"}
    )


class AddToBody(_SomeQuestions):
    quiz = String(required=True, validate=Length(min=1, max=MAX_SLUG), metadata={"description": "slug"})
    how = String(load_default=COPY, validate=OneOf((COPY, DRAW)), metadata={"description": "draw: from their banks"})
    section = String(required=True, validate=Length(min=1, max=120), metadata={"description": "its name"})


class RetaggedBody(Schema):
    questions = Integer(required=True, metadata={"description": "that were found"})
    files = List(String(), required=True, metadata={"description": "slugs of the drafts that hold them"})
    count = Integer(required=True, metadata={"description": "files that differ now"})


class AddedBody(Schema):
    quiz = String(required=True, metadata={"description": "slug"})
    added = Boolean(required=True, metadata={"description": "false: all of it is there already"})


@bp.get("/questions")
@requires(Permission.CONTENT_EDIT)
@bp.input(QuestionsQuery, location="query", arg_name="query")
@bp.output(BankQuestions)
@bp.doc(summary="Every question of quizzes and banks, by file", responses=refusals(422))
def questions(query: dict[str, Any]) -> dict[str, Any]:
    after, limit = query["after"], query["limit"]
    wanted = Wanted(
        words=query["q"],
        kind=query["kind"],
        tag=query["tag"].lstrip("#＃"),
        level=query["level"],
        file=query["file"],
        state=query["state"],
        offset=after,
        size=limit,
    )
    found, total = queries.questions(wanted)
    items = [
        {
            "key": row.key,
            "title": row.title,
            "kind": row.kind,
            "level": row.level,
            "tags": list(row.tags),
            "file": row.file.slug,
            "in_doubt": row.in_doubt,
        }
        for row in found
    ]
    return page(items, after + limit if after + limit < total else None)


@bp.post("/questions/tags")
@requires(Permission.CONTENT_EDIT)
@bp.input(RetagBody, arg_name="body")
@bp.output(RetaggedBody, status_code=200)
@bp.doc(
    summary="Tag and rate several questions in drafts of their files: all of them or none",
    description="422 `some_refused` with `reasons`, a sentence for each file that can't be changed.",
    responses=refusals(400, 422),
)
def tag_questions(body: dict[str, Any]) -> dict[str, Any]:
    change = Change(add=listed("，".join(body["add"])), remove=listed("，".join(body["remove"])), level=body["level"])
    found = _chosen(body["questions"])
    with transaction():
        count = actions.retag(current_actor(), found, change, say(text("批量改题目的标签和难度")))
    return {
        "questions": sum(len(each.questions) for each in found),
        "files": [each.head.card.slug for each in found],
        "count": count,
    }


@bp.post("/questions/add")
@requires(Permission.CONTENT_EDIT)
@bp.input(AddToBody, arg_name="body")
@bp.output(AddedBody, status_code=200)
@bp.doc(
    summary="Bring questions into the draft of a quiz, as copies or as lines that draw from their banks",
    description="422 `some_refused` with `reasons` where the draft can't be changed.",
    responses=refusals(400, 422),
)
def add_questions(body: dict[str, Any]) -> dict[str, Any]:
    wrong: dict[str, Text] = {}
    title = " ".join(body["section"].split())
    if not title:
        wrong["section"] = text("请写小节的名字。")
    try:
        actions.target_of(body["quiz"])
    except NotFound:
        wrong["quiz"] = text("请选一份测验。")
    try:
        found = _chosen(body["questions"])
    except Invalid as error:
        wrong |= error.fields or {"questions": error.message}
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    with transaction():
        slug, added = actions.add_to(current_actor(), found, body["quiz"], body["how"], title, say(text("从题库加题")))
    return {"quiz": slug, "added": added}


def _chosen(keys: list[str]) -> list[Chosens]:
    """Return what is chosen, by file. Raises Invalid where none of it is there, or a file has errors."""
    found = actions.chosen(keys)
    if not found:
        reason = text("请至少选一道题。")
        raise Invalid(reason, fields={"questions": reason})
    return found
