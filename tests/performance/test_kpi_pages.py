"""Pages, calls and the command of figures."""

import io
import json
import re

import pytest

from lms.accounts.models import Team
from lms.cli import main
from lms.core import sheets
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.performance.actions import figures as actions
from lms.performance.jobs import kpis as jobs
from lms.performance.models import KpiImport, KpiMapping, KpiValue, Metric
from lms.performance.views import kpi_import
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_kpis import a_sheet, figure
from tests.support.pages import token

JUNK = ["\x00", "9" * 40, "1" * 4500, "²", "-1", "1e999", "长" * 700, "2026-02-31", "<script>"]


@pytest.fixture
def floor(world):
    """A company with a team, its lead, two agents; HR signed in."""
    root = a_team("公司")
    team = a_team("售后一组", root)
    people = {
        "hr": a_person(Role.HR, team=root, no="H1"),
        "lead": a_person(Role.LEAD, team=team, no="L1"),
        "quality": a_person(Role.QUALITY, team=root, no="Q1"),
        "agent": a_person(Role.AGENT, team=team, no="A1017", name="陈予"),
        "other": a_person(Role.AGENT, team=a_team("售后二组", root), no="B1", name="许文静"),
    }
    return people


@pytest.fixture
def hr(client, floor):
    sign_in(client, floor["hr"])
    return client


def posted(client, path, **form):
    return client.post(path, data={"csrf_token": token(client, "/me"), **form})


def previewed(client, data, name="十月.csv", **form):
    return posted(client, "/kpis/import", file=(io.BytesIO(data), name), **form)


def hidden(page, *names):
    """Return the hidden fields of the form that applies."""
    form = page[page.index("/kpis/import/apply") :]
    return {name: re.search(rf'name="{name}" value="([^"]*)"', form)[1] for name in names}


def applied(client, page):
    return posted(client, "/kpis/import/apply", **hidden(page, "key", "name", "mark", "size"))


def test_a_file_is_shown_before_it_is_taken_in(hr, floor):
    figure(as_actor(floor["hr"]), floor["agent"].id, "csat", "2026-09", 70)
    page = previewed(hr, a_sheet("A1017,2026-10,满意度,77.8%,9", "A1017,2026-09,满意度,71%,")).text
    assert session().query(KpiValue).count() == 1
    assert "70%" in page
    assert "71%" in page
    answer = applied(hr, page)
    assert answer.status_code == 303
    listed = hr.get("/kpis/imports").text
    assert "十月.csv" in listed
    table = hr.get("/kpis?period=2026-10").text
    assert "77.8%" in table
    assert "n=9" in table
    person = hr.get("/kpis/A1017").text
    assert "70%" in person
    assert "十月.csv" in person


def test_refused_rows_have_their_reasons_and_no_button(hr):
    answer = previewed(hr, a_sheet("A1017,2026-10,满意度,177,9", "A9,2026-10,满意度,80,9"))
    assert answer.status_code == 200
    assert "大于可能的最大值" in answer.text
    assert "没有这个工号的人" in answer.text
    assert "/kpis/import/apply" not in answer.text


def test_unknown_columns_are_asked_about_and_remembered(hr):
    page = previewed(hr, a_sheet("A1017,2026-10,88,3", head="工号,周期,五星占比,工时")).text
    assert "五星占比" in page
    key = re.search(r'name="key" value="([^"]*)"', page)[1]
    page = posted(
        hr, "/kpis/import/columns", key=key, name="x.csv", title=["五星占比", "工时"], means=["csat", "-"]
    ).text
    assert {(row.title, row.metric) for row in session().query(KpiMapping)} == {("五星占比", "csat"), ("工时", "")}
    applied(hr, page)
    assert session().query(KpiValue).one().value == 88
    assert "五星占比" in hr.get("/kpis/metrics").text
    assert posted(hr, "/kpis/metrics/titles", title="五星占比").status_code == 303
    assert session().query(KpiMapping).count() == 1


def test_decimals_are_asked_about_and_said_once(hr):
    page = previewed(hr, a_sheet("A1017,2026-10,0.98", head="工号,周期,满意度")).text
    assert "/kpis/import/apply" not in page
    key = re.search(r'name="key" value="([^"]*)"', page)[1]
    page = posted(hr, "/kpis/import", key=key, name="x.csv", **{"scale-csat": "fraction"}).text
    form = {**hidden(page, "key", "name", "mark", "size"), "scale-csat": "fraction"}
    assert posted(hr, "/kpis/import/apply", **form).status_code == 303
    assert session().query(KpiValue).one().value == 98


