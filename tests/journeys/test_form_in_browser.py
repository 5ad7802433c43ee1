"""Writing with the form alone: every type of question by keyboard, put in order by mouse, nothing half typed lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from lms.accounts.models import Person
from lms.content.grammar.document import Parsed
from lms.core.access import Role
from lms.core.db import session
from lms.questions.spec import Kind
from lms.quizzes.spec import parse
from tests.support.live import WCAG, Floor, StoppedClock, fits, holds, looks, text
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_draft, a_lesson_text, a_question, a_quiz_text, an_article_text
from tests.support.make_files import a_pdf, a_picture
from tests.support.waiting import until

pytestmark = pytest.mark.browser

EMPTY = "---\n类型: 测验\n及格: 80%\n---\n# 售后小测\n"
TASK = "---\n类型: 任务\n时长: 60分钟\n确认人: 带教\n---\n# 跟听\n\n先听。\n\n- [ ] 听三通\n- [ ] 记下来\n"
LESSON = a_lesson_text(body="## 三步\n先说已经发生的事。\n\n## 自测\n\n### 先说什么？\n1. [x] 已经发生的\n2. [ ] 猜的")


@pytest.fixture
def trainer(floor: Floor) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


def editing(floor: Floor, person: Person, text: str, kind: str = "quiz", **options) -> Page:
    a_draft(as_actor(person), text, kind=kind, slug="onboarding/x")
    page = floor.page_of(person, **options)
    page.goto(f"/studio/{kind}/onboarding/x/edit")
    expect(page.locator("[data-form-here]")).to_be_visible()
    return page


def read(page: Page) -> Parsed:
    return parse(text(page), "quizzes/onboarding/x.md")


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Go on with Tab until the element with this id, name or accessible label has the focus."""
    for _ in range(most):
        found = page.evaluate(
            "e => { const a = document.activeElement; return [a.id, a.name, a.getAttribute('aria-label'), a.textContent.trim(), a.value].includes(e); }",
            name,
        )
        if found:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {name}")


def add(page: Page, kind: str) -> None:
    """Open “加一道题” of the last section and choose a type, with the keyboard."""
    menu = page.locator(".form-add").last
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    tab_to(page, kind)
    page.keyboard.press("Enter")
    expect(page.locator("#card-stem")).to_be_focused()


def opened(page: Page, title: str) -> None:
    page.locator("button.form-open", has_text=title).click()
    expect(page.locator("[data-card]")).to_be_visible()


def done(page: Page) -> None:
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-card]")).to_have_count(0)


def settled(page: Page) -> None:
    """What was done has come into the text, and the form is drawn anew."""
    expect(page.locator("[data-form-here][aria-busy]")).to_have_count(0)


def fill(page: Page, name: str, words: str) -> None:
    tab_to(page, name)
    page.keyboard.type(words)


def test_a_quiz_of_every_type_is_made_with_the_keyboard_alone(floor, trainer):
    page = editing(floor, trainer, EMPTY)
    page.locator("#add-section").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card-title")).to_be_focused()
    page.keyboard.type("规则")
    done(page)

    add(page, "单选")
    page.keyboard.type("几天内可以退？")
    fill(page, "row-1-text", "3 天")
    page.keyboard.press("Enter")
    page.keyboard.type("7 天")
    page.locator("[name=right][value='2']").focus()
    page.keyboard.press("Space")
    done(page)

    add(page, "判断")
    page.keyboard.type("拆封就不能退。")
    tab_to(page, "card-truth")
    page.keyboard.press("ArrowRight")
    done(page)

    add(page, "填空")
    page.keyboard.type("收到后 ____ 小时内退款。")
    fill(page, "row-1-text", "48 | 四十八")
    done(page)

    add(page, "数值")
    page.keyboard.type("退多少？")
    fill(page, "card-value", "64")
    fill(page, "card-unit", "元")
    done(page)

    add(page, "排序")
    page.keyboard.type("排好顺序")
    for number, words in enumerate(("查", "问", "答"), start=1):
        fill(page, f"row-{number}-text", words)
    done(page)

    add(page, "匹配")
    page.keyboard.type("连起来")
    for number, (left, right) in enumerate((("破损", "商家付"), ("不喜欢", "顾客付")), start=1):
        fill(page, f"row-{number}-text", left)
        fill(page, f"row-{number}-other", right)
    done(page)

    add(page, "多选")
    page.keyboard.type("哪些可以退？")
    fill(page, "row-1-text", "没拆封的")
    fill(page, "row-2-text", "定做的")
    fill(page, "row-3-text", "有破损的")
    for number in (1, 3):
        page.locator(f"[name=right][value='{number}']").focus()
        page.keyboard.press("Space")
    done(page)

    add(page, "问答")
    page.keyboard.type("写一句回复")
    fill(page, "row-1-other", "5")
    fill(page, "row-1-text", "抱歉 | 理解")
    done(page)

    parsed = read(page)
    assert [str(finding.message) for finding in parsed.findings] == []
    assert {question.kind for question in parsed.spec.questions} == set(Kind)
    expect(page.locator(".form-line")).to_have_count(9)  # the title and eight questions
    expect(page.locator(".preview .question")).to_have_count(8)


