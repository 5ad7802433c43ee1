"""Appraisals through the application: the steps, what is frozen, what stands beside it, appeals, who sees what."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text as sql

from lms.cli import main
from lms.core import clock
from lms.core.db import AppendOnlyError, session, transaction
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.notifications.models import Notice
from lms.performance.rules.formulas import PartSpec, Spec
from lms.reviews.actions import appraisal_forms, freezing
from lms.reviews.actions import appraisals as acts
from lms.reviews.actions.freezing import Upheld
from lms.reviews.models import Appraisal, AppraisalFreeze, AppraisalPaper, AppraisalSignature
from lms.reviews.queries import appraisal_forms as forms
from lms.reviews.queries import appraisals as reading
from lms.reviews.queries.freezing import paper, papers, verified
from lms.reviews.rules.appraisals import State
from tests.support.make import sign_in
from tests.support.make_appraisals import (
    QUARTER,
    a_composite,
    a_cycle,
    a_figure,
    a_floor,
    answers,
    appealed,
    appraisal_of,
    assessed,
    released,
    self_done,
    sha_of,
    sign_both,
    signed,
)
from tests.support.make_scores import a_formula, computed
from tests.support.pages import token


@pytest.fixture
def floor(world):
    return a_floor()


@pytest.fixture
def one(floor):
    a_composite(floor.agent, 79.17)
    a_figure(floor.agent)
    a_cycle(floor.actor("hr"), floor.agent)
    return appraisal_of(floor.agent)


def state(floor, public_id):
    return reading.one(floor.actor("hr"), public_id).stand


def post(client, path, at="/reviews", **form):
    return client.post(path, data={"csrf_token": token(client, at), **form})


@pytest.fixture
def as_(app, world):
    def signed_in(person):
        client = app.test_client()
        sign_in(client, person)
        return client

    return signed_in


# the steps


def test_who_begins_is_told_and_so_is_the_lead(floor, one):
    told = {(each.person_id, each.sentence["id"]) for each in session().query(Notice)}
    assert (floor.agent.id, "“%(name)s”开始了，请在 %(day)s 前写好自评。") in told
    assert (floor.lead.id, "“%(name)s”开始了，请在 %(day)s 前写好您团队的主管评价。") in told


def test_a_round_for_everybody_has_the_agents_and_leads_who_have_a_lead(floor):
    cycle = a_cycle(floor.actor("hr"))
    rows = {row.name: row.supervisor for row in reading.listed(floor.actor("hr"))}
    assert rows == {"陈予": "周敏", "许文静": "周敏", "周敏": "方远", "赵蕾": "方远"}, cycle


def test_straight_through_to_two_signatures(floor, one):
    sha = signed(floor, one)
    assert state(floor, one).state is State.SIGNED
    kept = paper(reading.one(floor.actor("hr"), one).id, 1)
    assert [(each.side, each.same) for each in kept.signatures] == [("self", True), ("supervisor", True)]
    assert kept.sha == sha
    assert kept.whole


def test_what_is_frozen_holds_everything_it_rests_on(floor, one):
    released(floor, one)
    content = paper(reading.one(floor.actor("hr"), one).id, 1).content
    assert content["composite"]["total"] == 79.17
    assert content["composite"]["parts"][0]["name"] == "满意度"
    assert content["figures"] == [{"count": 9, "metric": "csat", "name": "满意度", "unit": "percent", "value": 77.8}]
    assert content["answers"]["self"]["texts"]["proud"] == "写了几句"
    assert content["mark"]["value"] == 79.42  # 0.7 · 79.17 + 0.3 · 80
    assert content["form"]["version"] == 1
    assert content["form"]["spec"]["weights"]["customer"] == 70


def test_who_signs_signs_what_was_shown(floor, one):
    sha = released(floor, one)
    with pytest.raises(Conflict), transaction():
        freezing.sign(floor.actor("agent"), one, "0" * 64, read=True)
    with pytest.raises(Invalid), transaction():
        freezing.sign(floor.actor("agent"), one, sha, read=False)
    with pytest.raises(Forbidden), transaction():
        freezing.sign(floor.actor("hr"), one, sha, read=True)
    with pytest.raises(Invalid), transaction():
        freezing.sign(floor.actor("agent"), one, sha, read=True, password="wrong password")


def test_frozen_rows_can_not_be_changed(floor, one):
    signed(floor, one)
    row_id = reading.one(floor.actor("hr"), one).id
    for model in (AppraisalFreeze, AppraisalSignature):
        found = session().query(model).filter_by(appraisal_id=row_id).first()
        with transaction() as s:
            s.merge(found).version = 7
            with pytest.raises(AppendOnlyError):
                s.flush()
            s.rollback()


def test_calibration_sends_back_and_adjusts_with_a_reason(floor, one):
    assessed(floor, one)
    with pytest.raises(Invalid), transaction():
        acts.adjust(floor.actor("hr"), one, 90.0, "")
    with transaction():
        acts.adjust(floor.actor("hr"), one, 90.0, "两个大促都顶夜班")
    with transaction():
        freezing.release(floor.actor("hr"), one)
    content = paper(reading.one(floor.actor("hr"), one).id, 1).content
    assert content["mark"]["value"] == 90.0
    assert content["mark"]["adjusted"] == {"from": 79.42, "to": 90.0, "why": "两个大促都顶夜班"}


def test_sent_back_the_supervisor_writes_again(floor, one):
    assessed(floor, one)
    with transaction():
        acts.send_back(floor.actor("hr"), one, "没有例子，请补上")
    assert state(floor, one).state is State.SUPERVISOR
    told = session().query(Notice).filter_by(person_id=floor.lead.id)
    assert any("请补上" in str(each.sentence) for each in told)


def test_nobody_judges_themselves(floor):
    a_cycle(floor.actor("hr"), floor.lead)
    own = appraisal_of(floor.lead)
    with transaction():
        acts.save_self(floor.actor("lead"), own, *answers("self"), done=True)
    with pytest.raises(Forbidden), transaction():
        acts.save_supervisor(floor.actor("lead"), own, *answers("supervisor"), done=True)
    with transaction():
        acts.save_supervisor(floor.actor("manager"), own, *answers("supervisor"), done=True)
    assert state(floor, own).state is State.CALIBRATION


# frozen means frozen


def everything_shown(client, public_id):
    pages = [
        client.get(f"/reviews/{public_id}/versions/1").text,
        client.get(f"/reviews/{public_id}/print?version=1").text,
    ]
    called = client.get("/api/v1/appraisals?period=2026Q3").json["items"][0]
    return (
        client.get(f"/reviews/{public_id}/versions/1.json").data,
        called["sha256"],
        called["mark"],
        called["composite"],
        pages,
    )


def test_nothing_moves_a_signed_number_and_the_difference_stands_beside_it(floor, one, as_):
    sha = signed(floor, one)
    client = as_(floor.agent)
    before = everything_shown(client, one)
    assert "会是" not in client.get(f"/reviews/{one}").text
    a_figure(floor.agent, value=95.0, count=200)  # a later import
    a_composite(floor.agent, 80.07)  # a quiz corrected
    a_composite(floor.agent, 88.0, version=2)  # another formula
    with transaction():
        form = forms.form("quarterly")
        appraisal_forms.write_version(floor.actor("hr"), "quarterly", name="另一张表", spec=form.spec, why="试一试")
    session().expire_all()
    after = everything_shown(client, one)
    assert before == after
    assert sha_of(floor, one) == sha
    assert verified().broken == ()
    page = client.get(f"/reviews/{one}").text
    assert "按今天的数据综合评分会是 88.00（+8.83）；已封存的 79.17 不变。" in page
    assert "按今天的数据考核得分会是" in page
    assert "95.00" in page


def test_todays_data_is_counted_anew_though_the_quarters_composite_is_final(floor, as_):
    spec = Spec(parts=(PartSpec(source="kpi:csat", weight=100, shrinks=False),))
    with clock.frozen(datetime(2026, 6, 20, tzinfo=UTC)):
        a_formula(floor.actor("director"), QUARTER, spec)
    a_figure(floor.agent, value=79.2)
    computed(QUARTER, final=True)
    a_cycle(floor.actor("hr"), floor.agent)
    one = appraisal_of(floor.agent)
    signed(floor, one)
    client = as_(floor.agent)
    assert "会是" not in client.get(f"/reviews/{one}").text
    a_figure(floor.agent, value=80.1)
    computed(QUARTER)
    page = client.get(f"/reviews/{one}").text
    assert "按今天的数据综合评分会是 80.10（+0.90）；已封存的 79.20 不变。" in page
    with transaction():
        freezing.appeal(floor.actor("agent"), one, "满意度后来补了样本", "按现在的数据")
    with transaction():
        freezing.uphold(floor.actor("hr"), one, "补录的样本应当计入", Upheld(anew=True, mark=None))
    page = client.get(f"/reviews/{one}").text
    assert "会是" not in page
    assert "80.10" in page


def test_a_digest_counted_anew_finds_what_was_touched(floor, one, app):
    signed(floor, one)
    row = reading.one(floor.actor("hr"), one)
    with transaction() as s:
        s.get_one(AppraisalPaper, (row.id, 1)).content = json.dumps({"mark": 100})
    assert verified().broken == ((row.id, 1, "paper"),)
    answer = CliRunner().invoke(main, ["appraisals", "verify", "--json"], obj=app)
    assert answer.exit_code == 1
    assert json.loads(answer.output)["papers"] == 1


def test_erased_words_leave_the_digest(floor, one):
    signed(floor, one)
    row = reading.one(floor.actor("hr"), one)
    with transaction() as s:
        s.execute(sql("delete from appraisal_paper"))
    found = paper(row.id, 1)
    assert found.content is None
    assert found.whole
    assert verified().erased == 1
    assert verified().broken == ()


# appeals


def test_an_upheld_appeal_makes_version_two_and_version_one_stays(floor, one):
    appealed(floor, one)
    first = paper(reading.one(floor.actor("hr"), one).id, 1)
    a_composite(floor.agent, 80.07)
    with transaction():
        freezing.uphold(floor.actor("director"), one, "重新判分后多对一题", Upheld(anew=True, mark=None))
    assert (state(floor, one).state, state(floor, one).version) == (State.TO_SIGN, 2)
    sign_both(floor, one)
    both = papers(reading.one(floor.actor("hr"), one).id)
    assert [each.version for each in both] == [1, 2]
    assert (both[0].sha, both[0].written) == (first.sha, first.written)
    assert both[1].content["change"]["why"] == "重新判分后多对一题"
    assert (both[1].composite, both[1].mark) == (80.07, 80.05)
    assert verified().broken == ()


def test_a_rejected_appeal_says_why_and_changes_nothing(floor, one):
    appealed(floor, one)
    sha = sha_of(floor, one)
    with pytest.raises(Invalid), transaction():
        freezing.reject(floor.actor("hr"), one, "不")
    with transaction():
        freezing.reject(floor.actor("hr"), one, "样本修正的办法在公式里写明")
    assert state(floor, one).state is State.SIGNED
    assert sha_of(floor, one) == sha
    assert reading.appeals(reading.one(floor.actor("hr"), one).id)[0].answer == "样本修正的办法在公式里写明"


def test_an_appeal_that_changes_nothing_is_no_version(floor, one):
    appealed(floor, one)
    with pytest.raises(Invalid), transaction():
        freezing.uphold(floor.actor("hr"), one, "说得有道理", Upheld(anew=True, mark=None))


def test_after_its_days_there_is_no_appeal(floor, one):
    signed(floor, one)
    with clock.shifted(timedelta(days=8)), pytest.raises(Conflict), transaction():
        freezing.appeal(floor.actor("agent"), one, "满意度样本只有 9 个", "按全部会话重算")


def test_what_waits_is_said_to_each(floor, one):
    waits = lambda who: [str(each.sentence) for each in reading.waiting(floor.actor(who))]  # noqa: E731
    assert waits("agent") == ["写“三季度考核”的自评"]
    assert waits("lead") == []
    assert waits("hr") == []
    self_done(floor, one)
    assert waits("lead") == ["“三季度考核”有 1 人等您评价"]
    with transaction():
        acts.save_supervisor(floor.actor("lead"), one, *answers("supervisor"), done=True)
    assert waits("hr") == ["“三季度考核”有 1 份等校准"]
    with transaction():
        freezing.release(floor.actor("hr"), one)
    assert waits("agent") == ["看“三季度考核”并签字"]
    assert waits("lead") == ["“三季度考核”有 1 份等您签字"]
    sign_both(floor, one)
    assert waits("agent") == []
    assert waits("lead") == []
    with transaction():
        freezing.appeal(floor.actor("agent"), one, "满意度样本只有 9 个", "按全部会话重算")
    assert waits("director") == waits("hr") == ["陈予 对“三季度考核”的申诉等答复"]


# who sees what


def test_a_lead_sees_only_own_teams_and_a_mate_nothing(floor, one):
    for who in ("mate", "other_lead"):
        with pytest.raises(NotFound):
            reading.one(floor.actor(who), one)
    for who in ("agent", "lead", "manager", "hr", "director"):
        assert reading.one(floor.actor(who), one).name == "陈予"


def test_the_person_sees_the_supervisors_part_only_to_sign(floor, one, as_):
    self_done(floor, one)
    marks, texts = answers("supervisor")
    texts["better"] = "秘密的一句话"
    with transaction():
        acts.save_supervisor(floor.actor("lead"), one, marks, texts, done=True)
    client = as_(floor.agent)
    page = client.get(f"/reviews/{one}").text
    assert "秘密的一句话" not in page
    assert "考核得分" not in page
    assert client.get(f"/reviews/{one}/print").status_code == 404
    with transaction():
        freezing.release(floor.actor("hr"), one)
    assert "秘密的一句话" in client.get(f"/reviews/{one}").text


def test_a_draft_is_for_who_writes_it(floor, one, as_):
    marks, texts = answers("self")
    texts["proud"] = "还没想好的草稿"
    with transaction():
        acts.save_self(floor.actor("agent"), one, marks, texts, done=False)
    assert "还没想好的草稿" in as_(floor.agent).get(f"/reviews/{one}").text
    assert "还没想好的草稿" not in as_(floor.lead).get(f"/reviews/{one}").text


def test_who_takes_over_is_the_supervisor_from_then_on(floor, one):
    self_done(floor, one)
    with transaction():
        acts.save_supervisor(floor.actor("manager"), one, *answers("supervisor"), done=True)
    assert session().query(Appraisal).filter_by(public_id=one).one().supervisor_id == floor.manager.id