def test_a_workbook_is_read_like_a_csv_file(hr):
    book = sheets.xlsx_bytes("十月", ["工号", "周期", "满意度", "首响(秒)"], [["A1017", "2026-10", 88.5, 63]])
    applied(hr, previewed(hr, book, "十月.xlsx").text)
    assert {(row.metric, row.value) for row in session().query(KpiValue)} == {("csat", 88.5), ("first_response", 63)}


def test_a_long_file_is_left_to_the_worker_and_the_page_follows_it(hr, monkeypatch):
    monkeypatch.setattr(kpi_import, "BIG", 1)
    page = previewed(hr, a_sheet("A1017,2026-10,满意度,88,", "B1,2026-10,满意度,89,")).text
    answer = applied(hr, page)
    assert answer.location.startswith("/kpis/import/progress?run=")
    waiting = hr.get(answer.location)
    assert waiting.headers["Refresh"]
    assert session().query(KpiValue).count() == 0
    assert jobs.import_waiting() == 1
    done = hr.get(answer.location)
    assert "Refresh" not in done.headers
    assert session().query(KpiValue).count() == 2
    assert session().query(KpiImport).one().added == 2
    assert jobs.import_waiting() == 0


@pytest.mark.parametrize("book", [True, False])
def test_a_long_file_is_read_by_the_worker_and_shown_before_it_is_taken_in(hr, monkeypatch, book):
    monkeypatch.setattr(kpi_import, "LONG_WORKBOOK", 10)
    monkeypatch.setattr(kpi_import, "LONG_TEXT", 10)
    data = sheets.xlsx_bytes("十月", ["工号", "周期", "满意度"], [["A1017", "2026-10", 88.5]])
    data = data if book else a_sheet("A1017,2026-10,满意度,88.5,")
    answer = previewed(hr, data, "十月.xlsx" if book else "十月.csv")
    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/kpis/import/progress")
    waiting = hr.get(answer.location)
    assert waiting.headers["Refresh"]
    assert "正在读文件" in waiting.text
    assert jobs.import_waiting() == 1
    shown = hr.get(answer.location)
    assert shown.location.startswith("/kpis/import?read=")
    page = hr.get(shown.location).text
    assert "新增 1 个数" in page
    assert session().query(KpiValue).count() == 0
    applied(hr, page)
    assert session().query(KpiValue).one().value == 88.5


def test_what_can_not_be_read_in_a_long_file_is_said_with_every_reason(hr, monkeypatch):
    monkeypatch.setattr(kpi_import, "LONG_TEXT", 10)
    answer = previewed(hr, a_sheet("A1017,2026-10,满意度,177,9", "A9,2026-10,满意度,80,9"))
    jobs.import_waiting()
    page = hr.get(hr.get(answer.location).location).text
    assert "大于可能的最大值" in page
    assert "没有这个工号的人" in page
    answer = previewed(hr, "工号,周期\n".encode() * 3 + b"\x00" * 90)
    jobs.import_waiting()
    assert "这不是表格文件" in hr.get(answer.location).text


def test_nobody_sees_what_was_read_for_another(hr, floor, client, monkeypatch):
    monkeypatch.setattr(kpi_import, "LONG_TEXT", 10)
    answer = previewed(hr, a_sheet("A1017,2026-10,满意度,88,9"))
    jobs.import_waiting()
    read = hr.get(answer.location).location
    sign_in(client, a_person(Role.DIRECTOR, no="D1"))
    assert "新增 1 个数" not in client.get(read).text


def test_what_the_worker_refuses_is_said_on_the_page(hr, floor, monkeypatch):
    monkeypatch.setattr(kpi_import, "BIG", 1)
    answer = applied(hr, previewed(hr, a_sheet("A1017,2026-10,满意度,88,", "B1,2026-10,满意度,89,")).text)
    figure(as_actor(floor["hr"]), floor["agent"].id, "csat", "2026-10", 70)
    posted(hr, "/kpis/import/progress", run=answer.location.split("=")[1])
    assert "请重新预览" in hr.get(answer.location).text
    assert session().query(KpiValue).count() == 1


