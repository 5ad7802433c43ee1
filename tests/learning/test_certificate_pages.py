"""Pages of certificates and queues: own, on paper, verified by anybody, rules with what a change means, the matrix."""

import re
from datetime import date, timedelta
from io import BytesIO

import pypdfium2
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from lms.core import clock, optional
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.learning.actions import queues
from lms.learning.models import CertificatePlan, QueueOverride, QueueRight, ServiceQueue
from lms.learning.rules.certificates import code_shown
from lms.learning.views.certificates import ASKED
from lms.web import pdf
from tests.support.make import a_person, a_team, sign_in
from tests.support.make_certificates import a_plan, a_queue, completes, held_by, noon
from tests.support.make_duties import a_document
from tests.support.pages import send

DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def fresh_brake() -> None:
    ASKED.forget()


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def certified(name: str = "许文静", **plan):
    """A person with a certificate that was given today."""
    person = a_person(Role.AGENT, name=name)
    made = a_plan(name="退换货认证", **plan)
    completes(person, made.document_id)
    return person, held_by(person)[0], made


def test_one_sees_the_own_certificate_on_paper_with_its_code(world: APIFlask, client: FlaskClient):
    person, one, _ = certified()
    sign_in(client, person)
    assert "退换货认证" in page(client, "/certificates")
    paper = page(client, f"/certificates/{one.public_id}")
    assert code_shown(one.code) in paper
    assert "许文静" in paper
    assert 'src="data:image/svg+xml' in paper


def test_a_stranger_finds_no_certificate_of_somebody_else(world: APIFlask, client: FlaskClient):
    _, one, _ = certified()
    sign_in(client, a_person(Role.AGENT))
    page(client, f"/certificates/{one.public_id}", 404)
    page(client, f"/certificates/{one.public_id}/pdf", 404)


def test_the_pdf_holds_the_name_in_chinese_type(world: APIFlask, client: FlaskClient):
    if not pdf.available():
        pytest.skip("not run: the extra pdf is not installed")
    person, one, _ = certified()
    sign_in(client, person)
    answer = client.get(f"/certificates/{one.public_id}/pdf")
    assert answer.mimetype == "application/pdf"
    paper = pypdfium2.PdfDocument(BytesIO(answer.data))
    words = paper[0].get_textpage().get_text_range()
    assert len(paper) == 1
    assert all(each in words for each in ("许文静", "退换货认证", code_shown(one.code)))
    paper.close()


def test_a_name_is_never_read_as_markup(world: APIFlask):
    if not pdf.available():
        pytest.skip("not run: the extra pdf is not installed")
    hostile = '#read("/etc/passwd") $x$ *b* \\ "'
    made = pdf.render("#let given = json(bytes(sys.inputs.values))\n#given.name", {"name": hostile})
    paper = pypdfium2.PdfDocument(BytesIO(made))
    assert 'read("/etc/passwd")' in paper[0].get_textpage().get_text_range()
    paper.close()


@pytest.mark.parametrize(
    "source", ['#read("/etc/passwd")', '#read("../../etc/passwd")', '#import "@preview/cetz:0.3.1"']
)
def test_paper_reads_no_file_and_no_package(world: APIFlask, source: str):
    if not pdf.available():
        pytest.skip("not run: the extra pdf is not installed")
    with pytest.raises(Exception, match=r"(?i)not found|denied|root|failed|download|package"):
        pdf.render(source, {})


def test_without_the_extra_the_page_prints_from_the_browser(world: APIFlask, client: FlaskClient, monkeypatch):
    monkeypatch.setattr(optional, "typst", lambda: None)
    person, one, _ = certified()
    sign_in(client, person)
    paper = page(client, f"/certificates/{one.public_id}")
    assert "没有装 PDF 组件" in paper
    assert f"/certificates/{one.public_id}/pdf" not in paper
    assert client.get(f"/certificates/{one.public_id}/pdf").status_code == 302


def test_anybody_verifies_a_code_and_reads_the_surname_only(world: APIFlask, client: FlaskClient):
    _, one, _ = certified()
    for asked in (f"/verify/{code_shown(one.code)}", f"/verify?code={one.code.lower()}"):
        said = page(client, asked)
        assert "有效" in said
        assert "许＊＊" in said
        assert "文静" not in said
        assert "退换货认证" in said


def test_a_code_nobody_was_given_is_answered_with_the_same_page(world: APIFlask, client: FlaskClient, statements):
    _, one, _ = certified()
    page(client, "/verify")
    asked = []
    answers = []
    for code in (one.code, "AAAABBBBCCCC", "x' or 1=1 --"):
        statements.clear()
        answers.append(page(client, f"/verify?code={code}"))
        asked.append(len(statements))
    assert "没有这个编号" in answers[1]
    assert len(set(asked)) == 1
    form = re.compile(r"<dt>([^<]+)</dt>")
    assert len({tuple(form.findall(each)) for each in answers}) == 1