def test_what_is_typed_goes_into_the_text_after_a_pause_and_shows_as_a_learner_sees_it(floor, trainer):
    page = editing(floor, trainer, a_quiz_text(a_question("几天内？")))
    opened(page, "几天内？")
    page.locator("#card-stem").fill("几个工作日内？")
    expect(page.locator("[data-look] legend")).to_contain_text("几个工作日内？")
    expect(page.locator(".preview legend")).to_contain_text("几个工作日内？")
    holds(page, "### 几个工作日内？")
    expect(page.locator("#card-stem")).to_be_focused()
    page.locator("[data-undo]").click()
    expect(page.locator("[data-card]")).to_have_count(0)
    holds(page, "### 几天内？")


def test_a_half_typed_card_outlives_an_act_beside_it_and_stops_a_save_until_it_can_be_read(floor, trainer):
    floor.allowed.append("422")  # a refusal is told to the console by the browser itself
    page = editing(floor, trainer, a_quiz_text(a_question("甲？"), a_question("乙？")))
    opened(page, "甲？")
    page.locator("#card-stem").fill("")
    expect(page.locator("[data-look]")).to_contain_text("题目是空的")
    page.locator("summary[aria-label='更多：乙？']").click()
    page.get_by_role("button", name="复制一份").last.click()
    expect(page.locator("button.form-open", has_text="乙？")).to_have_count(2)
    expect(page.locator("#card-stem")).to_have_value("")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("#card-stem")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#error-of-card-stem")).to_contain_text("题目是空的")
    page.locator("#card-stem").fill("甲甲？")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("[data-state]")).to_contain_text("已保存")
    holds(page, "### 甲甲？")


def test_errors_stand_at_their_fields_all_at_once(floor, trainer):
    floor.allowed.append("422")  # a refusal is told to the console by the browser itself
    page = editing(floor, trainer, a_quiz_text(a_question("甲？")))
    opened(page, "甲？")
    page.locator("#card-points").fill("很多")
    page.locator("[name=right]").first.evaluate(
        "e => document.querySelectorAll('[name=right]').forEach(o => { o.checked = false; })"
    )
    page.locator("#card-stem").fill("")
    page.get_by_role("button", name="完成").click()
    for name in ("card-points", "card-stem", "card-rows"):
        expect(page.locator(f"#error-of-{name}")).to_be_visible()
    expect(page.locator("#card-points")).to_have_value("很多")


def test_a_question_is_dragged_to_another_section(floor, trainer):
    source = (
        EMPTY
        + "\n## 一\n`全部`\n\n### 甲？\n- 答案：对\n\n### 乙？\n- 答案：错\n\n## 二\n`全部`\n\n### 丙？\n- 答案：对\n"
    )
    page = editing(floor, trainer, source)
    start = page.locator(".form-line", has_text="甲？").locator("[data-handle]").bounding_box()
    page.mouse.move(start["x"] + 10, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 12, start["y"] + 60, steps=4)
    for _ in range(2):  # the line gives way when the other one comes: measured again
        end = page.locator(".form-line", has_text="丙？").bounding_box()
        page.mouse.move(end["x"] + 60, end["y"] + end["height"] - 8, steps=12)
    page.mouse.up()
    expect(page.locator("[data-undo]")).to_be_visible()
    settled(page)
    assert re.findall("^##+ (.*)$", text(page), re.MULTILINE) == ["一", "乙？", "二", "丙？", "甲？"]
    page.locator("[data-undo]").click()
    expect(page.locator("#markdown")).to_have_value(source)


def test_a_question_is_moved_by_keyboard_and_by_the_menu(floor, trainer):
    source = a_quiz_text(a_question("甲？"), a_question("乙？"))
    page = editing(floor, trainer, source)
    page.locator(".form-line", has_text="甲？").locator("[data-handle]").focus()
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.locator("button.form-open").nth(2)).to_contain_text("乙？")
    settled(page)
    page.locator("summary[aria-label^='更多：甲？']").click()
    page.get_by_role("button", name="上移").locator("visible=true").click()
    expect(page.locator("button.form-open").nth(2)).to_contain_text("甲？")
    expect(page.locator("#markdown")).to_have_value(source)


