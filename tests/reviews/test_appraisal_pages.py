"""The pages of appraisals, rounds, forms and goals: planning, writing, calibrating, printing, and junk."""

from datetime import timedelta

import pytest

from lms.assignments.models import Assignment, AssignmentReason
from lms.core.access import Role
from lms.core.db import session
from lms.core.here import today
from lms.performance.events import ProfileAsked
from lms.performance.rules.periods import Grain, period_of
from lms.reviews.handlers import on_profile
from lms.reviews.models import AppraisalCycle, Goal
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_appraisals import (
    a_composite,
    a_cycle,
    a_floor,
    appealed,
    appraisal_of,
    assessed,
    released,
    signed,
)
from tests.support.make_content import a_document, a_quiz_text
from tests.support.pages import token

JUNK = ["", "\x00", "²", "-1", "1e999", "9" * 40, "9" * 4500, "客" * 700, "2026-02-31", "null"]


@pytest.fixture
def floor(world):
    return a_floor()


@pytest.fixture
def as_(app, world):
    def signed_in(person):
        client = app.test_client()
        sign_in(client, person)
        return client

    return signed_in


def post(client, path, **form):
    return client.post(path, data={"csrf_token": token(client, "/me"), **form})


def days():
    return {
        "self_until": today() + timedelta(days=5),
        "supervisor_until": today() + timedelta(days=9),
        "calibrate_until": today() + timedelta(days=12),
        "sign_until": today() + timedelta(days=20),
        "appeal_days": "7",
    }


def test_a_round_is_planned_shown_and_begun(floor, as_):
    new = a_person(Role.AGENT, team=floor.team, name="新来的", hired_on=today())
    hr = as_(floor.hr)
    assert hr.get("/reviews/cycles/new").status_code == 200
    made = post(
        hr,
        "/reviews/cycles/new",
        name="四季度",
        period=str(period_of(today(), Grain.QUARTER).before),
        form="quarterly",
        **days(),
    )
    assert made.status_code == 303
    cycle = session().query(AppraisalCycle).one()
    page = hr.get(made.location).text
    assert "这 4 人参加" in page
    assert "1 人入职不满 30 天" in page
    assert "1 人没有主管" in page
    assert new.name in page
    begun = post(hr, f"/reviews/cycles/{cycle.public_id}/begin")
    assert begun.status_code == 303
    page = hr.get(begun.location).text
    assert "陈予" in page
    assert "提醒没做完的人" in page
    assert post(hr, f"/reviews/cycles/{cycle.public_id}/act", do="remind").status_code == 303
    csv = hr.get(f"/reviews/cycles/{cycle.public_id}?format=csv")
    assert "校验码" in csv.data.decode("utf-8-sig").splitlines()[0]
    assert post(hr, f"/reviews/cycles/{cycle.public_id}/act", do="close").status_code == 303
    assert session().query(AppraisalCycle.state).scalar() == "closed"


def test_every_reason_against_a_round_comes_at_once(floor, as_):
    hr = as_(floor.hr)
    wrong = days() | {"supervisor_until": today(), "people": "nobody", "appeal_days": "99"}
    page = post(hr, "/reviews/cycles/new", name="", period="x", form="quarterly", **wrong)
    assert page.status_code == 422
    assert session().query(AppraisalCycle).count() == 0
    page = post(
        hr, "/reviews/cycles/new", name="四季度", period="2026Q9", form="quarterly", **(days() | {"people": ""})
    )
    assert page.status_code == 422
    assert "2026Q4" in page.text


def test_the_agent_saves_a_draft_and_hands_in(floor, as_):
    a_cycle(floor.actor("hr"), floor.agent)
    one = appraisal_of(floor.agent)
    agent = as_(floor.agent)
    assert post(agent, f"/reviews/{one}/self", do="save", **{"text-proud": "夜里接了一单急的"}).status_code == 303
    assert "夜里接了一单急的" in agent.get(f"/reviews/{one}").text
    page = post(agent, f"/reviews/{one}/self", do="hand", **{"text-proud": "夜里接了一单急的"})
    assert page.status_code == 422
    assert "请打分。" in page.text
    assert "夜里接了一单急的" in page.text


