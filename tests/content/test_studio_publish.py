"""Publishing from the browser, what it says beforehand, and what comes after: history, names, files."""

import re
from copy import deepcopy
from pathlib import Path

import pytest

from lms.content import actions, queries
from lms.content.events import ArchivePreview, Impact, PublishPreview
from lms.content.jobs import sync_files
from lms.content.models import Document, FileState
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.texts import text
from lms.quizzes import actions as quizzes
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_content import (
    a_document,
    a_draft,
    a_lesson_text,
    a_question,
    a_quiz_text,
    an_article_text,
    edited,
    write,
)
from tests.support.make_studio import address
from tests.support.pages import send

BAD = a_quiz_text(a_question("几天？", chips="`漏选半分`"))


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


@pytest.fixture
def asked(world, monkeypatch):
    """Let both previews answer with so many people; the questions that were asked."""
    bus = deepcopy(world.extensions["lms_bus"])
    monkeypatch.setitem(world.extensions, "lms_bus", bus)
    questions = []

    def answer(question):
        questions.append(question)
        return [Impact(count=7, text=text("%(n)s 人正在学", n=7))]

    bus.answer(PublishPreview, answer)
    bus.answer(ArchivePreview, answer)
    return questions


def the(document_id) -> Document:
    return session().get_one(Document, document_id, populate_existing=True)


def drafted(actor, document, text):
    with transaction():
        return actions.save_draft(actor, document.id, document.published_id, text).revision_id


def publish(client, kind, slug, base, **values):
    return send(client, address(kind, slug, "publish"), base_revision=base, **{"note": "改了", **values})


# publishing


def test_what_must_be_mended_blocks_the_button_and_the_post(client, me):
    made = a_draft(me, BAD, kind="quiz", slug="bad")
    page = client.get(address("quiz", "bad", "publish")).text
    assert "改好 1 处后发布" in page
    assert re.search(r'<button class="btn btn-primary[^>]*disabled', page)
    answer = publish(client, "quiz", "bad", made.revision_id)
    assert answer.status_code == 422
    assert the(made.document_id).published_id is None


def test_what_should_be_mended_is_listed_and_blocks_nothing(client, me):
    made = a_draft(me, an_article_text(body="打 13987654021 找我。"), slug="a")
    page = client.get(address("article", "a", "publish")).text
    assert "建议改，不改也能发布" in page
    assert publish(client, "article", "a", made.revision_id).status_code == 303


@pytest.mark.parametrize("note", ["", "   ", "长" * 401])
def test_a_note_is_asked_for(client, me, note):
    made = a_draft(me, slug="a")
    answer = publish(client, "article", "a", made.revision_id, note=note)
    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    assert the(made.document_id).published_id is None


def test_after_publishing_the_way_leads_to_what_a_learner_sees(client, me):
    made = a_draft(me, an_article_text(body="正文"), slug="a")
    answer = publish(client, "article", "a", made.revision_id, note="第一版")
    assert answer.location == address("article", "a", "history")
    page = client.get(answer.location).text
    assert "第 2 版已发布" in page
    assert "第一版" in page
    assert 'href="/kb/a"' in page
    assert "正文" in client.get("/kb/a").text


def test_a_small_change_is_marked_as_one(client, me):
    document = a_document(me, slug="a")
    base = drafted(me, document, an_article_text(body="改了错字"))
    publish(client, "article", "a", base, minor="y")
    assert queries.history(document.id)[0].minor


def test_an_old_draft_is_not_published_over_a_new_one(client, me):
    document = a_document(me, slug="a")
    old = drafted(me, document, an_article_text(body="一"))
    with transaction():
        actions.save_draft(me, document.id, old, an_article_text(body="二"))
    answer = publish(client, "article", "a", old)
    assert answer.status_code == 409
    assert the(document.id).published_id == document.published_id


def test_a_document_without_changes_has_nothing_to_publish(client, me):
    a_document(me, slug="a")
    page = client.get(address("article", "a", "publish")).text
    assert "没有未发布的改动" in page
    assert re.search(r'<button class="btn btn-primary[^>]*disabled', page)


def test_everybody_who_is_touched_is_named(client, me, asked):
    a_draft(me, slug="a")
    assert "7 人正在学" in client.get(address("article", "a", "publish")).text
    assert "7 人正在学" in client.get(address("article", "a", "archive")).text
    assert [type(question) for question in asked] == [PublishPreview, ArchivePreview]


def test_people_who_sit_at_the_quiz_keep_their_papers(client, me):
    document = a_document(me, a_quiz_text(), kind="quiz", slug="q")
    for _ in range(3):
        learner = an_actor(Role.AGENT)
        with transaction():
            quizzes.start(learner, "q")
    drafted(me, document, a_quiz_text(a_question("换了一道题？")))
    page = client.get(address("quiz", "q", "publish")).text
    assert "3 人正在作答，其答卷不受影响" in page
    assert "去掉题：几天内可以申请退货？" in page


def test_only_who_may_publish_sees_the_page(client):
    made = a_draft(an_actor(Role.TRAINER), slug="a")
    sign_in(client, a_person(Role.QUALITY))
    for page in ("edit", "publish", "history", "diff", "rename", "archive", "versions/1"):
        assert client.get(address("article", "a", page)).status_code == 403
    assert the(made.document_id).published_id is None


def test_looking_at_a_page_changes_nothing(client, me):
    document = a_document(me, slug="a")
    drafted(me, document, an_article_text(body="二"))
    before = [version.id for version in queries.history(document.id)]
    for page in ("edit", "publish", "history", "diff", "rename", "archive", "settle", "versions/1"):
        assert client.get(address("article", "a", page)).status_code in (200, 302)
    assert [version.id for version in queries.history(document.id)] == before


