"""What a staff file would do: new, changed, unchanged, refused with every reason."""

from dataclasses import replace
from datetime import date

import pytest

from lms.accounts.rules.batches import Split, Standing
from lms.accounts.rules.staff import plan
from lms.accounts.rules.staff_known import Known, KnownPerson
from lms.accounts.rules.staff_words import COLUMNS
from lms.core.access import Role
from lms.core.sheets import read

ANNA = KnownPerson(
    id=7,
    employee_no="A1001",
    name="林小满",
    active=True,
    team_id=2,
    position="客服专员",
    employment="regular",
    email="",
    phone="",
    hired_on=date(2026, 11, 1),
    leaving_on=None,
    grants=frozenset(),
    mentor_id=None,
)
GONE = replace(ANNA, id=8, employee_no="A1002", active=False)
KNOWN = Known(
    people={"a1001": ANNA, "a1002": GONE},
    teams=[
        (1, "all", "禾木生活"),
        (2, "after-1", "售后一组"),
        (3, "after-2", "售后二组"),
        (4, "x", "夜班"),
        (5, "y", "夜班"),
    ],
    shops=[(1, "tm", "天猫旗舰店"), (2, "jd", "京东旗舰店")],
    cohorts=[(9, "2611 期", "2611 期")],
    root_id=1,
    own_login="h1",
)


def planned(text: str, known: Known = KNOWN, **more):
    sheet = read(text.encode(), COLUMNS)
    return plan(sheet.rows, known, sheet.unknown, **more)


def refusals(text: str, known: Known = KNOWN) -> list[str]:
    return [" ".join(str(reason) for reason in row.reasons) for row in planned(text, known).refused]


def test_somebody_unknown_is_new_with_all_that_the_row_says():
    (new,) = planned(
        "工号,姓名,部门,职位,入职日期,用工类型,邮箱,手机,店铺,角色,师傅,批次,预计离职日\n"
        "Ａ１０９９,程新,after-1,客服专员,2026年11月23日,临时工,c@x.cn,+86 138 0013 8000,"
        "天猫旗舰店、jd,组长,A1001,2611 期,2026/12/20\n"
    ).new
    assert (new.employee_no, new.team_id, new.shops, new.grants, new.mentor, new.cohort_id) == (
        "A1099",
        2,
        frozenset({1, 2}),
        ((Role.LEAD, 2),),
        "a1001",
        9,
    )
    assert new.fields["hired_on"] == date(2026, 11, 23)
    assert new.fields["employment"] == "temporary"
    assert new.fields["leaving_on"] == date(2026, 12, 20)


def test_a_known_person_in_whom_nothing_differs_is_unchanged():
    found = planned("工号,姓名,团队,岗位\na1001,林小满,售后一组,客服专员\n")
    assert (found.unchanged, found.new, found.changed, found.can_apply) == (1, (), (), False)


def test_an_empty_cell_changes_nothing():
    assert planned("工号,姓名,团队,岗位,手机\nA1001,,,,\n").unchanged == 1


def test_only_what_differs_is_changed():
    (changed,) = planned("工号,姓名,团队,岗位\nA1001,林小满,售后二组,客服专员\n").changed
    assert (dict(changed.fields), changed.team_id) == ({}, 3)


def test_the_last_part_of_a_team_path_counts():
    assert planned("工号,姓名,团队\nA1099,程新,客服中心/售后二组\n").new[0].team_id == 3


def test_an_unknown_team_is_refused_with_the_nearest_name():
    assert refusals("工号,姓名,团队\nA1099,程新,售后1组\n") == ["没有团队“售后1组”，是不是“售后一组”？"]


def test_a_name_that_two_teams_have_asks_for_the_code():
    assert "请写代码" in refusals("工号,姓名,团队\nA1099,程新,夜班\n")[0]


def test_both_rows_of_a_number_that_stands_twice_are_refused_and_say_where():
    assert refusals("工号,姓名,团队\nA1099,程新,x\na1099,程心,x\n") == [
        "工号 A1099 在第 2、3 行重复。",
        "工号 a1099 在第 2、3 行重复。",
    ]


