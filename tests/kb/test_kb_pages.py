"""The knowledge base: found by what customers say, shown with what holds today, never to whom it is not meant for."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.assignments import actions as duties
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.kb.rules import browsing, reading
from lms.kb.spec import DateKind, Validity
from lms.records.models import Record
from tests.support.make import a_person, sign_in
from tests.support.make_content import a_document, a_lesson_text, a_trainer, an_article_text, edited
from tests.support.make_search import indexed
from tests.support.pages import token


def publish(title: str, body: str = "## 说明\n按规定处理。", slug: str = "", **front: str):
    return a_document(a_trainer(), an_article_text(title, body, **front), slug=slug)


# in force


@pytest.mark.parametrize(
    ("day", "state", "days"),
    [
        (date(2026, 10, 30), "ahead", 2),
        (date(2026, 11, 1), "now", 19),
        (date(2026, 11, 20), "now", 0),
        (date(2026, 11, 21), "over", None),
    ],
)
def test_a_dated_rule_is_ahead_in_force_or_over(day: date, state: str, days: int | None):
    validity = Validity(first=date(2026, 11, 1), last=date(2026, 11, 20), judged_by=DateKind.ORDER)
    force = reading.force_of(validity, day)
    assert (force.state, force.days) == (state, days)


def test_an_article_past_its_review_says_by_how_many_days():
    assert reading.review_of(date(2026, 11, 4), 90, date(2026, 11, 16)).late == 12
    assert reading.review_of(date(2026, 11, 16), 90, date(2026, 11, 16)).late == 0


def test_a_folder_is_called_by_the_tag_that_most_of_its_articles_have():
    names = [("after-sales/a", ["售后", "退货"]), ("after-sales/b", ["售后"]), ("kettle/c", ["产品"]), ("x", [])]
    assert [(each.name, each.count) for each in browsing.categories(names)] == [("售后", 2), ("产品", 1), ("", 1)]


# pages


def test_the_front_page_lists_folders_changes_and_a_search(client: FlaskClient):
    publish("价保申请", slug="after-sales/price", 标签="[售后]")
    sign_in(client, a_person(Role.AGENT))
    page = client.get("/kb").get_data(as_text=True)
    assert 'name="q"' in page
    assert "最近改动" in page
    assert "/kb?folder=after-sales" in page
    assert "价保申请" in client.get("/kb?folder=after-sales").get_data(as_text=True)
    assert "价保申请" in client.get("/kb?tag=售后").get_data(as_text=True)


def test_an_empty_knowledge_base_says_so(client: FlaskClient):
    sign_in(client, a_person(Role.AGENT))
    assert "知识库还是空的" in client.get("/kb").get_data(as_text=True)


def test_an_article_shows_its_basis_scripts_and_dated_sections(client: FlaskClient):
    body = (
        "## 说法\n> 话术：{昵称}您好。\n\n> 内部：先问组长。\n\n"
        "## 大促\n`生效:2026-11-01..2026-11-20` `按下单日`\n\n延长到 15 天。"
    )
    publish("退货", body, slug="return", 依据="法律")
    sign_in(client, a_person(Role.AGENT))
    page = client.get("/kb/return").get_data(as_text=True)
    assert "basis-law" in page
    assert 'class="slot">昵称' in page
    assert "内部 · 不能发给顾客" in page
    assert "按下单日" in page
    assert 'class="dated' in page


def test_an_article_names_what_rests_on_it(client: FlaskClient):
    publish("退货", slug="return")
    text = a_lesson_text("时效课", "## 三步\n见[退货](../kb_content/return.md)。")
    a_document(a_trainer(), text, kind="lesson", slug="time")
    sign_in(client, a_person(Role.AGENT))
    assert 'href="/kb/return/uses"' in client.get("/kb/return").get_data(as_text=True)
    page = client.get("/kb/return/uses").get_data(as_text=True)
    assert "1 课时" in page
    assert 'href="/learn/lesson/time"' in page


def test_an_article_that_is_not_meant_for_somebody_is_not_found(client: FlaskClient):
    publish("赔付权限", slug="limits", 可见="[质检]")
    sign_in(client, a_person(Role.AGENT))
    assert client.get("/kb/limits").status_code == 404
    assert client.get("/api/v1/kb/articles/limits").status_code == 404


def test_a_must_read_is_confirmed_with_the_version_that_was_shown(client: FlaskClient):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text("退货"), slug="return")
    person = a_person(Role.AGENT)
    with transaction():
        duties.assign(trainer, [person.id], document.id)
    sign_in(client, person)
    assert "读完确认" in client.get("/kb/return").get_data(as_text=True)
    values = {"csrf_token": token(client, "/kb/return"), "revision": "2", "next": "/kb/return"}
    assert client.post("/learn/done/article/return", data=values).location == "/kb/return"
    assert session().scalars(select(Record.verb)).one() == "acknowledged"
    assert "确认过第 2 版" in client.get("/kb/return").get_data(as_text=True)


def test_kb_pages_take_at_most_twelve_statements(client: FlaskClient, statements: list[str]):
    publish("退货", "## 见\n见[自己](return.md)。", slug="return")
    indexed()
    sign_in(client, a_person(Role.AGENT))
    for path in ("/kb", "/kb/search/hints?q=退货", "/kb?q=退货", "/kb/return"):
        client.get(path)
        statements.clear()
        client.get(path)
        assert len(statements) <= 12, (path, statements)


# the API


def test_the_search_of_the_api_gives_a_marked_sentence(client: FlaskClient):
    publish("退货", "## 时效\n<七>天内申请退货。", slug="return")
    indexed()
    sign_in(client, a_person(Role.AGENT))
    answer = client.get("/api/v1/kb/search?q=申请").json
    assert answer["items"][0]["slug"] == "return"
    assert answer["items"][0]["section"] == "时效"
    assert answer["items"][0]["snippet_html"] == "&lt;七&gt;天内<mark>申请</mark>退货。"
    assert answer["did_you_mean"] is None
    assert answer["took_ms"] >= 0


def test_the_api_gives_an_older_revision_as_it_was(client: FlaskClient):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text("退货", "## 时效\n十天。"), slug="return")
    edited(trainer, document, an_article_text("退货", "## 时效\n十五天。"))
    sign_in(client, a_person(Role.AGENT))
    assert "十天" in client.get("/api/v1/kb/articles/return?revision=2").json["html"]
    assert "十五天" in client.get("/api/v1/kb/articles/return").json["markdown"]
    assert client.get("/api/v1/kb/articles/return?revision=3").status_code == 404
