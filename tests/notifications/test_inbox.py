"""The inbox: what somebody is told, once, until it is read."""

from datetime import timedelta

from lms.accounts.events import Settled, Told
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.core.texts import text
from lms.notifications import actions, queries
from lms.notifications.jobs import forget_read
from lms.notifications.models import Notice
from tests.support.make import a_person, an_actor, sign_in
from tests.support.make_urgent import an_urgent
from tests.support.pages import send


def told(*people, key="k1", words="有 3 题待复核", topic="review", link=("content.index", {})):
    with transaction():
        emit(Told(person_ids=tuple(p.id for p in people), topic=topic, sentence=text(words), link=link, key=key))


def unread_of(person):
    return len(queries.inbox(person.id, unread=True))


def test_the_same_thing_is_told_once(world):
    person = a_person()
    told(person)
    told(person)
    assert len(queries.inbox(person.id)) == unread_of(person) == 1


def test_who_has_left_is_told_nothing(world):
    person = a_person(active=False)
    told(person)
    assert queries.inbox(person.id) == []


def test_a_key_that_is_long_still_tells_people_apart(world):
    one, other = a_person(), a_person()
    told(one, other, key="x" * 400)
    assert unread_of(one) == unread_of(other) == 1


def test_the_newest_comes_first_and_older_ones_on_the_next_page(world):
    person = a_person()
    for number in range(5):
        told(person, key=f"k{number}")
    first = queries.inbox(person.id, limit=3)
    rest = queries.inbox(person.id, before=first[-1].id, limit=3)
    ids = [each.id for each in (*first, *rest)]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 5


def test_what_was_settled_elsewhere_is_read(world):
    one, other = a_person(), a_person()
    told(one, other)
    with transaction():
        emit(Settled(person_ids=(one.id,), key="k1"))
    assert (unread_of(one), unread_of(other)) == (0, 1)


def test_opening_a_notice_reads_it_and_goes_on_to_its_page(client):
    person = a_person(Role.TRAINER)
    sign_in(client, person)
    told(person)
    answer = send(client, f"/inbox/{queries.inbox(person.id)[0].id}", page="/inbox")
    assert (answer.status_code, answer.location) == (303, "/studio")
    assert unread_of(person) == 0


def test_a_notice_whose_page_is_no_more_leads_back_to_the_inbox(client):
    person = a_person()
    sign_in(client, person)
    told(person, link=("no.such_page", {}))
    assert send(client, f"/inbox/{queries.inbox(person.id)[0].id}", page="/inbox").location == "/inbox"


def test_somebody_elses_notice_is_not_found_and_stays_unread(client):
    person = a_person()
    told(person)
    sign_in(client, a_person())
    told(person, key="k2")
    answer = send(client, f"/inbox/{queries.inbox(person.id)[0].id}", page="/me")
    assert answer.status_code == 404
    assert unread_of(person) == 2


def test_all_are_read_by_one_button(client):
    person = a_person()
    sign_in(client, person)
    told(person, key="a")
    told(person, key="b")
    assert send(client, "/inbox/read", page="/inbox").location == "/inbox"
    assert unread_of(person) == 0


def test_looking_at_the_inbox_reads_nothing(client):
    person = a_person()
    sign_in(client, person)
    told(person, words="<b>注意</b>")
    page = client.get("/inbox").text
    assert "&lt;b&gt;注意" in page
    assert "<b>注意" not in page
    assert unread_of(person) == 1


def test_every_page_counts_what_is_unread(client):
    person = a_person()
    sign_in(client, person)
    assert 'aria-label="消息"' in client.get("/").text
    told(person)
    assert 'aria-label="消息，1 条未读"' in client.get("/kb").text


def test_the_bell_costs_no_statement_and_urgent_notices_one_however_many(client, statements):
    person = a_person()
    sign_in(client, person)
    client.get("/alerts")
    for number in range(5):
        told(person, key=f"k{number}")
    statements.clear()
    assert "5 条未读" in client.get("/alerts").text
    assert len(statements) == 1  # who asks
    trainer = an_actor(Role.TRAINER)
    for number in range(3):
        an_urgent(trainer, f"通知{number}")
    statements.clear()
    assert client.get("/alerts").text.count("data-urgent=") == 3
    assert len(statements) == 2


def test_read_notices_go_after_400_days_and_unread_ones_stay(world):
    person = an_actor()
    with clock.frozen(clock.now() - timedelta(days=401)):
        told(person, key="read")
        told(person, key="unread")
        with transaction():
            actions.read(person, [queries.inbox(person.id)[-1].id])
    told(person, key="today")
    assert forget_read() == 1
    assert {row.dedup_key.split(":")[0] for row in session().query(Notice)} == {"unread", "today"}


def test_the_api_lists_and_reads(client):
    person = a_person()
    sign_in(client, person)
    told(person, key="a")
    told(person, key="b")
    found = client.get("/api/v1/me/notices?limit=1").json
    assert found["unread"] == 2
    assert found["items"][0]["sentence"] == "有 3 题待复核"
    assert found["items"][0]["url"] == "/studio"
    csrf = client.get("/inbox").text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(
        "/api/v1/me/notices/read", json={"ids": [found["items"][0]["id"]]}, headers={"X-CSRFToken": csrf}
    )
    assert answer.json == {"read": 1}
    assert client.get("/api/v1/me/notices?unread=true").json["unread"] == 1
