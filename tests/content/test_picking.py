"""Finding a document to link to: by title or address, with the sections that a link can name."""

import pytest

from lms.content import actions
from lms.core.access import Role
from lms.core.db import transaction
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_draft, a_lesson_text, a_quiz_text, an_article_text


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def picked(client, address: str) -> list[dict]:
    return client.get(f"/studio/pick{address}").get_json()["items"]


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.ADMIN])
def test_only_who_writes_may_look(client, role):
    sign_in(client, a_person(role))
    assert client.get("/studio/pick?q=").status_code == 403


def test_a_title_finds_the_document_with_its_path_and_sections(client, me):
    a_document(
        me, an_article_text("退货时效", "## 时效 与 起点\n七天。\n\n### 例外\n生鲜。"), slug="after-sales/return"
    )
    a_document(me, an_article_text("发票"), slug="invoice")
    (found,) = picked(client, "?q=退货")
    assert found["path"] == "kb_content/after-sales/return.md"
    assert (found["kind"], found["kind_word"], found["state"]) == ("article", "知识", "published")
    assert [place["title"] for place in found["sections"]] == ["时效 与 起点", "例外"]
    assert " " not in found["sections"][0]["anchor"]


def test_every_word_has_to_be_found_in_title_or_address(client, me):
    a_document(me, an_article_text("退货时效"), slug="after-sales/return")
    assert picked(client, "?q=退货+after")
    assert not picked(client, "?q=退货+发票")


def test_a_sign_of_sql_is_a_letter_like_any_other(client, me):
    a_document(me, an_article_text("退货"), slug="a")
    assert not picked(client, "?q=%25")
    assert not picked(client, "?q=_")


def test_a_draft_is_found_with_the_sections_of_its_text(client, me):
    a_draft(me, an_article_text("新写的", "## 只在草稿里\n文字。"), slug="fresh")
    (found,) = picked(client, "?q=新写")
    assert found["state"] == "draft"
    assert [place["title"] for place in found["sections"]] == ["只在草稿里"]


def test_a_broken_draft_is_found_without_sections(client, me):
    a_draft(me, "---\n类型: 知识\n---\n# 坏的\n\n`不认识`\n\n# 坏的\n", slug="broken")
    (found,) = picked(client, "?q=broken")
    assert found["sections"] == []


def test_the_kind_narrows_and_an_unknown_kind_is_passed_over(client, me):
    a_document(me, a_lesson_text("课时甲", minutes=20), kind="lesson", slug="a")
    a_document(me, a_quiz_text(title="测验甲"), kind="quiz", slug="b")
    assert [one["minutes"] for one in picked(client, "?q=甲&kind=lesson")] == [20]
    assert len(picked(client, "?q=甲&kind=lesson&kind=quiz")) == 2
    assert len(picked(client, "?q=甲&kind=nothing")) == 2


def test_what_is_archived_is_not_offered(client, me):
    document = a_document(me, an_article_text("旧的"), slug="old")
    with transaction():
        actions.archive(me, document.id)
    assert not picked(client, "?q=旧")


def test_what_begins_with_the_word_comes_first_and_published_before_draft(client, me):
    a_draft(me, an_article_text("退货草稿"), slug="d")
    a_document(me, an_article_text("怎样退货"), slug="h")
    a_document(me, an_article_text("退货时效"), slug="r")
    assert [one["title"] for one in picked(client, "?q=退货")] == ["退货时效", "退货草稿", "怎样退货"]


def test_an_answer_takes_the_same_statements_whatever_it_finds(client, me, statements):
    for number in range(3):
        a_document(me, an_article_text(f"退货{number}"), slug=f"s{number}")
    statements.clear()
    picked(client, "?q=退货0")
    few = len(statements)
    statements.clear()
    picked(client, "?q=退货")
    assert len(statements) == few
