"""Deductions: points by a public rule, noticed first, appealed, answered by another, counting only afterwards."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.here import today
from lms.notifications.models import Notice
from lms.performance.models import Inspection, InspectionBatch
from lms.reviews.actions import deductions as acts
from lms.reviews.jobs.rewards import let_deductions_count
from lms.reviews.models import Deduction, DeductionRule
from lms.reviews.queries import deductions as reading
from lms.tables import metadata
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_awards import a_deduction, a_deduction_rule, let_count
from tests.support.pages import send, token

NOON = datetime(2026, 10, 12, 4, tzinfo=UTC)
WHY = "规定当天已经改了，我按新规定答的。"


@pytest.fixture(autouse=True)
def _still():
    with clock.frozen(NOON):
        yield


@pytest.fixture
def team(world):
    return a_team("一组", a_team("客服中心"))


@pytest.fixture
def agent(team):
    return a_person(Role.AGENT, team=team, name="阿南")


@pytest.fixture
def lead(team):
    return as_actor(a_person(Role.LEAD, team=team, name="组长"))


@pytest.fixture
def hr(world):
    return as_actor(a_person(Role.HR, name="人事"))


def later(days):
    return clock.frozen(NOON + timedelta(days=days))


def points(person):
    return reading.points_among(reading.of_person(person.id), "2026Q4").points


def state(found):
    return session().query(Deduction.state).filter_by(id=found.id).scalar()


def appealed(found, person):
    with transaction():
        acts.appeal(as_actor(person), found.public_id, WHY)


def answered(actor, found, *, keep):
    with transaction():
        acts.answer(actor, found.public_id, keep=keep, words="看过会话，写明了理由。")


def test_no_table_of_deductions_holds_money():
    columns = [*metadata.tables["deduction"].columns, *metadata.tables["deduction_rule"].columns]
    assert [each.name for each in columns if "amount" in each.name or "fen" in each.name] == []


def test_the_person_is_told_at_once_and_it_counts_only_after_the_time_for_an_appeal(agent, lead):
    found = a_deduction(lead, agent)
    assert session().query(Notice).filter_by(person_id=agent.id).count() == 1
    assert points(agent) == 0
    with later(5):
        assert let_deductions_count() == 0
    with later(6):
        assert let_deductions_count() == 1
        assert let_deductions_count() == 0
    assert (state(found), points(agent)) == ("effective", 3)


def test_an_appeal_keeps_it_from_counting_until_another_supervisor_answers(agent, lead, hr):
    found = a_deduction(lead, agent)
    appealed(found, agent)
    with later(30):
        assert let_deductions_count() == 0
        with pytest.raises(Forbidden):
            answered(lead, found, keep=True)
        answered(hr, found, keep=True)
        assert state(found) == "upheld"
        assert let_deductions_count() == 1
    assert points(agent) == 3


def test_an_answer_within_the_time_does_not_shorten_it(agent, lead, hr):
    found = a_deduction(lead, agent)
    appealed(found, agent)
    answered(hr, found, keep=True)
    assert let_deductions_count() == 0
    assert points(agent) == 0


def test_an_appeal_that_is_right_withdraws_it_for_good(agent, lead, hr):
    found = a_deduction(lead, agent)
    appealed(found, agent)
    answered(hr, found, keep=False)
    with later(30):
        assert let_deductions_count() == 0
    assert (state(found), points(agent)) == ("withdrawn", 0)


def test_who_may_answer_is_told_of_an_appeal_and_not_who_gave_it(agent, lead, hr):
    found = a_deduction(lead, agent)
    appealed(found, agent)
    told = {row.person_id for row in session().query(Notice).filter(Notice.person_id != agent.id)}
    assert hr.id in told
    assert lead.id not in told


def test_the_lead_is_asked_where_somebody_else_gave_it(agent, lead, hr):
    found = a_deduction(hr, agent)
    appealed(found, agent)
    assert session().query(Notice).filter_by(person_id=lead.id).count() == 1
    answered(lead, found, keep=True)


def test_an_appeal_comes_in_time_once_and_from_the_person(agent, lead):
    found = a_deduction(lead, agent)
    with pytest.raises(NotFound), transaction():
        acts.appeal(lead, found.public_id, WHY)
    with pytest.raises(Invalid), transaction():
        acts.appeal(as_actor(agent), found.public_id, " ")
    with later(6), pytest.raises(Conflict), transaction():
        acts.appeal(as_actor(agent), found.public_id, WHY)
    appealed(found, agent)
    with pytest.raises(Conflict):
        appealed(found, agent)


def test_what_counts_already_can_be_withdrawn_with_a_reason(agent, lead):
    found = a_deduction(lead, agent)
    let_count(found)
    assert points(agent) == 3
    with pytest.raises(Invalid), transaction():
        acts.withdraw(lead, found.public_id, "")
    with transaction():
        acts.withdraw(lead, found.public_id, "质检复核推翻了。")
    assert points(agent) == 0


def test_points_count_in_the_quarter_in_which_it_happened(agent, lead):
    found = a_deduction(lead, agent, ago=20)  # 22 September
    let_count(found)
    assert reading.points_among(reading.of_person(agent.id), "2026Q3").points == 3
    assert points(agent) == 0


def test_a_red_line_is_marked(agent, lead, hr):
    let_count(a_deduction(lead, agent, a_deduction_rule(hr, points=20, red_line=True)))
    found = reading.points_among(reading.of_person(agent.id), "2026Q4")
    assert (found.points, found.red_lines) == (20, 1)


def test_nobody_deducts_from_themselves_nor_outside_their_teams(agent, lead):
    rule = a_deduction_rule(lead)
    other = as_actor(a_person(Role.LEAD, team=a_team()))
    with pytest.raises(NotFound):
        a_deduction(other, agent, rule)
    with pytest.raises(Invalid) as refused, transaction():
        acts.give(lead, lead.employee_no, rule_id=rule.public_id, why=WHY, day=today())
    assert "person" in refused.value.fields


def test_only_a_rule_that_stood_on_the_day_is_used(agent, lead, hr):
    with transaction():
        young = acts.make_rule(hr, item="新规定", points=1, red_line=False, words="新。", from_on=today())
    with pytest.raises(Invalid) as refused:
        a_deduction(lead, agent, young, ago=1)
    assert set(refused.value.fields) == {"rule"}
    a_deduction(lead, agent, young, ago=0)


@pytest.mark.parametrize("ago", [-1, 181])
def test_the_day_is_not_to_come_and_not_long_gone(agent, lead, ago):
    with pytest.raises(Invalid) as refused:
        a_deduction(lead, agent, ago=ago)
    assert "day" in refused.value.fields


def test_a_rule_is_followed_by_another_and_never_changed(agent, lead, hr):
    old = a_deduction_rule(hr, points=3)
    found = a_deduction(lead, agent, old)
    with transaction():
        new = acts.change_rule(
            hr, old.public_id, item="新", points=9, red_line=False, words="新的。", from_on=today() + timedelta(days=7)
        )
    assert session().query(DeductionRule.until_on).filter_by(id=old.id).scalar() == today() + timedelta(days=6)
    assert new.code == session().query(DeductionRule.code).filter_by(id=old.id).scalar()
    assert session().query(Deduction.points).filter_by(id=found.id).scalar() == 3
    with pytest.raises(Conflict), transaction():
        acts.end_rule(hr, old.public_id)


def test_a_rule_is_not_made_for_the_past(hr):
    with pytest.raises(Invalid) as refused, transaction():
        acts.make_rule(hr, item="", points=0, red_line=False, words="", from_on=today() - timedelta(days=1))
    assert set(refused.value.fields) == {"item", "points", "words"}
    with pytest.raises(Invalid) as refused, transaction():
        acts.make_rule(hr, item="x", points=1, red_line=False, words="x", from_on=date(2026, 10, 11))
    assert set(refused.value.fields) == {"from_on"}


def test_the_usual_rules_are_taken_over_once(hr):
    with transaction():
        assert acts.adopt_usual(hr) == 6
    with transaction():
        assert acts.adopt_usual(hr) == 0


def an_inspection(person, *, state="effective"):
    with transaction() as s:
        batch = InspectionBatch(source="api", at=clock.now())
        s.add(batch)
        s.flush()
        found = Inspection(
            person_id=person.id,
            conversation=f"c{batch.id}",
            day=today(),
            inspector_id=person.id,
            batch_id=batch.id,
            score=0.0,
            red=True,
            state=state,
            told_at=clock.now(),
            appeal_until=clock.now(),
        )
        s.add(found)
        s.flush()
        return found.public_id


def test_an_inspection_costs_points_once_by_each_rule_and_only_when_it_counts(agent, lead):
    rule = a_deduction_rule(lead)
    with pytest.raises(NotFound):
        a_deduction(lead, agent, rule, inspection=an_inspection(agent, state="open"))
    ref = an_inspection(agent)
    assert a_deduction(lead, agent, rule, inspection=ref).source == "inspection"
    with pytest.raises(Conflict):
        a_deduction(lead, agent, rule, inspection=ref)


# pages


def page_of(world, person):
    client = world.test_client()
    sign_in(client, person)
    return client


def test_an_agent_is_led_to_their_own_and_sees_no_other(world, agent, lead, team):
    found = a_deduction(lead, agent)
    client = page_of(world, agent)
    assert client.get("/deductions").location == "/me/deductions"
    assert "答复与规定不符" in client.get("/me/deductions").get_data(as_text=True)
    page = client.get(f"/deductions/{found.public_id}").get_data(as_text=True)
    assert "现在不算数" in page
    assert "提交申诉" in page
    mate = page_of(world, a_person(Role.AGENT, team=team))
    assert mate.get(f"/deductions/{found.public_id}").status_code == 404
    assert mate.get("/deductions/new").status_code == 403


def test_the_whole_way_by_forms(world, agent, lead, hr):
    rule = a_deduction_rule(hr)
    desk = page_of(world, session().get_one(type(agent), lead.id))
    made = send(
        desk,
        "/deductions/new",
        person=agent.employee_no,
        rule=rule.public_id,
        day="2026-10-11",
        why="让顾客自己改地址，规定是我们登记。",
    )
    assert made.status_code == 303
    own = page_of(world, agent)
    assert send(own, f"{made.location}/appeal", made.location, appeal="短").status_code == 422
    assert send(own, f"{made.location}/appeal", made.location, appeal=WHY).status_code == 303
    csrf = token(desk, "/deductions/new")
    answer = desk.post(f"{made.location}/answer", data={"csrf_token": csrf, "do": "keep", "answer": WHY})
    assert answer.status_code == 403
    assert "另一位主管或人事答复" in desk.get(made.location).get_data(as_text=True)
    office = page_of(world, session().get_one(type(agent), hr.id))
    assert "1 条申诉等答复" in office.get("/deductions").get_data(as_text=True)
    assert send(office, f"{made.location}/answer", made.location, do="keep", answer="").status_code == 422
    assert send(office, f"{made.location}/answer", made.location, do="withdraw", answer=WHY).status_code == 303
    assert "不算数" in own.get(made.location).get_data(as_text=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("person", "nobody"),
        ("person", "\x00"),
        ("rule", "none"),
        ("day", "2026-02-31"),
        ("day", "1e999"),
        ("why", "短"),
        ("why", "长" * 4_500),
        ("inspection", "none"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(world, agent, lead, field, value):
    rule = a_deduction_rule(lead)
    desk = page_of(world, session().get_one(type(agent), lead.id))
    values = {"person": agent.employee_no, "rule": rule.public_id, "day": "2026-10-11", "why": "写清楚的一件事情"}
    answer = send(desk, "/deductions/new", **{**values, field: value})
    assert answer.status_code in (400, 422)
    if answer.status_code == 422:
        page = answer.get_data(as_text=True)
        assert 'aria-invalid="true"' in page
        assert field == "why" or "写清楚的一件事情" in page


def test_the_list_is_filtered_sorted_and_exported_within_the_teams(world, agent, lead, hr):
    a_deduction(lead, agent)
    stranger = a_person(Role.AGENT, team=a_team(), name="隔壁")
    a_deduction(hr, stranger)
    desk = page_of(world, session().get_one(type(agent), lead.id))
    shown = desk.get("/deductions?state=noticed&quarter=2026Q4&q=阿&sort=points").get_data(as_text=True)
    assert "阿南" in shown
    assert "隔壁" not in shown
    file = desk.get("/deductions?format=csv").get_data().decode("utf-8-sig")
    assert [line[1] for line in csv.reader(io.StringIO(file))][1:] == ["阿南"]
    assert desk.get("/deductions?format=xlsx").status_code == 200
    for junk in ("team=" + "9" * 40, "state=%00", "quarter=x", "q=%00", "page=-1"):
        assert desk.get(f"/deductions?{junk}").status_code in (200, 400), junk


def test_rules_are_public_and_written_by_hr(world, agent, hr):
    office = page_of(world, session().get_one(type(agent), hr.id))
    assert send(office, "/deductions/rules/usual", "/deductions/rules").status_code == 303
    shown = page_of(world, agent).get("/deductions/rules").get_data(as_text=True)
    assert "让顾客久等未回复" in shown
    assert "扣的是分，从不是钱" in shown
    assert "新规则" not in shown
    values = {"item": "迟交班", "points": "2", "words": "交班晚了十分钟以上。", "from_on": "2026-10-20"}
    assert send(office, "/deductions/rules/new", **values).status_code == 303
    for field, value in (("points", "²"), ("points", "101"), ("from_on", "2026-02-31"), ("from_on", "2026-10-01")):
        assert send(office, "/deductions/rules/new", **{**values, field: value}).status_code == 422
    made = session().query(DeductionRule).filter_by(item="迟交班").one().public_id
    assert (
        send(office, f"/deductions/rules/{made}", **{**values, "points": "4", "from_on": "2026-11-01"}).status_code
        == 303
    )
    last = session().query(DeductionRule).filter_by(points=4, item="迟交班").one().public_id
    assert send(office, f"/deductions/rules/{last}", f"/deductions/rules/{last}", do="end").status_code == 303


def test_pages_are_there_in_english_too(world, lead):
    english = a_person(Role.AGENT, team=a_team(), locale="en")
    desk = as_actor(a_person(Role.DIRECTOR))
    found = a_deduction(desk, english)
    client = page_of(world, english)
    assert "Points are deducted, never money" in client.get("/me/deductions").get_data(as_text=True)
    assert "It does not count yet" in client.get(f"/deductions/{found.public_id}").get_data(as_text=True)
