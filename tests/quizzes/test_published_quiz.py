"""From the author's Markdown to a graded paper: the store's parts and versions are what attempts rest on."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from lms.content import queries as content
from lms.content.models import Part
from lms.core.access import Role
from lms.core.db import session
from lms.core.errors import NotFound
from lms.quizzes import queries
from lms.quizzes.models import Attempt, AttemptItem
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, a_question, a_quiz_text, a_trainer, an_article_text, edited
from tests.support.make_quizzes import answered_right, begun, handed_in, paper

EXAMPLE = Path(__file__).parents[1] / "examples" / "quiz.md"


def test_the_example_of_the_format_can_be_sat_and_marked(world):
    actor, trainer = an_actor(), a_trainer()
    a_document(trainer, an_article_text(), slug="after-sales/return-7d")
    a_document(trainer, EXAMPLE.read_text("utf-8"), kind="quiz", slug="onboarding/example")
    attempt = begun(actor, "onboarding/example")
    answered_right(actor, attempt)
    handed_in(actor, attempt)
    sitting = queries.own_sitting(actor, attempt)
    assert (sitting.total, sitting.rules.attempts, sitting.rules.seconds) == (7, 3, 900)
    assert sitting.earned < sitting.possible  # the written answer waits for its marker
    assert sitting.passed is None


def test_a_result_leads_to_the_section_behind_a_lost_point(client):
    person, trainer = a_person(), a_trainer()
    a_document(trainer, an_article_text(), slug="after-sales/return-7d")
    explained = (
        a_question("几天内可以申请？") + "\n\n> 解析：见[时效说明](../../kb_content/after-sales/return-7d.md#时效)。"
    )
    a_document(trainer, a_quiz_text(explained), kind="quiz", slug="onboarding/linked")
    attempt = begun(as_actor(person), "onboarding/linked")
    handed_in(as_actor(person), attempt)
    sign_in(client, person)
    page = unquote(client.get(f"/attempts/{attempt}/result").get_data(as_text=True))
    assert page.count('href="/kb/after-sales/return-7d#时效"') == 3
    assert "重读“时效”" in page
    assert "退货时效 · 时效" in page


def test_every_drawn_question_hangs_on_its_part(world):
    actor = an_actor()
    document = a_document(a_trainer(), a_quiz_text(), kind="quiz", slug="onboarding/parts")
    begun(actor, "onboarding/parts")
    [part] = [each for each in content.parts(document.id) if each.kind == "question"]
    assert list(session().scalars(select(AttemptItem.part_id))) == [part.id]


def test_a_question_that_two_quizzes_share_hangs_on_each_ones_own_part(world):
    actor, trainer = an_actor(), a_trainer()
    documents = [a_document(trainer, a_quiz_text(), kind="quiz", slug=f"onboarding/{name}") for name in "ab"]
    for name in "ab":
        begun(actor, f"onboarding/{name}")
    found = session().execute(
        select(Attempt.document_id, Part.document_id.label("of"))
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(Part, Part.id == AttemptItem.part_id)
    )
    assert {row.document_id: row.of for row in found} == {each.id: each.id for each in documents}


def test_an_edited_question_is_new_for_new_attempts_only(world):
    actor, other, trainer = an_actor(), an_actor(), a_trainer()
    document = a_document(trainer, a_quiz_text(), kind="quiz", slug="onboarding/edited")
    before = begun(actor, "onboarding/edited")
    edited(trainer, document, a_quiz_text(a_question("几天内可以申请换货？", right="15 天", wrong=("7 天",))))
    after = begun(other, "onboarding/edited")
    stems = [paper(who, which)["q1"].question.stem.text for who, which in ((actor, before), (other, after))]
    assert stems == ["几天内可以申请退货？", "几天内可以申请换货？"]
    answered_right(actor, before)
    handed_in(actor, before)
    assert queries.own_sitting(actor, before).passed is True


def test_a_quiz_that_is_not_meant_for_somebody_is_not_there(world):
    a_document(
        a_trainer(),
        a_quiz_text().replace("类型: 测验\n", "类型: 测验\n可见: [lead]\n"),
        kind="quiz",
        slug="onboarding/leads",
    )
    assert begun(an_actor(Role.LEAD), "onboarding/leads")
    agent = an_actor()
    with pytest.raises(NotFound):
        begun(agent, "onboarding/leads")
