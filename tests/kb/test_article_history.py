"""The history of an article for its readers: what was published, what changed, and nothing that was never theirs."""

import re

import pytest

from lms.content import actions, queries
from lms.core.access import Role
from lms.core.db import transaction
from tests.support.make import a_person, a_team, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text, edited

DATED = "## 时效\n`生效:2026-11-01..2026-11-20` `按下单日`\n\n{0}天内可以申请。\n\n<!-- 只给作者看 -->\n"


@pytest.fixture
def article(world):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text("退货时效", DATED.format("七")), slug="a/return")
    edited(trainer, document, an_article_text("退货时效", DATED.format("十五")), minor=True)
    with transaction():
        actions.save_draft(trainer, document.id, document.published_id, an_article_text("草稿标题", "草稿里的话。"))
    return document


def read(client, path):
    sign_in(client, a_person(Role.AGENT))
    return client.get(path)


def test_readers_see_what_was_published_and_no_draft(client, article):
    page = read(client, "/kb/a/return/history").text
    assert re.findall(r"第 (\d+) 版<span", page) == ["4", "2"]
    assert "小改动" in page
    assert "草稿" not in page.partition("<main")[2].partition("</main")[0]


def test_the_words_that_changed_are_marked_and_said(client, article):
    page = read(client, "/kb/a/return/diff?old=2&new=4").text
    assert "<del>七天</del>" in page or "<del>七</del>" in page
    assert "<ins>十五天</ins>" in page or "<ins>十五</ins>" in page
    assert '<span class="visually-hidden">新增</span>' in page
    assert "只给作者看" not in page


@pytest.mark.parametrize("asked", ["", "?old=2", "?new=4", "?old=2&new=4&view=sides", "?old=2&new=4&whole=1"])
def test_two_versions_are_compared_in_every_way(client, article, asked):
    assert "十五" in read(client, f"/kb/a/return/diff{asked}").text


def test_the_first_version_has_nothing_before_it(client, article):
    assert "完全一样" in read(client, "/kb/a/return/diff?new=2").text


@pytest.mark.parametrize(
    "asked", ["?old=1&new=4", "?old=2&new=5", "?old=99&new=4", "?old=2&new=3", "?old=99999999999999"]
)
def test_a_draft_is_no_version_for_readers(client, article, asked):
    answer = read(client, f"/kb/a/return/diff{asked}")
    assert answer.status_code == 404 or "草稿里的话" not in answer.text


def test_moving_the_days_on_which_a_section_holds_is_a_change(client, world):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text(body=DATED.format("七")), slug="days")
    edited(trainer, document, an_article_text(body=DATED.format("七").replace("11-20", "11-30")))
    assert "2026-11-30" in read(client, "/kb/days/diff").text


def test_a_version_that_was_for_others_stays_theirs(client, world):
    trainer, team = a_trainer(), a_team("售后组")
    document = a_document(trainer, an_article_text(body="只给售后组的内部价。", 可见="[售后组]"), slug="opened")
    edited(trainer, document, an_article_text(body="现在给所有人看。"))
    page = read(client, "/kb/opened/history").text
    assert re.findall(r"第 (\d+) 版<span", page) == ["4"]
    assert read(client, "/kb/opened/diff?old=2&new=4").status_code == 404
    assert "内部价" not in read(client, "/kb/opened/diff").text
    assert read(client, "/kb/opened/change?since=2").status_code == 404
    sign_in(client, a_person(Role.AGENT, team=team))
    assert "内部价" in client.get("/kb/opened/diff?old=2&new=4").text


@pytest.mark.parametrize("page", ["history", "diff", "diff?old=2&new=2"])
def test_a_restricted_article_has_no_history_for_outsiders(client, world, page):
    a_document(a_trainer(), an_article_text(可见="[隐藏岗位]"), slug="secret")
    assert read(client, f"/kb/secret/{page}").status_code == 404


def test_an_old_address_leads_to_the_present_one(client, article):
    trainer = a_trainer()
    with transaction():
        actions.rename(trainer, article.id, "b/return")
    answer = read(client, "/kb/a/return/diff?old=2&new=4")
    assert (answer.status_code, answer.location) == (301, "/kb/b/return/diff?old=2&new=4")
    assert read(client, "/kb/a/return/history").location == "/kb/b/return/history"


def test_the_article_leads_to_its_history(client, article):
    assert 'href="/kb/a/return/history"' in read(client, "/kb/a/return").text


def test_a_long_history_is_paged_and_costs_as_much_as_a_short_one(client, world, statements):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text(body="第 0 版"), slug="long")
    for number in range(1, 36):
        edited(trainer, document, an_article_text(body=f"第 {number} 次修改"))
    sign_in(client, a_person(Role.AGENT))
    statements.clear()
    page = client.get("/kb/long/history").text
    assert len(statements) <= 8
    assert not any("zlib" in each for each in statements)
    older = re.search(r"\?before=(\d+)", page)
    assert older is not None
    assert len(re.findall(r"<th scope=\"row\">", client.get(f"/kb/long/history?before={older[1]}").text)) == 6
    assert len(queries.published_versions(document.id)) == 36
