"""What leaves the house: each notice once, on the way that its person has, whatever the other side does."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import update

from lms.accounts.models import ChatAccount, Person
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.notifications import actions
from lms.notifications.actions import deliveries
from lms.notifications.jobs import outgoing
from lms.notifications.models import NoticePreference
from tests.support.listening import Reply
from tests.support.make import a_person, an_actor
from tests.support.make_deliveries import knows, rows, states, tell
from tests.support.platforms import DingTalk, Feishu, Mailbox, Platform, WeCom, chosen, posting, running

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""Noon of a Monday in the installation's zone."""
NIGHT = NOON + timedelta(hours=11)


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


# which way


def test_without_a_way_out_nothing_is_put_on_its_way(world):
    tell(a_person(email="a@example.com"))
    assert rows() == []


def test_a_personal_message_comes_before_mail(world):
    with running(world, WeCom()), chosen(world, mail_url="smtp://127.0.0.1", mail_from="a@b.cn"):
        tell(knows(a_person(email="a@example.com")), a_person(email="b@example.com"), a_person())
        assert states() == [("wecom", "waiting"), ("mail", "waiting")]


def test_what_was_told_before_goes_out_no_second_time(world):
    person = knows(a_person())
    with running(world, WeCom()):
        tell(person)
        tell(person)
        assert len(rows()) == 1


def test_what_is_for_the_inbox_alone_stays_there(world):
    with running(world, WeCom()):
        tell(knows(a_person()), inbox_only=True)
    assert rows() == []


def test_a_way_that_is_switched_off_is_not_used_and_the_urgent_goes_on_every_way(world):
    person = knows(a_person(email="a@example.com"))
    with transaction() as s:
        s.add(NoticePreference(person_id=person.id, off=["wecom"]))
    with running(world, WeCom()), chosen(world, mail_url="smtp://127.0.0.1", mail_from="a@b.cn"):
        tell(person)
        assert states() == [("mail", "waiting")]
        other = knows(a_person(email="b@example.com"), user_id="li")
        tell(other, key="k2", urgent=True)
        assert states()[1:] == [("wecom", "waiting"), ("mail", "waiting")]


# what arrives


@pytest.mark.parametrize(
    ("platform", "name", "read"),
    [
        (WeCom, "wecom", lambda card: (card["title"], card["description"], card["url"])),
        (
            DingTalk,
            "dingtalk",
            lambda m: (m["oa"]["body"]["title"], m["oa"]["body"]["content"], m["oa"]["message_url"]),
        ),
        (
            Feishu,
            "feishu",
            lambda card: (
                card["header"]["title"]["content"],
                card["elements"][0]["text"]["content"],
                card["elements"][1]["actions"][0]["url"],
            ),
        ),
    ],
)
def test_each_platform_shows_the_sentence_and_leads_to_the_page_signed_in(world, platform, name, read):
    there = platform(people={"zhang": {}})
    with running(world, there):
        tell(knows(a_person(), name))
        assert outgoing.send_waiting() == 1
        assert outgoing.send_waiting() == 0
    [(user, card)] = there.told
    title, sentence, url = read(card)
    assert (user, title, sentence) == ("zhang", "学习任务", "《售后规则》11月25日到期。")
    assert url == f"https://academy.example.com/enter/{name}?next=%2Fkb%2Fafter-sales%2Frefund"
    assert states() == [(name, "sent")]


def test_each_reads_it_in_their_own_language(world):
    there = WeCom(people={"zhang": {}})
    with running(world, there):
        tell(knows(a_person(locale="en")), words="11月25日到期", topic="urgent")
        outgoing.send_waiting()
    assert "now" in there.told[0][1]["title"]


def test_markup_in_a_title_is_text_and_what_is_too_long_is_cut(world):
    there = WeCom(people={"zhang": {}})
    with running(world, there):
        tell(knows(a_person()), words="<a href=x>%(title)s</a>" + "长" * 900)
        outgoing.send_waiting()
    shown = there.told[0][1]["description"]
    assert "<" not in shown
    assert shown.endswith("…")