def test_a_row_says_every_reason_and_not_only_the_first():
    (reasons,) = refusals(
        "工号,姓名,团队,入职日期,用工类型,邮箱,手机,店铺,角色,带教,批次\n"
        "A 1,,无,2026-13-01,小时工,x,abc,拼多多,皇帝,A9999,无\n"
    )
    for word in (
        "空格",
        "没有姓名",
        "没有团队",
        "2026-13-01",
        "小时工",
        "邮箱",
        "手机",
        "拼多多",
        "皇帝",
        "A9999",
        "批次",
    ):
        assert word in reasons


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",程新,售后一组", "没有工号"),
        ("A1099,,售后一组", "没有姓名"),
        ("A1099,程新,", "没有团队"),
        ("A1002,程新,售后一组", "已停用"),
        (f"{'A' * 41},程新,售后一组", "超过 40"),
        (f"A1099,{'林' * 81},售后一组", "超过 80"),
    ],
)
def test_what_a_new_person_can_not_do_without(row, said):
    assert said in refusals(f"工号,姓名,团队\n{row}\n")[0]


def test_a_last_day_before_the_first_is_refused_also_against_what_is_known():
    assert "早于" in refusals("工号,姓名,预计离职日\nA1001,林小满,2026-10-01\n")[0]


def test_a_mentor_may_be_another_row_of_the_same_file_or_a_name_that_only_one_has():
    rows = "工号,姓名,团队,带教\nA1099,程新,x,A1098\nA1098,周敏,x,\nA1097,冯超,x,林小满\n"
    known = Known(people={"a1001": ANNA}, teams=KNOWN.teams, root_id=1)
    assert [change.mentor for change in planned(rows, known).new] == ["a1098", "", "a1001"]


def test_nobody_is_the_own_mentor():
    assert "自己不能带教自己" in refusals("工号,姓名,团队,带教\nA1099,程新,x,A1099\n")[0]


@pytest.mark.parametrize(("may", "refused"), [(False, 1), (True, 0)])
def test_only_an_administrator_makes_administrators(may, refused):
    known = Known(people={}, teams=KNOWN.teams, root_id=1, may_grant_admin=may)
    assert len(planned("工号,姓名,团队,角色\nA1099,程新,x,管理员\n", known).refused) == refused


def test_the_row_of_an_administrator_is_changed_by_none_but_an_administrator():
    admin = replace(ANNA, grants=frozenset({(Role.ADMIN, 1)}))
    known = Known(people={"a1001": admin}, teams=KNOWN.teams, root_id=1)
    assert "只能由管理员改动" in refusals("工号,姓名,岗位\nA1001,林小满,经理\n", known)[0]


def test_the_row_of_an_administrator_in_which_nothing_differs_is_no_matter():
    admin = replace(ANNA, grants=frozenset({(Role.ADMIN, 1)}))
    known = Known(people={"a1001": admin}, teams=KNOWN.teams, root_id=1)
    assert planned("工号,姓名,岗位,角色\nA1001,林小满,客服专员,管理员\n", known).unchanged == 1


def test_nobody_gives_themselves_a_role():
    known = Known(people={"h1": ANNA}, teams=KNOWN.teams, root_id=1, own_login="h1")
    assert "请别人来改" in refusals("工号,姓名,角色\nH1,林小满,总监\n", known)[0]


def test_one_refused_row_is_enough_that_nothing_can_be_applied():
    found = planned("工号,姓名,团队\nA1099,程新,售后一组\nA1098,周敏,\n")
    assert (len(found.new), len(found.refused), found.can_apply) == (1, 1, False)


def test_tags_are_parted_by_any_comma_and_replace_those_that_stood():
    known = replace(KNOWN, people={"a1001": replace(ANNA, tags=frozenset({"夜班"}))})
    (changed,) = planned('工号,姓名,标签\nA1001,林小满,"大促支援、夜班;双语，"\n', known).changed
    assert changed.tags == {"大促支援", "夜班", "双语"}
    assert planned("工号,姓名,标签\nA1001,林小满,夜班\n", known).unchanged == 1


