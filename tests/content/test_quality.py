"""质量检查: what wants attention, found again whenever something changed, and told to whom it concerns."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.content import actions, jobs
from lms.content.actions import inspect
from lms.content.actions.examine import examine
from lms.content.actions.inspect import keep_looked, left_to_inspect, look_at_some
from lms.content.models import Document, DocumentCheck
from lms.content.queries.quality import Concern, Wanted, worries
from lms.core import clock
from lms.core.access import Role
from lms.core.db import in_transaction, session, transaction
from lms.core.here import today
from lms.core.texts import as_plain, from_plain, text
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_draft, a_question, a_quiz_text, a_trainer, an_article_text, edited
from tests.support.pages import token

BAD = "---\n类型: 知识\n限时: 快\n---\n# 坏\n"


def looked() -> int:
    return jobs.inspect_documents()


def found(**wanted) -> list[tuple[str, str]]:
    return [(one.concern.value, one.card.slug) for one in worries(Wanted(**wanted), today(), clock.now())]


def concerns(slug: str) -> set[str]:
    return {concern for concern, each in found() if each == slug}


def test_a_document_is_looked_at_once_until_it_changes(world):
    me = a_trainer()
    one = a_document(me, slug="one")
    assert looked() == 1
    assert looked() == 0
    edited(me, one, an_article_text("改过"))
    assert left_to_inspect() == 1


def test_what_must_be_mended_is_named_with_its_line(world):
    a_draft(a_trainer(), BAD, slug="bad")
    looked()
    one = next(one for one in worries(Wanted(), today(), clock.now()) if one.concern is Concern.MUST)
    assert (one.card.slug, one.line) == ("bad", 3)
    assert "限时" in str(one.what)


def test_a_link_whose_target_was_archived_is_found_again(world):
    me = a_trainer()
    target = a_document(me, slug="target")
    a_document(me, an_article_text("指过去", "见[时效](target.md)。"), slug="from")
    looked()
    assert "may" not in concerns("from")
    with clock.frozen(clock.now() + timedelta(minutes=1)), transaction():
        actions.archive(me, target.id)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert looked() >= 1
    assert "may" in concerns("from")


def test_everything_is_looked_at_again_within_a_day(world):
    a_document(a_trainer(), slug="one")
    looked()
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert left_to_inspect() == 1


def test_some_are_looked_at_and_the_rest_waits(world):
    me = a_trainer()
    for number in range(3):
        a_draft(me, slug=f"n{number}")
    with transaction():
        keep_looked(look_at_some(2))
    assert left_to_inspect() == 1


def test_what_two_looked_at_at_once_is_kept_once(world):
    a_draft(a_trainer(), BAD, slug="bad")
    mine, another = look_at_some(2), look_at_some(2)
    for looked_at in (mine, another):
        with transaction():
            keep_looked(looked_at)
    assert session().scalar(select(func.count()).select_from(DocumentCheck)) == len(mine) == 1


def test_a_document_is_read_while_nobody_waits_to_save(world, monkeypatch):
    a_draft(a_trainer(), slug="one")
    monkeypatch.setattr(
        inspect, "examine", lambda *each: pytest.fail("in a transaction") if in_transaction() else examine(*each)
    )
    assert looked() == 1


def test_review_days_past_and_near_are_told_apart(world):
    me = a_trainer()
    a_document(me, an_article_text(复审周期="10天"), slug="one")
    assert concerns("one") >= {"due"}
    with clock.frozen(clock.now() + timedelta(days=11)):
        assert concerns("one") >= {"expired"}


def test_a_document_without_an_owner_or_with_one_who_left_is_named(world):
    me = a_trainer()
    gone = a_person(Role.TRAINER, name="周远")
    a_document(me, slug="nobody")
    a_document(me, an_article_text(负责人=gone.employee_no), slug="gone")
    gone.active = False
    session().flush()
    assert "no_owner" in concerns("nobody")
    assert "no_owner" in concerns("gone")


def test_a_draft_that_lies_about_is_named_after_two_weeks(world):
    a_draft(a_trainer(), slug="old")
    assert "old_draft" not in concerns("old")
    with clock.frozen(clock.now() + timedelta(days=15)):
        assert "old_draft" in concerns("old")


def test_a_question_that_rests_on_nothing_is_counted(world):
    me = a_trainer()
    a_document(me, slug="rule")
    based = a_question("几天？") + "\n\n> 解析：见[时效](../kb_content/rule.md#时效)。"
    a_document(me, a_quiz_text(based, a_question("多久？")), kind="quiz", slug="quiz")
    one = next(one for one in worries(Wanted(kind="quiz"), today(), clock.now()) if one.concern is Concern.NO_BASIS)
    assert one.what.values["count"] == 1


def test_only_ones_own_are_shown_where_that_is_asked(world):
    me = a_trainer()
    a_document(me, an_article_text(负责人=me.employee_no, 复审周期="5天"), slug="my-own")
    a_document(me, an_article_text(复审周期="5天"), slug="other")
    assert {slug for _, slug in found(owner_id=me.id)} == {"my-own"}


def test_archived_documents_worry_nobody(world):
    me = a_trainer()
    one = a_document(me, an_article_text(复审周期="5天"), slug="one")
    with transaction():
        actions.archive(me, one.id)
    assert found() == []


def test_a_sentence_is_stored_and_read_back():
    sentence = text("第 %(line)s 行：%(why)s", line=3, why=text("“%(chip)s”不认识。", chip="漏选"))
    assert str(from_plain(as_plain(sentence))) == str(sentence)


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def test_the_page_lists_what_is_wrong_and_leads_to_the_line(client, me):
    a_draft(me, BAD, slug="bad")
    client.post("/studio/quality", data={"csrf_token": token(client, "/studio/new")})
    page = client.get("/studio/quality").text
    assert "/studio/article/bad/edit#L3" in page
    assert "必须改" in page
    assert client.get("/studio/quality?concern=expired").text.count("edit#L3") == 0


def test_the_script_is_told_how_many_are_left(client, me):
    a_draft(me, slug="one")
    answer = client.post(
        "/studio/quality", data={"csrf_token": token(client, "/studio/new")}, headers={"Accept": "application/json"}
    )
    assert answer.json == {"left": 0}


def test_a_course_that_breaks_its_promise_is_found_in_the_editor_too(client, me):
    a_document(me, "---\n类型: 课时\n时长: 10分钟\n---\n# 课\n\n文字\n", kind="lesson", slug="c/one")
    course = "---\n类型: 课程\n时长: 60分钟\n---\n# 课程\n\n## 内容\n1. [课](one.md)\n"
    a_draft(me, course, kind="course", slug="c/course")
    assert "60" in client.get("/studio/course/c/course/edit").text
    session().query(DocumentCheck).delete()
    looked()
    assert "may" in concerns("c/course")
    assert session().query(Document).count() == 2
