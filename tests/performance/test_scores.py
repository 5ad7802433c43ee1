"""Composites in the database and on their pages: computed, kept, announced, frozen, seen by whom they may be."""

from datetime import UTC, datetime

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import AppendOnlyError, session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.facts import CompositeChanged, on
from lms.integrations.models import Webhook, WebhookCall
from lms.performance.actions import formulas, score_export
from lms.performance.jobs import scores as jobs
from lms.performance.models import CompositeSnapshot, Formula, FormulaReading
from lms.performance.queries import scores
from lms.performance.rules.formulas import PartSpec, Spec
from lms.performance.rules.periods import period
from tests.support.make import a_person, a_team, an_actor, as_actor, sign_in
from tests.support.make_kpis import figure
from tests.support.make_scores import a_formula, chen_yu, computed, figures_of
from tests.support.pages import token

SUMMER = datetime(2026, 6, 20, 4, tzinfo=UTC)
NOON = datetime(2026, 11, 16, 4, tzinfo=UTC)


@pytest.fixture
def firm(world):
    """A company: HR, a lead of a team with 陈予 and a mate, and another team."""

    class Firm:
        root = a_team("全公司")
        team = a_team("投诉纠纷组", parent=root)
        other = a_team("售前组", parent=root)
        hr_person = a_person(Role.HR, team=root, no="H1001")
        hr = as_actor(hr_person)
        lead = a_person(Role.LEAD, team=team, no="L1002")
        other_lead = a_person(Role.LEAD, team=other, no="L1003")
        trainer = a_person(Role.TRAINER, team=root, no="T1001")
        own = a_person(team=team, no="A1017", name="陈予")
        mate = a_person(team=team, no="A1018", name="许文静")

    return Firm


@pytest.fixture
def scored(firm):
    with clock.frozen(NOON):
        a_formula(firm.hr, "2026Q4")
        chen_yu(firm.hr, firm.own, firm.mate, "2026Q4")
        computed("2026Q4")
        yield firm


def send(client, path, data):
    """Post a form as the browser does, with the page's token."""
    return client.post(path, data={"csrf_token": token(client, "/me"), **data})


def snapshots(person):
    return session().query(CompositeSnapshot).filter_by(person_id=person.id).order_by(CompositeSnapshot.id).all()


def test_a_composite_is_kept_line_by_line(scored):
    found = scores.latest(scored.own.id, "2026Q4")
    assert (found.total, found.raw_total, found.version) == (79.17, 77.04, 1)
    assert [part.contribution for part in found.parts] == [25.47, 20.5, 15.0, 8.0, 10.2]
    assert scores.totals("2026Q4")[scored.own.id] == 79.17
    assert scores.of_period("2026Q4", [scored.mate.id])[scored.mate.id].total is not None


def test_only_who_changed_gets_a_new_row(scored):
    assert computed("2026Q4").changed == 0
    figure(scored.hr, scored.own.id, "fcr", "2026Q4", 90.0)
    assert computed("2026Q4").changed == 1
    assert [row.total for row in snapshots(scored.own)] == [79.17, 81.17]
    assert len(snapshots(scored.mate)) == 1


def test_a_snapshot_is_never_changed(scored):
    row = snapshots(scored.own)[0]
    with pytest.raises(AppendOnlyError), transaction():
        session().get(CompositeSnapshot, row.id).total = 99.0


def test_figures_that_come_in_are_computed_by_the_worker_one_row_a_quarter(scored):
    for month in ("2026-10", "2026-11"):
        figure(scored.hr, scored.mate.id, "reply_3min", month, 77.0, 40)
    jobs.compute_waiting()
    part = scores.latest(scored.mate.id, "2026Q4").parts[4]
    assert (part.raw, part.n) == (77.0, 80)
    assert jobs.compute_waiting() == 0


def test_frozen_means_frozen(scored):
    computed("2026Q4", final=True)
    figure(scored.hr, scored.own.id, "fcr", "2026Q4", 86.0)
    a_formula(scored.hr, "2026Q4", Spec(parts=(PartSpec(source="kpi:fcr", weight=100),)))
    done = computed("2026Q4")
    assert done.changed == 0
    assert done.kept == 2
    held = scores.latest(scored.own.id, "2026Q4")
    assert (held.total, held.final, held.version) == (79.17, True, 1)


