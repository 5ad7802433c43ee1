"""Keys are corrected while people sit: trust.md rows 11, 14 and 15, on documents as trainers write them."""

import pytest
from sqlalchemy import select

from lms.content.events import PublishPreview
from lms.content.models import Part, PartVersion
from lms.core.access import Role
from lms.core.bus import ask
from lms.core.db import session, transaction
from lms.core.plain import from_plain
from lms.notifications.models import Notice
from lms.questions.spec import Question
from lms.quizzes import actions, queries, rekeying
from lms.quizzes.actions import regrade
from lms.quizzes.queries.regrading import asked_in
from lms.quizzes.spec import parse
from tests.support.make import a_person, an_actor, as_actor
from tests.support.make_content import a_document, edited
from tests.support.make_quizzes import begun, handed_in, paper
from tests.support.make_regrades import carried_out, result, summed

FRONT = "---\n类型: 测验\n用途: 小测\n及格: 60%\n---\n# 退货小测\n\n"
FIRST = "### 几天内可以退？\n1. [ ] 3 天\n2. [ ] 7 天\n3. [x] 15 天\n"
MENDED = "### 几天内可以退？\n1. [ ] 3 天\n2. [x] 7 天\n3. [ ] 15 天\n"
SECOND = "### 运费谁付？\n1. [x] 商家\n2. [ ] 顾客\n"
THIRD = "### 定制的能退吗？\n1. [ ] 能\n2. [x] 不能\n"


def a_text(*questions):
    return FRONT + "\n".join(questions)


@pytest.fixture
def trainer(world):
    return as_actor(a_person(Role.TRAINER, name="苏岩"))


@pytest.fixture
def quiz(trainer):
    return a_document(trainer, a_text(FIRST, SECOND, THIRD), kind="quiz", slug="退货小测")


def slug_of(document):
    from lms.content.queries import cards

    return cards([document.id])[document.id].slug


def part(document, stem):
    return session().execute(select(Part).where(Part.document_id == document.id, Part.title == stem)).scalar_one()


def saved(actor, attempt, key, value):
    with transaction():
        return actions.save_answer(actor, attempt, key, value, 1)


def number_of(actor, attempt, stem):
    return next(key for key, item in paper(actor, attempt).items() if item.question.stem.text == stem)


def sat(document, first, *, submit=True):
    """Somebody's attempt whose first question is answered so, the others right."""
    actor = an_actor()
    attempt = begun(actor, slug_of(document))
    saved(actor, attempt, number_of(actor, attempt, "几天内可以退？"), first)
    saved(actor, attempt, number_of(actor, attempt, "运费谁付？"), "o1")
    saved(actor, attempt, number_of(actor, attempt, "定制的能退吗？"), "o2")
    if submit:
        handed_in(actor, attempt)
    return actor, attempt


def published_question(row):
    return from_plain(Question, session().scalar(select(PartVersion.spec).where(PartVersion.sha == row.text_sha)))


def marked_again(trainer, document, row, from_sha, by):
    with transaction():
        made = regrade.begin(
            trainer, document_id=document.id, part_id=row.id, from_sha=from_sha, by=by, reason="旧答案写错了"
        )
    carried_out(made)


def test_row_14_an_edit_a_regrade_a_new_order_and_a_deletion_leave_twenty_open_papers_as_they_were(trainer, quiz):
    sitting = [sat(quiz, f"o{number % 3 + 1}", submit=False) for number in range(20)]
    before = {attempt: paper(actor, attempt) for actor, attempt in sitting}
    row = part(quiz, "几天内可以退？")
    wrong = row.text_sha
    edited(trainer, quiz, a_text(THIRD, MENDED, SECOND))
    row = session().merge(row)
    session().refresh(row)
    marked_again(trainer, quiz, row, wrong, published_question(row))
    edited(trainer, quiz, a_text(THIRD, SECOND))
    for actor, attempt in sitting:
        after = paper(actor, attempt)
        assert {key: (item.question, item.order, item.answer, item.seq) for key, item in after.items()} == {
            key: (item.question, item.order, item.answer, item.seq) for key, item in before[attempt].items()
        }
    for number, (actor, attempt) in enumerate(sitting):
        handed_in(actor, attempt)
        earned, possible, _ = result(attempt)
        assert (earned, possible) == summed(attempt)
        assert earned == (possible if number % 3 == 1 else possible * 2 // 3)


def test_row_15_who_corrects_a_key_is_told_how_many_were_marked_by_the_old_one_and_where_to_go_on(trainer, quiz):
    sat(quiz, "o2")
    sat(quiz, "o3")
    sat(quiz, "o2", submit=False)
    edited(trainer, quiz, a_text(MENDED, SECOND, THIRD))
    told = session().scalars(select(Notice).where(Notice.person_id == trainer.id, Notice.topic == "review")).all()
    assert [(each.sentence["values"]["n"], each.sentence["values"]["m"]) for each in told] == [(2, 1)]
    found = asked_in(slug_of(quiz), part(quiz, "几天内可以退？").key)
    assert [(each.closed, each.sitting) for each in found.versions] == [(2, 1)]


def test_a_typo_and_a_change_of_an_explanation_tell_nobody(trainer, quiz):
    sat(quiz, "o2")
    edited(trainer, quiz, a_text(FIRST.replace("几天内可以退？", "几天内可以退货？"), SECOND, THIRD))
    assert session().scalars(select(Notice).where(Notice.person_id == trainer.id)).all() == []


def test_the_publishing_page_says_beforehand_who_was_marked_by_the_key_that_changes(trainer, quiz):
    sat(quiz, "o2")
    row = part(quiz, "几天内可以退？")
    question = PublishPreview(
        document_id=quiz.id, kind="quiz", changed=(row.key,), spec=parse(a_text(MENDED, SECOND, THIRD), "q.md").spec
    )
    assert ["1 人已按旧答案判分" in str(each.text) for each in rekeying.on_publish_preview(question)] == [True]
    assert any("改了答案" in str(each.text) for answer in ask(question) for each in answer)


def test_row_11_a_result_read_at_once_is_what_the_stored_answers_add_up_to(trainer, quiz):
    people = [sat(quiz, f"o{number + 1}") for number in range(3)]
    row = part(quiz, "几天内可以退？")
    marked_again(trainer, quiz, row, row.text_sha, None)
    for actor, attempt in people:
        shown = queries.result_of(queries.own_sitting(actor, attempt))
        counted = [line for line in shown.lines if line.mode is not queries.Mode.DROPPED]
        total = (sum(line.earned for line in counted), sum(line.possible for line in counted))
        assert total == summed(attempt) == result(attempt)[:2]
