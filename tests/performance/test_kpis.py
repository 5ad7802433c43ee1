"""Figures come in: what a file does, and what becomes of what was there."""

from datetime import UTC, date, datetime

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.performance.actions import figures as actions
from lms.performance.actions import metrics as metric_actions
from lms.performance.events import FiguresChanged
from lms.performance.jobs.kpis import fold_days
from lms.performance.models import KpiCorrection, KpiImport, KpiValue
from lms.performance.queries.figures import figures, metrics, of_period
from lms.performance.rules.kpi_metrics import Draft
from lms.performance.rules.kpi_sheet import Options
from lms.performance.rules.periods import Grain, period
from tests.support.make import a_person, a_team, an_actor
from tests.support.make_kpis import a_sheet, figure, imported


@pytest.fixture
def hr(world):
    return an_actor(Role.HR, team=a_team("全公司"))


def test_a_long_file_gives_a_figure_a_row(hr):
    one = a_person(no="A1017")
    imported(hr, a_sheet("A1017,2026-10,满意度,77.8%,9", "a1017,2026-10,首响(秒),1分03秒,"))
    found = of_period(None, period("2026-10"))
    assert found[one.id, "csat"].value == 77.8
    assert found[one.id, "csat"].count == 9
    assert found[one.id, "first_response"].value == 63
    assert found[one.id, "first_response"].count is None


def test_importing_the_same_again_changes_nothing(hr):
    a_person(no="A1017")
    data = a_sheet("A1017,2026-10,满意度,77.8,9")
    imported(hr, data)
    plan = actions.plan_file(hr, data)
    assert (plan.new, plan.changed, plan.unchanged) == (0, 0, 1)
    with pytest.raises(Invalid), transaction():
        actions.apply_file(hr, data, name="again.csv")


def test_a_late_correction_keeps_what_was_there(hr):
    one = a_person(no="A1017")
    imported(hr, a_sheet("A1017,2026-10,满意度,77.8,9"))
    imported(hr, a_sheet("A1017,2026-10,满意度,80,10"), name="更正.csv")
    kept = session().query(KpiCorrection).one()
    assert (kept.value, kept.count, kept.new_value, kept.new_count) == (77.8, 9, 80.0, 10)
    assert session().query(KpiValue).one().value == 80
    assert of_period(None, period("2026-10"))[one.id, "csat"].count == 10
    assert [each.changed for each in session().query(KpiImport).order_by(KpiImport.id)] == [0, 1]


def test_every_reason_is_said_at_once_and_nothing_is_written(hr):
    a_person(no="A1017")
    data = a_sheet(
        "A1017,2026-10,满意度,101,",
        "A1017,2099-01,满意度,88,",
        "A1017,2026-13,满意度,88,",
        "nobody,2026-10,满意度,-1,",
        "A1017,2026-10,首响,快,",
        "A1017,2026-09,满意度,88,0",
        "A1017,2026-09,没听过,88,",
        "A1017,2026-08,满意度,88,3",
        "A1017,2026-08,满意度,89,3",
        "A1017,2026-07,满意度,,3",
    )
    plan = actions.plan_file(hr, data)
    said = [(each.line, str(each.reason)) for each in plan.refused]
    assert [line for line, _ in said] == [2, 3, 4, 5, 5, 6, 7, 8, 10, 11]
    assert plan.refused_total == 10
    assert "100" in said[0][1]
    assert "还没有开始" in said[1][1]
    assert "第 9 行重复" in said[8][1]
    with pytest.raises(Invalid), transaction():
        actions.apply_file(hr, data, name="x.csv")
    assert session().query(KpiValue).count() == 0
    assert session().query(KpiImport).count() == 0


def test_a_lead_writes_figures_of_own_people_only(world):
    root = a_team("公司")
    team = a_team("售后一组", root)
    lead = an_actor(Role.LEAD, team=team)
    a_person(no="A1", team=team)
    a_person(no="B1", team=a_team("售后二组", root))
    plan = actions.plan_file(lead, a_sheet("A1,2026-10,满意度,88,", "B1,2026-10,满意度,88,", "Z1,2026-10,满意度,88,"))
    assert [(each.line, each.employee_no) for each in plan.refused] == [(3, "B1"), (4, "Z1")]
    assert str(plan.refused[0].reason) == str(plan.refused[1].reason)


def test_what_was_shown_is_what_is_written(hr):
    a_person(no="A1017")
    imported(hr, a_sheet("A1017,2026-10,满意度,70,"))
    data = a_sheet("A1017,2026-10,满意度,80,")
    shown = actions.mark_of(actions.plan_file(hr, data))
    imported(hr, a_sheet("A1017,2026-10,满意度,75,"))
    with pytest.raises(Conflict), transaction():
        actions.apply_file(hr, data, name="x.csv", shown=shown)


def test_percentages_below_one_are_asked_about(hr):
    one = a_person(no="A1017")
    data = a_sheet("A1017,2026-10,0.98,63", head="工号,月份,满意度,首响(秒)")
    plan = actions.plan_file(hr, data)
    assert plan.doubtful == ("csat",)
    assert not plan.can_apply
    imported(hr, data, options=Options(fractions=frozenset({"csat"})))
    assert of_period(["csat"], period("2026-10"))[one.id, "csat"].value == 98
    imported(hr, data, options=Options(percents=frozenset({"csat"})))
    assert of_period(["csat"], period("2026-10"))[one.id, "csat"].value == 0.98


