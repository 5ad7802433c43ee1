"""Importing staff and rosters: shown first, then all of it or nothing."""

import io
import re

import pytest
from sqlalchemy import func, select

from lms.accounts import actions, queries
from lms.accounts.actions import staff
from lms.accounts.models import ChatAccount, Cohort, CohortMember, Person, PersonTag, RosterDay
from lms.accounts.rules.batches import Split
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, TooLarge
from lms.core.fingerprint import fingerprint
from lms.core.here import today
from tests.support.make import a_person, a_team, an_actor, sign_in
from tests.support.pages import token

HEAD = "工号,姓名,团队,岗位,带教\n"


def people():
    return session().scalar(select(func.count(Person.id)))


def applied(actor, text, **more):
    with transaction():
        return staff.apply_staff(actor, text.encode("gb18030"), **more)


def upload(client, path, data):
    form = {"csrf_token": token(client, path), "file": (io.BytesIO(data), "名单.csv")}
    return client.post(path, data=form, content_type="multipart/form-data")


def pressed(client, page, action):
    """Press the one button of the preview."""
    fields = dict(re.findall(r'name="(csrf_token|key|digest)" value="([^"]+)"', page.text))
    return client.post(action, data=fields)


def test_new_people_are_entered_with_team_mentor_and_first_day(world):
    boss, team = an_actor(Role.HR, team=a_team("公司")), a_team("售后一组")
    applied(boss, HEAD + "N1,程新,售后一组,客服专员,N2\nN2,周敏,售后一组,,\n")
    new = queries.active_by_no("N1")
    assert (new.team_id, new.position) == (team.id, "客服专员")
    assert queries.mentor_of(new.id).employee_no == "N2"


def test_importing_the_same_file_again_changes_nothing(world):
    boss = an_actor(Role.HR, team=a_team("公司"))
    applied(boss, HEAD + "N1,程新,公司,客服专员,\n")
    plan = staff.plan_staff(boss, (HEAD + "N1,程新,公司,客服专员,\n").encode())
    assert (plan.unchanged, plan.can_apply) == (1, False)


def test_a_move_by_import_is_dated_today(world):
    boss, team = an_actor(Role.HR, team=a_team("公司")), a_team("售后一组")
    person = a_person(no="N1", name="程新")
    applied(boss, HEAD + "N1,程新,售后一组,,\n")
    assert queries.stays(person.id)[0].from_on == today()
    assert session().get_one(Person, person.id).team_id == team.id


def test_one_refused_row_and_nobody_is_entered(world):
    boss = an_actor(Role.HR, team=a_team("公司"))
    before = people()
    with pytest.raises(Invalid, match="1 行不能导入"):
        applied(boss, HEAD + "N1,程新,公司,,\nN2,周敏,没有这个,,\n")
    assert people() == before


def test_what_is_done_is_what_was_shown_or_nothing(world):
    boss = an_actor(Role.HR, team=a_team("公司"))
    text = HEAD + "N1,程新,公司,,\n"
    shown = fingerprint(staff.plan_staff(boss, text.encode("gb18030")))
    a_person(no="N1", name="别人")
    with pytest.raises(Conflict, match="预览之后"):
        applied(boss, text, shown=shown)


def test_the_page_shows_first_and_imports_on_the_button(client):
    boss = a_person(Role.HR, team=a_team("公司"))
    sign_in(client, boss)
    before = people()
    page = upload(client, "/people/import", (HEAD + "N1,程新,公司,客服专员,\n").encode("utf-16"))
    assert ("程新" in page.text, people()) == (True, before)
    assert pressed(client, page, "/people/import/apply").status_code == 302
    assert people() == before + 1


