"""A curriculum reaches the new hires of its position whichever of the two was there first."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.assignments import queries
from lms.assignments.actions import opened
from lms.assignments.jobs.ruling import keep_rules
from lms.content import actions as content
from lms.content.models import Slug
from lms.core.db import session, transaction
from lms.core.here import today
from tests.support.make import a_person, a_team, sign_in
from tests.support.make_content import a_document, a_lesson_text, a_trainer, edited
from tests.support.make_rules import duty_of


def plan(*positions):
    front = f"岗位: [{'、'.join(positions)}]\n" if positions else ""
    return f"---\n类型: 培训计划\n{front}时长: 15分钟\n---\n# 入职\n\n## 第一段\n`第1-1天`\n\n- [课](one.md) `第1天`\n"


def hired(days_ago, position="客服专员"):
    return a_person(team=a_team(), position=position, hired_on=today() - timedelta(days=days_ago))


def owes(person):
    return bool(queries.duties(person.id, today()))


@pytest.fixture
def trainer(world):
    trainer = a_trainer()
    a_document(trainer, a_lesson_text(), kind="lesson", slug="in/one")
    return trainer


def test_those_who_were_hired_before_it_get_it_when_it_is_published(trainer):
    new, other = hired(3), hired(3, "质检")
    a_document(trainer, plan("客服专员"), kind="curriculum", slug="in/plan")
    assert (owes(new), owes(other)) == (True, False)


def test_staff_of_long_standing_are_not_sent_back_to_school(trainer):
    last, old = hired(60), hired(61)
    a_document(trainer, plan("客服专员"), kind="curriculum", slug="in/plan")
    assert (owes(last), owes(old)) == (True, False)


def test_a_new_version_gives_it_only_to_a_position_that_is_new_in_it(trainer):
    made = a_document(trainer, plan("客服专员"), kind="curriculum", slug="in/plan")
    late, guard = hired(3), hired(3, "质检")
    edited(trainer, made, plan("客服专员") + "\n再说一句。\n")
    assert owes(late) is False
    edited(trainer, made, plan("客服专员", "质检"))
    assert (owes(late), owes(guard)) == (False, True)


def test_a_curriculum_for_nobody_is_given_to_nobody(trainer):
    new = hired(3)
    a_document(trainer, plan(), kind="curriculum", slug="in/plan")
    assert owes(new) is False


def shown(trainer, document, text):
    """Return what the preview says of the 岗位 of another text: count, words and names."""
    with transaction():
        saved = content.save_draft(trainer, document.id, document.draft_id or document.published_id, text)
        assert saved.conflict is None
    with transaction():
        impacts = content.preview(document.id).impacts
    return [(impact.count, str(impact.text), impact.names) for impact in impacts if "岗位" in str(impact.text)]


def named(person):
    return f"{person.name}（{person.employee_no}）"


def test_the_preview_says_by_name_whom_other_positions_give_it_to_and_publishing_does_that(trainer):
    made = a_document(trainer, plan("客服专员"), kind="curriculum", slug="in/plan")
    guard, old = hired(3, "质检"), hired(99, "质检")
    text = plan("客服专员", "质检")
    assert shown(trainer, made, text) == [(1, "岗位改动：派给 1 人。", (named(guard),))]
    edited(trainer, made, text)
    assert (owes(guard), owes(old)) == (True, False)


def test_the_preview_says_from_whom_it_is_taken_and_who_may_keep_it(trainer):
    begun, new = hired(3), hired(3)
    made = a_document(trainer, plan("客服专员"), kind="curriculum", slug="in/plan")
    with transaction():
        opened(begun.id, session().scalar(select(Slug.document_id).where(Slug.slug == "in/one")))
    text = plan("质检")
    assert shown(trainer, made, text) == [
        (1, "岗位改动：取消 1 人，他们还没开始。", (named(new),)),
        (1, "岗位改动：1 人已经开始，改为选修。", (named(begun),)),
    ]
    edited(trainer, made, text)
    keep_rules()
    assert [duty_of(person, made).state for person in (new, begun)] == ["withdrawn", "optional"]


def test_a_curriculum_that_names_no_position_any_more_is_taken_from_all(trainer):
    new = hired(3)
    made = a_document(trainer, plan("客服专员"), kind="curriculum", slug="in/plan")
    assert shown(trainer, made, plan()) == [(1, "岗位改动：取消 1 人，他们还没开始。", (named(new),))]


def test_a_new_curriculum_says_whom_it_is_given_to(trainer):
    new = hired(3)
    with transaction():
        made = content.create(trainer, "curriculum", "in/fresh", plan("客服专员"))
    with transaction():
        [impact] = content.preview(made.document_id).impacts
    assert (impact.count, impact.names) == (1, (named(new),))


def test_nothing_is_said_where_the_positions_are_the_same(trainer):
    hired(3)
    made = a_document(trainer, plan("客服专员"), kind="curriculum", slug="in/plan")
    hired(3)
    assert shown(trainer, made, plan("客服专员") + "\n再说一句。\n") == []


def test_the_page_before_publishing_shows_the_names(trainer, client):
    new = hired(3, "质检")
    made = a_document(trainer, plan("客服专员"), kind="curriculum", slug="in/plan")
    shown(trainer, made, plan("客服专员", "质检"))
    sign_in(client, session().get_one(Person, trainer.id))
    page = client.get("/studio/curriculum/in/plan/publish").text
    assert "岗位改动：派给 1 人。" in page
    assert named(new) in page
