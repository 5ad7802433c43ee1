"""JSON of appraisals: how far those of a period are, and the marks that were frozen."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.core.access import Permission
from lms.performance.rules.periods import period
from lms.reviews.api.room import bp
from lms.reviews.models import Appraisal, AppraisalCycle
from lms.reviews.queries import appraisals as reading
from lms.reviews.rules.appraisals import State
from lms.web.api import MOST, instant, page
from lms.web.auth import current_actor, requires


class AppraisalItem(Schema):
    id = String(required=True)
    employee_no = String(required=True)
    name = String(required=True)
    cycle = String(required=True, metadata={"description": "the name of its round"})
    period = String(required=True, metadata={"example": "2026Q3"})
    state = String(required=True, validate=OneOf([state.value for state in State]))
    version = Integer(required=True, metadata={"description": "2 and more after an upheld appeal"})
    mark = Float(
        required=True, allow_none=True, metadata={"description": "0 to 100, as frozen; null while nothing is frozen"}
    )
    composite = Float(required=True, allow_none=True, metadata={"description": "the composite score, as frozen"})
    sha256 = String(required=True, allow_none=True, metadata={"description": "of the frozen version, hexadecimal"})
    signed_at = String(required=True, allow_none=True, metadata={"format": "date-time"})


class Appraisals(Schema):
    items = List(Nested(AppraisalItem), required=True)
    next = Integer(required=True, allow_none=True)


class AppraisalQuery(Schema):
    period = String(load_default="", validate=Length(max=20), metadata={"example": "2026Q3"})
    after = Integer(
        load_default=0, validate=Range(min=0, max=MOST), metadata={"description": "`next` of the last answer"}
    )
    limit = Integer(load_default=100, validate=Range(min=1, max=500))


@bp.get("/appraisals")
@bp.output(Appraisals)
@requires(Permission.APPRAISAL_READ)
@bp.input(AppraisalQuery, location="query", arg_name="asked")
@bp.doc(summary="Appraisals of the people whom one may see: own ones, the team's, everybody's for HR and directors")
def appraisals(asked: dict[str, Any]) -> dict[str, Any]:
    which = [Appraisal.id > asked["after"]]
    if asked["period"]:
        which.append(AppraisalCycle.period == str(period(asked["period"])))
    rows = reading.listed(current_actor(), *which, limit=asked["limit"] + 1, order=Appraisal.id)
    shown = rows[: asked["limit"]]
    items = [
        {
            "id": row.public_id,
            "employee_no": row.employee_no,
            "name": row.name,
            "cycle": row.cycle.name,
            "period": row.cycle.period,
            "state": row.stand.state.value,
            "version": row.stand.version,
            "mark": row.mark,
            "composite": row.composite,
            "sha256": row.sha.hex() if row.sha else None,
            "signed_at": instant(row.signed_at),
        }
        for row in shown
    ]
    return page(items, shown[-1].id if len(rows) > len(shown) else None)
