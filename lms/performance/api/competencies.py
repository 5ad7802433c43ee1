"""JSON of what people can be able to do: the competencies and how their levels are reached."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.performance.actions import competencies as acts
from lms.performance.api.room import bp
from lms.performance.queries import competencies as reading
from lms.performance.queries.competencies import Kept
from lms.performance.rules.competencies import (
    LEVELS,
    LONGEST_ABOUT,
    LONGEST_CODE,
    LONGEST_NAME,
    LONGEST_WORD,
    MOST_FRESH_DAYS,
    MOST_WORDS,
    USUAL_FRESH_DAYS,
    USUAL_LEVELS,
)
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires


def _words(what: str) -> Any:
    """A word has none of the signs that part words in the form of the page."""
    one = String(validate=[Length(min=1, max=LONGEST_WORD), Regexp("^[^,，、；;\r\n]*$")])
    return List(one, load_default=list, validate=Length(max=MOST_WORDS), metadata={"description": what})


class CompetencyIn(Schema):
    code = String(required=True, validate=Length(min=1, max=LONGEST_CODE))
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    about = String(load_default="", validate=Length(max=LONGEST_ABOUT))
    words = _words("tags of what tells of it; with `dimensions` at least one")
    dimensions = _words("dimensions of drills that tell of it")
    levels = List(
        Integer(strict=True, validate=Range(min=1, max=100)),
        load_default=lambda: list(USUAL_LEVELS),
        validate=Length(equal=LEVELS - 1),
        metadata={"description": "rising: the least scores of the levels 2 to 5"},
    )
    fresh_days = Integer(load_default=USUAL_FRESH_DAYS, strict=True, validate=Range(min=1, max=MOST_FRESH_DAYS))


class CompetencyOut(Schema):
    id = String(required=True)
    code = String(required=True)
    name = String(required=True)
    about = String(required=True)
    words = List(String(), required=True)
    dimensions = List(String(), required=True)
    levels = List(Integer(), required=True)
    fresh_days = Integer(required=True)
    active = Boolean(required=True)


class CompetencyAnswer(CompetencyOut):
    """One competency by itself."""


class CompetencyList(Schema):
    items = List(Nested(CompetencyOut), required=True)
    next = Integer(required=True, allow_none=True)


class CompetencyAct(Schema):
    act = String(required=True, validate=OneOf(["stop", "use"]))


@bp.get("/competencies")
@requires(Permission.COMPETENCY_EDIT)
@bp.output(CompetencyList)
@bp.doc(summary="Every competency, in use or not")
def competency_list() -> dict[str, Any]:
    return page([_body(each) for each in reading.competencies(every=True)], None)


@bp.post("/competencies")
@requires(Permission.COMPETENCY_EDIT)
@bp.input(CompetencyIn, arg_name="body")
@bp.output(CompetencyAnswer, status_code=201)
@bp.doc(summary="Define a competency; everybody's level follows at once", responses=refusals(422))
def make_competency(body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        return _body(_kept(acts.make(current_actor(), _typed(body)).public_id))


@bp.put("/competencies/<competency_id>")
@requires(Permission.COMPETENCY_EDIT)
@bp.input(CompetencyIn, arg_name="body")
@bp.output(CompetencyAnswer)
@bp.doc(summary="Change a competency; everybody's level follows at once", responses=refusals(404, 422))
def change_competency(competency_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        acts.change(current_actor(), competency_id, _typed(body))
        return _body(_kept(competency_id))


@bp.post("/competencies/<competency_id>")
@requires(Permission.COMPETENCY_EDIT)
@bp.input(CompetencyAct, arg_name="body")
@bp.output(CompetencyAnswer)
@bp.doc(summary="Put a competency out of use, or into use again", responses=refusals(404, 422))
def act_on_competency(competency_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        acts.switch(current_actor(), competency_id, active=body["act"] == "use")
        return _body(_kept(competency_id))


def _typed(body: dict[str, Any]) -> dict[str, str]:
    """Return a body as the form of the page has it."""
    return {
        "code": body["code"],
        "name": body["name"],
        "about": body["about"],
        "words": ",".join(body["words"]),
        "dimensions": ",".join(body["dimensions"]),
        "levels": ",".join(map(str, body["levels"])),
        "fresh_days": str(body["fresh_days"]),
    }


def _kept(public_id: str) -> Kept:
    found = next((each for each in reading.competencies(every=True) if each.public_id == public_id), None)
    if found is None:
        raise NotFound()
    return found


def _body(kept: Kept) -> dict[str, Any]:
    return {
        "id": kept.public_id,
        "code": kept.code,
        "name": kept.name,
        "about": kept.about,
        "words": list(kept.words),
        "dimensions": list(kept.dimensions),
        "levels": list(kept.levels),
        "fresh_days": kept.fresh_days,
        "active": kept.active,
    }
