"""Staff before a peak through the real app: plan, forecast, gap, training that is missing, what-if. On both databases."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.accounts.actions import note_leave
from lms.accounts.models import RosterPattern, Shift
from lms.assignments.models import Assignment
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Invalid, NotFound
from lms.core.here import today
from lms.core.sheets import csv_bytes
from lms.readiness.actions import staffing as acts
from lms.readiness.models import DailyVolume, StaffDay, StaffPlan
from lms.readiness.queries import staffing as reading
from lms.readiness.queries.supply import Proof
from lms.readiness.rules.need import Formula, Volume
from lms.readiness.rules.outlook import hours_on, outlook
from tests.support import make_certificates as certificates
from tests.support.make import LONG_AGO, a_person, a_team, an_actor, as_actor, sign_in
from tests.support.make_duties import a_document
from tests.support.make_learning import a_cohort, a_curriculum, a_lesson, owes
from tests.support.make_staffing import a_draft, a_staff_plan
from tests.support.pages import send as posted
from tests.support.pages import token

pytestmark = pytest.mark.usefixtures("world")

JUNK = ["", "\x00", "²", "-1", "1e999", "nan", "9" * 40, "9" * 4_500, "x" * 700, "\ud800"]


def send(client, path, fields, page="/me"):
    return posted(client, path, page, **fields)


def in_days(n: int):
    return today() + timedelta(days=n)


def looked(plan: StaffPlan, actor=None):
    row = reading.plan(actor or an_actor(Role.DIRECTOR), plan.public_id)
    supply = reading.supply_of(row)
    return outlook(row.wanted, supply)


def a_certified_team(certified: int, lapsed: int = 0, beginners: int = 0):
    """A team whose people hold a certificate, held one until a month ago, or never did; and the certificate."""
    team = a_team("客服中心")
    document = a_document("quiz")
    certificate = certificates.a_plan(document, valid_days=100)
    people = [a_person(Role.AGENT, team=team) for _ in range(certified + lapsed + beginners)]
    for place, person in enumerate(people[: certified + lapsed]):
        certificates.completes(person, document.id, in_days(-5 if place < certified else -130))
    return team, certificate, people


def by_certificate(certificate) -> dict:
    return {"skills": [(Proof(certificate_plan_id=certificate.id, queue_id=None), 100)]}


# --- who is needed, who is there


def test_a_peak_says_who_is_needed_certified_and_missing():
    team, certificate, _people = a_certified_team(6, lapsed=2, beginners=3)
    found = looked(a_staff_plan(team, 7_000, 14_800, present=8, **by_certificate(certificate)))
    assert [each.need.people for each in found.days] == [9, 17]
    assert (found.peak.day, found.peak.need.people, found.peak.certified, found.peak.gap) == (in_days(41), 17, 6, 11)
    assert (found.fill.again, found.fill.intakes, found.fill.recruit) == (2, (), 9)


def test_a_certificate_that_ends_meanwhile_is_no_certificate_on_that_day():
    team, certificate, _people = a_certified_team(2)
    found = looked(
        a_staff_plan(
            team, 6_200, 6_200, from_on=in_days(94), until_on=in_days(95), present=2, **by_certificate(certificate)
        )
    )
    assert [each.certified for each in found.days] == [2, 0]
    assert found.peak.gap == 0
    assert found.worse.gap == 2


def test_who_leaves_before_is_not_there():
    team, certificate, people = a_certified_team(3)
    with transaction():
        people[0].leaving_on = in_days(20)
    found = looked(a_staff_plan(team, 6_200, present=3, **by_certificate(certificate)))
    assert found.peak.certified == 2


def test_leads_and_offices_are_not_counted():
    team = a_team("客服中心")
    for role in (Role.LEAD, Role.HR, Role.DIRECTOR, Role.ADMIN, Role.QUALITY):
        a_person(role, team=team)
    a_person(Role.AGENT, team=team)
    assert looked(a_staff_plan(team, 6_200, present=1)).peak.certified == 1


def test_a_trainer_counts_where_certified_and_is_asked_for_nothing():
    team = a_team()
    document = a_document("quiz")
    queue = certificates.a_queue(document.id)
    ready, _other = (a_person(Role.AGENT, Role.TRAINER, team=team) for _ in range(2))
    certificates.completes(ready, document.id)
    plan = a_staff_plan(team, 6_200, present=3, skills=[(Proof(certificate_plan_id=None, queue_id=queue.id), 100)])
    found = looked(plan)
    assert (found.peak.certified, found.peak.gap, found.again) == (1, 2, ())


def test_a_queue_proves_by_what_it_asks_and_one_missing_item_is_training():
    team = a_team()
    first, second = a_document("quiz"), a_document("quiz")
    queue = certificates.a_queue(first.id, second.id)
    ready, nearly, far = (a_person(Role.AGENT, team=team) for _ in range(3))
    for person, documents in ((ready, (first, second)), (nearly, (first,)), (far, ())):
        for document in documents:
            certificates.completes(person, document.id)
    plan = a_staff_plan(team, 6_200, present=3, skills=[(Proof(certificate_plan_id=None, queue_id=queue.id), 100)])
    found = looked(plan)
    assert (found.peak.certified, found.peak.gap, found.fill.again) == (1, 2, 1)
    assert [(each.person_id, each.document_ids) for each in found.again] == [(nearly.id, {0: (second.id,)})]


def test_somebody_with_two_skills_is_placed_once():
    team, first, people = a_certified_team(2)
    document = a_document("quiz")
    second = certificates.a_plan(document)
    certificates.completes(people[0], document.id)
    skills = [
        (Proof(certificate_plan_id=first.id, queue_id=None), 50),
        (Proof(certificate_plan_id=second.id, queue_id=None), 50),
    ]
    peak = looked(a_staff_plan(team, 6_200, present=4, skills=skills)).peak
    assert peak.needs == (2, 2)
    assert peak.certified_by == (2, 1)
    assert peak.certified == 2
    assert peak.gap == 2


def test_intakes_in_training_are_ready_when_their_plan_ends():
    team, certificate, _people = a_certified_team(1, beginners=0)
    trainer = an_actor(Role.TRAINER)
    a_lesson(trainer, "l1")
    curriculum = a_curriculum(trainer, [("第一段", [("l1", 8)])], slug="plan")
    new = [a_person(Role.AGENT, team=team, hired_on=today()) for _ in range(2)]
    a_cohort(a_person(Role.TRAINER, team=a_team()), *new)
    for person in new:
        owes(trainer, curriculum, person)
    plan = a_staff_plan(
        team, 9_200, present=2, from_on=in_days(20), until_on=in_days(22), **by_certificate(certificate)
    )
    found = looked(plan)
    assert found.peak.gap == 4
    intake, count = found.fill.intakes[0]
    assert (count, found.fill.recruit) == (2, 2)
    assert intake.workdays >= 1


def test_on_duty_are_the_certified_who_work_by_hour_of_their_shift():
    team, certificate, people = a_certified_team(4)
    with transaction() as s:
        s.add_all(
            [Shift(code="早", name="早班", starts=480, ends=960), Shift(code="夜", name="夜班", starts=1320, ends=360)]
        )
        s.flush()
        s.add(RosterPattern(team_id=team.id, weekdays=127, shift="早", from_on=LONG_AGO))
        s.add(RosterPattern(person_id=people[1].id, weekdays=127, shift="夜", from_on=LONG_AGO))
    hr = an_actor(Role.HR)
    with transaction():
        note_leave(hr, people[2].id, from_on=in_days(40), until_on=in_days(40))
    row = reading.plan(
        an_actor(Role.DIRECTOR), a_staff_plan(team, 6_200, present=4, **by_certificate(certificate)).public_id
    )
    supply = reading.supply_of(row)
    peak = outlook(row.wanted, supply).peak
    assert (peak.certified, peak.on_duty) == (4, 3)
    hours = hours_on(supply, peak.day)
    assert (hours[7], hours[8], hours[15], hours[16], hours[23], hours[5]) == (0, 2, 2, 0, 1, 1)


def test_no_more_statements_for_many_days_and_people(statements):
    team, certificate, _people = a_certified_team(2)
    few = a_staff_plan(team, 6_200, present=2, **by_certificate(certificate))
    other, certificate, _people = a_certified_team(9)
    many = a_staff_plan(other, *[6_200] * 10, present=2, **by_certificate(certificate))
    actor, counts = an_actor(Role.DIRECTOR), []
    for plan in (few, many):
        session().expire_all()
        statements.clear()
        row = reading.plan(actor, plan.public_id)
        outlook(row.wanted, reading.supply_of(row))
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 22


# --- for whom


def test_a_lead_sees_the_plans_of_own_teams_and_the_next_one_at_home():
    root = a_team()
    own, other = a_team(parent=root), a_team(parent=root)
    lead = an_actor(Role.LEAD, team=own)
    later = a_staff_plan(own, 6_200, present=1, name="后一个", from_on=in_days(60), until_on=in_days(61))
    a_staff_plan(other, 9_000, name="别组")
    a_staff_plan(root, 9_000, name="全公司")
    assert [row.public_id for row in reading.plans(lead)] == [later.public_id]
    sooner = a_staff_plan(own, 7_200, present=1, name="先一个")
    a_staff_plan(own, name="没有预测", from_on=in_days(5), until_on=in_days(6))
    found = reading.next_gap(lead)
    assert (found.public_id, found.need, found.certified, found.gap) == (sooner.public_id, 2, 0, 2)
    with pytest.raises(NotFound):
        reading.plan(an_actor(Role.LEAD, team=other), later.public_id)
    assert reading.next_gap(an_actor(Role.AGENT)) is None
    assert reading.next_gap(an_actor(Role.ADMIN)) is None


# --- what can't be kept


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"until_on": 39}, "until_on"),
        ({"until_on": 400}, "until_on"),
        ({"from_on": 3_000, "until_on": 3_000}, "from_on"),
        ({"present": -1}, "present"),
        ({"base_orders": 10**9}, "base_orders"),
        ({"formula": Formula(handling=0)}, "handling"),
        ({"skills": [(Proof(certificate_plan_id=999_999, queue_id=None), 100)]}, "skills"),
        ({"campaign_id": 999_999}, "campaign"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_its_field(changes, field):
    team, director = a_team(), an_actor(Role.DIRECTOR)
    changes = {name: in_days(value) if name.endswith("_on") else value for name, value in changes.items()}
    with pytest.raises(Invalid) as refused, transaction():
        acts.make(director, a_draft(team.id, **changes))
    assert field in refused.value.fields


def test_shares_add_up_to_a_hundred():
    team, certificate, _people = a_certified_team(0)
    director, skill = an_actor(Role.DIRECTOR), Proof(certificate_plan_id=certificate.id, queue_id=None)
    for skills in ([(skill, 90)], [(skill, 50), (skill, 50)], [(skill, 0)]):
        with pytest.raises(Invalid) as refused, transaction():
            acts.make(director, a_draft(team.id, skills=skills))
        assert "skills" in refused.value.fields


# --- files of days


def a_file(*rows, heads=("日期", "订单量", "咨询量", "投诉量")) -> bytes:
    return csv_bytes(heads, rows)


def test_a_file_is_seen_before_it_is_taken_over(app):
    team = a_team()
    lead = a_person(Role.LEAD, team=team)
    plan = a_staff_plan(team, 6_200, actor=as_actor(lead))
    client = app.test_client()
    sign_in(client, lead)
    base = f"/staffing/{plan.public_id}"
    data = a_file(
        (in_days(40).isoformat(), "14,800", "5180", ""),
        (in_days(41).isoformat(), "9000.0", "", "3"),
        (in_days(10).isoformat(), "1", "", ""),
        (in_days(42).isoformat(), "很多", "", ""),
        ("昨天", "5", "", ""),
        (in_days(43).isoformat(), "", "", ""),
    )
    page = client.post(
        f"{base}/import",
        data={"csrf_token": token(client, base + "/import"), "what": "forecast", "file": (io.BytesIO(data), "d.csv")},
    ).text
    assert "2 天会改，0 天本来就是这样，1 天不在计划里，3 行不能导入" in page
    assert session().scalar(select(func.count()).select_from(StaffDay)) == 1
    key, digest = (page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("key", "digest"))
    fields = {"key": key, "digest": digest, "what": "forecast"}
    assert send(client, f"{base}/import/apply", {**fields, "what": "history"}).status_code == 409
    assert send(client, f"{base}/import/apply", fields).status_code == 303
    row = reading.plan(as_actor(lead), plan.public_id)
    assert row.volumes == {
        in_days(40): Volume(orders=14_800, contacts=5_180),
        in_days(41): Volume(orders=9_000, complaints=3),
    }
    assert send(client, f"{base}/import/apply", fields).status_code == 409


def test_history_makes_a_forecast_that_says_what_it_rests_on(app):
    team = a_team()
    director = a_person(Role.DIRECTOR, team=team)
    plan = a_staff_plan(team, actor=as_actor(director))
    with transaction():
        acts.write_days(
            session().get_one(StaffPlan, plan.id),
            {in_days(-n): Volume(orders=5_000, contacts=2_000) for n in range(1, 70)},
            acts.HISTORY,
        )
    assert session().scalar(select(func.count()).select_from(DailyVolume)) == 69
    client = app.test_client()
    sign_in(client, director)
    base = f"/staffing/{plan.public_id}/forecast"
    page = client.get(f"{base}?growth=20").text
    assert "6,000" in page
    assert "平均差 0.0%（MAPE）" in page
    assert "没有去年的数可比" in page
    digest = page.split('name="digest" value="')[1].split('"')[0]
    assert send(client, base, {"growth": "10", "digest": digest}).status_code == 409
    assert send(client, base, {"growth": "20", "digest": digest}).status_code == 303
    assert reading.plan(as_actor(director), plan.public_id).volumes[in_days(40)] == Volume(orders=6_000, contacts=2_400)
    for last_year in ("0001-01-01", "9999-12-31", "2026-02-31", in_days(40).isoformat()):
        assert client.get(base, query_string={"growth": "0", "last_year": last_year}).status_code == 422


# --- the training that is missing


def test_training_is_seen_by_name_given_once_and_asked_anew(app):
    team, certificate, people = a_certified_team(1, lapsed=2)
    lead = a_person(Role.LEAD, team=team)
    plan = a_staff_plan(team, 6_200, present=3, actor=as_actor(lead), **by_certificate(certificate))
    client = app.test_client()
    sign_in(client, lead)
    base = f"/staffing/{plan.public_id}/assign"
    page = client.get(base).text
    assert all(person.name in page for person in people[1:])
    assert people[0].name not in page
    digest = page.split('name="digest" value="')[1].split('"')[0]
    assert send(client, base, {"digest": "0" * 64}).status_code == 409
    assert send(client, base, {"digest": digest}).status_code == 303
    given = session().scalars(select(Assignment).where(Assignment.occasion == f"staffing:{plan.id}")).all()
    assert {each.person_id for each in given} == {people[1].id, people[2].id}
    assert {each.state for each in given} == {"open"}
    assert max(each.due_on for each in given) <= in_days(39)
    assert "都已经派过了" in client.get(base).text
    assert send(client, base, {"digest": digest}).status_code == 409
    certificates.completes(people[1], certificate.document_id)
    assert looked(plan).peak.certified == 2


def test_a_lead_gives_only_to_own_people():
    elsewhere = a_team(parent=a_team())
    team, certificate, _people = a_certified_team(0, lapsed=1)
    plan = a_staff_plan(team, 6_200, present=1, **by_certificate(certificate))
    row = reading.plan(an_actor(Role.DIRECTOR), plan.public_id)
    assert acts.training(an_actor(Role.LEAD, team=elsewhere), row).beyond == 1
    assert acts.training(an_actor(Role.TRAINER), row).beyond == 0


# --- pages


def test_pages_show_the_plan_and_a_what_if_keeps_nothing(app):
    team, certificate, _people = a_certified_team(3)
    director = a_person(Role.DIRECTOR, team=team)
    plan = a_staff_plan(team, 14_800, 7_000, present=4, **by_certificate(certificate))
    client = app.test_client()
    sign_in(client, director)
    base = f"/staffing/{plan.public_id}"
    page = client.get(base).text
    assert "6,200 → 14,800 单/日：在岗 4 人 + 9 人 = 13 人。每多 1,000 单加一人。" in page
    assert "招募或临时 10 人" in page
    assert "需 13 人，已认证 3 人" in client.get("/staffing").text
    tried = {
        "base_orders": 6200,
        "present": 4,
        "percent": 50,
        "way": "step",
        "per": 1000,
        "contacts_per_order": 0.3,
        "handling": 240,
    }
    tried |= {"concurrency": 3, "shrinkage": 25, "target": 80, "within": 20, "days_per_week": 5, "shift_hours": 8}
    tried["profile"] = " ".join(["1"] * 24)
    found = client.get(f"{base}/what-if", query_string=tried)
    assert found.status_code == 200
    assert "原来 13" in found.text
    assert ">20<" in found.text
    assert client.get(f"{base}/what-if", query_string={**tried, "way": "erlang"}).status_code == 200
    for name in tried:
        for junk in JUNK[1:]:
            status = client.get(f"{base}/what-if", query_string={**tried, name: junk.encode("utf-8", "surrogatepass")})
            assert status.status_code in (200, 400, 422), (name, junk[:10])
    assert client.get(base).text.count("14,800") == page.count("14,800")
    csv = client.get(f"{base}?format=csv")
    assert csv.text.count("\n") == 3


def test_junk_in_the_form_is_said_and_nothing_is_lost(app):
    team = a_team()
    director = a_person(Role.DIRECTOR, team=team)
    client = app.test_client()
    sign_in(client, director)
    fine = {
        "name": "年货节",
        "team": str(team.id),
        "from_on": in_days(40),
        "until_on": in_days(49),
        "base_orders": "6200",
    }
    fine |= {"present": "44", "way": "step", "per": "1000", "contacts_per_order": "0.35", "handling": "240"}
    fine |= {"concurrency": "3", "shrinkage": "25", "target": "80", "within": "20", "days_per_week": "5"}
    fine |= {"shift_hours": "8", "profile": " ".join(["1"] * 24)}
    for name in [*fine, "skill0", "share0", "campaign"]:
        if name == "name":
            continue
        for junk in [*JUNK[1:], "2026-02-31", "certificate:9"]:
            found = send(client, "/staffing/new", {**fine, name: junk.encode("utf-8", "surrogatepass")})
            assert found.status_code in (400, 422), (name, junk[:20])
    refused = send(client, "/staffing/new", {**fine, "present": "x"}).text
    assert 'value="年货节"' in refused
    assert send(client, "/staffing/new", fine).status_code == 303
    made = session().scalars(select(StaffPlan)).one()
    assert made.present == 44
    page = f"/staffing/{made.public_id}"
    assert send(client, f"{page}/edit", {**fine, "present": "45"}).status_code == 303
    assert client.get(page + "?day=" + "9" * 700).status_code == 200
    assert send(client, f"{page}/discard", {}).status_code == 303
    assert client.get(page).status_code == 404


def test_an_address_that_names_nothing_is_no_error(app):
    director = a_person(Role.DIRECTOR, Role.TRAINER, team=a_team())
    client = app.test_client()
    sign_in(client, director)
    for junk in ("%00", "%ED%A0%80", "9" * 4_500, "²", "x" * 700):
        for end in ("", "/what-if", "/edit", "/assign", "/import", "/forecast", "/discard"):
            assert client.get(f"/staffing/{junk}{end}").status_code in (400, 404, 414)


def test_a_file_that_is_none_is_refused(app):
    team = a_team()
    director = a_person(Role.DIRECTOR, team=team)
    plan = a_staff_plan(team, 6_200, actor=as_actor(director))
    client = app.test_client()
    sign_in(client, director)
    base = f"/staffing/{plan.public_id}/import"
    for data in (b"", b"\x00\x01", b"PK\x03\x04junk", "日期\n".encode(), "x" * 999):
        body = data if isinstance(data, bytes) else data.encode()
        answer = client.post(base, data={"csrf_token": token(client, base), "file": (io.BytesIO(body), "d.csv")})
        assert 400 <= answer.status_code < 500
    many = a_file(*[(junk, junk, junk, junk) for junk in ("9" * 4_500, "²", "-1", "1e999", "2026-02-31")])
    answer = client.post(base, data={"csrf_token": token(client, base), "file": (io.BytesIO(many), "d.csv")})
    assert "5 行不能导入" in answer.text
    assert client.get(base + "?template=1").status_code == 200
    assert send(client, base + "/apply", {"key": "\x00", "digest": "\x00"}).status_code in (400, 409)


def test_the_api_says_need_and_gap_by_day(app):
    team, certificate, _people = a_certified_team(3)
    director = a_person(Role.DIRECTOR, team=team)
    a_staff_plan(team, 14_800, 7_000, present=4, **by_certificate(certificate))
    a_staff_plan(team, name="还没有预测")
    client = app.test_client()
    sign_in(client, director)
    found = client.get("/api/v1/staffing").json
    assert found["next"] is None
    first, second = found["items"]
    assert (first["need"], first["certified"], first["gap"], len(first["days"])) == (13, 3, 10, 2)
    assert first["days"][1]["skills"][0]["need"] == 5
    assert (second["need"], second["days"]) == (None, [])


# --- a plan over several teams


def test_a_plan_over_several_teams_counts_all_of_them_once():
    root = a_team("客服中心")
    one, other, third = (a_team(name, root) for name in ("售前", "售后", "夜班"))
    for team, many in ((one, 2), (other, 3), (a_team("售后夜班", other), 1), (third, 4)):
        for _ in range(many):
            a_person(Role.AGENT, team=team)
    plan = a_staff_plan(one, 6_200, present=8, more_teams=[other.id, one.id])
    row = reading.plan(an_actor(Role.DIRECTOR), plan.public_id)
    assert (row.team, row.team_ids) == ("售前、售后", (one.id, other.id))
    assert (looked(plan).peak.certified, looked(plan).peak.gap) == (6, 2)
    director = an_actor(Role.DIRECTOR)
    with transaction():
        acts.change(director, plan.public_id, a_draft(root.id))
    assert looked(plan).peak.certified == 10


def test_only_who_leads_all_its_teams_sees_and_changes_it(app):
    root = a_team("客服中心")
    one, other = a_team("售前", root), a_team("售后", root)
    both, half = a_person(Role.LEAD, team=root), a_person(Role.LEAD, team=one)
    plan = a_staff_plan(one, 6_200, more_teams=[other.id])
    assert [row.public_id for row in reading.plans(as_actor(both))] == [plan.public_id]
    assert reading.plans(as_actor(half)) == []
    with pytest.raises(NotFound):
        acts.discard(as_actor(half), plan.public_id)
    client = app.test_client()
    sign_in(client, both)
    page = client.get(f"/staffing/{plan.public_id}/edit").text
    assert f'name="more_teams" value="{other.id}" checked' in page
    with transaction(), pytest.raises(Invalid) as refused:
        acts.make(as_actor(half), a_draft(one.id, more_teams=[other.id]))
    assert set(refused.value.fields) == {"more_teams"}


def test_history_of_several_teams_is_added_up_where_each_is_known_and_not_imported_there(app):
    one, other = a_team("售前"), a_team("售后")
    director = a_person(Role.DIRECTOR, team=one)
    for team, days in ((one, (1, 2)), (other, (2, 3))):
        alone = a_staff_plan(team, actor=as_actor(director))
        with transaction():
            volumes = {in_days(-day): Volume(orders=100 * day, contacts=day) for day in days}
            acts.write_days(alone, volumes, acts.HISTORY)
    plan = a_staff_plan(one, actor=as_actor(director), more_teams=[other.id])
    assert reading.history([one.id, other.id]) == {in_days(-2): Volume(orders=400, contacts=4)}
    client = app.test_client()
    sign_in(client, director)
    base = f"/staffing/{plan.public_id}/import"
    assert 'value="history"' not in client.get(base).text
    data = {"what": "history", "file": (io.BytesIO(a_file((in_days(-9).isoformat(), "5", "", ""))), "d.csv")}
    refused = client.post(base, data={"csrf_token": token(client, base), **data})
    assert refused.status_code == 422
    assert "请在各团队自己的计划里导入" in refused.text
