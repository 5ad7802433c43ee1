"""Several documents at once: words replaced, tags changed, drafts published, names followed; all of them or none."""

import pytest

from lms.content import actions, queries
from lms.content.actions import bulk
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_draft, a_lesson_text, a_trainer, an_article_text
from tests.support.pages import token


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def head(document_id: int) -> tuple[int, str]:
    document = session().get_one(Document, document_id, populate_existing=True)
    revision = document.draft_id or document.published_id
    return revision, queries.text(revision)


def chosen(*document_ids: int) -> list[str]:
    return [f"{id}:{head(id)[0]}" for id in document_ids]


def post(client, address, **values):
    return client.post(address, data={"csrf_token": token(client, "/studio/new"), **values})


# replacing


def test_the_preview_shows_each_place_and_changes_nothing(client, me):
    one = a_document(me, an_article_text("时效", "## 规则\n24 小时内发货。"), slug="one")
    page = client.get("/studio/replace?find=24+小时&put=48+小时").text
    assert "<del>24 小时</del><ins>48 小时</ins>" in page
    assert "第 7 行" in page
    assert one.draft_id is None


def test_what_is_chosen_becomes_a_draft_and_nothing_else(client, me):
    one = a_document(me, an_article_text("甲", "## 规则\n24 小时内。"), slug="one")
    two = a_document(me, an_article_text("乙", "## 规则\n24 小时内。"), slug="two")
    answer = post(client, "/studio/replace", find="24", put="48", doc=chosen(one.id))
    assert answer.status_code == 303
    assert "48 小时内" in head(one.id)[1]
    assert "24 小时内" in head(two.id)[1]
    assert "24" in queries.text(session().get_one(Document, one.id, populate_existing=True).published_id)


def test_if_one_was_changed_meanwhile_none_is_replaced(client, me):
    one, two = a_document(me, slug="one"), a_document(me, slug="two")
    seen = chosen(one.id, two.id)
    other = a_trainer()
    with transaction():
        actions.save_draft(other, two.id, two.published_id, an_article_text("别人改过"))
    answer = post(client, "/studio/replace", find="七天", put="7 天", doc=seen)
    assert answer.status_code == 422
    assert "一份都没有改" in answer.text
    assert "《退货时效》" in answer.text
    assert "七天" in head(one.id)[1]


def test_what_would_break_a_document_is_not_chosen_for_the_author(client, me):
    a_document(me, a_lesson_text(), kind="lesson", slug="one")
    page = client.get("/studio/replace?find=15分钟&put=一刻钟").text
    assert "换了以后这里会出错" in page
    assert " checked" not in page.split('name="doc"')[1].split(">")[0]


@pytest.mark.parametrize(("find", "put"), [("", "x"), ("a" * 201, "x"), ("同", "同")])
def test_what_cannot_be_replaced_is_said(client, me, find, put):
    assert "notice-bad" in client.get("/studio/replace", query_string={"find": find, "put": put}).text


def test_archived_documents_are_left_alone(client, me):
    gone = a_document(me, slug="gone")
    with transaction():
        actions.archive(me, gone.id)
    assert 'name="doc"' not in client.get("/studio/replace?find=七天&put=7天").text


# tags


def test_tags_are_given_and_taken(client, me):
    one = a_document(me, an_article_text(标签="[旧, 留]"), slug="one")
    two = a_document(me, slug="two")
    post(client, "/studio/tags", add="新，#大促", remove="旧", doc=chosen(one.id, two.id))
    assert "标签: [留, 新, 大促]" in head(one.id)[1]
    assert "标签: [新, 大促]" in head(two.id)[1]


def test_a_document_that_has_the_tags_already_gets_no_draft(client, me):
    one = a_document(me, an_article_text(标签="[新]"), slug="one")
    post(client, "/studio/tags", add="新", doc=chosen(one.id))
    assert session().get_one(Document, one.id, populate_existing=True).draft_id is None


# publishing


def test_several_drafts_are_published_at_once(client, me):
    one, two = a_draft(me, slug="one"), a_draft(me, slug="two")
    post(client, "/studio/publish-several", note="一起", doc=chosen(one.document_id, two.document_id))
    for made in (one, two):
        assert session().get_one(Document, made.document_id, populate_existing=True).state == "published"


def test_one_that_has_to_be_mended_holds_all_back(client, me):
    good, bad = a_draft(me, slug="good"), a_draft(me, "---\n类型: 知识\n限时: 快\n---\n# 坏\n", slug="bad")
    answer = post(client, "/studio/publish-several", note="一起", doc=chosen(good.document_id, bad.document_id))
    assert answer.status_code == 422
    assert session().get_one(Document, good.document_id, populate_existing=True).state == "draft"


def test_a_note_is_asked_for(client, me):
    made = a_draft(me, slug="one")
    assert post(client, "/studio/publish-several", note=" ", doc=chosen(made.document_id)).status_code == 422


# copies and moves


def test_a_copy_has_its_own_title_and_no_id_of_the_original(world):
    me = a_trainer()
    old = a_document(me, an_article_text("原来", "`id:k3f9qz`\n\n## 时效\n`id:a2b3c4`\n\n七天。"), slug="old")
    with transaction():
        made = bulk.duplicate(me, old.id, "fresh", "新的")
    source = head(made)[1]
    assert "# 新的" in source
    assert "id:" not in source


def test_a_moved_document_takes_its_links_along_and_others_follow(world):
    me = a_trainer()
    target = a_document(me, slug="a/target")
    moved = a_document(me, an_article_text("要搬的", "见[时效](target.md#时效)。"), slug="a/moved")
    linking = a_document(me, an_article_text("指过来的", "见[要搬的](moved.md)。"), slug="a/linking")
    with transaction():
        assert bulk.move(me, moved.id, "b/c/moved", follow=True) == 1
    assert "(../../a/target.md#时效)" in head(moved.id)[1]
    assert "(../b/c/moved.md)" in head(linking.id)[1]
    for id in (moved.id, linking.id, target.id):
        document = session().get_one(Document, id, populate_existing=True)
        assert document.draft_id is None
        assert actions.preview(id).is_publishable


def test_without_following_the_others_are_left_as_they_are(world):
    me = a_trainer()
    moved = a_document(me, slug="a/moved")
    linking = a_document(me, an_article_text("指过来的", "见[要搬的](moved.md)。"), slug="a/linking")
    before = head(linking.id)
    with transaction():
        assert bulk.move(me, moved.id, "b/moved", follow=False) == 0
    assert head(linking.id) == before


def test_an_open_draft_stays_a_draft_when_its_links_follow(world):
    me = a_trainer()
    moved = a_document(me, slug="a/moved")
    linking = a_document(me, an_article_text("指过来的", "见[要搬的](moved.md)。"), slug="a/linking")
    with transaction():
        actions.save_draft(me, linking.id, linking.published_id, an_article_text("改到一半", "见[要搬的](moved.md)。"))
        bulk.move(me, moved.id, "b/moved", follow=True)
    document = session().get_one(Document, linking.id, populate_existing=True)
    assert "(../b/moved.md)" in queries.text(document.draft_id)
    assert "(moved.md)" in queries.text(document.published_id)


def test_a_template_of_ones_own_begins_a_new_document(client, me):
    own = a_document(me, an_article_text("我们的格式", 标签="[模板]"), slug="ours")
    assert "我们的格式" in client.get("/studio/new").text
    answer = post(client, "/studio/new", kind=f"={own.id}", title="新一篇", slug="fresh", language="zh")
    assert answer.status_code == 303
    assert "# 新一篇" in head(queries.open_work("article", "fresh").card.document_id)[1]
