"""Writing in a real browser: problems under their lines, mending, publishing, two people at once, nothing lost."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.accounts.models import Person
from lms.content import queries
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session
from tests.support.live import PHONE, Floor, holds, press, text
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, a_draft, a_question, a_quiz_text, an_article_text, edited

pytestmark = pytest.mark.browser

NO_DRAFT = re.compile("有改动还没保存|还不是草稿")
"""What is said of a text that is not saved as a draft; the second once it was kept by itself, seconds after."""
OFFLINE = r"ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|Failed to fetch"


@pytest.fixture
def trainer(floor: Floor) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


def editing(floor: Floor, person: Person, kind: str, slug: str, **options) -> Page:
    page = floor.page_of(person, **options)
    page.goto(f"/studio/{kind}/{slug}/edit?view=source")
    expect(page.locator(".source.is-editing")).to_be_visible()
    return page


def line(page: Page, number: int):
    return page.locator(".source.is-editing > .line").nth(number - 1)


def at_end_of(page: Page, number: int) -> None:
    box = line(page, number).locator("code")
    box.click()
    page.keyboard.press("End")


def head(floor: Floor, document_id: int) -> str:
    """Return what the server holds as the draft, else as published."""
    floor.fresh_read()
    document = session().get_one(Document, document_id)
    return queries.text(document.draft_id or document.published_id)


def test_a_bad_chip_is_named_under_its_line_mended_published_and_taken_back(floor, trainer):
    source = a_quiz_text(a_question("几天内可以申请退货？"))
    document = a_document(as_actor(trainer), source, kind="quiz", slug="onboarding/return")
    page = editing(floor, trainer, "quiz", "onboarding/return")
    number = source.split("\n").index("`全部`") + 1
    at_end_of(page, number)
    page.keyboard.type(" ·每题2分·")
    finding = line(page, number).locator(".finding")
    expect(finding).to_contain_text("间隔号")
    expect(page.locator("[data-publish]")).to_have_text("改好 1 处后发布")
    expect(page.locator("[data-publish]")).to_be_disabled()
    expect(page.locator(".preview .question")).to_have_count(1)
    finding.get_by_role("button", name="一键修正").click()
    expect(line(page, number).locator("code")).to_have_text("`全部` `每题2分`")
    expect(line(page, number).locator(".finding")).to_have_count(0)
    expect(page.locator(".preview .question-head")).to_contain_text("2 分")
    expect(page.locator("[data-state]")).to_have_text(NO_DRAFT)
    page.get_by_role("button", name="发布…").click()
    page.wait_for_url(re.compile(r"/publish$"))
    page.get_by_label("改了什么").fill("每题改成 2 分")
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_url(re.compile(r"/history$"))
    assert head(floor, document.id) == source.replace("`全部`", "`全部` `每题2分`")
    expect(page.locator("main")).to_contain_text("每题改成 2 分")
    page.get_by_role("button", name="恢复第 2 版").click()
    page.wait_for_url(re.compile(r"/edit$"))
    assert head(floor, document.id) == source
    assert session().get_one(Document, document.id).draft_id is not None


def test_the_keyboard_writes_what_it_would_write_in_a_textarea(floor, trainer):
    a_draft(as_actor(trainer), an_article_text(body="甲乙丙"), slug="keys")
    page = editing(floor, trainer, "article", "keys")
    before = text(page)
    at_end_of(page, 6)
    for key in ("Enter", "丁", "Enter", "Enter", "戊", "Backspace", "Backspace", "Home", "ArrowUp", "End", "Delete"):
        page.keyboard.press(key) if key.isascii() else page.keyboard.insert_text(key)
    assert text(page) == before.replace("甲乙丙", "甲乙丙\n丁")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("全新")
    assert text(page) == "全新"
    for _ in range(12):
        page.keyboard.press("Control+z")
    assert text(page) == before
    for _ in range(12):
        page.keyboard.press("Control+Shift+z")
    assert text(page) == "全新"


def test_what_is_pasted_and_copied_is_the_text_and_not_the_page(floor, trainer):
    a_draft(as_actor(trainer), an_article_text(body="`不认识`"), slug="paste")
    page = editing(floor, trainer, "article", "paste")
    before = text(page)
    at_end_of(page, 6)
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", "一\\r\\n二");
            data.setData("text/html", "<span onclick=x>一</span>");
            const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(paste);
        }"""
    )
    assert text(page) == before.replace("`不认识`", "`不认识`一\n二")
    page.keyboard.press("Control+a")
    copied = page.evaluate(
        """() => {
            const data = new DataTransfer();
            const copy = new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(copy);
            return data.getData("text/plain");
        }"""
    )
    assert copied == text(page)


