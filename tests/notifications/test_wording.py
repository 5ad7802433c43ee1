"""How messages read: places are filled once, unknown ones are named, the administrator's words win."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from lms.accounts.events import Told
from lms.assignments.models import Assignment
from lms.core.access import Role
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.core.errors import Invalid, NotFound
from lms.core.texts import text
from lms.notifications import queries
from lms.notifications.actions.templates import change_template, reset_template
from lms.notifications.jobs.reminders import remind
from lms.notifications.queries.wording import LANGUAGES, digest_of, overridden, sample, shipped, worded
from lms.notifications.rules.wording import KINDS, Template, checked, fill, kind_for
from tests.support.make import a_person, a_team, an_actor
from tests.support.make_reminders import MONDAY, a_duty, at


def address(endpoint, values):
    return f"https://lms.example/{endpoint}" + "".join(f"/{value}" for value in values.values())


def refused(name, subject="好", body="好"):
    with pytest.raises(Invalid) as found:
        checked(KINDS[name], subject, body)
    return {field: str(reason) for field, reason in found.value.fields.items()}


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("name", KINDS)
def test_every_shipped_template_may_be_kept_as_it_is(name, locale):
    template = shipped(name, locale)
    assert checked(KINDS[name], template.subject, template.body) == template
    assert {"reminder", "late", "chase", "urgent", "digest", "notice"} == set(KINDS)


def test_a_place_has_two_names_in_either_language():
    assert fill(Template(subject="{姓名}", body="{name} { Name }"), {"name": "周敏"}).body == "周敏 周敏"


@given(st.text())
def test_what_is_filled_in_is_never_filled_itself(title):
    body = fill(Template(subject="x", body="<{内容}>"), {"sentence": title, "name": "周敏"}).body
    assert "周敏" not in body or "周敏" in title


def test_a_subject_is_one_line_whatever_is_filled_in():
    assert fill(Template(subject="{内容}", body="x"), {"sentence": "一\r\nBcc: x@y"}).subject == "一 Bcc: x@y"


def test_an_unknown_place_is_named_with_its_line_and_the_nearest_word():
    assert refused("reminder", body="{姓名}\n{清但}") == {"body": "第 2 行：没有 {清但} 这一项，是不是 {清单}？"}
    assert refused("notice", body="{工资条目}") == {"body": "第 1 行：没有 {工资条目} 这一项，可以用的列在旁边。"}
    assert refused("notice", body="{list}")["body"].startswith("第 1 行：没有 {list}")


def test_a_brace_alone_an_empty_text_and_one_too_long_are_refused():
    assert refused("notice", body="{姓名") == {"body": "第 1 行：花括号没有成对。"}
    assert set(refused("notice", subject=" ", body="x" * 4001)) == {"subject", "body"}


def test_a_topic_without_a_template_of_its_own_uses_the_general_one():
    assert (kind_for("reminder").name, kind_for("certificate").name) == ("reminder", "notice")


def test_a_reminder_lists_what_is_open_still_in_the_language_of_its_person(world):
    person = a_person(name="Anna", locale="en")
    one = a_duty(person, MONDAY, title="退货时效")
    a_duty(person, MONDAY - timedelta(days=1), title="价保申请")
    with at(MONDAY):
        remind()
        notice = queries.inbox(person.id)[0].id
        assert worded([notice], address)[notice].body == ("- “价保申请” was due on 6 Dec\n- “退货时效” is due on 7 Dec")
        with transaction() as s:
            s.execute(update(Assignment).where(Assignment.id == one.id).values(state="done"))
        assert "退货时效" not in worded([notice], address)[notice].body


def test_a_lead_reads_who_is_late_with_what(world):
    team = a_team()
    lead = a_person(Role.LEAD, team=team, name="组长")
    for name in ("周敏", "陈予"):
        a_duty(a_person(team=team, name=name), MONDAY - timedelta(days=5))
    with at(MONDAY):
        remind()
        notice = queries.inbox(lead.id)[0].id
        said = worded([notice], address)[notice]
    assert said.subject == "您团队有 2 人逾期"
    assert "- 周敏：《退货时效》12月2日已到期\n- 陈予：《退货时效》12月2日已到期" in said.body


def test_a_digest_says_everything_of_the_day_in_one_message(world):
    person = a_person()
    with transaction():
        for number in range(25):
            emit(Told(person_ids=(person.id,), topic="review", sentence=text("有 3 题待复核"), key=f"k{number}"))
    said = digest_of([told.id for told in queries.inbox(person.id)], address)
    assert said.subject == "今天的 25 条消息"
    assert said.body.count("- ") == 21
    assert "- 还有 5 项" in said.body
    assert digest_of([], address) is None


def test_the_administrators_words_take_the_place_of_the_shipped_ones_until_they_are_reset(world):
    admin, person = an_actor(Role.ADMIN), a_person(name="周敏")
    with transaction():
        change_template(admin, "notice", "zh_CN", subject="{公司}", body="{姓名}：{内容} {链接}")
        emit(Told(person_ids=(person.id,), topic="content", sentence=text("有 3 题待复核"), key="k"))
    notice = queries.inbox(person.id)[0].id
    assert worded([notice], address)[notice].body == "周敏：有 3 题待复核 https://lms.example/notifications.inbox"
    assert set(overridden()) == {("notice", "zh_CN")}
    with transaction():
        assert reset_template(admin, "notice", "zh_CN")
    with transaction():
        assert not reset_template(admin, "notice", "zh_CN")
    assert worded([notice], address)[notice].body == "有 3 题待复核"


def test_there_is_no_other_template_and_no_other_language(world):
    admin = an_actor(Role.ADMIN)
    for name, locale in (("payroll", "en"), ("notice", "fr")):
        with pytest.raises(NotFound), transaction():
            change_template(admin, name, locale, subject="x", body="x")


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_template_has_an_example_without_an_empty_place(world, locale):
    with at(date(2026, 12, 7)):
        for kind in KINDS.values():
            said = sample(kind, Template(subject="x", body="\n".join(f"[{{{p.name}}}]" for p in kind.places)), locale)
            assert "[]" not in said.body
    session().rollback()


def test_what_a_lead_asked_for_by_hand_has_a_wording_of_its_own(world):
    person = a_person()
    with transaction():
        emit(Told(person_ids=(person.id,), topic="duty", sentence=text("有 3 题待复核"), key="chase:7:2026-12-07"))
    notice = queries.inbox(person.id)[0].id
    assert worded([notice], address)[notice].subject == "组长催学"
