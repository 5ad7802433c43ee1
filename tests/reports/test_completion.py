"""The completion report: whom one sees, who is late, and a file that holds exactly what is shown."""

import csv
import io
import re
from datetime import timedelta

import openpyxl
import pytest

from lms.core.access import Role
from lms.core.errors import Invalid
from lms.core.here import today
from lms.core.quarters import quarter_days
from lms.reports import queries, rules
from lms.reports.queries import Filter
from tests.support.make import a_person, a_team, as_actor, mentors, sign_in
from tests.support.make_duties import a_document, owes


@pytest.fixture
def company(world):
    """Two teams below a root; one person is late, one is done, one has begun, one has not."""
    root = a_team("总部")
    red, blue = a_team("红组", root), a_team("蓝组", root)
    course, one, two = a_document("course", "季度培训"), a_document(title="第一课"), a_document(title="第二课")
    yesterday, tomorrow = today() - timedelta(days=1), today() + timedelta(days=1)
    people = {
        "late": a_person(team=red, name="迟到"),
        "done": a_person(team=red, name="完成"),
        "begun": a_person(team=blue, name="进行"),
        "idle": a_person(team=blue, name="未动"),
    }
    owes(people["late"], course, (one, yesterday, True), (two, yesterday, False))
    owes(people["done"], course, (one, yesterday, True), (two, yesterday, True), state="done")
    owes(people["begun"], course, (one, yesterday, True), (two, tomorrow, False))
    owes(people["idle"], course, (one, tomorrow, False), (two, tomorrow, False))
    return {"root": root, "red": red, "blue": blue, "course": course, "one": one, "two": two, **people}


def of(company, **more):
    return Filter(document_id=company["course"].id, **more)


def names(actor, wanted, **more):
    return [line.name for line in queries.lines(actor, wanted, **more)]


def test_a_lead_sees_the_own_team_and_those_below(company):
    red = as_actor(a_person(Role.LEAD, team=company["red"]))
    boss = as_actor(a_person(Role.LEAD, team=company["root"]))
    assert set(names(red, of(company))) == {"迟到", "完成"}
    assert set(names(boss, of(company))) == {"迟到", "完成", "进行", "未动"}


def test_a_mentor_sees_the_own_mentees_only(company):
    mentor = a_person(team=company["blue"])
    mentors(mentor, company["idle"])
    assert names(as_actor(mentor), of(company)) == ["未动"]


def test_the_summary_counts_each_person_once(company):
    boss = as_actor(a_person(Role.LEAD, team=company["root"]))
    whole = queries.summary(boss, of(company))
    assert (whole.people, whole.done, whole.overdue, whole.begun, whole.longest) == (4, 1, 1, 1, 1)


def test_the_teams_add_up_to_the_whole(company):
    boss = as_actor(a_person(Role.LEAD, team=company["root"]))
    groups = [group for _name, group in queries.by_team(boss, of(company))]
    assert rules.total_of(groups) == queries.summary(boss, of(company))


def test_the_late_come_first(company):
    boss = as_actor(a_person(Role.LEAD, team=company["root"]))
    assert names(boss, of(company))[0] == "迟到"
    assert names(boss, of(company))[-1] == "完成"


@pytest.mark.parametrize(
    ("status", "expected"), [("overdue", ["迟到"]), ("part", ["进行"]), ("open", ["未动"]), ("done", ["完成"])]
)
def test_each_person_has_exactly_one_status(company, status, expected):
    boss = as_actor(a_person(Role.LEAD, team=company["root"]))
    assert names(boss, of(company, status=status)) == expected


def test_a_team_stands_for_those_below_it(company):
    boss = as_actor(a_person(Role.LEAD, team=company["root"]))
    assert len(names(boss, of(company, team_id=company["root"].id))) == 4
    assert len(names(boss, of(company, team_id=company["blue"].id))) == 2


def test_the_cells_say_how_each_item_stands(company):
    boss = as_actor(a_person(Role.LEAD, team=company["root"]))
    lines = queries.lines(boss, of(company))
    cells = queries.cells([line.assignment_id for line in lines], "item", None)
    shown = {
        line.name: [cells[line.assignment_id, str(company[key].id)].state for key in ("one", "two")] for line in lines
    }
    assert shown == {
        "迟到": ["done", "late"],
        "完成": ["done", "done"],
        "进行": ["done", "open"],
        "未动": ["open", "open"],
    }


