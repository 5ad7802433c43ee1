"""Builders of quizzes with written answers, of answers that wait for a marker, and of marks."""

from sqlalchemy import select

from lms.core.db import session, transaction
from lms.core.points import from_fraction
from lms.questions.spec import Criterion, CriterionKind, Open, Question
from lms.quizzes import actions, queries
from lms.quizzes.actions import marking
from lms.quizzes.models import Attempt
from lms.quizzes.queries import answers
from tests.support.make_quizzes import a_quiz, begun, handed_in, paper, rich

GOOD = "很抱歉，请拆开后拍照片发我。"


def criterion(kind, points, words):
    return Criterion(
        kind=CriterionKind(kind), points=from_fraction(abs(points)) * (1 if points >= 0 else -1), words=words
    )


RUBRIC = (
    criterion("must", 3, "抱歉 | 理解"),
    criterion("should", 2, "(拆封 | 拆开) & 照片"),
    criterion("judged", 2, "语气是否平和"),
    criterion("never", -4, "保证"),
)


def a_written(stem="顾客催发货，写出你的回复。", *, rubric=RUBRIC, manual=True, **more):
    shape = Open(rubric=tuple(rubric), manual=manual, shortest=1, longest=500)
    points = sum(each.points for each in rubric if each.points > 0) or from_fraction(5)
    return Question(stem=rich(stem), shape=shape, points=points, model=rich("很抱歉让您久等了。"), **more)


def a_written_quiz(*questions, **rules):
    return a_quiz(*(questions or (a_written(),)), **rules)


def written(actor, slug, *answers_in_order):
    """Return the public name of an attempt that was handed in with these texts; None leaves a question out."""
    attempt = begun(actor, slug)
    for (key, item), answer in zip(paper(actor, attempt).items(), answers_in_order or (GOOD,), strict=False):
        if answer is not None:
            with transaction():
                actions.save_answer(actor, attempt, key, answer, item.seq + 1)
    handed_in(actor, attempt)
    return attempt


def sheet(marker, ref, position=1):
    """Return the answer as its marker's page shows it."""
    return answers.answer_of(marker, ref, position)


def marked(marker, ref, *points, position=1, note="", version=None, turn=None):
    """Save a mark: points for each line of the sheet; without them what the sheet suggests, 0 where it says nothing."""
    shown = sheet(marker, ref, position)
    given = {
        line.worth.line: from_fraction(abs(each)) * (1 if each >= 0 else -1)
        for line, each in zip(shown.lines, points, strict=False)
    }
    for line in shown.lines:
        given.setdefault(line.worth.line, line.given or 0)
    with transaction():
        return marking.save_mark(
            marker,
            ref,
            position,
            version=shown.version if version is None else version,
            turn=shown.turn if turn is None else turn,
            given=given,
            note=note,
        )


def planned(trainer, slug, *, blind=False, second_percent=0):
    with transaction():
        return marking.set_plan(trainer, slug, blind=blind, second_percent=second_percent)


def sitting(public_id):
    return (
        session()
        .execute(select(Attempt).where(Attempt.public_id == public_id).execution_options(populate_existing=True))
        .scalar_one()
    )


def result(actor, public_id):
    return queries.result_of(queries.own_sitting(actor, public_id))