def test_an_input_method_writes_into_the_line(floor, trainer):
    a_draft(as_actor(trainer), an_article_text(body="开头"), slug="ime")
    page = editing(floor, trainer, "article", "ime")
    before = text(page)
    at_end_of(page, 6)
    tools = page.context.new_cdp_session(page)
    tools.send("Input.imeSetComposition", {"text": "tui huo", "selectionStart": 7, "selectionEnd": 7})
    tools.send("Input.insertText", {"text": "退货"})
    expect(page.locator("[data-state]")).to_have_text(NO_DRAFT)
    assert text(page) == before.replace("开头", "开头退货")
    page.keyboard.press("Control+z")
    assert text(page) == before


def test_two_trainers_at_once_lose_nothing(floor, trainer):
    other = a_person(Role.TRAINER, name="林舟")
    source = an_article_text(body="## 甲\n第一条。\n\n## 乙\n第二条。\n\n## 丙\n第三条。")
    document = a_document(as_actor(trainer), source, slug="both")
    mine, theirs = editing(floor, trainer, "article", "both"), editing(floor, other, "article", "both")
    floor.allowed.append("409")
    at_end_of(theirs, 7)
    theirs.keyboard.insert_text("他的")
    theirs.get_by_role("button", name="保存草稿").click()
    expect(theirs.locator("[data-state]")).to_have_text(re.compile("已保存"))
    at_end_of(mine, 13)
    mine.keyboard.insert_text("我的")
    mine.get_by_role("button", name="保存草稿").click()
    expect(mine.locator("[data-joined]")).to_contain_text("已和林舟的修改合并")
    merged = source.replace("第一条。", "第一条。他的").replace("第三条。", "第三条。我的")
    assert text(mine) == head(floor, document.id) == merged


def test_text_outlives_an_expired_session_and_comes_back_after_sign_in(floor, trainer):
    a_draft(as_actor(trainer), an_article_text(body="正文"), slug="expired")
    page = editing(floor, trainer, "article", "expired")
    at_end_of(page, 6)
    page.keyboard.insert_text("写了一半")
    kept = page.context.cookies()
    page.context.clear_cookies()
    floor.allowed.append("400|401")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("[data-trouble]")).to_contain_text("登录已过期")
    page.context.add_cookies(kept)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[data-offer]")).to_be_visible()
    page.get_by_role("button", name="放回来").click()
    expect(page.locator("#markdown")).to_have_value(re.compile("正文写了一半"))
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("[data-state]")).to_have_text(re.compile("已保存"))
    page.reload()
    expect(page.locator("[data-offer]")).to_be_hidden()


def test_a_cut_line_says_so_and_the_text_stays(floor, trainer):
    made = a_draft(as_actor(trainer), an_article_text(body="正文"), slug="offline")
    page = editing(floor, trainer, "article", "offline")
    floor.allowed.append(OFFLINE)
    page.context.set_offline(True)
    at_end_of(page, 6)
    page.keyboard.insert_text("断网时写的")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("[data-trouble]")).to_contain_text("网络断开")
    expect(page.locator("[data-state]")).to_have_text("没有保存")
    page.context.set_offline(False)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("[data-state]")).to_have_text(re.compile("已保存"))
    assert "断网时写的" in head(floor, made.document_id)