def test_what_is_exported_can_be_taken_in_again_and_changes_nothing(hr, floor):
    chief = as_actor(floor["hr"])
    figure(chief, floor["agent"].id, "csat", "2026-10", 77.8, 9)
    figure(chief, floor["agent"].id, "refund_time", "2026-10", 36.5)
    figure(chief, floor["other"].id, "first_response", "2026-10", 63, 400)
    figure(chief, floor["other"].id, "intervention", "2026-10", 0.3)
    for language in ("zh_CN", "en"):
        with transaction() as s:
            s.merge(floor["hr"]).locale = language
        for format in ("csv", "xlsx"):
            data = hr.get(f"/kpis?period=2026-10&format={format}").data
            plan = actions.plan_file(chief, data)
            assert (plan.new, plan.changed, plan.unchanged, plan.refused, plan.unknown) == (0, 0, 4, (), ())


def test_beyond_the_red_line_is_marked_and_can_be_filtered(hr, floor):
    chief = as_actor(floor["hr"])
    figure(chief, floor["agent"].id, "csat", "2026-10", 70)
    figure(chief, floor["other"].id, "csat", "2026-10", 90)
    answer = posted(hr, "/kpis/metrics/csat", name="满意度", direction="up", red_line="80", synonyms="客户满意度")
    assert answer.status_code == 303
    page = hr.get("/kpis").text
    assert page.count("kpi-red") == 1
    page = hr.get("/kpis?red=1").text
    assert "陈予" in page
    assert "许文静" not in page


def test_figures_are_sorted_and_who_has_none_stands_last(hr, floor):
    chief = as_actor(floor["hr"])
    figure(chief, floor["agent"].id, "csat", "2026-10", 70)
    figure(chief, floor["other"].id, "csat", "2026-10", 90)
    figure(chief, floor["lead"].id, "fcr", "2026-10", 90)

    def order(sort):
        page = hr.get(f"/kpis?sort={sort}").text
        return sorted(("A1017", "B1", "L1"), key=lambda no: page.index(f'href="/kpis/{no}"'))

    assert order("m.csat") == ["A1017", "B1", "L1"]
    assert order("-m.csat") == ["B1", "A1017", "L1"]


def test_a_figure_is_corrected_by_hand_with_a_reason(hr, floor):
    figure(as_actor(floor["hr"]), floor["agent"].id, "csat", "2026-10", 70, 9)
    wrong = posted(hr, "/kpis/A1017", metric="csat", period="2026-10", value="170", count="0", reason="")
    assert wrong.status_code == 422
    assert 'value="170"' in wrong.text
    assert wrong.text.count('role="alert"') == 3
    answer = posted(hr, "/kpis/A1017", metric="csat", period="2026-10", value="77.8%", count="9", reason="漏了两条")
    assert answer.status_code == 303
    page = hr.get(answer.location).text
    assert "漏了两条" in page
    assert "77.8%" in page
    answer = posted(hr, "/kpis/A1017", metric="csat", period="2026-10", reason="不该有", act="remove")
    assert answer.status_code == 303
    assert session().query(KpiValue).count() == 0
    again = posted(hr, "/kpis/A1017", metric="csat", period="2026-10", reason="不该有", act="remove")
    assert again.status_code == 422


def test_a_lead_sees_and_writes_own_people_only(client, floor):
    chief = as_actor(floor["hr"])
    figure(chief, floor["agent"].id, "csat", "2026-10", 70)
    figure(chief, floor["other"].id, "csat", "2026-10", 90)
    sign_in(client, floor["lead"])
    page = client.get("/kpis").text
    assert "陈予" in page
    assert "许文静" not in page
    assert client.get("/kpis/B1").status_code == 404
    assert posted(client, "/kpis/B1", metric="csat", period="2026-10", value="1", reason="x").status_code == 404
    assert client.get("/kpis/metrics/new").status_code == 403
    items = client.get("/api/v1/kpis").json["items"]
    assert [each["employee_no"] for each in items] == ["A1017"]
    assert "L1" not in client.get("/kpis/imports").text


