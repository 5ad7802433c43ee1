"""Intakes, patterns, days and endings over the API: the same as the pages do, refused to whom the pages refuse it."""

from datetime import date, timedelta

import pytest

from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.here import today
from tests.support.make import a_person, a_team, as_actor


@pytest.fixture
def root(world):
    return a_team("公司")


@pytest.fixture
def team(root):
    return a_team("售后", root)


@pytest.fixture
def api(client, root, team):
    """Call the API as somebody of HR, or as whom `role` says; a lead is that of `team`."""
    bearers = {}

    def call(method, path, body=None, role=Role.HR):
        if role not in bearers:
            person = a_person(role, team=team if role is Role.LEAD else root)
            with transaction():
                bearers[role] = make_token(as_actor(person), label="")
        answer = client.open(
            f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {bearers[role]}"}
        )
        return answer.status_code, answer.get_json(silent=True)

    return call


def fields(answer):
    return sorted(answer[1]["error"]["fields"])


INTAKE = {"name": "12 月第 1 批", "starts_on": "2026-12-01"}


def test_an_intake_is_opened_changed_filled_and_emptied(api, team):
    a_person(team=team, no="T1")
    a_person(team=team, no="T2")
    status, made = api("POST", "/cohorts", INTAKE | {"trainer": "T2", "room": "3 楼"})
    where = f"/cohorts/{made['id']}"
    assert (status, made["trainer"], made["members"]) == (201, "T2", [])
    changed = api("PUT", where, INTAKE | {"name": "新名字"})[1]
    assert (changed["name"], changed["trainer"], changed["room"]) == ("新名字", "", "")
    assert api("POST", f"{where}/members", {"people": ["T1", "T2", "T1"]}) == (200, {"added": 2})
    assert api("POST", f"{where}/members", {"people": ["T1"]}) == (200, {"added": 0})
    paired = api("PUT", f"{where}/mentors", {"items": [{"employee_no": "T1", "mentor": "T2"}]})[1]
    assert [(each["employee_no"], each["mentor"]) for each in paired["members"]] == [("T1", "T2"), ("T2", "")]
    assert api("POST", f"{where}/members/T2/remove")[0] == 204
    assert [each["employee_no"] for each in api("GET", where)[1]["members"]] == ["T1"]
    assert [(each["name"], each["members"]) for each in api("GET", "/cohorts")[1]["items"]] == [("新名字", 1)]
    assert api("POST", f"{where}/members/T2/remove")[0] == 404


def test_what_is_wrong_with_an_intake_is_said_at_once_and_nobody_is_added(api, team):
    a_person(team=team, no="T1")
    api("POST", "/cohorts", INTAKE)
    assert fields(api("POST", "/cohorts", INTAKE)) == ["name"]
    assert fields(api("POST", "/cohorts", INTAKE | {"name": "\u200b", "trainer": "none"})) == ["name", "trainer"]
    assert fields(api("POST", "/cohorts", {"name": "x" * 81})) == ["name", "starts_on"]
    where = f"/cohorts/{api('GET', '/cohorts')[1]['items'][0]['id']}"
    assert fields(api("POST", f"{where}/members", {"people": ["T1", "none"]})) == ["people"]
    wrong = [{"employee_no": "T1", "mentor": None}, {"employee_no": "none", "mentor": "T1"}]
    assert fields(api("PUT", f"{where}/mentors", {"items": wrong})) == [
        "items.0.employee_no",
        "items.1.employee_no",
    ]
    assert api("GET", where)[1]["members"] == []
    for method, path, body in [
        ("PUT", "/cohorts/999999", INTAKE),
        ("POST", "/cohorts/999999/members", {"people": ["T1"]}),
        ("PUT", "/cohorts/999999/mentors", {"items": wrong}),
        ("GET", "/cohorts/999999", None),
    ]:
        assert api(method, path, body)[0] == 404
    for method, path, body in [
        ("POST", "/cohorts", INTAKE),
        ("PUT", where, INTAKE),
        ("POST", f"{where}/members", {"people": ["T1"]}),
        ("POST", "/cohorts/split", {"hired_from": "2026-01-01", "hired_until": "2026-12-31"}),
    ]:
        assert api(method, path, body, role=Role.LEAD)[0] == 403


