"""What a company measures by, over the API: metrics, competencies, check items, formulas, composites of a quarter."""

from datetime import UTC, datetime

import pytest

from lms.core import clock
from lms.core.access import Role
from tests.support.calling import caller, wrong
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_scores import a_formula

NOON = datetime(2026, 11, 16, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon():
    with clock.frozen(NOON):
        yield


@pytest.fixture
def firm(world):
    root = a_team("公司")
    team = a_team("售后组", parent=root)
    roles = {"own": Role.AGENT, "lead": Role.LEAD, "hr": Role.HR, "director": Role.DIRECTOR, "quality": Role.QUALITY}
    found = {who: a_person(role, team=team if who in ("own", "lead") else root) for who, role in roles.items()}
    return found | {"team": team}


@pytest.fixture
def call(client, firm):
    calling = caller(client)
    return lambda who, *rest: calling(firm[who], *rest)


METRIC = {"code": "rescue", "name": "挽单率", "unit": "percent", "direction": "up", "red_line": 20}


def test_a_metric_is_added_changed_put_out_of_use_and_back(call, firm):
    status, made = call("director", "POST", "/metrics", METRIC | {"team_red_lines": {firm["team"].code: 30}})
    assert (status, made["built_in"], made["in_use"]) == (201, False, True)
    assert (made["low"], made["high"], made["team_red_lines"]) == (0, 100, {firm["team"].code: 30})
    assert call("director", "POST", "/metrics", METRIC)[0] == 409
    change = {"name": "挽单成功率", "direction": "up", "synonyms": ["挽回率"]}
    assert call("director", "PUT", "/metrics/rescue", change)[1]["synonyms"] == ["挽回率"]
    assert call("director", "POST", "/metrics/rescue", {"act": "off"})[1]["in_use"] is False
    assert call("director", "POST", "/metrics/rescue", {"act": "on"})[1]["in_use"] is True
    assert call("director", "POST", "/metrics/rescue", {"act": "reset"})[0] == 404  # it is the company's own
    status, changed = call("director", "PUT", "/metrics/csat", {"name": "满意率", "direction": "up"})
    assert (status, changed["name"], changed["built_in"]) == (200, "满意率", True)
    assert call("director", "POST", "/metrics/csat", {"act": "reset"})[1]["name"] != "满意率"
    assert call("director", "PUT", "/metrics/none", change)[0] == 404
    assert call("own", "POST", "/metrics", METRIC)[0] == 403
    assert "rescue" in [each["code"] for each in call("lead", "GET", "/metrics")[1]["items"]]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"code": "Ü", "unit": "x", "direction": "x", "name": ""}, ["code", "direction", "name", "unit"]),
        ({"low": 90, "high": 10, "red_line": 500}, ["high", "red_line"]),
        ({"team_red_lines": {"none": 3}}, ["team_red_lines"]),
        ({"low": "1e999"}, ["low"]),
    ],
)
def test_what_is_wrong_with_a_metric_is_said_at_once(call, body, fields):
    status, answer = call("director", "POST", "/metrics", METRIC | body)
    assert (status, wrong(answer)) == (422, fields)


def test_a_red_line_of_a_team_that_can_not_be_is_said_at_the_team_lines(call, firm):
    status, answer = call(
        "director", "POST", "/metrics", METRIC | {"high": 100, "team_red_lines": {firm["team"].code: 300}}
    )
    assert (status, wrong(answer)) == (422, ["team_red_lines"])


COMPETENCY = {"code": "complaints", "name": "投诉处理", "words": ["投诉"], "levels": [40, 60, 80, 95]}


def test_a_competency_is_defined_changed_and_put_out_of_use(call):
    status, made = call("hr", "POST", "/competencies", COMPETENCY)
    assert (status, made["levels"], made["active"]) == (201, [40, 60, 80, 95], True)
    path = f"/competencies/{made['id']}"
    assert call("hr", "PUT", path, COMPETENCY | {"dimensions": ["共情"]})[1]["dimensions"] == ["共情"]
    assert call("hr", "POST", path, {"act": "stop"})[1]["active"] is False
    assert [each["active"] for each in call("hr", "GET", "/competencies")[1]["items"] if each["id"] == made["id"]] == [
        False
    ]
    status, answer = call(
        "hr", "POST", "/competencies", COMPETENCY | {"name": " ", "words": [], "levels": [9, 8, 7, 6]}
    )
    assert (status, wrong(answer)) == (422, ["code", "levels", "name", "words"])
    status, answer = call("hr", "POST", "/competencies", COMPETENCY | {"words": ["a,b"], "fresh_days": 0})
    assert (status, wrong(answer)) == (422, ["fresh_days", "words.0"])
    assert call("hr", "PUT", "/competencies/none", COMPETENCY)[0] == 404
    assert call("lead", "POST", "/competencies", COMPETENCY)[0] == 403


