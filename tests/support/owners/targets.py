"""Ownership of targets of a year and reviews of a peak."""

from datetime import timedelta
from typing import Any

from lms.core.db import transaction
from lms.core.here import today
from lms.reviews.actions import peaks
from lms.reviews.actions.peaks import Found, Wanted
from tests.support.asked import Asked
from tests.support.make import as_actor

#      own mate mentor lead other trainer quality hr admin director
READ = "403 403 403 200 404 200 200 200 403 200"
EDIT = "403 403 403 {0} 404 403 403 403 403 {0}"
TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "reviews.peak_review"): Asked(READ),
    ("GET", "reviews_api.peak_review"): Asked(READ),
    ("GET", "reviews.edit_peak_review"): Asked(EDIT.format(200)),
    ("POST", "reviews.change_peak_review"): Asked(EDIT.format(422)),
    ("POST", "reviews.close_peak_review"): Asked(EDIT.format(303), form={"do": "reopen"}),
    ("POST", "reviews.add_peak_finding"): Asked(EDIT.format(422)),
    ("POST", "reviews.change_peak_finding"): Asked(EDIT.format(422)),
    ("POST", "reviews.add_peak_measure"): Asked(EDIT.format(422)),
}


def furnish(house: Any) -> dict[str, Any]:
    """Write the review of a peak of `own`'s team, with one finding."""
    lead, last = as_actor(house.people["lead"]), today()
    wanted = Wanted(
        name="双十一",
        team_id=house.team_id,
        starts_on=last - timedelta(days=5),
        ends_on=last,
        look_on=last + timedelta(days=30),
    )
    with transaction():
        review = peaks.make(lead, wanted)
    with transaction():
        finding = peaks.add_finding(lead, review, Found(title="爆仓", text="", from_on=last, until_on=last))
    return {"peak_id": review, "peak_finding": finding}