def test_the_token_is_fetched_once_and_anew_when_it_has_ended(world):
    there = WeCom(people={"zhang": {}})
    person = knows(a_person())
    with running(world, there):
        tell(person)
        tell(person, key="k2")
        outgoing.send_waiting()
        assert there.tokens == 1
        there.tokens = 7  # the platform has ended the one that we keep
        tell(person, key="k3")
        outgoing.send_waiting()
    assert (there.tokens, len(there.told)) == (8, 3)


# by phone


@pytest.mark.parametrize(("platform", "name"), [(WeCom, "wecom"), (DingTalk, "dingtalk"), (Feishu, "feishu")])
def test_who_somebody_is_there_is_found_by_phone_and_kept(world, platform, name):
    there = platform(people={"li": {}}, phones={"13800001111": "li"})
    person = a_person(phone="+86 138-0000-1111")
    with running(world, there) as listener:
        tell(person)
        tell(person, key="k2")
        outgoing.send_waiting()
        asked = sum("mobile" in (hit.body or b"").decode() for hit in listener.hits)
    assert [user for user, _ in there.told] == ["li", "li"]
    assert session().get(ChatAccount, (person.id, name)).user_id == "li"
    assert asked <= 2


def test_a_phone_that_the_platform_does_not_know_leads_to_mail_and_is_not_asked_again_for_a_week(world):
    there, box = WeCom(), Mailbox()
    person = a_person(phone="13800001111", email="a@example.com")
    with running(world, there) as listener, posting(world, box):
        tell(person)
        outgoing.send_waiting()
        tell(person, key="k2")
        outgoing.send_waiting()
        asked = [hit for hit in listener.hits if hit.path.endswith("getuserid")]
        assert (len(asked), len(box.letters)) == (1, 2)
        with clock.frozen(NOON + timedelta(days=8)):
            tell(person, key="k3")
            outgoing.send_waiting()
        assert sum(hit.path.endswith("getuserid") for hit in listener.hits) == 2


def test_one_account_of_a_platform_is_never_two_people(world):
    there = WeCom(people={"li": {}}, phones={"13800001111": "li"})
    knows(a_person(), user_id="li")
    with running(world, there):
        tell(a_person(phone="13800001111"))
        outgoing.send_waiting()
    assert there.told == []
    assert [(row.state, row.answer) for row in rows()] == [("dead", "taken")]


# what goes wrong


def failing(*first):
    return WeCom(people={"zhang": {}}, first=list(first))


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        (Reply(500), "http 500"),
        (Reply(302, headers={"Location": "http://127.0.0.1:1/"}), "http 302"),
        (Reply(200, b"<html>"), "unreadable"),
        (Reply(cut=True), "broken"),
        (Reply(body={"errcode": -1, "errmsg": "system busy"}), "busy -1 system busy"),
        (Reply(body={"errcode": 45009, "errmsg": "freq"}), "busy 45009 freq"),
        (Reply(body={"errcode": 60020, "errmsg": "not allow ip"}), "auth 60020 not allow ip"),
        (Reply(body={"errcode": 99, "errmsg": "odd"}), "code 99 odd"),
        (Reply(body={}), "code -2"),
    ],
)
def test_what_failed_is_tried_again_later_and_says_why(world, reply, word):
    there = failing(reply)
    with running(world, there):
        tell(knows(a_person()))
        assert outgoing.send_waiting() == 0
        [row] = rows()
        assert (row.state, row.tries, row.answer.strip()) == ("waiting", 1, word)
        assert row.due_at >= NOON + timedelta(minutes=1)
        with clock.frozen(NOON + timedelta(minutes=3)):
            assert outgoing.send_waiting() == 1
    assert len(there.told) == 1


def test_who_asks_to_wait_is_waited_for_by_everything_on_that_way(world):
    there = failing(Reply(429, headers={"Retry-After": "900"}))
    one, other = knows(a_person()), knows(a_person(), user_id="li")
    there.people["li"] = {}
    with running(world, there):
        tell(one, other)
        outgoing.send_waiting()
        with clock.frozen(NOON + timedelta(minutes=14)):
            assert outgoing.send_waiting() == 0
        with clock.frozen(NOON + timedelta(minutes=16)):
            assert outgoing.send_waiting() == 2
    assert [row.tries for row in rows()] == [2, 1]