def test_the_difference_is_shown_beside_a_final_score(scored, client):
    computed("2026Q4", final=True)
    figure(scored.hr, scored.own.id, "fcr", "2026Q4", 85.6)
    sign_in(client, scored.own)
    page = client.get("/scores/A1017/2026Q4").text
    assert "79.17" in page
    assert "80.07" in page
    assert "+0.90" in page


def test_without_a_formula_nothing_is_computed(firm):
    with pytest.raises(Conflict):
        computed("2026Q4")
    assert jobs.compute_running() == 0


# formulas


def test_who_confirmed_before_the_quarter_is_announced(firm):
    with clock.frozen(SUMMER):
        public_id = a_formula(firm.hr, "2026Q3")
        with transaction():
            formulas.confirm(as_actor(firm.own), public_id)
    with clock.frozen(datetime(2026, 8, 3, 4, tzinfo=UTC)):
        with transaction():
            formulas.confirm(as_actor(firm.mate), public_id)
        chen_yu(firm.hr, firm.own, firm.mate, "2026Q3")
        computed("2026Q3")
    found = scores.of_period("2026Q3")
    assert not found[firm.own.id].unannounced
    assert found[firm.mate.id].unannounced


def test_a_formula_asks_agents_and_nobody_else(firm):
    with clock.frozen(NOON):
        public_id = a_formula(firm.hr, "2027Q1")
        asked = {row.person_id for row in session().query(FormulaReading)}
        assert asked == {firm.own.id, firm.mate.id}
        with pytest.raises(NotFound), transaction():
            formulas.confirm(firm.hr, public_id)
        new = a_person(team=firm.team, hired_on=NOON.date())
        jobs.compute_running()
    assert session().query(FormulaReading).filter_by(person_id=new.id).count() == 1


def test_a_published_formula_stays_as_it_is(firm):
    with clock.frozen(NOON):
        public_id = a_formula(firm.hr, "2027Q1")
        with pytest.raises(Conflict), transaction():
            formulas.change(firm.hr, public_id, name="x", spec=Spec(parts=()), quarter=period("2027Q1"))
        with pytest.raises(Conflict), transaction():
            formulas.drop(firm.hr, public_id)


def test_a_quarter_that_is_over_gets_no_new_formula(firm):
    with clock.frozen(NOON), pytest.raises(Invalid):
        a_formula(firm.hr, "2026Q1")


def test_publishing_needs_a_reason(firm):
    with clock.frozen(NOON):
        public_id = a_formula(firm.hr, "2027Q1", publish=False)
        with pytest.raises(Invalid) as refused, transaction():
            formulas.publish(firm.hr, public_id, "  ")
    assert "reason" in refused.value.fields


# who hears of it


def test_the_host_and_other_systems_hear_of_each_change_once(app, firm):
    heard = []
    on(app, CompositeChanged, heard.append)
    with transaction() as s:
        s.add(Webhook(name="人事", url="https://hr.example.com", secret="s", facts=["CompositeChanged"], made_at=NOON))
    with clock.frozen(NOON):
        a_formula(firm.hr, "2026Q4")
        chen_yu(firm.hr, firm.own, firm.mate, "2026Q4")
        computed("2026Q4")
        computed("2026Q4")
    assert {(fact.person_id, fact.total) for fact in heard if fact.person_id == firm.own.id} == {(firm.own.id, 79.17)}
    calls = session().query(WebhookCall).all()
    assert len(calls) == 2
    assert any('"A1017"' in call.body and '"total":79.17' in call.body for call in calls)


def test_everybody_is_computed_at_once(firm):
    with clock.frozen(NOON):
        a_formula(firm.hr, "2026Q4")
        for number in range(30):
            figures_of(firm.hr, a_person(team=firm.team), "2026Q4", csat=(70.0 + number / 2, 20), fcr=80.0)
        done = computed("2026Q4")
    assert done.changed == 30


# pages


def test_a_page_explains_every_line(scored, client):
    sign_in(client, scored.lead)
    page = client.get("/scores/A1017/2026Q4").text
    for words in ("25.47", "20.50", "15.00", "8.00", "10.20", "79.17", "样本仅 9 条", "+7.1", "未公示"):
        assert words in page


