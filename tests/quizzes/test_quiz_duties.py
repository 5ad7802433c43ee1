"""A quiz that somebody owes: not before its stage is open, and passing it settles the duty."""

import pytest
from sqlalchemy import select

from lms.assignments.models import Assignment, AssignmentItem
from lms.content.models import Document
from lms.core.db import session, transaction
from lms.quizzes.actions.start import Locked
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_duties import a_document, owes
from tests.support.make_quizzes import a_quiz, answered_right, begun, document_id, handed_in


def stages(person, *slugs):
    """Let the person owe a curriculum of these quizzes, a stage each, every stage after the one before it."""
    quizzes = [(session().get_one(Document, document_id(slug)), None, False) for slug in slugs]
    owes(person, a_document("curriculum"), *quizzes)
    with transaction():
        for item in items(person):
            item.stage, item.stage_name = item.position, f"阶段{item.position + 1}"
            item.after_stage = item.position - 1 if item.position else None


def items(person):
    found = select(AssignmentItem).join(Assignment).where(Assignment.person_id == person.id)
    return list(session().scalars(found.order_by(AssignmentItem.position).execution_options(populate_existing=True)))


def passed(person, slug):
    attempt = begun(as_actor(person), slug)
    answered_right(as_actor(person), attempt)
    handed_in(as_actor(person), attempt)


def test_a_quiz_of_a_stage_that_is_not_open_cannot_be_started(client):
    person, first, second = a_person(), a_quiz(), a_quiz()
    stages(person, first, second)
    with pytest.raises(Locked) as refused:
        begun(as_actor(person), second)
    assert refused.value.code == "locked"
    sign_in(client, person)
    page = client.get(f"/quizzes/{second}").get_data(as_text=True)
    assert "要先完成阶段“阶段1”" in page
    assert "btn-primary" not in page


def test_passing_opens_the_next_stage(world):
    person, first, second = a_person(), a_quiz(), a_quiz()
    stages(person, first, second)
    passed(person, first)
    assert begun(as_actor(person), second)


def test_a_start_is_noted_and_only_a_pass_settles_the_duty(world):
    person, slug = a_person(), a_quiz()
    stages(person, slug)
    handed_in(as_actor(person), begun(as_actor(person), slug))
    [item] = items(person)
    assert (item.opened_at is not None, item.done_at) == (True, None)
    passed(person, slug)
    [item] = items(person)
    assert item.done_at is not None
