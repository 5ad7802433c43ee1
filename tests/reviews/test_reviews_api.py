"""Reviews over the API: peaks, targets, awards, deductions, badges, rounds of appraisals: what their pages do."""

from datetime import UTC, datetime

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.learning.models import Campaign
from lms.reviews.models import DeductionRule, PeakReview
from lms.reviews.queries import badges as queries
from tests.support.calling import caller, wrong
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_awards import confirmed, proposed, scored

NOON = datetime(2026, 11, 16, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon():
    with clock.frozen(NOON):
        yield


class Company:
    """A director, somebody of HR, two teams with a lead each, and somebody in the first."""

    def __init__(self):
        self.root = a_team("公司")
        self.team, self.other = a_team("售前组", parent=self.root), a_team("售后组", parent=self.root)
        self.director = a_person(Role.DIRECTOR, team=self.root)
        self.hr = a_person(Role.HR, team=self.root)
        self.lead, self.stranger = a_person(Role.LEAD, team=self.team), a_person(Role.LEAD, team=self.other)
        self.own = a_person(team=self.team)


@pytest.fixture
def company(world):
    return Company()


@pytest.fixture
def call(client, company):
    return caller(client)


PEAK = {"name": "双十一", "starts_on": "2026-11-01", "ends_on": "2026-11-13", "look_on": "2026-12-10"}
FINDING = {"title": "爆仓", "text": "三天", "from_on": "2026-11-11", "until_on": "2026-11-13"}


def test_a_peak_is_reviewed_from_its_first_day_to_its_close(call, company):
    status, made = call(company.lead, "POST", "/peak-reviews", PEAK | {"team": company.team.code})
    assert (status, made["state"], made["version"], made["starts_on"]) == (201, "open", 1, "2026-11-01")
    path = f"/peak-reviews/{made['id']}"
    status, found = call(company.lead, "POST", f"{path}/findings", FINDING)
    assert (status, [each["title"] for each in found["findings"]]) == (201, ["爆仓"])
    finding = found["findings"][0]["id"]
    status, found = call(company.lead, "PUT", f"{path}/findings/{finding}", FINDING | {"title": "改地址"})
    assert (status, found["findings"][0]["title"]) == (200, "改地址")
    measure = {"what": "写一条改地址的知识", "owner": company.lead.employee_no, "due_on": "2026-11-20"}
    status, found = call(
        company.lead, "POST", f"{path}/measures", measure | {"metric": "first_response", "finding": finding, "goal": 30}
    )
    assert (status, [(each["text"], each["goal"]) for each in found["measures"]]) == (201, [(measure["what"], 30.0)])
    status, found = call(company.lead, "POST", f"{path}/findings/{finding}/drop")
    assert (status, found["findings"], len(found["measures"])) == (200, [], 1)
    change = PEAK | {"name": "双十一复盘", "team": company.team.code, "version": 1}
    assert call(company.lead, "PUT", path, change)[1]["name"] == "双十一复盘"
    assert call(company.lead, "PUT", path, change)[0] == 409  # somebody was quicker
    pack = {"starts_on": NOON.date(), "ends_on": NOON.date(), "ready_on": NOON.date(), "made_at": NOON}
    with transaction() as s:
        s.add(Campaign(name="双十一", team_id=company.other.id, **pack))
        s.flush()
        s.query(PeakReview).one().campaign_id = s.query(Campaign.id).scalar()
    call(company.lead, "PUT", path, change | {"version": 2})
    assert session().query(PeakReview.campaign_id).scalar() is not None  # nobody spoke of the pack
    call(company.lead, "PUT", path, change | {"version": 3, "campaign": ""})
    assert session().query(PeakReview.campaign_id).scalar() is None
    assert call(company.lead, "POST", f"{path}/close")[1]["state"] == "closed"
    assert call(company.lead, "POST", f"{path}/findings", FINDING)[0] == 409
    assert call(company.lead, "POST", f"{path}/reopen")[1]["state"] == "open"
    assert call(company.director, "GET", path)[0] == 200
    assert call(company.stranger, "POST", f"{path}/close")[0] == 404
    assert call(company.own, "POST", f"{path}/close")[0] == 403


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"team": "none", "campaign": "none"}, ["campaign", "team"]),
        ({"name": "", "look_on": "2026-02-30"}, ["look_on", "name"]),
        ({"ends_on": "2026-10-01", "look_on": "2026-09-01"}, ["ends_on", "look_on"]),
        ({"starts_on": "9999-12-31"}, ["starts_on"]),
    ],
)
def test_what_is_wrong_with_a_peak_is_said_at_once(call, company, body, fields):
    status, answer = call(company.lead, "POST", "/peak-reviews", PEAK | {"team": company.team.code} | body)
    assert (status, wrong(answer)) == (422, fields)


