"""The profile: what stands on it, who may see it, that each look is noted once a day, and what it costs."""

import re
from datetime import date, timedelta
from io import BytesIO

import pypdfium2
import pytest
from sqlalchemy import event, func, select

from lms.accounts.models import Person
from lms.core import clock, optional
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.here import today
from lms.kb.models import Suggestion
from lms.performance.actions import competencies
from lms.performance.models import ProfileLook
from lms.performance.queries.competencies import levels
from lms.web import pdf
from tests.support.make import a_person, a_team, as_actor, mentors, sign_in
from tests.support.make_certificates import a_plan, completes
from tests.support.make_profiles import a_competency, a_figure, passed_drill, passed_paper
from tests.support.pages import send, token


@pytest.fixture
def people(world) -> dict[str, Person]:
    """陈予 and everybody who might ask for the profile."""
    root = a_team("客服中心")
    first, second = a_team("投诉纠纷组", root), a_team("售前组", root)
    found = {
        "own": a_person(Role.AGENT, team=first, no="A1017", name="陈予", hired_on=date(2024, 3, 4)),
        "mate": a_person(Role.AGENT, team=first, name="小北"),
        "mentor": a_person(Role.AGENT, team=first, name="带教老师"),
        "lead": a_person(Role.LEAD, team=first, name="方远"),
        "other_lead": a_person(Role.LEAD, team=second, name="二组组长"),
        "trainer": a_person(Role.TRAINER, team=root),
        "quality": a_person(Role.QUALITY, team=root),
        "hr": a_person(Role.HR, team=root),
        "admin": a_person(Role.ADMIN, team=root),
        "director": a_person(Role.DIRECTOR, team=root),
    }
    mentors(found["mentor"], found["own"])
    return found


