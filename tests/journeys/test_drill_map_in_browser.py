"""走向图 in a real browser: read on a phone and on a desk, the frame scrolls and the page never does."""

import pytest

from lms.accounts.models import Person
from lms.core.access import Role
from lms.core.db import session
from tests.support.live import DESK, PHONE, WCAG, Floor, fits
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document

pytestmark = pytest.mark.browser
WIDE = "\n".join(f"- [回复 {each}](#第 {each} 场) `共情+{each}`" for each in range(1, 6))
SCENES = "\n\n".join(
    f"## 第 {each} 场\n> 小雨：嗯？\n\n- [好的，我来办 {each}](#收场) `共情+2`\n- [再说一遍 {each}](#开场)"
    for each in range(1, 6)
)
DRILL = f"""---
类型: 演练
顾客: 小雨
情绪: 40
评分: {{共情: 100}}
---
# 岔路很多

## 开场
> 小雨：发了没有？

{WIDE}

{SCENES}

## 收场
`结局:通过`
> 小雨：好。

## 复盘
- 想一想。
"""


@pytest.fixture
def trainer(floor: Floor) -> Person:
    person = a_person(Role.TRAINER, name="苏岩")
    a_document(as_actor(person), DRILL, kind="drill", slug="drills/wide")
    return person


@pytest.mark.parametrize(("size", "shade"), [(PHONE, "dark"), (DESK, "light")], ids=["phone-dark", "desk-light"])
def test_the_map_passes_axe_in_both_languages_and_scrolls_in_its_frame_alone(
    floor: Floor, trainer: Person, size, shade
):
    for language in ("zh_CN", "en"):
        trainer.locale = language
        session().commit()
        page = floor.page_of(trainer, size=size, color_scheme=shade)
        page.goto("/drills/drills/wide/paths")
        fits(page, rules=WCAG)


def test_on_a_phone_the_map_opens_at_its_first_scene(floor: Floor, trainer: Person):
    page = floor.page_of(trainer, size=PHONE)
    page.goto("/drills/drills/wide/paths")
    page.wait_for_load_state()
    start, frame = page.locator(".map-node.is-start").bounding_box(), page.locator(".map-frame").bounding_box()
    assert start is not None
    assert frame is not None
    assert frame["x"] <= start["x"] <= frame["x"] + frame["width"] - start["width"]