def test_a_code_that_is_over_or_was_taken_back_says_so(world: APIFlask, client: FlaskClient):
    person = a_person(Role.AGENT)
    plan = a_plan()
    completes(person, plan.document_id, today() - timedelta(days=400))
    code = held_by(person)[0].code
    assert "已过期" in page(client, f"/verify/{code}")
    sign_in(client, a_person(Role.TRAINER))
    path = f"/certificates/{held_by(person)[0].public_id}"
    assert send(client, f"{path}/revoke", path, reason="").status_code == 422
    assert send(client, f"{path}/revoke", path, reason="补考未过").status_code == 303
    assert "已撤销" in page(client, f"/verify/{code}")


def test_who_asks_too_often_is_asked_to_wait(world: APIFlask, client: FlaskClient):
    for _ in range(30):
        client.get("/verify/AAAABBBBCCCC")
    page(client, "/verify/AAAABBBBCCCC", 429)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        page(client, "/verify/AAAABBBBCCCC")


def test_a_trainer_makes_a_rule_and_gives_it_to_those_who_were_done_before(world: APIFlask, client: FlaskClient):
    document, person = a_document("quiz", title="退换货测验"), a_person(Role.AGENT)
    completes(person, document.id)
    sign_in(client, a_person(Role.TRAINER))
    made = send(
        client, "/certificates/rules", document=document.id, name="退换货认证", valid_days=365, renew_days=30,
        grace_days=7, refresher=0, active="y",
    )  # fmt: skip
    assert made.status_code == 303
    assert "给已完成的 1 人补发" in page(client, made.location)
    assert send(client, f"{made.location}/issue", made.location, since="done").status_code == 303
    assert len(held_by(person)) == 1
    page(client, made.location)
    assert "补发" not in page(client, made.location)


def test_a_change_says_first_what_it_means_for_those_who_hold_it(world: APIFlask, client: FlaskClient):
    _, _, plan = certified()
    sign_in(client, a_person(Role.TRAINER))
    path = f"/certificates/rules/{plan.public_id}"
    values = {
        "name": "退换货认证",
        "valid_days": 365,
        "renew_days": 364,
        "grace_days": 0,
        "refresher": 0,
        "active": "y",
    }
    said = send(client, path, **values)
    assert said.status_code == 200
    assert "现在有 1 人持证" in said.get_data(as_text=True)
    assert session().get_one(CertificatePlan, plan.id, populate_existing=True).renew_days == 30
    assert send(client, path, step="save", **values).status_code == 303
    assert session().get_one(CertificatePlan, plan.id, populate_existing=True).renew_days == 364


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [({"valid_days": 10, "renew_days": 10}, "要小于有效期"), ({"document": 0}, "选一份已发布"), ({"name": ""}, "")],
)
def test_a_rule_that_makes_no_sense_is_refused_where_it_is_wrong(world: APIFlask, client: FlaskClient, wrong, reason):
    document = a_document("quiz")
    sign_in(client, a_person(Role.TRAINER))
    values = {"document": document.id, "name": "认证", "valid_days": 365, "renew_days": 30, "grace_days": 0, **wrong}
    refused = send(client, "/certificates/rules", refresher=0, **values)
    assert refused.status_code == 422
    assert reason in refused.get_data(as_text=True)


def test_a_lead_sees_whose_certificate_of_the_own_team_ends_soon(world: APIFlask, client: FlaskClient):
    company = a_team()
    team, other = a_team(parent=company), a_team(parent=company)
    lead, own, far = (
        a_person(Role.LEAD, team=team),
        a_person(team=team, name="林小满"),
        a_person(team=other, name="周敏"),
    )
    plan = a_plan()
    for person in (own, far):
        completes(person, plan.document_id, today() - timedelta(days=350))
    sign_in(client, lead)
    shown = page(client, "/certificates/team")
    assert "林小满" in shown
    assert "周敏" not in shown
    assert "林小满" in client.get("/certificates/team?format=csv").get_data(as_text=True)
    assert "林小满" not in page(client, "/certificates/team?state=holds")


def test_the_page_of_a_person_shows_the_certificates(world: APIFlask, client: FlaskClient):
    person, one, _ = certified()
    sign_in(client, a_person(Role.HR, Role.TRAINER))
    shown = page(client, f"/people/{person.employee_no}")
    assert f"/certificates/{one.public_id}" in shown


