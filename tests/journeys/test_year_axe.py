"""Every page of the training year, filled: axe finds nothing, nothing is wider than the screen."""

import pytest

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import transaction
from tests.support.live import DESK, PHONE, Floor, fits
from tests.support.make_year_pages import NOW, a_school
from tests.support.platforms import chosen

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(1200),  # seconds: some seventy pages each, on a machine that does other things besides
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
OPENED = "document.querySelectorAll('main details').forEach(one => { one.open = true })"
TWICE = "[...document.querySelectorAll('[id]')].map(one => one.id).filter((id, at, all) => all.indexOf(id) !== at)"
"""Ids that stand twice: a label of the second leads to the first."""
EN, ZH = ("en", "dark"), ("zh_CN", "light")


@pytest.fixture
def school(floor: Floor):
    with clock.frozen(NOW), floor.standing_still():
        made = a_school(floor.app)
        with chosen(floor.app, base_url="https://academy.example.com", mail_url="smtp://mail", mail_from="a@b.cn"):
            yield made


@pytest.mark.parametrize(
    ("size", "looks"),
    [
        (PHONE, {"trainer": EN, "lead": ZH, "agent": EN, "admin": ZH}),
        (DESK, {"trainer": ZH, "lead": EN, "agent": ZH, "admin": EN}),
    ],
    ids=["phone", "desk"],
)
def test_every_page_of_the_year_is_open_to_everybody_and_fits(floor: Floor, school, size, looks):
    for who, paths in school.pages().items():
        with transaction() as s:
            person = s.get_one(Person, school.people[who].id)
            person.locale, person.theme = looks[who]
        floor.fresh_read()
        page = floor.page_of(person, size=size)
        for path in paths:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            page.evaluate(OPENED)
            assert page.evaluate(TWICE) == [], path
            fits(page, path)