# history


def test_every_version_is_there_with_who_when_and_why(client, me):
    document = a_document(me, an_article_text(body="一"), slug="a")
    edited(me, document, an_article_text(body="二"))
    page = client.get(address("article", "a", "history")).text
    assert [int(n) for n in re.findall(r">第 (\d+) 版</a>", page)] == [4, 3, 2, 1]
    assert page.count("学员看到的</span>") == 1
    assert "苏岩" in page


def test_an_old_version_comes_back_as_a_draft(client, me):
    document = a_document(me, an_article_text(body="一"), slug="a")
    first = document.published_id
    edited(me, document, an_article_text(body="二"))
    head = the(document.id).published_id
    answer = send(
        client,
        address("article", "a", "restore"),
        address("article", "a", "history"),
        revision=first,
        base_revision=head,
    )
    assert answer.status_code == 303
    assert queries.text(the(document.id).draft_id) == an_article_text(body="一")
    assert the(document.id).published_id == head


def test_a_version_of_another_document_does_not_come_back_here(client, me):
    document = a_document(me, slug="a")
    other = a_document(me, slug="other")
    answer = send(
        client,
        address("article", "a", "restore"),
        address("article", "a"),
        revision=other.published_id,
        base_revision=document.published_id,
    )
    assert answer.status_code == 404


def test_one_version_is_shown_as_it_was_written(client, me):
    a_document(me, an_article_text(body="<b>一</b>"), slug="a")
    page = client.get(address("article", "a", "versions/1")).text
    assert "<code>&lt;b&gt;一&lt;/b&gt;</code>" in page
    for number in ("9", "0", "9" * 40):
        assert client.get(address("article", "a", f"versions/{number}")).status_code == 404


def test_any_two_versions_can_be_compared(client, me):
    document = a_document(me, an_article_text(body="退货七天"), slug="a")
    edited(me, document, an_article_text(body="退货十天"))
    page = client.get(address("article", "a", "diff?old=1&new=3")).text
    assert "<del>七天</del>" in page
    assert "<ins>十天</ins>" in page
    assert "完全一样" in client.get(address("article", "a", "diff?old=1&new=2")).text
    assert client.get(address("article", "a", "diff?old=1&new=77")).status_code == 404


def test_the_draft_is_compared_with_what_people_read(client, me):
    document = a_document(me, an_article_text(body="旧"), slug="a")
    drafted(me, document, an_article_text(body="新"))
    assert "新增 1 行" in client.get(address("article", "a", "diff")).text


# names


def test_an_old_address_still_leads_to_a_renamed_document(client, me):
    a_document(me, slug="old")
    answer = send(client, address("article", "old", "rename"), slug="folder/present")
    assert answer.location == address("article", "folder/present", "history")
    assert client.get("/kb/old").location == "/kb/folder/present"


@pytest.mark.parametrize(("slug", "status"), [("taken", 409), ("a/edit", 422), ("有 空格", 422), ("", 422)])
def test_an_address_that_can_not_be_changes_nothing(client, me, slug, status):
    document = a_document(me, slug="a")
    a_document(me, slug="taken")
    answer = send(client, address("article", "a", "rename"), slug=slug)
    assert answer.status_code == status
    assert "is-invalid" in answer.text
    assert queries.cards([document.id])[document.id].slug == "a"


def test_an_archived_document_is_gone_for_learners_and_comes_back_as_it_was(client, me):
    document = a_document(me, slug="a")
    page = address("article", "a", "archive")
    assert send(client, page, do="archive").status_code == 303
    assert client.get("/kb/a").status_code == 404
    assert send(client, page, do="unarchive").status_code == 303
    assert client.get("/kb/a").status_code == 200
    assert the(document.id).state == "published"


def test_who_links_here_is_named_before_archiving(client, me):
    a_document(me, an_article_text("被链接"), slug="target")
    a_document(me, a_lesson_text("指过来的课时", body="见[这里](../kb_content/target.md)。"), kind="lesson", slug="l")
    page = client.get(address("article", "target", "archive")).text
    assert "1 份内容链接到这里" in page
    assert "指过来的课时" in page


# file against database


@pytest.fixture
def conflict(me, tmp_path: Path) -> Document:
    """A document that was changed in its file and in the database since the last sync."""
    write(tmp_path, "kb_content/both.md", an_article_text(body="原来"))
    sync_files(tmp_path)
    document = session().query(Document).one()
    edited(me, document, an_article_text(body="第一条以数据库里的为准"))
    write(tmp_path, "kb_content/both.md", an_article_text(body="第一条以文件里的为准"))
    sync_files(tmp_path)
    assert session().get_one(FileState, document.id).conflict_revision_id
    return document


def test_a_conflict_is_shown_in_the_list_and_both_versions_side_by_side(client, conflict):
    assert address("article", "both", "settle") in client.get("/studio").text
    assert "文件和数据库里的这份内容都改过" in client.get(address("article", "both")).text
    page = client.get(address("article", "both", "settle")).text
    assert "<del>数据库</del>" in page
    assert "<ins>文件</ins>" in page


@pytest.mark.parametrize(("take", "expected"), [("file", "文件里的"), ("database", "数据库里的")])
def test_the_chosen_side_is_published_and_the_other_one_kept(client, conflict, take, expected):
    page = address("article", "both", "settle")
    answer = send(client, address("article", "both", "settle-file"), page, take=take)
    assert answer.status_code == 303
    assert expected in queries.text(the(conflict.id).published_id)
    texts = " ".join(queries.text(version.id) for version in queries.history(conflict.id))
    assert "文件里的" in texts
    assert "数据库里的" in texts
    assert client.get(page).status_code == 302