def test_items_are_counted_over_everybody(company):
    boss = as_actor(a_person(Role.LEAD, team=company["root"]))
    items = queries.by_item(boss, of(company))
    assert [(item.title, item.done, item.people, item.late) for item in items] == [
        ("第一课", 3, 4, 0),
        ("第二课", 1, 4, 1),
    ]


def test_the_page_shows_the_matrix(company, client):
    sign_in(client, a_person(Role.LEAD, team=company["root"]))
    page = client.get("/reports/completion").text
    assert "季度培训" in page
    shown = re.findall(r"/reports/person/[^\"]+\">([^<]+)</a>", page)
    assert (shown[0], shown[-1]) == ("迟到", "完成")


@pytest.mark.parametrize("number", ["9" * 30, "9" * 15, "²", "-1", "x"])
def test_a_number_in_the_address_that_can_not_be_is_no_failure(company, client, number):
    sign_in(client, a_person(Role.LEAD, team=company["root"]))
    for name in ("cohort", "day"):
        assert client.get(f"/reports/completion?{name}={number}").status_code == 200


def test_the_csv_is_what_the_page_shows(company, client):
    sign_in(client, a_person(Role.LEAD, team=company["root"]))
    answer = client.get("/reports/completion?status=overdue&format=csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][:3] == ["工号", "姓名", "团队"]
    assert rows[0][-2:] == ["第一课", "第二课"]
    assert [row[1] for row in rows[1:]] == ["迟到"]
    assert rows[1][-2:] == ["已完成", "逾期"]


def test_the_xlsx_opens_and_holds_the_same(company, client):
    sign_in(client, a_person(Role.LEAD, team=company["root"]))
    answer = client.get("/reports/completion?view=team&format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert [cell.value for cell in sheet[1]][:3] == ["团队", "人数", "已完成"]
    assert {row[0].value for row in sheet.iter_rows(min_row=2)} == {"红组", "蓝组"}


def test_a_name_that_looks_like_a_formula_stays_text(company, client):
    owes(a_person(team=company["red"], name="=1+1"), company["course"], (company["one"], None, False))
    sign_in(client, a_person(Role.LEAD, team=company["root"]))
    assert "'=1+1" in client.get("/reports/completion?format=csv").data.decode("utf-8-sig")


def test_somebody_elses_person_is_not_found(company, client):
    sign_in(client, a_person(Role.LEAD, team=company["blue"]))
    assert client.get(f"/reports/person/{company['late'].employee_no}").status_code == 404
    assert client.get(f"/reports/person/{company['idle'].employee_no}").status_code == 200


def test_without_anybody_learning_the_page_says_so(client):
    sign_in(client, a_person(Role.DIRECTOR))
    assert "还没有人在学" in client.get("/reports/completion").text


def test_the_api_gives_a_row_per_person(company, client):
    sign_in(client, a_person(Role.LEAD, team=company["root"]))
    items = client.get("/api/v1/reports/completion").get_json()["items"]
    late = next(item for item in items if item["name"] == "迟到")
    assert {key: late[key] for key in ("team", "done", "total", "percent", "overdue")} == {
        "team": "红组",
        "done": 1,
        "total": 2,
        "percent": 50,
        "overdue": 1,
    }


def test_the_api_names_what_is_wrong(company, client):
    sign_in(client, a_person(Role.LEAD, team=company["root"]))
    assert client.get("/api/v1/reports/completion?curriculum=no/such").status_code == 404
    assert client.get("/api/v1/reports/completion?quarter=spring").status_code == 422
    assert client.get("/api/v1/reports/completion?format=pdf").status_code == 422


def test_a_quarter_ends_where_the_next_begins():
    assert quarter_days("2026Q4")[1] == quarter_days("2027Q1")[0]
    for wrong in ("2026Q5", "26Q1", "", "2026-Q1", "1999Q1"):
        with pytest.raises(Invalid):
            quarter_days(wrong)


def test_the_statements_of_the_page_do_not_grow_with_the_people(company, client, statements):
    sign_in(client, a_person(Role.LEAD, team=company["root"]))
    statements.clear()
    client.get("/reports/completion")
    few = len(statements)
    for _ in range(12):
        owes(a_person(team=company["red"]), company["course"], (company["one"], today(), False))
    statements.clear()
    client.get("/reports/completion")
    assert len(statements) == few
