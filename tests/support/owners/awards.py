"""Ownership of awards, deductions, badges and leaderboards.

The award and the deduction are those of `own`; the lead noted the deduction, so the lead does not answer the appeal.
"""

from typing import Any

from lms.core.here import today
from lms.performance.rules.periods import Grain, period_of
from tests.support.asked import Asked, only_own
from tests.support.make import as_actor
from tests.support.make_awards import a_deduction, a_deduction_rule, confirmed, proposed, scored

ALL = "200 " * 10
OFFICE = "403 403 403 403 403 403 403 {0} 403 {0}"
"""HR and the director; everybody else is stopped at the gate."""

TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "reviews.award_rule"): Asked(ALL),
    ("GET", "reviews.edit_award_rule"): Asked(OFFICE.format(200)),
    ("POST", "reviews.change_award_rule"): Asked(OFFICE.format(422)),
    ("POST", "reviews.switch_award_rule"): Asked(OFFICE.format(303), {"active": "0"}),
    ("GET", "reviews.award_effect"): Asked(OFFICE.format(200)),
    ("POST", "reviews.propose_award"): Asked(OFFICE.format(303), {"period": "2026Q1"}),
    ("GET", "reviews.award_proposal"): Asked(OFFICE.format(200)),
    ("POST", "reviews.decide_award"): Asked(OFFICE.format(303), {"do": "decline", "reason": "数据不全"}),
    ("POST", "reviews.withdraw_award"): Asked(OFFICE.format(303), {"reason": "复核有误"}),
    ("GET", "reviews.edit_badge"): Asked(OFFICE.format(200)),
    ("POST", "reviews.change_badge"): Asked(OFFICE.format(422), {"name": ""}),
    ("GET", "reviews.edit_deduction_rule"): Asked(OFFICE.format(200)),
    ("POST", "reviews.change_deduction_rule"): Asked(OFFICE.format(303), {"do": "end"}),
    ("GET", "reviews.deduction"): Asked("200 404 404 200 404 404 404 200 404 200"),
    ("POST", "reviews.appeal_deduction"): Asked(only_own(303), {"appeal": "当天规定已经改了。"}),
    ("POST", "reviews.answer_deduction"): Asked(
        "403 403 403 303 404 403 403 303 403 303", {"do": "withdraw", "answer": "看过会话，撤销。"}
    ),
}


def furnish(house: Any) -> dict[str, Any]:
    hr, lead = as_actor(house.people["hr"]), as_actor(house.people["lead"])
    rule = a_deduction_rule(hr)
    over = str(period_of(today(), Grain.QUARTER).before)
    scored(house.own, 90, period=over)
    [award] = confirmed(hr, proposed(hr, "excellent", over))
    return {
        "award_rule_id": "excellent",
        "own_badge": "full_1",
        "award_proposal_id": proposed(hr, "progress", over).public_id,
        "award_id": award.public_id,
        "deduction_rule_id": rule.public_id,
        "deduction_id": a_deduction(lead, house.own, rule).public_id,
    }