def test_what_no_try_can_mend_is_dead_at_once_and_goes_by_mail(world):
    there, box = WeCom(), Mailbox()
    with running(world, there), posting(world, box):
        tell(knows(a_person(email="a@example.com")))
        outgoing.send_waiting()
    assert states() == [("wecom", "dead"), ("mail", "sent")]
    assert len(box.letters) == 1


def test_after_eight_tries_within_a_day_it_is_dead(world):
    there = failing(*[Reply(500)] * 20)
    with running(world, there):
        tell(knows(a_person()))
        at = NOON
        for _ in range(12):
            with clock.frozen(at):
                outgoing.send_waiting()
                [row] = rows()
                at = max(row.due_at, at + timedelta(minutes=2))
    assert (row.state, row.tries) == ("dead", 8)


def test_dead_ones_are_sent_again_by_hand(world):
    there = WeCom()
    admin = an_actor(Role.ADMIN)
    with running(world, there):
        tell(knows(a_person()))
        outgoing.send_waiting()
        assert states() == [("wecom", "dead")]
        there.people["zhang"] = {}
        with transaction():
            assert actions.resend(admin, [rows()[0].public_id]) == 1
        assert outgoing.send_waiting() == 1
        with transaction():
            assert actions.resend(admin, [rows()[0].public_id]) == 0
    assert len(there.told) == 1


# what is not sent after all


def test_what_was_read_or_settled_before_it_went_out_is_dropped(world):
    there = WeCom(people={"zhang": {}})
    person = knows(a_person())
    with running(world, there):
        tell(person)
        with transaction():
            actions.settle([person.id], "k1")
        outgoing.send_waiting()
    assert (states(), there.told) == ([("wecom", "dropped")], [])


def test_who_has_left_is_sent_nothing(world):
    there = WeCom(people={"zhang": {}})
    person = knows(a_person())
    with running(world, there):
        tell(person)
        with transaction() as s:
            s.execute(update(Person).where(Person.id == person.id).values(active=False))
        outgoing.send_waiting()
    assert (states(), there.told) == ([("wecom", "dropped")], [])


def test_what_could_not_go_out_for_three_days_is_news_to_nobody(world):
    there = WeCom(people={"zhang": {}})
    with running(world, there):
        tell(knows(a_person()))
        with clock.frozen(NOON + timedelta(days=4)):
            assert outgoing.send_waiting() == 0
    assert states() == [("wecom", "dropped")]


def test_in_quiet_hours_only_the_urgent_goes_out(world):
    there = WeCom(people={"zhang": {}})
    person = knows(a_person())
    with running(world, there):
        with clock.frozen(NIGHT):
            tell(person)
            tell(person, key="k2", urgent=True, words="停电", topic="urgent")
            assert outgoing.send_waiting() == 1
        assert "紧急" in there.told[0][1]["title"]
        with clock.frozen(NIGHT + timedelta(hours=10)):
            assert outgoing.send_waiting() == 1


def test_what_fails_into_the_night_waits_for_the_morning(world):
    there = failing(Reply(500))
    evening = NOON + timedelta(hours=8, minutes=59)
    with running(world, there):
        with clock.frozen(evening):
            tell(knows(a_person()))
            outgoing.send_waiting()
        with clock.frozen(evening + timedelta(minutes=30)):
            assert outgoing.send_waiting() == 0
        with clock.frozen(evening + timedelta(hours=12)):
            assert outgoing.send_waiting() == 1


def test_who_wants_one_message_a_day_gets_one_with_all(world):
    there = WeCom(people={"zhang": {}})
    person = knows(a_person())
    with transaction() as s:
        s.add(NoticePreference(person_id=person.id, digest="daily"))
    with running(world, there):
        for number in range(3):
            tell(person, key=f"k{number}")
        assert outgoing.send_waiting() == 0
        with clock.frozen(NOON + timedelta(hours=6)):
            assert outgoing.send_waiting() == 1
    [(_, card)] = there.told
    assert (card["title"], card["description"].count("- ")) == ("今天的 3 条消息", 3)
    assert {row.state for row in rows()} == {"sent"}


# rates


