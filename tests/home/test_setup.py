"""The first steps on their pages: state from the data, bad input refused whole, the intake made in one act."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.accounts import actions as accounts
from lms.accounts import queries as people
from lms.accounts.models import Cohort, CohortMember, RosterPattern, SignInSlip, Team
from lms.assignments import queries as duties
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.core.settings import Settings
from lms.home.setup import queries
from tests.support.make import a_person, a_team, sign_in
from tests.support.make_content import a_document, a_lesson_text, a_trainer, an_article_text, write
from tests.support.pages import send, token

PLAN = (
    "---\n类型: 培训计划\n负责人: T1001\n岗位: [客服专员]\n时长: 30分钟\n---\n# 入职\n\n## 第一段\n`第1-2天`\n\n"
    "- [课](one.md) `第1天`\n- [又一课](two.md) `第2天`\n"
)
WEEK = [str(day) for day in range(7)]


@pytest.fixture
def admin(client):
    """An installation with its company and its administrator, who is signed in."""
    with transaction():
        root_id = accounts.found_company("春和商贸").id
    person = a_person(Role.ADMIN, team=session().get_one(Team, root_id), no="ADMIN", name="王芳", hired_on=None)
    sign_in(client, person)
    return client


def staffed():
    """A trainer, a mentor and two new hires."""
    root = session().get_one(Team, people.root_id())
    team = a_team("售后一组", root)
    a_person(Role.TRAINER, team=root, no="T2001", name="苏岩")
    a_person(team=team, no="A2001", name="周敏")
    return [
        a_person(team=team, no=f"A210{n}", name=f"新人{n}", position="客服专员", hired_on=today() - timedelta(days=2))
        for n in (1, 2)
    ]


def planned():
    trainer = a_trainer()
    for slug in ("one", "two"):
        a_document(trainer, a_lesson_text(slug), kind="lesson", slug=f"in/{slug}")
    return a_document(trainer, PLAN, kind="curriculum", slug="in/plan")


def filled(document, **more):
    return {
        "name": "2611期",
        "starts_on": today().isoformat(),
        "curriculum": str(document.id),
        "trainer": "T2001",
        "room": "",
        "mentor": "A2001",
        "numbers": "",
        "member": ["A2101", "A2102"],
        "weekday": WEEK,
    } | more


def make_intake(client, document, **more):
    return send(client, "/setup/cohort", **filled(document, **more))


def cells(page):
    """Return the words of the five cells."""
    return re.findall(r'<span class="cell[^"]*">.*?<span class="visually-hidden">([^<]+)</span>', page, re.DOTALL)


def intakes():
    return session().scalar(select(func.count(Cohort.id)))


# the five steps


def test_the_first_page_of_an_empty_installation_names_the_first_step(admin):
    home = admin.get("/").text
    assert "首次设置" in home
    assert "1. 公司、团队和店铺" in home
    assert cells(admin.get("/setup").text)[0] == "现在做"


def test_nobody_but_an_administrator_sees_the_steps(world):
    for role in set(Role) - {Role.ADMIN}:
        other = world.test_client()
        sign_in(other, a_person(role))
        assert other.get("/setup").status_code == 403
        assert "继续设置" not in other.get("/").text


def test_what_was_done_elsewhere_counts(admin):
    staffed()
    assert cells(admin.get("/setup").text) == ["跳过了，可以补", "已完成", "现在做", "之后", "之后"]


def test_the_state_is_read_in_one_statement_beside_the_name(admin, statements):
    session().rollback()
    statements.clear()
    queries.facts()
    assert len([each for each in statements if not each.startswith("SELECT (SELECT installation")]) == 1


def test_other_pages_lead_back_while_one_is_at_the_steps(admin):
    assert "回到首次设置" not in admin.get("/teams").text
    admin.get("/setup")
    assert "回到首次设置" in admin.get("/teams").text


# staff


def test_the_sheet_to_fill_in_shows_how_and_its_examples_are_refused(admin):
    sheet = admin.get("/people/import?format=xlsx").data
    form = {"csrf_token": token(admin, "/people/import"), "file": (io.BytesIO(sheet), "空表.xlsx")}
    page = admin.post("/people/import", data=form, content_type="multipart/form-data").text
    assert page.count("这一行是空表里的示例") == 3
    assert "导入 " not in re.findall(r'<button class="btn btn-primary[^>]*>(.*?)</button>', page)


def test_the_english_sheet_is_understood_as_well(admin):
    send(admin, "/language", page="/me", locale="en")
    sheet = admin.get("/people/import?format=csv").data
    assert sheet.decode("utf-8-sig").startswith("Employee No,Name,Team,Position")
    form = {"csrf_token": token(admin, "/people/import"), "file": (io.BytesIO(sheet), "empty.csv")}
    page = admin.post("/people/import", data=form, content_type="multipart/form-data").text
    assert page.count("This row is an example") == 3


def upload(client, text):
    form = {"csrf_token": token(client, "/people/import"), "file": (io.BytesIO(text.encode()), "名单.csv")}
    return client.post("/people/import", data=form, content_type="multipart/form-data")


def test_teams_that_the_file_names_are_made_on_a_button_and_nobody_is_imported_by_it(admin):
    page = upload(admin, "工号,姓名,团队\nN1,程新,售后一组\nN2,杜若,售前组\nN3,崔凯,售前组\n").text
    assert "建好这 2 个团队" in page
    key = re.search(r'name="key" value="(\w+)"', page)[1]
    again = send(admin, "/people/import/teams", page="/people/import", key=key).text
    assert "导入 3 人" in again
    assert {team.name for team in people.team_tree()} == {"春和商贸", "售后一组", "售前组"}
    assert people.active_by_no("N1") is None


def test_a_file_that_is_gone_makes_no_team(admin):
    answer = send(admin, "/people/import/teams", page="/people/import", key="0" * 64)
    assert answer.status_code == 409
    assert len(people.team_tree()) == 1


def test_from_the_steps_the_import_leads_back_to_them(admin):
    admin.get("/setup")
    page = upload(admin, "工号,姓名,团队\nN1,程新,春和商贸\n").text
    values = dict(re.findall(r'name="(key|digest)" value="([^"]+)"', page))
    assert send(admin, "/people/import/apply", page="/people/import", **values).location == "/setup"


# content


@pytest.fixture
def shipped(world, tmp_path, monkeypatch):
    values = {name: getattr(world.extensions["lms_settings"], name) for name in Settings.__dataclass_fields__}
    monkeypatch.setitem(world.extensions, "lms_settings", Settings(**values | {"content_path": tmp_path}))
    return tmp_path


def test_without_any_files_the_page_says_where_they_are_looked_for(admin, shipped):
    assert "LMS_CONTENT_PATH" in admin.get("/setup/content").text


def test_loading_answers_a_script_with_what_is_left_and_a_form_with_the_page(admin, shipped):
    write(shipped, "kb_content/a.md", an_article_text())
    assert "还有 1 份没有载入" in admin.get("/setup/content").text
    form = {"csrf_token": token(admin, "/setup/content")}
    answer = admin.post("/setup/content/load", data=form, headers={"Accept": "application/json"})
    assert answer.json == {"left": 0, "made": 1}
    assert send(admin, "/setup/content/load", page="/me").location == "/setup/content"
    assert "1 份都已载入" in admin.get("/setup/content").text


def test_a_file_that_is_refused_is_named_and_ends_the_loading(admin, shipped):
    write(shipped, "kb_content/a.md", "nichts")
    form = {"csrf_token": token(admin, "/setup/content")}
    answer = admin.post("/setup/content/load", data=form, headers={"Accept": "application/json"})
    assert answer.json["left"] == 0
    assert "kb_content/a.md" in admin.get("/setup/content").text


def test_the_plan_is_shown_by_day_with_its_minutes(admin, shipped):
    planned()
    page = admin.get("/setup/content").text
    assert "第1天" in page
    assert "2 天" in page
    assert "30 分钟" in page


def test_its_owner_is_shown_first_and_given_on_the_button(admin, shipped):
    document = planned()
    staffed()
    assert "T1001（1 份）" in admin.get("/setup/content").text
    shown = admin.get("/setup/content?owner=T2001").text
    assert "1 份内容会由 苏岩（T2001）负责" in shown
    assert document.owner_id is None
    assert send(admin, "/setup/content/owner", page="/setup/content?owner=T2001", owner="T2001").location == "/setup"
    session().refresh(document)
    assert document.owner_id == people.active_by_no("T2001").id


@pytest.mark.parametrize("number", ["", "A2001", "NOBODY"])
def test_only_a_trainer_can_be_the_owner(admin, shipped, number):
    planned()
    staffed()
    assert send(admin, "/setup/content/owner", page="/me", owner=number).status_code == 422


# intake


def test_an_intake_needs_people_and_a_plan_and_says_which(admin):
    assert "先导入人员" in admin.get("/setup/cohort").text
    staffed()
    assert "先载入自带的内容" in admin.get("/setup/cohort").text


def test_who_was_hired_lately_is_proposed_and_nobody_else(admin):
    staffed()
    planned()
    proposed = re.findall(r'name="member" value="(\w+)" checked', admin.get("/setup/cohort").text)
    assert proposed == ["A2101", "A2102"]


def test_in_one_act_it_is_opened_filled_mentored_and_given_the_plan(admin):
    one, two = staffed()
    answer = make_intake(admin, planned(), **{f"mentor-{two.id}": "T2001"})
    cohort = session().scalars(select(Cohort)).one()
    assert answer.location == f"/cohorts/{cohort.id}"
    assert session().scalar(select(func.count(CohortMember.person_id))) == 2
    assert people.mentor_of(one.id).employee_no == "A2001"
    assert people.mentor_of(two.id).employee_no == "T2001"
    assert session().scalar(select(RosterPattern.weekdays)) == 127
    assert [duty.item.due_on for duty in duties.duties(one.id, today())] == [today(), today() + timedelta(days=1)]


@pytest.mark.parametrize("first", ["content", "staff"])
def test_whichever_came_first_the_learner_sees_day_one(admin, world, first):
    document = planned() if first == "content" else None
    one, _two = staffed()
    make_intake(admin, document or planned())
    learner = world.test_client()
    sign_in(learner, one)
    assert "第1天" in learner.get("/").text


@pytest.mark.parametrize("position", ["", "质检"])
def test_a_learner_of_another_position_gets_the_plan_as_well(admin, position):
    one, _two = staffed()
    with transaction():
        session().merge(one).position = position
    make_intake(admin, planned())
    assert duties.duties(one.id, today())


def test_an_intake_that_starts_later_shows_when(admin, world):
    one, _two = staffed()
    make_intake(admin, planned(), starts_on=(today() + timedelta(days=3)).isoformat())
    learner = world.test_client()
    sign_in(learner, one)
    page = learner.get("/").text
    assert "入职" in page
    assert duties.duties(one.id, today())[0].item.due_on == today() + timedelta(days=3)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "name-error"),
        ({"starts_on": "2016-01-01"}, "离今天太远"),
        ({"starts_on": "soon"}, "starts_on-error"),
        ({"member": []}, "至少选一位学员"),
        ({"numbers": "NOBODY"}, "没有找到：NOBODY"),
        ({"mentor": "NOBODY"}, "没有找到带教人：NOBODY"),
        ({"mentor": "A2101"}, "自己不能带教自己"),
        ({"weekday": []}, "至少勾一天上班"),
        ({"curriculum": "999999"}, "curriculum-error"),
        ({"trainer": "A2001"}, "trainer-error"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_said_at_its_place_and_nothing_is_made(admin, wrong, said):
    one, _two = staffed()
    document = planned()
    given = len(duties.duties(one.id, today()))
    answer = make_intake(admin, document, **wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert intakes() == 0
    assert len(duties.duties(one.id, today())) == given
    assert people.mentor_of(one.id) is None


def test_what_was_typed_is_still_there_after_a_refusal(admin):
    one, _two = staffed()
    page = make_intake(admin, planned(), weekday=[], room="3 楼", **{f"mentor-{one.id}": "A2001"}).text
    assert 'value="3 楼"' in page
    assert re.search(rf'name="mentor-{one.id}" value="A2001"', page)


def test_a_name_that_is_taken_is_refused_whole(admin):
    staffed()
    document = planned()
    make_intake(admin, document)
    answer = make_intake(admin, document, member=[], numbers="A2001", mentor="")
    assert answer.status_code == 422
    assert "已经有批次叫“2611期”" in answer.text
    assert intakes() == 1


# slips


def test_printing_the_slips_ends_the_first_steps(admin):
    staffed()
    make_intake(admin, planned())
    assert "继续设置" in admin.get("/").text
    cohort_id = session().scalar(select(Cohort.id))
    page = send(admin, f"/cohorts/{cohort_id}/slips", page="/setup", who="new").text
    assert page.count('class="slip"') == 2
    assert session().scalar(select(func.count(SignInSlip.id))) == 2
    assert "继续设置" not in admin.get("/").text
    assert "第一批学员已经能登录" in admin.get("/setup").text


def test_slips_that_lead_a_phone_to_itself_say_so(admin):
    staffed()
    make_intake(admin, planned())
    cohort_id = session().scalar(select(Cohort.id))
    page = send(admin, f"/cohorts/{cohort_id}/slips", page="/setup", who="new").text
    assert "LMS_BASE_URL" in page