def test_who_only_reads_is_shown_nothing_to_write_with(client, floor):
    figure(as_actor(floor["hr"]), floor["agent"].id, "csat", "2026-10", 70)
    sign_in(client, floor["quality"])
    assert "更正一个数" not in client.get("/kpis/A1017").text
    assert client.get("/kpis/import").status_code == 403
    assert posted(client, "/kpis/A1017", metric="csat").status_code == 403


def test_a_metric_is_added_changed_put_out_of_use_and_reset(hr):
    answer = posted(hr, "/kpis/metrics/new", name="挽回率", unit="percent", direction="up", synonyms="撤单挽回率")
    assert answer.status_code == 303
    wrong = posted(hr, "/kpis/metrics/new", name="挽回率", code="X", unit="percent", low="a")
    assert wrong.status_code == 422
    assert posted(hr, "/kpis/metrics/own_1", act="off").status_code == 303
    assert not session().query(Metric).one().active
    assert posted(hr, "/kpis/metrics/own_1", act="on").status_code == 303
    assert posted(hr, "/kpis/metrics/csat", act="off").status_code == 303
    assert "满意度" not in hr.get("/kpis/import").text.split("认得的指标")[1].split("一次解决率")[0]
    assert posted(hr, "/kpis/metrics/csat", act="reset").status_code == 303
    assert hr.get("/kpis/metrics/nothing").status_code == 404


@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_answered_and_breaks_nothing(hr, floor, junk):
    figure(as_actor(floor["hr"]), floor["agent"].id, "csat", "2026-10", 70)
    answers = [
        hr.get(
            "/kpis", query_string={"q": junk, "team": junk, "period": junk, "sort": junk, "page": junk, "red": junk}
        ),
        hr.get("/kpis/A1017", query_string={"grain": junk}),
        hr.get("/kpis/import/progress", query_string={"run": junk}),
        posted(hr, "/kpis/A1017", metric=junk, period=junk, value=junk, count=junk, reason=junk, act=junk),
        posted(hr, "/kpis/A1017", metric="csat", period="2026-10", value="80", count="9", reason=junk),
        posted(hr, "/kpis/A1017", metric="csat", period="2026-10", reason=junk, act="remove"),
        posted(hr, "/kpis/metrics/new", name=junk, name_en=junk, code=junk, low=junk, high=junk, synonyms=junk),
        posted(hr, "/kpis/metrics/new", name="好名字", synonyms=junk),
        posted(hr, "/kpis/metrics/titles", title=junk),
        posted(hr, "/kpis/import/columns", key=junk, title=junk, means=junk),
        posted(hr, "/kpis/import/apply", key=junk, mark=junk, size=junk, name=junk),
        previewed(hr, a_sheet(f"A1017,2026-10,满意度,{junk},{junk}"), name="x.csv"),
        hr.get("/api/v1/kpis", query_string={"period": junk, "after": junk, "metric": junk, "employee_no": junk}),
        hr.get("/api/v1/kpis", query_string={"metric": junk, "employee_no": junk}),
        hr.get("/api/v1/kpis", query_string={"after": f"{junk[:40]}~day~2026-01-01~{junk[:40]}"}),
    ]
    assert [each.status_code for each in answers if each.status_code >= 500] == []


@pytest.mark.parametrize("junk", [*JUNK, "\ud800", None, [], {}, True, 2**70, -1, 0, 1.5])
@pytest.mark.parametrize("field", ["employee_no", "period", "metric", "value", "count"])
def test_junk_in_json_is_answered(hr, field, junk):
    headers = {"X-CSRFToken": token(hr, "/me"), "Content-Type": "application/json"}
    item = {"employee_no": "A1017", "period": "2026-10", "metric": "csat", "value": 80, "count": 3, field: junk}
    answer = hr.post("/api/v1/kpis", data=json.dumps({"items": [item]}), headers=headers)
    assert answer.status_code in (200, 400, 422)


@pytest.mark.parametrize("body", ["[]", "{}", '{"items": []}', '{"items": [1]}', '{"items": [{"value": 1e999}]}', "{"])
def test_a_body_that_is_none_is_refused(hr, body):
    headers = {"X-CSRFToken": token(hr, "/me"), "Content-Type": "application/json"}
    assert hr.post("/api/v1/kpis", data=body, headers=headers).status_code in (400, 422)


