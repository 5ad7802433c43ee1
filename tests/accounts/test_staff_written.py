"""What is exported can be imported, and changes nothing: by the rule, and through the pages on both databases."""

import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts import actions
from lms.accounts.actions import staff
from lms.accounts.models import PersonShop, Shop
from lms.accounts.rules.people import EMPLOYMENTS, ROLES
from lms.accounts.rules.staff import plan
from lms.accounts.rules.staff_known import Known, KnownPerson
from lms.accounts.rules.staff_words import COLUMNS, EMPLOYMENT_WORDS, ROLE_WORDS
from lms.accounts.rules.staff_written import spelled, written
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.i18n import translations
from lms.core.sheets import csv_bytes, read
from lms.core.texts import Text
from tests.support.make import a_person, a_team, an_actor, as_actor, mentors, sign_in

TEAMS = [(1, "all", "禾木生活"), (2, "after-1", "售后一组"), (3, "x", "夜班"), (4, "y", "夜班"), (5, "z", "华东/夜班")]
SHOPS = [(1, "tm", "天猫旗舰店"), (2, "jd", "京东、旗舰店")]
COHORTS = [(9, "2611 期", "2611 期"), (8, "2610 期", "2610 期")]
WORDS = st.text(st.characters(categories=["L", "N"], exclude_characters="、,，;；"), min_size=1, max_size=12)
PEOPLE = st.builds(
    KnownPerson,
    id=st.just(7),
    employee_no=st.just("A1001"),
    name=st.sampled_from(["林小满", "=1+1", "Anna O'Neil"]),
    active=st.just(True),
    team_id=st.sampled_from([None, 1, 2, 3, 4, 5, 99]),
    position=st.sampled_from(["", "客服专员", "+组长"]),
    employment=st.sampled_from([kind.value for kind in EMPLOYMENTS]),
    email=st.sampled_from(["", "lin@example.com"]),
    phone=st.sampled_from(["", "13800138000", "+86 138-0013-8000"]),
    hired_on=st.none() | st.just(date(2026, 11, 1)),
    leaving_on=st.none() | st.just(date(2026, 11, 30)),
    shops=st.frozensets(st.sampled_from([1, 2])),
    grants=st.frozensets(st.tuples(st.sampled_from(list(Role)), st.sampled_from([1, 2, 3]))),
    mentor_id=st.sampled_from([None, 8]),
    cohorts=st.frozensets(st.sampled_from([8, 9, 77])),
    tags=st.frozensets(WORDS, max_size=4),
    chats=st.dictionaries(st.sampled_from(["wecom", "dingtalk", "feishu"]), WORDS),
)
MENTOR = KnownPerson(
    id=8, employee_no="A1009", name="周敏", active=True, team_id=2, position="", employment="regular", email="",
    phone="", hired_on=None, leaving_on=None,
)  # fmt: skip


def cell(value):
    if isinstance(value, Text) or value is None:
        return str(value or "")
    return value if isinstance(value, str | date) else "、".join(str(word) for word in value)


def known_with(person: KnownPerson) -> Known:
    return Known(
        people={"a1001": person, "a1009": MENTOR}, teams=TEAMS, shops=SHOPS, cohorts=COHORTS, root_id=1, own_login="h1"
    )


@given(PEOPLE)
def test_whoever_is_exported_is_unchanged_when_imported(person):
    person = replace(person, tags=frozenset(" ".join(tag.split()) for tag in person.tags))
    known = known_with(person)
    cells = written(person, known, {8: "A1009"})
    file = csv_bytes([column.name for column in COLUMNS], [[cell(cells[column.key]) for column in COLUMNS]])
    found = plan(read(file, COLUMNS).rows, known)
    assert [[str(reason) for reason in row.reasons] for row in found.refused] == []
    assert [[(str(label), str(value)) for label, value in row.shown] for row in found.changed] == []


def test_a_team_is_written_by_its_code_where_its_name_is_not_its_own():
    assert [spelled(TEAMS, id, apart="/") for id in (2, 3, 5, 99, None)] == ["售后一组", "x", "z", "", ""]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_words_of_kinds_and_roles_are_read_in_both_languages(language):
    said = translations(language).gettext
    assert all(EMPLOYMENT_WORDS[word.render(said).casefold()] is kind for kind, word in EMPLOYMENTS.items())
    assert all(ROLE_WORDS[word.render(said).casefold()] is role for role, word in ROLES.items())


def a_company():
    """Somebody of every kind, with all that a row can hold."""
    root = a_team("公司")
    team = a_team("售后一组", root)
    boss = a_person(Role.HR, team=root, no="H1")
    lead, one = a_person(Role.LEAD, team=team, no="L1"), a_person(Role.AGENT, team=team, no="N1", phone="13800138000")
    a_person(Role.ADMIN, team=root, no="ROOT")
    mentors(lead, one)
    with transaction() as s:
        shop = Shop(code="tm", name="天猫旗舰店", platform="tmall")
        s.add(shop)
        s.flush()
        s.add(PersonShop(person_id=one.id, shop_id=shop.id))
    text = "工号,姓名,用工类型,预计离职日,标签,企业微信,钉钉,飞书\nN1,程新,临时,2099-11-30,夜班、大促,c.x,0012,ou_1\n"
    with transaction():
        staff.apply_staff(as_actor(boss), text.encode())
        intake = actions.open_cohort(as_actor(boss), name="2611 期", starts_on=date(2026, 11, 1))
        actions.add_members(as_actor(boss), intake.id, [one.id])
    return boss


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_importing_what_was_exported_changes_nothing(client, format):
    boss = a_company()
    sign_in(client, boss)
    exported = client.get(f"/people?format={format}").data
    found = staff.plan_staff(as_actor(boss), exported)
    assert (found.unchanged, found.new, found.changed, found.refused, found.unknown_columns) == (4, (), (), (), ())
    row = next(row for row in read(exported, COLUMNS).rows if row["employee_no"] == "N1")
    assert (row["tags"], row["wecom"], row["dingtalk"], row["mentor"], row["cohort"]) == (
        "夜班、大促", "c.x", "0012", "L1", "2611 期",
    )  # fmt: skip


@pytest.mark.usefixtures("world")
def test_who_may_not_import_gets_no_phone_and_no_account_of_anybody(client):
    a_company()
    sign_in(client, a_person(Role.TRAINER))
    exported = client.get("/people?format=csv").get_data(as_text=True)
    assert "N1" in exported
    assert "13800138000" not in exported
    assert "c.x" not in exported


@pytest.mark.usefixtures("world")
def test_the_empty_sheet_has_every_column_and_its_examples_are_not_taken(client):
    boss = an_actor(Role.HR, team=a_team("售后一组"))
    sign_in(client, a_person(Role.HR))
    sheet = read(io.BytesIO(client.get("/people/import?format=xlsx").data).getvalue(), COLUMNS)
    assert sheet.present == {column.key for column in COLUMNS}
    found = plan(sheet.rows, staff.known(boss))
    assert all("示例" in str(row.reasons) for row in found.refused)
    assert not found.new
