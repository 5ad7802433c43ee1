"""Staff before a peak over the API: planned, forecast out of history, the missing training given."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.accounts.models import Team
from lms.assignments.models import Assignment
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.readiness.actions import staffing as acts
from lms.readiness.models import DailyVolume
from lms.readiness.rules.need import Volume
from tests.readiness.test_staffing import a_certified_team
from tests.support.calling import caller, wrong
from tests.support.make import a_person, a_team, as_actor


@pytest.fixture
def call(world, client):
    return caller(client)


def days(first: int, last: int) -> dict[str, str]:
    return {name: str(today() + timedelta(days=n)) for name, n in (("from_on", first), ("until_on", last))}


def a_body(team: Team, **more) -> dict:
    return {"name": "年货节", "team": team.code, "base_orders": 6_200, "present": 44} | days(40, 44) | more


def test_a_plan_is_made_changed_and_thrown_away(call):
    root = a_team("公司")
    team, other = a_team("售后组", parent=root), a_team("售前组", parent=root)
    lead, stranger = a_person(Role.LEAD, team=team), a_person(Role.LEAD, team=other)
    director = a_person(Role.DIRECTOR, team=root)
    status, made = call(lead, "POST", "/staffing", a_body(team))
    assert (status, made["team"], made["formula"]["per"], made["days"]) == (201, team.code, 1_000, 0)
    path = f"/staffing/{made['id']}"
    again = {name: value for name, value in made.items() if name not in ("id", "days")}
    assert call(lead, "PUT", path, again)[1] == made
    body = a_body(team, formula={"way": "erlang", "handling": 300}, more_teams=[other.code])
    status, changed = call(director, "PUT", path, body)
    assert (status, changed["formula"]["way"], changed["more_teams"]) == (200, "erlang", [other.code])
    assert call(lead, "PUT", path, body)[0] == 404  # it plans for a team that is not his
    assert call(director, "PUT", path, a_body(team))[0] == 200
    assert call(stranger, "GET", path)[0] == call(stranger, "PUT", path, a_body(other))[0] == 404
    assert call(a_person(team=team), "POST", "/staffing", a_body(team))[0] == 403
    assert call(lead, "POST", f"{path}/discard") == (204, None)
    assert call(lead, "GET", path)[0] == 404


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"team": "none", "more_teams": ["x"], "campaign": "x", "skills": [{"proof": "queue:x", "share": 100}]},
         ["campaign", "more_teams", "skills", "team"]),
        ({"name": " ", "until_on": "2026-01-01"}, ["name", "until_on"]),
        ({"base_orders": -1, "present": 10**40}, ["base_orders", "present"]),
        ({"from_on": "9999-12-31"}, ["from_on"]),
        ({"formula": {"profile": [0] * 24}}, ["profile"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_plan_is_said_at_once(call, more, fields):
    team = a_team("公司")
    status, answer = call(a_person(Role.DIRECTOR, team=team), "POST", "/staffing", a_body(team) | more)
    assert (status, wrong(answer)) == (422, fields)


def test_the_forecast_out_of_history_is_taken_as_it_was_shown(call):
    team = a_team("公司")
    director = a_person(Role.DIRECTOR, team=team)
    _, made = call(director, "POST", "/staffing", a_body(team))
    path = f"/staffing/{made['id']}/forecast"
    assert call(director, "GET", path)[1]["items"] == []  # nothing is known
    with transaction() as s:
        s.add_all(DailyVolume(team_id=team.id, day=today() - timedelta(days=n), orders=5_000 + n) for n in range(1, 60))
    _, shown = call(director, "GET", f"{path}?growth=10")
    assert len(shown["items"]) == 5
    assert call(director, "POST", path, {"growth": 20, "seen": shown["seen"]})[0] == 409
    assert call(director, "POST", path, {"growth": 10, "seen": shown["seen"]}) == (200, {"days": 5})
    assert call(director, "GET", f"/staffing/{made['id']}")[1]["days"] == 5
    status, answer = call(director, "GET", f"{path}?last_year={today() + timedelta(days=40)}")
    assert (status, wrong(answer)) == (422, ["last_year"])
    assert call(a_person(Role.HR, team=team), "POST", path, {"seen": ""})[0] == 403


def test_training_that_is_missing_is_given_as_it_was_read(call):
    team, certificate, people = a_certified_team(2, lapsed=2)
    lead = a_person(Role.LEAD, team=team)
    body = a_body(team, skills=[{"proof": f"certificate:{certificate.public_id}", "share": 100}], present=9)
    status, made = call(lead, "POST", "/staffing", body)
    assert (status, made["skills"]) == (201, body["skills"])
    with transaction():
        acts.set_days(as_actor(lead), made["id"], {today() + timedelta(days=40): Volume(orders=9_000)})
    path = f"/staffing/{made['id']}/training"
    _, shown = call(lead, "GET", path)
    assert [each["employee_no"] for each in shown["items"]] == sorted(each.employee_no for each in people[2:])
    assert call(lead, "POST", path, {"seen": "x"})[0] == 409
    assert call(lead, "POST", path, {"seen": shown["seen"]}) == (200, {"people": 2})
    assert session().scalar(select(func.count()).select_from(Assignment)) == 2
    assert call(lead, "POST", path, {"seen": shown["seen"]})[0] == 409  # they owe it by now
    assert call(people[0], "GET", path)[0] == 403