def test_calibration_shows_teams_and_leads_and_a_lead_only_own_people(floor, as_):
    a_composite(floor.agent, 79.17)
    cycle = a_cycle(floor.actor("hr"), floor.agent, floor.mate, floor.other_lead)
    assessed(floor, appraisal_of(floor.agent))
    hr, lead = as_(floor.hr), as_(floor.lead)
    page = hr.get(f"/reviews/cycles/{cycle}/calibration").text
    assert "79.42" in page
    assert "赵蕾" in page
    assert "spread-dot" in page
    page = lead.get(f"/reviews/cycles/{cycle}/calibration").text
    assert "陈予" in page
    assert "赵蕾" not in page
    answer = post(hr, f"/reviews/{appraisal_of(floor.agent)}/adjust", mark="81", why="带了两个新人", back="calibration")
    assert answer.location.endswith("/calibration")
    assert as_(floor.other_lead).get(f"/reviews/cycles/{cycle}/calibration").status_code == 404


def test_signing_on_the_page_and_printing(floor, as_):
    a_composite(floor.agent, 79.17)
    a_cycle(floor.actor("hr"), floor.agent)
    one = appraisal_of(floor.agent)
    sha = released(floor, one)
    agent = as_(floor.agent)
    assert sha in agent.get(f"/reviews/{one}").text
    assert post(agent, f"/reviews/{one}/sign", sha=sha).status_code == 422
    assert post(agent, f"/reviews/{one}/sign", sha=sha, read="1").status_code == 303
    assert post(as_(floor.lead), f"/reviews/{one}/sign", sha=sha, read="1").status_code == 303
    page = agent.get(f"/reviews/{one}/print").text
    assert sha in page
    assert "季度绩效评估表" in page
    assert "79.17" in page


def test_an_appeal_on_the_page_and_its_answer(floor, as_):
    a_composite(floor.agent, 79.17)
    a_cycle(floor.actor("hr"), floor.agent)
    one = appraisal_of(floor.agent)
    appealed(floor, one)
    director = as_(floor.director)
    assert "满意度样本只有 9 个" in director.get(f"/reviews/{one}").text
    wrong = post(director, f"/reviews/{one}/answer", do="uphold", why="有道理，改一改", mark="x")
    assert wrong.status_code == 422
    assert post(director, f"/reviews/{one}/answer", do="uphold", why="有道理，改一改", mark="80.5").status_code == 303
    page = as_(floor.agent).get(f"/reviews/{one}").text
    assert "80.50" in page
    assert "第 1 版" in page


def test_a_form_gets_a_next_version_and_the_old_one_stays(floor, as_):
    hr = as_(floor.hr)
    assert "季度绩效评估表" in hr.get("/reviews/forms").text
    form = {"name": "季度表", "why": "综合评分就是得分", "weight_customer": "100"}
    form |= {"weight_supervisor": "0", "weight_self": "0"}
    form |= {"text-0": "最想改进的一件事", "kind-0": "text", "asked-0": "both"}
    assert post(hr, "/reviews/forms/quarterly/edit", **(form | {"weight_self": "5"})).status_code == 422
    made = post(hr, "/reviews/forms/quarterly/edit", **form)
    assert made.status_code == 303
    assert "v2" in hr.get(made.location).text
    assert hr.get("/reviews/forms/quarterly").status_code == 200
    assert hr.get("/reviews/forms").text.count("季度绩效评估表") == 0


def test_a_probation_form_prints_too(floor, as_):
    a_cycle(floor.actor("hr"), floor.agent, form="probation")
    one = appraisal_of(floor.agent)
    hr = as_(floor.hr)
    assert "转正意见" in as_(floor.lead).get(f"/reviews/{one}").text
    assert hr.get(f"/reviews/{one}/print").status_code == 404


def test_the_profile_lists_what_is_signed(floor):
    a_cycle(floor.actor("hr"), floor.agent)
    one = appraisal_of(floor.agent)
    assert (
        on_profile(ProfileAsked(actor=floor.actor("lead"), person_id=floor.agent.id, team_id=floor.agent.team_id)) == []
    )
    signed(floor, one)
    [panel] = on_profile(ProfileAsked(actor=floor.actor("lead"), person_id=floor.agent.id, team_id=floor.agent.team_id))
    assert [row.public_id for row in panel.values["rows"]] == [one]
    assert (
        on_profile(ProfileAsked(actor=floor.actor("mate"), person_id=floor.agent.id, team_id=floor.agent.team_id)) == []
    )


