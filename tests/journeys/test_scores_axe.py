"""Every page of scores, reviews and readiness, filled and empty: axe finds nothing, nothing is wider than the screen."""

import pytest

from lms.accounts.models import Person
from lms.core import clock
from lms.core.access import Role
from lms.core.db import transaction
from tests.support.live import DESK, PHONE, Floor, fits
from tests.support.make import a_person, a_team
from tests.support.make_score_pages import NOW, a_company

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(1200),  # seconds: some ninety pages each, on a machine that does other things besides
]
OPENED = "document.querySelectorAll('main details').forEach(one => { one.open = true })"
TWICE = "[...document.querySelectorAll('[id]')].map(one => one.id).filter((id, at, all) => all.indexOf(id) !== at)"
"""Ids that stand twice: a label of the second leads to the first."""
EN, ZH = ("en", "dark"), ("zh_CN", "light")
EMPTY = {
    Role.AGENT: ("/me/profile", "/me/looks", "/scores", "/formulas", "/inspections/mine", "/me/deductions", "/leaders"),
    Role.HR: (
        "/scores",
        "/formulas",
        "/kpis",
        "/kpis/imports",
        "/reviews",
        "/reviews/cycles",
        "/awards",
        "/deductions",
    ),
    Role.QUALITY: ("/inspections", "/inspections/items", "/inspections/loops", "/inspections/agreement"),
    Role.DIRECTOR: ("/staffing", "/peak-reviews", "/targets", "/impact", "/deductions/rules", "/awards/payroll"),
    Role.TRAINER: ("/competencies",),
}


def opened(floor: Floor, person: Person | None, paths: list[str], size: dict[str, int], look: tuple[str, str]) -> None:
    """Open each page in this language and shade, everything unfolded, and look at it."""
    if person is not None:
        with transaction() as s:
            person = s.get_one(Person, person.id)
            person.locale, person.theme = look
    floor.fresh_read()
    page = floor.page_of(person, size=size)
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        page.evaluate(OPENED)
        assert page.evaluate(TWICE) == [], path
        fits(page, path)


@pytest.mark.parametrize(
    ("size", "first", "second"),
    [
        pytest.param(PHONE, EN, ZH, id="phone"),
        pytest.param(DESK, ZH, EN, id="desk", marks=pytest.mark.soak),
        pytest.param(PHONE, ZH, EN, id="phone-otherwise", marks=pytest.mark.soak),
        pytest.param(DESK, EN, ZH, id="desk-otherwise", marks=pytest.mark.soak),
    ],
)
def test_every_page_of_scores_is_open_to_everybody_and_fits(floor: Floor, size, first, second):
    with clock.frozen(NOW), floor.standing_still():
        company = a_company()
        for number, (who, paths) in enumerate(company.pages().items()):
            opened(floor, company.people.get(who), paths, size, first if number % 2 else second)


def test_pages_that_have_nothing_to_show_yet_say_so_and_fit(floor: Floor):
    with clock.frozen(NOW), floor.standing_still():
        team = a_team("客服中心")
        for number, (role, paths) in enumerate(EMPTY.items()):
            person = a_person(role, team=team)
            opened(floor, person, list(paths), PHONE if number % 2 else DESK, EN if number % 2 else ZH)