def test_the_lead_sees_own_teams_and_others_find_nothing(scored, client):
    for person, status in ((scored.own, 200), (scored.lead, 200), (scored.hr_person, 200)):
        sign_in(client, person)
        assert client.get("/scores/A1017/2026Q4").status_code == status
        assert "A1017" in client.get("/scores?period=2026Q4").text
    for person in (scored.mate, scored.other_lead, scored.trainer):
        sign_in(client, person)
        assert client.get("/scores/A1017/2026Q4").status_code == 404
        assert "A1017" not in client.get("/scores?period=2026Q4").text


def test_the_table_goes_out_as_a_file(scored, client):
    sign_in(client, scored.hr_person)
    text = client.get("/scores?period=2026Q4&format=csv&sort=-total").get_data().decode("utf-8-sig")
    assert "79.17" in text
    assert client.get("/scores?period=2026Q4&format=xlsx").data[:2] == b"PK"


def test_a_simulation_shows_who_moves_and_saves_nothing(scored, client):
    sign_in(client, scored.hr_person)
    formula = session().query(Formula).one()
    before = session().query(Formula).count(), session().query(CompositeSnapshot).count()
    form = {
        "do": "try",
        "name": "新权重",
        "quarter": "2027Q1",
        "least_group": "5",
        "strength": "9",
        "source_0": "kpi:csat",
        "weight_0": "50",
        "mode_0": "as_is",
        "source_1": "kpi:fcr",
        "weight_1": "50",
        "mode_1": "as_is",
    }
    page = send(client, f"/formulas/{formula.public_id}/edit", form)
    assert page.status_code == 200
    assert "陈予" in page.text
    assert "+0.73" in page.text
    assert (session().query(Formula).count(), session().query(CompositeSnapshot).count()) == before


def test_wrong_input_is_told_at_once_and_nothing_is_lost(scored, client):
    sign_in(client, scored.hr_person)
    formula = session().query(Formula).one()
    form = {
        "do": "copy",
        "name": "",
        "quarter": "2027Q1",
        "least_group": "1",
        "strength": "9",
        "source_0": "kpi:csat",
        "weight_0": "70",
        "mode_0": "as_is",
    }
    page = send(client, f"/formulas/{formula.public_id}/edit", form)
    assert page.status_code == 422
    for words in ("80 字以内的名称", "现在是 70%", "2 到 1000", 'value="70"'):
        assert words in page.text
    assert session().query(Formula).count() == 1


JUNK = ["\x00", "9" * 4500, "9" * 40, "²", "-1", "1e999", "字" * 700, "2026-02-31", "２０２６Q４", "nan"]


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_junk_is_never_an_error_of_ours(scored, client, junk):
    sign_in(client, scored.hr_person)
    formula = session().query(Formula).one().public_id
    draft = a_formula(scored.hr, "2027Q1", publish=False)
    form = dict.fromkeys(
        ("weight_0", "floor_0", "target_0", "cap_0", "least_group", "strength", "quarter", "name"), junk
    )
    form |= {"source_0": junk, "mode_0": junk, "source_1": "kpi:csat", "weight_1": junk, "group": junk}
    seen = [
        send(client, f"/formulas/{each}/edit", {**form, "do": do}).status_code
        for each in (formula, draft)
        for do in ("try", "save", "copy", "row", junk)
    ]
    seen += [send(client, f"/formulas/{draft}/publish", {"reason": junk}).status_code]
    seen += [send(client, f"/formulas/{formula}/review", {"reason": junk, "verdict": junk}).status_code]
    seen += [send(client, "/formulas", {"from": junk}).status_code]
    seen += [send(client, "/scores", {"period": junk, "do": junk}).status_code]
    seen += [send(client, "/scores/export", {"active": junk}).status_code]
    seen += [client.get("/scores", query_string=dict.fromkeys(("period", "q", "team", "sort"), junk)).status_code]
    seen += [client.get("/api/v1/scores", query_string=dict.fromkeys(("period", "after", "limit"), junk)).status_code]
    seen += [client.get("/api/v1/scores", query_string={"after": junk}).status_code]
    seen += [client.get("/api/v1/agents/A1017/profile", query_string={"period": junk}).status_code]
    if "\x00" not in junk:
        seen += [client.get(f"/scores/{junk}/2026Q4").status_code, client.get(f"/scores/A1017/{junk}").status_code]
        seen += [client.get(f"/scores/export/{junk}").status_code, client.get(f"/formulas/{junk}").status_code]
    assert max(seen) < 500