def test_the_api_writes_all_or_nothing_and_says_every_reason(hr):
    headers = {"X-CSRFToken": token(hr, "/me")}
    good = {"employee_no": "A1017", "period": "2026-10", "metric": "csat", "value": 77.8, "count": 9}
    refused = hr.post(
        "/api/v1/kpis",
        json={"items": [good, {**good, "value": 101}, {**good, "employee_no": "Z9", "period": "2099-01"}, good]},
        headers=headers,
    )
    assert refused.status_code == 422
    assert set(refused.json["error"]["fields"]) == {
        "items.1.value",
        "items.2.employee_no",
        "items.2.period",
        "items.3.metric",
    }
    assert session().query(KpiValue).count() == 0
    done = hr.post("/api/v1/kpis", json={"items": [good]}, headers=headers)
    assert done.json == {"new": 1, "changed": 0, "unchanged": 0}
    assert hr.post("/api/v1/kpis", json={"items": [good]}, headers=headers).json["unchanged"] == 1
    assert hr.get("/api/v1/kpis?period=2026-10").json == {"items": [good], "next": None}


def test_the_list_of_the_api_goes_on_where_it_ended(hr, floor):
    chief = as_actor(floor["hr"])
    for written in ("2026-07", "2026-08", "2026-09"):
        figure(chief, floor["agent"].id, "csat", written, 80)
        figure(chief, floor["other"].id, "fcr", written, 70)
    found, after = [], ""
    while after is not None:
        answer = hr.get("/api/v1/kpis", query_string={"limit": 2, "after": after}).json
        found += [(each["metric"], each["period"]) for each in answer["items"]]
        after = answer["next"]
    assert len(found) == len(set(found)) == 6


@pytest.mark.parametrize("path", ["/kpis", "/kpis/imports", "/kpis/import", "/kpis/metrics"])
def test_an_empty_company_is_told_what_to_do(hr, path):
    assert hr.get(path).status_code == 200


def test_the_command_takes_in_all_or_nothing(world, floor, tmp_path):
    runner = world.test_cli_runner()
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(a_sheet("A1017,2026-10,满意度,77.8,9"))
    bad.write_bytes(a_sheet("A1017,2026-10,满意度,177.8,9"))

    def run(*args):
        return runner.invoke(main, ["kpi", "import", *map(str, args)], obj=world)

    refused = run(bad, "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.output)["refused"][0]["line"] == 2
    assert run(good, "--dry-run").exit_code == 0
    assert session().query(KpiValue).count() == 0
    assert run(good).exit_code == 0
    assert session().query(KpiValue).one().value == 77.8
    assert run(good).exit_code == 0
    assert run(tmp_path / "none.csv").exit_code == 2


def test_a_team_has_a_red_line_of_its_own_and_hands_it_down(hr, floor):
    chief, team = as_actor(floor["hr"]), floor["agent"].team_id
    below = a_person(Role.AGENT, team=a_team("售后一组夜班", session().get_one(Team, team)), no="N1", name="夜班")
    for person in (floor["agent"], floor["other"], below):
        figure(chief, person.id, "csat", "2026-10", 85)
    form = {"name": "满意度", "direction": "up", "low": "0", "high": "100", "red_line": "80", f"red-{team}": "90"}
    assert posted(hr, "/kpis/metrics/csat", **form).status_code == 303
    assert 'value="90"' in hr.get("/kpis/metrics/csat").text
    page = hr.get("/kpis?period=2026-10&red=1").text
    assert "2 个数超出红线" in page
    assert "陈予" in page
    assert "夜班" in page
    assert "许文静" not in page
    assert "红线 90%" in hr.get("/kpis/A1017").text
    assert "红线 80%" in hr.get("/kpis/B1").text
    assert posted(hr, "/kpis/metrics/csat", **{**form, f"red-{team}": "190"}).status_code == 422
    assert posted(hr, "/kpis/metrics/csat", **{**form, f"red-{team}": "²"}).status_code == 422
    assert posted(hr, "/kpis/metrics/csat", **{**form, f"red-{team}": ""}).status_code == 303
    assert "0 个数超出红线" not in hr.get("/kpis?period=2026-10").text
    assert "超出红线" not in hr.get("/kpis?period=2026-10&red=1").text.split("<main")[1].split("<form")[0]
