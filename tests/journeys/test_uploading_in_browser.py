"""The page of a document's files in a browser: sent without JavaScript, shown, taken away; readable for everybody."""

import pytest
from playwright.sync_api import expect

from lms.accounts.models import Person
from lms.content.attachments import actions
from lms.core.access import Role
from lms.core.db import transaction
from tests.support.live import DESK, PHONE, Floor, fits
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, an_article_text
from tests.support.make_files import a_picture

pytestmark = pytest.mark.browser
PAGE = "/studio/article/returns/how/files"


@pytest.fixture
def trainer(floor: Floor) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


def test_a_picture_is_sent_shown_and_taken_away_without_javascript(floor: Floor, trainer: Person):
    a_document(as_actor(trainer), slug="returns/how")
    page = floor.page_of(trainer, size=PHONE, java_script_enabled=False)
    page.goto("/studio/article/returns/how/edit")
    page.get_by_role("link", name="图片和文件").click()
    page.get_by_label("上传文件").set_input_files({"name": "前台.png", "mimeType": "image/png", "buffer": a_picture()})
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_text("已上传 1 个文件。")).to_be_visible()
    expect(page.get_by_text("![前台](files/前台-")).to_be_visible()
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_text("这里还没有文件")).to_be_visible()


@pytest.mark.parametrize(("size", "locale", "theme"), [(PHONE, "zh_CN", "dark"), (DESK, "en", "light")])
def test_the_page_is_readable_for_everybody(floor: Floor, trainer: Person, size: dict, locale: str, theme: str):
    actor = as_actor(trainer)
    with transaction():
        trainer.locale, trainer.theme = locale, theme
        row = actions.attach(actor, "kb_content/returns/how.md", "流程.png", a_picture())
        actions.attach(actor, "kb_content/returns/how.md", "没用到.png", a_picture((1, 2, 3)))
        name = row.path.rpartition("/")[2]
    a_document(actor, an_article_text(body=f"## 时效\n![流程](files/{name})"), slug="returns/how")
    page = floor.page_of(trainer, size=size)
    page.goto(PAGE)
    expect(page.locator(".file-card")).to_have_count(2)
    fits(page)
    page.goto("/kb/returns/how")
    picture = page.locator(".reading img, article img").first
    assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == 240
