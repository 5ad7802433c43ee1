"""A rule that holds for some days: which sections hold for an order, judged by the day that each of them names."""

from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient

from lms.core import clock
from lms.core.access import Role
from lms.kb.rules.reading import Answer, Asked, answer_for, asked_of
from lms.kb.spec import DateKind, Validity
from tests.support.make import a_person, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text

NOVEMBER = Validity(first=date(2026, 11, 1), last=date(2026, 11, 20), judged_by=DateKind.ORDER)


@pytest.fixture(autouse=True)
def _in_that_november():
    """A day of another year is written with its year."""
    with clock.frozen(datetime(2026, 11, 23, 4, tzinfo=UTC)):
        yield


def asked(day: str, by: DateKind = DateKind.ORDER) -> Asked:
    return Asked(day=date.fromisoformat(day), by=by)


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        ("2026-10-31", Answer.NOT_YET),
        ("2026-11-01", Answer.HOLDS),
        ("2026-11-20", Answer.HOLDS),
        ("2026-11-21", Answer.OVER),
    ],
)
def test_first_and_last_day_belong_to_the_span(day: str, answer: Answer):
    assert answer_for(NOVEMBER, asked(day)) is answer


@pytest.mark.parametrize("day", ["1999-01-01", "2026-11-20", "2099-12-31"])
def test_an_end_that_is_not_given_is_open(day: str):
    since = Validity(first=date(1999, 1, 1), last=None, judged_by=DateKind.ORDER)
    until = Validity(first=None, last=date(2099, 12, 31), judged_by=DateKind.ORDER)
    assert answer_for(since, asked(day)) is Answer.HOLDS
    assert answer_for(until, asked(day)) is Answer.HOLDS


def test_a_section_judged_by_another_day_is_not_answered_by_this_one():
    assert answer_for(NOVEMBER, asked("2026-11-08", DateKind.PAYMENT)) is Answer.OTHER_DAY


def test_an_address_without_a_day_asks_for_nothing_and_one_that_is_none_is_refused():
    assert asked_of("", "order") is None
    assert asked_of("2026-11-08", "nonsense") == asked("2026-11-08")
    with pytest.raises(ValueError, match="Invalid isoformat"):
        asked_of("11月8日", "order")


BODY = (
    "## 时效\n七天内。\n\n"
    "## 大促\n`生效:2026-11-01..2026-11-20` `按下单日`\n\n十五天。\n\n"
    "## 运费\n`生效:2026-11-05..` `按签收日`\n\n店铺承担。\n\n"
    "## 往年\n`生效:..2026-10-01` `按下单日`\n\n十天。\n"
)


@pytest.fixture
def page(client: FlaskClient):
    a_document(a_trainer(), an_article_text("退货", BODY), slug="return")
    sign_in(client, a_person(Role.AGENT))

    def read(query: str) -> str:
        return client.get(f"/kb/return{query}").get_data(as_text=True)

    return read


def test_the_page_asks_by_the_kinds_of_day_that_its_sections_are_judged_by(page):
    text = page("")
    assert '<option value="order"' in text
    assert '<option value="receipt"' in text
    assert '<option value="payment"' not in text
    assert "dated-off" not in text


def test_what_does_not_hold_for_the_day_is_folded_with_the_reason(page):
    text = page("?on=2026-11-08&by=order")
    assert "下单日在11月8日的订单适用" in text
    assert text.count('<details class="fold dated-off') == 1
    assert "不适用：下单日要在10月1日或以前" in text
    assert "这一节按签收日，只知道下单日判断不了" in text


def test_a_section_without_days_always_stands_open(page):
    assert '<h2 id="时效" data-section="1">时效</h2>' in page("?on=2020-01-01&by=order")


def test_a_day_that_is_none_is_said_and_today_is_shown(page):
    text = page("?on=2026-02-30&by=order")
    assert "日期请写成 2026-11-08 这样" in text
    assert "dated-off" not in text


def test_the_panel_answers_for_a_day_too(client: FlaskClient, page):
    answer = client.get("/panel?open=return&at=大促&on=2026-10-31&by=order").get_data(as_text=True)
    assert "不适用：下单日要在11月1日或以后" in answer


def test_an_article_without_dated_sections_has_no_such_form(client: FlaskClient):
    a_document(a_trainer(), an_article_text("普通"), slug="plain")
    sign_in(client, a_person(Role.AGENT))
    assert "on-day" not in client.get("/kb/plain").get_data(as_text=True)