def test_a_peak_of_another_team_is_like_one_that_is_not_there(call, company):
    theirs = call(company.lead, "POST", "/peak-reviews", PEAK | {"team": company.other.code})
    missing = call(company.lead, "POST", "/peak-reviews", PEAK | {"team": "none"})
    assert (theirs[0], wrong(theirs[1])) == (missing[0], wrong(missing[1])) == (422, ["team"])
    _, made = call(company.lead, "POST", "/peak-reviews", PEAK | {"team": company.team.code})
    status, answer = call(
        company.lead,
        "POST",
        f"/peak-reviews/{made['id']}/measures",
        {"what": "补", "owner": company.stranger.employee_no, "due_on": "2026-11-20", "metric": "csat", "finding": "x"},
    )
    assert (status, wrong(answer)) == (422, ["finding", "owner"])


TARGET = {"year": 2026, "metric": "csat", "way": "value", "amount": 90, "base_from": "2025-01", "base_until": "2025-12"}


def test_a_target_is_set_once_and_again_by_who_has_seen_it(call, company):
    body = TARGET | {"team": company.team.code}
    assert call(company.lead, "PUT", "/targets", body) == (200, {"version": 1})
    assert call(company.lead, "PUT", "/targets", body)[0] == 409
    assert call(company.lead, "PUT", "/targets", body | {"version": 1, "active": False}) == (200, {"version": 2})
    assert call(company.own, "PUT", "/targets", body)[0] == 403
    status, answer = call(
        company.stranger, "PUT", "/targets", body | {"metric": "x", "base_from": "2025", "base_until": "²"}
    )
    assert (status, wrong(answer)) == (422, ["base_from", "base_until", "metric", "team"])
    status, answer = call(company.lead, "PUT", "/targets", body | {"amount": "1e999", "year": 10**40})
    assert (status, wrong(answer)) == (422, ["amount", "year"])


RULE = {"item": "让顾客久等", "points": 2, "words": "十分钟没有回复", "from_on": "2026-11-16"}


def test_a_rule_of_deductions_and_a_deduction_by_it(call, company):
    status, rule = call(company.hr, "POST", "/deductions/rules", RULE)
    assert (status, rule["points"], rule["until_on"]) == (201, 2, None)
    given = {"employee_no": company.own.employee_no, "rule": rule["id"], "day": "2026-11-16", "why": "顾客等了半小时"}
    status, made = call(company.lead, "POST", "/deductions", given)
    assert (status, made["state"], made["appeal_until"]) == (201, "noticed", "2026-11-21")
    status, answer = call(company.stranger, "POST", "/deductions", given)
    assert (status, wrong(answer)) == (422, ["employee_no"])
    status, answer = call(company.lead, "POST", "/deductions", given | {"inspection": "x"})
    assert (status, wrong(answer)) == (422, ["inspection"])
    status, answer = call(company.lead, "POST", "/deductions", given | {"rule": "x", "day": "2025-01-01"})
    assert (status, wrong(answer)) == (422, ["day", "rule"])
    status, answer = call(company.lead, "POST", "/deductions", given | {"employee_no": company.lead.employee_no})
    assert (status, list(answer["error"]["fields"])) == (422, ["employee_no"])
    assert call(company.own, "POST", "/deductions", given)[0] == 403
    path = f"/deductions/rules/{rule['id']}"
    status, next_one = call(company.hr, "PUT", path, RULE | {"points": 3, "from_on": "2026-11-20"})
    assert (status, next_one["points"], next_one["code"]) == (200, 3, rule["code"])
    assert call(company.hr, "PUT", path, RULE)[0] == 409
    assert call(company.hr, "POST", f"/deductions/rules/{next_one['id']}/end")[0] == 200
    assert call(company.lead, "POST", f"{path}/end")[0] == 403
    assert call(company.hr, "POST", "/deductions/rules/none/end")[0] == 404
    assert [each["points"] for each in call(company.own, "GET", "/deductions/rules")[1]["items"]] == [3, 2]