def test_who_is_in_no_intake_is_put_into_some_once_the_plan_was_seen(api, team):
    for number in range(5):
        a_person(team=team, no=f"T{number}", hired_on=date(2026, 11, 2))
    asked = {"hired_from": "2026-11-01", "hired_until": "2026-11-30", "team": team.code, "most": 3}
    status, plan = api("POST", "/cohorts/split", asked)
    assert (status, plan["done"], sorted(each["joining"] for each in plan["items"])) == (200, False, [2, 3])
    assert api("GET", "/cohorts")[1]["items"] == []
    assert api("POST", "/cohorts/split", asked | {"digest": "0" * 16})[0] == 409
    assert api("POST", "/cohorts/split", asked | {"digest": plan["digest"]})[1]["done"] is True
    assert sorted(each["members"] for each in api("GET", "/cohorts")[1]["items"]) == [2, 3]
    assert api("POST", "/cohorts/split", asked | {"digest": plan["digest"]})[0] == 422
    assert fields(api("POST", "/cohorts/split", asked | {"team": "none"})) == ["team"]
    assert fields(api("POST", "/cohorts/split", asked | {"most": 1})) == ["most"]


def test_a_pattern_is_set_for_one_team_intake_or_person_and_ended(api, root, team):
    a_person(team=team, no="T1")
    cohort = api("POST", "/cohorts", INTAKE)[1]["id"]
    week = {"weekdays": [1, 2, 3, 4, 5], "from_on": "2026-12-01"}
    for owner in ({"team": team.code}, {"cohort": cohort}, {"employee_no": "T1"}):
        assert api("POST", "/roster/patterns", week | owner)[0] == 201
    turn = api("POST", "/roster/patterns", {"team": root.code, "cycle": "做四休二", "from_on": "2026-12-01"})[1]
    listed = api("GET", "/roster/patterns")[1]["items"]
    assert sorted((each["kind"], each["weekdays"]) for each in listed) == [
        ("cohort", [1, 2, 3, 4, 5]),
        ("person", [1, 2, 3, 4, 5]),
        ("team", []),
        ("team", [1, 2, 3, 4, 5]),
    ]
    assert api("POST", f"/roster/patterns/{turn['id']}/stop", role=Role.LEAD)[0] == 404
    assert api("POST", f"/roster/patterns/{turn['id']}/stop")[0] == 204
    assert api("POST", f"/roster/patterns/{turn['id']}/stop")[0] == 404
    assert api("POST", "/roster/patterns", week | {"employee_no": "T1"}, role=Role.AGENT)[0] == 403
    for wrong, field in [
        ({}, "team"),
        ({"team": team.code, "employee_no": "T1"}, "team"),
        ({"team": "none"}, "team"),
        ({"cohort": 999_999}, "cohort"),
        ({"employee_no": "none"}, "employee_no"),
        ({"team": team.code, "weekdays": []}, "weekdays"),
        ({"team": team.code, "until_on": "2026-11-01"}, "until_on"),
        ({"team": team.code, "cycle": "？？"}, "cycle"),
    ]:
        assert fields(api("POST", "/roster/patterns", week | wrong)) == [field]
    assert fields(api("POST", "/roster/patterns", week | {"team": root.code}, role=Role.LEAD)) == ["team"]
    assert fields(api("POST", "/roster/patterns", week | {"cohort": cohort}, role=Role.LEAD)) == ["cohort"]