def test_a_tag_that_is_too_long_is_refused():
    assert "最多 40 个字" in refusals(f"工号,姓名,团队,标签\nA1099,程新,x,{'长' * 41}\n")[0]


def test_accounts_on_chat_platforms_are_taken_and_shown():
    (new,) = planned("工号,姓名,团队,企业微信,钉钉账号,飞书 open_id\nA1099,程新,x,cheng.xin,00123,ou_9f\n").new
    assert new.chats == (("wecom", "cheng.xin"), ("dingtalk", "00123"), ("feishu", "ou_9f"))
    assert "cheng.xin" in [str(value) for _, value in new.shown]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A1099,程新,x,lin", "已经连着别的员工"),
        ("A1099,程新,x,c\nA1098,周敏,x,c", "在第 2、3 行重复"),
        (f"A1099,程新,x,{'a' * 121}", "写法不对"),
        ("A1099,程新,x,a b", "写法不对"),
    ],
)
def test_an_account_that_can_not_be_theirs_is_refused(rows, said):
    known = replace(KNOWN, chat_owners={("wecom", "lin"): "a1001"})
    assert all(said in reason for reason in refusals(f"工号,姓名,团队,企业微信\n{rows}\n", known))


def test_the_same_account_again_changes_nothing():
    known = replace(
        KNOWN, people={"a1001": replace(ANNA, chats={"wecom": "lin"})}, chat_owners={("wecom", "lin"): "a1001"}
    )
    assert planned("工号,姓名,企业微信\nA1001,林小满,lin\n", known).unchanged == 1


def test_a_lead_of_another_team_stays_what_they_are_until_they_move():
    known = replace(KNOWN, people={"a1001": replace(ANNA, grants=frozenset({(Role.LEAD, 3)}))})
    assert planned("工号,姓名,角色\nA1001,林小满,组长\n", known).unchanged == 1
    (moved,) = planned("工号,姓名,团队,角色\nA1001,林小满,x,组长\n", known).changed
    assert moved.grants == ((Role.LEAD, 4),)


TODAY = date(2026, 11, 1)
TEMPS = "工号,姓名,团队,用工类型,入职日期\n" + "".join(f"S{n},临时{n},x,临时,2026-11-02\n" for n in range(1, 8))


def test_who_is_new_is_put_into_intakes_as_even_as_can_be():
    found = planned(TEMPS, how=Split(most=3), today=TODAY)
    assert [(batch.name, batch.size) for batch in found.batches] == [
        ("2026-11 临时 第 1 批", 3),
        ("2026-11 临时 第 2 批", 2),
        ("2026-11 临时 第 3 批", 2),
    ]
    assert found.batches[0].keys == ("s1", "s2", "s3")


def test_without_a_hire_day_one_begins_today():
    (batch,) = planned("工号,姓名,团队\nA1099,程新,x\n", how=Split(), today=TODAY).batches
    assert (batch.starts_on, batch.series) == (TODAY, "2026-11-01 regular")


@pytest.mark.parametrize(
    "row", ["A1001,林小满,,,", "A1099,程新,x,组长,", "A1099,程新,x,,2611 期"], ids=["known", "a lead", "named intake"]
)
def test_who_is_known_leads_or_names_an_intake_is_not_split(row):
    assert planned(f"工号,姓名,团队,角色,批次\n{row}\n", how=Split(), today=TODAY).batches == ()


def test_a_late_joiner_of_the_file_joins_the_smallest_intake_of_that_day():
    standing = [
        Standing(id=4, name="2026-11 临时 第 1 批", series="2026-11-02 temporary", members=46),
        Standing(id=5, name="2026-11 临时 第 2 批", series="2026-11-02 temporary", members=45),
    ]
    text = "工号,姓名,团队,用工类型,入职日期\nS9,临时,x,临时,2026-11-02\n"
    (batch,) = planned(text, replace(KNOWN, standing=standing), how=Split(), today=TODAY).batches
    assert (batch.cohort_id, batch.size) == (5, 46)


def test_nobody_is_split_who_is_not_asked_to_be():
    assert planned(TEMPS, today=TODAY).batches == ()
