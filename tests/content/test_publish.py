"""Publishing: all or nothing, compiled once, with questions and sections that keep their identity."""

from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from lms.content import actions, queries
from lms.content.actions import Unpublishable
from lms.content.events import Impact, Published, PublishPreview
from lms.content.models import Document, Edge, Part, PartVersion, Revision
from lms.content.rules.parts import ALPHABET
from lms.core import clock
from lms.core.bus import Bus
from lms.core.db import session, transaction
from lms.core.errors import Conflict, NotFound
from lms.core.texts import text
from lms.quizzes.spec import QuizSpec
from tests.support.make import a_person
from tests.support.make_content import (
    a_document,
    a_draft,
    a_lesson_text,
    a_question,
    a_quiz_text,
    a_trainer,
    an_article_text,
    edited,
)

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def keys(document: Document) -> dict[str, str]:
    return {part.title: part.key for part in queries.parts(document.id)}


def versions() -> int:
    return session().scalar(select(func.count()).select_from(PartVersion)) or 0


# all or nothing


def test_every_mistake_is_named_at_once_and_nothing_is_published(world: APIFlask):
    source = "---\n类型: 知识\n复审周期: bald\n---\n# 时效\n\n见[一](nowhere.md)和[二](nothing.md)。\n"
    trainer = a_trainer()
    made = a_draft(trainer, source)
    with pytest.raises(Unpublishable) as refused, transaction():
        actions.publish(trainer, made.document_id, made.revision_id)
    assert [finding.line for finding in refused.value.findings] == [3, 7, 7]
    assert session().get_one(Document, made.document_id).state == "draft"


def test_a_warning_does_not_stop_anybody(world: APIFlask):
    document = a_document(a_trainer(), an_article_text(body="请打 13912345678。"))
    assert document.state == "published"


def test_only_the_draft_that_was_read_is_published(world: APIFlask):
    trainer = a_trainer()
    made = a_draft(trainer)
    with transaction():
        actions.save_draft(trainer, made.document_id, made.revision_id, an_article_text(body="别人又改了"))
    with pytest.raises(Conflict) as refused, transaction():
        actions.publish(trainer, made.document_id, made.revision_id)
    assert refused.value.code == "stale"


def test_without_a_draft_there_is_nothing_to_publish(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer)
    with pytest.raises(Conflict), transaction():
        actions.publish(trainer, document.id, document.published_id or 0)


def test_a_document_never_changes_its_kind(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer)
    with transaction():
        saved = actions.save_draft(trainer, document.id, document.published_id, a_lesson_text())
    with pytest.raises(Unpublishable), transaction():
        actions.publish(trainer, document.id, saved.revision_id)


def test_publishing_makes_a_version_of_its_own_on_top_of_the_draft(world: APIFlask):
    trainer = a_trainer()
    made = a_draft(trainer)
    with transaction():
        revision = actions.publish(trainer, made.document_id, made.revision_id, note="首发")
    assert (revision.number, revision.kind, revision.parent_id, revision.note) == (
        2,
        "publish",
        made.revision_id,
        "首发",
    )
    assert session().get_one(Document, made.document_id).draft_id is None


def test_whoever_listens_is_told_of_this_and_the_version_before(own_bus: Bus):
    heard: list[Published] = []
    own_bus.subscribe(Published, heard.append)
    trainer = a_trainer()
    document = a_document(trainer)
    first = document.published_id
    second = edited(trainer, document, an_article_text(body="改"), minor=True)
    mine = [fact for fact in heard if fact.document_id == document.id]
    assert [(fact.previous_id, fact.revision_id, fact.minor) for fact in mine] == [
        (None, first, False),
        (first, second, True),
    ]
    assert mine[0].actor_id == trainer.id


# what lists show


def test_the_row_says_what_the_file_says(world: APIFlask):
    owner = a_person(no="T7001")
    source = an_article_text(标签="[售后, 退货]", 别名="[七天无理由]", 可见="[组长]", 适用="[旗舰店]", 负责人="T7001")
    document = a_document(a_trainer(), source)
    assert (document.title, document.tags, document.aliases) == ("退货时效", ["售后", "退货"], ["七天无理由"])
    assert (document.audience, document.shops, document.owner_id) == (["组长"], ["旗舰店"], owner.id)


def test_the_review_day_counts_from_the_publication_but_not_from_a_typo(world: APIFlask):
    trainer = a_trainer()
    with clock.frozen(NOON):
        document = a_document(trainer, an_article_text(复审周期="90天"))
    assert document.verified_until == NOON.date() + timedelta(days=90)
    with clock.frozen(NOON + timedelta(days=30)):
        edited(trainer, document, an_article_text(body="错字", 复审周期="90天"), minor=True)
        assert document.verified_until == NOON.date() + timedelta(days=90)
        edited(trainer, document, an_article_text(body="新规则", 复审周期="90天"))
    assert document.verified_until == NOON.date() + timedelta(days=120)


