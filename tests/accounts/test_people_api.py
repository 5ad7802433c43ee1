"""People, roles, teams and shops over the API: what the host's own list of people needs to keep the academy in step."""

import pytest
from sqlalchemy import select

from lms.accounts.actions import make_token
from lms.accounts.models import Person
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.make import a_person, a_team, as_actor


@pytest.fixture
def root(world):
    return a_team("公司")


@pytest.fixture
def api(client, root):
    """Call the API as somebody of HR, or as whom `role` says."""
    bearers = {}

    def call(method, path, body=None, role=Role.HR):
        if role not in bearers:
            person = a_person(role, team=root)
            with transaction():
                bearers[role] = make_token(as_actor(person), label="")
        answer = client.open(
            f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {bearers[role]}"}
        )
        return answer.status_code, answer.get_json(silent=True)

    return call


NEW = {"employee_no": "A9", "name": " 陈 晨 ", "hired_on": "2026-11-01", "email": "c@example.com"}


@pytest.fixture
def team(root):
    return a_team("售后", root)


def test_somebody_new_is_entered_read_changed_moved_and_closed(api, team, root):
    status, made = api("POST", "/people", NEW | {"team": team.code})
    assert (status, made["name"], made["team"], made["email"]) == (201, "陈 晨", "售后", "c@example.com")
    assert api("GET", "/people/A9")[1] == made
    status, changed = api("PATCH", "/people/A9", {"position": "客服", "email": ""})
    assert (status, changed) == (200, made | {"position": "客服", "email": ""})
    assert api("POST", "/people/A9/move", {"team": root.code, "from_on": "2026-11-02"})[1]["team"] == "公司"
    assert api("POST", "/people/A9/close", {})[1]["active"] is False
    assert api("POST", "/people/A9/close", {})[0] == 200
    assert api("POST", "/people/A9/reopen")[1]["active"] is True
    assert api("POST", "/people/A9/sessions/end")[0] == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"team": "none"}, "team"),
        ({"employee_no": "A 9"}, "json.employee_no"),
        ({"employee_no": "X"}, "employee_no"),
        ({"name": "\u200b"}, "name"),
        ({"hired_on": "2026-02-30"}, "hired_on"),
        ({"hired_on": "9999-12-31"}, "hired_on"),
        ({"email": "nobody"}, "email"),
        ({"phone": "x"}, "phone"),
        ({"employment": "slave"}, "employment"),
        ({"person_id": 1}, "person_id"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nobody_is_made(api, team, body, field):
    a_person(no="X")
    status, answer = api("POST", "/people", NEW | {"team": team.code} | body)
    assert (status, list(answer["error"]["fields"])) == (422, [field.rpartition(".")[2]])
    assert session().scalar(select(Person.id).where(Person.name == "陈 晨")) is None


def test_the_list_shows_whom_one_sees_by_pages(api, team):
    for number in range(3):
        a_person(team=team, no=f"T{number}")
    first = api("GET", f"/people?team={team.code}&limit=2")[1]
    rest = api("GET", f"/people?team={team.code}&limit=2&after={first['next']}")[1]
    assert [each["employee_no"] for each in first["items"] + rest["items"]] == ["T0", "T1", "T2"]
    assert rest["next"] is None
    assert api("GET", "/people?team=none")[0] == 422
    assert api("GET", "/people", role=Role.AGENT)[0] == 403


def test_roles_are_granted_listed_and_taken_back(api, team):
    a_person(team=team, no="T1")
    status, granted = api("POST", "/people/T1/roles", {"role": "lead", "team": team.code})
    assert (status, [(each["role"], each["team"]) for each in granted["items"]]) == (200, [("lead", team.code)])
    assert api("GET", "/people/T1/roles")[1] == granted
    assert api("POST", f"/people/T1/roles/{granted['items'][0]['id']}/end")[1]["items"] == []
    assert api("POST", "/people/T1/roles", {"role": "admin", "team": team.code})[0] == 403


def test_mentor_shops_and_tags_are_what_was_said_last(api, team):
    a_person(team=team, no="T1")
    a_person(team=team, no="T2")
    assert api("POST", "/shops", {"code": "tm", "name": "天猫店", "platform": "天猫"})[0] == 201
    assert [shop["code"] for shop in api("GET", "/shops")[1]["items"]] == ["tm"]
    assert api("PUT", "/people/T1/mentor", {"mentor": "T2"})[1]["mentor"] == "T2"
    assert api("PUT", "/people/T1/shops", {"shops": ["tm"]})[1]["shops"] == ["tm"]
    assert api("PUT", "/people/T1/tags", {"tags": [" 夜班 ", "夜班"]})[1]["tags"] == ["夜班"]
    assert api("PUT", "/people/T1/mentor", {"mentor": None})[1]["mentor"] == ""
    assert api("PUT", "/people/T1/shops", {"shops": ["none"]})[0] == 422
    for nobody in ("none", "T1"):
        assert api("PUT", "/people/T1/mentor", {"mentor": nobody})[0] == 422


def test_teams_are_added_renamed_moved_and_closed(api, root, team):
    assert api("POST", "/teams", {"code": "new", "name": "新组", "parent": team.code})[0] == 201
    assert api("POST", "/teams", {"code": "new", "name": "新组", "parent": team.code})[0] == 422
    assert api("PATCH", "/teams/new", {"name": "夜班组"})[1] == {"code": "new", "name": "夜班组", "parent": team.code}
    assert api("PATCH", "/teams/new", {"parent": root.code})[1]["parent"] == root.code
    assert api("PATCH", f"/teams/{root.code}", {"name": "公司二"})[0] == 200
    assert api("PATCH", "/teams/none", {"name": "x"})[0] == 404
    a_person(team=team)
    assert api("POST", f"/teams/{team.code}/close")[0] == 409
    assert api("POST", "/teams/new/close")[0] == 204
    assert "new" not in [each["code"] for each in api("GET", "/teams")[1]["items"]]
