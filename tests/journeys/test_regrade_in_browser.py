"""A trainer corrects a key with the keyboard alone, sees whom it touches first, and the pages are for everybody."""

from fractions import Fraction

import pytest
from playwright.sync_api import expect

from lms.core.access import Role
from lms.core.db import session
from lms.quizzes.models import Regrade
from tests.support.live import DESK, PHONE, fits
from tests.support.make import a_person, as_actor
from tests.support.make_quizzes import a_quiz, a_single, one_of_each
from tests.support.make_regrades import answered, part_of, regraded, result

pytestmark = pytest.mark.browser

ASKED = a_single("几天内可以退？", right="o3", options=("3 天", "7 天", "15 天"))
OTHER = a_single("运费谁付？", options=("商家", "顾客"), right="o1")


def a_sat_quiz(*more):
    """A quiz that one person passed by the wrong key and one failed by it; their attempts."""
    slug = a_quiz(ASKED, OTHER, *more, pass_mark=Fraction(60, 100), attempts=None, title="退货小测")
    gains, loses = a_person(name="郑可"), a_person(name="陈予")
    _, one = answered(slug, "o2", "o1", actor=as_actor(gains))
    _, other = answered(slug, "o3", "o1", actor=as_actor(loses))
    return slug, gains, one, other


def test_a_key_is_corrected_without_a_mouse_after_its_effect_was_seen(floor):
    trainer = a_person(Role.TRAINER, name="苏岩")
    slug, gains, one, other = a_sat_quiz()
    key = part_of(ASKED).key
    floor.fresh_read()
    page = floor.page_of(trainer, size=DESK)
    page.goto(f"/exams/{slug}/regrades/{key}")
    page.locator("[name=act]").first.focus()
    page.keyboard.press("Space")  # 直接改答案
    for option, press in (("o2", True), ("o3", True)):
        page.locator(f"[name=right][value={option}]").focus()
        if press:
            page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#impact")).to_be_visible()
    expect(page.get_by_text("郑可")).to_be_visible()
    expect(page.get_by_text("陈予")).to_be_visible()
    floor.fresh_read()
    assert (result(one)[2], result(other)[2]) == (False, True)
    page.locator("#reason").focus()
    page.keyboard.type("看错了条款")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="看错了条款")).to_be_visible()
    expect(page.get_by_text("1 人如今未达及格线，仍算完成")).to_be_visible()
    floor.fresh_read()
    assert (result(one)[2], result(other)[2]) == (True, False)
    mine = floor.page_of(gains, size=PHONE)
    mine.goto(f"/attempts/{one}/result")
    expect(mine.get_by_text("更正前 50 分")).to_be_visible()


def test_the_pages_of_marking_again_are_for_everybody(floor):
    trainer = a_person(Role.TRAINER, name="苏岩")
    kinds = [each for each in one_of_each()[1:] if each.kind != "open"]
    slug, gains, one, _ = a_sat_quiz(*kinds)
    regraded(as_actor(trainer), slug, OTHER, None, reason="题目有歧义")
    made = session().query(Regrade.public_id).scalar()
    base = f"/exams/{slug}/regrades"
    pages = [base, f"/regrades/{made}", f"{base}/{part_of(ASKED).key}?act=edit&right=o2"]
    pages += [f"{base}/{part_of(ASKED).key}?act=edit", f"{base}/{part_of(OTHER).key}"]
    forms = [f"{base}/{part_of(each).key}?act=all" for each in kinds if each.kind in ("fill_in", "numeric", "ordering")]
    floor.fresh_read()
    for size, shade, shown in ((DESK, "light", pages), (PHONE, "dark", pages + forms)):
        page = floor.page_of(trainer, size=size)
        page.emulate_media(color_scheme=shade)
        for path in shown:
            page.goto(path)
            fits(page, (path, size))
        mine = floor.page_of(gains, size=size)
        mine.emulate_media(color_scheme=shade)
        mine.goto(f"/attempts/{one}/result")
        fits(mine)
