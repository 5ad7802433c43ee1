"""The pages of who leads: who can't go live, who is late and was asked, the team's week, how teams compare."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.accounts.events import GroupReached, GroupSaid
from lms.assignments.models import Chase
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.core.texts import text
from lms.learning.models import QueueRight, ServiceQueue
from lms.notifications.models import Notice
from lms.reports.leading import late as late_queries
from lms.reports.leading import teams as team_queries
from lms.reports.leading import today as floor_queries
from lms.reports.leading.late import LateFilter
from lms.reports.leading.rules import Average, Lack, Level, Owed, Worker, group_words, worst_first
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_duties import a_document, owes
from tests.support.make_leading import is_away, works_today
from tests.support.pages import send, token


@pytest.fixture
def floor(world):
    """Two teams below a root; all work today but one who is off."""
    with clock.frozen(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)):
        root = a_team("总部")
        red, blue = a_team("红组", root), a_team("蓝组", root)
        people = {
            "late": a_person(team=red, name="迟到"),
            "fine": a_person(team=red, name="没事"),
            "off": a_person(team=red, name="轮休"),
            "other": a_person(team=blue, name="别组"),
        }
        works_today(people["late"], people["fine"], people["other"])
        works_today(people["off"], working=False)
        course = a_document("course", "季度课")
        due = today() - timedelta(days=2)
        duties = {key: owes(people[key], course, (course, due, False)) for key in ("late", "off", "other")}
        yield {
            "root": root,
            "red": red,
            "course": course,
            "duties": duties,
            "lead": a_person(Role.LEAD, team=red, name="组长"),
            "boss": a_person(Role.LEAD, team=root, name="经理"),
            **people,
        }


def lacking(actor, **more):
    return [worker.name for worker in floor_queries.floor(actor, **more).lacking]


def a_worker(*lacks, no="1"):
    return Worker(person_id=1, employee_no=no, name="", team="", shift="", lacks=lacks)


def test_who_cant_go_live_comes_before_who_has_to_catch_up():
    behind = a_worker(Lack(level=Level.BEHIND, words=text("a"), days=30), no="2")
    blocked = a_worker(Lack(level=Level.BLOCKED, words=text("b")), no="3")
    assert worst_first([a_worker(), behind, blocked]) == [blocked, behind]


def test_nobody_is_named_to_the_group_unless_asked_for():
    owed = [Owed(title="课", late=1, unfinished=2, longest=3, names=("王一",))]
    assert "王一" not in "".join(map(str, group_words(owed, named=False)))
    assert "王一" in "".join(map(str, group_words(owed, named=True)))


def test_a_mean_of_four_results_is_called_few():
    assert Average(total=320, n=4).few
    assert not Average(total=400, n=5).few
    assert Average(total=0, n=0).mean is None


def test_only_who_works_today_is_on_the_list(floor):
    assert lacking(as_actor(floor["boss"])) == ["迟到", "别组"] or set(lacking(as_actor(floor["boss"]))) == {
        "迟到",
        "别组",
    }


def test_a_lead_sees_the_own_floor_only(floor):
    assert lacking(as_actor(floor["lead"])) == ["迟到"]


def test_who_is_on_leave_is_counted_apart(floor):
    is_away(floor["late"])
    found = floor_queries.floor(as_actor(floor["lead"]))
    assert (found.lacking, found.leave) == ([], 1)


def test_who_may_take_no_queue_cant_go_live_and_who_may_take_one_is_limited(floor):
    with transaction() as s:
        queues = [ServiceQueue(code=code, name=code) for code in ("退款", "VIP")]
        s.add_all(queues)
        s.flush()
        for person, allowed in ((floor["fine"], (False, False)), (floor["late"], (True, False))):
            for queue, may in zip(queues, allowed, strict=True):
                s.add(
                    QueueRight(
                        person_id=person.id,
                        queue_id=queue.id,
                        allowed=may,
                        since=clock.now(),
                        why={} if may else {"lacks": [floor["course"].id]},
                    )
                )
    found = {each.name: each for each in floor_queries.floor(as_actor(floor["lead"])).lacking}
    assert found["没事"].level is Level.BLOCKED
    assert found["迟到"].level is Level.LIMITED
    assert "缺《季度课》" in str(found["没事"].lacks[0].words)


def test_the_page_and_its_file_name_the_same_people(floor, client):
    sign_in(client, floor["boss"])
    assert "迟到" in client.get("/today").text
    rows = list(csv.reader(io.StringIO(client.get("/today?format=csv").get_data(as_text=True))))
    assert {row[1] for row in rows[1:]} == {"迟到", "别组"}


def test_late_are_those_past_their_day_whom_the_lead_sees(floor):
    names = [line.name for line in late_queries.lines(as_actor(floor["lead"]), LateFilter())]
    assert set(names) == {"迟到", "轮休"}


def test_a_duty_is_chased_once_a_day_whoever_asks(floor, client):
    one = floor["duties"]["late"].id
    for who in (floor["lead"], floor["lead"], floor["boss"]):
        sign_in(client, who)
        send(client, "/late", one=one)
    assert [row.made_by for row in session().scalars(select(Chase))] == [floor["lead"].id]
    assert len(session().scalars(select(Notice).where(Notice.person_id == floor["late"].id)).all()) == 1
    assert "今天" in client.get("/late").text


def test_the_next_day_it_may_be_chased_again(floor, client):
    sign_in(client, floor["lead"])
    one = floor["duties"]["late"].id
    send(client, "/late", one=one)
    with clock.frozen(clock.now() + timedelta(days=1)):
        send(client, "/late", one=one)
    assert len(session().scalars(select(Chase)).all()) == 2


def test_who_is_on_leave_is_left_in_peace(floor, client):
    is_away(floor["late"])
    sign_in(client, floor["lead"])
    page = send(client, "/late", one=floor["duties"]["late"].id)
    assert page.status_code == 303
    assert session().scalars(select(Chase)).all() == []


def test_a_lead_chases_nobody_of_another_team(floor, client):
    sign_in(client, floor["lead"])
    send(client, "/late", one=floor["duties"]["other"].id)
    send(client, "/late", do="send", duty=[floor["duties"]["other"].id])
    assert session().scalars(select(Chase)).all() == []


def test_many_are_shown_what_they_will_read_before_it_is_sent(floor, client):
    sign_in(client, floor["boss"])
    page = send(client, "/late", do="all")
    assert "已逾期 2 天" in page.text
    assert session().scalars(select(Chase)).all() == []
    send(client, "/late", do="send", whole="1")
    assert len(session().scalars(select(Chase)).all()) == 3


def test_names_stand_in_the_words_only_once_they_are_ticked(floor, client):
    sign_in(client, floor["lead"])
    area = client.get("/late").text.partition('id="said"')[2].partition("</textarea>")[0]
    named = client.get("/late?names=1").text.partition('id="said"')[2].partition("</textarea>")[0]
    assert "迟到" not in area
    assert "2 人逾期" in area
    assert "迟到" in named


def test_the_robot_says_names_only_where_they_were_ticked(floor, client, own_bus):
    said = []
    own_bus.subscribe(GroupSaid, said.append)
    own_bus.answer(GroupReached, lambda question: True)
    sign_in(client, floor["lead"])
    client.post("/late", data={"csrf_token": token(client, "/late"), "do": "group"})
    client.post("/late?names=1", data={"csrf_token": token(client, "/late"), "do": "group"})
    assert [fact.names for fact in said] == [False, True]
    assert "迟到" not in str(said[0].body)
    assert said[0].team_id == floor["red"].id


def test_a_week_shows_who_works_who_is_away_and_what_falls_due(floor, client):
    is_away(floor["fine"], first=today(), days=1)
    owes(floor["fine"], a_document("course", "本周的课"), (floor["course"], today() + timedelta(days=1), False))
    sign_in(client, floor["lead"])
    page = client.get("/week").text
    assert "红组" in page
    assert "假" in page
    rows = list(csv.reader(io.StringIO(client.get("/week?format=csv").get_data(as_text=True))))
    of = {row[1]: row for row in rows[1:]}
    assert of["没事"][3] == "假"
    assert of["没事"][10] == "1"


def test_teams_compare_by_what_was_due_in_the_period(floor):
    line = {
        each.name: each for each in team_queries.lines(as_actor(floor["boss"]), today() - timedelta(days=30), today())
    }
    assert (line["红组"].owed, line["红组"].done, line["红组"].late) == (2, 0, 2)
    assert set(line) == {"总部", "红组", "蓝组"}


def test_a_lead_compares_the_own_teams_only(floor, client):
    sign_in(client, floor["lead"])
    page = client.get("/compare").text
    assert "红组" in page
    assert "蓝组" not in page


@pytest.mark.parametrize("path", ["/today", "/late", "/week", "/compare"])
def test_the_statements_do_not_grow_with_the_people(floor, client, statements, path):
    sign_in(client, floor["boss"])
    client.get(path)
    statements.clear()
    client.get(path)
    before = len(statements)
    for _ in range(5):
        person = a_person(team=floor["red"])
        works_today(person)
        owes(person, floor["course"], (floor["course"], today() - timedelta(days=1), False))
    statements.clear()
    client.get(path)
    assert len(statements) <= before


@pytest.mark.parametrize("path", ["/today", "/late", "/week", "/compare"])
def test_an_agent_has_no_such_page(floor, client, path):
    sign_in(client, floor["fine"])
    assert client.get(path).status_code == 403
