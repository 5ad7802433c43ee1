"""JSON of the composite's formulas: read, drafted and changed. Publishing one is a person's, on its page."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.texts import text
from lms.performance.actions import formulas as acts
from lms.performance.api.room import bp
from lms.performance.queries import formulas as reading
from lms.performance.queries.formulas import DRAFT, Version
from lms.performance.rules.formulas import MOST_PARTS, GroupBy, Mode, PartSpec, Spec
from lms.performance.rules.periods import Grain, Period, period
from lms.web.api import instant, page, refusals
from lms.web.auth import current_actor, requires

LONGEST_NAME = 80
LARGEST = 9_999_999.0


class FormulaPart(Schema):
    source = String(
        required=True,
        validate=Length(max=60),
        metadata={"description": "kpi:<code>, training, quality or competency", "example": "kpi:csat"},
    )
    weight = Float(required=True, validate=Range(min=0, max=100), metadata={"description": "percent; 100 in all"})
    mode = String(load_default=Mode.AS_IS.value, validate=OneOf([mode.value for mode in Mode]))
    floor = Float(load_default=None, allow_none=True, validate=Range(min=-LARGEST, max=LARGEST))
    target = Float(load_default=None, allow_none=True, validate=Range(min=-LARGEST, max=LARGEST))
    cap = Float(load_default=100.0, validate=Range(min=0, max=120))
    shrinks = Boolean(load_default=True)


class FormulaIn(Schema):
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    quarter = String(required=True, validate=Length(max=20), metadata={"description": "the first one: 2027Q1"})
    parts = List(Nested(FormulaPart), required=True, validate=Length(min=1, max=MOST_PARTS))
    group = List(
        String(validate=OneOf([by.value for by in GroupBy])),
        load_default=list,
        validate=Length(max=len(GroupBy)),
        metadata={"description": "with whom one is compared; empty: with everybody"},
    )
    least_group = Integer(load_default=5, strict=True, validate=Range(min=2, max=1_000))
    shrink = Boolean(load_default=True, metadata={"description": "small samples are drawn towards the mean"})
    strength = Float(load_default=9.0, validate=Range(min=0.0001, max=10_000))


class FormulaOut(Schema):
    id = String(required=True)
    version = Integer(required=True)
    name = String(required=True)
    quarter = String(required=True)
    state = String(required=True, metadata={"description": "draft, published"})
    parts = List(Nested(FormulaPart), required=True)
    group = List(String(), required=True)
    least_group = Integer(required=True)
    shrink = Boolean(required=True)
    strength = Float(required=True)
    reason = String(required=True, metadata={"description": "why it was published"})
    published_at = String(required=True, allow_none=True, metadata={"format": "date-time"})
    asked = Integer(required=True, metadata={"description": "people who are to confirm it"})
    read = Integer(required=True, metadata={"description": "those who have"})


class FormulaAnswer(FormulaOut):
    """One version by itself."""


class FormulaList(Schema):
    items = List(Nested(FormulaOut), required=True)
    next = Integer(required=True, allow_none=True)


@bp.get("/formulas")
@requires(Permission.PROFILE_READ)
@bp.output(FormulaList)
@bp.doc(summary="Every version of the formula, the newest first; drafts for who writes them")
def formula_list() -> dict[str, Any]:
    return page([_body(each) for each in reading.versions() if _may_see(each)], None)


@bp.get("/formulas/<formula_id>")
@requires(Permission.PROFILE_READ)
@bp.output(FormulaAnswer)
@bp.doc(summary="One version of the formula", responses=refusals(404))
def formula(formula_id: str) -> dict[str, Any]:
    found = reading.version(formula_id)
    if not _may_see(found):
        raise NotFound()
    return _body(found)


@bp.post("/formulas")
@requires(Permission.FORMULA_EDIT)
@bp.input(FormulaIn, arg_name="body")
@bp.output(FormulaAnswer, status_code=201)
@bp.doc(summary="Keep a new draft of the formula; nobody is told", responses=refusals(422))
def make_formula(body: dict[str, Any]) -> dict[str, Any]:
    quarter, spec = _quarter(body["quarter"]), _spec(body)
    with transaction():
        made = acts.draft(current_actor(), name=body["name"], spec=spec, quarter=quarter)
        return _body(reading.version(made.public_id))


@bp.put("/formulas/<formula_id>")
@requires(Permission.FORMULA_EDIT)
@bp.input(FormulaIn, arg_name="body")
@bp.output(FormulaAnswer)
@bp.doc(summary="Change a draft", responses=refusals(404, 409, 422))
def change_formula(formula_id: str, body: dict[str, Any]) -> dict[str, Any]:
    reading.version(formula_id)
    quarter, spec = _quarter(body["quarter"]), _spec(body)
    with transaction():
        acts.change(current_actor(), formula_id, name=body["name"], spec=spec, quarter=quarter)
        return _body(reading.version(formula_id))


@bp.post("/formulas/<formula_id>/drop")
@requires(Permission.FORMULA_EDIT)
@bp.output({}, status_code=204)
@bp.doc(summary="Put a draft away", responses=refusals(404, 409))
def drop_formula(formula_id: str) -> tuple[str, int]:
    reading.version(formula_id)
    with transaction():
        acts.drop(current_actor(), formula_id)
    return "", 204


def _may_see(found: Version) -> bool:
    return found.state != DRAFT or allows(current_actor(), Permission.FORMULA_EDIT)


def _quarter(written: str) -> Period:
    wrong = text("生效季度写成 2026Q4 这样。")
    try:
        found = period(written)
    except Invalid as refused:
        raise Invalid(wrong, fields={"quarter": wrong}) from refused
    if found.grain is not Grain.QUARTER:
        raise Invalid(wrong, fields={"quarter": wrong})
    return found


def _spec(body: dict[str, Any]) -> Spec:
    return Spec(
        parts=tuple(PartSpec(**(part | {"mode": Mode(part["mode"])})) for part in body["parts"]),
        group=tuple(by for by in GroupBy if by.value in body["group"]),
        least_group=body["least_group"],
        shrink=body["shrink"],
        strength=body["strength"],
    )


def _body(found: Version) -> dict[str, Any]:
    spec = found.spec
    return {
        "id": found.public_id,
        "version": found.version,
        "name": found.name,
        "quarter": str(found.quarter),
        "state": found.state,
        "parts": [
            {
                "source": part.source,
                "weight": part.weight,
                "mode": part.mode.value,
                "floor": part.floor,
                "target": part.target,
                "cap": part.cap,
                "shrinks": part.shrinks,
            }
            for part in spec.parts
        ],
        "group": [by.value for by in spec.group],
        "least_group": spec.least_group,
        "shrink": spec.shrink,
        "strength": spec.strength,
        "reason": found.reason,
        "published_at": instant(found.published_at),
        "asked": found.asked,
        "read": found.read,
    }
