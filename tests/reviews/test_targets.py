"""Targets of a year on their pages and in their actions: who sets them, what is refused, what is kept. Both databases."""

from datetime import UTC, date, datetime

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.performance.queries.figures import metrics
from lms.reviews.actions.targets import Wanted, set_target
from lms.reviews.queries import targets as reading
from lms.reviews.rules.targets import State, Way
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_impact import some_people
from tests.support.make_targets import months_of
from tests.support.pages import send

pytestmark = pytest.mark.usefixtures("world")

AUTUMN = datetime(2026, 11, 23, 4, tzinfo=UTC)
LAST_YEAR = {date(2025, month, 1): 70.0 for month in range(1, 13)}
THIS_YEAR = {date(2026, month, 1): 69.0 + month for month in range(1, 11)}
JUNK = ["", "\x00", "²", "-1", "1e999", "nan", "9" * 40, "9" * 4_500, "x" * 700, "2026-02-31", "2026-13", "0000-01"]


@pytest.fixture(autouse=True)
def _autumn():
    with clock.frozen(AUTUMN):
        yield


def a_company():
    """Return the root, a director and a lead of a team below, with two years of figures."""
    root = a_team("公司")
    below = a_team("售前组", parent=root)
    director = a_person(Role.DIRECTOR, team=root)
    lead = a_person(Role.LEAD, team=below)
    people = some_people(below.id, 5)
    months_of(people, "csat", LAST_YEAR | THIS_YEAR)
    return root, below, director, lead


def wanted(**more) -> Wanted:
    values = {
        "way": Way.RELATIVE,
        "amount": 20.0,
        "base_from": date(2025, 1, 1),
        "base_until": date(2026, 1, 1),
    }
    return Wanted(**(values | more))


def test_what_is_usual_stands_there_before_anybody_sets_anything():
    root, *_ = a_company()
    found = reading.lines(root.id, 2026)
    assert [(line.metric.code, line.setting.amount, line.setting.version) for line in found] == [
        ("csat", 20.0, 0),
        ("first_response", -30.0, 0),
        ("intervention", -15.0, 0),
    ]
    assert found[0].setting.base == pytest.approx(70.0)
    assert found[0].goal.value == pytest.approx(84.0)
    assert found[0].expected.value == pytest.approx(81.0)
    assert found[0].state is State.BEHIND
    assert found[1].state is State.NO_FIGURES


def test_the_first_screen_gets_three_lines_with_what_is_expected():
    _, _, director, _ = a_company()
    found = reading.now(as_actor(director))
    assert len(found) == 3
    assert found[0].latest.reached.value == pytest.approx(79.0)


def test_a_setting_keeps_its_base_when_figures_are_corrected_later():
    root, _, director, _ = a_company()
    actor, number = as_actor(director), root.id
    with transaction():
        set_target(actor, 2026, number, "csat", wanted(amount=10.0, why="与年初预算一致"))
    months_of(some_people(a_team().id, 5), "csat", {date(2025, 6, 1): 10.0}, count=1_000)
    line = reading.lines(number, 2026)[0]
    assert (line.setting.version, line.setting.base) == (1, pytest.approx(70.0))
    assert line.goal.value == pytest.approx(77.0)
    assert line.base_now < 30
    assert line.state is State.REACHED


def test_every_setting_stays_in_the_history():
    root, _, director, _ = a_company()
    actor, number = as_actor(director), root.id
    for version, amount in enumerate((10.0, 15.0)):
        with transaction():
            set_target(actor, 2026, number, "csat", wanted(amount=amount, version=version))
    assert [(each.version, each.amount) for each in reading.history(2026, number, "csat")] == [(2, 15.0), (1, 10.0)]


def test_of_two_who_set_at_once_the_second_is_told():
    root, _, director, _ = a_company()
    actor, number = as_actor(director), root.id
    with transaction():
        set_target(actor, 2026, number, "csat", wanted())
    with pytest.raises(Conflict), transaction():
        set_target(actor, 2026, number, "csat", wanted(amount=5.0))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 60.0}, "amount"),  # 112 % is impossible
        ({"amount": -5.0}, "amount"),  # worse than the base
        ({"amount": float("inf")}, "amount"),
        ({"base_from": date(2019, 1, 1), "base_until": date(2019, 6, 1)}, "base_from"),
        ({"base_until": date(2025, 1, 1)}, "base_until"),
        ({"base_from": date(2020, 1, 1)}, "base_until"),
        ({"why": "字" * 501}, "why"),
    ],
)
def test_what_cannot_be_aimed_at_is_refused_with_its_reason(change, field):
    root, _, director, _ = a_company()
    actor, number = as_actor(director), root.id
    with pytest.raises(Invalid) as refused, transaction():
        set_target(actor, 2026, number, "csat", wanted(**change))
    assert field in refused.value.fields


