"""Awards over the API."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Integer, List, Nested, String
from apiflask.validators import Length, Range

from lms.core.access import Permission
from lms.core.i18n import gettext
from lms.performance.rules.periods import period
from lms.reviews.api.room import bp
from lms.reviews.queries import awards as reading
from lms.reviews.rules.awards import yuan_of
from lms.web.api import MOST, instant, page
from lms.web.auth import current_actor, requires


class AwardItem(Schema):
    id = Integer(required=True)
    public_id = String(required=True, metadata={"description": "by which it is withdrawn"})
    award = String(required=True, metadata={"description": "its name"})
    rule = String(required=True, metadata={"description": "public id of its rule: `/awards/rules/<rule>`"})
    period = String(required=True, metadata={"description": "`2026Q4`, `2026-10`"})
    employee_no = String(required=True, allow_none=True, metadata={"description": "null for a team"})
    name = String(required=True, metadata={"description": "of the person or the team"})
    team = String(required=True)
    amount_yuan = String(
        required=True,
        allow_none=True,
        metadata={"description": "`500.00`; null where there is none, or for who may not see it"},
    )
    confirmed_at = String(required=True, metadata={"format": "date-time"})


class Awards(Schema):
    items = List(Nested(AwardItem), required=True)
    next = Integer(required=True, allow_none=True)


class AwardsQuery(Schema):
    period = String(load_default="", validate=Length(max=20), metadata={"description": "only this period"})
    after = Integer(
        load_default=0, validate=Range(min=0, max=MOST), metadata={"description": "`next` of the last page"}
    )
    limit = Integer(load_default=100, validate=Range(min=1, max=500))


@bp.get("/awards")
@bp.input(AwardsQuery, location="query", arg_name="asked")
@bp.output(Awards)
@requires(Permission.LEARN)
def awards(asked: dict[str, Any]) -> dict[str, Any]:
    """Confirmed awards, the newest first. Who opted out of public lists is there for HR, their lead and themselves."""
    whole = str(period(asked["period"])) if asked["period"].strip() else ""
    found = reading.won(current_actor(), period=whole, after=asked["after"], limit=asked["limit"] + 1)
    shown = found[: asked["limit"]]
    items = [
        {
            "id": each.id,
            "public_id": each.public_id,
            "award": gettext(each.award),
            "rule": each.rule,
            "period": each.period,
            "employee_no": each.employee_no if each.person_id is not None else None,
            "name": each.name,
            "team": each.team,
            "amount_yuan": None if each.amount_fen is None else yuan_of(each.amount_fen),
            "confirmed_at": instant(each.at),
        }
        for each in shown
    ]
    return page(items, shown[-1].id if len(found) > len(shown) else None)