def test_silent_times_company_days_and_shifts(api, team):
    ahead = {"from_on": "2027-11-01", "until_on": "2027-11-12"}
    status, made = api("POST", "/freezes", {"name": "双十一", "team": team.code} | ahead)
    assert (status, [each["name"] for each in api("GET", "/freezes")[1]["items"]]) == (201, ["双十一"])
    assert fields(api("POST", "/freezes", {"name": "双十一", "team": "none"} | ahead)) == ["team"]
    backwards = {"name": "x", "team": team.code, "from_on": "2027-11-12", "until_on": "2027-11-01"}
    assert fields(api("POST", "/freezes", backwards)) == ["until_on"]
    assert api("POST", f"/freezes/{made['id']}/remove", role=Role.LEAD)[0] == 403
    assert api("POST", f"/freezes/{made['id']}/remove")[0] == 204
    assert api("POST", f"/freezes/{made['id']}/remove")[0] == 404
    day = {"items": [{"day": "2027-02-10", "working": False, "name": "店庆"}]}
    assert api("PUT", "/company-days", day) == (200, {"changed": 1})
    assert api("PUT", "/company-days", day) == (200, {"changed": 0})
    assert api("PUT", "/company-days", {"items": [{"day": "2027-02-10", "working": None}]}) == (200, {"changed": 1})
    assert api("PUT", "/company-days", {"items": []})[0] == 422
    assert api("PUT", "/company-days", day, role=Role.LEAD)[0] == 403
    early = {"code": "早", "name": "早班", "hours": "08:00-16:00"}
    assert api("PUT", "/shifts", early) == (200, early)
    assert api("GET", "/shifts")[1]["items"] == [early]
    assert fields(api("PUT", "/shifts", early | {"hours": "late"})) == ["hours"]
    assert api("PUT", "/shifts", early, role=Role.LEAD)[0] == 403
    assert api("POST", "/shifts/remove", {"code": "早"})[0] == 204
    assert api("POST", "/shifts/remove", {"code": "早"})[0] == 404


def test_leave_ends_earlier(api, root, team):
    person, other = a_person(team=team), a_person(team=root)
    span = {"from_on": "2027-03-01", "until_on": "2027-03-05", "kind": "annual"}
    for each in (person, other):
        assert api("POST", "/leave", {"items": [span | {"employee_no": each.employee_no}]})[0] == 200
    ids = {each["employee_no"]: each["id"] for each in api("GET", "/leave")[1]["items"]}
    mine, theirs = (f"/leave/{ids[each.employee_no]}/end" for each in (person, other))
    assert api("POST", mine, {"last_day": "2027-03-03"}, role=Role.LEAD)[0] == 204
    assert api("POST", theirs, {"last_day": "2027-03-03"}, role=Role.LEAD)[0] == 404
    assert fields(api("POST", mine, {"last_day": "2027-03-04"})) == ["last_day"]
    assert fields(api("POST", mine, {"last_day": "2027-02-30"})) == ["last_day"]
    assert api("POST", mine, {"last_day": "2027-02-28"})[0] == 204
    assert [each["employee_no"] for each in api("GET", "/leave")[1]["items"]] == [other.employee_no]


def test_accounts_that_end_are_put_off_all_or_none(api, team):
    last = today() + timedelta(days=3)
    for number in ("T1", "T2"):
        a_person(team=team, no=number, leaving_on=last)
    a_person(team=team, no="T3")
    later = (last + timedelta(days=30)).isoformat()
    listed = api("GET", "/endings")[1]["items"]
    assert [(each["employee_no"], each["leaving_on"]) for each in listed] == [
        ("T1", last.isoformat()),
        ("T2", last.isoformat()),
    ]
    assert api("POST", "/endings", {"people": ["T1", "T3"], "to": later})[0] == 404
    assert api("POST", "/endings", {"people": ["T1", "T2"], "to": last.isoformat()})[0] == 409
    assert fields(api("POST", "/endings", {"people": ["T1"], "to": "2020-01-01"})) == ["to"]
    assert api("POST", "/endings", {"people": ["T1"], "to": later}, role=Role.LEAD)[0] == 403
    assert api("POST", "/endings", {"people": ["T1", "T2"], "to": later}) == (200, {"changed": 2})
    assert api("GET", "/endings")[1]["items"] == []
