"""The staff list as HR keeps it in Excel: a title above, merged heads, numbers and days as numbers."""

import io
from datetime import date, datetime

import openpyxl
import pytest
from sqlalchemy import select

from lms.accounts.actions import staff
from lms.accounts.models import Person
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Unreadable
from lms.core.fingerprint import fingerprint
from tests.support.make import a_team, an_actor


def a_workbook(*rows, sheet="花名册") -> bytes:
    """Return a workbook with a merged title, a merged group of heads above the head, and these rows."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    page.append(["客服中心花名册（2026 年 11 月）"])
    page.merge_cells("A1:G1")
    page.append(["基本信息", None, None, None, "合同", None, None])
    page.merge_cells("A2:D2")
    page.merge_cells("E2:G2")
    page.append(["工号 *", "姓名", "所属团队", "岗位", "入职日期", "用工性质", "手机号"])
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def hr(world):
    a_team("售后一组")
    return an_actor(Role.HR)


def test_a_workbook_with_a_title_and_merged_heads_is_read(hr):
    data = a_workbook([10990, "林小满", "售后一组", "客服专员", date(2026, 11, 23), "临时", 13900000000])
    plan = staff.plan_staff(hr, data)
    assert not plan.refused
    with transaction():
        staff.apply_staff(hr, data, shown=fingerprint(plan))
    person = session().scalars(select(Person).where(Person.employee_no == "10990")).one()
    assert (person.name, person.hired_on, person.phone) == ("林小满", date(2026, 11, 23), "13900000000")


def test_rows_are_numbered_as_the_spreadsheet_shows_them(hr):
    data = a_workbook([1, "甲", "售后一组"], [None], [2, None, "售后一组"], [3, "丙", "没有的团队"])
    plan = staff.plan_staff(hr, data)
    assert [row.line for row in plan.refused] == [6, 7]


@pytest.mark.parametrize(
    "written", [datetime.fromisoformat("2026-11-23"), "2026/11/23", "2026年11月23日", 46349, "20261123"]
)
def test_days_are_read_however_excel_holds_them(hr, written):
    (new,) = staff.plan_staff(hr, a_workbook([7, "甲", "售后一组", "客服", written])).new
    assert new.fields["hired_on"] == date(2026, 11, 23)


def test_empty_rows_and_columns_behind_the_table_do_no_harm(hr):
    book = openpyxl.load_workbook(io.BytesIO(a_workbook([7, "甲", "售后一组"])))
    book.active.cell(row=900, column=60, value=" ")
    out = io.BytesIO()
    book.save(out)
    assert len(staff.plan_staff(hr, out.getvalue()).new) == 1


def test_a_hidden_sheet_in_front_is_passed_over(hr):
    book = openpyxl.load_workbook(io.BytesIO(a_workbook([7, "甲", "售后一组"])))
    book.create_sheet("缓存", 0).sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    assert len(staff.plan_staff(hr, out.getvalue()).new) == 1


def test_a_workbook_without_the_head_says_which_columns_are_missing(hr):
    book = openpyxl.Workbook()
    book.active.append(["随便", "什么"])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Unreadable, match="工号"):
        staff.plan_staff(hr, out.getvalue())
