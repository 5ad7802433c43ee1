"""Planning in a real browser: a curriculum on its board of days, a course by its contents, with mouse, finger and keys."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from lms.accounts.models import Person
from lms.content import queries
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.live import PHONE, Floor, fits, holds, looks, text
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, a_draft
from tests.support.make_learning import a_lesson, a_task, owes
from tests.support.waiting import until

pytestmark = pytest.mark.browser

PLAN = """---
类型: 培训计划
时长: 9小时
---
# 入职计划

## 认识
`第1-2天` `任意顺序`

<!-- 第一天先认人 -->
- [认识带教人](a.md) `第1天` `180分钟`
- [逛店](b.md) `第2天` `120分钟`
- [开账号](c.md) `第2天` `60分钟`

## 上手
`第3天` `需完成:认识` `任意顺序`

- [旁听](d.md) `第3天` `180分钟`
"""


@pytest.fixture
def trainer(floor: Floor) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


@pytest.fixture
def plan(trainer: Person) -> Document:
    actor = as_actor(trainer)
    for slug, title in (("a", "认识带教人"), ("b", "逛店"), ("c", "开账号"), ("d", "旁听")):
        a_task(actor, slug, title=title)
    return a_document(actor, PLAN, kind="curriculum", slug="plan")


def planning(floor: Floor, person: Person, kind: str = "curriculum", slug: str = "plan", **options) -> Page:
    page = floor.page_of(person, **options)
    page.goto(f"/studio/{kind}/{slug}/edit?view=form")
    expect(page.locator(".handle").first).to_be_visible()
    return page


def day(page: Page, number: int) -> Locator:
    return page.locator(".board-day").filter(has=page.get_by_role("heading", name=f"第 {number} 天", exact=True))


def titles(place: Locator) -> list[str]:
    return place.locator(".board-title").all_inner_texts()


def dragged(page: Page, what: Locator, to: Locator) -> None:
    page.mouse.move(*middle(what))
    page.mouse.down()
    page.mouse.move(*middle(to), steps=8)
    page.mouse.up()


def middle(what: Locator) -> tuple[float, float]:
    box = what.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_an_item_dragged_to_the_next_day_reaches_the_learners_plan(floor, trainer, plan):
    learner = a_person(name="小周")
    owes(as_actor(trainer), plan, learner)
    floor.fresh_read()
    page = planning(floor, trainer, size={"width": 1280, "height": 1600})
    assert titles(day(page, 2)) == ["逛店", "开账号"]
    dragged(page, day(page, 2).get_by_text("开账号"), day(page, 3).locator(".board-empty, .board-item").first)
    expect(day(page, 3).locator(".board-title")).to_have_count(2)
    assert titles(day(page, 2)) == ["逛店"]
    expect(day(page, 3).locator(".board-sum")).to_have_text(re.compile("240/180"))
    moved = "- [开账号](c.md) `第3天` `60分钟`\n"
    without = PLAN.replace("- [开账号](c.md) `第2天` `60分钟`\n", "")
    assert sorted(text(page).split("\n")) == sorted((without + moved).split("\n"))
    page.get_by_role("button", name="发布…").click()
    page.wait_for_url(re.compile(r"/publish$"))
    page.get_by_label("改了什么").fill("开账号移到第三天")
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_url(re.compile(r"/history$"))
    reader = floor.page_of(learner)
    reader.goto("/learn/curriculum/plan")
    third = reader.locator("details.plan-day", has_text="第3天")
    third.locator("summary").click()
    expect(third).to_contain_text("开账号")


def test_the_keyboard_moves_an_item_and_says_where_it_is(floor, trainer, plan):
    page = planning(floor, trainer)
    handle = page.get_by_role("button", name="移动：逛店")
    handle.focus()
    page.keyboard.press("Space")
    said = page.locator("[aria-live=assertive]")
    expect(said).to_contain_text("拿起“逛店”，在第 2 天的第 1 项，共 2 项")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("第 3 天，第 1 项，共 2 项")
    page.keyboard.press("Escape")
    expect(said).to_have_text("“逛店”回到原处")
    assert text(page) == PLAN
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(day(page, 2).locator(".board-title")).to_have_text(["开账号"])
    expect(day(page, 3).locator(".board-title")).to_have_text(["旁听", "逛店"])
    expect(handle).to_be_focused()
    expect(page.locator("#markdown")).to_have_value(re.compile("旁听.+`第3天`.+\n- .逛店.+`第3天`"))
    page.get_by_role("button", name="撤销").click()
    expect(day(page, 3).locator(".board-title")).to_have_text(["旁听"])
    expect(page.locator("#markdown")).to_have_value(PLAN)


def test_a_finger_drags_by_the_handle_on_a_phone(floor, trainer, plan):
    page = planning(floor, trainer, size=PHONE, has_touch=True, is_mobile=True)
    handle = page.get_by_role("button", name="移动：认识带教人")
    handle.evaluate("one => one.scrollIntoView({block: 'start', behavior: 'instant'})")
    page.evaluate("window.scrollBy({top: -150, behavior: 'instant'})")
    tools = page.context.new_cdp_session(page)
    x, y = middle(handle)
    tools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    goal_x, goal_y = middle(day(page, 2).locator(".board-item").last)
    for step in range(1, 9):
        point = {"x": x + (goal_x - x) * step / 8, "y": min(y + (goal_y - y) * step / 8, 700)}
        tools.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    expect(page.locator(".reorder-gap")).to_be_visible()
    tools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(day(page, 1).locator(".board-title")).to_have_count(0)
    expect(day(page, 1)).to_contain_text("没有要完成的内容")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_item_is_set_renamed_stages_are_followed_and_what_stood_open_stays_open(floor, trainer, plan):
    page = planning(floor, trainer)
    day(page, 1).locator("summary", has_text="认识带教人").click()
    page.get_by_label("分钟数", exact=True).first.fill("90")
    page.get_by_label("要求").first.select_option("optional")
    expect(day(page, 1).locator(".board-sum")).to_have_text(re.compile("^0/180"))
    expect(day(page, 1)).to_contain_text("另有选修 90 分钟")
    expect(page.get_by_label("要求").first).to_be_visible()
    holds(page, "- [认识带教人](a.md) `第1天` `90分钟` `选修`\n")
    expect(page.locator("[aria-busy]")).to_have_count(0)
    page.locator(".board-settings summary").first.click()
    name = page.get_by_label("名称").first
    name.fill("认识大家")
    name.blur()
    expect(page.get_by_role("heading", name="认识大家", exact=True)).to_be_visible()
    holds(page, "`第3天` `需完成:认识大家` `任意顺序`")
    floor.allowed.append("422")
    first = page.get_by_label("从第几天").first
    first.fill("0")
    first.blur()
    expect(page.get_by_text("天数从 1 开始，先小后大。")).to_be_visible()
    holds(page, "`第1-2天` `任意顺序`")


def test_a_field_that_is_set_while_another_one_is_on_its_way_is_not_lost(floor, trainer, plan):
    page, held = planning(floor, trainer), []
    day(page, 1).locator("summary", has_text="认识带教人").click()
    page.route("**/form", lambda route: held.append(route), times=1)
    page.get_by_label("分钟数", exact=True).first.fill("95")
    page.keyboard.press("Tab")
    until(lambda: page.evaluate("true") and held)
    page.get_by_label("要求").first.select_option("optional")
    held[0].continue_()
    holds(page, "- [认识带教人](a.md) `第1天` `95分钟` `选修`\n")
    expect(page.get_by_label("要求").first).to_have_value("optional")


def test_a_field_that_was_just_typed_is_saved_by_the_button_that_follows(floor, trainer, plan):
    page = planning(floor, trainer)
    day(page, 1).locator("summary", has_text="认识带教人").click()
    page.get_by_label("分钟数", exact=True).first.fill("95")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("[data-standing]")).to_contain_text("还没有发布的改动")
    floor.fresh_read()
    assert "`95分钟`" in queries.text(session().get_one(Document, plan.id).draft_id)


def test_a_day_is_put_in_and_a_document_is_found_and_added_to_it(floor, trainer, plan):
    a_lesson(as_actor(trainer), "cups", title="杯壶与定制")
    floor.fresh_read()
    page = planning(floor, trainer)
    day(page, 2).locator(".board-menu summary").click()
    expect(day(page, 2).locator(".board-menu-body")).to_contain_text("第 2 天起的 3 项和 1 个阶段往后移一天")
    day(page, 2).get_by_role("button", name="在前面加一天").click()
    expect(day(page, 4).locator(".board-title")).to_have_text(["旁听"])
    expect(day(page, 2)).to_contain_text("没有要完成的内容")
    day(page, 2).get_by_role("button", name="添加").click()
    expect(page.get_by_label("找一份内容")).to_be_focused()
    page.keyboard.type("杯壶")
    expect(day(page, 2).locator("[data-pick-path]")).to_have_count(1)
    day(page, 2).get_by_role("button", name="杯壶与定制").click()
    expect(day(page, 2).locator(".board-title")).to_have_text(["杯壶与定制"])
    holds(page, "- [认识带教人](a.md) `第1天` `180分钟`\n- [杯壶与定制](cups.md) `第2天`\n")
    expect(page.get_by_label("找一份内容")).to_be_focused()


def test_a_course_gets_a_new_lesson_beside_it_and_the_sum_as_its_length(floor, trainer):
    actor = as_actor(trainer)
    a_lesson(actor, "c/01-cups")
    source = "---\n类型: 课程\n时长: 60分钟\n---\n# 杯壶\n\n## 内容\n1. [杯壶与定制](01-cups.md)\n2. [旧的](gone.md) `5分钟`\n"
    a_draft(actor, source, kind="course", slug="c/course")
    page = planning(floor, trainer, "course", "c/course")
    expect(page.locator(".board-item").nth(1)).to_contain_text("找不到")
    page.get_by_label("或者新写一课").fill("怎么刻字")
    page.get_by_role("button", name="新建并加入").click()
    expect(page.locator(".board-title")).to_have_text(["杯壶与定制", "旧的", "怎么刻字"])
    expect(page.locator(".board-item").nth(2)).to_contain_text("草稿")
    assert text(page) == source + "3. [怎么刻字](02-怎么刻字.md)\n"
    page.locator(".board-item").nth(1).locator("summary").click()
    page.locator(".board-item").nth(1).get_by_role("button", name="移除").click()
    expect(page.locator(".board-title")).to_have_count(2)
    page.get_by_role("button", name="移动：怎么刻字").focus()
    for key in ("Space", "ArrowUp", "Space"):
        page.keyboard.press(key)
    expect(page.locator(".board-title")).to_have_text(["怎么刻字", "杯壶与定制"])
    expect(page.locator("#markdown")).to_have_value(re.compile("1. .怎么刻字.+\n2. .杯壶与定制"))
    page.get_by_role("button", name="改成合计").click()
    expect(page.get_by_role("button", name="改成合计")).to_have_count(0)
    assert re.search(r"时长: \d+分钟", text(page))
    floor.fresh_read()
    made = session().scalar(select(Document).where(Document.title == "怎么刻字"))
    assert made is not None
    assert queries.text(made.draft_id).startswith("---\n类型: 课时")


def test_without_script_the_board_is_used_by_its_selects_and_buttons(floor, trainer, plan):
    page = floor.page_of(trainer, java_script_enabled=False)
    page.goto("/studio/curriculum/plan/edit?view=form")
    day(page, 2).locator("summary", has_text="开账号").click()
    item = day(page, 2).locator(".board-item", has_text="开账号")
    item.get_by_label("放在").select_option(label="第 3 天")
    item.get_by_role("button", name="移过去").click()
    expect(day(page, 3).locator(".board-title")).to_have_text(["旁听", "开账号"])
    page.locator("#add-pick").select_option(label="任务：逛店")
    page.locator("#add-to").select_option(label="第 3 天")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(day(page, 3).locator(".board-title")).to_have_text(["旁听", "开账号", "逛店"])


@looks("size", "shade", "language")
def test_the_boards_pass_axe_and_never_scroll_sideways(floor, trainer, plan, size, shade, language):
    actor = as_actor(trainer)
    a_draft(
        actor, "---\n类型: 课程\n---\n# 课\n\n## 内容\n1. [甲](a.md)\n2. [没有](x.md)\n", kind="course", slug="course"
    )
    page = floor.page_of(trainer, size=size, color_scheme=shade)
    if language == "en":
        with transaction() as s:
            s.get_one(Person, trainer.id).locale = "en"
        floor.fresh_read()
    for kind, slug in (("curriculum", "plan"), ("course", "course")):
        page.goto(f"/studio/{kind}/{slug}/edit?view=form")
        for summary in page.locator(".board-body > summary, .board-settings > summary").all():
            summary.click()
        # The whole page at once: on a part of it the bar at the foot lies over whatever happens to be there.
        whole = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": whole + 200})
        fits(page, kind)
        page.set_viewport_size(size)