def test_the_call_gives_states_marks_and_digests(floor, as_):
    a_composite(floor.agent, 79.17)
    a_cycle(floor.actor("hr"), floor.agent, floor.mate)
    sha = signed(floor, appraisal_of(floor.agent))
    found = as_(floor.hr).get("/api/v1/appraisals?period=2026Q3&limit=1").json
    [item] = found["items"]
    assert (item["state"], item["mark"], item["composite"], item["sha256"]) == ("signed", 79.42, 79.17, sha)
    rest = as_(floor.hr).get(f"/api/v1/appraisals?after={found['next']}").json
    assert [each["state"] for each in rest["items"]] == ["self"]
    assert rest["next"] is None
    assert as_(floor.other_lead).get("/api/v1/appraisals").json["items"] == []
    assert as_(floor.hr).get("/api/v1/appraisals?period=x").status_code == 422


# goals


def test_a_goal_gives_its_training_and_is_closed_by_the_supervisor(floor, as_):
    quiz = a_document(as_actor(a_person(Role.TRAINER)), a_quiz_text(title="退款小测"), kind="quiz", slug="refund")
    lead, agent = as_(floor.lead), as_(floor.agent)
    made = post(
        lead,
        "/goals/new",
        person=floor.agent.employee_no,
        period="2026Q4",
        text="退款纠纷一次处理好",
        measure="介入率 1% 以下",
        due_on=today() + timedelta(days=30),
        document=quiz.id,
    )
    assert made.status_code == 303
    goal = session().query(Goal).one()
    reason = session().query(AssignmentReason).one()
    given = session().get_one(Assignment, reason.assignment_id)
    assert (reason.kind, given.person_id, given.document_id) == ("goal", floor.agent.id, quiz.id)
    assert "退款小测" in agent.get("/goals").text
    assert "退款纠纷一次处理好" in lead.get("/goals").text
    at = f"/goals/{goal.public_id}"
    assert post(agent, f"{at}/evidence", note="这周 12 单都没升级", link="javascript:alert(1)").status_code == 422
    assert post(agent, f"{at}/evidence", note="这周 12 单都没升级", link="/me").status_code == 303
    assert post(agent, f"{at}/end", state="met", result="达到了").status_code == 403
    assert post(lead, f"{at}/end", state="met", result="介入率 0.8%").status_code == 303
    assert post(lead, f"{at}/end", state="met", result="介入率 0.8%").status_code == 409
    assert as_(floor.other_lead).get(at).status_code == 404


# junk


def test_junk_is_never_an_error_of_ours(floor, as_):
    a_cycle(floor.actor("hr"), floor.agent)
    one = appraisal_of(floor.agent)
    hr, agent, lead = as_(floor.hr), as_(floor.agent), as_(floor.lead)
    for junk in JUNK:
        fields = dict.fromkeys(("name", "period", "form", "teams", "people", "text", "measure", "document"), junk)
        fields |= dict.fromkeys(("due_on", "person", "why", "mark", "sha", "note", "link", "state", "result"), junk)
        fields |= dict.fromkeys(("self_until", "sign_until", "appeal_days", "reason", "desired", "password"), junk)
        fields |= {"mark-service": junk, "text-proud": junk, "text-0": junk, "weight-0": junk, "weight_self": junk}
        fields |= {"kind-0": junk, "asked-0": junk, "section-0": junk}
        for client, path in (
            (hr, "/reviews/cycles/new"),
            (hr, "/reviews/forms/quarterly/edit"),
            (agent, f"/reviews/{one}/self"),
            (lead, f"/reviews/{one}/supervisor"),
            (agent, f"/reviews/{one}/sign"),
            (agent, f"/reviews/{one}/appeal"),
            (hr, f"/reviews/{one}/adjust"),
            (agent, "/goals/new"),
        ):
            assert post(client, path, **fields).status_code < 500, (path, junk)
        for path in (f"/reviews/{one}/versions/{{}}", "/reviews/{}", "/reviews/cycles/{}", "/reviews/forms/{}"):
            if junk and "\x00" not in junk:
                assert hr.get(path.format(junk[:900])).status_code < 500
        for path in ("/api/v1/appraisals", f"/reviews/{one}/print", "/goals/new", "/reviews"):
            values = {"period": junk, "after": junk, "version": junk, "person": junk}
            assert hr.get(path, query_string=values).status_code < 500, (path, junk)
