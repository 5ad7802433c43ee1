"""The toolbar, its menus and dialogs and the pages of an import: axe finds nothing, nothing scrolls sideways."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from lms.accounts.models import Person
from lms.core.access import Role
from lms.core.db import session
from lms.core.sheets import xlsx_bytes
from tests.support.live import WCAG, Floor, fits, looks
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, a_draft, a_quiz_text, an_article_text

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("SHOTS_OF_WRITING", "")
HEAD = ["问题", "相似问", "答案", "分类", "店铺", "有效期"]


@pytest.fixture
def trainer(floor: Floor) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


def check(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=False)
    fits(page, name, rules=WCAG)


@looks("size", "shade", "language")
def test_every_state_passes_axe_and_fits_the_screen(floor, trainer, size, shade, language):
    me = as_actor(trainer)
    trainer.locale = language
    session().commit()
    a_draft(me, a_quiz_text(), kind="quiz", slug="toolbar")
    a_document(me, an_article_text("几天可以申请退货"), slug="return")
    label = f"{size['width']}-{shade}-{language}"
    page = floor.page_of(trainer, size=size, color_scheme=shade)
    page.goto("/studio/quiz/toolbar/edit?view=source")
    page.locator(".source.is-editing > .line").nth(8).locator("code").click()
    page.evaluate("window.scrollTo(0, 0)")  # what slides below the bar at the top is no target
    check(page, f"toolbar-{label}")
    page.locator("[data-menu=settings]").click()
    check(page, f"settings-{label}")
    page.keyboard.press("Escape")
    page.locator("[data-menu=questions]").click()
    check(page, f"questions-{label}")
    page.keyboard.press("Escape")
    page.locator("[data-tool=link]").click()
    page.locator("[data-pick-list] [role=option]").first.wait_for()
    check(page, f"link-{label}")
    page.keyboard.press("Escape")
    page.locator("[data-tool=help]").click()
    check(page, f"help-{label}")
    page.goto("/studio/import")
    check(page, f"import-{label}")
    rows = [
        ("几天可以申请退货？", "", "八天。"),
        ("怎么换？", "换货流程；能换吗", "先看库存。", "售后/换货", "旗舰店"),
        ("坏的", "", ""),
    ]
    rows += [("大促期间发货时间", "", "七十二小时内。", "物流", "", "2026-11-01..2026-11-20")]
    data = xlsx_bytes("问答", HEAD, [[*row, *[""] * (6 - len(row))] for row in rows])
    page.locator("#file").set_input_files({"name": "问答.xlsx", "mimeType": "application/octet-stream", "buffer": data})
    page.get_by_role("button", name=re.compile("看看会建什么|See what")).click()
    page.locator("[data-progress]").wait_for()
    check(page, f"preview-{label}")
    page.locator("[data-progress] button").click()
    page.wait_for_url(re.compile("/import/done"))
    check(page, f"done-{label}")
