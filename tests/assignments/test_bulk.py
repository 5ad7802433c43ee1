"""One act for many people: whom it concerns, and the page that shows them before it is done. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.assignments import actions
from lms.assignments.models import Assignment
from lms.assignments.queries import bulk as reading
from lms.assignments.queries.bulk import Wanted, concerned
from lms.core.access import Permission, Role
from lms.core.db import session, transaction
from lms.core.errors import Invalid
from lms.core.here import today
from lms.notifications.models import Notice
from tests.support.make import a_person, a_team, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text
from tests.support.pages import send

pytestmark = pytest.mark.usefixtures("world")
MESSAGE = Permission.MESSAGE_SEND


def an_article(slug: str = "x"):
    return a_document(a_trainer(), an_article_text(), slug=f"peak/{slug}")


def given(document, *people, due_in: int = 3, occasion: str = "once"):
    ids, document_id = [person.id for person in people], document.id
    with transaction():
        actions.assign(None, ids, document_id, due_on=today() + timedelta(days=due_in), occasion=occasion)


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
        assert send(client, "/bulk", do="apply", confirmed="1", **values).status_code == 303
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
    assert send(client, "/bulk", do="apply", confirmed="1", **values).status_code == 303
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