BADGE = {"name": "夜班之星", "how": "连续四周按时", "mark": "星", "rule": "weeks", "threshold": 4}


def test_words_that_come_back_as_they_were_read_stay_theirs_in_every_language(call, company):
    call(company.hr, "POST", "/deductions/rules", RULE | {"item": "奖励与扣分", "words": "能力项"})  # have English
    with transaction():
        company.hr.locale = "en"
    [shipped] = call(company.hr, "GET", "/deductions/rules")[1]["items"]
    old = session().query(DeductionRule).filter_by(public_id=shipped["id"]).one()
    assert shipped["item"] != old.item  # it is read in English
    body = {name: shipped[name] for name in ("item", "red_line", "words")} | {"points": 3, "from_on": "2026-11-17"}
    status, made = call(company.hr, "PUT", f"/deductions/rules/{shipped['id']}", body)
    new = session().query(DeductionRule).filter_by(public_id=made["id"]).one()
    assert (status, new.item, new.words, new.points) == (200, old.item, old.words, 3)


def test_a_badge_is_added_changed_stopped_and_given_again(call, company):
    status, made = call(company.hr, "POST", "/badges", BADGE)
    assert (status, made["code"], made["given"]) == (201, "own_1", True)
    assert call(company.hr, "PUT", "/badges/own_1", BADGE | {"threshold": 5})[1]["threshold"] == 5
    call(company.hr, "PUT", "/badges/own_1", BADGE | {"name_en": "Night star", "how_en": "Four weeks in time"})
    call(company.hr, "PUT", "/badges/own_1", BADGE | {"threshold": 6})
    kept = queries.kind("own_1")
    assert (kept.name, kept.name_en, kept.how_en, kept.threshold) == (
        BADGE["name"], "Night star", "Four weeks in time", 6,
    )  # fmt: skip
    assert call(company.hr, "POST", "/badges/own_1", {"act": "stop"})[1]["given"] is False
    codes = [each["code"] for each in call(company.own, "GET", "/badges")[1]["items"]]
    assert "own_1" not in codes
    assert "full_1" in codes
    assert call(company.hr, "POST", "/badges/own_1", {"act": "use"})[1]["given"] is True
    assert call(company.hr, "POST", "/badges/own_1", {"act": "reset"})[0] == 404  # it did not come with the academy
    assert call(company.hr, "POST", "/badges/none", {"act": "use"})[0] == 404
    assert call(company.lead, "POST", "/badges", BADGE)[0] == 403
    status, answer = call(company.hr, "POST", "/badges", BADGE | {"mark": "两字", "rule": "x", "threshold": 0})
    assert (status, wrong(answer)) == (422, ["mark", "rule", "threshold"])


AWARD = {
    "name": "满意之星",
    "words": "满意度最高的三位",
    "kind": "person",
    "grain": "quarter",
    "what": "metric",
    "metric": "csat",
    "winners": 3,
    "amount_yuan": "500",
    "begins": "2026Q4",
}


def test_an_award_is_written_changed_and_stopped(call, company):
    status, made = call(company.hr, "POST", "/awards/rules", AWARD)
    assert (status, made["terms"][0]["amount_yuan"], made["terms"][0]["from_on"]) == (201, "500.00", "2026-10-01")
    path, terms = f"/awards/rules/{made['id']}", {k: v for k, v in AWARD.items() if k not in ("kind", "grain")}
    status, changed = call(company.hr, "PUT", path, terms | {"winners": 5, "begins": "2027Q1"})
    assert (status, [each["winners"] for each in changed["terms"]]) == (200, [5, 3])
    assert call(company.hr, "PUT", path, terms)[0] == 409  # later terms are known already
    assert call(company.hr, "POST", f"{path}/active", {"active": False})[1]["active"] is False
    assert made["id"] not in [each["id"] for each in call(company.own, "GET", "/awards/rules")[1]["items"]]
    assert call(company.lead, "PUT", path, terms)[0] == 403
    assert call(company.hr, "PUT", "/awards/rules/none", terms)[0] == 404
    status, answer = call(company.hr, "POST", "/awards/rules", AWARD | {"winners": 0, "what": "x", "kind": 7})
    assert (status, wrong(answer)) == (422, ["kind", "what", "winners"])
    status, answer = call(company.hr, "POST", "/awards/rules", AWARD | {"amount_yuan": "viel"})
    assert (status, wrong(answer)) == (422, ["amount_yuan"])
    status, answer = call(company.hr, "POST", "/awards/rules", AWARD | {"begins": "2026-10"})
    assert (status, wrong(answer)) == (422, ["begins"])