def test_the_refusal_of_the_impossible_offers_points():
    root, _, director, _ = a_company()
    actor, number = as_actor(director), root.id
    with pytest.raises(Invalid) as refused, transaction():
        set_target(actor, 2026, number, "csat", wanted(amount=60.0))
    assert "最多 +30.0，建议 +6.0" in str(refused.value.fields["amount"])


def test_a_lead_sets_the_targets_of_own_teams_alone():
    root, below, _, lead = a_company()
    actor, whole, own = as_actor(lead), root.id, below.id
    with transaction():
        set_target(actor, 2026, own, "csat", wanted())
    with pytest.raises(NotFound), transaction():
        set_target(actor, 2026, whole, "csat", wanted())
    with pytest.raises(NotFound), transaction():
        set_target(actor, 2026, own, "no_such_metric", wanted())


def test_people_count_for_the_team_they_were_in():
    root, below, _, _ = a_company()
    beside = a_team("售后组", parent=root)
    months_of(some_people(beside.id, 1), "csat", {date(2026, 5, 1): 10.0})
    for team, people in ((below, 5), (beside, 1), (root, 6)):
        found = reading.team_rows(team.id, ["csat"], date(2026, 5, 1), date(2026, 6, 1), metrics())
        assert [row.people for row in found["csat"]] == [people]


def test_the_page_shows_each_target_and_the_form_sets_it(client):
    root, _, director, _ = a_company()
    code = root.code
    sign_in(client, director)
    page = client.get("/targets").text
    assert "照现在的走势达不到" in page
    assert "这是常用的目标" in page
    form = {"way": "relative", "amount": "10", "base_from": "2025-01", "base_until": "2025-12", "version": "0"}
    answer = send(client, f"/targets/edit?metric=csat&year=2026&team={code}", **form)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "已达到" in page
    assert "以前定的" in client.get(f"/targets/edit?metric=csat&year=2026&team={code}").text


def test_english_says_the_same(client):
    root, _, _, _ = a_company()
    sign_in(client, a_person(Role.HR, team=root, locale="en"))
    assert "Behind" in client.get("/targets").text


def test_what_was_typed_is_kept_with_every_reason(client):
    _, _, director, _ = a_company()
    sign_in(client, director)
    form = {"way": "relative", "amount": "很多", "base_from": "春天", "base_until": "2025-12", "why": "试试"}
    answer = send(client, "/targets/edit?metric=csat", **form)
    assert answer.status_code == 422
    assert "写一个数字" in answer.text
    assert "写成 2026-01" in answer.text
    assert "很多" in answer.text


def test_who_may_only_read_cannot_set(client):
    root, _, _, _ = a_company()
    sign_in(client, a_person(Role.TRAINER, team=root))
    assert client.get("/targets").status_code == 200
    assert client.get("/targets/edit?metric=csat").status_code == 403


def test_a_lead_finds_no_other_team(client):
    root, below, _, lead = a_company()
    codes = root.code, below.code
    sign_in(client, lead)
    assert client.get(f"/targets?team={codes[0]}").status_code == 404
    assert client.get(f"/targets?team={codes[1]}").status_code == 200


@pytest.mark.parametrize("field", ["team", "year", "metric"])
def test_odd_addresses_break_nothing(client, field):
    _, _, director, _ = a_company()
    sign_in(client, director)
    for junk in JUNK:
        assert client.get("/targets", query_string={field: junk}).status_code in (200, 404)
        known = {"metric": "csat", field: junk}
        assert client.get("/targets/edit", query_string=known).status_code in (200, 404)


@pytest.mark.parametrize("field", ["way", "amount", "base_from", "base_until", "why", "version", "off"])
def test_odd_forms_break_nothing(client, field):
    _, _, director, _ = a_company()
    sign_in(client, director)
    good = {"way": "relative", "amount": "10", "base_from": "2025-01", "base_until": "2025-12", "version": "0"}
    for junk in JUNK:
        answer = send(client, "/targets/edit?metric=csat", **(good | {field: junk}))
        assert answer.status_code in (303, 409, 422), (field, junk)
