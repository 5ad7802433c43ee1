"""Other systems are told of facts: signed, in order for each person, at least once, and never more than they asked."""

import hashlib
import hmac
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.core import clock
from lms.core.access import Role
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.core.errors import Invalid
from lms.integrations.actions import webhooks
from lms.integrations.jobs import forget_calls, send_facts
from lms.integrations.models import WebhookCall
from lms.integrations.rules.webhooks import sign
from lms.learning.events import CertificateIssued, QueueRightChanged
from tests.support.listening import Reply, listening
from tests.support.make import a_person, an_actor
from tests.support.platforms import chosen

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


def an_address(url, *facts):
    admin = an_actor(Role.ADMIN)
    with transaction():
        webhook, secret = webhooks.keep(admin, name="工单系统", url=url, facts=facts)
    return webhook.public_id, secret


def certified(person, code="C1"):
    with transaction():
        emit(CertificateIssued(person_id=person.id, document_id=0, code=code, valid_until=date(2027, 11, 23)))


def calls():
    found = session().scalars(select(WebhookCall).order_by(WebhookCall.id).execution_options(populate_existing=True))
    return [(call.fact, call.state, call.answer) for call in found]


def receiver(world, *replies):
    """Serve replies in turn, then 200."""
    waiting = list(replies)
    return listening(lambda _: waiting.pop(0) if waiting else Reply())


def test_a_fact_arrives_signed_with_public_names_alone(world):
    person = a_person(no="A77")
    with receiver(world) as there, chosen(world, outbound_private=frozenset({there.place})):
        _, secret = an_address(f"{there.url}/hook?x=1")
        certified(person)
        assert send_facts() == 1
    [hit] = there.hits
    body = json.loads(hit.body)
    assert body["fact"] == hit.headers["X-LMS-Fact"] == "CertificateIssued"
    assert body["person"] == {"id": person.public_id, "employee_no": "A77"}
    assert (body["code"], body["valid_until"], body["at"]) == ("C1", "2027-11-23", "2026-11-23T04:00:00.000Z")
    stamp, digest = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", hit.headers["X-LMS-Signature"]).groups()
    assert int(stamp) == NOON.timestamp()
    assert digest == hmac.new(secret.encode(), f"{stamp}.".encode() + hit.body, hashlib.sha256).hexdigest()


def test_the_sample_of_the_documentation_verifies_what_we_sign_and_nothing_else():
    page = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text("utf-8")
    sample = re.search(r"```python\n(.*?def genuine.*?)```", page, re.DOTALL)[1]
    names: dict = {}
    exec(sample, names)
    body = '{"fact":"Ping","名":"值"}'.encode()
    header = sign("s3cret", 1_000, body)
    assert names["genuine"]("s3cret", header, body, now=1_010)
    assert not names["genuine"]("s3cret", header, body + b" ", now=1_010)
    assert not names["genuine"]("other", header, body, now=1_010)
    assert not names["genuine"]("s3cret", header, body, now=2_000)
    assert not names["genuine"]("s3cret", "nonsense", body, now=1_010)


def test_an_address_hears_only_of_what_it_asked_for(world):
    person = a_person()
    with receiver(world) as there, chosen(world, outbound_private=frozenset({there.place})):
        an_address(there.url, "QueueRightChanged")
        certified(person)
        with transaction():
            emit(QueueRightChanged(person_id=person.id, queue="refund", allowed=False, since=NOON, lacks=("quiz:a",)))
        send_facts()
    [hit] = there.hits
    assert (hit.json["queue"], hit.json["allowed"], hit.json["lacks"]) == ("refund", False, ["quiz:a"])


def test_of_one_person_the_second_waits_for_the_first_and_others_do_not(world):
    one, other = a_person(no="A1"), a_person(no="A2")
    with receiver(world, Reply(500)) as there, chosen(world, outbound_private=frozenset({there.place})):
        an_address(there.url)
        for person, code in ((one, "C1"), (one, "C2"), (other, "C3")):
            certified(person, code)
        assert send_facts() == 0
        with clock.frozen(NOON + timedelta(seconds=31)):
            assert send_facts() == 3
    codes = [hit.json["code"] for hit in there.hits]
    assert codes.index("C1", 1) < codes.index("C2")
    assert codes[0] == "C1"


def test_an_address_that_fails_is_left_alone_for_a_while(world):
    people = [a_person() for _ in range(5)]
    with receiver(world, *[Reply(503)] * 9) as there, chosen(world, outbound_private=frozenset({there.place})):
        an_address(there.url)
        for person in people:
            certified(person)
        assert send_facts() == 0
        assert send_facts() == 0
    assert len(there.hits) == 1


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (Reply(404), "http 404"),
        (Reply(302, headers={"Location": "http://127.0.0.1:1/"}), "http 302"),
        (Reply(cut=True), "broken"),
        (Reply(429, headers={"Retry-After": "600"}), "busy 429"),
    ],
)
def test_what_was_not_taken_is_sent_again_with_the_same_bytes(world, reply, answer):
    with receiver(world, reply) as there, chosen(world, outbound_private=frozenset({there.place})):
        an_address(there.url)
        certified(a_person())
        send_facts()
        assert calls() == [("CertificateIssued", "waiting", answer)]
        with clock.frozen(NOON + timedelta(minutes=11)):
            assert send_facts() == 1
    assert there.hits[0].body == there.hits[1].body
    assert there.hits[0].headers["X-LMS-Delivery"] == there.hits[1].headers["X-LMS-Delivery"]


def test_after_its_last_try_a_call_is_dead_and_can_be_sent_again(world):
    admin = an_actor(Role.ADMIN)
    with receiver(world, *[Reply(500)] * 8) as there, chosen(world, outbound_private=frozenset({there.place})):
        public_id, _ = an_address(there.url)
        certified(a_person())
        at = NOON
        for _ in range(9):
            with clock.frozen(at):
                send_facts()
            at += timedelta(hours=13)
        assert [state for _, state, _ in calls()] == ["dead"]
        with clock.frozen(at):
            with transaction():
                assert webhooks.resend(admin, webhook_id=public_id) == 1
            assert send_facts() == 1


def test_a_private_address_is_not_called_unless_the_installation_allows_it(world):
    with receiver(world) as there:
        an_address(there.url)
        certified(a_person())
        send_facts()
    assert there.hits == []
    assert calls() == [("CertificateIssued", "waiting", "private")]


def test_a_test_is_sent_as_facts_are(world):
    with receiver(world) as there, chosen(world, outbound_private=frozenset({there.place})):
        public_id, _ = an_address(there.url, "QuizGraded")
        admin = an_actor(Role.ADMIN)
        with transaction():
            webhooks.ping(admin, public_id)
        assert send_facts() == 1
    assert there.hits[0].json["fact"] == "Ping"


@pytest.mark.parametrize("url", ["ftp://x.cn/", "x", "https://u:p@x.cn/", "", "javascript:alert(1)"])
def test_what_is_no_address_is_not_kept(world, url):
    with pytest.raises(Invalid):
        an_address(url)


def test_what_was_sent_is_kept_thirty_days(world):
    with receiver(world) as there, chosen(world, outbound_private=frozenset({there.place})):
        an_address(there.url)
        certified(a_person())
        send_facts()
    with clock.frozen(NOON + timedelta(days=31)):
        assert forget_calls() == 1
