"""The settings of reminders and templates, and how a person wants to be told."""

from datetime import timedelta

import pytest

from lms.core.access import Role
from lms.core.db import session, transaction
from lms.notifications import queries
from lms.notifications.jobs.reminders import remind
from lms.notifications.models import NoticePreference, NoticeTemplate
from lms.notifications.queries.plan import plan
from lms.notifications.reminder_forms import read_days
from lms.records.actions import append
from lms.records.events import Verb
from tests.support.make import a_person, a_team, sign_in
from tests.support.make_reminders import MONDAY, a_duty, at
from tests.support.pages import send

PLAN = {
    "before": "7、3，1",
    "on_day": "y",
    "after": "2 5",
    "escalates": "y",
    "escalate_after": "4",
    "send_at": "09:30",
    "quiet_from": "20:00",
    "quiet_until": "08:00",
    "digest_at": "17:00",
}


@pytest.fixture
def admin(client):
    person = a_person(Role.ADMIN)
    sign_in(client, person)
    return person


def save(client, path, **form):
    return send(client, path, **form)


def test_days_are_read_with_any_comma():
    assert read_days(" 7、3，1;2/4 ") == (7, 3, 1, 2, 4)
    assert read_days("") == ()
    for wrong in ("三", "7.5", "-1", "1000"):
        with pytest.raises(ValueError, match=wrong):
            read_days(wrong)


def test_the_plan_is_kept_as_it_was_written(client, admin):
    assert save(client, "/settings/reminders", **PLAN, do="save").status_code == 303
    kept = plan()
    assert (kept.before, kept.on_day, kept.after, kept.escalate_after) == ((7, 3, 1), True, (2, 5), 4)
    assert (kept.send_at, kept.hours.quiet_from, kept.hours.digest_at) == (570, 1200, 1020)
    assert admin.name in client.get("/settings/reminders").text


def test_a_plan_that_cannot_be_says_why_at_its_field_and_changes_nothing(client, admin):
    answer = save(client, "/settings/reminders", **{**PLAN, "send_at": "22:00", "before": "七天"}, do="save")
    assert answer.status_code == 422
    assert "请只写天数" in answer.text
    answer = save(client, "/settings/reminders", **{**PLAN, "send_at": "22:00"}, do="save")
    assert "这个时间在免打扰时段里" in answer.text
    assert plan().send_at == 540


def test_the_page_says_whom_the_plan_reaches_today_before_it_is_kept(client, admin):
    team = a_team()
    a_person(Role.LEAD, team=team)
    for days in (-5, 1, 2):
        a_duty(a_person(team=team), MONDAY + timedelta(days=days))
    with at(MONDAY, 8):
        assert "今天会提醒 3 人，抄送 1 位组长" in client.get("/settings/reminders").text
        answer = save(client, "/settings/reminders", **{**PLAN, "before": "1", "escalates": ""}, do="preview")
        assert "今天会提醒 2 人，抄送 0 位组长" in answer.text
        assert plan().before == (7, 3, 1)
    with at(MONDAY):
        remind()
        assert "已经提醒了 3 人，抄送了 1 位组长" in client.get("/settings/reminders").text


def template(name="notice", **more):
    return {
        "name": name,
        "subject_zh_CN": "{类别}",
        "body_zh_CN": "{内容}",
        "subject_en": "{topic}",
        "body_en": "{sentence}",
        **more,
    }


def test_a_template_is_previewed_kept_and_reset(client, admin):
    answer = save(client, "/settings/templates", **template(body_zh_CN="{姓名}，<b>看</b>：{内容}"), do="preview")
    assert "林小满，&lt;b&gt;看&lt;/b&gt;：《退货时效与运费》" in answer.text
    assert session().get(NoticeTemplate, ("notice", "zh_CN")) is None
    assert save(client, "/settings/templates", **template(body_zh_CN="{姓名}：{内容}"), do="save").status_code == 303
    assert session().get(NoticeTemplate, ("notice", "zh_CN")).body == "{姓名}：{内容}"
    assert session().get(NoticeTemplate, ("notice", "en")) is None
    save(client, "/settings/templates", name="notice", do="reset:zh_CN")
    session().expire_all()
    assert session().get(NoticeTemplate, ("notice", "zh_CN")) is None


def test_an_unknown_place_is_said_at_its_field_and_nothing_is_kept(client, admin):
    answer = save(client, "/settings/templates", **template(body_en="{sentense}", body_zh_CN="好"), do="save")
    assert answer.status_code == 422
    assert "没有 {sentense} 这一项，是不是 {sentence}？" in answer.text
    assert session().get(NoticeTemplate, ("notice", "zh_CN")) is None


def test_every_template_has_its_page_and_no_other(client, admin):
    for name in ("reminder", "late", "chase", "urgent", "digest", "notice"):
        assert "看起来是这样" in client.get(f"/settings/templates?name={name}").text
    assert client.get("/settings/templates?name=payroll").status_code == 404


def test_a_person_without_the_right_changes_neither(client):
    sign_in(client, a_person(Role.LEAD))
    assert client.get("/settings/reminders").status_code == client.get("/settings/templates").status_code == 403


def test_a_person_chooses_one_message_a_day(client):
    person = a_person()
    sign_in(client, person)
    assert save(client, "/me/notifications", digest="daily").status_code == 303
    assert session().get(NoticePreference, person.id).digest == "daily"
    page = client.get("/me/notifications").text
    assert "紧急通知关不掉" in page
    assert "一直有，关不掉" in page


def test_a_way_that_the_installation_has_not_stays_as_it_was_chosen(client):
    person = a_person(email="a@example.com")
    sign_in(client, person)
    with at(MONDAY):
        save(client, "/me/notifications", digest="each")
    assert queries.receivers([person.id])[person.id].off == frozenset()


def test_how_often_has_to_be_chosen(client):
    person = a_person()
    sign_in(client, person)
    assert save(client, "/me/notifications", digest="hourly").status_code == 422


def test_the_inbox_says_how_each_thing_of_a_reminder_stands_now(client):
    team = a_team()
    lead, person = a_person(Role.LEAD, team=team), a_person(team=team)
    done, _late = a_duty(person, MONDAY, title="退货时效"), a_duty(person, MONDAY - timedelta(days=4), title="价保申请")
    with at(MONDAY):
        remind()
        with transaction():
            append(None, person.id, Verb.COMPLETED, document_id=done.document_id, revision_id=None, source="test")
        sign_in(client, person)
        page = client.get("/inbox").text
        lines = page.partition('<ul class="reminded-of">')[2].partition("</ul>")[0]
        late, finished = lines.split("</li>")[:2]
        assert "价保申请" in late
        assert "已逾期 4 天" in late
        assert "退货时效" in finished
        assert "已完成" in finished
        sign_in(client, lead)
        assert "1 人里还有 1 人没学完" in client.get("/inbox").text


def test_a_page_of_reminders_costs_one_statement_more_than_one_without(client, statements):
    person = a_person()
    sign_in(client, person)

    def cost():
        client.get("/inbox")
        statements.clear()
        assert client.get("/inbox").status_code == 200
        return len(statements)

    without = cost()
    for days in range(3):
        a_duty(person, MONDAY + timedelta(days=days + 1))
        with at(MONDAY + timedelta(days=days)):
            remind()
    assert cost() == without + 1