def test_an_agent_confirms_by_the_button(firm, client):
    with clock.frozen(NOON):
        public_id = a_formula(firm.hr, "2027Q1")
        sign_in(client, firm.own)
        assert "已阅确认" in client.get(f"/formulas/{public_id}").text
        assert send(client, f"/formulas/{public_id}/confirm", {}).status_code == 303
        assert "您已于" in client.get(f"/formulas/{public_id}").text
        draft = a_formula(firm.hr, "2027Q1", publish=False)
        assert client.get(f"/formulas/{draft}").status_code == 404
        assert client.get("/formulas").text.count("第 2 版") == 0
        sign_in(client, firm.hr_person)
        assert "2 人中 1 人已确认" in client.get("/formulas").text


def test_a_review_is_noted_with_its_reason(scored, client):
    sign_in(client, scored.hr_person)
    formula = session().query(Formula).one().public_id
    assert "差距占比" in client.get(f"/formulas/{formula}/review").text
    assert send(client, f"/formulas/{formula}/review", {"verdict": "keep", "reason": ""}).status_code == 422
    made = send(client, f"/formulas/{formula}/review", {"verdict": "change", "reason": "质检人人 80，分不出高下。"})
    assert made.status_code == 303
    assert session().query(Formula).filter_by(state="draft").count() == 1
    assert "质检人人 80" in client.get(f"/formulas/{formula}").text


def test_both_languages_and_no_score_yet(firm, client):
    with clock.frozen(NOON):
        a_formula(firm.hr, "2027Q1")
        with transaction() as s:
            s.get(type(firm.hr_person), firm.hr_person.id).locale = "en"
        sign_in(client, firm.hr_person)
        for address in ("/scores", "/formulas", "/scores/A1017/2026Q4", "/scores/export"):
            page = client.get(address)
            assert page.status_code == 200
            assert 'lang="en' in page.text


# over the API and as files


def test_the_public_contract_of_a_profile(scored, client):
    sign_in(client, scored.own)
    found = client.get("/api/v1/agents/A1017/profile?period=2026Q4").json
    assert (found["composite"], found["raw"], found["unannounced"]) == (79.17, 77.04, True)
    csat = found["parts"][0]
    assert (csat["weight"], csat["value"], csat["normalised"], csat["n"], csat["contribution"]) == (
        30.0,
        77.8,
        84.9,
        9,
        25.47,
    )
    assert {"completions", "competencies", "kpis", "certificates"} <= set(found)
    listed = client.get("/api/v1/scores?period=2026Q4").json
    assert [each["employee_no"] for each in listed["items"]] == ["A1017"]
    sign_in(client, scored.hr_person)
    first = client.get("/api/v1/scores?period=2026Q4&limit=1").json
    assert client.get(f"/api/v1/scores?period=2026Q4&after={first['next']}").json["items"][0]["employee_no"] == "A1018"


def test_the_night_writes_a_file_once_where_it_is_switched_on(scored, client):
    assert jobs.export_night() == 0
    with transaction():
        score_export.switch(scored.hr, active=True)
    assert jobs.export_night() == 10
    assert jobs.export_night() == 0
    sign_in(client, scored.hr_person)
    page = client.get("/scores/export").text
    assert "composites-2026Q4-2026-11-16.csv" in page
    text = client.get("/scores/export/composites-2026Q4-2026-11-16.csv").get_data().decode("utf-8-sig")
    assert "A1017,2026Q4,79.17,77.04" in text
    sign_in(client, scored.lead)
    assert client.get("/scores/export").status_code == 403


def test_a_night_that_fails_tells_the_administrator(scored, client):
    an_actor(Role.ADMIN, team=scored.root)
    with transaction():
        score_export.switch(scored.hr, active=True)
    score_export.folder().parent.mkdir(parents=True, exist_ok=True)
    where = score_export.folder()
    if where.is_dir():
        for each in where.iterdir():
            each.unlink()
        where.rmdir()
    where.write_text("in the way")
    try:
        assert jobs.export_night() == 0
        sign_in(client, scored.hr_person)
        assert "没有写成" in client.get("/scores/export").text
    finally:
        where.unlink()