def test_the_minutes_of_a_lesson_are_in_its_row(world: APIFlask):
    assert a_document(a_trainer(), a_lesson_text(minutes=25), kind="lesson").minutes == 25


# the compiled form


def test_the_compiled_form_holds_each_question_with_its_key(world: APIFlask):
    document = a_document(a_trainer(), a_quiz_text(a_question("一？"), a_question("二？")), kind="quiz")
    spec: QuizSpec = queries.compiled(document.published_id or 0)
    assert [question.key for question in spec.questions] == list(keys(document).values())


def test_a_key_is_six_characters_that_nobody_mistakes_for_others(world: APIFlask):
    document = a_document(a_trainer(), a_quiz_text(), kind="quiz")
    (key,) = keys(document).values()
    assert len(key) == 6
    assert set(key) <= set(ALPHABET)
    assert not set(ALPHABET) & set("01loi")


def test_a_draft_has_no_compiled_form(world: APIFlask):
    with pytest.raises(NotFound):
        queries.compiled(a_draft(a_trainer()).revision_id)


def test_the_published_form_stays_when_the_document_goes_on(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text("一版"))
    old = document.published_id or 0
    edited(trainer, document, an_article_text("二版"))
    assert (queries.compiled(old).title, queries.compiled(document.published_id or 0).title) == ("一版", "二版")


# identity of questions


def test_a_typo_mended_in_the_question_keeps_its_key(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, a_quiz_text(a_question("顾客签收后几天内可已申请退货？")), kind="quiz")
    (before,) = keys(document).values()
    edited(trainer, document, a_quiz_text(a_question("顾客签收后几天内可以申请退货？")))
    assert keys(document) == {"顾客签收后几天内可以申请退货？": before}


def test_a_changed_explanation_keeps_the_version_of_the_question(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, a_quiz_text(a_question("几天？") + "\n\n> 解析：七天。"), kind="quiz")
    before = versions()
    edited(trainer, document, a_quiz_text(a_question("几天？") + "\n\n> 解析：从签收次日零点起算。"))
    assert versions() == before


def test_another_right_answer_is_another_question(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, a_quiz_text(a_question("几天？", right="7 天", wrong=["3 天"])), kind="quiz")
    (before,) = keys(document).values()
    edited(trainer, document, a_quiz_text(a_question("几天？", right="3 天", wrong=["7 天"])))
    (after,) = keys(document).values()
    assert after != before


def test_with_its_id_it_stays_the_same_question_whatever_is_changed(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, a_quiz_text(a_question("几天？")), kind="quiz")
    (key,) = keys(document).values()
    changed = a_question("双十一的订单几天内可以申请？", right="15 天", wrong=["7 天"], chips=f"`id:{key}`")
    edited(trainer, document, a_quiz_text(changed))
    assert list(keys(document).values()) == [key]
    assert versions() >= 2


def test_a_new_question_gets_a_new_key_and_the_old_ones_keep_theirs(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, a_quiz_text(a_question("一？"), a_question("二？")), kind="quiz")
    before = keys(document)
    edited(
        trainer,
        document,
        a_quiz_text(a_question("新的，完全不同的一题？", right="丙"), a_question("二？"), a_question("一？")),
    )
    after = keys(document)
    assert {title: after[title] for title in before} == before
    assert len(after) == 3


def test_a_question_that_comes_back_is_the_one_that_went(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, a_quiz_text(a_question("一？"), a_question("二？", right="乙")), kind="quiz")
    before = keys(document)
    edited(trainer, document, a_quiz_text(a_question("一？")))
    assert session().scalar(select(Part.retired_at).where(Part.key == before["二？"])) is not None
    edited(trainer, document, a_quiz_text(a_question("一？"), a_question("二？", right="乙")))
    assert keys(document) == before


def test_the_id_of_another_documents_question_is_refused_with_its_line(world: APIFlask):
    trainer = a_trainer()
    quiz = a_document(trainer, a_quiz_text(a_question("一？")), kind="quiz")
    (key,) = keys(quiz).values()
    made = a_draft(trainer, a_quiz_text(a_question("别的题？", chips=f"`id:{key}`")), kind="quiz")
    with pytest.raises(Unpublishable) as refused, transaction():
        actions.publish(trainer, made.document_id, made.revision_id)
    assert [finding.code for finding in refused.value.findings if finding.code == "C164"] == ["C164"]


def test_an_id_from_another_installation_is_kept(world: APIFlask):
    document = a_document(a_trainer(), a_quiz_text(a_question("一？", chips="`id:k3f9qz`")), kind="quiz")
    assert list(keys(document).values()) == ["k3f9qz"]


