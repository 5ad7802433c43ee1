"""逾期与催学 over the API: the list, asking people once a day, saying it in the group."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.here import today
from lms.notifications.models import Robot
from tests.support.calling import caller, wrong
from tests.support.make import a_person, a_team
from tests.support.make_duties import a_document, owes


@pytest.fixture
def floor(world):
    """A team with somebody late and somebody not yet, and another team."""
    with clock.frozen(datetime(2026, 11, 23, 2, tzinfo=UTC)):
        root = a_team("总部")
        red, blue = a_team("红组", root), a_team("蓝组", root)
        course = a_document("course", "季度课")
        late, soon, other = a_person(team=red), a_person(team=red), a_person(team=blue)
        duties = {
            "late": owes(late, course, (course, today() - timedelta(days=2), False)),
            "soon": owes(soon, course, (course, today() + timedelta(days=2), False)),
            "other": owes(other, course, (course, today() - timedelta(days=5), False)),
        }
        lead = a_person(Role.LEAD, team=red)
        yield {"red": red, "blue": blue, "late": late, "lead": lead, "duties": duties}


def test_who_is_late_is_asked_once_a_day(client, floor):
    call, lead = caller(client), floor["lead"]
    [line] = call(lead, "GET", "/late")[1]["items"]
    assert (line["employee_no"], line["days"], line["may_ask"]) == (floor["late"].employee_no, 2, True)
    assert line["duty"] == floor["duties"]["late"].id
    assert len(call(lead, "GET", "/late?who=left&limit=1")[1]["items"]) == 1
    assert call(lead, "GET", "/late?who=left&limit=1")[1]["next"] == 1
    others = floor["duties"]["other"].id
    assert call(lead, "POST", "/late/ask", {"duties": [others]}) == (200, {"told": 0, "before": 0, "silent": 0})
    assert call(lead, "POST", "/late/ask", {}) == (200, {"told": 1, "before": 0, "silent": 0})
    assert call(lead, "POST", "/late/ask", {}) == (200, {"told": 0, "before": 1, "silent": 0})
    assert call(lead, "GET", "/late")[1]["items"][0]["asked_today"] is True
    assert call(lead, "POST", "/late/ask", {"unasked": True})[1]["told"] == 0
    assert call(floor["late"], "POST", "/late/ask", {})[0] == 403


def test_a_team_that_is_not_the_callers_is_like_one_that_is_not_there(client, floor):
    call = caller(client)
    for code in (floor["blue"].code, "none"):
        status, answer = call(floor["lead"], "POST", "/late/ask", {"team": code})
        assert (status, wrong(answer)) == (422, ["team"])
    status, answer = call(floor["lead"], "POST", "/late/ask", {"who": "x", "duties": ["²"]})
    assert (status, wrong(answer)) == (422, ["duties.0", "who"])


def test_the_group_is_told_where_a_robot_stands(client, floor):
    call = caller(client)
    assert call(floor["lead"], "POST", "/late/group", {})[1]["error"]["code"] == "no_robot"
    with transaction() as s:
        values = {"platform": "wecom", "name": "大群", "url": "https://x.invalid", "made_at": clock.now()}
        s.add(Robot(team_id=floor["red"].id, **values))
    assert call(floor["lead"], "POST", "/late/group", {"team": floor["red"].code}) == (200, {"team": "红组"})
    assert call(floor["late"], "POST", "/late/group", {})[0] == 403
