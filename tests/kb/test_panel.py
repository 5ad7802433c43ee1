"""The side panel: the answer in one screen, what is kept at hand, nothing that is not meant for the reader."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import PersonShop, Shop
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.kb.models import SearchLog
from tests.support.make import a_person, sign_in
from tests.support.make_articles import ADDRESS
from tests.support.make_content import a_document, a_trainer, an_article_text
from tests.support.make_search import indexed
from tests.support.pages import send


def article(title: str = "修改地址与电话", body: str = ADDRESS, slug: str = "orders/address", **front: str):
    made = a_document(a_trainer(), an_article_text(title, body, **front), slug=slug)
    indexed()
    return made


@pytest.fixture
def panel(client: FlaskClient):
    def read(query: str = "") -> str:
        answer = client.get(f"/panel{query}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    client.person = a_person(Role.AGENT)
    sign_in(client, client.person)
    read.client = client
    return read


def test_the_best_answer_stands_in_the_panel_itself(panel):
    article(别名="[改地址]")
    page = panel("?q=改地址")
    assert "<dt>未发货</dt><dd>能，后台改</dd>" in page
    assert page.index("话术 · 未发货") < page.index("另有 1 条话术") < page.index("内部 · 不能发给顾客")
    assert "看全文：三家店的差别" in page


def test_there_is_no_bar_of_the_app_and_every_way_is_a_link_or_a_form(panel):
    article(别名="[改地址]")
    page = panel("?q=改地址")
    assert 'class="appbar"' not in page
    assert 'class="tabbar"' not in page
    assert not re.search(r"\son\w+=|style=", page)


def test_the_words_of_the_search_choose_the_script(panel):
    article(别名="[改地址]")
    assert "话术 · 已出库" in panel("?q=已经出库").partition("另有")[0]


def test_other_hits_open_in_the_panel_at_their_section(panel):
    article(别名="[改地址]")
    article("拆单", "## 合并\n合并后不能改地址。", slug="orders/split")
    page = panel("?q=改地址")
    assert "还有 1 条" in page
    found = re.search(r'href="(/panel\?open=orders/split[^"]*)"', page)
    assert found
    assert '<h1 id="t">拆单</h1>' in panel.client.get(found[1].replace("&amp;", "&")).get_data(as_text=True)


def test_the_row_of_the_shop_that_is_served_comes_along(panel):
    article(别名="[改地址]")
    with transaction() as s:
        s.add(Shop(code="tmall", name="天猫旗舰店", platform="天猫"))
        s.add(Shop(code="jd", name="京东旗舰店", platform="京东"))
    assert "先看后台入口" not in panel("?q=改地址")
    page = panel("?q=改地址&shop=tmall")
    assert "<dt>天猫旗舰店</dt><dd>先看后台入口</dd>" in page
    assert re.search(r'shop=tmall" aria-current="true">天猫<', page)


def test_who_serves_some_shops_switches_between_those(panel):
    with transaction() as s:
        shops = [Shop(code=code, name=code, platform=code) for code in ("a1", "b2", "c3")]
        s.add_all(shops)
        s.flush()
        s.add_all(PersonShop(person_id=panel.client.person.id, shop_id=shop.id) for shop in shops[:2])
    page = panel()
    assert "shop=a1" in page
    assert "shop=b2" in page
    assert "shop=c3" not in page


def test_a_search_in_vain_says_so_and_is_noted(panel):
    assert "没有找到“火星”" in panel("?q=火星")
    assert [(row.query, row.hits, row.origin) for row in session().scalars(select(SearchLog))] == [("火星", 0, "panel")]


def test_before_a_search_it_shows_what_is_kept_and_what_was_seen(panel):
    article()
    page = panel("?open=orders/address")
    key = re.search(r'name="keep" value="([0-9a-f]{16})"', page)
    assert key
    send(panel.client, "/kb/orders/address/favourite", "/panel?open=orders/address", keep=key[1])
    page = panel()
    assert "我的收藏" in page
    assert "还没有发出，可以改" in page
    assert "最近看过" in page
    assert "autofocus" in page


def test_an_empty_panel_says_what_will_be_here(panel):
    assert "看过的知识和收藏的话术会出现在这里" in panel()


def test_an_article_that_is_not_there_is_said_in_the_panel(panel):
    assert "没有这条知识，或您不能看它" in panel("?open=no/such")


def test_what_is_not_meant_for_the_reader_is_not_answered(panel):
    article("赔付权限", 可见="[质检]", slug="limits")
    assert "赔付权限" not in panel("?q=赔付")
    assert "赔付权限" not in panel("?open=limits")


def test_the_panel_takes_at_most_twelve_statements(panel, statements: list[str]):
    """The embedded index is asked without SQL; on PostgreSQL the search is up to five statements of its own."""
    article(别名="[改地址]", 适用="[tmall]")
    for query in ("?q=改地址", "?open=orders/address", ""):
        panel(query)
        statements.clear()
        panel(query)
        own = [each for each in statements if "search_build" not in each and "search_entry" not in each]
        assert len(own) <= 12, (query, own)
