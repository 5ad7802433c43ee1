"""One act for many people: whom it concerns, and the page that shows them before it is done. On both databases."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.accounts.models import Person, SignInSlip
from lms.assignments import actions
from lms.assignments.models import Assignment, Exemption
from lms.assignments.queries import bulk as reading
from lms.assignments.queries.bulk import Wanted, concerned
from lms.core.access import Permission, Role
from lms.core.db import session, transaction
from lms.core.errors import Invalid
from lms.core.here import today
from lms.notifications.models import Notice
from tests.support.make import a_person, a_team, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, a_quiz_text, a_trainer, an_article_text
from tests.support.pages import send

pytestmark = pytest.mark.usefixtures("world")
MESSAGE = Permission.MESSAGE_SEND


def an_article(slug: str = "x"):
    return a_document(a_trainer(), an_article_text(), slug=f"peak/{slug}")


def given(document, *people, due_in: int = 3, occasion: str = "once"):
    ids, document_id = [person.id for person in people], document.id
    with transaction():
        actions.assign(None, ids, document_id, due_on=today() + timedelta(days=due_in), occasion=occasion)


def shown(page) -> str:
    """Return the digest of what the preview shows, "" where nothing can be done."""
    found = re.search(r'name="confirmed" value="([0-9a-f]+)"', page.text)
    return found[1] if found else ""


def done(client, **values):
    """Look, then press the button."""
    return send(client, "/bulk", do="apply", confirmed=shown(send(client, "/bulk", do="look", **values)), **values)


def states():
    session().expire_all()
    return sorted(session().scalars(select(Assignment.state)))


def names(found):
    return [each.name for each in found]


def test_a_team_means_the_teams_below_too():
    team = a_team()
    one, two = a_person(team=team, name="何家豪"), a_person(team=a_team(parent=team), name="邓佳")
    a_person(name="别人")
    found = concerned(an_actor(Role.TRAINER), Wanted(team_id=team.id), MESSAGE)
    assert names(found) == [one.name, two.name]


def test_by_a_duty_it_means_only_who_still_owes_it():
    team, article = a_team(), an_article()
    one, two = a_person(team=team, name="何家豪"), a_person(team=team, name="邓佳")
    given(article, one, two)
    with transaction() as s:
        s.scalars(select(Assignment).where(Assignment.person_id == two.id)).one().state = "done"
    wanted = Wanted(team_id=team.id, document="article:peak/x")
    assert names(concerned(an_actor(Role.TRAINER), wanted, MESSAGE)) == ["何家豪"]


def test_an_occasion_chooses_by_itself():
    one, two = a_person(name="何家豪"), a_person(name="邓佳")
    given(an_article(), one, occasion="campaign:7")
    given(an_article("y"), two)
    assert names(concerned(an_actor(Role.TRAINER), Wanted(occasion="campaign:7"), MESSAGE)) == ["何家豪"]


def test_a_lead_reaches_own_people_only():
    company = a_team()
    own = a_team(parent=company)
    lead = a_person(Role.LEAD, team=own, name="组长")
    a_person(team=own, name="何家豪")
    a_person(team=a_team(parent=company), name="别人")
    assert names(concerned(as_actor(lead), Wanted(team_id=company.id), MESSAGE)) == ["组长", "何家豪"]


def test_nobody_is_meant_by_accident():
    with pytest.raises(Invalid):
        concerned(an_actor(Role.TRAINER), Wanted(), MESSAGE)


def test_too_many_at_once_are_refused_with_the_number(monkeypatch):
    monkeypatch.setattr(reading, "MOST", 1)
    team = a_team()
    a_person(team=team)
    a_person(team=team)
    with pytest.raises(Invalid) as refused:
        concerned(an_actor(Role.TRAINER), Wanted(team_id=team.id), MESSAGE)
    assert refused.value.message.values["n"] == 2


def test_a_message_is_shown_by_name_before_it_is_sent_and_sent_once(client):
    team = a_team("夜班组")
    person = a_person(team=team, name="何家豪")
    sign_in(client, a_person(Role.TRAINER, name="苏岩"))
    values = {"act": "message", "team": team.id, "message": "明天 14:00 开会", "key": "k1"}
    shown = send(client, "/bulk", do="look", **values)
    assert "何家豪" in shown.text
    assert session().scalars(select(Notice)).all() == []
    for _ in range(2):
        assert done(client, **values).status_code == 303
    notices = session().scalars(select(Notice)).all()
    assert [notice.person_id for notice in notices] == [person.id]
    assert "明天 14:00 开会" in str(notices[0].sentence)


def test_people_who_have_changed_meanwhile_are_shown_again(client):
    team = a_team()
    a_person(team=team)
    sign_in(client, a_person(Role.TRAINER))
    answer = send(client, "/bulk", do="apply", confirmed="7", act="message", team=team.id, message="开会")
    assert answer.status_code == 200
    assert "名单刚刚变了" in answer.text
    assert session().scalars(select(Notice)).all() == []


def test_more_time_for_many_moves_what_falls_due_earlier(client):
    team, article = a_team(), an_article()
    one = a_person(team=team)
    given(article, one)
    sign_in(client, a_person(Role.TRAINER))
    to = today() + timedelta(days=30)
    values = {"act": "extend", "document": "article:peak/x", "to": to.isoformat(), "reason": "大促"}
    assert done(client, **values).status_code == 303
    session().expire_all()
    assert session().scalars(select(Assignment.next_due_on)).one() == to


def test_every_field_that_is_missing_is_named_at_once(client):
    sign_in(client, a_person(Role.TRAINER))
    answer = send(client, "/bulk", do="look", act="extend", team="")
    assert answer.status_code == 422
    for words in ("请选要延长的学习任务。", "请选今天或以后的日子。", "请写原因，学员和组长会看到。"):
        assert words in answer.text


def test_an_agent_writes_to_nobody(client):
    sign_in(client, a_person(Role.AGENT))
    assert client.get("/bulk").status_code == 403


EXEMPT = {"act": "exempt", "document": "article:peak/x", "category": "other", "reason": "调去仓库支援"}
CREDIT = {"act": "credit", "document": "article:peak/x", "reason": "在上一家公司学过"}


def test_many_are_exempt_until_a_day_with_the_reason(client):
    given(an_article(), a_person(), a_person())
    sign_in(client, a_person(Role.TRAINER))
    until = today() + timedelta(days=9)
    assert done(client, until_on=until.isoformat(), **EXEMPT).status_code == 303
    assert states() == ["exempt", "exempt"]
    assert {(one.reason, one.until_on) for one in session().scalars(select(Exemption))} == {("调去仓库支援", until)}


def test_what_many_have_learned_before_is_recognised(client):
    given(an_article(), a_person(), a_person())
    sign_in(client, a_person(Role.TRAINER))
    assert done(client, **CREDIT).status_code == 303
    assert states() == ["done", "done"]


@pytest.mark.parametrize("values", [EXEMPT, CREDIT], ids=["exempt", "credit"])
def test_one_who_can_not_be_concerned_and_it_is_done_to_nobody(client, values):
    one, two, article = a_person(name="何家豪"), a_person(name="邓佳"), an_article()
    given(article, one, two)
    with transaction() as s:
        s.scalars(select(Assignment).where(Assignment.person_id == two.id)).one().state = "done"
    lead = a_person(Role.TRAINER, name="苏岩")
    given(article, lead)
    sign_in(client, lead)
    page = send(client, "/bulk", do="look", **{**values, "unfinished": ""})
    assert ("已经完成" in page.text, "不能处理自己的" in page.text, shown(page)) == (True, True, "")
    assert send(client, "/bulk", do="apply", confirmed="x", **values).status_code == 409
    assert states() == ["done", "open", "open"]


def test_those_who_can_not_be_concerned_are_left_out_on_a_button(client):
    lead, one = a_person(Role.TRAINER), a_person(name="何家豪")
    given(an_article(), lead, one)
    sign_in(client, lead)
    page = send(client, "/bulk", do="without", **EXEMPT)
    assert f'value="{lead.employee_no}"' in page.text
    answer = send(client, "/bulk", do="apply", confirmed=shown(page), without=lead.employee_no, **EXEMPT)
    assert (answer.status_code, states()) == (303, ["exempt", "open"])


def test_a_must_read_is_never_recognised_for_somebody(client):
    given(an_article(), a_person(), occasion="read")
    sign_in(client, a_person(Role.TRAINER))
    page = send(client, "/bulk", do="look", **CREDIT)
    assert ("要本人确认" in page.text, shown(page)) == (True, "")


def test_more_time_leaves_alone_what_falls_due_later_and_says_so(client):
    article = an_article()
    given(article, a_person(name="何家豪"), due_in=3)
    given(article, a_person(name="邓佳"), due_in=60)
    sign_in(client, a_person(Role.TRAINER))
    to = (today() + timedelta(days=30)).isoformat()
    page = send(client, "/bulk", do="look", act="extend", document="article:peak/x", to=to, reason="大促")
    assert "1 人的截止日已经更晚" in page.text
    assert "确认，1 人" in page.text


def test_slips_for_many_are_printed_and_the_older_ones_are_void(client):
    team = a_team()
    people = [a_person(team=team, name=name) for name in ("何家豪", "邓佳")]
    sign_in(client, a_person(Role.TRAINER))
    page = send(client, "/bulk", do="look", act="reset", team=team.id)
    numbers = re.findall(r'name="person" value="([^"]+)"', page.text)
    assert numbers == [person.employee_no for person in people]
    for _ in range(2):
        printed = send(client, "/people/slips", page="/bulk", person=numbers)
        assert ("何家豪" in printed.text, "邓佳" in printed.text) == (True, True)
    slips = session().scalars(select(SignInSlip)).all()
    assert [slip.voided_at is None for slip in slips].count(True) == 2
    assert len(slips) == 4


def test_slips_only_for_who_has_never_signed_in(client):
    team = a_team()
    a_person(team=team, name="何家豪", password="something long")
    a_person(team=team, name="邓佳")
    sign_in(client, a_person(Role.TRAINER))
    page = send(client, "/bulk", do="look", act="reset", team=team.id, new="y")
    assert ("邓佳" in page.text, "何家豪" in page.text) == (True, False)


def test_a_slip_that_others_have_to_print_refuses_all_of_them(client):
    team = a_team()
    a_person(team=team, name="何家豪")
    boss = a_person(Role.HR, team=team, name="人事主管")
    a_person(Role.ADMIN, team=team, name="总监")
    sign_in(client, a_person(Role.TRAINER))
    page = send(client, "/bulk", do="look", act="reset", team=team.id)
    assert "只能由人事或管理员打印" in page.text
    numbers = list(session().scalars(select(Person.employee_no).where(Person.team_id == team.id)))
    answer = send(client, "/people/slips", page="/bulk", person=numbers)
    assert (answer.status_code, "一张也没有打印" in answer.text) == (422, True)
    assert all(f"{name} 的登录条只能由人事或管理员打印" in answer.text for name in ("人事主管", "总监"))
    assert boss.employee_no in numbers
    assert session().scalars(select(SignInSlip)).all() == []


def test_a_lead_prints_for_own_people_only(client):
    company = a_team()
    own = a_team(parent=company)
    stranger = a_person(team=a_team(parent=company))
    sign_in(client, a_person(Role.LEAD, team=own))
    assert send(client, "/people/slips", page="/bulk", person=[stranger.employee_no]).status_code == 404


def test_a_paper_again_is_arranged_on_the_page_of_makeups(client):
    person = a_person()
    given(a_document(a_trainer(), a_quiz_text(), kind="quiz", slug="peak/check"), person)
    sign_in(client, a_person(Role.TRAINER))
    answer = done(client, act="again", document="quiz:peak/check")
    assert answer.location == f"/exams/peak/check/makeups?person={person.employee_no}"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"act": "exempt"}, ("请选学习任务。", "请选豁免的类别。", "请写原因，学员和组长会看到。")),
        ({"act": "credit"}, ("请选学习任务。", "请写原因，学员和组长会看到。")),
        ({"act": "again"}, ("请选要再考一次的测验。",)),
    ],
)
def test_what_an_act_lacks_is_said_at_once(client, values, words):
    sign_in(client, a_person(Role.TRAINER))
    answer = send(client, "/bulk", do="look", **values)
    assert answer.status_code == 422
    assert all(word in answer.text for word in words)


def test_who_may_not_run_quizzes_is_not_offered_a_paper_again(client):
    sign_in(client, a_person(Role.HR))
    assert "act=again" not in client.get("/bulk").text
    assert send(client, "/bulk", do="look", act="again", document="").status_code == 403
    assert send(client, "/bulk", do="look", act="burn").status_code == 422