def test_a_title_that_was_explained_once_is_known_from_then_on(hr):
    one = a_person(no="A1017")
    data = a_sheet("A1017,2026-10,88,好", head="工号,周期,五星占比,备注")
    assert actions.plan_file(hr, data).unknown == ("五星占比", "备注")
    with transaction():
        actions.remember(hr, {"五星占比": "csat", "备注": ""})
    assert actions.plan_file(hr, data).unknown == ()
    imported(hr, data)
    assert of_period(None, period("2026-10"))[one.id, "csat"].value == 88
    with transaction():
        actions.forget(hr, "五星占比")
    assert actions.plan_file(hr, data).unknown == ("五星占比",)


def test_a_hand_may_take_a_figure_away_and_what_it_was_stays(hr):
    one = a_person(no="A1017")
    figure(hr, one.id, "csat", "2026-10", 88, 20)
    with pytest.raises(Invalid), transaction():
        actions.take_away(hr, one.id, "csat", period("2026-10"), " ")
    with transaction():
        actions.take_away(hr, one.id, "csat", period("2026-10"), "算错了人")
    assert session().query(KpiValue).count() == 0
    kept = session().query(KpiCorrection).one()
    assert (kept.value, kept.count, kept.new_value) == (88, 20, None)
    with pytest.raises(NotFound), transaction():
        actions.take_away(hr, one.id, "csat", period("2026-10"), "再删")


def test_an_import_is_told_once_with_everybody_and_every_period(hr, world):
    one, two = a_person(no="A1"), a_person(no="A2")
    told = []
    world.extensions["lms_bus"].subscribe(FiguresChanged, told.append)
    try:
        imported(hr, a_sheet("A1,2026-10,满意度,88,", "A2,2026Q3,满意度,88,", "A2,2026-10,首响,60,"))
    finally:
        world.extensions["lms_bus"]._handlers[FiguresChanged].remove(told.append)
    assert [(each.person_ids, set(each.periods)) for each in told] == [
        (tuple(sorted((one.id, two.id))), {"2026-10", "2026Q3"})
    ]


def test_a_period_without_its_own_row_is_made_of_shorter_ones(hr):
    one = a_person(no="A1")
    for written, value, count in (
        ("2026-07", 80, 10),
        ("2026-08", 90, 30),
        ("2026-09-01", 50, 5),
        ("2026-09-02", 70, 15),
    ):
        figure(hr, one.id, "csat", written, value, count)
    found = of_period(["csat"], period("2026Q3"))[one.id, "csat"]
    assert found.value == pytest.approx((80 * 10 + 90 * 30 + 50 * 5 + 70 * 15) / 60)
    assert found.count == 60
    figure(hr, one.id, "csat", "2026Q3", 77)
    assert of_period(["csat"], period("2026Q3"))[one.id, "csat"].value == 77


def test_a_week_over_the_border_of_months_belongs_to_neither(hr):
    one = a_person(no="A1")
    figure(hr, one.id, "sessions", "2026-W40", 100)  # 28 September to 4 October
    assert of_period(["sessions"], period("2026-09")) == {}
    assert of_period(["sessions"], period("2026-10")) == {}
    assert of_period(["sessions"], period("2026-W40"))[one.id, "sessions"].value == 100


def test_days_of_long_ago_become_months_and_no_month_changes(hr):
    one, two = a_person(no="A1"), a_person(no="A2")
    with clock.frozen(datetime(2025, 9, 30, 4, tzinfo=UTC)):
        for number in range(1, 30):
            figure(hr, one.id, "csat", f"2025-09-{number:02}", 60 + number, number)
            figure(hr, one.id, "sessions", f"2025-09-{number:02}", number)
        figure(hr, two.id, "csat", "2025-09-03", 80, 4)
        figure(hr, two.id, "csat", "2025-09", 81, 40)
    before = of_period(None, period("2025-09"))
    assert fold_days() == 59
    after = of_period(None, period("2025-09"))
    assert {key: (each.value, each.count) for key, each in after.items()} == {
        key: (pytest.approx(each.value), each.count) for key, each in before.items()
    }
    assert {each.period.grain for each in figures(None, None, date(2025, 1, 1), date(2026, 1, 1))} == {Grain.MONTH}
    assert after[two.id, "csat"].value == 81
    assert fold_days() == 0


def test_metrics_of_the_company_stand_beside_the_built_in_ones(hr):
    with transaction():
        code = metric_actions.add(hr, "", Draft(name="撤单挽回率", name_en="Saved orders", synonyms=("挽回率",)))
        metric_actions.change(hr, "csat", Draft(name="满意度", red_line=80, synonyms=("好评",)))
    assert code == "own_1"
    assert metrics()["csat"].is_red(79.9)
    assert not metrics()["csat"].is_red(80)
    one = a_person(no="A1")
    imported(hr, a_sheet("A1,2026-10,12,90", head="工号,周期,挽回率,好评"))
    assert of_period(None, period("2026-10"))[one.id, code].value == 12
    with transaction():
        metric_actions.set_use(hr, code, active=False)
        metric_actions.reset(hr, "csat")
    assert code not in metrics()
    assert code in metrics(every=True)
    assert metrics()["csat"].red_line is None


def test_a_metric_takes_no_name_that_another_has(hr):
    with pytest.raises(Invalid) as refused, transaction():
        metric_actions.add(hr, "Bad Code", Draft(name="满意度", low=5, high=1, red_line=9, synonyms=("首响",)))
    assert set(refused.value.fields) == {"name", "code", "high", "red_line", "synonyms"}