def test_an_award_is_proposed_and_taken_back(call, company):
    scored(company.own, 90)
    status, found = call(company.hr, "POST", "/awards/rules/excellent/proposals", {"period": "2026Q3"})
    assert (status, found["state"]) == (201, "proposed")
    assert [(each["employee_no"], each["wins"]) for each in found["candidates"]] == [(company.own.employee_no, True)]
    status, answer = call(company.hr, "POST", "/awards/rules/excellent/proposals", {"period": "2026Q4"})
    assert (status, wrong(answer)) == (422, ["period"])
    assert call(company.hr, "POST", "/awards/rules/none/proposals", {"period": "2026Q3"})[0] == 404
    assert call(company.lead, "POST", "/awards/rules/excellent/proposals", {"period": "2026Q3"})[0] == 403
    confirmed(as_actor(company.hr), proposed(as_actor(company.hr), "excellent", "2026Q3"))
    assert call(company.hr, "POST", "/awards/rules/excellent/proposals", {"period": "2026Q3"})[0] == 409
    [award] = call(company.hr, "GET", "/awards")[1]["items"]
    path = f"/awards/{award['public_id']}/withdraw"
    assert wrong(call(company.hr, "POST", path, {"reason": " "})[1]) == ["reason"]
    assert call(company.hr, "POST", path, {"reason": "复核有误"}) == (204, None)
    assert call(company.hr, "POST", path, {"reason": "复核有误"})[0] == 409
    assert call(company.hr, "GET", "/awards")[1]["items"] == []


CYCLE = {
    "name": "四季度考核",
    "period": "2026Q4",
    "self_until": "2026-11-23",
    "supervisor_until": "2026-11-30",
    "calibrate_until": "2026-12-04",
    "sign_until": "2026-12-11",
}


def test_a_round_of_appraisals_is_planned_begun_and_closed(call, company):
    body = CYCLE | {"teams": [company.team.code], "people": [company.stranger.employee_no]}
    status, made = call(company.hr, "POST", "/appraisal-cycles", body)
    assert (status, made["state"], made["teams"]) == (201, "draft", [company.team.code])
    assert made["people"] == [company.stranger.employee_no]
    path = f"/appraisal-cycles/{made['id']}"
    assert call(company.hr, "PUT", path, body | {"name": "年末考核"})[1]["name"] == "年末考核"
    assert call(company.hr, "POST", path, {"act": "close"})[0] == 409
    status, begun = call(company.hr, "POST", f"{path}/begin")
    assert (status, begun["new"] > 0) == (200, True)
    assert call(company.hr, "POST", f"{path}/begin") == (200, {"new": 0})
    assert call(company.hr, "POST", path, {"act": "remind"})[1]["count"] > 0
    assert call(company.hr, "POST", path, {"act": "release"}) == (200, {"count": 0})
    assert call(company.hr, "POST", path, {"act": "discard"})[0] == 409
    assert call(company.hr, "POST", path, {"act": "close"}) == (200, {"count": 0})
    [seen] = call(company.hr, "GET", "/appraisal-cycles")[1]["items"]
    assert (seen["state"], seen["appraisals"]) == ("closed", {"self": begun["new"]})
    assert call(company.hr, "PUT", path, body)[0] == 409
    assert call(company.lead, "POST", f"{path}/begin")[0] == 403
    assert call(company.hr, "POST", "/appraisal-cycles/none/begin")[0] == 404


def test_what_is_wrong_with_a_round_is_said_at_once_and_a_draft_can_go(call, company):
    status, answer = call(
        company.hr, "POST", "/appraisal-cycles", CYCLE | {"teams": ["x"], "people": ["x"], "form": "x"}
    )
    assert (status, wrong(answer)) == (422, ["form", "people", "teams"])
    status, answer = call(
        company.hr, "POST", "/appraisal-cycles", CYCLE | {"period": "bald", "sign_until": "2026-11-01"}
    )
    assert (status, wrong(answer)) == (422, ["period", "sign_until"])
    _, made = call(company.hr, "POST", "/appraisal-cycles", CYCLE)
    assert call(company.hr, "POST", f"/appraisal-cycles/{made['id']}", {"act": "discard"}) == (200, {"count": 0})
    assert call(company.hr, "GET", "/appraisal-cycles")[1]["items"] == []