def test_the_page_shows_every_refused_row_and_no_button(client):
    sign_in(client, a_person(Role.HR, team=a_team("公司")))
    page = upload(client, "/people/import", (HEAD + "N1,程新,公四,,\n").encode("gbk"))
    assert "没有团队" in page.text
    assert 'name="digest"' not in page.text


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"", 400, "空"),
        (bytes(range(256)) * 9, 400, "不是表格"),
        ("姓名,团队\n林,公司\n".encode(), 400, "工号 / 员工编号"),
    ],
)
def test_a_file_that_is_no_staff_list_says_why(client, data, status, said):
    sign_in(client, a_person(Role.HR))
    page = upload(client, "/people/import", data)
    assert (page.status_code, said in page.text) == (status, True)


def test_a_list_of_more_than_ten_megabytes_is_refused(world):
    with pytest.raises(TooLarge, match="10 MB"):
        staff.plan_staff(an_actor(Role.HR), b"a" * 10_000_001)


def test_the_file_of_somebody_elses_preview_can_not_be_applied(client):
    team = a_team("公司")
    sign_in(client, a_person(Role.HR, team=team))
    page = upload(client, "/people/import", (HEAD + "N1,程新,公司,,\n").encode())
    sign_in(client, a_person(Role.ADMIN, team=team))
    fields = dict(re.findall(r'name="(key|digest)" value="([^"]+)"', page.text))
    answer = client.post("/people/import/apply", data={**fields, "csrf_token": token(client, "/people/import")})
    assert answer.status_code == 409


@pytest.mark.parametrize("key", ["../../../etc/passwd", "x" * 64, "", "%00"])
def test_a_key_that_is_no_digest_reads_no_file(client, key):
    sign_in(client, a_person(Role.HR))
    answer = client.post("/people/import/apply", data={"key": key, "csrf_token": token(client, "/people/import")})
    assert answer.status_code == 409


def test_five_hundred_temporary_staff_come_in_at_once(world):
    boss = an_actor(Role.HR, team=a_team("公司"))
    rows = "".join(f"T{number:04},临时{number},公司,客服专员,\n" for number in range(500))
    assert len(applied(boss, HEAD + rows).new) == 500


def test_a_roster_file_sets_single_days_of_those_whose_roster_is_mine(world):
    team = a_team(parent=a_team())
    lead, mine = an_actor(Role.LEAD, team=team), a_person(team=team, no="M1")
    a_person(no="F1")
    day = today()
    with transaction():
        staff.apply_roster(lead, f"工号,日期,上班\nM1,{day:%Y/%m/%d},休\n".encode("gbk"))
    assert queries.works(mine.id)(day) is False
    plan = staff.plan_roster(lead, f"工号,日期,上班\nF1,{day},休\n".encode())
    assert "不归您排班" in str(plan.refused[0].reasons[0])


def test_a_roster_file_with_one_wrong_row_sets_nothing(world):
    boss = an_actor(Role.HR)
    a_person(no="M1")
    with pytest.raises(Invalid), transaction():
        staff.apply_roster(boss, f"工号,日期,上班\nM1,{today()},休\nM1,2026-13-01,也许\n".encode())
    assert session().scalar(select(func.count()).select_from(RosterDay)) == 0


@pytest.mark.parametrize(
    ("word", "working"),
    [
        ("上班", True),
        ("早班", True),
        ("1", True),
        ("√", True),
        ("休", False),
        ("0", False),
        ("年假", False),
        ("按周", None),
    ],
)
def test_the_words_for_a_working_day(world, word, working):
    boss, person = an_actor(Role.HR), a_person(no="M1")
    with transaction():
        actions.set_days(boss, {person.id: {today(): not bool(working)}})
    plan = staff.plan_roster(boss, f"工号,日期,上班\nM1,{today()},{word}\n".encode())
    assert [change.working for change in plan.changed] == [working]


def test_the_same_day_twice_is_refused_however_it_is_written(world):
    a_person(no="M1")
    plan = staff.plan_roster(an_actor(Role.HR), "工号,日期,上班\nM1,2026-11-22,休\nm1,2026/11/22,上班\n".encode())
    assert all("在第 2、3 行重复" in str(row.reasons[-1]) for row in plan.refused)
    assert len(plan.refused) == 2


