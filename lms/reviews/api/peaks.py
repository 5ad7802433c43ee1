"""Writing the review of a peak over the API: what it was, what went wrong, what is done about it."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Float, Integer, String
from apiflask.validators import Length, Range

from lms.accounts.queries import Named
from lms.assignments.actions.measures import LONGEST
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.texts import text
from lms.reviews.actions import peaks as acts
from lms.reviews.actions.peaks import MOST as LARGEST
from lms.reviews.actions.peaks import Asked, Found, Wanted
from lms.reviews.api.room import bp
from lms.reviews.api.targets import PeakBody, peak_body
from lms.reviews.queries import peaks as reading
from lms.reviews.queries import targets
from lms.reviews.rules.peaks import LONGEST_NAME, LONGEST_TEXT, LONGEST_TITLE
from lms.web.api import MOST, a_day, refusals
from lms.web.auth import current_actor, requires


class NewPeak(Schema):
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    team = String(required=True, validate=Length(max=40), metadata={"description": "code; teams below count too"})
    starts_on = a_day(required=True)
    ends_on = a_day(required=True, metadata={"description": "included"})
    look_on = a_day(required=True, metadata={"description": "when it is looked at whether the measures worked"})
    campaign = String(
        load_default="", validate=Length(max=40), metadata={"description": "id of the pack that prepared it"}
    )


class PeakChange(NewPeak):
    campaign = String(
        validate=Length(max=40), metadata={"description": "id of the pack; empty: none; left out: as it is"}
    )
    version = Integer(
        required=True, strict=True, validate=Range(min=0, max=MOST), metadata={"description": "the one that was seen"}
    )


class PeakFindingIn(Schema):
    title = String(required=True, validate=Length(min=1, max=LONGEST_TITLE))
    text = String(load_default="", validate=Length(max=LONGEST_TEXT))
    from_on = a_day(required=True)
    until_on = a_day(required=True, metadata={"description": "included"})


class PeakMeasureIn(Schema):
    what = String(required=True, validate=Length(min=1, max=LONGEST))
    owner = String(required=True, validate=Length(max=40), metadata={"description": "employee number"})
    due_on = a_day(required=True)
    check_on = a_day(load_default=None, allow_none=True, metadata={"description": "null: with the review"})
    finding = String(
        load_default="", validate=Length(max=40), metadata={"description": "id of a finding; empty: the whole peak"}
    )
    metric = String(required=True, validate=Length(max=40), metadata={"description": "code of the figure to look at"})
    goal = Float(
        load_default=None,
        allow_none=True,
        validate=Range(min=-LARGEST, max=LARGEST),
        metadata={"description": "null: better than then"},
    )


def _wanted(body: dict[str, Any], kept: int | None = None) -> Wanted:
    """Return what a body wants. kept: the pack that stays where the body names none. Raises Invalid."""
    actor, named = current_actor(), Named()
    team_id = named.team(body["team"], among=targets.teams(actor, Permission.TARGET_EDIT))
    campaign_id = kept if "campaign" not in body else None
    if body.get("campaign"):
        reason = text("没有这个活动包。")
        campaign_id = named.one(reading.campaign_ids(actor), body["campaign"], "campaign", reason)
    named.check()
    return Wanted(
        name=body["name"],
        team_id=team_id,
        starts_on=body["starts_on"],
        ends_on=body["ends_on"],
        look_on=body["look_on"],
        campaign_id=campaign_id,
        version=body.get("version", 0),
    )


@bp.post("/peak-reviews")
@requires(Permission.TARGET_EDIT)
@bp.input(NewPeak, arg_name="body")
@bp.output(PeakBody, status_code=201)
@bp.doc(summary="Begin the review of a peak", responses=refusals(422))
def make_peak(body: dict[str, Any]) -> dict[str, Any]:
    wanted = _wanted(body)
    with transaction():
        name = acts.make(current_actor(), wanted)
        return peak_body(name)


@bp.put("/peak-reviews/<peak_id>")
@requires(Permission.TARGET_EDIT)
@bp.input(PeakChange, arg_name="body")
@bp.output(PeakBody)
@bp.doc(summary="Change what a review is of", responses=refusals(404, 409, 422))
def change_peak(peak_id: str, body: dict[str, Any]) -> dict[str, Any]:
    wanted = _wanted(body, reading.review(current_actor(), peak_id, Permission.TARGET_EDIT).campaign_id)
    with transaction():
        acts.change(current_actor(), peak_id, wanted)
        return peak_body(peak_id)


@bp.post("/peak-reviews/<peak_id>/close")
@requires(Permission.TARGET_EDIT)
@bp.output(PeakBody)
@bp.doc(summary="Close a review; its measures go on", responses=refusals(404))
def close_peak(peak_id: str) -> dict[str, Any]:
    with transaction():
        acts.close(current_actor(), peak_id)
        return peak_body(peak_id)


@bp.post("/peak-reviews/<peak_id>/reopen")
@requires(Permission.TARGET_EDIT)
@bp.output(PeakBody)
@bp.doc(summary="Open a closed review again", responses=refusals(404))
def reopen_peak(peak_id: str) -> dict[str, Any]:
    with transaction():
        acts.reopen(current_actor(), peak_id)
        return peak_body(peak_id)


@bp.post("/peak-reviews/<peak_id>/findings")
@requires(Permission.TARGET_EDIT)
@bp.input(PeakFindingIn, arg_name="body")
@bp.output(PeakBody, status_code=201)
@bp.doc(summary="Write down what went wrong", responses=refusals(404, 409, 422))
def add_finding(peak_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        acts.add_finding(current_actor(), peak_id, Found(**body))
        return peak_body(peak_id)


@bp.put("/peak-reviews/<peak_id>/findings/<peak_finding>")
@requires(Permission.TARGET_EDIT)
@bp.input(PeakFindingIn, arg_name="body")
@bp.output(PeakBody)
@bp.doc(summary="Change what was written down", responses=refusals(404, 409, 422))
def change_finding(peak_id: str, peak_finding: str, body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        acts.change_finding(current_actor(), peak_id, peak_finding, Found(**body))
        return peak_body(peak_id)


@bp.post("/peak-reviews/<peak_id>/findings/<peak_finding>/drop")
@requires(Permission.TARGET_EDIT)
@bp.output(PeakBody)
@bp.doc(summary="Take a finding away; its measures stay", responses=refusals(404, 409))
def drop_finding(peak_id: str, peak_finding: str) -> dict[str, Any]:
    with transaction():
        acts.drop_finding(current_actor(), peak_id, peak_finding)
        return peak_body(peak_id)


@bp.post("/peak-reviews/<peak_id>/measures")
@requires(Permission.TARGET_EDIT)
@bp.input(PeakMeasureIn, arg_name="body")
@bp.output(PeakBody, status_code=201)
@bp.doc(summary="Give somebody something to do about it; they are told", responses=refusals(404, 409, 422))
def add_measure(peak_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor, named = current_actor(), Named()
    row = reading.review(actor, peak_id, Permission.TARGET_EDIT)
    owners = {each.employee_no: each.id for each in reading.owners(actor, row.team_id)}
    owner_id = named.one(owners, body["owner"], "owner", text("没有这个工号的人，或者不在您的团队里。"))
    if body["finding"]:
        known = {each.public_id: each.id for each in reading.whole(row).findings}
        named.one(known, body["finding"], "finding", text("这份复盘里没有这个问题。"))
    named.check()
    with transaction():
        acts.add_measure(
            actor,
            peak_id,
            Asked(
                what=body["what"],
                owner_id=owner_id,
                due_on=body["due_on"],
                check_on=body["check_on"],
                finding=body["finding"],
                metric=body["metric"],
                goal=body["goal"],
            ),
        )
        return peak_body(peak_id)