def test_what_inspectors_look_at_is_kept_in_step(call):
    status, made = call("quality", "POST", "/inspections/items", {"name": "承诺到货时间", "points": 5})
    assert (status, made["code"], made["pass_percent"]) == (201, "承诺到货时间", 60)
    path = f"/inspections/items/{made['id']}"
    status, changed = call("quality", "PUT", path, {"name": "承诺到货时间", "red_line": True, "active": False})
    assert (status, changed["red_line"], changed["active"]) == (200, True, False)
    assert [each["id"] for each in call("quality", "GET", "/inspections/items")[1]["items"]] == [made["id"]]
    status, answer = call("quality", "POST", "/inspections/items", {"name": "承诺到货时间"})
    assert (status, wrong(answer)) == (422, ["code", "name"])
    status, answer = call(
        "quality", "POST", "/inspections/items", {"name": "新", "document": "lesson:x", "recheck": "lesson:x"}
    )
    assert (status, wrong(answer)) == (422, ["document", "recheck"])
    assert call("quality", "PUT", "/inspections/items/none", {"name": "新"})[0] == 404
    assert call("lead", "POST", "/inspections/items", {"name": "新"})[0] == 403


FORMULA = {
    "name": "客服综合评分",
    "quarter": "2027Q1",
    "parts": [
        {"source": "kpi:csat", "weight": 60},
        {"source": "kpi:first_response", "weight": 20, "mode": "line", "floor": 90, "target": 15},
        {"source": "training", "weight": 20},
    ],
    "group": ["team"],
}


def test_a_formula_is_drafted_changed_and_put_away(call, firm):
    status, made = call("hr", "POST", "/formulas", FORMULA)
    assert (status, made["state"], made["quarter"], made["group"]) == (201, "draft", "2027Q1", ["team"])
    assert [part["weight"] for part in made["parts"]] == [60, 20, 20]
    path = f"/formulas/{made['id']}"
    assert call("hr", "PUT", path, FORMULA | {"least_group": 8})[1]["least_group"] == 8
    assert call("own", "GET", path)[0] == 404  # a draft
    assert call("own", "GET", "/formulas")[1]["items"] == []
    assert call("own", "PUT", path, FORMULA)[0] == 403
    assert call("hr", "POST", f"{path}/drop") == (204, None)
    assert call("hr", "PUT", path, FORMULA)[0] == 404
    assert call("hr", "PUT", "/formulas/none", FORMULA)[0] == 404
    parts = [{"source": "kpi:none", "weight": 50}, {"source": "quality", "weight": 40}]
    status, answer = call("hr", "POST", "/formulas", FORMULA | {"name": " ", "parts": parts})
    assert (status, wrong(answer)) == (422, ["name", "spec.0", "spec.1"])
    status, answer = call("hr", "POST", "/formulas", FORMULA | {"quarter": "2027-01"})
    assert (status, wrong(answer)) == (422, ["quarter"])


def test_a_published_formula_is_changed_no_more(call, firm):
    a_formula(as_actor(firm["hr"]), "2026Q4")
    [seen] = call("own", "GET", "/formulas")[1]["items"]
    assert call("own", "GET", f"/formulas/{seen['id']}") == (200, seen)
    assert call("hr", "PUT", f"/formulas/{seen['id']}", FORMULA)[0] == 409
    assert call("hr", "POST", f"/formulas/{seen['id']}/drop")[0] == 409


def test_composites_are_computed_on_demand(call, firm):
    assert call("hr", "POST", "/scores/compute", {"period": "2026Q4"})[0] == 409  # no formula is in force
    a_formula(as_actor(firm["hr"]), "2026Q4")
    status, done = call("hr", "POST", "/scores/compute", {"period": "2026Q4"})
    assert (status, set(done)) == (200, {"people", "changed", "kept"})
    assert call("hr", "POST", "/scores/compute", {"period": "2026Q4", "final": True})[0] == 409  # it is not over
    status, answer = call("hr", "POST", "/scores/compute", {"period": "2026-11"})
    assert (status, wrong(answer)) == (422, ["period"])
    assert call("lead", "POST", "/scores/compute", {})[0] == 403
