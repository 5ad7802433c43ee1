"""Ownership of appraisals and goals.

The appraisal of `own` is signed by both, in a round that HR runs; the goal is one that `own` has set.
"""

from datetime import timedelta
from typing import Any

from lms.core.db import transaction
from lms.core.here import today
from lms.performance.rules.periods import Grain, period_of
from lms.reviews.actions import appraisals as acts
from lms.reviews.actions import freezing, goals
from lms.reviews.queries.freezing import digest_of
from tests.support.asked import Asked
from tests.support.make import as_actor
from tests.support.make_appraisals import a_cycle, answers, appraisal_of

SEEN = "200 404 404 200 404 404 404 200 404 200"
OFFICE = "403 403 403 403 403 403 403 {0} 403 {0}"
"""HR and the director; everybody else is stopped at the gate."""

TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "reviews.appraisal"): Asked(SEEN),
    ("GET", "reviews.appraisal_version"): Asked(SEEN),
    ("GET", "reviews.appraisal_json"): Asked(SEEN),
    ("GET", "reviews.print_appraisal"): Asked(SEEN),
    ("POST", "reviews.write_self"): Asked("409 404 404 403 404 404 404 403 404 403", {"do": "save"}),
    ("POST", "reviews.write_supervisor"): Asked("403 403 403 409 404 403 403 403 403 409", {"do": "save"}),
    ("POST", "reviews.skip_self"): Asked("403 404 404 409 404 404 404 409 404 409"),
    ("POST", "reviews.return_appraisal"): Asked(OFFICE.format(409), {"why": "没有写例子"}),
    ("POST", "reviews.adjust_appraisal"): Asked(OFFICE.format(409), {"why": "没有写例子", "mark": "90"}),
    ("POST", "reviews.release_appraisal"): Asked(OFFICE.format(409)),
    ("POST", "reviews.sign_appraisal"): Asked("409 404 404 409 404 404 404 403 404 409", {"read": "1"}),
    ("POST", "reviews.appeal_appraisal"): Asked(
        "303 404 404 403 404 404 404 403 404 403", {"reason": "样本太少，请看会话", "desired": "按全部会话重算"}
    ),
    ("POST", "reviews.answer_appeal"): Asked(OFFICE.format(409), {"do": "reject", "why": "公式里写明了"}),
    ("GET", "reviews.appraisal_cycle"): Asked(OFFICE.format(200)),
    ("GET", "reviews.edit_appraisal_cycle"): Asked(OFFICE.format(200)),
    ("POST", "reviews.change_appraisal_cycle"): Asked(OFFICE.format(422)),
    ("POST", "reviews.begin_appraisal_cycle"): Asked(OFFICE.format(303)),
    ("POST", "reviews.act_on_appraisal_cycle"): Asked(OFFICE.format(303), {"do": "remind"}),
    ("GET", "reviews.appraisal_calibration"): Asked("404 404 404 200 404 404 404 200 404 200"),
    ("GET", "reviews.appraisal_form"): Asked(OFFICE.format(200)),
    ("GET", "reviews.edit_appraisal_form"): Asked(OFFICE.format(200)),
    ("POST", "reviews.write_appraisal_form"): Asked(OFFICE.format(422)),
    ("GET", "reviews.goal"): Asked(SEEN),
    ("POST", "reviews.show_goal"): Asked("303 404 404 303 404 404 404 403 404 303", {"note": "这周会话都合格"}),
    ("POST", "reviews.end_goal"): Asked(
        "303 404 404 303 404 404 404 403 404 303", {"state": "dropped", "result": "改做别的了"}
    ),
}


def furnish(house: Any) -> dict[str, Any]:
    own, lead, hr = (as_actor(house.people[who]) for who in ("own", "lead", "hr"))
    cycle = a_cycle(hr, house.own, period=str(period_of(today(), Grain.QUARTER).before))
    one = appraisal_of(house.own)
    with transaction():
        acts.save_self(own, one, *answers("self"), done=True)
    with transaction():
        acts.save_supervisor(lead, one, *answers("supervisor"), done=True)
    with transaction():
        freezing.release(hr, one)
    for actor in (own, lead):
        with transaction():
            freezing.sign(actor, one, digest_of(actor, one), read=True)
    with transaction():
        goal = goals.set_goal(
            own,
            goals.Wanted(
                employee_no="",
                period=str(period_of(today(), Grain.QUARTER)),
                text="退款纠纷一次处理好",
                measure="介入率降到 1% 以下",
                due_on=today() + timedelta(days=30),
                document_id=None,
            ),
        )
    return {
        "appraisal_id": one,
        "appraisal_version": 1,
        "appraisal_cycle_id": cycle,
        "appraisal_form_id": "quarterly",
        "goal_id": goal,
    }
