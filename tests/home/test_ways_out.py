"""The health section of the administrator says on which way out something failed or waits, and leads to its log."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import transaction
from lms.home.outgoing import ways_out
from lms.integrations.models import Webhook, WebhookCall
from lms.notifications.models import Delivery, Notice
from tests.support.make import a_person, sign_in

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


def ago(**time):
    return NOON - timedelta(**time)


def a_delivery(channel, state, *, at=NOON, due_at=NOON, tries=0):
    person = a_person()
    with transaction() as s:
        notice = Notice(person_id=person.id, topic="duty", sentence={}, dedup_key=f"k{person.id}", at=at)
        s.add(notice)
        s.flush()
        s.add(Delivery(notice_id=notice.id, channel=channel, state=state, at=at, due_at=due_at, tries=tries))


def an_address(name="工单系统", **values):
    with transaction() as s:
        webhook = Webhook(name=name, url="https://x.example.com", secret="s", made_at=NOON, **values)
        s.add(webhook)
        s.flush()
        return webhook.id, webhook.public_id


def a_call(webhook_id, state, number=1, *, at=NOON, due_at=NOON, tries=0):
    with transaction() as s:
        s.add(
            WebhookCall(
                webhook_id=webhook_id, fact_id=f"f{number}", fact="Ping", body="{}", state=state, at=at,
                due_at=due_at, tries=tries,
            )
        )  # fmt: skip


def found():
    return [(way.channel or way.name, way.dead, way.failing, way.minutes) for way in ways_out()]


def test_where_all_is_well_nothing_is_said(world):
    a_delivery("wecom", "sent", at=ago(days=1))
    a_delivery("mail", "waiting", due_at=NOON + timedelta(hours=20))
    webhook, _ = an_address()
    a_call(webhook, "sent")
    assert found() == []


def test_each_channel_says_what_is_dead_what_fails_and_how_long_the_oldest_waits(world):
    for _ in range(2):
        a_delivery("wecom", "dead", at=ago(days=1))
    a_delivery("wecom", "waiting", tries=2, due_at=NOON + timedelta(minutes=5))
    a_delivery("mail", "waiting", due_at=ago(minutes=12))
    a_delivery("mail", "waiting", due_at=ago(minutes=3))
    assert found() == [("mail", 0, 0, 12), ("wecom", 2, 1, 0)]


def test_what_died_longer_than_a_week_ago_is_counted_no_more(world):
    a_delivery("mail", "dead", at=ago(days=8))
    assert found() == []


def test_each_address_of_another_system_says_the_same(world):
    webhook, _ = an_address()
    a_call(webhook, "dead", 1)
    a_call(webhook, "waiting", 2, tries=3, due_at=ago(minutes=40))
    assert found() == [("工单系统", 1, 1, 40)]


def test_an_address_that_is_paused_waits_on_purpose(world):
    webhook, _ = an_address(active=False)
    a_call(webhook, "waiting", due_at=ago(days=2))
    assert found() == []


def test_the_administrator_is_led_to_the_log_with_exactly_these(client):
    a_delivery("wecom", "dead")
    webhook, name = an_address()
    a_call(webhook, "waiting", tries=1, due_at=ago(minutes=40))
    sign_in(client, a_person(Role.ADMIN))
    page = client.get("/").text
    assert "/settings/deliveries?channel=wecom&amp;state=dead" in page
    assert f"/settings/webhooks?webhook={name}&amp;state=waiting" in page
    assert "近 7 天没发成 1 条" in page
    assert "最早的一条晚了 40 分钟" in page


def test_nobody_else_reads_it(client):
    a_delivery("wecom", "dead")
    sign_in(client, a_person(Role.TRAINER))
    assert "/settings/deliveries" not in client.get("/").text


def test_it_costs_a_statement_for_each_kind_of_way(world, statements):
    a_delivery("wecom", "dead")
    statements.clear()
    ways_out()
    assert len(statements) == 3  # channels, addresses, platforms; a record store only where one is set
