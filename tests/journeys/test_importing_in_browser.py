"""Importing in a real browser: a Word file, a sheet with twins and a progress bar, on phone and desk, in both languages."""

import io
import re

import pytest
from docx import Document as Word
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session
from lms.core.sheets import xlsx_bytes
from tests.support.live import PHONE, Floor, press
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, an_article_text

pytestmark = pytest.mark.browser
HEAD = ["问题", "相似问", "答案", "分类", "店铺", "有效期"]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def trainer(floor: Floor) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


def importing(floor: Floor, person: Person, name: str, data: bytes, **options) -> Page:
    page = floor.page_of(person, **options)
    page.goto("/studio")
    page.get_by_role("link", name=re.compile("导入 Word|Import Word")).click()
    page.locator("#file").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})
    press(page, page.get_by_role("button", name=re.compile("看看会建什么|See what would be made")))
    return page


def a_manual() -> bytes:
    made = Word()
    for title in ("退货流程", "换货流程"):
        made.add_heading(title, 1)
        made.add_paragraph("先核对订单。")
        made.add_heading("时效", 2)
        made.add_paragraph("七天内", style="List Bullet")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def faq(*rows) -> bytes:
    return xlsx_bytes("问答", HEAD, [[*row, *[""] * (6 - len(row))] for row in rows])


def count(floor: Floor) -> int:
    floor.fresh_read()
    return session().scalar(select(func.count()).select_from(Document)) or 0


def test_a_word_file_becomes_two_articles_that_can_be_opened(floor, trainer):
    page = importing(floor, trainer, "手册.docx", a_manual())
    expect(page.get_by_role("heading", level=1)).to_have_text("会建这些草稿")
    page.get_by_label("每个一级标题建一份，共 2 份").check()
    press(page, page.get_by_role("button", name="按这样再看"))
    page.get_by_role("button", name="导入 2 份").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("建好了 2 份草稿")
    page.get_by_role("link", name="换货流程").click()
    expect(page.locator("#markdown")).to_have_value(re.compile(r"# 换货流程\n\n先核对订单。\n\n## 时效\n\n- 七天内"))


def test_a_sheet_on_a_phone_asks_for_the_day_and_the_twin_and_shows_how_far_it_is(floor, trainer):
    a_document(as_actor(trainer), an_article_text("几天可以申请退货"), slug="return")
    rows = [("几天可以申请退货？", "", "八天。", "", "", "2026-11-01..2026-11-20")]
    rows += [(f"第{n}个问题是什么", "", f"答案{n}") for n in range(130)]
    page = importing(floor, trainer, "问答.xlsx", faq(*rows), size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_label("有效期按哪一天算").select_option("receipt")
    press(page, page.get_by_role("button", name="按这样再看"))
    expect(page.get_by_text("1 份像是已经有了", exact=True)).to_be_visible()
    page.get_by_label("几天可以申请退货？：怎么办").select_option("update")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="导入 131 份").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("建好了 131 份草稿", timeout=60_000)
    assert count(floor) == 131


def test_a_wrong_file_is_refused_in_a_sentence_in_english_too(floor, trainer):
    floor.allowed.append("400")
    trainer.locale = "en"
    session().commit()
    page = importing(floor, trainer, "picture.docx", b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    expect(page.get_by_role("alert")).to_contain_text("This is not a Word file")
    assert count(floor) == 0


def test_without_script_the_same_form_imports_everything(floor, trainer):
    page = importing(
        floor,
        trainer,
        "问答.xlsx",
        faq(*((f"第{n}个问题是什么", "", "答") for n in range(120))),
        java_script_enabled=False,
    )
    page.get_by_role("button", name="导入 120 份").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("建好了 120 份草稿")
