"""大促复盘: figures of the days, findings, measures and their effect, the paragraph that names nobody. Both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lms.assignments.actions.measures import check_measure, finish_measure
from lms.assignments.measures import measures_about
from lms.core import clock
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.performance.rules.metrics import BUILT_IN
from lms.performance.rules.periods import Grain
from lms.reviews.actions import peaks as acts
from lms.reviews.actions.peaks import Asked, Found, Wanted
from lms.reviews.queries import peaks as reading
from lms.reviews.rules.peaks import Compared, Counted, Then, about_of, over, paragraph
from lms.reviews.rules.targets import Row
from lms.reviews.views.peaks import said
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_impact import some_people
from tests.support.make_targets import days_of
from tests.support.pages import send

pytestmark = pytest.mark.usefixtures("world")

METRIC = {metric.code: metric for metric in BUILT_IN}
AFTER = datetime(2026, 11, 16, 4, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 13)
JUNK = ["", "\x00", "²", "-1", "1e999", "nan", "9" * 40, "9" * 4_500, "x" * 700, "2026-02-31", "9999-12-31"]


@pytest.fixture(autouse=True)
def _after_the_peak():
    with clock.frozen(AFTER):
        yield


def a_company():
    """Return root, director and lead of a team that answers in 24 seconds, in the last three days of a peak in 63."""
    root = a_team("公司")
    below = a_team("售前组", parent=root)
    director = a_person(Role.DIRECTOR, team=root, name="总监老郑")
    lead = a_person(Role.LEAD, team=below, name="主管小方")
    people = some_people(below.id, 4)
    usual, peak = FIRST - timedelta(days=28), (LAST - FIRST).days + 1
    days_of(people, "first_response", usual, [24.0] * 28 + [24.0] * (peak - 3) + [63.0] * 3)
    days_of(people, "sessions", usual, [50.0] * 28 + [120.0] * peak)
    return root, below, director, lead


def a_review(actor, team_id: int, **more) -> str:
    values = {"name": "双十一", "team_id": team_id, "starts_on": FIRST, "ends_on": LAST, "look_on": date(2026, 12, 10)}
    with transaction():
        return acts.make(actor, Wanted(**(values | more)))


def overflow(**more) -> Found:
    values = {
        "title": "华东仓爆仓，改地址查不到答案",
        "text": "三天里“改地址”搜不到结果 57 次。",
        "from_on": LAST - timedelta(days=2),
        "until_on": LAST,
    }
    return Found(**(values | more))


def a_finding(actor, name: str) -> str:
    with transaction():
        return acts.add_finding(actor, name, overflow())


def asked(owner_id: int, **more) -> Asked:
    values = {
        "what": "爆仓当天 2 小时内发布改地址的答案",
        "owner_id": owner_id,
        "due_on": date(2026, 11, 20),
        "check_on": date(2026, 12, 10),
        "finding": "",
        "metric": "first_response",
        "goal": 30.0,
    }
    return Asked(**(values | more))


def test_figures_of_a_finding_stand_against_the_weeks_before():
    root, _, director, _ = a_company()
    actor = as_actor(director)
    name = a_review(actor, root.id)
    a_finding(actor, name)
    found = reading.whole(reading.review(actor, name))
    by_code = {each.metric.code: each for each in found.findings[0].figures}
    assert by_code["first_response"].then.value == pytest.approx(63.0)
    assert by_code["first_response"].usual.value == pytest.approx(24.0)
    assert by_code["first_response"].is_worse
    assert by_code["sessions"].then.value == pytest.approx(480.0)
    assert by_code["sessions"].change == pytest.approx(1.4)
    assert not by_code["sessions"].is_worse
    assert by_code["csat"].then is None


def test_a_measure_is_given_told_and_its_effect_is_looked_at_later():
    root, below, director, lead = a_company()
    actor, owner = as_actor(director), as_actor(lead)
    name = a_review(actor, root.id)
    finding = a_finding(actor, name)
    with transaction():
        measure = acts.add_measure(actor, name, asked(owner.id, finding=finding))
    row = reading.review(actor, name)
    before = reading.whole(row).measures[0]
    assert before.before.value == pytest.approx(63.0)
    assert before.after is None
    with transaction():
        finish_measure(owner, measure, "已写进大促预案")
    with clock.frozen(AFTER + timedelta(days=24)):
        days_of([a_person(team=below).id], "first_response", date(2026, 11, 26), [28.0] * 14)
        after = reading.whole(row).measures[0]
        assert after.after.value == pytest.approx(28.0)
        with transaction():
            check_measure(actor, measure, "worked", "首响回到 28 秒")
        assert reading.whole(row).counted == Counted(every=1, done=1, worked=1, not_worked=0)


def test_the_paragraph_names_nobody():
    root, _, director, lead = a_company()
    actor, owner = as_actor(director), as_actor(lead)
    name = a_review(actor, root.id)
    a_finding(actor, name)
    with transaction():
        acts.add_measure(actor, name, asked(owner.id))
    words = said(reading.whole(reading.review(actor, name)))
    assert "是平时的 2.4 倍" in words
    assert "问题 1：华东仓爆仓" in words
    assert "定了 1 条措施，完成 0 条" in words
    assert "老郑" not in words
    assert "小方" not in words


def test_a_paragraph_without_figures_or_findings_still_reads():
    found = paragraph("双十二", (FIRST, LAST), [], [], Counted(every=0, done=0, worked=0, not_worked=0))
    assert "".join(map(str, found)) == "双十二（2026-11-01 到 2026-11-13）复盘。没有记下问题。"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "字" * 81}, "name"),
        ({"ends_on": FIRST - timedelta(days=1)}, "ends_on"),
        ({"ends_on": FIRST + timedelta(days=121)}, "ends_on"),
        ({"starts_on": date(2027, 1, 1), "ends_on": date(2027, 1, 2), "look_on": date(2027, 1, 3)}, "starts_on"),
        ({"look_on": LAST}, "look_on"),
    ],
)
def test_a_review_that_cannot_be_is_refused(change, field):
    root, _, director, _ = a_company()
    actor, team_id = as_actor(director), root.id
    with pytest.raises(Invalid) as refused:
        a_review(actor, team_id, **change)
    assert field in refused.value.fields


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "字" * 81}, "title"),
        ({"text": "字" * 2_001}, "story"),
        ({"until_on": LAST - timedelta(days=3)}, "until_on"),
        ({"from_on": FIRST - timedelta(days=15)}, "from_on"),
    ],
)
def test_a_finding_that_cannot_be_is_refused(change, field):
    root, _, director, _ = a_company()
    actor = as_actor(director)
    name = a_review(actor, root.id)
    with pytest.raises(Invalid) as refused, transaction():
        acts.add_finding(actor, name, overflow(**change))
    assert field in refused.value.fields


def test_a_finding_that_is_dropped_leaves_its_measures():
    root, _, director, lead = a_company()
    actor, owner = as_actor(director), lead.id
    name = a_review(actor, root.id)
    finding = a_finding(actor, name)
    with transaction():
        acts.add_measure(actor, name, asked(owner, finding=finding))
    with transaction():
        acts.drop_finding(actor, name, finding)
    found = reading.whole(reading.review(actor, name))
    assert (len(found.findings), len(found.measures)) == (0, 1)


def test_a_closed_review_is_read_until_it_is_opened_again():
    root, _, director, _ = a_company()
    actor = as_actor(director)
    name = a_review(actor, root.id)
    with transaction():
        acts.close(actor, name)
    with pytest.raises(Conflict), transaction():
        acts.add_finding(actor, name, overflow())
    with transaction():
        acts.reopen(actor, name)
    a_finding(actor, name)


def test_of_two_who_change_at_once_the_second_is_told():
    root, _, director, _ = a_company()
    actor, team_id = as_actor(director), root.id
    name = a_review(actor, team_id)
    values = {"team_id": team_id, "starts_on": FIRST, "ends_on": LAST, "look_on": date(2026, 12, 10), "version": 1}
    with transaction():
        acts.change(actor, name, Wanted(name="双十一大促", **values))
    with pytest.raises(Conflict), transaction():
        acts.change(actor, name, Wanted(name="双11", **values))


def test_a_lead_reviews_own_teams_and_gives_measures_to_own_people_alone():
    root, below, director, lead = a_company()
    boss, actor, whole, own = as_actor(director), as_actor(lead), root.id, below.id
    stranger = a_person(team=a_team()).id
    with pytest.raises(NotFound):
        a_review(actor, whole)
    name = a_review(actor, own)
    with pytest.raises(NotFound), transaction():
        acts.add_measure(actor, name, asked(stranger))
    of_all = a_review(boss, whole)
    with pytest.raises(NotFound):
        reading.review(actor, of_all)
    assert [row.public_id for row in reading.reviews(actor)] == [name]
    assert measures_about(about_of(reading.review(actor, name).id), today()) == []


def test_the_whole_way_over_the_pages(client):
    root, _, director, lead = a_company()
    team, owner = str(root.id), str(lead.id)
    sign_in(client, director)
    assert "写第一份复盘" in client.get("/peak-reviews").text
    made = send(
        client,
        "/peak-reviews/new",
        name="双十一",
        team=team,
        starts_on=str(FIRST),
        ends_on=str(LAST),
        look_on="2026-12-10",
        campaign="",
    )
    assert made.status_code == 303
    here = made.headers["Location"]
    answer = send(
        client,
        f"{here}/findings",
        here,
        title="华东仓爆仓",
        story="改地址",
        from_on=str(LAST),
        until_on=str(LAST),
    )
    assert answer.status_code == 303
    answer = send(
        client,
        f"{here}/measures",
        here,
        what="两小时内发布答案",
        owner=owner,
        due_on="2026-11-20",
        check_on="2026-12-10",
        metric="first_response",
        goal="30",
        finding="",
    )
    assert answer.status_code == 303
    page = client.get(here).text
    assert "华东仓爆仓" in page
    assert "两小时内发布答案" in page
    assert "63 秒" in page
    assert "要到 30 秒" in page
    refused = send(client, f"{here}/findings", here, title="", story="留着", from_on="x", until_on=str(LAST))
    assert refused.status_code == 422
    assert "留着" in refused.text
    assert send(client, f"{here}/state", here, do="close").status_code == 303
    assert "重新打开" in client.get(here).text


def test_english_says_the_same(client):
    root, _, director, _ = a_company()
    name = a_review(as_actor(director), root.id)
    sign_in(client, a_person(Role.HR, team=root, locale="en"))
    page = client.get(f"/peak-reviews/{name}").text
    assert "A paragraph to forward" in page
    assert "times as many as usual" in page


@pytest.mark.parametrize("field", ["name", "team", "starts_on", "ends_on", "look_on", "campaign", "version"])
def test_odd_forms_break_nothing(client, field):
    root, _, director, _ = a_company()
    good = {"name": "双十一", "team": str(root.id), "starts_on": str(FIRST), "ends_on": str(LAST)}
    good |= {"look_on": "2026-12-10", "campaign": ""}
    sign_in(client, director)
    for junk in JUNK:
        answer = send(client, "/peak-reviews/new", **(good | {field: junk}))
        assert answer.status_code in (303, 400, 404, 422), (field, junk)


@pytest.mark.parametrize("field", ["what", "owner", "due_on", "check_on", "finding", "metric", "goal"])
def test_odd_measures_break_nothing(client, field):
    root, _, director, lead = a_company()
    owner = str(lead.id)
    here = f"/peak-reviews/{a_review(as_actor(director), root.id)}"
    good = {"what": "改预案", "owner": owner, "due_on": "2026-11-20", "check_on": "2026-12-10", "finding": ""}
    good |= {"metric": "csat", "goal": "90"}
    sign_in(client, director)
    for junk in JUNK:
        answer = send(client, f"{here}/measures", here, **(good | {field: junk}))
        assert answer.status_code in (303, 400, 404, 409, 422), (field, junk)


@pytest.mark.parametrize("field", ["title", "story", "from_on", "until_on", "do"])
def test_odd_findings_break_nothing(client, field):
    root, _, director, _ = a_company()
    here = f"/peak-reviews/{a_review(as_actor(director), root.id)}"
    good = {"title": "爆仓", "story": "", "from_on": str(LAST), "until_on": str(LAST)}
    sign_in(client, director)
    for junk in JUNK:
        answer = send(client, f"{here}/findings", here, **(good | {field: junk}))
        assert answer.status_code in (303, 400, 409, 422), (field, junk)
    assert client.get("/peak-reviews/%00").status_code in (400, 404)
    assert client.get(f"/peak-reviews/{'9' * 4_500}").status_code == 404


# pure


def row(grain: Grain, start: date, value: float, weight: float = 1.0) -> Row:
    return Row(grain=grain, start=start, total=value * weight, weight=weight, people=1)


def test_days_win_then_weeks_then_months_that_touch():
    rows = [row(Grain.MONTH, date(2026, 11, 1), 50.0), row(Grain.WEEK, date(2026, 11, 9), 60.0)]
    assert over(rows, LAST, LAST, is_mean=True) == Then(value=60.0, grain=Grain.WEEK)
    rows.append(row(Grain.DAY, LAST, 70.0))
    assert over(rows, LAST, LAST, is_mean=True) == Then(value=70.0, grain=Grain.DAY)
    assert over(rows[:1], LAST, LAST, is_mean=True) == Then(value=50.0, grain=Grain.MONTH)
    assert over([], LAST, LAST, is_mean=True) is None


def test_a_number_is_that_of_a_mean_day():
    rows = [row(Grain.DAY, FIRST + timedelta(days=each), 100.0) for each in range(4)]
    assert over(rows, FIRST, FIRST + timedelta(days=9), is_mean=False).value == 100.0
    assert over([row(Grain.WEEK, date(2026, 11, 9), 700.0)], LAST, LAST, is_mean=False).value == 100.0


def test_more_customers_are_no_fault():
    each = Compared(
        metric=METRIC["sessions"],
        then=Then(value=10.0, grain=Grain.DAY),
        usual=Then(value=20.0, grain=Grain.DAY),
    )
    assert not each.is_worse