def test_a_way_lets_out_so_many_at_once_and_more_with_time(world):
    rate = deliveries.RATES["wecom"]
    there = WeCom(people={f"u{n}": {} for n in range(50)})
    with running(world, there):
        tell(*[knows(a_person(), user_id=f"u{n}") for n in range(rate.burst + 15)])
        assert outgoing.send_waiting() == rate.burst
        assert outgoing.send_waiting() == 0
        with clock.frozen(NOON + timedelta(seconds=1)):
            assert outgoing.send_waiting() == rate.per_second


# mail


def letter_of(box):
    return message_from_bytes(box.letters[-1].original_content, policy=policy.default)


def test_a_mail_says_it_in_text_and_html_and_can_be_recognised_and_stopped(world):
    box = Mailbox()
    with posting(world, box):
        tell(a_person(email="zhang@example.com", name="张三"))
        assert outgoing.send_waiting() == 1
    letter = letter_of(box)
    plain, html = letter.get_body(("plain",)).get_content(), letter.get_body(("html",)).get_content()
    assert letter["Subject"] == "学习任务 · 《售后规则》11月25日到期。"
    assert letter["Message-ID"] == f"<{rows()[0].public_id}@example.com>"
    assert letter["To"].addresses[0].addr_spec == "zhang@example.com"
    assert letter["List-Unsubscribe"].startswith("<https://academy.example.com/")
    assert "https://academy.example.com/kb/after-sales/refund" in plain
    assert 'href="https://academy.example.com/kb/after-sales/refund"' in html


@pytest.mark.parametrize("hostile", ["x\r\nBcc: all@example.com", "x\nSubject: y", 'a"b', "名字\x1b", "=?utf-8?q?x?="])
def test_no_name_or_title_adds_a_header(world, hostile):
    box = Mailbox()
    with posting(world, box):
        tell(a_person(email="zhang@example.com", name=hostile), words=f"{hostile}到期")
        outgoing.send_waiting()
    letter = letter_of(box)
    assert (letter["Bcc"], box.letters[0].rcpt_tos) == (None, ["zhang@example.com"])
    assert len(letter.get_all("Subject")) == 1


def test_html_in_a_sentence_is_text_in_a_mail(world):
    box = Mailbox()
    with posting(world, box):
        tell(a_person(email="zhang@example.com", name="<b>"), words="<script>alert(1)</script>")
        outgoing.send_waiting()
    assert "<script>" not in letter_of(box).get_body(("html",)).get_content()


@pytest.mark.parametrize(
    "wrong", ["zhang", "a@b", "@example.com", "a b@example.com", "a@example.com\r\nRCPT TO:<x@y.cn>"]
)
def test_an_address_that_is_none_is_dead_at_once(world, wrong):
    box = Mailbox()
    with posting(world, box):
        tell(a_person(email=wrong))
        outgoing.send_waiting()
    assert [(row.state, row.answer) for row in rows()] == [("dead", "recipient")]
    assert box.letters == []


@pytest.mark.parametrize(("said", "state"), [("550 no such user", "dead"), ("450 try later", "waiting")])
def test_what_a_mail_server_refuses_for_good_is_dead_and_what_for_now_is_tried_again(world, said, state):
    box = Mailbox(says=[said])
    with posting(world, box):
        tell(a_person(email="zhang@example.com"))
        outgoing.send_waiting()
        assert [(row.state, row.answer) for row in rows()] == [(state, f"recipient {said}")]


def test_a_wrong_password_of_the_mail_server_stops_the_way_and_is_said_without_it(world):
    box = Mailbox()
    with posting(world, box) as port, chosen(world, mail_url=f"smtp://me:canary@127.0.0.1:{port}"):
        tell(a_person(email="zhang@example.com"), a_person(email="li@example.com"))
        outgoing.send_waiting()
        assert [(row.tries, row.answer) for row in rows()] == [(1, "auth 535"), (0, "")]


def test_deliveries_are_kept_400_days(world):
    with running(world, WeCom()):
        tell(knows(a_person()))
    with clock.frozen(NOON + timedelta(days=399)):
        assert outgoing.forget_deliveries() == 0
    with clock.frozen(NOON + timedelta(days=401)):
        assert outgoing.forget_deliveries() == 1


def test_a_platform_fake_finds_what_is_not_documented():
    class Odd(Platform):
        def answer(self, request):
            raise KeyError("agentid")

    there = Odd()
    assert there(type("R", (), {"path": "/x", "method": "POST"})()).status == 400
    assert there.wrong