def test_a_menu_that_is_opened_while_an_answer_is_on_its_way_stays_open(floor, trainer):
    page = editing(floor, trainer, a_quiz_text(a_question("甲？"), a_question("乙？")))
    held = []
    page.route("**/form", lambda route: held.append(route), times=1)
    page.locator(".form-line", has_text="甲？").locator("[data-handle]").focus()
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    until(lambda: page.evaluate("true") and held)
    menu = page.locator("summary[aria-label^='更多：甲？']")
    menu.click()
    held[0].continue_()
    settled(page)
    expect(page.locator("button.form-open").nth(2)).to_contain_text("乙？")
    page.get_by_role("button", name="上移").locator("visible=true").click()
    expect(page.locator("button.form-open").nth(2)).to_contain_text("甲？")
    expect(page.locator(".form-menu[open]")).to_have_count(0)


def test_the_menu_of_types_stays_open_too_with_the_keyboard_where_it_was(floor, trainer):
    page = editing(floor, trainer, a_quiz_text(a_question("甲？"), a_question("乙？")))
    held = []
    page.route("**/form", lambda route: held.append(route), times=1)
    page.locator(".form-line", has_text="甲？").locator("[data-handle]").focus()
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    until(lambda: page.evaluate("true") and held)
    menu = page.locator(".form-add").last
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    tab_to(page, "判断")
    held[0].continue_()
    settled(page)
    expect(menu).to_have_attribute("open", "")
    expect(menu.get_by_role("button", name="判断")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#card-stem")).to_be_focused()


def test_a_card_that_was_closed_sends_nothing_more(floor, trainer):
    a_draft(as_actor(trainer), EMPTY, kind="quiz", slug="onboarding/x")
    page, sent = floor.page_of(trainer), []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/form") else None)
    time = StoppedClock(page)
    page.goto("/studio/quiz/onboarding/x/edit")
    page.locator("#add-section").click()
    expect(page.locator("#card-title")).to_be_focused()
    page.keyboard.type("规则")
    done(page)
    assert len(sent) == 2
    time.goes_on(2)  # no second drawing closes what is opened meanwhile
    assert len(sent) == 2
    holds(page, "## 规则")


def test_another_type_keeps_the_options(floor, trainer):
    page = editing(floor, trainer, a_quiz_text(a_question("甲？")))
    opened(page, "甲？")
    page.locator("#card-kind").select_option("multiple")
    expect(page.locator("[name=right][type=checkbox]").first).to_be_visible()
    page.get_by_role("button", name="完成").click()
    expect(page.locator("[data-card]")).to_have_count(0)
    holds(page, "- [x] 7 天")


def test_a_broken_question_shows_its_lines_and_leads_to_the_source(floor, trainer):
    page = editing(floor, trainer, a_quiz_text("### 甲？\n`漏选半分`\n\n- [x] 是\n- [ ] 否", a_question("乙？")))
    broken = page.locator(".form-line.is-broken")
    expect(broken).to_contain_text("不认识“漏选半分”")
    broken.get_by_role("button", name="到源码里改").click()
    expect(page.locator(".source.is-editing")).to_be_visible()
    page.get_by_role("button", name="一键修正").first.click()
    page.locator("[data-tab=form]").click()
    expect(page.locator(".form-line.is-broken")).to_have_count(0)


def test_the_form_follows_what_was_changed_in_the_source(floor, trainer):
    page = editing(floor, trainer, a_quiz_text(a_question("甲？")))
    page.locator("[data-tab=source]").click()
    page.locator("button[data-plain]").click()
    page.locator("#markdown").fill(text(page).replace("甲？", "新的甲？"))
    page.locator("[data-tab=form]").click()
    expect(page.locator(".form-line", has_text="新的甲？")).to_be_visible()
    page.reload()
    expect(page.locator("[data-form-here]")).to_be_visible()  # the tab is remembered


@pytest.mark.parametrize(
    ("kind", "source", "open", "field", "words"),
    [
        ("lesson", LESSON, "三步", "#card-body", "先说已经发生的事，再说下一步。"),
        ("article", an_article_text(), "时效", "#card-body", "八天内可以申请。"),
        ("task", TASK, "跟听", "#row-1-text", "听五通"),
    ],
)
def test_lessons_articles_and_tasks_are_written_in_their_form(floor, trainer, kind, source, open, field, words):
    page = editing(floor, trainer, source, kind)
    page.locator("button.form-open", has_text=open).last.click()
    page.locator(field).fill(words)
    page.get_by_role("button", name="完成").click()
    expect(page.locator("[data-card]")).to_have_count(0)
    holds(page, words)
    expect(page.locator("[data-count]")).to_contain_text("没有问题")


@looks("size", "shade", "language")
def test_the_forms_pass_axe_and_never_scroll_sideways(floor, trainer, size, shade, language):
    trainer.locale = language
    session().commit()
    quiz = EMPTY + "\n## 一\n`抽2题` `每题2分`\n" + "".join(f"\n{each}\n" for each in EVERY)
    texts = {"quiz": quiz, "lesson": LESSON, "article": an_article_text(), "task": TASK}
    tall = {"width": size["width"], "height": 6000}  # what lies half under a bar is no small target
    page = floor.page_of(trainer, size=tall, color_scheme=shade)
    for kind, source in texts.items():
        a_draft(as_actor(trainer), source, kind=kind, slug="onboarding/x")
        page.goto(f"/studio/{kind}/onboarding/x/edit")
        count = page.locator("button.form-open").count()
        for place in range(count):
            page.goto(f"/studio/{kind}/onboarding/x/edit")
            page.locator("button.form-open").nth(place).click()
            expect(page.locator("[data-card]")).to_be_visible()
            fits(page, (kind, place), rules=WCAG, part="#src")


EVERY = (
    "### 单选\n1. [x] 是\n    - 解析：对。\n2. [ ] 否\n\n> 解析：因为。",
    "### 多选\n`漏选给半分`\n\n- [x] 是\n- [ ] 否",
    "### 判断\n- 答案：对",
    "### 填 ____\n- 空1：是",
    "### 数\n- 答案：64 ± 0.01 元",
    "### 顺序\n`排序`\n\n1. 一\n2. 二",
    "### 匹配\n- 甲 => 一\n- 乙 => 二\n- （干扰项） => 三",
    "### 问答\n`5分` `人工复核`\n\n- 必说（5分）：是 | 对",
    "### 有错\n`不懂`\n\n- 答案：对",
)


def test_what_is_pasted_from_word_into_a_card_becomes_markdown(floor, trainer):
    page = editing(floor, trainer, an_article_text(), "article")
    opened(page, "七天内")
    page.locator("#card-body").fill("")
    page.locator("#card-body").evaluate(
        """area => {
            const data = new DataTransfer();
            data.setData("text/html", "<p class=MsoNormal>先看<b>订单</b></p><ul><li>甲</li><li>乙</li></ul>");
            data.setData("text/plain", "先看订单");
            area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#card-body")).to_have_value("先看**订单**\n\n- 甲\n- 乙")
    expect(page.locator(".preview li")).to_have_count(2)
    holds(page, "先看**订单**")


def test_a_document_with_headings_is_pasted_into_a_section(floor, trainer):
    page = editing(floor, trainer, an_article_text(), "article")
    opened(page, "七天内")
    page.locator("#card-body").evaluate(
        """area => {
            const data = new DataTransfer();
            data.setData("text/html", "<h1>申请</h1><p>先看订单</p><h2>例外</h2><p>定制</p>");
            area.select();
            area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#card-body")).to_have_value("### 申请\n\n先看订单\n\n#### 例外\n\n定制")
    page.get_by_role("button", name="完成").click()
    expect(page.locator("[data-card]")).to_have_count(0)
    holds(page, "### 申请")


def test_a_picture_is_dropped_into_a_section_and_a_pdf_is_chosen_for_it(floor, trainer):
    page = editing(floor, trainer, LESSON, "lesson")
    opened(page, "三步")
    page.locator("#card-body").evaluate(
        """(area, bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "后台.png", { type: "image/png" }));
            area.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        list(a_picture()),
    )
    expect(page.locator("#card-body")).to_have_value(re.compile(r"!\[后台\]\(files/后台-\w{6}\.png\)"))
    page.get_by_role("button", name="加图片或文件").click()
    page.locator("#card-file").set_input_files({"name": "手册.pdf", "mimeType": "application/pdf", "buffer": a_pdf()})
    expect(page.locator("#card-body")).to_have_value(re.compile(r"\n\n\[手册\]\(files/手册-\w{6}\.pdf\)(\n\n|$)"))
    page.get_by_role("button", name="完成").click()
    expect(page.locator("[data-card]")).to_have_count(0)
    holds(page, ".pdf)")


def test_a_video_that_was_just_put_in_asks_how_much_of_it_is_to_be_watched(floor, trainer):
    page = editing(floor, trainer, LESSON, "lesson")
    opened(page, "三步")
    expect(page.locator("#card-watched")).to_be_hidden()
    page.locator("#card-body").fill("先看。\n\n[接待](files/a-123456.mp4)")
    page.locator("#card-watched").fill("80")
    page.get_by_role("button", name="完成").click()
    expect(page.locator("[data-card]")).to_have_count(0)
    holds(page, "[接待](files/a-123456.mp4) `看完80%`")
