"""The calendar address: a secret that gives one's own days and nobody's name, in a file that calendar programs take."""

from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar

from lms.accounts import actions as accounts
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.learning.models import LiveSession, Seat
from lms.learning.rules.feed import Entry, Owed, calendar_bytes, due_entries
from tests.support.make import a_person, an_actor, sign_in
from tests.support.make_duties import a_document, owes
from tests.support.pages import send

DAY = date(2026, 11, 23)
STAMP = datetime.fromisoformat("2026-11-01T00:00:00+00:00")
WORDS = {
    "one": "到期：%(title)s",
    "many": "到期：%(title)s（%(n)s 项）",
    "plain": "%(n)s 项",
    "link": "https://a.example/",
}


def owed(title, goal=1, due_on=DAY, goal_title="新人培训"):
    return Owed(goal=goal, goal_title=goal_title, title=title, due_on=due_on)


def file_of(*entries):
    return calendar_bytes(entries, name="客服学院", stamp=STAMP, host="a.example")


def address(client, **ticked):
    page = send(client, "/me/calendar", do="make", **ticked).text
    return page.split('readonly value="http://localhost')[1].split('"')[0]


def events(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.data).walk("VEVENT")


def test_a_line_ends_by_crlf_and_no_line_is_longer_than_75_bytes():
    body = file_of(Entry(uid="x", day=DAY, title="退货运费由谁承担" * 20, words="第一行\n第二行；逗号,"))
    lines = body.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in body.replace(b"\r\n", b"")


def test_a_due_day_is_an_event_of_the_whole_day_that_takes_no_time():
    (event,) = Calendar.from_ical(file_of(*due_entries([owed("退货规则")], titled=True, **WORDS))).walk("VEVENT")
    assert event.decoded("dtstart") == DAY
    assert event.decoded("dtend") == DAY + timedelta(days=1)
    assert (str(event["summary"]), str(event["transp"])) == ("到期：退货规则", "TRANSPARENT")


def test_items_of_one_plan_on_one_day_are_one_event():
    entries = due_entries([owed("一"), owed("二"), owed("三", goal=2, goal_title="四季度")], titled=True, **WORDS)
    assert [entry.title for entry in entries] == ["到期：新人培训（2 项）", "到期：三"]
    assert entries[0].words == "· 一\n· 二"


def test_without_titles_only_the_number_is_said():
    entries = due_entries([owed("秘密"), owed("一", goal=2)], titled=False, **WORDS)
    assert [(entry.title, entry.words) for entry in entries] == [("2 项", "")]


def test_the_same_days_are_the_same_bytes_and_the_same_names_for_ever():
    entries = due_entries([owed("一")], titled=True, **WORDS)
    assert file_of(*entries) == file_of(*entries)
    assert entries[0].uid == "due-1-20261123"


@pytest.fixture
def learner(world, client):
    person = a_person(name="许文静")
    course = a_document("course", "四季度全员培训")
    owes(person, course, (a_document(title="退货规则"), today() + timedelta(days=3), False))
    sign_in(client, person)
    return person


def test_the_address_gives_what_is_due_and_no_name_to_whoever_holds_it(learner, client, world):
    path = address(client, with_titles="1")
    body = world.test_client().get(path)
    assert body.content_type == "text/calendar; charset=utf-8"
    assert [str(event["summary"]) for event in events(world.test_client(), path)] == ["到期：退货规则"]
    assert "许文静" not in body.text
    assert learner.employee_no not in body.text


def test_asked_again_with_its_tag_nothing_is_sent(learner, client, world):
    path = address(client)
    first = world.test_client().get(path)
    again = world.test_client().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_new_address_ends_the_old_one_and_so_does_taking_it_back(learner, client, world):
    old, new = address(client), address(client)
    stranger = world.test_client()
    assert [stranger.get(old).status_code, stranger.get(new).status_code] == [404, 200]
    send(client, "/me/calendar", do="stop")
    assert stranger.get(new).status_code == 404


def test_who_has_left_has_no_calendar(learner, client, world):
    path, boss = address(client), an_actor(Role.ADMIN)
    with transaction():
        accounts.close(boss, learner.id, last_day=today())
    assert world.test_client().get(path).status_code == 404


def test_the_secret_is_nowhere_in_the_database(learner, client):
    token = address(client).removeprefix("/feed/").removesuffix(".ics")
    held = session().connection().exec_driver_sql("SELECT * FROM calendar_feed").all()
    assert token not in repr(held)


def test_a_live_session_stands_at_its_hours_with_its_place(learner, client, world):
    at = clock.now().replace(microsecond=0) + timedelta(days=2)
    with transaction() as s:
        live = LiveSession(
            title="投诉处理",
            kind="class",
            place="三楼培训室",
            starts_at=at,
            ends_at=at + timedelta(hours=2),
            made_at=at,
        )
        s.add(live)
        s.flush()
        s.add(Seat(session_id=live.id, person_id=learner.id, state="enrolled", asked_at=at))
    found = next(each for each in events(world.test_client(), address(client, with_titles="1")) if "location" in each)
    assert found.decoded("dtstart") == at
    assert (str(found["summary"]), str(found["location"])) == ("投诉处理", "三楼培训室")


def test_shifts_stand_in_it_only_when_asked_for_and_a_night_ends_in_the_morning(learner, client, world):
    boss = an_actor(Role.ADMIN)
    with transaction():
        accounts.set_shift(boss, "晚", name="晚班", starts=22 * 60, ends=6 * 60)
        owner = accounts.Owner(person_id=learner.id)
        accounts.set_pattern(boss, owner, weekdays=127, cycle=("晚",), from_on=today() - timedelta(days=30))
    assert not [each for each in events(world.test_client(), address(client)) if "上班" in str(each["summary"])]
    shifts = [
        each
        for each in events(world.test_client(), address(client, with_shifts="1"))
        if str(each["summary"]) == "上班 晚班"
    ]
    assert len(shifts) > 60
    assert shifts[0].decoded("dtend") - shifts[0].decoded("dtstart") == timedelta(hours=8)