def test_the_matrix_says_who_may_not_and_why(world: APIFlask, client: FlaskClient):
    team = a_team()
    lead, person = a_person(Role.LEAD, team=team), a_person(Role.AGENT, team=team, name="林小满")
    plan = a_plan(name="退换货认证")
    queue = a_queue(plan.document_id, code="REFUND", name="退款")
    ended = today() - timedelta(days=3)
    completes(person, plan.document_id, ended - timedelta(days=364))
    with transaction():
        queues.keep([person.id, lead.id])
    sign_in(client, lead)
    shown = page(client, "/queues")
    assert f"缺：退换货认证（{ended.month}月{ended.day}日到期）" in re.sub(r"\d+年", "", shown)
    assert "林小满" in page(client, "/queues?queue=REFUND")
    until = (today() + timedelta(days=2)).isoformat()
    sent = send(
        client, f"/queues/people/{person.employee_no}", queue=queue.id, allowed="yes", until_on=until, reason="陪同接待"
    )
    assert sent.status_code == 303
    assert session().get_one(QueueRight, (person.id, queue.id), populate_existing=True).allowed
    assert "陪同接待" in page(client, sent.location)
    word = session().query(QueueOverride).one()
    assert send(client, f"{sent.location}/end/{word.id}", sent.location).status_code == 303
    assert not session().get_one(QueueRight, (person.id, queue.id), populate_existing=True).allowed


def test_a_queue_is_made_and_everybody_s_right_with_it(world: APIFlask, client: FlaskClient):
    document, person = a_document(title="退换货测验"), a_person(Role.AGENT)
    completes(person, document.id)
    sign_in(client, a_person(Role.TRAINER))
    assert send(client, "/queues/new", code="VIP", name="会员", needs=document.id).status_code == 303
    queue = session().query(ServiceQueue).one()
    assert session().get_one(QueueRight, (person.id, queue.id)).allowed
    again = send(client, "/queues/new", code="VIP", name="会员", needs=document.id)
    assert again.status_code == 409
    other = a_document(title="会员礼仪")
    assert send(client, f"/queues/{queue.id}", name="会员", needs=[document.id, other.id]).status_code == 303
    assert not session().get_one(QueueRight, (person.id, queue.id), populate_existing=True).allowed


def test_the_api_tells_the_own_certificates(world: APIFlask, client: FlaskClient):
    person, one, _ = certified()
    sign_in(client, person)
    [item] = client.get("/api/v1/me/certificates").json["items"]
    assert (item["code"], item["valid"], item["valid_until"]) == (
        code_shown(one.code),
        True,
        one.valid_until.isoformat(),
    )
    assert item["document"].startswith("quiz:")


def test_the_api_tells_every_right_by_whole_people(world: APIFlask, client: FlaskClient):
    document = a_document()
    people = [a_person(Role.AGENT) for _ in range(3)]
    hr = a_person(Role.HR)
    for code in ("A", "B"):
        a_queue(document.id, code=code)
    completes(people[1], document.id)
    with transaction():
        queues.keep([person.id for person in [*people, hr]])
    sign_in(client, hr)
    found, after = [], ""
    while True:
        answer = client.get(f"/api/v1/queues/rights?limit=2&after={after}").json
        found += answer["items"]
        if answer["next"] is None:
            break
        after = answer["next"]
    assert {(item["employee_no"], item["queue"]) for item in found if item["allowed"]} == {
        (people[1].employee_no, "A"),
        (people[1].employee_no, "B"),
    }
    assert len(found) == 2 * 4
    assert all(item["lacks"][0].startswith("lesson:") for item in found if not item["allowed"])


def test_an_override_is_told_over_the_api_with_its_end(world: APIFlask, client: FlaskClient):
    team = a_team()
    lead, person = a_person(Role.LEAD, team=team), a_person(Role.AGENT, team=team)
    queue = a_queue(a_document().id, code="VIP")
    from_lead = lead
    sign_in(client, from_lead)
    until = (today() + timedelta(days=2)).isoformat()
    send(client, f"/queues/people/{person.employee_no}", queue=queue.id, allowed="yes", until_on=until, reason="缺人")
    items = client.get("/api/v1/queues/rights").json["items"]
    assert [
        (item["override_until"], item["allowed"]) for item in items if item["employee_no"] == person.employee_no
    ] == [(until, True)]


def test_own_pages_ask_the_database_a_dozen_times_at_most(world: APIFlask, client: FlaskClient, statements):
    person, one, plan = certified()
    a_queue(plan.document_id)
    with transaction():
        queues.keep([person.id])
    sign_in(client, person)
    for path in ("/certificates", f"/certificates/{one.public_id}"):
        statements.clear()
        page(client, path)
        assert len(statements) <= 12, (path, statements)


def test_paper_of_long_ago_stays_readable(world: APIFlask, client: FlaskClient):
    person = a_person(Role.AGENT)
    plan = a_plan(valid_days=None)
    with clock.frozen(noon(DAY)):
        completes(person, plan.document_id, DAY)
    sign_in(client, person)
    assert "长期有效" in page(client, f"/certificates/{held_by(person)[0].public_id}")