def test_leaving_with_unsaved_text_is_asked_about(floor, trainer):
    a_draft(as_actor(trainer), slug="leave")
    page = editing(floor, trainer, "article", "leave")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/studio")
    assert asked == []
    page.goto("/studio/article/leave/edit?view=source")
    at_end_of(page, 1)
    page.keyboard.type("x")
    page.goto("/studio")
    assert asked == ["beforeunload"]


def test_an_insert_button_puts_a_whole_question_behind_the_paragraph(floor, trainer):
    a_draft(as_actor(trainer), a_quiz_text(), kind="quiz", slug="insert")
    page = editing(floor, trainer, "quiz", "insert", size=PHONE)
    at_end_of(page, 11)
    page.get_by_role("button", name="题型").click()
    page.get_by_role("menuitem", name="判断", exact=True).click()
    holds(page, "\n\n### 一句可以判断对错的话。\n- 答案：错\n\n> 解析：为什么。\n")
    expect(page.locator(".preview .question")).to_have_count(2)
    expect(page.locator("[data-count]")).to_have_text(re.compile("没有问题|建议改"))


def test_a_property_written_in_the_form_touches_its_line_alone(floor, trainer):
    a_draft(as_actor(trainer), a_quiz_text(), kind="quiz", slug="form")
    page = editing(floor, trainer, "quiz", "form")
    before = text(page)
    page.locator(".properties summary").click()
    page.get_by_label("及格线").fill("70%")
    page.get_by_role("button", name="写进源码").click()
    expect(line(page, 3).locator("code")).to_have_text("及格: 70%")
    assert text(page) == before.replace("类型: 测验\n", "类型: 测验\n及格: 70%\n")


def test_the_plain_textarea_does_the_same(floor, trainer):
    made = a_draft(as_actor(trainer), a_quiz_text(), kind="quiz", slug="plain")
    page = editing(floor, trainer, "quiz", "plain")
    page.get_by_role("button", name="用普通文本框").click()
    box = page.locator("#markdown")
    box.fill(box.input_value().replace("`全部`", "`全部` ·每题2分·"))
    expect(page.locator(".findings .finding")).to_contain_text("间隔号")
    page.locator(".findings").get_by_role("button", name="一键修正").click()
    expect(box).to_have_value(re.compile("`全部` `每题2分`"))
    page.keyboard.press("Control+s")
    expect(page.locator("[data-state]")).to_have_text(re.compile("已保存"))
    assert "`每题2分`" in head(floor, made.document_id)


def test_without_script_the_form_does_it_all(floor, trainer):
    made = a_draft(as_actor(trainer), a_quiz_text().replace("`全部`", "`全部` ·每题2分·"), kind="quiz", slug="bare")
    page = floor.page_of(trainer, java_script_enabled=False)
    page.goto("/studio/quiz/bare/edit?view=source")
    page.get_by_role("button", name="一键修正", exact=True).click()
    expect(page.locator("#markdown")).to_have_value(re.compile("`全部` `每题2分`"))
    press(page, page.get_by_role("button", name="保存草稿"))
    press(page, page.get_by_role("button", name="发布…"))
    page.get_by_label("改了什么").fill("第一版")
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_url(re.compile(r"/history$"))
    floor.fresh_read()
    assert session().scalar(select(Document.state).where(Document.id == made.document_id)) == "published"


def test_who_is_about_to_write_over_somebody_is_told_while_writing(floor, trainer):
    document = a_document(as_actor(trainer), an_article_text(body="正文"), slug="told")
    page = editing(floor, trainer, "article", "told")
    edited(as_actor(a_person(Role.TRAINER)), document, an_article_text(body="正文，他的"))
    at_end_of(page, 6)
    page.keyboard.insert_text("我的")
    expect(page.locator("[data-trouble]")).to_contain_text("别人刚保存了新的草稿")
    holds(page, "正文我的")