TEMPS = "工号,姓名,团队,用工类型,入职日期\n"


def temps(*numbers):
    return TEMPS + "".join(f"S{number:03},临时{number},公司,临时,2026-11-02\n" for number in numbers)


def sizes():
    counted = select(Cohort.name, func.count()).join(CohortMember, CohortMember.cohort_id == Cohort.id)
    return dict(tuple(row) for row in session().execute(counted.group_by(Cohort.name)))


def test_three_hundred_and_twenty_come_in_as_seven_intakes(world):
    boss = an_actor(Role.HR, team=a_team("公司"))
    applied(boss, temps(*range(320)), how=Split())
    assert sorted(sizes().values()) == [45, 45, 46, 46, 46, 46, 46]


def test_the_same_file_again_puts_nobody_twice_and_late_ones_into_the_smallest(world):
    boss = an_actor(Role.HR, team=a_team("公司"))
    applied(boss, temps(1, 2, 3), how=Split(most=2))
    with pytest.raises(Invalid, match="没有要改的"):
        applied(boss, temps(1, 2, 3), how=Split(most=2))
    applied(boss, temps(1, 2, 3, 4), how=Split(most=2))
    assert sizes() == {"2026-11 临时 第 1 批": 2, "2026-11 临时 第 2 批": 2}


def test_the_preview_names_the_intakes_and_writes_none(client):
    sign_in(client, a_person(Role.HR, team=a_team("公司")))
    form = {
        "csrf_token": token(client, "/people/import"),
        "file": (io.BytesIO(temps(1, 2, 3).encode()), "名单.csv"),
        "split": "1",
        "most": "2",
    }
    page = client.post("/people/import", data=form, content_type="multipart/form-data")
    assert ("2026-11 临时 第 2 批" in page.text, sizes()) == (True, {})
    fields = dict(re.findall(r'name="(csrf_token|key|digest|split|most)" value="([^"]+)"', page.text))
    assert client.post("/people/import/apply", data=fields).location == "/cohorts"
    assert sizes() == {"2026-11 临时 第 1 批": 2, "2026-11 临时 第 2 批": 1}


@pytest.mark.parametrize("most", ["1", "501", "x", "-3", "５０"])
def test_a_size_that_is_none_is_refused(client, most):
    sign_in(client, a_person(Role.HR, team=a_team("公司")))
    form = {
        "csrf_token": token(client, "/people/import"),
        "file": (io.BytesIO(temps(1).encode()), "名单.csv"),
        "split": "1",
        "most": most,
    }
    page = client.post("/people/import", data=form, content_type="multipart/form-data")
    assert (page.status_code, "每批人数请填" in page.text) == (422, True)


def test_tags_and_chat_accounts_are_written_and_replaced(world):
    boss = an_actor(Role.HR, team=a_team("公司"))
    applied(boss, "工号,姓名,团队,标签,企业微信,钉钉\nN1,程新,公司,夜班、大促,c1,d1\n")
    applied(boss, "工号,姓名,标签,企业微信\nN1,程新,双语,c2\n")
    accounts = select(ChatAccount.platform, ChatAccount.user_id).order_by(ChatAccount.platform)
    assert session().execute(accounts).all() == [("dingtalk", "d1"), ("wecom", "c2")]
    assert session().scalars(select(PersonTag.tag)).all() == ["双语"]


def test_tags_and_accounts_of_many_take_no_more_statements_than_of_few(world, statements):
    boss = an_actor(Role.HR, team=a_team("公司"))
    applied(boss, HEAD + "".join(f"N{n},新{n},公司,,\n" for n in range(20)))
    counts = []
    for few in (2, 20):
        statements.clear()
        applied(boss, "工号,姓名,标签,企业微信\n" + "".join(f"N{n},新{n},批{few},c{few}-{n}\n" for n in range(few)))
        counts.append(sum("person_tag" in one or "chat_account" in one for one in statements))
    assert counts[0] == counts[1]
