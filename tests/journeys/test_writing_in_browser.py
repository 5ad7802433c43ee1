"""Writing without knowing Markdown, in a real browser: pasting from Word, dropping files, the toolbar by keyboard."""

import base64
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from lms.accounts.models import Person
from lms.core.access import Role
from tests.support.live import PHONE, Floor, holds, text
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, a_draft, a_quiz_text, an_article_text

pytestmark = pytest.mark.browser

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><!--StartFragment-->
<h1>退货流程<o:p></o:p></h1><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.
</span>核对<b>订单</b></p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.
</span>发送地址</p><img src="file:///c:/clip_image001.png"><!--EndFragment--></body></html>"""
QUESTIONS = """<p>1、签收后几天内可以退货？</p><p>A. 3 天</p><p>B. 7 天</p><p>答案：B</p>"""


@pytest.fixture
def trainer(floor: Floor) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


def editing(floor: Floor, person: Person, kind: str, slug: str, **options) -> Page:
    page = floor.page_of(person, **options)
    page.goto(f"/studio/{kind}/{slug}/edit?view=source")
    expect(page.locator(".source.is-editing")).to_be_visible()
    return page


def at_end_of(page: Page, number: int) -> None:
    page.locator(".source.is-editing > .line").nth(number - 1).locator("code").click()
    page.keyboard.press("End")


def paste(page: Page, html: str, plain: str = "") -> None:
    """Send the clipboard's event to whatever has the focus."""
    page.evaluate(
        """([html, plain]) => {
            const data = new DataTransfer();
            data.setData("text/plain", plain);
            if (html) data.setData("text/html", html);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        [html, plain],
    )


def a_picture() -> str:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "PNG")
    return base64.b64encode(made.getvalue()).decode()


def drop(page: Page, name: str, data: str, kind: str) -> None:
    page.evaluate(
        """([name, data, kind]) => {
            const bytes = Uint8Array.from(atob(data), sign => sign.charCodeAt(0));
            const held = new DataTransfer();
            held.items.add(new File([bytes], name, {type: kind}));
            const line = document.querySelectorAll(".source.is-editing > .line code");
            const last = line[line.length - 1], box = last.getBoundingClientRect();
            last.dispatchEvent(new DragEvent("drop", {dataTransfer: held, bubbles: true, cancelable: true, clientX: box.left + 4, clientY: box.top + 4}));
        }""",
        [name, data, kind],
    )


def test_a_word_fragment_is_pasted_as_markdown_and_undone_in_one_step(floor, trainer):
    a_draft(as_actor(trainer), an_article_text(body="开头"), slug="word")
    page = editing(floor, trainer, "article", "word")
    before = text(page)
    at_end_of(page, 6)
    paste(page, WORD, "退货流程")
    expect(page.locator("[data-pasted]")).to_contain_text("有 1 张图片没有带过来，请另存后拖进来。")
    assert (
        text(page)
        == before.replace("开头", "开头\n\n## 退货流程\n\n1. 核对**订单**\n2. 发送地址\n").rstrip("\n") + "\n"
    )
    expect(page.locator(".preview")).to_contain_text("发送地址")
    page.keyboard.press("Control+z")
    assert text(page) == before


def test_the_keys_of_the_real_clipboard_paste_rich_and_plain(floor, trainer):
    a_draft(as_actor(trainer), an_article_text(body="开头"), slug="keys")
    page = editing(floor, trainer, "article", "keys", permissions=["clipboard-read", "clipboard-write"])
    page.evaluate(
        """async () => {
            const blob = (text, type) => new Blob([text], {type: type});
            const held = {"text/html": blob("<h1>时效</h1><ul><li>七天</li></ul>", "text/html"), "text/plain": blob("七天", "text/plain")};
            await navigator.clipboard.write([new ClipboardItem(held)]);
        }"""
    )
    at_end_of(page, 6)
    page.keyboard.press("Control+v")
    expect(page.locator("#markdown")).to_have_value(re.compile(r"开头\n\n## 时效\n\n- 七天\n"))
    page.keyboard.press("Control+Shift+v")
    expect(page.locator("#markdown")).to_have_value(re.compile(r"- 七天七天\n"))


def test_the_plain_textarea_pastes_the_same_and_keeps_its_own_undo(floor, trainer):
    a_draft(as_actor(trainer), an_article_text(body="开头"), slug="word")
    page = editing(floor, trainer, "article", "word")
    page.get_by_role("button", name="用普通文本框").click()
    before = text(page)
    page.locator("#markdown").focus()
    page.keyboard.press("Control+End")
    paste(page, WORD, "退货流程")
    expect(page.locator("#markdown")).to_have_value(re.compile(r"## 退货流程\n\n1\. 核对\*\*订单\*\*"))
    page.keyboard.press("Control+z")
    expect(page.locator("#markdown")).to_have_value(before)


def test_ctrl_shift_v_and_the_properties_stay_plain(floor, trainer):
    a_draft(as_actor(trainer), an_article_text(body="开头"), slug="plain")
    page = editing(floor, trainer, "article", "plain")
    at_end_of(page, 6)
    page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'V', ctrlKey: true, shiftKey: true}))")
    paste(page, "<h1>甲</h1>", "# 甲")
    holds(page, "开头# 甲")
    at_end_of(page, 2)
    paste(page, "<b>乙</b>", "乙")
    holds(page, "类型: 知识乙\n")


def test_questions_of_a_word_file_are_offered_to_be_converted(floor, trainer):
    a_draft(as_actor(trainer), a_quiz_text(), kind="quiz", slug="typed")
    page = editing(floor, trainer, "quiz", "typed")
    at_end_of(page, len(a_quiz_text().split("\n")) - 1)
    paste(page, QUESTIONS, "x")
    expect(page.locator(".source .finding").first).to_contain_text("识别到 1 道 Word 格式的题")
    page.locator(".source .finding").get_by_role("button", name="一键修正").first.click()
    expect(page.locator("#markdown")).to_have_value(
        re.compile(r"### 签收后几天内可以退货？\n1\. \[ \] 3 天\n2\. \[x\] 7 天")
    )


def test_a_dropped_picture_is_sent_and_shown_and_a_wrong_file_is_refused_in_a_sentence(floor, trainer):
    floor.allowed.append("4[0-9][0-9]")
    a_draft(as_actor(trainer), an_article_text(body="看图："), slug="drop")
    page = editing(floor, trainer, "article", "drop")
    drop(page, "退货页.png", a_picture(), "image/png")
    expect(page.locator("#markdown")).to_have_value(re.compile(r"!\[退货页\]\(files/退货页-[0-9a-f]{6}\.png\)"))
    expect(page.locator(".preview img")).to_be_visible()
    drop(page, "坏的.png", base64.b64encode(b"MZ no picture").decode(), "image/png")
    expect(page.locator("[data-uploads]")).to_contain_text("坏的.png 没有传上：")


def test_a_table_is_inserted_with_the_keyboard_alone(floor, trainer):
    a_draft(as_actor(trainer), an_article_text(body="正文"), slug="rows")
    page = editing(floor, trainer, "article", "rows")
    at_end_of(page, 6)
    page.keyboard.press("Alt+F10")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="表格")).to_be_focused()
    page.keyboard.press("Enter")
    holds(page, "正文\n\n| 情况 | 怎么处理 |\n|---|---|\n")
    expect(page.locator(".preview table")).to_be_visible()


def test_a_link_is_chosen_by_title_and_section_with_the_keyboard(floor, trainer):
    a_document(as_actor(trainer), an_article_text("退货时效", "## 起算日\n七天。"), slug="after-sales/return")
    a_document(as_actor(trainer), an_article_text("换货", "## 库存\n先查。"), slug="after-sales/exchange")
    a_draft(as_actor(trainer), an_article_text("催件", body="见"), slug="logistics/link")
    page = editing(floor, trainer, "article", "logistics/link")
    at_end_of(page, 6)
    page.keyboard.press("Control+k")
    expect(page.locator("[data-pick-list]")).to_contain_text("换货")
    page.keyboard.type("退货")
    expect(page.locator("[data-pick-list] [role=option]")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#markdown")).to_have_value(
        re.compile(r"见\[退货时效 · 起算日\]\(\.\./after-sales/return\.md#起算日\)")
    )
    expect(page.locator("[data-count]")).to_have_text("没有问题")


def test_bold_list_and_settings_go_where_the_caret_is(floor, trainer):
    a_draft(as_actor(trainer), a_quiz_text(), kind="quiz", slug="keys")
    page = editing(floor, trainer, "quiz", "keys", size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    at_end_of(page, 6)
    page.get_by_role("button", name="设置").click()
    page.get_by_role("menuitem", name=re.compile("这里每题几分")).click()
    holds(page, "`全部` `每题2分`")
    page.keyboard.type("每题3分")
    holds(page, "`全部` `每题3分`")
    at_end_of(page, 9)
    page.get_by_role("button", name="设置").click()
    page.get_by_role("menuitem", name=re.compile("难度")).click()
    holds(page, "### 几天内可以申请退货？\n`难度2`\n\n1. [x]")
    expect(page.locator("[data-count]")).to_have_text(re.compile("没有问题|建议改"))


def test_the_help_lists_the_keys(floor, trainer):
    a_draft(as_actor(trainer), slug="help")
    page = editing(floor, trainer, "article", "help")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_contain_text("Ctrl+Shift+V")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_hidden()