def page(client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def counted() -> int:
    db.session.rollback()
    return session().scalar(select(func.count()).select_from(ProfileLook)) or 0


SEES = {"own", "lead", "hr", "director"}


@pytest.mark.parametrize("path", ["profile", "profile/print", "proof"])
def test_only_who_leads_or_looks_after_all_finds_the_profile(people, client, path):
    for who, person in people.items():
        sign_in(client, person)
        page(client, f"/people/A1017/{path}", 200 if who in SEES else 404)
        page(client, f"/people/NOBODY/{path}", 404)


def test_the_agent_sees_what_the_lead_sees(people, client):
    a_competency()
    passed_paper(people["own"])
    a_figure(people["own"], "csat", today().replace(day=1), 77.8, count=9)
    sign_in(client, people["lead"])
    led = page(client, "/people/A1017/profile")
    sign_in(client, people["own"])
    own = page(client, "/me/profile")
    for words in ("陈予", "投诉纠纷组", "77.8%", "投诉小测", "投诉处理"):
        assert words in led
        assert words in own
    assert "谁看过我的档案" in own
    assert "谁看过我的档案" not in led


def test_everything_stands_on_a_full_profile(people, client):
    own, now = people["own"], today()
    a_competency()
    passed_paper(own)
    passed_drill(own)
    plan = a_plan(name="投诉处理证书")
    completes(own, plan.document_id)
    for months, value in ((2, 82.0), (1, 80.0), (0, 78.0)):
        month = (now.replace(day=15) - timedelta(days=30 * months)).replace(day=1)
        a_figure(own, "csat", month, value)
    with transaction() as s:
        s.add(
            Suggestion(
                person_id=own.id,
                document_id=plan.document_id,
                title="改",
                text="改",
                state="accepted",
                at=clock.now(),
                result_document_id=plan.document_id,
            )
        )
    sign_in(client, people["lead"])
    shown = page(client, "/people/A1017/profile")
    for words in (
        "满意度",
        "82%",
        "投诉小测 100 分，通过",
        "催发货",
        "共情",
        "投诉处理证书",
        "采纳 1 条",
        "还没有综合评分",
    ):
        assert words in shown, words
    assert 'class="event"' in shown
    sign_in(client, people["own"])
    client.post("/language", data={"locale": "en"})
    with transaction():
        session().get_one(Person, own.id).locale = "en"
    english = page(client, "/me/profile")
    for words in ("Figures over time", "Customer", "Quizzes and drills", "level 5 of 5", "Certificates"):
        assert words in english or words == "Customer", words


def test_each_look_is_noted_once_a_day_and_its_own_person_sees_it(people, client):
    sign_in(client, people["lead"])
    for path in ("profile", "profile", "profile/print"):
        page(client, f"/people/A1017/{path}")
    assert counted() == 1
    page(client, "/people/A1017/proof")
    assert counted() == 2
    with clock.frozen(clock.now() + timedelta(days=1)):
        page(client, "/people/A1017/profile")
    assert counted() == 3
    sign_in(client, people["own"])
    page(client, "/me/profile")
    page(client, "/people/A1017/profile")
    assert counted() == 3
    looks = page(client, "/me/looks")
    assert looks.count("方远") == 3
    sign_in(client, people["mate"])
    assert "方远" not in page(client, "/me/looks")


def test_who_may_not_see_a_profile_leaves_no_look(people, client):
    for who in ("mate", "other_lead", "admin"):
        sign_in(client, people[who])
        page(client, "/people/A1017/profile", 404)
    assert counted() == 0


JUNK = ["", "2026Q9", "x" * 700, "%00", "²", "-1", "1e999", "9" * 4_500, "2026-02-31", "2099Q1", "2026-10", "1999Q1"]


@pytest.mark.parametrize("junk", JUNK)
def test_a_period_that_is_none_shows_the_present_one(people, client, junk):
    sign_in(client, people["own"])
    assert client.get(f"/me/profile?period={junk}").status_code in (200, 400)


def test_a_period_moves_the_charts(people, client):
    a_figure(people["own"], "csat", date(2025, 3, 1), 61.0)
    sign_in(client, people["own"])
    assert "61%" not in page(client, "/me/profile")
    assert "61%" in page(client, "/me/profile?period=2025Q1")


def test_a_profile_costs_few_statements_however_much_there_is(people, client):
    own, now = people["own"], today()
    for code in ("a", "b", "c"):
        a_competency(code=code, name=code)
    passed_paper(own)
    passed_drill(own)
    sign_in(client, people["lead"])
    page(client, "/people/A1017/profile")

    def statements() -> int:
        seen: list[str] = []
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            page(client, "/people/A1017/profile")
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return len([each for each in seen if each.lstrip().upper().startswith("SELECT")])

    few = statements()
    passed_paper(own, slug="second")
    for code in ("csat", "fcr", "first_response", "sessions"):
        a_figure(own, code, now.replace(day=1), 50.0)
    assert statements() == few
    assert few <= 30


# competencies


def test_levels_come_of_questions_dimensions_and_ratings(people):
    a_competency()
    a_competency(code="idle", name="没人考过", words="别的", dimensions="")
    own, mate = people["own"], people["mate"]
    passed_paper(own)
    passed_drill(own)
    found = levels([own.id, mate.id])
    complaints, idle = sorted(found[own.id], key=lambda each: each.code)
    assert complaints.level == 5
    assert {str(each.shown) for each in complaints.evidence} == {"quiz", "drill"}
    assert complaints.fresh
    assert (idle.level, idle.evidence, idle.fresh) == (0, (), False)
    assert [each.level for each in found[mate.id]] == [0, 0]
    lead = as_actor(people["lead"])
    with transaction():
        competencies.rate(lead, mate.id, "idle", "4", "会话 8821，先安抚再核实")
    assert {each.code: each.level for each in levels([mate.id])[mate.id]} == {"complaints": 0, "idle": 4}


def test_levels_of_many_people_cost_as_much_as_of_one(people):
    a_competency()
    for who in ("own", "mate", "mentor"):
        passed_paper(people[who], slug=f"q-{who}")

    def statements(ids: list[int]) -> int:
        seen: list[str] = []
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            levels(ids)
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return len([each for each in seen if each.lstrip().upper().startswith("SELECT")])

    ids = [people[who].id for who in ("own", "mate", "mentor")]
    assert statements(ids) == statements(ids[:1]) <= 7


def test_a_lead_and_an_inspector_rate_and_the_person_is_told(people, client):
    a_competency()
    sign_in(client, people["quality"])
    path = "/people/A1017/competencies"
    wrong = send(client, path, competency="complaints", level="", reason="")
    assert wrong.status_code == 422
    text = wrong.get_data(as_text=True)
    assert "请选 1 到 5 级" in text
    assert "请写明依据" in text
    kept = send(client, path, competency="complaints", level="", reason="会话 8821")
    assert "会话 8821" in kept.get_data(as_text=True)
    assert send(client, path, competency="none", level="3", reason="会话 8821").status_code == 422
    assert send(client, path, competency="complaints", level="3", reason="会话 8821").status_code == 303
    sign_in(client, people["own"])
    assert "3/5 级" in page(client, "/me/profile")
    assert "评定了您的能力项" in page(client, "/inbox")


def test_nobody_rates_himself(people, client):
    a_competency()
    lead = people["lead"]
    sign_in(client, lead)
    path = f"/people/{lead.employee_no}/competencies"
    assert send(client, path, competency="complaints", level="5", reason="我自己").status_code == 422


def test_competencies_are_defined_changed_and_stopped(people, client):
    sign_in(client, people["trainer"])
    form = {"code": "care", "name": "同理心", "about": "", "words": "共情", "dimensions": "共情"}
    bad = send(client, "/competencies/new", **form, levels="9", fresh_days="²")
    assert bad.status_code == 422
    assert "同理心" in bad.get_data(as_text=True)
    good = {**form, "levels": "50,65,80,90", "fresh_days": "90"}
    assert send(client, "/competencies/new", **good).status_code == 303
    assert send(client, "/competencies/new", **good).status_code == 422
    listed = page(client, "/competencies")
    assert "同理心" in listed
    found = re.search(r"/competencies/([0-9a-f]{32})", listed)
    assert found
    made = found[1]
    assert send(client, f"/competencies/{made}", **{**good, "name": "体谅顾客"}).status_code == 303
    assert "体谅顾客" in page(client, "/competencies")
    assert send(client, f"/competencies/{made}", do="stop").status_code == 303
    assert levels([people["own"].id]) == {people["own"].id: []}
    assert send(client, f"/competencies/{made}", page="/competencies", do="use").status_code == 303
    page(client, "/competencies/none", 404)


@pytest.mark.skipif(optional.typst() is None, reason="the extra pdf is not installed")
def test_the_meeting_page_is_one_sheet(people, client):
    own = people["own"]
    for number in range(8):
        a_competency(code=f"c{number}", name=f"能力{number}")
    passed_paper(own)
    passed_drill(own)
    sign_in(client, people["lead"])
    made = client.get("/people/A1017/profile/pdf")
    assert made.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(BytesIO(made.data))
    assert len(document) == 1
    assert "陈予" in document[0].get_textpage().get_text_range()


def test_without_typst_the_meeting_page_prints_from_the_browser(people, client, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: False)
    sign_in(client, people["lead"])
    answer = client.get("/people/A1017/profile/pdf", follow_redirects=True)
    assert "用浏览器打印" in answer.get_data(as_text=True)


# over the API


def test_the_api_tells_what_the_page_tells_and_notes_the_look(people, client):
    a_competency()
    passed_paper(people["own"])
    a_figure(people["own"], "csat", today().replace(day=1), 77.8, count=9)
    sign_in(client, people["lead"])
    told = client.get("/api/v1/people/A1017/profile").get_json()
    assert told["name"] == "陈予"
    assert told["composite"] is None
    assert [(each["metric"], each["value"], each["count"]) for each in told["figures"]] == [("csat", 77.8, 9)]
    assert [(each["code"], each["level"]) for each in told["competencies"]] == [("complaints", 3)]
    assert told["trainings"] == 1
    assert counted() == 1
    assert client.get("/api/v1/people/A1017/profile?period=2026Q9").status_code == 422
    sign_in(client, people["mate"])
    assert client.get("/api/v1/people/A1017/profile").status_code == 404


def test_a_rating_and_a_proof_come_over_the_api(people, client):
    a_competency()
    passed_paper(people["own"])
    sign_in(client, people["lead"])
    head = {"X-CSRFToken": token(client, "/me")}
    body = {"competency": "complaints", "level": 5, "reason": "会话 8821"}
    rated = client.post("/api/v1/people/A1017/competencies", json=body, headers=head)
    assert (rated.status_code, rated.get_json()["now"]) == (201, 4)
    unknown = client.post("/api/v1/people/A1017/competencies", json={**body, "competency": "x"}, headers=head)
    assert unknown.status_code == 404
    day = today().isoformat()
    made = client.post("/api/v1/people/A1017/proofs", json={"from_on": day, "until_on": day}, headers=head)
    assert made.status_code == 201
    assert client.get("/api/v1/people/A1017/proofs").get_json()["items"] == [made.get_json()]
    assert client.get(made.get_json()["verify"]).status_code == 200


# the levels of a team


def test_the_table_of_levels_shows_those_whose_profile_one_may_see(people, client):
    a_competency()
    passed_paper(people["own"])
    for who, sees_own, sees_other in (("lead", True, False), ("director", True, True), ("other_lead", False, True)):
        sign_in(client, people[who])
        shown = page(client, "/competencies/team?sort=-complaints")
        assert ("陈予" in shown) is sees_own
        assert ("二组组长" in shown) is sees_other
    for who in ("own", "trainer", "quality", "admin"):
        sign_in(client, people[who])
        page(client, "/competencies/team", 404)
    sign_in(client, people["lead"])
    listed = client.get("/competencies/team?format=csv").get_data().decode("utf-8-sig")
    assert "A1017,陈予,投诉纠纷组,3" in listed
    for junk in ("sort=²", "team=%27", "page=9999999999999999999999", "team=" + "x" * 700):
        page(client, f"/competencies/team?{junk}")
