"""The catalogue, surveys after courses, and suggestions to the training plan for programs."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.assignments.actions.choice import give_up
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.texts import text
from lms.learning.actions import ideas as suggesting
from lms.learning.actions import offers as offering
from lms.learning.actions import surveys as asking
from lms.learning.api.room import bp
from lms.learning.queries import certificates, ideas, offers, surveys
from lms.learning.queries.surveys import PULSE
from lms.learning.rules import surveys as rules
from lms.learning.rules.surveys import AFTER_A_COURSE, TYPES, Question
from lms.web.api import fields_named, instant, page, refusals
from lms.web.auth import current_actor, requires

_DOCUMENT = {"description": "kind:slug"}
LONGEST_NAME = 300


class OfferedLine(Schema):
    document = String(required=True, metadata=_DOCUMENT)
    title = String(required=True)
    category = String(required=True, validate=OneOf(list(offers.CATEGORIES)))
    words = String(required=True)
    minutes = Integer(required=True)
    days = Integer(required=True, allow_none=True, metadata={"description": "for who chooses it; null = no limit"})
    state = String(required=True, metadata={"description": "mine: done, owed or empty"})
    due_on = Date(required=True, allow_none=True)
    chosen = Boolean(required=True, metadata={"description": "I chose it myself"})


class Catalogue(Schema):
    items = List(Nested(OfferedLine), required=True)
    next = Integer(required=True, allow_none=True)


class ChoiceBody(Schema):
    document = String(required=True, validate=Length(max=LONGEST_NAME), metadata=_DOCUMENT)
    do = String(load_default="choose", validate=OneOf(["choose", "leave"]))


class ChoiceDone(Schema):
    owed = Boolean(required=True, metadata={"description": "I owe it now; after leaving it where others ask it of me"})


class OfferBody(Schema):
    document = String(required=True, validate=Length(max=LONGEST_NAME), metadata=_DOCUMENT)
    category = String(load_default="in-service", validate=OneOf(list(offers.CATEGORIES)))
    words = String(load_default="", validate=Length(max=offering.LONGEST_WORDS))
    days = Integer(load_default=None, allow_none=True, validate=Range(min=1, max=offering.MOST_DAYS))
    closed = Boolean(load_default=False, metadata={"description": "take it out; who chose it goes on"})


class QuestionWish(Schema):
    type = String(required=True, validate=OneOf(list(TYPES)))
    text = String(required=True, validate=Length(min=1, max=rules.LONGEST_QUESTION))
    options = List(
        String(validate=Length(min=1, max=rules.LONGEST_OPTION)),
        load_default=[],
        validate=Length(max=rules.MOST_OPTIONS),
        metadata={"description": "of a choice, 2 at least"},
    )


class SurveyChange(Schema):
    title = String(required=True, validate=Length(min=1, max=asking.LONGEST_TITLE))
    questions = List(Nested(QuestionWish), required=True, validate=Length(min=1, max=rules.MOST_QUESTIONS))
    anonymous = Boolean(load_default=True)


class NewSurvey(SurveyChange):
    document = String(
        load_default="",
        validate=Length(max=LONGEST_NAME),
        metadata={"description": "kind:slug; empty = after every course without its own"},
    )


class SurveyBody(Schema):
    id = String(required=True, metadata={"description": "another one where there were answers to other questions"})
    title = String(required=True)
    anonymous = Boolean(required=True)
    questions = List(Nested(QuestionWish), required=True)
    stopped = Boolean(required=True)


class IdeaLine(Schema):
    id = String(required=True)
    text = String(required=True)
    by = String(required=True, metadata={"description": "empty where it was given anonymously"})
    document = String(required=True, metadata={"description": "what it is about, kind:slug or empty"})
    made_at = String(required=True, metadata={"format": "date-time"})
    state = String(required=True, validate=OneOf(list(ideas.STATES)))
    answer = String(required=True)
    supporters = Integer(required=True)
    supported = Boolean(required=True, metadata={"description": "by me"})


class IdeaList(Schema):
    items = List(Nested(IdeaLine), required=True)
    next = Integer(required=True, allow_none=True)


class IdeaQuery(Schema):
    state = String(load_default="", validate=OneOf(["", *ideas.STATES]))


class IdeaWish(Schema):
    text = String(required=True, validate=Length(min=suggesting.SHORTEST, max=suggesting.LONGEST))
    document = String(load_default="", validate=Length(max=LONGEST_NAME), metadata=_DOCUMENT)


class IdeaMade(Schema):
    id = String(required=True)


class IdeaSupport(Schema):
    want = Boolean(required=True, metadata={"description": "false takes it back"})


class IdeaAnswer(Schema):
    state = String(required=True, validate=OneOf(list(ideas.STATES)))
    answer = String(load_default="", validate=Length(max=suggesting.LONGEST))


def _unknown(name: str) -> Invalid:
    reason = text("没有找到：%(numbers)s。", numbers=name)
    return Invalid(reason, fields={"document": reason})


@bp.get("/catalogue")
@requires(Permission.LEARN)
@bp.output(Catalogue)
@bp.doc(summary="What I may choose to learn, and how I stand with it")
def catalogue() -> dict[str, Any]:
    return page(
        [
            {
                "document": f"{line.kind}:{line.slug}",
                "title": line.title,
                "category": line.category,
                "words": line.words,
                "minutes": line.minutes,
                "days": line.days,
                "state": line.state,
                "due_on": line.due_on,
                "chosen": line.chosen,
            }
            for line in offers.offered(current_actor())
        ],
        None,
    )


@bp.post("/catalogue/choices")
@requires(Permission.LEARN)
@bp.input(ChoiceBody, arg_name="body")
@bp.output(ChoiceDone)
@bp.doc(summary="Choose something of the catalogue for myself, or leave it again", responses=refusals(404, 409, 422))
def choose(body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    found = next((line for line in offers.offered(actor) if f"{line.kind}:{line.slug}" == body["document"]), None)
    if found is None:
        raise _unknown(body["document"])
    with transaction():
        if body["do"] == "leave":
            return {"owed": not give_up(actor, found.document_id)}
        offering.choose(actor, found.document_id)
    return {"owed": True}


@bp.put("/catalogue")
@requires(Permission.OFFER_EDIT)
@bp.input(OfferBody, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Put something into the catalogue, say otherwise of it, or take it out", responses=refusals(422))
def keep_offer(body: dict[str, Any]) -> str:
    actor = current_actor()
    there = {f"{each.kind}:{each.slug}": each.document_id for each in offers.kept()}
    known = there if body["closed"] else there | {each.name: each.document_id for each in offers.to_offer(actor)}
    if body["document"] not in known:
        raise _unknown(body["document"])
    document_id = known[body["document"]]
    with transaction():
        if body["closed"]:
            offering.withdraw(actor, document_id)
        else:
            offering.offer(actor, document_id, category=body["category"], words=body["words"], days=body["days"])
    return ""


@bp.post("/surveys")
@requires(Permission.SURVEY_EDIT)
@bp.input(NewSurvey, arg_name="body")
@bp.output(SurveyBody, status_code=201)
@bp.doc(summary="Ask who completes a document these questions from now on", responses=refusals(409, 422))
def make_survey(body: dict[str, Any]) -> dict[str, Any]:
    actor, document_id = current_actor(), None
    if body["document"]:
        known = {each.name: each.document_id for each in certificates.offered(actor)}
        if body["document"] not in known:
            raise _unknown(body["document"])
        document_id = known[body["document"]]
    questions = _questions(body, AFTER_A_COURSE)
    with transaction():
        made = asking.make(
            actor, document_id=document_id, title=body["title"], questions=questions, anonymous=body["anonymous"]
        ).public_id
    return _survey(made)


@bp.get("/surveys/<survey_id>")
@requires(Permission.SURVEY_EDIT)
@bp.output(SurveyBody)
@bp.doc(summary="The questions of a survey", responses=refusals(404))
def survey(survey_id: str) -> dict[str, Any]:
    return _survey(survey_id)


@bp.put("/surveys/<survey_id>")
@requires(Permission.SURVEY_EDIT)
@bp.input(SurveyChange, arg_name="body")
@bp.output(SurveyBody)
@bp.doc(
    summary="Change a survey; once it has answers other questions begin a new one and the old one stops",
    responses=refusals(404, 409, 422),
)
def change_survey(survey_id: str, body: dict[str, Any]) -> dict[str, Any]:
    found = surveys.by_public_id(survey_id)
    questions = _questions(body, rules.read(found.questions))
    with transaction():
        changed = asking.change(
            current_actor(),
            survey_id,
            title=body["title"],
            questions=questions,
            anonymous=found.kind == PULSE or body["anonymous"],
        ).public_id
    return _survey(changed)


@bp.post("/surveys/<survey_id>/stop")
@requires(Permission.SURVEY_EDIT)
@bp.output(SurveyBody)
@bp.doc(summary="Ask nobody any more; what was answered stays", responses=refusals(404))
def stop_survey(survey_id: str) -> dict[str, Any]:
    with transaction():
        asking.stop(current_actor(), survey_id)
    return _survey(survey_id)


def _questions(body: dict[str, Any], before: tuple[Question, ...]) -> tuple[Question, ...]:
    lines = [(each["type"], each["text"], "\n".join(each["options"])) for each in body["questions"]]
    with fields_named(lambda field: field.replace("question-", "questions.")):
        return rules.written(lines, before)


def _survey(public_id: str) -> dict[str, Any]:
    found = surveys.by_public_id(public_id)
    return {
        "id": found.public_id,
        "title": found.title,
        "anonymous": found.anonymous,
        "questions": [
            {"type": each.type, "text": each.text, "options": list(each.options)}
            for each in rules.read(found.questions)
        ],
        "stopped": found.stopped_at is not None,
    }


@bp.get("/ideas")
@requires(Permission.LEARN)
@bp.input(IdeaQuery, location="query", arg_name="query")
@bp.output(IdeaList)
@bp.doc(summary="Suggestions to the training plan, those that wait for an answer first", responses=refusals(422))
def ideas_seen(query: dict[str, Any]) -> dict[str, Any]:
    return page(
        [
            {
                "id": each.public_id,
                "text": each.text,
                "by": each.author,
                "document": f"{each.document_kind}:{each.document_slug}" if each.document_kind else "",
                "made_at": instant(each.made_at),
                "state": each.state,
                "answer": each.answer,
                "supporters": each.supporters,
                "supported": each.supported,
            }
            for each in ideas.ideas(current_actor(), query["state"])
        ],
        None,
    )


@bp.post("/ideas")
@requires(Permission.LEARN)
@bp.input(IdeaWish, arg_name="body")
@bp.output(IdeaMade, status_code=201)
@bp.doc(
    summary="Suggest something for the training plan, with my name: a call says whose it is, the page need not",
    responses=refusals(422),
)
def suggest(body: dict[str, Any]) -> dict[str, Any]:
    actor, document_id = current_actor(), None
    if body["document"]:
        known = {each.name: each.document_id for each in certificates.offered(actor)}
        if body["document"] not in known:
            raise _unknown(body["document"])
        document_id = known[body["document"]]
    with transaction():
        return {"id": suggesting.suggest(actor, body["text"], document_id=document_id).public_id}


@bp.post("/ideas/<idea_id>/support")
@requires(Permission.LEARN)
@bp.input(IdeaSupport, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Say that I want the same, or no more", responses=refusals(404, 409, 422))
def support_idea(idea_id: str, body: dict[str, Any]) -> str:
    with transaction():
        suggesting.support(current_actor(), idea_id, wanted=body["want"])
    return ""


@bp.post("/ideas/<idea_id>/answer")
@requires(Permission.IDEA_ANSWER)
@bp.input(IdeaAnswer, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Say what becomes of a suggestion; who wanted it is told", responses=refusals(404, 422))
def answer_idea(idea_id: str, body: dict[str, Any]) -> str:
    with transaction():
        suggesting.answer(current_actor(), idea_id, state=body["state"], words=body["answer"])
    return ""