def test_two_quizzes_may_ask_the_same(world: APIFlask):
    trainer = a_trainer()
    one = a_document(trainer, a_quiz_text(a_question("一样的题？")), kind="quiz")
    before = versions()
    other = a_document(trainer, a_quiz_text(a_question("一样的题？")), kind="quiz")
    assert set(keys(one).values()).isdisjoint(keys(other).values())
    assert versions() == before


# identity of sections


def test_a_renamed_section_keeps_its_key_and_its_old_links(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text(body="## 时效\n自签收次日零点起七天内可以申请。"))
    (before,) = keys(document).values()
    edited(trainer, document, an_article_text(body="## 申请时效\n自签收次日零点起七天内可以申请。"))
    assert keys(document) == {"申请时效": before}
    assert session().scalar(select(Part.old_anchors).where(Part.key == before)) == ["时效"]


def test_a_rewritten_section_under_the_same_heading_is_the_same_section(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text(body="## 时效\n七天。"))
    before = keys(document)
    edited(trainer, document, an_article_text(body="## 时效\n平台从十二月起改为按支付时间计算，另行通知。"))
    assert keys(document) == before


# references


def test_a_link_is_an_edge_from_the_section_it_stands_in_to_the_section_it_means(world: APIFlask):
    trainer = a_trainer()
    target = a_document(trainer, an_article_text("运费险", "## 理赔\n三天内到账。"), slug="a/freight")
    a_document(trainer, an_article_text("退货", "## 大促\n见[运费险](freight.md#理赔)。"), slug="a/return")
    edge = session().scalars(select(Edge).where(Edge.to_document_id == target.id)).one()
    titles = [session().get_one(Part, part_id).title for part_id in (edge.from_part_id, edge.to_part_id)]
    assert titles == ["大促", "理赔"]
    assert [(link.card.title, link.part) for link in queries.backlinks(target.id)] == [("退货", "大促")]


def test_a_question_rests_on_the_article_that_its_explanation_names(world: APIFlask):
    trainer = a_trainer()
    target = a_document(trainer, slug="a/return")
    body = a_question("几天？") + "\n\n> 解析：见[时效](../kb_content/a/return.md#时效)。"
    a_document(trainer, a_quiz_text(body), kind="quiz")
    assert [link.part for link in queries.backlinks(target.id)] == ["几天？"]


def test_edges_are_those_of_the_published_version_alone(world: APIFlask):
    trainer = a_trainer()
    target = a_document(trainer, slug="a/target")
    document = a_document(trainer, an_article_text(body="见[它](target.md)。"), slug="a/from")
    edited(trainer, document, an_article_text(body="不再提它。"))
    assert queries.backlinks(target.id) == []


def test_a_heading_may_be_linked_by_its_former_name(world: APIFlask):
    trainer = a_trainer()
    target = a_document(trainer, an_article_text(body="## 时效\n自签收次日零点起七天。"), slug="a/target")
    edited(trainer, target, an_article_text(body="## 申请时效\n自签收次日零点起七天。"))
    a_document(trainer, an_article_text(body="见[时效](target.md#时效)。"), slug="a/late")
    edge = session().scalars(select(Edge).where(Edge.to_document_id == target.id)).one()
    assert edge.to_part_id is not None


def test_links_of_others_still_lead_to_a_renamed_document(world: APIFlask):
    trainer = a_trainer()
    target = a_document(trainer, slug="a/target")
    document = a_document(trainer, an_article_text(body="见[它](target.md)。"), slug="a/from")
    with transaction():
        actions.rename(trainer, target.id, "a/elsewhere")
    edited(trainer, document, an_article_text(body="还是见[它](target.md)。"))
    assert [link.card.document_id for link in queries.backlinks(target.id)] == [document.id]


# the preview


def test_the_preview_names_what_would_be_lost_and_asks_everybody(own_bus: Bus):
    asked: list[PublishPreview] = []

    def answer(question: PublishPreview) -> list[Impact]:
        asked.append(question)
        return [Impact(count=3, text=text("3 人正在考"))]

    own_bus.answer(PublishPreview, answer)
    trainer = a_trainer()
    document = a_document(trainer, a_quiz_text(a_question("一？"), a_question("二？", right="乙")), kind="quiz")
    before = session().scalar(select(func.count()).select_from(Revision))
    with transaction():
        actions.save_draft(trainer, document.id, document.published_id, a_quiz_text(a_question("一？")))
    with transaction():
        seen = actions.preview(document.id)
    assert (seen.lost, seen.is_publishable) == (("二？",), True)
    assert [impact.count for impact in seen.impacts if impact.count == 3] == [3]
    assert asked[-1].document_id == document.id
    assert session().scalar(select(func.count()).select_from(Revision)) == (before or 0) + 1
